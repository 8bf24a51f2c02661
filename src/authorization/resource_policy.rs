//! Does the policy of what is backed up deny the backup to the role that makes it? In one account it need not allow anything: the
//! role's own policies do.

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::Kind;
use crate::catalog::backups::{BackupPart, BucketPart, OF_BUCKETS, begins, takes_of};
use crate::catalog::requests::{ActionResource, role_actions};
use crate::inventory::{Copy, Facts, KindOf};
use crate::known::{Arn, Fact, Gap};
use crate::policy::{Effect, PolicyDecision, Request, Truth, decide_resource};

use super::context::gap_of_key;
use super::located::LocatedPolicy;
use super::request::RoleRequest;
use super::ruling::Ruling;
use super::rulings::Rulings;

/// What the policy of a resource says against the backup that a copy waits for: all that it denies, else what may be denied. `None`:
/// nothing, or it was not read.
pub fn against_backup(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Rulings> {
    let asked = asked(copy, resource);
    let (first, ..) = asked.first()?;
    let (field, policy) = match facts.resource_policy(resource)? {
        Fact::Known(policy) => policy?,
        Fact::Unknown(gap) => return Some(Rulings::new([(*first, Ruling::unread(*gap))])),
    };
    let role = copy.endpoints().role.as_ref().known()?;
    let vault = copy.endpoints().source_vault.as_ref().known()?;
    let pointer = format!("/Detail/{field}");
    let located = LocatedPolicy::new(resource, &pointer, policy.document());
    let mut denied = Vec::new();
    let mut open = None;
    for (action, on, is_certain) in asked {
        let request = RoleRequest::plain(vault, vec![action], resource, on);
        let variants = request.variants(facts, role);
        let Some(request) = variants.first().and_then(|(_, all)| all.first()) else {
            continue;
        };
        let mut request = request.clone();
        request.bounded = facts.has_boundary(role);
        request.in_session = true;
        match against(&located, (&request, action), (role, resource), facts) {
            Some(Ruling::Denied { by, .. }) if !is_certain => {
                let whether = format!("whether a backup is made without {action}");
                let gap = Gap::not_told(whether, resource.as_str()).where_is(resource);
                open = open.or_else(|| Some((action, Ruling::open(vec![gap], by))));
            }
            Some(ruling @ Ruling::Denied { .. }) => denied.push((action, ruling)),
            Some(ruling) => open = open.or(Some((action, ruling))),
            None => {}
        }
    }
    if denied.is_empty() {
        denied.extend(open);
    }
    (!denied.is_empty()).then(|| Rulings::new(denied))
}

/// What the backup asks of the resource: each action, what it is done to, and whether no backup is made without.
fn asked(copy: &Copy, resource: &Arn) -> Vec<(&'static str, SmolStr, bool)> {
    let objects = || format_smolstr!("{resource}/*");
    if matches!(copy.route().kind, KindOf::Known(Kind::S3)) {
        let read = role_actions(Kind::S3).iter();
        let read = read.filter_map(|asked| match asked.on {
            ActionResource::Bucket => Some((asked.action, resource.into(), true)),
            ActionResource::Objects => Some((asked.action, objects(), true)),
            ActionResource::RecoveryPoint
            | ActionResource::Snapshots
            | ActionResource::DestinationVault => None,
        });
        let more = OF_BUCKETS.iter().filter_map(|asked| match asked.on {
            BucketPart::Bucket => Some((asked.action, resource.into(), false)),
            BucketPart::Objects => Some((asked.action, objects(), false)),
            BucketPart::ManagedRules | BucketPart::Any => None,
        });
        return read.chain(more).collect();
    }
    let kind = &copy.route().kind;
    let begins = kind.agreed(begins).known().flatten().flatten();
    let begins = begins.map(|action| (action, resource.into(), true));
    let besides = takes_of(kind.kinds()).into_iter();
    let of_resource = besides.filter(|asked| asked.on == BackupPart::Resource);
    let besides = of_resource.map(|asked| (asked.action, resource.into(), asked.is_certain));
    begins.into_iter().chain(besides).collect()
}

/// What a policy says against an action.
fn against(
    located: &LocatedPolicy<'_>,
    (request, action): (&Request, &'static str),
    (role, resource): (&Arn, &Arn),
    facts: &Facts<'_>,
) -> Option<Ruling> {
    let open = |statements: &[_], keys: &[String]| {
        let gaps = keys
            .iter()
            .map(|key| gap_of_key(key, facts, role, resource));
        located.is_open(statements, keys, gaps.collect())
    };
    match decide_resource(request, Some(located.document)) {
        PolicyDecision::Denied { by, allow } => {
            Some(located.denies(&by, action, request, allow == Truth::False))
        }
        PolicyDecision::NotAllowed { denies, keys, .. } if !denies.is_empty() => {
            Some(open(&denies, &keys))
        }
        PolicyDecision::Unknown { statements, keys }
            if statements.iter().any(|at| at.effect == Effect::Deny) =>
        {
            Some(open(&statements, &keys))
        }
        PolicyDecision::NotAllowed { .. }
        | PolicyDecision::Unknown { .. }
        | PolicyDecision::Allowed { .. } => None,
    }
}
