//! Backup policies of the organization that a change makes or changes: what of it is at fault for the copies that they make, and what of a
//! change of one is none.

use serde_json::{Value, json};

use super::judged::{Change, Judged, judged};
use super::plan_facts::{change, plan};
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DATABASE, FROM, ROLE, SOURCE};

const UNIT: &str = "ou-ab12-11111111";

/// A policy that copies the database into a vault.
fn content(vault: &str) -> Value {
    let days = |days: &str| json!({"delete_after_days": {"@@assign": days}});
    json!({"plans": {"daily": {"regions": {"@@assign": ["us-east-2"]},
        "rules": {"nightly": {"target_backup_vault_name": {"@@assign": "prod"}, "schedule_expression": {"@@assign": "cron(0 5 ? * * *)"},
            "lifecycle": days("14"), "copy_actions": {vault: {"target_backup_vault_arn": {"@@assign": vault}, "lifecycle": days("35")}}}},
        "selections": {"resources": {"s": {"iam_role_arn": {"@@assign": ROLE}, "resource_types": {"@@assign": [DATABASE]}}}}}}})
}

/// The accounts in a unit of the organization, under this effective policy.
fn estate(effective: Value) -> Estate {
    let path = json!(format!("o-a1b2c3d4e5/r-ab12/{UNIT}/"));
    let estate = Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans"), json!([]));
    ["/accounts/0", "/accounts/1"]
        .iter()
        .fold(estate, |estate, account| {
            estate
                .set(&format!("{account}/organization/Path"), path.clone())
                .set(&format!("{account}/backup_policy"), Value::Null)
        })
        .set("/accounts/0/backup_policy", effective)
}

fn policy(text: String, description: &str) -> Value {
    json!({"id": "p-daily", "name": "daily", "type": "BACKUP_POLICY", "description": description, "content": text})
}

/// The addresses that are at fault for each thing that is found of the one copy.
fn at_fault(found: &Judged) -> Vec<(String, Vec<String>)> {
    let checks = found.report["copies"][0]["checks"]
        .as_array()
        .unwrap()
        .iter();
    checks
        .map(|check| {
            let locations = check["locations"].as_array().into_iter().flatten();
            let all = locations.map(|one| one["address"].as_str().unwrap().to_owned());
            (check["id"].as_str().unwrap().to_owned(), all.collect())
        })
        .collect()
}

#[test]
fn the_policy_that_makes_a_copy_is_at_fault_for_it() {
    let nowhere = CENTRAL.replace("central", "nowhere");
    let text = content(&nowhere).to_string();
    for target in [FROM, UNIT, "r-ab12"] {
        let mut made = policy(text.clone(), "");
        made.as_object_mut().unwrap().remove("id");
        let made = change(
            "aws_organizations_policy.p",
            Value::Null,
            made,
            json!({"id": true}),
        );
        let attached = change(
            "aws_organizations_policy_attachment.a",
            Value::Null,
            json!({"target_id": target}),
            json!({"policy_id": true}),
        );
        let mut of = plan(FROM, &[made, attached]);
        of["configuration"]["root_module"]["resources"][1]["expressions"] = json!({"policy_id": {"references": ["aws_organizations_policy.p.id", "aws_organizations_policy.p"]}});
        let template = json!({"Resources": {"P": {"Type": "AWS::Organizations::Policy", "Properties": {"Name": "daily", "Type": "BACKUP_POLICY",
            "TargetIds": [target], "Content": content(&nowhere)}}}});
        let nothing = json!({"Resources": {}});
        for (change, names) in [
            (
                Change::WholePlan(&of),
                &[
                    "aws_organizations_policy.p",
                    "aws_organizations_policy_attachment.a",
                ][..],
            ),
            (Change::Templates(&nothing, &template, FROM), &["P"]),
        ] {
            let found = judged(&estate(Value::Null), &change, &[]);
            assert_eq!(
                found.copies,
                ["orders into nowhere: - -> blocked (new)"],
                "{target}"
            );
            let all = at_fault(&found);
            let missing = all
                .iter()
                .find(|(id, _)| id == "destination-vault-missing")
                .unwrap();
            assert_eq!(missing.1, names, "{target}");
            assert!(
                all.iter().all(|(_, locations)| !locations.is_empty()),
                "{target}: {all:?}"
            );
        }
    }
}

/// What is in force on an account comes of all policies on the way to it, and the facts have what they come to together: what one of them
/// gives another way is not known.
#[test]
fn a_policy_that_says_the_same_changes_nothing_and_one_that_says_otherwise_is_open() {
    let is = content(CENTRAL);
    let was = || policy(is.to_string(), "of before");
    let pretty = serde_json::to_string_pretty(&is).unwrap();
    let other = is.to_string().replace("\"35\"", "\"40\"");
    let kept = ["orders into central: feasible -> feasible (same)"];
    let open = ["orders into central: feasible -> undecided (worse)"];
    for (text, found) in [(pretty, kept), (other, open)] {
        let changes = change(
            "aws_organizations_policy.p",
            was(),
            policy(text, "of now"),
            json!({}),
        );
        let mut attached = change(
            "aws_organizations_policy_attachment.a",
            json!({"id": "x", "policy_id": "p-daily", "target_id": UNIT}),
            json!({"id": "x", "policy_id": "p-daily", "target_id": UNIT}),
            json!({}),
        );
        attached["change"]["actions"] = json!(["no-op"]);
        let of = plan(FROM, &[changes, attached]);
        let judged = judged(&estate(is.clone()), &Change::WholePlan(&of), &["--all"]);
        assert_eq!(judged.copies, found);
        for (check, locations) in at_fault(&judged) {
            assert!(
                locations.contains(&"aws_organizations_policy.p".to_owned()),
                "{check}: {locations:?}"
            );
        }
    }
    let template = |content: Value, description: &str| {
        json!({"Resources": {"P": {"Type": "AWS::Organizations::Policy", "Properties": {
        "Name": "daily", "Type": "BACKUP_POLICY", "TargetIds": [UNIT], "Content": content, "Description": description}}}})
    };
    let now = template(is.clone(), "of before");
    let mut other = is.clone();
    other["plans"]["daily"]["rules"]["nightly"]["lifecycle"]["delete_after_days"]["@@assign"] =
        json!("15");
    for (content, found) in [(is.clone(), kept), (other, open)] {
        let then = template(content, "of now");
        let judged = judged(
            &estate(is.clone()),
            &Change::Templates(&now, &then, FROM),
            &["--all"],
        );
        assert_eq!(judged.copies, found);
    }
}
