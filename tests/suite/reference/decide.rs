//! From the statements that apply to the decision.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>

use serde_json::{Value, json};

use super::places::{Document, documents};
use super::statement::{Reach, reach};
use super::value::items;
use super::worlds::{World, every};

/// The answer to one request of `simulate`.
pub fn answer(request: &Value) -> Value {
    let decide = |world: &World| decide(request, world);
    let seen = every(request, decide, |seen| {
        seen.iter().any(|one| one.allowed != seen[0].allowed)
    });
    let first = &seen[0];
    if seen.iter().any(|one| one.allowed != first.allowed) {
        return json!({
            "id": request["id"], "decision": "unknown", "explicit": false, "statements": [],
            "unknown": request["unknown_context"],
        });
    }
    json!({
        "id": request["id"],
        "decision": if first.allowed { "allowed" } else { "denied" },
        "explicit": seen.iter().all(|one| one.explicit),
        "statements": first.statements,
        "unknown": [],
    })
}

/// The decision in one world.
struct Decided {
    allowed: bool,
    explicit: bool,
    statements: Vec<Value>,
}

/// A statement that applies, and where it stands.
struct Found {
    policy: &'static str,
    level: usize,
    document: usize,
    index: usize,
    deny: bool,
    reach: Reach,
}

fn decide(request: &Value, world: &World) -> Decided {
    let found = applying(request, world);
    let place = |found: &&Found| {
        json!({
            "policy": found.policy, "level": found.level, "document": found.document, "index": found.index,
            "effect": if found.deny { "Deny" } else { "Allow" },
        })
    };
    let denies: Vec<Value> = found
        .iter()
        .filter(|one| one.deny)
        .map(|one| place(&one))
        .collect();
    if !denies.is_empty() {
        return Decided {
            allowed: false,
            explicit: true,
            statements: denies,
        };
    }
    let allows = |policy: &str| found.iter().any(|one| one.policy == policy);
    let named = |reach: Reach| {
        found
            .iter()
            .any(|one| one.policy == "resource" && one.reach == reach)
    };
    let boundary = request["permissions_boundary"].is_null() || allows("boundary");
    // Every level of the organization must allow; RCPs always do, by the one that cannot be detached.
    let levels = items(&request["service_control_policies"]).len();
    let organization = is_service_linked(request)
        || (0..levels).all(|level| {
            found
                .iter()
                .any(|one| one.policy == "scp" && one.level == level)
        });
    let both_sides = allows("resource") && allows("identity");
    let itself = named(Reach::Itself) && boundary;
    // Whether a boundary bounds what everybody is granted is not said.
    let everybody = named(Reach::Everybody) && (boundary || world.undocumented());
    let granted = if account(request) != request["resource_account"].as_str().unwrap() {
        both_sides && boundary
    } else if request["action"]
        .as_str()
        .unwrap()
        .to_lowercase()
        .starts_with("kms:")
    {
        // A key's policy is the root of all access to it: an identity policy counts only where the key policy hands
        // the decision to the account. https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
        itself || everybody || (both_sides && boundary)
    } else {
        itself || everybody || (allows("identity") && boundary)
    };
    let allowed = granted && organization;
    let statements = if allowed {
        found.iter().map(|one| place(&one)).collect()
    } else {
        Vec::new()
    };
    Decided {
        allowed,
        explicit: false,
        statements,
    }
}

/// Every statement of every policy that applies in this world.
fn applying(request: &Value, world: &World) -> Vec<Found> {
    let mut found = Vec::new();
    for document in documents(request) {
        let Document {
            policy,
            level,
            document: number,
            ..
        } = document;
        if ["scp", "rcp"].contains(&policy) && is_service_linked(request) {
            continue;
        }
        for (index, statement) in document.statements().iter().enumerate() {
            let names_principals = ["resource", "rcp"].contains(&policy);
            let reach = reach(
                statement,
                document.version(),
                names_principals,
                request,
                world,
            );
            let deny = statement["Effect"] == "Deny";
            if reach != Reach::Nobody {
                found.push(Found {
                    policy,
                    level,
                    document: number,
                    index,
                    deny,
                    reach,
                });
            }
        }
    }
    found
}

/// Control policies do not bind service-linked roles.
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
fn is_service_linked(request: &Value) -> bool {
    request["principal"]
        .as_str()
        .unwrap()
        .contains(":role/aws-service-role/")
}

fn account(request: &Value) -> &str {
    request["principal"]
        .as_str()
        .unwrap()
        .split(':')
        .nth(4)
        .unwrap()
}
