//! What was not read of a vault or a plan is never taken for sound.

use backup_preflight::checks;
use backup_preflight::inventory::Facts;
use backup_preflight::plans;
use backup_preflight::verdict::Status;
use serde_json::Value;

use crate::scenarios::scenarios;
use crate::support::verdicts::read;
use crate::unknowns::places::places;

/// What every check finds of each vault and plan, by subject and check.
fn found(inventory: &Value) -> Vec<(String, Status)> {
    let mut inventory = read(inventory);
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let found = checks::audit(&plans::plans(&facts), &facts);
    let vaults = found
        .vaults
        .into_iter()
        .map(|(vault, outcomes)| (vault.to_string(), outcomes));
    let plans = found
        .plans
        .into_iter()
        .map(|(plan, outcomes)| (plan.id, outcomes));
    vaults
        .chain(plans)
        .flat_map(|(subject, outcomes)| {
            outcomes
                .into_iter()
                .map(move |(check, outcome)| (format!("{} of {subject}", check.id), outcome.status))
        })
        .collect()
}

/// Tags and settings that were not read are taken to match, and the copies that come of it say so.
fn is_taken_for_granted(field: &str) -> bool {
    ["Tags", "region_settings", "ResourceTypeOptInPreference"].contains(&field)
}

#[test]
fn a_fact_that_is_taken_away_leaves_what_an_audit_finds_or_leaves_it_undecided() {
    let mut asked = 0;
    for scenario in scenarios().into_iter().filter(|one| !one.is_of_a_copy()) {
        let inventory: Value = serde_json::from_slice(&scenario.inventory()).unwrap();
        let before = found(&inventory);
        for place in places(&inventory) {
            let mut without = inventory.clone();
            place.take(&mut without);
            for (what, is) in found(&without) {
                // A plan that a policy makes goes with the policy.
                let Some((_, was)) = before.iter().find(|(subject, _)| *subject == what) else {
                    continue;
                };
                let holds = *was == is || is == Status::Undecided;
                assert!(
                    holds || is_taken_for_granted(&place.field),
                    "{}: without {}, {what} goes from {was:?} to {is:?}",
                    scenario.name(),
                    place.pointer
                );
                asked += 1;
            }
        }
    }
    assert!(asked > 500, "{asked}");
}
