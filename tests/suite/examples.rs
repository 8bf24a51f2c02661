//! The examples that are built into the program say what their sources say, and one changed fact changes that.

use backup_preflight::sources::examples;
use backup_preflight::verdict::Verdict::{self, Blocked, Feasible, Undecided};
use serde_json::{Value, json};

use crate::support::estate::put;
use crate::support::{Verdicts, decide};

fn example(name: &str) -> Value {
    serde_json::from_str(examples::find(name).unwrap().text).unwrap()
}

fn found(inventory: &Value, id: &str) -> Verdicts {
    let mut all = decide(inventory);
    let place = all.iter().position(|found| found.id == id);
    all.swap_remove(place.unwrap_or_else(|| panic!("there is no copy `{id}`")))
}

/// Each copy with its verdict and the checks that fail.
fn holds(name: &str, expected: &[(&str, Verdict, &[&str])]) {
    let mut all = decide(&example(name));
    all.sort_by(|one, other| one.id.cmp(&other.id));
    let said: Vec<_> = all
        .iter()
        .map(|found| (found.id.as_str(), found.verdict, found.failing()))
        .collect();
    let expected: Vec<_> = expected
        .iter()
        .map(|(id, verdict, failing)| (*id, *verdict, failing.to_vec()))
        .collect();
    assert_eq!(said, expected, "{name}");
}

/// The place of an object by its ARN.
fn place(inventory: &Value, list: &str, arn: &str) -> String {
    let accounts = inventory["accounts"].as_array().unwrap();
    for (a, account) in accounts.iter().enumerate() {
        for (r, region) in account["regions"].as_array().unwrap().iter().enumerate() {
            let items = region.get(list).and_then(Value::as_array);
            for (index, item) in items.into_iter().flatten().enumerate() {
                let is = ["Arn", "BackupVaultArn", "ResourceArn", "RecoveryPointArn"]
                    .iter()
                    .any(|name| item.get(name).and_then(Value::as_str) == Some(arn));
                if is && arn.contains(account["account"].as_str().unwrap()) {
                    return format!("/accounts/{a}/regions/{r}/{list}/{index}");
                }
            }
        }
    }
    panic!("{arn} is in no list `{list}`")
}

fn named<'a>(inventory: &'a Value, id: &str, field: &str) -> &'a str {
    let copies = inventory["copies"].as_array().unwrap();
    let copy = copies.iter().find(|copy| copy["id"] == id).unwrap();
    copy[field]
        .as_str()
        .unwrap_or_else(|| panic!("`{id}` has no {field}"))
}

#[test]
fn the_blog_on_encryption_comes_out_as_it_was_told() {
    holds(
        "aws-storage-blog",
        &[
            ("scenario-1-dynamodb", Feasible, &[]),
            ("scenario-1-rds", Blocked, &["source-key-aws-managed"]),
            ("scenario-2-dynamodb", Feasible, &[]),
            ("scenario-2-rds", Blocked, &["destination-key-aws-managed"]),
            ("scenario-3-dynamodb", Feasible, &[]),
            ("scenario-3-rds", Feasible, &[]),
        ],
    );
}

#[test]
fn the_field_notes_come_out_before_and_after_as_they_were_told() {
    let id = "rds-to-backup-account";
    holds("field-notes-rds", &[(id, Feasible, &[])]);
    holds(
        "field-notes-rds-before",
        &[(
            id,
            Blocked,
            &["source-key-not-shared", "vault-refuses-copy"],
        )],
    );
}

#[test]
fn the_two_steps_come_out_as_they_were_told() {
    holds(
        "opstree-two-step",
        &[
            (
                "aws-managed-key-direct",
                Blocked,
                &["source-key-aws-managed"],
            ),
            ("aws-managed-key-step-1", Feasible, &[]),
            ("aws-managed-key-step-2", Feasible, &[]),
            ("custom-key-direct", Feasible, &[]),
        ],
    );
}

#[test]
fn the_primer_on_air_gapped_vaults_comes_out_as_it_was_told() {
    holds(
        "lagv-primer",
        &[
            (
                "aws-managed-key-to-air-gapped",
                Blocked,
                &["source-key-aws-managed"],
            ),
            (
                "aws-managed-key-to-databunker",
                Blocked,
                &["source-key-aws-managed"],
            ),
            ("aws-managed-key-to-intermediate", Feasible, &[]),
            ("customer-key-to-air-gapped", Feasible, &[]),
            ("customer-key-to-databunker", Feasible, &[]),
            ("full-management-to-air-gapped", Feasible, &[]),
            ("full-management-to-databunker", Feasible, &[]),
            ("intermediate-to-air-gapped", Feasible, &[]),
            (
                "rds-to-air-gapped",
                Blocked,
                &["air-gapped-vault-unsupported"],
            ),
            ("rds-to-databunker", Feasible, &[]),
        ],
    );
}

#[test]
fn every_example_is_held_to_its_verdicts_here() {
    let names: Vec<_> = examples::EXAMPLES
        .iter()
        .map(|example| example.name)
        .collect();
    let held = [
        "aws-storage-blog",
        "field-notes-rds",
        "field-notes-rds-before",
        "opstree-two-step",
        "lagv-primer",
        // Its copies are those of plans: tests/suite/cli/audit.rs.
        "organization",
    ];
    assert_eq!(names, held);
}

#[test]
fn the_third_scenario_is_blocked_once_the_vault_takes_nobody_in() {
    let mut blog = example("aws-storage-blog");
    let vault = place(
        &blog,
        "vaults",
        named(&blog, "scenario-3-rds", "destination_vault"),
    );
    put(&mut blog, &format!("{vault}/AccessPolicy"), Value::Null);
    let found = found(&blog, "scenario-3-rds");
    assert_eq!(
        (found.verdict, found.failing()),
        (Blocked, vec!["vault-refuses-copy"])
    );
}

#[test]
fn the_field_notes_are_undecided_once_the_vault_policy_was_not_read() {
    let mut notes = example("field-notes-rds");
    let vault = place(
        &notes,
        "vaults",
        named(&notes, "rds-to-backup-account", "destination_vault"),
    );
    crate::support::estate::take(&mut notes, &format!("{vault}/AccessPolicy"));
    let found = found(&notes, "rds-to-backup-account");
    assert_eq!(
        (found.verdict, found.undecided()),
        (Undecided, vec!["vault-refuses-copy"])
    );
}

#[test]
fn the_field_notes_before_lack_one_thing_less_once_the_vault_lets_the_account_in() {
    let mut notes = example("field-notes-rds-before");
    let vault = place(
        &notes,
        "vaults",
        named(&notes, "rds-to-backup-account", "destination_vault"),
    );
    let role = named(&notes, "rds-to-backup-account", "role").to_owned();
    put(
        &mut notes,
        &format!("{vault}/AccessPolicy"),
        crate::support::estate::allow_copy_into(&role),
    );
    let found = found(&notes, "rds-to-backup-account");
    assert_eq!(
        (found.verdict, found.failing()),
        (Blocked, vec!["source-key-not-shared"])
    );
}

#[test]
fn the_direct_copy_is_blocked_once_cross_account_backup_is_off() {
    let mut steps = example("opstree-two-step");
    for index in 0..steps["accounts"].as_array().unwrap().len() {
        put(
            &mut steps,
            &format!("/accounts/{index}/cross_account_backup"),
            json!(false),
        );
    }
    let direct = found(&steps, "custom-key-direct");
    assert_eq!(
        (direct.verdict, direct.failing()),
        (Blocked, vec!["cross-account-backup-disabled"])
    );
    let within = found(&steps, "aws-managed-key-step-1");
    assert_eq!(
        within.verdict, Feasible,
        "the first step stays in its account"
    );
}

#[test]
fn the_locked_vault_refuses_what_is_kept_for_a_day() {
    let mut primer = example("lagv-primer");
    let copies = primer["copies"].as_array_mut().unwrap();
    let copy = copies
        .iter_mut()
        .find(|copy| copy["id"] == "customer-key-to-air-gapped")
        .unwrap();
    copy["lifecycle"] = json!({"DeleteAfterDays": 1});
    let found = found(&primer, "customer-key-to-air-gapped");
    assert_eq!(
        (found.verdict, found.failing()),
        (Blocked, vec!["retention-outside-vault-lock"])
    );
}
