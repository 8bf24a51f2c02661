//! Sets, which HCL has none of: one of texts is an object in which each text is its own key, so that loops go over it as Terraform
//! does: in order, each element its own key. A map may look the same; where it matters which of both it is, neither is made.

use hcl::Value;

/// Whether a value is a set of texts, or a map that looks like one. An empty set is an empty list.
fn is_set(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| {
        let mut each = fields.iter();
        !fields.is_empty() && each.all(|(key, value)| value.as_str() == Some(key))
    })
}

/// The same of anything in it.
#[must_use]
pub fn holds_set(value: &Value) -> bool {
    is_set(value)
        || match value {
            Value::Array(items) => items.iter().any(holds_set),
            Value::Object(fields) => fields.values().any(holds_set),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
        }
}

/// A list as it is, and a set as a list in its order.
#[must_use]
pub fn in_a_row(value: Value) -> Value {
    if !is_set(&value) {
        return value;
    }
    let fields = value.as_object().into_iter().flatten();
    let mut all: Vec<&str> = fields.map(|(key, _)| &**key).collect();
    all.sort_unstable();
    all.into_iter().map(Value::from).collect()
}

/// The set of a list of texts.
///
/// # Errors
/// Where there is something else in it.
pub fn set(value: Value) -> Result<Value, String> {
    let mut all = Vec::new();
    for item in list(value)? {
        match item {
            Value::String(text) => all.push(text),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => return Err("a set of other things than texts".to_owned()),
        }
    }
    all.sort();
    if all.is_empty() {
        return Ok(Value::Array(Vec::new()));
    }
    let each = all.into_iter();
    let each = each.map(|text| (text.clone(), Value::String(text)));
    Ok(Value::Object(each.collect()))
}

/// A value with its maps in the order of their keys.
#[must_use]
pub fn ordered(value: Value) -> Value {
    match value {
        Value::Object(mut fields) => {
            fields.sort_keys();
            let each = fields.into_iter();
            let each = each.map(|(key, value)| (key, ordered(value)));
            Value::Object(each.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(ordered).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// A list, or a set in its order.
///
/// # Errors
/// Where it is neither.
pub fn list(value: Value) -> Result<Vec<Value>, String> {
    match in_a_row(value) {
        Value::Array(items) => Ok(items),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            Err("a list is expected".to_owned())
        }
    }
}
