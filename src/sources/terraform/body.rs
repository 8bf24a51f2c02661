//! The body of a block as a plan has it: attributes, evaluated, and a list for each kind of block.

use hcl::eval::{Context, Evaluate};
use hcl::{Block, Body, Structure};
use serde_json::{Map, Value, json};

use super::object::unknown;
use super::source::{attribute, label};

/// A body as a plan has it: attributes, and a list for each kind of block.
pub fn body_value(body: &Body, context: &Context<'static>, at: &str) -> Value {
    let mut all = Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let name = attribute.key.as_str();
                let value = attribute
                    .expr
                    .evaluate(context)
                    .ok()
                    .as_ref()
                    .and_then(to_json);
                all.insert(
                    name.to_owned(),
                    value.unwrap_or_else(|| unknown(format!("{at}.{name}"))),
                );
            }
            Structure::Block(block) if block.identifier.as_str() == "dynamic" => {
                let Some(name) = label(block, 0) else {
                    continue;
                };
                match dynamic(block, name, context, at) {
                    Some(made) => add(&mut all, name, made),
                    None => drop(all.insert(name.to_owned(), unknown(format!("{at}.{name}")))),
                }
            }
            Structure::Block(block) => {
                let value = body_value(&block.body, context, at);
                add(&mut all, block.identifier.as_str(), vec![value]);
            }
        }
    }
    Value::Object(all)
}

pub fn add(all: &mut Map<String, Value>, name: &str, more: Vec<Value>) {
    let list = all.entry(name).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        list.extend(more);
    }
}

/// The blocks that a dynamic block makes.
pub fn dynamic(
    block: &Block,
    name: &str,
    context: &Context<'static>,
    at: &str,
) -> Option<Vec<Value>> {
    let over = to_json(
        &attribute(&block.body, "for_each")?
            .expr
            .evaluate(context)
            .ok()?,
    )?;
    let iterator = attribute(&block.body, "iterator").map(|iterator| iterator.expr.to_string());
    let iterator = iterator.unwrap_or_else(|| name.to_owned());
    let content = block
        .body
        .blocks()
        .find(|block| block.identifier.as_str() == "content")?;
    let each: Vec<(Value, Value)> = match over {
        Value::Object(all) => all
            .into_iter()
            .map(|(key, value)| (json!(key), value))
            .collect(),
        Value::Array(all) => all
            .into_iter()
            .enumerate()
            .map(|(index, value)| (json!(index), value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    };
    let made = each.into_iter().map(|(key, value)| {
        let mut context = context.clone();
        context.declare_var(
            iterator.as_str(),
            to_hcl(&json!({"key": key, "value": value})),
        );
        body_value(&content.body, &context, at)
    });
    Some(made.collect())
}

pub fn to_json(value: &hcl::Value) -> Option<Value> {
    serde_json::to_value(value).ok()
}

pub fn to_hcl(value: &Value) -> hcl::Value {
    hcl::to_value(value).unwrap_or(hcl::Value::Null)
}
