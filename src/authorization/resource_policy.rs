//! Does the policy of what is backed up deny the backup to the role that makes it? In one account it need not allow anything: the
//! role's own policies do.

use crate::catalog::backups::begins;
use crate::inventory::{Copy, Facts};
use crate::known::{Arn, Fact};
use crate::policy::{Effect, PolicyDecision, Truth, decide_resource};

use super::context::gap_of_key;
use super::located::LocatedPolicy;
use super::request::RoleRequest;
use super::ruling::Ruling;

/// What the policy of a resource says against the backup that a copy waits for, and the action. `None`: nothing, or it was not read.
pub fn against_backup(
    copy: &Copy,
    resource: &Arn,
    facts: &Facts<'_>,
) -> Option<(Ruling, &'static str)> {
    let action = copy
        .route()
        .kind
        .agreed(begins)
        .known()
        .flatten()
        .flatten()?;
    let (field, policy) = match facts.resource_policy(resource)? {
        Fact::Known(policy) => policy?,
        Fact::Unknown(gap) => return Some((Ruling::unread(*gap), action)),
    };
    let role = copy.endpoints().role.as_ref().known()?;
    let vault = copy.endpoints().source_vault.as_ref().known()?;
    let asked = RoleRequest::plain(vault, vec![action], resource, resource.into());
    let variants = asked.variants(facts, role);
    let (_, requests) = variants.first()?;
    let mut request = requests.first()?.clone();
    request.bounded = facts.has_boundary(role);
    let pointer = format!("/Detail/{field}");
    let located = LocatedPolicy {
        subject: resource.into(),
        pointer: &pointer,
        document: policy.document(),
    };
    let open = |statements: &[_], keys: &[String]| {
        let gaps = keys
            .iter()
            .map(|key| gap_of_key(key, facts, role, resource));
        located.is_open(statements, keys, gaps.collect())
    };
    let ruling = match decide_resource(&request, Some(policy.document())) {
        PolicyDecision::Denied { by, allow } => {
            located.denies(&by, action, &request, allow == Truth::False)
        }
        PolicyDecision::NotAllowed { denies, keys, .. } if !denies.is_empty() => {
            open(&denies, &keys)
        }
        PolicyDecision::Unknown { statements, keys }
            if statements.iter().any(|at| at.effect == Effect::Deny) =>
        {
            open(&statements, &keys)
        }
        PolicyDecision::NotAllowed { .. }
        | PolicyDecision::Unknown { .. }
        | PolicyDecision::Allowed { .. } => return None,
    };
    Some((ruling, action))
}
