//! What is laid over the facts.

use backup_preflight::inventory::{Overlay, Waiting, misspelt};
use backup_preflight::verdict::{Status, Verdict};
use serde_json::{Value, json};

use super::standings;
use crate::support::estate::{COPY, DESTINATION_VAULT, RESOURCE_KEY};
use crate::support::verdicts::read;
use crate::support::{Estate, Verdicts, decide};
use crate::unknowns::places::places;

fn overlay(document: Value) -> Overlay {
    Overlay {
        name: "change.json".to_owned(),
        document,
        waits_for: Waiting::Overlay,
        policies: Default::default(),
        organization: Vec::new(),
    }
}

/// The verdict on the one copy with an overlay on top.
fn over(estate: &Estate, document: Value) -> Verdicts {
    let laid = overlay(document)
        .over(&read(&estate.0))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut all = decide(&serde_json::to_value(&laid).unwrap());
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn vault(fields: Value) -> Value {
    let mut vault = json!({"BackupVaultArn": crate::support::estate::CENTRAL});
    vault
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    json!({"accounts": [{"account": "444455556666", "regions": [{"region": "us-east-2", "vaults": [vault]}]}]})
}

#[test]
fn what_stands_wins_and_what_is_absent_leaves_the_facts() {
    let found = over(&Estate::rds(), vault(json!({"AccessPolicy": null})));
    assert_eq!(found.failing(), ["vault-refuses-copy"]);
    let found = over(
        &Estate::rds(),
        vault(json!({"Locked": true, "MinRetentionDays": 90})),
    );
    assert_eq!(found.failing(), ["retention-outside-vault-lock"]);
    assert_eq!(
        over(&Estate::rds(), vault(json!({}))).verdict,
        Verdict::Feasible
    );
}

#[test]
fn a_name_that_is_nearly_one_of_a_field_would_change_nothing_and_is_told() {
    let at = "/accounts/0/regions/0/vaults/0";
    for (field, meant) in [
        ("VaultStaet", "VaultState"),
        ("MinRetentonDays", "MinRetentionDays"),
    ] {
        let found = misspelt(&vault(json!({field: 7}))).unwrap();
        assert_eq!(
            (found.at, found.meant),
            (format!("{at}/{field}"), Some(meant))
        );
    }
    // What another call names so: get-backup-vault-access-policy, describe-db-instances, CloudFormation.
    for (field, meant) in [
        ("Policy", "AccessPolicy"),
        ("KmsKeyId", "EncryptionKeyArn"),
        ("LockConfiguration", "MinRetentionDays"),
    ] {
        let found = misspelt(&vault(json!({field: {}}))).unwrap();
        assert_eq!(
            (found.at, found.meant),
            (format!("{at}/{field}"), Some(meant))
        );
    }
    let account = json!({"accounts": [{"account": "444455556666", "rolse": []}]});
    assert_eq!(misspelt(&account).unwrap().meant, Some("roles"));
    assert!(misspelt(&json!({"copeis": []})).is_some());
    // What is no inventory changes nothing, either, be it a field of it or the whole.
    let region =
        |fields: Value| json!({"accounts": [{"account": "444455556666", "regions": [fields]}]});
    for (wrong, at) in [
        (
            json!({"KeyMetadata": {"KeyState": "Disabled"}}),
            "/KeyMetadata",
        ),
        (
            json!({"Version": "2012-10-17", "Statement": []}),
            "/Version",
        ),
        (json!({"inventory": {"accounts": []}}), "/inventory"),
        (
            json!({"accounts": [{"account": "444455556666", "scps": []}]}),
            "/accounts/0/scps",
        ),
        (
            region(json!({"region": "us-east-2", "backup_vaults": []})),
            "/accounts/0/regions/0/backup_vaults",
        ),
    ] {
        assert_eq!(misspelt(&wrong).unwrap().at, at);
    }
    for right in [
        vault(json!({"VaultState": "FAILED", "NumberOfRecoveryPoints": 7})),
        region(json!({"region": "us-east-2", "vaults": {"unknown": "who knows"}})),
        json!({"accounts": [{"account": "444455556666", "regions": [{"region": "us-east-2",
            "keys": [{"Arn": "a", "KeyId": "b", "KeyState": "Enabled"}]}]}]}),
    ] {
        assert!(misspelt(&right).is_none(), "{right}");
    }
    // What is laid over anything by name is no slip.
    assert!(misspelt(&Estate::rds().0).is_none());
}

#[test]
fn a_thing_that_is_not_there_yet_is_added() {
    let estate = Estate::rds().set(&format!("{DESTINATION_VAULT}/VaultState"), Value::Null);
    assert_eq!(
        estate.verdict().of("destination-vault-missing"),
        Status::Fail
    );
    let found = over(&estate, vault(json!({"VaultState": "AVAILABLE"})));
    assert_eq!(found.verdict, Verdict::Feasible);
}

#[test]
fn a_policy_of_the_organization_is_replaced_whole() {
    let document = json!({"accounts": [{"account": "111122223333", "service_control_policies": [[{"Id": "p-x", "Document": {
    "Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}
    ]}}]]}]});
    let found = over(&Estate::rds(), document);
    assert_eq!(found.of("organization-policy-denies-copy"), Status::Fail);
}

#[test]
fn a_key_to_be_deleted_breaks_what_is_on_it() {
    let key = Estate::rds().at(RESOURCE_KEY)["Arn"].clone();
    let document = json!({"accounts": [{"account": "111122223333", "regions": [{"region": "us-east-2", "keys": [
        {"Arn": key, "KeyState": "PendingDeletion"}
    ]}]}]});
    assert!(
        over(&Estate::rds(), document)
            .failing()
            .contains(&"key-unusable")
    );
}

#[test]
fn what_is_unknown_is_told_with_its_place_and_its_reason() {
    let document = vault(json!({"AccessPolicy": {"unknown": "somebody else writes it"}}));
    let laid = overlay(document).over(&read(&Estate::rds().0)).unwrap();
    let facts = backup_preflight::inventory::Facts::new(&laid);
    let all = crate::support::decided(&facts, &laid);
    let (_, outcome) = all[0]
        .outcomes
        .iter()
        .find(|(check, _)| check.id == "vault-refuses-copy")
        .unwrap();
    assert_eq!(outcome.status, Status::Undecided);
    let gap = &outcome.gaps[0];
    assert_eq!(gap.operation(), "overlay");
    assert_eq!(
        gap.subject,
        "change.json /accounts/0/regions/0/vaults/0/AccessPolicy: somebody else writes it"
    );
}

#[test]
fn an_overlay_that_is_no_inventory_is_an_error_that_names_it() {
    let document = json!({"accounts": [{"account": "44445555"}]});
    let error = overlay(document)
        .over(&read(&Estate::rds().0))
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("change.json:"), "{error}");
}

/// Whatever field of whatever estate is made unknown, no verdict becomes better for it; laid over itself it stays as it is.
#[test]
fn nothing_that_is_unknown_helps_a_copy() {
    let mut asked = 0;
    for (name, estate) in crate::estate::feasible() {
        // A copy that will fail, too: what decides it may be what is made unknown.
        let refused = estate
            .clone()
            .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null);
        for (estate, blocked) in [(estate, false), (refused, true)] {
            let inventory = read(&estate.0);
            let before = standings(&inventory);
            assert_eq!(
                standings(&overlay(estate.0.clone()).over(&inventory).unwrap()),
                before,
                "{name}"
            );
            for place in places(&estate.0) {
                if place.pointer.starts_with(COPY) || place.pointer.starts_with("/schema") {
                    continue;
                }
                let mut changed = estate.0.clone();
                let Some(value) = changed.pointer_mut(&place.pointer) else {
                    continue;
                };
                *value = json!({"unknown": "asked"});
                let Ok(laid) = overlay(changed).over(&inventory) else {
                    continue;
                };
                asked += 1;
                for (id, after) in standings(&laid) {
                    let was = &before[&id];
                    let better =
                        was.verdict != Verdict::Feasible && after.verdict == Verdict::Feasible;
                    let lost = blocked
                        && was.verdict == Verdict::Blocked
                        && after.verdict == Verdict::Feasible;
                    assert!(
                        !better && !lost,
                        "{name}: {} unknown: {was:?} became {after:?}",
                        place.pointer
                    );
                }
            }
        }
    }
    assert!(asked > 500, "{asked}");
}
