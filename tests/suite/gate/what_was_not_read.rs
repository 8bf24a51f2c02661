//! What stands by a plan or a template and the facts did not read: what it denies is denied, and what it may copy is open.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::judged::{Change, judged};
use super::plan_facts::{change, plan};
use super::template_before::{resource_of, template};
use crate::support::estate::{FROM, KEY, RESOURCE_KEY, SOURCE, TO};
use crate::support::{Estate, run};

const ALLOWED: [&str; 3] = ["--assume", "organization-policies-allow", "--all"];

fn deny(action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]})
}

/// An object of a plan that stays as it is.
fn stays(address: &str, values: Value) -> Value {
    let mut change = change(address, values.clone(), values, json!({}));
    change["change"]["actions"] = json!(["no-op"]);
    change
}

fn policy(of: &str, content: &Value) -> Value {
    let content = content.to_string();
    json!({"id": "p-1", "name": "guard", "type": of, "content": content})
}

fn attached(target: &str) -> Value {
    json!({"id": format!("{target}:p-1"), "policy_id": "p-1", "target_id": target})
}

fn standing(of: &str, content: &Value, target: &str) -> Value {
    let all = [
        stays("aws_organizations_policy.p", policy(of, content)),
        stays("aws_organizations_policy_attachment.a", attached(target)),
    ];
    plan("999988887777", &all)
}

/// An estate whose control policies nobody read.
fn unread() -> Estate {
    Estate::rds()
        .without("/accounts/0/service_control_policies")
        .without("/accounts/0/resource_control_policies")
        .set(
            "/accounts/0/organization/Path",
            json!("o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"),
        )
}

fn verdict(estate: &Estate, of: &Change<'_>, more: &[&str]) -> String {
    let found = judged(estate, of, more);
    assert_eq!(found.copies.len(), 1, "{:?}", found.copies);
    let (_, after) = found.copies[0].split_once(": ").unwrap();
    after.to_owned()
}

#[test]
fn what_a_policy_that_stands_attached_denies_is_denied_whatever_else_was_not_read() {
    const SCP: &str = "SERVICE_CONTROL_POLICY";
    let copies = deny("backup:CopyIntoBackupVault");
    for (document, target, allowed, else_) in [
        (
            &copies,
            FROM,
            "blocked -> blocked (same)",
            "blocked -> blocked (same)",
        ),
        (
            &copies,
            "ou-ab12-11111111",
            "blocked -> blocked (same)",
            "blocked -> blocked (same)",
        ),
        (
            &copies,
            TO,
            "feasible -> feasible (same)",
            "undecided -> undecided (same)",
        ),
        (
            &copies,
            "ou-ab12-99999999",
            "feasible -> feasible (same)",
            "undecided -> undecided (same)",
        ),
        (
            &deny("ec2:*"),
            FROM,
            "feasible -> feasible (same)",
            "undecided -> undecided (same)",
        ),
    ] {
        let plan = standing(SCP, document, target);
        let of = Change::WholePlan(&plan);
        assert_eq!(verdict(&unread(), &of, &ALLOWED), allowed, "{target}");
        assert_eq!(verdict(&unread(), &of, &["--all"]), else_, "{target}");
    }
    // What is assumed of the others is told.
    let plan = standing(SCP, &deny("ec2:*"), FROM);
    let found = judged(&unread(), &Change::WholePlan(&plan), &ALLOWED);
    let told = found.report["copies"][0]["assumptions"].to_string();
    assert!(told.contains("organization policies"), "{told}");
}

#[test]
fn a_policy_that_a_plan_changes_or_attaches_counts_too() {
    let attach = |document: &Value| {
        let all = [
            stays(
                "aws_organizations_policy.p",
                policy("SERVICE_CONTROL_POLICY", document),
            ),
            change(
                "aws_organizations_policy_attachment.a",
                Value::Null,
                attached(FROM),
                json!({}),
            ),
        ];
        plan("999988887777", &all)
    };
    let copies = deny("backup:CopyIntoBackupVault");
    let plan_of = attach(&copies);
    let of = Change::WholePlan(&plan_of);
    assert_eq!(
        verdict(&unread(), &of, &ALLOWED),
        "feasible -> blocked (worse)"
    );
    let harmless = deny("ec2:*");
    let lifted = |was: &Value, is: &Value| {
        let of = |content: &Value| policy("SERVICE_CONTROL_POLICY", content);
        let all = [
            change("aws_organizations_policy.p", of(was), of(is), json!({})),
            stays("aws_organizations_policy_attachment.a", attached(FROM)),
        ];
        plan("999988887777", &all)
    };
    for (was, is, expected) in [
        (&copies, &harmless, "blocked -> feasible (better)"),
        (&harmless, &copies, "feasible -> blocked (worse)"),
    ] {
        let plan = lifted(was, is);
        let found = verdict(&unread(), &Change::WholePlan(&plan), &ALLOWED);
        assert_eq!(found, expected);
    }
}

#[test]
fn a_template_that_leaves_a_policy_attached_tells_it_too() {
    let of = |document: Value| {
        let policy = json!({"Name": "guard", "Type": "SERVICE_CONTROL_POLICY", "Content": document, "TargetIds": [FROM]});
        template(json!({"Guard": resource_of("AWS::Organizations::Policy", &policy)}))
    };
    for (document, expected) in [
        (
            deny("backup:CopyIntoBackupVault"),
            "blocked -> blocked (same)",
        ),
        (deny("ec2:*"), "feasible -> feasible (same)"),
    ] {
        let stack = of(document);
        let of = Change::Templates(&stack, &stack, "999988887777");
        assert_eq!(verdict(&unread(), &of, &ALLOWED), expected);
    }
}

#[test]
fn a_backup_policy_that_stands_attached_and_was_not_read_may_make_copies() {
    let content = json!({"plans": {"daily": {"regions": {"@@assign": ["us-east-2"]}}}});
    let estate = Estate::rds().without("/accounts/0/backup_policy");
    let code = |target: &str, more: &[&str]| {
        let plan = standing("BACKUP_POLICY", &content, target);
        judged(&estate, &Change::WholePlan(&plan), more).code
    };
    assert_eq!(code(FROM, &["--all"]), 3);
    assert_eq!(code("555566667777", &["--all"]), 0);
}

#[test]
fn a_backup_plan_or_a_stack_that_stays_and_was_not_read_may_make_copies() {
    let with = |address: &str, values: Value, estate: &Estate, more: &[&str]| {
        let plan = plan(FROM, &[stays(address, values)]);
        judged(estate, &Change::WholePlan(&plan), more).code
    };
    let plans = format!("{SOURCE}/plans");
    let listed = Estate::rds().set(&plans, json!([{"BackupPlanId": "p-1", "BackupPlan": {"BackupPlanName": "x", "Rules": []}, "Selections": []}]));
    let not_read = Estate::rds();
    for (address, values, estate, code) in [
        (
            "awscc_backup_backup_plan.x",
            json!({"backup_plan_id": "p-1"}),
            &listed,
            0,
        ),
        (
            "awscc_backup_backup_plan.x",
            json!({"backup_plan_id": "p-2"}),
            &listed,
            3,
        ),
        (
            "awscc_backup_backup_plan.x",
            json!({"backup_plan": {}}),
            &listed,
            3,
        ),
        (
            "aws_cloudformation_stack.x",
            json!({"name": "x"}),
            &listed,
            0,
        ),
        (
            "aws_cloudformation_stack.x",
            json!({"name": "x"}),
            &not_read,
            3,
        ),
        (
            "aws_cloudcontrolapi_resource.x",
            json!({"type_name": "AWS::Backup::BackupPlan"}),
            &not_read,
            3,
        ),
    ] {
        assert_eq!(
            with(address, values.clone(), estate, &["--all"]),
            code,
            "{address} {values}"
        );
        assert_eq!(with(address, values, estate, &[]), 0, "{address}");
    }
    let stack = json!({"Stack": resource_of("AWS::CloudFormation::Stack", &json!({"TemplateURL": "https://example.com/t.yaml"}))});
    let stack = template(stack);
    let of = Change::Templates(&stack, &stack, FROM);
    assert_eq!(judged(&not_read, &of, &["--all"]).code, 3);
    assert_eq!(judged(&listed, &of, &["--all"]).code, 0);
}

#[test]
fn what_somebody_lays_over_the_facts_is_not_taken_back_by_what_a_plan_leaves() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, value: &Value| {
        let file = folder.path().join(name);
        fs::write(&file, value.to_string()).unwrap();
        file.display().to_string()
    };
    let estate = Estate::rds();
    let inventory = write("inventory.json", &estate.0);
    let key = json!({"arn": KEY, "key_id": KEY.rsplit('/').next().unwrap(), "is_enabled": true, "key_usage": "ENCRYPT_DECRYPT",
        "customer_master_key_spec": "SYMMETRIC_DEFAULT", "policy": estate.at(&format!("{RESOURCE_KEY}/Policy")).to_string(),
        "description": "a"});
    let off = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2", "keys": [{"Arn": KEY, "KeyState": "Disabled"}]}]}]});
    let overlay = write("overlay.json", &off);
    let verdict = |plan: &Value, is_first: bool| {
        let plan = write("plan.json", plan);
        let mut files = [["--overlay", &*overlay], ["--terraform-plan", &*plan]];
        if !is_first {
            files.reverse();
        }
        let mut args = vec![
            "check",
            "--no-config",
            "--inventory",
            &*inventory,
            "--format",
            "json",
        ];
        args.extend(files.into_iter().flatten());
        let ran = run(&args);
        let report: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        report["copies"][0]["verdict"].as_str().unwrap().to_owned()
    };
    let same = plan(FROM, &[stays("aws_kms_key.k", key.clone())]);
    let other = |field: &str, was: Value, is: Value| {
        let with = |value: Value| {
            let mut key = key.clone();
            key[field] = value;
            key
        };
        plan(
            FROM,
            &[change("aws_kms_key.k", with(was), with(is), json!({}))],
        )
    };
    let described = other("description", json!("a"), json!("b"));
    let enabled = other("is_enabled", json!(false), json!(true));
    for (plan, is_first, expected) in [
        (&same, true, "blocked"),
        (&same, false, "blocked"),
        (&described, true, "blocked"),
        // What is planned wins.
        (&enabled, true, "feasible"),
        (&enabled, false, "blocked"),
    ] {
        assert_eq!(verdict(plan, is_first), expected, "{plan} {is_first}");
    }
}
