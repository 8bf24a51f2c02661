//! What of a change is at fault for a copy that it leaves undecided: what the check looks at, whether it saw anything of it or not.

use serde_json::{Value, json};

use crate::cli::Files;
use crate::support::Estate;
use crate::support::estate::{DATABASE, FROM, ROLE, trust};
use crate::support::run;

const SOURCE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/suite/gate/cloudformation/source.yaml"
);
const FACTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/suite/gate/pull-request/facts.json"
);

fn judged(args: &[&str]) -> Value {
    let ran = run(&[&["check", "--no-config", "--format", "json"], args].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err))
}

/// The first place of a check of the one copy that is undecided.
fn first(report: &Value, check: &str) -> Value {
    let checks = report["copies"][0]["checks"].as_array().unwrap();
    let found = checks.iter().find(|found| found["id"] == check);
    let found = found.unwrap_or_else(|| panic!("{report}"));
    assert_eq!(found["outcome"], "undecided", "{found}");
    found["locations"][0].clone()
}

/// The line of a resource's name, from 1.
fn line_of(text: &str, name: &str) -> usize {
    let line = text
        .lines()
        .position(|line| line.trim_end() == format!("  {name}:"));
    line.unwrap() + 1
}

#[test]
fn what_a_template_changes_is_named_where_nothing_of_it_was_seen() {
    let files = Files::new();
    let now = std::fs::read_to_string(SOURCE).unwrap();
    let before = files.write("now.yaml", &now);
    let place = [
        "--inventory",
        FACTS,
        "--account",
        FROM,
        "--template-region",
        "eu-west-1",
        "--parameter",
        "BackupAccount=444455556666",
    ];
    let then = now.replace(
        "service-role/AWSBackupServiceRolePolicyForBackup",
        "ReadOnlyAccess",
    );
    assert_ne!(then, now);
    let role = files.write("role.yaml", &then);
    let of_role = judged(
        &[
            &place[..],
            &[
                "--cloudformation-before",
                &before,
                "--cloudformation",
                &role,
            ],
        ]
        .concat(),
    );
    let at = first(&of_role, "copy-role-lacks-permission");
    assert_eq!(
        (&at["address"], &at["line"]),
        (&json!("Role"), &json!(line_of(&then, "Role"))),
        "{of_role}"
    );

    let then = now.replace(
        "Action: [kms:DescribeKey, kms:CreateGrant, kms:Decrypt]",
        "Action: [kms:DescribeKey, kms:Decrypt]",
    );
    assert_ne!(then, now);
    let key = files.write("key.yaml", &then);
    let of_key = judged(&[&place[..], &["--cloudformation", &key]].concat());
    for check in ["source-key-not-shared", "source-key-refuses-copy-role"] {
        let at = first(&of_key, check);
        assert_eq!(
            (&at["address"], &at["line"]),
            (&json!("Key"), &json!(line_of(&then, "Key"))),
            "{check}"
        );
    }
}

/// The role has a path, and its boundary is a policy that was not read.
#[test]
fn what_a_plan_changes_is_named_where_nothing_of_it_was_seen() {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let role = |boundary: Value| {
        json!({"arn": ROLE, "name": "AWSBackupDefaultServiceRole", "path": "/service-role/",
        "id": "AWSBackupDefaultServiceRole", "assume_role_policy": trust().to_string(), "permissions_boundary": boundary})
    };
    let after = role(json!("arn:aws:iam::111122223333:policy/nobody-read-it"));
    let change = super::plan_facts::change("aws_iam_role.r", role(Value::Null), after, json!({}));
    let plan = files.write(
        "plan.json",
        &super::plan_facts::plan(FROM, &[change]).to_string(),
    );
    let report = judged(&["--inventory", &facts, "--terraform-plan", &plan]);
    assert_eq!(report["copies"][0]["source"]["resource"], DATABASE);
    assert_eq!(
        first(&report, "copy-role-lacks-permission")["address"],
        "aws_iam_role.r"
    );
}
