//! Plans and selections that are not as AWS prints them: what is not known leaves open what it may say.

use backup_preflight::known::Fact;
use serde_json::{Value, json};

use super::{ORDERS, PLAN, made, planned, selection};
use crate::support::Estate;
use crate::support::estate::*;

fn sound() -> Estate {
    planned(selection(json!({"Resources": [ORDERS]})))
}

/// How many copies there are, and what is open: operation and subject.
fn found(estate: &Estate) -> (usize, Vec<(String, String)>) {
    let made = made(estate);
    let open = made.open.into_iter();
    (
        made.copies.len(),
        open.map(|gap| (gap.operation().to_owned(), gap.subject))
            .collect(),
    )
}

#[test]
fn an_unknown_key_of_a_plan_is_open_and_named() {
    for (place, copies) in [
        ("BackupPlan/Later", 1),
        ("BackupPlan/Rules/0/Later", 1),
        ("BackupPlan/Rules/0/CopyActions/0/Later", 1),
        ("Selections/0/Later", 0),
    ] {
        let estate = sound().set(&format!("{SOURCE}/plans/0/{place}"), json!({"x": 1}));
        let named = ("the key `Later`".to_owned(), format!("{PLAN}/{place}"));
        assert_eq!(found(&estate), (copies, vec![named]), "{place}");
    }
    let known = sound()
        .set(
            &format!("{SOURCE}/plans/0/BackupPlan/AdvancedBackupSettings"),
            json!([{"ResourceType": "EC2", "BackupOptions": {"WindowsVSS": "enabled"}}]),
        )
        .set(
            &format!("{SOURCE}/plans/0/BackupPlan/Rules/0/IndexActions"),
            json!([{"ResourceTypes": ["S3"]}]),
        );
    assert_eq!(found(&known), (1, Vec::new()));
}

/// What backups have or leave out changes nothing of which copies there are.
#[test]
fn an_advanced_setting_that_is_not_known_is_open_and_named() {
    let settings = format!("{SOURCE}/plans/0/BackupPlan/AdvancedBackupSettings");
    let setting =
        |of: &str, options: Value| json!([{"ResourceType": of, "BackupOptions": options}]);
    for (value, what, place) in [
        (
            setting("EC2", json!({"WindowsVSS": "later"})),
            "the option `WindowsVSS` (\"later\")",
            "/0/BackupOptions/WindowsVSS",
        ),
        (
            setting("S3", json!({"S3BackupACLs": "disabled"})),
            "the option `S3BackupACLs` (\"disabled\")",
            "/0/BackupOptions/S3BackupACLs",
        ),
        (
            setting("FSx", json!({"BackupACLs": "disabled"})),
            "the option `BackupACLs` (\"disabled\")",
            "/0/BackupOptions/BackupACLs",
        ),
        (
            json!([{"ResourceType": "S3", "Later": 1}]),
            "the key `Later`",
            "/0/Later",
        ),
        (
            json!({"S3": {}}),
            "`AdvancedBackupSettings`, which is not a list,",
            "",
        ),
    ] {
        let estate = sound().set(&settings, value.clone());
        let named = (
            what.to_owned(),
            format!("{PLAN}/BackupPlan/AdvancedBackupSettings{place}"),
        );
        assert_eq!(found(&estate), (1, vec![named]), "{value}");
    }
    let known = sound().set(
        &settings,
        setting(
            "S3",
            json!({"BackupACLs": "disabled", "BackupObjectTags": "enabled"}),
        ),
    );
    assert_eq!(found(&known), (1, Vec::new()));
}

#[test]
fn a_lifecycle_that_is_not_understood_leaves_open_how_long_a_copy_is_kept() {
    for kept in [
        json!({"DeleteAfterDays": 35, "DeleteAfterMonths": 2}),
        json!({"DeleteAfterDays": "soon"}),
        json!(35),
    ] {
        let action = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions/0");
        let made = made(&sound().set(&format!("{action}/Lifecycle"), kept.clone()));
        let [copy] = made.copies.as_slice() else {
            panic!("{made:?}");
        };
        assert!(matches!(copy.lifecycle, Fact::Unknown(_)), "{kept}");
        assert!(!made.open.is_empty(), "{kept}");
    }
}

/// The rest of a rule is read.
#[test]
fn a_copy_action_that_is_none_hides_no_other() {
    let actions = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions");
    let good = sound().at(&format!("{actions}/0")).clone();
    for odd in [
        json!({}),
        json!("central"),
        json!({"DestinationBackupVaultArn": "central"}),
    ] {
        let (copies, open) = found(&sound().set(&actions, json!([odd, good])));
        assert_eq!(
            (copies, &open[0].0[..]),
            (1, "backup:GetBackupPlan"),
            "{odd}"
        );
    }
    for odd in [json!({}), json!("x"), json!(1)] {
        let (copies, open) = found(&sound().set(&actions, odd.clone()));
        assert_eq!((copies, open.len()), (0, 1), "{odd}");
    }
}

/// It may ask for anything, and the gap names it.
#[test]
fn a_condition_key_that_is_not_that_of_a_tag_is_named() {
    for key in [
        "aws:RequestTag/a",
        "ec2:ResourceTag/backup",
        "aws:resourcetag/backup",
    ] {
        for operator in ["StringEquals", "StringNotEquals"] {
            let (copies, open) = found(&planned(selection(json!({
                "Resources": ["*"], "Conditions": {operator: [{"ConditionKey": key, "ConditionValue": "b"}]}}))));
            let named = open.iter().any(|(what, _)| what.contains(key));
            assert!(copies == 0 && named, "{key}: {open:?}");
        }
        let tag = json!({"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": key, "ConditionValue": "b"}]});
        let (copies, open) = found(&planned(selection(tag)));
        assert!(
            copies == 0 && open.iter().any(|(what, _)| what.contains(key)),
            "{key}: {open:?}"
        );
    }
    // Names of tags may have colons and strokes.
    let tag = json!({"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "aws:ResourceTag/team:a/b", "ConditionValue": "b"}]});
    assert!(found(&planned(selection(tag))).1.is_empty());
}

/// Never nothing for certain, and never everything.
#[test]
fn a_selection_that_is_not_understood_was_not_read() {
    let tag = |parts: Value| json!({"ListOfTags": [parts]});
    for parts in [
        json!({}),
        json!({"NotResources": ["arn:aws:ec2:*:*:volume/*"]}),
        json!({"Conditions": {"StringEquals": []}}),
        json!({"Resources": null, "ListOfTags": null}),
        // An item of backup:ListBackupSelections.
        json!({"SelectionId": "s-1", "BackupPlanId": PLAN, "CreationDate": 1.0, "CreatorRequestId": "c"}),
        json!({"Resources": "*"}),
        json!({"Resources": ["orders"]}),
        json!({"Resources": ["db:*"]}),
        json!({"Resources": [], "ListOfTags": []}),
        json!({"Resources": [], "Conditions": {"StringEquals": [{"ConditionKey": "a", "ConditionValue": "b"}]}}),
        json!({"Resources": ["*"], "NotResources": [7]}),
        json!({"Resources": ["*"], "Conditions": {"StringEquals": {"ConditionKey": "a", "ConditionValue": "b"}}}),
        json!({"Resources": ["*"], "Conditions": {"StringEquals": [{"ConditionKey": "a", "ConditionValues": ["b"]}]}}),
        json!({"Resources": ["*"], "Conditions": {"StringEquals": [{"ConditionKey": "a", "ConditionValue": "b", "x": 1}]}}),
        tag(json!({"ConditionType": "STRINGEQUALS", "ConditionKey": "a"})),
        tag(json!({"Key": "a", "Value": "b"})),
        tag(json!({"ConditionType": "STRINGEQUALS", "ConditionKey": "", "ConditionValue": "b"})),
        json!({"Resources": ["*"], "Conditions": {"StringEquals": [{"ConditionKey": "", "ConditionValue": "b"}]}}),
        json!({"Resources": ["*"], "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/", "ConditionValue": "b"}]}}),
    ] {
        let (copies, open) = found(&planned(selection(parts.clone())));
        let call = "backup:GetBackupSelection".to_owned();
        assert_eq!(
            (copies, open),
            (0, vec![(call, PLAN.to_owned())]),
            "{parts}"
        );
    }
}

#[test]
fn a_way_of_comparing_that_is_not_known_is_named() {
    for (parts, what, at) in [
        (
            json!({"Resources": ["*"], "Conditions": {"StringEqualsIgnoreCase": []}}),
            "the key `StringEqualsIgnoreCase`",
            "Conditions/StringEqualsIgnoreCase",
        ),
        (
            json!({"ListOfTags": [{"ConditionType": "STRINGLIKE", "ConditionKey": "a", "ConditionValue": "b*"}]}),
            "`ConditionType` STRINGLIKE",
            "ListOfTags/0/ConditionType",
        ),
    ] {
        let named = (what.to_owned(), format!("{PLAN}/Selections/0/{at}"));
        assert_eq!(found(&planned(selection(parts))), (0, vec![named]));
    }
}

#[test]
fn an_empty_list_beside_the_other_asks_for_nothing() {
    let tag = json!([{"ConditionType": "STRINGEQUALS", "ConditionKey": "team", "ConditionValue": "orders"}]);
    let tagged = |parts: Value| {
        let estate = planned(selection(parts));
        found(&estate.set(&format!("{RESOURCE}/Tags"), json!({"team": "orders"})))
    };
    let one = (1, Vec::new());
    assert_eq!(tagged(json!({"Resources": [], "ListOfTags": tag})), one);
    assert_eq!(tagged(json!({"Resources": ["*"], "ListOfTags": []})), one);
}

/// AWS Backup's pages have `*` alone.
#[test]
fn a_wildcard_that_no_page_has_is_open_and_named() {
    for pattern in ["arn:aws:rds:us-east-?:*:db:*", "arn:aws:rds:*:*:db:order?*"] {
        let estate = planned(selection(json!({"Resources": [ORDERS, pattern]})));
        let named = (
            format!("the wildcard `?` of `{pattern}`"),
            format!("{PLAN}/Selections/0/Resources/1"),
        );
        assert_eq!(found(&estate), (0, vec![named]));
    }
}
