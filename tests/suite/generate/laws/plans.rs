//! What plans make of what was not read: no copy too few, and nothing that is found of a vault or a plan is taken back.

use std::collections::BTreeMap;

use backup_preflight::checks::audit;
use backup_preflight::inventory::Facts;
use backup_preflight::plans;
use backup_preflight::verdict::Status;
use serde_json::Value;

use super::super::{World, always};
use crate::support::verdicts::read;

/// The copies that plans make, whether there may be more, and what an audit finds, by subject and check.
struct Found {
    copies: Vec<String>,
    may_be_more: bool,
    audited: BTreeMap<String, Status>,
}

fn found(inventory: &Value) -> Found {
    let mut inventory = read(inventory);
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let all = plans::plans(&facts);
    let made = plans::copies(&all, &facts);
    let audited = audit(&all, &facts);
    let vaults = audited
        .vaults
        .into_iter()
        .map(|(vault, outcomes)| (vault.to_string(), outcomes));
    let plans = audited
        .plans
        .into_iter()
        .map(|(plan, outcomes)| (plan.id, outcomes));
    let outcomes = vaults.chain(plans).flat_map(|(subject, outcomes)| {
        outcomes
            .into_iter()
            .map(move |(check, outcome)| (format!("{} of {subject}", check.id), outcome.status))
    });
    Found {
        copies: made.copies.iter().map(|copy| copy.id.to_string()).collect(),
        may_be_more: !made.gaps.is_empty(),
        audited: outcomes.collect(),
    }
}

fn no_copy_is_missed(world: &World) -> Option<String> {
    let before = found(&world.read());
    // Of a list of plans that was not read nothing is known, as nothing is of a Region or an account that was not.
    let plans_read = !world.misses(&["accounts", "regions", "plans"]);
    for filled in world.fillings() {
        let after = found(&filled);
        let missed = after.copies.iter().find(|id| !before.copies.contains(id));
        if let Some(id) = missed
            && plans_read
            && !before.may_be_more
        {
            return Some(format!("{id} is not among {:?}", before.copies));
        }
        for (what, was) in &before.audited {
            let Some(is) = after.audited.get(what) else {
                continue;
            };
            let broken = match was {
                Status::Undecided => false,
                Status::Fail => *is != Status::Fail,
                Status::Pass | Status::Warn | Status::NotApplicable => *is == Status::Fail,
            };
            if broken {
                return Some(format!("{what} goes from {was:?} to {is:?}"));
            }
        }
    }
    None
}

#[test]
fn no_copy_of_a_plan_is_missed_for_what_was_not_read() {
    always(60, no_copy_is_missed);
}
