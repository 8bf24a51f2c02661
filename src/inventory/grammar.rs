//! The grammar of policy documents, as far as AWS refuses what breaks it: a document has statements, a statement says what it
//! is about, and a name that is nearly one of the language is a slip that would leave a part unread.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use serde_json::Value;

use super::element;
use super::field::Name;
use super::json::{Json, ValidJson};
use crate::known::HashSet;
use crate::policy::ELEMENTS;

/// What every statement of a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// `Principal` or `NotPrincipal`.
    pub principal: bool,
    /// None has `Principal` or `NotPrincipal`.
    pub no_principal: bool,
    /// `Resource` or `NotResource`.
    pub resource: bool,
}

/// Checks a document's text. Duplicate keys are an error at every level.
///
/// # Errors
/// Where AWS would refuse it; the message says where.
pub fn check(text: &str) -> Result<Parts, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let mut parts = Parts {
        principal: true,
        no_principal: true,
        resource: true,
    };
    Document(&mut parts)
        .deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| of_document(&error))?;
    Ok(parts)
}

/// The message, with a place that nobody takes for one of the file.
pub fn of_document(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (line, column) = (error.line(), error.column());
    match text.strip_suffix(&format!(" at line {line} column {column}")) {
        Some(says) => format!("{says} (line {line}, column {column} of the document)"),
        None => text,
    }
}

struct Document<'p>(&'p mut Parts);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::default();
        while let Some(Name(name)) = map.next_key()? {
            match name.as_ref() {
                "Statement" => map.next_value_seed(Statements(&mut *self.0))?,
                other => {
                    known(other, &["Statement", "Version", "Id"])?;
                    let ValidJson = map.next_value()?;
                }
            }
            unique(&mut seen, name)?;
        }
        if seen.contains("Statement") {
            Ok(())
        } else {
            Err(de::Error::missing_field("Statement"))
        }
    }
}

fn unique<'de, E: de::Error>(
    seen: &mut HashSet<std::borrow::Cow<'de, str>>,
    name: std::borrow::Cow<'de, str>,
) -> Result<(), E> {
    if seen.contains(&name) {
        return Err(E::custom(format_args!("duplicate field `{name}`")));
    }
    seen.insert(name);
    Ok(())
}

/// A name that the language does not have: AWS refuses it, and what it was meant to say is not known.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
fn known<E: de::Error>(name: &str, names: &[&str]) -> Result<(), E> {
    if names.contains(&name) {
        return Ok(());
    }
    let plain = name.to_ascii_lowercase();
    let near = names.iter().find(|known| {
        known.len().abs_diff(plain.len()) <= 2
            && strsim::damerau_levenshtein(&plain, &known.to_ascii_lowercase()) <= 2
    });
    let expected = near.map_or_else(|| names.join("`, `"), |near| (*near).to_owned());
    Err(E::custom(format_args!(
        "unknown element `{name}`, expected `{expected}`"
    )))
}

/// Whether an element names nothing, so that its statement is about nothing.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.iter().all(is_empty),
        Value::Object(fields) => fields.values().all(is_empty),
        Value::Null => true,
        Value::Bool(_) | Value::Number(_) => false,
    }
}

struct Statements<'p>(&'p mut Parts);

impl<'de> DeserializeSeed<'de> for Statements<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Statements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement or a list of statements")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        Statement(self.0).visit_map(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(Statement(&mut *self.0))?.is_some() {}
        Ok(())
    }
}

struct Statement<'p>(&'p mut Parts);

impl<'de> DeserializeSeed<'de> for Statement<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Statement<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::default();
        while let Some(Name(name)) = map.next_key()? {
            known(&name, ELEMENTS)?;
            if ["Sid", "Effect", "Condition"].contains(&name.as_ref()) {
                let ValidJson = map.next_value()?;
            } else {
                let Json(value) = map.next_value()?;
                if is_empty(&value) {
                    return Err(de::Error::custom(format_args!(
                        "`{name}` is empty: expected what the statement is about"
                    )));
                }
                element::check(&name, &value).map_err(de::Error::custom)?;
            }
            unique(&mut seen, name)?;
        }
        let has = |one: &str, other: &str| seen.contains(one) || seen.contains(other);
        if !has("Action", "NotAction") {
            return Err(de::Error::custom(
                "a statement without `Action`: expected `Action` or `NotAction`",
            ));
        }
        let principal = has("Principal", "NotPrincipal");
        self.0.principal &= principal;
        self.0.no_principal &= !principal;
        self.0.resource &= has("Resource", "NotResource");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_would_refuse_is_refused() {
        for (text, says) in [
            ("{}", "`Statement`"),
            (
                r#"{"Statements": []}"#,
                "`Statements`, expected `Statement`",
            ),
            (r#"{"Statement": [{"Effect": "Deny"}]}"#, "`Action`"),
            (
                r#"{"Statement": {"Effect": "Deny", "Actions": "*"}}"#,
                "`Actions`, expected `Action`",
            ),
            (
                r#"{"Statement": {"Effect": "Deny", "Action": "*", "Conditions": {}}}"#,
                "`Condition`",
            ),
            (
                r#"{"Statement": {"Action": "*", "Action": "*"}}"#,
                "duplicate",
            ),
            (
                r#"{"Statement": {"Action": "*"}, "Id": {"y": 1, "y": 1}}"#,
                "duplicate",
            ),
            (
                r#"{"Statement": {"Action": "*", "Effect": "Allow", "When": {}}}"#,
                "`When`, expected `Sid`",
            ),
            (
                r#"{"Statement": {"Action": "*"}, "Denies": []}"#,
                "`Denies`, expected `Statement`",
            ),
            (r#"{"Statement": "x"}"#, "a statement"),
        ] {
            let error = check(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn what_every_statement_has_is_known() {
        let parts = check(
            r#"{"Id": "x", "Statement": [{"Action": "*", "Resource": "*"}, {"Action": "*", "Principal": "*", "NotResource": "arn:aws:s3:::x"}]}"#,
        );
        let expected = Parts {
            principal: false,
            no_principal: false,
            resource: true,
        };
        assert_eq!(parts, Ok(expected));
    }
}
