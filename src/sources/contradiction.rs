//! Two plans or templates of one run that say different things of one thing: which comes last nobody knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value, json};

use super::things::{LISTS, list, list_mut};
use crate::inventory::{
    Becomes, KEY_FOR_GOOD, MAY_STAY, Overlay, PolicyChange, SAVED, unknown_within,
};

/// A field of a thing: of an account, a Region, a role, or what lies in a Region.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disputed {
    /// The ARN, the id or the account; of a Region `account/region`.
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
        differs.then_some((place.0.as_str(), place.1))
    });
    let policies = one.policies.iter().filter(|(arn, document)| {
        let other = other.policies.get(*arn);
        other.is_some_and(|other| other != *document)
    });
    let policies = policies.map(|(arn, _)| (arn.as_str(), DOCUMENT));
    let taken = taken_and_given(one, other).chain(taken_and_given(other, one));
    let disputed = |thing: &str, field: &str| Disputed {
        thing: thing.to_owned(),
        field: field.to_owned(),
    };
    let all = both.chain(policies);
    let all = all.map(|(thing, field)| disputed(thing, field));
    all.chain(taken.map(|(thing, field)| disputed(thing, field)))
        .collect()
}

/// The lists of roles' policies from which one file takes what the other gives.
fn taken_and_given<'d>(
    one: &'d Overlay,
    other: &'d Overlay,
) -> impl Iterator<Item = (&'d str, &'static str)> {
    const LISTS: &[&str] = &["AttachedPolicies", "InlinePolicies"];
    let accounts = list(&one.document, "accounts").iter();
    let roles = accounts.flat_map(|account| list(account, "roles"));
    let each = roles.flat_map(|role| LISTS.iter().map(move |name| (role, *name)));
    each.filter_map(|(role, name)| {
        let arn = role.get("Arn")?.as_str()?;
        let taken = list(role.get(name)?, "removed");
        let accounts = list(&other.document, "accounts").iter();
        let mut same = accounts
            .flat_map(|account| list(account, "roles"))
            .filter(|role| role.get("Arn").and_then(Value::as_str) == Some(arn));
        let is_given = same.any(|role| {
            let given = role.get(name).map_or(&[][..], |all| list(all, "joined"));
            given.iter().any(|item| taken.contains(name_of(item)))
        });
        is_given.then_some((arn, name))
    })
}

/// What tells an item of a list from the others.
fn name_of(item: &Value) -> &Value {
    let mut names = ["PolicyArn", "PolicyName", "SelectionName"].into_iter();
    names.find_map(|name| item.get(name)).unwrap_or(item)
}

/// Takes nothing away that the other gives again, of what has an id of its own in AWS, or can only be given once it is taken away:
/// the selections of a plan, which AWS deletes by their ids, and the aliases of a key.
pub fn leave_what_is_given(one: &mut Overlay, other: &Overlay) {
    const FIELDS: &[(&str, &str, &str)] = &[
        ("plans", "BackupPlanId", "Selections"),
        ("keys", "Arn", "Aliases"),
    ];
    let things = |of: &Overlay, list_name: &str, key: &str, field: &str| {
        let accounts = list(&of.document, "accounts").iter();
        let regions = accounts.flat_map(|account| list(account, "regions"));
        let things = regions.flat_map(|region| list(region, list_name));
        let given = things.filter_map(|thing| {
            let all = thing.get(field)?;
            let names: Vec<Value> = list(all, "joined").iter().map(name_of).cloned().collect();
            Some((thing.get(key)?.as_str()?.to_owned(), names))
        });
        given.collect::<BTreeMap<String, Vec<Value>>>()
    };
    for (list_name, key, field) in FIELDS {
        let given = things(other, list_name, key, field);
        for account in list_mut(&mut one.document, "accounts") {
            for region in list_mut(account, "regions") {
                for thing in list_mut(region, list_name) {
                    let id = thing.get(*key).and_then(Value::as_str).map(str::to_owned);
                    let given = id.and_then(|id| given.get(&id));
                    let taken = thing.get_mut(*field).and_then(|all| all.get_mut("removed"));
                    if let (Some(given), Some(Value::Array(taken))) = (given, taken) {
                        taken.retain(|name| !given.contains(name));
                    }
                }
            }
        }
    }
}

/// Whether a file leaves something as another says that it is now, which changes it: then the change is what comes of both, in
/// whatever order. Each file says what is there now, and what will be.
#[must_use]
pub fn gives_way(disputed: &Disputed, [now, then]: [&Overlay; 2], other_now: &Overlay) -> bool {
    let is = then.says(disputed);
    is.is_some() && now.says(disputed) == is && other_now.says(disputed) == is
}

/// What tells of a thing that a file makes it, or that it is there.
const KINDS: &[&str] = &[
    "VaultState",
    "KeyState",
    "ResourceType",
    "AssumeRolePolicyDocument",
];

/// Whether a file makes a thing without a field, such as a vault without a policy, and another sets it: that comes after the thing,
/// which nothing that is there now contradicts.
#[must_use]
pub fn comes_before(disputed: &Disputed, one: [&Overlay; 2], other: [&Overlay; 2]) -> bool {
    let [one_now, one] = one.map(|file| file.fields_of(&disputed.thing));
    let [other_now, other] = other.map(|file| file.fields_of(&disputed.thing));
    let is_of_kind = |fields: &BTreeMap<&str, &Value>| {
        let mut kinds = KINDS.iter();
        kinds.any(|kind| fields.contains_key(kind))
    };
    let is_nothing = one
        .get(disputed.field.as_str())
        .is_some_and(|value| match value {
            Value::Null | Value::Bool(false) => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(fields) => fields.is_empty(),
            Value::Bool(true) | Value::Number(_) | Value::String(_) => false,
        });
    let is_made = one_now.is_empty() && other_now.is_empty() && is_of_kind(&one);
    is_made && is_nothing && !is_of_kind(&other)
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
    /// The fields of a thing.
    fn fields_of(&self, thing: &str) -> BTreeMap<&str, &Value>;

    /// Its value.
    fn says(&self, disputed: &Disputed) -> Option<&Value>;

    /// Sets its value, or takes it out, where there is one.
    fn settle(&mut self, disputed: &Disputed, value: Option<&Value>);
}

impl Says for Overlay {
    fn fields_of(&self, thing: &str) -> BTreeMap<&str, &Value> {
        let all = said(self).into_iter();
        all.filter(|((of, _), _)| of == thing)
            .map(|((_, field), value)| (field, value))
            .collect()
    }

    fn says(&self, disputed: &Disputed) -> Option<&Value> {
        let Disputed { thing, field } = disputed;
        let document = || (field == DOCUMENT).then(|| self.policies.get(thing))?;
        let said = said(self);
        let field = said.get(&(thing.clone(), field.as_str()));
        field.copied().or_else(document)
    }

    fn settle(&mut self, Disputed { thing, field }: &Disputed, value: Option<&Value>) {
        if field == DOCUMENT && self.policies.contains_key(thing) {
            match value {
                Some(value) => drop(self.policies.insert(thing.clone(), value.clone())),
                None => drop(self.policies.remove(thing)),
            }
        }
        let put = |of: &mut Value, is_it: bool| {
            let fields = of.as_object_mut().filter(|_| is_it);
            match (fields, value) {
                (Some(fields), Some(value)) if fields.contains_key(field) => {
                    drop(fields.insert(field.clone(), value.clone()));
                }
                (Some(fields), None) => drop(fields.shift_remove(field)),
                (Some(_) | None, _) => {}
            }
        };
        let set = |of: &mut Value, key: &str| {
            let is_it = of.get(key).and_then(Value::as_str) == Some(thing);
            put(of, is_it);
        };
        for account in list_mut(&mut self.document, "accounts") {
            set(account, "account");
            let id = account
                .get("account")
                .and_then(Value::as_str)
                .map(str::to_owned);
            for role in list_mut(account, "roles") {
                set(role, "Arn");
            }
            for region in list_mut(account, "regions") {
                let is_it = place(id.as_deref(), region).as_ref() == Some(thing);
                put(region, is_it);
                for (name, key) in LISTS {
                    for thing in list_mut(region, name) {
                        set(thing, key);
                    }
                }
            }
        }
    }
}

/// What each field of each thing is said to be: by the thing and the field.
type Said<'d> = BTreeMap<(String, &'d str), &'d Value>;

/// What an overlay says of each field of each thing, but for what it adds to a list.
fn said(overlay: &Overlay) -> Said<'_> {
    let mut all = BTreeMap::new();
    for account in list(&overlay.document, "accounts") {
        thing(account, "account", &mut all);
        for role in list(account, "roles") {
            thing(role, "Arn", &mut all);
        }
        let id = account.get("account").and_then(Value::as_str);
        for region in list(account, "regions") {
            if let Some(name) = place(id, region) {
                fields(region, &name, &mut all);
            }
            for (name, key) in LISTS {
                for one in list(region, name) {
                    thing(one, key, &mut all);
                }
            }
        }
    }
    all
}

/// A Region of an account, as it is told of.
fn place(account: Option<&str>, region: &Value) -> Option<String> {
    let region = region.get("region")?.as_str()?;
    Some(format!("{}/{region}", account?))
}

fn thing<'d>(thing: &'d Value, key: &str, all: &mut Said<'d>) {
    if let Some(name) = thing.get(key).and_then(Value::as_str) {
        fields(thing, name, all);
    }
}

fn fields<'d>(thing: &'d Value, name: &str, all: &mut Said<'d>) {
    for (field, value) in thing.as_object().into_iter().flat_map(Map::iter) {
        // A plan's selections, and a role's policies, may come of several files; what a file leaves as it stands it does not say.
        let is_joined = value.get("joined").or(value.get("stands")).is_some();
        let is_list = LISTS.iter().any(|(list, _)| list == field);
        if !is_joined
            && !is_list
            && !matches!(
                field.as_str(),
                "roles" | "regions" | KEY_FOR_GOOD | MAY_STAY | SAVED
            )
        {
            all.insert((name.to_owned(), field.as_str()), value);
        }
    }
}

/// Leaves unknown what two files say different things of in policies of the organization; of each why, in words.
pub fn leave_policies_open(one: &mut Overlay, other: &mut Overlay) -> Vec<String> {
    let names = [one.name.clone(), other.name.clone()];
    let mut open = Vec::new();
    for is in &mut one.organization {
        for beside in &mut other.organization {
            if !is_of_one(is, beside) || commute(&is.becomes, &beside.becomes) {
                continue;
            }
            let policy = is.id.as_ref().or(is.name.as_ref());
            let why = format!(
                "{} and {} say different things of the policy {} of the organization: which is applied last is not known",
                names[0],
                names[1],
                policy.map_or("?", String::as_str)
            );
            for change in [&mut *is, beside] {
                let unknown = json!({ "unknown": why });
                change.becomes = match &change.becomes {
                    Becomes::Attached(target, _) | Becomes::Detached(target) => {
                        Becomes::Attached(target.clone(), unknown)
                    }
                    Becomes::Document(_)
                    | Becomes::AttachedTo(_)
                    | Becomes::Deleted
                    | Becomes::Stands(..) => Becomes::Document(unknown),
                };
            }
            if !open.contains(&why) {
                open.push(why);
            }
        }
    }
    open
}

/// Whether two changes are of one policy.
fn is_of_one(one: &PolicyChange, other: &PolicyChange) -> bool {
    match (&one.id, &other.id) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => one.of == other.of && one.name.is_some() && one.name == other.name,
    }
}

/// Whether two changes of a policy come to the same in whichever order they are made.
fn commute(one: &Becomes, other: &Becomes) -> bool {
    match (one, other) {
        (
            Becomes::Document(one) | Becomes::Attached(_, one),
            Becomes::Document(other) | Becomes::Attached(_, other),
        ) => {
            // What is not told leaves open what it is of.
            let is_open = [one, other]
                .into_iter()
                .any(|one| unknown_within(one).is_some());
            is_open || one == other
        }
        (Becomes::Attached(one, _), Becomes::Detached(other))
        | (Becomes::Detached(other), Becomes::Attached(one, _)) => {
            one.is_some() && other.is_some() && one != other
        }
        (Becomes::Document(_) | Becomes::Attached(..), Becomes::Deleted)
        | (Becomes::Deleted, Becomes::Document(_) | Becomes::Attached(..)) => false,
        (Becomes::AttachedTo(_) | Becomes::Stands(..), _)
        | (_, Becomes::AttachedTo(_) | Becomes::Stands(..))
        | (Becomes::Document(_) | Becomes::Detached(_), Becomes::Detached(_))
        | (Becomes::Detached(_), Becomes::Document(_) | Becomes::Deleted)
        | (Becomes::Deleted, Becomes::Detached(_) | Becomes::Deleted) => true,
    }
}
