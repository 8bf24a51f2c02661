//! Where each object of an inventory is, by its ARN.

use std::borrow::Borrow;
use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::mem::take;
use std::slice;
use std::sync::OnceLock;

use serde_json::Value;

use crate::inventory::field::Field;
use crate::inventory::frame::{Account, GapEntry, Inventory, RegionFacts};
use crate::inventory::json::{Extra, Json};
use crate::inventory::list::items;
use crate::inventory::objects::{CopyJob, Key, Plan, RecoveryPoint, Resource, Role, Vault};
use crate::inventory::overlay::ARN_BEGINS;
use crate::known::{AccountId, Arn, HashSet, Region};

use super::dates_to_come::Dates;
use super::memory::FastMap;
use super::organization_tree::OrganizationTree;
use super::told::ByOrganization;

/// A field of a thing that a run kept: what a change was taken for that says something of it.
pub const TAKEN: &str = "taken for";

type ByArn<'a, T> = FastMap<&'a Arn, Places<'a, T>>;

/// Where an object stands: mostly in one place, which then is found without a further step.
enum Places<'a, T> {
    One(&'a T),
    More(Vec<&'a T>),
}

/// One inventory with its objects by ARN. An object may stand in several places (a vault that is shared with another
/// account); the place that its ARN names comes first.
pub struct Index<'a> {
    pub inventory: &'a Inventory,
    pub accounts: FastMap<AccountId, &'a Account>,
    pub regions: FastMap<(AccountId, Region), &'a RegionFacts>,
    pub gaps: FastMap<(&'a str, &'a str), Vec<&'a GapEntry>>,
    /// The vaults and the resources that stand in a list of another account than the one that their ARN names.
    elsewhere: HashSet<&'a Arn>,
    vaults: ByArn<'a, Vault>,
    keys: ByArn<'a, Key>,
    roles: ByArn<'a, Role>,
    resources: ByArn<'a, Resource>,
    /// Where a resource stands whose ARN names no account and Region: a bucket.
    unplaced: FastMap<&'a Arn, Vec<(AccountId, &'a Region)>>,
    recovery_points: ByArn<'a, RecoveryPoint>,
    backups: ByArn<'a, RecoveryPoint>,
    nested: ByArn<'a, RecoveryPoint>,
    plans: FastMap<&'a str, Places<'a, Plan>>,
    running: FastMap<&'a Arn, &'a str>,
    completed: ByArn<'a, CopyJob>,
    /// The copy jobs that completed, of which nobody says what they copied.
    unnamed: Vec<&'a CopyJob>,
    /// What the ARNs begin with of what AWS or the provider names when a change is applied.
    begun: FastMap<&'a Arn, &'a str>,
    /// What changes were taken for, by the ARN or id of what they say something of.
    taken: FastMap<&'a str, &'a Value>,
    pub cross_account: OnceLock<ByOrganization>,
    dates: OnceLock<Dates>,
    tree: OnceLock<OrganizationTree>,
    /// The organizations and their management accounts, each pair once.
    pub leaders: Vec<Leader<'a>>,
    /// Whether each organization has one management account there, and each of those one organization.
    pub leaders_agree: bool,
}

/// An organization's id, its management account's, and an account that says so.
type Leader<'a> = (&'a str, &'a str, AccountId);

impl<'a> Index<'a> {
    /// What of it is dated.
    pub fn dates(&self) -> &Dates {
        self.dates.get_or_init(|| Dates::of_all(self.inventory))
    }

    /// What its accounts say of their organization.
    pub fn organization_tree(&self) -> &OrganizationTree {
        self.tree
            .get_or_init(|| OrganizationTree::of(self.inventory))
    }

    pub fn new(inventory: &'a Inventory) -> Self {
        let leaders = leaders(inventory);
        let mut index = Self {
            inventory,
            accounts: FastMap::default(),
            regions: FastMap::default(),
            gaps: FastMap::default(),
            elsewhere: HashSet::default(),
            vaults: FastMap::default(),
            keys: FastMap::default(),
            roles: FastMap::default(),
            resources: FastMap::default(),
            unplaced: FastMap::default(),
            recovery_points: FastMap::default(),
            backups: FastMap::default(),
            nested: FastMap::default(),
            plans: FastMap::default(),
            running: FastMap::default(),
            completed: FastMap::default(),
            unnamed: Vec::new(),
            begun: FastMap::default(),
            taken: FastMap::default(),
            cross_account: OnceLock::new(),
            dates: OnceLock::new(),
            tree: OnceLock::new(),
            leaders_agree: agree(&leaders),
            leaders,
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
                add(&mut index.roles, &role.arn, role, false);
                index.is_taken(role.arn.as_str(), &role.extra);
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
            let at_home = vault.arn.account() == Some(account);
            add(&mut self.vaults, &vault.arn, vault, at_home);
            self.begins(&vault.arn, &vault.extra);
            if !at_home {
                self.elsewhere.insert(&vault.arn);
            }
        }
        for key in items(&region.keys) {
            let at_home = key.arn.account() == Some(account);
            add(&mut self.keys, &key.arn, key, at_home);
            self.is_taken(key.arn.as_str(), &key.extra);
        }
        for resource in items(&region.resources) {
            add(&mut self.resources, &resource.arn, resource, false);
            self.begins(&resource.arn, &resource.extra);
            if resource.arn.account().is_some_and(|of| of != account) {
                self.elsewhere.insert(&resource.arn);
            }
            let is_there = !matches!(resource.resource_type, Field::Null);
            if is_there && resource.arn.region().is_none() {
                let places = self.unplaced.entry(&resource.arn).or_default();
                places.push((account, &region.region));
            }
        }
        for job in items(&region.copy_jobs) {
            let state = job.state.value().map(|state| &**state);
            if let (Some("CREATED" | "RUNNING"), Some(resource)) = (state, job.resource_arn.value())
            {
                let first = self.running.entry(resource).or_insert(&job.id);
                *first = (*first).min(&job.id);
            }
            match (state, job.resource_arn.value()) {
                (Some("COMPLETED"), Some(resource)) => {
                    add(&mut self.completed, resource, job, false);
                }
                (Some("COMPLETED"), None) => self.unnamed.push(job),
                (Some(_) | None, _) => {}
            }
        }
        for point in items(&region.recovery_points) {
            add(&mut self.recovery_points, &point.arn, point, false);
            if let Some(resource) = point.resource_arn.value() {
                add(&mut self.backups, resource, point, false);
            }
            if let Some(composite) = point.parent_recovery_point_arn.value() {
                add(&mut self.nested, composite, point, false);
            }
        }
        for plan in items(&region.plans) {
            add(&mut self.plans, &*plan.id, plan, false);
            self.is_taken(&plan.id, &plan.extra);
        }
    }

    fn begins(&mut self, arn: &'a Arn, extra: &'a Extra) {
        self.is_taken(arn.as_str(), extra);
        let mut told = extra.iter().filter(|(name, _)| **name == *ARN_BEGINS);
        if let Some(begins) = told.find_map(|(_, Json(begins))| begins.as_str()) {
            self.begun.insert(arn, begins);
        }
    }

    fn is_taken(&mut self, name: &'a str, extra: &'a Extra) {
        let told = extra.iter().find(|(field, _)| **field == *TAKEN);
        if let Some((_, Json(taken))) = told {
            self.taken.insert(name, taken);
        }
    }

    /// What a change was taken for that says something of a thing, by its ARN or id: a list.
    pub fn taken(&self, name: &str) -> &'a [Value] {
        let taken = self.taken.get(name).and_then(|taken| taken.as_array());
        taken.map_or(&[], Vec::as_slice)
    }

    /// What the ARN of a thing begins with whose name is given when a change is applied.
    pub fn arn_begins(&self, arn: &Arn) -> Option<&'a str> {
        self.begun.get(arn).copied()
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
        places(&self.vaults, arn)
    }
    /// Whether a list of another account than its own has a vault or a resource.
    pub fn is_elsewhere(&self, arn: &Arn) -> bool {
        self.elsewhere.contains(arn)
    }
    pub fn keys(&self, arn: &Arn) -> &[&'a Key] {
        places(&self.keys, arn)
    }
    pub fn roles(&self, arn: &Arn) -> &[&'a Role] {
        places(&self.roles, arn)
    }
    pub fn resources(&self, arn: &Arn) -> &[&'a Resource] {
        places(&self.resources, arn)
    }
    /// The accounts and Regions that a resource stands in whose ARN names none.
    pub fn unplaced(&self, arn: &Arn) -> &[(AccountId, &'a Region)] {
        self.unplaced.get(arn).map_or(&[], Vec::as_slice)
    }
    pub fn recovery_points(&self, arn: &Arn) -> &[&'a RecoveryPoint] {
        places(&self.recovery_points, arn)
    }
    /// The recovery points of a resource.
    pub fn backups(&self, resource: &Arn) -> &[&'a RecoveryPoint] {
        places(&self.backups, resource)
    }
    /// The recovery points that are nested in a composite one.
    pub fn nested(&self, composite: &Arn) -> &[&'a RecoveryPoint] {
        places(&self.nested, composite)
    }
    /// The copy jobs of a resource that completed.
    pub fn completed_copies(&self, resource: &Arn) -> &[&'a CopyJob] {
        places(&self.completed, resource)
    }
    /// The copy jobs that completed, of which nobody says what they copied.
    pub fn unnamed_copies(&self) -> &[&'a CopyJob] {
        &self.unnamed
    }
    /// The backup plans of an id.
    pub fn plans(&self, id: &str) -> &[&'a Plan] {
        places(&self.plans, id)
    }
    pub fn account(&self, id: AccountId) -> &[&'a Account] {
        self.accounts.get(&id).map_or(&[], slice::from_ref)
    }
    pub fn region(&self, account: AccountId, region: &Region) -> &[&'a RegionFacts] {
        self.regions
            .get(&(account, region.clone()))
            .map_or(&[], slice::from_ref)
    }
}

fn leaders(inventory: &Inventory) -> Vec<Leader<'_>> {
    let said = items(&inventory.accounts).iter().filter_map(|facts| {
        let organization = facts.organization.value()?;
        let (id, master) = (&organization.id, &organization.master_account_id);
        Some((&**id.value()?, &**master.value()?, facts.account))
    });
    let mut pairs: Vec<Leader<'_>> = said.collect();
    pairs.sort_unstable();
    pairs.dedup_by_key(|(id, master, _)| (*id, *master));
    pairs
}

/// Whether no two of the pairs have an organization or a management account in common.
fn agree(leaders: &[Leader<'_>]) -> bool {
    let ids: HashSet<&str> = leaders.iter().map(|(id, ..)| *id).collect();
    let masters: HashSet<&str> = leaders.iter().map(|(_, master, _)| *master).collect();
    ids.len() == leaders.len() && masters.len() == leaders.len()
}

fn places<'s, 'a, N, T, Q>(by: &'s FastMap<N, Places<'a, T>>, name: &Q) -> &'s [&'a T]
where
    N: Borrow<Q> + Eq + Hash,
    Q: Eq + Hash + ?Sized,
{
    match by.get(name) {
        None => &[],
        Some(Places::One(object)) => slice::from_ref(object),
        Some(Places::More(objects)) => objects,
    }
}

/// One place more, before or after those that there are.
fn add<'a, N: Eq + Hash, T>(
    by: &mut FastMap<N, Places<'a, T>>,
    name: N,
    object: &'a T,
    comes_first: bool,
) {
    let mut slot = match by.entry(name) {
        Entry::Occupied(slot) => slot,
        Entry::Vacant(slot) => {
            slot.insert(Places::One(object));
            return;
        }
    };
    let mut objects = match slot.get_mut() {
        Places::One(object) => vec![*object],
        Places::More(objects) => take(objects),
    };
    let at = if comes_first { 0 } else { objects.len() };
    objects.insert(at, object);
    slot.insert(Places::More(objects));
}
