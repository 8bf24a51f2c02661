//! Lists that AWS refused: they leave open what a plan copies where it may take what they would have named, and are themselves what is
//! not known then.

use serde_json::{Value, json};

use super::{ORDERS, PLAN, made, planned, selection};
use crate::support::Estate;
use crate::support::estate::*;

const PLACE: &str = "111122223333/us-east-2";

/// What is open where AWS refused a list, of a plan with a selection of these parts; Timestream is on, DynamoDB off.
fn open(parts: &Value, operation: &str, subject: &str) -> Vec<String> {
    let gap = json!({"account": "111122223333", "region": "us-east-2", "operation": operation, "subject": subject,
                     "error": "AccessDeniedException"});
    let on = json!({"RDS": true, "EBS": true, "Timestream": true, "DynamoDB": false});
    let estate = planned(selection(parts.clone()))
        .without(&format!("{SOURCE}/resources_complete"))
        .set(
            &format!("{SOURCE}/region_settings/ResourceTypeOptInPreference"),
            on,
        )
        .set("/gaps", json!([gap]));
    let made = made(&estate);
    let open = made.open.iter();
    open.map(|gap| format!("{} {}", gap.operation(), gap.subject))
        .collect()
}

#[test]
fn a_refused_list_is_open_where_the_plan_may_take_what_is_of_it_and_is_told_itself() {
    let all = || json!({"Resources": ["*"]});
    let tagged = || json!({"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "a", "ConditionValue": "b"}]});
    let of = |pattern: &str| json!({"Resources": [pattern]});
    let timestream = format!("{PLACE}/AWS::Timestream::Table");
    let (list, tables) = ("cloudformation:ListResources", "dynamodb:ListTables");
    for (parts, operation, subject, matters) in [
        (all(), list, &*timestream, true),
        (tagged(), list, &timestream, true),
        (of("arn:aws:timestream:*"), list, &timestream, true),
        (of("arn:aws:rds:*:*:db:*"), list, &timestream, false),
        (of("arn:aws:rds:*"), list, &timestream, false),
        (of(ORDERS), list, &timestream, false),
        // Switched off: taken where a plan names the type, and nowhere else.
        (all(), tables, PLACE, false),
        (tagged(), tables, PLACE, false),
        (of("arn:aws:dynamodb:*"), tables, PLACE, false),
        (of("arn:aws:dynamodb:*:*:table/*"), tables, PLACE, true),
        // One that is not known may be of anything.
        (all(), "later:ListThings", PLACE, true),
        (of("arn:aws:rds:*:*:db:*"), "later:ListThings", PLACE, true),
    ] {
        let open = open(&parts, operation, subject);
        let wanted = matters.then(|| format!("{operation} {subject}"));
        assert_eq!(open, Vec::from_iter(wanted), "{parts} {operation}");
    }
}

/// What a plan lacks is told once, as it was recorded: by its ARN, as by its id.
#[test]
fn a_call_about_a_plan_that_was_refused_is_told_once() {
    let arn = format!("arn:aws:backup:us-east-2:111122223333:backup-plan:{PLAN}");
    for (operation, part) in [
        ("backup:GetBackupPlan", "BackupPlan"),
        ("backup:ListBackupSelections", "Selections"),
        ("backup:GetBackupSelection", "Selections"),
    ] {
        for subject in [PLAN, &arn] {
            let gap = json!({"account": "111122223333", "region": "us-east-2", "operation": operation, "subject": subject,
                             "error": "AccessDeniedException"});
            let estate: Estate = planned(selection(json!({"Resources": [ORDERS]})))
                .without(&format!("{SOURCE}/plans/0/{part}"))
                .set("/gaps", json!([gap]));
            let open = made(&estate).open;
            let told: Vec<_> = open
                .iter()
                .map(|gap| (gap.operation(), &*gap.subject, gap.error.as_deref()))
                .collect();
            assert_eq!(told, [(operation, subject, Some("AccessDeniedException"))]);
        }
    }
}
