//! Policy documents that Terraform reads during apply, put together from what is known of them.
//!
//! See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document>, and
//! `internal/service/iam/policy_document_data_source.go` and `policy_model.go` of the provider.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::identity::Identities;
use super::link::policy_of;
use super::object::{Attribute, Moment, Object, unknown};

impl<'p> Identities<'_, 'p> {
    /// A policy document that Terraform reads during apply, put together from what is known of its statements.
    #[must_use]
    pub fn document(&self, data: &Object<'p>) -> Value {
        let mut older = ["source_json", "override_json"].into_iter();
        if let Some(other) =
            older.find(|name| data.attribute(Moment::Then, name) != Attribute::NotSet)
        {
            return unknown(format!("{}.{other}", data.address));
        }
        let [first, last] = ["source_policy_documents", "override_policy_documents"]
            .map(|name| self.statements_of(data, name).ok_or(name));
        let (first, last) = match (first, last) {
            (Ok(first), Ok(last)) => (first, last),
            (Err(other), _) | (_, Err(other)) => {
                return unknown(format!("{}.{other}", data.address));
            }
        };
        // The provider takes no two statements of one `Sid` of the documents that come first, nor two of its own.
        let is_twice = || {
            unknown(format!(
                "{}.json, with a Sid that stands twice",
                data.address
            ))
        };
        if has_sid_twice(&first) {
            return is_twice();
        }
        let is_alone = first.is_empty() && last.is_empty();
        let statements = match self.blocks(data, "statement", Moment::Then) {
            Value::Array(statements) => statements,
            Value::Null if !is_alone => Vec::new(),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Object(_) => return unknown(format!("{}.json", data.address)),
        };
        let version = match data.attribute(Moment::Then, "version") {
            // The newest counts.
            _ if !is_alone => json!("2012-10-17"),
            Attribute::NotSet => json!("2012-10-17"),
            Attribute::Value(_) | Attribute::AfterApply | Attribute::Unread(_) => {
                data.marked(Moment::Then, "version")
            }
        };
        let blocks = data.expression("statement").and_then(Value::as_array);
        let each = statements.iter().enumerate().map(|(index, statement)| {
            // Statements are a list: they stand in the order of the configuration, unless a dynamic block made some.
            let block = blocks
                .filter(|blocks| blocks.len() == statements.len())
                .and_then(|blocks| blocks.get(index));
            self.statement(data, statement, block)
        });
        if is_alone {
            return json!({"Version": version, "Statement": each.collect::<Vec<_>>()});
        }
        let own: Vec<Value> = each.collect();
        if has_sid_twice(&own) {
            return is_twice();
        }
        let mut all = first;
        if !merge(&mut all, own) || !merge(&mut all, last) {
            return unknown(format!("{}.statement", data.address));
        }
        json!({"Version": version, "Statement": all})
    }

    /// The statements of the documents that an attribute of another one names; `None`: they are not known, or of a version that decides
    /// what they mean.
    fn statements_of(&self, data: &Object<'p>, name: &str) -> Option<Vec<Value>> {
        let told = match data.marked(Moment::Then, name) {
            told if told.to_string().contains("{\"unknown\":") => {
                self.evaluated(data, name, Moment::Then)?
            }
            told => told,
        };
        if told.is_null() {
            return Some(Vec::new());
        }
        let mut all = Vec::new();
        for text in told.as_array()? {
            let mut document = policy_of(text.as_str()?, name);
            if document.get("Version")? != "2012-10-17" {
                return None;
            }
            match document.get_mut("Statement")?.take() {
                Value::Array(statements) => all.extend(statements),
                one @ Value::Object(_) => all.push(one),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
            }
        }
        Some(all)
    }

    fn statement(&self, data: &Object<'p>, statement: &Value, block: Option<&Value>) -> Value {
        let mut made = Map::new();
        let of = |name: &str| statement.get(name).filter(|value| !value.is_null());
        let list = |name: &str| {
            let value = of(name)?.clone();
            let expression = block.and_then(|block| block.get(name));
            let value = match expression {
                Some(expression) => self.settled(data, value, expression, Moment::Then),
                None => value,
            };
            let value = if name.ends_with("resources") {
                with_variables(value)
            } else {
                value
            };
            (value.as_array().is_none_or(|items| !items.is_empty())).then_some(value)
        };
        if let Some(sid) = of("sid") {
            made.insert("Sid".to_owned(), sid.clone());
        }
        made.insert(
            "Effect".to_owned(),
            of("effect").cloned().unwrap_or_else(|| json!("Allow")),
        );
        for (name, element) in [
            ("actions", "Action"),
            ("not_actions", "NotAction"),
            ("resources", "Resource"),
            ("not_resources", "NotResource"),
        ] {
            if let Some(value) = list(name) {
                made.insert(element.to_owned(), value);
            }
        }
        for (name, element) in [
            ("principals", "Principal"),
            ("not_principals", "NotPrincipal"),
        ] {
            let expressions = block.and_then(|block| block.get(name));
            if let Some(value) = of(name).and_then(|all| self.principals(data, all, expressions)) {
                made.insert(element.to_owned(), value);
            }
        }
        let blocks = match of("condition") {
            None => &[][..],
            Some(Value::Array(all)) => all.as_slice(),
            // Which there are, and whether there are any, is not known.
            Some(_) => return unknown(format!("{}.statement.condition", data.address)),
        };
        let mut conditions = Map::new();
        for condition in blocks {
            let text = |name: &str| condition.get(name).and_then(Value::as_str);
            let (Some(test), Some(variable)) = (text("test"), text("variable")) else {
                return unknown(format!("{}.statement.condition", data.address));
            };
            let values = condition.get("values").cloned().unwrap_or(Value::Null);
            let values = with_variables(values);
            let of_test = conditions.entry(test).or_insert_with(|| json!({}));
            if let Some(of_test) = of_test.as_object_mut() {
                // What the provider makes of two conditions of one key is not for this to guess.
                let values = match of_test.get(variable) {
                    Some(_) => unknown(format!("{}.statement.condition", data.address)),
                    None => values,
                };
                of_test.insert(variable.to_owned(), values);
            }
        }
        if !conditions.is_empty() {
            made.insert("Condition".to_owned(), Value::Object(conditions));
        }
        Value::Object(made)
    }

    /// Principals are a set of blocks: the references of all of them settle what is unknown in all of them.
    fn principals(
        &self,
        data: &Object<'p>,
        all: &Value,
        expressions: Option<&Value>,
    ) -> Option<Value> {
        let open = || unknown(format!("{}.statement.principals", data.address));
        let Value::Array(blocks) = all else {
            return Some(open());
        };
        if blocks.is_empty() {
            return None;
        }
        let mut made: Map<String, Value> = Map::new();
        let is_open = |value: &Value| value.to_string().contains("{\"unknown\":");
        for block in blocks {
            let Some(kind) = block.get("type").and_then(Value::as_str) else {
                return Some(open());
            };
            let mut ids = block.get("identifiers").cloned().unwrap_or(Value::Null);
            let alone = blocks.iter().filter(|other| is_open(other)).count() == 1;
            if let (true, true, Some(expressions)) = (is_open(&ids), alone, expressions) {
                ids = self.settled(data, ids, &within(expressions, "identifiers"), Moment::Then);
            }
            if kind == "*" {
                // Beside others, or of somebody, the provider prints it as a type, which no service knows.
                let is_everybody = blocks.len() == 1 && ids == json!(["*"]);
                return Some(if is_everybody { json!("*") } else { open() });
            }
            let ids = with_variables(ids);
            match (made.get_mut(kind).and_then(Value::as_array_mut), ids) {
                (Some(there), Value::Array(more)) => there.extend(more),
                (_, ids) => drop(made.insert(kind.to_owned(), ids)),
            }
        }
        Some(Value::Object(made))
    }
}

/// Whether two statements have one `Sid`.
fn has_sid_twice(statements: &[Value]) -> bool {
    let mut seen = BTreeSet::new();
    let sids = statements.iter().filter_map(|one| one.get("Sid")?.as_str());
    let mut sids = sids.filter(|sid| !sid.is_empty());
    sids.any(|sid| !seen.insert(sid))
}

/// Adds statements as the provider does: one takes the place of another with its `Sid`. Whether it is known which they have.
fn merge(all: &mut Vec<Value>, more: Vec<Value>) -> bool {
    for statement in more {
        let sid = match statement.get("Sid") {
            None => None,
            Some(Value::String(sid)) => Some(sid.clone()).filter(|sid| !sid.is_empty()),
            Some(_) if all.is_empty() => None,
            Some(_) => return false,
        };
        let same = sid.and_then(|sid| {
            let mut all = all.iter_mut();
            all.find(|one| one.get("Sid").and_then(Value::as_str) == Some(&sid))
        });
        match same {
            Some(same) => *same = statement,
            None => all.push(statement),
        }
    }
    true
}

/// Values as the provider puts them into a policy: it makes `${…}` of `&{…}`, which Terraform would take for its own.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document#context-variable-interpolation>.
fn with_variables(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("&{", "${")),
        Value::Array(all) => all.into_iter().map(with_variables).collect(),
        other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) => other,
    }
}

/// The expressions of one argument in a list of blocks.
fn within(blocks: &Value, name: &str) -> Value {
    let all = blocks.as_array().into_iter().flatten();
    Value::Array(all.filter_map(|block| block.get(name).cloned()).collect())
}
