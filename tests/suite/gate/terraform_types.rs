//! What a plan does to things of each type: nothing that it changes is lost on the way, and what is not read is said.

use std::collections::BTreeMap;

use backup_preflight::inventory::{self, Inventory, Overlay};
use backup_preflight::known::AccountId;
use backup_preflight::sources::contradiction::contradictions;
use backup_preflight::sources::planned::Planned;
use backup_preflight::sources::terraform;
use serde_json::{Value, json};

pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/copier";
pub(super) const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1111";
/// A policy that says nothing.
pub(super) const EMPTY: &str = r#"{"Version": "2012-10-17", "Statement": []}"#;
pub(super) const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:main";

/// A resource of a plan: its address, what becomes of it, its values before and after, and what is unknown.
pub(super) struct Change(
    pub(super) &'static str,
    pub(super) &'static [&'static str],
    pub(super) Value,
    pub(super) Value,
    pub(super) Value,
);

pub(super) fn plan_of(changes: &[Change], accounts: &BTreeMap<String, AccountId>) -> Planned {
    plan_that(changes, accounts, &json!({}))
}

/// The same with what the configuration says of the last of them.
fn plan_that(
    changes: &[Change],
    accounts: &BTreeMap<String, AccountId>,
    expressions: &Value,
) -> Planned {
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
    if let Some(last) = blocks.last_mut() {
        last["expressions"] = expressions.clone();
    }
    let plan = json!({"format_version": "1.2", "resource_changes": all, "configuration": {
        "provider_config": {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}},
        "root_module": {"resources": blocks}}});
    terraform::read("plan.json", plan.to_string().as_bytes(), accounts, None).unwrap()
}

pub(super) fn planned(changes: &[Change]) -> Planned {
    let account = AccountId::parse(ACCOUNT).unwrap();
    plan_of(changes, &BTreeMap::from([("aws".to_owned(), account)]))
}

/// The same with what the configuration says of the last of them.
pub(super) fn planned_with(changes: &[Change], expressions: &Value) -> Planned {
    let account = AccountId::parse(ACCOUNT).unwrap();
    let accounts = BTreeMap::from([("aws".to_owned(), account)]);
    plan_that(changes, &accounts, expressions)
}

/// The field of a thing after the plan, by its list and ARN or id.
pub(super) fn field(overlay: &Overlay, list: &str, name: &str, field: &str) -> Value {
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

pub(super) fn is_unknown(value: &Value) -> bool {
    value.to_string().contains("{\"unknown\":")
}

/// Facts with a role, its policies, and a plan with a selection of somebody else's.
pub(super) fn base() -> Inventory {
    let document = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": ACCOUNT,
        "roles": [{"Arn": ROLE, "AttachedPolicies": [
            {"PolicyArn": "arn:aws:iam::111122223333:policy/copy", "Document": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "backup:*", "Resource": "*"}]}}], "InlinePolicies": []}],
        "regions": [{"region": "eu-west-1", "plans": [{"BackupPlanId": "p-1", "BackupPlan": {"BackupPlanName": "daily", "Rules": []},
            "Selections": [{"SelectionName": "theirs", "Resources": ["*"]}, {"SelectionName": "ours", "Resources": ["*"]}]}]}]}]});
    inventory::read("base.json", document.to_string().as_bytes()).unwrap()
}

/// The facts of the base with a plan on top, as text.
pub(super) fn over_base(planned: &Planned) -> Value {
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
fn two_plans_that_say_different_things_of_one_thing_are_told() {
    let policy = |text: &str| json!({"backup_vault_name": "main", "policy": text, "backup_vault_arn": VAULT});
    let kept = planned(&[Change(
        "aws_backup_vault_policy.p",
        &["no-op"],
        policy(EMPTY),
        policy(EMPTY),
        json!({}),
    )]);
    let changed = planned(&[Change(
        "aws_backup_vault_policy.p",
        &["update"],
        policy(EMPTY),
        policy("{\"Statement\": []}"),
        json!({}),
    )]);
    let found = contradictions(&kept.after, &changed.after);
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(told, [format!("AccessPolicy of {VAULT}")]);
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
