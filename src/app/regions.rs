//! Regions that are none: a name that is nearly one of AWS's is told with what is meant.

use std::collections::BTreeSet;

use crate::catalog::regions;
use crate::cli::Output;
use crate::inventory::{Inventory, items};
use crate::known::{Arn, Region, near};

use super::print::warn;

/// Whether a Region is none that is known, of a partition whose Regions are.
pub(super) fn is_unknown(region: &Region) -> bool {
    let is_listed = matches!(regions::partition(region), "aws" | "aws-cn" | "aws-us-gov");
    is_listed && !regions::named().any(|known| known == *region)
}

/// The Region that is meant by one that is not known, where one is near.
pub(super) fn meant(region: &Region) -> Option<Region> {
    if !is_unknown(region) {
        return None;
    }
    let names: Vec<Region> = regions::named().collect();
    let meant = near::meant(region.as_str(), names.iter().map(Region::as_str));
    meant.map(Region::new)
}

/// That a Region is misspelt, as far as anybody can tell.
pub(super) fn misspelt(region: &Region) -> Option<String> {
    let meant = meant(region)?;
    Some(format!(
        "no Region `{region}` is known; did you mean `{meant}`?"
    ))
}

/// Warns of those that the facts name, and the copies.
pub(super) fn warn_of_misspelt(inventory: &Inventory, output: &Output) {
    let accounts = items(&inventory.accounts).iter();
    let read = accounts.flat_map(|account| items(&account.regions));
    let read = read.map(|facts| facts.region.clone());
    let copies = items(&inventory.copies).iter();
    let vaults = copies.flat_map(|copy| [copy.source_vault.value(), Some(&copy.destination_vault)]);
    let named = vaults.flatten().filter_map(Arn::region);
    let all: BTreeSet<Region> = read.chain(named).collect();
    for says in all.iter().filter_map(misspelt) {
        warn(output, &says);
    }
}
