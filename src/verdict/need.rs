//! What a failing check needs, in the abstract: the remedies make changes of it.

use crate::known::{AccountId, Arn, Region, ResourceType};

/// What must become so for a check to pass.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// A policy must allow something.
    Share(Share),
    /// A Deny must no longer apply.
    Lift(Lift),
    /// A role lacks everything: it must get the managed policies that AWS keeps for it.
    Attach {
        /// The role.
        role: Arn,
        /// The policies.
        policies: Vec<Arn>,
    },
    /// AWS Backup's service-linked role must exist in an account.
    ServiceLinkedRole {
        /// The account.
        account: AccountId,
        /// The role that will exist.
        role: Arn,
    },
    /// The backup must be encrypted with a customer managed key, and is not.
    CustomerKeyOnBackup {
        /// The AWS managed key that it is encrypted with.
        key: Arn,
        /// What is backed up, where that is known.
        resource: Option<Arn>,
        /// The recovery point, where there is one.
        recovery_point: Option<Arn>,
        /// The vault that it is in, where that is known.
        source_vault: Option<Arn>,
        /// The vault that it goes to.
        destination_vault: Arn,
        /// The role that copies it, where that is known.
        role: Option<Arn>,
        /// The principal that the new key must be shared with.
        share_with: Option<Arn>,
    },
    /// The copy must go into a vault on a customer managed key.
    CustomerKeyOnVault {
        /// The vault that is not.
        vault: Arn,
    },
    /// The destination vault must exist.
    Vault {
        /// The vault.
        vault: Arn,
    },
    /// The copy must be kept for as long as the vault's lock allows.
    Retention {
        /// The copy.
        copy: String,
        /// The vault.
        vault: Arn,
        /// At least this many days.
        min: Option<i64>,
        /// At most this many days.
        max: Option<i64>,
    },
    /// The copy must be kept for longer, as it moves to cold storage on the way.
    Lifecycle {
        /// The copy.
        copy: String,
        /// The fewest days that it must be kept for.
        delete_after: i64,
    },
    /// A role's trust policy must let AWS Backup assume it.
    Trust {
        /// The role.
        role: Arn,
    },
    /// Cross-account backup must be switched on.
    CrossAccountBackup {
        /// The management account, where it is known.
        management: Option<String>,
        /// The organization, where it is known.
        organization: Option<String>,
    },
    /// A key must be enabled.
    KeyEnabled {
        /// The key.
        key: Arn,
        /// Whether it is to be deleted, which must be called off first.
        to_be_deleted: bool,
    },
    /// The Allowed AMIs setting of an account must let images in.
    ImageProvider {
        /// The account.
        account: AccountId,
        /// The Region.
        region: Region,
        /// Whose images.
        provider: String,
    },
    /// DynamoDB's backups must have AWS Backup's advanced features.
    AdvancedFeatures {
        /// The account.
        account: AccountId,
        /// The Region.
        region: Region,
    },
    /// The copy must go by way of another vault.
    Split {
        /// The copy.
        copy: String,
        /// The vault in between, which may be missing.
        through: Arn,
    },
    /// A Region must be switched on in an account.
    Region {
        /// The account.
        account: AccountId,
        /// The Region.
        region: Region,
    },
    /// A plan must copy a resource out of its account.
    Cover(Cover),
}

/// How a plan comes to copy a resource out of its account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cover {
    /// The resource.
    pub resource: Arn,
    /// Its account.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// The plan, by its id.
    pub plan: String,
    /// What must become so.
    pub by: CoverBy,
}

/// What must become so that a plan copies a resource out of its account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoverBy {
    /// The resource has this tag.
    Tag {
        /// Its key.
        key: String,
        /// Its value.
        value: String,
    },
    /// Its type is switched on in the Region.
    SwitchOn(ResourceType),
    /// A selection names it.
    Select {
        /// The role that backs it up.
        role: Arn,
    },
    /// The rule at this place copies to another account.
    CopyAction {
        /// The place.
        place: usize,
    },
}

/// Whose policy it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyOf {
    /// A KMS key's.
    Key(Arn),
    /// A backup vault's.
    Vault(Arn),
    /// An IAM role's own.
    Role(Arn),
    /// A control policy of the organization.
    Control {
        /// Which kind.
        kind: ControlKind,
        /// Its id, `p-…`.
        id: String,
    },
}

/// The kinds of control policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlKind {
    /// A service control policy: it limits the principals of an account.
    Service,
    /// A resource control policy: it limits who uses the resources of an account.
    Resource,
}

/// A policy must let a principal do these actions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share {
    /// Whose policy.
    pub policy: PolicyOf,
    /// Who.
    pub principal: Arn,
    /// What, as `service:Action`; sorted.
    pub actions: Vec<&'static str>,
    /// On which resource, for a role's policy.
    pub resource: Option<String>,
    /// For copies to which vault alone, for a role's policy.
    pub target: Option<Arn>,
}

/// A Deny of a policy must not apply to a principal's actions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lift {
    /// Whose policy.
    pub policy: PolicyOf,
    /// Who is denied.
    pub principal: Arn,
    /// What is denied, as `service:Action`; sorted.
    pub actions: Vec<&'static str>,
    /// The statements that deny, by their place in `Statement`; sorted.
    pub statements: Vec<usize>,
    /// The vault that copies must be let go to, where that is not the thing whose policy it is.
    pub target: Option<Arn>,
    /// What the actions must be let be done to, where the policy is about more than one thing.
    pub resource: Option<String>,
}
