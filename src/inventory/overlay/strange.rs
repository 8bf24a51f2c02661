//! Things that an overlay names and the facts do not have, though they have one that is called nearly so: laid over them they
//! would be new things that no copy asks about.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::inventory::frame::Inventory;
use crate::known::near;

/// The fields that name the thing that they stand in.
const NAMES: [&str; 4] = ["Arn", "BackupVaultArn", "RecoveryPointArn", "arn"];

/// The ARNs that a document names things by and the facts do not, each with the one of theirs that may be meant.
#[must_use]
pub fn strangers(document: &Value, base: &Inventory) -> Vec<(String, String)> {
    let base = serde_json::to_value(base).unwrap_or(Value::Null);
    let (there, named) = (things(&base), things(document));
    let strange = named.difference(&there);
    let meant = strange.filter_map(|arn| {
        let meant = near::meant(arn, there.iter().copied())?;
        Some(((*arn).to_owned(), meant.to_owned()))
    });
    meant.collect()
}

fn list<'v>(value: &'v Value, name: &str) -> Option<&'v Vec<Value>> {
    value.get(name).and_then(Value::as_array)
}

/// What things of the accounts of a document are named by.
fn things(document: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for account in list(document, "accounts").into_iter().flatten() {
        let regions = list(account, "regions").into_iter().flatten();
        for frame in std::iter::once(account).chain(regions) {
            let lists = frame
                .as_object()
                .into_iter()
                .flat_map(|fields| fields.values());
            let things = lists.filter_map(Value::as_array).flatten();
            for thing in things {
                let names = NAMES.iter().filter_map(|name| thing.get(name)?.as_str());
                found.extend(names);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::inventory::read;

    #[test]
    fn a_name_that_is_nearly_one_is_a_slip() {
        let arn = |kind: &str, name: &str| format!("arn:aws:{kind}:us-east-1:111122223333:{name}");
        let of = |key: &str, vault: &str| {
            json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": "111122223333", "regions": [{
                "region": "us-east-1", "keys": [{"Arn": key}], "vaults": [{"BackupVaultArn": vault}],
            }]}]})
        };
        let (key, vault) = (
            arn("kms", "key/1234"),
            arn("backup", "backup-vault:central"),
        );
        let base = read("f", of(&key, &vault).to_string().as_bytes()).unwrap();
        assert_eq!(strangers(&of(&key, &vault), &base), []);
        let other = arn("backup", "backup-vault:centrall");
        assert_eq!(
            strangers(&of(&key, &other), &base),
            [(other, vault.clone())]
        );
        // Another name is another thing.
        assert_eq!(
            strangers(&of(&key, &arn("backup", "backup-vault:offsite")), &base),
            []
        );
    }
}
