//! What has no name of its own is called by its address: alike, whether other files are in the run or not, unless these have such an
//! address, too; and what a report called otherwise is the same all the same.

use serde_json::{Value, json};

use super::judged::{Change, checked, judged};
use super::plan_facts::{change, plan};
use crate::cli::Files;
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DATABASE, FROM, RESOURCE_KEY, ROLE, key_policy};

/// A database whose key is not shared, and no plan.
fn estate() -> Estate {
    let estate = Estate::rds().set(
        &format!("{RESOURCE_KEY}/Policy"),
        key_policy(FROM, json!([])),
    );
    estate.set("/copies", json!([]))
}

/// A template that makes a plan, which copies the database.
fn template() -> Value {
    let rule = json!({"RuleName": "nightly", "TargetBackupVault": "prod", "ScheduleExpression": "cron(0 5 * * ? *)",
        "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]});
    json!({"Resources": {
        "Plan": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [rule]}}},
        "Selection": {"Type": "AWS::Backup::BackupSelection", "Properties": {"BackupPlanId": {"Ref": "Plan"}, "BackupSelection": {
            "SelectionName": "s", "IamRoleArn": ROLE, "Resources": [DATABASE]}}}}})
}

/// The same as a plan of Terraform.
fn planned() -> Value {
    let rule = json!({"rule_name": "nightly", "target_vault_name": "prod", "schedule": "cron(0 5 * * ? *)",
        "copy_action": [{"destination_vault_arn": CENTRAL, "lifecycle": [{"delete_after": 35}]}]});
    let of_plan = change(
        "aws_backup_plan.this",
        Value::Null,
        json!({"name": "p", "rule": [rule]}),
        json!({"id": true, "arn": true}),
    );
    let selected = json!({"name": "s", "iam_role_arn": ROLE, "resources": [DATABASE], "selection_tag": [], "condition": []});
    let selection = change(
        "aws_backup_selection.this",
        Value::Null,
        selected,
        json!({"plan_id": true}),
    );
    let mut all = plan(FROM, &[of_plan, selection]);
    let resources = &mut all["configuration"]["root_module"]["resources"];
    resources[1]["expressions"]["plan_id"] =
        json!({"references": ["aws_backup_plan.this.id", "aws_backup_plan.this"]});
    all
}

/// A file that makes nothing of that, and one that makes a plan of no rule under the same address.
fn others(flag: &str) -> [Value; 2] {
    if flag == "--cloudformation" {
        let empty = json!({"Resources": {"Plan": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {
            "BackupPlanName": "q", "BackupPlanRule": [{"RuleName": "r", "TargetBackupVault": "prod"}]}}}}});
        return [
            json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
            empty,
        ];
    }
    let of_plan = json!({"name": "q", "rule": [{"rule_name": "r", "target_vault_name": "prod"}]});
    let topic = change(
        "aws_sns_topic.t",
        Value::Null,
        json!({"name": "t"}),
        json!({}),
    );
    let empty = change(
        "aws_backup_plan.this",
        Value::Null,
        of_plan,
        json!({"id": true, "arn": true}),
    );
    [plan(FROM, &[topic]), plan(FROM, &[empty])]
}

fn files<'v>(flag: &str, own: &'v Value, more: &'v [Value]) -> Vec<(&'static str, &'v Value)> {
    assert!(flag.starts_with("--"));
    let names = ["topic.json", "other.json"];
    let more = names.into_iter().zip(more);
    [("own.json", own)].into_iter().chain(more).collect()
}

/// The copies, the exit code and the report.
fn run_of(flag: &str, files: &[(&str, &Value)], more: &[&str]) -> (Vec<String>, i32, Value) {
    let found = judged(&estate(), &Change::Several(flag, FROM, files), more);
    (found.copies, found.code, found.report)
}

const BOTH: [&str; 2] = ["--cloudformation", "--terraform-plan"];

fn own(flag: &str) -> Value {
    match flag {
        "--cloudformation" => template(),
        _ => planned(),
    }
}

#[test]
fn another_file_changes_no_name_unless_it_has_it_too() {
    for flag in BOTH {
        let (own, others) = (own(flag), others(flag));
        let id = |more: &[Value]| {
            let (_, code, report) = run_of(flag, &files(flag, &own, more), &[]);
            assert_eq!(code, 1, "{flag}: {report}");
            report["copies"][0]["id"].as_str().unwrap().to_owned()
        };
        let alone = id(&[]);
        assert_eq!(id(&others[..1]), alone, "{flag}");
        assert_eq!(id(&others), format!("own.{alone}"), "{flag}");
    }
}

#[test]
fn a_baseline_knows_a_copy_whatever_else_is_in_the_run() {
    for flag in BOTH {
        let (own, others) = (own(flag), others(flag));
        let runs: [&[Value]; 3] = [&[], &others[..1], &others];
        let folder = Files::new();
        for then in runs {
            let (copies, _, report) = run_of(flag, &files(flag, &own, then), &[]);
            assert_eq!(
                copies,
                ["orders into central: - -> blocked (new)"],
                "{flag}"
            );
            let baseline = folder.write("baseline.json", &report.to_string());
            for now in runs {
                let found = run_of(flag, &files(flag, &own, now), &["--baseline", &baseline]);
                let expected = vec!["orders into central: blocked -> blocked (same)".to_owned()];
                assert_eq!(
                    (found.0, found.1),
                    (expected, 0),
                    "{flag} {} {}",
                    then.len(),
                    now.len()
                );
            }
        }
        // The copy of another file is another one, whatever it is called.
        let (_, _, report) = run_of(flag, &[("own.json", &others[0]), ("other.json", &own)], &[]);
        let baseline = folder.write("baseline.json", &report.to_string());
        let twice = [("own.json", &own), ("other.json", &others[1])];
        let found = run_of(flag, &twice, &["--baseline", &baseline]);
        assert_eq!(found.1, 1, "{flag} {:?}", found.0);
    }
}

#[test]
fn code_scanning_knows_a_finding_whatever_else_is_in_the_run() {
    for flag in BOTH {
        let (own, others) = (own(flag), others(flag));
        let prints = |more: &[Value]| {
            let change = files(flag, &own, more);
            let ran = checked(
                &estate(),
                &Change::Several(flag, FROM, &change),
                &["--format", "sarif"],
            );
            let log: Value = serde_json::from_str(&ran.out).unwrap();
            let results = log["runs"][0]["results"].as_array().unwrap().iter();
            let failing = results.filter(|result| result["level"] == "error");
            let all: Vec<Value> = failing
                .map(|result| result["partialFingerprints"].clone())
                .collect();
            assert!(!all.is_empty(), "{log}");
            all
        };
        let alone = prints(&[]);
        assert_eq!(prints(&others[..1]), alone, "{flag}");
        assert_eq!(prints(&others), alone, "{flag}");
    }
}
