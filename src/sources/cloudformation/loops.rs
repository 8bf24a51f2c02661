//! `Fn::ForEach`, written out: each loop whose collection is known gives way to what it makes.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>.

use serde_json::Value;

use super::template::{Settings, Template, plain};
use super::text::{Kind, Node};
use super::transforms;

/// How many resources and properties loops may make: a template has 500 resources.
const MOST: usize = 5_000;

/// A template with its loops written out. Those whose collection is not known stay, and all of one without their transform.
pub fn written_out(file: &str, root: &Node, settings: &Settings) -> Node {
    if !transforms::has(root, transforms::EXTENSIONS) {
        return root.clone();
    }
    let mut left = MOST;
    let template = Template::new(file, root, settings);
    let resources = Kind::Map(
        root.fields()
            .iter()
            .map(|(name, node)| {
                let node = match name.as_str() {
                    "Resources" | "Conditions" | "Outputs" => inside(&template, node, &mut left),
                    _ => node.clone(),
                };
                (name.clone(), node)
            })
            .collect(),
    );
    Node {
        line: root.line,
        kind: resources,
    }
}

fn inside(template: &Template<'_>, node: &Node, left: &mut usize) -> Node {
    let kind = match &node.kind {
        Kind::Map(fields) => {
            let mut all = Vec::new();
            for (name, value) in fields {
                match made(template, name, value, left) {
                    Some(made) => all.extend(made),
                    None => all.push((name.clone(), inside(template, value, left))),
                }
            }
            Kind::Map(all)
        }
        Kind::List(items) => {
            let items = items.iter().map(|item| inside(template, item, left));
            Kind::List(items.collect())
        }
        other @ (Kind::Null
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::Text(_)
        | Kind::Doubtful(_)) => other.clone(),
    };
    Node {
        line: node.line,
        kind,
    }
}

/// What a loop makes; `None`: it is not one, or cannot be written out.
fn made(
    template: &Template<'_>,
    name: &str,
    value: &Node,
    left: &mut usize,
) -> Option<Vec<(String, Node)>> {
    name.strip_prefix("Fn::ForEach::")?;
    let [identifier, collection, body] = value.items() else {
        return None;
    };
    let identifier = identifier.text()?;
    let values: Vec<Value> = match template.value(collection)? {
        Value::Array(items) => items,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
            return None;
        }
    };
    let values: Vec<String> = values.iter().map(plain).collect::<Option<_>>()?;
    let mut all = Vec::new();
    for value in values {
        for (key, node) in body.fields() {
            *left = left.checked_sub(1)?;
            let key = replaced(key, identifier, &value);
            let node = with(node, identifier, &value);
            // A loop in the loop.
            match made(template, &key, &node, left) {
                Some(more) => all.extend(more),
                None => all.push((key, inside(template, &node, left))),
            }
        }
    }
    Some(all)
}

/// A body with the identifier replaced: `${Name}`, `&{Name}`, `Ref: Name`.
fn with(node: &Node, identifier: &str, value: &str) -> Node {
    let kind = match &node.kind {
        Kind::Map(fields) => match fields.as_slice() {
            [(name, of)] if name == "Ref" && of.text() == Some(identifier) => {
                Kind::Text(value.to_owned())
            }
            _ => Kind::Map(
                fields
                    .iter()
                    .map(|(name, node)| {
                        (
                            replaced(name, identifier, value),
                            with(node, identifier, value),
                        )
                    })
                    .collect(),
            ),
        },
        Kind::List(items) => Kind::List(
            items
                .iter()
                .map(|item| with(item, identifier, value))
                .collect(),
        ),
        Kind::Text(text) => Kind::Text(replaced(text, identifier, value)),
        other @ (Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Doubtful(_)) => other.clone(),
    };
    Node {
        line: node.line,
        kind,
    }
}

fn replaced(text: &str, identifier: &str, value: &str) -> String {
    let letters: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
    text.replace(&format!("${{{identifier}}}"), value)
        .replace(&format!("&{{{identifier}}}"), &letters)
}
