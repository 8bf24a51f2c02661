//! The names of an inventory, and the inventory with other ones.

use std::collections::BTreeSet;

use serde_json::Value;

/// Every string of an inventory, ARNs by the last part of what they name, but for what only frames it.
pub fn names(inventory: &Value) -> Vec<String> {
    let mut found = BTreeSet::new();
    collect(inventory, &mut found);
    let frames = [
        "backup-preflight/inventory/v1",
        "2012-10-17",
        "Allow",
        "Deny",
        "*",
    ];
    found
        .into_iter()
        .filter(|name| name.len() > 1 && !frames.contains(&name.as_str()))
        .collect()
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            let name = match text.strip_prefix("arn:") {
                Some(arn) => arn.rsplit(['/', ':']).next().unwrap_or_default(),
                None => text,
            };
            found.insert(name.to_owned());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => map.values().for_each(|item| collect(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The inventory in which these names are others, wherever they stand, in ARNs and in policies that are text, too.
pub fn with<S: AsRef<str>>(
    value: &Value,
    names: &[S],
    other: impl Fn(&str) -> String + Copy,
) -> Value {
    match value {
        Value::String(text) => {
            let name = names.iter().map(AsRef::as_ref).find(|name| {
                text == name
                    || text.starts_with("arn:")
                        && text
                            .strip_suffix(name)
                            .is_some_and(|start| start.ends_with(['/', ':']))
            });
            match name {
                Some(name) => {
                    let start = text.strip_suffix(name).unwrap();
                    format!("{start}{}", other(name)).into()
                }
                None => value.clone(),
            }
        }
        Value::Array(items) => items.iter().map(|item| with(item, names, other)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, item)| (key.clone(), with(item, names, other)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}
