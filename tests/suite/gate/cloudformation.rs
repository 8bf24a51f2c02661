//! CloudFormation templates, deployed in two accounts, with what they do to the copies.

use std::collections::BTreeMap;

use backup_preflight::inventory::Overlay;
use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use serde_json::json;

use super::{base, told};

const SOURCE: &str = include_str!("cloudformation/source.yaml");
const CENTRAL: &str = include_str!("cloudformation/central.json");

fn settings(account: &str, parameters: &[(&str, &str)]) -> Settings {
    let parameters = parameters
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_string()));
    Settings {
        account: AccountId::parse(account).ok(),
        region: Some(Region::new("eu-west-1")),
        parameters: parameters.collect(),
        imports: BTreeMap::new(),
        stack: None,
    }
}

fn template(file: &str, text: &str, account: &str, parameters: &[(&str, &str)]) -> Overlay {
    let planned = cloudformation::read(file, text.as_bytes(), &settings(account, parameters));
    let planned = planned.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(planned.warnings, Vec::<String>::new(), "{file}");
    planned.after
}

/// What the two stacks come to; keys that they make have no grants.
fn both(source: &[(&str, &str)], central: &[(&str, &str)]) -> String {
    let source = template("source.yaml", SOURCE, "111122223333", source);
    let central = template("central.json", CENTRAL, "444455556666", central);
    let no_grants = Overlay {
        document: json!({"accounts": [
            {"account": "111122223333", "regions": [{"region": "eu-west-1", "keys": [
                {"Arn": "arn:aws:kms:eu-west-1:111122223333:key/Key", "Grants": []}]}]},
            {"account": "444455556666", "regions": [{"region": "eu-west-1", "keys": [
                {"Arn": "arn:aws:kms:eu-west-1:444455556666:key/Key", "Grants": []}]}]},
        ]}),
        ..source.clone()
    };
    told(&base(), &[], &[&source, &central, &no_grants])
}

const BACKUP: (&str, &str) = ("BackupAccount", "444455556666");

#[test]
fn two_stacks_make_a_copy_that_will_succeed() {
    assert_eq!(
        both(&[BACKUP], &[]),
        "orders into central: - -> feasible (new)\n"
    );
}

#[test]
fn a_condition_that_does_not_hold_leaves_its_statement_out() {
    assert_eq!(
        both(&[BACKUP, ("Shared", "no")], &[]),
        "orders into central: - -> blocked (new)\n  source-key-not-shared\n"
    );
}

#[test]
fn parameters_settle_retention_and_lock() {
    assert_eq!(
        both(&[BACKUP], &[("Minimum", "90")]),
        "orders into central: - -> blocked (new)\n  retention-outside-vault-lock\n"
    );
    assert_eq!(
        both(&[BACKUP, ("Retention", "120")], &[("Minimum", "90")]),
        "orders into central: - -> feasible (new)\n"
    );
}

#[test]
fn a_parameter_without_a_value_is_unknown_and_named() {
    let planned = cloudformation::read(
        "source.yaml",
        SOURCE.as_bytes(),
        &settings("111122223333", &[]),
    )
    .unwrap();
    let text = planned.after.document.to_string();
    assert!(
        text.contains(
            "source.yaml:5: the parameter BackupAccount: give --parameter BackupAccount=VALUE"
        ),
        "{text}"
    );
}

#[test]
fn without_account_and_region_what_is_missing_is_said() {
    let planned =
        cloudformation::read("source.yaml", SOURCE.as_bytes(), &Settings::default()).unwrap();
    assert!(
        planned
            .open
            .iter()
            .any(|text| text.contains("--account ACCOUNT_ID")),
        "{:?}",
        planned.open
    );
}

#[test]
fn what_is_no_template_is_an_error_with_its_place() {
    for (text, expected) in [
        (
            "",
            "t.yaml:1:1: not a CloudFormation template: the file is empty: expected a template",
        ),
        (
            "Resources: {}",
            "t.yaml: not a CloudFormation template: it has no `Resources`",
        ),
        (
            "Resources:\n  A: 1\n  A: 2",
            "t.yaml:3:3: not a CloudFormation template: duplicate key `A`",
        ),
        (
            "Transform: My::Macro\nResources: {A: {Type: 'AWS::S3::Bucket'}}",
            "t.yaml:1: the transform `My::Macro` rewrites the template; expected the processed one: `aws cloudformation get-template --template-stage Processed --stack-name NAME`",
        ),
    ] {
        let error =
            cloudformation::read("t.yaml", text.as_bytes(), &Settings::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

/// Aliases of aliases: what would be a billion values ends at two million.
#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = level - 1;
        let items = vec![format!("*a{before}"); 10].join(", ");
        text += &format!("a{level}: &a{level} [{items}]\n");
    }
    text += "Resources: {A: {Type: 'AWS::S3::Bucket'}}\n";
    let error = cloudformation::read("t.yaml", text.as_bytes(), &Settings::default()).unwrap_err();
    assert!(
        error.to_string().contains("more than 2000000 values"),
        "{error}"
    );
}

#[test]
fn a_circle_of_references_ends_unknown() {
    let text = "Resources:\n  A: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref B}}\n  B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref A}}\n";
    let planned =
        cloudformation::read("t.yaml", text.as_bytes(), &settings("111122223333", &[])).unwrap();
    assert!(
        planned
            .warnings
            .iter()
            .any(|text| text.contains("a circle through")),
        "{:?}",
        planned.warnings
    );
}
