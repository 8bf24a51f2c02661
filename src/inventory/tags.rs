//! Tags, in any of the shapes in which AWS's services print them.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smol_str::SmolStr;

use super::envelope::{is_beside_a_list, is_more_to_come};
use super::json::Json;
use super::merge::{Conflicts, Merge, short};

/// The tags of a thing: `{"team": "orders"}`, or a list of `Key` and `Value` (`TagKey` and `TagValue` for KMS).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Arc<[(SmolStr, SmolStr)]>);

impl Tags {
    /// These tags, name and value.
    pub fn of<'t>(tags: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let tags = tags.into_iter();
        let mut all: Vec<(SmolStr, SmolStr)> = tags
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        all.sort();
        Self(all.into())
    }

    /// These tags, sorted, held once where the same were read just before: things of one list have much the same.
    fn shared(tags: &[(SmolStr, SmolStr)]) -> Self {
        const KEPT: usize = 8;
        thread_local! {
            static LATELY: RefCell<Vec<Tags>> = const { RefCell::new(Vec::new()) };
        }
        LATELY.with_borrow_mut(|lately| {
            if let Some(known) = lately.iter().rev().find(|known| *known.0 == *tags) {
                return known.clone();
            }
            if lately.len() >= KEPT {
                lately.remove(0);
            }
            let new = Self(tags.into());
            lately.push(new.clone());
            new
        })
    }

    /// The value of a tag.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let at = self.0.binary_search_by(|(key, _)| (**key).cmp(name)).ok()?;
        self.0.get(at).map(|(_, value)| &**value)
    }

    /// The tags, name and value, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The names of the tags, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }
}

impl Serialize for Tags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// What answers call their tags.
const ANSWERS: &[&str] = &["Tags", "TagList", "TagSet", "tags", "tagList"];

/// The value of a field among tags: that of a tag, or all tags of an answer.
#[derive(Deserialize)]
#[serde(untagged, expecting = "the value of a tag, a text")]
enum Value {
    Tag(SmolStr),
    All(Tags),
}

#[derive(Deserialize)]
struct Pair {
    #[serde(rename = "Key", alias = "TagKey")]
    key: SmolStr,
    #[serde(rename = "Value", alias = "TagValue")]
    value: SmolStr,
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;
        impl Shape {
            /// The tags of an answer that has nothing else but what says that they are all.
            fn rest<'de, A: MapAccess<'de>>(all: Tags, mut map: A) -> Result<Tags, A::Error> {
                while let Some((name, Json(value))) = map.next_entry::<SmolStr, Json>()? {
                    if is_more_to_come(&name, &value) {
                        return Err(de::Error::custom(format_args!(
                            "the tags are not all: `{name}` says that there are more"
                        )));
                    }
                    if !is_beside_a_list(&name) && name != "ResourceArn" {
                        return Err(de::Error::custom(format_args!(
                            "found `{name}` beside tags: expected tags, or AWS's answer with `Tags`"
                        )));
                    }
                }
                Ok(all)
            }
            fn sorted<E: de::Error>(mut tags: Vec<(SmolStr, SmolStr)>) -> Result<Tags, E> {
                tags.sort_unstable();
                match tags
                    .windows(2)
                    .find(|pair| matches!(pair, [(one, _), (other, _)] if one == other))
                {
                    Some([(key, _), ..]) => Err(E::custom(format_args!("duplicate tag `{key}`"))),
                    Some(_) | None => Ok(Tags::shared(&tags)),
                }
            }
        }
        impl<'de> de::Visitor<'de> for Shape {
            type Value = Tags;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("tags: an object, or a list of `Key` and `Value`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tags, A::Error> {
                let mut tags = Vec::new();
                while let Some((name, value)) = map.next_entry::<SmolStr, Value>()? {
                    match value {
                        Value::Tag(value) => tags.push((name, value)),
                        Value::All(all) if ANSWERS.contains(&name.as_str()) && tags.is_empty() => {
                            return Self::rest(all, map);
                        }
                        Value::All(_) => {
                            return Err(de::Error::custom(format_args!(
                                "the value of the tag `{name}` is no text"
                            )));
                        }
                    }
                }
                Self::sorted(tags)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tags, A::Error> {
                let mut tags = Vec::new();
                while let Some(Pair { key, value }) = seq.next_element()? {
                    tags.push((key, value));
                }
                Self::sorted(tags)
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
