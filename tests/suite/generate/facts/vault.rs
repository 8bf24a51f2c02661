//! Vaults.

use serde_json::{Value, json};

use super::super::dice::Dice;
use super::super::policies::{OF_RESOURCES, document};
use super::super::shape::{HOME, Journey, STRANGER, Stop, key};
use crate::support::estate::{FROM, allow_copy_into};

pub fn vault(stop: &Stop, journeys: &[Journey], facts: &Dice<'_>) -> Value {
    let arn = stop.arn();
    let name = |what: &str| format!("{arn}/{what}");
    let mut vault = json!({"BackupVaultName": stop.name, "BackupVaultArn": arn});
    vault["VaultType"] = json!(if stop.is_air_gapped() {
        "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"
    } else {
        "BACKUP_VAULT"
    });
    vault["VaultState"] = facts.odder(
        &name("state"),
        3,
        json!("AVAILABLE"),
        &[Value::Null, Value::Null, json!("CREATING"), json!("FAILED")],
    );
    if !stop.is_on_customer_key() {
        vault["EncryptionKeyArn"] = Value::Null;
        vault["EncryptionKeyType"] = json!("AWS_OWNED_KMS_KEY");
    } else if stop.is_air_gapped() {
        vault["EncryptionKeyArn"] = json!(stop.key());
        vault["EncryptionKeyType"] = json!("CUSTOMER_MANAGED_KMS_KEY");
    } else {
        let others = [
            key(stop.account, stop.region, "aws-backup"),
            key(stop.account, stop.region, "aws-backup"),
            key(STRANGER, HOME, "theirs"),
        ];
        vault["EncryptionKeyArn"] = json!(facts.seldom(&name("key"), stop.key(), &others));
    }
    let few = json!(12);
    vault["NumberOfRecoveryPoints"] = facts.odder(&name("held"), 3, few, &[json!(999_999)]);
    let unlocked = (false, Value::Null, Value::Null);
    let locks = [
        (true, json!(7), json!(90)),
        (true, json!(40), Value::Null),
        (true, Value::Null, json!(30)),
        (true, json!(1), json!(36500)),
    ];
    let usual = if stop.is_air_gapped() {
        locks[0].clone()
    } else {
        unlocked
    };
    let (locked, min, max) = facts.seldom(&name("lock"), usual, &locks);
    vault["Locked"] = json!(locked);
    vault["MinRetentionDays"] = min;
    vault["MaxRetentionDays"] = max;
    let comes_from_afar = journeys
        .iter()
        .any(|journey| journey.to == *stop && stop.account != FROM);
    let usual = if comes_from_afar {
        allow_copy_into(&format!("arn:aws:iam::{FROM}:root"))["Statement"]
            .as_array()
            .unwrap()
            .clone()
    } else {
        Vec::new()
    };
    let whole = document(&name("policy"), usual.clone(), &OF_RESOURCES, facts);
    let none = whole["Statement"].as_array().is_some_and(Vec::is_empty);
    vault["AccessPolicy"] = if none {
        Value::Null
    } else {
        facts.seldom(&name("policy?"), whole, &[Value::Null])
    };
    vault["Tags"] = facts.seldom(&name("tags"), json!({}), &[json!({"team": "orders"})]);
    vault
}
