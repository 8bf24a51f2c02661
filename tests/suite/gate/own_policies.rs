//! The policies of what is backed up itself, as plans and templates set them: a Deny of the backup counts, and what is not known of one
//! is told.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::{change, plan};
use super::template_before::nothing;
use crate::support::Estate;
use crate::support::estate::{COPY, FROM, RESOURCE, ROLE, resource};

const BUCKET: &str = "arn:aws:s3:::photos";

/// A bucket, whose copies its own role's policies let.
fn bucket() -> Estate {
    let described = json!({"VersioningConfiguration": {"Status": "Enabled"}});
    let policies = json!([
        {"PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"},
        {"PolicyArn": "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup"}]);
    Estate::rds()
        .set(&format!("{COPY}/resource"), json!(BUCKET))
        .set(RESOURCE, resource("S3", BUCKET, Value::Null, described))
        .set("/accounts/0/roles/0/AttachedPolicies", policies)
}

fn policy(effect: &str, action: &str, resource: Value, condition: Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Principal": "*", "Action": action, "Resource": resource,
        "Condition": condition}]})
}

fn denies(action: &str) -> Value {
    policy("Deny", action, json!("*"), json!({}))
}

/// What the one copy comes to, whether the policy is taken to deny nothing, and how the run ends.
fn found(estate: &Estate, change: &Change<'_>) -> (String, bool, i32) {
    let found = judged(estate, change, &["--all"]);
    let copy = &found.report["copies"][0];
    let verdict = copy["verdict"].as_str().unwrap().to_owned();
    let is_assumed = copy["assumptions"]
        .to_string()
        .contains("denies no backup (not read)");
    (verdict, is_assumed, found.code)
}

fn told(verdict: &str, code: i32) -> (String, bool, i32) {
    (verdict.to_owned(), false, code)
}

fn assumed(code: i32) -> (String, bool, i32) {
    ("feasible".to_owned(), true, code)
}

#[test]
fn a_policy_that_a_plan_sets_on_a_bucket_is_asked() {
    let insecure = json!({"Bool": {"aws:SecureTransport": "false"}});
    let outside = json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}});
    let objects = json!([format!("{BUCKET}/*")]);
    for (policy, expected) in [
        (denies("s3:*"), told("blocked", 1)),
        (
            policy("Deny", "s3:GetObject", objects.clone(), json!({})),
            told("blocked", 1),
        ),
        (
            policy("Deny", "s3:PutObject", objects, json!({})),
            told("feasible", 0),
        ),
        (
            policy("Deny", "s3:*", json!("*"), insecure),
            told("feasible", 0),
        ),
        (
            policy("Deny", "s3:*", json!("*"), outside),
            told("undecided", 3),
        ),
        // Of these no page says that no backup is made without.
        (denies("s3:GetBucketTagging"), told("undecided", 3)),
        (
            policy("Allow", "s3:*", json!("*"), json!({})),
            told("feasible", 0),
        ),
    ] {
        let values = json!({"bucket": "photos", "policy": policy.to_string()});
        let set = change("aws_s3_bucket_policy.p", Value::Null, values, json!({}));
        let set = [set];
        assert_eq!(found(&bucket(), &Change::Plan(&set)), expected, "{policy}");
    }
}

#[test]
fn a_policy_of_another_bucket_or_of_one_that_is_not_known_is_none_of_this_one() {
    let set = |values: Value, unknown: Value| {
        let set = [change(
            "aws_s3_bucket_policy.p",
            Value::Null,
            values,
            unknown,
        )];
        found(&bucket(), &Change::Plan(&set))
    };
    let text = denies("s3:*").to_string();
    let other = json!({"bucket": "logs", "policy": text});
    assert_eq!(set(other, json!({})), assumed(0));
    // Of which bucket it is matters where it denies.
    let unknown = json!({"bucket": true});
    assert_eq!(set(json!({"policy": text}), unknown.clone()), assumed(3));
    let allows = policy("Allow", "s3:*", json!("*"), json!({})).to_string();
    assert_eq!(set(json!({"policy": allows}), unknown), assumed(0));
    // What it says waits for apply.
    let unknown = json!({"policy": true});
    assert_eq!(set(json!({"bucket": "photos"}), unknown).0, "undecided");
}

/// The facts have it in the words of its own service.
#[test]
fn a_policy_that_goes_denies_no_more() {
    let text = denies("elasticfilesystem:Backup").to_string();
    let estate = Estate::efs().set(&format!("{RESOURCE}/Detail"), json!({"Policy": text}));
    let id = estate
        .at(&format!("{RESOURCE}/ResourceArn"))
        .as_str()
        .unwrap();
    let id = id.rsplit('/').next().unwrap();
    let set = json!({"file_system_id": id, "policy": text});
    let goes = [change(
        "aws_efs_file_system_policy.p",
        set.clone(),
        Value::Null,
        json!({}),
    )];
    assert_eq!(found(&estate, &Change::Plan(&goes)), told("feasible", 0));
    let mut stays = change("aws_efs_file_system_policy.p", set.clone(), set, json!({}));
    stays["change"]["actions"] = json!(["no-op"]);
    let stays = [stays];
    assert_eq!(found(&estate, &Change::Plan(&stays)), told("blocked", 1));
}

#[test]
fn a_policy_that_a_plan_sets_on_a_file_system_that_it_makes_is_of_that() {
    let system = json!({"encrypted": true, "kms_key_id": crate::support::estate::KEY});
    let system = change(
        "aws_efs_file_system.f",
        Value::Null,
        system,
        json!({"id": true, "arn": true}),
    );
    let set = json!({"policy": denies("elasticfilesystem:*").to_string()});
    let set = change(
        "aws_efs_file_system_policy.p",
        Value::Null,
        set,
        json!({"file_system_id": true}),
    );
    let selection = json!([{"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["arn:aws:elasticfilesystem:*:*:file-system/fs-*"]}]);
    let estate = Estate::rds()
        .planned()
        .set("/accounts/0/regions/0/plans/0/Selections", selection)
        .set("/accounts/0/regions/0/resources", json!([]));
    let mut plan = plan(FROM, &[system, set]);
    let blocks = &mut plan["configuration"]["root_module"]["resources"];
    let references = ["aws_efs_file_system.f.id", "aws_efs_file_system.f"];
    blocks[1]["expressions"] = json!({"file_system_id": {"references": references}, "policy": {}});
    assert_eq!(
        found(&estate, &Change::WholePlan(&plan)),
        told("blocked", 1)
    );
}

#[test]
fn a_policy_of_a_table_is_asked_and_that_of_its_stream_is_not() {
    let estate = Estate::dynamodb();
    let table = estate
        .at(&format!("{RESOURCE}/ResourceArn"))
        .as_str()
        .unwrap();
    let set = |of: &str| {
        let text = denies("dynamodb:StartAwsBackupJob").to_string();
        let values = json!({"resource_arn": of, "policy": text});
        let set = [change(
            "aws_dynamodb_resource_policy.p",
            Value::Null,
            values,
            json!({}),
        )];
        found(&estate, &Change::Plan(&set))
    };
    assert_eq!(set(table), told("blocked", 1));
    assert_eq!(
        set(&format!("{table}/stream/2026-11-01T00:00:00.000")),
        assumed(0)
    );
}

/// A bucket of a template, and its policy.
fn template(name: Option<&str>, policy: Option<Value>) -> Value {
    let mut bucket = json!({"VersioningConfiguration": {"Status": "Enabled"}});
    if let Some(name) = name {
        bucket["BucketName"] = json!(name);
    }
    let mut resources = json!({"Topic": {"Type": "AWS::SNS::Topic"}, "B": {"Type": "AWS::S3::Bucket", "Properties": bucket}});
    if let Some(policy) = policy {
        resources["P"] = json!({"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "B"}, "PolicyDocument": policy}});
    }
    json!({"Resources": resources})
}

#[test]
fn a_policy_that_a_template_sets_on_a_bucket_is_asked() {
    let objects = json!({"Fn::Sub": "${B.Arn}/*"});
    let denies = policy("Deny", "s3:GetObject", objects.clone(), json!({}));
    let none = template(Some("photos"), None);
    let with = |policy: Value| template(Some("photos"), Some(policy));
    let of = |estate: &Estate, now: &Value, then: &Value| {
        found(estate, &Change::Templates(now, then, FROM))
    };
    assert_eq!(
        of(&bucket(), &none, &with(denies.clone())),
        told("blocked", 1)
    );
    // It stands as it was read.
    assert_eq!(
        of(&bucket(), &with(denies.clone()), &with(denies.clone())),
        assumed(0)
    );
    let denied = bucket().set(&format!("{RESOURCE}/Detail/Policy"), self::denies("s3:*"));
    assert_eq!(
        of(&denied, &with(denies.clone()), &none),
        told("feasible", 0)
    );
    assert_eq!(of(&denied, &none, &none), told("blocked", 1));
    // What is not known of a statement that allows does not matter.
    for (effect, verdict, code) in [("Deny", "undecided", 3), ("Allow", "feasible", 0)] {
        let open = policy(effect, "s3:*", json!({"Fn::ImportValue": "x"}), json!({}));
        assert_eq!(
            of(&bucket(), &none, &with(open)),
            told(verdict, code),
            "{effect}"
        );
    }
    // One that the template does not make.
    let mut foreign = nothing();
    foreign["Resources"]["P"] = json!({"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "photos", "PolicyDocument": self::denies("s3:*")}});
    assert_eq!(of(&bucket(), &nothing(), &foreign), assumed(3));
}

#[test]
fn a_policy_that_a_template_sets_on_a_table_or_a_file_system_is_asked() {
    let of = |mut properties: Value| {
        properties["KeySchema"] = json!([{"AttributeName": "id", "KeyType": "HASH"}]);
        let table = json!({"Type": "AWS::DynamoDB::Table", "Properties": properties});
        json!({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}, "T": table}})
    };
    let none = of(json!({"TableName": "orders"}));
    let insecure = json!({"Bool": {"aws:SecureTransport": "false"}});
    for (policy, expected) in [
        (denies("dynamodb:*"), told("blocked", 1)),
        (
            policy("Deny", "dynamodb:*", json!("*"), insecure),
            told("feasible", 0),
        ),
    ] {
        let with = of(json!({"TableName": "orders", "ResourcePolicy": {"PolicyDocument": policy}}));
        let change = Change::Templates(&none, &with, FROM);
        assert_eq!(found(&Estate::dynamodb(), &change), expected, "{policy}");
    }
}
