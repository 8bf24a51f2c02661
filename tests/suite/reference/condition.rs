//! Whether a statement's Condition holds in one world.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use serde_json::Value;

use super::value::{address_in, items, number, seconds, texts};
use super::variable::fill;
use super::wildcard::{Token, fits, literal};
use super::worlds::World;

/// All operators and all keys must hold.
pub fn holds(condition: &Value, variables: bool, world: &World) -> bool {
    let Some(operators) = condition.as_object() else {
        return true;
    };
    operators.iter().all(|(operator, keys)| {
        let operator = Operator::read(operator);
        let keys = keys.as_object().unwrap();
        keys.iter()
            .all(|(key, values)| operator.holds(key, &texts(values), variables, world))
    })
}

/// An operator's name, taken apart.
#[derive(Debug, PartialEq)]
pub struct Operator {
    pub set: Set,
    pub negated: bool,
    pub if_exists: bool,
    /// The positive form: `StringEquals` for `StringNotEquals`.
    pub base: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Set {
    No,
    AllValues,
    AnyValue,
}

impl Operator {
    pub fn read(name: &str) -> Operator {
        let (set, name) = if let Some(name) = name.strip_prefix("ForAllValues:") {
            (Set::AllValues, name)
        } else if let Some(name) = name.strip_prefix("ForAnyValue:") {
            (Set::AnyValue, name)
        } else {
            (Set::No, name)
        };
        let (if_exists, name) = match name.strip_suffix("IfExists") {
            Some(name) => (true, name),
            None => (false, name),
        };
        Operator {
            set,
            negated: name.contains("Not"),
            if_exists,
            base: name.replace("Not", ""),
        }
    }

    fn holds(&self, key: &str, values: &[String], variables: bool, world: &World) -> bool {
        let found = world.value(key);
        if self.base == "Null" {
            let absent = found.is_none().to_string();
            return values.contains(&absent);
        }
        let Some(found) = found else {
            return self.holds_for_absent(world);
        };
        let one = |item: &Value| {
            let item = texts(item).concat();
            // Each value is compared, so that none goes unseen that makes the statement invalid.
            let any = values.iter().fold(false, |any, value| {
                self.matches(value, &item, variables, world) | any
            });
            any != self.negated
        };
        match self.set {
            Set::AllValues => items(&found).iter().fold(true, |all, item| one(item) & all),
            Set::AnyValue => items(&found)
                .iter()
                .fold(false, |any, item| one(item) | any),
            // A multivalued key needs a set operator; what happens without one is not said, unless both readings agree.
            Set::No if found.is_array() => {
                let all = items(&found).iter().fold(true, |all, item| one(item) & all);
                let any = items(&found)
                    .iter()
                    .fold(false, |any, item| one(item) | any);
                if all == any {
                    all
                } else {
                    world.undocumented()
                }
            }
            Set::No => one(&found),
        }
    }

    fn holds_for_absent(&self, world: &World) -> bool {
        match (self.set, self.if_exists) {
            (Set::AllValues, _) => true,
            // Two pages disagree: ...IfExists is true without the key, ForAnyValue is false without it.
            (Set::AnyValue, true) => world.undocumented(),
            (Set::AnyValue, false) => false,
            (Set::No, true) => true,
            (Set::No, false) => self.negated,
        }
    }

    /// Whether one value of the policy matches one value of the request.
    fn matches(&self, wanted: &str, found: &str, variables: bool, world: &World) -> bool {
        let numbers = |holds: fn(f64, f64) -> bool| match (number(found), number(wanted)) {
            (Some(found), Some(wanted)) => holds(found, wanted),
            _ => false,
        };
        let dates = |holds: fn(f64, f64) -> bool| match (seconds(found), seconds(wanted)) {
            (Some(found), Some(wanted)) => holds(found, wanted),
            _ => false,
        };
        match self.base.as_str() {
            "NumericEquals" => return numbers(|found, wanted| found == wanted),
            "NumericLessThan" => return numbers(|found, wanted| found < wanted),
            "NumericLessThanEquals" => return numbers(|found, wanted| found <= wanted),
            "NumericGreaterThan" => return numbers(|found, wanted| found > wanted),
            "NumericGreaterThanEquals" => return numbers(|found, wanted| found >= wanted),
            "DateEquals" => return dates(|found, wanted| found == wanted),
            "DateLessThan" => return dates(|found, wanted| found < wanted),
            "DateLessThanEquals" => return dates(|found, wanted| found <= wanted),
            "DateGreaterThan" => return dates(|found, wanted| found > wanted),
            "DateGreaterThanEquals" => return dates(|found, wanted| found >= wanted),
            "IpAddress" => return address_in(wanted, found),
            _ => {}
        }
        // Only the operators below take variables.
        let wanted = fill(wanted, variables, world);
        let fits = match self.base.as_str() {
            "StringEquals" | "Bool" => fits(&wanted.text(), found),
            "StringEqualsIgnoreCase" => fits(&lower(&wanted.text()), &found.to_lowercase()),
            "StringLike" => fits(&wanted.pattern(), found),
            "ArnEquals" | "ArnLike" => {
                let parts = wanted.parts();
                let found_parts: Vec<&str> = found.splitn(6, ':').collect();
                if parts.len() == 6 && found_parts.len() == 6 {
                    parts
                        .iter()
                        .zip(found_parts)
                        .all(|(wanted, found)| fits(wanted, found))
                } else {
                    // No ARN at all, such as a lone star.
                    world.undocumented()
                }
            }
            other => panic!("no such operator: {other}"),
        };
        if wanted.has_gap() {
            world.meet_gap();
        }
        fits && (!wanted.has_gap() || world.undocumented())
    }
}

fn lower(tokens: &[Token]) -> Vec<Token> {
    let lower = |token: &Token| match token {
        Token::Char(c) => literal(&c.to_lowercase().to_string()),
        Token::Run | Token::One => vec![*token],
    };
    tokens.iter().flat_map(lower).collect()
}

#[test]
fn an_operators_name_says_whether_it_is_negated_qualified_or_forgiving() {
    let read = Operator::read("ForAllValues:ArnNotLikeIfExists");
    assert_eq!(
        (read.set, read.negated, read.if_exists),
        (Set::AllValues, true, true)
    );
    assert_eq!(read.base, "ArnLike");
    assert_eq!(Operator::read("NotIpAddress").base, "IpAddress");
    assert_eq!(Operator::read("DateNotEquals").base, "DateEquals");
}
