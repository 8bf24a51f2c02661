//! What stands in the lists of several accounts, as a vault that is shared with them does: it is one thing, and they must say the
//! same of it.

use std::collections::HashMap;

use super::frame::{Inventory, RegionFacts};
use super::json::Extra;
use super::list::items;
use super::merge::{Conflicts, Merge};
use super::objects::{Key, RecoveryPoint, Resource, Vault};
use crate::known::{AccountId, Arn};

/// Notes where the lists of two accounts say different things of one.
pub fn compare(inventory: &Inventory, conflicts: &mut Conflicts) {
    each::<Vault>(inventory, conflicts);
    each::<Key>(inventory, conflicts);
    each::<Resource>(inventory, conflicts);
    each::<RecoveryPoint>(inventory, conflicts);
}

/// A thing with an ARN, in the lists of a Region.
trait RegionList: Clone + Merge {
    const LIST: &'static str;
    fn all(region: &RegionFacts) -> &[Self];
    fn arn(&self) -> &Arn;
    /// The fields that no check reads, which may well differ: how many recovery points an account sees in a vault.
    fn extra(&mut self) -> &mut Extra;
}

macro_rules! listed {
    ($($Type:ty, $list:ident;)+) => {$(
        impl RegionList for $Type {
            const LIST: &'static str = stringify!($list);
            fn all(region: &RegionFacts) -> &[Self] {
                items(&region.$list)
            }
            fn arn(&self) -> &Arn {
                &self.arn
            }
            fn extra(&mut self) -> &mut Extra {
                &mut self.extra
            }
        }
    )+};
}

listed! {
    Vault, vaults;
    Key, keys;
    Resource, resources;
    RecoveryPoint, recovery_points;
}

fn each<T: RegionList>(inventory: &Inventory, conflicts: &mut Conflicts) {
    let all = || {
        let accounts = items(&inventory.accounts).iter();
        accounts.flat_map(|account| {
            let regions = items(&account.regions).iter();
            regions.flat_map(move |region| {
                T::all(region).iter().map(move |one| (account.account, one))
            })
        })
    };
    // One that its ARN says is of the account stands in no other list of it.
    let is_elsewhere = |(account, one): &(AccountId, &T)| one.arn().account() != Some(*account);
    let mut places: HashMap<&Arn, Vec<&T>> = HashMap::new();
    for (_, one) in all().filter(is_elsewhere) {
        places.entry(one.arn()).or_default().push(one);
    }
    if places.is_empty() {
        return;
    }
    for (_, one) in all().filter(|place| !is_elsewhere(place)) {
        if let Some(others) = places.get_mut(one.arn()) {
            others.push(one);
        }
    }
    let mut several: Vec<_> = places
        .into_iter()
        .filter(|(_, all)| all.len() > 1)
        .collect();
    several.sort_unstable_by_key(|(arn, _)| *arn);
    for (arn, all) in several {
        let mut all = all.into_iter().cloned().map(|mut one| {
            one.extra().clear();
            one
        });
        let Some(mut first) = all.next() else {
            continue;
        };
        conflicts.at(T::LIST, |conflicts| {
            conflicts.at(arn.as_str(), |conflicts| {
                all.for_each(|other| first.merge(other, conflicts));
            });
        });
    }
}
