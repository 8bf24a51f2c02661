//! JSON that takes little room: a service's description of each resource and recovery point, of which there are many.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Number, Value};
use smol_str::SmolStr;

use super::field::Name;
use crate::known::HashSet;

/// A JSON value that is only looked into: short texts stand in it, and an object is a list of its fields, in their order.
#[derive(Clone, Debug)]
pub enum Tree {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(SmolStr),
    /// A list.
    List(Box<[Tree]>),
    /// An object.
    Object(Box<Fields>),
}

/// The fields of an object, in their order. Things of one kind are described by the same names, which are held once.
#[derive(Clone, Debug)]
pub struct Fields {
    /// All different.
    names: Arc<[SmolStr]>,
    values: Box<[Tree]>,
}

impl Fields {
    fn of(names: &[SmolStr], values: Vec<Tree>) -> Self {
        Self {
            names: shared(names),
            values: values.into(),
        }
    }

    /// How many they are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Tree> {
        let place = self.names.iter().position(|of| of == name)?;
        self.values.get(place)
    }

    /// Each name with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&SmolStr, &Tree)> {
        self.names.iter().zip(&self.values)
    }
}

/// The names, held once where the same were read lately.
fn shared(names: &[SmolStr]) -> Arc<[SmolStr]> {
    const KEPT: usize = 16;
    thread_local! {
        static LATELY: RefCell<Vec<Arc<[SmolStr]>>> = const { RefCell::new(Vec::new()) };
    }
    LATELY.with_borrow_mut(|lately| {
        if let Some(known) = lately.iter().rev().find(|known| ***known == *names) {
            return Arc::clone(known);
        }
        if lately.len() >= KEPT {
            lately.remove(0);
        }
        let new: Arc<[SmolStr]> = names.into();
        lately.push(Arc::clone(&new));
        new
    })
}

impl FromIterator<(SmolStr, Tree)> for Fields {
    fn from_iter<I: IntoIterator<Item = (SmolStr, Tree)>>(fields: I) -> Self {
        let (names, values): (Vec<SmolStr>, Vec<Tree>) = fields.into_iter().unzip();
        Self::of(&names, values)
    }
}

impl Tree {
    /// A field of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.as_object()?.get(name)
    }

    /// The boolean that it is.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            Self::Null | Self::Number(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The number that it is.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            Self::Null | Self::Bool(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The text that it is.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::List(_) | Self::Object(_) => None,
        }
    }

    /// The fields of the object that it is.
    #[must_use]
    pub const fn as_object(&self) -> Option<&Fields> {
        match self {
            Self::Object(fields) => Some(fields),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::List(_) => None,
        }
    }

    /// The list that it is.
    #[must_use]
    pub const fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) => Some(items),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) | Self::Object(_) => None,
        }
    }
}

/// Reading one with a duplicate key is an error.
impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Grown)
    }
}

struct Grown;

impl<'de> de::Visitor<'de> for Grown {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Number::from_f64(value).map_or(Tree::Null, Tree::Number))
    }
    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items.into()))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        /// So many names are looked through one by one.
        const FEW: usize = 64;
        let (mut names, mut values) = (Vec::new(), Vec::new());
        let mut more: HashSet<SmolStr> = HashSet::default();
        while let Some(Name(name)) = map.next_key()? {
            let mut few = names.iter().take(FEW);
            if few.any(|known| *known == *name) || more.contains(name.as_ref()) {
                return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
            }
            let name = SmolStr::from(name);
            if names.len() >= FEW {
                more.insert(name.clone());
            }
            names.push(name);
            values.push(map.next_value()?);
        }
        Ok(Tree::Object(Box::new(Fields::of(&names, values))))
    }
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(truth) => Self::Bool(truth),
            Value::Number(number) => Self::Number(number),
            Value::String(text) => Self::Text(text.into()),
            Value::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Value::Object(fields) => {
                let fields = fields.into_iter();
                let fields = fields.map(|(name, value)| (name.into(), value.into()));
                Self::Object(Box::new(fields.collect()))
            }
        }
    }
}

/// Fields may stand in any order, as in JSON.
impl PartialEq for Tree {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(one), Self::Bool(other)) => one == other,
            (Self::Number(one), Self::Number(other)) => one == other,
            (Self::Text(one), Self::Text(other)) => one == other,
            (Self::List(one), Self::List(other)) => one == other,
            (Self::Object(one), Self::Object(fields)) => {
                one.len() == fields.len()
                    && one
                        .iter()
                        .all(|(name, value)| fields.get(name) == Some(value))
            }
            (
                Self::Null
                | Self::Bool(_)
                | Self::Number(_)
                | Self::Text(_)
                | Self::List(_)
                | Self::Object(_),
                _,
            ) => false,
        }
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(truth) => serializer.serialize_bool(*truth),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, value) in fields.iter() {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}

impl JsonSchema for Tree {
    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_read_is_written_as_it_stood() {
        let value = json!({"b": [1, 2.5, null, {"a": "text"}], "a": true, "c": {}});
        let tree = Tree::from(value.clone());
        let written = serde_json::to_string(&tree).unwrap();
        assert_eq!(written, value.to_string());
        let first = tree.get("b").and_then(Tree::as_array).unwrap();
        assert_eq!(first[1].as_f64(), Some(2.5));
        assert_eq!(first[3].get("a").and_then(Tree::as_str), Some("text"));
        assert_eq!(tree.get("a").and_then(Tree::as_bool), Some(true));
        assert_eq!(first[3].get("b"), None);
    }

    #[test]
    fn the_order_of_fields_does_not_matter_and_their_values_do() {
        let of = |value| Tree::from(value);
        assert_eq!(of(json!({"a": 1, "b": 2})), of(json!({"b": 2, "a": 1})));
        for other in [
            json!({"a": 1}),
            json!({"a": 1, "b": 3}),
            json!({"a": 1, "c": 2}),
            json!([1, 2]),
        ] {
            assert_ne!(of(json!({"a": 1, "b": 2})), of(other));
        }
    }

    #[test]
    fn it_takes_little_room() {
        assert_eq!(size_of::<Tree>(), 24);
    }
}
