//! What a plan, a template or an overlay does not tell of now, the facts do; what it does not tell of then is not known.

use std::collections::BTreeMap;

use backup_preflight::known::AccountId;
use backup_preflight::sources::terraform;
use backup_preflight::verdict::Verdict::{Feasible, Undecided};
use serde_json::{Value, json};

use super::what_stands::*;
use crate::support::estate::*;
use crate::support::{Estate, run};

#[test]
fn what_matters_and_is_not_read_leaves_the_answer_open() {
    for (kind, values, is_open) in [
        (
            "aws_cloudcontrolapi_resource",
            json!({"type_name": "AWS::Backup::BackupVault", "desired_state": "{}"}),
            true,
        ),
        (
            "aws_cloudcontrolapi_resource",
            json!({"type_name": "AWS::ECS::Cluster", "desired_state": "{}"}),
            false,
        ),
        (
            "aws_cloudcontrolapi_resource",
            json!({"desired_state": "{}"}),
            true,
        ),
        ("aws_controltower_landing_zone", json!({}), true),
        ("aws_controltower_control", json!({}), true),
        ("aws_kms_custom_key_store", json!({}), true),
        (
            "aws_dsql_cluster",
            json!({"arn": "arn:aws:dsql:us-east-2:111122223333:cluster/x"}),
            true,
        ),
        ("aws_redshiftserverless_workgroup", json!({}), true),
        ("aws_sqs_queue", json!({}), false),
    ] {
        for actions in [&["create"][..], &["update"], &["delete"]] {
            let before = if actions == ["create"] {
                Value::Null
            } else {
                values.clone()
            };
            let after = if actions == ["delete"] {
                Value::Null
            } else {
                values.clone()
            };
            let plan = plan("aws", &change(kind, actions, before, after, json!({})));
            assert_eq!(
                !plan.open.is_empty(),
                is_open,
                "{kind} {actions:?} {values}"
            );
        }
    }
}

#[test]
fn what_is_made_of_nothing_leaves_the_answer_open() {
    for kind in [
        "aws_backup_vault_policy",
        "aws_kms_key",
        "aws_iam_role",
        "aws_db_instance",
        "aws_backup_plan",
    ] {
        for actions in [&["create"][..], &["update"], &["delete", "create"]] {
            for unknown in [json!(true), json!({}), json!(false)] {
                let before = if actions == ["create"] {
                    Value::Null
                } else {
                    json!({})
                };
                let plan = plan("aws", &change(kind, actions, before, Value::Null, unknown));
                assert!(!plan.open.is_empty(), "{kind} {actions:?}");
            }
        }
    }
}

/// A list that an overlay says is unknown is not empty.
#[test]
fn a_list_that_is_unknown_is_not_empty() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &Value| {
        let file = folder.path().join(name);
        std::fs::write(&file, text.to_string()).unwrap();
        file.display().to_string()
    };
    let inventory = write("i.json", &Estate::rds().planned().0);
    let unknown = || json!({"unknown": "x"});
    let mut seen = 0;
    for list in [
        "plans",
        "vaults",
        "keys",
        "resources",
        "recovery_points",
        "roles",
    ] {
        let account = if list == "roles" {
            json!({"account": FROM, "roles": unknown()})
        } else {
            json!({"account": FROM, "regions": [{"region": "us-east-2", list: unknown()}]})
        };
        let overlay = write("o.json", &json!({"accounts": [account]}));
        let ran = run(&[
            "check",
            "--no-config",
            "--inventory",
            &inventory,
            "--overlay",
            &overlay,
        ]);
        // A key or a recovery point that is not named may be none that a copy needs.
        let expected: &[i32] = if ["keys", "recovery_points"].contains(&list) {
            &[0, 3]
        } else {
            &[3]
        };
        assert!(
            expected.contains(&ran.code),
            "{list}: {} {}{}",
            ran.code,
            ran.out,
            ran.err
        );
        seen += 1;
    }
    for document in [
        json!({"copies": unknown()}),
        json!({"accounts": unknown()}),
        json!({"accounts": [{"account": FROM, "regions": unknown()}]}),
    ] {
        let overlay = write("o.json", &document);
        let ran = run(&[
            "check",
            "--no-config",
            "--inventory",
            &inventory,
            "--overlay",
            &overlay,
        ]);
        assert!(
            ran.code == 2 && ran.err.contains("expected a list"),
            "{document}: {}",
            ran.err
        );
        seen += 1;
    }
    assert_eq!(seen, 9);
}

fn allow_copies(effect: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": effect, "Principal": {"AWS": FROM}, "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]})
    .to_string()
}

/// What a plan does not tell of now, the facts do; what it does not tell of then is not known, unless nothing changes it.
#[test]
fn what_is_sensitive_is_as_the_facts_say_until_it_changes() {
    let policy = |text: &str| json!({"backup_vault_name": "central", "backup_vault_arn": CENTRAL, "policy": text});
    let key = |text: &str| json!({"arn": KEY, "key_id": "11111111-aaaa-4bbb-8ccc-000000000001", "is_enabled": true, "policy": text});
    let role = |text: &str| json!({"name": "AWSBackupDefaultServiceRole", "arn": ROLE, "path": "/service-role/", "assume_role_policy": text});
    let lock = |days: &str| json!({"backup_vault_name": "central", "backup_vault_arn": CENTRAL, "min_retention_days": days.parse::<u64>().unwrap_or(7)});
    let (allows, denies) = (allow_copies("Allow"), allow_copies("Deny"));
    type Values<'a> = &'a dyn Fn(&str) -> Value;
    let rows: [(&str, &str, &str, Values<'_>, &str, &str); 4] = [
        (
            "aws_backup_vault_policy",
            "aws.to",
            "policy",
            &policy,
            &allows,
            &denies,
        ),
        ("aws_kms_key", "aws", "policy", &key, &allows, &denies),
        (
            "aws_iam_role",
            "aws",
            "assume_role_policy",
            &role,
            &allows,
            &denies,
        ),
        (
            "aws_backup_vault_lock_configuration",
            "aws.to",
            "min_retention_days",
            &lock,
            "7",
            "90",
        ),
    ];
    for (kind, alias, name, values, one, other) in rows {
        for (actions, then, expected) in [
            (&["update"][..], other, Undecided),
            (&["no-op"], one, Feasible),
        ] {
            let mut change = change(kind, actions, values(one), values(then), json!({}));
            for marks in ["before_sensitive", "after_sensitive"] {
                change["change"][marks] = json!({name: true});
            }
            let plan = plan(alias, &change);
            assert_eq!(
                verdicts(&Estate::rds(), &plan),
                (Feasible, expected),
                "{kind} {actions:?}"
            );
        }
    }
}

#[test]
fn an_attachment_that_stays_keeps_the_document_that_the_facts_have() {
    let mine = "arn:aws:iam::111122223333:policy/mine";
    let allow = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let estate = Estate::rds().set(
        "/accounts/0/roles/0/AttachedPolicies",
        json!([{"PolicyArn": mine, "Document": allow}]),
    );
    let of = |actions: &[&str], arn: &str| {
        let values = json!({"role": "AWSBackupDefaultServiceRole", "policy_arn": arn});
        let before = if actions == ["create"] {
            Value::Null
        } else {
            values.clone()
        };
        plan(
            "aws",
            &change(
                "aws_iam_role_policy_attachment",
                actions,
                before,
                values,
                json!({}),
            ),
        )
    };
    assert_eq!(
        verdicts(&estate, &of(&["no-op"], mine)),
        (Feasible, Feasible)
    );
    let denies = of(&["create"], "arn:aws:iam::aws:policy/AWSDenyAll");
    let (before, after) = verdicts(&estate, &denies);
    assert!(before == Feasible && after != Feasible, "{after:?}");
}

#[test]
fn an_argument_that_nobody_set_is_an_empty_text() {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let role = json!({"name": "AWSBackupDefaultServiceRole", "arn": ROLE, "path": "/service-role/", "permissions_boundary": "",
        "assume_role_policy": trust.to_string()});
    let plan = plan(
        "aws",
        &change("aws_iam_role", &["no-op"], role.clone(), role, json!({})),
    );
    assert_eq!(verdicts(&Estate::rds(), &plan), (Feasible, Feasible));
}

/// A template with a parameter that nobody gives: what stands is as the facts say, and what changes is not known.
#[test]
fn what_the_template_of_now_leaves_open_the_facts_tell() {
    let template = |property: &str| {
        let allow = allow_copies("Allow");
        let mut properties = json!({"BackupVaultName": "central", "EncryptionKeyArn": CENTRAL_KEY, "AccessPolicy": allow});
        match property.split_once(' ') {
            Some(("LockConfiguration", parameter)) => {
                properties["LockConfiguration"] = json!({"MinRetentionDays": {"Ref": parameter}});
            }
            Some((name, parameter)) => properties[name] = json!({"Ref": parameter}),
            None => {}
        }
        json!({"Parameters": {"X": {"Type": "String"}, "Y": {"Type": "String"}}, "Resources": {"V": {
            "Type": "AWS::Backup::BackupVault", "Properties": properties}}})
        .to_string()
    };
    let settings = backup_preflight::sources::cloudformation::Settings {
        account: AccountId::parse(TO).ok(),
        region: Some(backup_preflight::known::Region::new("us-east-2")),
        ..Default::default()
    };
    for name in ["EncryptionKeyArn", "AccessPolicy", "LockConfiguration"] {
        let now = template(&format!("{name} X"));
        for (parameter, expected) in [("X", Feasible), ("Y", Undecided)] {
            let then = template(&format!("{name} {parameter}"));
            let planned = backup_preflight::sources::cloudformation::read_change(
                ("now.json", now.as_bytes()),
                ("then.json", then.as_bytes()),
                &settings,
            )
            .unwrap();
            let plan = Plan {
                before: planned.before,
                after: planned.after,
                open: planned.open,
            };
            assert_eq!(
                verdicts(&Estate::rds(), &plan),
                (Feasible, expected),
                "{name} {parameter}"
            );
        }
    }
}

/// Terraform lays an override over the file: what a module with one says is not worked out.
#[test]
fn a_module_with_an_override_is_not_evaluated() {
    let text = "locals {\n  statement = { Effect = \"Allow\", Principal = { AWS = \"111122223333\" }, Action = \"backup:CopyIntoBackupVault\", Resource = \"*\" }\n}\nresource \"aws_backup_vault_policy\" \"x\" {\n  backup_vault_name = \"central\"\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [local.statement] })\n}\n";
    let before = json!({"backup_vault_name": "central", "backup_vault_arn": CENTRAL, "policy": allow_copies("Allow")});
    let after = json!({"backup_vault_name": "central", "backup_vault_arn": CENTRAL});
    let change = change(
        "aws_backup_vault_policy",
        &["update"],
        before,
        after,
        json!({"policy": true}),
    );
    let plan_json = json!({"format_version": "1.2", "resource_changes": [change], "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-2"}}}},
        "root_module": {"resources": [{"address": "aws_backup_vault_policy.x", "mode": "managed", "type": "aws_backup_vault_policy",
            "name": "x", "provider_config_key": "aws", "expressions": {"backup_vault_name": {"constant_value": "central"}, "policy": {"references": ["local.statement"]}}}]}}});
    let accounts = BTreeMap::from([("aws".to_owned(), AccountId::parse(TO).unwrap())]);
    for (main, name, expected) in [
        ("main.tf", "other.txt", Feasible),
        ("main.tf", "override.tf", Undecided),
        ("main.tf", "x_override.tf", Undecided),
        ("main.tf", "x_override.tf.json", Undecided),
        // What OpenTofu would read is not what Terraform would.
        ("main.tf", "main.tofu", Undecided),
        ("main.tf", "other.tofu", Undecided),
        ("main.tofu", "other.txt", Feasible),
        ("main.tofu", "x_override.tofu", Undecided),
        ("main.tofu", "other.tf.json", Undecided),
        // JSON is not evaluated.
        ("main.txt", "main.tf.json", Undecided),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(main), text).unwrap();
        std::fs::write(folder.path().join(name), "").unwrap();
        let source = terraform::Source::read(folder.path(), 1 << 20).unwrap();
        let planned = terraform::read(
            "p.json",
            plan_json.to_string().as_bytes(),
            &accounts,
            Some(&source),
        )
        .unwrap();
        let plan = Plan {
            before: planned.before,
            after: planned.after,
            open: planned.open,
        };
        assert_eq!(
            verdicts(&Estate::rds(), &plan),
            (Feasible, expected),
            "{main} {name}"
        );
    }
    let nothing = tempfile::tempdir().unwrap();
    let none = terraform::Source::read(nothing.path(), 1 << 20).unwrap_err();
    assert!(
        none.to_string()
            .contains("expected a folder with .tf files")
    );
}
