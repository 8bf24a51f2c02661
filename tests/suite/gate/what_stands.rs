//! What a plan says of now is laid over what the facts say, and takes nothing from it; what is replaced leaves nothing behind.

use std::collections::BTreeMap;

use backup_preflight::inventory::Overlay;
use backup_preflight::known::AccountId;
use backup_preflight::sources::terraform;
use backup_preflight::verdict::Verdict::{self, Blocked, Feasible, Undecided};
use serde_json::{Value, json};

use super::judged::{Change, judged};
use crate::support::estate::{
    CENTRAL, CENTRAL_KEY, DATABASE, DESTINATION_VAULT, FROM, KEY, ROLE, TO,
};
use crate::support::verdicts::read;
use crate::support::{Estate, decide, run};

const MANAGEMENT: &str = "999988887777";

pub(super) struct Plan {
    pub(super) before: Overlay,
    pub(super) after: Overlay,
    pub(super) open: Vec<String>,
}

pub(super) fn plan(alias: &str, change: &Value) -> Plan {
    plan_of(&[(alias, change.clone())])
}

/// A plan of several changes, each by its provider.
pub(super) fn plan_of(changes: &[(&str, Value)]) -> Plan {
    plan_with(changes, |_| {})
}

/// The same with what differs in the file.
pub(super) fn plan_with(changes: &[(&str, Value)], differs: impl Fn(&mut Value)) -> Plan {
    let blocks = changes.iter().map(|(alias, change)| {
        json!({"address": change["address"], "mode": "managed", "type": change["type"], "name": "x", "provider_config_key": alias,
            "expressions": {}})
    });
    let blocks: Vec<Value> = blocks.collect();
    let providers: serde_json::Map<String, Value> = changes
        .iter()
        .map(|(alias, _)| {
            let region = json!({"region": {"constant_value": "us-east-2"}});
            (
                (*alias).to_owned(),
                json!({"name": "aws", "expressions": region}),
            )
        })
        .collect();
    let changes: Vec<&Value> = changes.iter().map(|(_, change)| change).collect();
    let mut plan = json!({"format_version": "1.2", "resource_changes": changes, "configuration": {
        "provider_config": providers, "root_module": {"resources": blocks}}});
    differs(&mut plan);
    let accounts = [
        ("aws", FROM),
        ("aws.to", TO),
        ("aws.management", MANAGEMENT),
    ];
    let accounts = accounts
        .into_iter()
        .map(|(name, id)| (name.to_owned(), AccountId::parse(id).unwrap()));
    let accounts: BTreeMap<String, AccountId> = accounts.collect();
    let planned = terraform::read("p.json", plan.to_string().as_bytes(), &accounts, None).unwrap();
    Plan {
        before: planned.before,
        after: planned.after,
        open: planned.open,
    }
}

pub(super) fn change(
    kind: &str,
    actions: &[&str],
    before: Value,
    after: Value,
    unknown: Value,
) -> Value {
    json!({"address": format!("{kind}.x"), "mode": "managed", "type": kind, "name": "x", "change": {
        "actions": actions, "before": before, "after": after, "after_unknown": unknown, "before_sensitive": {}, "after_sensitive": {}}})
}

/// The verdicts on the one copy before and after.
pub(super) fn verdicts(estate: &Estate, plan: &Plan) -> (Verdict, Verdict) {
    let before = plan
        .before
        .over(&read(&estate.0))
        .unwrap_or_else(|error| panic!("{error}"));
    let after = plan
        .after
        .over(&before)
        .unwrap_or_else(|error| panic!("{error}"));
    let of = |inventory| {
        decide(&serde_json::to_value(inventory).unwrap())
            .remove(0)
            .verdict
    };
    let after = match of(&after) {
        Feasible if !plan.open.is_empty() => Undecided,
        verdict => verdict,
    };
    (of(&before), after)
}

#[test]
fn the_management_account_settles_cross_account_backup_though_it_is_in_no_file() {
    let of = |on: &str| {
        plan(
            "aws.management",
            &change(
                "aws_backup_global_settings",
                &["create"],
                Value::Null,
                json!({"global_settings": {"isCrossAccountBackupEnabled": on}}),
                json!({"id": true}),
            ),
        )
    };
    let off = Estate::rds().set("/accounts/0/cross_account_backup", json!(false));
    assert_eq!(verdicts(&Estate::rds(), &of("false")), (Feasible, Blocked));
    assert_eq!(verdicts(&Estate::rds(), &of("true")), (Feasible, Feasible));
    assert_eq!(verdicts(&off, &of("true")), (Blocked, Feasible));
    let overlay = |on: bool| Plan {
        before: of("true").before,
        after: Overlay {
            document: json!({"accounts": [{"account": MANAGEMENT, "cross_account_backup": on}]}),
            ..of("true").after
        },
        open: Vec::new(),
    };
    assert_eq!(verdicts(&Estate::rds(), &overlay(false)).1, Blocked);
}

#[test]
fn a_region_that_is_switched_off_takes_no_copy() {
    let estate = Estate::rds();
    let of = |values: Value, unknown: Value| {
        plan(
            "aws.management",
            &change(
                "aws_account_region",
                &["update"],
                values.clone(),
                values,
                unknown,
            ),
        )
    };
    let here =
        |enabled: Value| json!({"account_id": TO, "region_name": "us-east-2", "enabled": enabled});
    // The Region is one that AWS enables by default: what stands in its place says nothing against a copy.
    let opted = |plan: &Plan| {
        plan.after
            .document
            .pointer("/accounts/0/regions/0/opt_in_status")
            .cloned()
    };
    assert_eq!(
        opted(&of(here(json!(false)), json!({}))),
        Some(json!("not-opted-in"))
    );
    assert_eq!(
        opted(&of(here(json!(true)), json!({}))),
        Some(json!("opted-in"))
    );
    assert!(
        opted(&of(
            json!({"account_id": TO, "region_name": "us-east-2"}),
            json!({"enabled": true})
        ))
        .unwrap()
        .get("unknown")
        .is_some()
    );
    assert!(
        !of(
            json!({"account_id": TO, "enabled": false}),
            json!({"region_name": true})
        )
        .open
        .is_empty()
    );
    assert_eq!(
        verdicts(&estate, &of(here(json!(true)), json!({}))).0,
        Feasible
    );
}

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
    for (name, expected) in [
        ("other.txt", Feasible),
        ("override.tf", Undecided),
        ("x_override.tf", Undecided),
        ("x_override.tf.json", Undecided),
        ("main.tofu", Undecided),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), text).unwrap();
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
            "{name}"
        );
    }
}

/// A plan switches a key on and off, and makes a vault: what AWS did to either since stays.
#[test]
fn a_state_that_only_aws_changes_stays() {
    let vault = json!({"name": "central", "arn": CENTRAL, "kms_key_arn": CENTRAL_KEY});
    let key =
        json!({"arn": CENTRAL_KEY, "key_id": CENTRAL_KEY.rsplit('/').next(), "is_enabled": true});
    let failed = Estate::rds().set(&format!("{DESTINATION_VAULT}/VaultState"), json!("FAILED"));
    let to_go =
        |state: &str| Estate::rds().set("/accounts/1/regions/0/keys/0/KeyState", json!(state));
    let anyhow = |kind: &str, of: &Value, actions: &[&str]| {
        change(kind, actions, of.clone(), of.clone(), json!({}))
    };
    for actions in [&["no-op"], &["update"]] {
        for (estate, plan) in [
            (
                &failed,
                plan("aws.to", &anyhow("aws_backup_vault", &vault, actions)),
            ),
            (
                &to_go("PendingDeletion"),
                plan("aws.to", &anyhow("aws_kms_key", &key, actions)),
            ),
            (
                &to_go("Unavailable"),
                plan("aws.to", &anyhow("aws_kms_key", &key, actions)),
            ),
        ] {
            let (before, after) = verdicts(estate, &plan);
            assert_ne!(before, Feasible, "{actions:?}");
            assert_ne!(after, Feasible, "{actions:?}");
        }
    }
    // What a plan does change, it changes.
    let off =
        json!({"arn": CENTRAL_KEY, "key_id": CENTRAL_KEY.rsplit('/').next(), "is_enabled": false});
    let on = plan(
        "aws.to",
        &change("aws_kms_key", &["update"], off, key, json!({})),
    );
    assert_eq!(verdicts(&to_go("Disabled"), &on), (Blocked, Feasible));
}

/// Once its date is past, nobody changes a compliance lock, and AWS refuses the plan.
#[test]
fn a_lock_that_nobody_can_change_any_more_stays() {
    let lock = |days: i64| json!({"backup_vault_name": "central", "min_retention_days": days, "max_retention_days": 365});
    let relaxed = plan(
        "aws.to",
        &change(
            "aws_backup_vault_lock_configuration",
            &["delete", "create"],
            lock(90),
            lock(7),
            json!({}),
        ),
    );
    let at = |date: &str| {
        Estate::rds()
            .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
            .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90))
            .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(365))
            .set(&format!("{DESTINATION_VAULT}/LockDate"), json!(date))
    };
    assert_eq!(
        verdicts(&at("2026-10-01T00:00:00Z"), &relaxed),
        (Blocked, Blocked)
    );
    assert_eq!(
        verdicts(&at("2027-10-01T00:00:00Z"), &relaxed),
        (Blocked, Feasible)
    );
}

/// Policies decide by the tags of vaults, keys and roles.
#[test]
fn a_tag_that_a_plan_takes_away_is_gone() {
    let open_to = |tag: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ROLE},
            "Action": "backup:CopyIntoBackupVault", "Resource": "*", "Condition": {"StringEquals": {tag: "copy"}}}]})
    };
    let tags = json!({"class": "copy"});
    let vault = |tags: &Value| json!({"name": "central", "arn": CENTRAL, "kms_key_arn": CENTRAL_KEY, "tags": tags, "tags_all": tags});
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let role = |tags: &Value| {
        json!({"name": "AWSBackupDefaultServiceRole", "arn": ROLE, "path": "/service-role/",
        "assume_role_policy": trust.to_string(), "tags": tags, "tags_all": tags})
    };
    let of_vault = Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/Tags"), tags.clone())
        .set(
            &format!("{DESTINATION_VAULT}/AccessPolicy"),
            open_to("aws:ResourceTag/class"),
        );
    let of_role = Estate::rds()
        .set("/accounts/0/roles/0/Tags", tags.clone())
        .set(
            &format!("{DESTINATION_VAULT}/AccessPolicy"),
            open_to("aws:PrincipalTag/class"),
        );
    let none = json!({});
    for (estate, alias, kind, with, without) in [
        (
            &of_vault,
            "aws.to",
            "aws_backup_vault",
            vault(&tags),
            vault(&none),
        ),
        (&of_role, "aws", "aws_iam_role", role(&tags), role(&none)),
    ] {
        let of = |after: &Value, unknown: Value| {
            plan(
                alias,
                &change(kind, &["update"], with.clone(), after.clone(), unknown),
            )
        };
        assert_eq!(
            verdicts(estate, &of(&with, json!({}))),
            (Feasible, Feasible),
            "{kind}"
        );
        assert_eq!(
            verdicts(estate, &of(&without, json!({}))),
            (Feasible, Blocked),
            "{kind}"
        );
        let mut waits = without.clone();
        for name in ["tags", "tags_all"] {
            waits.as_object_mut().unwrap().remove(name);
        }
        let unknown = json!({"tags": true, "tags_all": true});
        assert_eq!(
            verdicts(estate, &of(&waits, unknown)),
            (Feasible, Undecided),
            "{kind}"
        );
    }
}

/// A database that is renamed where it stands is no longer there under its old name.
#[test]
fn what_is_renamed_in_place_leaves_nothing_under_its_old_name() {
    let before = json!({"identifier": "orders", "arn": DATABASE, "engine": "postgres", "engine_version": "16.3", "storage_type": "gp3",
        "storage_encrypted": true, "kms_key_id": KEY});
    let mut renamed = before.clone();
    renamed["identifier"] = json!("orders-2");
    renamed.as_object_mut().unwrap().remove("arn");
    let mut upgraded = before.clone();
    upgraded["engine_version"] = json!("16.4");
    upgraded.as_object_mut().unwrap().remove("arn");
    for (after, expected) in [(renamed, Blocked), (upgraded, Feasible)] {
        let plan = plan(
            "aws",
            &change(
                "aws_db_instance",
                &["update"],
                before.clone(),
                after.clone(),
                json!({"arn": true}),
            ),
        );
        assert_eq!(
            verdicts(&Estate::rds(), &plan),
            (Feasible, expected),
            "{after}"
        );
    }
}

/// The tables of a database go with it, and the plan does not name them.
#[test]
fn a_database_of_timestream_that_goes_leaves_the_answer_open() {
    let values = json!({"database_name": "metrics", "arn": "arn:aws:timestream:us-east-2:111122223333:database/metrics"});
    for (actions, after, open) in [
        (&["delete"][..], Value::Null, 1),
        (&["no-op"], values.clone(), 0),
    ] {
        let change = change(
            "aws_timestreamwrite_database",
            actions,
            values.clone(),
            after,
            json!({}),
        );
        assert_eq!(plan("aws", &change).open.len(), open, "{actions:?}");
    }
}

/// AWS Backup changes the settings of the types that are named: https://docs.aws.amazon.com/aws-backup/latest/devguide/advanced-ddb-backup.html
#[test]
fn settings_of_a_region_change_by_type() {
    let file_systems = json!({"EFS": true});
    let settings = json!({"resource_type_opt_in_preference": file_systems, "resource_type_management_preference": file_systems});
    let made = super::plan_facts::change(
        "aws_backup_region_settings.r",
        Value::Null,
        settings,
        json!({}),
    );
    let plan = Change::Plan(std::slice::from_ref(&made));
    let overlay = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2", "region_settings": {
        "ResourceTypeOptInPreference": file_systems, "ResourceTypeManagementPreference": file_systems}}]}]});
    let at = "/accounts/0/regions/0/region_settings";
    let unread = Estate::dynamodb().without(at);
    for change in [plan, Change::Overlay(&overlay)] {
        let same = |verdict: &str| {
            vec![format!(
                "orders into central: {verdict} -> {verdict} (same)"
            )]
        };
        let found = judged(&Estate::dynamodb(), &change, &[]);
        assert_eq!((found.copies, found.code), (same("feasible"), 0));
        // Those that were not read are as unread as they were.
        let found = judged(&unread, &change, &[]);
        assert_eq!((found.copies, found.code), (same("undecided"), 0));
    }
}
