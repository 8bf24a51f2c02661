//! A key beside encryption that is off, which AWS refuses: the encryption is not known.

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use serde_json::{Value, json};

use super::terraform_types::{ACCOUNT, Change, KEY, field, is_unknown, planned_with};

const DATABASE: &str = "arn:aws:rds:eu-west-1:111122223333:db:orders";
const CLUSTER: &str = "arn:aws:rds:eu-west-1:111122223333:cluster:orders";
const BUCKET: &str = "arn:aws:s3:::orders";
const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

fn told(planned: &backup_preflight::sources::planned::Planned, arn: &str) -> [Value; 2] {
    ["Encrypted", "EncryptionKeyArn"].map(|name| field(&planned.after, "resources", arn, name))
}

/// Of a database that a plan makes: what says its encryption, and what waits for apply.
fn made(kind: &'static str, arn: &str, own: &Value, expressions: &Value) -> [Value; 2] {
    let mut after =
        json!({"identifier": "orders", "cluster_identifier": "orders", "engine": "postgres"});
    after
        .as_object_mut()
        .unwrap()
        .extend(own.as_object().unwrap().clone());
    let mut unknown = json!({"id": true});
    for key in ["kms_key_id", "kms_key_arn"] {
        if own.get(key).is_none() {
            unknown[key] = json!(true);
        }
    }
    let key = Change(
        "aws_kms_key.k",
        &["create"],
        Value::Null,
        json!({}),
        json!({"id": true, "arn": true, "key_id": true}),
    );
    let address = match kind {
        "aws_db_instance" => "aws_db_instance.x",
        "aws_docdb_cluster" => "aws_docdb_cluster.x",
        _ => "aws_neptune_cluster.x",
    };
    let database = Change(address, &["create"], Value::Null, after, unknown);
    told(&planned_with(&[key, database], expressions), arn)
}

#[test]
fn a_database_of_a_plan_that_names_a_key_and_is_not_encrypted_is_not_known() {
    let none = json!({});
    for (kind, key, arn) in [
        ("aws_db_instance", "kms_key_id", DATABASE),
        ("aws_docdb_cluster", "kms_key_id", CLUSTER),
        ("aws_neptune_cluster", "kms_key_arn", CLUSTER),
    ] {
        for off in [json!(false), Value::Null] {
            let own = json!({"storage_encrypted": off, key: KEY});
            let told = made(kind, arn, &own, &none);
            assert!(told.iter().all(is_unknown), "{kind} {off}: {told:?}");
            let refers = json!({key: {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}});
            let own = json!({"storage_encrypted": off});
            let told = made(kind, arn, &own, &refers);
            assert!(told.iter().all(is_unknown), "{kind} {off}: {told:?}");
            // A variable that nobody sets names none.
            let unset = json!({key: {"references": ["var.kms_key"]}});
            for expressions in [&none, &unset] {
                assert_eq!(
                    made(kind, arn, &own, expressions),
                    [json!(false), Value::Null],
                    "{kind} {off} {expressions}"
                );
            }
        }
        let on = json!({"storage_encrypted": true, key: KEY});
        assert_eq!(made(kind, arn, &on, &none), [json!(true), json!(KEY)]);
    }
}

#[test]
fn the_same_of_a_template() {
    let of = |kind: &str, properties: Value, arn: &str| {
        let settings = Settings {
            account: AccountId::parse(ACCOUNT).ok(),
            region: Some(Region::new("eu-west-1")),
            ..Settings::default()
        };
        let template = json!({"Resources": {"X": {"Type": kind, "Properties": properties}}});
        let template = template.to_string();
        told(
            &cloudformation::read("t.json", template.as_bytes(), &settings).unwrap(),
            arn,
        )
    };
    let instance = json!({"DBInstanceIdentifier": "orders", "Engine": "postgres"});
    let cluster = json!({"DBClusterIdentifier": "orders"});
    for (kind, named, arn) in [
        ("AWS::RDS::DBInstance", &instance, DATABASE),
        ("AWS::DocDB::DBCluster", &cluster, CLUSTER),
        ("AWS::Neptune::DBCluster", &cluster, CLUSTER),
    ] {
        let with = |more: Value| {
            let mut all = named.clone();
            all.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            of(kind, all, arn)
        };
        for refused in [
            json!({"KmsKeyId": KEY}),
            json!({"KmsKeyId": KEY, "StorageEncrypted": false}),
        ] {
            assert!(
                with(refused.clone()).iter().all(is_unknown),
                "{kind} {refused}"
            );
        }
        assert_eq!(with(json!({})), [json!(false), Value::Null]);
        assert_eq!(
            with(json!({"KmsKeyId": KEY, "StorageEncrypted": true})),
            [json!(true), json!(KEY)]
        );
    }
    let bucket = |by_default: Value| {
        let rules = json!([{"ServerSideEncryptionByDefault": by_default}]);
        let encryption = json!({"ServerSideEncryptionConfiguration": rules});
        let all = json!({"BucketName": "orders", "BucketEncryption": encryption});
        of("AWS::S3::Bucket", all, BUCKET)
    };
    let refused = bucket(json!({"SSEAlgorithm": "AES256", "KMSMasterKeyID": KEY}));
    assert!(refused.iter().all(is_unknown), "{refused:?}");
    assert_eq!(
        bucket(json!({"SSEAlgorithm": "AES256"})),
        [json!(true), Value::Null]
    );
    let table = |sse: Value| {
        let all = json!({"TableName": "orders", "SSESpecification": sse});
        of("AWS::DynamoDB::Table", all, TABLE)[1].clone()
    };
    assert!(is_unknown(&table(
        json!({"SSEEnabled": false, "KMSMasterKeyId": KEY})
    )));
    assert_eq!(table(json!({"SSEEnabled": false})), Value::Null);
    let global = |sse: Value, replica: Value| {
        let mut all = json!({"TableName": "orders", "Replicas": [{"Region": "eu-west-1", "SSESpecification": replica}]});
        if !sse.is_null() {
            all["SSESpecification"] = sse;
        }
        of("AWS::DynamoDB::GlobalTable", all, TABLE)[1].clone()
    };
    let named = json!({"KMSMasterKeyId": KEY});
    for off in [Value::Null, json!({"SSEEnabled": false})] {
        assert!(is_unknown(&global(off.clone(), named.clone())), "{off}");
    }
    assert_eq!(global(json!({"SSEEnabled": true}), named), json!(KEY));
}
