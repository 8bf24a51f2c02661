//! A policy with a word that AWS may take and may refuse: it was not read, and the rest of its file was.

use backup_preflight::inventory;
use backup_preflight::known::ByHand;
use backup_preflight::verdict::Verdict;
use serde_json::{Value, json};

use super::envelopes::{DESTINATION_VAULT_POLICY, KEY_POLICY, again, refusal};
use crate::support::Estate;
use crate::support::estate::*;

const TRUST: &str = "/accounts/0/roles/0/AssumeRolePolicyDocument";

fn small(document: &Value) -> Value {
    let text = document.to_string();
    let small = text.replacen("\"Effect\":\"Allow\"", "\"Effect\":\"allow\"", 1);
    assert_ne!(text, small);
    serde_json::from_str(&small).unwrap()
}

#[test]
fn it_leaves_open_what_rests_on_it_alone() {
    let policy = |statement: Value| json!({"Version": "2012-10-17", "Statement": [statement]});
    let allow = policy(json!({"Effect": "allow", "Action": "*", "Resource": "*"}));
    let guardrail = json!([[{"Id": "p-1", "Document": allow}]]);
    for (pointer, value, undecided) in [
        (
            TRUST,
            small(Estate::rds().at(TRUST)),
            "copy-role-not-assumable",
        ),
        (
            DESTINATION_VAULT_POLICY,
            small(Estate::rds().at(DESTINATION_VAULT_POLICY)),
            "vault-refuses-copy",
        ),
        (
            KEY_POLICY,
            small(Estate::rds().at(KEY_POLICY)),
            "source-key-not-shared",
        ),
        (
            "/accounts/0/roles/0/InlinePolicies",
            json!([{"PolicyName": "x", "PolicyDocument": allow}]),
            "copy-role-lacks-permission",
        ),
        (
            "/accounts/0/roles/0/PermissionsBoundary",
            json!({"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b", "Document": allow}),
            "copy-role-lacks-permission",
        ),
        (
            "/accounts/0/service_control_policies",
            guardrail,
            "organization-policy-denies-copy",
        ),
    ] {
        for value in [value.clone(), as_text(&value)] {
            let found = Estate::rds().set(pointer, value).verdict();
            assert_eq!(found.verdict, Verdict::Undecided, "{pointer}");
            assert!(
                found.undecided().contains(&undecided),
                "{pointer}: {:?}",
                found.undecided()
            );
            assert_eq!(found.failing(), Vec::<&str>::new(), "{pointer}");
        }
    }
}

/// The same with its policies as the text that AWS returns.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Object(fields) if fields.contains_key("Statement") => json!(value.to_string()),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, one)| (name.clone(), as_text(one)))
            .collect(),
        Value::Array(items) => items.iter().map(as_text).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_gap_says_where_the_word_stands_and_what_was_expected() {
    let estate = Estate::rds().set(TRUST, small(Estate::rds().at(TRUST)));
    let text = serde_json::to_string_pretty(&estate.0).unwrap();
    let line = 1 + text
        .lines()
        .position(|line| line.contains("\"allow\""))
        .unwrap();
    let inventory = inventory::read("f.json", text.as_bytes()).unwrap();
    let gaps = inventory::items(&inventory.gaps);
    let gap = gaps.last().unwrap().to_gap();
    assert_eq!(gap.hand(), Some(ByHand::NotUnderstood));
    assert_eq!(gap.operation(), "`allow` in a policy document");
    let place = format!("f.json:{line}:");
    assert!(gap.subject.starts_with(&place), "{}", gap.subject);
    let rest = format!("{TRUST}/Statement/0/Effect, expected `Allow`");
    assert!(gap.subject.ends_with(&rest), "{}", gap.subject);
    // What is written again says so, and is read so.
    let written = serde_json::to_string(&inventory).unwrap();
    assert_eq!(
        inventory::read("f.json", written.as_bytes()).unwrap(),
        inventory
    );
    assert_eq!(again(&estate).pointer(TRUST), None);
}

#[test]
fn several_are_left_out_and_what_is_wrong_beside_them_is_named_in_its_place() {
    let estate = Estate::rds()
        .set(TRUST, small(Estate::rds().at(TRUST)))
        .set(KEY_POLICY, small(Estate::rds().at(KEY_POLICY)));
    let found = estate.verdict();
    for id in ["copy-role-not-assumable", "source-key-not-shared"] {
        assert!(
            found.undecided().contains(&id),
            "{id}: {:?}",
            found.undecided()
        );
    }
    let wrong = estate.set(&format!("{COPY}/start"), json!("now"));
    let text = serde_json::to_string_pretty(&wrong.0).unwrap();
    let line = 1 + text
        .lines()
        .position(|line| line.contains("\"now\""))
        .unwrap();
    let error = inventory::read("f.json", text.as_bytes())
        .unwrap_err()
        .to_string();
    assert!(error.starts_with(&format!("f.json:{line}:")), "{error}");
    assert!(error.contains(&format!("{COPY}/start")), "{error}");
}

#[test]
fn another_file_may_say_what_it_says() {
    let doubtful = Estate::rds().set(TRUST, small(Estate::rds().at(TRUST)));
    let read = |name: &str, estate: &Estate| {
        let text = estate.0.to_string();
        (
            name.to_owned(),
            inventory::read(name, text.as_bytes()).unwrap(),
        )
    };
    let both = inventory::merge([read("a.json", &doubtful), read("b.json", &Estate::rds())]);
    let both = serde_json::to_value(both.unwrap()).unwrap();
    assert_eq!(Estate(both).verdict().verdict, Verdict::Feasible);
}

#[test]
fn what_is_no_word_of_the_language_at_all_is_an_error() {
    for effect in [json!("permit"), json!(true), Value::Null] {
        let pointer = format!("{TRUST}/Statement/0/Effect");
        let error = refusal(&Estate::rds().set(&pointer, effect.clone()));
        assert!(error.contains(TRUST), "{effect}: {error}");
    }
}
