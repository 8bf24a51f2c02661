//! What is backed up, and its backups.

use serde_json::{Value, json};

use super::super::dice::Dice;
use super::super::kinds::{Held, Sort};
use super::super::shape::{HOME, Journey, STRANGER, Stop, key};
use super::key::aws_key;
use crate::support::estate::FROM;

/// What is encrypted with what: the usual key, another, or none.
fn encrypted(
    name: &str,
    usual: Option<String>,
    alias: &str,
    all: &[&str],
    facts: &Dice<'_>,
) -> (Value, Value) {
    let mut others = vec![
        (json!(true), json!(aws_key(alias))),
        (json!(true), json!(aws_key(alias))),
        (json!(true), Value::Null),
        (json!(false), Value::Null),
        (json!(false), Value::Null),
    ];
    if all.contains(&STRANGER) {
        others.push((json!(true), json!(key(STRANGER, HOME, "theirs"))));
    }
    // Of clusters it matters whether they are encrypted at all.
    let times = if name.contains(":cluster") { 20 } else { 5 };
    facts.odder(
        &format!("{name}/encrypted"),
        times,
        (json!(true), json!(usual)),
        &others,
    )
}

fn tags(name: &str, facts: &Dice<'_>) -> Value {
    // As many as AWS takes.
    let many: serde_json::Map<String, Value> =
        (0..50).map(|n| (format!("t{n}"), json!(""))).collect();
    facts.odder(
        &format!("{name}/tags"),
        6,
        json!({}),
        &[
            json!({"CostCenter": "200"}),
            json!({"costcenter": "100"}),
            json!({"team": "orders"}),
            json!(many),
        ],
    )
}

/// RDS's word for the encryption, so that it agrees with the flag: what is not encrypted is on no key of anybody's.
fn as_encrypted(mut detail: Value, is: &Value) -> Value {
    if *is == json!(false) && detail["StorageEncryptionType"] == "sse-kms" {
        detail["StorageEncryptionType"] = json!("none");
    }
    detail
}

pub fn resource(sort: Sort, all: &[&str], facts: &Dice<'_>) -> Value {
    let arn = sort.resource(FROM, HOME);
    let (is, with) = encrypted(&arn, Some(key(FROM, HOME, "data")), sort.alias, all, facts);
    let of = json!(sort.kind.resource_type());
    let of = facts.seldom(&format!("{arn}/type"), of, &[Value::Null]);
    if of.is_null() {
        // What does not exist has nothing else.
        return json!({"ResourceArn": arn, "ResourceType": of});
    }
    json!({
        "ResourceArn": arn,
        "ResourceType": of,
        "Encrypted": is.clone(), "EncryptionKeyArn": with,
        "Tags": tags(&arn, facts),
        "Detail": as_encrypted(sort.detail(&arn, true, facts), &is),
    })
}

pub fn point(journey: &Journey, held: Held, all: &[&str], facts: &Dice<'_>) -> Value {
    let arn = journey.point_arn().unwrap();
    let name = |what: &str| format!("{arn}/{what}");
    let own = matches!(held, Held::AirGapped) || arn.starts_with("arn:aws:backup:");
    let usual = match (own, journey.from.is_on_customer_key()) {
        (true, true) => Some(journey.from.key()),
        (true, false) => None,
        (false, _) => Some(key(FROM, HOME, "data")),
    };
    let (is, with) = if held == Held::AirGapped {
        (json!(true), json!(usual))
    } else {
        encrypted(&arn, usual, journey.sort.alias, all, facts)
    };
    let statuses = [
        Value::Null,
        json!("PARTIAL"),
        json!("EXPIRED"),
        json!("DELETING"),
        json!("STOPPED"),
        json!("AVAILABLE"),
        json!("CREATING"),
    ];
    let elsewhere = Stop {
        account: FROM,
        region: HOME,
        name: "elsewhere",
    };
    json!({
        "RecoveryPointArn": arn,
        "BackupVaultArn": facts.seldom(&name("vault"), journey.from.arn(), &[elsewhere.arn()]),
        "ResourceArn": journey.resource(),
        "ResourceType": journey.sort.kind.resource_type(),
        "IsEncrypted": is.clone(), "EncryptionKeyArn": with,
        "Status": facts.seldom(&name("status"), json!("COMPLETED"), &statuses),
        "StorageClass": facts.seldom(&name("class"), "WARM", &["COLD", "DELETED"]),
        "CreationDate": "2026-11-21T05:00:00Z",
        "Lifecycle": facts.pick(&name("lifecycle"), &[json!({}), json!({"DeleteAfterDays": 35}), json!({"DeleteAfterDays": 90, "MoveToColdStorageAfterDays": 0})]),
        "IsParent": journey.sort.is_composite(),
        "Tags": tags(&arn, facts),
        "Detail": as_encrypted(journey.sort.detail(&arn, false, facts), &is),
    })
}

/// What a composite recovery point holds.
pub fn nested(journey: &Journey, shape: &Dice<'_>, facts: &Dice<'_>) -> Vec<Value> {
    if !journey.sort.is_composite() {
        return Vec::new();
    }
    let parent = journey.point_arn().unwrap();
    let parts = [
        ("EBS", "arn:aws:ec2:us-east-2::snapshot/snap-9"),
        (
            "DynamoDB",
            "arn:aws:dynamodb:us-east-2:111122223333:table/t/backup/9",
        ),
        (
            "S3",
            "arn:aws:backup:us-east-2:111122223333:recovery-point:part-9",
        ),
    ];
    let many = shape.pick(&format!("{parent}/parts"), &[1, 2, 3]);
    parts
        .iter()
        .take(many)
        .map(|(of, arn)| {
            let with = facts.seldom(&format!("{parent}/{arn}/key"), key(FROM, HOME, "data"), &[aws_key("alias/aws/backup")]);
            let detail = match *of {
                "EBS" => json!({"State": "completed", "StorageTier": "standard"}),
                "DynamoDB" => json!({"BackupStatus": "AVAILABLE"}),
                _ => Value::Null,
            };
            json!({
                "RecoveryPointArn": format!("{arn}{}", journey.id), "BackupVaultArn": journey.from.arn(), "ResourceType": of,
                "ParentRecoveryPointArn": parent, "IsEncrypted": true, "EncryptionKeyArn": with,
                "Status": "COMPLETED", "StorageClass": "WARM", "CreationDate": "2026-11-21T05:00:00Z", "Tags": {}, "Detail": detail,
            })
        })
        .collect()
}
