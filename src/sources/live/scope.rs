//! What a survey looks at.

use std::collections::BTreeMap;

use crate::known::{AccountId, Region, Shard};
use crate::sources::live::organizations::Choice;
use crate::sources::live::sign_in::Credentials;

/// What a survey looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Which accounts.
    pub accounts: Accounts,
    /// Which Regions of each; `None`: all that the account has. Empty: the one that `aws` would take.
    pub regions: Option<Vec<Region>>,
    /// Only this part of the accounts.
    pub shard: Option<Shard>,
    /// Whether plans, what they select and the vaults are read.
    pub plans: bool,
    /// The aggregator of AWS Config that says what the plans may take; else each service is asked.
    pub aggregator: Option<String>,
    /// Whether the copy jobs of the last 30 days are listed.
    pub copy_jobs: bool,
    /// Whether the recovery points that those copied are described, each by calls of its own.
    pub points_of_jobs: bool,
    /// Whether every resource is listed of a type that can leave its account, whatever the plans take.
    pub coverage: bool,
    /// How to get into accounts, where the configuration says so.
    pub entries: BTreeMap<AccountId, Credentials>,
}

impl Scope {
    /// The same where a Region stands for none.
    pub fn near(self, region: &Region) -> Self {
        let regions = match self.regions {
            Some(named) if named.is_empty() => Some(vec![region.clone()]),
            named => named,
        };
        Self { regions, ..self }
    }

    /// Whether a Region is looked at.
    pub fn has(&self, region: &Region) -> bool {
        self.regions
            .as_ref()
            .is_none_or(|named| named.contains(region))
    }
}

/// Which accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Accounts {
    /// The one of the source credentials.
    #[default]
    Own,
    /// Those of these profiles.
    Profiles(Vec<Credentials>),
    /// Those of an organization, as its management account lists them.
    Organization(Entry),
}

/// The accounts of an organization, and how they are entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Which of them.
    pub choice: Choice,
    /// The name of the role that is assumed in each, its path before it if it has one.
    pub role_name: String,
    /// The external id that the role asks for.
    pub external_id: Option<String>,
}
