//! What the reader of plans makes of each attribute that a check reads: unknown after apply, sensitive, of another kind, null,
//! absent; and of a plan that says two things at once.

use std::collections::BTreeMap;
use std::path::Path;

use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform;
use backup_preflight::verdict::Verdict;
use serde_json::{Value, json};

use crate::support::estate::{CENTRAL, CENTRAL_KEY, DATABASE, FROM, KEY, ROLE, TO};
use crate::support::verdicts::read;
use crate::support::{Estate, decide, run};

/// A change of one object.
fn change(address: &str, before: Value, after: Value, unknown: Value) -> Value {
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

fn plan(account: &str, changes: &[Value]) -> Value {
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

fn planned(plan: &Value) -> Planned {
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

/// Each type with an object of it, and the attributes of it that decide.
fn objects() -> Vec<(&'static str, Value, &'static [&'static str])> {
    let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
    let database = json!({"identifier": "orders", "engine": "postgres", "engine_version": "16", "storage_type": "gp3",
        "option_group_name": "default:postgres-16", "storage_encrypted": true, "kms_key_id": KEY, "arn": DATABASE});
    let of_database: &[&str] = &[
        "engine",
        "engine_version",
        "storage_type",
        "option_group_name",
        "storage_encrypted",
        "kms_key_id",
    ];
    vec![
        (
            "aws_backup_vault",
            json!({"name": "central", "arn": CENTRAL, "kms_key_arn": CENTRAL_KEY}),
            &["kms_key_arn"],
        ),
        (
            "aws_backup_logically_air_gapped_vault",
            json!({"name": "central", "arn": CENTRAL, "encryption_key_arn": CENTRAL_KEY, "min_retention_days": 7, "max_retention_days": 90}),
            &[
                "encryption_key_arn",
                "min_retention_days",
                "max_retention_days",
            ],
        ),
        (
            "aws_backup_vault_policy",
            json!({"backup_vault_name": "central", "policy": policy}),
            &["backup_vault_name", "policy"],
        ),
        (
            "aws_backup_vault_lock_configuration",
            json!({"backup_vault_name": "central", "min_retention_days": 7, "max_retention_days": 90}),
            &[
                "backup_vault_name",
                "min_retention_days",
                "max_retention_days",
            ],
        ),
        (
            "aws_backup_global_settings",
            json!({"global_settings": {"isCrossAccountBackupEnabled": "true"}}),
            &["global_settings"],
        ),
        (
            "aws_backup_region_settings",
            json!({"resource_type_opt_in_preference": {"RDS": true}, "resource_type_management_preference": {"DynamoDB": true}}),
            &[
                "resource_type_opt_in_preference",
                "resource_type_management_preference",
            ],
        ),
        (
            "aws_kms_key",
            json!({"arn": KEY, "key_id": "k", "is_enabled": true, "policy": policy, "customer_master_key_spec": "SYMMETRIC_DEFAULT", "key_usage": "ENCRYPT_DECRYPT"}),
            &[
                "is_enabled",
                "policy",
                "customer_master_key_spec",
                "key_usage",
            ],
        ),
        (
            "aws_kms_external_key",
            json!({"arn": KEY, "enabled": true, "policy": policy}),
            &["enabled", "policy"],
        ),
        (
            "aws_kms_key_policy",
            json!({"key_id": KEY, "policy": policy}),
            &["key_id", "policy"],
        ),
        (
            "aws_kms_grant",
            json!({"key_id": KEY, "grantee_principal": ROLE, "operations": ["Decrypt"]}),
            &["key_id", "grantee_principal", "operations"],
        ),
        (
            "aws_iam_role",
            json!({"name": "AWSBackupDefaultServiceRole", "arn": ROLE, "assume_role_policy": policy, "permissions_boundary": "arn:aws:iam::111122223333:policy/b",
                "inline_policy": [{"name": "a", "policy": policy}], "managed_policy_arns": ["arn:aws:iam::aws:policy/AWSDenyAll"]}),
            &[
                "assume_role_policy",
                "permissions_boundary",
                "inline_policy",
                "managed_policy_arns",
            ],
        ),
        (
            "aws_iam_role_policy",
            json!({"role": "r", "name": "a", "policy": policy}),
            &["role", "policy"],
        ),
        (
            "aws_iam_role_policy_attachment",
            json!({"role": "r", "policy_arn": "arn:aws:iam::aws:policy/AWSDenyAll"}),
            &["role", "policy_arn"],
        ),
        ("aws_db_instance", database, of_database),
        (
            "aws_rds_cluster",
            json!({"cluster_identifier": "c", "engine": "aurora-mysql", "engine_version": "8", "storage_encrypted": true, "kms_key_id": KEY}),
            &[
                "engine",
                "engine_version",
                "storage_encrypted",
                "kms_key_id",
            ],
        ),
        (
            "aws_rds_cluster_instance",
            json!({"identifier": "orders", "cluster_identifier": "c"}),
            &["cluster_identifier"],
        ),
        (
            "aws_docdb_cluster",
            json!({"cluster_identifier": "c", "storage_encrypted": true, "kms_key_id": KEY}),
            &["storage_encrypted", "kms_key_id"],
        ),
        (
            "aws_neptune_cluster",
            json!({"cluster_identifier": "c", "storage_encrypted": true, "kms_key_arn": KEY}),
            &["storage_encrypted", "kms_key_arn"],
        ),
        (
            "aws_dynamodb_table",
            json!({"name": "t", "server_side_encryption": [{"enabled": true, "kms_key_arn": KEY}]}),
            &["server_side_encryption"],
        ),
        (
            "aws_ebs_volume",
            json!({"id": "vol-1", "arn": "arn:aws:ec2:us-east-2:111122223333:volume/vol-1", "encrypted": true, "kms_key_id": KEY}),
            &["encrypted", "kms_key_id"],
        ),
        (
            "aws_efs_file_system",
            json!({"id": "fs-1", "arn": "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-1", "encrypted": true, "kms_key_id": KEY}),
            &["encrypted", "kms_key_id"],
        ),
        (
            "aws_fsx_lustre_file_system",
            json!({"id": "fs-1", "arn": "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1", "storage_type": "SSD", "kms_key_id": KEY}),
            &["storage_type", "kms_key_id"],
        ),
        (
            "aws_fsx_ontap_volume",
            json!({"id": "fsvol-1", "arn": "arn:aws:fsx:us-east-2:111122223333:volume/fs-1/fsvol-1", "volume_style": "FLEXVOL"}),
            &["volume_style"],
        ),
        (
            "aws_redshift_cluster",
            json!({"cluster_identifier": "c", "encrypted": true, "kms_key_id": KEY}),
            &["encrypted", "kms_key_id"],
        ),
        (
            "aws_backup_plan",
            json!({"id": "p-1", "name": "p", "rule": [{"rule_name": "r", "target_vault_name": "central"}]}),
            &["rule"],
        ),
        (
            "aws_backup_selection",
            json!({"plan_id": "p-1", "name": "s", "iam_role_arn": ROLE, "resources": [DATABASE], "not_resources": [], "selection_tag": []}),
            &[
                "plan_id",
                "iam_role_arn",
                "resources",
                "not_resources",
                "selection_tag",
            ],
        ),
    ]
}

#[test]
fn an_attribute_that_is_not_read_is_open_in_every_type() {
    let mut wrong = Vec::new();
    let mut asked = 0;
    for (kind, object, attributes) in objects() {
        let address = format!("{kind}.x");
        for attribute in attributes {
            let without = |mut object: Value| {
                object.as_object_mut().unwrap().remove(*attribute);
                object
            };
            let with = |value: Value| {
                let mut object = object.clone();
                object[*attribute] = value;
                object
            };
            let odd = if object[*attribute].is_object() {
                json!(5)
            } else {
                json!({"x": 5})
            };
            // A grant does not change: it is made anew.
            let before = if kind == "aws_kms_grant" {
                Value::Null
            } else {
                object.clone()
            };
            let mut sensitive = change(&address, before.clone(), object.clone(), json!({}));
            sensitive["change"]["after_sensitive"][*attribute] = json!(true);
            for (what, change) in [
                (
                    "unknown",
                    change(
                        &address,
                        before.clone(),
                        without(object.clone()),
                        json!({*attribute: true}),
                    ),
                ),
                (
                    "unknown, and null",
                    change(
                        &address,
                        before.clone(),
                        with(Value::Null),
                        json!({*attribute: true}),
                    ),
                ),
                (
                    "all unknown",
                    change(&address, before.clone(), json!({}), json!(true)),
                ),
                (
                    "odd",
                    change(&address, before.clone(), with(odd), json!({})),
                ),
                ("sensitive", sensitive),
            ] {
                let planned = planned(&plan(FROM, &[change]));
                let told = planned.after.document.to_string();
                let is_open = !planned.open.is_empty()
                    || (told.contains(r#"{"unknown":"#)
                        && (told.contains(*attribute) || what == "all unknown"));
                asked += 1;
                if !is_open {
                    wrong.push(format!("{kind}.{attribute} {what}: {told}"));
                }
            }
            // What is null is what is absent.
            let of = |after: Value| {
                planned(&plan(
                    FROM,
                    &[change(&address, object.clone(), after, json!({}))],
                ))
            };
            let (null, absent) = (of(with(Value::Null)), of(without(object.clone())));
            assert_eq!(null.after, absent.after, "{kind}.{attribute}");
            assert_eq!(null.open, absent.open, "{kind}.{attribute}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(asked > 250, "{asked}");
}

#[test]
fn tags_that_wait_for_apply_are_not_taken_for_none() {
    let object = json!({"identifier": "orders", "arn": DATABASE, "engine": "mysql", "tags": {"backup": "daily"},
        "tags_all": {"backup": "daily"}});
    let without = |names: &[&str]| {
        let mut object = object.clone();
        names.iter().for_each(|name| {
            object.as_object_mut().unwrap().remove(*name);
        });
        object
    };
    let bare = |mut object: Value| {
        object["tags"] = json!({});
        object
    };
    let both = json!({"tags": true, "tags_all": true});
    let all = json!({"tags_all": true});
    let now = || object.clone();
    let of = |before: Value, after: Value, unknown: &Value| {
        let change = change("aws_db_instance.d", before, after, unknown.clone());
        planned(&plan(FROM, &[change])).after.document.to_string()
    };
    for (before, after, unknown, waits) in [
        (now(), now(), json!({}), false),
        (now(), without(&["tags", "tags_all"]), both.clone(), true),
        (Value::Null, without(&["tags", "tags_all"]), both, true),
        (now(), bare(without(&["tags_all"])), all.clone(), true),
        (Value::Null, bare(without(&["tags_all"])), all, false),
    ] {
        let told = of(before, after, &unknown);
        assert_eq!(told.contains(r#""Tags":{"unknown""#), waits, "{told}");
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
    let object = |engine: &str| json!({"identifier": "orders", "arn": DATABASE, "engine": engine, "storage_encrypted": true, "kms_key_id": KEY});
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
    let says =
        "--account aws.nope: no plan has a provider of that name, and no template is called so";
    assert!(with("aws.nope=444455556666").contains(says));
    assert!(!with("aws=444455556666").contains("no plan has a provider"));
}
