//! The published schema takes what the program reads, and refuses what it refuses.

use backup_preflight::sources::examples::EXAMPLES;
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::scenarios::scenarios;
use crate::support::estate::*;
use crate::support::{Estate, run};

fn schema() -> Validator {
    let printed = run(&["schema", "inventory"]);
    assert_eq!(printed.code, 0, "{}", printed.err);
    let schema: Value = serde_json::from_str(&printed.out).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn the_schema_takes_every_example_and_scenario() {
    let schema = schema();
    let examples = EXAMPLES
        .iter()
        .map(|example| (example.name.to_owned(), example.text.as_bytes().to_vec()));
    let scenarios = scenarios()
        .into_iter()
        .map(|scenario| (scenario.name(), scenario.inventory()));
    for (name, text) in examples.chain(scenarios) {
        let value = serde_json::from_slice(&text).unwrap();
        let errors: Vec<_> = schema
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn the_schema_refuses_what_the_program_refuses() {
    let schema = schema();
    assert!(schema.is_valid(&Estate::rds().0));
    for (pointer, value) in [
        (format!("{DESTINATION_VAULT}/Locked"), json!("yes")),
        (format!("{COPY}/start"), json!("now")),
        (format!("{COPY}/destination_vault"), json!(7)),
        ("/accounts".to_owned(), json!({})),
        ("/schema".to_owned(), json!("backup-preflight/inventory/v9")),
        (format!("{RESOURCE_KEY}/Policy"), json!(7)),
    ] {
        let wrong = Estate::rds().set(&pointer, value).0;
        assert!(!schema.is_valid(&wrong), "{pointer}");
    }
    for pointer in [
        "/schema".to_owned(),
        format!("{COPY}/id"),
        format!("{DESTINATION_VAULT}/BackupVaultArn"),
    ] {
        assert!(
            !schema.is_valid(&Estate::rds().without(&pointer).0),
            "{pointer}"
        );
    }
}
