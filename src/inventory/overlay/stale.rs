//! Policies and grants that name a role which another takes the place of under its name. AWS keeps the unique id of the role that a
//! policy names when it is saved, and that a grant is to when it is made, so that neither means the new one until it is saved again.
//!
//! See <https://repost.aws/knowledge-center/iam-resource-policy-format> and
//! <https://github.com/hashicorp/terraform-provider-aws/issues/25163>.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::either::is_same_policy;
use super::open::{ANEW, SAVED};

/// What AWS shows of a role that was deleted, in the place of its ARN.
const DELETED: &str = "AROADELETEDROLEXXXXXX";

/// The policies of vaults and keys, by list and field.
const POLICIES: &[(&str, &str, &str)] = &[
    ("vaults", "BackupVaultArn", "AccessPolicy"),
    ("keys", "Arn", "Policy"),
    ("keys", "Arn", "RamPolicy"),
];

/// Policies by the ARN of what they are of, and their field.
type Policies = BTreeMap<(String, &'static str), Value>;

/// The roles that an overlay makes anew under their names, and what stood before it of the policies that may name them.
pub(super) struct Stale {
    roles: BTreeSet<String>,
    /// The things whose policies are saved, whether they change or not.
    saved: BTreeSet<String>,
    before: Policies,
}

impl Stale {
    pub(super) fn of(all: &Map<String, Value>, over: &Value) -> Self {
        let accounts = list(over.as_object(), "accounts");
        let roles = accounts.flat_map(|account| list(account.as_object(), "roles"));
        let anew = roles.filter(|role| role.get(ANEW).is_some());
        let roles: BTreeSet<String> = anew.filter_map(|role| text(role, "Arn")).collect();
        if roles.is_empty() {
            let (saved, before) = (BTreeSet::new(), Policies::new());
            return Self {
                roles,
                saved,
                before,
            };
        }
        let mut saved = BTreeSet::new();
        for (_, key, thing) in things(over.as_object()) {
            if thing.get(SAVED).is_some() {
                saved.extend(text(thing, key));
            }
        }
        let mut before = Policies::new();
        for (name, key, thing) in things(Some(all)) {
            for (_, _, field) in POLICIES.iter().filter(|(list, ..)| *list == name) {
                if let (Some(arn), Some(policy)) = (text(thing, key), thing.get(*field)) {
                    before.insert((arn, *field), policy.clone());
                }
            }
        }
        Self {
            roles,
            saved,
            before,
        }
    }

    /// Takes the roles out of the grants that are there before the overlay adds its own.
    pub(super) fn forget_grants(&self, all: &mut Map<String, Value>) {
        if self.roles.is_empty() {
            return;
        }
        let grants = regions(all)
            .filter_map(|region| region.get_mut("keys")?.as_array_mut())
            .flatten()
            .filter_map(|key| key.get_mut("Grants")?.as_array_mut())
            .flatten();
        for grant in grants {
            if let Some(grantee) = grant.get_mut("GranteePrincipal") {
                forget_one(grantee, &self.roles);
            }
        }
    }

    /// Takes the roles out of the policies that name them and stand as they did.
    pub(super) fn forget(&self, all: &mut Map<String, Value>) {
        if self.roles.is_empty() {
            return;
        }
        for region in regions(all) {
            for (list, key, field) in POLICIES {
                let things = region.get_mut(*list).and_then(Value::as_array_mut);
                for thing in things.into_iter().flatten() {
                    let Some(arn) = text(thing, key).filter(|arn| !self.saved.contains(arn)) else {
                        continue;
                    };
                    let was = self.before.get(&(arn, *field));
                    let Some(policy) = thing.get_mut(*field) else {
                        continue;
                    };
                    if was.is_some_and(|was| is_same_policy(was, policy)) {
                        forget_roles(policy, &self.roles);
                    }
                }
            }
        }
    }
}

/// Puts in the place of roles what AWS shows of a role that was deleted, wherever a policy names them; whether it does.
pub fn forget_roles(policy: &mut Value, roles: &BTreeSet<String>) -> bool {
    if let Value::String(text) = policy {
        let Ok(parsed) = serde_json::from_str::<Value>(text) else {
            return false;
        };
        *policy = parsed;
    }
    let statements = match policy.get_mut("Statement") {
        Some(Value::Array(all)) => all.as_mut_slice(),
        Some(one @ Value::Object(_)) => std::slice::from_mut(one),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
            return false;
        }
    };
    let mut is_named = false;
    for statement in statements {
        for element in ["Principal", "NotPrincipal"] {
            let named = statement
                .get_mut(element)
                .and_then(|kinds| kinds.get_mut("AWS"));
            let named = match named {
                Some(Value::Array(all)) => all.as_mut_slice(),
                Some(one) => std::slice::from_mut(one),
                None => continue,
            };
            for one in named {
                is_named |= forget_one(one, roles);
            }
        }
    }
    is_named
}

fn forget_one(principal: &mut Value, roles: &BTreeSet<String>) -> bool {
    let is_it = principal.as_str().is_some_and(|text| roles.contains(text));
    if is_it {
        *principal = json!(DELETED);
    }
    is_it
}

fn regions(all: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    let accounts = all.get_mut("accounts").and_then(Value::as_array_mut);
    accounts
        .into_iter()
        .flatten()
        .filter_map(|account| account.get_mut("regions")?.as_array_mut())
        .flatten()
}

fn text(of: &Value, field: &str) -> Option<String> {
    of.get(field)?.as_str().map(str::to_owned)
}

fn list<'v>(of: Option<&'v Map<String, Value>>, field: &str) -> impl Iterator<Item = &'v Value> {
    let list = of.and_then(|of| of.get(field)?.as_array());
    list.into_iter().flatten()
}

/// The vaults and keys of a document, each with its list and the field of its ARN.
fn things(
    of: Option<&Map<String, Value>>,
) -> impl Iterator<Item = (&'static str, &'static str, &Value)> {
    let regions = list(of, "accounts").flat_map(|account| list(account.as_object(), "regions"));
    regions.flat_map(|region| {
        let lists = [("vaults", "BackupVaultArn"), ("keys", "Arn")];
        lists.into_iter().flat_map(|(name, key)| {
            list(region.as_object(), name).map(move |thing| (name, key, thing))
        })
    })
}
