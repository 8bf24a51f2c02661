//! What was settled without a fact stays so, whatever the fact is.

use std::collections::BTreeMap;

use backup_preflight::verdict::{Status, Verdict};
use serde_json::Value;

use super::super::{World, always};
use crate::support::{Verdicts, decide};

fn by_id(inventory: &Value) -> BTreeMap<String, Verdicts> {
    decide(inventory)
        .into_iter()
        .map(|found| (found.id.clone(), found))
        .collect()
}

/// Why a world breaks the law, if it does.
fn settled_is_settled(world: &World) -> Option<String> {
    let read = by_id(&world.read());
    for filled in world.fillings() {
        for (id, after) in by_id(&filled) {
            let before = &read[&id];
            let told = |what: &str| {
                let was = (before.failing(), before.undecided());
                let is = (after.failing(), after.undecided());
                Some(format!("{id} {what}, with {was:?} and then {is:?}"))
            };
            if before.verdict != Verdict::Undecided && before.verdict != after.verdict {
                return told("has another verdict");
            }
            for ((check, was), (_, is)) in before.checks.iter().zip(&after.checks) {
                let broken = match was {
                    Status::Undecided => false,
                    Status::Fail => *is != Status::Fail,
                    Status::Pass | Status::Warn | Status::NotApplicable => *is == Status::Fail,
                };
                if broken {
                    return told(&format!(
                        "has {check} {} and then {}",
                        was.as_str(),
                        is.as_str()
                    ));
                }
            }
        }
    }
    None
}

#[test]
fn what_is_settled_stays_settled_whatever_was_not_read() {
    always(100, settled_is_settled);
}
