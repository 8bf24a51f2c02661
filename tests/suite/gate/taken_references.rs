//! A plan prints a reference, and not what an expression makes of it: where one is taken for the other, the copy says so.

use std::fs;

use serde_json::{Value, json};

use super::plan_facts::{change, plan};
use crate::cli::Files;
use crate::support::estate::{FROM, TO};
use crate::support::{Estate, run};

const ASSUMED: &str =
    "plan: used as it is: data.aws_iam_policy_document.d.json; --terraform-source settles it";

/// A plan whose policy of the vault is a document that Terraform reads during apply.
fn of_a_document() -> Value {
    let principals = json!([{"type": "AWS", "identifiers": [format!("arn:aws:iam::{FROM}:root")]}]);
    let statement = json!([{"effect": "Allow", "actions": ["backup:CopyIntoBackupVault"], "resources": ["*"],
        "principals": principals}]);
    let document = "data.aws_iam_policy_document.d";
    let data = json!({"address": document, "mode": "data", "type": "aws_iam_policy_document", "name": "d",
        "change": {"actions": ["read"], "before": null, "after": {"statement": statement},
            "after_unknown": {"id": true, "json": true}, "before_sensitive": {}, "after_sensitive": {}}});
    let policy = change(
        "aws_backup_vault_policy.p",
        Value::Null,
        json!({"backup_vault_name": "central"}),
        json!({"policy": true}),
    );
    let mut plan = plan(TO, &[policy, data]);
    let blocks = &mut plan["configuration"]["root_module"]["resources"];
    let references = json!({"references": [format!("{document}.json"), document]});
    blocks[0]["expressions"] = json!({"policy": references});
    blocks[1]["mode"] = json!("data");
    blocks[1]["expressions"] = json!({"statement": [{"principals": [{}]}]});
    plan
}

#[test]
fn a_reference_that_is_taken_for_its_expression_is_told() {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let plan = files.write("plan.json", &of_a_document().to_string());
    let with = |more: &[&str]| {
        let args = ["check", "--no-config", "--inventory", &facts];
        let over = ["--terraform-plan", &plan, "--format", "json"];
        let ran = run(&[&args[..], &over, more].concat());
        let report: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        let copy = &report["copies"][0];
        (copy["verdict"].clone(), copy["assumptions"].clone())
    };
    let (verdict, assumptions) = with(&[]);
    assert_eq!(verdict, "feasible");
    assert!(assumptions.to_string().contains(ASSUMED), "{assumptions}");
    // The text of the configuration tells what is made of it.
    let folder = files.path("tf");
    fs::create_dir(&folder).unwrap();
    let folder = folder.to_str().unwrap();
    for (written, verdict, is_told) in [
        ("data.aws_iam_policy_document.d.json", "feasible", false),
        (
            r#"replace(data.aws_iam_policy_document.d.json, "\"Allow\"", "\"Deny\"")"#,
            "blocked",
            false,
        ),
        (
            // It is shown to be made something else, and what is not worked out.
            "yamlencode(data.aws_iam_policy_document.d.json)",
            "undecided",
            false,
        ),
    ] {
        let text = format!(
            "data \"aws_iam_policy_document\" \"d\" {{}}\nresource \"aws_backup_vault_policy\" \"p\" {{\n  policy = {written}\n}}\n"
        );
        files.write("tf/main.tf", &text);
        let (found, assumptions) = with(&["--terraform-source", folder]);
        assert_eq!(found, verdict, "{written}");
        let told = assumptions.to_string().contains(ASSUMED);
        assert_eq!(told, is_told, "{written}: {assumptions}");
    }
}

/// Of several vaults one is destroyed: what counts those that there will be does not count it.
#[test]
fn what_a_plan_destroys_is_none_of_what_the_text_refers_to() {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let vault = |index: usize, actions: &str| {
        let name = format!("old-{index}");
        let arn = format!("arn:aws:backup:us-east-2:{TO}:backup-vault:{name}");
        let is = json!({"name": name, "arn": arn, "id": name});
        let after = if actions == "delete" {
            Value::Null
        } else {
            is.clone()
        };
        json!({"address": format!("aws_backup_vault.v[{index}]"), "mode": "managed", "type": "aws_backup_vault", "name": "v",
            "index": index, "change": {"actions": [actions], "before": is, "after": after, "after_unknown": {},
                "before_sensitive": {}, "after_sensitive": {}}})
    };
    let policy = change(
        "aws_backup_vault_policy.p",
        Value::Null,
        json!({"backup_vault_name": "central"}),
        json!({"policy": true}),
    );
    let with = |vaults: [Value; 2]| {
        let plan = plan(TO, &[&[policy.clone()][..], &vaults].concat());
        let plan = files.write("plan.json", &plan.to_string());
        let of = |effect: &str| {
            format!(
                r#"jsonencode({{Version = "2012-10-17", Statement = [{{Effect = "{effect}", Principal = "*", Action = "backup:CopyIntoBackupVault", Resource = "*"}}]}})"#
            )
        };
        let (deny, allow) = (of("Deny"), of("Allow"));
        let text = format!(
            "resource \"aws_backup_vault_policy\" \"p\" {{\n  policy = length(aws_backup_vault.v) == 1 ? {deny} : {allow}\n}}\nresource \"aws_backup_vault\" \"v\" {{\n  count = 2\n}}\n"
        );
        files.write("main.tf", &text);
        let folder = files.path("");
        let args = ["check", "--no-config", "--inventory", &facts];
        let over = [
            "--terraform-plan",
            &plan,
            "--terraform-source",
            folder.to_str().unwrap(),
        ];
        run(&[&args[..], &over].concat()).code
    };
    assert_eq!(with([vault(0, "no-op"), vault(1, "delete")]), 1);
    assert_eq!(with([vault(0, "no-op"), vault(1, "no-op")]), 0);
    // One of the two is not in the plan: how many there are is not known.
    assert_eq!(with([vault(1, "no-op"), vault(2, "no-op")]), 3);
}

/// What is decided from what a run kept rests on the same.
#[test]
fn what_was_taken_is_told_of_what_is_saved_too() {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let plan = files.write("plan.json", &of_a_document().to_string());
    let [saved, again] =
        ["saved.json", "again.json"].map(|name| files.path(name).display().to_string());
    let with = |words: &[&str]| {
        let ran = run(&[&["check", "--no-config", "--format", "json"], words].concat());
        let report: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        report["copies"][0]["assumptions"].to_string()
    };
    let over = ["--terraform-plan", &plan];
    let first = with(&[&["--inventory", &facts, "--save", &saved], &over[..]].concat());
    assert!(first.contains(ASSUMED), "{first}");
    assert_eq!(with(&["--inventory", &saved]), first);
    with(&[&["--inventory", &saved, "--save", &again], &over[..]].concat());
    assert_eq!(with(&["--inventory", &again]), first);
}
