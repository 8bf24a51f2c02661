//! What of a change is at fault: what it makes, changes or destroys, and of that what says what a check asks.

use serde_json::{Value, json};

use super::plan_facts::{change, plan};
use crate::cli::Files;
use crate::support::estate::{
    CENTRAL, CENTRAL_KEY, DATABASE, FROM, PROD, PROD_KEY, ROLE, SOURCE_VAULT_KEY, TO,
};
use crate::support::{Estate, run};

const VAULT: &str = "aws_backup_vault.v";
const POLICY: &str = "aws_backup_vault_policy.p";
const LOCK: &str = "aws_backup_vault_lock_configuration.l";

/// An object of a plan that changes so, or stays as it is.
fn object(address: &str, before: &Value, after: &Value) -> Value {
    let mut one = change(address, before.clone(), after.clone(), json!({}));
    if before == after {
        one["change"]["actions"] = json!(["no-op"]);
    }
    one
}

fn policy(effect: &str) -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Principal": "*",
        "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]});
    json!({"backup_vault_name": "central", "policy": policy.to_string()})
}

/// A vault with its policy and its lock, of which something changes.
fn vault((was, is): (&str, &str), (min_was, min_is): (u32, u32)) -> Value {
    let vault =
        json!({"name": "central", "arn": CENTRAL, "id": "central", "kms_key_arn": CENTRAL_KEY});
    let lock = |min: u32| json!({"backup_vault_name": "central", "min_retention_days": min});
    plan(
        TO,
        &[
            object(VAULT, &vault, &vault),
            object(POLICY, &policy(was), &policy(is)),
            object(LOCK, &lock(min_was), &lock(min_is)),
        ],
    )
}

/// The findings of the one copy, each with the addresses that it names.
fn found(report: &str) -> Vec<(String, Vec<String>)> {
    let report: Value = serde_json::from_str(report).unwrap();
    let copies = report["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 1, "{report}");
    let checks = copies[0]["checks"].as_array().unwrap().iter();
    let failing = checks.filter(|check| check["outcome"] == "fail");
    let each = failing.map(|check| {
        let places = check["locations"].as_array().unwrap().iter();
        let addresses = places.map(|place| place["address"].as_str().unwrap().to_owned());
        (
            check["id"].as_str().unwrap().to_owned(),
            addresses.collect(),
        )
    });
    each.collect()
}

fn of_plan(planned: &Value, format: &str) -> String {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let planned = files.write("plan.json", &planned.to_string());
    let ran = run(&[
        "check",
        "--no-config",
        "--inventory",
        &facts,
        "--terraform-plan",
        &planned,
        "--format",
        format,
    ]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    ran.out
}

#[test]
fn what_does_not_change_is_not_at_fault() {
    let lock = vault(("Allow", "Allow"), (1, 3000));
    assert_eq!(
        found(&of_plan(&lock, "json")),
        [("retention-outside-vault-lock".into(), vec![LOCK.into()])]
    );
    let denies = vault(("Allow", "Deny"), (1, 1));
    assert_eq!(
        found(&of_plan(&denies, "json")),
        [("vault-refuses-copy".into(), vec![POLICY.into()])]
    );
    let both = found(&of_plan(&vault(("Allow", "Deny"), (1, 3000)), "json"));
    assert_eq!(
        both,
        [
            ("retention-outside-vault-lock".into(), vec![LOCK.into()]),
            ("vault-refuses-copy".into(), vec![POLICY.into()]),
        ]
    );
}

#[test]
fn code_scanning_gets_one_place_and_what_is_related_to_it() {
    let text = of_plan(&vault(("Allow", "Allow"), (1, 3000)), "sarif");
    let log: Value = serde_json::from_str(&text).unwrap();
    let result = &log["runs"][0]["results"][0];
    let name = |place: &Value| place["logicalLocations"][0]["fullyQualifiedName"].clone();
    let all = |list: &str| -> Vec<Value> {
        let places = result[list].as_array().unwrap().iter();
        places.map(name).collect()
    };
    assert_eq!(all("locations"), [LOCK]);
    assert_eq!(all("relatedLocations"), [VAULT, POLICY]);
    let ids: Vec<&Value> = result["relatedLocations"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert_eq!((&ids[0]["id"], &ids[1]["id"]), (&json!(1), &json!(2)));
}

#[test]
fn what_a_rule_says_is_at_fault_in_its_plan() {
    let template = |cold: Value| {
        let lifecycle = json!({"DeleteAfterDays": 14, "MoveToColdStorageAfterDays": cold});
        json!({"Resources": {
            "P": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [
                {"RuleName": "r", "TargetBackupVault": "prod", "ScheduleExpression": "cron(0 5 * * ? *)", "Lifecycle": {"DeleteAfterDays": 14},
                    "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": lifecycle}]}]}}},
            "S": {"Type": "AWS::Backup::BackupSelection", "Properties": {"BackupPlanId": {"Ref": "P"}, "BackupSelection": {
                "SelectionName": "s", "IamRoleArn": ROLE, "Resources": [DATABASE]}}},
            "V": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "prod"}}}})
    };
    let files = Files::new();
    let mut estate = Estate::rds();
    estate.0["copies"] = json!([]);
    let facts = files.estate(&estate);
    let [now, then] = [
        ("now.json", json!({"Ref": "AWS::NoValue"})),
        ("then.json", json!(10)),
    ]
    .map(|(name, cold)| files.write(name, &format!("{:#}", template(cold))));
    let ran = run(&[
        "check",
        "--no-config",
        "--inventory",
        &facts,
        "--cloudformation",
        &then,
        "--cloudformation-before",
        &now,
        "--account",
        FROM,
        "--template-region",
        "us-east-2",
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert_eq!(
        found(&ran.out),
        [("lifecycle-invalid".into(), vec!["P".into()])]
    );
}

fn judged(args: &[&str]) -> Value {
    let ran = run(&[args, &["--no-config", "--format", "json"]].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err))
}

/// The places of a check of the first thing of a list that has it.
fn places(report: &Value, list: &str, check: &str) -> Value {
    let things = report[list].as_array().unwrap().iter();
    let mut checks = things.flat_map(|thing| thing["checks"].as_array().unwrap());
    let found = checks.find(|found| found["id"] == check);
    found.unwrap_or_else(|| panic!("{report}"))["locations"].clone()
}

#[test]
fn what_an_audit_finds_of_a_vault_is_at_fault_where_the_change_has_it() {
    let files = Files::new();
    let estate = Estate::rds().set(&format!("{SOURCE_VAULT_KEY}/KeyManager"), json!("AWS"));
    let facts = files.estate(&estate);
    let vault = |note: &str| json!({"name": "prod", "arn": PROD, "id": "prod", "kms_key_arn": PROD_KEY, "tags": {"note": note}});
    let prod = "aws_backup_vault.prod";
    let planned = plan(FROM, &[object(prod, &vault("a"), &vault("b"))]);
    let planned = files.write("plan.json", &planned.to_string());
    let report = judged(&["audit", "--inventory", &facts, "--terraform-plan", &planned]);
    let places = places(&report, "vaults", "vault-uses-aws-managed-key");
    assert_eq!(places[0]["address"], prod, "{places}");
}

/// A role has the path `/service-role/`, and what is attached to it names it alone.
#[test]
fn what_names_a_role_by_its_name_is_at_fault_for_the_role() {
    let denies = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let inline = json!({"role": "AWSBackupDefaultServiceRole", "name": "no", "policy": denies.to_string(),
        "id": "AWSBackupDefaultServiceRole:no"});
    let address = "aws_iam_role_policy.no";
    let planned = plan(FROM, &[change(address, Value::Null, inline, json!({}))]);
    let found = found(&of_plan(&planned, "json"));
    let of_role = found
        .iter()
        .find(|(id, _)| id == "copy-role-lacks-permission");
    assert_eq!(of_role.unwrap().1, [address], "{found:?}");
}

#[test]
fn what_is_in_a_downloaded_module_is_at_fault_where_the_module_is_called() {
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/suite/gate/terraform/modules"
    );
    let read = |name: &str| std::fs::read_to_string(format!("{fixture}/{name}")).unwrap();
    let files = Files::new();
    let folder = files.path(".");
    let modules = folder.join(".terraform/modules/database");
    std::fs::create_dir_all(&modules).unwrap();
    files.write(
        ".terraform/modules/database/main.tf",
        &read("database/main.tf"),
    );
    let list = json!({"Modules": [{"Key": "database", "Dir": ".terraform/modules/database"}]});
    files.write(".terraform/modules/modules.json", &list.to_string());
    files.write("common.tf", &read("common.tf"));
    let main = read("main.tf").replace("./database", "example/database/aws");
    files.write("main.tf", &main);
    let facts = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/gate/base.json");
    let planned = format!("{fixture}/plan.json");
    let report = judged(&[
        "check",
        "--inventory",
        facts,
        "--terraform-plan",
        &planned,
        "--terraform-source",
        folder.to_str().unwrap(),
    ]);
    let places = places(&report, "copies", "source-key-not-shared");
    let line = main
        .lines()
        .position(|line| line.starts_with("module "))
        .unwrap()
        + 1;
    assert!(
        places[0]["address"]
            .as_str()
            .unwrap()
            .starts_with("module.database["),
        "{places}"
    );
    assert!(
        places[0]["file"].as_str().unwrap().ends_with("main.tf"),
        "{places}"
    );
    assert!(
        !places[0]["file"].as_str().unwrap().contains(".terraform"),
        "{places}"
    );
    assert_eq!(places[0]["line"], line, "{places}");
}

/// What a run with the text of the configuration says: its report.
fn with_text(planned: &Value, text: &str, format: &str) -> String {
    let files = Files::new();
    let facts = files.estate(&Estate::rds());
    let plan = files.write("plan.json", &planned.to_string());
    files.write("main.tf", text);
    let folder = files.path("").display().to_string();
    let mut args = vec!["check", "--no-config", "--inventory", &facts];
    args.extend(["--terraform-plan", &plan, "--terraform-source", &folder]);
    args.extend(["--format", format]);
    let ran = run(&args);
    assert_eq!(ran.code, 1, "{}", ran.err);
    ran.out
}

const TEXT: &str = r#"
resource "aws_backup_vault" "v" {
  name        = "central"
  kms_key_arn = var.key
}
resource "aws_backup_vault_policy" "p" {
  backup_vault_name = "central"

  policy = var.policy
}
resource "aws_backup_vault_lock_configuration" "l" {
  backup_vault_name  = "central"
  min_retention_days = var.days
}
"#;

/// The line of the first place of the first failing check.
fn line(report: &str) -> Value {
    let report: Value = serde_json::from_str(report).unwrap();
    let checks = report["copies"][0]["checks"].as_array().unwrap();
    let failing = checks.iter().find(|check| check["outcome"] == "fail");
    failing.unwrap()["locations"][0]["line"].clone()
}

#[test]
fn the_line_at_fault_is_that_of_the_argument_that_changes() {
    let denies = vault(("Allow", "Deny"), (1, 1));
    assert_eq!(line(&with_text(&denies, TEXT, "json")), 9);
    let lock = vault(("Allow", "Allow"), (1, 3000));
    assert_eq!(line(&with_text(&lock, TEXT, "json")), 13);
    // Of several that change it is that of the block, and so it is of what is made.
    let mut several = vault(("Allow", "Deny"), (1, 1));
    several["resource_changes"][1]["change"]["before"]["backup_vault_name"] = json!("other");
    assert_eq!(line(&with_text(&several, TEXT, "json")), 6);
    let mut made = vault(("Allow", "Deny"), (1, 1));
    made["resource_changes"][1]["change"]["before"] = Value::Null;
    made["resource_changes"][1]["change"]["actions"] = json!(["create"]);
    assert_eq!(line(&with_text(&made, TEXT, "json")), 6);
}

/// A policy that is a resource of its own is changed there, and one that goes is kept.
#[test]
fn a_fix_is_written_where_the_policy_stands() {
    let key = json!({"arn": CENTRAL_KEY, "key_id": CENTRAL_KEY.rsplit('/').next(), "id": CENTRAL_KEY.rsplit('/').next(),
        "key_usage": "ENCRYPT_DECRYPT", "is_enabled": true});
    let of = |effect: &str| {
        let statement = json!({"Effect": effect, "Principal": "*", "Action": "kms:CreateGrant", "Resource": "*"});
        let own = json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{TO}:root")}, "Action": "kms:*", "Resource": "*"});
        let policy = json!({"Version": "2012-10-17", "Statement": [own, statement]});
        json!({"key_id": CENTRAL_KEY, "policy": policy.to_string()})
    };
    let keys = plan(
        TO,
        &[
            object("aws_kms_key.k", &key, &key),
            object("aws_kms_key_policy.p", &of("Allow"), &of("Deny")),
        ],
    );
    let text = "resource \"aws_kms_key\" \"k\" {}\nresource \"aws_kms_key_policy\" \"p\" {\n  key_id = \"k\"\n  policy = var.p\n}\n";
    let report: Value = serde_json::from_str(&with_text(&keys, text, "json")).unwrap();
    let remedies = report["remedies"].as_array().unwrap();
    let of_key = remedies.iter().find(|one| one["kind"] == "key-policy");
    let first = &of_key.unwrap_or_else(|| panic!("{report}"))["locations"][0];
    assert_eq!(first["address"], "aws_kms_key_policy.p");

    let mut gone = vault(("Allow", "Allow"), (1, 1));
    gone["resource_changes"][1]["change"]["after"] = Value::Null;
    gone["resource_changes"][1]["change"]["actions"] = json!(["delete"]);
    let without = TEXT.replace("resource \"aws_backup_vault_policy\" \"p\"", "locals");
    let table = with_text(&gone, &without, "table");
    let says = format!("keep {POLICY}, or beside ");
    let table = table.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(table.contains(&says), "{table}");
}
