//! A resource that a change makes: a copy of it did not exist before, whoever names it.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::change;
use super::template_before::{nothing, one};
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DATABASE, FROM, PROD, ROLE, SOURCE};

const LEDGER: &str = "arn:aws:rds:us-east-2:111122223333:db:ledger";

/// A plan of the facts takes a database by its ARN that was not read.
fn selected() -> Estate {
    let selection = json!([{"SelectionName": "one", "IamRoleArn": ROLE, "Resources": [LEDGER]}]);
    Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans/0/Selections"), selection)
}

/// A copy of the facts names it.
fn named() -> Estate {
    Estate::rds().set(
        "/copies/0",
        json!({"id": "ledger", "resource": LEDGER, "source_vault": PROD, "destination_vault": CENTRAL, "role": ROLE,
            "lifecycle": {"DeleteAfterDays": 35}, "start": "scheduled"}),
    )
}

fn database(unknown: Value) -> Value {
    let values = json!({"identifier": "ledger", "engine": "postgres", "engine_version": "16.3", "storage_type": "gp3",
        "option_group_name": "default:postgres-16"});
    change("aws_db_instance.ledger", Value::Null, values, unknown)
}

#[test]
fn what_is_undecided_of_a_resource_that_is_made_is_new() {
    let made = database(json!({"arn": true, "id": true, "storage_encrypted": true}));
    for estate in [selected(), named()] {
        let plan = Change::Plan(std::slice::from_ref(&made));
        let found = judged(&estate, &plan, &[]);
        let expected = ["ledger into central: - -> undecided (new)"];
        assert_eq!(
            (found.copies, found.code),
            (expected.map(str::to_owned).into(), 3)
        );
    }
}

#[test]
fn what_a_template_makes_is_new() {
    let kind = "AWS::RDS::DBInstance";
    let ledger = one(
        kind,
        json!({"DBInstanceIdentifier": "ledger", "Engine": "postgres", "StorageEncrypted": true,
            "KmsKeyId": {"Fn::ImportValue": "key"}}),
    );
    for estate in [selected(), named()] {
        let of = |change: &Change<'_>| {
            let found = judged(&estate, change, &[]);
            (found.copies, found.code)
        };
        let new = || {
            (
                vec!["ledger into central: - -> undecided (new)".to_owned()],
                3,
            )
        };
        assert_eq!(of(&Change::Templates(&nothing(), &ledger, FROM)), new());
        // Where it is in both, it is there.
        let (same, code) = of(&Change::Templates(&ledger, &ledger, FROM));
        assert_eq!(
            (same, code),
            (
                vec!["ledger into central: undecided -> undecided (same)".to_owned()],
                0
            )
        );
        // Whether a template alone makes it is not known, unless nothing was found where all was listed.
        let listed = estate
            .clone()
            .set(&format!("{SOURCE}/resources_complete"), json!(true));
        let found = judged(&listed, &Change::Template(&ledger), &[]);
        assert_eq!((found.copies, found.code), new());
    }
}

/// What nobody read, and no change makes, is as undecided as it was.
#[test]
fn what_was_only_not_read_is_the_same() {
    let overlay = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2"}]}]});
    let found = judged(&named(), &Change::Overlay(&overlay), &[]);
    let expected = vec!["ledger into central: undecided -> undecided (same)".to_owned()];
    assert_eq!((found.copies, found.code), (expected, 0));
}

/// A database that takes another name where it stands is another one.
#[test]
fn what_takes_another_name_is_new_under_it() {
    let was = json!({"identifier": "orders", "arn": DATABASE, "engine": "postgres", "engine_version": "16.3",
        "storage_type": "gp3", "storage_encrypted": true, "kms_key_id": crate::support::estate::KEY,
        "option_group_name": "default:postgres-16"});
    let mut is = was.clone();
    is["identifier"] = json!("ledger");
    is.as_object_mut().unwrap().remove("arn");
    let renamed = change(
        "aws_db_instance.orders",
        was,
        is,
        json!({"arn": true, "id": true}),
    );
    let found = judged(&named(), &Change::Plan(&[renamed]), &[]);
    assert_eq!(found.copies.len(), 1);
    assert!(found.copies[0].ends_with("(new)"), "{:?}", found.copies);
}
