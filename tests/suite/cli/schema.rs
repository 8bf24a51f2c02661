//! What every command prints as JSON is of the schema that the program prints.

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{Files, json, text_of};
use crate::support::estate::*;
use crate::support::{Estate, run};

fn validator() -> Validator {
    let schema = json(&run(&["schema", "report"]).out);
    jsonschema::validator_for(&schema).unwrap()
}

fn is_of(validator: &Validator, instance: &Value, what: &[&str]) {
    let errors: Vec<_> = validator
        .iter_errors(instance)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{what:?}: {errors:?}");
}

/// Runs a command in both formats, and asks the schema.
fn printed(validator: &Validator, command: &[&str]) -> Value {
    let lines = run(&[command, &["--format", "ndjson"]].concat());
    assert_ne!(lines.code, 2, "{}", lines.err);
    for line in lines.out.lines() {
        let line = json(line);
        assert!(line["type"].is_string(), "{line}");
        is_of(validator, &line, command);
    }
    let last = json(lines.out.lines().last().unwrap());
    assert_eq!(last["type"], "summary");
    let whole = run(&[command, &["--format", "json"]].concat());
    let whole_json = json(&whole.out);
    is_of(validator, &whole_json, command);
    for report in [&whole_json, &last] {
        assert_eq!(
            report["schema"], "backup-preflight/report/v2",
            "{command:?}"
        );
        assert_eq!(report["exit_code"], whole.code, "{command:?}");
    }
    whole_json
}

#[test]
fn every_command_prints_what_the_schema_says() {
    let validator = validator();
    for example in [
        "aws-storage-blog",
        "field-notes-rds",
        "field-notes-rds-before",
        "lagv-primer",
        "opstree-two-step",
        "organization",
    ] {
        printed(&validator, &["check", "--example", example]);
        printed(&validator, &["check", "--example", example, "-v"]);
        printed(&validator, &["audit", "--example", example]);
        printed(&validator, &["backtest", "--example", example]);
    }
    let files = Files::new();
    let dir = text_of(&files.path("fixes"));
    let fix = ["fix", "--force", "--dir", &dir, "--example", "organization"];
    let report = printed(&validator, &fix);
    assert_eq!(report["summary"]["vaults"], Value::Null);
    let audited = printed(&validator, &[&fix[..], &["--audit"]].concat());
    assert_eq!(audited["summary"]["vaults"]["checked"], 5);
}

#[test]
fn a_report_with_waivers_is_of_the_schema_too() {
    let files = Files::new();
    let waiver = |check: &str, expires: &str| {
        format!(
            "[[waivers]]\ncheck = '{check}'\naccount = '*'\nreason = 'r'\nexpires = {expires}\n"
        )
    };
    let config = waiver("source-key-not-shared", "2999-01-01")
        + &waiver("destination-vault-missing", "2020-01-01")
        + &waiver("marketplace-image", "2999-01-01");
    let config = files.write("waivers.toml", &config);
    let args = ["audit", "--example", "organization", "--config", &config];
    let report = printed(&validator(), &args);
    assert_eq!(report["waivers"].as_array().unwrap().len(), 3);
}

#[test]
fn a_backtest_with_jobs_is_of_the_schema_too() {
    let files = Files::new();
    let job = json!([{
        "CopyJobId": "1", "State": "FAILED", "StatusMessage": "Access Denied trying to call AWS Backup service",
        "SourceBackupVaultArn": PROD, "DestinationBackupVaultArn": CENTRAL, "ResourceType": "RDS", "IamRoleArn": ROLE,
        "ResourceArn": "arn:aws:rds:us-east-2:111122223333:db:orders", "CreationDate": "2026-11-20T06:00:00Z",
    }]);
    let file = files.estate(&Estate::rds().set(&format!("{SOURCE}/copy_jobs"), job));
    let report = printed(&validator(), &["backtest", "--inventory", &file]);
    assert_eq!(report["jobs"].as_array().unwrap().len(), 1);
}

/// Every command that takes `--format json` prints what the schema covers; the others refuse it, and so they do every format
/// that they do not have.
#[test]
fn no_command_passes_over_a_format() {
    let validator = validator();
    for command in [
        &["capabilities"][..],
        &["capabilities", "RDS"],
        &["explain", "--message", "given key id is not accessible"],
        &[
            "explain",
            "--message",
            "Access Denied trying to call AWS Backup service",
        ],
    ] {
        let ran = run(&[command, &["--format", "json"]].concat());
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.err);
        is_of(&validator, &json(&ran.out), command);
    }
    assert!(!validator.is_valid(&json!([{"type": "RDS"}])));
    assert!(!validator.is_valid(&json!([1])));
    for command in [
        &["explain"][..],
        &["explain", "key-unusable"],
        &["init", "--output", "-"],
        &["collect", "--output", "facts.json"],
        &["permissions"],
        &["simulate", "--requests", "-"],
        &["schema", "report"],
        &["completions", "bash"],
        &["man"],
    ] {
        for format in ["json", "ndjson", "markdown", "table=page.txt"] {
            let ran = run(&[command, &["--format", format]].concat());
            assert_eq!((ran.code, &*ran.out), (2, ""), "{command:?} {format}");
            assert!(ran.err.contains("--format"), "{command:?}: {}", ran.err);
        }
    }
    assert_eq!(run(&["explain", "--format", "table"]).code, 0);
}

#[test]
fn what_is_wrong_is_not_of_the_schema() {
    let validator = validator();
    let mut report = json(&run(&["check", "--example", "organization", "--format", "json"]).out);
    report["copies"][0]["verdict"] = "fine".into();
    assert!(!validator.is_valid(&report));
    let mut report = json(&run(&["backtest", "--example", "organization", "--format", "json"]).out);
    report["summary"]["agreed"] = "none".into();
    assert!(!validator.is_valid(&report));
    assert!(!validator.is_valid(&json!({"type": "copy", "id": "x"})));
}
