//! Two plans or templates of one run that say different things of one thing: which comes last nobody knows.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::inventory::{KEY_FOR_GOOD, Overlay, SAVED};

/// The things that two overlays say different things of, each with the field: ARNs, ids, accounts.
#[must_use]
pub fn contradictions(one: &Overlay, other: &Overlay) -> BTreeSet<String> {
    let (one_says, other_says) = (said(one), said(other));
    let both = one_says.iter().filter_map(|(place, value)| {
        let differs = other_says.get(place).is_some_and(|other| other != value);
        differs.then(|| format!("{} of {}", place.1, place.0))
    });
    let policies = one.policies.iter().filter(|(arn, document)| {
        let other = other.policies.get(*arn);
        other.is_some_and(|other| other != *document)
    });
    both.chain(policies.map(|(arn, _)| format!("Document of {arn}")))
        .collect()
}

/// What an overlay says of each field of each thing, but for what it adds to a list.
fn said(overlay: &Overlay) -> BTreeMap<(&str, &str), &Value> {
    let mut all = BTreeMap::new();
    for account in list(&overlay.document, "accounts") {
        fields(account, "account", &mut all);
        for role in list(account, "roles") {
            fields(role, "Arn", &mut all);
        }
        for region in list(account, "regions") {
            for (name, key) in LISTS {
                for thing in list(region, name) {
                    fields(thing, key, &mut all);
                }
            }
        }
    }
    all
}

/// The lists of a Region, each with the field that tells its things apart.
const LISTS: &[(&str, &str)] = &[
    ("vaults", "BackupVaultArn"),
    ("keys", "Arn"),
    ("resources", "ResourceArn"),
    ("plans", "BackupPlanId"),
];

fn list<'d>(of: &'d Value, name: &str) -> &'d [Value] {
    of.get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn fields<'d>(thing: &'d Value, key: &str, all: &mut BTreeMap<(&'d str, &'d str), &'d Value>) {
    let Some(name) = thing.get(key).and_then(Value::as_str) else {
        return;
    };
    for (field, value) in thing.as_object().into_iter().flat_map(Map::iter) {
        // A plan's selections, and a role's policies, may come of several files.
        let is_joined = value.get("joined").is_some();
        if !is_joined && !matches!(field.as_str(), "roles" | "regions" | KEY_FOR_GOOD | SAVED) {
            all.insert((name, field.as_str()), value);
        }
    }
}
