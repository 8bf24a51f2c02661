//! A role that AWS or the provider names: its ARN stands for the one that it will have, and decides no pattern that asks for the name.

use serde_json::{Value, json};

use super::what_stands::{Plan, change, plan_with, verdicts};
use crate::cli::Files;
use crate::support::estate::{DESTINATION_VAULT, FROM, trust};
use crate::support::{Estate, run};
use backup_preflight::verdict::Verdict::{self, Blocked, Feasible, Undecided};

const MANAGED: &str = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";

/// A plan that makes the copy role, with these arguments.
fn makes_role(arguments: &Value) -> Plan {
    let mut after =
        json!({"assume_role_policy": trust().to_string(), "managed_policy_arns": [MANAGED]});
    for (name, value) in arguments.as_object().unwrap() {
        if value.get("references").is_none() {
            after[name] = value.clone();
        }
    }
    let unknown = json!({"arn": true, "id": true, "name": true});
    let role = change("aws_iam_role", &["create"], Value::Null, after, unknown);
    plan_with(&[("aws", role)], |plan| {
        plan["configuration"]["root_module"]["resources"][0]["expressions"] = arguments.clone();
    })
}

fn stand_in() -> String {
    format!("arn:aws:iam::{FROM}:role/aws_iam_role.x")
}

/// An estate whose copy is made by the role that stands in, into a vault with this policy.
fn into(policy: Value) -> Estate {
    Estate::rds()
        .set("/copies/0/role", json!(stand_in()))
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), policy)
}

/// A vault that everybody may copy into whose ARN meets a condition.
fn allows(operator: &str, role: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault",
        "Resource": "*", "Condition": {operator: {"aws:PrincipalArn": role}}}]})
}

fn after(policy: Value, arguments: &Value) -> Verdict {
    verdicts(&into(policy), &makes_role(arguments)).1
}

#[test]
fn a_pattern_that_asks_for_a_name_that_is_to_come_is_open() {
    let prefix = json!({"name_prefix": "backup-"});
    let made = json!({"name": {"references": ["random_id.r.hex", "random_id.r"]}});
    let by_provider = json!({});
    let role = |name: &str| format!("arn:aws:iam::{FROM}:role/{name}");
    for (operator, name, arguments, expected) in [
        ("ArnLike", "backup-*", &prefix, Feasible),
        ("ArnLike", "backup-prod-*", &prefix, Undecided),
        ("ArnLike", "deploy-*", &prefix, Blocked),
        ("ArnLike", "aws_iam_role*", &prefix, Blocked),
        ("ArnNotLike", "backup-*", &prefix, Blocked),
        ("ArnNotLike", "aws-reserved/*", &prefix, Feasible),
        ("ArnNotEquals", "Admin", &prefix, Feasible),
        ("StringLike", "*", &prefix, Feasible),
        ("ArnLike", "backup-*", &made, Undecided),
        ("ArnLike", "aws_iam_role.*", &made, Undecided),
        ("ArnNotLike", "aws-reserved/*", &made, Feasible),
        ("ArnLike", "terraform-*", &by_provider, Feasible),
    ] {
        let found = after(allows(operator, &role(name)), arguments);
        assert_eq!(found, expected, "{operator} {name} of {arguments}");
    }
    // What refers to the role means it.
    for operator in ["ArnEquals", "StringEquals", "ArnLike"] {
        let found = after(allows(operator, &stand_in()), &made);
        assert_eq!(found, Feasible, "{operator}");
    }
}

/// CloudFormation names a role after the stack and its logical id.
#[test]
fn of_a_role_that_a_stack_names_the_beginning_is_known() {
    let template = json!({"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": {
        "AssumeRolePolicyDocument": trust(), "ManagedPolicyArns": [MANAGED]}}}});
    let role = format!("arn:aws:iam::{FROM}:role/Role");
    let with = |operator: &str, name: &str, stack: &[&str]| {
        let wanted = format!("arn:aws:iam::{FROM}:role/{name}");
        let estate = into(allows(operator, &wanted)).set("/copies/0/role", json!(role));
        let files = Files::new();
        let facts = files.estate(&estate);
        let before = files.write("before.json", "{\"Resources\": {}}");
        let template = files.write("template.json", &template.to_string());
        let args = ["check", "--no-config", "--inventory", &facts];
        let over = [
            "--cloudformation",
            &template,
            "--cloudformation-before",
            &before,
        ];
        let place = [
            "--account",
            FROM,
            "--template-region",
            "us-east-2",
            "--format",
            "json",
        ];
        let ran = run(&[&args[..], &over, &place, stack].concat());
        let report: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        report["copies"][0]["verdict"].clone()
    };
    let named = ["--cloudformation-stack", "backup-app"];
    for (operator, name, verdict) in [
        ("ArnLike", "backup-app-*", "feasible"),
        ("ArnLike", "backup-app-Role-*", "feasible"),
        ("ArnLike", "backup-app-prod-*", "blocked"),
        ("ArnLike", "Rol*", "blocked"),
        ("ArnNotEquals", "Admin", "feasible"),
    ] {
        assert_eq!(with(operator, name, &named), verdict, "{operator} {name}");
    }
    assert_eq!(with("ArnLike", "backup-app-*", &[]), "undecided");
    assert_eq!(with("ArnNotEquals", "Admin", &[]), "feasible");
}

/// The name may wait, and the reference tells which role it is; what is made of the role as a whole is meant by the argument.
#[test]
fn a_policy_is_of_the_role_whose_name_it_waits_for() {
    let deny = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]});
    let after = json!({"assume_role_policy": trust().to_string(), "managed_policy_arns": [MANAGED], "name_prefix": "backup-"});
    let unknown = json!({"arn": true, "id": true, "name": true});
    let role = change("aws_iam_role", &["create"], Value::Null, after, unknown);
    let policy = json!({"name": "deny", "policy": deny.to_string()});
    let unknown = json!({"id": true, "role": true});
    let policy = change(
        "aws_iam_role_policy",
        &["create"],
        Value::Null,
        policy,
        unknown,
    );
    let with = |alias: &str, references: &[&str]| {
        plan_with(&[("aws", role.clone()), (alias, policy.clone())], |plan| {
            let blocks = &mut plan["configuration"]["root_module"]["resources"];
            blocks[0]["expressions"] = json!({"name_prefix": {"constant_value": "backup-"}});
            blocks[1]["expressions"] = json!({"role": {"references": references}});
        })
    };
    let anybody = into(everybody());
    for references in [
        &["aws_iam_role.x.name", "aws_iam_role.x"][..],
        &["aws_iam_role.x.id", "aws_iam_role.x"],
        &["aws_iam_role.x"],
    ] {
        let plan = with("aws", references);
        assert_eq!(verdicts(&anybody, &plan).1, Blocked, "{references:?}");
    }
    // The name of a role of one account is that of another in the other, and which is not known.
    for (alias, references) in [
        ("aws.to", &["aws_iam_role.x.name", "aws_iam_role.x"][..]),
        ("aws", &["local.role"]),
    ] {
        let plan = with(alias, references);
        assert_eq!(verdicts(&anybody, &plan).1, Undecided, "{references:?}");
    }
}

/// A policy of a vault that lets in everybody.
fn everybody() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault",
        "Resource": "*"}]})
}
