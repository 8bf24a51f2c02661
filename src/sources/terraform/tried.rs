//! `try` and `can` of what may not be there: HCL works out every argument of a function, and so fails where the first does. They are
//! written as conditionals, on whether the way to an attribute or an element leads anywhere. Whatever waits for apply does not decide
//! that.
//!
//! See <https://developer.hashicorp.com/terraform/language/functions/try>.

use hcl::Value;
use hcl::edit::expr::{
    Conditional, Expression, FuncArgs, FuncCall, Parenthesis, Traversal, TraversalOperator,
};
use hcl::edit::structure::Body;
use hcl::edit::template::ForTemplateExpr;
use hcl::edit::visit_mut::{VisitMut, visit_expr_mut, visit_for_template_expr_mut};
use hcl::edit::{Decorated, Ident};
use hcl::eval::FuncArgs as Given;

use super::arguments::given;
use super::one_type::are_alike;
use super::partial::{holds_partial, is_partial};
use super::sets::holds_set;

/// A function that Terraform has none of by this name: whether the way from a value leads anywhere.
pub const LEADS: &str = "leads_anywhere";

/// The same: whether a value is turned into a list, and into a map.
pub const TO_LIST: &str = "may_be_made_a_list";
pub const TO_MAP: &str = "may_be_made_a_map";

/// Writes the files of a module so.
pub fn rewrite(files: &mut [Body]) {
    for body in files {
        Tried.visit_body_mut(body);
    }
}

struct Tried;

impl VisitMut for Tried {
    fn visit_expr_mut(&mut self, node: &mut Expression) {
        visit_expr_mut(self, node);
        let Expression::FuncCall(call) = &*node else {
            return;
        };
        if call.name.is_namespaced() || call.args.expand_final() {
            return;
        }
        let arguments: Vec<&Expression> = call.args.iter().collect();
        let written = match (call.name.name.as_str(), arguments.as_slice()) {
            ("try", all) => tried(all),
            ("can", [one]) => leads(one),
            _ => None,
        };
        if let Some(written) = written {
            *node = written;
        }
    }

    fn visit_for_template_expr_mut(&mut self, node: &mut ForTemplateExpr) {
        visit_for_template_expr_mut(self, node);
        self.visit_expr_mut(&mut node.collection_expr);
    }
}

/// The first that leads anywhere, and else the last.
fn tried(all: &[&Expression]) -> Option<Expression> {
    let (first, rest) = all.split_first()?;
    if rest.is_empty() {
        return Some((*first).clone());
    }
    let of = Conditional::new(leads(first)?, (*first).clone(), tried(rest)?);
    Some(Parenthesis::new(of.into()).into())
}

/// Whether an expression leads anywhere; `None` where it is none that only goes from one thing to what is in it.
fn leads(expression: &Expression) -> Option<Expression> {
    let (from, operators) = match expression {
        Expression::Parenthesis(inner) => return leads(inner.inner()),
        Expression::Variable(_) => (expression.clone(), &[][..]),
        Expression::FuncCall(of) => return turned(of),
        Expression::Traversal(of) => {
            let root = of.expr.as_variable()?.as_str();
            let told = told(root, &of.operators)?;
            let (told, rest) = of.operators.split_at_checked(told)?;
            let from = Traversal::new(of.expr.clone(), told.to_vec());
            (from.into(), rest)
        }
        Expression::Null(_)
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::Array(_)
        | Expression::Object(_)
        | Expression::StringTemplate(_)
        | Expression::HeredocTemplate(_)
        | Expression::Conditional(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => return None,
    };
    let mut arguments = FuncArgs::new();
    arguments.push(from);
    for operator in operators {
        arguments.push(match &**operator {
            TraversalOperator::GetAttr(name) => Expression::from(name.as_str()),
            TraversalOperator::Index(index) => index.clone(),
            TraversalOperator::AttrSplat(_)
            | TraversalOperator::FullSplat(_)
            | TraversalOperator::LegacyIndex(_) => return None,
        });
    }
    let call = FuncCall::new(Decorated::new(Ident::new(LEADS)), arguments);
    Some(call.into())
}

/// Whether a value leads anywhere and is turned into a list or a map; `None` where the function is another one.
fn turned(of: &FuncCall) -> Option<Expression> {
    let name = match of.name.name.as_str() {
        _ if of.name.is_namespaced() || of.args.expand_final() || of.args.len() != 1 => None,
        "tolist" => Some(TO_LIST),
        "tomap" => Some(TO_MAP),
        _ => None,
    };
    let value = of.args.iter().next()?;
    let is_turned = FuncCall::new(Decorated::new(Ident::new(name?)), of.args.clone());
    let of = Conditional::new(leads(value)?, is_turned, false);
    Some(Parenthesis::new(of.into()).into())
}

/// Whether `tolist` takes a value.
///
/// # Errors
/// Where the types of what is in it decide that.
pub fn makes_list(arguments: Given) -> Result<Value, String> {
    let [value] = given(arguments)?;
    match value {
        Value::Array(items) => is_certain(are_alike(&items)),
        Value::Object(_) if holds_set(&value) => is_certain(false),
        Value::Object(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Ok(Value::Bool(false))
        }
        Value::Null => is_certain(false),
    }
}

/// Whether `tomap` does.
///
/// # Errors
/// Where the types of what is in it decide that.
pub fn makes_map(arguments: Given) -> Result<Value, String> {
    let [value] = given(arguments)?;
    match &value {
        Value::Object(_) if holds_partial(&value) => is_certain(false),
        Value::Object(fields) => {
            let items: Vec<Value> = fields.values().cloned().collect();
            is_certain(are_alike(&items))
        }
        Value::Array(_) | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Ok(Value::Bool(false))
        }
        Value::Null => is_certain(false),
    }
}

fn is_certain(is_it: bool) -> Result<Value, String> {
    is_it
        .then_some(Value::Bool(true))
        .ok_or_else(|| "of which types they are is not known".to_owned())
}

/// How many steps from a name lead to a thing: what is left out among those is not known, and not absent.
fn told(root: &str, operators: &[Decorated<TraversalOperator>]) -> Option<usize> {
    let is_index = |at: usize| {
        let operator = operators.get(at).map(|one| &**one);
        matches!(operator, Some(TraversalOperator::Index(_)))
    };
    match root {
        "path" | "terraform" | "self" => None,
        "module" => Some(if is_index(1) { 3 } else { 2 }),
        "data" => Some(2),
        _ => Some(1),
    }
}

/// Whether the way from a value leads anywhere, which its steps follow.
///
/// # Errors
/// Where it leads into what is not known.
pub fn leads_anywhere(arguments: Given) -> Result<Value, String> {
    let mut all = arguments.into_values().into_iter();
    let mut value = all.next().ok_or("no value")?;
    for step in all {
        let open = || Err("not all of it is known".to_owned());
        let next = match (value, step) {
            (Value::Null, _) => None,
            (value @ Value::Object(_), Value::String(name)) => {
                let fields = value.as_object();
                let found = fields.and_then(|fields| fields.get(&name)).cloned();
                // A set has no elements that are called for.
                if found.is_none() && (fields.is_some_and(is_partial) || holds_set(&value)) {
                    return open();
                }
                found
            }
            (Value::Array(items), Value::Number(index)) => {
                let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
                match index {
                    Some(index) => items.get(index).cloned(),
                    None => return open(),
                }
            }
            (
                Value::Bool(_)
                | Value::Number(_)
                | Value::String(_)
                | Value::Array(_)
                | Value::Object(_),
                _,
            ) => return open(),
        };
        let Some(next) = next else {
            return Ok(Value::Bool(false));
        };
        value = next;
    }
    Ok(Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use hcl::edit::parser::parse_body;
    use hcl::eval::{Context, Evaluate};
    use serde_json::json;

    use super::super::body::{to_hcl, to_json};
    use super::super::functions::declare;
    use super::super::partial;
    use super::super::rewritten;
    use super::super::source::attribute;
    use super::*;

    /// What an expression comes to; `None` where that is not known.
    fn read(written: &str) -> Option<serde_json::Value> {
        let mut files = [parse_body(&format!("a = {written}\n")).unwrap()];
        rewritten::rewrite(&mut files);
        rewrite(&mut files);
        let [body] = files;
        let mut context = Context::new();
        declare(&mut context);
        let rule = json!({"name": "daily", "copies": [{"vault": "v"}], "none": null});
        context.declare_var("rule", to_hcl(&json!({"value": rule})));
        let known = json!({"known": "x", "tags": {"a": "x", "b": "y"}, "like": [{"a": "x"}, {"b": "y"}], "unlike": [{"a": "x"}, {"b": ["y"]}]});
        context.declare_var("var", to_hcl(&known));
        let mut waits = json!({"name": "k"});
        partial::mark(waits.as_object_mut().unwrap());
        context.declare_var("aws_kms_key", to_hcl(&json!({"all": [waits]})));
        let body = hcl::Body::from(body);
        let value = attribute(&body, "a").unwrap().expr.evaluate(&context);
        to_json(&value.ok()?)
    }

    /// As `terraform console` answers.
    #[test]
    fn what_leads_anywhere_is_taken_and_else_what_comes_after_it() {
        for (written, is) in [
            ("try(rule.value.name, null)", json!("daily")),
            ("try(rule.value.schedule, \"none\")", json!("none")),
            (
                "try(rule.value.schedule, rule.value.name, null)",
                json!("daily"),
            ),
            ("try(rule.value.none, \"x\")", json!(null)),
            ("try(rule.value.none.days, 7)", json!(7)),
            ("try(rule.value.copies[0].vault, null)", json!("v")),
            ("try(rule.value.copies[1].vault, null)", json!(null)),
            ("try(rule.value[\"name\"], null)", json!("daily")),
            ("try(rule.value.copies, [])", json!([{"vault": "v"}])),
            (
                "length(try(rule.value.lifecycle, {})) == 0 ? [] : [1]",
                json!([]),
            ),
            ("try(rule.value.none, null) != null ? 1 : 2", json!(2)),
            ("can(rule.value.name)", json!(true)),
            ("can(rule.value.schedule)", json!(false)),
            ("try(var.known, \"y\")", json!("x")),
            (
                "try(tolist(rule.value.copies), [])",
                json!([{"vault": "v"}]),
            ),
            ("try(tolist(rule.value), [])", json!([])),
            ("try(tomap(rule.value.copies), {})", json!({})),
            ("try(tomap(var.tags), {})", json!({"a": "x", "b": "y"})),
            ("try(tolist(rule.value.schedule), [])", json!([])),
            ("try(tolist(var.like), [])", json!([{"a": "x"}, {"b": "y"}])),
            ("can(tomap(var.tags))", json!(true)),
            (
                "{ for k, v in try(tomap(rule.value.copies), { for v in rule.value.copies : v.vault => v }) : k => v.vault }",
                json!({"v": "v"}),
            ),
            ("try(aws_kms_key.all[0].name, null)", json!("k")),
            ("try(aws_kms_key.all[1].name, null)", json!(null)),
        ] {
            assert_eq!(read(written), Some(is), "{written}");
        }
    }

    #[test]
    fn what_is_not_known_is_not_absent() {
        for written in [
            "try(var.other, \"y\")",
            "try(local.other.name, \"y\")",
            "try(aws_kms_key.all[0].arn, null)",
            "try(aws_kms_key.other[0].arn, null)",
            "try(module.a.out.name, null)",
            "try(data.aws_x.y.name, null)",
            "can(var.other)",
            "try(tonumber(rule.value.name), 1)",
            "try(rule.value.copies[*].vault, null)",
            // Terraform makes no one type of a text and a list.
            "try(tomap(rule.value), {})",
            "try(tolist(var.unlike), [])",
            "try(tolist(rule.value.none), [])",
            "try(tolist(var.other), [])",
            "try(tomap(aws_kms_key.all[0]), {})",
        ] {
            assert_eq!(read(written), None, "{written}");
        }
    }
}
