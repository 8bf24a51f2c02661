//! Whether an expression is what it refers to, as the configuration's own text has it: a plan prints a reference and what is made of it
//! alike.

use hcl::expr::TraversalOperator;
use hcl::{Body, Expression, Structure};

/// Whether all that names a thing in a block is a reference to it and nothing more; `None` where nothing names it.
#[must_use]
pub fn is_as_it_is(body: &Body, name: &str) -> Option<bool> {
    let both = |one: Option<bool>, other: Option<bool>| match (one, other) {
        (Some(one), Some(other)) => Some(one && other),
        (one, other) => one.or(other),
    };
    let each = body.iter().map(|structure| match structure {
        Structure::Attribute(attribute) => {
            names(&attribute.expr, name).then(|| is_reference(&attribute.expr))
        }
        Structure::Block(block) => is_as_it_is(&block.body, name),
    });
    each.fold(None, both)
}

/// Whether an expression names a thing: `aws_kms_key.k`, and not `aws_kms_key.key`.
fn names(expression: &Expression, name: &str) -> bool {
    let text = expression.to_string();
    let is_in_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = text.split_at(at);
        let after = after.strip_prefix(name).unwrap_or_default();
        !before.ends_with(|letter| is_in_name(letter) || letter == '.')
            && !after.starts_with(is_in_name)
    })
}

/// The functions that give one of their arguments, or a list of such.
#[rustfmt::skip]
const CHOOSE: &[&str] = &[
    "coalesce", "coalescelist", "compact", "concat", "distinct", "element", "flatten", "join", "nonsensitive", "one", "reverse",
    "sensitive", "slice", "sort", "tolist", "toset", "tostring", "try", "values",
];

/// Whether an expression is what it refers to, or a choice or a list of such.
fn is_reference(expression: &Expression) -> bool {
    match expression {
        Expression::Traversal(traversal) => {
            let mut steps = traversal.operators.iter();
            is_reference(&traversal.expr)
                && steps.all(|step| match step {
                    TraversalOperator::GetAttr(_)
                    | TraversalOperator::Index(_)
                    | TraversalOperator::LegacyIndex(_)
                    | TraversalOperator::AttrSplat
                    | TraversalOperator::FullSplat => true,
                })
        }
        // Of the only one of a list it makes that one.
        Expression::FuncCall(call) => {
            let name = call.name.to_string();
            let is_of_several =
                |one: &Expression| matches!(one, Expression::Array(all) if all.len() > 1);
            CHOOSE.contains(&name.as_str())
                && call.args.iter().all(is_reference)
                && !(name == "join" && call.args.iter().any(is_of_several))
        }
        Expression::ForExpr(of) => {
            of.key_expr.is_none()
                && of.cond_expr.is_none()
                && is_reference(&of.collection_expr)
                && is_reference(&of.value_expr)
        }
        Expression::Variable(_)
        | Expression::String(_)
        | Expression::Number(_)
        | Expression::Null => true,
        Expression::Parenthesis(inner) => is_reference(inner),
        Expression::Array(all) => all.iter().all(is_reference),
        Expression::Conditional(choice) => {
            is_reference(&choice.true_expr) && is_reference(&choice.false_expr)
        }
        Expression::Bool(_)
        | Expression::Object(_)
        | Expression::TemplateExpr(_)
        | Expression::Operation(_)
        | _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_what_it_refers_to_or_makes_something_of_it() {
        for (written, is) in [
            ("aws_kms_key.k.arn", Some(true)),
            ("(aws_kms_key.k[0].arn)", Some(true)),
            ("[aws_kms_key.k[count.index].arn, \"b\"]", Some(true)),
            (
                "var.own ? aws_kms_key.k.arn : aws_kms_key.other.arn",
                Some(true),
            ),
            ("replace(aws_kms_key.k.arn, \"a\", \"b\")", Some(false)),
            ("\"${aws_kms_key.k.arn}/*\"", Some(false)),
            ("[\"${aws_kms_key.k.arn}/*\"]", Some(false)),
            ("aws_kms_key.k[*].arn", Some(true)),
            ("one(aws_kms_key.k[*].arn)", Some(true)),
            ("join(\"\", aws_kms_key.k.*.arn)", Some(true)),
            ("join(\"/\", [aws_kms_key.k.arn, \"a\"])", Some(false)),
            ("[for k in aws_kms_key.k : k.arn]", Some(true)),
            ("[for k in aws_kms_key.k : \"${k.arn}/*\"]", Some(false)),
            ("trimprefix(aws_kms_key.k.arn, \"arn:\")", Some(false)),
            ("aws_kms_key.key.arn", None),
            ("data.aws_kms_key.k.arn", None),
        ] {
            let within = format!("a {{\n  b {{\n    c = {written}\n  }}\n}}\n");
            let body: Body = hcl::from_str(&within).unwrap();
            assert_eq!(is_as_it_is(&body, "aws_kms_key.k"), is, "{written}");
        }
    }
}
