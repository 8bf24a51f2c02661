//! What is told of what was not read: why, and the one thing that settles it.

use serde_json::{Value, json};

use super::{Files, json};
use crate::support::estate::*;
use crate::support::{Estate, run};

/// What `check` prints of it, as a table.
fn table(estate: &Estate, more: &[&str]) -> String {
    let files = Files::new();
    let file = files.estate(estate);
    let ran = run(&[&["check", "--inventory", &file], more].concat());
    assert!(ran.code != 2, "{}", ran.err);
    ran.out
}

fn report(estate: &Estate, more: &[&str]) -> Value {
    json(&table(estate, &[&["--format", "json"], more].concat()))
}

fn gap(account: &str, operation: &str, subject: &str, error: &str) -> Value {
    json!({"account": account, "operation": operation, "subject": subject, "error": error, "permission": "none"})
}

/// The gap of an operation in a report: what settles it, and the permission.
fn settles(report: &Value, operation: &str) -> (String, Value) {
    let gaps = report["gaps"].as_array().unwrap();
    let gap = gaps.iter().find(|gap| gap["operation"] == operation);
    let gap = gap.unwrap_or_else(|| panic!("{operation} is in {gaps:#?}"));
    let settle = gap["settle"].as_str().unwrap();
    (settle.to_owned(), gap["permission"].clone())
}

#[test]
fn whether_a_resource_has_a_recovery_point_is_told_as_it_was_read() {
    let named = Estate::rds().without("/copies/0/source_vault");
    let points = format!("{SOURCE}/recovery_points");
    let none = "`orders` has no recovery point yet, so its source vault is not known";
    let unread =
        "whether `orders` has a recovery point was not read, so its source vault is not known";
    let give = format!("settle: give --source-vault {PROD}");
    let region = |mut gap: Value| {
        gap["region"] = json!("us-east-2");
        json!([gap])
    };
    let call = "backup:ListRecoveryPointsByResource";
    let answered = region(gap(FROM, call, DATABASE, "NoRecoveryPoints"));
    for (estate, says) in [
        (named.clone().without(&points), unread),
        (named.clone(), none),
        (named.clone().set("/gaps", answered), none),
    ] {
        let table = table(&estate, &[]);
        assert!(table.contains(says), "{table}");
        assert!(table.contains(&give), "{table}");
    }
}

#[test]
fn an_answer_that_lacks_a_field_is_told_by_the_field() {
    let lacks = "the answer lacks KeyUsage";
    let estate = Estate::rds()
        .without(&format!("{RESOURCE_KEY}/KeyUsage"))
        .set("/gaps", json!([gap(FROM, "kms:DescribeKey", KEY, lacks)]));
    let table = table(&estate, &[]);
    let says = format!("kms:DescribeKey in {FROM}: {lacks}: key-unusable waits for it");
    assert!(table.contains(&says), "{table}");
    let (settle, permission) = settles(&report(&estate, &[]), "kms:DescribeKey");
    let expected =
        format!("kms:DescribeKey on {KEY}: {lacks}; give the fact with --inventory FILE");
    assert_eq!((settle, permission), (expected, Value::Null));
}

#[test]
fn what_waits_for_an_account_that_nobody_got_into_names_the_way_into_it() {
    let unread = Estate::rds().without(&format!("{DESTINATION_VAULT}/AccessPolicy"));
    let why = |operation: &str, subject: &str, error: &str| {
        let gap = gap(TO, operation, subject, error);
        unread.clone().set("/gaps", json!([gap]))
    };
    let call = "backup:GetBackupVaultAccessPolicy";
    // Nobody gave credentials.
    let given_none = why("sts:GetCallerIdentity", TO, "NoCredentials");
    let flags = format!("give --destination-profile or --destination-role-arn for {TO}");
    assert_eq!(
        settles(&report(&given_none, &[]), call),
        (flags.clone(), Value::Null)
    );
    let own = settles(&report(&given_none, &[]), "sts:GetCallerIdentity");
    assert_eq!(own, (flags.clone(), Value::Null));
    let shown = table(&given_none, &[]);
    assert!(
        shown.contains(&format!(
            "undecided[no credentials]: no credentials for {TO}"
        )),
        "{shown}"
    );
    assert!(shown.contains(&flags), "{shown}");
    // AWS refused the role.
    let role = "arn:aws:iam::444455556666:role/reader";
    let mut refused = why("sts:AssumeRole", role, "AccessDenied");
    put(
        &mut refused.0,
        "/gaps/0/permission",
        json!("sts:AssumeRole"),
    );
    let (settle, _) = settles(&report(&refused, &[]), call);
    assert!(
        settle.contains("let your caller assume arn:aws:iam::444455556666:role/reader"),
        "{settle}"
    );
    // An account that no copy goes to has no flag.
    let other = Estate::rds()
        .without(&format!("{RESOURCE_KEY}/Policy"))
        .set(
            "/gaps",
            json!([gap(FROM, "sts:GetCallerIdentity", FROM, "NoCredentials")]),
        );
    let (settle, _) = settles(&report(&other, &[]), "kms:GetKeyPolicy");
    assert!(settle.contains("backup-preflight collect"), "{settle}");
    assert!(!settle.contains("--destination"), "{settle}");
}

#[test]
fn accounts_are_called_by_the_names_that_the_facts_give_them() {
    let estate = Estate::rds()
        .set("/accounts/0/name", json!("prod-data"))
        .set("/accounts/1/name", json!("backup-central"));
    let shown = table(&estate, &["-v"]);
    let way = format!("prod-data {FROM}/us-east-2/prod → backup-central {TO}/us-east-2/central");
    assert!(shown.contains(&way), "{shown}");
    // What would be taken for another account is no name.
    let shown = table(&estate.clone().set("/accounts/0/name", json!(TO)), &["-v"]);
    assert!(!shown.contains(&format!("{TO} {FROM}")), "{shown}");
    let shown = table(
        &estate.set("/accounts/0/name", json!("a\u{1b}[2Jb")),
        &["-v"],
    );
    assert!(!shown.contains("[2J"), "{shown}");
}

#[test]
fn every_account_whose_control_policies_are_taken_for_granted_is_told() {
    let allow = ["--assume", "organization-policies-allow"];
    let assumed = |estate: &Estate| {
        let report = report(estate, &allow);
        let copy = &report["copies"][0];
        assert_eq!(copy["verdict"], "feasible", "{copy:#}");
        let all = copy["assumptions"].as_array().unwrap().clone();
        let mut all = all.iter().filter_map(Value::as_str);
        let of = all.find(|words| words.starts_with("organization policies"));
        of.unwrap_or_default().to_owned()
    };
    let read = Estate::rds();
    assert_eq!(assumed(&read), "");
    let scps = "/accounts/0/service_control_policies";
    let no_text = json!([[{"Id": "p-FullAWSAccess"}, {"Id": "p-own", "Name": "own"}]]);
    for (estate, of) in [
        (read.clone().without(scps), "account 111122223333"),
        (read.clone().set(scps, no_text), "account 111122223333"),
        (
            read.clone()
                .without("/accounts/1/resource_control_policies"),
            "account 444455556666",
        ),
    ] {
        let words = assumed(&estate);
        assert!(words.contains(of), "{of}: {words}");
    }
}
