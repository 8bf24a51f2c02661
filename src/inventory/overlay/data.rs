//! Data in an overlay whose names may be those of its own marks: a tag may be called `unknown`, or `made`.

use serde_json::{Map, Value, json};

const DATA: &str = "data";

/// The names that stand for something else in an overlay.
const MARKS: &[&str] = &[
    "alone", DATA, "ignored", "joined", "made", "removed", "seen", "stands", "tagged", "unknown",
    "unsaid", "untagged",
];

/// Fields of any names, as an overlay has them: what stands in them means nothing else.
#[must_use]
pub fn as_data(fields: Map<String, Value>) -> Value {
    if fields.keys().any(|name| MARKS.contains(&name.as_str())) {
        json!({ DATA: fields })
    } else {
        Value::Object(fields)
    }
}

/// The fields of what was said so.
#[must_use]
pub fn data(value: &Value) -> Option<&Map<String, Value>> {
    let object = value.as_object().filter(|object| object.len() == 1)?;
    object.get(DATA)?.as_object()
}

/// A value as it is laid over the facts.
pub(super) fn plain(value: &Value) -> Value {
    data(value).map_or_else(|| value.clone(), |fields| Value::Object(fields.clone()))
}
