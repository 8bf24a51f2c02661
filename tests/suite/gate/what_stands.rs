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
use crate::support::{Estate, decide};

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
    let mut plan = json!({"format_version": "1.2", "complete": true, "resource_changes": changes, "configuration": {
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
