//! Each fact that decides a copy with a value that makes it fail; the same fact unknown leaves the copy undecided, and says
//! nothing else against it.

use std::collections::BTreeMap;

use backup_preflight::inventory::{Overlay, Waiting};
use backup_preflight::verdict::Verdict;
use serde_json::{Map, Value, json};

use crate::support::estate::{CENTRAL, CENTRAL_KEY, DATABASE, FROM, KEY, PROD, ROLE, TO};
use crate::support::verdicts::read;
use crate::support::{Estate, Verdicts, decide};

/// One field of one thing: the account, the list of its Region (none: of the account), the thing's key and name, the fields that
/// go with it, and the field with a value that makes the copy fail.
struct Row {
    account: &'static str,
    list: &'static str,
    name: &'static str,
    with: Value,
    field: &'static str,
    bad: Value,
}

fn row(
    account: &'static str,
    list: &'static str,
    name: &'static str,
    field: &'static str,
    bad: Value,
) -> Row {
    Row {
        account,
        list,
        name,
        with: json!({}),
        field,
        bad,
    }
}

fn rows() -> Vec<Row> {
    let deny = || json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let other = "arn:aws:iam::111122223333:policy/limits";
    vec![
        row(TO, "vaults", CENTRAL, "AccessPolicy", Value::Null),
        row(TO, "vaults", CENTRAL, "VaultState", Value::Null),
        row(
            TO,
            "vaults",
            CENTRAL,
            "VaultType",
            json!("RESTORE_ACCESS_BACKUP_VAULT"),
        ),
        Row {
            with: json!({"Locked": true}),
            ..row(TO, "vaults", CENTRAL, "MinRetentionDays", json!(90))
        },
        Row {
            with: json!({"Locked": true, "MinRetentionDays": 7}),
            ..row(TO, "vaults", CENTRAL, "MaxRetentionDays", json!(8))
        },
        row(TO, "keys", CENTRAL_KEY, "KeyState", json!("Disabled")),
        row(TO, "keys", CENTRAL_KEY, "KeySpec", json!("RSA_2048")),
        row(TO, "keys", CENTRAL_KEY, "KeyUsage", json!("SIGN_VERIFY")),
        row(FROM, "vaults", PROD, "VaultState", Value::Null),
        row(FROM, "keys", KEY, "KeyState", json!("PendingDeletion")),
        row(FROM, "keys", KEY, "KeyManager", json!("AWS")),
        row(
            FROM,
            "keys",
            KEY,
            "Policy",
            json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{FROM}:root")}, "Action": "kms:*", "Resource": "*"}]}),
        ),
        row(FROM, "roles", ROLE, "AssumeRolePolicyDocument", Value::Null),
        row(FROM, "roles", ROLE, "AttachedPolicies", json!([])),
        row(
            FROM,
            "roles",
            ROLE,
            "InlinePolicies",
            json!([{"PolicyName": "no", "Document": deny()}]),
        ),
        row(
            FROM,
            "roles",
            ROLE,
            "PermissionsBoundary",
            json!({"PolicyArn": other, "Document": deny()}),
        ),
        row(FROM, "resources", DATABASE, "ResourceType", Value::Null),
        row(
            FROM,
            "resources",
            DATABASE,
            "Detail",
            json!({"Engine": "custom-oracle-ee"}),
        ),
        row(
            FROM,
            "resources",
            DATABASE,
            "Detail/Engine",
            json!("custom-oracle-ee"),
        ),
        Row {
            with: json!({"Detail": {"Engine": "oracle-ee"}}),
            ..row(
                FROM,
                "resources",
                DATABASE,
                "Detail/TdeCredentialArn",
                json!("arn:aws:cloudhsm:x"),
            )
        },
        row(
            FROM,
            "resources",
            DATABASE,
            "Detail/DBClusterIdentifier",
            json!("orders"),
        ),
        row(FROM, "", "", "cross_account_backup", json!(false)),
        row(TO, "", "", "cross_account_backup", json!(false)),
        row(
            FROM,
            "",
            "",
            "service_control_policies",
            json!([[{"Id": "p-x", "Document": deny()}]]),
        ),
    ]
}

/// The overlay that says a value of a row's field.
fn says(row: &Row, value: &Value) -> Value {
    let mut thing = row.with.as_object().cloned().unwrap_or_default();
    match row.field.split_once('/') {
        Some((outer, inner)) => {
            let detail = thing.entry(outer).or_insert_with(|| json!({}));
            detail[inner] = value.clone();
        }
        None => drop(thing.insert(row.field.to_owned(), value.clone())),
    }
    let key = match row.list {
        "vaults" => "BackupVaultArn",
        "resources" => "ResourceArn",
        _ => "Arn",
    };
    let mut account = match row.list {
        "" => thing,
        "region" => {
            thing.insert("region".to_owned(), json!("us-east-2"));
            Map::from_iter([("regions".to_owned(), json!([thing]))])
        }
        list => {
            thing.insert(key.to_owned(), json!(row.name));
            let all = Map::from_iter([(list.to_owned(), json!([thing]))]);
            if list == "roles" {
                all
            } else {
                let mut region = all;
                region.insert("region".to_owned(), json!("us-east-2"));
                Map::from_iter([("regions".to_owned(), json!([region]))])
            }
        }
    };
    account.insert("account".to_owned(), json!(row.account));
    json!({"accounts": [account]})
}

fn over(estate: &Estate, document: Value) -> Verdicts {
    let overlay = Overlay {
        name: "change.json".to_owned(),
        document,
        waits_for: Waiting::Overlay,
        policies: BTreeMap::new(),
        organization: Vec::new(),
    };
    let laid = overlay
        .over(&read(&estate.0))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut all = decide(&serde_json::to_value(&laid).unwrap());
    assert_eq!(all.len(), 1);
    all.remove(0)
}

#[test]
fn a_fact_that_can_make_a_copy_fail_leaves_it_undecided_where_it_is_unknown() {
    // Every list is whole, so that what is not in it is not there.
    let mut estate = Estate::rds();
    for at in ["/accounts/0", "/accounts/1"] {
        estate = estate.set(&format!("{at}/roles_complete"), json!(true));
        for list in ["vaults_complete", "resources_complete"] {
            estate = estate.set(&format!("{at}/regions/0/{list}"), json!(true));
        }
    }
    let mut wrong = Vec::new();
    for row in rows() {
        let bad = over(&estate, says(&row, &row.bad));
        let open = over(&estate, says(&row, &json!({"unknown": "somebody else's"})));
        if bad.verdict != Verdict::Blocked || open.verdict != Verdict::Undecided {
            wrong.push(format!(
                "{} {}: {:?} {:?} where it is {}, {:?} {:?} where it is unknown",
                row.name,
                row.field,
                bad.verdict,
                bad.failing(),
                row.bad,
                open.verdict,
                open.failing()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn two_unknowns_of_one_call_are_one_gap_that_names_both() {
    let document = json!({"accounts": [{"account": TO, "regions": [{"region": "us-east-2", "vaults": [{
        "BackupVaultArn": CENTRAL, "Locked": {"unknown": "a"}, "MinRetentionDays": {"unknown": "b"}, "MaxRetentionDays": {"unknown": "a"},
    }]}]}]});
    let gap = json!({"operation": "backup:DescribeBackupVault", "subject": CENTRAL, "error": "AccessDeniedException"});
    let estate = Estate::rds().set("/gaps", json!([gap]));
    let found = over(&estate, document);
    assert_eq!(found.verdict, Verdict::Undecided);
}

/// A bound that is known and missed decides, whatever the other one is.
#[test]
fn a_bound_that_is_missed_decides_though_the_other_is_unknown() {
    let document = json!({"accounts": [{"account": TO, "regions": [{"region": "us-east-2", "vaults": [{
        "BackupVaultArn": CENTRAL, "Locked": true, "MinRetentionDays": 90, "MaxRetentionDays": {"unknown": "x"},
    }]}]}]});
    assert_eq!(
        over(&Estate::rds(), document).failing(),
        ["retention-outside-vault-lock"]
    );
}

#[test]
fn a_copy_whose_parts_are_unknown_is_not_lost() {
    for field in ["lifecycle", "role"] {
        let mut copy = json!({"id": "orders-to-central"});
        copy[field] = json!({"unknown": "x"});
        let found = over(&Estate::rds(), json!({"copies": [copy]}));
        assert_eq!(found.verdict, Verdict::Undecided, "{field}");
    }
}

#[test]
fn one_thing_twice_with_two_values_is_an_error_with_its_place() {
    let vault = |state: &str| json!({"BackupVaultArn": CENTRAL, "VaultState": state});
    let overlay = Overlay {
        name: "change.json".to_owned(),
        document: json!({"accounts": [{"account": TO, "regions": [{"region": "us-east-2",
            "vaults": [vault("FAILED"), vault("AVAILABLE")]}]}]}),
        waits_for: Waiting::Overlay,
        policies: BTreeMap::new(),
        organization: Vec::new(),
    };
    let error = overlay
        .over(&read(&Estate::rds().0))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "change.json and change.json disagree at /accounts/0/regions/0/vaults/1/VaultState: `FAILED` and `AVAILABLE`; keep the one that is right"
    );
}
