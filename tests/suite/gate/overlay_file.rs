//! An overlay that somebody wrote: what AWS prints is understood in it as in an inventory, and what is wrong is said with its
//! place in the file.

use std::collections::BTreeMap;

use backup_preflight::inventory::{Overlay, Waiting, opened};
use backup_preflight::verdict::Verdict;
use serde_json::{Value, json};

use crate::support::estate::{CENTRAL, DATABASE, KEY, ROLE};
use crate::support::verdicts::read;
use crate::support::{Estate, Verdicts, decide};

fn laid(estate: &Estate, text: &str) -> Result<Verdicts, String> {
    let document = opened("change.json", text, serde_json::from_str(text).unwrap());
    let overlay = Overlay {
        name: "change.json".to_owned(),
        document: document.map_err(|error| error.to_string())?,
        waits_for: Waiting::Overlay,
        policies: BTreeMap::new(),
        organization: Vec::new(),
    };
    let laid = overlay.over(&read(&estate.0));
    let laid = laid.map_err(|error| error.to_string())?;
    Ok(decide(&serde_json::to_value(&laid).unwrap()).remove(0))
}

fn of_account(account: &str, fields: Value) -> Value {
    let mut whole = json!({"account": account});
    let fields = fields.as_object().unwrap().clone();
    whole.as_object_mut().unwrap().extend(fields);
    json!({"accounts": [whole]})
}

fn of_region(account: &str, list: &str, items: Value) -> Value {
    of_account(
        account,
        json!({"regions": [{"region": "us-east-2", list: items}]}),
    )
}

#[test]
fn what_aws_prints_is_understood_as_in_an_inventory() {
    let (from, to) = ("111122223333", "444455556666");
    let trust =
        json!({"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]});
    for (document, failing) in [
        (
            of_region(
                from,
                "keys",
                json!([{"KeyMetadata": {"Arn": KEY, "KeyId": "11111111-aaaa-4bbb-8ccc-000000000001", "KeyState": "Disabled"}}]),
            ),
            "key-unusable",
        ),
        (
            of_account(
                from,
                json!({"roles": [{"Role": {"Arn": ROLE, "AssumeRolePolicyDocument": trust}}]}),
            ),
            "copy-role-not-assumable",
        ),
        (
            of_account(
                to,
                json!({"organization": {"Organization": {"Id": "o-zzzzzzzzzz", "MasterAccountId": "888877776666", "Path": "o-zzzzzzzzzz/r-ab12/"}}}),
            ),
            "accounts-in-different-organizations",
        ),
        (
            of_region(
                to,
                "vaults",
                json!({"BackupVaultList": [{"BackupVaultArn": CENTRAL, "Locked": true, "MinRetentionDays": 365}]}),
            ),
            "retention-outside-vault-lock",
        ),
        (
            of_region(
                from,
                "resources",
                json!([{"ResourceArn": DATABASE, "Detail": {"DBInstances": [{"DBInstanceIdentifier": "orders", "DBInstanceStatus": "stopped"}]}}]),
            ),
            "recovery-point-missing",
        ),
    ] {
        let found = laid(&Estate::rds(), &document.to_string()).unwrap();
        assert!(
            found.failing().contains(&failing),
            "{document}: {:?}",
            found.failing()
        );
        // What else was read of the thing, and of those beside it, stands.
        assert_eq!(found.undecided(), Vec::<&str>::new(), "{document}");
    }
}

#[test]
fn what_is_unknown_in_an_answer_of_aws_is_unknown() {
    let document = of_region(
        "111122223333",
        "keys",
        json!([{"KeyMetadata": {"Arn": KEY, "KeyState": {"unknown": "nobody said"}}}]),
    );
    let found = laid(&Estate::rds(), &document.to_string()).unwrap();
    assert_eq!(found.undecided(), ["key-unusable"]);
}

#[test]
fn a_policy_in_small_letters_is_open() {
    let policy = json!({"Statement": [{"Effect": "allow", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]});
    let document = of_region(
        "444455556666",
        "vaults",
        json!([{"BackupVaultArn": CENTRAL, "AccessPolicy": policy}]),
    );
    let found = laid(&Estate::rds(), &document.to_string()).unwrap();
    assert_eq!(found.verdict, Verdict::Undecided);
    assert_eq!(found.undecided(), ["vault-refuses-copy"]);
}

#[test]
fn what_is_wrong_is_named_by_its_place_in_the_overlay() {
    let (from, to) = ("111122223333", "444455556666");
    for (document, line, pointer, says) in [
        (
            of_region(
                to,
                "vaults",
                json!([{"BackupVaultName": "central", "AccessPolicy": null}]),
            ),
            9,
            "/accounts/0/regions/0/vaults/0",
            "missing field `BackupVaultArn`",
        ),
        (
            of_region(
                from,
                "keys",
                json!([{"Arn": KEY}, {"Arn": KEY, "Policy": {"Statement": 1}}]),
            ),
            14,
            "/accounts/0/regions/0/keys/1/Policy",
            "policy document",
        ),
        (
            of_region(
                from,
                "resources",
                json!([{"DBInstances": [{"DBInstanceArn": DATABASE}]}]),
            ),
            9,
            "/accounts/0/regions/0/resources/0",
            "missing field `ResourceArn`",
        ),
        (
            of_account(from, json!({"roles": [{"RoleName": "x"}]})),
            6,
            "/accounts/0/roles/0",
            "missing field `Arn`",
        ),
        (
            of_account(from, json!({"cross_account_backup": "yes"})),
            5,
            "/accounts/0/cross_account_backup",
            "boolean",
        ),
        (
            of_region(
                to,
                "vaults",
                json!({"BackupVaultList": [], "NextToken": "x"}),
            ),
            8,
            "/accounts/0/regions/0/vaults",
            "not whole",
        ),
        (
            json!({"copies": [{"id": "x", "destination_vault": CENTRAL, "start": "now"}]}),
            6,
            "/copies/0/start",
            "on-demand",
        ),
    ] {
        let text = serde_json::to_string_pretty(&document).unwrap();
        let error = laid(&Estate::rds(), &text).unwrap_err();
        assert!(
            error.starts_with(&format!("change.json:{line}:")),
            "{error}\n{text}"
        );
        assert!(
            error.contains(says) && error.contains(&format!("(at {pointer}")),
            "{error}"
        );
    }
}

#[test]
fn what_is_wrong_only_with_the_facts_beneath_names_no_place_of_theirs() {
    // A role of another account: of the overlay alone nothing is wrong.
    let other = ROLE.replace("111122223333", "777788889999");
    let document = of_account("111122223333", json!({"roles": [{"Arn": other}]}));
    let error = laid(&Estate::rds(), &document.to_string()).unwrap_err();
    assert!(
        error.starts_with("change.json: laid over the facts: "),
        "{error}"
    );
}
