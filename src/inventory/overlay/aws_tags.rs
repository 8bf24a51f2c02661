//! Tags of AWS's own (`aws:…`), which nobody else gives or takes: no template and no plan names them, and those that were read stand. Some
//! AWS gives, or takes away, by a property of a thing.
//!
//! See <https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html>.

use serde_json::{Map, Value};

use super::data::{as_data, data};
use super::open::{GIVEN_BY_AWS, GIVEN_WHEN_MADE};
use super::unknown::{unknown, unknown_within};

/// All tags of a thing, from those that are told of it as a whole, if any; `None`: they stand as they were read, or are not known.
pub(super) fn beside(
    told: Option<&Value>,
    over: &Map<String, Value>,
    there: Option<&Map<String, Value>>,
) -> Option<Value> {
    let there = there.filter(|there| !there.is_empty());
    let read = there.and_then(|there| there.get("Tags")?.as_object());
    let given = |mark: &str| over.get(mark).and_then(Value::as_object);
    let when_made = given(GIVEN_WHEN_MADE).filter(|_| there.is_none());
    let given: Map<String, Value> = [when_made, given(GIVEN_BY_AWS)]
        .into_iter()
        .flatten()
        .flat_map(Map::clone)
        .collect();
    let mut all = match told {
        Some(told) => {
            let is_known = |_: &&Map<String, Value>| unknown_within(told).is_none();
            data(told).or(told.as_object().filter(is_known))?.clone()
        }
        None if given.is_empty() => return None,
        None => read?.clone(),
    };
    for (key, value) in read.into_iter().flatten() {
        if key.starts_with("aws:") {
            all.entry(key).or_insert_with(|| value.clone());
        }
    }
    for (key, value) in given {
        if unknown(&value).is_some() {
            return Some(value);
        }
        if value.is_null() {
            all.shift_remove(&key);
        } else {
            all.insert(key, value);
        }
    }
    Some(as_data(all))
}
