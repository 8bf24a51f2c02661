//! Whether Terraform takes two values for equal: it compares their types, too, and HCL's values have none of collections. A list is
//! not equal to `[]`, which is a tuple, nor a map to `{}`, which is an object.
//!
//! See <https://developer.hashicorp.com/terraform/language/expressions/operators#equality-operators>.

use hcl::Value;

use super::partial::{fields, is_partial};

/// Whether two values are equal; `None`: their types decide it, and are not known.
#[must_use]
pub fn equal(one: &Value, other: &Value) -> Option<bool> {
    match (one, other) {
        (Value::Null, Value::Null) => Some(true),
        (Value::Bool(one), Value::Bool(other)) => Some(one == other),
        (Value::String(one), Value::String(other)) => match one == other {
            true => Some(true),
            // Letters that are written in two ways are one letter.
            false => (one.is_ascii() && other.is_ascii()).then_some(false),
        },
        (Value::Number(one), Value::Number(other)) => {
            // Fractions are not the same here and there.
            Some(one.as_i64()? == other.as_i64()?)
        }
        (Value::Array(one), Value::Array(other)) => {
            let mut pairs = one.iter().zip(other);
            let differs = pairs.any(|(one, other)| equal(one, other) == Some(false));
            (differs || one.len() != other.len()).then_some(false)
        }
        (Value::Object(one), Value::Object(other)) => {
            let is_whole = !is_partial(one) && !is_partial(other);
            let differs = fields(one).any(|(name, value)| match other.get(name) {
                Some(other) => equal(value, other) == Some(false),
                None => is_whole,
            });
            (differs || (is_whole && one.len() != other.len())).then_some(false)
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::String(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_),
            _,
        ) => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use hcl::value;

    use super::*;

    #[test]
    fn collections_differ_for_certain_and_are_alike_for_nobody() {
        for (one, other, is) in [
            (value!("a"), value!("a"), Some(true)),
            (value!("a"), value!("b"), Some(false)),
            (value!("1"), value!(1), Some(false)),
            (value!(1), value!(1), Some(true)),
            (value!(0.5), value!(0.5), None),
            (value!("e\u{301}"), value!("é"), None),
            (value!(null), value!([]), Some(false)),
            (value!([]), value!([]), None),
            (value!(["a"]), value!([]), Some(false)),
            (value!(["a"]), value!(["a"]), None),
            (value!(["a"]), value!(["b"]), Some(false)),
            (value!({}), value!({}), None),
            (value!({}), value!([]), Some(false)),
            (value!({ "a" = 1 }), value!({ "a" = 1 }), None),
            (value!({ "a" = 1 }), value!({ "a" = 2 }), Some(false)),
            (value!({ "a" = 1 }), value!({ "b" = 1 }), Some(false)),
            (
                value!({"a" = 1, "\0" = true}),
                value!({"a" = 1, "b" = 1}),
                None,
            ),
        ] {
            assert_eq!(equal(&one, &other), is, "{one} {other}");
            assert_eq!(equal(&other, &one), is, "{other} {one}");
        }
    }
}
