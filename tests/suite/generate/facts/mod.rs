//! The facts of a world: what is read of the accounts, vaults, keys, roles and resources that its copies touch.

mod account;
mod key;
mod region;
mod role;
mod stored;
mod vault;

use serde_json::{Value, json};

use super::dice::Dice;
use super::shape::{Journey, STRANGER};
use crate::support::estate::{FROM, TO};
use account::account;

/// A world with every fact read.
pub fn inventory(journeys: &[Journey], shape: &Dice<'_>, facts: &Dice<'_>) -> Value {
    let mut accounts = vec![FROM, TO];
    if shape.chance("stranger", 20) {
        accounts.push(STRANGER);
    }
    let all: Vec<Value> = accounts
        .iter()
        .map(|id| account(id, &accounts, journeys, shape, facts))
        .collect();
    let copies: Vec<Value> = journeys.iter().map(Journey::entry).collect();
    in_its_partition(json!({
        "schema": "backup-preflight/inventory/v1",
        "collected_at": "2026-11-22T10:00:00Z",
        "accounts": all,
        "copies": copies,
        "gaps": [],
    }))
}

/// The ARNs of the China Regions are of their partition.
fn in_its_partition(value: Value) -> Value {
    match value {
        Value::String(text) => match text.strip_prefix("arn:aws:") {
            Some(rest) if rest.contains(":cn-north-1:") => json!(format!("arn:aws-cn:{rest}")),
            Some(_) | None => Value::String(text),
        },
        Value::Array(items) => items.into_iter().map(in_its_partition).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(name, value)| (name, in_its_partition(value)));
            Value::Object(fields.collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
