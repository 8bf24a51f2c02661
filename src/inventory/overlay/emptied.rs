//! What lies in a vault that another takes the place of under its name: AWS deletes a vault that is empty, and the one that is made
//! in its place is.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DeleteBackupVault.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Whether the recovery points of a vault are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Emptied {
    /// They are.
    Certainly,
    /// Nobody knows, and why.
    Perhaps(String),
}

/// Empties the vaults of an inventory, also of the recovery points that a copy names as lying in them. Gives those of which nobody
/// knows whether they are there, and why.
pub(super) fn empty(
    all: &mut Map<String, Value>,
    vaults: &BTreeMap<String, Emptied>,
) -> Vec<(String, String)> {
    let mut open = Vec::new();
    if vaults.is_empty() {
        return open;
    }
    let mut named = named_by_copies(all, vaults);
    for (account, region, facts) in regions(all) {
        let points = facts.get_mut("recovery_points");
        let points = points.and_then(Value::as_array_mut).into_iter().flatten();
        for point in points.filter_map(Value::as_object_mut) {
            let text = |name: &str| point.get(name).and_then(Value::as_str);
            let Some(arn) = text("RecoveryPointArn").map(str::to_owned) else {
                continue;
            };
            let of_copy = named.remove(&arn);
            let by_name = text("BackupVaultName").map(|name| {
                let end = format!(":backup:{region}:{account}:backup-vault:{name}");
                vaults.keys().find(|vault| vault.ends_with(&end)).cloned()
            });
            // A field that stands tells, whatever a copy says.
            let vault = match (point.get("BackupVaultArn"), by_name) {
                (Some(vault), _) => vault.as_str().map(str::to_owned),
                (None, Some(vault)) => vault,
                (None, None) => of_copy,
            };
            match vault.and_then(|vault| vaults.get(&vault)) {
                Some(Emptied::Certainly) => drop(point.insert("Status".to_owned(), Value::Null)),
                Some(Emptied::Perhaps(why)) => {
                    point.shift_remove("Status");
                    open.push((arn, why.clone()));
                }
                None => {}
            }
        }
    }
    // What was not read, and is in no other vault as far as is known.
    for (point, vault) in named {
        match vaults.get(&vault) {
            Some(Emptied::Certainly) => gone(all, &point, &vault),
            Some(Emptied::Perhaps(why)) => open.push((point, why.clone())),
            None => {}
        }
    }
    open
}

/// The recovery points that copies name, each with the vault that a copy says it is in, where that is one of these.
fn named_by_copies(
    all: &Map<String, Value>,
    vaults: &BTreeMap<String, Emptied>,
) -> BTreeMap<String, String> {
    let copies = all.get("copies").and_then(Value::as_array);
    let named = copies.into_iter().flatten().filter_map(|copy| {
        let text = |name: &str| copy.get(name).and_then(Value::as_str);
        let vault = text("source_vault").filter(|vault| vaults.contains_key(*vault))?;
        Some((text("recovery_point")?.to_owned(), vault.to_owned()))
    });
    named.collect()
}

/// Says of a recovery point that it is not there, where its vault was.
fn gone(all: &mut Map<String, Value>, point: &str, vault: &str) {
    let of_vault = regions(all).find(|(account, region, _)| {
        vault.contains(&format!(":backup:{region}:{account}:backup-vault:"))
    });
    let Some((_, _, region)) = of_vault else {
        return;
    };
    let points = region.entry("recovery_points").or_insert_with(|| json!([]));
    if let Some(points) = points.as_array_mut() {
        points.push(json!({"RecoveryPointArn": point, "Status": null}));
    }
}

/// The Regions of an inventory, each with its account and name.
fn regions(
    all: &mut Map<String, Value>,
) -> impl Iterator<Item = (String, String, &mut Map<String, Value>)> {
    let text = |of: &Value, name: &str| {
        let text = of.get(name).and_then(Value::as_str);
        text.unwrap_or_default().to_owned()
    };
    let accounts = all.get_mut("accounts").and_then(Value::as_array_mut);
    accounts.into_iter().flatten().flat_map(move |account| {
        let id = text(account, "account");
        let regions = account.get_mut("regions").and_then(Value::as_array_mut);
        regions.into_iter().flatten().filter_map(move |region| {
            let name = text(region, "region");
            Some((id.clone(), name, region.as_object_mut()?))
        })
    })
}
