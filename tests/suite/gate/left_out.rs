//! What nobody sets waits for apply as the provider plans it, and is what AWS takes where nothing is set.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use backup_preflight::known::AccountId;
use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform;
use serde_json::{Value, json};

use super::terraform_types::{ACCOUNT, Change, KEY, ROLE, field, is_unknown, planned_with};

const DATABASE: &str = "arn:aws:rds:eu-west-1:111122223333:db:orders";
const TABLE: &str = "arn:aws:dynamodb:eu-west-1:111122223333:table/orders";

fn made(address: &'static str, after: Value, unknown: Value, configured: &Value) -> Planned {
    let change = Change(address, &["create"], Value::Null, after, unknown);
    planned_with(&[change], configured)
}

/// What was taken for granted of anything.
fn taken(planned: &Planned) -> Vec<&str> {
    let all = planned.taken.values().flatten();
    all.map(String::as_str).collect()
}

#[test]
fn a_selection_without_conditions_has_none() {
    let of = |configured: &Value| {
        made(
            "aws_backup_selection.s",
            json!({"plan_id": "p-1", "name": "s", "iam_role_arn": ROLE, "resources": ["*"]}),
            json!({"condition": true, "not_resources": true, "id": true}),
            configured,
        )
    };
    let conditions = |planned: &Planned| {
        let plans = field(&planned.after, "plans", "p-1", "Selections");
        plans.pointer("/joined/0/Conditions").cloned()
    };
    let without = of(&json!({"resources": {"constant_value": ["*"]}}));
    assert_eq!(conditions(&without), Some(json!({})));
    assert_eq!(
        taken(&without),
        ["aws_backup_selection.s without condition"]
    );
    let with = of(
        &json!({"condition": [{"string_equals": [{"key": {"references": ["aws_vpc.v.id", "aws_vpc.v"]}}]}]}),
    );
    assert!(is_unknown(&conditions(&with).unwrap()));
}

/// A plan's rule and its copy action with what waits for apply where nobody opts in.
#[test]
fn what_a_lifecycle_does_not_opt_in_to_it_does_not_do() {
    const OPT_IN: &str = "opt_in_to_archive_for_supported_resources";
    let of = |configured: &Value| {
        let lifecycle = json!([{"delete_after": 35, "cold_storage_after": null}]);
        let open = json!([{OPT_IN: true}]);
        let planned = made(
            "aws_backup_plan.p",
            json!({"name": "daily", "rule": [{"rule_name": "r", "target_vault_name": "main", "lifecycle": lifecycle,
                "copy_action": [{"destination_vault_arn": "arn:aws:backup:eu-west-1:444455556666:backup-vault:c", "lifecycle": lifecycle}]}]}),
            json!({"id": true, "rule": [{"lifecycle": open, "copy_action": [{"lifecycle": open}]}]}),
            configured,
        );
        let body = field(&planned.after, "plans", "aws_backup_plan.p", "BackupPlan");
        let rule = body.pointer("/Rules/0").unwrap().clone();
        let all = ["/Lifecycle", "/CopyActions/0/Lifecycle"];
        let all = all.map(|at| rule.pointer(at).unwrap().clone());
        (all, taken(&planned).join(", "))
    };
    let days = json!({"delete_after": {"constant_value": 35}});
    let written = |lifecycle: &Value| json!({"rule": [{"rule_name": {"constant_value": "r"}, "lifecycle": [lifecycle], "copy_action": [{"lifecycle": [days]}]}]});
    let kept = json!({"DeleteAfterDays": 35});
    assert_eq!(
        of(&written(&days)),
        ([kept.clone(), kept.clone()], String::new())
    );
    // Blocks that are dynamic stand in the text alone.
    let (lifecycles, taken) = of(&json!({}));
    assert_eq!(lifecycles, [kept.clone(), kept.clone()]);
    assert_eq!(taken, format!("aws_backup_plan.p without {OPT_IN}"));
    for unset in [
        json!({"constant_value": null}),
        json!({"references": ["var.opt_in"]}),
    ] {
        let unset = written(&json!({"delete_after": {"constant_value": 35}, OPT_IN: unset}));
        assert_eq!(of(&unset), ([kept.clone(), kept.clone()], String::new()));
    }
    let chosen = json!({"delete_after": {"constant_value": 35}, OPT_IN: {"references": ["aws_vpc.v.id", "aws_vpc.v"]}});
    let (lifecycles, _) = of(&written(&chosen));
    assert!(lifecycles.iter().all(is_unknown), "{lifecycles:?}");
}

#[test]
fn a_database_of_no_snapshot_is_encrypted_as_its_configuration_says() {
    let of = |configured: &Value| {
        let planned = made(
            "aws_db_instance.d",
            json!({"identifier": "orders", "engine": "postgres", "storage_encrypted": true, "kms_key_id": KEY}),
            json!({"snapshot_identifier": true, "backup_target": true, "availability_zone": true, "arn": true}),
            configured,
        );
        ["Detail", "EncryptionKeyArn"]
            .map(|name| field(&planned.after, "resources", DATABASE, name))
    };
    // A value of what is known would be known: an unset variable is null.
    for configured in [
        json!({}),
        json!({"snapshot_identifier": {"references": ["var.snapshot"]}}),
    ] {
        let [detail, key] = of(&configured);
        assert_eq!((is_unknown(&detail), key), (false, json!(KEY)), "{detail}");
    }
    let snapshot = json!({"snapshot_identifier": {"references": ["local.snapshot"]},
        "availability_zone": {"references": ["local.zone"]}});
    let [detail, key] = of(&snapshot);
    assert!(
        is_unknown(&key) && is_unknown(&detail["AvailabilityZone"]),
        "{detail}"
    );
}

#[test]
fn a_key_that_an_unset_variable_names_is_of_aws() {
    let key = |references: Value| {
        let planned = made(
            "aws_db_instance.d",
            json!({"identifier": "orders", "engine": "postgres", "storage_encrypted": true}),
            json!({"kms_key_id": true, "arn": true}),
            &json!({"kms_key_id": references}),
        );
        field(&planned.after, "resources", DATABASE, "EncryptionKeyArn")
    };
    for unset in [
        json!({"references": ["var.key"]}),
        json!({"constant_value": null}),
    ] {
        let unset = key(unset);
        assert!(!is_unknown(&unset) && unset != json!("not said"), "{unset}");
    }
    for open in [json!({"references": ["local.key"]}), json!({})] {
        assert!(is_unknown(&key(open.clone())), "{open}");
    }
}

#[test]
fn a_table_without_a_block_for_its_encryption_is_on_a_key_that_aws_owns() {
    let key = |configured: &Value| {
        let planned = made(
            "aws_dynamodb_table.t",
            json!({"name": "orders"}),
            json!({"server_side_encryption": true, "arn": true}),
            configured,
        );
        field(&planned.after, "resources", TABLE, "EncryptionKeyArn")
    };
    assert_eq!(key(&json!({})), Value::Null);
    let block = json!({"server_side_encryption": [{"enabled": {"references": ["local.on"]}}]});
    assert!(is_unknown(&key(&block)));
}

#[test]
fn a_volume_of_no_snapshot_is_on_its_own_key() {
    let key = |configured: &Value| {
        let planned = made(
            "aws_ebs_volume.v",
            json!({"encrypted": true, "kms_key_id": KEY, "availability_zone": "eu-west-1a"}),
            json!({"snapshot_id": true, "type": true, "size": true, "arn": true, "id": true}),
            configured,
        );
        let of = |name| {
            field(
                &planned.after,
                "resources",
                "arn:aws:ec2:eu-west-1:111122223333:volume/aws_ebs_volume.v",
                name,
            )
        };
        (of("EncryptionKeyArn"), of("Detail"))
    };
    assert_eq!(key(&json!({})), (json!(KEY), json!({})));
    let of_snapshot =
        json!({"snapshot_id": {"references": ["aws_ebs_snapshot.s.id", "aws_ebs_snapshot.s"]}});
    assert!(is_unknown(&key(&of_snapshot).0));
}

/// One Zone file systems have automatic backups, and the tag of these: one without a zone is none.
#[test]
fn a_file_system_without_a_zone_is_not_of_one_zone() {
    let file_system = |configured: &Value| {
        let planned = made(
            "aws_efs_file_system.f",
            json!({"encrypted": true, "kms_key_id": KEY, "tags": {"a": "b"}, "tags_all": {"a": "b"}}),
            json!({"availability_zone_name": true, "arn": true, "id": true}),
            configured,
        );
        let arn =
            "arn:aws:elasticfilesystem:eu-west-1:111122223333:file-system/aws_efs_file_system.f";
        field(
            &planned.after,
            "resources",
            arn,
            "tags that AWS gives to what is made",
        )
    };
    assert_eq!(file_system(&json!({})), "not said");
    let zone = json!({"availability_zone_name": {"references": ["local.zone"]}});
    assert!(is_unknown(&file_system(&zone)));
}

/// Of a type: what the provider plans as known after apply where nobody sets it, as <https://registry.terraform.io/providers/hashicorp/aws>
/// has it.
const LEFT_TO_AWS: &[(&str, &[&str])] = &[
    ("aws_backup_selection", &["condition", "not_resources"]),
    (
        "aws_db_instance",
        &["availability_zone", "backup_target", "snapshot_identifier"],
    ),
    ("aws_dynamodb_table", &["server_side_encryption"]),
    ("aws_efs_file_system", &["availability_zone_name"]),
    ("aws_iam_role", &["inline_policy", "managed_policy_arns"]),
    ("aws_s3_bucket", &["server_side_encryption_configuration"]),
    ("aws_ebs_volume", &["snapshot_id", "type"]),
];

/// A plan of the stand-in for the provider, as the provider itself would make it.
fn as_planned_by_the_provider(plan: &mut Value) -> usize {
    let mut marked = 0;
    for resource in plan["resource_changes"].as_array_mut().unwrap() {
        let kind = resource["type"].as_str().unwrap().to_owned();
        let change = &mut resource["change"];
        if change["actions"] != json!(["create"]) {
            continue;
        }
        let names = LEFT_TO_AWS.iter().filter(|(of, _)| *of == kind);
        for name in names.flat_map(|(_, names)| *names) {
            let value = &change["after"][*name];
            if value.is_null() || *value == json!([]) {
                change["after"].as_object_mut().unwrap().remove(*name);
                change["after_unknown"][*name] = json!(true);
                marked += 1;
            }
        }
        if kind == "aws_backup_plan" {
            let [after, unknown] =
                ["after", "after_unknown"].map(|name| change[name]["rule"].clone());
            let (mut after, mut unknown) = (after, unknown);
            marked += opts_in_to_nothing(&mut after, &mut unknown);
            change["after"]["rule"] = after;
            change["after_unknown"]["rule"] = unknown;
        }
    }
    marked
}

fn opts_in_to_nothing(rules: &mut Value, unknown: &mut Value) -> usize {
    const OPT_IN: &str = "opt_in_to_archive_for_supported_resources";
    let mut marked = 0;
    let rules = rules.as_array_mut().into_iter().flatten();
    for (place, rule) in rules.enumerate() {
        let Some(marks) = unknown.get_mut(place).filter(|marks| marks.is_object()) else {
            continue;
        };
        marked += opts_in_to_nothing(&mut rule["copy_action"], &mut marks["copy_action"]);
        let lifecycles = rule["lifecycle"].as_array_mut().into_iter().flatten();
        for (place, lifecycle) in lifecycles.enumerate() {
            if lifecycle[OPT_IN].is_null() {
                lifecycle.as_object_mut().unwrap().remove(OPT_IN);
                marks["lifecycle"][place][OPT_IN] = json!(true);
                marked += 1;
            }
        }
    }
    marked
}

#[test]
fn genuine_plans_say_the_same_as_the_provider_makes_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/suite/gate/terraform");
    let mut marked = 0;
    for case in fs::read_dir(folder).unwrap() {
        let file = case.unwrap().path().join("plan.json");
        let Ok(text) = fs::read_to_string(&file) else {
            // Of two states there are two plans.
            continue;
        };
        let read = |text: &str| {
            let account = AccountId::parse(ACCOUNT).unwrap();
            let accounts = BTreeMap::from([("aws".to_owned(), account)]);
            terraform::read("plan.json", text.as_bytes(), &accounts, None).unwrap()
        };
        let mut plan: Value = serde_json::from_str(&text).unwrap();
        marked += as_planned_by_the_provider(&mut plan);
        let (one, other) = (read(&text), read(&plan.to_string()));
        assert_eq!(
            one.after.document,
            other.after.document,
            "{}",
            file.display()
        );
        assert_eq!(one.open, other.open, "{}", file.display());
    }
    assert!(marked > 40, "{marked}");
}

/// The names of a plan, a selection and a vault decide nothing: what made them stands for them.
#[test]
fn names_that_wait_for_apply_hide_no_copies() {
    let vault = Change(
        "aws_backup_vault.v",
        &["create"],
        Value::Null,
        json!({}),
        json!({"name": true, "arn": true, "id": true}),
    );
    let plan = Change(
        "aws_backup_plan.p",
        &["create"],
        Value::Null,
        json!({"rule": [{"rule_name": "r", "copy_action": [{"lifecycle": []}]}]}),
        json!({"name": true, "id": true, "rule": [{"target_vault_name": true, "copy_action": [{"destination_vault_arn": true}]}]}),
    );
    let of = |attribute: &str| json!({"references": [format!("aws_backup_vault.v.{attribute}"), "aws_backup_vault.v"]});
    let written = json!({"rule": [{"target_vault_name": of("name"), "copy_action": [{"destination_vault_arn": of("arn")}]}]});
    let planned = planned_with(&[vault, plan], &written);
    let body = field(&planned.after, "plans", "aws_backup_plan.p", "BackupPlan");
    let arn = "arn:aws:backup:eu-west-1:111122223333:backup-vault:aws_backup_vault.v";
    assert_eq!(body["BackupPlanName"], "aws_backup_plan.p");
    assert_eq!(
        body["Rules"][0]["TargetBackupVaultName"],
        "aws_backup_vault.v"
    );
    assert_eq!(
        body["Rules"][0]["CopyActions"][0]["DestinationBackupVaultArn"],
        arn
    );
    assert_eq!(field(&planned.after, "vaults", arn, "BackupVaultArn"), arn);
    let selection = made(
        "aws_backup_selection.s",
        json!({"plan_id": "p-1", "iam_role_arn": ROLE, "resources": ["*"]}),
        json!({"name": true, "id": true}),
        &json!({"name": {"references": ["random_id.r.hex", "random_id.r"]}}),
    );
    let joined = field(&selection.after, "plans", "p-1", "Selections");
    assert_eq!(
        joined.pointer("/joined/0/SelectionName"),
        Some(&json!("aws_backup_selection.s"))
    );
}
