//! Every gap says what settles it: a call that is a row of the catalog, with the permission that it takes, or a person, with
//! what to do. A call that is a row is made: `live::permissions` holds the rows to the calls that are seen.

use std::collections::{BTreeMap, BTreeSet};

use backup_preflight::catalog::permissions;
use backup_preflight::inventory::Facts;
use backup_preflight::known::Gap;
use backup_preflight::report::{Reading, permission, settle};
use serde_json::Value;

use super::places::places;
use super::{broken, inventories};
use crate::support::decided;
use crate::support::verdicts::read;

/// The gaps of all that is found out about the copies of an inventory.
fn gaps(inventory: &Value) -> BTreeSet<Gap> {
    let inventory = read(inventory);
    let facts = Facts::new(&inventory);
    let all = decided(&facts, &inventory);
    let outcomes = all.iter().flat_map(|decided| &decided.outcomes);
    outcomes
        .flat_map(|(_, outcome)| outcome.gaps.iter().cloned())
        .collect()
}

/// What is wrong with what a gap says of what settles it.
fn fault(gap: &Gap) -> Option<String> {
    let made: BTreeSet<&str> = permissions::made().collect();
    let reading = Reading::default();
    let says = settle(gap, &reading);
    let told = permission(gap, &reading);
    match (gap.api_call(), gap.hand()) {
        (Some(call), None) if !made.contains(call.as_str()) => {
            Some(format!("{call} takes no permission of the table"))
        }
        (Some(call), None) if gap.permission().is_none_or(|action| !made.contains(action)) => {
            Some(format!("{call} is permitted by {:?}", gap.permission()))
        }
        (None, Some(_)) if told.is_some() => Some(format!("{gap}: {told:?} settles nothing")),
        (Some(_), None) | (None, Some(_)) if says.len() < 20 => Some(format!("{gap}: {says}")),
        (Some(_), None) | (None, Some(_)) => None,
        (None, None) | (Some(_), Some(_)) => Some(format!("{gap} is neither a call nor by hand")),
    }
}

#[test]
fn every_gap_is_settled_by_a_call_that_is_made_or_by_a_person() {
    let seen = std::sync::Mutex::new(BTreeMap::<String, usize>::new());
    let (_, broken) = broken(&inventories(), |inventory, broken| {
        let mut all = gaps(inventory);
        let places = places(inventory);
        // The other half is of the same kinds.
        for place in places.iter().step_by(2) {
            let mut without = inventory.clone();
            place.take(&mut without);
            all.extend(gaps(&without));
        }
        broken.extend(all.iter().filter_map(fault));
        let mut seen = seen.lock().unwrap();
        for gap in &all {
            *seen.entry(gap.operation().to_owned()).or_default() += 1;
        }
        places.len()
    });
    assert!(
        broken.is_empty(),
        "{} faults\n{}",
        broken.len(),
        broken.join("\n")
    );
    let seen = seen.into_inner().unwrap();
    let calls = seen
        .keys()
        .filter(|name| permissions::made().any(|call| call == *name));
    let calls = calls.count();
    assert!(calls >= 28, "only {calls} calls were wanted: {seen:#?}");
}
