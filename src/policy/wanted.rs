//! The values of a condition, as its operator reads them.

use super::arn_pattern::ArnPattern;
use super::context::Context;
use super::operator::{Order, Test};
use super::pattern::{Pattern, Syntax};
use super::scalar::{AddressBlock, Flag, Moment, Number};
use super::{Shape, Truth};

/// The values, read as the operator takes them. `None` is a value that it cannot take.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    Texts(Vec<Pattern>),
    Folded(Vec<Pattern>),
    Arns(Vec<ArnPattern>),
    Numbers(Order, Vec<Option<Number>>),
    Moments(Order, Vec<Option<Moment>>),
    Blocks(Vec<Option<AddressBlock>>),
    Bools(Vec<Option<Flag>>),
    Odd,
}

impl Wanted {
    /// Reads them as an operator does.
    pub fn read(test: Test, values: &[Box<str>], variables: bool) -> Self {
        let syntax = |wildcards| Syntax {
            wildcards,
            variables,
        };
        let texts = |wildcards| {
            let each = values.iter();
            each.map(|value| Pattern::parse(value, syntax(wildcards)))
                .collect()
        };
        match test {
            _ if values.is_empty() => Self::Odd,
            Test::Odd => Self::Odd,
            Test::StringEquals | Test::Binary => Self::Texts(texts(false)),
            Test::StringLike => Self::Texts(texts(true)),
            Test::StringEqualsIgnoreCase => {
                let lower = values.iter().map(|value| value.to_lowercase());
                Self::Folded(
                    lower
                        .map(|value| Pattern::parse(&value, syntax(false)))
                        .collect(),
                )
            }
            Test::Arn => {
                let each = values.iter();
                Self::Arns(
                    each.map(|value| ArnPattern::parse(value, syntax(true)))
                        .collect(),
                )
            }
            Test::Number(order) => {
                Self::Numbers(order, values.iter().map(|v| Number::parse(v)).collect())
            }
            Test::Date(order) => {
                Self::Moments(order, values.iter().map(|v| Moment::parse(v)).collect())
            }
            Test::Ip => Self::Blocks(
                values
                    .iter()
                    .map(|value| AddressBlock::parse(value))
                    .collect(),
            ),
            Test::Bool | Test::Null => {
                Self::Bools(values.iter().map(|value| Flag::parse(value)).collect())
            }
        }
    }

    /// Whether a text is one of them.
    pub fn met_by(&self, text: &str, context: &Context) -> Truth {
        match self {
            Self::Texts(patterns) => Truth::any(patterns.iter().map(|p| p.matches(text, context))),
            Self::Folded(patterns) => {
                Truth::any(patterns.iter().map(|p| p.matches_folded(text, context)))
            }
            Self::Arns(patterns) => Truth::any(patterns.iter().map(|p| p.matches(text, context))),
            Self::Numbers(order, wanted) => met(wanted, Number::parse(text), |found, wanted| {
                order.holds(found.cmp(wanted))
            }),
            Self::Moments(order, wanted) => met(wanted, Moment::parse(text), |found, wanted| {
                order.holds(found.cmp(&wanted))
            }),
            Self::Blocks(wanted) => met(wanted, AddressBlock::parse(text), |found, wanted| {
                wanted.holds(found)
            }),
            Self::Bools(wanted) => met(wanted, Flag::parse(text), Flag::is),
            Self::Odd => Truth::Unknown,
        }
    }

    /// Whether a text of which only the shape is known is.
    pub fn met_by_shape(&self, shape: &Shape, context: &Context) -> Truth {
        if shape.stand_in().is_some_and(|own| self.names(own)) {
            return Truth::True;
        }
        match self {
            Self::Texts(patterns) => Truth::any(
                patterns
                    .iter()
                    .map(|p| p.matches_shape(shape.part(), context)),
            ),
            Self::Arns(patterns) => Truth::any(
                patterns
                    .iter()
                    .map(|p| p.matches_shape(shape.part(), context)),
            ),
            Self::Folded(_)
            | Self::Numbers(..)
            | Self::Moments(..)
            | Self::Blocks(_)
            | Self::Bools(_)
            | Self::Odd => Truth::Unknown,
        }
    }

    /// Whether one of the values is this text as it stands.
    fn names(&self, text: &str) -> bool {
        match self {
            Self::Texts(patterns) => patterns.iter().any(|pattern| pattern.is(text)),
            Self::Arns(patterns) => patterns.iter().any(|pattern| pattern.is(text)),
            Self::Folded(_)
            | Self::Numbers(..)
            | Self::Moments(..)
            | Self::Blocks(_)
            | Self::Bools(_)
            | Self::Odd => false,
        }
    }

    /// Whether a variable in one of the values may have no value. Operators that read their values as something other
    /// than text are not documented to take one.
    pub fn may_lack_value(&self, context: &Context) -> bool {
        match self {
            Self::Texts(patterns) | Self::Folded(patterns) => {
                patterns.iter().any(|p| p.may_lack_value(context))
            }
            Self::Arns(patterns) => patterns.iter().any(|p| p.may_lack_value(context)),
            Self::Numbers(..)
            | Self::Moments(..)
            | Self::Blocks(_)
            | Self::Bools(_)
            | Self::Odd => true,
        }
    }

    /// Over every text that the key could have, also one that the operator cannot take.
    pub fn met_by_anything(&self) -> Truth {
        let all = match self {
            Self::Texts(patterns) | Self::Folded(patterns) => patterns.iter().any(Pattern::is_any),
            Self::Arns(_)
            | Self::Numbers(..)
            | Self::Moments(..)
            | Self::Blocks(_)
            | Self::Bools(_)
            | Self::Odd => false,
        };
        if all { Truth::True } else { Truth::Unknown }
    }
}

fn met<T: Copy, R: Into<Truth>>(
    wanted: &[Option<T>],
    found: Option<T>,
    holds: impl Fn(T, T) -> R,
) -> Truth {
    Truth::any(wanted.iter().map(|wanted| match (found, *wanted) {
        (Some(found), Some(wanted)) => holds(found, wanted).into(),
        (None, Some(_)) => Truth::False,
        (_, None) => Truth::Unknown,
    }))
}
