//! Whether one statement applies to the request in one world, and to whom it speaks.

use serde_json::Value;

use super::condition::holds;
use super::value::texts;
use super::variable::fill;
use super::wildcard::{fits, wild};
use super::worlds::World;

/// How a statement names the principal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reach {
    Nobody,
    /// By its account: an Allow hands the decision to the account's own policies.
    Account,
    /// As everybody.
    Everybody,
    /// By its own ARN.
    Itself,
}

/// How far the statement reaches the request, its action, resource and condition allowing.
pub fn reach(
    statement: &Value,
    version: &str,
    principal_named: bool,
    request: &Value,
    world: &World,
) -> Reach {
    let variables = version == "2012-10-17";
    let reach = if principal_named {
        principal(statement, request, world)
    } else {
        Reach::Itself
    };
    let applies = reach != Reach::Nobody
        && action(statement, request)
        && resource(statement, variables, request, world)
        && holds(&statement["Condition"], variables, world);
    // A variable without a value may make the whole statement invalid.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    let valid = !world.met_gap() || world.undocumented();
    if applies && valid {
        reach
    } else {
        Reach::Nobody
    }
}

/// Action names ignore case.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
fn action(statement: &Value, request: &Value) -> bool {
    let asked = request["action"].as_str().unwrap().to_lowercase();
    let any = |patterns: &Value| {
        texts(patterns)
            .iter()
            .any(|pattern| fits(&wild(&pattern.to_lowercase()), &asked))
    };
    match statement.get("NotAction") {
        Some(patterns) => !any(patterns),
        None => any(&statement["Action"]),
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
fn resource(statement: &Value, variables: bool, request: &Value, world: &World) -> bool {
    let asked = request["resource"].as_str().unwrap();
    let one = |pattern: &String| {
        let pattern = fill(pattern, variables, world);
        if pattern.has_gap() {
            world.meet_gap();
        }
        fits(&pattern.pattern(), asked) && (!pattern.has_gap() || world.undocumented())
    };
    let any = |patterns: &Value| {
        texts(patterns)
            .iter()
            .fold(false, |any, pattern| one(pattern) | any)
    };
    match statement.get("NotResource") {
        Some(patterns) => !any(patterns),
        None => any(&statement["Resource"]),
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
fn principal(statement: &Value, request: &Value, world: &World) -> Reach {
    let asked = request["principal"].as_str().unwrap();
    let Some(spared) = statement.get("NotPrincipal") else {
        let named = named(&statement["Principal"]);
        return if named.iter().any(|name| name == asked) {
            Reach::Itself
        } else if named.iter().any(|name| name == "*") {
            Reach::Everybody
        } else if named.iter().any(|name| is_account_of(name, asked)) {
            Reach::Account
        } else if named.iter().any(|name| fits(&wild(name), asked)) && world.undocumented() {
            // AWS refuses a policy with such a principal; what one would do is not said.
            Reach::Itself
        } else {
            Reach::Nobody
        };
    };
    // AWS asks for the ARN and its account both, and does not promise that one alone is spared.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    // A boundary is never spared. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    if !request["permissions_boundary"].is_null() {
        return Reach::Everybody;
    }
    let spared = named(spared);
    if spared.iter().any(|name| name == "*") {
        return Reach::Nobody;
    }
    let itself = spared.iter().any(|name| name == asked);
    let account = spared.iter().any(|name| is_account_of(name, asked));
    let speaks = if itself != account {
        world.undocumented()
    } else {
        !itself
    };
    if speaks { Reach::Itself } else { Reach::Nobody }
}

/// The AWS principals of a Principal element. Services and identity providers are never the roles that are asked about.
fn named(principal: &Value) -> Vec<String> {
    match principal {
        Value::String(everybody) => vec![everybody.clone()],
        other => texts(&other["AWS"]),
    }
}

/// Whether the name is the account's, as its id or as its root, of the same partition.
fn is_account_of(name: &str, arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let (partition, account) = (parts[1], parts[4]);
    name == account || name == format!("arn:{partition}:iam::{account}:root")
}
