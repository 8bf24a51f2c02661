//! What the command line names is asked of the facts before a change as of those after it, and nothing else is.

use serde_json::{Value, json};

use super::judged::{Change, into_central, judged};
use super::plan_facts::change;
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DATABASE, FROM, PROD, RESOURCE_KEY, ROLE, TO, key_policy};

/// A change of nothing that matters.
fn harmless() -> Value {
    let key = |description: &str| {
        json!({"arn": crate::support::estate::PROD_KEY, "key_id": "11111111-aaaa-4bbb-8ccc-000000000002",
            "is_enabled": true, "description": description})
    };
    change("aws_kms_key.prod", key("one"), key("other"), json!({}))
}

#[test]
fn a_copy_that_is_named_is_decided_before_and_after() {
    let named = into_central(DATABASE);
    let unshared = Estate::rds().set(
        &format!("{RESOURCE_KEY}/Policy"),
        key_policy(FROM, json!([])),
    );
    let overlay = json!({"accounts": [{"account": FROM, "cross_account_backup": true}]});
    for (estate, is) in [(Estate::rds(), "feasible"), (unshared, "blocked")] {
        let change = [harmless()];
        for change in [Change::Plan(&change), Change::Overlay(&overlay)] {
            let found = judged(&estate, &change, &named);
            let expected = format!("orders into central: {is} -> {is} (same)");
            assert_eq!((found.copies, found.code), (vec![expected], 0));
        }
    }
    let snapshot = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-0a1b2c3d";
    let named = [
        "--recovery-point",
        snapshot,
        "--to",
        CENTRAL,
        "--delete-after",
        "35",
    ];
    let found = judged(&Estate::rds_point(), &Change::Plan(&[harmless()]), &named);
    let expected = "orders into central: feasible -> feasible (same)".to_owned();
    assert_eq!((found.copies, found.code), (vec![expected], 0));
}

#[test]
fn the_way_back_is_asked_before_and_after() {
    let found = judged(
        &Estate::rds(),
        &Change::Plan(&[harmless()]),
        &["--and-back"],
    );
    assert_eq!(found.copies.len(), 2);
    for copy in found.copies {
        assert!(copy.ends_with("(same)"), "{copy}");
    }
}

fn plan_of(name: &str) -> Value {
    json!({"id": "p-1", "name": name, "arn": "arn:aws:backup:us-east-2:111122223333:backup-plan:p-1",
        "rule": [{"rule_name": "nightly", "target_vault_name": "prod", "schedule": "cron(0 5 ? * * *)", "start_window": 60,
            "completion_window": 180, "lifecycle": [{"delete_after": 14}],
            "copy_action": [{"destination_vault_arn": CENTRAL, "lifecycle": [{"delete_after": 35}]}]}]})
}

#[test]
fn a_plan_that_is_renamed_is_known_by_both_names() {
    let renamed = change(
        "aws_backup_plan.p",
        plan_of("daily"),
        plan_of("nightly"),
        json!({}),
    );
    for name in ["daily", "nightly", "p-1"] {
        let found = judged(
            &Estate::rds().planned(),
            &Change::Plan(std::slice::from_ref(&renamed)),
            &["--plan", name],
        );
        let expected = "orders into central: feasible -> feasible (same)".to_owned();
        assert_eq!((found.copies, found.code), (vec![expected], 0), "{name}");
    }
}

#[test]
fn what_is_named_and_goes_is_removed() {
    let gone = |address: &str, before: Value| change(address, before, Value::Null, json!({}));
    let tagged = json!([{"string_equals": [{"key": "aws:ResourceTag/backup", "value": "daily"}]}]);
    let selection = json!({"id": "s-1", "name": "tagged", "plan_id": "p-1", "iam_role_arn": ROLE, "resources": ["*"],
        "not_resources": [], "selection_tag": [], "condition": tagged});
    let gone = [
        gone("aws_backup_plan.p", plan_of("daily")),
        gone("aws_backup_selection.s", selection),
    ];
    let id = format!("p-1/nightly/{DATABASE}/{CENTRAL}");
    for named in [
        ["--plan", "daily"],
        ["--copy", &id],
        ["--resource", DATABASE],
    ] {
        let found = judged(&Estate::rds().planned(), &Change::Plan(&gone), &named);
        let expected = "orders into central: feasible -> feasible (removed)".to_owned();
        assert_eq!((found.copies, found.code), (vec![expected], 0), "{named:?}");
    }
}

/// Of two copies that are named one goes, and the other gets worse: it is not lost with the first.
#[test]
fn what_is_named_and_stays_is_decided_beside_what_goes() {
    let mut estate = Estate::rds().planned();
    let rules = "/accounts/0/regions/0/plans/0/BackupPlan/Rules";
    let nightly = estate.0.pointer(rules).unwrap()[0].clone();
    let mut yearly = nightly.clone();
    yearly["RuleName"] = json!("yearly");
    yearly["ScheduleExpression"] = json!("cron(0 12 1 1 ? *)");
    let both = json!([nightly, yearly]);
    estate = estate.set(rules, both.clone());
    let mut plan = estate
        .0
        .pointer("/accounts/0/regions/0/plans/0")
        .unwrap()
        .clone();
    plan["BackupPlan"]["Rules"] = json!([nightly]);
    let gone = json!({"region": "us-east-2", "plans": [plan.clone()]});
    plan["BackupPlan"]["Rules"] = both;
    let refused = json!({"region": "us-east-2", "vaults": [{"BackupVaultArn": CENTRAL, "AccessPolicy": null}]});
    let overlay = json!({"accounts": [{"account": FROM, "regions": [gone]}, {"account": TO, "regions": [refused]}]});
    let id = |rule: &str| format!("p-1/{rule}/{DATABASE}/{CENTRAL}");
    let (stays, goes) = (id("nightly"), id("yearly"));
    let named = ["--copy", &goes, "--copy", &stays];
    let found = judged(&estate, &Change::Overlay(&overlay), &named);
    let expected = vec![
        "orders into central: feasible -> blocked (worse)".to_owned(),
        "orders into central: feasible -> feasible (removed)".to_owned(),
    ];
    assert_eq!((found.copies, found.code), (expected, 1));
    // The other way round: what the change makes does not make what stood before new.
    let first = estate.set(rules, json!([nightly]));
    let made = json!({"region": "us-east-2", "plans": [plan]});
    let overlay = json!({"accounts": [{"account": FROM, "regions": [made]}]});
    let found = judged(&first, &Change::Overlay(&overlay), &named);
    let same = found.copies.iter().filter(|copy| copy.ends_with("(same)"));
    assert_eq!(
        (same.count(), found.copies.len()),
        (1, 2),
        "{:?}",
        found.copies
    );
}

/// What the command line says of a recovery point counts as what a copy of the inventory says: a vault made anew is empty of it.
#[test]
fn a_point_that_is_named_goes_with_its_vault() {
    let snapshot = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-0a1b2c3d";
    let before = json!({"name": "prod", "arn": PROD, "kms_key_arn": crate::support::estate::PROD_KEY, "force_destroy": true});
    let after = json!({"name": "prod", "kms_key_arn": crate::support::estate::KEY});
    let mut anew = change("aws_backup_vault.prod", before, after, json!({"arn": true}));
    anew["change"]["actions"] = json!(["delete", "create"]);
    let named = [
        "--recovery-point",
        snapshot,
        "--source-vault",
        PROD,
        "--to",
        CENTRAL,
        "--delete-after",
        "35",
    ];
    let unread = Estate::rds_point().without("/accounts/0/regions/0/recovery_points");
    let found = judged(&unread, &Change::Plan(&[anew]), &named);
    let worse = found
        .copies
        .iter()
        .all(|copy| copy.ends_with("undecided -> blocked (worse)"));
    assert!(worse && found.copies.len() == 1, "{:?}", found.copies);
    assert_eq!(found.code, 1);
}
