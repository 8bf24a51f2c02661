//! Recovery points, and the resources that have them.

use serde_json::{Map, Value};

use super::super::call::{Answer, Call, No, default, only, reveals, text, without};
use super::super::world::World;
use super::{in_time, not_found, passes, vaults};

/// The members of the list of ListRecoveryPointsByBackupVault.
const IN_VAULT: &[&str] = &[
    "RecoveryPointArn",
    "BackupVaultName",
    "BackupVaultArn",
    "SourceBackupVaultArn",
    "ResourceArn",
    "ResourceType",
    "CreatedBy",
    "IamRoleArn",
    "Status",
    "StatusMessage",
    "CreationDate",
    "InitiationDate",
    "CompletionDate",
    "BackupSizeInBytes",
    "CalculatedLifecycle",
    "Lifecycle",
    "EncryptionKeyArn",
    "IsEncrypted",
    "LastRestoreTime",
    "ParentRecoveryPointArn",
    "CompositeMemberIdentifier",
    "IsParent",
    "ResourceName",
    "VaultType",
    "IndexStatus",
    "IndexStatusMessage",
    "EncryptionKeyType",
    "AggregatedScanResult",
];

/// The members of the list of ListRecoveryPointsByResource.
const OF_RESOURCE: &[&str] = &[
    "RecoveryPointArn",
    "CreationDate",
    "Status",
    "StatusMessage",
    "EncryptionKeyArn",
    "BackupVaultName",
    "IsParent",
    "ParentRecoveryPointArn",
    "ResourceName",
    "VaultType",
    "IndexStatus",
    "IndexStatusMessage",
    "EncryptionKeyType",
    "AggregatedScanResult",
];

pub fn describe(world: &World, call: &Call) -> Result<Answer, No> {
    let (vault, wanted) = (vaults::arn(call, call.need("vault")?), call.need("point")?);
    let missing = || not_found(format!("Could not find recovery point {wanted}."));
    let point = world
        .list(call, "recovery_points")?
        .iter()
        .find(|point| text(point, "RecoveryPointArn") == Some(wanted));
    match point {
        None => Err(No::Incomplete(format!(
            "the recovery point {wanted} is absent"
        ))),
        Some(point) if !exists(point) => Err(missing()),
        Some(point) if vault_of(point).is_some_and(|found| found != vault) => Err(missing()),
        Some(point) => Ok(Answer::Whole(fields(point)?)),
    }
}

pub fn by_vault(world: &World, call: &Call) -> Result<Answer, No> {
    vaults::find(world, call)?;
    let vault = vaults::arn(call, call.need("vault")?);
    let mut items = Vec::new();
    for point in existing(world, call)? {
        let fits = vault_of(point) == Some(&vault)
            && passes(
                call,
                point,
                &[
                    ("resourceArn", "/ResourceArn"),
                    ("resourceType", "/ResourceType"),
                    ("backupPlanId", "/CreatedBy/BackupPlanId"),
                    ("parentRecoveryPointArn", "/ParentRecoveryPointArn"),
                ],
            )
            && in_time(call, point, "CreationDate", "createdAfter", "createdBefore");
        if fits {
            items.push(only(&fields(point)?, IN_VAULT));
        }
    }
    Ok(Answer::List {
        field: "RecoveryPoints",
        items,
    })
}

pub fn by_resource(world: &World, call: &Call) -> Result<Answer, No> {
    let resource = call.need("resource")?;
    let mut items = Vec::new();
    for point in existing(world, call)? {
        if text(point, "ResourceArn") == Some(resource) {
            let all = fields(point)?;
            let mut part = without(&only(&all, OF_RESOURCE), &[]);
            if let Some(size) = all.get("BackupSizeInBytes") {
                default(&mut part, "BackupSizeBytes", size.clone());
            }
            items.push(part.into());
        }
    }
    Ok(Answer::List {
        field: "RecoveryPoints",
        items,
    })
}

pub fn protected(world: &World, call: &Call) -> Result<Answer, No> {
    let mut newest: Map<String, Value> = Map::new();
    for point in existing(world, call)? {
        let Some(arn) = text(point, "ResourceArn") else {
            continue;
        };
        let time = |point: &Value| text(point, "CreationDate").unwrap_or_default().to_owned();
        if newest
            .get(arn)
            .is_none_or(|other| time(other) < time(point))
        {
            newest.insert(arn.to_owned(), point.clone());
        }
    }
    let items = newest
        .into_iter()
        .map(|(arn, point)| {
            let mut item = Map::new();
            item.insert("ResourceArn".to_owned(), arn.into());
            for (field, from) in [
                ("ResourceType", "ResourceType"),
                ("LastBackupTime", "CreationDate"),
                ("ResourceName", "ResourceName"),
                ("LastBackupVaultArn", "BackupVaultArn"),
                ("LastRecoveryPointArn", "RecoveryPointArn"),
            ] {
                if let Some(value) = point.get(from) {
                    item.insert(field.to_owned(), value.clone());
                }
            }
            item.into()
        })
        .collect();
    Ok(Answer::List {
        field: "Results",
        items,
    })
}

fn existing<'a>(world: &'a World, call: &Call) -> Result<Vec<&'a Value>, No> {
    let points = world.list(call, "recovery_points")?;
    Ok(points.iter().filter(|point| exists(point)).collect())
}

fn exists(point: &Value) -> bool {
    point.get("Status") != Some(&Value::Null)
}

fn vault_of(point: &Value) -> Option<&str> {
    text(point, "BackupVaultArn")
}

fn fields(point: &Value) -> Result<Value, No> {
    let arn = text(point, "RecoveryPointArn").unwrap_or_default();
    let needed = [
        "BackupVaultArn",
        "Status",
        "IsEncrypted",
        "EncryptionKeyArn",
        "StorageClass",
    ];
    reveals(point, &needed, arn)?;
    let mut fields = without(point, &["Tags", "Detail"]);
    let vault = vault_of(point).and_then(|vault| vault.rsplit(':').next());
    default(&mut fields, "BackupVaultName", vault.unwrap_or_default());
    Ok(fields.into())
}
