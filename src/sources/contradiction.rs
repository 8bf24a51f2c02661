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

/// Whether a file leaves something as another says that it is now, which changes it: then the change is what comes of both, in
/// whatever order. Each file says what is there now, and what will be.
#[must_use]
pub fn gives_way(disputed: &Disputed, [now, then]: [&Overlay; 2], other_now: &Overlay) -> bool {
    let is = then.says(disputed);
    is.is_some() && now.says(disputed) == is && other_now.says(disputed) == is
}

/// Takes out of an overlay what it only says to stay as it is, where another changes it.
pub fn leave_to_others(overlay: &mut Overlay, disputed: &Disputed) {
    overlay.settle(disputed, None);
}

/// Leaves unknown what of an overlay another says otherwise, and says why.
pub fn leave_open(overlay: &mut Overlay, disputed: &Disputed, why: &str) {
    overlay.settle(disputed, Some(&json!({"unknown": why})));
}

/// What an overlay says of a disputed field.
trait Says {
    /// Its value.
    fn says(&self, disputed: &Disputed) -> Option<&Value>;

    /// Sets its value, or takes it out, where there is one.
    fn settle(&mut self, disputed: &Disputed, value: Option<&Value>);
}

impl Says for Overlay {
    fn says(&self, disputed: &Disputed) -> Option<&Value> {
        let Disputed { thing, field } = disputed;
        let document = || (field == DOCUMENT).then(|| self.policies.get(thing))?;
        let said = said(self);
        let field = said.get(&(thing.as_str(), field.as_str()));
        field.copied().or_else(document)
    }

    fn settle(&mut self, Disputed { thing, field }: &Disputed, value: Option<&Value>) {
        if field == DOCUMENT && self.policies.contains_key(thing) {
            match value {
                Some(value) => drop(self.policies.insert(thing.clone(), value.clone())),
                None => drop(self.policies.remove(thing)),
            }
        }
        let set = |of: &mut Value, key: &str| {
            let is_it = of.get(key).and_then(Value::as_str) == Some(thing);
            let fields = of.as_object_mut().filter(|_| is_it);
            match (fields, value) {
                (Some(fields), Some(value)) if fields.contains_key(field) => {
                    drop(fields.insert(field.clone(), value.clone()));
                }
                (Some(fields), None) => drop(fields.shift_remove(field)),
                (Some(_) | None, _) => {}
            }
        };
        for account in list_mut(&mut self.document, "accounts") {
            set(account, "account");
            for role in list_mut(account, "roles") {
                set(role, "Arn");
            }
            for region in list_mut(account, "regions") {
                for (name, key) in LISTS {
                    for thing in list_mut(region, name) {
                        set(thing, key);
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
