//! What the policy simulator of IAM said of the organization, where its policies were not read.

use serde_json::Value;

use crate::inventory::Facts;
use crate::known::Arn;
use crate::verdict::Evidence;

use super::super::request::Action;
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
        match verdict(result) {
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
                    silent: false,
                    unless: None,
                });
            }
            None => {}
        }
    }
    ruling
}

fn is_about(result: &Value, asked: &Action<'_>) -> bool {
    let text = |name| result.get(name).and_then(Value::as_str);
    let action = text("EvalActionName").is_some_and(|name| name.eq_ignore_ascii_case(asked.action));
    let resource =
        text("EvalResourceName").is_none_or(|name| name == "*" || is_one_of(name, asked.resource));
    action && resource
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
fn verdict(result: &Value) -> Option<bool> {
    let decision = result.get("EvalDecision").and_then(Value::as_str);
    let is_known = |word: &str| ["allowed", "explicitDeny", "implicitDeny"].contains(&word);
    if !decision.is_none_or(is_known) {
        return None;
    }
    let organization = result
        .get("OrganizationsDecisionDetail")
        .and_then(|detail| detail.get("AllowedByOrganizations"))
        .and_then(Value::as_bool);
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
