//! What a plan says of what is there now otherwise than it was read: one of the two is older than the other.

use std::fmt;

use serde_json::{Map, Value};

use super::super::frame::Inventory;
use super::super::word::Timestamp;
use super::either::agrees;
use super::made;
use super::stands;
use super::unknown::{unknown, unknown_within};

/// The lists of a Region, and what names a thing of each.
const LISTS: &[(&str, &str)] = &[
    ("vaults", "BackupVaultArn"),
    ("keys", "Arn"),
    ("resources", "ResourceArn"),
    ("plans", "BackupPlanId"),
];

/// A field of a thing of which a plan says something else than was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOtherwise {
    /// The list that the thing is in.
    pub list: &'static str,
    /// The field that names it.
    pub key: &'static str,
    /// Its ARN or id.
    pub name: String,
    /// The field.
    pub field: String,
    /// Whether it is one of the service's own description.
    pub is_described: bool,
}

/// `AccessPolicy of arn:…`.
impl fmt::Display for ReadOtherwise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.field, self.name)
    }
}

/// The fields of things of which its document does.
#[must_use]
pub fn said_otherwise(base: &Inventory, now: &Value) -> Vec<ReadOtherwise> {
    let read = serde_json::to_value(base).unwrap_or(Value::Null);
    let read_at = base.collected_at.value().map(Timestamp::milliseconds);
    let mut all = Vec::new();
    for (of, read) in pairs(now, &read, "accounts", "account") {
        let roles = pairs(of, read, "roles", "Arn").map(|pair| ("roles", "Arn", pair));
        let regions = pairs(of, read, "regions", "region");
        let things = regions.flat_map(|(of, read)| {
            let each = LISTS.iter();
            each.flat_map(move |(list, key)| {
                pairs(of, read, list, key).map(move |pair| (*list, *key, pair))
            })
        });
        for (list, key, (told, read)) in roles.chain(things) {
            let (Value::Object(told), Value::Object(read)) = (told, read) else {
                continue;
            };
            let mut told = told.clone();
            stands::keep(list, read, &mut told, read_at);
            let told = made::settled(&told, Some(read), "");
            let name = read.get(key).and_then(Value::as_str).unwrap_or_default();
            let fields = otherwise(&told, read, key).into_iter();
            all.extend(fields.map(|(field, is_described)| ReadOtherwise {
                list,
                key,
                name: name.to_owned(),
                field,
                is_described,
            }));
        }
    }
    all
}

/// The things of a list that both have.
fn pairs<'v>(
    told: &'v Value,
    read: &'v Value,
    list: &'v str,
    key: &'v str,
) -> impl Iterator<Item = (&'v Value, &'v Value)> {
    let of = move |of: &'v Value| of.get(list).and_then(Value::as_array).into_iter().flatten();
    of(told).filter_map(move |told| {
        let name = told.get(key)?;
        let read = of(read).find(|read| read.get(key) == Some(name))?;
        Some((told, read))
    })
}

/// Each with whether it is one of the description.
fn otherwise(
    told: &Map<String, Value>,
    read: &Map<String, Value>,
    key: &str,
) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    // A selection has an id in a plan alone, and its own ways to be the same.
    let compared = |field: &str| field != key && field != "Selections";
    for (field, told) in told.iter().filter(|(field, _)| compared(field)) {
        let Some(read) = read.get(field) else {
            continue;
        };
        match (told, read) {
            (Value::Object(told), Value::Object(read)) if field == "Detail" => {
                let fields = otherwise(told, read, key).into_iter();
                all.extend(fields.map(|(field, _)| (field, true)));
            }
            (told, _) if unknown(told).is_some() || unknown_within(told).is_some() => {}
            (told, read) if agrees(field, read, told) => {}
            _ => all.push((field.clone(), false)),
        }
    }
    all
}
