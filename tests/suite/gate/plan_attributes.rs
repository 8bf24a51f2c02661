//! Attributes that a plan does not tell yet.

use serde_json::{Value, json};

use super::plan_facts::{change, plan, planned};
use crate::support::estate::{CENTRAL, CENTRAL_KEY, DATABASE, FROM, KEY, ROLE};

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
