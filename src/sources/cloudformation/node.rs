//! A template as a tree that knows its lines.

use serde_json::{Map, Number, Value, json};

/// A value of a template, with its line.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The line that it begins in, from 1.
    pub line: usize,
    /// What it is.
    pub kind: Kind,
}

/// What a value is. Short forms of intrinsic functions are written out: `!Sub x` is `{"Fn::Sub": "x"}`.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// What is written without quotes, of which nobody knows what CloudFormation reads.
    Doubtful(String),
    /// A list.
    List(Vec<Node>),
    /// An object, in its order.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// A field of an object.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        match &self.kind {
            Kind::Map(fields) => fields
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, node)| node),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::Doubtful(_)
            | Kind::List(_) => None,
        }
    }

    /// The fields of an object; none of anything else.
    #[must_use]
    pub fn fields(&self) -> &[(String, Self)] {
        match &self.kind {
            Kind::Map(fields) => fields,
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::Doubtful(_)
            | Kind::List(_) => &[],
        }
    }

    /// The items of a list; none of anything else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match &self.kind {
            Kind::List(items) => items,
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Text(_)
            | Kind::Doubtful(_)
            | Kind::Map(_) => &[],
        }
    }

    /// A text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Doubtful(_)
            | Kind::List(_)
            | Kind::Map(_) => None,
        }
    }

    /// As JSON, as it is written.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(truth) => Value::Bool(*truth),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::Doubtful(text) => json!({"unknown": text}),
            Kind::List(items) => items.iter().map(Self::to_value).collect(),
            Kind::Map(fields) => {
                let fields = fields
                    .iter()
                    .map(|(name, node)| (name.clone(), node.to_value()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}
