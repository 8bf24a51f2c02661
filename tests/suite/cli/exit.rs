//! Exit codes.

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::Files;
use crate::support::estate::*;
use crate::support::{Estate, run};

fn code(estate: &Estate, more: &[&str]) -> i32 {
    let files = Files::new();
    let file = files.estate(estate);
    run(&[&["check", "--inventory", &file], more].concat()).code
}

fn blocked() -> Estate {
    Estate::rds().on_aws_managed_key("alias/aws/rds")
}

fn undecided() -> Estate {
    Estate::rds().without(&format!("{DESTINATION_VAULT}/AccessPolicy"))
}

fn warning() -> Estate {
    Estate::dynamodb().set(
        &format!("{SOURCE_VAULT_KEY}/Policy"),
        key_policy(FROM, json!([])),
    )
}

/// Two copies, one of each.
fn both(one: &Estate, mut other: Estate) -> Estate {
    let mut copy = other.0["copies"][0].take();
    copy["id"] = json!("second");
    let mut all = one.clone();
    all.0["copies"].as_array_mut().unwrap().push(copy);
    all
}

#[test]
fn each_verdict_has_its_code() {
    assert_eq!(code(&Estate::rds(), &[]), 0);
    assert_eq!(code(&blocked(), &[]), 1);
    assert_eq!(code(&undecided(), &[]), 3);
    assert_eq!(code(&warning(), &[]), 0, "a warning is none");
}

#[test]
fn a_blocked_copy_outweighs_an_undecided_one() {
    let mut mixed = both(&blocked(), Estate::rds());
    mixed.0["copies"][1].as_object_mut().unwrap().remove("role");
    mixed.0["copies"][1]["resource"] = json!("arn:aws:rds:us-east-2:111122223333:db:unread");
    assert_eq!(code(&mixed, &[]), 1);
}

#[test]
fn strict_turns_warnings_undecided_copies_and_no_copies_into_1() {
    assert_eq!(code(&Estate::rds(), &["--strict"]), 0);
    assert_eq!(code(&warning(), &["--strict"]), 1);
    assert_eq!(code(&undecided(), &["--strict"]), 1);
    assert_eq!(code(&blocked(), &["--strict"]), 1);
}

#[test]
fn no_copies_are_good_with_a_warning_and_bad_where_it_is_strict() {
    let files = Files::new();
    for none in [
        Estate::rds().without("/copies"),
        Estate::rds().set("/copies", json!([])),
    ] {
        let file = files.estate(&none);
        let ran = run(&["check", "--inventory", &file]);
        assert_eq!(ran.code, 0);
        assert!(ran.err.starts_with("warning: "), "{}", ran.err);
        assert_eq!(run(&["check", "--inventory", &file, "--strict"]).code, 1);
        let quiet = run(&["check", "--inventory", &file, "--quiet"]);
        assert_eq!((quiet.code, quiet.err.as_str()), (0, ""));
    }
}

#[test]
fn a_wrong_command_line_is_2() {
    for args in [
        &["check"][..],
        &["check", "--no-such-flag"],
        &["no-such-command"],
        &[],
        &["check", "--example", "aws-storage-blog", "--format", "yaml"],
        &[
            "check",
            "--example",
            "aws-storage-blog",
            "--to",
            "arn:aws:s3:::bucket",
        ],
        &["check", "--to", CENTRAL],
        &["check", "--resource", "orders", "--to", CENTRAL],
    ] {
        let ran = run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
        assert_eq!(ran.out, "", "{args:?}");
        assert!(!ran.err.is_empty(), "{args:?}");
    }
}

/// The estate with a call that AWS refused.
fn refused(operation: &str, subject: &str) -> Estate {
    let gap = json!({"account": FROM, "region": "us-east-2", "operation": operation, "subject": subject,
        "error": "AccessDenied", "permission": operation});
    let estate = Estate::rds().set("/gaps", json!([gap]));
    if operation == "organizations:DescribeEffectivePolicy" {
        return estate.without("/accounts/0/backup_policy");
    }
    estate
}

#[test]
fn where_aws_did_not_say_what_there_is_nothing_is_called_clean() {
    let place = format!("{FROM}/us-east-2");
    let files = Files::new();
    for (command, operation, subject, says) in [
        (
            "check",
            "backup:ListBackupPlans",
            &*place,
            "there may be more copies, or these may be decided differently",
        ),
        (
            "audit",
            "backup:ListBackupPlans",
            &place,
            "may be more accounts, vaults or plans",
        ),
        (
            "check",
            "organizations:DescribeEffectivePolicy",
            "BACKUP_POLICY",
            "there may be more copies, or these may be decided differently",
        ),
        (
            "audit",
            "organizations:DescribeEffectivePolicy",
            FROM,
            "there may be more copies, or these may be decided differently",
        ),
        (
            "audit",
            "backup:ListBackupVaults",
            &place,
            "may be more accounts, vaults or plans",
        ),
        (
            "audit",
            "sts:AssumeRole",
            "arn:aws:iam::777788889999:role/audit",
            "may be more accounts",
        ),
    ] {
        let file = files.estate(&refused(operation, subject));
        let ran = run(&[command, "--inventory", &file]);
        assert_eq!(ran.code, 3, "{command} {operation}: {}", ran.err);
        assert!(ran.err.contains(says), "{}", ran.err);
    }
    let file = files.estate(&refused("backup:ListCopyJobs", &place));
    let ran = run(&["backtest", "--inventory", &file, "--strict"]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.err.contains("there may be more copy jobs"),
        "{}",
        ran.err
    );
    // Another call leaves it as it is.
    let file = files.estate(&refused(
        "kms:ListAliases",
        "arn:aws:kms:us-east-2:111122223333:key/1",
    ));
    assert_eq!(run(&["audit", "--inventory", &file]).code, 0);
}

/// Quotas that nobody can have raised, and what a continuous backup cannot be.
#[test]
fn more_than_aws_takes_of_a_plan_leaves_open_what_is_copied() {
    let files = Files::new();
    let estate = Estate::rds().planned();
    let rules = "/accounts/0/regions/0/plans/0/BackupPlan/Rules";
    let rule = estate.at(&format!("{rules}/0")).clone();
    let with = |fields: &[(&str, Value)]| {
        let mut rule = rule.clone();
        for (field, value) in fields {
            rule[*field] = value.clone();
        }
        vec![rule]
    };
    let action = &rule["CopyActions"][0];
    let actions = |count: usize| with(&[("CopyActions", json!(vec![action; count]))]);
    let tags = |count: usize| {
        let tags = (0..count).map(|at| (format!("t{at}"), json!("x")));
        with(&[("RecoveryPointTags", Value::Object(tags.collect()))])
    };
    let quiet = |at: usize| json!({"RuleName": format!("r{at}"), "TargetBackupVaultName": "prod", "Lifecycle": {"DeleteAfterDays": 7}});
    let rules_of = |count: usize| {
        let others = (1..count).map(quiet);
        std::iter::once(rule.clone()).chain(others).collect()
    };
    let continuous =
        |kept: Value| with(&[("EnableContinuousBackup", json!(true)), ("Lifecycle", kept)]);
    let cases: Vec<(Vec<Value>, &str)> = vec![
        (actions(5), ""),
        (actions(6), "6 `CopyActions`, of which AWS accepts 5"),
        (tags(10), ""),
        (tags(11), "11 `RecoveryPointTags`, of which AWS accepts 10"),
        (rules_of(10), ""),
        (rules_of(11), "11 rules, of which AWS accepts 10"),
        (continuous(json!({"DeleteAfterDays": 35})), ""),
        (
            continuous(json!({"DeleteAfterDays": 36})),
            "`DeleteAfterDays` 36",
        ),
        (
            continuous(json!({"DeleteAfterDays": 200, "MoveToColdStorageAfterDays": 30})),
            "`MoveToColdStorageAfterDays` 30",
        ),
        (continuous(json!({})), "whose backups never expire"),
        (
            continuous(json!({"DeleteAfterDays": -1})),
            "whose backups never expire",
        ),
        (continuous(Value::Null), "without a `Lifecycle`"),
    ];
    for (all, says) in cases {
        let file = files.estate(&estate.clone().set(rules, json!(all)));
        let ran = run(&["check", "--inventory", &file]);
        assert_eq!(
            ran.code,
            if says.is_empty() { 0 } else { 3 },
            "{says}: {}",
            ran.err
        );
        assert!(ran.err.contains(says), "{says}: {}", ran.err);
    }
}

/// AWS takes no plan with such a rule, so that nobody knows what it copies.
#[test]
fn a_rule_that_aws_refuses_leaves_open_what_is_copied() {
    let files = Files::new();
    let taken = [
        json!("cron(0 5 ? * * *)"),
        json!(60),
        json!({"unknown": "terraform apply"}),
    ];
    for (field, value) in [
        ("ScheduleExpression", json!("cron(0 5 ? * * *)")),
        ("ScheduleExpression", json!("cron(0 5 ? * ZZZ *)")),
        ("ScheduleExpression", json!("rate(0 days)")),
        // EventBridge takes it; AWS Backup's pages have cron expressions alone.
        ("ScheduleExpression", json!("rate(1 day)")),
        ("ScheduleExpressionTimezone", json!("Mars/Olympus")),
        ("StartWindowMinutes", json!(60)),
        ("StartWindowMinutes", json!(30)),
        ("CompletionWindowMinutes", json!("long")),
        // Over before the backup need start.
        ("CompletionWindowMinutes", json!(59)),
        ("CompletionWindowMinutes", json!(60)),
        ("StartWindowMinutes", json!({"unknown": "terraform apply"})),
    ] {
        let rule = "/accounts/0/regions/0/plans/0/BackupPlan/Rules/0";
        let estate = Estate::rds().planned();
        let file = files.estate(&estate.set(&format!("{rule}/{field}"), value.clone()));
        let ran = run(&["check", "--inventory", &file]);
        let is_taken = taken.contains(&value);
        assert_eq!(
            ran.code,
            if is_taken { 0 } else { 3 },
            "{value}: {}",
            ran.err
        );
        let says = format!("`{field}` {value}");
        assert_eq!(ran.err.contains(&says), !is_taken, "{}", ran.err);
    }
}

#[test]
fn who_stops_reading_changes_no_exit_code_and_no_file() {
    let files = Files::new();
    let file = files.estate(&blocked());
    let kept = files.path("report.json");
    let mut child = Command::new(env!("CARGO_BIN_EXE_backup-preflight"))
        .args([
            "check",
            "--inventory",
            &file,
            "--format",
            "ndjson",
            "--format",
        ])
        .arg(format!("json={}", kept.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(std::fs::read_to_string(kept).unwrap().contains("blocked"));
}

#[test]
fn what_a_plan_leaves_open_is_saved_with_the_facts() {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let plan = json!({"format_version": "1.2", "errored": true}).to_string();
    let plan = files.write("plan.json", &plan);
    let saved = super::text_of(&files.path("saved.json"));
    let of_facts = ["check", "--inventory", &facts];
    let of_plan = ["--terraform-plan", &plan, "--save", &saved];
    let ran = run(&[&of_facts[..], &of_plan[..]].concat());
    assert_eq!(ran.code, 3);
    // No apply tells more of such a plan.
    let settle = "settle: fix what terraform plan reported, and plan again (";
    assert!(ran.out.contains(settle), "{}", ran.out);
    assert!(!ran.out.contains("known after"), "{}", ran.out);
    let again = run(&["check", "--inventory", &saved]);
    assert_eq!(again.code, 3, "{}", again.out);
    assert!(
        again.err.contains("planning ended with an error"),
        "{}",
        again.err
    );
}

#[test]
fn an_account_that_contradicts_a_plan_is_refused() {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let plan = json!({"format_version": "1.2", "resource_changes": [], "configuration": {"provider_config": {"aws.t": {
        "name": "aws", "alias": "t", "expressions": {"assume_role": [{"role_arn": {"constant_value":
        "arn:aws:iam::444455556666:role/terraform"}}]}}}}});
    let plan = files.write("plan.json", &plan.to_string());
    let of = |account: &str| {
        let given = format!("aws.t={account}");
        let asked = ["check", "--inventory", &facts, "--terraform-plan", &plan];
        run(&[&asked[..], &["--account", &given]].concat())
    };
    assert_eq!(of("444455556666").code, 0);
    let other = of("555566667777");
    assert_eq!(other.code, 2, "{}", other.out);
    for text in ["aws.t", "444455556666", "--account aws.t=555566667777"] {
        assert!(other.err.contains(text), "{text}: {}", other.err);
    }
}
