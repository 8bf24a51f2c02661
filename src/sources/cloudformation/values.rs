//! The values of a template, and how what is not known is marked in them.

use serde_json::{Value, json};

use crate::inventory::data;

/// `{"unknown": why}`.
pub fn unknown(why: impl Into<String>) -> Value {
    json!({"unknown": why.into()})
}

/// Whether a value is unknown, or holds something that is.
pub fn is_open(value: &Value) -> bool {
    why(value).is_some()
}

/// Why it is unknown.
pub fn why(value: &Value) -> Option<&str> {
    match value {
        _ if data(value).is_some() => None,
        Value::Object(fields) => match fields.get("unknown") {
            Some(Value::String(why)) if fields.len() == 1 => Some(why),
            _ => fields.values().find_map(why),
        },
        Value::Array(items) => items.iter().find_map(why),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// A value in a text: numbers and truths are written as CloudFormation writes them.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
