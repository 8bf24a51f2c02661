//! How the facts came, as far as it says what to do about those that did not.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::Facts;
use crate::known::{AccountId, Arn, Gap, Region};

/// How the facts came, as far as it says what to do about those that did not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// Whether AWS was asked, and not files alone.
    pub live: bool,
    /// Whether files told facts, beside what AWS was asked or alone.
    pub of_files: bool,
    /// Whether a signal ended the asking.
    pub stopped: bool,
    /// The accounts that nobody got into, each with why.
    pub shut: BTreeMap<AccountId, Gap>,
    /// The accounts that copies go to.
    pub destinations: BTreeSet<AccountId>,
    /// The vaults that were found, for who must name one.
    pub vaults: BTreeSet<Arn>,
    /// The Regions of which recovery points were read.
    pub points_read: BTreeSet<(AccountId, Region)>,
    /// The accounts of which anything but their place in the organization was read, before a change was laid over it; `None`
    /// where nobody says.
    pub accounts: Option<BTreeSet<AccountId>>,
}

impl Reading {
    /// The same without what tells a run from its recording: both give one report.
    #[must_use]
    pub fn recorded(&self) -> Self {
        Self {
            live: false,
            ..self.clone()
        }
    }

    /// The same, with what the facts say of how they were read.
    #[must_use]
    pub fn of_facts(mut self, facts: &Facts<'_>) -> Self {
        self.vaults
            .extend(facts.vaults_found().into_iter().cloned());
        let places = facts.places().into_iter();
        let read = places.filter(|(account, region)| facts.has_points_of(*account, region));
        self.points_read
            .extend(read.map(|(account, region)| (account, region.clone())));
        let recorded = facts.recorded_gaps();
        let shut = recorded.filter(|gap| gap.operation().starts_with("sts:"));
        let shut = shut.filter(|gap| gap.error.is_some());
        self.shut
            .extend(shut.filter_map(|gap| Some((account_of(&gap)?, gap))));
        self
    }

    /// The same of copies that go to these accounts.
    #[must_use]
    pub fn towards(mut self, accounts: impl IntoIterator<Item = AccountId>) -> Self {
        self.destinations.extend(accounts);
        self
    }

    /// Why nobody got into the account that a gap is of.
    pub(super) fn shut(&self, gap: &Gap) -> Option<&Gap> {
        let why = self.shut.get(&account_of(gap)?)?;
        (gap.error.is_none() && gap.api_call().is_some()).then_some(why)
    }

    /// Whether nothing was read of the account that a gap is of.
    pub(super) fn lacks_account(&self, gap: &Gap) -> bool {
        let read = self.accounts.as_ref().zip(account_of(gap));
        read.is_some_and(|(accounts, of)| !accounts.contains(&of)) && gap.api_call().is_some()
    }

    /// Whether recovery points were read where this would be told.
    pub(super) fn has_points(&self, gap: &Gap) -> bool {
        let region = gap.region.as_deref().map(Region::new);
        match (account_of(gap), region) {
            (Some(account), Some(region)) => self.points_read.contains(&(account, region)),
            // The name of a bucket says nothing of where it is.
            (None, _) | (_, None) => !self.points_read.is_empty(),
        }
    }
}

/// The account that a gap is of.
pub(super) fn account_of(gap: &Gap) -> Option<AccountId> {
    AccountId::parse(gap.account.as_deref()?).ok()
}
