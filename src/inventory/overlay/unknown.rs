//! What of an overlay is unknown.

use serde_json::Value;

use super::data::data;

/// Why a value is unknown, where the overlay says that it is.
pub(super) fn unknown(value: &Value) -> Option<&str> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get("unknown")?.as_str()
}

/// The same of a value or of anything within it.
#[must_use]
pub fn unknown_within(value: &Value) -> Option<&str> {
    if data(value).is_some() {
        return None;
    }
    unknown(value).or_else(|| match value {
        Value::Object(fields) => fields.values().find_map(unknown_within),
        Value::Array(items) => items.iter().find_map(unknown_within),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    })
}
