//! Genuine plans of Terraform, each beside its configuration, with what they do to the copies written down.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use backup_preflight::inventory::Overlay;
use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform::{self, Source};
use serde_json::{Value, json};

use super::{base, told};

#[test]
fn every_plan_comes_out_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/gate/terraform");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().display().to_string();
        let planned: Vec<Planned> = states(&folder).iter().map(|state| read(state)).collect();
        let known: Vec<Overlay> = planned
            .iter()
            .map(|one| as_aws_tells(&one.before))
            .collect();
        let before: Vec<&Overlay> = planned
            .iter()
            .map(|one| &one.before)
            .chain(&known)
            .collect();
        let after: Vec<&Overlay> = planned.iter().map(|one| &one.after).collect();
        let mut found = told(&base(), &before, &after);
        for text in planned
            .iter()
            .flat_map(|one| one.open.iter().chain(&one.warnings))
        {
            found += &format!("note: {text}\n");
        }
        let expected = fs::read_to_string(folder.join("expected.txt")).unwrap();
        if found != expected {
            wrong.push(format!("{name}\n-- expected\n{expected}-- found\n{found}"));
        }
        seen += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 20, "{seen}");
}

/// The folders of the plans of a case: its own, or one for each state.
fn states(folder: &Path) -> Vec<PathBuf> {
    if folder.join("plan.json").exists() {
        return vec![folder.to_owned()];
    }
    let entries = fs::read_dir(folder).unwrap();
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    all.retain(|path| path.join("plan.json").exists());
    all.sort();
    all
}

/// A plan with its configuration.
fn read(folder: &Path) -> Planned {
    let bytes = fs::read(folder.join("plan.json")).unwrap();
    let name = folder.file_name().unwrap().display().to_string();
    let source = Source::read(folder, 1 << 20).unwrap_or_else(|error| panic!("{error}"));
    terraform::read(&name, &bytes, &BTreeMap::new(), Some(&source)).unwrap()
}

/// A password in a variable, in a sensitive attribute, in a resource that no check reads, and in a place that is not as it
/// should be appears in nothing that comes of the plan.
#[test]
fn no_secret_of_a_plan_goes_further() {
    const SECRET: &str = "hunter2-marked";
    let plan = json!({
        "format_version": "1.2",
        "variables": {"password": {"value": SECRET}},
        "resource_changes": [
            {"address": "aws_db_instance.db", "mode": "managed", "type": "aws_db_instance", "name": "db", "change": {
                "actions": ["create"], "before": null,
                "after": {"identifier": "db", "arn": "arn:aws:rds:eu-west-1:111122223333:db:db", "engine": "postgres",
                          "storage_encrypted": true, "kms_key_id": SECRET, "password": SECRET, "tags": {"owner": SECRET}},
                "after_unknown": {}, "after_sensitive": {"password": true, "kms_key_id": true, "tags": {"owner": true}}}},
            {"address": "random_password.p", "mode": "managed", "type": "random_password", "name": "p", "change": {
                "actions": ["create"], "before": null, "after": {"result": SECRET}, "after_unknown": {}, "after_sensitive": {}}},
        ],
        "prior_state": {"values": {"root_module": {"resources": [
            {"address": "data.aws_ssm_parameter.p", "mode": "data", "type": "aws_ssm_parameter", "name": "p", "values": {"value": SECRET}, "sensitive_values": {"value": true}}
        ]}}},
    });
    let planned = terraform::read(
        "plan.json",
        plan.to_string().as_bytes(),
        &BTreeMap::new(),
        None,
    )
    .unwrap();
    let told = format!("{planned:?}");
    assert!(told.contains("db:db") && !told.contains(SECRET), "{told}");
    let laid = planned.after.over(&base()).unwrap();
    assert!(!serde_json::to_string(&laid).unwrap().contains(SECRET));
    for place in [
        "/resource_changes",
        "/variables",
        "/resource_changes/0/change",
        "/prior_state",
        "/format_version",
    ] {
        let mut odd = plan.clone();
        *odd.pointer_mut(place).unwrap() = json!([SECRET]);
        match terraform::read(
            "plan.json",
            odd.to_string().as_bytes(),
            &BTreeMap::new(),
            None,
        ) {
            Ok(planned) => assert!(!format!("{planned:?}").contains(SECRET), "{place}"),
            Err(error) => assert!(!error.to_string().contains(SECRET), "{place}: {error}"),
        }
    }
}

#[test]
fn what_is_no_plan_is_an_error_that_says_which_command_makes_one() {
    for (bytes, expected) in [
        (
            &b"PK\x03\x04rest"[..],
            "p: a binary plan; expected its JSON: `terraform show -json p > plan.json` (`tofu show -json` for OpenTofu)",
        ),
        (
            br#"{"version": 4, "lineage": "x", "resources": []}"#,
            "p: a Terraform state; expected a plan: `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`",
        ),
        (
            br#"{"version": 4, "terraform_version": "1.9.0", "resources": []}"#,
            "p: a Terraform state; expected a plan: `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`",
        ),
        (
            br#"{"format_version": "1.0", "values": {}}"#,
            "p: a Terraform state; expected a plan: `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`",
        ),
        (
            b"{\"@level\":\"info\"}\n{\"@level\":\"info\"}",
            "p: the log of `terraform plan -json`; expected the plan: `terraform plan -out plan.bin && terraform show -json plan.bin > plan.json`",
        ),
        (
            b"{}",
            "p:1:2: not a Terraform plan: missing field `format_version`; expected what `terraform show -json PLAN` prints",
        ),
        (
            b"",
            "p:1:0: not a Terraform plan: EOF while parsing a value; expected what `terraform show -json PLAN` prints",
        ),
    ] {
        let error = terraform::read("p", bytes, &BTreeMap::new(), None).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_plan_that_is_not_whole_leaves_open_what_else_there_is() {
    for (field, value, says) in [
        ("errored", json!(true), "planning ended with an error"),
        ("complete", json!(false), "wait for another plan"),
        ("deferred_changes", json!([{}]), "wait for another plan"),
    ] {
        let mut plan = json!({"format_version": "1.2"});
        plan[field] = value;
        let planned =
            terraform::read("p", plan.to_string().as_bytes(), &BTreeMap::new(), None).unwrap();
        assert!(
            planned.open.iter().any(|text| text.contains(says)),
            "{field}: {:?}",
            planned.open
        );
    }
}

#[test]
fn a_plan_that_does_not_say_whether_it_is_whole_has_all_of_its_configuration() {
    let resource =
        |name: &str| json!({"mode": "managed", "type": "aws_backup_selection", "name": name});
    let change = |module: &str, name: &str| {
        json!({"address": name, "module_address": module, "mode": "managed", "type": "aws_backup_selection",
               "name": name, "change": {"actions": ["no-op"]}})
    };
    let counted = json!({"mode": "managed", "type": "aws_backup_selection", "name": "counted",
                         "count_expression": {"constant_value": 0}});
    let read = json!({"mode": "data", "type": "aws_kms_key", "name": "key"});
    let inner = json!({"resources": [resource("inner")]});
    let open = |changes: Value, complete: Value| {
        let mut plan = json!({
            "format_version": "1.2",
            "resource_changes": changes,
            "configuration": {"root_module": {
                "resources": [resource("outer"), counted, read],
                "module_calls": {"m": {"module": inner}, "none": {"count_expression": {}, "module": inner}},
            }},
        });
        if !complete.is_null() {
            plan["complete"] = complete;
        }
        let text = plan.to_string();
        let planned = terraform::read("p", text.as_bytes(), &BTreeMap::new(), None).unwrap();
        let mut open = planned.open.iter();
        open.any(|text| text.contains("wait for another plan"))
    };
    let (outer, within) = (change("", "outer"), change("module.m", "inner"));
    assert!(!open(json!([outer, within]), Value::Null));
    assert!(open(json!([outer]), Value::Null));
    assert!(open(json!([within]), Value::Null));
    assert!(!open(json!([outer]), json!(true)));
}

/// What AWS would tell of the things that a plan has now, beyond what is in the plan: that there is no more.
fn as_aws_tells(before: &Overlay) -> Overlay {
    let mut document = before.document.clone();
    let each = |value: &mut Value, list: &str, fill: &dyn Fn(&mut Value)| {
        value
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
            .for_each(fill);
    };
    let absent = |thing: &mut Value, field: &str, value: Value| {
        thing.as_object_mut().unwrap().entry(field).or_insert(value);
    };
    each(&mut document, "accounts", &|account| {
        each(account, "roles", &|role| {
            for list in ["AttachedPolicies", "InlinePolicies"] {
                if let Some(joined) = role[list].get("joined").cloned() {
                    role[list] = joined;
                }
            }
        });
        each(account, "regions", &|region| {
            // The stand-in of the provider gives every instance this one.
            absent(
                region,
                "option_groups",
                json!([{"OptionGroupName": "aws_db_instance-option_group_name", "Options": []}]),
            );
            each(region, "keys", &|key| absent(key, "Grants", json!([])));
            each(region, "vaults", &|vault| {
                absent(vault, "AccessPolicy", Value::Null);
                absent(vault, "Locked", json!(false));
            });
        });
    });
    Overlay {
        document,
        ..before.clone()
    }
}
