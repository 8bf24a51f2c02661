//! The body of a block as a plan has it: attributes, evaluated, and a list for each kind of block.

use hcl::eval::{Context, Evaluate};
use hcl::{Block, Body, Structure};
use serde_json::{Map, Value, json};

use super::object::unknown;
use super::partial::{holds_partial, is_partial};
use super::sets::holds_set;
use super::source::{attribute, label};

/// A body as a plan has it: attributes, and a list for each kind of block.
pub fn body_value(body: &Body, context: &Context<'static>, at: &str) -> Value {
    let mut all = Map::new();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let name = attribute.key.as_str();
                let value = attribute.expr.evaluate(context).ok();
                // A set is printed as a list, and a map is not.
                let value = value.filter(|value| !holds_set(value) && !holds_partial(value));
                let value = value.as_ref().and_then(to_json);
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
    let over = attribute(&block.body, "for_each")?.expr.evaluate(context);
    let over = over.ok()?;
    if over.as_object().is_some_and(is_partial) {
        return None;
    }
    let over = to_json(&over)?;
    let iterator = attribute(&block.body, "iterator").map(|iterator| iterator.expr.to_string());
    let iterator = iterator.unwrap_or_else(|| name.to_owned());
    let content = block
        .body
        .blocks()
        .find(|block| block.identifier.as_str() == "content")?;
    let each: Vec<(Value, Value)> = match over {
        // In the order of the keys; of a set each element is its own.
        Value::Object(mut all) => {
            all.sort_keys();
            let each = all.into_iter();
            each.map(|(key, value)| (json!(key), value)).collect()
        }
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

#[cfg(test)]
mod tests {
    use super::super::functions::declare;
    use super::super::loops::in_order;
    use super::*;

    /// What a body comes to.
    fn read(text: &str) -> Value {
        let mut body = hcl::edit::parser::parse_body(text).unwrap();
        in_order(&mut body);
        let mut context = Context::new();
        declare(&mut context);
        body_value(&Body::from(body), &context, "x")
    }

    /// As `terraform console` answers.
    #[test]
    fn maps_and_sets_go_in_the_order_of_their_keys() {
        for (written, is) in [
            (r#"[for k, v in {z = "x", a = "y"} : v][0]"#, json!("y")),
            (
                r#"{for k, v in {z = "x", a = "y"} : "only" => v...}["only"][0]"#,
                json!("y"),
            ),
            (
                r#"[for k, v in merge({z = "x"}, {a = "y"}) : k]"#,
                json!(["a", "z"]),
            ),
            (
                r#""%{for k, v in {z = "x", a = "y"}}${v}%{endfor}""#,
                json!("yx"),
            ),
            (r#"tolist(toset(["y", "x", "y"]))[0]"#, json!("x")),
            (r#"[for v in toset(["y", "x"]) : v]"#, json!(["x", "y"])),
            (r#"[for i, v in toset(["b", "a"]) : i][0]"#, json!("a")),
            (r#"[for i, v in ["b", "a"] : i]"#, json!([0, 1])),
            (r#"join(",", toset(["b", "a"]))"#, json!("a,b")),
            (r#"length(toset(["b", "a", "b"]))"#, json!(2)),
            (r#"contains(toset(["b"]), "b")"#, json!(true)),
            (
                r#"jsonencode({b = toset([]), a = distinct(["y", "x", "y"])})"#,
                json!(r#"{"a":["y","x"],"b":[]}"#),
            ),
        ] {
            assert_eq!(read(&format!("a = {written}\n"))["a"], is, "{written}");
        }
    }

    #[test]
    fn what_may_be_a_set_or_a_map_is_neither() {
        for written in [
            r#"jsonencode({a = toset(["b"])})"#,
            r#"flatten([toset(["b"])])"#,
            r#"toset([1, 2])"#,
            r#"toset([{a = 1}])"#,
            r#"{a = toset(["b"])}"#,
        ] {
            let value = read(&format!("a = {written}\n"));
            assert!(value.pointer("/a/unknown").is_some(), "{written}: {value}");
        }
    }

    #[test]
    fn each_element_of_a_set_is_its_own_key() {
        let made = |over: &str| {
            let text = format!(
                "dynamic \"b\" {{\n  for_each = {over}\n  content {{\n    k = b.key\n    v = b.value\n  }}\n}}\n"
            );
            read(&text)["b"].clone()
        };
        let of = |pairs: [(Value, &str); 2]| {
            Value::Array(pairs.map(|(k, v)| json!({"k": k, "v": v})).into())
        };
        assert_eq!(
            made(r#"toset(["b", "a"])"#),
            of([(json!("a"), "a"), (json!("b"), "b")])
        );
        assert_eq!(
            made(r#"["b", "a"]"#),
            of([(json!(0), "b"), (json!(1), "a")])
        );
        assert_eq!(
            made(r#"{z = "x", a = "y"}"#),
            of([(json!("a"), "y"), (json!("z"), "x")])
        );
    }

    /// Which fields wait for apply nobody tells.
    #[test]
    fn a_loop_over_an_object_of_which_fields_wait_is_not_known() {
        let mut open = json!({"a": "x"});
        super::super::partial::mark(open.as_object_mut().unwrap());
        let mut context = Context::new();
        declare(&mut context);
        context.declare_var("local", to_hcl(&json!({ "open": open })));
        let text = "names = [for name, value in local.open : name]\ndynamic \"rule\" {\n  for_each = local.open\n  content {\n    name = rule.key\n  }\n}\n";
        let mut body = hcl::edit::parser::parse_body(text).unwrap();
        in_order(&mut body);
        let found = body_value(&Body::from(body), &context, "p");
        let is = json!({"names": unknown("p.names"), "rule": unknown("p.rule")});
        assert_eq!(found, is);
    }
}
