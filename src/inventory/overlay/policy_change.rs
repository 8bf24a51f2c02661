//! What becomes of a policy of the organization, and where it is in force.

use serde_json::{Map, Value};

/// The types of policies of an organization that decide copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyType {
    /// A service control policy.
    Service,
    /// A resource control policy.
    Resource,
    /// A backup policy.
    Backup,
    /// A tag policy.
    Tag,
}

impl PolicyType {
    pub(super) const ALL: [Self; 4] = [Self::Service, Self::Resource, Self::Backup, Self::Tag];

    /// Whether it is one of control policies.
    pub(super) const fn is_of_controls(self) -> bool {
        matches!(self, Self::Service | Self::Resource)
    }

    /// The field of an account that has what is in force, and the call that reads it.
    pub(super) const fn field(self) -> (&'static str, &'static str) {
        match self {
            Self::Service => (
                "service_control_policies",
                "organizations:ListPoliciesForTarget",
            ),
            Self::Resource => (
                "resource_control_policies",
                "organizations:ListPoliciesForTarget",
            ),
            Self::Backup => ("backup_policy", "organizations:DescribeEffectivePolicy"),
            Self::Tag => ("tag_policy", "organizations:DescribeEffectivePolicy"),
        }
    }
}

/// What becomes of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicyChange {
    /// What it is; `None`: not known.
    pub of: Option<PolicyType>,
    /// Its id, where it has one.
    pub id: Option<String>,
    /// Its name, which no other policy of its type has.
    pub name: Option<String>,
    /// What becomes of it.
    pub becomes: Becomes,
    /// What says so: the address or logical id of a resource.
    pub by: String,
}

/// What becomes of a policy of an organization. A target is a root, a unit or an account; `None`: not known.
#[derive(Clone, Debug, PartialEq)]
pub enum Becomes {
    /// It has this document, wherever it is attached.
    Document(Value),
    /// It is attached to a target, with this document.
    Attached(Option<String>, Value),
    /// It is detached from a target.
    Detached(Option<String>),
    /// Whether it stays where it is attached elsewhere than to these is not known.
    AttachedTo(Vec<String>),
    /// It is deleted.
    Deleted,
    /// Nothing: it is attached to a target now, with this document, and stays so.
    Stands(String, Value),
}

/// Where a target is on the way to an account.
pub(super) enum Depth {
    No,
    Unknown,
    /// So many levels below the root; that of the account itself is the last.
    Level(usize),
}

/// The targets on the way to an account, root first, itself last; `None`: its place in the tree is not known.
pub(super) fn way(account: &Map<String, Value>) -> Option<Vec<&str>> {
    let id = account.get("account")?.as_str()?;
    let path = account.get("organization")?.get("Path")?.as_str()?;
    let parts = path.split('/').filter(|part| !part.is_empty()).skip(1);
    Some(parts.filter(|part| *part != id).chain([id]).collect())
}

pub(super) fn depth(account: &Map<String, Value>, target: Option<&str>) -> Depth {
    let Some(target) = target else {
        return Depth::Unknown;
    };
    let is_account = target.len() == 12 && target.bytes().all(|one| one.is_ascii_digit());
    let own = account.get("account").and_then(Value::as_str) == Some(target);
    match way(account) {
        _ if is_account && !own => Depth::No,
        Some(way) => match way.iter().position(|one| *one == target) {
            Some(level) => Depth::Level(level),
            None if target.starts_with("r-") || target.starts_with("ou-") => Depth::No,
            None => Depth::Unknown,
        },
        None => Depth::Unknown,
    }
}

/// Whether a policy of the facts is the one that changes; `None`: its names do not tell.
pub(super) fn is_it(policy: &Value, change: &PolicyChange) -> Option<bool> {
    let same = |field: &str, name: Option<&String>| {
        let there = policy.get(field).and_then(Value::as_str);
        Some(there? == name?.as_str())
    };
    same("Id", change.id.as_ref()).or_else(|| same("Name", change.name.as_ref()))
}
