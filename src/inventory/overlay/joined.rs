//! Lists that an overlay adds to, or takes from.

use serde_json::{Map, Value, json};

use super::made;

/// A list of which the overlay says what is added and what goes, and nothing of the rest: `{"joined": […], "removed": […]}`.
/// Where the facts do not have the list, it stays unknown.
pub(super) struct Joined<'o> {
    added: &'o [Value],
    removed: &'o [Value],
}

impl<'o> Joined<'o> {
    pub(super) fn of(value: &'o Value) -> Option<Self> {
        let object = value.as_object().filter(|object| object.len() == 2)?;
        let list = |name: &str| object.get(name)?.as_array().map(Vec::as_slice);
        Some(Self {
            added: list("joined")?,
            removed: list("removed")?,
        })
    }

    /// Lays it over the list of that name. Why what comes of it is not known, where the list says two things of one of which this
    /// says something: such a list is for the caller to leave open. A selection that is not known stands in its list.
    pub(super) fn onto(&self, all: &mut Map<String, Value>, name: &str) -> Option<String> {
        // A list may stand in the answer of the call that tells it.
        let list = match all.get_mut(name) {
            Some(Value::Object(answer)) if name == "DataRepositoryAssociations" => {
                answer.get_mut("Associations")
            }
            list => list,
        };
        let Some(Value::Array(list)) = list else {
            return None;
        };
        let told = || self.added.iter().chain(self.removed);
        // Which of several of one name is meant nobody knows: they stay, and there may be others.
        let is_of_several = |one: &&Value| {
            let mut same = list.iter().filter(|item| is_same(one, item));
            let first = same.next();
            if name == "Selections" {
                return same.next().is_some();
            }
            let mut told = self.added.iter().filter(|item| is_same(one, item));
            let added = told.next();
            same.any(|item| Some(item) != first) || told.any(|item| Some(item) != added)
        };
        let (of_several, told): (Vec<&Value>, Vec<&Value>) = told().partition(is_of_several);
        // What is told twice and alike is one.
        let mut added: Vec<&Value> = Vec::new();
        for one in self.added.iter().filter(|one| !of_several.contains(one)) {
            if name == "Selections" || !added.contains(&one) {
                added.push(one);
            }
        }
        // What is not said of one that is there stays: an attachment names a policy, and the facts have its document.
        let added: Vec<Value> = added.into_iter().map(|added| over(list, added)).collect();
        list.retain(|item| !told.iter().any(|one| is_same(one, item)));
        list.extend(added);
        let one = of_several.first()?;
        let called = made::name_of(one).as_str().unwrap_or_default();
        let why = format!("which of those of the name `{called}` the change is of");
        if name == "Selections" {
            list.push(json!({ "unknown": why }));
            return None;
        }
        Some(why)
    }
}

/// Whether two items are of one thing: by the ids that AWS gives to selections, whose names need not be their own, else by name.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CreateBackupSelection.html>.
fn is_same(one: &Value, other: &Value) -> bool {
    let id = |item: &Value| {
        item.get("SelectionId")
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    match (id(one), id(other)) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => made::name_of(one) == made::name_of(other),
    }
}

/// An item with what stands of it in a list and is not said anew.
fn over(list: &[Value], added: &Value) -> Value {
    let there = list.iter().find(|item| is_same(added, item));
    match (there, added) {
        (Some(Value::Object(there)), Value::Object(added)) => {
            let mut all = there.clone();
            all.extend(added.clone());
            Value::Object(all)
        }
        (Some(_) | None, _) => added.clone(),
    }
}

/// What a description says in two ways: in the one that is laid over it, and in the one that is not true any more then.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketVersioning.html>,
/// <https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystemPolicy.html> and
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetResourcePolicy.html>.
const SPELLINGS: &[(&str, &str)] = &[
    ("VersioningConfiguration", "Status"),
    ("FileSystemPolicy", "Policy"),
    ("ResourcePolicy", "Policy"),
];

/// What a description says of a policy stands as a whole.
const WHOLE: &[&str] = &["FileSystemPolicy", "PolicyDocument", "Policy"];

/// Lays what is said of a description over the one that was read, and so of each object in it: what is not said of it stands. Why a
/// list of it is not known, where it is not.
pub(super) fn description(
    all: &mut Map<String, Value>,
    over: &Map<String, Value>,
) -> Option<String> {
    let mut open = None;
    for (name, value) in over {
        if let Some((_, other)) = SPELLINGS.iter().find(|(said, _)| said == name) {
            all.shift_remove(*other);
        }
        match (all.get_mut(name), value, Joined::of(value)) {
            (_, _, Some(joined)) => open = joined.onto(all, name).or(open),
            (Some(Value::Object(all)), Value::Object(over), None) if !WHOLE.contains(&&**name) => {
                open = description(all, over).or(open);
            }
            (_, _, None) => drop(all.insert(name.clone(), value.clone())),
        }
    }
    open
}

/// An alias that is added to a key is taken from the others of its account and Region: it names one. Where that may be as it was
/// before, which has it is unknown: the others.
pub(super) fn one_key_an_alias(all: &mut [Value], over: &[Value], may_leave: bool) -> Vec<String> {
    let mut unknown = Vec::new();
    for item in over {
        let Some(joined) = item.get("Aliases").and_then(Joined::of) else {
            continue;
        };
        let others = all
            .iter_mut()
            .filter(|key| key.get("Arn") != item.get("Arn"));
        for other in others.filter_map(Value::as_object_mut) {
            let Some(Value::Array(aliases)) = other.get_mut("Aliases") else {
                continue;
            };
            let count = aliases.len();
            aliases.retain(|alias| !joined.added.contains(alias));
            if may_leave && aliases.len() != count {
                other.shift_remove("Aliases");
                let arn = other.get("Arn").and_then(Value::as_str);
                unknown.extend(arn.map(str::to_owned));
            }
        }
    }
    unknown
}
