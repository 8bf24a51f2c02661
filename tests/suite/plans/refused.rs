//! What AWS Backup refuses of a plan leaves open what the plan copies: its other rules and selections too, as there is no plan.

use serde_json::{Map, Value, json};

use super::{ORDERS, made, planned, selection};
use crate::support::Estate;
use crate::support::estate::*;

const RULE: &str = "BackupPlan/Rules/0";

/// A plan with a second rule, which copies nothing.
fn sound() -> Estate {
    let estate = planned(selection(json!({"Resources": [ORDERS]})));
    let mut other = estate.at(&format!("{SOURCE}/plans/0/{RULE}")).clone();
    other["RuleName"] = json!("monthly");
    other.as_object_mut().unwrap().remove("CopyActions");
    estate.push(&format!("{SOURCE}/plans/0/BackupPlan/Rules"), other)
}

/// What is open of a plan in which something else stands at a place.
fn open(place: &str, value: Value) -> Vec<String> {
    let made = made(&sound().set(&format!("{SOURCE}/plans/0/{place}"), value));
    assert!(!made.copies.is_empty(), "{place}");
    let open = made.open.into_iter();
    open.map(|gap| format!("{} at {}", gap.operation(), gap.subject))
        .collect()
}

#[track_caller]
fn refused(place: &str, value: Value, says: &str) {
    let open = open(place, value.clone());
    let [gap] = open.as_slice() else {
        panic!("{place} {value}: {open:?}");
    };
    assert!(gap.contains(says), "{gap}");
    assert!(gap.contains("p-1/"), "{gap}");
}

#[track_caller]
fn taken(place: &str, value: Value) {
    assert_eq!(
        open(place, value.clone()),
        Vec::<String>::new(),
        "{place} {value}"
    );
}

#[test]
fn a_lifecycle_of_one_rule_that_is_invalid_leaves_the_whole_plan_open() {
    for rule in [0, 1] {
        let place = format!("BackupPlan/Rules/{rule}/Lifecycle");
        for kept in [
            json!({"DeleteAfterDays": 60, "MoveToColdStorageAfterDays": 30}),
            json!({"DeleteAfterDays": 0}),
            json!({"DeleteAfterDays": 40000}),
        ] {
            refused(&place, kept, "for which AWS refuses the plan");
        }
        for kept in [
            json!({"DeleteAfterDays": 120, "MoveToColdStorageAfterDays": 30}),
            json!({"DeleteAfterDays": -1, "MoveToColdStorageAfterDays": 30}),
            json!({"DeleteAfterDays": 60, "MoveToColdStorageAfterDays": -1}),
            Value::Null,
        ] {
            taken(&place, kept);
        }
    }
    let of_action = json!({"DeleteAfterDays": 40001});
    refused(
        &format!("{RULE}/CopyActions/0/Lifecycle"),
        of_action,
        "for which AWS refuses the plan",
    );
}

/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-overlapping.html>.
#[test]
fn continuous_rules_of_one_plan_have_one_vault() {
    let rule = sound().at(&format!("{SOURCE}/plans/0/{RULE}")).clone();
    let rules = |vault: &str, is_continuous: bool| {
        let named = |name: &str, vault: &str, is_continuous: bool| {
            let mut rule = rule.clone();
            rule["RuleName"] = json!(name);
            rule["TargetBackupVaultName"] = json!(vault);
            rule["Lifecycle"] = json!({"DeleteAfterDays": 35});
            rule["EnableContinuousBackup"] = json!(is_continuous);
            rule
        };
        json!([
            named("one", "prod", true),
            named("two", vault, is_continuous)
        ])
    };
    let place = "BackupPlan/Rules";
    let into_two = "continuous rules into the vaults `pitr` and `prod`";
    refused(place, rules("pitr", true), into_two);
    taken(place, rules("pitr", false));
    taken(place, rules("prod", true));
}

#[test]
fn backups_are_made_hourly_at_most() {
    let place = format!("{RULE}/ScheduleExpression");
    for often in [
        "cron(0/15 * * * ? *)",
        "cron(0,30 * * * ? *)",
        "cron(0,59 5 ? * * *)",
        "rate(30 minutes)",
    ] {
        refused(&place, json!(often), "less than 60 minutes apart");
    }
    for hourly in ["cron(0 * * * ? *)", "cron(15 0/1 ? * * *)"] {
        taken(&place, json!(hourly));
    }
}

#[test]
fn names_are_of_letters_digits_and_three_signs() {
    let long = "x".repeat(51);
    let rule = format!("{RULE}/RuleName");
    for place in [
        &rule,
        "Selections/0/SelectionName",
        "BackupPlan/BackupPlanName",
    ] {
        for name in ["Daily backups (prod)", "all of it!", &long, "täglich"] {
            refused(place, json!(name), "1 to 50 letters, digits and -_.");
        }
        for name in [
            "daily_1.prod-x",
            &"x".repeat(50),
            "aws/efs/automatic-backup-rule",
        ] {
            taken(place, json!(name));
        }
    }
}

#[test]
fn tags_of_backups_are_ones_that_people_may_set() {
    let place = format!("{RULE}/RecoveryPointTags");
    let (key, value) = ("k".repeat(129), "v".repeat(257));
    for (key, value) in [("aws:x", "y"), ("AWS:x", "y"), (&key, "y"), ("x", &value)] {
        refused(
            &place,
            json!({key: value}),
            "whose key or value AWS does not accept",
        );
    }
    for (key, value) in [
        ("awsome", "y"),
        ("x", ""),
        (&"k".repeat(128), &"v".repeat(256)),
    ] {
        taken(&place, json!({key: value}));
    }
}

#[test]
fn a_rule_starts_within_a_hundred_years_and_has_one_index() {
    refused(
        &format!("{RULE}/StartWindowMinutes"),
        json!(52_560_001),
        "`StartWindowMinutes` 52560001",
    );
    let index = format!("{RULE}/IndexActions");
    for indexes in [
        json!([{"ResourceTypes": ["EBS"]}, {"ResourceTypes": ["S3"]}]),
        json!([{"ResourceTypes": ["EBS", "S3"]}]),
    ] {
        refused(&index, indexes, "2 `IndexActions`, of which AWS accepts 1");
    }
    taken(&index, json!([{"ResourceTypes": ["EBS"]}]));
}

fn tags(count: usize) -> Value {
    let tag = |at| json!({"ConditionType": "STRINGEQUALS", "ConditionKey": format!("t{at}"), "ConditionValue": "v"});
    (0..count).map(tag).collect()
}

fn arns(count: usize, end: &str) -> Value {
    let of = |at| match at {
        0 => ORDERS.to_owned(),
        at => format!("arn:aws:rds:us-east-2:111122223333:db:d{at}{end}"),
    };
    (0..count).map(of).collect()
}

/// None of these quotas can be raised.
#[test]
fn a_selection_has_so_many_tags_conditions_and_arns() {
    let conditions = |count: usize| {
        let of =
            |at| json!({"ConditionKey": format!("aws:ResourceTag/t{at}"), "ConditionValue": "v"});
        let all: Vec<Value> = (0..count).map(of).collect();
        let (equal, like) = all.split_at(count / 2);
        json!({"StringNotEquals": equal, "StringNotLike": like})
    };
    let selection = "Selections/0";
    let of = |field: &str| format!("{selection}/{field}");
    refused(
        &of("Conditions"),
        conditions(31),
        "31 `Conditions`, of which AWS accepts 30",
    );
    taken(&of("Conditions"), conditions(30));
    refused(
        &of("Resources"),
        arns(501, ""),
        "501 `Resources`, of which AWS accepts 500",
    );
    taken(&of("Resources"), arns(500, ""));
    refused(
        &of("Resources"),
        arns(32, "*"),
        "31 `Resources`, of which AWS accepts 30",
    );
    taken(&of("Resources"), arns(31, "*"));
    let mut others = arns(502, "");
    others.as_array_mut().unwrap().remove(0);
    refused(
        &of("NotResources"),
        others,
        "501 `NotResources`, of which AWS accepts 500",
    );
    let tagged = |count: usize| {
        let parts = json!({"SelectionName": "all", "IamRoleArn": ROLE, "Resources": [ORDERS]});
        let mut parts: Map<String, Value> = parts.as_object().unwrap().clone();
        parts.insert("ListOfTags".to_owned(), tags(count));
        Value::Object(parts)
    };
    let estate = |count| {
        let tag: Map<String, Value> = [("t0".to_owned(), json!("v"))].into_iter().collect();
        sound()
            .set(&format!("{SOURCE}/plans/0/{selection}"), tagged(count))
            .set(&format!("{RESOURCE}/Tags"), Value::Object(tag))
    };
    assert_eq!(made(&estate(30)).open.len(), 0);
    let open = made(&estate(31)).open;
    assert!(open[0].operation().contains("31 `ListOfTags`"), "{open:?}");
}

#[test]
fn a_plan_has_so_many_selections_and_of_those_by_tags_so_many() {
    let all = |count: usize, tagged: usize| {
        let of = |at| {
            let name = format!("s{at}");
            match (at, at <= tagged) {
                (0, _) => json!({"SelectionName": name, "IamRoleArn": ROLE, "Resources": [ORDERS]}),
                (_, true) => {
                    json!({"SelectionName": name, "IamRoleArn": ROLE, "Resources": [VOLUME_OF_NOBODY], "ListOfTags": tags(1)})
                }
                (_, false) => {
                    json!({"SelectionName": name, "IamRoleArn": ROLE, "Resources": [VOLUME_OF_NOBODY]})
                }
            }
        };
        (0..count).map(of).collect::<Value>()
    };
    refused(
        "Selections",
        all(101, 0),
        "101 selections, of which AWS accepts 100",
    );
    taken("Selections", all(100, 0));
    refused(
        "Selections",
        all(12, 11),
        "11 selections that use tags, of which AWS accepts 10",
    );
    taken("Selections", all(11, 10));
}

const VOLUME_OF_NOBODY: &str = "arn:aws:ec2:us-east-2:111122223333:volume/vol-gone*";
