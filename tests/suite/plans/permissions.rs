//! What a plan's backup takes of its role, before anything is copied.

use serde_json::{Value, json};

use crate::cli::Files;
use crate::support::estate::{COPY_ROLE, FROM};
use crate::support::{Estate, run};

fn policy(effect: &str, actions: &[&str]) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": actions, "Resource": "*"}]})
}

/// The verdict on the one copy, and what its checks say.
fn verdict(estate: &Estate) -> (String, String) {
    let files = Files::new();
    let ran = run(&[
        "check",
        "--inventory",
        &files.estate(estate),
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let copies = report["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 1, "{report}");
    let verdict = copies[0]["verdict"].as_str().unwrap().to_owned();
    (verdict, copies[0]["checks"].to_string())
}

/// A plan that selects by tags finds nothing where its role may not look for them.
#[test]
fn what_is_selected_by_tags_is_found_by_the_role() {
    let copies = &[
        "backup:*",
        "kms:*",
        "rds:CopyDBSnapshot",
        "rds:Describe*",
        "rds:ListTagsForResource",
        "rds:ModifyDBSnapshotAttribute",
    ];
    let with = |more: &[&str]| {
        let actions = [copies.as_slice(), more].concat();
        let document = policy("Allow", &actions);
        Estate::rds()
            .planned()
            .set(&format!("{COPY_ROLE}/AttachedPolicies"), json!([]))
            .set(
                &format!("{COPY_ROLE}/InlinePolicies"),
                json!([{"PolicyName": "copies", "Document": document}]),
            )
    };
    let selection = "/accounts/0/regions/0/plans/0/Selections/0";
    let named = |estate: Estate| {
        estate.without(&format!("{selection}/Conditions")).set(
            &format!("{selection}/Resources"),
            json!(["arn:aws:rds:us-east-2:111122223333:db:orders"]),
        )
    };
    for (estate, expected, says) in [
        (
            with(&["rds:CreateDBSnapshot", "tag:GetResources"]),
            "feasible",
            "",
        ),
        (
            with(&["rds:CreateDBSnapshot"]),
            "blocked",
            "tag:GetResources",
        ),
        (
            with(&["tag:GetResources"]),
            "blocked",
            "rds:CreateDBSnapshot",
        ),
        (named(with(&["rds:CreateDBSnapshot"])), "feasible", ""),
    ] {
        let (verdict, checks) = verdict(&estate);
        assert_eq!(verdict, expected, "{checks}");
        assert!(checks.contains(says), "{checks}");
    }
    let denied = json!([
        [{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess"}],
        [{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess"},
         {"Id": "p-limit", "Name": "Limit", "Document": policy("Deny", &["tag:GetResources"])}],
        [{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess"}]]);
    let denies =
        |estate: Estate| estate.set("/accounts/0/service_control_policies", denied.clone());
    let (found, checks) = verdict(&denies(Estate::rds().planned()));
    assert_eq!(found, "blocked", "{FROM}: {checks}");
    assert!(
        checks.contains("organization-policy-denies-copy"),
        "{checks}"
    );
    assert_eq!(
        verdict(&named(denies(Estate::rds().planned()))).0,
        "feasible"
    );
}
