//! Lists that are whole, by one entry of an account or a Region, and lack what another entry of it has: one says that it is there, and
//! the other that it is not.
//!
//! `resources_complete` is of the types that were asked for, and says nothing of others.

use std::collections::{BTreeMap, HashSet};

use super::field::Field;
use super::frame::{Account, Inventory, RegionFacts};
use super::list::items;
use super::merge::Conflicts;
use super::objects::{Role, Vault};
use super::word::Whole;
use crate::known::{AccountId, Arn, Region};

/// Notes what an entry has that a whole list of another lacks, of entries that are not joined yet.
pub fn compare<'a>(inventories: &[&'a Inventory], conflicts: &mut Conflicts) {
    let mut accounts: BTreeMap<AccountId, Vec<&'a Account>> = BTreeMap::new();
    let mut regions: BTreeMap<(AccountId, &'a Region), Vec<&'a RegionFacts>> = BTreeMap::new();
    let all = inventories.iter().flat_map(|all| items(&all.accounts));
    for account in all {
        accounts.entry(account.account).or_default().push(account);
        for region in items(&account.regions) {
            let place = (account.account, &region.region);
            regions.entry(place).or_default().push(region);
        }
    }
    for (account, entries) in accounts {
        let lacks = lacking(&entries, |one| &one.roles_complete, roles);
        note(lacks, format!("{account}/roles"), conflicts);
    }
    for ((account, region), entries) in regions {
        // Of those that are shared with the account not each need be in its list.
        let own = |one: &'a RegionFacts| {
            let mut all = vaults(one);
            all.retain(|(arn, _)| arn.account() == Some(account));
            all
        };
        let lacks = lacking(&entries, |one| &one.vaults_complete, own);
        note(lacks, format!("{account}/{region}/vaults"), conflicts);
    }
}

fn note(lacks: Option<&Arn>, place: String, conflicts: &mut Conflicts) {
    if let Some(arn) = lacks {
        conflicts.at(format!("accounts/{place}"), |conflicts| {
            conflicts.differ(format!("`{arn}`, and a whole list without it"));
        });
    }
}

/// The first thing that exists by one entry and that the whole list of another lacks.
fn lacking<'a, T>(
    entries: &[&'a T],
    whole: impl Fn(&'a T) -> &'a Field<Whole>,
    listed: impl Fn(&'a T) -> Vec<(&'a Arn, bool)>,
) -> Option<&'a Arn> {
    if entries.len() < 2 {
        return None;
    }
    let mut all = entries.iter().copied();
    all.find_map(|entry| {
        let is_whole = matches!(whole(entry), Field::Is(whole) if whole.0);
        if !is_whole {
            return None;
        }
        let there: HashSet<&Arn> = listed(entry).into_iter().map(|(arn, _)| arn).collect();
        let mut all = entries.iter().flat_map(|entry| listed(entry));
        let lacks = all.find(|(arn, exists)| *exists && !there.contains(arn));
        lacks.map(|(arn, _)| arn)
    })
}

/// The roles of an entry, and whether each exists: one that was looked up and is not there is in no list.
fn roles(of: &Account) -> Vec<(&Arn, bool)> {
    let exists = |role: &Role| !matches!(role.assume_role_policy_document, Field::Null);
    let roles = items(&of.roles).iter();
    roles.map(|role| (&role.arn, exists(role))).collect()
}

/// The vaults of an entry, in the same way.
fn vaults(of: &RegionFacts) -> Vec<(&Arn, bool)> {
    let exists = |vault: &Vault| !matches!(vault.vault_state, Field::Null);
    let vaults = items(&of.vaults).iter();
    vaults.map(|vault| (&vault.arn, exists(vault))).collect()
}
