//! Two plans, or two templates, in one run: an address or a logical id names a thing within its file alone, and of a thing that both
//! name nobody knows which of them is applied last.

use serde_json::{Value, json};

use super::judged::{Change, into_central, judged};
use super::plan_facts::{change, plan};
use crate::support::Estate;
use crate::support::estate::{CENTRAL, FROM, SLR, TO, USE, key_policy, share};

/// A database that no inventory has.
const LEDGER: &str = "arn:aws:rds:us-east-2:111122223333:db:ledger";

fn shared() -> Value {
    key_policy(FROM, json!([share(SLR, USE)]))
}

fn unshared() -> Value {
    key_policy(FROM, json!([]))
}

/// What the checks of the database's copy come to where these two files are laid over the facts, in both orders.
fn both_orders(flag: &str, [one, other]: [(&str, &Value); 2]) -> [Vec<String>; 2] {
    [[one, other], [other, one]].map(|files| {
        let found = judged(
            &Estate::rds(),
            &Change::Several(flag, FROM, &files),
            &into_central(LEDGER),
        );
        let checks = found.report["copies"][0]["checks"].as_array().unwrap();
        let failing = checks.iter().filter(|check| check["outcome"] == "fail");
        failing
            .map(|check| check["id"].as_str().unwrap().to_owned())
            .collect()
    })
}

#[test]
fn keys_of_two_templates_with_one_logical_id_are_two_keys() {
    let template = |policy: Value, more: Value| {
        let mut resources =
            json!({"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}});
        let all = resources.as_object_mut().unwrap();
        all.extend(more.as_object().unwrap().clone());
        json!({"Resources": resources})
    };
    let database = json!({"Ledger": {"Type": "AWS::RDS::DBInstance", "Properties": {
        "DBInstanceIdentifier": "ledger", "Engine": "mysql", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20",
        "StorageEncrypted": true, "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}}}});
    for (of_database, other, fails) in [
        (unshared(), shared(), &["source-key-not-shared"][..]),
        (shared(), unshared(), &[]),
    ] {
        let (one, other) = (
            template(of_database, database.clone()),
            template(other, json!({})),
        );
        let files = [("one.json", &one), ("other.json", &other)];
        let found = both_orders("--cloudformation", files);
        assert_eq!(found, [fails, fails]);
    }
}

#[test]
fn keys_of_two_plans_with_one_address_are_two_keys() {
    let created = |kind: &str, after: Value, unknown: Value| {
        json!({"address": format!("{kind}.k"), "mode": "managed", "type": kind, "name": "k",
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}})
    };
    let block = |kind: &str, expressions: Value| {
        json!({"address": format!("{kind}.k"), "mode": "managed", "type": kind, "name": "k", "provider_config_key": "aws",
            "expressions": expressions})
    };
    let key = |policy: Value| {
        let after = json!({"policy": policy.to_string(), "is_enabled": true, "key_usage": "ENCRYPT_DECRYPT",
            "customer_master_key_spec": "SYMMETRIC_DEFAULT", "deletion_window_in_days": 30, "tags": {}, "tags_all": {}});
        created(
            "aws_kms_key",
            after,
            json!({"arn": true, "key_id": true, "id": true}),
        )
    };
    let whole = |changes: Vec<Value>, blocks: Vec<Value>| {
        json!({"format_version": "1.2", "resource_changes": changes, "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-2"}}}},
            "root_module": {"resources": blocks}}})
    };
    let database = created(
        "aws_db_instance",
        json!({"identifier": "ledger", "engine": "mysql", "engine_version": "8.0.40", "instance_class": "db.t4g.micro",
            "storage_encrypted": true, "tags": {}, "tags_all": {}}),
        json!({"arn": true, "kms_key_id": true}),
    );
    let references = json!({"kms_key_id": {"references": ["aws_kms_key.k.arn", "aws_kms_key.k"]}});
    for (of_database, other, fails) in [
        (unshared(), shared(), &["source-key-not-shared"][..]),
        (shared(), unshared(), &[]),
    ] {
        let one = whole(
            vec![key(of_database), database.clone()],
            vec![
                block("aws_kms_key", json!({})),
                block("aws_db_instance", references.clone()),
            ],
        );
        let other = whole(vec![key(other)], vec![block("aws_kms_key", json!({}))]);
        // Two states may well have plans of one name, in two folders.
        let files = [("one.json", &one), ("other.json", &other)];
        let found = both_orders("--terraform-plan", files);
        assert_eq!(found, [fails, fails]);
    }
}

#[test]
fn of_a_policy_that_two_plans_say_otherwise_of_nothing_is_known() {
    let policy = |statement: Value| {
        let text = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        json!({"backup_vault_name": "central", "backup_vault_arn": CENTRAL, "policy": text})
    };
    let lets_in = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{FROM}:root")},
        "Action": "backup:CopyIntoBackupVault", "Resource": "*"});
    let mut denies = lets_in.clone();
    denies["Effect"] = json!("Deny");
    let mut renamed = lets_in.clone();
    renamed["Sid"] = json!("Copies");
    let [stays, wide, narrow] = [lets_in.clone(), renamed, denies].map(|then| {
        let address = "aws_backup_vault_policy.p";
        plan(
            TO,
            &[change(
                address,
                policy(lets_in.clone()),
                policy(then),
                json!({}),
            )],
        )
    });
    let found = |files: &[(&str, &Value)]| {
        judged(
            &Estate::rds(),
            &Change::Several("--terraform-plan", TO, files),
            &[],
        )
    };
    // Each of them alone decides, and so does a change beside what leaves the policy as it is.
    let (stays, wide, narrow) = (
        ("stays.json", &stays),
        ("wide.json", &wide),
        ("narrow.json", &narrow),
    );
    for (files, code) in [
        (&[wide][..], 0),
        (&[narrow], 1),
        (&[stays, narrow], 1),
        (&[narrow, stays], 1),
        (&[stays, wide], 0),
        (&[wide, stays], 0),
    ] {
        let found = found(files);
        assert_eq!(found.code, code, "{}", found.report);
        assert!(found.gaps.is_empty(), "{:?}", found.gaps);
    }
    for files in [[wide, narrow], [narrow, wide]] {
        let found = found(&files);
        let expected = "orders into central: feasible -> undecided (worse)".to_owned();
        assert_eq!((found.copies, found.code), (vec![expected], 3));
        let says = "say different things of AccessPolicy";
        let gaps = found.report["gaps"].as_array().unwrap().iter();
        assert_eq!(gaps.filter(|gap| gap.to_string().contains(says)).count(), 1);
    }
}
