//! AWS Backup.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Operations.html>.

mod jobs;
mod plans;
mod points;
mod settings;
mod vaults;

use serde_json::Value;

use super::call::{Answer, Call, No, Service};
use super::paging::Pager;
use super::protocol::{Protocol, Route};
use super::world::World;

pub const SERVICE: Service = Service {
    name: "backup",
    signing_name: "backup",
    global: false,
    protocol: Protocol::Rest {
        route,
        times: &[
            "CompletionDate",
            "CreationDate",
            "DeleteAt",
            "DeletionDate",
            "ExecutionTime",
            "ExpiryDate",
            "InitiationDate",
            "LastBackupTime",
            "LastComputed",
            "LastExecutionDate",
            "LastRestoreTime",
            "LastScanTimestamp",
            "LastUpdateTime",
            "LockDate",
            "MoveToColdStorageAt",
        ],
    },
    pager: Pager {
        ask: "nextToken",
        give: "NextToken",
        truncated: None,
        limit: "maxResults",
        most: 1000,
        bad_token: "InvalidParameterValueException",
    },
    denied: (403, "AccessDeniedException"),
    throttled: (429, "ThrottlingException"),
    names,
    answer,
};

fn route(method: &str, path: &[&str]) -> Option<Route> {
    let param = |name: &'static str, value: &str| (name, value.to_owned());
    let (operation, params) = match (method, path) {
        ("GET", ["backup-vaults"]) => ("ListBackupVaults", vec![]),
        ("GET", ["backup-vaults", vault]) => ("DescribeBackupVault", vec![param("vault", vault)]),
        ("GET", ["backup-vaults", vault, "access-policy"]) => {
            ("GetBackupVaultAccessPolicy", vec![param("vault", vault)])
        }
        ("GET", ["backup-vaults", vault, "recovery-points"]) => (
            "ListRecoveryPointsByBackupVault",
            vec![param("vault", vault)],
        ),
        ("GET", ["backup-vaults", vault, "recovery-points", point]) => (
            "DescribeRecoveryPoint",
            vec![param("vault", vault), param("point", point)],
        ),
        ("GET", ["resources"]) => ("ListProtectedResources", vec![]),
        ("GET", ["resources", resource, "recovery-points"]) => (
            "ListRecoveryPointsByResource",
            vec![param("resource", resource)],
        ),
        ("GET", ["tags", tagged]) => ("ListTags", vec![param("tagged", tagged)]),
        ("GET", ["backup", "plans"]) => ("ListBackupPlans", vec![]),
        ("GET", ["backup", "plans", plan]) => ("GetBackupPlan", vec![param("plan", plan)]),
        ("GET", ["backup", "plans", plan, "selections"]) => {
            ("ListBackupSelections", vec![param("plan", plan)])
        }
        ("GET", ["backup", "plans", plan, "selections", selection]) => (
            "GetBackupSelection",
            vec![param("plan", plan), param("selection", selection)],
        ),
        ("GET", ["copy-jobs"]) => ("ListCopyJobs", vec![]),
        ("GET", ["global-settings"]) => ("DescribeGlobalSettings", vec![]),
        ("GET", ["account-settings"]) => ("DescribeRegionSettings", vec![]),
        ("GET", ["supported-resource-types"]) => ("GetSupportedResourceTypes", vec![]),
        _ => return None,
    };
    Some(Route { operation, params })
}

fn names(world: &World, call: &Call) -> Vec<String> {
    let mut names = Vec::new();
    for param in ["point", "selection", "plan", "resource", "tagged"] {
        let Some(name) = call.arg(param) else {
            continue;
        };
        if param == "plan" {
            names.extend(plans::arn(world, call, name));
        }
        names.push(name.to_owned());
    }
    if let Some(vault) = call.arg("vault") {
        names.push(vaults::arn(call, vault));
        names.push(vault.to_owned());
    }
    names
}

fn answer(world: &World, call: &Call) -> Result<Answer, No> {
    match call.operation.as_str() {
        "DescribeBackupVault" => vaults::describe(world, call),
        "ListBackupVaults" => vaults::list(world, call),
        "GetBackupVaultAccessPolicy" => vaults::policy(world, call),
        "DescribeRecoveryPoint" => points::describe(world, call),
        "ListRecoveryPointsByBackupVault" => points::by_vault(world, call),
        "ListRecoveryPointsByResource" => points::by_resource(world, call),
        "ListProtectedResources" => points::protected(world, call),
        "ListTags" => settings::tags(world, call),
        "DescribeGlobalSettings" => settings::global(world, call),
        "DescribeRegionSettings" => settings::region(world, call),
        "GetSupportedResourceTypes" => settings::supported(world, call),
        "ListBackupPlans" => plans::list(world, call),
        "GetBackupPlan" => plans::get(world, call),
        "ListBackupSelections" => plans::selections(world, call),
        "GetBackupSelection" => plans::selection(world, call),
        "ListCopyJobs" => jobs::list(world, call),
        _ => Err(No::Unknown),
    }
}

fn not_found(message: impl Into<String>) -> No {
    No::failure(400, "ResourceNotFoundException", message)
}

/// What AWS Backup says of a vault that is not there, as of one that the caller may not see.
fn insufficient() -> No {
    No::failure(
        403,
        "AccessDeniedException",
        "Insufficient privileges to perform this action.",
    )
}

/// Whether a thing passes the call's filters: pairs of parameter and field.
fn passes(call: &Call, thing: &Value, filters: &[(&str, &str)]) -> bool {
    filters.iter().all(|(param, pointer)| {
        call.arg(param)
            .is_none_or(|wanted| thing.pointer(pointer).and_then(Value::as_str) == Some(wanted))
    })
}

/// Whether a thing's time lies between two parameters.
fn in_time(call: &Call, thing: &Value, field: &str, after: &str, before: &str) -> bool {
    let number = |text: &str| super::clock::seconds(text).and_then(|number| number.as_f64());
    let time = thing.get(field).and_then(Value::as_str).and_then(number);
    let bound = |param: &str| call.arg(param).and_then(number);
    bound(after).is_none_or(|bound| time.is_some_and(|time| time >= bound))
        && bound(before).is_none_or(|bound| time.is_some_and(|time| time <= bound))
}
