//! What the policy simulator of IAM said of the organization, where its policies were not read.

use std::sync::Arc;

use serde_json::Value;

use crate::inventory::Facts;
use crate::known::Arn;
use crate::verdict::Evidence;

use super::super::request::{Action, RoleRequest};
use super::super::ruling::{Grounds, Ruling};

/// What the policy simulator said of the organization; `None` where it was not asked about this action.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html>.
pub fn simulated(facts: &Facts<'_>, role: &Arn, asked: &Action<'_>) -> Option<Ruling> {
    let results = facts.simulated(role)?;
    let mut ruling = None;
    for (index, result) in results.iter().enumerate() {
        if !is_about(result, asked) {
            continue;
        }
        let pointer = format!("/Simulated/{index}");
        match verdict(result, asked) {
            Some(true) => {
                ruling = ruling.or(Some(Ruling::Allowed {
                    by: Vec::new(),
                    grounds: Grounds::Simulator,
                }));
            }
            Some(false) => {
                let says = format!("the policy simulator denies {}", asked.action);
                return Some(Ruling::Denied {
                    by: vec![Evidence::at(role, pointer, says)],
                    statements: Vec::new(),
                    silent: Vec::new(),
                    unless: None,
                });
            }
            None => {}
        }
    }
    ruling
}

/// An action of these requests that the simulator denied explicitly though the organization allows it, and where it says so: then it
/// was a policy of the role's own, or its boundary.
pub fn denied_by_its_own(
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
) -> Option<(&'static str, String)> {
    denied(facts, role, requests, is_denied_by_its_own)
}

/// An action of these requests that the simulator says the organization denies, and where it says so.
pub fn denied_by_the_organization(
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
) -> Option<(&'static str, String)> {
    denied(facts, role, requests, is_denied_by_others)
}

/// The first action of these requests that the simulator denied so, and where it says it.
fn denied(
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
    is_denied_so: impl Fn(&Value, &Action<'_>) -> bool,
) -> Option<(&'static str, String)> {
    let results = facts.simulated(role)?;
    let each = requests.iter();
    let mut actions =
        each.flat_map(|request| request.actions.iter().map(|action| request.about(action)));
    actions.find_map(|asked| {
        let of_it = |result: &Value| is_about(result, &asked) && is_denied_so(result, &asked);
        let place = results.iter().position(of_it)?;
        Some((asked.action, format!("/Simulated/{place}")))
    })
}

/// Whether it is the organization that denies it, or a Deny of which nobody says whose it is.
fn is_denied_by_others(result: &Value, asked: &Action<'_>) -> bool {
    verdict(result, asked) == Some(false)
        && (organization(result) == Some(false) || is_explicit(result))
}

fn is_denied_by_its_own(result: &Value, asked: &Action<'_>) -> bool {
    match organization(result) {
        Some(false) => false,
        Some(true) => is_explicit(result) || is_denied_of_one(result, asked),
        None => is_denied_of_one(result, asked),
    }
}

fn is_explicit(result: &Value) -> bool {
    is_word(result.get("EvalDecision"), &["explicitDeny"])
}

/// Whether the result for this resource among several is a denial, or its boundary's. Silence may be for want of context: it counts
/// where the whole is said to be allowed.
fn is_denied_of_one(result: &Value, asked: &Action<'_>) -> bool {
    let is_let_through = result
        .get("EvalDecision")
        .is_none_or(|word| word == "allowed");
    let denials = if is_let_through {
        DENIALS
    } else {
        &["explicitDeny"]
    };
    let mut each = of_resource(result, asked);
    is_let_through && boundary(result) == Some(false)
        || each.any(|one| {
            is_word(one.get("EvalResourceDecision"), denials)
                || is_let_through && boundary(one) == Some(false)
        })
}

/// The words of a decision.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_EvaluationResult.html> and
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ResourceSpecificResult.html>.
const DECISIONS: &[&str] = &["allowed", "explicitDeny", "implicitDeny"];
const DENIALS: &[&str] = &["explicitDeny", "implicitDeny"];

fn is_word(told: Option<&Value>, words: &[&str]) -> bool {
    told.and_then(Value::as_str)
        .is_some_and(|word| words.contains(&word))
}

/// The results for this resource among several.
fn of_resource<'r>(result: &'r Value, asked: &Action<'_>) -> impl Iterator<Item = &'r Value> {
    let each = result.get("ResourceSpecificResults");
    let each = each.and_then(Value::as_array).into_iter().flatten();
    each.filter(|one| {
        let name = one.get("EvalResourceName").and_then(Value::as_str);
        name.is_none_or(|name| name == "*" || is_one_of(name, asked.resource))
    })
}

fn organization(result: &Value) -> Option<bool> {
    flag(
        result,
        "OrganizationsDecisionDetail",
        "AllowedByOrganizations",
    )
}

fn boundary(result: &Value) -> Option<bool> {
    const DETAIL: &str = "PermissionsBoundaryDecisionDetail";
    flag(result, DETAIL, "AllowedByPermissionsBoundary")
}

fn flag(result: &Value, detail: &str, name: &str) -> Option<bool> {
    result.get(detail)?.get(name)?.as_bool()
}

/// Whether a result is about the action. One whose resource is not one that AWS prints may be, and then it allows nothing.
fn is_about(result: &Value, asked: &Action<'_>) -> bool {
    let action = result.get("EvalActionName").and_then(Value::as_str);
    let action = action.is_some_and(|name| name.eq_ignore_ascii_case(asked.action));
    let resource = match result.get("EvalResourceName") {
        None | Some(Value::Null) => true,
        Some(Value::String(name)) => name == "*" || is_one_of(name, asked.resource),
        Some(_) => verdict(result, asked) == Some(false),
    };
    action && resource
}

/// Whether a member of a result is there, and is not what AWS prints.
fn is_misshapen(result: &Value, asked: &Action<'_>) -> bool {
    let told = |of: &Value, name| of.get(name).is_some_and(|detail| !detail.is_null());
    let is_bounded = |of: &Value| told(of, "PermissionsBoundaryDecisionDetail");
    let is_strange = |one: &Value| {
        !is_word(one.get("EvalResourceDecision"), DECISIONS)
            || is_bounded(one) && boundary(one).is_none()
    };
    let each = result.get("ResourceSpecificResults");
    result
        .get("EvalDecision")
        .is_some_and(|decision| !decision.is_string())
        || told(result, "OrganizationsDecisionDetail") && organization(result).is_none()
        || is_bounded(result) && boundary(result).is_none()
        || each.is_some_and(|each| !each.is_null() && !each.is_array())
        || of_resource(result, asked).any(is_strange)
}

/// Whether an ARN is one that a pattern stands for, in which `*` is anything.
fn is_one_of(name: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.split_once(part) {
            Some((_, after)) => rest = after,
            None => return false,
        }
    }
    false
}

/// Whether a result lets the action pass the organization. `None`: it does not tell.
fn verdict(result: &Value, asked: &Action<'_>) -> Option<bool> {
    let decision = result.get("EvalDecision").and_then(Value::as_str);
    let is_known = |word: &str| DECISIONS.contains(&word);
    if !decision.is_none_or(is_known) || is_misshapen(result, asked) {
        return None;
    }
    // What is denied of the role's own policies says nothing of the organization's.
    if is_denied_by_its_own(result, asked) {
        return None;
    }
    let organization = organization(result);
    if organization.is_some() {
        return organization;
    }
    match decision? {
        "allowed" => Some(true),
        "explicitDeny" => Some(false),
        // Without the organization's part, silence may be that of the role's own policies for want of context.
        "implicitDeny" => {
            let missing = result.get("MissingContextValues").and_then(Value::as_array);
            missing.is_none_or(Vec::is_empty).then_some(false)
        }
        _ => None,
    }
}
