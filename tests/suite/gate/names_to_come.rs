//! A role that AWS or the provider names: its ARN stands for the one that it will have, and decides no pattern that asks for the name.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::{change as facts_change, plan};
use super::what_stands::{Plan, change, plan_with, verdicts};
use crate::cli::Files;
use crate::support::estate::{DESTINATION_VAULT, FROM, KEY, ROLE, SOURCE, trust};
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

/// A plan takes every bucket, and the copy role may not read those of a pattern.
fn buckets_but(pattern: &str) -> Estate {
    let policies = json!([
        {"PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"},
        {"PolicyArn": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup"}]);
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": pattern}]});
    let selection =
        json!([{"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["arn:aws:s3:::*"]}]);
    Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans/0/Selections"), selection)
        .set(&format!("{SOURCE}/resources"), json!([]))
        .set(&format!("{SOURCE}/resources_complete"), json!(true))
        .set("/accounts/0/roles/0/AttachedPolicies", policies)
        .set(
            "/accounts/0/roles/0/InlinePolicies",
            json!([{"PolicyName": "deny", "Document": deny}]),
        )
}

fn verdict(estate: &Estate, change: &Change<'_>, more: &[&str]) -> String {
    let found = judged(estate, change, more);
    assert_eq!(found.copies.len(), 1, "{:?}", found.copies);
    found.report["copies"][0]["verdict"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn a_pattern_that_asks_for_the_name_of_a_bucket_is_open_before_it_has_one() {
    let plan = |prefix: Value| {
        let bucket = facts_change(
            "aws_s3_bucket.b",
            Value::Null,
            json!({"bucket_prefix": prefix}),
            json!({"arn": true, "id": true, "bucket": true}),
        );
        let kept = json!({"versioning_configuration": [{"status": "Enabled"}]});
        let kept = facts_change(
            "aws_s3_bucket_versioning.v",
            Value::Null,
            kept,
            json!({"bucket": true}),
        );
        let mut plan = plan(FROM, &[bucket, kept]);
        let blocks = &mut plan["configuration"]["root_module"]["resources"];
        blocks[0]["expressions"] = json!({});
        let references = ["aws_s3_bucket.b.id", "aws_s3_bucket.b"];
        blocks[1]["expressions"] =
            json!({"bucket": {"references": references}, "versioning_configuration": [{}]});
        plan
    };
    for (pattern, prefixed, unnamed) in [
        ("arn:aws:s3:::prod-*", "blocked", "undecided"),
        ("arn:aws:s3:::prod-*/*", "blocked", "undecided"),
        ("arn:aws:s3:::prod-x*", "undecided", "undecided"),
        ("arn:aws:s3:::dev-*/*", "feasible", "undecided"),
        ("arn:aws:s3:::*", "blocked", "blocked"),
        ("arn:aws:rds:*", "feasible", "feasible"),
        // What refers to it means it.
        ("arn:aws:s3:::aws_s3_bucket.b/*", "blocked", "blocked"),
        ("arn:aws:s3:::aws_s3_bucket.b*", "blocked", "blocked"),
        ("arn:aws:s3:::aws_s3_bucket.c/*", "feasible", "undecided"),
    ] {
        let estate = buckets_but(pattern);
        let found = [json!("prod-"), Value::Null]
            .map(|prefix| verdict(&estate, &Change::WholePlan(&plan(prefix)), &[]));
        assert_eq!(found, [prefixed, unnamed], "{pattern}");
    }
    let template = json!({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}}});
    let nothing = json!({"Resources": {}});
    let change = Change::Templates(&nothing, &template, FROM);
    for (pattern, named, unnamed) in [
        ("arn:aws:s3:::app-bucket-*", "blocked", "undecided"),
        ("arn:aws:s3:::other-*/*", "feasible", "undecided"),
        ("arn:aws:s3:::Buck*", "feasible", "undecided"),
    ] {
        let estate = buckets_but(pattern);
        let stack = ["--cloudformation-stack", "App"];
        assert_eq!(verdict(&estate, &change, &stack), named, "{pattern}");
        assert_eq!(verdict(&estate, &change, &[]), unnamed, "{pattern}");
    }
}

/// What a run keeps of a change knows which names are not known yet.
#[test]
fn a_name_that_stands_in_for_another_does_so_in_what_is_saved() {
    let files = Files::new();
    let database = json!({"identifier_prefix": "prod-", "engine": "postgres", "storage_encrypted": true, "kms_key_id": KEY});
    let unknown = json!({"arn": true, "id": true, "identifier": true});
    let made = facts_change("aws_db_instance.ledger", Value::Null, database, unknown);
    let selection = json!([{"SelectionName": "named", "IamRoleArn": ROLE, "Resources": ["arn:aws:rds:*:*:db:prod-*"]}]);
    let estate = Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans/0/Selections"), selection)
        .set(&format!("{SOURCE}/resources"), json!([]));
    let (facts, plan) = (files.estate(&estate), plan(FROM, &[made]).to_string());
    let (plan, saved) = (
        files.write("plan.json", &plan),
        files.path("saved.json").display().to_string(),
    );
    let ids = |words: &[&str]| {
        let ran = run(&[&["check", "--no-config", "--format", "json"], words].concat());
        let report: Value =
            serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
        let copies = report["copies"].as_array().unwrap().iter();
        copies.map(|copy| copy["id"].clone()).collect::<Vec<_>>()
    };
    let first = ids(&[
        "--inventory",
        &facts,
        "--terraform-plan",
        &plan,
        "--save",
        &saved,
    ]);
    assert_eq!(first.len(), 1);
    assert_eq!(ids(&["--inventory", &saved]), first);
}
