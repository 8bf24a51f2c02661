//! A policy or a lock that a plan sets on a vault: it takes one that is there, and makes none.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::{change, plan};
use crate::support::Estate;
use crate::support::estate::{CENTRAL_KEY, DESTINATION, FROM, TO};

/// What the copy into the vault comes to, with the status of the check of whether the vault is there.
fn verdict(estate: &Estate, changes: &[Value]) -> (String, String) {
    let found = judged(estate, &Change::WholePlan(&plan(TO, changes)), &[]);
    let copy = &found.report["copies"][0];
    let checks = copy["checks"].as_array().unwrap().iter();
    let mut missing = checks.filter(|check| check["id"] == "destination-vault-missing");
    let outcome = missing
        .next()
        .map_or("-", |check| check["outcome"].as_str().unwrap());
    (
        copy["verdict"].as_str().unwrap().to_owned(),
        outcome.to_owned(),
    )
}

fn policy() -> Value {
    let text = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": FROM},
        "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]}).to_string();
    let after = json!({"backup_vault_name": "central", "policy": text});
    change(
        "aws_backup_vault_policy.v",
        Value::Null,
        after,
        json!({"backup_vault_arn": true, "id": true}),
    )
}

#[test]
fn a_vault_that_nobody_has_is_not_there_for_its_policy_or_lock() {
    let none = Estate::rds()
        .set(&format!("{DESTINATION}/vaults"), json!([]))
        .set(&format!("{DESTINATION}/vaults_complete"), json!(true));
    let after =
        json!({"backup_vault_name": "central", "min_retention_days": 1, "max_retention_days": 400});
    let lock = change(
        "aws_backup_vault_lock_configuration.v",
        Value::Null,
        after,
        json!({"backup_vault_arn": true, "id": true}),
    );
    for set in [policy(), lock] {
        let (verdict, missing) = verdict(&none, &[set]);
        assert_eq!(
            (verdict.as_str(), missing.as_str()),
            ("undecided", "undecided")
        );
    }
    // One that the plan makes is.
    let after = json!({"name": "central", "kms_key_arn": CENTRAL_KEY, "tags": {}, "tags_all": {}});
    let vault = change(
        "aws_backup_vault.v",
        Value::Null,
        after,
        json!({"arn": true, "id": true}),
    );
    for changes in [[vault.clone(), policy()], [policy(), vault]] {
        let (_, missing) = verdict(&none, &changes);
        assert_ne!(missing, "undecided");
    }
    // And so is one that the facts have.
    let (verdict, _) = verdict(&Estate::rds(), &[policy()]);
    assert_eq!(verdict, "feasible");
}
