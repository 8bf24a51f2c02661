//! A plan prints an expression as what it refers to. Where that is more than one thing, one may choose whether the value is another, or
//! null, or made of both, and only the text of the configuration tells.

use backup_preflight::inventory::Overlay;
use serde_json::{Value, json};

use super::terraform_types::{VAULT, field, is_unknown};
use super::terraform_values::{made, plan, read};

const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/aws_kms_key.k";

fn key(address: &str) -> Value {
    made(
        address,
        json!({}),
        json!({"arn": true, "id": true, "key_id": true, "policy": true}),
    )
}

fn references(all: &[&str]) -> Value {
    json!({ "references": all })
}

fn indexed(mut change: Value, index: &Value) -> Value {
    let address = change["address"].as_str().unwrap();
    change["address"] = json!(format!("{address}[{index}]"));
    change["index"] = index.clone();
    change
}

/// The key of a vault, whose argument refers to these, beside these things of the plan.
fn of_vault(refers: &[&str], more: &[(Value, Value)]) -> Value {
    let vault = made(
        "aws_backup_vault.v",
        json!({"name": "main"}),
        json!({"arn": true, "kms_key_arn": true}),
    );
    let configured = json!({"expressions": {"name": {"constant_value": "main"}, "kms_key_arn": references(refers)}});
    let all = [&[(vault, configured)], more].concat();
    let after: Overlay = read(&plan(&all), None).after;
    field(&after, "vaults", VAULT, "EncryptionKeyArn")
}

#[test]
fn what_refers_to_several_may_be_another_or_null() {
    let only = [(key("aws_kms_key.k"), json!({}))];
    let of = |more: &[&str]| {
        let refers = [&["aws_kms_key.k.arn", "aws_kms_key.k"], more].concat();
        of_vault(&refers, &only)
    };
    assert_eq!(of(&[]), KEY);
    for other in [
        &["var.use"][..],
        &["local.use"],
        &["terraform.workspace"],
        &["each.key"],
        &["each.value"],
        &["count.index"],
        &["path.module"],
        &["data.aws_region.r.name", "data.aws_region.r"],
        &["aws_kms_key.other.arn", "aws_kms_key.other"],
    ] {
        let found = of(other);
        assert!(is_unknown(&found), "{other:?}: {found}");
    }
}

/// `try(aws_kms_key.k[0].arn, aws_kms_external_key.k[0].arn, null)` is an output of many modules.
#[test]
fn nothing_comes_of_a_resource_that_has_no_instances() {
    let one = indexed(key("aws_kms_key.k"), &json!(0));
    let none =
        json!({"mode": "managed", "type": "aws_kms_external_key", "name": "k", "expressions": {}});
    let refers = [
        "aws_kms_key.k[0].arn",
        "aws_kms_key.k[0]",
        "aws_kms_key.k",
        "aws_kms_external_key.k[0].arn",
        "aws_kms_external_key.k[0]",
        "aws_kms_external_key.k",
    ];
    let vault = made(
        "aws_backup_vault.v",
        json!({"name": "main"}),
        json!({"arn": true, "kms_key_arn": true}),
    );
    let of = |refers: &[&str]| {
        let configured = json!({"expressions": {"kms_key_arn": references(refers)}});
        let mut plan = plan(&[(vault.clone(), configured), (one.clone(), json!({}))]);
        let blocks = &mut plan["configuration"]["root_module"]["resources"];
        blocks.as_array_mut().unwrap().push(none.clone());
        let after = read(&plan, None).after;
        field(&after, "vaults", VAULT, "EncryptionKeyArn")
    };
    assert_eq!(of(&refers), format!("{KEY}.0"));
    // How many there are may choose.
    let counted = [&refers[..3], &["aws_kms_external_key.k"]].concat();
    assert!(is_unknown(&of(&counted)), "{}", of(&counted));
}

/// `aws_kms_key.k[count.index]` and `aws_kms_key.k[1 - count.index]` are printed alike.
#[test]
fn an_index_may_be_counted_on() {
    let keys = |count: usize| -> Vec<(Value, Value)> {
        let each = (0..count).map(|at| indexed(key("aws_kms_key.k"), &json!(at)));
        each.map(|key| (key, json!({}))).collect()
    };
    let of = |count: usize| of_vault(&["aws_kms_key.k", "count.index"], &keys(count));
    assert_eq!(of(1), format!("{KEY}.0"));
    assert!(is_unknown(&of(2)), "{}", of(2));
}

/// What stands beside in a list and is known is one of its members, or chooses one.
#[test]
fn a_list_has_its_references_and_nothing_else() {
    let known = "arn:aws:rds:eu-west-1:111122223333:db:known";
    let of = |refers: &[&str], members: &[&str]| {
        let database = |name: &str, after: Value, unknown: Value| {
            made(&format!("aws_db_instance.{name}"), after, unknown)
        };
        let new = database(
            "new",
            json!({"identifier": "new"}),
            json!({"arn": true, "engine": true}),
        );
        let old = database(
            "old",
            json!({"identifier": "known", "arn": known}),
            json!({}),
        );
        let open = json!(
            vec![false; members.len()]
                .into_iter()
                .chain([true])
                .collect::<Vec<_>>()
        );
        let selection = made(
            "aws_backup_selection.s",
            json!({"name": "s", "plan_id": "p-1", "iam_role_arn": "arn:aws:iam::111122223333:role/r",
                "resources": members}),
            json!({"resources": open}),
        );
        let configured = json!({"expressions": {"resources": references(refers)}});
        let plan = plan(&[(selection, configured), (new, json!({})), (old, json!({}))]);
        let after = read(&plan, None).after;
        field(&after, "plans", "p-1", "Selections")["joined"][0]["Resources"].clone()
    };
    let new = ["aws_db_instance.new.arn", "aws_db_instance.new"];
    let both = [
        &new[..],
        &["aws_db_instance.old.arn", "aws_db_instance.old"],
    ]
    .concat();
    assert!(!is_unknown(&of(&new, &[])));
    assert!(!is_unknown(&of(&both, &[known])), "{}", of(&both, &[known]));
    let chosen = [&new[..], &["var.use"]].concat();
    for (refers, members) in [(&both, &[][..]), (&chosen, &[]), (&chosen, &[known])] {
        let found = of(refers, members);
        assert!(is_unknown(&found), "{refers:?}: {found}");
    }
}

/// A Region of its own that waits for apply is not the provider's.
#[test]
fn a_region_that_waits_for_apply_is_not_the_providers() {
    let of = |unknown: Value, configured: Value| {
        let vault = made("aws_backup_vault.v", json!({"name": "main"}), unknown);
        let plan = plan(&[(vault, json!({ "expressions": configured }))]);
        let planned = read(&plan, None);
        field(&planned.after, "vaults", VAULT, "BackupVaultArn") == VAULT
    };
    let refers = json!({"region": references(&["terraform_data.r.output", "terraform_data.r"])});
    assert!(of(json!({"arn": true}), json!({})));
    assert!(of(json!({"arn": true, "region": true}), json!({})));
    assert!(!of(json!({"arn": true, "region": true}), refers));
}

/// KMS makes no replica of what is no multi-Region key, of its own Region or of another account.
#[test]
fn a_replica_that_is_not_made_is_not_there() {
    let of = |primary: &str, more: &[Value]| {
        let replica = made(
            "aws_kms_replica_key.k",
            json!({ "primary_key_arn": primary }),
            json!({"arn": true, "key_id": true, "policy": true}),
        );
        let all: Vec<(Value, Value)> = more.iter().map(|one| (one.clone(), json!({}))).collect();
        let all = [
            &[(replica, json!({"expressions": {"primary_key_arn": {}}}))],
            &all[..],
        ]
        .concat();
        let after = read(&plan(&all), None).after;
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/aws_kms_replica_key.k";
        field(&after, "keys", arn, "may stay as it is") == "not said"
    };
    let arn =
        |region: &str, account: &str, id: &str| format!("arn:aws:kms:{region}:{account}:key/{id}");
    assert!(of(&arn("us-east-1", "111122223333", "mrk-1"), &[]));
    for primary in [
        arn("us-east-1", "111122223333", "1"),
        arn("eu-west-1", "111122223333", "mrk-1"),
        arn("us-east-1", "444455556666", "mrk-1"),
    ] {
        assert!(!of(&primary, &[]), "{primary}");
    }
}

/// The same of a key that the plan makes, whose id is not known.
#[test]
fn a_replica_of_a_key_of_the_plan_needs_a_multi_region_one() {
    let of = |kind: &str, key: Value, waits: Value| {
        let mut unknown = json!({"arn": true, "key_id": true, "policy": true});
        let fields = unknown.as_object_mut().unwrap();
        fields.extend(waits.as_object().unwrap().clone());
        let key = made(&format!("{kind}.primary"), key, unknown);
        let replica = made(
            "aws_kms_replica_key.k",
            json!({}),
            json!({"arn": true, "key_id": true, "policy": true, "primary_key_arn": true}),
        );
        let primary = format!("{kind}.primary");
        let refers = references(&[&format!("{primary}.arn"), &primary]);
        let configured = json!({"expressions": {"primary_key_arn": refers}});
        let after = read(&plan(&[(replica, configured), (key, json!({}))]), None).after;
        let arn = "arn:aws:kms:eu-west-1:111122223333:key/aws_kms_replica_key.k";
        field(&after, "keys", arn, "may stay as it is") == "not said"
    };
    let key = |multi: Value| json!({"region": "us-east-1", "multi_region": multi});
    let none = || json!({});
    assert!(of("aws_kms_key", key(json!(true)), none()));
    assert!(of("aws_kms_external_key", key(json!(true)), none()));
    assert!(!of("aws_kms_key", key(json!(false)), none()));
    assert!(!of("aws_kms_key", key(Value::Null), none()));
    assert!(!of(
        "aws_kms_key",
        json!({"region": "us-east-1"}),
        json!({"multi_region": true})
    ));
    assert!(!of("aws_kms_key", json!({"multi_region": true}), none()));
    let replica = json!({"region": "us-east-1", "primary_key_arn": "arn:aws:kms:us-west-2:111122223333:key/mrk-1"});
    assert!(!of("aws_kms_replica_key", replica, none()));
}

/// What tells the value of such an expression is its text.
#[test]
fn the_text_of_an_expression_is_what_settles_it() {
    let only = [(key("aws_kms_key.k"), json!({}))];
    let waits = of_vault(&["aws_kms_key.k.arn", "aws_kms_key.k", "var.use"], &only);
    assert_eq!(
        waits["unknown"],
        "aws_backup_vault.v.kms_key_arn: give --terraform-source DIR, which has its expression"
    );
    let waits = of_vault(&["random_pet.k.id", "random_pet.k"], &[]);
    assert!(is_unknown(&waits), "{waits}");
}

/// Of several reasons why one call does not tell, the one that says what to do is told.
#[test]
fn what_settles_something_is_told_first() {
    let database = made(
        "aws_db_instance.d",
        json!({"identifier": "orders", "engine": "postgres", "storage_encrypted": true}),
        json!({"arn": true, "engine_version": true, "kms_key_id": true}),
    );
    let refers = references(&["aws_kms_key.k.arn", "aws_kms_key.k", "var.use"]);
    let waits = references(&["random_pet.v.id", "random_pet.v"]);
    let configured = json!({"expressions": {"kms_key_id": refers, "engine_version": waits}});
    let planned = read(
        &plan(&[(database, configured), (key("aws_kms_key.k"), json!({}))]),
        None,
    );
    let none = br#"{"schema": "backup-preflight/inventory/v1", "accounts": []}"#;
    let none = backup_preflight::inventory::read("none.json", none).unwrap();
    let laid = serde_json::to_value(planned.after.over(&none).unwrap()).unwrap();
    let gaps = laid["gaps"].to_string();
    assert!(
        gaps.contains("aws_db_instance.d.kms_key_id: give --terraform-source DIR"),
        "{gaps}"
    );
    assert!(!gaps.contains("engine_version"), "{gaps}");
}

/// With a suffix it is another role, if AWS Backup takes that at all.
#[test]
fn a_service_linked_role_with_a_suffix_is_not_aws_backups_own() {
    let of = |after: Value, unknown: Value| {
        let role = made("aws_iam_service_linked_role.x", after, unknown);
        let planned = read(&plan(&[(role, json!({}))]), None);
        let is_made = planned
            .after
            .document
            .to_string()
            .contains("AWSServiceRoleForBackup");
        (is_made, planned.open.len())
    };
    let named = |suffix: Value| json!({"aws_service_name": "backup.amazonaws.com", "custom_suffix": suffix});
    assert_eq!(of(named(Value::Null), json!({})), (true, 0));
    assert_eq!(of(named(json!("x")), json!({})), (false, 1));
    assert_eq!(
        of(named(Value::Null), json!({"custom_suffix": true})),
        (false, 1)
    );
    let other = json!({"aws_service_name": "autoscaling.amazonaws.com", "custom_suffix": "x"});
    assert_eq!(of(other, json!({})), (false, 0));
}
