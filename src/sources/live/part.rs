//! The parts that the work of a survey falls into.

use crate::known::{AccountId, Region};

/// A part of the work that is kept by itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
pub enum Part {
    /// What holds for an account in all its Regions.
    Account(AccountId),
    /// A Region of an account.
    Region(AccountId, Region),
}

impl Part {
    /// The account that it is of.
    pub const fn account(&self) -> AccountId {
        match self {
            Self::Account(account) | Self::Region(account, _) => *account,
        }
    }
}
