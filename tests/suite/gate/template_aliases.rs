//! A key that a template names by an alias is the one that the alias has, then or now; where the template moves the alias, it may be
//! either.

use serde_json::{Value, json};

use super::judged::{Change, into_central, judged};
use crate::support::Estate;
use crate::support::estate::{FROM, RESOURCE_KEY, SLR, USE, key_policy, share};

/// A database that no inventory has.
const LEDGER: &str = "arn:aws:rds:us-east-2:111122223333:db:ledger";

/// Whether the key of a new database is shared, which it names by an alias, where the template gives an alias to a key of its own: one
/// that is shared, or not.
fn sharing(estate: &Estate, alias: &str, on: &Value, is_shared: bool) -> String {
    let shares = if is_shared {
        json!([share(SLR, USE)])
    } else {
        json!([])
    };
    let template = json!({"Resources": {
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": key_policy(FROM, shares)}},
        "Alias": {"Type": "AWS::KMS::Alias", "Properties": {"AliasName": alias, "TargetKeyId": {"Ref": "Key"}}},
        "Ledger": {"Type": "AWS::RDS::DBInstance", "DependsOn": "Alias", "Properties": {
            "DBInstanceIdentifier": "ledger", "Engine": "mysql", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20",
            "StorageEncrypted": true, "KmsKeyId": on}},
    }});
    let files = [("then.json", &template)];
    let found = judged(
        estate,
        &Change::Several("--cloudformation", FROM, &files),
        &into_central(LEDGER),
    );
    let checks = found.report["copies"][0]["checks"].as_array().unwrap();
    let mut sharing = checks
        .iter()
        .filter(|check| check["id"] == "source-key-not-shared");
    let outcome = sharing
        .next()
        .map(|check| check["outcome"].as_str().unwrap());
    outcome.unwrap_or("pass").to_owned()
}

#[test]
fn an_alias_that_only_the_template_has_names_its_key() {
    for on in [
        json!("alias/ledger"),
        json!({"Ref": "Alias"}),
        json!(format!("arn:aws:kms:us-east-2:{FROM}:alias/ledger")),
    ] {
        for (is_shared, expected) in [(true, "pass"), (false, "fail")] {
            let found = sharing(&Estate::rds(), "alias/ledger", &on, is_shared);
            assert_eq!(found, expected, "{on} {is_shared}");
        }
    }
    // Another one says nothing of it.
    let found = sharing(&Estate::rds(), "alias/ledger", &json!("alias/other"), true);
    assert_eq!(found, "undecided");
}

#[test]
fn of_an_alias_that_moves_it_is_not_known_which_key_it_gives() {
    // In the facts it names a key that is shared.
    let estate = Estate::rds().set(&format!("{RESOURCE_KEY}/Aliases"), json!(["alias/data"]));
    let on = json!("alias/data");
    let other = sharing(&estate, "alias/ledger", &on, false);
    assert_eq!(other, "pass");
    for is_shared in [true, false] {
        let found = sharing(&estate, "alias/data", &on, is_shared);
        assert_eq!(found, "undecided", "{is_shared}");
    }
}
