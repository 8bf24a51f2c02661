//! From JSON to the parts of a policy document, by hand, so that every error says where it is and what was expected.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::document::{Document, Effect};

/// A document as it is written. The version may come last, so nothing is compiled yet.
#[derive(Default)]
pub(super) struct RawDocument<'de> {
    pub version: Option<Cow<'de, str>>,
    pub statements: Vec<RawStatement<'de>>,
}

pub(super) struct RawStatement<'de> {
    pub sid: Option<Cow<'de, str>>,
    pub effect: Effect,
    pub principal: Option<Vec<(Cow<'de, str>, Cow<'de, str>)>>,
    pub not_principal: Option<Vec<(Cow<'de, str>, Cow<'de, str>)>>,
    pub action: Option<Vec<Cow<'de, str>>>,
    pub not_action: Option<Vec<Cow<'de, str>>>,
    pub resource: Option<Vec<Cow<'de, str>>>,
    pub not_resource: Option<Vec<Cow<'de, str>>>,
    pub conditions: Vec<RawCondition<'de>>,
}

pub(super) struct RawCondition<'de> {
    pub operator: Cow<'de, str>,
    pub key: Cow<'de, str>,
    pub values: Vec<Cow<'de, str>>,
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
                RawDocumentVisitor
                    .visit_map(map)
                    .map(|raw| Document::build(&raw))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Document, E> {
                Document::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(ObjectOrText)
    }
}

impl<'de> Deserialize<'de> for RawDocument<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawDocumentVisitor)
    }
}

/// The keys that an object had so far.
#[derive(Default)]
struct Keys<'de>(Vec<Cow<'de, str>>);

impl<'de> Keys<'de> {
    fn next<A: MapAccess<'de>>(&mut self, map: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
        let Some(Text(key)) = map.next_key()? else {
            return Ok(None);
        };
        if self.0.contains(&key) {
            return Err(de::Error::custom(format_args!("duplicate key `{key}`")));
        }
        if self.0.is_empty() {
            self.0.reserve(8);
        }
        self.0.push(key.clone());
        Ok(Some(key))
    }
}

/// A name that differs from one of the language only in case is a slip that must not pass as an unknown field.
fn misspelt<E: de::Error>(key: &str, names: &[&str]) -> Result<(), E> {
    match names.iter().find(|name| name.eq_ignore_ascii_case(key)) {
        Some(name) => Err(E::custom(format_args!(
            "unknown field `{key}`, expected `{name}`"
        ))),
        None => Ok(()),
    }
}

struct RawDocumentVisitor;

impl<'de> Visitor<'de> for RawDocumentVisitor {
    type Value = RawDocument<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy document")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut keys = Keys::default();
        let mut document = RawDocument::default();
        while let Some(key) = keys.next(&mut map)? {
            match &*key {
                "Version" => document.version = Some(map.next_value::<Text<'de>>()?.0),
                "Statement" => document.statements = map.next_value::<Statements<'de>>()?.0,
                other => {
                    misspelt(other, &["Version", "Statement"])?;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(document)
    }
}

struct Statements<'de>(Vec<RawStatement<'de>>);

impl<'de> Deserialize<'de> for Statements<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Statements<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a statement or a list of statements")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                Ok(Statements(vec![StatementVisitor.visit_map(map)?]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
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

impl<'de> Deserialize<'de> for RawStatement<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StatementVisitor)
    }
}

struct StatementVisitor;

impl<'de> Visitor<'de> for StatementVisitor {
    type Value = RawStatement<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a statement")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut keys = Keys::default();
        let mut effect = None;
        let mut statement = RawStatement {
            sid: None,
            effect: Effect::Deny,
            principal: None,
            not_principal: None,
            action: None,
            not_action: None,
            resource: None,
            not_resource: None,
            conditions: Vec::new(),
        };
        while let Some(key) = keys.next(&mut map)? {
            match &*key {
                "Sid" => statement.sid = Some(map.next_value::<Scalar<'de>>()?.0),
                "Effect" => effect = Some(map.next_value::<Effect>()?),
                "Principal" => statement.principal = Some(map.next_value::<Principals<'de>>()?.0),
                "NotPrincipal" => {
                    statement.not_principal = Some(map.next_value::<Principals<'de>>()?.0);
                }
                "Action" => statement.action = Some(texts(map.next_value()?)),
                "NotAction" => statement.not_action = Some(texts(map.next_value()?)),
                "Resource" => statement.resource = Some(texts(map.next_value()?)),
                "NotResource" => statement.not_resource = Some(texts(map.next_value()?)),
                "Condition" => statement.conditions = map.next_value::<Conditions<'de>>()?.0,
                other => {
                    misspelt(
                        other,
                        &[
                            "Sid",
                            "Effect",
                            "Principal",
                            "NotPrincipal",
                            "Action",
                            "NotAction",
                            "Resource",
                            "NotResource",
                            "Condition",
                        ],
                    )?;
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        statement.effect = effect.ok_or_else(|| de::Error::missing_field("Effect"))?;
        Ok(statement)
    }
}

impl<'de> Deserialize<'de> for Effect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match &*Text::deserialize(deserializer)?.0 {
            "Allow" => Ok(Self::Allow),
            "Deny" => Ok(Self::Deny),
            other => Err(de::Error::unknown_variant(other, &["Allow", "Deny"])),
        }
    }
}

struct Principals<'de>(Vec<(Cow<'de, str>, Cow<'de, str>)>);

impl<'de> Deserialize<'de> for Principals<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StarOrMap;
        impl<'de> Visitor<'de> for StarOrMap {
            type Value = Principals<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`\"*\"` or principals by kind, such as `{\"AWS\": …}`")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Principals(vec![("".into(), text.to_owned().into())]))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut keys = Keys::default();
                let mut principals = Vec::new();
                while let Some(kind) = keys.next(&mut map)? {
                    let named = texts(map.next_value()?);
                    principals.extend(named.into_iter().map(|text| (kind.clone(), text)));
                }
                Ok(Principals(principals))
            }
        }
        deserializer.deserialize_any(StarOrMap)
    }
}

struct Conditions<'de>(Vec<RawCondition<'de>>);

impl<'de> Deserialize<'de> for Conditions<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Operators;
        impl<'de> Visitor<'de> for Operators {
            type Value = Conditions<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("conditions by operator, such as `{\"StringEquals\": {…}}`")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut operators = Keys::default();
                let mut conditions = Vec::new();
                while let Some(operator) = operators.next(&mut map)? {
                    for (key, values) in map.next_value::<Block<'de>>()?.0 {
                        conditions.push(RawCondition {
                            operator: operator.clone(),
                            key,
                            values,
                        });
                    }
                }
                Ok(Conditions(conditions))
            }
        }
        deserializer.deserialize_map(Operators)
    }
}

struct Block<'de>(Vec<(Cow<'de, str>, Vec<Cow<'de, str>>)>);

impl<'de> Deserialize<'de> for Block<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByKey;
        impl<'de> Visitor<'de> for ByKey {
            type Value = Block<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("condition keys with their values")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut keys = Keys::default();
                let mut block = Vec::new();
                while let Some(key) = keys.next(&mut map)? {
                    let values: List<Scalar<'de>> = map.next_value()?;
                    block.push((key, values.0.into_iter().map(|value| value.0).collect()));
                }
                Ok(Block(block))
            }
        }
        deserializer.deserialize_map(ByKey)
    }
}

/// A text, borrowed where it has no escapes.
struct Text<'de>(Cow<'de, str>);

/// A text, a number or a truth value, as its text.
struct Scalar<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Str;
        impl<'de> Visitor<'de> for Str {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Str)
    }
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Scalar<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string, a number or a truth value")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Cow::Owned(text.to_owned())))
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Cow::Borrowed(if value { "true" } else { "false" })))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Cow::Owned(value.to_string())))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Cow::Owned(value.to_string())))
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar<'de>, E> {
                Ok(Scalar(Cow::Owned(format!("{value:?}"))))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// One value, or a list of them.
struct List<T>(Vec<T>);

impl<'de, T: Deserialize<'de> + Wraps<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany<T>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de> + Wraps<'de>> Visitor<'de> for OneOrMany<T> {
            type Value = List<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(T::EXPECTED)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<List<T>, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(List(items))
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<List<T>, E> {
                Ok(List(vec![T::wrap(Cow::Borrowed(text))]))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<List<T>, E> {
                Ok(List(vec![T::wrap(Cow::Owned(text.to_owned()))]))
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<List<T>, E> {
                let text = if value { "true" } else { "false" };
                T::scalar(text.into()).map_or_else(
                    || Err(E::invalid_type(de::Unexpected::Bool(value), &self)),
                    |item| Ok(List(vec![item])),
                )
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<List<T>, E> {
                T::scalar(value.to_string().into()).map_or_else(
                    || Err(E::invalid_type(de::Unexpected::Unsigned(value), &self)),
                    |item| Ok(List(vec![item])),
                )
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<List<T>, E> {
                T::scalar(value.to_string().into()).map_or_else(
                    || Err(E::invalid_type(de::Unexpected::Signed(value), &self)),
                    |item| Ok(List(vec![item])),
                )
            }
            fn visit_f64<E: de::Error>(self, value: f64) -> Result<List<T>, E> {
                T::scalar(format!("{value:?}").into()).map_or_else(
                    || Err(E::invalid_type(de::Unexpected::Float(value), &self)),
                    |item| Ok(List(vec![item])),
                )
            }
        }
        deserializer.deserialize_any(OneOrMany(std::marker::PhantomData))
    }
}

/// What stands in a [`List`].
trait Wraps<'de>: Sized {
    const EXPECTED: &'static str;
    fn wrap(text: Cow<'de, str>) -> Self;
    /// From the text of a number or a truth value, where those are taken.
    fn scalar(text: Cow<'de, str>) -> Option<Self>;
}

impl<'de> Wraps<'de> for Text<'de> {
    const EXPECTED: &'static str = "a string or a list of strings";
    fn wrap(text: Cow<'de, str>) -> Self {
        Self(text)
    }
    fn scalar(_: Cow<'de, str>) -> Option<Self> {
        None
    }
}

impl<'de> Wraps<'de> for Scalar<'de> {
    const EXPECTED: &'static str = "a string, a number, a truth value, or a list of them";
    fn wrap(text: Cow<'de, str>) -> Self {
        Self(text)
    }
    fn scalar(text: Cow<'de, str>) -> Option<Self> {
        Some(Self(text))
    }
}

fn texts<'de>(list: List<Text<'de>>) -> Vec<Cow<'de, str>> {
    list.0.into_iter().map(|text| text.0).collect()
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
            (r#"{"x": 1, "x": 2}"#, "duplicate key `x`"),
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
