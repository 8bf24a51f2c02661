//! Loops go over a map in the order of its keys, however it is written: so the collection of each is put in order before.
//!
//! See <https://developer.hashicorp.com/terraform/language/expressions/for#ordering>.

use std::mem;

use hcl::edit::expr::{Expression, ForIntro, FuncArgs, FuncCall};
use hcl::edit::structure::Body;
use hcl::edit::template::ForTemplateExpr;
use hcl::edit::visit_mut::{VisitMut, visit_for_intro_mut, visit_for_template_expr_mut};
use hcl::edit::{Decorated, Ident};

/// The function that puts a map in order; Terraform has none of this name.
pub const IN_ORDER: &str = "in_order_of_keys";

/// Puts the collections of all loops of a file in order.
pub fn in_order(body: &mut Body) {
    Loops.visit_body_mut(body);
}

struct Loops;

impl VisitMut for Loops {
    fn visit_for_intro_mut(&mut self, node: &mut ForIntro) {
        visit_for_intro_mut(self, node);
        put_in_order(&mut node.collection_expr);
    }

    fn visit_for_template_expr_mut(&mut self, node: &mut ForTemplateExpr) {
        visit_for_template_expr_mut(self, node);
        self.visit_expr_mut(&mut node.collection_expr);
        put_in_order(&mut node.collection_expr);
    }
}

fn put_in_order(collection: &mut Expression) {
    let mut arguments = FuncArgs::new();
    arguments.push(mem::replace(collection, Expression::null()));
    let name = Decorated::new(Ident::new(IN_ORDER));
    *collection = FuncCall::new(name, arguments).into();
}
