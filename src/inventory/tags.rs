//! Tags, in any of the shapes in which AWS's services print them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize};

use super::merge::{Conflicts, Merge, short};

/// The tags of a thing: `{"team": "orders"}`, or a list of `Key` and `Value` (`TagKey` and `TagValue` for KMS).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Tags(pub BTreeMap<String, String>);

#[derive(Deserialize)]
struct Pair {
    #[serde(rename = "Key", alias = "TagKey")]
    key: String,
    #[serde(rename = "Value", alias = "TagValue")]
    value: String,
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;
        impl Shape {
            fn add<E: de::Error>(tags: &mut Tags, key: String, value: String) -> Result<(), E> {
                match tags.0.insert(key.clone(), value) {
                    None => Ok(()),
                    Some(_) => Err(E::custom(format_args!("duplicate tag `{key}`"))),
                }
            }
        }
        impl<'de> de::Visitor<'de> for Shape {
            type Value = Tags;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("tags: an object, or a list of `Key` and `Value`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let mut tags = Tags::default();
                while let Some((key, value)) = map.next_entry()? {
                    Self::add(&mut tags, key, value)?;
                }
                Ok(tags)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tags, A::Error> {
                let mut tags = Tags::default();
                while let Some(Pair { key, value }) = seq.next_element()? {
                    Self::add(&mut tags, key, value)?;
                }
                Ok(tags)
            }
        }
        deserializer.deserialize_any(Shape)
    }
}

impl Merge for Tags {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        if *self != other {
            conflicts.differ(format!("`{}` and `{}`", short(self), short(&other)));
        }
    }
}

impl JsonSchema for Tags {
    fn schema_name() -> Cow<'static, str> {
        "Tags".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "array", "items": {"type": "object"}}
        ]})
    }
    fn inline_schema() -> bool {
        true
    }
}
