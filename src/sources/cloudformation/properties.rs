//! What CloudFormation makes of the value of each property that is read: numbers and truths may be texts, and the other way
//! round. What it would not take was not understood, and is not known.

use serde_json::{Map, Value, json};

use crate::inventory::Policy;
use crate::known::Arn;

use super::property_types::{PropertyType, misspelt, type_of};
use super::template::{is_open, plain, unknown};
use super::text::{Kind, Node};

/// Where a value stands in a template.
#[derive(Clone)]
pub struct PropertyPlace<'n> {
    /// The file.
    pub file: &'n str,
    /// The names that lead to it.
    pub path: String,
    /// The nearest part of the template that it is from.
    pub node: &'n Node,
}

impl<'n> PropertyPlace<'n> {
    fn why(&self, what: impl std::fmt::Display) -> String {
        format!("{}:{}: {}{what}", self.file, self.node.line, self.path)
    }

    fn field(&self, name: &str) -> Self {
        Self {
            path: format!("{}.{name}", self.path),
            node: self.node.get(name).unwrap_or(self.node),
            ..self.clone()
        }
    }

    /// The place of an item; of a list of so many, as `AWS::NoValue` leaves items out.
    fn item(&self, at: usize, count: usize) -> Self {
        let items = self.node.items();
        let own = items.get(at).filter(|_| items.len() == count);
        Self {
            node: own.unwrap_or(self.node),
            ..self.clone()
        }
    }
}

/// What a property's value comes to, with what CloudFormation would not take unknown.
pub fn taken(of: Option<PropertyType>, value: Value, at: &PropertyPlace<'_>) -> Value {
    let Some(of) = of.filter(|_| !is_unknown(&value)) else {
        return value;
    };
    let not = |value: &Value, what: &str| {
        let why = format!(", which is {} and not {what}: fix it", told(value));
        unknown(at.why(why))
    };
    match (of, value) {
        (_, Value::Null) => unknown(at.why(", which is null")),
        (PropertyType::Text, value) => text(value, at),
        (PropertyType::Arn, value) => {
            let value = text(value, at);
            let is_other = value
                .as_str()
                .is_some_and(|text| !Arn::parse(text).is_ok_and(|arn| arn.account().is_some()));
            if is_other {
                return not(&value, "an ARN with an account");
            }
            value
        }
        (PropertyType::Switch, value) => {
            switch(&value).map_or_else(|| not(&value, "true or false"), |on| json!(on))
        }
        (PropertyType::Number, value) => {
            whole(&value).map_or_else(|| not(&value, "a whole number"), |days| json!(days))
        }
        (PropertyType::Policy, value) => policy(value, at),
        (PropertyType::Map, Value::Object(fields)) => Value::Object(each(fields, at)),
        (PropertyType::Lock, Value::Object(fields)) => {
            const KNOWN: &[&str] = &["ChangeableForDays", "MaxRetentionDays", "MinRetentionDays"];
            match fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
                Some(odd) => unknown(at.why(format!(", which has `{odd}`"))),
                None if !fields.contains_key("MinRetentionDays") => {
                    unknown(at.why(", which has no `MinRetentionDays`"))
                }
                None => Value::Object(each(fields, at)),
            }
        }
        (PropertyType::TextsByName, Value::Object(fields)) => {
            let text = |(name, value): (String, Value)| {
                let value = text(value, &at.field(&name));
                (name, value)
            };
            Value::Object(fields.into_iter().map(text).collect())
        }
        (PropertyType::List, Value::Array(items)) => {
            let count = items.len();
            let items = items.into_iter().enumerate().map(|(own, item)| match item {
                Value::Object(fields) if !is_unknown(&Value::Object(fields.clone())) => {
                    Value::Object(each(fields, &at.item(own, count)))
                }
                other @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_)) => other,
            });
            Value::Array(items.collect())
        }
        (PropertyType::Texts, Value::Array(items)) => {
            let count = items.len();
            let items = items.into_iter().enumerate();
            let items = items.map(|(own, item)| text(item, &at.item(own, count)));
            Value::Array(items.collect())
        }
        (PropertyType::List | PropertyType::Texts, value) => not(&value, "a list"),
        (PropertyType::Map | PropertyType::TextsByName | PropertyType::Lock, value) => {
            not(&value, "an object")
        }
    }
}

fn is_unknown(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|fields| fields.len() == 1 && fields.contains_key("unknown"))
}

/// So many letters of a scalar are shown.
const SHOWN: usize = 60;

/// A value in words: a scalar as it is, of the rest what it is.
fn told(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {
            scalar.to_string().chars().take(SHOWN).collect()
        }
    }
}

/// A text, or unknown.
fn text(value: Value, at: &PropertyPlace<'_>) -> Value {
    if is_unknown(&value) {
        return value;
    }
    match plain(&value) {
        Some(text) => json!(text),
        None => {
            let why = format!(", which is {} and not a text: fix it", told(&value));
            unknown(at.why(why))
        }
    }
}

fn each(fields: Map<String, Value>, at: &PropertyPlace<'_>) -> Map<String, Value> {
    let mut all = Map::new();
    for (name, value) in fields {
        if let Some(meant) = misspelt(&name) {
            let why = at.why(format!(", which has `{name}`: did you mean `{meant}`?"));
            all.insert(meant.to_owned(), unknown(why));
            continue;
        }
        let value = taken(type_of(&name), value, &at.field(&name));
        all.insert(name, value);
    }
    all
}

/// True or false as CloudFormation takes them.
fn switch(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(on) => Some(*on),
        Value::String(text) if text.eq_ignore_ascii_case("true") || text == "1" => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") || text == "0" => Some(false),
        Value::Number(number) => match number.as_i64() {
            Some(1) => Some(true),
            Some(0) => Some(false),
            Some(_) | None => None,
        },
        Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A whole number, also as a text: in the one way that nobody reads otherwise.
fn whole(value: &Value) -> Option<i64> {
    let text = plain(value).filter(|_| !value.is_boolean())?;
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

fn policy(value: Value, at: &PropertyPlace<'_>) -> Value {
    if is_open(&value) {
        return value;
    }
    let document = match value {
        Value::String(text) => match Policy::parse(&text) {
            Ok(_) => serde_json::from_str(&text).unwrap_or(Value::Null),
            Err(error) => {
                return unknown(at.why(format!(", which is not a policy document: {error}")));
            }
        },
        value @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => texts(value),
    };
    match Policy::from_value(&document) {
        Ok(_) => document,
        Err(error) => unknown(at.why(format!(", which is not a policy document: {error}"))),
    }
}

/// A document with its numbers as texts, as an account's is where nobody quotes it.
fn texts(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.to_string()),
        Value::Array(items) => items.into_iter().map(texts).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            Value::Object(fields.map(|(name, value)| (name, texts(value))).collect())
        }
        value @ (Value::Null | Value::Bool(_) | Value::String(_)) => value,
    }
}

/// What is wrong with a resource as a whole: it has no type, or its properties are no object.
pub fn wrong(id: &str, resource: &Node) -> Vec<String> {
    let mut all = Vec::new();
    if resource.get("Type").and_then(Node::text).is_none() {
        all.push(format!("{id} has no `Type`: what it is is not known"));
    }
    if let Some(properties) = resource.get("Properties") {
        if !matches!(properties.kind, Kind::Map(_)) {
            all.push(format!("the `Properties` of {id} are not an object"));
        }
        for (name, _) in properties.fields() {
            if let Some(meant) = misspelt(name) {
                all.push(format!(
                    "{id} has the property `{name}`: did you mean `{meant}`?"
                ));
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_line(name: &str, value: Value, line: usize) -> Value {
        let node = Node {
            line,
            kind: Kind::Null,
        };
        let at = PropertyPlace {
            file: "t.yaml",
            path: name.to_owned(),
            node: &node,
        };
        taken(type_of(name), value, &at)
    }

    #[test]
    fn what_cloudformation_takes_is_taken() {
        for (name, value, expected) in [
            ("MinRetentionDays", json!("40"), json!(40)),
            ("StartWindowMinutes", json!("60"), json!(60)),
            ("ConditionValue", json!(true), json!("true")),
            ("ConditionValue", json!(12), json!("12")),
            ("EngineVersion", json!(5.7), json!("5.7")),
            (
                "RecoveryPointTags",
                json!({"n": 5, "Tags": true}),
                json!({"n": "5", "Tags": "true"}),
            ),
            (
                "Conditions",
                json!({"StringEquals": [{"ConditionKey": "aws:ResourceTag/x", "ConditionValue": false}]}),
                json!({"StringEquals": [{"ConditionKey": "aws:ResourceTag/x", "ConditionValue": "false"}]}),
            ),
            (
                "Tags",
                json!([{"Key": 1, "Value": true}]),
                json!([{"Key": "1", "Value": "true"}]),
            ),
            ("Enabled", json!("False"), json!(false)),
            ("Enabled", json!(0), json!(false)),
            ("Enabled", json!("true"), json!(true)),
            ("EngineVersion", json!(16), json!("16")),
            (
                "LockConfiguration",
                json!({"MinRetentionDays": "7"}),
                json!({"MinRetentionDays": 7}),
            ),
            (
                "BackupPlan",
                json!({"BackupPlanRule": [{"Lifecycle": {"DeleteAfterDays": "35"}}]}),
                json!({"BackupPlanRule": [{"Lifecycle": {"DeleteAfterDays": 35}}]}),
            ),
            (
                "AccessPolicy",
                json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": 111_122_223_333_u64}, "Action": "*", "Resource": "*"}]}),
                json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "*", "Resource": "*"}]}),
            ),
        ] {
            assert_eq!(at_line(name, value, 1), expected, "{name}");
        }
    }

    #[test]
    fn what_it_would_not_take_is_not_known() {
        for (name, value) in [
            ("MinRetentionDays", json!("x")),
            ("MinRetentionDays", json!(4.5)),
            ("MinRetentionDays", json!(40.0)),
            ("MinRetentionDays", json!("040")),
            ("MinRetentionDays", json!("40.0")),
            ("MinRetentionDays", json!(" 40")),
            ("StartWindowMinutes", json!("+60")),
            ("ConditionValue", json!(["a"])),
            ("DestinationBackupVaultArn", json!("central")),
            (
                "DestinationBackupVaultArn",
                json!("arn:aws:backup:us-east-1:1402433619:backup-vault:central"),
            ),
            ("RecoveryPointTags", json!([{"Key": "a", "Value": "b"}])),
            ("MinRetentionDays", json!(true)),
            ("MinRetentionDays", Value::Null),
            ("Enabled", json!("maybe")),
            ("Enabled", json!([])),
            ("KeySpec", json!({})),
            ("LockConfiguration", json!([{"MinRetentionDays": 40}])),
            ("LockConfiguration", json!("40")),
            ("LockConfiguration", json!({"MinRetentionDay": 40})),
            ("LockConfiguration", json!({"MaxRetentionDays": 40})),
            ("AccessPolicy", json!([])),
            ("AccessPolicy", json!(5)),
            ("AccessPolicy", json!("{")),
            ("AccessPolicy", json!({"Statment": []})),
            (
                "ManagedPolicyArns",
                json!("arn:aws:iam::aws:policy/AWSDenyAll"),
            ),
            ("Policies", json!({})),
        ] {
            let taken = at_line(name, value.clone(), 7);
            assert!(is_unknown(&taken), "{name} {value}");
            assert!(
                taken.to_string().contains("t.yaml:7: "),
                "{name} {value}: {taken}"
            );
        }
    }
}
