//! Whether the text of a configuration comes to what a plan says where the plan says it: a plan prints of an expression what it refers to,
//! and not the constants in it, so that files that differ in these alone look like those that it was made of.

use std::collections::BTreeSet;

use hcl::Expression;
use serde_json::Value;

use super::address::steps;
use super::evaluate::Evaluator;
use super::identity::{Expressions as _, Identities};
use super::object::{Moment, Object};
use super::types::is_read;

/// No more objects are looked at than these.
const MOST: usize = 200;

/// The modules, by the names of the calls that lead there, whose text comes to something else than the plan says.
#[must_use]
pub fn otherwise(evaluator: &Evaluator<'_>, ids: &Identities<'_, '_>) -> BTreeSet<Vec<String>> {
    let all = ids.objects.all.iter();
    let read = all
        .filter(|object| !object.is_data && object.is_there(Moment::Then) && is_read(object.kind));
    let other = read
        .take(MOST)
        .filter(|object| is_otherwise(evaluator, ids, object));
    let names = other.map(|object| steps(object.module));
    names
        .map(|names| names.into_iter().map(str::to_owned).collect())
        .collect()
}

/// Arguments of which a plan has a hash.
///
/// See <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/instance>.
const HASHED: [&str; 2] = ["user_data", "user_data_base64"];

/// Whether an argument of an object comes to something else than the plan says.
fn is_otherwise(evaluator: &Evaluator<'_>, ids: &Identities<'_, '_>, object: &Object<'_>) -> bool {
    let Some(block) = evaluator.block(object) else {
        return false;
    };
    let keeps_other = block.body.blocks().any(|block| {
        block.identifier.as_str() == "lifecycle"
            && block
                .body
                .attributes()
                .any(|one| one.key.as_str() == "ignore_changes")
    });
    if keeps_other {
        return false;
    }
    block.body.attributes().any(|written| {
        let name = written.key.as_str();
        // What stands there plainly is compared with what the plan prints; where a module lies is not known.
        let is_plain = matches!(
            written.expr,
            Expression::Null | Expression::Bool(_) | Expression::Number(_) | Expression::String(_)
        );
        if is_plain || HASHED.contains(&name) || written.expr.to_string().contains("path.") {
            return false;
        }
        // What stands may be kept where it comes to the same to the provider.
        let is_constant = object
            .expression(name)
            .and_then(Value::as_object)
            .is_some_and(serde_json::Map::is_empty);
        if !object.is_new(Moment::Then) && !is_constant {
            return false;
        }
        let planned = object.marked(Moment::Then, name);
        if planned.is_null() || planned.to_string().contains("{\"unknown\":") {
            return false;
        }
        let Some(value) = evaluator.attribute(ids, object, name) else {
            return false;
        };
        !value.is_null() && plain(&value) != plain(&planned)
    })
}

/// A value with what providers write in several ways written in one: texts in small letters, JSON as what it stands for, numbers and
/// truths as texts, lists in an order, and of one item as the item.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(json @ (Value::Object(_) | Value::Array(_))) => plain(&json),
            Ok(_) | Err(_) => Value::String(text.trim().to_lowercase()),
        },
        Value::Number(number) => {
            let number = number.to_string();
            Value::String(number.strip_suffix(".0").unwrap_or(&number).to_owned())
        }
        Value::Bool(truth) => Value::String(truth.to_string()),
        Value::Array(items) => {
            let mut all: Vec<Value> = items.iter().map(plain).collect();
            all.sort_by_key(Value::to_string);
            match all.pop() {
                Some(one) if all.is_empty() => one,
                last => {
                    all.extend(last);
                    Value::Array(all)
                }
            }
        }
        Value::Object(fields) => {
            let told = fields.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                told.map(|(name, value)| (name.clone(), plain(value)))
                    .collect(),
            )
        }
        Value::Null => Value::Null,
    }
}
