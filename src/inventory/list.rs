//! A list of objects, each of which is one of a kind by its ARN or id.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

use super::envelope::{ListElement, read_list};
use super::field::Field;
use super::merge::{Conflicts, Keyed, Merge, join};
use crate::known::HashSet;

/// A list whose objects join by key when files are merged.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> From<Vec<T>> for List<T> {
    fn from(items: Vec<T>) -> Self {
        Self(items)
    }
}

impl<'de, T: Deserialize<'de> + ListElement> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_list(deserializer).map(Self)
    }
}

impl<'de, T: Deserialize<'de> + ListElement> Deserialize<'de> for Listing<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_list(deserializer).map(Self)
    }
}

impl<T: Merge + Keyed> Merge for List<T> {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        join(&mut self.0, other.0, conflicts);
    }
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("List_of_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let item = generator.subschema_for::<T>();
        json_schema!({"type": "array", "items": item})
    }
    fn inline_schema() -> bool {
        true
    }
}

/// A list that one call gives whole: two files that both have it must name the same objects, which then join.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent, inline)]
pub struct Listing<T>(pub Vec<T>);

impl<T: Merge + Keyed + Serialize> Merge for Listing<T> {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        let keys = |items: &[T]| items.iter().map(Keyed::key).collect::<HashSet<_>>();
        if keys(&self.0) == keys(&other.0) {
            join(&mut self.0, other.0, conflicts);
        } else {
            let labels = |items: &[T]| {
                items
                    .iter()
                    .map(Keyed::label)
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            conflicts.differ(format!("`{}` and `{}`", labels(&self.0), labels(&other.0)));
        }
    }
}

/// The objects of a list that may be absent.
pub fn items<T>(field: &Field<List<T>>) -> &[T] {
    field.value().map_or(&[], |List(items)| items)
}
