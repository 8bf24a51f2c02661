//! A Region of an account: its settings, and everything that is in it.

use std::collections::BTreeSet;

use backup_preflight::known::ResourceType;
use serde_json::{Value, json};

use super::super::dice::Dice;
use super::super::shape::{HOME, Journey, Planned, STRANGER, Stop, key};
use super::key::{aws_key, aws_managed, key_of};
use super::stored::{nested, point, resource};
use super::vault::vault;
use crate::support::estate::{FROM, TO};

pub fn region(
    id: &str,
    name: &str,
    all: &[&str],
    journeys: &[Journey],
    (shape, facts): (&Dice<'_>, &Dice<'_>),
) -> Value {
    let at = |what: &str| format!("{id}/{name}/{what}");
    let stops: BTreeSet<&Stop> = journeys
        .iter()
        .flat_map(|journey| [&journey.from, &journey.to])
        .filter(|stop| stop.account == id && stop.region == name)
        .collect();
    let is_home = id == FROM && name == HOME;
    let ours: Vec<&Journey> = journeys.iter().filter(|_| is_home).collect();
    let mut keys: Vec<Value> = stops
        .iter()
        .filter(|stop| stop.is_on_customer_key())
        .map(|stop| key_of(&stop.key(), "alias/vault", facts))
        .collect();
    keys.push(aws_managed(
        &key(id, name, "aws-backup"),
        "alias/aws/backup",
        facts,
    ));
    let mut resources = Vec::new();
    let mut points = Vec::new();
    let mut seen = BTreeSet::new();
    for journey in &ours {
        if !seen.insert(journey.resource()) {
            continue;
        }
        resources.push(resource(journey.sort, all, facts));
    }
    for journey in &ours {
        let Some(held) = journey.point else { continue };
        if seen.insert(journey.point_arn().unwrap()) {
            points.push(point(journey, held, all, facts));
            points.extend(nested(journey, shape, facts));
        }
    }
    if is_home {
        keys.push(key_of(&key(FROM, HOME, "data"), "alias/orders", facts));
        let mut aliases: BTreeSet<&str> = ours.iter().map(|journey| journey.sort.alias).collect();
        aliases.remove("alias/aws/backup");
        for alias in aliases {
            keys.push(aws_managed(&aws_key(alias), alias, facts));
        }
    }
    if id == STRANGER && name == HOME {
        keys.push(key_of(
            &key(STRANGER, HOME, "theirs"),
            "alias/theirs",
            facts,
        ));
    }
    let advanced = !ours
        .iter()
        .any(|journey| journey.sort.resource(FROM, HOME).ends_with("basic"));
    let images = |state: &str, from: &str| json!({"State": state, "ImageCriteria": [{"ImageProviders": ["amazon", from]}], "ManagedBy": "account"});
    json!({
        "region": name,
        "opt_in_status": if name == "af-south-1" { facts.seldom(&at("opt-in"), "opted-in", &["not-opted-in"]) } else { "opt-in-not-required" },
        "region_settings": {
            "ResourceTypeOptInPreference": opted_in(&at("types"), facts),
            "ResourceTypeManagementPreference": {"DynamoDB": facts.seldom(&at("advanced"), advanced, &[!advanced]), "EFS": true},
        },
        "allowed_images": facts.odder(&at("images"), 10, Value::Null,
            &[images("enabled", FROM), images("enabled", TO), images("enabled", "aws-backup-vault"), images("audit-mode", TO), json!({"State": "disabled"})]),
        "ebs_default_kms_key_id": null,
        "db_engine_versions": facts.odder(&at("engines"), 10, engines(), &[json!([])]),
        "vaults": stops.iter().map(|stop| vault(stop, journeys, facts)).collect::<Vec<_>>(),
        "vaults_complete": true,
        "keys": keys,
        "resources": resources,
        "resources_complete": true,
        "recovery_points": points,
        "option_groups": [{"OptionGroupName": "ours", "Options": facts.pick(&at("options"), &[
            json!([]),
            json!([{"OptionName": "MARIADB_AUDIT_PLUGIN", "Persistent": false, "Permanent": false}]),
            json!([{"OptionName": "TDE", "Persistent": true, "Permanent": false}]),
            json!([{"OptionName": "Timezone", "Persistent": true, "Permanent": true}]),
        ])}],
        "plans": ours.iter().filter_map(|journey| plan(journey, facts)).collect::<Vec<_>>(),
    })
}

/// The engines that a Region has, in the version of every database.
fn engines() -> Value {
    let all = [
        ("postgres", "16.3"),
        ("mysql", "16.3"),
        ("mariadb", "16.3"),
        ("oracle-ee", "16.3"),
        ("sqlserver-ee", "16.3"),
        ("aurora-postgresql", "16.4"),
        ("docdb", "5.0.0"),
        ("neptune", "1.3.2.1"),
    ];
    all.iter()
        .map(|(engine, version)| json!({"Engine": engine, "EngineVersion": version}))
        .collect()
}

/// The types that AWS Backup backs up in a Region: most often all.
fn opted_in(name: &str, facts: &Dice<'_>) -> Value {
    let all = ResourceType::ALL.iter();
    all.map(|of| {
        let name = format!("{name}/{of}");
        (of.to_string(), json!(facts.seldom(&name, true, &[false])))
    })
    .collect()
}

fn plan(journey: &Journey, facts: &Dice<'_>) -> Option<Value> {
    let id = format!("plan-of-{}", journey.id);
    let mut rule = json!({"RuleName": "nightly", "RuleId": "r-1", "TargetBackupVaultName": journey.from.name, "Lifecycle": {"DeleteAfterDays": 35}});
    match journey.plan? {
        Planned::CopyAction => {
            rule["CopyActions"] = json!([{"DestinationBackupVaultArn": journey.to.arn()}])
        }
        Planned::AirGappedTarget => {
            rule["TargetLogicallyAirGappedBackupVaultArn"] = json!(journey.to.arn())
        }
    }
    if let Some(tags) = facts.odder(&format!("{id}/tags"), 5, None, &[Some(json!({"more": ""}))]) {
        rule["RecoveryPointTags"] = tags;
    }
    let arn = journey.resource();
    let name = |what: &str| format!("{id}/{what}");
    let taken = facts.pick(
        &name("taken"),
        &[
            json!([arn]),
            json!(["*"]),
            json!(["arn:aws:*:*:111122223333:*"]),
            json!([]),
        ],
    );
    let spared = facts.pick(
        &name("spared"),
        &[json!([]), json!([]), json!(["arn:aws:rds:*:*:db:*"])],
    );
    let team = json!({"ConditionType": "STRINGEQUALS", "ConditionKey": "team", "ConditionValue": "orders"});
    let listed = facts.pick(&name("listed"), &[json!([]), json!([]), json!([team])]);
    let bound = |operator: &str, value: &str| json!({operator: [{"ConditionKey": "aws:ResourceTag/team", "ConditionValue": value}]});
    let conditions = facts.pick(
        &name("conditions"),
        &[
            json!({}),
            json!({}),
            bound("StringEquals", "orders"),
            bound("StringNotLike", "ord*"),
            bound("StringLike", "*s"),
        ],
    );
    Some(json!({
        "BackupPlanId": id,
        "BackupPlan": {"BackupPlanName": "daily", "Rules": [rule]},
        "Selections": [{"SelectionName": "all", "IamRoleArn": journey.role, "Resources": taken, "NotResources": spared,
            "ListOfTags": listed, "Conditions": conditions}],
    }))
}
