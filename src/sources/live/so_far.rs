//! The inventory as it fills up: each object at its account and Region, each gap once.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::inventory::{
    Account, AccountName, Conflicts, Field, GapEntry, Inventory, Keyed, List, Merge, RecoveryPoint,
    RegionFacts, Timestamp, items,
};
use crate::known::{AccountId, Gap, Region};

use super::found::{Found, Place};
use super::organizations::Membership;

/// What was read so far.
#[derive(Debug, Default)]
pub struct InventorySoFar(Mutex<PartsSoFar>);

#[derive(Debug, Default)]
struct PartsSoFar {
    accounts: BTreeMap<AccountId, (Option<Account>, BTreeMap<Region, RegionFacts>)>,
    gaps: BTreeMap<GapKey, Gap>,
    names: BTreeMap<AccountId, String>,
}

type GapKey = (Option<String>, Option<String>, String, String);

impl InventorySoFar {
    fn parts(&self) -> MutexGuard<'_, PartsSoFar> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes something of an account.
    pub fn account(&self, id: AccountId, note: impl FnOnce(&mut Account)) {
        let mut parts = self.parts();
        let (account, _) = parts.accounts.entry(id).or_default();
        if account.is_none() {
            *account = serde_json::from_value(json!({"account": id})).ok();
        }
        if let Some(account) = account {
            note(account);
        }
    }

    /// Notes what people call accounts, those of which nothing else is noted too.
    pub fn names(&self, names: &BTreeMap<AccountId, String>) {
        let mut parts = self.parts();
        let names = names.iter().map(|(id, name)| (*id, name.clone()));
        parts.names.extend(names);
    }

    /// Notes something of a Region of an account.
    pub fn region(&self, place: &Place, note: impl FnOnce(&mut RegionFacts)) {
        let Some(region) = &place.region else { return };
        self.account(place.account, |_| {});
        let mut parts = self.parts();
        let (_, regions) = parts.accounts.entry(place.account).or_default();
        if !regions.contains_key(region) {
            let Ok(facts) = serde_json::from_value(json!({"region": region})) else {
                return;
            };
            regions.insert(region.clone(), facts);
        }
        if let Some(facts) = regions.get_mut(region) {
            note(facts);
        }
    }

    /// Notes what could not be read. Of two gaps of the same question, the one that AWS answered stays.
    pub fn gaps(&self, gaps: impl IntoIterator<Item = Gap>) {
        let mut parts = self.parts();
        for gap in gaps {
            let key = (
                gap.account.clone(),
                gap.region.clone(),
                gap.operation().to_owned(),
                gap.subject.clone(),
            );
            let known = parts.gaps.get(&key);
            if known.is_none_or(|known| known.error.is_none() && gap.error.is_some()) {
                parts.gaps.insert(key, gap);
            }
        }
    }

    /// Notes the gaps of what was found, and gives the rest.
    pub fn take<T>(&self, found: Found<T>) -> T {
        self.gaps(found.gaps);
        found.value
    }

    /// How much could not be read.
    pub fn gap_count(&self) -> usize {
        self.parts().gaps.len()
    }

    /// Takes in what was read elsewhere. What was noted of the same thing before stays.
    pub fn absorb(&self, read: Inventory) {
        // Two readings of one thing may differ; the first stands, and the second is not worth an error.
        let mut differences = Conflicts::default();
        let mut parts = self.parts();
        for mut account in list(read.accounts) {
            let theirs = list(std::mem::take(&mut account.regions));
            let (mine, regions) = parts.accounts.entry(account.account).or_default();
            match mine {
                Some(mine) => mine.merge(account, &mut differences),
                None => *mine = Some(account),
            }
            for region in theirs {
                match regions.get_mut(&region.region) {
                    Some(mine) => mine.merge(region, &mut differences),
                    None => drop(regions.insert(region.region.clone(), region)),
                }
            }
        }
        drop(parts);
        self.gaps(list(read.gaps).iter().map(GapEntry::to_gap));
    }

    /// What was noted of each Region of an account, seen through a function.
    pub fn regions_of<T>(
        &self,
        account: AccountId,
        see: impl Fn(&RegionFacts) -> Option<T>,
    ) -> Vec<T> {
        let parts = self.parts();
        let regions = parts.accounts.get(&account).map(|(_, regions)| regions);
        regions
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter_map(see)
            .collect()
    }

    /// Notes recovery points that a list has. What a list says stands back where one was described.
    pub fn points(&self, at: &Place, points: Vec<RecoveryPoint>) {
        self.region(at, |facts| {
            let mut all = items(&facts.recovery_points).to_vec();
            let new = |point: &RecoveryPoint| !all.iter().any(|known| known.arn == point.arn);
            let new: Vec<RecoveryPoint> = points.into_iter().filter(new).collect();
            all.extend(new);
            facts.recovery_points = Field::Is(List(all));
        });
    }

    /// Notes a recovery point that was described.
    pub fn point(&self, at: &Place, point: Option<RecoveryPoint>) {
        if let Some(point) = point {
            self.region(at, |facts| add(&mut facts.recovery_points, point));
        }
    }

    /// Notes what AWS Organizations says of an account.
    pub fn membership(&self, id: AccountId, membership: Membership) {
        self.account(id, |account| {
            account.organization = membership.organization;
            account.service_control_policies = membership.service;
            account.resource_control_policies = membership.resource;
        });
    }

    /// What was noted of an account, without its Regions.
    pub fn account_alone(&self, id: AccountId) -> Inventory {
        let parts = self.parts();
        let account = parts.accounts.get(&id).and_then(|(it, _)| it.clone());
        let mut inventory = Inventory::empty();
        inventory.accounts = Field::Is(List(account.into_iter().collect()));
        inventory
    }

    /// The inventory of all that was noted.
    pub fn inventory(&self, collected_at: Timestamp) -> Inventory {
        Inventory {
            collected_at: Field::Is(collected_at),
            ..self.part()
        }
    }

    /// The same without a date, in an order that does not depend on which call came back first.
    pub fn part(&self) -> Inventory {
        let parts = self.parts();
        let mut inventory = Inventory::empty();
        let accounts = parts.accounts.values().filter_map(|(account, regions)| {
            let mut account = account.clone()?;
            if let Some(name) = parts.names.get(&account.account) {
                account.name = Field::Is(AccountName(name.as_str().into()));
            }
            sort(&mut account.roles);
            let regions: Vec<RegionFacts> = regions.values().cloned().map(sorted).collect();
            if !regions.is_empty() {
                account.regions = Field::Is(List(regions));
            }
            Some(account)
        });
        inventory.accounts = Field::Is(List(accounts.collect()));
        let gaps = parts.gaps.values().cloned().map(GapEntry::from);
        inventory.gaps = Field::Is(List(gaps.collect()));
        inventory
    }
}

fn sorted(mut region: RegionFacts) -> RegionFacts {
    sort(&mut region.vaults);
    sort(&mut region.keys);
    sort(&mut region.resources);
    sort(&mut region.recovery_points);
    sort(&mut region.option_groups);
    sort(&mut region.plans);
    sort(&mut region.copy_jobs);
    region
}

fn list<T>(field: Field<List<T>>) -> Vec<T> {
    match field {
        Field::Is(List(items)) => items,
        Field::Absent | Field::Null => Vec::new(),
    }
}

fn sort<T: Keyed>(field: &mut Field<List<T>>) {
    if let Field::Is(List(items)) = field {
        items.sort_by_cached_key(Keyed::label);
    }
}

/// Adds an object to a list. What was noted of the same object before stands back.
pub fn add<T: Keyed + Clone>(list: &mut Field<List<T>>, item: T) {
    let mut all = items(list).to_vec();
    all.retain(|other| other.key() != item.key());
    all.push(item);
    *list = Field::Is(List(all));
}
