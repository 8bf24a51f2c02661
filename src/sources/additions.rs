//! What a plan or a template adds to things that others may make: policies of a role, aliases and grants of a key, the versioning of a
//! bucket. It is laid over the facts after all that the files of a run make, in whatever order they are given.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::things::LISTS;
use crate::inventory::{BY_NAME, NOT_MADE_NOW, Overlay, SAVED, WHERE_IT_STANDS, Waiting};

/// Takes out of several files that are laid over the facts one after the other what they add. Each comes after the files that stand
/// before the next overlay of somebody's own, whose order is told: what it says is said of all before it.
pub fn last(files: Vec<Overlay>) -> Vec<Overlay> {
    if files.len() < 2 {
        return files;
    }
    let mut all = Vec::new();
    let (mut run, mut held) = (Vec::new(), Vec::new());
    for mut file in files {
        if file.waits_for == Waiting::Overlay {
            all.append(&mut together(&mut run, &mut held));
            all.push(file);
            continue;
        }
        let added = taken(&mut file.document);
        if let Some(document) = added {
            held.push(Overlay {
                document,
                organization: Vec::new(),
                ..file.clone()
            });
        }
        run.push(file);
    }
    all.append(&mut together(&mut run, &mut held));
    all
}

/// Files that stand beside each other, and then what they add.
fn together(run: &mut Vec<Overlay>, held: &mut Vec<Overlay>) -> Vec<Overlay> {
    let mut all = std::mem::take(run);
    all.append(held);
    with_policies_of_all(&mut all);
    all
}

/// What is attached in one file may be a policy of another, whose document is told there.
fn with_policies_of_all(all: &mut [Overlay]) {
    let is_certain = |one: &Overlay| {
        !matches!(
            one.waits_for,
            Waiting::Overlay | Waiting::StackDeployment { is_compared: false }
        )
    };
    let certain = all.iter().filter(|one| is_certain(one));
    let policies: BTreeMap<String, Value> = certain.flat_map(|one| one.policies.clone()).collect();
    for one in all.iter_mut().filter(|one| is_certain(one)) {
        for (arn, document) in &policies {
            let own = one.policies.entry(arn.clone());
            own.or_insert_with(|| document.clone());
        }
    }
}

/// Takes what is added out of a document: another one.
fn taken(document: &mut Value) -> Option<Value> {
    let accounts = document.get_mut("accounts")?.as_array_mut()?;
    let mut added = Vec::new();
    for account in accounts.iter_mut().filter_map(Value::as_object_mut) {
        let mut own = Map::new();
        let roles = things(account, "roles", "Arn");
        let mut regions = Vec::new();
        let all = account.get_mut("regions").and_then(Value::as_array_mut);
        for region in all.into_iter().flatten().filter_map(Value::as_object_mut) {
            let mut of = Map::new();
            for (name, key) in LISTS {
                let things = things(region, name, key);
                if !things.is_empty() {
                    of.insert((*name).to_owned(), Value::Array(things));
                }
            }
            if !of.is_empty() {
                of.extend(
                    region
                        .get_key_value("region")
                        .map(|(k, v)| (k.clone(), v.clone())),
                );
                regions.push(Value::Object(of));
            }
        }
        for (name, list) in [("roles", roles), ("regions", regions)] {
            if !list.is_empty() {
                own.insert(name.to_owned(), Value::Array(list));
            }
        }
        if !own.is_empty() {
            own.extend(
                account
                    .get_key_value("account")
                    .map(|(k, v)| (k.clone(), v.clone())),
            );
            added.push(Value::Object(own));
        }
    }
    let schema = document.get("schema").cloned();
    let mut all = Map::new();
    all.extend(schema.map(|schema| ("schema".to_owned(), schema)));
    all.insert("accounts".to_owned(), Value::Array(added.clone()));
    (!added.is_empty()).then_some(Value::Object(all))
}

/// The things of a list to which something is added, each with that alone. Nothing is left of one of which nothing else is said.
fn things(of: &mut Map<String, Value>, name: &str, key: &str) -> Vec<Value> {
    let mut added = Vec::new();
    let Some(Value::Array(list)) = of.get_mut(name) else {
        return added;
    };
    let is_name = |field: &str| field == key || [BY_NAME, NOT_MADE_NOW].contains(&field);
    list.retain_mut(|thing| {
        let Some(fields) = thing.as_object_mut() else {
            return true;
        };
        // A policy or a lock is set on a vault that is there.
        let takes_one = fields.get("VaultState");
        let takes_one = takes_one.is_some_and(|state| state.get("stands").is_some());
        if fields.contains_key(WHERE_IT_STANDS) || (takes_one && !fields.contains_key("VaultType"))
        {
            added.push(thing.take());
            return false;
        }
        let mut own = Map::new();
        let names: Vec<String> = fields.keys().cloned().collect();
        for field in names {
            if is_name(&field) {
                own.extend(fields.get(&field).map(|value| (field, value.clone())));
            } else if fields.get(&field).is_some_and(is_added) {
                own.extend(fields.shift_remove(&field).map(|value| (field, value)));
            }
        }
        let is_any = own.keys().any(|field| !is_name(field));
        let is_left = fields.keys().any(|field| !is_name(field) && field != SAVED);
        if is_any {
            added.push(Value::Object(own));
        }
        is_left || !is_any
    });
    added
}

/// Whether a value is a list that is joined to the one that is there, and is not all that there is of a thing that is made.
fn is_added(value: &Value) -> bool {
    value.get("joined").is_some() && value.get("alone").is_none()
}
