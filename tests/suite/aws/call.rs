//! One call of an operation, and what a service answers to it.

use serde_json::{Map, Value};

use super::paging::Pager;
use super::protocol::Protocol;
use super::scope::Scope;
use super::world::World;

/// A request, understood: which operation, of what, by whom.
pub struct Call {
    pub scope: Scope,
    pub operation: String,
    /// The parameters, by their names on the wire.
    pub args: Value,
}

impl Call {
    /// A parameter that is text.
    pub fn arg(&self, name: &str) -> Option<&str> {
        self.args.get(name)?.as_str()
    }

    /// A parameter that AWS insists on.
    pub fn need(&self, name: &str) -> Result<&str, No> {
        self.arg(name).ok_or_else(|| {
            No::failure(
                400,
                "ValidationException",
                format!("the parameter {name} is missing"),
            )
        })
    }
}

/// What a service answers where all is well.
pub enum Answer {
    /// All of it.
    Whole(Value),
    /// A list that comes in pages, in this field.
    List {
        field: &'static str,
        items: Vec<Value>,
    },
    /// A map that comes in pages, in this field.
    Map {
        field: &'static str,
        entries: Map<String, Value>,
    },
}

/// What a service answers where it is not.
#[derive(Debug)]
pub enum No {
    /// An error as AWS gives it.
    Failure(Failure),
    /// The test's inventory does not say what AWS would answer.
    Incomplete(String),
    /// This server does not know the operation.
    Unknown,
}

/// An error as AWS gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl No {
    pub fn failure(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self::Failure(Failure {
            status,
            code: code.to_owned(),
            message: message.into(),
        })
    }
}

/// A service, as the rest of the server sees it.
pub struct Service {
    /// Its name in IAM actions, and in the inventory's gaps.
    pub name: &'static str,
    /// Its name in signatures.
    pub signing_name: &'static str,
    /// Whether it is the same in every Region.
    pub global: bool,
    pub protocol: Protocol,
    pub pager: Pager,
    /// The code and status of a refusal, and those of throttling.
    pub denied: (u16, &'static str),
    pub throttled: (u16, &'static str),
    /// What the call is about: its ARN first, then the other names that it has.
    pub names: fn(&World, &Call) -> Vec<String>,
    pub answer: fn(&World, &Call) -> Result<Answer, No>,
}

/// The parts of an ARN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    pub resource: &'a str,
}

/// An ARN's parts; `None` where the text is no ARN.
pub fn arn(text: &str) -> Option<Arn<'_>> {
    let mut parts = text.splitn(6, ':');
    if parts.next()? != "arn" {
        return None;
    }
    Some(Arn {
        partition: parts.next()?,
        service: parts.next()?,
        region: parts.next()?,
        account: parts.next()?,
        resource: parts.next()?,
    })
}

/// A field that is text.
pub fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

/// The same object without these fields.
pub fn without(value: &Value, fields: &[&str]) -> Map<String, Value> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| !fields.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The same object with these fields only.
pub fn only(value: &Value, fields: &[&str]) -> Value {
    value
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| fields.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Map<_, _>>()
        .into()
}

/// Sets a field that the inventory leaves to the server.
pub fn default(object: &mut Map<String, Value>, name: &str, value: impl Into<Value>) {
    if !object.contains_key(name) {
        object.insert(name.to_owned(), value.into());
    }
}

/// Refuses where a field was not looked up that the answer would reveal.
pub fn reveals(value: &Value, fields: &[&str], what: &str) -> Result<(), No> {
    match fields.iter().find(|field| value.get(**field).is_none()) {
        None => Ok(()),
        Some(field) => Err(No::Incomplete(format!("`{field}` of {what} is absent"))),
    }
}

/// A policy as AWS gives it: the text of a JSON document.
pub fn document(policy: &Value) -> String {
    match policy {
        Value::String(text) => text.clone(),
        policy => policy.to_string(),
    }
}

/// Tags as a list of pairs, from a map.
pub fn pairs(tags: &Value, key: &str, value: &str) -> Vec<Value> {
    tags.as_object()
        .into_iter()
        .flatten()
        .map(|(name, text)| {
            let mut pair = Map::new();
            pair.insert(key.to_owned(), name.clone().into());
            pair.insert(value.to_owned(), text.clone());
            pair.into()
        })
        .collect()
}
