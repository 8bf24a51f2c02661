//! What the parts of a survey share.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::regions;
use crate::inventory::Timestamp;
use crate::known::{AccountId, Region};

use super::super::aggregator::Held;
use super::super::journal::Journal;
use super::super::scope::Scope;
use super::super::settle::{Asks, Settler};
use super::super::so_far::InventorySoFar;
use super::super::wire::Wire;
use super::parts::Parts;

/// What the parts of a survey share.
pub struct Run {
    pub scope: Scope,
    /// The accounts, and who reads what they name.
    pub settler: Arc<Settler>,
    /// What decides, and says what it lacks.
    pub asks: Asks,
    /// What AWS Config's aggregator has.
    pub held: Option<Held>,
    pub collected_at: Timestamp,
    /// All that is whole.
    pub so_far: Arc<InventorySoFar>,
    pub journal: Option<Journal>,
    pub parts: Arc<Parts>,
    pub wire: Wire,
}

impl Run {
    /// The Regions of an account that are looked at.
    pub fn regions_of(&self, account: AccountId) -> BTreeSet<Region> {
        let known = self.so_far.regions_of(account, |region| {
            let status = region.opt_in_status.value()?;
            Some((region.region.clone(), &**status != "not-opted-in"))
        });
        let not_there = |region: &Region| known.iter().any(|(name, has)| name == region && !has);
        match &self.scope.regions {
            Some(named) => named
                .iter()
                .filter(|region| !not_there(region))
                .cloned()
                .collect(),
            // Without the account's own list, those that every account has.
            None if known.is_empty() => regions::known()
                .filter(regions::enabled_by_default)
                .collect(),
            None => known
                .iter()
                .filter(|(_, has)| *has)
                .map(|(region, _)| region.clone())
                .collect(),
        }
    }
}
