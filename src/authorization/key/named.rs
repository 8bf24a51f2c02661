//! Whether a key itself lets a role of its own account in.

use crate::inventory::Facts;
use crate::known::{Arn, Fact, Gap};
use crate::policy::{How, Request, Side, resource_side};

use super::super::context::gap_of_key;
use super::super::ruling::Ruling;
use super::grants::granted_to;

/// Whether a key's policy, or a grant, names the role itself, so that the role's own policies need not speak. Asked of
/// keys of the role's own account alone.
pub enum Named {
    /// It does.
    Yes,
    /// It does not.
    No,
    /// It depends on what was not read.
    Open(Vec<Gap>),
}

/// Whether the key itself lets the role do this.
pub fn named_by_key(
    facts: &Facts<'_>,
    role: &Arn,
    key: &Arn,
    action: &'static str,
    request: &Request,
) -> Named {
    if role.account() != key.account() {
        return Named::No;
    }
    let policy = match facts.key_policy(key) {
        Fact::Known(Some(policy)) => policy,
        Fact::Known(None) => return Named::No,
        Fact::Unknown(gap) => return Named::Open(vec![*gap]),
    };
    let gaps = |keys: &[String]| {
        keys.iter()
            .map(|name| gap_of_key(name, facts, role, key))
            .collect()
    };
    match resource_side(request, Some(policy.document())) {
        Side::Allowed { how, .. } if how != How::Account => Named::Yes,
        Side::Allowed { open, keys, .. } if !open.is_empty() => Named::Open(gaps(&keys)),
        Side::Unknown { keys, .. } => Named::Open(gaps(&keys)),
        Side::Denied { .. } => Named::No,
        side @ (Side::Allowed { .. } | Side::NotAllowed { .. }) => {
            // A Deny of the key's policy strikes grants too.
            if let Side::NotAllowed { denies, keys, .. } = &side
                && !denies.is_empty()
            {
                return Named::Open(gaps(keys));
            }
            match granted_to(facts, key, role, action, Vec::new()) {
                Ruling::Allowed { .. } => Named::Yes,
                Ruling::Open { gaps, .. } => Named::Open(gaps),
                Ruling::Denied { .. } | Ruling::Missing { .. } => Named::No,
            }
        }
    }
}
