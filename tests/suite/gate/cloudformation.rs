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
        .map(|(name, value)| (name.to_string(), Some(value.to_string())));
    Settings {
        account: AccountId::parse(account).ok(),
        region: Some(Region::new("eu-west-1")),
        parameters: parameters.collect(),
        imports: BTreeMap::new(),
        stack: None,
        ..Settings::default()
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

/// What the CDK synthesizes of `cdk/app.js`, with the verdicts written first.
#[test]
fn what_the_cdk_synthesizes_comes_out_as_written() {
    let [source, central] = [
        (
            include_str!("cdk/source.template.json"),
            "source",
            "111122223333",
        ),
        (
            include_str!("cdk/central.template.json"),
            "central",
            "444455556666",
        ),
    ]
    .map(|(text, name, account)| template(name, text, account, &[]));
    let mut no_grants = source.clone();
    no_grants.document = json!({"accounts": [
        {"account": "111122223333", "regions": [{"region": "eu-west-1", "keys": [
            {"Arn": "arn:aws:kms:eu-west-1:111122223333:key/Key961B73FD", "Grants": []}]}]},
        {"account": "444455556666", "regions": [{"region": "eu-west-1", "keys": [
            {"Arn": "arn:aws:kms:eu-west-1:444455556666:key/Key961B73FD", "Grants": []}]}]},
    ]});
    let found = told(&base(), &[], &[&source, &central, &no_grants]);
    assert_eq!(found, include_str!("cdk/expected.txt"));
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
            "source.yaml:4: the parameter BackupAccount: give --parameter BackupAccount=VALUE"
        ),
        "{text}"
    );
}

#[test]
fn without_account_and_region_what_is_missing_is_said() {
    let planned =
        cloudformation::read("source.yaml", SOURCE.as_bytes(), &Settings::default()).unwrap();
    let says = "the account and Region of its stack are not known: give --account ACCOUNT_ID and --template-region REGION";
    let of_place = |all: &[String]| {
        let all = all.iter().filter(|text| text.contains("give --account"));
        all.cloned().collect::<Vec<_>>()
    };
    assert_eq!(of_place(&planned.open), [says]);
    assert_eq!(of_place(&planned.warnings), [says]);
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
            "t.yaml: `Resources` is empty: CloudFormation takes a template with one resource at least; of a new stack `Resources: {}` is what is there now, --cloudformation-before",
        ),
        (
            "Parameters: {}",
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

/// `aws cloudformation get-template` prints a template of JSON as it is, and one of YAML as a text.
#[test]
fn a_template_is_taken_out_of_the_answer_that_has_it() {
    let read = |text: &str| {
        let read = cloudformation::read("t.json", text.as_bytes(), &Settings::default());
        read.map(|planned| planned.warnings)
            .map_err(|error| error.to_string())
    };
    let body = json!({"Resources": {"A": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "a"}}}});
    let own = read(&body.to_string());
    assert!(own.is_ok(), "{own:?}");
    for body in [body.clone(), json!(body.to_string())] {
        let answer = json!({"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]});
        assert_eq!(read(&answer.to_string()), own, "{answer}");
    }
    let other = json!({"TemplateBody": {"Parameters": {}}});
    let error = read(&other.to_string()).unwrap_err();
    assert!(error.contains("it has no `Resources`"), "{error}");
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

/// What becomes of the copies where the stacks of now are these, and the new source and central templates are those.
fn changed(source: &str, central: &str) -> String {
    let change = |file: &str, now: &str, then: &str, account: &str, given: &[(&str, &str)]| {
        let settings = settings(account, given);
        cloudformation::read_change((file, now.as_bytes()), (file, then.as_bytes()), &settings)
            .unwrap_or_else(|error| panic!("{error}"))
    };
    let source = change("source.yaml", SOURCE, source, "111122223333", &[BACKUP]);
    let central = change("central.json", CENTRAL, central, "444455556666", &[]);
    let no_grants = Overlay {
        document: json!({"accounts": [
            {"account": "111122223333", "regions": [{"region": "eu-west-1", "keys": [
                {"Arn": "arn:aws:kms:eu-west-1:111122223333:key/Key", "Grants": []}]}]},
            {"account": "444455556666", "regions": [{"region": "eu-west-1", "keys": [
                {"Arn": "arn:aws:kms:eu-west-1:444455556666:key/Key", "Grants": []}]}]},
        ]}),
        ..source.before.clone()
    };
    let now = [&source.before, &central.before, &no_grants];
    told(&base(), &now, &[&source.after, &central.after])
}

/// A template without one of its resources.
fn without(template: &str, id: &str) -> String {
    let mut template: serde_json::Value = serde_json::from_str(template).unwrap();
    let resources = template["Resources"].as_object_mut().unwrap();
    assert!(resources.remove(id).is_some());
    template.to_string()
}

#[test]
fn the_same_templates_change_nothing() {
    assert_eq!(
        changed(SOURCE, CENTRAL),
        "orders into central: feasible -> feasible (same)\n"
    );
}

#[test]
fn what_a_new_template_leaves_out_goes() {
    let narrowed = SOURCE.replace(
        "IsShared: !Equals [!Ref Shared, 'yes']",
        "IsShared: !Equals [a, b]",
    );
    assert_eq!(
        changed(&narrowed, CENTRAL),
        "orders into central: feasible -> blocked (worse)\n  source-key-not-shared\n"
    );
    assert_eq!(
        changed(SOURCE, &without(CENTRAL, "Vault")),
        "orders into central: feasible -> blocked (worse)\n  destination-vault-missing\n"
    );
    assert_eq!(
        changed(SOURCE, &without(CENTRAL, "Key")),
        // The vault still refers to it, and nobody knows to what.
        "orders into central: feasible -> undecided (worse)\n"
    );
    let (without_plan, _) = SOURCE.split_once("  Plan:").unwrap();
    assert_eq!(
        changed(without_plan, CENTRAL),
        "orders into central: feasible -> - (removed)\n"
    );
}

#[test]
fn what_is_retained_stays_and_what_nobody_knows_is_open() {
    let with = |policy: &str| {
        CENTRAL.replace(
            r#""Vault": {"#,
            &format!(r#""Vault": {{"DeletionPolicy": {policy}, "#),
        )
    };
    let changed = |policy: &str| {
        let settings = settings("444455556666", &[]);
        let (now, then) = (with(policy), without(CENTRAL, "Vault"));
        let file = "central.json";
        let planned =
            cloudformation::read_change((file, now.as_bytes()), (file, then.as_bytes()), &settings);
        let planned = planned.unwrap_or_else(|error| panic!("{error}"));
        planned.after.document["accounts"][0]["regions"][0]["vaults"].clone()
    };
    assert_eq!(changed(r#""Retain""#), json!([]));
    assert_eq!(changed(r#""Delete""#)[0]["VaultState"], json!(null));
    let open = changed(r#"{"Fn::If": ["A", "Retain", "Delete"]}"#);
    assert!(open[0]["AccessPolicy"]["unknown"].is_string(), "{open}");
    assert!(
        open[0]
            .get("VaultState")
            .is_none_or(|state| !state.is_null()),
        "{open}"
    );
}

#[test]
fn a_key_that_a_template_makes_has_no_grants() {
    let file = "source.yaml";
    let (now, _) = SOURCE.split_once("  Orders:").unwrap();
    let now = now.replace("  Key:\n", "  Other:\n");
    let settings = settings("111122223333", &[BACKUP]);
    let planned =
        cloudformation::read_change((file, now.as_bytes()), (file, SOURCE.as_bytes()), &settings);
    let document = planned
        .unwrap_or_else(|error| panic!("{error}"))
        .after
        .document;
    let keys = document["accounts"][0]["regions"][0]["keys"]
        .as_array()
        .unwrap();
    let grants = |id: &str| {
        let mut keys = keys.iter();
        let key = keys.find(|key| key["Arn"].as_str().unwrap().ends_with(id));
        (
            key.unwrap().get("Grants").cloned(),
            key.unwrap()["KeyState"].clone(),
        )
    };
    assert_eq!(grants("/Key"), (Some(json!([])), json!("Enabled")));
    assert_eq!(grants("/Other"), (None, json!("PendingDeletion")));
}
