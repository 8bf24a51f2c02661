//! Where each object of an inventory is, by its ARN.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::RandomState;

use crate::inventory::frame::{Account, GapEntry, Inventory, RegionFacts};
use crate::inventory::leaf::{Key, Plan, RecoveryPoint, Resource, Role, Vault};
use crate::inventory::read::items;
use crate::known::{AccountId, Arn, Region};

use super::cross_account::ByOrganization;

/// Hashed fast: a copy looks up a dozen objects.
type Map<K, V> = HashMap<K, V, RandomState>;

type ByArn<'a, T> = Map<&'a Arn, Vec<&'a T>>;

/// One inventory with its objects by ARN. An object may stand in several places (a vault that is shared with another
/// account); the place that its ARN names comes first.
pub struct Index<'a> {
    pub inventory: &'a Inventory,
    pub accounts: Map<AccountId, &'a Account>,
    pub regions: Map<(AccountId, Region), &'a RegionFacts>,
    pub gaps: Map<(&'a str, &'a str), Vec<&'a GapEntry>>,
    vaults: ByArn<'a, Vault>,
    keys: ByArn<'a, Key>,
    roles: ByArn<'a, Role>,
    resources: ByArn<'a, Resource>,
    recovery_points: ByArn<'a, RecoveryPoint>,
    backups: ByArn<'a, RecoveryPoint>,
    nested: ByArn<'a, RecoveryPoint>,
    plans: Map<&'a str, Vec<&'a Plan>>,
    running: Map<&'a Arn, &'a str>,
    pub cross_account: OnceLock<ByOrganization>,
}

impl<'a> Index<'a> {
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut index = Self {
            inventory,
            accounts: Map::default(),
            regions: Map::default(),
            gaps: Map::default(),
            vaults: Map::default(),
            keys: Map::default(),
            roles: Map::default(),
            resources: Map::default(),
            recovery_points: Map::default(),
            backups: Map::default(),
            nested: Map::default(),
            plans: Map::default(),
            running: Map::default(),
            cross_account: OnceLock::new(),
        };
        for gap in items(&inventory.gaps) {
            let subject = gap.subject.value().map_or("", |subject| subject);
            let asked = (&*gap.operation, subject);
            index.gaps.entry(asked).or_default().push(gap);
        }
        for gaps in index.gaps.values_mut() {
            // Of two that were asked the same, the one with AWS's answer tells more.
            gaps.sort_by_cached_key(|gap| (gap.error.value().is_none(), gap.to_gap()));
        }
        for account in items(&inventory.accounts) {
            index.accounts.insert(account.account, account);
            for role in items(&account.roles) {
                index.roles.entry(&role.arn).or_default().push(role);
            }
            for region in items(&account.regions) {
                index.add_region(account.account, region);
            }
        }
        index
    }

    fn add_region(&mut self, account: AccountId, region: &'a RegionFacts) {
        self.regions
            .insert((account, region.region.clone()), region);
        for vault in items(&region.vaults) {
            let places = self.vaults.entry(&vault.arn).or_default();
            let at = if vault.arn.account() == Some(account) {
                0
            } else {
                places.len()
            };
            places.insert(at, vault);
        }
        for key in items(&region.keys) {
            let places = self.keys.entry(&key.arn).or_default();
            let at = if key.arn.account() == Some(account) {
                0
            } else {
                places.len()
            };
            places.insert(at, key);
        }
        for resource in items(&region.resources) {
            self.resources
                .entry(&resource.arn)
                .or_default()
                .push(resource);
        }
        for job in items(&region.copy_jobs) {
            let state = job.state.value().map(|state| &**state);
            if let (Some("CREATED" | "RUNNING"), Some(resource)) = (state, job.resource_arn.value())
            {
                self.running.insert(resource, &job.id);
            }
        }
        for point in items(&region.recovery_points) {
            self.recovery_points
                .entry(&point.arn)
                .or_default()
                .push(point);
            if let Some(resource) = point.resource_arn.value() {
                self.backups.entry(resource).or_default().push(point);
            }
            if let Some(composite) = point.parent_recovery_point_arn.value() {
                self.nested.entry(composite).or_default().push(point);
            }
        }
        for plan in items(&region.plans) {
            self.plans.entry(&plan.id).or_default().push(plan);
        }
    }

    /// A copy job of the resource that had not ended.
    pub fn running_copy_job(&self, resource: &Arn) -> Option<&'a str> {
        self.running.get(resource).copied()
    }

    /// The gap that this question left; one of another account or Region is about something else.
    pub fn gap(
        &self,
        operation: &str,
        subject: &str,
        account: Option<AccountId>,
        region: Option<&Region>,
    ) -> Option<&'a GapEntry> {
        let gaps = self.gaps.get(&(operation, subject))?;
        let of = |gap: &&&GapEntry| {
            let other_account = gap.account.value().zip(account);
            let other_region = gap.region.value().zip(region);
            other_account.is_none_or(|(one, other)| *one == other)
                && other_region.is_none_or(|(one, other)| one == other)
        };
        gaps.iter().find(of).copied()
    }
    pub fn vaults(&self, arn: &Arn) -> &[&'a Vault] {
        self.vaults.get(arn).map_or(&[], Vec::as_slice)
    }
    pub fn keys(&self, arn: &Arn) -> &[&'a Key] {
        self.keys.get(arn).map_or(&[], Vec::as_slice)
    }
    pub fn roles(&self, arn: &Arn) -> &[&'a Role] {
        self.roles.get(arn).map_or(&[], Vec::as_slice)
    }
    pub fn resources(&self, arn: &Arn) -> &[&'a Resource] {
        self.resources.get(arn).map_or(&[], Vec::as_slice)
    }
    pub fn recovery_points(&self, arn: &Arn) -> &[&'a RecoveryPoint] {
        self.recovery_points.get(arn).map_or(&[], Vec::as_slice)
    }
    /// The recovery points of a resource.
    pub fn backups(&self, resource: &Arn) -> &[&'a RecoveryPoint] {
        self.backups.get(resource).map_or(&[], Vec::as_slice)
    }
    /// The recovery points that are nested in a composite one.
    pub fn nested(&self, composite: &Arn) -> &[&'a RecoveryPoint] {
        self.nested.get(composite).map_or(&[], Vec::as_slice)
    }
    /// The backup plans of an id.
    pub fn plans(&self, id: &str) -> &[&'a Plan] {
        self.plans.get(id).map_or(&[], Vec::as_slice)
    }
    pub fn account(&self, id: AccountId) -> &[&'a Account] {
        self.accounts.get(&id).map_or(&[], std::slice::from_ref)
    }
    pub fn region(&self, account: AccountId, region: &Region) -> &[&'a RegionFacts] {
        self.regions
            .get(&(account, region.clone()))
            .map_or(&[], std::slice::from_ref)
    }
}
