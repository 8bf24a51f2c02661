//! A resource instance of a plan, at one of two moments: now, or after the plan is applied.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::file::{Change, ConfigResource};
use super::shape::odd;

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// As it is now.
    Now,
    /// After the plan is applied.
    Then,
}

/// A resource instance, or what a data source said.
#[derive(Debug)]
pub struct Object<'p> {
    /// `module.bunker.aws_backup_vault.this["locked"]`.
    pub address: &'p str,
    /// The module instance: `module.bunker`, or nothing.
    pub module: &'p str,
    /// `aws_backup_vault`.
    pub kind: &'p str,
    /// `this`.
    pub name: &'p str,
    /// Whether it is a data source.
    pub is_data: bool,
    /// `"locked"`, or a number.
    pub index: Option<&'p Value>,
    /// What becomes of it; `None` where a data source was read already.
    pub change: Option<&'p Change>,
    /// What a data source said.
    pub said: Option<(&'p Map<String, Value>, &'p Value)>,
    /// Its block in the configuration.
    pub block: Option<&'p ConfigResource>,
}

/// An attribute of an object at a moment.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute<'p> {
    /// It has this value.
    Value(&'p Value),
    /// It is not set.
    NotSet,
    /// It is known after apply.
    AfterApply,
    /// It is not read, and why: the plan marks it as sensitive, or it is not what the provider makes of it.
    Unread(&'static str),
}

/// Whether a value is not set: the provider writes an empty text for an argument that nobody set.
#[must_use]
pub fn is_empty(value: &Value) -> bool {
    value.is_null() || value == ""
}

impl<'p> Object<'p> {
    /// Whether it is there at this moment.
    #[must_use]
    pub fn is_there(&self, moment: Moment) -> bool {
        self.values(moment).is_some() || (moment == Moment::Then && self.is_read_then())
    }

    /// Whether it is there now and not afterwards, or is another one then.
    #[must_use]
    pub fn does(&self, action: &str) -> bool {
        self.change
            .is_some_and(|change| change.actions.iter().any(|one| one == action))
    }

    /// Whether it is made by the plan: there is nothing of it now.
    #[must_use]
    pub fn is_made(&self) -> bool {
        self.does("create")
    }

    /// The same at a moment: what is replaced is there before, and is made after.
    #[must_use]
    pub fn is_new(&self, moment: Moment) -> bool {
        moment == Moment::Then && self.is_made()
    }

    /// Whether it takes the place of another under its name.
    #[must_use]
    pub fn is_replaced(&self, moment: Moment) -> bool {
        self.is_new(moment) && self.does("delete")
    }

    /// What the plan says of it that cannot be: an action that nobody knows, or one without what comes of it.
    #[must_use]
    pub fn contradicts(&self) -> Option<String> {
        const KNOWN: &[&str] = &["no-op", "create", "read", "update", "delete", "forget"];
        let change = self.change?;
        let mut actions = change.actions.iter().map(String::as_str);
        if let Some(action) = actions.find(|action| !KNOWN.contains(action)) {
            return Some(format!("has the action `{action}`, which is not known"));
        }
        let is_made = self.does("create") || self.does("update");
        if is_made && change.after.is_none() {
            return Some("is made or changed, and the plan does not say to what".to_owned());
        }
        let is_same = self.does("no-op") && change.before != change.after;
        is_same.then(|| "stays as it is, and is not what it was".to_owned())
    }

    /// Whether it stays as it is.
    #[must_use]
    pub fn stays(&self) -> bool {
        self.change.is_some_and(|change| {
            change.actions.iter().all(|action| action == "no-op") && change.before == change.after
        })
    }

    /// Whether the plan leaves an attribute of it as it is, and tells it: what is there now stays, and nothing is done about it.
    #[must_use]
    pub fn keeps(&self, name: &str) -> bool {
        let Some(change) = self.change.filter(|_| !self.is_made()) else {
            return false;
        };
        let (Some(before), Some(after)) = (&change.before, &change.after) else {
            return false;
        };
        let is_open =
            |marks: &Value| marks == &Value::Bool(true) || marks.get(name).is_some_and(is_any);
        let is_not_told = is_open(&change.after_unknown) || is_open(&change.after_sensitive);
        before.get(name) == after.get(name) && !is_not_told
    }

    /// The attributes that the plan changes where it stands.
    #[must_use]
    pub fn changed(&self) -> Vec<&'p str> {
        let Some(change) = self.change.filter(|_| self.does("update")) else {
            return Vec::new();
        };
        let (before, after) = (change.before.as_ref(), change.after.as_ref());
        let marks = change.after_unknown.as_object();
        let all = [before, after, marks].into_iter().flatten();
        let names: BTreeSet<&String> = all.flat_map(Map::keys).collect();
        let value = |of: Option<&'p Map<String, Value>>, name: &str| of.and_then(|of| of.get(name));
        let changed = names.into_iter().filter(|name| {
            let is_open = value(marks, name).is_some_and(is_any);
            is_open || value(before, name) != value(after, name)
        });
        changed.map(String::as_str).collect()
    }

    /// Whether the plan changes it in any way.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        let mut actions = self.change.into_iter().flat_map(|change| &change.actions);
        actions.any(|action| !matches!(action.as_str(), "no-op" | "read" | "forget"))
    }

    /// Whether attributes wait for apply of which the plan has no value at all.
    #[must_use]
    pub fn waits_for_others(&self) -> bool {
        let values = self.values(Moment::Then);
        let (unknown, _) = self.marks(Moment::Then);
        let mut names = unknown.as_object().into_iter().flatten();
        names.any(|(name, mark)| {
            is_any(mark) && values.is_none_or(|values| !values.contains_key(name))
        })
    }

    fn is_read_then(&self) -> bool {
        self.is_data && self.does("read")
    }

    /// Its values at a moment.
    #[must_use]
    pub fn values(&self, moment: Moment) -> Option<&'p Map<String, Value>> {
        if let Some((values, _)) = self.said {
            return Some(values);
        }
        let change = self.change?;
        match moment {
            Moment::Now => change.before.as_ref(),
            Moment::Then => change.after.as_ref(),
        }
    }

    fn marks(&self, moment: Moment) -> (&'p Value, &'p Value) {
        const NONE: &Value = &Value::Null;
        if let Some((_, sensitive)) = self.said {
            return (NONE, sensitive);
        }
        match (self.change, moment) {
            (None, _) => (NONE, NONE),
            (Some(change), Moment::Now) => (NONE, &change.before_sensitive),
            (Some(change), Moment::Then) => (&change.after_unknown, &change.after_sensitive),
        }
    }

    /// An attribute at a moment.
    #[must_use]
    pub fn attribute(&self, moment: Moment, name: &str) -> Attribute<'p> {
        let (unknown, sensitive) = self.marks(moment);
        let value = self.values(moment).and_then(|values| values.get(name));
        let is_unknown = is_marked(unknown, name);
        let is_set = is_unknown || value.is_some_and(|value| !is_empty(value));
        if is_set && is_marked(sensitive, name) {
            return Attribute::Unread("which is sensitive");
        }
        if is_unknown {
            return Attribute::AfterApply;
        }
        match value {
            None => Attribute::NotSet,
            Some(value) if is_empty(value) => Attribute::NotSet,
            Some(value) => match odd(name, value) {
                Some(why) => Attribute::Unread(why),
                None => Attribute::Value(value),
            },
        }
    }

    /// A text that is known.
    #[must_use]
    pub fn text(&self, moment: Moment, name: &str) -> Option<&'p str> {
        match self.attribute(moment, name) {
            Attribute::Value(value) => value.as_str(),
            Attribute::NotSet | Attribute::AfterApply | Attribute::Unread(_) => None,
        }
    }

    /// An attribute with `{"unknown": …}` in place of what is not known in it; null where it is not set.
    #[must_use]
    pub fn marked(&self, moment: Moment, name: &str) -> Value {
        const NONE: &Value = &Value::Null;
        let (unknown_marks, sensitive) = self.marks(moment);
        let of = |marks: &'p Value| match marks {
            Value::Bool(_) => marks,
            Value::Null
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => marks.get(name).unwrap_or(NONE),
        };
        let value = self.values(moment).and_then(|values| values.get(name));
        let value = value.filter(|value| !is_empty(value)).unwrap_or(NONE);
        let at = format!("{}.{name}", self.address);
        if let Some(why) = odd(name, value) {
            return unknown(format!("{at}, {why}"));
        }
        marked(value, of(unknown_marks), of(sensitive), &at)
    }

    /// An attribute that is true or false, also where the provider writes it as a text; null where it is not set,
    /// `{"unknown": …}` where it is not known.
    #[must_use]
    pub fn switch(&self, moment: Moment, name: &str) -> Value {
        match self.marked(moment, name) {
            Value::String(text) => json!(text == "true"),
            value @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_)) => value,
        }
    }

    /// What makes an attribute in the configuration; `None`: nothing does, or that is not told.
    #[must_use]
    pub fn expression(&self, name: &str) -> Option<&'p Value> {
        self.block?.expressions.get(name)
    }

    /// Whether it is certain that the configuration does not set an attribute.
    #[must_use]
    pub fn is_not_configured(&self, name: &str) -> bool {
        self.block
            .is_some_and(|block| block.expressions.get(name).is_none())
    }
}

/// `{"unknown": why}`.
#[must_use]
pub fn unknown(why: impl Into<String>) -> Value {
    json!({"unknown": why.into()})
}

fn is_marked(marks: &Value, name: &str) -> bool {
    marks == &Value::Bool(true) || marks.get(name) == Some(&Value::Bool(true))
}

/// A value with what is not known in it marked. A set that is unknown in part has its members in the order of the marks.
fn marked(value: &Value, unknown_marks: &Value, sensitive: &Value, at: &str) -> Value {
    if unknown_marks == &Value::Bool(true) {
        return unknown(at);
    }
    if sensitive == &Value::Bool(true) && !value.is_null() {
        return unknown(format!("{at}, which is sensitive"));
    }
    match value {
        Value::Object(fields) => {
            let mut all = Map::new();
            for (name, value) in fields {
                let of = |marks: &Value| marks.get(name).cloned().unwrap_or(Value::Null);
                all.insert(
                    name.clone(),
                    marked(
                        value,
                        &of(unknown_marks),
                        &of(sensitive),
                        &format!("{at}.{name}"),
                    ),
                );
            }
            // What is unknown is absent from the value.
            for (name, mark) in unknown_marks.as_object().into_iter().flatten() {
                if is_any(mark) && !all.contains_key(name) {
                    all.insert(name.clone(), unknown(format!("{at}.{name}")));
                }
            }
            Value::Object(all)
        }
        Value::Array(items) => {
            let marks = unknown_marks.as_array().map_or(&[][..], Vec::as_slice);
            let secrets = sensitive.as_array().map_or(&[][..], Vec::as_slice);
            let none = Value::Null;
            let each = items.iter().enumerate().map(|(index, item)| {
                let of = |marks: &[Value]| marks.get(index).unwrap_or(&none).clone();
                marked(item, &of(marks), &of(secrets), at)
            });
            // There are as many marks as members.
            let more = marks.iter().skip(items.len()).filter(|mark| is_any(mark));
            Value::Array(each.chain(more.map(|_| unknown(at))).collect())
        }
        Value::Null if is_any(unknown_marks) => unknown(at),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// Whether anything is marked.
fn is_any(marks: &Value) -> bool {
    match marks {
        Value::Bool(is) => *is,
        Value::Array(items) => items.iter().any(is_any),
        Value::Object(fields) => fields.values().any(is_any),
        Value::Null | Value::Number(_) | Value::String(_) => false,
    }
}
