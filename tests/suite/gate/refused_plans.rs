//! A plan or a selection that AWS refuses: no copy of it is made, whatever is found of the copy. What stands as it was read AWS has taken.

use serde_json::{Value, json};

use super::judged::{Change, Judged, judged};
use super::plan_facts::change;
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DATABASE, FROM, ROLE, SOURCE};

const RULES: &str = "/accounts/0/regions/0/plans/0/BackupPlan/Rules";

/// A second rule, which copies nothing and whose backups would leave cold storage too soon.
fn invalid() -> Value {
    json!({"RuleName": "monthly", "TargetBackupVaultName": "prod", "ScheduleExpression": "cron(0 12 1 * ? *)",
        "Lifecycle": {"DeleteAfterDays": 60, "MoveToColdStorageAfterDays": 30}})
}

/// The plan with this rule, too.
fn overlay(estate: &Estate, more: Value) -> Value {
    let mut plan = estate.at("/accounts/0/regions/0/plans/0").clone();
    plan["BackupPlan"]["Rules"]
        .as_array_mut()
        .unwrap()
        .push(more);
    json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": FROM, "regions": [
        {"region": "us-east-2", "plans": [{"BackupPlanId": "p-1", "BackupPlan": plan["BackupPlan"]}]}]}]})
}

fn says(found: &Judged, check: &str) -> String {
    let checks = found.report["copies"][0]["checks"].as_array().unwrap();
    let of = checks.iter().find(|one| one["id"] == check);
    of.map_or_else(String::new, |one| {
        one["message"].as_str().unwrap().to_owned()
    })
}

const WORSE: &str = "orders into central: feasible -> undecided (worse)";

#[test]
fn one_rule_that_is_refused_makes_no_copy_of_the_others() {
    let estate = Estate::rds().planned();
    let found = judged(&estate, &Change::Overlay(&overlay(&estate, invalid())), &[]);
    assert_eq!((&*found.copies, found.code), (&[WORSE.to_owned()][..], 3));
    let said = says(&found, "recovery-point-missing");
    assert!(
        said.starts_with("AWS refuses the plan") && said.contains("rule `monthly`"),
        "{said}"
    );
    // What fails, fails.
    let unshared = Estate::rds()
        .planned()
        .set("/accounts/1/regions/0/vaults/0/AccessPolicy", Value::Null);
    let found = judged(
        &unshared,
        &Change::Overlay(&overlay(&unshared, invalid())),
        &["--all"],
    );
    assert_eq!(
        (&*found.copies, found.code),
        (
            &["orders into central: blocked -> blocked (same)".to_owned()][..],
            1
        )
    );
    // The copies of the rule itself, too.
    let mut own = invalid();
    own["CopyActions"] =
        json!([{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]);
    let found = judged(&estate, &Change::Overlay(&overlay(&estate, own)), &[]);
    assert_eq!(
        (
            found
                .copies
                .iter()
                .filter(|copy| copy.contains("blocked (new)"))
                .count(),
            found.code
        ),
        (1, 1),
        "{:?}",
        found.copies
    );
}

#[test]
fn a_plan_that_stands_as_it_was_read_is_taken() {
    let estate = Estate::rds().planned().push(RULES, invalid());
    let same = ["orders into central: feasible -> feasible (same)"];
    let vault = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": FROM, "regions": [
        {"region": "us-east-2", "vaults": [{"BackupVaultArn": "arn:aws:backup:us-east-2:111122223333:backup-vault:prod", "Tags": {"a": "b"}}]}]}]});
    assert_eq!(
        judged(&estate, &Change::Overlay(&vault), &["--all"]).copies,
        same
    );
    // One more that is refused is not.
    let mut other = invalid();
    other["RuleName"] = json!("yearly");
    let found = judged(&estate, &Change::Overlay(&overlay(&estate, other)), &[]);
    assert_eq!(found.copies, [WORSE]);
}

/// A rule of a plan of Terraform.
fn written(name: &str, lifecycle: Value, copies: bool) -> Value {
    let (schedule, actions) = match copies {
        true => (
            "cron(0 5 ? * * *)",
            json!([{"destination_vault_arn": CENTRAL, "lifecycle": [{"delete_after": 35}]}]),
        ),
        false => ("cron(0 12 1 * ? *)", json!([])),
    };
    json!({"rule_name": name, "target_vault_name": "prod", "schedule": schedule, "start_window": 60, "completion_window": 180,
        "lifecycle": [lifecycle], "copy_action": actions})
}

#[test]
fn a_plan_that_terraform_makes_or_changes_may_be_refused() {
    let estate = Estate::rds().planned();
    let nightly = || written("nightly", json!({"delete_after": 14}), true);
    let monthly = written(
        "monthly",
        json!({"delete_after": 60, "cold_storage_after": 30}),
        false,
    );
    let plan = |rules: Value| json!({"id": "p-1", "name": "daily", "rule": rules, "advanced_backup_setting": []});
    let (one, both) = (plan(json!([nightly()])), plan(json!([nightly(), monthly])));
    let changes = change("aws_backup_plan.p", one, both.clone(), json!({}));
    assert_eq!(
        judged(&estate, &Change::Plan(&[changes]), &[]).copies,
        [WORSE]
    );
    let mut stays = change("aws_backup_plan.p", both.clone(), both, json!({}));
    stays["change"]["actions"] = json!(["no-op"]);
    let mut there = invalid();
    for (field, value) in [
        ("StartWindowMinutes", json!(60)),
        ("CompletionWindowMinutes", json!(180)),
    ] {
        there[field] = value;
    }
    let found = judged(
        &estate.push(RULES, there),
        &Change::Plan(&[stays]),
        &["--all"],
    );
    assert_eq!(
        found.copies,
        ["orders into central: feasible -> feasible (same)"]
    );
}

#[test]
fn a_plan_or_a_selection_of_a_template_may_be_refused() {
    let estate = Estate::rds()
        .planned()
        .set("/accounts/0/regions/0/plans", json!([]));
    let of = |more: Value, name: &str| {
        let nightly = json!({"RuleName": "nightly", "TargetBackupVault": "prod", "ScheduleExpression": "cron(0 5 ? * * *)", "Lifecycle": {"DeleteAfterDays": 14},
            "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]});
        let template = json!({"Resources": {
            "P": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"BackupPlanName": "daily", "BackupPlanRule": [nightly, more]}}},
            "S": {"Type": "AWS::Backup::BackupSelection", "Properties": {"BackupPlanId": {"Ref": "P"}, "BackupSelection": {
                "SelectionName": name, "IamRoleArn": ROLE, "Resources": [DATABASE]}}}}});
        let found = judged(
            &estate,
            &Change::Templates(&json!({"Resources": {}}), &template, FROM),
            &[],
        );
        (found.copies, found.code)
    };
    let mut rule = invalid();
    rule.as_object_mut()
        .unwrap()
        .remove("TargetBackupVaultName");
    rule["TargetBackupVault"] = json!("prod");
    let mut taken = rule.clone();
    taken["Lifecycle"]["DeleteAfterDays"] = json!(120);
    let new = |verdict: &str| vec![format!("orders into central: - -> {verdict} (new)")];
    assert_eq!(of(taken.clone(), "s"), (new("feasible"), 0));
    assert_eq!(of(rule, "s"), (new("undecided"), 3));
    assert_eq!(of(taken, "a name with spaces"), (new("undecided"), 3));
}

/// What AWS Backup makes of a policy of the organization is not read: of one that it refuses, nothing is made.
#[test]
fn a_plan_of_a_policy_may_be_refused() {
    let rule = |starts: Value| {
        let mut rule = json!({"target_backup_vault_name": {"@@assign": "prod"}, "lifecycle": {"delete_after_days": {"@@assign": "14"}},
            "copy_actions": {CENTRAL: {"target_backup_vault_arn": {"@@assign": CENTRAL}, "lifecycle": {"delete_after_days": {"@@assign": "35"}}}}});
        if !starts.is_null() {
            rule["schedule_expression"] = json!({ "@@assign": starts });
        }
        rule
    };
    let of = |second: Value| {
        let policy = json!({"plans": {"daily": {"regions": {"@@assign": ["us-east-2"]},
            "rules": {"nightly": rule(json!("cron(0 5 ? * * *)")), "other": second},
            "selections": {"resources": {"s": {"iam_role_arn": {"@@assign": ROLE}, "resource_types": {"@@assign": [DATABASE]}}}}}}});
        let estate = Estate::rds()
            .planned()
            .set(&format!("{SOURCE}/plans"), json!([]))
            .set("/accounts/0/backup_policy", policy);
        let nothing = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": FROM, "regions": [
            {"region": "us-east-2", "vaults": [{"BackupVaultArn": "arn:aws:backup:us-east-2:111122223333:backup-vault:prod", "Tags": {"a": "b"}}]}]}]});
        judged(&estate, &Change::Overlay(&nothing), &["--all"]).copies
    };
    let same = |verdict: &str| format!("orders into central: {verdict} -> {verdict} (same)");
    assert_eq!(
        of(rule(json!("cron(0 6 ? * * *)"))),
        [same("feasible"), same("feasible")]
    );
    assert_eq!(
        of(rule(Value::Null)),
        [same("undecided"), same("undecided")]
    );
}
