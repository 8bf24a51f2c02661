//! Whether a plan tells what becomes of all that its configuration has. Since version 1.8 Terraform says so itself; OpenTofu, and
//! Terraform before, do not, and `-target` and `-exclude` leave things out.

use std::collections::BTreeSet;

use super::file::{Module, PlanFile};

/// Whether a plan says that it is not whole, or leaves out what its configuration has.
#[must_use]
pub fn is_partial(plan: &PlanFile) -> bool {
    if !plan.deferred_changes.is_empty() {
        return true;
    }
    match (plan.complete, &plan.configuration) {
        (Some(complete), _) => !complete,
        (None, None) => false,
        (None, Some(configuration)) => {
            let each = plan.resource_changes.iter();
            let planned = each.map(|one| {
                let module = one.module_address.as_str();
                (module, one.kind.as_str(), one.name.as_str())
            });
            leaves_out(&configuration.root_module, "", &planned.collect())
        }
    }
}

/// Whether something of a module of which there is one for certain stands among no changes.
fn leaves_out(module: &Module, address: &str, planned: &BTreeSet<(&str, &str, &str)>) -> bool {
    let is_planned = |kind: &str, name: &str| planned.contains(&(address, kind, name));
    let mut resources = module.resources.iter().filter(|one| {
        one.mode == "managed" && one.count_expression.is_none() && one.for_each_expression.is_none()
    });
    let mut calls = module
        .module_calls
        .iter()
        .filter(|(_, call)| call.count_expression.is_none() && call.for_each_expression.is_none());
    resources.any(|one| !is_planned(&one.kind, &one.name))
        || calls.any(|(name, call)| {
            let within = if address.is_empty() { "" } else { "." };
            let address = format!("{address}{within}module.{name}");
            leaves_out(&call.module, &address, planned)
        })
}
