//! Lists, by themselves or in the answer of the operation that gives them.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, MapAccess, SeqAccess};
use serde::{Deserialize, Deserializer};

use crate::inventory::field::Name;
use crate::inventory::json::Json;

/// What stands in lists of the inventory, and what AWS calls such lists.
pub trait ListElement {
    /// The names that answers of AWS have for a list of these.
    const NAMES: &'static [&'static str] = &[];
    /// Names of lists that leave out what matters, with what to give instead.
    const PARTIAL: &'static [(&'static str, &'static str)] = &[];
}

/// Reads a list.
///
/// # Errors
/// Where it is not one, or not a whole one.
pub fn read_list<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de> + ListElement,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(ListOrAnswer(PhantomData))
}

struct ListOrAnswer<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + ListElement> de::Visitor<'de> for ListOrAnswer<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")?;
        T::NAMES
            .first()
            .map_or(Ok(()), |name| write!(f, ", or AWS's answer with `{name}`"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        // A list may be most of the file.
        items.shrink_to_fit();
        Ok(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Vec<T>, A::Error> {
        let mut items: Option<Vec<T>> = None;
        while let Some(Name(name)) = map.next_key()? {
            if T::NAMES.contains(&name.as_ref()) {
                if items.is_some() {
                    return Err(de::Error::custom(format_args!("a second list, `{name}`")));
                }
                items = Some(map.next_value()?);
                continue;
            }
            if let Some((_, instead)) = T::PARTIAL.iter().find(|(partial, _)| *partial == name) {
                let Json(value) = map.next_value()?;
                // Of none nothing is left out.
                if items.is_none() && value.as_array().is_some_and(Vec::is_empty) {
                    items = Some(Vec::new());
                    continue;
                }
                return Err(de::Error::custom(format_args!(
                    "found `{name}`, which leaves out what matters: expected {instead}"
                )));
            }
            let Json(value) = map.next_value()?;
            if is_more_to_come(&name, &value) {
                return Err(de::Error::custom(format_args!(
                    "the list is not whole: `{name}` says that there is more"
                )));
            }
            if !is_beside_a_list(&name) {
                return Err(de::Error::custom(format_args!(
                    "found an object with `{name}`: expected {}",
                    Expected(&self)
                )));
            }
        }
        items.ok_or_else(|| {
            de::Error::custom(format_args!(
                "found an object without a list: expected {}",
                Expected(&self)
            ))
        })
    }
}

struct Expected<'a, V>(&'a V);

impl<'de, V: de::Visitor<'de>> fmt::Display for Expected<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }
}

/// Whether a field beside a list says that this is not all of it.
pub fn is_more_to_come(name: &str, value: &serde_json::Value) -> bool {
    match name {
        "NextToken" | "nextToken" | "Marker" | "NextMarker" => !value.is_null() && value != "",
        "IsTruncated" | "Truncated" => value != &serde_json::Value::Bool(false),
        _ => false,
    }
}

/// Fields that answers have beside their list.
pub fn is_beside_a_list(name: &str) -> bool {
    const BESIDE: &[&str] = &[
        "NextToken",
        "nextToken",
        "Marker",
        "NextMarker",
        "IsTruncated",
        "Truncated",
        "ResponseMetadata",
    ];
    BESIDE.contains(&name)
}
