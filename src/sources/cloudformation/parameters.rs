//! Files of parameters, and of the stack's tags: the list that `aws cloudformation` takes, CodePipeline's template configuration, or a plain map.
//!
//! See <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/create-stack.html> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/continuous-delivery-codepipeline-cfn-artifacts.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::template::plain;
use crate::inventory::Json;

/// Why a file has no parameters that can be taken.
#[derive(Debug, thiserror::Error)]
pub enum ParametersError {
    /// It is not JSON.
    #[error("{file}:{line}:{column}: not JSON: {message}")]
    Json {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It is something else.
    #[error(
        "{file}: not a file of parameters (at {pointer}): expected a list of `ParameterKey` and `ParameterValue`, \
         `{{\"Parameters\": {{\"KEY\": \"VALUE\"}}, \"Tags\": {{\"KEY\": \"VALUE\"}}}}`, or `{{\"KEY\": \"VALUE\"}}`"
    )]
    Shape {
        /// The file.
        file: String,
        /// Where.
        pointer: String,
    },
    /// A value is a number of which nobody knows how it is written as a text.
    #[error(
        "{file}: the number at {pointer} has a fraction or an exponent: put it in quotes, as parameters are texts"
    )]
    Number {
        /// The file.
        file: String,
        /// Where.
        pointer: String,
    },
    /// A parameter has two values.
    #[error("{file}: the parameter `{name}` is given twice, with different values")]
    Twice {
        /// The file.
        file: String,
        /// The parameter.
        name: String,
    },
}

/// What a file gives for a stack.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct GivenForStack {
    /// Values of parameters; `None`: the stack keeps the one that it has.
    pub parameters: BTreeMap<String, Option<String>>,
    /// The tags of the stack, all of them; `None`: they are not told.
    pub tags: Option<BTreeMap<String, String>>,
}

/// What CodePipeline's template configuration has.
const CONFIGURATION: [&str; 3] = ["Parameters", "Tags", "StackPolicy"];

/// The parameters of a file, and the tags of the stack, where it tells them.
///
/// # Errors
/// Where it is not such a file.
pub fn read(file: &str, bytes: &[u8]) -> Result<GivenForStack, ParametersError> {
    let Json(value) = serde_json::from_slice(bytes).map_err(|error| ParametersError::Json {
        file: file.to_owned(),
        line: error.line(),
        column: error.column(),
        message: error.to_string(),
    })?;
    let shape = |pointer: String| ParametersError::Shape {
        file: file.to_owned(),
        pointer,
    };
    let number = |value: &Value, pointer: String| match value {
        Value::Number(number) if number.is_f64() => Err(ParametersError::Number {
            file: file.to_owned(),
            pointer,
        }),
        Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_)
        | Value::Array(_)
        | Value::Object(_) => Ok(()),
    };
    match &value {
        Value::Array(items) => {
            let mut all = BTreeMap::new();
            for (at, item) in items.iter().enumerate() {
                if let Some(value) = item.get("ParameterValue") {
                    number(value, format!("/{at}/ParameterValue"))?;
                }
                let (key, value) = of_item(item).ok_or_else(|| shape(format!("/{at}")))?;
                let there = all.insert(key.clone(), value.clone());
                if there.is_some_and(|there| there != value) {
                    return Err(ParametersError::Twice {
                        file: file.to_owned(),
                        name: key,
                    });
                }
            }
            Ok(GivenForStack {
                parameters: all,
                tags: None,
            })
        }
        Value::Object(fields) => {
            let texts = |under: &str, fields: &Map<String, Value>| {
                let each = fields.iter().map(|(key, value)| {
                    number(value, format!("{under}/{key}"))?;
                    let value = plain(value).ok_or_else(|| shape(format!("{under}/{key}")))?;
                    Ok((key.clone(), value))
                });
                each.collect::<Result<BTreeMap<_, _>, ParametersError>>()
            };
            let part = |name: &str| fields.get(name).and_then(Value::as_object);
            let is_configuration = CONFIGURATION.iter().any(|name| part(name).is_some());
            let own = if is_configuration {
                part("Parameters").map(|of| texts("/Parameters", of))
            } else {
                Some(texts("", fields))
            };
            let tags = part("Tags").map(|tags| texts("/Tags", tags));
            let own = own.transpose()?.unwrap_or_default().into_iter();
            Ok(GivenForStack {
                parameters: own.map(|(key, value)| (key, Some(value))).collect(),
                tags: tags.transpose()?,
            })
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(shape("/".to_owned()))
        }
    }
}

fn of_item(item: &Value) -> Option<(String, Option<String>)> {
    let key = item.get("ParameterKey")?.as_str()?.to_owned();
    if item.get("UsePreviousValue") == Some(&Value::Bool(true)) {
        return Some((key, None));
    }
    Some((key, Some(plain(item.get("ParameterValue")?)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_taken_and_nothing_else() {
        let read = |text: &str| super::read("p.json", text.as_bytes());
        let both = BTreeMap::from([
            ("A".to_owned(), Some("1".to_owned())),
            ("B".to_owned(), None),
        ]);
        let list = r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "UsePreviousValue": true}]"#;
        let parameters = |text: &str| read(text).unwrap().parameters;
        assert_eq!(parameters(list), both);
        let one = BTreeMap::from([("A".to_owned(), Some("1".to_owned()))]);
        assert_eq!(parameters(r#"{"Parameters": {"A": 1}, "Tags": {}}"#), one);
        assert_eq!(parameters(r#"{"A": "1"}"#), one);
        let tags = |text: &str| read(text).unwrap().tags;
        assert_eq!(tags(r#"{"Parameters": {"A": 1}}"#), None);
        assert_eq!(tags(r#"{"Tags": "1"}"#), None);
        for (text, expected) in [
            (
                r#"{"Parameters": {"A": 1}, "Tags": {"n": 5}}"#,
                vec![("n", "5")],
            ),
            (
                r#"{"Tags": {"backup": "daily"}, "StackPolicy": {"Statement": []}}"#,
                vec![("backup", "daily")],
            ),
            (r#"{"Parameters": {}, "Tags": {}}"#, vec![]),
        ] {
            let expected = expected.into_iter();
            let expected = expected.map(|(key, value)| (key.to_owned(), value.to_owned()));
            assert_eq!(tags(text), Some(expected.collect()), "{text}");
        }
        for (text, expected) in [
            ("{", "p.json:1:1"),
            (r#"[{"ParameterKey": "A"}]"#, "/0"),
            (
                r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "A", "ParameterValue": "2"}]"#,
                "`A` is given twice",
            ),
            (r#"{"A": 1, "A": 2}"#, "duplicate field `A`"),
            (r#"{"Parameters": {"A": []}}"#, "/Parameters/A"),
            (r#"{"Tags": {"A": []}}"#, "/Tags/A"),
            (
                r#"{"Parameters": {"A": 1.0}}"#,
                "the number at /Parameters/A ",
            ),
            (
                r#"[{"ParameterKey": "A", "ParameterValue": 1e3}]"#,
                "the number at /0/ParameterValue ",
            ),
            ("3", "at /"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
