//! What a remedy is made of, for those who write it down otherwise than in commands.

use serde_json::Value;

use crate::inventory::Lifecycle;
use crate::known::{Arn, Region};

/// What a remedy is made of, beyond its policies.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Parts {
    /// Nothing more.
    #[default]
    None,
    /// A policy that a role gets.
    RolePolicy {
        /// The policy's name.
        name: String,
    },
    /// Managed policies that a role gets.
    AttachedPolicies {
        /// The policies.
        policies: Vec<Arn>,
    },
    /// A setting of a whole organization, and the Region that it is made from: its operation is a Region's, as any of AWS
    /// Backup's.
    From(Region),
    /// A vault, on a key of its own.
    Vault(Box<NewVault>),
    /// A vault in between, on a key of its own, that copies go on from: one stack creates it and carries them on.
    Between(Box<NewVault>),
    /// A copy that goes on from a vault in between.
    TwoStep(Box<TwoStep>),
    /// For how long the copies of a rule are kept.
    Kept(Box<Kept>),
}

/// For how long the copies of a rule are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The rule's name.
    pub rule: String,
    /// Where they are copied to.
    pub vault: Arn,
    /// Whether the rule itself says it.
    pub by_rule: bool,
    /// Whether its copy actions to the vault say it.
    pub by_actions: bool,
    /// How they are to be kept.
    pub lifecycle: Lifecycle,
}

impl Parts {
    /// The vault that is created.
    #[must_use]
    pub fn new_vault(&self) -> Option<&NewVault> {
        match self {
            Self::Vault(new) | Self::Between(new) => Some(new),
            Self::None
            | Self::From(_)
            | Self::RolePolicy { .. }
            | Self::AttachedPolicies { .. }
            | Self::Kept(_)
            | Self::TwoStep(_) => None,
        }
    }
}

/// A vault that is created, on a key of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct NewVault {
    /// The vault.
    pub vault: Arn,
    /// The policy of its key.
    pub key_policy: Value,
    /// The vault's access policy, if it gets one.
    pub access_policy: Option<Value>,
}

/// A resource of a plan or a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourcePlace {
    /// Its address.
    pub address: String,
    /// The file that it stands in, where it is known.
    pub file: Option<String>,
    /// The line.
    pub line: Option<usize>,
}

impl SourcePlace {
    /// `main.tf:6, aws_kms_key.db`.
    #[must_use]
    pub fn words(&self) -> String {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}, {}", self.address),
            (Some(file), None) => format!("{file}, {}", self.address),
            (None, _) => self.address.clone(),
        }
    }
}

/// A copy that goes on from a vault in between.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoStep {
    /// The vault in between.
    pub between: Arn,
    /// Who must be able to use its key.
    pub share_with: Option<Arn>,
    /// The ARNs that recovery points in it have, as patterns with `*`.
    pub points: Vec<String>,
    /// Where the copy goes on to.
    pub destination: Arn,
    /// What is copied: the resource.
    pub resource: Option<Arn>,
    /// What is copied: the recovery point.
    pub recovery_point: Option<Arn>,
    /// The role that copies, where it is known.
    pub role: Option<Arn>,
    /// How long the copy is kept, where that is known; `Some(None)`: it never expires.
    pub lifecycle: Option<Option<Lifecycle>>,
    /// The rule that makes the copy, in words, where one does.
    pub rule: Option<String>,
}
