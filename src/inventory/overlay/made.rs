//! What a template or a plan says of a thing as a whole, without knowing whether the thing is there already.

use serde_json::{Map, Value, json};

use super::aws_tags;
use super::data::{as_data, data, plain};
use super::open::HOW_LAID;

/// What is laid over a thing, with what depends on whether it is there settled. `{"made": value}`: that is all that there is of
/// it where the thing is made; where it stands with more than that, nobody knows what stays, unless `"stands": true` says that it
/// does. `"unsaid": true`: it is so where the thing is there and nothing is said of it. `{"joined": […], "removed": […],
/// "alone": true}`: a list that is joined to the one that is there, and is whole where the thing is made. In place of `true`,
/// `{"called": […], "others": false}`: what goes or stays of it is known where it has these names, and with `"others": true` no others.
pub(super) fn settled(
    over: &Map<String, Value>,
    there: Option<&Map<String, Value>>,
    file: &str,
) -> Map<String, Value> {
    let mut all = Map::new();
    let told = over.iter();
    for (name, value) in told.filter(|(name, _)| !HOW_LAID.contains(&name.as_str())) {
        if let Some(seen) = SeenTags::of(value) {
            all.insert(name.clone(), seen.over(name, there));
            continue;
        }
        if let Some(tagged) = Tagged::of(value) {
            if let Some(tags) = tagged.over(name, there, file) {
                all.insert(name.clone(), tags);
            }
            continue;
        }
        let value = match (made(value), alone(value)) {
            (Some((_, Stands::Always)), _) if there.is_some() => continue,
            (Some((_, Stands::Said)), _) if there.is_some_and(|there| is_said(name, there)) => {
                continue;
            }
            (Some((whole, Stands::Said)), _) => whole.clone(),
            (Some((whole, _)), _) => {
                let stands = there.map(|there| there.get(name));
                match stands {
                    None => whole.clone(),
                    // It was not read, and is as unknown as it was.
                    Some(None) => continue,
                    Some(Some(stands)) if is_within(stands, whole) => whole.clone(),
                    Some(Some(_)) => not_told(name, file),
                }
            }
            (None, Some(joined)) if there.is_none() => joined.clone(),
            (None, Some(_))
                if there.is_some_and(|there| is_called_otherwise(value, there.get(name))) =>
            {
                let why = "under which name it was there, which the values given for parameters do not tell: give --parameter-before";
                json!({ "unknown": format!("{file}: {name}, {why}") })
            }
            (None, Some(_)) => {
                let mut joined = value.as_object().cloned().unwrap_or_default();
                joined.shift_remove("alone");
                Value::Object(joined)
            }
            (None, None) => value.clone(),
        };
        all.insert(name.clone(), value);
    }
    let tags = aws_tags::beside(all.get("Tags"), over, there);
    all.extend(tags.map(|tags| ("Tags".to_owned(), tags)));
    all
}

/// What stands of a thing that is there.
#[derive(Clone, Copy)]
enum Stands {
    /// As much as is told.
    Told,
    /// What is there, whatever it is.
    Always,
    /// What is there, where something is said of it.
    Said,
}

/// The value of `{"made": value}`, and whether what is there stands.
fn made(value: &Value) -> Option<(&Value, Stands)> {
    let object = value.as_object()?;
    let value = object.get("made")?;
    let marks = [("stands", Stands::Always), ("unsaid", Stands::Said)];
    let stands = marks
        .into_iter()
        .find(|(mark, _)| object.contains_key(*mark));
    match (object.len(), stands) {
        (1, None) => Some((value, Stands::Told)),
        (2, Some((_, stands))) => Some((value, stands)),
        _ => None,
    }
}

/// The fields of a thing that tell one thing together.
const TOGETHER: &[&[&str]] = &[
    &["Encrypted", "EncryptionKeyArn", "Detail"],
    &["Locked", "MinRetentionDays", "MaxRetentionDays"],
];

/// Whether a field of a thing is there, or another that tells it.
fn is_said(field: &str, there: &Map<String, Value>) -> bool {
    let together = TOGETHER.iter().find(|fields| fields.contains(&field));
    match together {
        Some(fields) => fields.iter().any(|field| there.contains_key(*field)),
        None => there.contains_key(field),
    }
}

/// A document of a policy, and whether one that is there stands.
pub(super) fn document(told: &Value) -> (&Value, bool) {
    match made(told) {
        Some((document, Stands::Always | Stands::Said)) => (document, true),
        Some((_, Stands::Told)) | None => (told, false),
    }
}

/// The list of `{"joined": […], "removed": […], "alone": true}`.
fn alone(value: &Value) -> Option<&Value> {
    let object = value.as_object().filter(|object| object.len() == 3)?;
    object
        .get("alone")
        .and(object.get("removed"))
        .and(object.get("joined"))
}

/// Whether a list that is there has its items under other names than one that is joined to it knows.
fn is_called_otherwise(joined: &Value, there: Option<&Value>) -> bool {
    let (Some(called), Some(Value::Array(there))) = (joined.pointer("/alone/called"), there) else {
        return false;
    };
    let names: Vec<&Value> = there.iter().map(name_of).collect();
    let called: Vec<&Value> = called.as_array().into_iter().flatten().collect();
    let is_whole = joined.pointer("/alone/others") == Some(&Value::Bool(true));
    let lacks = called.iter().any(|name| !names.contains(name));
    lacks || (is_whole && names.iter().any(|name| !called.contains(name)))
}

/// Tags that are given to a thing, and perhaps those that are taken from it: `{"tagged": {…}}`, `{"tagged": {…}, "untagged": […]}`.
struct Tagged<'o> {
    tags: &'o Map<String, Value>,
    removed: Option<&'o Vec<Value>>,
}

impl<'o> Tagged<'o> {
    fn of(value: &'o Value) -> Option<Self> {
        let object = value.as_object()?;
        let removed = object.get("untagged").and_then(Value::as_array);
        let tags = object.get("tagged")?;
        let tags = data(tags).or(tags.as_object())?;
        let fields = if removed.is_some() { 2 } else { 1 };
        (object.len() == fields).then_some(Self { tags, removed })
    }

    /// All tags of the thing; `None`: those that are there were not read.
    fn over(&self, name: &str, there: Option<&Map<String, Value>>, file: &str) -> Option<Value> {
        let Some(there) = there else {
            return Some(as_data(self.tags.clone()));
        };
        let mut all = there.get(name)?.as_object()?.clone();
        // Those of AWS no template gives.
        let other = |key: &String| !key.starts_with("aws:") && !self.tags.contains_key(key);
        match self.removed {
            None if all.keys().any(other) => return Some(not_told(name, file)),
            None => {}
            Some(removed) => all.retain(|key, _| !removed.iter().any(|one| one == key)),
        }
        all.extend(self.tags.clone());
        Some(as_data(all))
    }
}

/// Tags of a thing as far as they are seen: `{"seen": {…}, "ignored": {"keys": […], "prefixes": […]}}`, of which those with such keys
/// are not; `"ignored": null`: any; `{"unless_told": […]}`: nobody says, of other keys than these.
struct SeenTags<'o> {
    tags: &'o Map<String, Value>,
    ignored: &'o Value,
}

impl<'o> SeenTags<'o> {
    fn of(value: &'o Value) -> Option<Self> {
        let object = value.as_object().filter(|object| object.len() == 2)?;
        let tags = object.get("seen")?;
        Some(Self {
            tags: data(tags).or(tags.as_object())?,
            ignored: object.get("ignored")?,
        })
    }

    /// All tags of the thing: those that are not seen are as they were read, where they were.
    fn over(&self, name: &str, there: Option<&Map<String, Value>>) -> Value {
        let read = there.and_then(|there| there.get(name)?.as_object());
        if let Some(told) = self.ignored.get("unless_told").and_then(Value::as_array) {
            return as_data(self.beside_unseen(told, read, there));
        }
        let Some(read) = read else {
            return json!({"unknown": format!("{name}, of which the provider ignores some (`ignore_tags`)")});
        };
        let has = |field: &str, is: &dyn Fn(&str) -> bool| {
            let all = self.ignored.get(field).and_then(Value::as_array);
            all.into_iter().flatten().filter_map(Value::as_str).any(is)
        };
        let is_ignored = |key: &str| {
            self.ignored.is_null()
                || has("keys", &|one| one == key)
                || has("prefixes", &|start| key.starts_with(start))
        };
        let kept = read.iter().filter(|(key, _)| is_ignored(key));
        let mut all: Map<String, Value> = kept
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        all.extend(self.tags.clone());
        as_data(all)
    }
}

impl SeenTags<'_> {
    /// The tags that are seen, and of what is backed up those that were read and of which nothing is told, now or then: whether they were
    /// taken away since, or are not seen, nobody says, and no copy of a plan that selects by them is lost.
    fn beside_unseen(
        &self,
        told: &[Value],
        read: Option<&Map<String, Value>>,
        there: Option<&Map<String, Value>>,
    ) -> Map<String, Value> {
        let is_told = |key: &str| told.iter().any(|one| one.as_str() == Some(key));
        let is_stored = there.is_some_and(|there| there.contains_key("ResourceArn"));
        let read = read.filter(|_| is_stored).into_iter().flatten();
        let unseen = read.filter(|(key, _)| !is_told(key));
        let mut all: Map<String, Value> = unseen
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        all.extend(self.tags.clone());
        all
    }
}

/// What is there is more than what is told.
fn not_told(name: &str, file: &str) -> Value {
    json!({"unknown": format!(
        "{name} is set, and {file} does not set it so: whether it stays can only be told from the deployed template: give --cloudformation-before FILE"
    )})
}

/// Whether nothing stands that is not told: of a list, each item that stands is one of those that are told, by its name.
fn is_within(stands: &Value, told: &Value) -> bool {
    match (stands, told) {
        (Value::Array(stands), Value::Array(told)) => {
            let mut stands = stands.iter();
            stands.all(|one| told.iter().any(|other| name_of(other) == name_of(one)))
        }
        _ => *stands == plain(told),
    }
}

/// What tells an item of a list of a thing from another: its name, or all of it.
pub(super) fn name_of(item: &Value) -> &Value {
    let names = ["PolicyArn", "PolicyName", "SelectionName", "AssociationId"];
    names.iter().find_map(|name| item.get(name)).unwrap_or(item)
}
