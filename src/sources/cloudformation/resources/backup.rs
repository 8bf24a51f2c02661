//! Vaults.

use serde_json::{Value, json};

use crate::inventory::KEY_FOR_GOOD;

use crate::sources::cloudformation::reader::{TemplateReader, document, made};
use crate::sources::cloudformation::text::Node;

pub fn vault<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let key = match reader.of(node, "EncryptionKeyArn") {
        None => reader.aws_managed(&home, "backup"),
        Some(value) => reader.key(&value, &home),
    };
    let policy = access_policy(reader, node);
    let tags = reader.tagged(reader.of(node, "BackupVaultTags"));
    let (locked, min, max) = match reader.of(node, "LockConfiguration") {
        None => (made(json!(false)), made(Value::Null), made(Value::Null)),
        Some(lock) if lock.get("unknown").is_some() => (lock.clone(), lock.clone(), lock),
        Some(lock) => {
            let of = |name: &str| lock.get(name).cloned().unwrap_or(Value::Null);
            (json!(true), of("MinRetentionDays"), of("MaxRetentionDays"))
        }
    };
    reader.set(
        &home,
        "vaults",
        &arn,
        [
            ("BackupVaultName", json!(name_of(&arn))),
            ("VaultType", json!("BACKUP_VAULT")),
            ("VaultState", json!("AVAILABLE")),
            ("EncryptionKeyArn", key),
            ("AccessPolicy", policy),
            ("Tags", tags),
            ("Locked", locked),
            ("MinRetentionDays", min),
            ("MaxRetentionDays", max),
            (KEY_FOR_GOOD, another_vault(id)),
        ],
    );
    key_by_arn(reader, (id, node), &arn);
}

/// Says that a vault may not be made on a key that is not named by its ARN.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CreateBackupVault.html>.
fn key_by_arn(reader: &mut TemplateReader<'_>, (id, node): (&str, &Node), arn: &str) {
    let key = reader.of(node, "EncryptionKeyArn");
    let named = key.as_ref().and_then(Value::as_str);
    let is_arn = |name: &str| name.starts_with("arn:") && name.contains(":key/");
    if let Some(name) = named.filter(|name| !is_arn(name) && !reader.is_same(id, node)) {
        let why = format!(
            "{id}.EncryptionKeyArn is {name}, and AWS Backup takes the ARN of a key alone: fix it: use Fn::GetAtt"
        );
        reader.world.may_stay(arn, &why, &[]);
    }
}

/// Why a vault with another key is another vault. CloudFormation replaces it for that, and refuses to under a name that is taken.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-backup-backupvault.html>.
fn another_vault(id: &str) -> Value {
    json!(format!(
        "{id}.EncryptionKeyArn, which changes: for that CloudFormation replaces the vault, and nothing lies in the new one, or \
         refuses the update as the name is taken"
    ))
}

/// A vault's access policy.
fn access_policy(reader: &TemplateReader<'_>, node: &Node) -> Value {
    match reader.of(node, "AccessPolicy") {
        None => made(Value::Null),
        some => document(some),
    }
}

fn name_of(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or_default()
}

pub fn air_gapped_vault<'t>(reader: &mut TemplateReader<'t>, id: &str, node: &Node) {
    let Some((home, arn)) = reader.place(id, node) else {
        return;
    };
    let key = match reader.of(node, "EncryptionKeyArn") {
        None => Value::Null,
        Some(value) => reader.key(&value, &home),
    };
    let of = match &key {
        Value::Null => json!("AWS_OWNED_KMS_KEY"),
        Value::String(_) => json!("CUSTOMER_MANAGED_KMS_KEY"),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => key.clone(),
    };
    let bound = |value: Option<Value>| value.unwrap_or(Value::Null);
    let (min, max) = (
        bound(reader.of(node, "MinRetentionDays")),
        bound(reader.of(node, "MaxRetentionDays")),
    );
    let policy = access_policy(reader, node);
    let tags = reader.tagged(reader.of(node, "BackupVaultTags"));
    reader.set(
        &home,
        "vaults",
        &arn,
        [
            ("BackupVaultName", json!(name_of(&arn))),
            ("VaultType", json!("LOGICALLY_AIR_GAPPED_BACKUP_VAULT")),
            ("VaultState", json!("AVAILABLE")),
            ("EncryptionKeyArn", key),
            ("EncryptionKeyType", of),
            ("AccessPolicy", policy),
            ("Tags", tags),
            ("Locked", json!(true)),
            ("MinRetentionDays", min),
            ("MaxRetentionDays", max),
            (KEY_FOR_GOOD, another_vault(id)),
        ],
    );
    key_by_arn(reader, (id, node), &arn);
}
