//! What lies in a vault that another takes the place of under its name: AWS deletes a vault that is empty, and the one that is made
//! in its place is.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DeleteBackupVault.html>.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// Whether the recovery points of a vault are gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Emptied {
    /// They are.
    Certainly,
    /// Nobody knows, and why.
    Perhaps(String),
}

/// Empties the vaults of an inventory. Gives the recovery points of which nobody knows whether they are there, and why.
pub(super) fn empty(
    all: &mut Map<String, Value>,
    vaults: &BTreeMap<String, Emptied>,
) -> Vec<(String, String)> {
    let mut open = Vec::new();
    if vaults.is_empty() {
        return open;
    }
    let accounts = all.get_mut("accounts").and_then(Value::as_array_mut);
    let regions = accounts
        .into_iter()
        .flatten()
        .filter_map(|account| account.get_mut("regions")?.as_array_mut())
        .flatten();
    let points = regions
        .filter_map(|region| region.get_mut("recovery_points")?.as_array_mut())
        .flatten()
        .filter_map(Value::as_object_mut);
    for point in points {
        let text = |name: &str| point.get(name).and_then(Value::as_str);
        let vault = text("BackupVaultArn").and_then(|vault| vaults.get(vault));
        let (Some(vault), Some(arn)) = (vault, text("RecoveryPointArn").map(str::to_owned)) else {
            continue;
        };
        match vault {
            Emptied::Certainly => drop(point.insert("Status".to_owned(), Value::Null)),
            Emptied::Perhaps(why) => {
                point.shift_remove("Status");
                open.push((arn, why.clone()));
            }
        }
    }
    open
}
