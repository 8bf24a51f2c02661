//! The conditions of a template, three-valued, and why one is not known.

use serde_json::{Value, json};

use super::template::{Template, is_open, plain, why};
use super::text::Node;

impl Template<'_> {
    /// Whether a resource under a condition is made; of one that stands in the facts the values that are given tell it.
    pub fn makes(&self, id: &str, condition: &str) -> Option<bool> {
        match self.settings.of_change && !self.settings.identity.there.contains(id) {
            true => self.condition_named(condition),
            false => self.naming(|| self.condition_named(condition)),
        }
    }

    /// A condition of the template; `None`: unknown.
    pub fn condition_named(&self, name: &str) -> Option<bool> {
        let key = format!("condition {name}");
        if !self.busy.borrow_mut().insert(key.clone()) {
            return None;
        }
        let node = self.root.get("Conditions").and_then(|all| all.get(name));
        let holds = node.and_then(|node| self.on_text(|| self.condition(node)));
        self.busy.borrow_mut().remove(&key);
        holds
    }

    /// What a function of conditions comes to; `None`: unknown.
    pub fn condition(&self, node: &Node) -> Option<bool> {
        let [(function, argument)] = node.fields() else {
            return None;
        };
        let each = || argument.items().iter().map(|one| self.condition(one));
        match function.as_str() {
            "Condition" => self.condition_named(argument.text()?),
            "Fn::Not" => each().next()?.map(|holds| !holds),
            "Fn::And" => all_hold(each()),
            "Fn::Or" => any_holds(each()),
            "Fn::Equals" => {
                let [one, other] = argument.items() else {
                    return None;
                };
                let (one, other) = (self.value(one)?, self.value(other)?);
                if is_open(&one) || is_open(&other) {
                    return None;
                }
                Some(texts(one) == texts(other))
            }
            _ => None,
        }
    }

    /// Why a condition is not known, as far as a value tells it.
    pub fn why_open(&self, name: &str) -> Option<String> {
        let key = format!("reason {name}");
        if !self.busy.borrow_mut().insert(key.clone()) {
            return None;
        }
        let node = self.root.get("Conditions").and_then(|all| all.get(name));
        let reason = node.and_then(|node| self.why_open_of(node));
        self.busy.borrow_mut().remove(&key);
        reason
    }

    fn why_open_of(&self, node: &Node) -> Option<String> {
        let [(function, argument)] = node.fields() else {
            return None;
        };
        let mut items = argument.items().iter();
        match function.as_str() {
            "Condition" => self.why_open(argument.text()?),
            "Fn::Equals" => items.find_map(|item| why(&self.value(item)?).map(str::to_owned)),
            _ => items.find_map(|item| self.why_open_of(item)),
        }
    }
}

/// Whether all hold; `None`: unknown.
pub fn all_hold(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    any_holds(each.map(|holds| holds.map(|holds| !holds))).map(|holds| !holds)
}

/// Whether one holds; `None`: unknown.
pub fn any_holds(each: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut is_known = true;
    for holds in each {
        match holds {
            Some(true) => return Some(true),
            Some(false) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(false)
}

/// A value with its numbers and truths as the texts that CloudFormation compares.
fn texts(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(texts).collect(),
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Object(_)) => plain(&value).map_or(value, |text| json!(text)),
    }
}
