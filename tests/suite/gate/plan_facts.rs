//! What the reader of plans makes of each attribute that a check reads: unknown after apply, sensitive, of another kind, null,
//! absent; and of a plan that says two things at once.

use std::collections::BTreeMap;
use std::path::Path;

use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform;
use backup_preflight::verdict::Verdict;
use serde_json::{Value, json};

use crate::support::estate::{DATABASE, FROM, KEY, ROLE, TO};
use crate::support::verdicts::read;
use crate::support::{Estate, decide, run};

/// A change of one object.
pub(super) fn change(address: &str, before: Value, after: Value, unknown: Value) -> Value {
    let (kind, name) = address.split_once('.').unwrap();
    let action = match (before.is_null(), after.is_null()) {
        (true, _) => "create",
        (false, true) => "delete",
        (false, false) => "update",
    };
    json!({"address": address, "mode": "managed", "type": kind, "name": name, "change": {
        "actions": [action], "before": before, "after": after, "after_unknown": unknown,
        "before_sensitive": {}, "after_sensitive": {}}})
}

pub(super) fn plan(account: &str, changes: &[Value]) -> Value {
    let resources = changes.iter().map(|one| {
        json!({"address": one["address"], "mode": "managed", "type": one["type"], "name": one["name"],
               "provider_config_key": "aws", "expressions": {"policy": {}, "is_enabled": {}, "grantee_principal": {}}})
    });
    json!({
        "format_version": "1.2",
        "resource_changes": changes,
        "configuration": {
            "provider_config": {"aws": {"name": "aws", "expressions": {
                "region": {"constant_value": "us-east-2"}, "allowed_account_ids": {"constant_value": [account]}}}},
            "root_module": {"resources": resources.collect::<Vec<_>>()},
        },
    })
}

pub(super) fn planned(plan: &Value) -> Planned {
    terraform::read(
        "plan.json",
        plan.to_string().as_bytes(),
        &BTreeMap::new(),
        None,
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

/// The verdict on the one copy with a plan on top; undecided where the plan leaves something open.
fn over(estate: &Estate, plan: &Value) -> Verdict {
    let planned = planned(plan);
    let laid = planned
        .before
        .over(&read(&estate.0))
        .unwrap_or_else(|error| panic!("{error}"));
    let laid = planned
        .after
        .over(&laid)
        .unwrap_or_else(|error| panic!("{error}"));
    let all = decide(&serde_json::to_value(&laid).unwrap());
    assert_eq!(all.len(), 1);
    match all[0].verdict {
        Verdict::Feasible if !planned.open.is_empty() => Verdict::Undecided,
        verdict => verdict,
    }
}

const DENY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}"#;

fn vault_policy(address: &str, effect: &str) -> Value {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Principal": "*",
        "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]});
    change(
        address,
        Value::Null,
        json!({"backup_vault_name": "central", "policy": policy.to_string()}),
        json!({}),
    )
}

fn lock(min: Value, unknown: Value) -> Value {
    change(
        "aws_backup_vault_lock_configuration.l",
        Value::Null,
        json!({"backup_vault_name": "central", "min_retention_days": min}),
        unknown,
    )
}

#[test]
fn a_lock_whose_bounds_are_unknown_is_undecided() {
    let estate = Estate::rds();
    for (change, expected) in [
        (lock(json!(90), json!({})), Verdict::Blocked),
        (lock(json!(7), json!({})), Verdict::Feasible),
        (
            lock(Value::Null, json!({"min_retention_days": true})),
            Verdict::Undecided,
        ),
        (
            lock(json!(7), json!({"max_retention_days": true})),
            Verdict::Undecided,
        ),
        (
            lock(
                Value::Null,
                json!({"min_retention_days": true, "max_retention_days": true}),
            ),
            Verdict::Undecided,
        ),
        (lock(json!("90"), json!({})), Verdict::Undecided),
    ] {
        assert_eq!(
            over(&estate, &plan(TO, std::slice::from_ref(&change))),
            expected,
            "{change}"
        );
    }
}

#[test]
fn two_objects_for_what_there_is_one_of_decide_nothing() {
    let estate = Estate::rds();
    let (allow, deny) = (
        vault_policy("aws_backup_vault_policy.a", "Allow"),
        vault_policy("aws_backup_vault_policy.d", "Deny"),
    );
    assert_eq!(
        over(&estate, &plan(TO, std::slice::from_ref(&allow))),
        Verdict::Feasible
    );
    assert_eq!(
        over(&estate, &plan(TO, std::slice::from_ref(&deny))),
        Verdict::Blocked
    );
    assert_eq!(
        over(&estate, &plan(TO, &[deny.clone(), allow.clone()])),
        Verdict::Undecided
    );
    assert_eq!(over(&estate, &plan(TO, &[allow, deny])), Verdict::Undecided);
}

/// The role that AWS makes has a path, and a plan names a role without it.
#[test]
fn a_policy_of_a_role_by_its_name_is_one_of_the_role_with_its_path() {
    let name = ROLE.rsplit('/').next().unwrap();
    let backup = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    let inline = |unknown: Value| {
        let policy = if unknown == json!({}) {
            json!(DENY)
        } else {
            Value::Null
        };
        change(
            "aws_iam_role_policy.p",
            Value::Null,
            json!({"role": name, "name": "no", "policy": policy}),
            unknown,
        )
    };
    let attached = json!({"role": name, "policy_arn": backup});
    for (change, expected) in [
        (inline(json!({})), Verdict::Blocked),
        (inline(json!({"policy": true})), Verdict::Undecided),
        (
            change(
                "aws_iam_role_policy_attachment.a",
                attached,
                Value::Null,
                json!({}),
            ),
            Verdict::Blocked,
        ),
        (
            change(
                "aws_iam_role_policy_attachment.a",
                Value::Null,
                json!({"role": name}),
                json!({"policy_arn": true}),
            ),
            Verdict::Undecided,
        ),
    ] {
        assert_eq!(
            over(&Estate::rds(), &plan(FROM, std::slice::from_ref(&change))),
            expected,
            "{change}"
        );
    }
}

#[test]
fn the_setting_of_the_organization_is_not_taken_from_another_account() {
    let settings = |value: Value, unknown: Value| {
        change(
            "aws_backup_global_settings.g",
            Value::Null,
            json!({"global_settings": value}),
            unknown,
        )
    };
    let on = |value: Value| json!({"isCrossAccountBackupEnabled": value});
    for (change, expected) in [
        (settings(on(json!("true")), json!({})), Verdict::Feasible),
        (settings(on(json!("false")), json!({})), Verdict::Blocked),
        (settings(on(json!(false)), json!({})), Verdict::Blocked),
        (settings(on(json!("no")), json!({})), Verdict::Undecided),
        (
            settings(Value::Null, json!({"global_settings": true})),
            Verdict::Undecided,
        ),
        (
            settings(
                json!({}),
                json!({"global_settings": {"isCrossAccountBackupEnabled": true}}),
            ),
            Verdict::Undecided,
        ),
    ] {
        assert_eq!(
            over(&Estate::rds(), &plan(FROM, std::slice::from_ref(&change))),
            expected,
            "{change}"
        );
    }
}

#[test]
fn a_database_that_is_destroyed_or_of_another_engine_is_not_copied() {
    let object = |engine: &str| {
        json!({"identifier": "orders", "arn": DATABASE, "engine": engine, "storage_encrypted": true, "kms_key_id": KEY, "skip_final_snapshot": true,
        "deletion_protection": false})
    };
    let db = |after: Value, unknown: Value| {
        change("aws_db_instance.d", object("postgres"), after, unknown)
    };
    let mut open = object("postgres");
    open.as_object_mut().unwrap().remove("engine");
    for (change, expected) in [
        (db(object("postgres"), json!({})), Verdict::Feasible),
        (db(Value::Null, json!({})), Verdict::Blocked),
        (db(object("Custom-Oracle-EE"), json!({})), Verdict::Blocked),
        (db(open, json!({"engine": true})), Verdict::Undecided),
        (
            change(
                "aws_rds_cluster_instance.i",
                Value::Null,
                json!({"identifier": "orders", "cluster_identifier": "c"}),
                json!({}),
            ),
            Verdict::Blocked,
        ),
    ] {
        assert_eq!(
            over(&Estate::rds(), &plan(FROM, std::slice::from_ref(&change))),
            expected,
            "{change}"
        );
    }
    // An instance that nobody named is not one that is backed up.
    let other = change(
        "aws_rds_cluster_instance.i",
        Value::Null,
        json!({"identifier": "new", "cluster_identifier": "c"}),
        json!({}),
    );
    let laid = planned(&plan(FROM, &[other]))
        .after
        .over(&read(&Estate::rds().0))
        .unwrap();
    assert!(!serde_json::to_string(&laid).unwrap().contains("db:new"));
}

/// Configurations of modules and of generated JSON may hold no expression for an argument that is set.
#[test]
fn the_known_policy_of_a_new_key_counts_whatever_the_configuration_holds_for_it() {
    let role = format!("arn:aws:iam::{TO}:role/keeper");
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": role}, "Action": "kms:*", "Resource": "*"}]});
    let key = |policy: Value, unknown: Value| {
        change(
            "aws_kms_key.new",
            Value::Null,
            json!({"policy": policy}),
            unknown,
        )
    };
    let laid = |change: &Value, expressions: &Value| {
        let mut plan = plan(TO, std::slice::from_ref(change));
        plan["configuration"]["root_module"]["resources"][0]["expressions"] = expressions.clone();
        let laid = planned(&plan).after.over(&read(&Estate::rds().0)).unwrap();
        serde_json::to_string(&laid).unwrap()
    };
    let known = key(
        json!(policy.to_string()),
        json!({"arn": true, "key_id": true}),
    );
    let default = key(
        Value::Null,
        json!({"arn": true, "key_id": true, "policy": true}),
    );
    for expressions in [
        json!({"policy": {}}),
        json!({"policy": {"references": ["local.policy"]}}),
        json!({"description": {"constant_value": "backups"}}),
        json!({}),
    ] {
        assert!(laid(&known, &expressions).contains(&role), "{expressions}");
        assert!(
            !laid(&default, &expressions).contains(&role),
            "{expressions}"
        );
    }
}

#[test]
fn a_plan_that_contradicts_itself_is_open() {
    let with = |action: &str, after: Value| {
        let mut one = vault_policy("aws_backup_vault_policy.p", "Allow");
        one["change"]["actions"] = json!([action]);
        one["change"]["before"] = one["change"]["after"].clone();
        one["change"]["after"] = after;
        planned(&plan(TO, &[one])).open
    };
    assert_eq!(
        with("update", Value::Null),
        ["aws_backup_vault_policy.p is made or changed, and the plan does not say to what"]
    );
    assert_eq!(
        with("explode", json!({"backup_vault_name": "central"})),
        ["aws_backup_vault_policy.p has the action `explode`, which is not known"]
    );
    assert_eq!(
        with("no-op", json!({"backup_vault_name": "central"})),
        ["aws_backup_vault_policy.p stays as it is, and is not what it was"]
    );
    let key = change(
        "aws_kms_key_policy.p",
        Value::Null,
        json!({"key_id": "alias/app", "policy": DENY}),
        json!({}),
    );
    assert_eq!(
        planned(&plan(TO, &[key])).open,
        ["aws_kms_key_policy.p is of the key alias/app, whose ARN is not known"]
    );
}

#[test]
fn a_name_twice_in_one_object_is_an_error() {
    let text = plan(TO, &[vault_policy("aws_backup_vault_policy.p", "Allow")]).to_string();
    let text = text.replace(
        r#""backup_vault_name":"#,
        r#""policy":"{}","policy2":1,"backup_vault_name":"#,
    );
    let error = terraform::read("p", text.as_bytes(), &BTreeMap::new(), None)
        .unwrap_err()
        .to_string();
    assert!(error.contains("duplicate field `policy`"), "{error}");
}

#[test]
fn an_account_for_a_provider_that_no_plan_has_is_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/gate");
    let text = |name: &str| folder.join(name).display().to_string();
    let with = |account: &str| {
        run(&[
            "check",
            "--inventory",
            &text("base.json"),
            "--terraform-plan",
            &text("terraform/lock-raised/plan.json"),
            "--account",
            account,
        ])
        .err
    };
    let says = "--account aws.nope: no plan has a provider of that name, and no plan or template is called so";
    assert!(with("aws.nope=444455556666").contains(says));
    assert!(!with("aws=444455556666").contains("no plan has a provider"));
}

#[test]
fn the_advanced_settings_of_a_plan_are_read() {
    let rule = json!([{"rule_name": "nightly", "target_vault_name": "prod", "copy_action": []}]);
    let made = |settings: Value, unknown: Value| {
        let after =
            json!({"id": "p", "name": "daily", "rule": rule, "advanced_backup_setting": settings});
        let planned = planned(&plan(
            FROM,
            &[change("aws_backup_plan.p", Value::Null, after, unknown)],
        ));
        let at = "/accounts/0/regions/0/plans/0/BackupPlan/AdvancedBackupSettings";
        planned.after.document.pointer(at).cloned()
    };
    let block = json!([{"resource_type": "S3", "backup_options": {"BackupACLs": "disabled"}}]);
    let read = json!([{"ResourceType": "S3", "BackupOptions": {"BackupACLs": "disabled"}}]);
    assert_eq!(made(block, json!({})), Some(read));
    assert_eq!(made(json!([]), json!({})), None);
    let open = json!([{"resource_type": "S3"}]);
    let open = made(
        open,
        json!({"advanced_backup_setting": [{"backup_options": true}]}),
    )
    .unwrap();
    assert!(open.to_string().contains("unknown"), "{open}");
}
