//! Ways to spoil one place of an inventory, as people do who paste and type.

use serde_json::{Map, Value, json};

/// One place to spoil in one way.
#[derive(Clone, Debug)]
pub struct Spoilt {
    pub pointer: String,
    pub way: String,
    change: Change,
}

#[derive(Clone, Debug)]
enum Change {
    Value(Value),
    Name(String, String),
}

impl Spoilt {
    /// The inventory with the place spoilt.
    pub fn of(&self, inventory: &Value) -> Value {
        let mut inventory = inventory.clone();
        match &self.change {
            Change::Value(value) => *at_mut(&mut inventory, &self.pointer) = value.clone(),
            Change::Name(name, slip) => {
                let (parent, _) = self.pointer.rsplit_once('/').expect("a field");
                let fields = at_mut(&mut inventory, parent)
                    .as_object_mut()
                    .expect("an object");
                // In its place, as a slip of the pen leaves it.
                let slipped = |field: String| match field == *name {
                    true => slip.clone(),
                    false => field,
                };
                let all = std::mem::take(fields).into_iter();
                *fields = all
                    .map(|(field, value)| (slipped(field), value))
                    .collect::<Map<_, _>>();
            }
        }
        inventory
    }
}

/// Every place of a value, by its pointer, the whole first.
pub fn places(value: &Value) -> Vec<String> {
    fn go(value: &Value, at: String, found: &mut Vec<String>) {
        found.push(at.clone());
        match value {
            Value::Object(fields) => {
                for (name, inner) in fields {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    go(inner, format!("{at}/{name}"), found);
                }
            }
            Value::Array(items) => {
                for (index, inner) in items.iter().enumerate() {
                    go(inner, format!("{at}/{index}"), found);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    go(value, String::new(), &mut found);
    found
}

/// Every way to spoil the value of a place.
fn values(value: &Value) -> Vec<(String, Value)> {
    let mut ways: Vec<(String, Value)> = Vec::new();
    let mut way = |name: &str, value: Value| ways.push((name.to_owned(), value));
    way("in a list", json!([value]));
    for around in [
        "Policy",
        "KeyMetadata",
        "Role",
        "BackupVaultList",
        "RecoveryPoints",
        "Organization",
        "EffectivePolicy",
        "PolicyVersion",
        "Grants",
        "Tags",
        "DBInstances",
        "Items",
        "Document",
        "x",
    ] {
        way(&format!("in `{around}`"), json!({around: value}));
    }
    match value {
        Value::Object(fields) => {
            if !fields.is_empty() {
                way("emptied", json!({}));
            }
            way("as []", json!([]));
            way("as a text", json!("x"));
            way("as its JSON text", json!(value.to_string()));
            way(
                "as its JSON text twice",
                json!(json!(value.to_string()).to_string()),
            );
        }
        Value::Array(items) => {
            if !items.is_empty() {
                way("emptied", json!([]));
            }
            way("as {}", json!({}));
            way("as a text", json!("x"));
            way("as its JSON text", json!(value.to_string()));
            if let [one] = items.as_slice() {
                way("as its one entry", one.clone());
            }
        }
        Value::String(_) => {
            way("as {}", json!({}));
            way("as []", json!([]));
            way("as a number", json!(7));
            way("as an empty text", json!(""));
        }
        Value::Bool(_) | Value::Number(_) | Value::Null => {
            way("as {}", json!({}));
            way("as []", json!([]));
            way("as a text", json!(value.to_string()));
            way("as another text", json!("x"));
        }
    }
    ways
}

/// Every slip of the pen in a name that is tried.
pub fn slips(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() < 4 {
        return Vec::new();
    }
    let mut swapped = letters.clone();
    swapped.swap(letters.len() / 2, letters.len() / 2 - 1);
    let mut dropped = letters.clone();
    dropped.remove(letters.len() / 2);
    let mut first = letters.clone();
    first[0] = match letters[0].is_ascii_uppercase() {
        true => letters[0].to_ascii_lowercase(),
        false => letters[0].to_ascii_uppercase(),
    };
    let text = |letters: Vec<char>| letters.into_iter().collect::<String>();
    let mut all = vec![
        text(swapped),
        text(dropped),
        text(first),
        format!("{name}s"),
        name.trim_end_matches('s').to_owned(),
    ];
    all.retain(|slip| slip != name);
    all
}

fn at_mut<'v>(inventory: &'v mut Value, pointer: &str) -> &'v mut Value {
    inventory.pointer_mut(pointer).expect("the place is there")
}

/// Every way to spoil one place.
pub fn spoilt(inventory: &Value, pointer: &str) -> Vec<Spoilt> {
    let place = |(way, change)| Spoilt {
        pointer: pointer.to_owned(),
        way,
        change,
    };
    let here = inventory.pointer(pointer).expect("the place is there");
    let values = values(here).into_iter();
    let mut all: Vec<_> = values
        .map(|(way, value)| place((way, Change::Value(value))))
        .collect();
    if let Some((parent, name)) = pointer.rsplit_once('/')
        && inventory.pointer(parent).is_some_and(Value::is_object)
    {
        let name = name.replace("~1", "/").replace("~0", "~");
        let slips = slips(&name).into_iter();
        all.extend(
            slips.map(|slip| place((format!("named `{slip}`"), Change::Name(name.clone(), slip)))),
        );
    }
    all
}
