//! A Region of an account: its settings, and everything that is in it.

use std::collections::BTreeSet;

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
            "ResourceTypeOptInPreference": {"DynamoDB": true, "RDS": true},
            "ResourceTypeManagementPreference": {"DynamoDB": facts.seldom(&at("advanced"), advanced, &[!advanced]), "EFS": true},
        },
        "allowed_images": facts.odder(&at("images"), 10, Value::Null,
            &[images("enabled", FROM), images("enabled", TO), images("enabled", "aws-backup-vault"), images("audit-mode", TO), json!({"State": "disabled"})]),
        "vaults": stops.iter().map(|stop| vault(stop, journeys, facts)).collect::<Vec<_>>(),
        "vaults_complete": true,
        "keys": keys,
        "resources": resources,
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
    Some(
        json!({"BackupPlanId": id, "BackupPlan": {"BackupPlanName": "daily", "Rules": [rule]}, "Selections": []}),
    )
}
