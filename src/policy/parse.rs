//! From JSON to the parts of a policy document, by hand, so that every error says where it is and what was expected.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    self, Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::condition::Condition;
use super::document::{Action, Document, Effect, ParseError, ResourcePattern, Statement};
use super::one_or_many::{Item, List, Scalar, Text};
use super::principal::Named;

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// Where the text is not JSON, a key stands twice, or a part has a type that the policy language does not know.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let Object(document) = serde_json::from_str(text)?;
        Ok(document)
    }

    /// Reads a document that was read as JSON already.
    ///
    /// # Errors
    /// As [`Document::parse`]; line and column are those of the value printed on one line.
    pub fn from_value(value: &Value) -> Result<Self, ParseError> {
        match value {
            Value::String(text) => Self::parse(text),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => Self::parse(&value.to_string()),
        }
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ObjectOrText;
        impl<'de> Visitor<'de> for ObjectOrText {
            type Value = Document;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a policy document, as an object or as its text")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Document, A::Error> {
                DocumentVisitor.visit_map(map)
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Document, E> {
                Document::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(ObjectOrText)
    }
}

/// A document that may only be an object.
struct Object(Document);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DocumentVisitor).map(Self)
    }
}

/// The keys that an object had so far: the first few in place, which is all that most objects have.
#[derive(Default)]
struct Keys<'de> {
    few: [&'de str; 8],
    used: usize,
    more: Vec<Cow<'de, str>>,
}

impl<'de> Keys<'de> {
    fn next<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
        let Some(Text(key)) = map.next_key()? else {
            return Ok(None);
        };
        let mut few = self.few.iter().take(self.used);
        if few.any(|earlier| *earlier == key) || self.more.contains(&key) {
            return Err(de::Error::custom(format_args!("duplicate key `{key}`")));
        }
        match (&key, self.few.get_mut(self.used)) {
            (Cow::Borrowed(key), Some(slot)) => {
                *slot = key;
                self.used = self.used.saturating_add(1);
            }
            (Cow::Borrowed(_) | Cow::Owned(_), _) => self.more.push(key.clone()),
        }
        Ok(Some(key))
    }
}

/// A name that the language does not have: AWS refuses it, and what it was meant to say is not known.
fn unknown<E: de::Error>(key: &str, names: &[&str]) -> E {
    let near = names.iter().find(|name| name.eq_ignore_ascii_case(key));
    let expected = near.map_or_else(|| names.join("`, `"), |name| (*name).to_owned());
    E::custom(format_args!("unknown field `{key}`, expected `{expected}`"))
}

struct DocumentVisitor;

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut keys = Keys::default();
        let mut version = None;
        let mut statements = Vec::new();
        while let Some(key) = keys.next(&mut map)? {
            match &*key {
                "Version" => version = Some(map.next_value::<Text<'de>>()?.0.into()),
                "Statement" => statements = map.next_value::<Statements>()?.0,
                "Id" => {
                    map.next_value::<IgnoredAny>()?;
                }
                other => return Err(unknown(other, &["Version", "Id", "Statement"])),
            }
        }
        Ok(Document::new(version, statements))
    }
}

struct Statements(Vec<Statement>);

impl<'de> Deserialize<'de> for Statements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Statements;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a statement or a list of statements")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Statements, A::Error> {
                Ok(Statements(vec![StatementVisitor.visit_map(map)?]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Statements, A::Error> {
                let mut statements = Vec::new();
                while let Some(statement) = seq.next_element()? {
                    statements.push(statement);
                }
                Ok(Statements(statements))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}

impl<'de> Deserialize<'de> for Statement {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StatementVisitor)
    }
}

struct StatementVisitor;

impl<'de> Visitor<'de> for StatementVisitor {
    type Value = Statement;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Statement, A::Error> {
        let mut keys = Keys::default();
        let mut effect = None;
        let mut statement = Statement::default();
        while let Some(key) = keys.next(&mut map)? {
            match &*key {
                "Sid" => statement.sid = Some(map.next_value::<Scalar>()?.0),
                "Effect" => effect = Some(map.next_value::<Effect>()?),
                "Principal" | "NotPrincipal" => {
                    let named = map.next_value::<Principals>()?.0;
                    statement.principals.add(&*key != "Principal", named);
                }
                "Action" | "NotAction" => {
                    let actions = map.next_value::<List<Action>>()?.0;
                    statement.actions.add(&*key != "Action", actions);
                }
                "Resource" | "NotResource" => {
                    let resources = map.next_value::<List<ResourcePattern>>()?.0;
                    statement.resources.add(&*key != "Resource", resources);
                }
                "Condition" => statement.conditions = map.next_value::<Conditions>()?.0,
                other => return Err(unknown(other, ELEMENTS)),
            }
        }
        statement.effect = effect.ok_or_else(|| de::Error::missing_field("Effect"))?;
        Ok(statement)
    }
}

/// What a statement may have.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html>.
pub const ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl<'de> Deserialize<'de> for Effect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*Text::deserialize(deserializer)?.0 {
            "Allow" => Ok(Self::Allow),
            "Deny" => Ok(Self::Deny),
            other => Err(de::Error::unknown_variant(other, &["Allow", "Deny"])),
        }
    }
}

struct Principals(Vec<Named>);

impl<'de> Deserialize<'de> for Principals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StarOrMap;
        impl<'de> Visitor<'de> for StarOrMap {
            type Value = Principals;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`\"*\"` or principals by kind, such as `{\"AWS\": …}`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Principals, E> {
                Ok(Principals(vec![Named::new("", text)]))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Principals, A::Error> {
                let mut keys = Keys::default();
                let mut principals = Vec::new();
                while let Some(kind) = keys.next(&mut map)? {
                    map.next_value_seed(OfKind {
                        kind: &kind,
                        named: &mut principals,
                    })?;
                }
                // Most are one, and there are as many as statements.
                principals.shrink_to_fit();
                Ok(Principals(principals))
            }
        }
        deserializer.deserialize_any(StarOrMap)
    }
}

/// The principals of one kind.
struct OfKind<'a> {
    kind: &'a str,
    named: &'a mut Vec<Named>,
}

impl<'de> DeserializeSeed<'de> for OfKind<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OfKind<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a list of strings")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        self.named.push(Named::new(self.kind, text));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(Text(text)) = seq.next_element()? {
            self.named.push(Named::new(self.kind, &text));
        }
        Ok(())
    }
}

struct Conditions(Vec<Condition>);

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Operators;
        impl<'de> Visitor<'de> for Operators {
            type Value = Conditions;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("conditions by operator, such as `{\"StringEquals\": {…}}`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Conditions, A::Error> {
                let mut operators = Keys::default();
                let mut conditions = Vec::new();
                while let Some(operator) = operators.next(&mut map)? {
                    map.next_value_seed(OperatorKeys {
                        operator: &operator,
                        conditions: &mut conditions,
                    })?;
                }
                Ok(Conditions(conditions))
            }
        }
        deserializer.deserialize_map(Operators)
    }
}

/// The keys of one operator.
struct OperatorKeys<'a> {
    operator: &'a str,
    conditions: &'a mut Vec<Condition>,
}

impl<'de> DeserializeSeed<'de> for OperatorKeys<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for OperatorKeys<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("condition keys with their values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut keys = Keys::default();
        while let Some(key) = keys.next(&mut map)? {
            let values: List<Scalar> = map.next_value()?;
            let values = values.0.into_iter().map(|value| value.0).collect();
            let condition = Condition::new(self.operator, &key, values, true);
            self.conditions.push(condition);
        }
        Ok(())
    }
}

impl Item<'_> for Action {
    fn of(text: Cow<'_, str>) -> Self {
        Self::new(&text)
    }
}

impl Item<'_> for ResourcePattern {
    fn of(text: Cow<'_, str>) -> Self {
        Self::new(&text, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = r#"{
        "Id": "x", "Statement": {
            "Sid": 1, "Effect": "Allow", "Principal": {"AWS": "111122223333", "Service": ["a.amazonaws.com"]},
            "Action": "kms:*", "Resource": ["*"],
            "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericEquals": {"aws:x": [1, 2.5, "3"]}}
        }, "Version": "2012-10-17"}"#;

    #[test]
    fn one_or_many_may_stand_wherever_aws_takes_both() {
        let document = Document::parse(POLICY).unwrap();
        let statement = &document.statements()[0];
        assert_eq!(statement.sid(), Some("1"));
        assert_eq!(statement.actions().collect::<Vec<_>>(), ["kms:*"]);
        assert_eq!(statement.principals().len(), 2);
        let values = |at: usize| statement.conditions()[at].values().collect::<Vec<_>>();
        assert_eq!(values(0), ["true"]);
        assert_eq!(values(1), ["1", "2.5", "3"]);
    }

    #[test]
    fn what_is_printed_reads_the_same() {
        let document = Document::parse(POLICY).unwrap();
        assert_eq!(
            Document::from_value(&document.to_value()).unwrap(),
            document
        );
    }

    #[test]
    fn an_empty_object_has_no_statements() {
        assert!(Document::parse("{}").unwrap().statements().is_empty());
    }

    #[test]
    fn an_error_says_where_it_is_and_what_was_expected() {
        let wrong = |text: &str| Document::parse(text).unwrap_err().to_string();
        for (text, expected) in [
            (
                "{\n\"Statement\": 1}",
                "line 2, column 14: invalid type: integer `1`, expected a statement or a list of statements",
            ),
            (
                r#"{"Statement": [{"Effect": "allow"}]}"#,
                "expected `Allow` or `Deny`",
            ),
            (
                r#"{"Statement": [{"Action": "*"}]}"#,
                "missing field `Effect`",
            ),
            (
                r#"{"Statement": [{"Effect": "Deny", "Action": [1]}]}"#,
                "expected a string",
            ),
            (
                r#"{"Statement": [{"Effect": "Deny", "Action": true}]}"#,
                "expected a string or a list of strings",
            ),
            (
                r#"{"Statement": [], "Statement": []}"#,
                "duplicate key `Statement`",
            ),
            (r#"{"Id": "a", "Id": "b"}"#, "duplicate key `Id`"),
            (r#"{"x": 1}"#, "unknown field `x`"),
            (
                r#"{"statement": []}"#,
                "unknown field `statement`, expected `Statement`",
            ),
            ("[]", "expected a policy document"),
        ] {
            let found = wrong(text);
            assert!(found.contains(expected), "{text}: {found}");
        }
    }

    #[test]
    fn a_document_nested_too_deep_is_an_error() {
        let deep = format!("{{\"x\": {}", "[".repeat(100_000));
        assert!(Document::parse(&deep).is_err());
    }
}
