//! One more Allow in any policy makes no check worse, and one more Deny none better.

use backup_preflight::verdict::Status;
use serde_json::{Value, json};

use super::super::dice::mixed;
use super::super::policies::{OF_ORGANIZATIONS, OF_RESOURCES, OF_ROLES};
use super::super::{World, always};
use crate::remedies::rank;
use crate::support::decide;

/// Where the policies of an inventory are.
fn documents(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) if fields.contains_key("Statement") => found.push(at.to_owned()),
        Value::Object(fields) => fields
            .iter()
            .for_each(|(name, value)| documents(value, &format!("{at}/{name}"), found)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(index, value)| documents(value, &format!("{at}/{index}"), found)),
        _ => {}
    }
}

/// A statement that would do for the policy there.
fn statement(pointer: &str, effect: &str, roll: u64) -> Value {
    let of = |pool: &[Value]| pool[roll as usize % pool.len()].clone();
    let mut statement = if pointer.contains("_control_policies/") {
        of(&OF_ORGANIZATIONS)
    } else if pointer.contains("/roles/") && !pointer.ends_with("/AssumeRolePolicyDocument") {
        of(&OF_ROLES)
    } else {
        of(&OF_RESOURCES)
    };
    let fields = statement.as_object_mut().unwrap();
    fields.insert("Effect".to_owned(), json!(effect));
    if pointer.contains("/resource_control_policies/") {
        fields.insert("Principal".to_owned(), json!("*"));
    }
    // A role is assumed, not used.
    if pointer.ends_with("/AssumeRolePolicyDocument") {
        fields.shift_remove("Resource");
    }
    if effect == "Allow"
        && let Some(spared) = fields.shift_remove("NotPrincipal")
    {
        fields.insert("Principal".to_owned(), spared);
    }
    statement
}

fn more_of_the_same(world: &World) -> Option<String> {
    let inventory = world.read();
    let before = decide(&inventory);
    let mut all = Vec::new();
    documents(&inventory, "", &mut all);
    if all.is_empty() {
        return None;
    }
    for (effect, turn) in [("Allow", 0_u64), ("Deny", 1), ("Allow", 2), ("Deny", 3)] {
        let roll = mixed(world.seed, &format!("{effect} {turn}"));
        let pointer = &all[roll as usize % all.len()];
        // AWS's resource control policies only deny.
        if effect == "Allow" && pointer.contains("/resource_control_policies/") {
            continue;
        }
        let added = statement(pointer, effect, roll / 1000);
        let mut changed = inventory.clone();
        let statements = changed.pointer_mut(&format!("{pointer}/Statement"));
        statements?.as_array_mut()?.push(added.clone());
        for (before, after) in before.iter().zip(decide(&changed)) {
            for ((check, was), (_, is)) in before.checks.iter().zip(&after.checks) {
                let holds = match effect {
                    "Allow" => rank(*is) <= rank(*was),
                    _ => rank(*is) >= rank(*was),
                };
                // What no longer allows needs no more than that: what it would be used for is not asked.
                let moot = *is == Status::NotApplicable || *was == Status::NotApplicable;
                if !holds && !moot {
                    return Some(format!(
                        "with {added} in {pointer}, {check} of {} goes from {was:?} to {is:?}",
                        after.id
                    ));
                }
            }
        }
    }
    None
}

#[test]
fn one_more_allow_makes_no_check_worse_and_one_more_deny_none_better() {
    always(60, more_of_the_same);
}
