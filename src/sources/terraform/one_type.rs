//! The one type that Terraform makes of values that stand beside each other: in the branches of a conditional, in a list, in a map. A
//! number beside a text is turned into one, so that it is no longer equal to the number.
//!
//! See <https://developer.hashicorp.com/terraform/language/expressions/conditionals#result-types>.

use hcl::Value;

use super::arguments::text;
use super::partial::{fields, is_partial};

/// Whether all that is in a value are texts, which no other type beside them turns into anything else.
#[must_use]
pub fn is_of_texts(value: &Value) -> bool {
    match value {
        Value::Null | Value::String(_) => true,
        Value::Bool(_) | Value::Number(_) => false,
        Value::Array(items) => items.iter().all(is_of_texts),
        Value::Object(all) => fields(all).all(|(_, value)| is_of_texts(value)),
    }
}

/// Whether Terraform may turn what is in a value into another type where it stands beside another one. Of what type a null is, and
/// what an empty collection holds, is not known.
#[must_use]
pub fn may_be_turned(value: &Value, other: &Value) -> bool {
    if is_of_texts(value) {
        return false;
    }
    match (value, other) {
        (Value::Bool(_), Value::Bool(_)) | (Value::Number(_), Value::Number(_)) => false,
        (Value::Array(items), Value::Array(others)) if items.len() == others.len() => {
            let mut pairs = items.iter().zip(others);
            pairs.any(|(value, other)| may_be_turned(value, other))
        }
        (Value::Object(all), Value::Object(others)) if have_same_fields(all, others) => {
            let mut each = all.iter();
            each.any(|(name, value)| {
                others
                    .get(name)
                    .is_none_or(|other| may_be_turned(value, other))
            })
        }
        (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => {
            let mut kinds = Vec::new();
            let counts = [value, other].map(|value| {
                kinds_of(value, &mut kinds);
                kinds.len()
            });
            let first = kinds.first().copied().flatten();
            counts[0] == counts[1] || first.is_none() || kinds.iter().any(|kind| *kind != first)
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => true,
    }
}

/// The same of any of several.
#[must_use]
pub fn may_turn_each_other(items: &[Value]) -> bool {
    /// No more are compared with each other.
    const MOST: usize = 300;
    if items.iter().all(is_of_texts) {
        return false;
    }
    items.len() > MOST
        || items.iter().enumerate().any(|(at, value)| {
            let others = items.iter().enumerate().filter(|(other, _)| *other != at);
            let mut others = others.map(|(_, other)| other);
            others.any(|other| may_be_turned(value, other))
        })
}

/// The values as Terraform has them where one type is made of them: beside a text, numbers and truths are texts. `None`: what it makes
/// of them is not known.
#[must_use]
pub fn made_one(items: Vec<Value>) -> Option<Vec<Value>> {
    if !may_turn_each_other(&items) {
        return Some(items);
    }
    items.iter().any(Value::is_string).then_some(())?;
    let texts = items.into_iter().map(|item| match item.is_null() {
        true => Some(Value::Null),
        false => text(item).ok().map(Value::String),
    });
    texts.collect()
}

/// Whether Terraform certainly makes one type of values, which changes none of them: they are of one already, or lists and maps that hold
/// such.
#[must_use]
pub fn are_alike(items: &[Value]) -> bool {
    let each = || items.iter().zip(items.iter().skip(1));
    match items.first() {
        None => true,
        Some(_) if items.len() == 1 => true,
        Some(Value::Null) => false,
        Some(Value::Bool(_)) => items.iter().all(Value::is_boolean),
        Some(Value::Number(_)) => items.iter().all(Value::is_number),
        Some(Value::String(_)) => items.iter().all(Value::is_string),
        Some(Value::Array(_)) => {
            let within: Option<Vec<&Vec<Value>>> = items.iter().map(Value::as_array).collect();
            within.is_some_and(|within| {
                are_alike(&within.into_iter().flatten().cloned().collect::<Vec<_>>())
            })
        }
        Some(Value::Object(_)) => {
            let all: Option<Vec<&hcl::Map<String, Value>>> =
                items.iter().map(Value::as_object).collect();
            let Some(all) = all.filter(|all| !all.iter().any(|one| is_partial(one))) else {
                return false;
            };
            let have_same = |(one, other): (&Value, &Value)| {
                let (one, other) = (one.as_object(), other.as_object());
                one.zip(other)
                    .is_some_and(|(one, other)| have_same_fields(one, other))
            };
            if !each().all(have_same) {
                let within = all.into_iter().flat_map(hcl::Map::values);
                return are_alike(&within.cloned().collect::<Vec<_>>());
            }
            let mut names = all.first().into_iter().flat_map(|first| first.keys());
            names.all(|name| {
                let of_name = all.iter().filter_map(|one| one.get(name));
                are_alike(&of_name.cloned().collect::<Vec<_>>())
            })
        }
    }
}

fn have_same_fields(one: &hcl::Map<String, Value>, other: &hcl::Map<String, Value>) -> bool {
    !is_partial(one)
        && !is_partial(other)
        && one.len() == other.len()
        && one.keys().all(|name| other.contains_key(name))
}

/// The types of all that is in a value; `None`: of what type it is is not known.
fn kinds_of(value: &Value, kinds: &mut Vec<Option<char>>) {
    match value {
        Value::Null => kinds.push(None),
        Value::Bool(_) => kinds.push(Some('b')),
        Value::Number(_) => kinds.push(Some('n')),
        Value::String(_) => kinds.push(Some('s')),
        Value::Array(items) => items.iter().for_each(|item| kinds_of(item, kinds)),
        Value::Object(all) => {
            if is_partial(all) {
                kinds.push(None);
            }
            fields(all).for_each(|(_, value)| kinds_of(value, kinds));
        }
    }
}

#[cfg(test)]
mod tests {
    use hcl::value;

    use super::*;

    /// As `terraform console` answers: `(true ? 35 : "x") == "35"`.
    #[test]
    fn what_stands_beside_another_type_may_be_turned_into_it() {
        for (value, other, may) in [
            (value!("a"), value!(1), false),
            (value!(1), value!("a"), true),
            (value!(1), value!(2), false),
            (value!(1), value!(null), true),
            (value!(true), value!("a"), true),
            (value!([1]), value!(["a"]), true),
            (value!([1]), value!([2]), false),
            (value!([1]), value!([]), true),
            (value!([1]), value!([2, 3]), false),
            (value!([1]), value!([2, "a"]), true),
            (value!(["a"]), value!([1]), false),
            (
                value!({"a" = 1, "b" = "x"}),
                value!({"a" = 2, "b" = "y"}),
                false,
            ),
            (
                value!({"a" = 1, "b" = "x"}),
                value!({"a" = 2, "c" = "y"}),
                true,
            ),
            (value!({ "a" = 1 }), value!({ "b" = 2 }), false),
            (value!({ "a" = 1 }), value!({ "a" = "1" }), true),
            (value!({ "a" = 1 }), value!({ "a" = null }), true),
            (value!({ "a" = 1 }), value!([1]), true),
        ] {
            assert_eq!(may_be_turned(&value, &other), may, "{value} {other}");
        }
        assert!(may_turn_each_other(&[value!(1), value!("a")]));
        assert!(may_turn_each_other(&[value!("a"), value!(1)]));
        assert!(!may_turn_each_other(&[value!(1)]));
        assert!(!may_turn_each_other(&[value!(1), value!(2)]));
        assert!(!may_turn_each_other(&[value!("a"), value!(null)]));
    }
}
