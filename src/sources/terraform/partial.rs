//! Objects of which some fields wait for apply: HCL has no unknown values, so that they are left out, and a mark says that they are.

use hcl::Value;
use serde_json::{Map, json};

/// No field of Terraform's has such a name.
const MARK: &str = "\0";

/// Marks an object of which fields are left out.
pub fn mark(fields: &mut Map<String, serde_json::Value>) {
    fields.insert(MARK.to_owned(), json!(true));
}

/// Whether fields of an object are left out.
#[must_use]
pub fn is_partial(fields: &hcl::Map<String, Value>) -> bool {
    fields.contains_key(MARK)
}

/// The fields that are there.
pub fn fields(of: &hcl::Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    of.iter().filter(|(name, _)| *name != MARK)
}

/// The same of a value, and of anything in it.
#[must_use]
pub fn holds_partial(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_partial),
        Value::Object(fields) => is_partial(fields) || fields.values().any(holds_partial),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
