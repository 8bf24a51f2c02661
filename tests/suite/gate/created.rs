//! A resource that a change makes: a copy of it did not exist before, whoever names it.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::change;
use super::template_before::{nothing, one};
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DATABASE, FROM, KEY, PROD, ROLE, SOURCE};

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

/// A plan of the facts takes every database, of which all are listed, or none are.
fn all_databases(is_listed: bool) -> Estate {
    let selection = json!([{"SelectionName": "all", "IamRoleArn": ROLE, "Resources": ["arn:aws:rds:*:*:db:*"]}]);
    let estate = Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans/0/Selections"), selection);
    let whole = format!("{SOURCE}/resources_complete");
    match is_listed {
        true => estate.set(&whole, json!(true)),
        false => estate
            .without(&whole)
            .without(&format!("{SOURCE}/resources")),
    }
}

#[test]
fn what_a_template_adds_to_a_whole_list_is_told_and_not_lost() {
    let ledger = |key: Value| {
        one(
            "AWS::RDS::DBInstance",
            json!({"DBInstanceIdentifier": "ledger", "Engine": "postgres", "StorageEncrypted": true, "KmsKeyId": key}),
        )
    };
    let told = |key: Value| {
        let template = &ledger(key);
        let estate = all_databases(true);
        let nothing = nothing();
        let alone = Change::Template(template);
        let both = Change::Templates(&nothing, template, FROM);
        let each = [alone, both].map(|change| {
            let found = judged(&estate, &change, &[]);
            (found.copies.join(", "), found.code)
        });
        each.to_vec()
    };
    let orders = "orders into central: feasible -> feasible (same)";
    let new = |verdict: &str, code: i32| {
        let copies = format!("ledger into central: - -> {verdict} (new), {orders}");
        (copies, code)
    };
    assert_eq!(
        told(json!({"Ref": "AWS::NoValue"})),
        [new("undecided", 3), new("blocked", 1)]
    );
    assert_eq!(told(json!(KEY)), [new("undecided", 3), new("feasible", 0)]);
}

/// What a change makes is no list of what there is.
#[test]
fn what_a_plan_adds_to_a_list_that_nobody_read_does_not_make_it_one() {
    let values = json!({"identifier": "ledger", "engine": "postgres", "engine_version": "16.3", "storage_type": "gp3",
        "option_group_name": "default:postgres-16", "storage_encrypted": true, "kms_key_id": KEY});
    let unknown = json!({"arn": true, "id": true});
    let made = change("aws_db_instance.ledger", Value::Null, values, unknown);
    let plan = Change::Plan(std::slice::from_ref(&made));
    for (estate, code) in [(all_databases(true), 0), (all_databases(false), 3)] {
        let found = judged(&estate, &plan, &[]);
        assert_eq!(found.code, code, "{:?}", found.copies);
        let ledger = "ledger into central: - -> feasible (new)".to_owned();
        assert!(found.copies.contains(&ledger), "{:?}", found.copies);
        let gap = "cloudformation:ListResources 111122223333/us-east-2".to_owned();
        assert_eq!(found.gaps.contains(&gap), code == 3, "{:?}", found.gaps);
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
        "storage_type": "gp3", "storage_encrypted": true, "kms_key_id": KEY,
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
