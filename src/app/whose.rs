//! Whether the account that a plan or a template is said to be of has what it says is there: where the facts tell all of a list, and
//! have none of a name, it may be another one's.

use serde_json::Value;

use crate::inventory::{Field, Inventory, NAME_TO_COME, Whole, items};

/// How many things are named.
const NAMED: usize = 3;

/// What an overlay of now tells and the facts do not, though they tell all vaults of the Region, or all roles of the account: each with
/// the account.
pub(super) fn strange(base: &Inventory, now: &Value) -> Option<(String, String)> {
    let list = |of: &Value, name: &str| {
        of.get(name)
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default()
    };
    for told in list(now, "accounts") {
        let id = told
            .get("account")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let mut all = items(&base.accounts).iter();
        let Some(account) = all.find(|account| account.account.to_string() == id) else {
            continue;
        };
        let mut names: Vec<String> = Vec::new();
        if is_whole(&account.roles_complete) {
            let has = |name: &str| {
                let last = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
                items(&account.roles)
                    .iter()
                    .any(|role| last(role.arn.as_str()) == last(name))
            };
            let roles = list(&told, "roles").into_iter();
            let named = roles.filter(|role| role.get(NAME_TO_COME).is_none());
            names.extend(
                named
                    .filter_map(|role| name_of(&role, "Arn"))
                    .filter(|name| !has(name)),
            );
        }
        for told in list(&told, "regions") {
            let name = told
                .get("region")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let mut all = items(&account.regions).iter();
            let region = all.find(|region| region.region.as_str() == name);
            let Some(region) = region.filter(|region| is_whole(&region.vaults_complete)) else {
                continue;
            };
            let has = |name: &str| {
                let mut vaults = items(&region.vaults).iter();
                vaults.any(|vault| vault.arn.as_str() == name)
            };
            let vaults = list(&told, "vaults").into_iter();
            let own = vaults.filter_map(|vault| name_of(&vault, "BackupVaultArn"));
            names.extend(own.filter(|name| !has(name) && name.contains(&format!(":{id}:"))));
        }
        if !names.is_empty() {
            let more = names.len().saturating_sub(NAMED);
            names.truncate(NAMED);
            let more = match more {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            return Some((id.to_owned(), format!("{}{more}", names.join(", "))));
        }
    }
    None
}

fn is_whole(field: &Field<Whole>) -> bool {
    matches!(field, Field::Is(whole) if whole.0)
}

fn name_of(thing: &Value, key: &str) -> Option<String> {
    thing.get(key)?.as_str().map(str::to_owned)
}
