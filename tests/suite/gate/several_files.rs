//! Two plans, or two templates, in one run: an address or a logical id names a thing within its file alone, and of a thing that both
//! name nobody knows which of them is applied last.

use backup_preflight::sources::contradiction::contradictions;
use serde_json::{Value, json};

use super::judged::{Change, into_central, judged};
use super::plan_facts::{change, plan, planned};
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

/// Files of a Region, of the organization: what a run with each alone and with both comes to, in both orders.
fn disputed(estate: &Estate, account: &str, [bad, good]: [&Value; 2]) -> [String; 4] {
    let (bad, good) = (("bad.json", bad), ("good.json", good));
    [&[bad][..], &[good], &[bad, good], &[good, bad]].map(|files| {
        let change = Change::Several("--terraform-plan", account, files);
        let found = judged(estate, &change, &[]);
        let text = |field: &str| {
            found.report["copies"][0][field]
                .as_str()
                .unwrap()
                .to_owned()
        };
        text("verdict")
    })
}

const OPEN: [&str; 4] = ["blocked", "feasible", "undecided", "undecided"];

#[test]
fn of_a_setting_of_a_region_that_two_plans_say_otherwise_of_nothing_is_known() {
    let of = |kind: &str, account: &str, values: [Value; 2]| {
        let [before, after] = values;
        plan(
            account,
            &[change(&format!("{kind}.s"), before, after, json!({}))],
        )
    };
    let switch = |on: bool| json!({"account_id": TO, "region_name": "af-south-1", "enabled": on});
    let off = of("aws_account_region", TO, [switch(true), switch(false)]);
    let on = of("aws_account_region", TO, [Value::Null, switch(true)]);
    let [off, on] = [off, on].map(|one| planned(&one).after);
    let told = contradictions(&off, &on).into_iter();
    let told: Vec<String> = told.map(|one| one.to_string()).collect();
    assert_eq!(told, ["opt_in_status of 444455556666/af-south-1"]);

    let settings = |on: bool| json!({"resource_type_opt_in_preference": {"DynamoDB": true}, "resource_type_management_preference": {"DynamoDB": on}});
    let kind = "aws_backup_region_settings";
    let off = of(kind, FROM, [settings(true), settings(false)]);
    let on = of(kind, FROM, [Value::Null, settings(true)]);
    let estate = Estate::dynamodb();
    let found = disputed(&estate, FROM, [&off, &on]);
    assert_eq!(found, OPEN);
    // What one of them leaves as it is the other changes.
    let mut stays = change(
        "aws_backup_region_settings.s",
        settings(true),
        settings(true),
        json!({}),
    );
    stays["change"]["actions"] = json!(["no-op"]);
    let stays = plan(FROM, &[stays]);
    let found = disputed(&estate, FROM, [&off, &stays]);
    assert_eq!(found, ["blocked", "feasible", "blocked", "blocked"]);
}

#[test]
fn of_a_policy_of_the_organization_that_two_plans_say_otherwise_of_nothing_is_known() {
    let document = |action: &str| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]});
    let full = json!({"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Document": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"}]}});
    let guard = json!({"Id": "p-guard", "Name": "guard", "Document": document("ec2:Foo")});
    let estate = Estate::rds().set(
        "/accounts/0/service_control_policies",
        json!([[full], [full, guard], [full]]),
    );
    let management = "999988887777";
    let changed = |action: &str| {
        let of = |action: &str| json!({"id": "p-guard", "name": "guard", "type": "SERVICE_CONTROL_POLICY", "content": document(action).to_string()});
        let one = change(
            "aws_organizations_policy.p",
            of("ec2:Foo"),
            of(action),
            json!({}),
        );
        plan(management, &[one])
    };
    let (bad, good) = (changed("backup:*"), changed("ec2:Bar"));
    assert_eq!(disputed(&estate, management, [&bad, &good]), OPEN);
    assert_eq!(
        disputed(&estate, management, [&bad, &bad])[2..],
        ["blocked"; 2]
    );
}
