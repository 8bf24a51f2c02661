//! What a plan does to things of each type: nothing that it changes is lost on the way, and what is not read is said.

use std::collections::BTreeMap;

use backup_preflight::inventory::{self, Facts, Inventory, Overlay};
use backup_preflight::known::AccountId;
use backup_preflight::plans;
use backup_preflight::sources::contradiction::contradictions;
use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform;
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/copier";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1111";
/// A policy that says nothing.
const EMPTY: &str = r#"{"Version": "2012-10-17", "Statement": []}"#;
const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:main";

/// A resource of a plan: its address, what becomes of it, its values before and after, and what is unknown.
struct Change(&'static str, &'static [&'static str], Value, Value, Value);

fn plan_of(changes: &[Change], accounts: &BTreeMap<String, AccountId>) -> Planned {
    let mut all = Vec::new();
    let mut blocks = Vec::new();
    for Change(address, actions, before, after, unknown) in changes {
        let (kind, name) = address.split_once('.').unwrap();
        all.push(
            json!({"address": address, "mode": "managed", "type": kind, "name": name, "change": {
            "actions": actions, "before": before, "after": after, "after_unknown": unknown}}),
        );
        blocks.push(
            json!({"mode": "managed", "type": kind, "name": name, "provider_config_key": "aws",
                           "expressions": {}}),
        );
    }
    let plan = json!({"format_version": "1.2", "resource_changes": all, "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {"resources": blocks}}});
    terraform::read("plan.json", plan.to_string().as_bytes(), accounts, None).unwrap()
}

fn planned(changes: &[Change]) -> Planned {
    let account = AccountId::parse(ACCOUNT).unwrap();
    plan_of(changes, &BTreeMap::from([("aws".to_owned(), account)]))
}

/// The field of a thing after the plan, by its list and ARN or id.
fn field(overlay: &Overlay, list: &str, name: &str, field: &str) -> Value {
    let accounts = overlay.document["accounts"].as_array().unwrap();
    let regions = accounts.iter().flat_map(|account| {
        let regions = account["regions"].as_array();
        regions.into_iter().flatten().chain([account])
    });
    let mut things = regions
        .filter_map(|all| all.get(list)?.as_array())
        .flatten();
    let thing = things.find(|thing| thing.as_object().unwrap().values().any(|own| own == name));
    thing
        .and_then(|thing| thing.get(field))
        .cloned()
        .unwrap_or(json!("not said"))
}

fn is_unknown(value: &Value) -> bool {
    value.to_string().contains("{\"unknown\":")
}

/// Facts with a role, its policies, and a plan with a selection of somebody else's.
fn base() -> Inventory {
    let document = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": ACCOUNT,
        "roles": [{"Arn": ROLE, "AttachedPolicies": [
            {"PolicyArn": "arn:aws:iam::111122223333:policy/copy", "Document": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "backup:*", "Resource": "*"}]}}], "InlinePolicies": []}],
        "regions": [{"region": "eu-west-1", "plans": [{"BackupPlanId": "p-1", "BackupPlan": {"BackupPlanName": "daily", "Rules": []},
            "Selections": [{"SelectionName": "theirs", "Resources": ["*"]}, {"SelectionName": "ours", "Resources": ["*"]}]}]}]}]});
    inventory::read("base.json", document.to_string().as_bytes()).unwrap()
}

/// The facts of the base with a plan on top, as text.
fn over_base(planned: &Planned) -> Value {
    let laid = planned.before.over(&base()).unwrap();
    serde_json::to_value(planned.after.over(&laid).unwrap()).unwrap()
}

#[test]
fn what_is_replaced_leaves_the_old_one_behind() {
    let replaced = &["delete", "create"][..];
    let other_order = &["create", "delete"][..];
    for actions in [replaced, other_order] {
        let plan = planned(&[
            Change(
                "aws_kms_key.k",
                actions,
                json!({"arn": KEY, "key_id": "1111", "multi_region": false}),
                json!({"multi_region": true}),
                json!({"arn": true, "key_id": true}),
            ),
            Change(
                "aws_backup_vault.v",
                actions,
                json!({"arn": VAULT, "name": "main"}),
                json!({"name": "other"}),
                json!({"arn": true}),
            ),
            Change(
                "aws_db_instance.d",
                actions,
                json!({"arn": "arn:aws:rds:eu-west-1:111122223333:db:old", "identifier": "old"}),
                json!({"identifier": "new", "engine": "postgres"}),
                json!({"arn": true}),
            ),
            Change(
                "aws_backup_plan.p",
                actions,
                json!({"id": "p-1", "name": "daily"}),
                json!({"name": "weekly", "rule": []}),
                json!({"id": true}),
            ),
            Change(
                "aws_iam_role.r",
                actions,
                json!({"arn": ROLE, "name": "copier", "assume_role_policy": EMPTY}),
                json!({"name": "copier2", "assume_role_policy": EMPTY}),
                json!({"arn": true}),
            ),
        ]);
        let after = &plan.after;
        assert_eq!(field(after, "keys", KEY, "KeyState"), "PendingDeletion");
        assert_eq!(field(after, "vaults", VAULT, "VaultState"), Value::Null);
        assert_eq!(
            field(
                after,
                "vaults",
                "arn:aws:backup:eu-west-1:111122223333:backup-vault:other",
                "VaultState"
            ),
            "AVAILABLE"
        );
        assert_eq!(
            field(
                after,
                "resources",
                "arn:aws:rds:eu-west-1:111122223333:db:old",
                "ResourceType"
            ),
            Value::Null
        );
        assert_eq!(
            field(after, "plans", "p-1", "BackupPlan"),
            json!({"Rules": []})
        );
        assert_eq!(
            field(after, "roles", ROLE, "AssumeRolePolicyDocument"),
            Value::Null
        );
        assert_eq!(plan.open, Vec::<String>::new());
    }
}

#[test]
fn what_a_replaced_vault_loses_and_nobody_gives_back_is_unknown() {
    let policy = json!({"backup_vault_name": "main", "policy": "{\"Statement\": []}", "backup_vault_arn": VAULT});
    for (action, stays) in [("no-op", true), ("update", false)] {
        let actions: &'static [&'static str] = if stays { &["no-op"] } else { &["update"] };
        let plan = planned(&[
            Change(
                "aws_backup_vault.v",
                &["delete", "create"],
                json!({"arn": VAULT, "name": "main"}),
                json!({"name": "main"}),
                json!({"arn": true}),
            ),
            Change(
                "aws_backup_vault_policy.p",
                actions,
                policy.clone(),
                policy.clone(),
                json!({}),
            ),
        ]);
        let found = field(&plan.after, "vaults", VAULT, "AccessPolicy");
        assert_eq!(is_unknown(&found), stays, "{action}: {found}");
        assert_eq!(
            field(&plan.after, "vaults", VAULT, "VaultState"),
            "AVAILABLE"
        );
    }
}

#[test]
fn of_a_policy_that_one_destroys_and_another_makes_the_order_is_unknown() {
    let policy = json!({"backup_vault_name": "main", "policy": "{\"Statement\": []}", "backup_vault_arn": VAULT});
    let made = Change(
        "aws_backup_vault_policy.new",
        &["create"],
        Value::Null,
        policy.clone(),
        json!({}),
    );
    let gone = Change(
        "aws_backup_vault_policy.old",
        &["delete"],
        policy,
        Value::Null,
        json!({}),
    );
    assert!(is_unknown(&field(
        &planned(&[made, gone]).after,
        "vaults",
        VAULT,
        "AccessPolicy"
    )));
}

#[test]
fn a_former_object_that_waits_for_its_end_goes() {
    let plan = json!({"format_version": "1.2", "resource_changes": [{"address": "aws_kms_key.k", "mode": "managed", "type": "aws_kms_key",
        "name": "k", "deposed": "abcd1234", "change": {"actions": ["delete"], "before": {"arn": KEY}, "after": null}}]});
    let plan = terraform::read("p", plan.to_string().as_bytes(), &BTreeMap::new(), None).unwrap();
    assert_eq!(
        field(&plan.after, "keys", KEY, "KeyState"),
        "PendingDeletion"
    );
}

#[test]
fn what_is_forgotten_stays_as_it_is() {
    let plan = planned(&[
        Change(
            "aws_kms_key.k",
            &["forget"],
            json!({"arn": KEY, "key_id": "1111"}),
            Value::Null,
            json!({}),
        ),
        Change(
            "aws_backup_selection.s",
            &["forget"],
            json!({"plan_id": "p-1", "name": "ours"}),
            Value::Null,
            json!({}),
        ),
    ]);
    assert_eq!(plan.after.document["accounts"], json!([]));
    assert_eq!(plan.open, Vec::<String>::new());
}

#[test]
fn a_policy_of_a_role_that_is_replaced_is_taken_from_it() {
    let attachment = |policy: &str| json!({"role": "copier", "policy_arn": policy});
    let plan = planned(&[Change(
        "aws_iam_role_policy_attachment.a",
        &["delete", "create"],
        attachment("arn:aws:iam::111122223333:policy/copy"),
        attachment("arn:aws:iam::aws:policy/ReadOnlyAccess"),
        json!({}),
    )]);
    let policies = over_base(&plan)["accounts"][0]["roles"][0]["AttachedPolicies"].clone();
    assert_eq!(
        policies,
        json!([{"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}])
    );
}

/// A role whose own list gets shorter loses what is no longer in it, and keeps what others gave it.
#[test]
fn a_policy_that_a_role_no_longer_lists_is_taken_from_it() {
    let role = |policies: Value| json!({"arn": ROLE, "name": "copier", "assume_role_policy": EMPTY, "managed_policy_arns": policies});
    let plan = planned(&[Change(
        "aws_iam_role.r",
        &["update"],
        role(json!(["arn:aws:iam::111122223333:policy/copy"])),
        role(json!([])),
        json!({}),
    )]);
    assert_eq!(
        over_base(&plan)["accounts"][0]["roles"][0]["AttachedPolicies"],
        json!([])
    );
}

/// The role stands elsewhere: its policy's new text reaches it.
#[test]
fn a_managed_policy_is_in_force_wherever_a_role_has_it() {
    let arn = "arn:aws:iam::111122223333:policy/copy";
    let narrowed = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "backup:*", "Resource": "*"}]});
    let values = |policy: &str| json!({"arn": arn, "name": "copy", "policy": policy});
    let plan = planned(&[Change(
        "aws_iam_policy.p",
        &["update"],
        values(EMPTY),
        values(&narrowed.to_string()),
        json!({}),
    )]);
    assert_eq!(
        over_base(&plan)["accounts"][0]["roles"][0]["AttachedPolicies"][0]["Document"],
        narrowed
    );
    let open = planned(&[Change(
        "aws_iam_policy.p",
        &["update"],
        values(EMPTY),
        json!({"arn": arn, "name": "copy"}),
        json!({"policy": true}),
    )]);
    let gone = planned(&[Change(
        "aws_iam_policy.p",
        &["delete"],
        values(EMPTY),
        Value::Null,
        json!({}),
    )]);
    for plan in [open, gone] {
        let laid = over_base(&plan);
        assert_eq!(
            laid["accounts"][0]["roles"][0]["AttachedPolicies"],
            Value::Null
        );
        assert!(
            laid["gaps"]
                .as_array()
                .unwrap()
                .iter()
                .any(|gap| gap["subject"] == ROLE),
            "{}",
            laid["gaps"]
        );
    }
}

#[test]
fn lists_of_a_role_that_wait_for_apply_are_unknown() {
    let plan = planned(&[Change(
        "aws_iam_role.r",
        &["create"],
        Value::Null,
        json!({"name": "copier", "assume_role_policy": EMPTY}),
        json!({"arn": true, "inline_policy": true, "managed_policy_arns": true}),
    )]);
    // An attribute that the configuration does not set is not what is unknown here.
    assert!(is_unknown(&field(
        &plan.after,
        "roles",
        ROLE,
        "InlinePolicies"
    )));
}

#[test]
fn a_grant_that_is_taken_back_leaves_the_grants_of_its_key_unknown() {
    let grant = json!({"key_id": KEY, "grantee_principal": ROLE, "operations": ["CreateGrant"]});
    let plan = planned(&[Change(
        "aws_kms_grant.g",
        &["delete"],
        grant.clone(),
        Value::Null,
        json!({}),
    )]);
    assert!(is_unknown(&field(&plan.after, "keys", KEY, "Grants")));
    let plan = planned(&[Change(
        "aws_kms_grant.g",
        &["create"],
        Value::Null,
        grant,
        json!({}),
    )]);
    assert_eq!(
        field(&plan.after, "keys", KEY, "Grants")["joined"][0]["GranteePrincipal"],
        ROLE
    );
}

#[test]
fn an_alias_goes_from_one_key_to_another() {
    let alias = |key: &str| json!({"name": "alias/db", "target_key_id": key});
    let other = "arn:aws:kms:eu-west-1:111122223333:key/2222";
    let plan = planned(&[Change(
        "aws_kms_alias.a",
        &["update"],
        alias(KEY),
        alias(other),
        json!({}),
    )]);
    assert_eq!(
        field(&plan.after, "keys", KEY, "Aliases"),
        json!({"joined": [], "removed": ["alias/db"]})
    );
    assert_eq!(
        field(&plan.after, "keys", other, "Aliases"),
        json!({"joined": ["alias/db"], "removed": []})
    );
}

#[test]
fn what_is_destroyed_is_backed_up_no_longer() {
    let arn = "arn:aws:rds:eu-west-1:111122223333:db:orders";
    let plan = planned(&[Change(
        "aws_db_instance.d",
        &["delete"],
        json!({"arn": arn, "identifier": "orders"}),
        Value::Null,
        json!({}),
    )]);
    assert_eq!(
        field(&plan.after, "resources", arn, "ResourceType"),
        Value::Null
    );
}

#[test]
fn selections_of_others_stay_and_those_that_are_destroyed_go() {
    let plan = json!({"id": "p-1", "name": "daily", "rule": []});
    let ours = json!({"plan_id": "p-1", "name": "ours", "resources": ["*"]});
    let names = |planned: &Planned| -> Vec<String> {
        let laid = over_base(planned);
        let all = laid["accounts"][0]["regions"][0]["plans"][0]["Selections"]
            .as_array()
            .unwrap()
            .clone();
        all.iter()
            .map(|one| one["SelectionName"].as_str().unwrap().to_owned())
            .collect()
    };
    let kept = || {
        Change(
            "aws_backup_plan.p",
            &["no-op"],
            plan.clone(),
            plan.clone(),
            json!({}),
        )
    };
    let stays = Change(
        "aws_backup_selection.s",
        &["no-op"],
        ours.clone(),
        ours.clone(),
        json!({}),
    );
    assert_eq!(names(&planned(&[kept(), stays])), ["theirs", "ours"]);
    let goes = Change(
        "aws_backup_selection.s",
        &["delete"],
        ours.clone(),
        Value::Null,
        json!({}),
    );
    assert_eq!(names(&planned(&[kept(), goes])), ["theirs"]);
    let mut renamed = ours.clone();
    renamed["name"] = json!("renamed");
    let replaced = Change(
        "aws_backup_selection.s",
        &["delete", "create"],
        ours,
        renamed,
        json!({}),
    );
    assert_eq!(names(&planned(&[kept(), replaced])), ["theirs", "renamed"]);
}

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
        (
            "the name",
            json!([rule]),
            json!({}),
            without("name"),
            json!({"name": true}),
        ),
    ] {
        let plan = planned(&[
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
        ]);
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
fn the_versioning_of_a_bucket_is_as_the_plan_sets_it() {
    const BUCKET: &str = "arn:aws:s3:::photos";
    let set = |status: &str| json!({"bucket": "photos", "versioning_configuration": [{"status": status}]});
    let is = |status: &str| json!({"VersioningConfiguration": {"Status": status}});
    for (actions, before, after, expected) in [
        (
            &["update"][..],
            set("Enabled"),
            set("Suspended"),
            is("Suspended"),
        ),
        (&["delete"], set("Enabled"), Value::Null, is("Suspended")),
        (
            &["delete", "create"],
            set("Suspended"),
            set("Enabled"),
            is("Enabled"),
        ),
        (
            &["create"],
            Value::Null,
            set("Disabled"),
            json!({"VersioningConfiguration": null}),
        ),
    ] {
        let versioning = Change(
            "aws_s3_bucket_versioning.v",
            actions,
            before,
            after,
            json!({}),
        );
        let alone = planned(&[versioning]);
        assert_eq!(
            field(&alone.after, "resources", BUCKET, "Detail"),
            expected,
            "{actions:?}"
        );
        assert_eq!(alone.open, Vec::<String>::new());
        // A bucket that does not stand is not made by it.
        assert!(
            !over_base(&alone).to_string().contains(BUCKET),
            "{actions:?}"
        );
    }
    let both = planned(&[
        Change(
            "aws_s3_bucket.b",
            &["create"],
            Value::Null,
            json!({"bucket": "photos"}),
            json!({"arn": true, "versioning": true}),
        ),
        Change(
            "aws_s3_bucket_versioning.v",
            &["create"],
            Value::Null,
            set("Enabled"),
            json!({}),
        ),
    ]);
    assert_eq!(
        field(&both.after, "resources", BUCKET, "Detail"),
        is("Enabled")
    );
    assert!(over_base(&both).to_string().contains(BUCKET));
    let waits = planned(&[Change(
        "aws_s3_bucket_versioning.v",
        &["update"],
        set("Enabled"),
        json!({"bucket": "photos"}),
        json!({"versioning_configuration": true}),
    )]);
    assert!(is_unknown(&field(
        &waits.after,
        "resources",
        BUCKET,
        "Detail"
    )));
    let block = |on: bool| json!({"bucket": "photos", "versioning": [{"enabled": on}]});
    let older = planned(&[Change(
        "aws_s3_bucket.b",
        &["update"],
        block(true),
        block(false),
        json!({}),
    )]);
    assert_eq!(
        field(&older.after, "resources", BUCKET, "Detail"),
        is("Suspended")
    );
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

#[test]
fn two_plans_that_say_different_things_of_one_thing_are_told() {
    let policy = |text: &str| json!({"backup_vault_name": "main", "policy": text, "backup_vault_arn": VAULT});
    let kept = planned(&[Change(
        "aws_backup_vault_policy.p",
        &["no-op"],
        policy("{}"),
        policy("{}"),
        json!({}),
    )]);
    let changed = planned(&[Change(
        "aws_backup_vault_policy.p",
        &["update"],
        policy("{}"),
        policy("{\"Statement\": []}"),
        json!({}),
    )]);
    let found = contradictions(&kept.after, &changed.after);
    assert_eq!(
        found.into_iter().collect::<Vec<_>>(),
        [format!("AccessPolicy of {VAULT}")]
    );
    assert!(contradictions(&kept.after, &kept.after).is_empty());
}

#[test]
fn a_region_of_another_partition_has_its_arns() {
    let created = |address: &str, after: Value| {
        let (kind, name) = address.split_once('.').unwrap();
        json!({"address": address, "mode": "managed", "type": kind, "name": name,
               "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": {"arn": true}}})
    };
    let block = |kind: &str| json!({"mode": "managed", "type": kind, "name": "v", "provider_config_key": "aws", "expressions": {}});
    let region = "us-gov-west-1";
    let plan = json!({"format_version": "1.2", "resource_changes": [
        created("aws_backup_vault.v", json!({"name": "main", "region": region})),
        created("aws_backup_vault_policy.v", json!({"backup_vault_name": "main", "policy": EMPTY, "region": region})),
    ], "configuration": {"root_module": {"resources": [block("aws_backup_vault"), block("aws_backup_vault_policy")]}}});
    let account = AccountId::parse(ACCOUNT).unwrap();
    let accounts = BTreeMap::from([("aws".to_owned(), account)]);
    let plan = terraform::read("p", plan.to_string().as_bytes(), &accounts, None).unwrap();
    let vault = "arn:aws-us-gov:backup:us-gov-west-1:111122223333:backup-vault:main";
    assert_eq!(
        field(&plan.after, "vaults", vault, "VaultState"),
        "AVAILABLE"
    );
    assert_eq!(
        field(&plan.after, "vaults", vault, "AccessPolicy")["Statement"],
        json!([])
    );
}
