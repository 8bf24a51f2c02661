//! A policy document as the inventory holds it: the text, for showing and changing, and what it means, for deciding.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use serde_json::value::RawValue;

use super::envelope::{Owner, bare, policy_document};
use super::grammar::{self, Parts};
use super::merge::{Conflicts, Merge};
use crate::known::Recent;
use crate::policy::Document;

/// A policy document. In a file it is an object, the JSON text that AWS returns, or what the `aws` command prints around either.
/// It is parsed once, and cheap to clone.
#[derive(Clone)]
pub struct Policy(Arc<Parsed>);

struct Parsed {
    text: Box<str>,
    document: Document,
    parts: Parts,
    /// What the answers around it name that it is of.
    of: Box<[Owner]>,
}

impl Policy {
    /// Reads a policy document from its JSON text, alone or in an answer of AWS.
    ///
    /// # Errors
    /// Where the text is not a policy document; the message says what was found and what was expected.
    pub fn parse(text: &str) -> Result<Self, String> {
        let opened = policy_document(text)?;
        let text = bare(&opened.text);
        // The strict reader first: it also looks into what the policy language ignores.
        let parts = grammar::check(text)?;
        let document = Document::parse(text).map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(Parsed {
            text: text.into(),
            document,
            parts,
            of: opened.of.into(),
        })))
    }

    /// The text that it was read from, where that is its own; else none.
    fn cached_as(&self) -> &str {
        if self.0.of.is_empty() {
            &self.0.text
        } else {
            ""
        }
    }

    /// The policy document that is this JSON value.
    ///
    /// # Errors
    /// Where the value is not a policy document.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        Self::parse(&value.to_string())
    }

    /// What it means.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.0.document
    }

    /// What every statement of it has.
    pub(super) fn parts(&self) -> Parts {
        self.0.parts
    }

    /// The field of an answer around it by which it is of something else than what these fields are expected to name, and what
    /// it names.
    pub(super) fn of_another(&self, expected: &[(&str, &str)]) -> Option<(&'static str, &str)> {
        let is_other = |(name, of): &&Owner| {
            let mut expected = expected.iter();
            expected.any(|(field, own)| field == name && **own != **of)
        };
        let other = self.0.of.iter().find(is_other);
        other.map(|(name, of)| (*name, &**of))
    }

    /// The whole document, order and unknown fields as they were.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // The text was read once already; a null here would be a fault of ours, and shows as one.
        serde_json::from_str(&self.0.text).unwrap_or(Value::Null)
    }
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || self.0.text == other.0.text
            || self.to_value() == other.to_value()
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl Serialize for Policy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Policy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        // The policies of an organization stand with every account.
        thread_local! {
            static RECENT: RefCell<Recent<Policy, 256>> = const { RefCell::new(Recent::new()) };
        }
        let read = |text: &str| {
            RECENT.with_borrow_mut(|recent| recent.of(text, Self::cached_as, Self::parse))
        };
        let parsed = if text.starts_with('"') {
            let inner: String = serde_json::from_str(text).map_err(de::Error::custom)?;
            read(&inner)
        } else {
            read(text)
        };
        parsed
            .map_err(|message| de::Error::custom(format_args!("not a policy document: {message}")))
    }
}

impl Merge for Policy {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        if *self != other {
            conflicts.differ("two different policies".to_owned());
        }
    }
}

impl JsonSchema for Policy {
    fn schema_name() -> Cow<'static, str> {
        "Policy".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An IAM policy document: an object, or its JSON text.",
            "type": ["object", "string"]
        })
    }
}
