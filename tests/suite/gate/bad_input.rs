//! Files that are not as they should be: a clear error, or an answer that says what it lacks. Never a crash, never a guess.

use std::collections::BTreeMap;
use std::fs;

use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::terraform::{self, Source};
use serde_json::json;

const DEEP: usize = 100_000;

fn nested() -> String {
    "[".repeat(DEEP) + &"]".repeat(DEEP)
}

fn plan_error(text: &str) -> String {
    let read = terraform::read("p", text.as_bytes(), &BTreeMap::new(), None);
    read.unwrap_err().to_string()
}

fn template_error(text: &str) -> String {
    let read = cloudformation::read("t", text.as_bytes(), &Settings::default());
    read.unwrap_err().to_string()
}

#[test]
fn what_nests_deeper_than_people_write_is_an_error_with_its_place() {
    let plan = format!(
        r#"{{"format_version": "1.2", "resource_changes": [{{"address": "a.b", "mode": "managed", "type": "a", "name": "b",
        "change": {{"actions": ["create"], "after": {{"x": {}}}}}}}]}}"#,
        nested()
    );
    let error = plan_error(&plan);
    assert!(
        error.starts_with("p:2:") && error.contains("recursion limit"),
        "{error}"
    );
    for text in [
        format!(
            r#"{{"Resources": {{"A": {{"Type": "AWS::S3::Bucket", "Properties": {{"X": {}}}}}}}}}"#,
            nested()
        ),
        format!(
            "Resources:\n  A: {{Type: 'AWS::S3::Bucket', Properties: {{X: {}}}}}\n",
            nested()
        ),
        format!(
            r#"{{"Resources": {{"A": {{"Type": "AWS::Backup::BackupVault", "Properties": {{"BackupVaultName": {}"x"{}}}}}}}}}"#,
            r#"{"Fn::Sub": "#.repeat(5000),
            "}".repeat(5000)
        ),
    ] {
        let error = template_error(&text);
        assert!(
            error.starts_with("t:") && error.contains("recursion limit"),
            "{error}"
        );
    }
    let folder = tempfile::TempDir::new().unwrap();
    let text = format!(
        "resource \"aws_kms_key\" \"k\" {{\n  policy = {}\n}}\n",
        nested()
    );
    fs::write(folder.path().join("main.tf"), text).unwrap();
    let error = Source::read(folder.path(), 1 << 20)
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("main.tf:2:1") && error.contains("nested deeper"),
        "{error}"
    );
}

#[test]
fn a_plan_that_says_what_there_will_be_and_not_what_becomes_of_it_is_an_error() {
    let plan = |root: &str| {
        format!(r#"{{"format_version": "1.2", "planned_values": {{"root_module": {root}}}}}"#)
    };
    for root in [r#"{"resources": [{}]}"#, r#"{"child_modules": [{}]}"#] {
        let error = plan_error(&plan(root));
        assert!(error.contains("no `resource_changes`"), "{error}");
    }
}

/// What Terraform 1.11 prints in a folder without a state where no plan is named.
#[test]
fn what_terraform_shows_without_a_plan_is_an_error() {
    for text in [
        r#"{"format_version":"1.0"}"#,
        r#"{"format_version":"1.2","terraform_version":"1.11.4"}"#,
    ] {
        let error = plan_error(text);
        assert!(
            error.contains("not a plan") && error.contains("terraform show -json plan.bin"),
            "{error}"
        );
    }
}

#[test]
fn a_field_that_stands_twice_is_an_error() {
    let error = plan_error(r#"{"format_version": "1.2", "format_version": "1.1"}"#);
    assert!(error.contains("duplicate field"), "{error}");
    let error = template_error(
        r#"{"Resources": {"A": {"Type": "AWS::S3::Bucket"}, "A": {"Type": "AWS::KMS::Key"}}}"#,
    );
    assert!(error.contains("duplicate key"), "{error}");
}

#[test]
fn a_plan_of_a_format_that_is_not_known_is_read_with_a_warning() {
    for (version, warns) in [("0.1", false), ("1.2", false), ("1.3", true), ("9.0", true)] {
        let plan = json!({"format_version": version, "resource_changes": []}).to_string();
        let planned = terraform::read("p", plan.as_bytes(), &BTreeMap::new(), None).unwrap();
        let told = planned
            .warnings
            .iter()
            .any(|text| text.contains("0.1 to 1.2 are known"));
        assert_eq!(told, warns, "{version}: {:?}", planned.warnings);
    }
}

#[test]
fn a_configuration_that_is_none_is_an_error_with_its_place() {
    let folder = tempfile::TempDir::new().unwrap();
    fs::write(
        folder.path().join("main.tf"),
        "resource \"aws_kms_key\" {\n  policy = \n",
    )
    .unwrap();
    let error = Source::read(folder.path(), 1 << 20)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("main.tf:"), "{error}");
    fs::write(folder.path().join("main.tf"), "a".repeat(2 << 20)).unwrap();
    assert!(Source::read(folder.path(), 1 << 20).is_err());
}

/// Loops of loops: what would be a billion resources is left as it is, and leaves the answer open.
#[test]
fn a_bomb_of_loops_is_not_written_out() {
    let ten: Vec<String> = (0..10).map(|at| at.to_string()).collect();
    let mut body = json!({"V${A0}${A8}": {"Type": "AWS::Backup::BackupVault"}});
    for level in 0..9 {
        let name = format!("A{level}");
        body = json!({format!("Fn::ForEach::{name}"): [name, ten, body]});
    }
    let text = json!({"Transform": "AWS::LanguageExtensions", "Resources": body}).to_string();
    let planned = cloudformation::read("t", text.as_bytes(), &Settings::default()).unwrap();
    assert!(!planned.open.is_empty());
}

#[test]
fn a_file_larger_than_the_limit_is_refused_before_it_is_read() {
    let files = tempfile::TempDir::new().unwrap();
    let inventory = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate/base.json");
    let file = files.path().join("big.json");
    fs::write(&file, " ".repeat(3 << 20)).unwrap();
    let file = file.to_str().unwrap();
    for flag in ["--terraform-plan", "--cloudformation", "--overlay"] {
        let ran = crate::support::run(&[
            "check",
            "--inventory",
            inventory,
            flag,
            file,
            "--max-input",
            "2M",
        ]);
        assert_eq!(ran.code, 2, "{flag}: {}", ran.out);
        assert!(ran.err.contains("big.json"), "{flag}: {}", ran.err);
    }
}

/// Nothing that is large takes long: in a build without optimization a tenth of what it may take here.
#[test]
fn what_is_large_is_refused_or_read_in_time_that_grows_with_it() {
    let many = |count: usize| {
        let each = (0..count).map(|at| format!(r#""R{at}": {{"Type": "AWS::S3::Bucket"}}"#));
        format!(
            r#"{{"Resources": {{{}}}}}"#,
            each.collect::<Vec<_>>().join(",")
        )
    };
    let begun = std::time::Instant::now();
    let error = template_error(&many(100_000));
    assert!(
        error.contains("100000 resources") && error.contains("at most 500"),
        "{error}"
    );
    let read = cloudformation::read("t", many(5_000).as_bytes(), &Settings::default());
    assert!(read.is_ok());
    // A text that its aliases repeat is as large as all of them.
    let long = "x".repeat(1 << 20);
    let error = template_error(&format!(
        "a: &a {long}\nb: [{}]\nResources: {{A: {{Type: 'AWS::S3::Bucket'}}}}\n",
        vec!["*a"; 200].join(", ")
    ));
    assert!(error.contains("more than 2000000 values"), "{error}");
    // Loops make no more than a template can have.
    let items: Vec<String> = (0..300).map(|at| at.to_string()).collect();
    let body = json!({"V${A}x${B}": {"Type": "AWS::Backup::BackupVault"}});
    let inner = json!({"Fn::ForEach::B": ["B", items, body]});
    let loops = json!({"Fn::ForEach::A": ["A", items, inner]});
    let text = json!({"Transform": "AWS::LanguageExtensions", "Resources": loops}).to_string();
    let planned = cloudformation::read("t", text.as_bytes(), &Settings::default()).unwrap();
    assert!(!planned.open.is_empty());
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(60),
        "{:?}",
        begun.elapsed()
    );
}
