//! May anybody start a copy or a restore out of a vault on demand? The vault's access policy, and the service control policies.

use crate::inventory::{Facts, Transfer};
use crate::known::{AccountId, Arn, Fact, Gap};
use crate::policy::{Effect, PolicyDecision, Principal, Request, Resource, decide_resource};

use super::context::{about, gap_of_key, of_anybody as context_of, with_source_resource_tag};
use super::control::{is_of_who_asks, of_anybody};
use super::located::LocatedPolicy;
use super::request::Action;
use super::ruling::Ruling;
use super::template::of_point;
use super::vault::shapes;

/// Whether a copy or a restore out of a vault can be started, by this action, by anybody of the vault's account. A vault's
/// policy that was not read is asked for besides.
pub fn may_start(action: &'static str, copy: &Transfer, facts: &Facts<'_>, vault: &Arn) -> Ruling {
    let Some(account) = vault.account() else {
        return Ruling::allowed(Vec::new());
    };
    let request = request(action, copy, facts, vault, account);
    let by_vault = by_vault(action, facts, vault, &request);
    let asked = Action {
        action,
        subject: vault,
        resource: vault.as_str(),
    };
    let role = copy.endpoints().role.as_ref().known();
    match (of_anybody(facts, account, role, &asked, &request), by_vault) {
        // Somebody else there may start it.
        (by_organization, by_vault) if depends_on_who_starts(&by_organization) => by_vault,
        (
            Ruling::Open { gaps, seen, .. },
            Ruling::Open {
                gaps: more,
                seen: also,
                ..
            },
        ) if !more.iter().all(is_of_who_asks) => {
            Ruling::open([gaps, more].concat(), [seen, also].concat())
        }
        (
            Ruling::Missing { near, .. },
            Ruling::Denied {
                by,
                statements,
                silent,
                unless,
            },
        ) => Ruling::Denied {
            by: [by, near].concat(),
            statements,
            silent,
            unless,
        },
        (by_organization, by_vault) => by_vault.and(by_organization),
    }
}

/// Whether a Deny strikes some of those who may start the copy, and not others.
pub fn depends_on_who_starts(ruling: &Ruling) -> bool {
    matches!(ruling, Ruling::Open { gaps, .. } if gaps.iter().all(is_of_who_asks))
}

fn by_vault(action: &'static str, facts: &Facts<'_>, vault: &Arn, request: &Request) -> Ruling {
    let Fact::Known(Some(policy)) = facts.vault_policy(vault) else {
        return Ruling::allowed(Vec::new());
    };
    let asked = LocatedPolicy::new(vault, "/AccessPolicy", policy.document());
    let (denies, keys) = match decide_resource(request, Some(policy.document())) {
        PolicyDecision::Denied { by, .. } => {
            return asked.denies(&by, action, request, false);
        }
        PolicyDecision::NotAllowed { denies, keys, .. } => (denies, keys),
        PolicyDecision::Unknown { statements, keys } => {
            let each = statements.into_iter();
            (each.filter(|at| at.effect == Effect::Deny).collect(), keys)
        }
        PolicyDecision::Allowed { .. } => return Ruling::allowed(Vec::new()),
    };
    let seen = asked.open(&denies, &keys);
    let gaps = keys.iter().map(|key| gap_of_key(key, facts, vault, vault));
    let gaps: Vec<Gap> = gaps.collect();
    if denies.is_empty() {
        return Ruling::allowed(Vec::new());
    }
    Ruling::open(gaps, seen)
}

/// Who starts it is not known, but for the account.
fn request(
    action: &'static str,
    copy: &Transfer,
    facts: &Facts<'_>,
    vault: &Arn,
    account: AccountId,
) -> Request {
    let context = context_of(facts, account, vault.region().as_ref());
    let context = of_point(context, facts, copy.recovery_point.as_ref());
    let resource = match &copy.recovery_point {
        Some(point) => Resource::exact(point),
        None => Resource::one_of(shapes(copy, vault)),
    };
    let who = Principal::anybody(vault.partition().as_str(), account);
    let mut request = Request::new(who, action, resource, with_source_resource_tag(context));
    request.resource_account = Some(account);
    about(request, action)
}
