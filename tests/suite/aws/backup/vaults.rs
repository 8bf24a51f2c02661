//! Backup vaults and their access policies.

use serde_json::{Value, json};

use super::super::call::{self, Answer, Call, No, default, document, only, reveals, text, without};
use super::super::world::World;
use super::{insufficient, not_found};

/// The members of the list of ListBackupVaults.
const LISTED: &[&str] = &[
    "BackupVaultName",
    "BackupVaultArn",
    "VaultType",
    "VaultState",
    "CreationDate",
    "EncryptionKeyArn",
    "CreatorRequestId",
    "NumberOfRecoveryPoints",
    "Locked",
    "MinRetentionDays",
    "MaxRetentionDays",
    "LockDate",
    "EncryptionKeyType",
];

pub fn describe(world: &World, call: &Call) -> Result<Answer, No> {
    Ok(Answer::Whole(fields(find(world, call)?)?))
}

pub fn list(world: &World, call: &Call) -> Result<Answer, No> {
    let vaults = world.list(call, "vaults")?;
    if world.place(call)?["vaults_complete"] != true {
        return Err(No::Incomplete(format!(
            "`vaults_complete` of {} in account {} is not true",
            call.scope.region, call.scope.account
        )));
    }
    let shared = call.arg("shared") == Some("true");
    let mut items = Vec::new();
    for vault in vaults {
        let kind = text(vault, "VaultType").unwrap_or("BACKUP_VAULT");
        let fits = exists(vault)
            && (owner(vault) != call.scope.account) == shared
            && call.arg("vaultType").is_none_or(|wanted| wanted == kind);
        if fits {
            items.push(only(&fields(vault)?, LISTED));
        }
    }
    Ok(Answer::List {
        field: "BackupVaultList",
        items,
    })
}

pub fn policy(world: &World, call: &Call) -> Result<Answer, No> {
    let vault = find(world, call)?;
    let arn = text(vault, "BackupVaultArn").unwrap_or_default();
    if owner(vault) != call.scope.account {
        return Err(insufficient());
    }
    reveals(vault, &["AccessPolicy"], arn)?;
    match &vault["AccessPolicy"] {
        Value::Null => Err(not_found(format!(
            "No access policy is associated with Backup vault {}",
            call.need("vault")?
        ))),
        policy => Ok(Answer::Whole(json!({
            "BackupVaultName": call.need("vault")?,
            "BackupVaultArn": arn,
            "Policy": document(policy),
        }))),
    }
}

/// The vault that a call names: the caller's own, or one that is shared with it and named with its owner.
pub fn find<'a>(world: &'a World, call: &Call) -> Result<&'a Value, No> {
    let name = call.need("vault")?;
    let wanted = arn(call, name);
    match known(world, call, &wanted) {
        Some(vault) if exists(vault) => Ok(vault),
        Some(_) => Err(insufficient()),
        None if call
            .arg("backupVaultAccountId")
            .is_some_and(|id| id != call.scope.account) =>
        {
            Err(insufficient())
        }
        None if world.place(call)?["vaults_complete"] == true => Err(insufficient()),
        None => Err(No::Incomplete(format!(
            "the vault {wanted} is absent, and `vaults_complete` is not true"
        ))),
    }
}

pub fn known<'a>(world: &'a World, call: &Call, arn: &str) -> Option<&'a Value> {
    world
        .known_list(call, "vaults")
        .iter()
        .find(|vault| text(vault, "BackupVaultArn") == Some(arn))
}

pub fn arn(call: &Call, name: &str) -> String {
    let scope = &call.scope;
    let owner = call.arg("backupVaultAccountId").unwrap_or(&scope.account);
    format!(
        "arn:{}:backup:{}:{owner}:backup-vault:{name}",
        scope.partition(),
        scope.region
    )
}

fn exists(vault: &Value) -> bool {
    vault.get("VaultState") != Some(&Value::Null)
}

fn owner(vault: &Value) -> &str {
    text(vault, "BackupVaultArn")
        .and_then(call::arn)
        .map_or("", |arn| arn.account)
}

fn fields(vault: &Value) -> Result<Value, No> {
    let arn = text(vault, "BackupVaultArn").unwrap_or_default();
    reveals(vault, &["EncryptionKeyArn", "Locked"], arn)?;
    let mut fields = without(vault, &["AccessPolicy", "Tags"]);
    default(
        &mut fields,
        "BackupVaultName",
        arn.rsplit(':').next().unwrap_or_default(),
    );
    default(&mut fields, "NumberOfRecoveryPoints", 0);
    Ok(fields.into())
}
