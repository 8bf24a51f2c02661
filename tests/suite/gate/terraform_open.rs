//! What a Terraform plan leaves open.

use std::collections::BTreeMap;

use backup_preflight::inventory::Facts;
use backup_preflight::plans;
use serde_json::{Value, json};

use super::terraform_types::{
    Change, EMPTY, ROLE, VAULT, is_unknown, plan_of, planned, planned_with,
};

/// What makes copies and waits for apply leaves the answer open: the copies do not vanish.
#[test]
fn copies_that_wait_for_apply_leave_the_answer_open() {
    let rule = json!({"rule_name": "r", "target_vault_name": "main", "copy_action": [{"destination_vault_arn": VAULT}]});
    let known = json!({"plan_id": "p-9", "name": "s", "iam_role_arn": ROLE, "resources": ["arn:aws:rds:eu-west-1:111122223333:db:orders"]});
    let without = |field: &str| {
        let mut all = known.clone();
        all.as_object_mut().unwrap().shift_remove(field);
        all
    };
    for (what, rules, rules_unknown, selection, selection_unknown) in [
        (
            "every rule",
            Value::Null,
            json!({"rule": true}),
            known.clone(),
            json!({}),
        ),
        (
            "a rule",
            json!([null]),
            json!({"rule": [true]}),
            known.clone(),
            json!({}),
        ),
        (
            "its copy actions",
            json!([{"rule_name": "r", "target_vault_name": "main"}]),
            json!({"rule": [{"copy_action": true}]}),
            known.clone(),
            json!({}),
        ),
        (
            "a copy action",
            json!([{"rule_name": "r", "target_vault_name": "main", "copy_action": [null]}]),
            json!({"rule": [{"copy_action": [true]}]}),
            known.clone(),
            json!({}),
        ),
        (
            "the tags",
            json!([rule]),
            json!({}),
            known.clone(),
            json!({"selection_tag": true}),
        ),
        (
            "the conditions",
            json!([rule]),
            json!({}),
            known.clone(),
            json!({"condition": true}),
        ),
        (
            "a condition",
            json!([rule]),
            json!({}),
            json!({"plan_id": "p-9", "name": "s", "iam_role_arn": ROLE, "resources": ["*"], "condition": [null]}),
            json!({"condition": [true]}),
        ),
        (
            "the plan",
            json!([rule]),
            json!({}),
            without("plan_id"),
            json!({"plan_id": true}),
        ),
    ] {
        // What the configuration does not set at all is not set.
        let configured =
            json!({"condition": [{"string_equals": [{"key": {"references": ["local.tag"]}}]}]});
        let changes = [
            Change(
                "aws_backup_plan.p",
                &["update"],
                json!({"id": "p-9", "name": "daily", "rule": []}),
                json!({"id": "p-9", "name": "daily", "rule": rules}),
                rules_unknown,
            ),
            Change(
                "aws_backup_selection.s",
                &["create"],
                Value::Null,
                selection,
                selection_unknown,
            ),
        ];
        let plan = planned_with(&changes, &configured);
        let laid = plan.after.over(&super::base()).unwrap();
        let facts = Facts::new(&laid);
        let copies = plans::copies(&plans::plans(&facts), &facts);
        assert!(
            !copies.open.is_empty() || !plan.open.is_empty(),
            "{what}: {}",
            plan.after.document
        );
    }
}

/// Whatever it is, where its account is not known it leaves the answer open: made, changed or destroyed.
#[test]
fn what_has_no_account_leaves_the_answer_open() {
    let values = json!({"name": "x", "identifier": "x", "cluster_identifier": "x", "bucket": "x", "engine": "aurora-mysql", "role": "x",
        "policy": "{}", "policy_arn": "arn:aws:iam::aws:policy/ReadOnlyAccess", "assume_role_policy": EMPTY, "backup_vault_name": "x",
        "key_id": "1111", "target_key_id": "1111", "plan_id": "p", "aws_service_name": "backup.amazonaws.com", "content": "{}",
        "resource_type_opt_in_preference": {}, "global_settings": {"isCrossAccountBackupEnabled": "true"}});
    for address in [
        "aws_kms_key.x",
        "aws_kms_replica_key.x",
        "aws_kms_external_key.x",
        "aws_kms_key_policy.x",
        "aws_kms_alias.x",
        "aws_kms_grant.x",
        "aws_iam_policy.x",
        "aws_iam_role.x",
        "aws_iam_service_linked_role.x",
        "aws_iam_role_policy.x",
        "aws_iam_role_policy_attachment.x",
        "aws_backup_vault.x",
        "aws_backup_logically_air_gapped_vault.x",
        "aws_backup_vault_policy.x",
        "aws_backup_vault_lock_configuration.x",
        "aws_backup_region_settings.x",
        "aws_backup_global_settings.x",
        "aws_db_instance.x",
        "aws_rds_cluster.x",
        "aws_docdb_cluster.x",
        "aws_neptune_cluster.x",
        "aws_dynamodb_table.x",
        "aws_ebs_volume.x",
        "aws_instance.x",
        "aws_efs_file_system.x",
        "aws_fsx_lustre_file_system.x",
        "aws_fsx_ontap_volume.x",
        "aws_fsx_data_repository_association.x",
        "aws_s3_bucket.x",
        "aws_s3_bucket_versioning.x",
        "aws_redshift_cluster.x",
        "aws_eks_cluster.x",
        "aws_backup_plan.x",
        "aws_backup_selection.x",
    ] {
        for actions in [
            &["create"][..],
            &["update"],
            &["delete"],
            &["delete", "create"],
        ] {
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
            // The settings of AWS Backup stay where their resource goes.
            if actions == ["delete"] && address.contains("_settings.") {
                continue;
            }
            let mut after = after;
            if let Some(after) = after.as_object_mut() {
                after.insert("content".to_owned(), json!("{ }"));
            }
            let plan = plan_of(
                &[Change(address, actions, before, after, json!({}))],
                &BTreeMap::new(),
            );
            assert!(!plan.open.is_empty(), "{address} {actions:?}");
        }
    }
}

#[test]
fn what_is_not_read_and_changes_leaves_the_answer_open() {
    for address in [
        "aws_iam_policy_attachment.x",
        "aws_iam_role_policies_exclusive.x",
        "aws_iam_role_policy_attachments_exclusive.x",
        "aws_organizations_account.x",
        "aws_ram_resource_share.x",
        "aws_cloudformation_stack.x",
        "aws_cloudformation_stack_set_instance.x",
        "aws_db_option_group.x",
        "aws_ebs_encryption_by_default.x",
        "aws_kms_replica_external_key.x",
        "aws_backup_something_new.x",
        "awscc_backup_backup_vault.x",
        "awscc_kms_key.x",
        "awscc_iam_role.x",
        "aws_controltower_control.x",
    ] {
        for (actions, open) in [
            (&["create"][..], true),
            (&["update"], true),
            (&["delete"], true),
            (&["no-op"], false),
        ] {
            let values = || json!({"name": "x"});
            let plan = planned(&[Change(
                address,
                actions,
                values(),
                if actions == ["delete"] {
                    Value::Null
                } else {
                    values()
                },
                json!({}),
            )]);
            assert_eq!(
                !plan.open.is_empty(),
                open,
                "{address} {actions:?}: {:?}",
                plan.open
            );
            assert!(!plan.warnings.is_empty(), "{address}");
        }
    }
    for address in [
        "aws_backup_report_plan.x",
        "aws_kms_ciphertext.x",
        "random_id.x",
        "aws_security_group.x",
    ] {
        let plan = planned(&[Change(
            address,
            &["create"],
            Value::Null,
            json!({}),
            json!({}),
        )]);
        assert_eq!(
            (plan.open, plan.warnings),
            (Vec::<String>::new(), Vec::<String>::new()),
            "{address}"
        );
    }
}

#[test]
fn settings_that_wait_for_apply_are_unknown() {
    let plan = planned(&[
        Change(
            "aws_backup_region_settings.r",
            &["create"],
            Value::Null,
            json!({}),
            json!({"resource_type_opt_in_preference": true}),
        ),
        Change(
            "aws_backup_global_settings.g",
            &["create"],
            Value::Null,
            json!({}),
            json!({"global_settings": true}),
        ),
    ]);
    let account = &plan.after.document["accounts"][0];
    assert!(is_unknown(&account["cross_account_backup"]));
    assert!(is_unknown(&account["regions"][0]["region_settings"]));
}
