//! JSON that the program keeps without reading it: unknown fields, a service's own description of a resource.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use thin_vec::ThinVec;

use super::field::Name;
use crate::known::HashSet;

/// A JSON value as it stood in the file. Reading one with a duplicate key is an error.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Json(pub Value);

/// The fields of a record that the program does not know, kept in their order.
pub type Extra = ThinVec<(Box<str>, Json)>;

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any).map(Json)
    }
}

struct Any;

impl<'de> de::Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Json(item)) = seq.next_element()? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(Value::Array(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields: Vec<(String, Value)> = Vec::new();
        let mut many: HashSet<String> = HashSet::default();
        while let Some(Name(name)) = map.next_key()? {
            if many.contains(name.as_ref()) || few(&fields).any(|known| known == name) {
                return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
            }
            let Json(value) = map.next_value()?;
            if fields.len() >= FEW {
                many.insert(name.clone().into_owned());
            }
            fields.push((name.into_owned(), value));
        }
        // Its length is known now, so that it gets as much room as it needs.
        Ok(Value::Object(fields.into_iter().collect()))
    }
}

/// So many names are looked through one by one.
const FEW: usize = 16;

fn few(fields: &[(String, Value)]) -> impl Iterator<Item = &str> {
    fields.iter().take(FEW).map(|(name, _)| name.as_str())
}

/// JSON that is read and not kept; a duplicate key is an error.
pub struct ValidJson;

impl<'de> Deserialize<'de> for ValidJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> de::Visitor<'de> for ValidJson {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while let Some(Self) = seq.next_element()? {}
        Ok(self)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        let mut few: Vec<Cow<'de, str>> = Vec::new();
        let mut many: HashSet<Cow<'de, str>> = HashSet::default();
        while let Some(Name(name)) = map.next_key()? {
            if few.contains(&name) || many.contains(&name) {
                return Err(de::Error::custom(format_args!("duplicate field `{name}`")));
            }
            if few.len() < FEW {
                few.push(name);
            } else {
                many.insert(name);
            }
            let Self = map.next_value()?;
        }
        Ok(self)
    }
}

impl JsonSchema for Json {
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
