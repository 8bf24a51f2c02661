//! Statements as JSON: their conditions, and their elements by name.

use serde_json::{Map, Value};

/// The conditions of a statement by one operator.
pub fn block_of<'a>(
    statement: &'a mut Map<String, Value>,
    operator: &str,
) -> Option<&'a mut Map<String, Value>> {
    let conditions = statement
        .entry("Condition")
        .or_insert_with(|| Value::Object(Map::new()));
    let block = conditions
        .as_object_mut()?
        .entry(operator)
        .or_insert_with(|| Value::Object(Map::new()));
    block.as_object_mut()
}

/// A condition key as the conditions spell it.
pub fn key_of(block: &Map<String, Value>, key: &str) -> String {
    let name = block.keys().find(|name| name.eq_ignore_ascii_case(key));
    name.map_or(key, String::as_str).to_owned()
}

/// Adds values to a negated condition of a statement, which then strikes only what has none of them.
pub fn unless_equal(
    statement: &mut Map<String, Value>,
    operator: &str,
    key: &str,
    values: impl Iterator<Item = String>,
) -> Option<()> {
    let block = block_of(statement, operator)?;
    let name = key_of(block, key);
    let mut all = block.get(&name).map(words).unwrap_or_default();
    all.extend(values);
    block.insert(name, one_or_list(all));
    Some(())
}

/// An object with one field under another name, where that was.
pub fn in_place(
    object: Map<String, Value>,
    old: &str,
    new: &str,
    value: Value,
) -> Map<String, Value> {
    let renamed = object.into_iter().map(|(name, was)| {
        if name == old {
            (new.to_owned(), value.clone())
        } else {
            (name, was)
        }
    });
    renamed.collect()
}

pub fn words(value: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value.as_array() {
        Some(list) => list.iter().filter_map(text).collect(),
        None => text(value).into_iter().collect(),
    }
}

pub fn one_or_list(mut words: Vec<String>) -> Value {
    match (words.len(), words.pop()) {
        (1, Some(one)) => Value::String(one),
        (_, last) => words.into_iter().chain(last).map(Value::String).collect(),
    }
}
