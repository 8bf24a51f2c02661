//! Roles that one plan of a run replaces under their names, and what the other plans and templates of it say of them: which is applied
//! first nobody knows, and what they leave as it is means the role that goes.
//!
//! See <https://repost.aws/knowledge-center/iam-resource-policy-format>.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::things::{list, list_mut};
use crate::inventory::{ANEW, BY_NAME, Overlay, SAVED, Waiting, forget_roles};

/// The policies of what lies in a Region, by list and field.
const POLICIES: &[(&str, &str)] = &[
    ("vaults", "AccessPolicy"),
    ("keys", "Policy"),
    ("keys", "RamPolicy"),
];

/// The lists of a role that other files may add to.
const LISTS: &[&str] = &["AttachedPolicies", "InlinePolicies"];

/// Settles what plans and templates say of the roles that another of them replaces.
pub fn settle(then: &mut [Overlay]) {
    for at in 0..then.len() {
        let Some(one) = then.get(at) else { continue };
        let (file, roles) = (one.name.clone(), anew(one));
        if roles.is_empty() {
            continue;
        }
        let mut open = Vec::new();
        let others = then.iter_mut().enumerate();
        let others = others.filter(|(beside, _)| *beside != at);
        for (_, other) in others.filter(|(_, other)| other.waits_for != Waiting::Overlay) {
            let name = other.name.clone();
            let why = |what: &str| {
                json!({"unknown": format!(
                    "{what} in {name}, of a role that {file} replaces: which is applied first is not known"
                )})
            };
            for account in list_mut(&mut other.document, "accounts") {
                for role in list_mut(account, "roles") {
                    let fields = added(role, &roles);
                    open.extend(fields.map(|(arn, field)| (arn, field, why(field))));
                }
                for region in list_mut(account, "regions") {
                    policies(region, other.waits_for, &roles, &why);
                    grants(region, &roles, &why);
                }
            }
        }
        let Some(one) = then.get_mut(at) else {
            continue;
        };
        for account in list_mut(&mut one.document, "accounts") {
            for role in list_mut(account, "roles").iter_mut() {
                let arn = role.get("Arn").cloned();
                let of = open.iter().filter(|(of, ..)| arn == Some(json!(of)));
                for (_, field, why) in of {
                    if let Some(role) = role.as_object_mut() {
                        role.insert((*field).to_owned(), why.clone());
                    }
                }
            }
        }
    }
}

/// The roles that a file makes in the place of others of their names.
fn anew(one: &Overlay) -> BTreeSet<String> {
    let accounts = list(&one.document, "accounts").iter();
    let roles = accounts.flat_map(|account| list(account, "roles"));
    let anew = roles.filter(|role| role.get(ANEW).is_some());
    anew.filter_map(|role| Some(role.get("Arn")?.as_str()?.to_owned()))
        .collect()
}

/// Takes from a role the lists that a file adds to or takes from, where another replaces the role: the role and the list of each.
fn added(
    role: &mut Value,
    roles: &BTreeSet<String>,
) -> impl Iterator<Item = (String, &'static str)> + use<> {
    let own = role.get("Arn").and_then(Value::as_str).unwrap_or_default();
    let is_by_name = role.get(BY_NAME).is_some();
    // A name is of one role of an account, whatever its path.
    let parts = |arn: &str| {
        let (account, path) = arn.split_once(":role/")?;
        Some((account.to_owned(), path.rsplit('/').next()?.to_owned()))
    };
    let is = |role: &&String| *role == own || (is_by_name && parts(role) == parts(own));
    let arn = roles.iter().find(is).cloned();
    let mut fields = Vec::new();
    for field in LISTS.iter().filter(|_| arn.is_some()) {
        let told = role.get(*field).and_then(Value::as_object);
        let items = |name: &str| told.and_then(|told| told.get(name)?.as_array());
        let is_said = |name: &str| items(name).is_some_and(|items| !items.is_empty());
        if is_said("joined") || is_said("removed") {
            fields.push(*field);
        }
        if told.is_some_and(|told| told.contains_key("joined"))
            && let Some(role) = role.as_object_mut()
        {
            role.shift_remove(*field);
        }
    }
    let all = fields.into_iter();
    all.filter_map(move |field| Some((arn.clone()?, field)))
}

/// A policy that a file saves may be saved before the role is replaced; one that it leaves as it is names the role that goes.
fn policies(
    region: &mut Value,
    waits_for: Waiting,
    roles: &BTreeSet<String>,
    why: &dyn Fn(&str) -> Value,
) {
    for (name, field) in POLICIES {
        for thing in list_mut(region, name) {
            let is_saved = thing.get(SAVED).is_some() || waits_for != Waiting::TerraformApply;
            // What stands stands in the facts.
            let Some(policy) = thing
                .get_mut(*field)
                .filter(|told| told.get("stands").is_none())
            else {
                continue;
            };
            if forget_roles(policy, roles) && is_saved {
                *policy = why(field);
            }
        }
    }
}

/// The grants that a file makes: the others stand in the facts.
fn grants(region: &mut Value, roles: &BTreeSet<String>, why: &dyn Fn(&str) -> Value) {
    for key in list_mut(region, "keys") {
        let Some(told) = key.get_mut("Grants") else {
            continue;
        };
        let grants = told.get("joined").unwrap_or(told).as_array();
        let mut grantees = grants
            .into_iter()
            .flatten()
            .filter_map(|grant| grant.get("GranteePrincipal")?.as_str());
        if grantees.any(|grantee| roles.contains(grantee)) {
            *told = why("Grants");
        }
    }
}
