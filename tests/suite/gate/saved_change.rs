//! What `--save` keeps of a change has names that stand in for those that AWS gives: another plan or template that calls its own so has
//! other things.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::judged::{Change, checked, into_central, judged};
use super::plan_facts::{change, plan};
use crate::support::estate::{DATABASE, FROM, KEY, SLR, USE, key_policy, share};
use crate::support::{Estate, run};

fn key_of_plan(policy: &Value) -> Value {
    let after = json!({"policy": policy.to_string(), "is_enabled": true, "key_usage": "ENCRYPT_DECRYPT",
        "customer_master_key_spec": "SYMMETRIC_DEFAULT", "deletion_window_in_days": 30, "tags": {}, "tags_all": {}});
    change(
        "aws_kms_key.k",
        Value::Null,
        after,
        json!({"arn": true, "key_id": true, "id": true}),
    )
}

/// The facts that a run keeps.
fn saved(estate: &Estate, of: &Change<'_>) -> Estate {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("saved.json");
    checked(estate, of, &["--save", &file.display().to_string()]);
    let mut saved: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    // What the copy waits for was looked up since.
    saved["gaps"] = json!([]);
    Estate(saved)
}

/// The first change makes a key and leaves the database on it, as the facts that are kept say.
fn on_the_key(mut estate: Estate) -> Estate {
    let text = estate.0.to_string();
    let start = text
        .find(":key/")
        .map(|_| ())
        .map(|()| text.clone())
        .unwrap();
    let arn = ["key/aws_kms_key.k", "key/Key"]
        .into_iter()
        .find(|name| start.contains(name))
        .unwrap();
    let arn = format!("arn:aws:kms:us-east-2:{FROM}:{arn}");
    let resources = estate
        .0
        .pointer_mut("/accounts/0/regions/0/resources/0")
        .unwrap();
    assert_eq!(
        (&resources["ResourceArn"], &resources["EncryptionKeyArn"]),
        (&json!(DATABASE), &json!(KEY))
    );
    resources["EncryptionKeyArn"] = json!(arn);
    estate
}

fn fails(estate: &Estate, of: &Change<'_>) -> Vec<String> {
    let found = judged(estate, of, &into_central(DATABASE));
    let checks = found.report["copies"][0]["checks"].as_array().unwrap();
    let failing = checks.iter().filter(|check| check["outcome"] == "fail");
    failing
        .map(|check| check["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_key_of_another_plan_is_another_key() {
    let (shared, unshared) = (
        key_policy(FROM, json!([share(SLR, USE)])),
        key_policy(FROM, json!([])),
    );
    for (first, second, expected) in [
        (&unshared, &shared, &["source-key-not-shared"][..]),
        (&shared, &unshared, &[]),
    ] {
        let kept = saved(
            &Estate::rds(),
            &Change::WholePlan(&plan(FROM, &[key_of_plan(first)])),
        );
        let kept = on_the_key(kept);
        let second = plan(FROM, &[key_of_plan(second)]);
        assert_eq!(fails(&kept, &Change::WholePlan(&second)), expected);
    }
}

#[test]
fn the_key_of_another_template_is_another_key() {
    let template = |policy: &Value| json!({"Resources": {"Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": policy}}}});
    let nothing = json!({"Resources": {}});
    let (shared, unshared) = (
        key_policy(FROM, json!([share(SLR, USE)])),
        key_policy(FROM, json!([])),
    );
    for (first, second, expected) in [
        (&unshared, &shared, &["source-key-not-shared"][..]),
        (&shared, &unshared, &[]),
    ] {
        let kept = on_the_key(saved(
            &Estate::rds(),
            &Change::Templates(&nothing, &template(first), FROM),
        ));
        let second = template(second);
        assert_eq!(
            fails(&kept, &Change::Templates(&nothing, &second, FROM)),
            expected
        );
    }
}

/// What a change leaves open of all that there may be is kept as what it is.
#[test]
fn what_is_left_open_is_told_again_as_it_was() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("saved.json").display().to_string();
    let then = json!({"Resources": {"V": {"Type": "AWS::Backup::BackupVault", "DependOn": "K", "Properties": {"BackupVaultName": "v"}}}});
    checked(&Estate::rds(), &Change::Template(&then), &["--save", &file]);
    let ran = run(&["check", "--no-config", "--inventory", &file, "--all"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    assert!(
        ran.out.contains("has the attribute `DependOn`"),
        "{}",
        ran.out
    );
    assert!(
        !ran.out.contains("not known to this version"),
        "{}",
        ran.out
    );
}
