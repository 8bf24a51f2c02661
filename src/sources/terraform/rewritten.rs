//! What HCL does otherwise than Terraform, whose values have types: equality, and the one type of what stands beside each other, are
//! written as calls of functions that know where it matters.

use std::collections::BTreeMap;
use std::mem;

use hcl::edit::expr::{
    Array, BinaryOp, BinaryOperator, Conditional, Expression, ForExpr, ForIntro, FuncArgs,
    FuncCall, Traversal, TraversalOperator, UnaryOperator,
};
use hcl::edit::structure::Body;
use hcl::edit::template::{Element, ForTemplateExpr};
use hcl::edit::visit_mut::{VisitMut, visit_expr_mut, visit_for_template_expr_mut};
use hcl::edit::{Decorated, Ident};

/// Functions that Terraform has none of by these names: whether two values are equal, or not;
pub const EQUAL: &str = "is_equal";
pub const UNEQUAL: &str = "is_unequal";
/// whether all that is in a value are texts;
pub const OF_TEXTS: &str = "is_of_texts";
/// a value that keeps its type beside another;
pub const BESIDE: &str = "beside";
/// and `coalesce`, with a value of the type of each argument whose type is known, and null for the others.
pub const COALESCE: &str = "coalesce_of_types";

/// The name of the one value that a loop goes over.
const TAKEN: &str = "taken_of_a_conditional";

/// No conditional is written out that holds more of them.
const MOST: usize = 24;

/// Writes the files of a module so.
pub fn rewrite(files: &mut [Body]) {
    let mut typed = Typed::of(files);
    for body in files {
        typed.visit_body_mut(body);
    }
}

/// The types that an expression tells by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tells {
    Text,
    Number,
    Truth,
}

impl Tells {
    /// A value of the type.
    fn sample(self) -> Expression {
        match self {
            Self::Text => Expression::from(""),
            Self::Number => Expression::from(0_u8),
            Self::Truth => Expression::from(true),
        }
    }
}

/// The types of variables and locals that are known, by `var.x` and `local.x`.
struct Typed(BTreeMap<String, Tells>);

/// Functions by the type of what they give.
///
/// See <https://developer.hashicorp.com/terraform/language/functions>.
#[rustfmt::skip]
const GIVES: &[(&str, Tells)] = &[
    ("length", Tells::Number), ("tonumber", Tells::Number), ("ceil", Tells::Number), ("floor", Tells::Number), ("abs", Tells::Number),
    ("max", Tells::Number), ("min", Tells::Number), ("parseint", Tells::Number), ("sum", Tells::Number), ("index", Tells::Number),
    ("contains", Tells::Truth), ("can", Tells::Truth), ("alltrue", Tells::Truth), ("anytrue", Tells::Truth), ("tobool", Tells::Truth),
    ("startswith", Tells::Truth), ("endswith", Tells::Truth), (EQUAL, Tells::Truth), (UNEQUAL, Tells::Truth),
    ("format", Tells::Text), ("join", Tells::Text), ("lower", Tells::Text), ("upper", Tells::Text), ("replace", Tells::Text),
    ("trimspace", Tells::Text), ("jsonencode", Tells::Text), ("tostring", Tells::Text), ("substr", Tells::Text), ("title", Tells::Text),
    ("trim", Tells::Text), ("trimprefix", Tells::Text), ("trimsuffix", Tells::Text), ("chomp", Tells::Text), ("strrev", Tells::Text),
];

impl Typed {
    /// Those of the files of a module.
    fn of(files: &[Body]) -> Self {
        let mut known = Self(BTreeMap::new());
        let blocks = |name: &'static str| files.iter().flat_map(move |body| body.get_blocks(name));
        for block in blocks("variable") {
            let kind = block.body.get_attribute("type");
            let kind = kind.and_then(|kind| kind.value.as_variable());
            let kind = match kind.map(|name| name.as_str()) {
                Some("string") => Tells::Text,
                Some("number") => Tells::Number,
                Some("bool") => Tells::Truth,
                _ => continue,
            };
            if let Some(name) = block.labels.first() {
                known.0.insert(format!("var.{}", name.as_str()), kind);
            }
        }
        let locals: Vec<_> = blocks("locals")
            .flat_map(|block| block.body.attributes())
            .collect();
        loop {
            let before = known.0.len();
            for local in &locals {
                if let Some(kind) = known.tells(&local.value) {
                    known
                        .0
                        .insert(format!("local.{}", local.key.as_str()), kind);
                }
            }
            if known.0.len() == before {
                return known;
            }
        }
    }

    fn tells(&self, expression: &Expression) -> Option<Tells> {
        match expression {
            Expression::Bool(_) => Some(Tells::Truth),
            Expression::Number(_) => Some(Tells::Number),
            Expression::String(_) | Expression::HeredocTemplate(_) => Some(Tells::Text),
            // Of one value and nothing else it is that value.
            Expression::StringTemplate(template) => match (template.get(0), template.len()) {
                (Some(Element::Interpolation(only)), 1) => self.tells(&only.expr),
                _ => Some(Tells::Text),
            },
            Expression::Parenthesis(inner) => self.tells(inner.inner()),
            Expression::UnaryOp(of) => match *of.operator {
                UnaryOperator::Neg => Some(Tells::Number),
                UnaryOperator::Not => Some(Tells::Truth),
            },
            Expression::BinaryOp(of) => match *of.operator {
                BinaryOperator::Plus
                | BinaryOperator::Minus
                | BinaryOperator::Mul
                | BinaryOperator::Div
                | BinaryOperator::Mod => Some(Tells::Number),
                BinaryOperator::Eq
                | BinaryOperator::NotEq
                | BinaryOperator::LessEq
                | BinaryOperator::GreaterEq
                | BinaryOperator::Less
                | BinaryOperator::Greater
                | BinaryOperator::And
                | BinaryOperator::Or => Some(Tells::Truth),
            },
            Expression::Conditional(of) => {
                let kind = self.tells(&of.true_expr)?;
                (self.tells(&of.false_expr) == Some(kind)).then_some(kind)
            }
            Expression::FuncCall(call) if call.name.name.as_str() == COALESCE => {
                let mut kinds = call.args.iter().skip(1).map(|one| self.tells(one));
                let first = kinds.next()??;
                kinds.all(|kind| kind == Some(first)).then_some(first)
            }
            Expression::FuncCall(call) => {
                let name = call.name.name.as_str();
                let known = GIVES.iter().find(|(known, _)| *known == name);
                known
                    .filter(|_| !call.name.is_namespaced())
                    .map(|(_, kind)| *kind)
            }
            Expression::Traversal(of) => {
                let first = of.operators.first().filter(|_| of.operators.len() == 1)?;
                let TraversalOperator::GetAttr(name) = &**first else {
                    return None;
                };
                let root = of.expr.as_variable()?.as_str();
                match (root, name.as_str()) {
                    ("each", "key") => Some(Tells::Text),
                    ("count", "index") => Some(Tells::Number),
                    (root, name) => self.0.get(&format!("{root}.{name}")).copied(),
                }
            }
            Expression::Null(_)
            | Expression::Array(_)
            | Expression::Object(_)
            | Expression::Variable(_)
            | Expression::ForExpr(_) => None,
        }
    }

    /// A branch of a conditional that is of its own type, whatever the other one is; the other is looked at only where that matters.
    fn kept(&self, branch: &Expression, other: &Expression) -> Expression {
        if self.tells(branch) == Some(Tells::Text) {
            return branch.clone();
        }
        let held = other.to_string().matches(TAKEN).count();
        let other = match self.tells(other) {
            Some(kind) => kind.sample(),
            None if held > MOST => Expression::null(),
            None => other.clone(),
        };
        let taken = || Expression::from(Ident::new(TAKEN));
        let value = Conditional::new(
            call(OF_TEXTS, [taken()]),
            taken(),
            call(BESIDE, [taken(), other]),
        );
        let mut only = Array::new();
        only.push(branch.clone());
        let intro = ForIntro::new(Ident::new(TAKEN), only);
        let first = TraversalOperator::Index(Expression::from(0_u8));
        Traversal::new(ForExpr::new(intro, value), vec![Decorated::new(first)]).into()
    }

    fn conditional(&self, of: &mut Conditional) {
        let kinds = [&of.true_expr, &of.false_expr].map(|branch| self.tells(branch));
        let are_one = kinds[0].is_some() && kinds[0] == kinds[1];
        if are_one || is_nothing(&of.true_expr) || is_nothing(&of.false_expr) {
            return;
        }
        let [when, otherwise] = [
            self.kept(&of.true_expr, &of.false_expr),
            self.kept(&of.false_expr, &of.true_expr),
        ];
        of.true_expr = when;
        of.false_expr = otherwise;
    }

    fn coalesce(&self, of: &mut FuncCall) {
        let mut samples = Array::new();
        for argument in of.args.iter() {
            let of_literal = || is_nothing(argument).then_some(Tells::Text);
            let kind = self.tells(argument);
            samples.push(match (kind, of_literal()) {
                (Some(kind), _) => kind.sample(),
                // A null that stands there is of any type.
                (None, Some(_)) => Expression::from(Array::new()),
                (None, None) => Expression::null(),
            });
        }
        of.args.insert(0, samples);
        of.name = Ident::new(COALESCE).into();
    }
}

/// Whether an expression is a null or an empty collection, which turns nothing into another type.
fn is_nothing(expression: &Expression) -> bool {
    match expression {
        Expression::Null(_) => true,
        Expression::Array(items) => items.is_empty(),
        Expression::Object(fields) => fields.is_empty(),
        Expression::Parenthesis(inner) => is_nothing(inner.inner()),
        Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::StringTemplate(_)
        | Expression::HeredocTemplate(_)
        | Expression::Variable(_)
        | Expression::Conditional(_)
        | Expression::FuncCall(_)
        | Expression::Traversal(_)
        | Expression::UnaryOp(_)
        | Expression::BinaryOp(_)
        | Expression::ForExpr(_) => false,
    }
}

fn call<const N: usize>(name: &str, arguments: [Expression; N]) -> Expression {
    let mut all = FuncArgs::new();
    for argument in arguments {
        all.push(argument);
    }
    FuncCall::new(Decorated::new(Ident::new(name)), all).into()
}

fn compared(of: BinaryOp, name: &str) -> Expression {
    call(name, [of.lhs_expr, of.rhs_expr])
}

impl VisitMut for Typed {
    fn visit_expr_mut(&mut self, node: &mut Expression) {
        visit_expr_mut(self, node);
        if let Expression::Conditional(of) = node {
            self.conditional(of);
        } else if let Expression::FuncCall(of) = node {
            let is_coalesce = of.name.name.as_str() == "coalesce" && !of.name.is_namespaced();
            if is_coalesce && !of.args.expand_final() {
                self.coalesce(of);
            }
        } else if let Expression::BinaryOp(of) = node {
            let operator = *of.operator;
            let name = if operator == BinaryOperator::Eq {
                EQUAL
            } else if operator == BinaryOperator::NotEq {
                UNEQUAL
            } else {
                return;
            };
            if let Expression::BinaryOp(of) = mem::replace(node, Expression::null()) {
                *node = compared(*of, name);
            }
        }
    }

    fn visit_for_template_expr_mut(&mut self, node: &mut ForTemplateExpr) {
        visit_for_template_expr_mut(self, node);
        self.visit_expr_mut(&mut node.collection_expr);
    }
}
