//! What a plan replaces: before as the facts say, after as the plan says.

use serde_json::{Value, json};

use super::what_stands::{change, plan, verdicts};
use crate::support::estate::{
    CENTRAL, CENTRAL_KEY, DATABASE, FROM, KEY, POINT, PROD, PROD_KEY, ROLE, SLR, SOURCE, USE,
    allow_copy_into, key_policy, share, trust,
};
use crate::support::verdicts::read;
use crate::support::{Estate, decide};
use backup_preflight::verdict::Verdict::{Blocked, Feasible, Undecided};

pub(super) const REPLACED: [&[&str]; 2] = [&["delete", "create"], &["create", "delete"]];

#[test]
fn what_is_replaced_had_before_what_the_facts_say_and_has_after_what_the_plan_says() {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let vault = json!({"name": "central", "arn": CENTRAL, "kms_key_arn": CENTRAL_KEY, "recovery_points": 0});
    let role = json!({"name": "AWSBackupDefaultServiceRole", "arn": ROLE, "path": "/service-role/", "assume_role_policy": trust.to_string()});
    let key =
        json!({"arn": KEY, "key_id": "11111111-aaaa-4bbb-8ccc-000000000001", "is_enabled": true});
    for actions in REPLACED {
        let changed = |kind: &str, alias: &str, values: &Value| {
            plan(
                alias,
                &change(kind, actions, values.clone(), values.clone(), json!({})),
            )
        };
        // What is made before the one that has its name is not made.
        let named = if actions[0] == "create" {
            Undecided
        } else {
            Blocked
        };
        for (plan, after) in [
            (changed("aws_backup_vault", "aws.to", &vault), named),
            (changed("aws_iam_role", "aws", &role), named),
            (changed("aws_kms_key", "aws", &key), Blocked),
        ] {
            assert_eq!(
                verdicts(&Estate::rds(), &plan),
                (Feasible, after),
                "{actions:?} {}",
                plan.after.document
            );
        }
        // A lock goes with the vault that has it.
        let locked = Estate::rds()
            .set("/accounts/1/regions/0/vaults/0/Locked", json!(true))
            .set("/accounts/1/regions/0/vaults/0/MinRetentionDays", json!(7));
        let plan = changed("aws_backup_vault", "aws.to", &vault);
        assert_eq!(verdicts(&locked, &plan), (Feasible, named));
    }
}

/// A database that is made anew on the key that AWS manages: what the facts say of the old one is not of it.
#[test]
fn a_replaced_database_is_on_the_key_that_the_plan_says() {
    let estate = Estate::rds().set(
        "/accounts/0/regions/0/resources/0/Detail/KmsKeyId",
        json!(KEY),
    );
    let before = json!({"identifier": "orders", "arn": DATABASE, "engine": "postgres", "engine_version": "16.3", "storage_type": "gp3",
        "storage_encrypted": true, "kms_key_id": KEY, "option_group_name": "default:postgres-16", "skip_final_snapshot": true,
        "deletion_protection": false});
    let mut after = before.clone();
    for name in ["arn", "kms_key_id"] {
        after.as_object_mut().unwrap().remove(name);
    }
    for (actions, after_it) in REPLACED.into_iter().zip([Blocked, Undecided]) {
        let plan = plan(
            "aws",
            &change(
                "aws_db_instance",
                actions,
                before.clone(),
                after.clone(),
                json!({"arn": true, "kms_key_id": true}),
            ),
        );
        assert_eq!(
            verdicts(&estate, &plan),
            (Feasible, after_it),
            "{actions:?}"
        );
    }
}

/// What is made in the place of another may have its name, where that is not known yet.
#[test]
fn what_is_replaced_under_a_name_that_is_not_known_may_be_there() {
    let trust = trust().to_string();
    let vault = json!({"name": "central", "arn": CENTRAL, "kms_key_arn": CENTRAL_KEY, "recovery_points": 0});
    let role = json!({"name": "AWSBackupDefaultServiceRole", "arn": ROLE, "path": "/service-role/", "assume_role_policy": trust});
    let database = json!({"identifier": "orders", "arn": DATABASE, "engine": "postgres", "engine_version": "16.3", "storage_type": "gp3",
        "storage_encrypted": true, "kms_key_id": KEY, "option_group_name": "default:postgres-16", "skip_final_snapshot": true,
        "deletion_protection": false});
    for (kind, alias, name, before) in [
        ("aws_backup_vault", "aws.to", "name", vault),
        ("aws_iam_role", "aws", "name", role),
        ("aws_db_instance", "aws", "identifier", database),
    ] {
        for actions in REPLACED {
            let mut after = before.clone();
            for field in [name, "arn"] {
                after.as_object_mut().unwrap().remove(field);
            }
            let unknown = json!({"arn": true, name: true});
            let open = plan(
                alias,
                &change(kind, actions, before.clone(), after.clone(), unknown),
            );
            assert_eq!(
                verdicts(&Estate::rds(), &open),
                (Feasible, Undecided),
                "{kind}"
            );
            after[name] = json!("other");
            let other = plan(
                alias,
                &change(kind, actions, before.clone(), after, json!({"arn": true})),
            );
            assert_eq!(
                verdicts(&Estate::rds(), &other),
                (Feasible, Blocked),
                "{kind}"
            );
        }
    }
}

/// A policy that goes to a vault that is not known yet may stay with its own.
#[test]
fn a_policy_that_is_replaced_may_stay_with_its_vault() {
    let policy = allow_copy_into("arn:aws:iam::111122223333:root").to_string();
    let before = json!({"backup_vault_name": "central", "policy": policy});
    let after = json!({"policy": policy});
    for (unknown, is) in [
        (json!({"backup_vault_name": true}), Undecided),
        (json!({}), Blocked),
    ] {
        let mut after = after.clone();
        if unknown == json!({}) {
            after["backup_vault_name"] = json!("other");
        }
        let plan = plan(
            "aws.to",
            &change(
                "aws_backup_vault_policy",
                REPLACED[0],
                before.clone(),
                after,
                unknown,
            ),
        );
        assert_eq!(verdicts(&Estate::rds(), &plan), (Feasible, is));
    }
}

/// What lay in a vault that is replaced under its name is gone; a copy of what will be backed up goes on.
#[test]
fn a_replaced_vault_is_empty() {
    let before = json!({"name": "prod", "arn": PROD, "kms_key_arn": PROD_KEY, "force_destroy": true, "recovery_points": 0});
    let mut after = before.clone();
    after["kms_key_arn"] = json!(KEY);
    for name in ["arn", "recovery_points"] {
        after.as_object_mut().unwrap().remove(name);
    }
    let unknown = json!({"arn": true, "recovery_points": true});
    let estate_of_point = Estate::rds_point;
    let points = [
        Estate::rds_point(),
        Estate::ebs().of_point("arn:aws:ec2:us-east-2::snapshot/snap-0123456789abcdef0"),
        Estate::efs().of_point("arn:aws:backup:us-east-2:111122223333:recovery-point:0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"),
    ];
    for actions in [REPLACED[0]] {
        let plan = plan(
            "aws",
            &change(
                "aws_backup_vault",
                actions,
                before.clone(),
                after.clone(),
                unknown.clone(),
            ),
        );
        for estate in &points {
            assert_eq!(verdicts(estate, &plan), (Feasible, Blocked), "{actions:?}");
            let laid = plan.after.over(&read(&estate.0)).unwrap();
            let laid = serde_json::to_value(&laid).unwrap();
            let failing = decide(&laid).remove(0).failing();
            assert_eq!(failing, ["recovery-point-missing"]);
        }
        assert_eq!(verdicts(&Estate::rds(), &plan), (Feasible, Feasible));
        // Where the point does not say its vault, or was not read, the copy does.
        let named = format!("{POINT}/BackupVaultArn");
        for estate in [
            estate_of_point().without(&named),
            estate_of_point()
                .without(&named)
                .set(&format!("{POINT}/BackupVaultName"), json!("prod")),
            estate_of_point().without(POINT),
            estate_of_point().without(&format!("{SOURCE}/recovery_points")),
        ] {
            assert_eq!(
                verdicts(&estate, &plan),
                (Undecided, Blocked),
                "{actions:?}"
            );
        }
        // What is in no vault, or in another one, is as it was.
        let other = json!(PROD.replace(":prod", ":other"));
        for vault in [Value::Null, other] {
            let estate = estate_of_point().set(&named, vault);
            let (before, after) = verdicts(&estate, &plan);
            assert_eq!(before, after);
        }
    }
    // One that changes where it stands keeps what lies in it.
    let mut tagged = before.clone();
    tagged["tags"] = json!({"team": "shop"});
    let plan = plan(
        "aws",
        &change("aws_backup_vault", &["update"], before, tagged, json!({})),
    );
    for estate in &points {
        assert_eq!(verdicts(estate, &plan), (Feasible, Feasible));
    }
}

#[test]
fn a_key_with_imported_material_is_in_the_state_that_the_plan_says() {
    let values = |more: &[(&str, Value)]| {
        let mut values = json!({"arn": KEY, "key_id": "11111111-aaaa-4bbb-8ccc-000000000001", "enabled": true, "key_state": "Enabled"});
        for (name, value) in more {
            values[*name] = value.clone();
        }
        values
    };
    let enabled = || values(&[]);
    let absent = |name: &str| {
        let mut values = values(&[]);
        values.as_object_mut().unwrap().remove(name);
        values
    };
    for (actions, after, unknown, expected) in [
        (&["no-op"][..], enabled(), json!({}), Feasible),
        (
            &["update"],
            values(&[("description", json!("new"))]),
            json!({}),
            Feasible,
        ),
        (
            &["update"],
            values(&[("enabled", json!(false))]),
            json!({}),
            Blocked,
        ),
        (
            &["update"],
            absent("enabled"),
            json!({"enabled": true}),
            Undecided,
        ),
        (
            &["update"],
            absent("key_state"),
            json!({"key_state": true}),
            Undecided,
        ),
        (&["update"], enabled(), json!({"policy": true}), Undecided),
    ] {
        let plan = plan(
            "aws",
            &change("aws_kms_external_key", actions, enabled(), after, unknown),
        );
        assert_eq!(
            verdicts(&Estate::rds(), &plan),
            (Feasible, expected),
            "{actions:?}"
        );
    }
}

/// A key's policy that is a resource of its own gives way to the one that the provider makes by default, unless it may lock its writer out.
#[test]
fn a_key_policy_that_is_destroyed_leaves_the_default_one() {
    let policy = key_policy(FROM, json!([share(SLR, USE)]));
    let destroyed = |bypass: Value| {
        let before = json!({"key_id": KEY, "id": KEY, "policy": policy.to_string(), "bypass_policy_lockout_safety_check": bypass});
        let change =
            super::plan_facts::change("aws_kms_key_policy.p", before, Value::Null, json!({}));
        let found =
            super::judged::judged(&Estate::rds(), &super::judged::Change::Plan(&[change]), &[]);
        (found.copies, found.code)
    };
    let copy = |verdict: &str| {
        vec![format!(
            "orders into central: feasible -> {verdict} (worse)"
        )]
    };
    assert_eq!(destroyed(json!(false)), (copy("blocked"), 1));
    assert_eq!(destroyed(Value::Null), (copy("blocked"), 1));
    assert_eq!(destroyed(json!(true)), (copy("undecided"), 3));
}
