//! The inventory as it fills up: each object at its account and Region, each gap once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::inventory::{
    Account, Conflicts, Field, GapEntry, Inventory, Keyed, List, Merge, RecoveryPoint, RegionFacts,
    Timestamp, items,
};
use crate::known::{AccountId, Arn, Gap, Region};

use super::found::{Found, Place};

/// What was read so far.
#[derive(Debug, Default)]
pub struct Book(Mutex<Pages>);

#[derive(Debug, Default)]
struct Pages {
    accounts: BTreeMap<AccountId, (Option<Account>, BTreeMap<Region, RegionFacts>)>,
    gaps: BTreeMap<GapKey, Gap>,
}

type GapKey = (Option<String>, Option<String>, String, String);

impl Book {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes something of an account.
    pub fn account(&self, id: AccountId, note: impl FnOnce(&mut Account)) {
        let mut pages = self.pages();
        let (account, _) = pages.accounts.entry(id).or_default();
        if account.is_none() {
            *account = serde_json::from_value(json!({"account": id})).ok();
        }
        if let Some(account) = account {
            note(account);
        }
    }

    /// Notes something of a Region of an account.
    pub fn region(&self, place: &Place, note: impl FnOnce(&mut RegionFacts)) {
        let Some(region) = &place.region else { return };
        self.account(place.account, |_| {});
        let mut pages = self.pages();
        let (_, regions) = pages.accounts.entry(place.account).or_default();
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
        let mut pages = self.pages();
        for gap in gaps {
            let key = (
                gap.account.clone(),
                gap.region.clone(),
                gap.operation().to_owned(),
                gap.subject.clone(),
            );
            let known = pages.gaps.get(&key);
            if known.is_none_or(|known| known.error.is_none() && gap.error.is_some()) {
                pages.gaps.insert(key, gap);
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
        self.pages().gaps.len()
    }

    /// Takes in what was read elsewhere. What was noted of the same thing before stays.
    pub fn absorb(&self, read: Inventory) {
        // Two readings of one thing may differ; the first stands, and the second is not worth an error.
        let mut differences = Conflicts::default();
        let mut pages = self.pages();
        for mut account in list(read.accounts) {
            let theirs = list(std::mem::take(&mut account.regions));
            let (mine, regions) = pages.accounts.entry(account.account).or_default();
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
        drop(pages);
        self.gaps(list(read.gaps).iter().map(GapEntry::to_gap));
    }

    /// What was noted of each Region of an account, seen through a function.
    pub fn regions_of<T>(
        &self,
        account: AccountId,
        see: impl Fn(&RegionFacts) -> Option<T>,
    ) -> Vec<T> {
        let pages = self.pages();
        let regions = pages.accounts.get(&account).map(|(_, regions)| regions);
        regions
            .into_iter()
            .flat_map(BTreeMap::values)
            .filter_map(see)
            .collect()
    }

    /// The keys that vaults, resources, recovery points and the snapshots behind images name.
    pub fn keys(&self) -> BTreeSet<Arn> {
        let pages = self.pages();
        let mut keys = BTreeSet::new();
        for region in pages
            .accounts
            .values()
            .flat_map(|(_, regions)| regions.values())
        {
            let vaults = items(&region.vaults)
                .iter()
                .map(|vault| &vault.encryption_key_arn);
            let resources = items(&region.resources)
                .iter()
                .map(|thing| &thing.encryption_key_arn);
            // A point that was only listed names the key of some earlier backup, which decides nothing.
            let points = items(&region.recovery_points)
                .iter()
                .filter(|point| point.storage_class.is_present())
                .map(|point| &point.encryption_key_arn);
            keys.extend(items(&region.recovery_points).iter().flat_map(of_snapshots));
            keys.extend(
                vaults
                    .chain(resources)
                    .chain(points)
                    .filter_map(Field::value)
                    .cloned(),
            );
            let default = region.ebs_default_kms_key_id.value();
            let default = default.and_then(|id| Arn::parse(id).ok());
            keys.extend(default.filter(|arn| arn.resource().starts_with("key/")));
        }
        keys
    }

    /// The recovery points that were read, where the account's service control policies were not and the role was.
    pub fn worth_simulating(&self, id: AccountId, role: &Arn) -> Option<Vec<RecoveryPoint>> {
        let pages = self.pages();
        let (account, regions) = pages.accounts.get(&id)?;
        let account = account.as_ref()?;
        let unread = !account.service_control_policies.is_present();
        let there = items(&account.roles)
            .iter()
            .any(|known| known.arn == *role && known.assume_role_policy_document.value().is_some());
        let points = regions
            .values()
            .flat_map(|region| items(&region.recovery_points));
        (unread && there).then(|| points.cloned().collect())
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
        let pages = self.pages();
        let mut inventory = Inventory::empty();
        let accounts = pages.accounts.values().filter_map(|(account, regions)| {
            let mut account = account.clone()?;
            sort(&mut account.roles);
            let regions: Vec<RegionFacts> = regions.values().cloned().map(sorted).collect();
            if !regions.is_empty() {
                account.regions = Field::Is(List(regions));
            }
            Some(account)
        });
        inventory.accounts = Field::Is(List(accounts.collect()));
        let gaps = pages.gaps.values().cloned().map(GapEntry::from);
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

/// The keys of the snapshots behind an image.
fn of_snapshots(point: &RecoveryPoint) -> Vec<Arn> {
    let devices = point.detail.value();
    let devices = devices.and_then(|detail| detail.get("BlockDeviceMappings")?.as_array());
    let devices = devices.into_iter().flatten();
    devices
        .filter_map(|device| Arn::parse(device.get("Ebs")?.get("KmsKeyId")?.as_str()?).ok())
        .collect()
}

/// Adds an object to a list. What was noted of the same object before stands back.
pub fn add<T: Keyed + Clone>(list: &mut Field<List<T>>, item: T) {
    let mut all = items(list).to_vec();
    all.retain(|other| other.key() != item.key());
    all.push(item);
    *list = Field::Is(List(all));
}
