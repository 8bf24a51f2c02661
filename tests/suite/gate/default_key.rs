//! A volume that a plan encrypts on no key that it names takes the account's default key for EBS.

use serde_json::{Value, json};

use super::judged::{Change, into_central, judged};
use super::plan_facts::change;
use crate::support::Estate;
use crate::support::estate::{KEY, SOURCE};

const VOLUME: &str = "arn:aws:ec2:us-east-2:111122223333:volume/aws_ebs_volume.v";

fn volume() -> Value {
    change(
        "aws_ebs_volume.v",
        Value::Null,
        json!({"encrypted": true, "kms_key_id": null, "type": "gp3", "tags": {}, "tags_all": {}}),
        json!({"arn": true, "id": true, "kms_key_id": true}),
    )
}

/// The verdict, and the checks that fail.
fn of(default: Option<Value>, changes: &[Value]) -> (String, Vec<String>) {
    let field = format!("{SOURCE}/ebs_default_kms_key_id");
    let estate = match default {
        Some(default) => Estate::ebs().set(&field, default),
        None => Estate::ebs().without(&field),
    };
    let found = judged(&estate, &Change::Plan(changes), &into_central(VOLUME));
    let copy = &found.report["copies"][0];
    let checks = copy["checks"].as_array().unwrap().iter();
    let failing = checks.filter(|check| check["outcome"] == "fail");
    let failing = failing.map(|check| check["id"].as_str().unwrap().to_owned());
    (
        copy["verdict"].as_str().unwrap().to_owned(),
        failing.collect(),
    )
}

#[test]
fn the_default_key_of_the_facts_is_the_volumes() {
    let aws = "alias/aws/ebs";
    for (default, verdict, fails) in [
        (Some(json!(KEY)), "feasible", &[][..]),
        (Some(json!(aws)), "blocked", &["source-key-aws-managed"]),
        (Some(Value::Null), "blocked", &["source-key-aws-managed"]),
        (None, "undecided", &[]),
    ] {
        let found = of(default.clone(), &[volume()]);
        let fails: Vec<String> = fails.iter().map(|id| (*id).to_owned()).collect();
        assert_eq!(found, (verdict.to_owned(), fails), "{default:?}");
    }
}

#[test]
fn where_the_default_changes_too_it_is_not_known_which_the_volume_takes() {
    let default = change(
        "aws_ebs_default_kms_key.d",
        Value::Null,
        json!({"key_arn": KEY}),
        json!({"id": true}),
    );
    let (verdict, _) = of(Some(json!(KEY)), &[volume(), default.clone()]);
    assert_eq!(verdict, "undecided");
    // Where the plan leaves the default as it is, as most that have one do, it is the volume's.
    let stays = change(
        "aws_ebs_default_kms_key.d",
        json!({"key_arn": KEY, "id": "d"}),
        json!({"key_arn": KEY, "id": "d"}),
        json!({}),
    );
    let found = of(None, &[volume(), stays]);
    assert_eq!(found, ("feasible".to_owned(), Vec::new()));
    // What says nothing of the volume leaves it as it is.
    let harmless = change(
        "aws_ebs_default_kms_key.d",
        json!({"key_arn": KEY, "id": "d"}),
        json!({"key_arn": KEY, "id": "d"}),
        json!({}),
    );
    let found = judged(&Estate::ebs(), &Change::Plan(&[harmless]), &[]);
    assert_eq!(found.code, 0, "{}", found.report);
}
