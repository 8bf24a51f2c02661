//! Two plans or templates of one run that say different things of one thing: which comes last nobody knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value, json};

use crate::inventory::{KEY_FOR_GOOD, Overlay, SAVED};

/// A field of a thing: of an account, a role, or what lies in a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disputed {
    /// The ARN, the id or the account.
    thing: String,
    field: String,
}

impl fmt::Display for Disputed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.field, self.thing)
    }
}

/// What a managed policy says.
const DOCUMENT: &str = "Document";

/// What two overlays say different things of.
#[must_use]
pub fn contradictions(one: &Overlay, other: &Overlay) -> BTreeSet<Disputed> {
    let (one_says, other_says) = (said(one), said(other));
    let both = one_says.iter().filter_map(|(place, value)| {
        let differs = other_says.get(place).is_some_and(|other| other != value);
        differs.then_some(*place)
    });
    let policies = one.policies.iter().filter(|(arn, document)| {
        let other = other.policies.get(*arn);
        other.is_some_and(|other| other != *document)
    });
    let policies = policies.map(|(arn, _)| (arn.as_str(), DOCUMENT));
    let all = both.chain(policies);
    all.map(|(thing, field)| Disputed {
        thing: thing.to_owned(),
        field: field.to_owned(),
    })
    .collect()
}

/// Leaves unknown what of an overlay another says otherwise, and says why.
pub fn leave_open(overlay: &mut Overlay, disputed: &[(Disputed, String)]) {
    if disputed.is_empty() {
        return;
    }
    for (thing, why) in disputed {
        let unknown = || json!({"unknown": why});
        if let Some(document) = overlay.policies.get_mut(&thing.thing)
            && thing.field == DOCUMENT
        {
            *document = unknown();
        }
        let leave = |of: &mut Value, key: &str| {
            let is_it = of.get(key).and_then(Value::as_str) == Some(&thing.thing);
            if is_it && let Some(field) = of.get_mut(&thing.field) {
                *field = unknown();
            }
        };
        for account in list_mut(&mut overlay.document, "accounts") {
            leave(account, "account");
            for role in list_mut(account, "roles") {
                leave(role, "Arn");
            }
            for region in list_mut(account, "regions") {
                for (name, key) in LISTS {
                    for thing in list_mut(region, name) {
                        leave(thing, key);
                    }
                }
            }
        }
    }
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

fn list_mut<'d>(of: &'d mut Value, name: &str) -> &'d mut [Value] {
    of.get_mut(name)
        .and_then(Value::as_array_mut)
        .map_or(&mut [], Vec::as_mut_slice)
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
