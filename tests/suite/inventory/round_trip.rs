//! What was read is written as it was read.

use backup_preflight::inventory::{self, Field, Inventory};
use backup_preflight::known::ByHand;
use backup_preflight::sources::examples::EXAMPLES;
use serde_json::{Value, json};

use crate::scenarios::scenarios;
use crate::support::Estate;
use crate::support::estate::*;
use crate::support::verdicts::read;

fn written(inventory: &Inventory) -> Value {
    serde_json::from_str(&serde_json::to_string(inventory).unwrap()).unwrap()
}

#[test]
fn every_example_and_scenario_is_written_as_it_was_read() {
    let examples = EXAMPLES
        .iter()
        .map(|example| (example.name.to_owned(), example.text.to_owned()));
    let scenarios = scenarios().into_iter().map(|scenario| {
        (
            scenario.name(),
            String::from_utf8(scenario.inventory()).unwrap(),
        )
    });
    for (name, text) in examples.chain(scenarios) {
        let before: Value = serde_json::from_str(&text).unwrap();
        let inventory = inventory::read(&name, text.as_bytes()).unwrap();
        // A policy that was left out as not read is not written: its gap is.
        let gaps = inventory::items(&inventory.gaps).iter();
        let mut left_out = gaps.filter(|gap| gap.to_gap().hand() == Some(ByHand::NotUnderstood));
        if left_out.next().is_none() {
            assert_eq!(written(&inventory), before, "{name}");
        }
        assert_eq!(read(&written(&inventory)), inventory, "{name}");
    }
}

#[test]
fn unknown_fields_are_kept_at_every_level() {
    let odd = json!({"a": [1, 2.5, null, {"b": "ü"}], "c": true});
    let mut estate = Estate::rds_point();
    for place in [
        "",
        "/accounts/0",
        "/accounts/0/organization",
        COPY_ROLE,
        "/accounts/0/roles/0/AttachedPolicies/0",
        SOURCE,
        "/accounts/0/regions/0/region_settings",
        SOURCE_VAULT,
        RESOURCE_KEY,
        RESOURCE,
        POINT,
        COPY,
    ] {
        estate = estate.set(&format!("{place}/x-odd"), odd.clone());
    }
    let before = estate.0.clone();
    assert_eq!(written(&read(&before)), before);
    assert_eq!(read(&before).copies, read(&written(&read(&before))).copies);
}

#[test]
fn absent_and_null_are_kept_apart() {
    let vault = |field: &str, value: Option<Value>| {
        let estate = Estate::rds().without(&format!("{DESTINATION_VAULT}/{field}"));
        match value {
            Some(value) => estate.set(&format!("{DESTINATION_VAULT}/{field}"), value).0,
            None => estate.0,
        }
    };
    for field in [
        "AccessPolicy",
        "EncryptionKeyArn",
        "Locked",
        "Tags",
        "VaultType",
        "MinRetentionDays",
    ] {
        for value in [None, Some(Value::Null)] {
            let before = vault(field, value);
            assert_eq!(written(&read(&before)), before, "{field}");
        }
    }
    let none = read(&json!({"schema": "backup-preflight/inventory/v1"}));
    assert_eq!((none.accounts, none.copies), (Field::Absent, Field::Absent));
    let null = read(&json!({"schema": "backup-preflight/inventory/v1", "copies": null}));
    assert_eq!(null.copies, Field::Null);
}

#[test]
fn a_policy_may_be_an_object_or_its_text() {
    let policy = Estate::rds().at(&format!("{RESOURCE_KEY}/Policy")).clone();
    let as_text = Estate::rds().set(&format!("{RESOURCE_KEY}/Policy"), json!(policy.to_string()));
    assert_eq!(as_text.verdict(), Estate::rds().verdict());
    assert_eq!(
        read(&as_text.0),
        read(&Estate::rds().0),
        "both mean the same"
    );
}

#[test]
fn tags_may_stand_as_any_service_prints_them() {
    let shapes = [
        json!({"team": "orders"}),
        json!([{"Key": "team", "Value": "orders"}]),
        json!([{"TagKey": "team", "TagValue": "orders"}]),
    ];
    let tags =
        shapes.map(|shape| read(&Estate::rds().set(&format!("{RESOURCE_KEY}/Tags"), shape).0));
    assert_eq!(tags[0], tags[1]);
    assert_eq!(tags[0], tags[2]);
}
