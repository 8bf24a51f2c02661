//! Selections that ask for names, and things whose names AWS or the provider gives when a change is applied.

use serde_json::{Value, json};

use super::judged::{Change, judged};
use super::plan_facts::change;
use super::template_before::{nothing, one};
use crate::support::Estate;
use crate::support::estate::{FROM, KEY, ROLE, SOURCE};

/// A plan of the facts takes these, of which none is there.
fn estate(resources: &[&str], not_resources: &[&str]) -> Estate {
    let selection = json!([{"SelectionName": "named", "IamRoleArn": ROLE, "Resources": resources, "NotResources": not_resources}]);
    Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans/0/Selections"), selection)
        .set(&format!("{SOURCE}/resources"), json!([]))
        .set(&format!("{SOURCE}/resources_complete"), json!(true))
}

/// Whether a copy is made, and whether the name is taken for one that the selection asks for.
fn taken(estate: &Estate, change: &Change<'_>, more: &[&str]) -> Option<bool> {
    let found = judged(estate, change, more);
    assert_eq!(found.code, 0, "{:?}", found.copies);
    let copies = found.report["copies"].as_array().unwrap();
    assert!(copies.len() <= 1, "{:?}", found.copies);
    let assumptions = copies.first()?["assumptions"].to_string();
    Some(assumptions.contains("its name is given when the change is applied"))
}

const ALL: &str = "arn:aws:rds:*:*:db:*";
const PROD: &str = "arn:aws:rds:*:*:db:prod-*";
const DEV: &str = "arn:aws:rds:*:*:db:dev-*";
const OF_ONE: &str = "arn:aws:rds:*:*:db:prod-orders*";
const LITERAL: &str = "arn:aws:rds:us-east-2:111122223333:db:prod-orders";

#[test]
fn a_name_that_the_provider_completes_begins_with_its_prefix() {
    let database = |prefix: Value| {
        let values = json!({"identifier_prefix": prefix, "engine": "postgres", "engine_version": "16.3", "storage_type": "gp3",
            "option_group_name": "default:postgres-16", "storage_encrypted": true, "kms_key_id": KEY});
        let unknown = json!({"arn": true, "id": true, "identifier": true});
        change("aws_db_instance.ledger", Value::Null, values, unknown)
    };
    let of = |prefix: Value, resources: &[&str], not_resources: &[&str]| {
        let made = database(prefix);
        let plan = Change::Plan(std::slice::from_ref(&made));
        taken(&estate(resources, not_resources), &plan, &[])
    };
    for (resources, not_resources, prefixed, unnamed) in [
        (&[ALL][..], &[][..], Some(false), Some(false)),
        (&[PROD], &[], Some(false), Some(true)),
        (&[DEV], &[], None, Some(true)),
        (&[OF_ONE], &[], Some(true), Some(true)),
        (&[OF_ONE, PROD], &[], Some(false), Some(true)),
        (&[ALL], &[PROD], None, Some(true)),
        (&[ALL], &[DEV], Some(false), Some(true)),
        (&[ALL], &[OF_ONE], Some(true), Some(true)),
        (&[ALL], &[LITERAL], Some(false), Some(false)),
    ] {
        let found =
            [json!("prod-"), Value::Null].map(|prefix| of(prefix, resources, not_resources));
        assert_eq!(
            found,
            [prefixed, unnamed],
            "{resources:?} {not_resources:?}"
        );
    }
}

#[test]
fn a_name_that_cloudformation_gives_begins_with_that_of_the_stack() {
    let database = one(
        "AWS::RDS::DBInstance",
        json!({"Engine": "postgres", "StorageEncrypted": true, "KmsKeyId": KEY}),
    );
    let nothing = nothing();
    let change = Change::Templates(&nothing, &database, FROM);
    for (resources, of_stack, unnamed) in [
        (&[ALL][..], Some(false), Some(false)),
        (&[PROD], Some(false), Some(true)),
        (
            &["arn:aws:rds:*:*:db:prod-app-k-*"],
            Some(false),
            Some(true),
        ),
        (&[DEV], None, Some(true)),
    ] {
        let estate = estate(resources, &[]);
        let stack = ["--cloudformation-stack", "Prod-App"];
        assert_eq!(taken(&estate, &change, &stack), of_stack, "{resources:?}");
        assert_eq!(taken(&estate, &change, &[]), unnamed, "{resources:?}");
    }
}

#[test]
fn a_table_of_timestream_has_the_name_that_it_is_given() {
    let values = json!({"database_name": "metrics", "table_name": "cpu"});
    let unknown = json!({"arn": true, "id": true});
    let made = change("aws_timestreamwrite_table.t", Value::Null, values, unknown);
    let estate = estate(&["arn:aws:timestream:*:*:database/*/table/cpu"], &[]).set(
        &format!("{SOURCE}/region_settings/ResourceTypeOptInPreference/Timestream"),
        json!(true),
    );
    let found = judged(&estate, &Change::Plan(std::slice::from_ref(&made)), &[]);
    assert_eq!(found.copies.len(), 1, "{:?}", found.copies);
    assert!(
        found.copies[0].starts_with("cpu into central"),
        "{:?}",
        found.copies
    );
}
