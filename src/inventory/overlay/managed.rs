//! The documents of managed policies: each is in force wherever a role has the policy.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::either::{self, is_same_policy};
use super::lists::reading;
use super::made;
use super::unknown::unknown_within;

/// The policies of a role of an inventory, with its boundary.
fn policies(role: &Value) -> impl Iterator<Item = &Value> {
    let attached = role.get("AttachedPolicies").and_then(Value::as_array);
    let attached = attached.into_iter().flatten();
    attached.chain(role.get("PermissionsBoundary"))
}

fn arn(policy: &Value) -> Option<&str> {
    let names = ["PolicyArn", "PermissionsBoundaryArn"];
    names.iter().find_map(|name| policy.get(*name)?.as_str())
}

/// The documents that the facts have, by the ARNs of their policies; of one that has two, none.
pub(super) fn documents(all: &Value) -> BTreeMap<String, Value> {
    let mut documents: BTreeMap<String, Option<Value>> = BTreeMap::new();
    let accounts = all.get("accounts").and_then(Value::as_array);
    let roles = accounts
        .into_iter()
        .flatten()
        .filter_map(|account| account.get("roles")?.as_array());
    for policy in roles.flatten().flat_map(policies) {
        let (Some(arn), Some(document)) = (arn(policy), policy.get("Document")) else {
            continue;
        };
        match documents.get(arn) {
            Some(Some(there)) if there == document => {}
            Some(_) => drop(documents.insert(arn.to_owned(), None)),
            None => drop(documents.insert(arn.to_owned(), Some(document.clone()))),
        }
    }
    let known = documents.into_iter();
    known
        .filter_map(|(arn, document)| Some((arn, document?)))
        .collect()
}

/// Gives the policies of which only the name is told the documents that the facts have.
pub(super) fn fill(all: &mut Map<String, Value>, documents: &BTreeMap<String, Value>) {
    let accounts = all.get_mut("accounts").and_then(Value::as_array_mut);
    let roles = accounts
        .into_iter()
        .flatten()
        .filter_map(|account| account.get_mut("roles")?.as_array_mut());
    for role in roles.flatten().filter_map(Value::as_object_mut) {
        for field in ["AttachedPolicies", "PermissionsBoundary"] {
            let policies = match role.get_mut(field) {
                Some(Value::Array(policies)) => policies.as_mut_slice(),
                Some(one @ Value::Object(_)) => std::slice::from_mut(one),
                _ => continue,
            };
            for policy in policies {
                let document = arn(policy).and_then(|arn| documents.get(arn));
                if let (Some(document), Some(policy)) = (document, policy.as_object_mut()) {
                    policy.entry("Document").or_insert_with(|| document.clone());
                }
            }
        }
    }
}

/// A list or a boundary of a role that is not known: the role, the field, the call that reads it, and why.
pub(super) struct UnknownRoleField {
    pub role: String,
    pub field: &'static str,
    pub call: &'static str,
    pub why: String,
}

/// Lays the documents of managed policies over those that roles have.
/// `may_leave`: the template that says so, where those that were read may stand.
pub(super) fn lay(
    all: &mut Map<String, Value>,
    told: &BTreeMap<String, Value>,
    may_leave: Option<&String>,
) -> Vec<UnknownRoleField> {
    let mut left = Vec::new();
    if told.is_empty() {
        return left;
    }
    let accounts = all.get_mut("accounts").and_then(Value::as_array_mut);
    let roles = accounts
        .into_iter()
        .flatten()
        .filter_map(|account| account.get_mut("roles")?.as_array_mut());
    for role in roles.flatten().filter_map(Value::as_object_mut) {
        for field in ["AttachedPolicies", "PermissionsBoundary"] {
            let mut open = None;
            let policies = match role.get_mut(field) {
                Some(Value::Array(policies)) => policies.as_mut_slice(),
                Some(one @ Value::Object(_)) => std::slice::from_mut(one),
                _ => continue,
            };
            for policy in policies {
                let Some((arn, told)) = arn(policy).and_then(|arn| told.get_key_value(arn)) else {
                    continue;
                };
                let (document, stands) = made::document(told);
                if stands && policy.get("Document").is_some() {
                    continue;
                }
                let read = policy.get("Document");
                if let (Some(read), Some(file)) = (read, may_leave) {
                    if unknown_within(document).is_none() && !is_same_policy(read, document) {
                        open = Some(either::not_told(&format!("the document of {arn}"), file));
                    }
                    continue;
                }
                match (unknown_within(document), policy.as_object_mut()) {
                    (Some(why), _) => open = Some(why.to_owned()),
                    (None, Some(policy)) => {
                        policy.shift_remove("PolicyVersion");
                        policy.insert("Document".to_owned(), document.clone());
                    }
                    (None, None) => {}
                }
            }
            if let Some(why) = open {
                role.shift_remove(field);
                let role = role.get("Arn").and_then(Value::as_str).unwrap_or_default();
                left.push(UnknownRoleField {
                    role: role.to_owned(),
                    field,
                    call: reading("roles", field),
                    why,
                });
            }
        }
    }
    left
}
