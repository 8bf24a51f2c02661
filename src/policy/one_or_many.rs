//! Texts and other scalars in JSON, by themselves or in a list, as AWS takes both.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, SeqAccess, Visitor};

/// A text, borrowed where it has no escapes.
pub(super) struct Text<'de>(pub Cow<'de, str>);

/// A text, a number or a truth value, as its text.
pub(super) struct Scalar(pub Box<str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Str;
        impl<'de> Visitor<'de> for Str {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Str)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl Visitor<'_> for Any {
            type Value = Scalar;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number or a truth value")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar, E> {
                Ok(Scalar(text.into()))
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string().into()))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string().into()))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
                Ok(Scalar(value.to_string().into()))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
                Ok(Scalar(format!("{value:?}").into()))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// One value, or a list of them.
pub(super) struct List<T>(pub Vec<T>);

impl<'de, T: Item<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany<T>(PhantomData<T>);
        impl<'de, T: Item<'de>> Visitor<'de> for OneOrMany<T> {
            type Value = List<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::EXPECTED)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element_seed(Each(PhantomData))? {
                    items.push(item);
                }
                Ok(List(items))
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<List<T>, E> {
                Ok(List(vec![T::of(Cow::Borrowed(text))]))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<List<T>, E> {
                Ok(List(vec![T::of(Cow::Owned(text.to_owned()))]))
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<List<T>, E> {
                scalar(value, de::Unexpected::Bool(value), &self)
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<List<T>, E> {
                scalar(value, de::Unexpected::Unsigned(value), &self)
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<List<T>, E> {
                scalar(value, de::Unexpected::Signed(value), &self)
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<List<T>, E> {
                let text = format!("{value:?}");
                scalar(text, de::Unexpected::Float(value), &self)
            }
        }
        deserializer.deserialize_any(OneOrMany(PhantomData))
    }
}

fn scalar<'de, T: Item<'de>, E: de::Error>(
    text: impl fmt::Display,
    found: de::Unexpected<'_>,
    expected: &dyn de::Expected,
) -> Result<List<T>, E> {
    if T::SCALARS {
        Ok(List(vec![T::of(Cow::Owned(text.to_string()))]))
    } else {
        Err(E::invalid_type(found, expected))
    }
}

/// One element of a list.
struct Each<T>(PhantomData<T>);

impl<'de, T: Item<'de>> DeserializeSeed<'de> for Each<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        if T::SCALARS {
            Scalar::deserialize(deserializer).map(|scalar| T::of(Cow::Owned(scalar.0.into())))
        } else {
            Text::deserialize(deserializer).map(|text| T::of(text.0))
        }
    }
}

/// What stands in a [`List`].
pub(super) trait Item<'de> {
    const EXPECTED: &'static str = "a string or a list of strings";
    /// Numbers and truth values are taken for their text.
    const SCALARS: bool = false;
    fn of(text: Cow<'de, str>) -> Self;
}

impl Item<'_> for Scalar {
    const EXPECTED: &'static str = "a string, a number, a truth value, or a list of them";
    const SCALARS: bool = true;
    fn of(text: Cow<'_, str>) -> Self {
        Self(text.into())
    }
}
