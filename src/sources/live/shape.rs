//! AWS's answers in AWS's shapes: the SDK's types written as the JSON that the `aws` command prints, and read by the
//! same readers as an inventory file.

use std::collections::HashMap;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::reply::{CallError, Reply};

/// An object in AWS's shape, field by field. A field without a value is left out, as AWS does.
#[derive(Clone, Debug, Default)]
pub struct Shape(Map<String, Value>);

impl Shape {
    /// An object without fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The fields of an object that is in AWS's shape already.
    pub fn of(object: &Value) -> Self {
        Self(object.as_object().cloned().unwrap_or_default())
    }

    /// With a field, where AWS gave it a value.
    #[must_use]
    pub fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    /// With a field that was looked up and is not there.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.insert(name.to_owned(), Value::Null);
        self
    }

    /// Without what AWS said in a field: it is not known what it means.
    #[must_use]
    pub fn leave_out(mut self, name: &str) -> Self {
        self.0.shift_remove(name);
        self
    }

    /// With a point in time.
    #[must_use]
    pub fn at(self, name: &str, time: Option<&DateTime>) -> Self {
        self.with(name, time.and_then(|time| time.fmt(Format::DateTime).ok()))
    }

    /// With a list, where AWS gave it anything.
    #[must_use]
    pub fn list<T: Into<Value>>(self, name: &str, items: impl IntoIterator<Item = T>) -> Self {
        let items: Vec<Value> = items.into_iter().map(Into::into).collect();
        self.with(name, (!items.is_empty()).then_some(items))
    }

    /// A field of it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// A field of it that is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// What an answer lacks of what AWS always gives.
    pub fn lacking(&self, always: &[&str]) -> Option<CallError> {
        let missing = always.iter().filter(|name| self.get(name).is_none());
        let missing: Vec<&str> = missing.copied().collect();
        (!missing.is_empty()).then(|| CallError::lacks(&missing.join(", ")))
    }

    /// The object as one of the inventory's.
    pub fn read<T: DeserializeOwned>(self) -> Reply<T> {
        serde_json::from_value(Value::Object(self.0)).map_err(|_| CallError::unreadable())
    }
}

/// The service's own description of a snapshot, image or backup, and its tags.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// DBSnapshot, DBClusterSnapshot, Image.
    pub detail: Shape,
    /// The tags.
    pub tags: Option<Value>,
}

impl From<Shape> for Value {
    fn from(shape: Shape) -> Self {
        Self::Object(shape.0)
    }
}

/// Names and values, in the order of the names, so that the same facts give the same bytes.
pub fn map<V: Clone + Into<Value>>(entries: &HashMap<String, V>) -> Value {
    let mut pairs: Vec<_> = entries.iter().collect();
    pairs.sort_by_key(|(name, _)| name.as_str());
    pairs
        .into_iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect::<Map<_, _>>()
        .into()
}

/// Tags as an object, in the order of their names.
pub fn tags<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    let tags: HashMap<String, &str> = pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    map(&tags)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_without_a_value_is_left_out_and_a_time_is_text() {
        let shape = Shape::new()
            .with("Engine", Some("mysql"))
            .with("KmsKeyId", None::<&str>)
            .without("Tags")
            .list("Options", Vec::<Value>::new())
            .at(
                "CreationDate",
                Some(&DateTime::from_secs_and_nanos(1_700_000_000, 250_000_000)),
            );
        assert_eq!(
            Value::from(shape).to_string(),
            r#"{"Engine":"mysql","Tags":null,"CreationDate":"2023-11-14T22:13:20.25Z"}"#
        );
    }
}
