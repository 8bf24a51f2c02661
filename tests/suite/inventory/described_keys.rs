//! The key of what is backed up, where the service's description alone tells it: what its describe call prints is all that is pasted.

use backup_preflight::verdict::{Status, Verdict};
use serde_json::{Value, json};

use crate::gate::judged::{Change, judged};
use crate::support::Estate;
use crate::support::estate::{DATABASE, FROM, KEY, RESOURCE};

/// A resource of which nothing is told but its type, its tags and its description.
fn described(estate: Estate, detail: Value) -> Estate {
    estate
        .without(&format!("{RESOURCE}/Encrypted"))
        .without(&format!("{RESOURCE}/EncryptionKeyArn"))
        .set(&format!("{RESOURCE}/Detail"), detail)
}

fn key_id() -> &'static str {
    KEY.rsplit('/').next().unwrap()
}

/// What a description says, and the key that is the same.
fn cases() -> Vec<(&'static str, Estate, Value, Value)> {
    let made = "2025-01-01T00:00:00Z";
    let table = |sse: Value| {
        let mut table = json!({"TableName": "orders", "TableStatus": "ACTIVE", "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]});
        table
            .as_object_mut()
            .unwrap()
            .extend(sse.as_object().unwrap().clone());
        json!({"Table": table})
    };
    let database = |more: Value| {
        let mut one = json!({"DBInstanceIdentifier": "orders", "Engine": "postgres", "EngineVersion": "16.3", "DBInstanceStatus": "available",
            "InstanceCreateTime": made});
        one.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!({"DBInstances": [one]})
    };
    vec![
        (
            "rds",
            Estate::rds(),
            database(json!({"StorageEncrypted": true, "KmsKeyId": KEY})),
            json!(KEY),
        ),
        (
            "rds, by id",
            Estate::rds(),
            database(json!({"StorageEncrypted": true, "KmsKeyId": key_id()})),
            json!(KEY),
        ),
        (
            "rds, not encrypted",
            Estate::rds(),
            database(json!({"StorageEncrypted": false})),
            Value::Null,
        ),
        (
            "aurora",
            Estate::aurora(),
            json!({"DBClusters": [{"DBClusterIdentifier": "orders", "Engine": "aurora-postgresql", "Status": "available",
            "StorageEncrypted": true, "KmsKeyId": KEY, "ClusterCreateTime": made}]}),
            json!(KEY),
        ),
        (
            "ebs",
            Estate::ebs(),
            json!({"Volumes": [{"VolumeId": "vol-0123456789abcdef0", "State": "in-use", "Encrypted": true, "KmsKeyId": KEY}]}),
            json!(KEY),
        ),
        (
            "ebs, not encrypted",
            Estate::ebs(),
            json!({"Volumes": [{"VolumeId": "vol-0123456789abcdef0", "State": "in-use", "Encrypted": false}]}),
            Value::Null,
        ),
        (
            "efs",
            Estate::efs(),
            json!({"FileSystems": [{"FileSystemId": "fs-0123456789abcdef0", "LifeCycleState": "available", "Encrypted": true,
            "KmsKeyId": KEY}]}),
            json!(KEY),
        ),
        (
            "table on a key",
            Estate::dynamodb(),
            table(
                json!({"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY}}),
            ),
            json!(KEY),
        ),
        ("table", Estate::dynamodb(), table(json!({})), json!("AWS")),
    ]
}

#[test]
fn the_key_of_what_is_described_is_that_of_its_description() {
    for (name, estate, detail, key) in cases() {
        let pasted = described(estate, detail);
        let told = pasted
            .clone()
            .set(&format!("{RESOURCE}/Encrypted"), json!(!key.is_null()))
            .set(
                &format!("{RESOURCE}/EncryptionKeyArn"),
                if key == "AWS" { Value::Null } else { key },
            );
        let (pasted, told) = (pasted.verdict(), told.verdict());
        assert_eq!(pasted.checks, told.checks, "{name}");
        assert_ne!(pasted.verdict, Verdict::Undecided, "{name}");
    }
}

/// A part of a table's description does not say that AWS owns its key, an alias no key, nor one of another Region.
#[test]
fn a_description_that_names_no_key_leaves_it_open() {
    let elsewhere = KEY.replace("us-east-2", "eu-west-1");
    let database = |key: &str| json!({"Engine": "postgres", "DBInstanceStatus": "available", "StorageEncrypted": true, "KmsKeyId": key});
    for (name, estate, detail) in [
        (
            "no key",
            Estate::rds(),
            json!({"Engine": "postgres", "DBInstanceStatus": "available", "StorageEncrypted": true}),
        ),
        (
            "an alias",
            Estate::rds(),
            database("arn:aws:kms:us-east-2:111122223333:alias/aws/rds"),
        ),
        ("an alias by name", Estate::rds(), database("alias/aws/rds")),
        ("elsewhere", Estate::rds(), database(&elsewhere)),
        (
            "a part of a table",
            Estate::dynamodb(),
            json!({"TableStatus": "ACTIVE"}),
        ),
    ] {
        let found = described(estate, detail).verdict();
        let open = found
            .checks
            .iter()
            .any(|(_, status)| *status == Status::Undecided);
        assert!(open, "{name}");
    }
}

/// A change that leaves the key open does not leave that of the description.
#[test]
fn a_key_that_a_change_leaves_open_is_not_that_of_the_description() {
    for (_, estate, detail, _) in cases() {
        let pasted = described(estate, detail);
        let arn = pasted.at(&format!("{RESOURCE}/ResourceArn")).clone();
        for field in ["EncryptionKeyArn", "Encrypted"] {
            let mut resource = json!({"ResourceArn": arn});
            resource[field] = json!({"unknown": "what the change does to it"});
            let overlay = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2", "resources": [resource]}]}]});
            let found = judged(&pasted, &Change::Overlay(&overlay), &[]);
            assert_eq!(
                found.code, 3,
                "{arn} {field} {DATABASE}: {:?}",
                found.copies
            );
        }
    }
}
