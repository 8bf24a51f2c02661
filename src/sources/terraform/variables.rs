//! The values of a module's variables, turned into the types that they are declared with, as Terraform does.
//!
//! See <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>.

use hcl::eval::{Context, Evaluate};
use hcl::expr::{Expression, FuncCall, ObjectKey};
use hcl::{Block, Map, Number, Value};

use super::arguments::{text, truth};
use super::one_type::{is_of_texts, made_one};
use super::partial::is_partial;
use super::sets::{in_a_row, set};
use super::source::attribute;

/// The value of a variable that a call or a plan gives, or none gives: of its type, and its default where it takes no null. `None`: what
/// it comes to is not known.
///
/// See <https://developer.hashicorp.com/terraform/language/values/variables>.
#[must_use]
pub fn of_variable(block: &Block, given: Option<Value>, context: &Context<'_>) -> Option<Value> {
    let is_nullable = attribute(&block.body, "nullable")
        .is_none_or(|nullable| nullable.expr != Expression::Bool(false));
    let given = match given {
        Some(Value::Null) if !is_nullable => default(block, context)?,
        Some(given) => given,
        None => default(block, context)?,
    };
    match attribute(&block.body, "type") {
        None => Some(given),
        Some(kind) => of_type(&kind.expr, given, context),
    }
}

fn default(block: &Block, context: &Context<'_>) -> Option<Value> {
    attribute(&block.body, "default")?
        .expr
        .evaluate(context)
        .ok()
}

/// A value of a type. A null is one of each; `None` where Terraform would refuse it, or the type is not understood.
fn of_type(kind: &Expression, value: Value, context: &Context<'_>) -> Option<Value> {
    if value.is_null() {
        return Some(value);
    }
    if let Expression::FuncCall(call) = kind {
        return of_collection(call, value, context);
    }
    let Expression::Variable(name) = kind else {
        return None;
    };
    match (name.as_str(), value) {
        ("any", value) => Some(value),
        ("string", value) => text(value).ok().map(Value::String),
        ("number", Value::Number(number)) => Some(Value::Number(number)),
        ("number", Value::String(text)) => number(&text),
        ("bool", value) => truth(&value).ok().map(Value::Bool),
        ("list", value) => of_one_type(in_a_row(value)),
        ("set", value) => set(value).ok(),
        ("map", Value::Object(fields)) => of_one_type(Value::Object(fields)),
        _ => None,
    }
}

fn of_collection(call: &FuncCall, value: Value, context: &Context<'_>) -> Option<Value> {
    let within = call.args.first()?;
    let each = |value: Value| {
        let items = in_a_row(value).as_array()?.clone().into_iter();
        let items = items.map(|item| of_type(within, item, context));
        items.collect::<Option<Vec<Value>>>()
    };
    // What it holds is of one type, whichever that is.
    let is_told = call.name.name.as_str() == "tuple" || call.name.name.as_str() == "object";
    let value = match !is_told && holds_any(within) {
        true => of_one_type(value)?,
        false => value,
    };
    match (call.name.name.as_str(), value) {
        ("list", value) => each(value).map(Value::Array),
        ("set", value) => set(Value::Array(each(value)?)).ok(),
        ("map", Value::Object(fields)) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(key, value)| Some((key, of_type(within, value, context)?)));
            fields.collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        ("tuple", Value::Array(items)) => {
            let Expression::Array(kinds) = within else {
                return None;
            };
            if kinds.len() != items.len() {
                return None;
            }
            let items = kinds.iter().zip(items);
            let items = items.map(|(kind, item)| of_type(kind, item, context));
            items.collect::<Option<Vec<Value>>>().map(Value::Array)
        }
        ("object", Value::Object(fields)) => {
            let Expression::Object(kinds) = within else {
                return None;
            };
            let fields = kinds.iter().map(|(name, kind)| {
                let name = named(name)?;
                if is_partial(&fields) && !fields.contains_key(&name) {
                    return None;
                }
                let field = of_field(kind, fields.get(&name).cloned(), context)?;
                Some((name, field))
            });
            // What the type does not name is left out.
            fields.collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        _ => None,
    }
}

/// Whether a type leaves it open of which type something in it is.
fn holds_any(kind: &Expression) -> bool {
    match kind {
        Expression::Variable(name) => matches!(name.as_str(), "any" | "list" | "map" | "set"),
        Expression::FuncCall(call) => call.args.iter().any(holds_any),
        Expression::Array(kinds) => kinds.iter().any(holds_any),
        Expression::Object(fields) => fields.values().any(holds_any),
        Expression::Null
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::TemplateExpr(_)
        | Expression::Traversal(_)
        | Expression::Parenthesis(_)
        | Expression::Conditional(_)
        | Expression::Operation(_)
        | Expression::ForExpr(_)
        | _ => false,
    }
}

/// A collection of which all that it holds is of one type.
fn of_one_type(value: Value) -> Option<Value> {
    match value {
        Value::Array(items) => made_one(items).map(Value::Array),
        Value::Object(ref all) if is_partial(all) => Some(value).filter(is_of_texts),
        Value::Object(all) => {
            let (names, values): (Vec<_>, Vec<_>) = all.into_iter().unzip();
            let fields = names.into_iter().zip(made_one(values)?);
            Some(Value::Object(fields.collect()))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(value),
    }
}

fn named(key: &ObjectKey) -> Option<String> {
    if let ObjectKey::Identifier(name) = key {
        return Some(name.as_str().to_owned());
    }
    if let ObjectKey::Expression(Expression::String(name)) = key {
        return Some(name.clone());
    }
    None
}

/// A field of an object, which may be declared as `optional(TYPE, DEFAULT)`.
fn of_field(kind: &Expression, given: Option<Value>, context: &Context<'_>) -> Option<Value> {
    let optional = if let Expression::FuncCall(call) = kind {
        Some(call).filter(|call| call.name.name.as_str() == "optional")
    } else {
        None
    };
    let Some(optional) = optional else {
        return of_type(kind, given?, context);
    };
    let given = given.filter(|given| !given.is_null());
    let value = match (given, optional.args.get(1)) {
        (Some(given), _) => given,
        (None, Some(default)) => default.evaluate(context).ok()?,
        (None, None) => Value::Null,
    };
    of_type(optional.args.first()?, value, context)
}

fn number(text: &str) -> Option<Value> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then(|| Value::Number(Number::from(number)))
}

#[cfg(test)]
mod tests {
    use hcl::{Body, value};

    use super::*;

    fn read(declared: &str, given: Option<Value>) -> Option<Value> {
        let body: Body = hcl::from_str(&format!("variable \"x\" {{\n{declared}\n}}\n")).unwrap();
        let block = body.blocks().next().unwrap();
        of_variable(block, given, &Context::new())
    }

    /// As Terraform answers.
    #[test]
    fn a_value_is_turned_into_the_type_that_its_variable_is_declared_with() {
        for (kind, given, is) in [
            ("string", value!(35), Some(value!("35"))),
            ("string", value!(true), Some(value!("true"))),
            ("string", value!([]), None),
            ("number", value!("3"), Some(value!(3))),
            ("number", value!("x"), None),
            ("bool", value!("true"), Some(value!(true))),
            ("any", value!({ "a" = 1 }), Some(value!({ "a" = 1 }))),
            ("list(string)", value!(["b", 1]), Some(value!(["b", "1"]))),
            (
                "list(string)",
                value!({"a" = "a", "b" = "b"}),
                Some(value!(["a", "b"])),
            ),
            (
                "set(string)",
                value!(["b", "a"]),
                Some(value!({"a" = "a", "b" = "b"})),
            ),
            ("set(number)", value!([1]), None),
            (
                "map(string)",
                value!({ "a" = 1 }),
                Some(value!({ "a" = "1" })),
            ),
            (
                "tuple([string, number])",
                value!([1, "2"]),
                Some(value!(["1", 2])),
            ),
            (
                "list(object({ a = string }))",
                value!([{"a" = 1, "extra" = "y"}]),
                Some(value!([{ "a" = "1" }])),
            ),
            ("object({ a = string })", value!({ "b" = 1 }), None),
            (
                "object({ a = optional(string, \"x\"), b = optional(number) })",
                value!({ "a" = null }),
                Some(value!({"a" = "x", "b" = null})),
            ),
            ("list(any)", value!(["a", 1]), Some(value!(["a", "1"]))),
            ("list(any)", value!([true, 1]), None),
            (
                "map(any)",
                value!({"a" = 1, "b" = "x"}),
                Some(value!({"a" = "1", "b" = "x"})),
            ),
            (
                "map(any)",
                value!({"a" = 1, "b" = 2}),
                Some(value!({"a" = 1, "b" = 2})),
            ),
            ("list", value!([1, 2]), Some(value!([1, 2]))),
            ("string", value!(null), Some(value!(null))),
            ("nonsense(string)", value!("a"), None),
        ] {
            assert_eq!(
                read(&format!("type = {kind}"), Some(given.clone())),
                is,
                "{kind} {given:?}"
            );
        }
    }

    #[test]
    fn a_default_stands_for_what_is_not_given_and_for_a_null_where_none_is_taken() {
        let takes_null = "default = \"x\"";
        let takes_none = "default = \"x\"\nnullable = false";
        for (declared, given, is) in [
            (takes_null, None, value!("x")),
            (takes_null, Some(Value::Null), Value::Null),
            (takes_none, Some(Value::Null), value!("x")),
            (takes_none, Some(value!("y")), value!("y")),
        ] {
            assert_eq!(
                read(declared, given.clone()),
                Some(is),
                "{declared} {given:?}"
            );
        }
    }
}
