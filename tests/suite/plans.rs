//! Backup plans: what their selections take, and the copies that they make.

mod copies;
mod law;
mod listed;
mod misread;
mod organization;
mod permissions;
mod refused;
mod schedules;
mod strange;
mod times;
mod truth;
mod unread;

use backup_preflight::inventory::{self, Facts, Inventory};
use backup_preflight::plans::{self, Planned};
use serde_json::{Value, json};

use crate::support::Estate;
use crate::support::estate::*;

pub const PLAN: &str = "p-1";
pub const VOLUME: &str = "arn:aws:ec2:us-east-2:111122223333:volume/vol-1";
pub const ORDERS: &str = "arn:aws:rds:us-east-2:111122223333:db:orders";

/// An estate whose one plan copies the vault `prod` to `central`, with these selections and no copies named otherwise.
pub fn planned(selections: Value) -> Estate {
    let rule = json!({
        "RuleName": "nightly", "RuleId": "r-1", "TargetBackupVaultName": "prod",
        "Lifecycle": {"DeleteAfterDays": 14},
        "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}],
    });
    let plan = json!({
        "BackupPlanId": PLAN,
        "BackupPlan": {"BackupPlanName": "daily", "Rules": [rule]},
        "Selections": selections,
    });
    Estate::rds()
        .without("/copies")
        .set(&format!("{SOURCE}/plans"), json!([plan]))
        .set(&format!("{SOURCE}/resources_complete"), json!(true))
        .set(
            &format!("{SOURCE}/region_settings"),
            json!({"ResourceTypeOptInPreference": {"RDS": true, "EBS": true, "Aurora": false, "FSx": false},
                   "ResourceTypeManagementPreference": {}}),
        )
}

/// The selection of these parts.
pub fn selection(parts: Value) -> Value {
    let mut all = json!({"SelectionName": "some", "IamRoleArn": ROLE});
    for (name, value) in parts.as_object().unwrap() {
        all[name] = value.clone();
    }
    json!([all])
}

pub fn read(estate: &Estate) -> Inventory {
    inventory::read("estate", estate.0.to_string().as_bytes()).unwrap()
}

/// The copies that an estate's plans make.
pub fn made(estate: &Estate) -> Planned {
    let mut inventory = read(estate);
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    plans::copies(&plans::plans(&facts), &facts)
}

/// The names of the resources that are copied.
pub fn taken(estate: &Estate) -> Vec<String> {
    let copies = made(estate).copies;
    copies
        .iter()
        .map(|copy| copy.resource.as_ref().unwrap().name().to_owned())
        .collect()
}
