//! Any one object, list or value of a plan or a policy, misspelt, wrapped or of another type: the copies stay as they are,
//! or something is open, or the file is refused.

use backup_preflight::inventory::{self, Facts};
use backup_preflight::plans;
use serde_json::{Value, json};

use super::organization::policy;
use super::{ORDERS, VOLUME, planned};
use crate::support::Estate;
use crate::support::estate::*;

/// What the plans of an estate copy; `None` where something is open, or the file is refused.
fn settled(estate: &Value) -> Option<Vec<String>> {
    let mut inventory = inventory::read("estate", estate.to_string().as_bytes()).ok()?;
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory);
    let made = plans::copies(&plans::plans(&facts), &facts);
    let more = plans::policies_unread(&facts);
    let copies = made
        .copies
        .iter()
        .map(|copy| format!("{} as {:?} for {:?}", copy.id, copy.role, copy.lifecycle));
    (made.open.is_empty() && more.is_empty()).then(|| copies.collect())
}

/// Every place within a value, as a pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                found.push(format!("{at}/{name}"));
                places(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                found.push(format!("{at}/{index}"));
                places(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// What may stand in a value's place by mistake: nothing that means something else there.
fn instead(value: &Value) -> Vec<Value> {
    let mut all = vec![
        json!([value]),
        json!({"x": value}),
        json!({"@@append": value}),
        json!({"@@later": value}),
        json!(true),
    ];
    let is_days = value.is_number()
        || value
            .as_str()
            .is_some_and(|text| text.parse::<i64>().is_ok());
    if !is_days {
        all.push(json!(7));
    }
    if !value.is_string() {
        all.push(json!(value.to_string()));
    }
    if !value.is_array() {
        all.push(json!([]));
    }
    if !value.is_object() {
        all.push(json!({}));
    }
    all
}

/// What has members whose names are the user's own.
const NAMED_BY_THE_USER: &[&str] = &[
    "plans",
    "rules",
    "copy_actions",
    "recovery_point_tags",
    "tags",
    "resources",
    "string_equals",
];

/// How many mistakes were made, and the first that went unnoticed.
fn unnoticed(estate: &Estate, within: &str) -> (usize, Option<String>) {
    let whole = &estate.0;
    let before = settled(whole).expect("nothing is open");
    assert!(!before.is_empty());
    let mut all = Vec::new();
    places(whole.pointer(within).unwrap(), within, &mut all);
    let mut made = 0;
    for place in &all {
        let value = whole.pointer(place).unwrap();
        let mut mistakes: Vec<Value> = Vec::new();
        for other in instead(value) {
            let mut mistake = whole.clone();
            *mistake.pointer_mut(place).unwrap() = other;
            mistakes.push(mistake);
        }
        let (parent, last) = place.rsplit_once('/').unwrap();
        let is_named =
            parent != within && NAMED_BY_THE_USER.iter().any(|name| parent.ends_with(name));
        if whole.pointer(parent).unwrap().is_object() && !is_named {
            for misspelt in [format!("{last}x"), last.to_lowercase(), last.to_uppercase()] {
                if misspelt != last {
                    let mut mistake = whole.clone();
                    let taken = take(&mut mistake, place);
                    put(&mut mistake, &format!("{parent}/{misspelt}"), taken);
                    mistakes.push(mistake);
                }
            }
        }
        for mistake in mistakes {
            made += 1;
            if settled(&mistake).is_some_and(|after| after != before) {
                let found = mistake.pointer(parent).unwrap();
                return (made, Some(format!("{place}: {found}")));
            }
        }
    }
    (made, None)
}

#[test]
fn no_mistake_in_a_plan_goes_unnoticed() {
    let tag = json!([{"ConditionType": "STRINGEQUALS", "ConditionKey": "team", "ConditionValue": "orders"}]);
    let condition = json!([{"ConditionKey": "aws:ResourceTag/team", "ConditionValue": "orders"}]);
    let selections = json!([
        {"SelectionName": "some", "IamRoleArn": ROLE, "Resources": [ORDERS, "arn:aws:rds:*"], "NotResources": [VOLUME],
         "Conditions": {"StringEquals": condition}},
        {"SelectionName": "tagged", "IamRoleArn": ROLE, "ListOfTags": tag},
    ]);
    let plan = format!("{SOURCE}/plans");
    let estate = planned(selections)
        .set(&format!("{RESOURCE}/Tags"), json!({"team": "orders"}))
        .set(
            &format!("{plan}/0/BackupPlan/Rules/0/TargetLogicallyAirGappedBackupVaultArn"),
            json!("arn:aws:backup:us-east-2:111122223333:backup-vault:locked"),
        );
    let (made, unnoticed) = unnoticed(&estate, &plan);
    assert_eq!(unnoticed, None);
    assert!(made > 350, "{made}");
}

#[test]
fn no_mistake_in_a_policy_goes_unnoticed() {
    let by_types = json!({"resources": {"databases": {
        "iam_role_arn": ROLE, "resource_types": ["arn:aws:rds:*:*:db:*"], "not_resource_types": [VOLUME],
        "conditions": {"string_equals": {"one": {"condition_key": "aws:ResourceTag/backup", "condition_value": "monthly"}}},
    }}});
    // A policy has selections by tags or by types.
    for (selections, least) in [(None, 250), (Some(by_types), 250)] {
        let mut policy = policy();
        let plan = &mut policy["plans"]["OrgBackupPlanDaily"];
        plan["regions"] = json!(["us-east-2"]);
        if let Some(selections) = selections {
            plan["selections"] = selections;
        }
        let estate = super::organization::under(policy);
        let (made, unnoticed) = unnoticed(&estate, "/accounts/0/backup_policy");
        assert_eq!(unnoticed, None);
        assert!(made > least, "{made}");
    }
}
