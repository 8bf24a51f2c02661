//! A marked password in a plan or a template appears in nothing that the program writes: no format, no kept facts, no error.

use std::fs;

use serde_json::{Value, json};

use super::{Files, text_of};
use crate::support::estate::{DESTINATION_VAULT, FROM, TO};
use crate::support::{Estate, page_data, run};

const SECRET: &str = "hunter2-marked";

const FORMATS: &[&str] = &[
    "table", "json", "ndjson", "markdown", "github", "sarif", "junit", "mermaid",
];

/// Runs the commands with a change in every format, and looks for the password in all that they leave.
fn nothing_of_it_is_told(files: &Files, change: &[&str]) {
    let inventory = files.estate(&Estate::rds());
    let inventory = ["--inventory", inventory.as_str()];
    let saved = text_of(&files.path("saved.json"));
    let mut told = Vec::new();
    for format in FORMATS {
        for command in ["check", "audit"] {
            let ran = run(&[
                &[command][..],
                &inventory,
                change,
                &["-v", "--format", format],
            ]
            .concat());
            assert!(ran.code != 2, "{command} {format}: {}", ran.err);
            assert!(!ran.out.is_empty(), "{command} {format}");
            told.push((format!("{command} {format}"), ran.out + &ran.err));
        }
    }
    let page = text_of(&files.path("page.html"));
    let html = format!("html={page}");
    let html = ["--format", html.as_str()];
    let ran = run(&[&["audit"][..], &inventory, change, &html].concat());
    assert!(ran.code != 2, "{}", ran.err);
    let save = ["--save", saved.as_str()];
    let ran = run(&[&["check"][..], &inventory, change, &save].concat());
    assert!(ran.code != 2, "{}", ran.err);
    let page = fs::read_to_string(&page).unwrap();
    told.push(("the page's data".to_owned(), page_data(&page)));
    told.push(("the page".to_owned(), page));
    let kept = fs::read_to_string(&saved).unwrap();
    assert!(kept.contains("marked-vault"), "{kept}");
    told.push(("what is kept".to_owned(), kept));
    let folder = text_of(&files.path("fixes"));
    let ran = run(&[&["fix", "--dir", &folder][..], &inventory, change].concat());
    assert!(ran.code != 2, "{}", ran.err);
    told.push(("fix".to_owned(), ran.out + &ran.err));
    for entry in fs::read_dir(&folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        told.push((text_of(&path), fs::read_to_string(&path).unwrap()));
    }
    for (what, text) in told {
        assert!(!text.contains(SECRET), "{what}: {text}");
    }
}

/// Runs a check of something broken, which ends with 2 and does not say the password.
fn nothing_of_it_is_in_the_error(files: &Files, change: &[&str]) {
    let inventory = files.estate(&Estate::rds());
    let ran = run(&[&["check", "-v", "--inventory", &inventory][..], change].concat());
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(!(ran.out + &ran.err).contains(SECRET), "{}", ran.err);
}

fn plan() -> Value {
    let database = |name: &str, sensitive: Value| {
        json!({"address": format!("aws_db_instance.{name}"), "mode": "managed", "type": "aws_db_instance", "name": name, "change": {
            "actions": ["create"], "before": null, "after_unknown": {}, "after_sensitive": sensitive,
            "after": {"identifier": name, "arn": format!("arn:aws:rds:us-east-2:{FROM}:db:{name}"), "engine": "postgres", "password": SECRET,
                      "username": SECRET, "user_data": SECRET, "storage_encrypted": true, "kms_key_id": SECRET, "tags": {"owner": SECRET}}}})
    };
    json!({
        "format_version": "1.2",
        "variables": {"password": {"value": SECRET}},
        "output_changes": {"password": {"actions": ["create"], "after": SECRET}},
        "planned_values": {"outputs": {"password": {"value": SECRET}}},
        "resource_changes": [
            database("orders2", json!({"password": true, "kms_key_id": true, "tags": {"owner": true}})),
            {"address": "aws_backup_vault.v", "mode": "managed", "type": "aws_backup_vault", "name": "v", "change": {
                "actions": ["create"], "before": null, "after_unknown": {}, "after_sensitive": {"tags": true}, "before_sensitive": false,
                "after": {"name": "marked-vault", "arn": format!("arn:aws:backup:us-east-2:{TO}:backup-vault:marked-vault"), "kms_key_arn": null,
                          "tags": {"owner": SECRET}}}},
            {"address": "random_password.p", "mode": "managed", "type": "random_password", "name": "p", "change": {
                "actions": ["create"], "before": null, "after": {"result": SECRET}, "after_unknown": {}, "after_sensitive": {}}},
            {"address": "aws_kms_ciphertext.c", "mode": "managed", "type": "aws_kms_ciphertext", "name": "c", "change": {
                "actions": ["create"], "before": null, "after": {"plaintext": SECRET}, "after_unknown": {}, "after_sensitive": {}}},
        ],
        "prior_state": {"values": {"outputs": {"p": {"value": SECRET}}, "root_module": {"resources": [
            {"address": "data.aws_ssm_parameter.p", "mode": "data", "type": "aws_ssm_parameter", "name": "p",
             "values": {"value": SECRET}, "sensitive_values": {"value": true}}]}}},
        "configuration": {"root_module": {"variables": {"password": {"default": SECRET}}, "resources": [
            {"address": "aws_db_instance.orders2", "mode": "managed", "type": "aws_db_instance", "name": "orders2", "provider_config_key": "aws",
             "expressions": {"password": {"constant_value": SECRET}}}]}},
    })
}

#[test]
fn of_a_plan() {
    let files = Files::new();
    let source = files.path("source");
    fs::create_dir(&source).unwrap();
    let text = format!(
        "variable \"password\" {{ default = \"{SECRET}\" }}\nresource \"aws_db_instance\" \"orders2\" {{\n  password = \"{SECRET}\"\n}}\n"
    );
    fs::write(source.join("main.tf"), text).unwrap();
    let plan = plan();
    let file = files.write("plan.json", &plan.to_string());
    let source = text_of(&source);
    nothing_of_it_is_told(
        &files,
        &["--terraform-plan", &file, "--terraform-source", &source],
    );
    for place in [
        "/resource_changes",
        "/variables",
        "/resource_changes/0/change",
        "/prior_state",
    ] {
        let mut odd = plan.clone();
        *odd.pointer_mut(place).unwrap() = json!(SECRET);
        let file = files.write("odd.json", &odd.to_string());
        nothing_of_it_is_in_the_error(&files, &["--terraform-plan", &file]);
    }
    let mut odd = plan.clone();
    odd["format_version"] = json!(SECRET);
    let file = files.write("format.json", &odd.to_string());
    let inventory = files.estate(&Estate::rds());
    let ran = run(&[
        "check",
        "-v",
        "--inventory",
        &inventory,
        "--terraform-plan",
        &file,
    ]);
    assert!(ran.err.contains("0.1 to 1.2"), "{}", ran.err);
    assert!(!(ran.out + &ran.err).contains(SECRET), "{}", ran.err);
    let cut = plan.to_string();
    let file = files.write("cut.json", &cut[..cut.len() / 2]);
    nothing_of_it_is_in_the_error(&files, &["--terraform-plan", &file]);
    let file = files.write("plan2.json", &plan.to_string());
    let broken = files.path("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(
        broken.join("main.tf"),
        format!("resource \"{SECRET}\" {{ = \"{SECRET}\"\n"),
    )
    .unwrap();
    let broken = text_of(&broken);
    let ran = run(&[
        "check",
        "-v",
        "--inventory",
        &inventory,
        "--terraform-plan",
        &file,
        "--terraform-source",
        &broken,
    ]);
    assert!(!(ran.out + &ran.err).contains(SECRET), "{}", ran.err);
}

#[test]
fn of_a_template() {
    let files = Files::new();
    let template = json!({
    "Parameters": {"Password": {"Type": "String", "NoEcho": true}, "Other": {"Type": "String", "NoEcho": "true", "Default": SECRET}},
    "Metadata": {"Note": SECRET},
    "Outputs": {"Password": {"Value": {"Ref": "Password"}}},
    "Resources": {
        "Vault": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "marked-vault", "EncryptionKeyArn": {"Ref": "Other"}}},
        "Orders": {"Type": "AWS::RDS::DBInstance", "Metadata": {"Note": SECRET}, "Properties": {"DBInstanceIdentifier": "orders2", "Engine": "postgres",
            "MasterUserPassword": SECRET, "MasterUsername": SECRET, "StorageEncrypted": true, "KmsKeyId": {"Ref": "Password"},
            "Tags": [{"Key": "owner", "Value": {"Fn::Sub": "of-${Password}"}}]}},
        "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": SECRET}},
        "Machine": {"Type": "AWS::EC2::Instance", "Properties": {"UserData": {"Fn::Base64": SECRET}}},
        "Custom": {"Type": "Custom::Backup", "Properties": {"Password": SECRET}},
    }});
    let file = files.write("t.json", &template.to_string());
    let parameters = files.write("parameters.json", &json!({"Password": SECRET}).to_string());
    let place = ["--account", FROM, "--template-region", "us-east-2"];
    let given = [
        &["--cloudformation", &file, "--parameters", &parameters][..],
        &place,
    ]
    .concat();
    nothing_of_it_is_told(&files, &given);
    let password = format!("Password={SECRET}");
    let given = [
        &["--cloudformation", &file, "--parameter", &password][..],
        &place,
    ]
    .concat();
    nothing_of_it_is_told(&files, &given);

    // A value for a parameter that there is none of, a file that is cut, one that is not JSON.
    let strange = format!("Nothing={SECRET}");
    let given = [
        &["--cloudformation", &file, "--parameter", &strange][..],
        &place,
    ]
    .concat();
    nothing_of_it_is_in_the_error(&files, &given);
    let text = template.to_string();
    let cut = files.write("cut.json", &text[..text.len() - 40]);
    nothing_of_it_is_in_the_error(&files, &[&["--cloudformation", &cut][..], &place].concat());
    for text in [
        format!("[{{\"ParameterKey\": \"{SECRET}\"}}"),
        SECRET.to_owned(),
        format!("\"{SECRET}\""),
    ] {
        let odd = files.write("odd.json", &text);
        let given = [
            &["--cloudformation", &file, "--parameters", &odd][..],
            &place,
        ]
        .concat();
        nothing_of_it_is_in_the_error(&files, &given);
    }
    for text in [
        format!("Resources:\n  A: {{Type: 'AWS::S3::Bucket', Properties: {{Tags: [{SECRET}}}\n"),
        format!("Resources:\n  A: *{SECRET}\n"),
        format!("Resources: {SECRET}\n"),
    ] {
        let odd = files.write("odd.yaml", &text);
        nothing_of_it_is_in_the_error(&files, &[&["--cloudformation", &odd][..], &place].concat());
    }
}

/// The command that comes next repeats the line that was given, but for the values that a template hides.
#[test]
fn of_a_command_line() {
    let files = Files::new();
    let closed = Estate::rds().set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null);
    let inventory = files.estate(&closed);
    let template = |parameters: &str| {
        format!(
            "{parameters}Resources: {{V: {{Type: 'AWS::Backup::BackupVault', Properties: {{BackupVaultName: v}}}}}}\n"
        )
    };
    let hiding = files.write(
        "hiding.yaml",
        &template("Parameters: {Password: {Type: String, NoEcho: true}, Stored: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /p, NoEcho: 'true'}, Plain: {Type: String}}\n"),
    );
    let telling = files.write(
        "telling.yaml",
        &template("Parameters: {Plain: {Type: String, NoEcho: false}}\n"),
    );
    let of = |template: &str, more: &[&str]| {
        let change = [
            "--cloudformation",
            template,
            "--account",
            FROM,
            "--template-region",
            "us-east-2",
        ];
        let ran = run(&[
            &["check", "--all", "--inventory", &inventory][..],
            &change,
            more,
        ]
        .concat());
        assert_ne!(ran.code, 2, "{}", ran.err);
        assert!(
            ran.out.contains("backup-preflight fix --dir fixes"),
            "{}",
            ran.out
        );
        ran.out
    };
    let secret = |name: &str| format!("{name}={SECRET}");
    let (password, stored, joined) = (
        secret("Password"),
        secret("/p"),
        format!("--parameter={}", secret("Password")),
    );
    let told = of(
        &hiding,
        &[
            "--parameter",
            &password,
            "--parameter",
            "Plain=told",
            "--ssm",
            &stored,
        ],
    );
    assert!(!told.contains(SECRET), "{told}");
    assert!(
        told.contains("'Password=****'")
            && told.contains("Plain=told")
            && told.contains("'/p=****'"),
        "{told}"
    );
    let told = of(&hiding, &[&joined, "--parameter", "Plain=told"]);
    assert!(
        !told.contains(SECRET) && told.contains("Password=****"),
        "{told}"
    );
    assert!(of(&telling, &["--parameter", "Plain=told"]).contains("Plain=told"));
}
