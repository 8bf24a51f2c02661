//! Whether a key itself lets a role of its own account in.

use crate::inventory::Facts;
use crate::known::{Arn, Fact, Gap};
use crate::policy::{How, PolicyDecision, Request, decide_resource};

use super::super::context::gap_of_key;
use super::super::ruling::Ruling;
use super::grants::granted_to;

/// Whether a key's policy, or a grant, names the role itself, so that the role's own policies need not speak. Asked of
/// keys of the role's own account alone.
pub enum NamedByKey {
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
) -> NamedByKey {
    if role.account() != key.account() {
        return NamedByKey::No;
    }
    let policy = match facts.key_policy(key) {
        Fact::Known(Some(policy)) => policy,
        Fact::Known(None) => return NamedByKey::No,
        Fact::Unknown(gap) => return NamedByKey::Open(vec![*gap]),
    };
    let gaps = |keys: &[String]| {
        keys.iter()
            .map(|name| gap_of_key(name, facts, role, key))
            .collect()
    };
    match decide_resource(request, Some(policy.document())) {
        PolicyDecision::Allowed { how, .. } if how != How::Account => NamedByKey::Yes,
        PolicyDecision::Allowed { open, keys, .. } if !open.is_empty() => {
            NamedByKey::Open(gaps(&keys))
        }
        PolicyDecision::Unknown { keys, .. } => NamedByKey::Open(gaps(&keys)),
        PolicyDecision::Denied { .. } => NamedByKey::No,
        side @ (PolicyDecision::Allowed { .. } | PolicyDecision::NotAllowed { .. }) => {
            // A Deny of the key's policy strikes grants too.
            if let PolicyDecision::NotAllowed { denies, keys, .. } = &side
                && !denies.is_empty()
            {
                return NamedByKey::Open(gaps(keys));
            }
            match granted_to(facts, key, role, action, Vec::new()) {
                Ruling::Allowed { .. } => NamedByKey::Yes,
                Ruling::Open { gaps, .. } => NamedByKey::Open(gaps),
                Ruling::Denied { .. } | Ruling::Missing { .. } => NamedByKey::No,
            }
        }
    }
}
