//! The names of condition operators.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>.

use std::cmp::Ordering;

use super::Truth;
use crate::known::near;

/// A condition operator, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    pub test: Test,
    /// It holds where no value is met, such as `StringNotEquals`.
    pub negated: bool,
    pub set: Set,
    pub if_exists: bool,
}

/// How the values of a multivalued key are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// The operator is for single-valued keys.
    None,
    ForAllValues,
    ForAnyValue,
}

impl Set {
    /// Whether an operator holds of several values, of which it holds for all, or for any. What a list means to an operator
    /// for one value AWS does not say: it is settled where both readings agree.
    pub(super) fn holds(self, all: impl FnOnce() -> Truth, any: impl FnOnce() -> Truth) -> Truth {
        match self {
            Self::ForAllValues => all(),
            Self::ForAnyValue => any(),
            Self::None => all().either(any()),
        }
    }
}

/// What is compared, without the negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Test {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Arn,
    Number(Order),
    Date(Order),
    Bool,
    Binary,
    Ip,
    Null,
    /// Not an operator that AWS documents.
    Odd,
}

/// How two numbers or two dates compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(super) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Operator {
    pub(super) fn parse(text: &str) -> Self {
        let (set, rest) = if let Some(rest) = text.strip_prefix("ForAllValues:") {
            (Set::ForAllValues, rest)
        } else if let Some(rest) = text.strip_prefix("ForAnyValue:") {
            (Set::ForAnyValue, rest)
        } else {
            (Set::None, text)
        };
        let (name, if_exists) = match rest.strip_suffix("IfExists") {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let (test, negated) = test(name);
        let odd = test == Test::Null && (if_exists || set != Set::None);
        Self {
            test: if odd { Test::Odd } else { test },
            negated,
            set,
            if_exists,
        }
    }
}

/// An operator's name, what it tests, and whether it is the negation.
#[rustfmt::skip]
const OPERATORS: &[(&str, Test, bool)] = &[
    ("StringEquals",              Test::StringEquals,                    false),
    ("StringNotEquals",           Test::StringEquals,                    true),
    ("StringEqualsIgnoreCase",    Test::StringEqualsIgnoreCase,          false),
    ("StringNotEqualsIgnoreCase", Test::StringEqualsIgnoreCase,          true),
    ("StringLike",                Test::StringLike,                      false),
    ("StringNotLike",             Test::StringLike,                      true),
    ("ArnEquals",                 Test::Arn,                             false),
    ("ArnLike",                   Test::Arn,                             false),
    ("ArnNotEquals",              Test::Arn,                             true),
    ("ArnNotLike",                Test::Arn,                             true),
    ("NumericEquals",             Test::Number(Order::Equal),            false),
    ("NumericNotEquals",          Test::Number(Order::Equal),            true),
    ("NumericLessThan",           Test::Number(Order::Less),             false),
    ("NumericLessThanEquals",     Test::Number(Order::LessOrEqual),      false),
    ("NumericGreaterThan",        Test::Number(Order::Greater),          false),
    ("NumericGreaterThanEquals",  Test::Number(Order::GreaterOrEqual),   false),
    ("DateEquals",                Test::Date(Order::Equal),              false),
    ("DateNotEquals",             Test::Date(Order::Equal),              true),
    ("DateLessThan",              Test::Date(Order::Less),               false),
    ("DateLessThanEquals",        Test::Date(Order::LessOrEqual),        false),
    ("DateGreaterThan",           Test::Date(Order::Greater),            false),
    ("DateGreaterThanEquals",     Test::Date(Order::GreaterOrEqual),     false),
    ("Bool",                      Test::Bool,                            false),
    ("BinaryEquals",              Test::Binary,                          false),
    ("IpAddress",                 Test::Ip,                              false),
    ("NotIpAddress",              Test::Ip,                              true),
    ("Null",                      Test::Null,                            false),
];

fn test(name: &str) -> (Test, bool) {
    let found = OPERATORS.iter().find(|(known, ..)| *known == name);
    found.map_or((Test::Odd, false), |(_, test, negated)| (*test, *negated))
}

/// The operator that is meant by one that AWS does not document.
#[must_use]
pub fn operator_meant(text: &str) -> Option<&'static str> {
    let name = text.split_once(':').map_or(text, |(_, name)| name);
    let name = name.strip_suffix("IfExists").unwrap_or(name);
    near::meant(name, OPERATORS.iter().map(|(known, ..)| *known))
}

/// Whether an operator is one, in whatever case it is written.
pub(super) fn is_operator(text: &str) -> bool {
    let name = text.rsplit(':').next().unwrap_or_default();
    let is = |name: &str| {
        let mut all = OPERATORS.iter();
        all.any(|(known, _, _)| known.eq_ignore_ascii_case(name))
    };
    let end = name.len().saturating_sub("IfExists".len());
    let (before, suffix) = name.split_at_checked(end).unwrap_or((name, ""));
    is(name) || (suffix.eq_ignore_ascii_case("IfExists") && is(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operator_falls_into_set_test_negation_and_if_exists() {
        assert_eq!(
            Operator::parse("ForAnyValue:StringNotLikeIfExists"),
            Operator {
                test: Test::StringLike,
                negated: true,
                set: Set::ForAnyValue,
                if_exists: true
            }
        );
    }

    #[test]
    fn what_aws_does_not_document_is_odd() {
        for name in [
            "StringMatches",
            "stringequals",
            "NullIfExists",
            "ForAllValues:Null",
            "",
        ] {
            assert_eq!(Operator::parse(name).test, Test::Odd, "{name}");
        }
        assert_eq!(operator_meant("StringEqual"), Some("StringEquals"));
        assert_eq!(
            operator_meant("ForAnyValue:StringLikes"),
            Some("StringLike")
        );
        assert_eq!(operator_meant("StringMatches"), None);
    }
}
