//! What is wanted of one policy, whatever it is of, and how a Deny is made to except it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::narrow::{Exception, Grammar, Limit};
use super::patch::lift;
use crate::known::Arn;
use crate::verdict::{Lift, Share};

/// What is wanted of one policy.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// What it must allow.
    pub shares: Vec<Share>,
    /// What it must no longer deny.
    pub lifts: Vec<Lift>,
}

/// A policy less what is denied of what is wanted; the changed statements too. `None` where a Deny cannot be written so.
pub fn lift_all(before: &Value, lifts: &[Lift], grammar: Grammar) -> Option<(Value, Vec<Value>)> {
    let mut one_by_one: BTreeMap<(usize, &Arn), BTreeMap<&str, Limit<'_>>> = BTreeMap::new();
    for wanted in lifts {
        for place in &wanted.statements {
            let actions = one_by_one.entry((*place, &wanted.principal)).or_default();
            for action in &wanted.actions {
                let limit = match (&wanted.target, &wanted.resource) {
                    (Some(target), _) => Limit::Targets([target].into()),
                    (None, Some(resource)) => Limit::Resources([resource.as_str()].into()),
                    (None, None) => Limit::None,
                };
                match (actions.get_mut(action), limit) {
                    (Some(Limit::Targets(all)), Limit::Targets(more)) => all.extend(more),
                    (Some(Limit::Resources(all)), Limit::Resources(more)) => all.extend(more),
                    (_, limit) => {
                        actions.insert(action, limit);
                    }
                }
            }
        }
    }
    let mut after = before.clone();
    let mut changed = Vec::new();
    // Statements that come or go would move the places of those after them, so that the last comes first.
    for ((place, principal), actions) in one_by_one.into_iter().rev() {
        let exception = Exception {
            grammar,
            principal,
            actions,
        };
        let (next, more) = lift(&after, place, &exception)?;
        after = next;
        changed.splice(0..0, more);
    }
    // What one exception made of a statement, the next may have changed again.
    let last = after.get("Statement").and_then(Value::as_array);
    changed.retain(|statement| last.is_some_and(|last| last.contains(statement)));
    Some((after, changed))
}
