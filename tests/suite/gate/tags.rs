//! Tags of a plan, a template or an overlay: one may be called as the program calls something of its own, and a provider of Terraform
//! may ignore some.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::{change, plan};
use crate::support::Estate;
use crate::support::estate::{DATABASE, FROM, KEY, RESOURCE};

/// Names that stand for something else where they are alone in an object of an overlay.
const NAMES: &[&str] = &[
    "made", "unknown", "tagged", "joined", "data", "seen", "stands", "unsaid",
];

fn database(tags: &Value) -> Value {
    json!({"arn": DATABASE, "identifier": "orders", "engine": "postgres", "storage_encrypted": true, "kms_key_id": KEY,
        "tags": tags, "tags_all": tags})
}

/// What a change comes to for the copies of what has the tag `backup`, and for the resource's tags.
fn found(change: &Change<'_>, name: &str) -> (Vec<String>, i32) {
    let mut estate = Estate::rds().planned();
    let selection = "/accounts/0/regions/0/plans/0/Selections/0/Conditions";
    let asked = json!({"StringEquals": [{"ConditionKey": format!("aws:ResourceTag/{name}"), "ConditionValue": "daily"}]});
    estate = estate
        .set(selection, asked)
        .set(&format!("{RESOURCE}/Tags"), json!({}));
    let found = judged(&estate, change, &["--all"]);
    (found.copies, found.code)
}

#[test]
fn a_tag_is_a_tag_whatever_it_is_called() {
    let copied = vec!["orders into central: - -> feasible (new)".to_owned()];
    for name in NAMES {
        let tags = json!({ *name: "daily" });
        let mut change = change(
            "aws_db_instance.d",
            database(&json!({})),
            database(&tags),
            json!({}),
        );
        assert_eq!(
            found(&Change::Plan(&[change.clone()]), name),
            (copied.clone(), 0),
            "{name}"
        );
        change["change"]["before"] = change["change"]["after"].clone();
        change["change"]["actions"] = json!(["no-op"]);
        let stays = found(&Change::Plan(&[change]), name);
        assert_eq!(stays.1, 0, "{name}");
        let of = |tags: Value| {
            let properties = json!({"DBInstanceIdentifier": "orders", "Engine": "postgres", "StorageEncrypted": true, "KmsKeyId": KEY,
                "Tags": tags});
            json!({"Resources": {"It": {"Type": "AWS::RDS::DBInstance", "Properties": properties}}})
        };
        let (now, then) = (of(json!([])), of(json!([{"Key": name, "Value": "daily"}])));
        let told = found(&Change::Templates(&now, &then, FROM), name);
        assert_eq!(told, (copied.clone(), 0), "{name}");
        // Of an overlay the one name is taken.
        if *name != "unknown" {
            let overlay = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": FROM, "regions": [
                {"region": "us-east-2", "resources": [{"ResourceArn": DATABASE, "Tags": tags}]}]}]});
            let told = found(&Change::Overlay(&overlay), name);
            assert_eq!(told, (copied.clone(), 0), "{name}");
        }
    }
}

/// A plan under a provider that ignores tags.
fn ignoring(change: Value, ignored: &Value) -> Value {
    let mut plan = plan(FROM, &[change]);
    plan["configuration"]["provider_config"]["aws"]["expressions"]["ignore_tags"] =
        json!([ignored]);
    plan
}

#[test]
fn tags_that_a_provider_ignores_stand_as_they_were_read() {
    let stays = {
        let mut same = change(
            "aws_db_instance.d",
            database(&json!({})),
            database(&json!({})),
            json!({}),
        );
        same["change"]["actions"] = json!(["no-op"]);
        same
    };
    let changes = change(
        "aws_db_instance.d",
        database(&json!({})),
        database(&json!({"team": "shop"})),
        json!({}),
    );
    for ignored in [
        json!({"keys": {"constant_value": ["backup"]}}),
        json!({"key_prefixes": {"constant_value": ["back"]}}),
        json!({"keys": {"references": ["var.ignored"]}}),
    ] {
        for change in [&stays, &changes] {
            let plan = ignoring(change.clone(), &ignored);
            let found = judged(
                &Estate::rds().planned(),
                &Change::WholePlan(&plan),
                &["--all"],
            );
            let same = ["orders into central: feasible -> feasible (same)"];
            assert_eq!(found.copies, same, "{ignored}");
        }
    }
    // One that it does not ignore is gone.
    let other = json!({"keys": {"constant_value": ["cost"]}});
    let mut plan = ignoring(stays, &other);
    plan["timestamp"] = json!("2026-11-23T10:00:00Z");
    let found = judged(
        &Estate::rds().planned(),
        &Change::WholePlan(&plan),
        &["--all"],
    );
    assert_eq!(found.copies, Vec::<String>::new());
}

#[test]
fn what_is_made_may_have_the_tags_that_its_provider_ignores() {
    let estate = Estate::rds()
        .planned()
        .set("/accounts/0/regions/0/resources", json!([]));
    let values = json!({"identifier": "orders", "engine": "postgres", "storage_encrypted": true, "kms_key_id": KEY, "tags": null});
    let made = change(
        "aws_db_instance.d",
        Value::Null,
        values,
        json!({"arn": true, "tags_all": {}}),
    );
    let copies = |plan: &Value| {
        judged(&estate, &Change::WholePlan(plan), &["--all"])
            .copies
            .len()
    };
    let ignored = json!({"keys": {"constant_value": ["backup"]}});
    assert_eq!(copies(&ignoring(made.clone(), &ignored)), 1);
    assert_eq!(copies(&plan(FROM, &[made])), 0);
}

/// The environment may make the provider ignore tags, or give some (`TF_AWS_IGNORE_TAGS_KEYS`, `TF_AWS_DEFAULT_TAGS_…`): no plan tells it.
#[test]
fn a_tag_that_a_plan_does_not_see_stands_as_it_was_read() {
    let of = |before: Value, after: Value| {
        let mut stays = change(
            "aws_db_instance.d",
            database(&before),
            database(&after),
            json!({}),
        );
        if before == after {
            stays["change"]["actions"] = json!(["no-op"]);
        }
        let estate = Estate::rds().planned();
        let selection = "/accounts/0/regions/0/plans/0/Selections/0/Conditions";
        let asked = json!({"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}]});
        let estate = estate
            .set(selection, asked)
            .set(&format!("{RESOURCE}/Tags"), json!({"backup": "daily"}));
        judged(&estate, &Change::Plan(&[stays]), &["--all"]).copies
    };
    let same = ["orders into central: feasible -> feasible (same)"];
    let team = json!({"team": "shop"});
    assert_eq!(of(json!({}), json!({})), same);
    assert_eq!(of(team.clone(), team.clone()), same);
    assert_eq!(of(json!({}), team.clone()), same);
    // What it sees, and takes away.
    let seen = json!({"backup": "daily"});
    assert_eq!(of(seen.clone(), seen.clone()), same);
    assert_eq!(
        of(seen, team),
        ["orders into central: feasible -> feasible (removed)"]
    );
}
