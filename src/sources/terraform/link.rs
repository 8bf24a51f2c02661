//! The values of attributes: those that are known, and those that a reference tells before they are.

use serde_json::{Value, json};

use crate::catalog::regions::partition;
use crate::inventory::Policy;
use crate::sources::planned::Home;

use super::filled::filled;
use super::identity::Identities;
use super::object::{Attribute, Moment, Object, unknown};
use super::references::Targets;

/// An attribute that names something: a key, a role, a vault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// This.
    Value(String),
    /// Nothing: the attribute is not set.
    NotSet,
    /// Nothing that the configuration says: AWS chooses.
    AwsChooses,
    /// It is known after apply; the text names the attribute, and what it may come from.
    Unknown(String),
}

impl Link {
    /// Why it is not known.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Value(_) | Self::NotSet | Self::AwsChooses => "it is not set",
            Self::Unknown(why) => why,
        }
    }

    /// As a value of an overlay: null where it is not set.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Self::Value(text) => json!(text),
            Self::NotSet | Self::AwsChooses => Value::Null,
            Self::Unknown(why) => unknown(why),
        }
    }
}

impl<'p> Identities<'_, 'p> {
    /// An attribute that names something.
    #[must_use]
    pub fn link(&self, object: &Object<'p>, name: &str, moment: Moment) -> Link {
        let at = format!("{}.{name}", object.address);
        match object.attribute(moment, name) {
            Attribute::Value(Value::String(text)) => Link::Value(text.clone()),
            Attribute::Value(_) => Link::Unknown(format!("{at}, which is not a text")),
            Attribute::NotSet => Link::NotSet,
            Attribute::Unread(why) => Link::Unknown(format!("{at}, {why}")),
            Attribute::AfterApply => match object.expression(name) {
                Some(_) if let Some(Value::String(text)) = self.evaluated(object, name, moment) => {
                    Link::Value(text)
                }
                _ if self.is_left_out(object, name, moment) => Link::AwsChooses,
                Some(expression) => {
                    let found = self.all_of(object, expression, whole(name), moment);
                    the_one(found, &self.waits(object, expression, &at))
                }
                None => Link::Unknown(at),
            },
        }
    }

    /// What the configuration's own expression comes to, where it was given and can be evaluated.
    #[must_use]
    pub fn evaluated(&self, object: &Object<'p>, name: &str, moment: Moment) -> Option<Value> {
        let source = self.source.filter(|_| moment == Moment::Then)?;
        source.attribute(self, object, name)
    }

    /// What an expression comes to, where it can only be one thing.
    #[must_use]
    pub fn one_of(
        &self,
        object: &Object<'p>,
        expression: &Value,
        at: &str,
        moment: Moment,
    ) -> Link {
        let found = self.all_of(object, expression, "arn", moment);
        the_one(found, &self.waits(object, expression, at))
    }

    /// What an expression waits for: where something chooses in it, or makes more of it, its text tells what a plan does not.
    fn waits(&self, object: &Object<'p>, expression: &Value, at: &str) -> String {
        let is_told = self.source.is_some() || self.objects.targets(object, expression).are_all();
        match is_told {
            true => at.to_owned(),
            false => format!("{at}{BY_TEXT}"),
        }
    }

    /// All that an expression may come to; an error where some of that is not told. `whole`: the attribute that is meant where it refers
    /// to a thing as a whole, as `aws_iam_role.r[*].name` does.
    pub fn all_of(
        &self,
        object: &Object<'p>,
        expression: &Value,
        whole: &str,
        moment: Moment,
    ) -> Result<Vec<String>, ()> {
        let targets = self.objects.targets(object, expression);
        if !targets.are_all() {
            return Err(());
        }
        self.values_of(object, &targets, whole, moment)
    }

    fn values_of(
        &self,
        object: &Object<'p>,
        targets: &Targets<'_, 'p>,
        whole: &str,
        moment: Moment,
    ) -> Result<Vec<String>, ()> {
        let mut all = targets.unknown.iter();
        if all.any(|one| !self.may_take(object, one.object)) {
            return Err(());
        }
        let mut values = Vec::new();
        for target in &targets.unknown {
            let attribute = if target.attribute.is_empty() {
                whole
            } else {
                &target.attribute
            };
            let value = match (target.object.kind, attribute) {
                ("aws_kms_alias", "target_key_arn" | "target_key_id") => {
                    self.key_of_alias(target.object, attribute, moment)
                }
                _ => self.value(target.object, attribute, moment),
            };
            values.push(value.ok_or(())?);
            self.take(object, target.object, attribute);
        }
        values.sort();
        values.dedup();
        Ok(values)
    }

    /// The key that an alias names, by its ARN or its id.
    fn key_of_alias(&self, alias: &Object<'p>, attribute: &str, moment: Moment) -> Option<String> {
        let Link::Value(key) = self.link(alias, "target_key_id", moment) else {
            return None;
        };
        match (attribute, key.rsplit_once(":key/")) {
            ("target_key_arn", None) => {
                let Home { account, region } = self.home(alias, moment)?;
                let partition = partition(&region);
                Some(format!("arn:{partition}:kms:{region}:{account}:key/{key}"))
            }
            ("target_key_id", Some((_, id))) => Some(id.to_owned()),
            (_, _) => Some(key),
        }
    }

    /// The thing whose name an attribute is, where the name waits for apply and the thing is told.
    #[must_use]
    pub fn named<'s>(
        &'s self,
        object: &'s Object<'p>,
        name: &str,
        kinds: &[&str],
        moment: Moment,
    ) -> Option<&'s Object<'p>> {
        if object.attribute(moment, name) != Attribute::AfterApply {
            return None;
        }
        let targets = self.objects.targets(object, object.expression(name)?);
        let [one] = targets.unknown.as_slice() else {
            return None;
        };
        let attribute = match one.attribute.as_str() {
            "" => "name",
            attribute => attribute,
        };
        let is_name = kinds.contains(&one.object.kind)
            && !one.object.is_data
            && ["name", "id", "bucket"].contains(&attribute);
        if !targets.are_all() || !is_name || !self.may_take(object, one.object) {
            return None;
        }
        self.take(object, one.object, attribute);
        Some(one.object)
    }

    /// A list or set of names. A set has no order: where some of its members are unknown, as many candidates as there are of
    /// those settle them.
    #[must_use]
    pub fn links(&self, object: &Object<'p>, name: &str, moment: Moment) -> Value {
        let marked = match object.attribute(moment, name) {
            Attribute::NotSet => return Value::Null,
            Attribute::AfterApply if self.is_left_out(object, name, moment) => return Value::Null,
            Attribute::Value(_) | Attribute::AfterApply | Attribute::Unread(_) => {
                object.marked(moment, name)
            }
        };
        if marked.to_string().contains("{\"unknown\":")
            && let Some(value @ Value::Array(_)) = self.evaluated(object, name, moment)
        {
            return value;
        }
        match object.expression(name) {
            Some(expression) => self.settled(object, marked, expression, moment),
            None => marked,
        }
    }

    /// The blocks of a name, with what the configuration comes to in place of what is not known, where all of that is.
    #[must_use]
    pub fn blocks(&self, object: &Object<'p>, name: &str, moment: Moment) -> Value {
        let is_open = |value: &Value| value.to_string().contains("{\"unknown\":");
        let planned = object.marked(moment, name);
        if !is_open(&planned) {
            return planned;
        }
        let source = self.source.filter(|_| moment == Moment::Then);
        let configured = source.and_then(|source| source.blocks(self, object, name));
        if configured.is_none() && self.has_no_blocks(object, name, moment) {
            return Value::Null;
        }
        let planned = self.without_left_out(object, name, planned, configured.as_ref());
        let filled = configured.and_then(|configured| filled(&planned, &configured));
        let filled = filled.filter(|filled| !is_open(filled));
        filled.unwrap_or_else(|| self.blocks_wait(object, name, planned))
    }

    /// What of blocks is not known, with what settles it: dynamic blocks stand in the text alone.
    fn blocks_wait(&self, object: &Object<'p>, name: &str, value: Value) -> Value {
        let expression = object.expression(name);
        let targets = expression.map(|expression| self.objects.targets(object, expression));
        let is_told = self.source.is_some()
            || object.block.is_none()
            || targets.is_some_and(|targets| targets.are_all());
        if is_told {
            value
        } else {
            settled_by_text(value)
        }
    }

    /// A list with its unknown members settled by the references of an expression, where these are as many.
    #[must_use]
    pub fn settled(
        &self,
        object: &Object<'p>,
        marked: Value,
        expression: &Value,
        moment: Moment,
    ) -> Value {
        let Value::Array(items) = &marked else {
            return marked;
        };
        let (open, known): (Vec<&Value>, Vec<&Value>) =
            items.iter().partition(|item| item.get("unknown").is_some());
        if open.is_empty() {
            return marked;
        }
        let targets = self.objects.targets(object, expression);
        if !targets.are_all_beside(&known) {
            return marked;
        }
        match self.values_of(object, &targets, "arn", moment) {
            Ok(values) if values.len() == open.len() => {
                let known = known.into_iter().cloned();
                Value::Array(known.chain(values.into_iter().map(Value::String)).collect())
            }
            Ok(_) | Err(()) => marked,
        }
    }

    /// A policy document: null where none is set, `{"unknown": …}` where it is not known.
    #[must_use]
    pub fn policy(&self, object: &Object<'p>, name: &str, moment: Moment) -> Value {
        let at = format!("{}.{name}", object.address);
        match object.attribute(moment, name) {
            Attribute::NotSet => Value::Null,
            Attribute::Unread(why) => unknown(format!("{at}, {why}")),
            Attribute::Value(Value::String(text)) => policy_of(text, &at),
            Attribute::Value(_) => unknown(format!("{at}, which is not a text")),
            Attribute::AfterApply => {
                let evaluated = self.evaluated(object, name, moment);
                if let Some(Value::String(text)) = evaluated {
                    return policy_of(&text, &at);
                }
                if self.is_left_out(object, name, moment) {
                    return Value::Null;
                }
                let waits = || match object.expression(name) {
                    Some(expression) => unknown(self.waits(object, expression, &at)),
                    None => unknown(at.as_str()),
                };
                self.referred_document(object, name).unwrap_or_else(waits)
            }
        }
    }

    /// The policy document that an attribute refers to, where all of that is known.
    fn referred_document(&self, object: &Object<'p>, name: &str) -> Option<Value> {
        let targets = self.objects.targets(object, object.expression(name)?);
        let [one] = targets.unknown.as_slice() else {
            return None;
        };
        let is_document = one.object.kind == "aws_iam_policy_document"
            && matches!(one.attribute.as_str(), "json" | "minified_json");
        let is_it = targets.are_all()
            || (!targets.is_open
                && self.source.is_some_and(|source| {
                    source.is_just(self, object, name, (one.object, &one.attribute))
                }));
        let is_document = is_document && is_it && self.may_take(object, one.object);
        let document = is_document.then(|| self.document(one.object))?;
        if document.to_string().contains("{\"unknown\":") {
            return None;
        }
        self.take(object, one.object, &one.attribute);
        self.take_over(object, one.object);
        Some(document)
    }
}

/// What settles what an expression comes to that a plan does not tell.
const BY_TEXT: &str = ": give --terraform-source DIR, which has its expression";

/// A value in which the text of the configuration settles what is not known.
fn settled_by_text(value: Value) -> Value {
    match value {
        Value::Object(fields) => match fields.get("unknown") {
            Some(Value::String(why)) if fields.len() == 1 => unknown(format!("{why}{BY_TEXT}")),
            _ => {
                let each = fields.into_iter();
                let each = each.map(|(name, value)| (name, settled_by_text(value)));
                Value::Object(each.collect())
            }
        },
        Value::Array(items) => items.into_iter().map(settled_by_text).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}

/// The attribute that is meant where an argument is made of a thing as a whole.
fn whole(argument: &str) -> &'static str {
    match argument {
        "role" | "backup_vault_name" => "name",
        _ => "arn",
    }
}

/// What an expression comes to, where all that it may come to is one.
fn the_one(found: Result<Vec<String>, ()>, at: &str) -> Link {
    match found {
        Ok(mut values) if values.len() == 1 => values
            .pop()
            .map_or_else(|| Link::Unknown(at.to_owned()), Link::Value),
        Ok(values) if !values.is_empty() => {
            Link::Unknown(format!("{at}, one of {}", values.join(", ")))
        }
        Ok(_) | Err(()) => Link::Unknown(at.to_owned()),
    }
}

/// The policy document of a text; `{"unknown": …}` where it is not one.
#[must_use]
pub fn policy_of(text: &str, at: &str) -> Value {
    if let Err(error) = Policy::parse(text) {
        return unknown(format!("{at}, which is not a policy document: {error}"));
    }
    let document = serde_json::from_str::<Value>(text).ok();
    document
        .filter(Value::is_object)
        .unwrap_or_else(|| unknown(format!("{at}, which is not a policy document")))
}
