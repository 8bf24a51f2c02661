//! One field of the inventory file: absent, null, or there. The three are never confused.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::merge::{Conflicts, Merge};

/// What the inventory says of one field.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Not looked up.
    #[default]
    Absent,
    /// Looked up, and not there.
    Null,
    /// Looked up, and this is what it is.
    Is(T),
}

impl<T> Field<T> {
    /// What is there, if anything is.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Is(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The same of what is there.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Absent => Field::Absent,
            Self::Null => Field::Null,
            Self::Is(value) => Field::Is(f(value)),
        }
    }

    /// Whether it was looked up.
    #[must_use]
    pub const fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Is(value)
    }
}

impl<T> From<Option<T>> for Field<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Is)
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Is(value) => value.serialize(serializer),
            Self::Absent | Self::Null => serializer.serialize_unit(),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.into())
    }
}

impl<T: JsonSchema> JsonSchema for Field<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("Field_of_{}", T::schema_name()).into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<T>();
        json_schema!({"anyOf": [value, {"type": "null"}]})
    }
    fn inline_schema() -> bool {
        true
    }
}

/// A field of a record, by what its absence means.
pub trait Part: Sized {
    /// Whether a record without it is an error.
    const REQUIRED: bool;
    /// What a record without it has; `None` where that is an error.
    fn missing() -> Option<Self>;
    /// Whether it is written out.
    fn is_present(&self) -> bool;
}

impl<T> Part for Field<T> {
    const REQUIRED: bool = false;
    fn missing() -> Option<Self> {
        Some(Self::Absent)
    }
    fn is_present(&self) -> bool {
        Self::is_present(self)
    }
}

/// A field without which the record is nothing: its ARN, its id.
macro_rules! required {
    ($($Type:ty),* $(,)?) => {$(
        impl Part for $Type {
            const REQUIRED: bool = true;
            fn missing() -> Option<Self> {
                None
            }
            fn is_present(&self) -> bool {
                true
            }
        }
    )*};
}

required!(
    crate::known::Arn,
    crate::known::AccountId,
    crate::known::Region,
    Box<str>,
    std::sync::Arc<str>
);

impl<T: Merge> Merge for Field<T> {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        match (self, other) {
            (_, Self::Absent) | (Self::Null, Self::Null) => {}
            (mine @ Self::Absent, theirs) => *mine = theirs,
            (Self::Is(mine), Self::Is(theirs)) => mine.merge(theirs, conflicts),
            (Self::Is(_), Self::Null) | (Self::Null, Self::Is(_)) => {
                conflicts.differ("a value in one and null in the other".to_owned());
            }
        }
    }
}

/// The name of a field as it is read, without a copy where the file allows it.
pub struct Name<'de>(pub Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> de::Visitor<'de> for Text {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
