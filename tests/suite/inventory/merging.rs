//! Several files, one inventory.

use backup_preflight::inventory::{self, Inventory, ReadError};
use serde_json::{Value, json};

use crate::support::Estate;
use crate::support::estate::*;
use crate::support::verdicts::read;

fn merged(files: &[&Value]) -> Result<Inventory, ReadError> {
    let names = ["one.json", "two.json", "three.json"];
    let files = files.iter().zip(names);
    inventory::merge(files.map(|(file, name)| (name.to_owned(), read(file))))
}

fn conflict(one: &Value, two: &Value) -> String {
    merged(&[one, two]).unwrap_err().to_string()
}

const TAGS: &str = "/accounts/0/regions/0/keys/0/Tags";

#[test]
fn present_beats_absent_whichever_file_has_it() {
    let whole = Estate::rds().0;
    let half = Estate::rds()
        .without(&format!("{RESOURCE_KEY}/Policy"))
        .without(&format!("{DESTINATION_VAULT}/AccessPolicy"))
        .without("/accounts/1/organization")
        .0;
    for files in [[&whole, &half], [&half, &whole]] {
        assert_eq!(merged(&files).unwrap(), read(&whole));
    }
}

#[test]
fn files_of_one_account_each_make_an_estate_of_both() {
    let source = Estate::rds().without("/accounts/1");
    let destination = Estate::rds().without("/accounts/0").without("/copies");
    assert_eq!(
        merged(&[&source.0, &destination.0]).unwrap(),
        read(&Estate::rds().0)
    );
    assert_eq!(
        source.verdict().verdict,
        backup_preflight::verdict::Verdict::Undecided
    );
}

/// One says that it is there, and the other that it is not.
#[test]
fn what_a_whole_list_lacks_and_another_file_has_is_an_error() {
    let whole = Estate::rds();
    let roles = "/accounts/0/roles";
    for (list, lacks) in [
        (format!("{DESTINATION}/vaults"), CENTRAL),
        (roles.to_owned(), ROLE),
    ] {
        let empty = whole.clone().set(&list, json!([])).0;
        let partial = whole.clone().without(&format!("{list}_complete")).0;
        for files in [
            [&empty, &whole.0],
            [&whole.0, &empty],
            [&empty, &partial],
            [&partial, &empty],
        ] {
            let error = conflict(files[0], files[1]);
            let says = format!("`{lacks}`, and a whole list without it");
            assert!(error.contains(&says), "{error}");
        }
        let mut twice = whole.clone().0;
        let account = if list == roles { 0 } else { 1 };
        let again = empty["accounts"][account].clone();
        twice["accounts"].as_array_mut().unwrap().push(again);
        let error = inventory::read("f.json", twice.to_string().as_bytes()).unwrap_err();
        assert!(
            error.to_string().contains("a whole list without it"),
            "{error}"
        );
    }
    // What was looked up and is not there is in no list, and one that is not whole says nothing of others.
    let gone = whole
        .clone()
        .set(&format!("{DESTINATION_VAULT}/VaultState"), Value::Null)
        .without(&format!("{DESTINATION}/vaults_complete"))
        .0;
    let empty = whole
        .clone()
        .set(&format!("{DESTINATION}/vaults"), json!([]));
    assert!(merged(&[&gone, &empty.0]).is_ok());
    let partial = empty.without(&format!("{DESTINATION}/vaults_complete")).0;
    assert!(
        merged(&[
            &partial,
            &whole.without(&format!("{DESTINATION}/vaults_complete")).0
        ])
        .is_ok()
    );
}

#[test]
fn two_different_values_are_an_error_that_names_both_files_and_the_place() {
    let other = Estate::rds()
        .set(&format!("{RESOURCE_KEY}/KeyState"), json!("Disabled"))
        .0;
    let error = conflict(&Estate::rds().0, &other);
    for part in [
        "one.json", "two.json", "KeyState", "Enabled", "Disabled", KEY,
    ] {
        assert!(error.contains(part), "{part} is not in: {error}");
    }
    let null = Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null)
        .0;
    assert!(conflict(&Estate::rds().0, &null).contains("AccessPolicy"));
    let other_tags = Estate::rds().set(TAGS, json!({"a": "b"})).0;
    assert!(conflict(&Estate::rds().0, &other_tags).contains("Tags"));
}

#[test]
fn a_list_is_whole_where_any_file_says_so() {
    let not = Estate::rds()
        .set("/accounts/0/roles_complete", json!(false))
        .set(&format!("{SOURCE}/vaults_complete"), json!(false));
    for files in [[&not.0, &Estate::rds().0], [&Estate::rds().0, &not.0]] {
        assert_eq!(merged(&files).unwrap(), read(&Estate::rds().0));
    }
}

#[test]
fn the_earliest_moment_stands_whatever_the_offset() {
    let at = |text: &str| Estate::rds().set("/collected_at", json!(text)).0;
    let (early, late) = (at("2026-11-22T11:30:00+02:00"), at("2026-11-22T10:00:00Z"));
    for files in [[&early, &late], [&late, &early]] {
        let merged = merged(&files).unwrap();
        let moment = merged.collected_at.value().unwrap();
        assert_eq!(moment.latest().as_str(), "2026-11-22T10:00:00Z");
        let written = serde_json::to_value(merged).unwrap();
        assert_eq!(written, serde_json::to_value(read(&early)).unwrap());
    }
}

#[test]
fn a_gap_that_another_file_fills_goes() {
    let gap = |operation: &str, subject: &str| {
        json!({"account": TO, "region": "us-east-2", "operation": operation,
        "subject": subject, "error": "AccessDeniedException", "permission": operation})
    };
    let asked = Estate::rds()
        .without(&format!("{DESTINATION_VAULT}/AccessPolicy"))
        .push("/gaps", gap("backup:GetBackupVaultAccessPolicy", CENTRAL))
        .push(
            "/gaps",
            gap(
                "kms:GetKeyPolicy",
                "arn:aws:kms:us-east-2:444455556666:key/other",
            ),
        );
    let all = merged(&[&asked.0, &Estate::rds().0]).unwrap();
    let left = inventory::items(&all.gaps);
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].to_gap().subject.ends_with("key/other"));
    let alone = merged(&[&asked.0, &asked.0]).unwrap();
    assert_eq!(
        inventory::items(&alone.gaps).len(),
        2,
        "nobody filled the first"
    );
}

#[test]
fn copies_of_one_id_are_refused_in_one_file_and_joined_from_two() {
    let twice = Estate::rds();
    let copy = twice.at(COPY).clone();
    let error = inventory::read(
        "f.json",
        twice.push("/copies", copy).0.to_string().as_bytes(),
    )
    .unwrap_err();
    let error = error.to_string();
    assert!(
        error.contains("orders-to-central") && error.contains("/copies/1"),
        "{error}"
    );
    assert!(merged(&[&Estate::rds().0, &Estate::rds().0]).is_ok());
    let other = Estate::rds()
        .set(
            &format!("{COPY}/role"),
            json!("arn:aws:iam::111122223333:role/other"),
        )
        .0;
    assert!(conflict(&Estate::rds().0, &other).contains("role"));
}

#[test]
fn the_order_of_three_files_does_not_matter() {
    let source = Estate::rds().without("/accounts/1").without("/copies").0;
    let destination = Estate::rds().without("/accounts/0").without("/copies").0;
    let copies =
        json!({"schema": "backup-preflight/inventory/v1", "copies": [Estate::rds().at(COPY)]});
    let sorted = |files: &[&Value]| {
        let all = merged(files).unwrap();
        let mut all: Value = serde_json::to_value(&all).unwrap();
        all["accounts"]
            .as_array_mut()
            .unwrap()
            .sort_by_key(|account| account["account"].to_string());
        all
    };
    let one = sorted(&[&source, &destination, &copies]);
    assert_eq!(one, sorted(&[&copies, &destination, &source]));
    assert_eq!(one, sorted(&[&destination, &copies, &source]));
}
