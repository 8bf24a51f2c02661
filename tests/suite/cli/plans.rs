//! `check` of the copies that plans make.

use serde_json::{Value, json};

use super::{Files, json};
use crate::plans::{ORDERS, PLAN, planned, selection};
use crate::support::estate::*;
use crate::support::{Estate, run};

fn sound() -> Estate {
    planned(selection(json!({"Resources": [ORDERS]})))
}

fn checked(estate: &Estate, more: &[&str]) -> (Value, i32) {
    let files = Files::new();
    let file = files.estate(estate);
    let args = [&["check", "--inventory", &file, "--format", "json"], more].concat();
    let ran = run(&args);
    assert!(ran.code != 2, "{}", ran.err);
    (json(&ran.out), ran.code)
}

fn ids(report: &Value) -> Vec<String> {
    let copies = report["copies"].as_array().unwrap();
    copies
        .iter()
        .map(|copy| copy["id"].as_str().unwrap().to_owned())
        .collect()
}

fn refused(estate: &Estate, more: &[&str]) -> String {
    let files = Files::new();
    let file = files.estate(estate);
    let ran = run(&[&["check", "--inventory", &file], more].concat());
    assert_eq!(ran.code, 2, "{}", ran.out);
    ran.err
}

/// The plan's copy, and one that the inventory names.
fn both() -> Estate {
    let copies = Estate::rds().at("/copies").clone();
    sound().set("/copies", copies)
}

#[test]
fn where_no_plan_makes_a_copy_the_reason_is_told() {
    let files = Files::new();
    let condition =
        "/accounts/0/regions/0/plans/0/Selections/0/Conditions/StringEquals/0/ConditionValue";
    let file = files.estate(&Estate::rds().planned().set(condition, json!("weekly")));
    let ran = run(&["check", "--inventory", &file]);
    let says = "there are no copies to decide: plan `daily`: selection `tagged` selects nothing";
    assert!(ran.err.contains(says), "{}{}", ran.err, ran.out);
}

#[test]
fn the_inventorys_copies_and_those_of_its_plans_are_decided_together() {
    let (report, code) = checked(&both(), &[]);
    let made = format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}");
    assert_eq!(ids(&report), ["orders-to-central", &made]);
    assert_eq!(code, 0);
    let copy = &report["copies"][1];
    assert_eq!(
        copy["plan"],
        json!({"id": PLAN, "rule": "nightly", "selection": "some"})
    );
    assert_eq!(copy["start"], "scheduled");
    assert_eq!(copy["lifecycle"]["DeleteAfterDays"], 35);
    assert_eq!(copy["role"], ROLE);
}

#[test]
fn a_copy_that_the_inventory_names_hides_none_of_a_plan() {
    let made = format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}");
    let of_plan = json!({"id": PLAN, "rule": "nightly", "selection": "some"});
    let named = both().set(&format!("{COPY}/plan"), of_plan);
    assert_eq!(ids(&checked(&named, &[]).0), ["orders-to-central", &made]);
    // By its id, too. What the inventory names is kept long enough, and what the plan makes is not.
    let named = named
        .set(&format!("{COPY}/id"), json!(made))
        .set(
            &format!("{COPY}/lifecycle"),
            json!({"DeleteAfterDays": 100}),
        )
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90));
    let (report, code) = checked(&named, &[]);
    let second = format!("{made}#2");
    assert_eq!(ids(&report), [made.as_str(), second.as_str()]);
    let verdicts = [0, 1].map(|copy| report["copies"][copy]["verdict"].clone());
    assert_eq!((verdicts, code), ([json!("feasible"), json!("blocked")], 1));
    let (report, code) = checked(&named, &["--copy", &second]);
    assert_eq!((ids(&report), code), (vec![second], 1));
}

#[test]
fn of_two_actions_to_one_vault_the_one_that_misses_its_lock_is_found() {
    let actions = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions");
    let kept = |days: i64| json!({"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": days}});
    let locked = sound()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90));
    for order in [[100, 7], [7, 100]] {
        let estate = locked.clone().set(&actions, json!(order.map(kept)));
        let (report, code) = checked(&estate, &[]);
        assert_eq!((ids(&report).len(), code), (2, 1));
        let short = usize::from(order[1] == 7);
        assert_eq!(report["copies"][short]["verdict"], "blocked", "{report:#}");
        assert_eq!(report["copies"][1 - short]["verdict"], "feasible");
    }
}

#[test]
fn ways_back_have_ids_of_their_own_too() {
    let actions = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions");
    let action = both().at(&format!("{actions}/0")).clone();
    let named = both().at(COPY).clone();
    let mut back = named.clone();
    back["id"] = json!("orders-to-central/back");
    let estate = both()
        .set(&actions, json!([action, action]))
        .set("/copies", json!([named, back]));
    let (report, _) = checked(&estate, &["--and-back"]);
    let mut found = ids(&report);
    found.sort();
    let made = format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}");
    let mut expected = vec![
        "orders-to-central".to_owned(),
        "orders-to-central/back".to_owned(),
        "orders-to-central/back#2".to_owned(),
        "orders-to-central/back/back".to_owned(),
    ];
    for id in [made.clone(), format!("{made}#2")] {
        expected.extend([id.clone(), format!("{id}/back")]);
    }
    expected.sort();
    assert_eq!(found, expected);
}

#[test]
fn a_plan_is_picked_by_its_id_or_its_name() {
    let made = format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}");
    for plan in [PLAN, "daily"] {
        let (report, _) = checked(&both(), &["--plan", plan]);
        assert_eq!(ids(&report), [&*made]);
    }
    let error = refused(&both(), &["--plan", "p-9"]);
    assert!(error.contains("p-9") && error.contains(PLAN), "{error}");
    let error = refused(&Estate::rds(), &["--plan", "p-9"]);
    assert!(error.contains("no plan was read"), "{error}");
    // Nobody looked there, and the file says so.
    let unread = "(backup:ListBackupPlans): 111122223333/us-east-2, 444455556666/us-east-2";
    assert!(error.contains(unread), "{error}");
}

#[test]
fn a_plan_or_a_copy_that_is_not_found_where_aws_refused_the_list_stays_open() {
    let refused = json!([{
        "account": FROM, "region": "us-east-2", "operation": "backup:ListBackupPlans",
        "subject": "111122223333/us-east-2", "error": "AccessDeniedException",
        "permission": "backup:ListBackupPlans",
    }]);
    let files = Files::new();
    let file = files.estate(&both().set("/gaps", refused));
    for (option, says) in [
        (
            ["--plan", "dialy"],
            "there is no plan `dialy` among those that were read; did you mean `daily`?",
        ),
        (
            ["--plan", "p-9"],
            "there is no plan `p-9` among those that were read",
        ),
        (
            ["--copy", "x"],
            "there is no copy `x` of what was read; there are: ",
        ),
    ] {
        let facts = ["check", "--inventory", &file];
        let ran = run(&[&facts[..], &option].concat());
        assert_eq!(ran.code, 3, "{}", ran.err);
        assert!(ran.err.contains(says), "{}", ran.err);
        let settles = "give the role that reads 111122223333 backup:ListBackupPlans";
        assert!(ran.out.contains(settles), "{}", ran.out);
    }
    // What is found is decided.
    let ran = run(&[
        "check",
        "--inventory",
        &file,
        "--plan",
        "daily",
        "--format",
        "json",
    ]);
    assert_eq!(ids(&json(&ran.out)).len(), 1);
}

#[test]
fn a_copy_that_a_pattern_over_spaces_makes_is_undecided() {
    let of = |tag: &str| {
        let like = json!({"StringLike": [{"ConditionKey": "aws:ResourceTag/team", "ConditionValue": "prod*"}]});
        let estate = planned(selection(json!({"Resources": ["*"], "Conditions": like})));
        let tags = "/accounts/0/regions/0/resources/0/Tags";
        let (report, code) = checked(&estate.set(tags, json!({"team": tag})), &[]);
        (report["copies"][0]["verdict"].clone(), code)
    };
    assert_eq!(of("production"), (json!("feasible"), 0));
    assert_eq!(of("prod west"), (json!("undecided"), 3));
}

#[test]
fn what_was_not_read_of_a_plan_that_is_picked_stays_open() {
    for (operation, subject) in [
        ("backup:GetBackupSelection", PLAN),
        ("backup:ListBackupSelections", PLAN),
        ("backup:GetBackupSelection", "p-9"),
    ] {
        let refused = json!([{
            "account": FROM, "region": "us-east-2", "operation": operation, "subject": subject,
            "error": "ThrottlingException", "permission": operation,
        }]);
        let (_, code) = checked(&sound().set("/gaps", refused), &["--plan", "daily"]);
        let is_of_it = subject == PLAN;
        assert_eq!(code, if is_of_it { 3 } else { 0 }, "{operation} {subject}");
    }
}

#[test]
fn a_plan_whose_name_was_not_read_may_be_the_one_that_is_meant() {
    let refused = json!([{
        "account": FROM, "region": "us-east-2", "operation": "backup:GetBackupPlan",
        "subject": PLAN, "error": "AccessDeniedException", "permission": "backup:GetBackupPlan",
    }]);
    let plan = "/accounts/0/regions/0/plans/0/BackupPlan";
    let files = Files::new();
    let file = files.estate(&sound().without(plan).set("/gaps", refused));
    let ran = run(&["check", "--inventory", &file, "--plan", "daily"]);
    assert_eq!(ran.code, 3, "{}", ran.err);
    let settles = "give the role that reads 111122223333 backup:GetBackupPlan";
    assert!(ran.out.contains(settles), "{}", ran.out);
}

#[test]
fn a_resource_and_an_id_pick_copies_of_plans_too() {
    let made = format!("{PLAN}/nightly/{ORDERS}/{CENTRAL}");
    let (report, _) = checked(&both(), &["--copy", &made]);
    assert_eq!(ids(&report), [&*made]);
    assert_eq!(
        ids(&checked(&both(), &["--resource", ORDERS]).0),
        ["orders-to-central", &made]
    );
    let error = refused(&both(), &["--copy", "x"]);
    assert!(
        error.contains("orders-to-central") && error.contains(&made),
        "{error}"
    );
}

#[test]
fn what_a_plan_takes_and_was_not_read_leaves_the_answer_open() {
    let gaps = |report: &Value| {
        let all = report["gaps"].as_array().unwrap();
        let of = |gap: &&Value| gap["operation"] == "cloudformation:ListResources";
        all.iter().filter(of).count()
    };
    let some = planned(selection(json!({"Resources": ["arn:aws:rds:*:*:db:*"]})))
        .without(&format!("{SOURCE}/resources_complete"));
    let (report, code) = checked(&some, &[]);
    assert_eq!(
        (gaps(&report), code),
        (1, 0),
        "a list that nobody calls whole is a gap"
    );
    let refused = json!([{
        "account": FROM, "region": "us-east-2", "operation": "rds:DescribeDBInstances", "subject": "all",
        "error": "AccessDenied", "permission": "rds:DescribeDBInstances",
    }]);
    for open in [
        some.clone().set("/gaps", refused),
        some.clone().without(&format!("{SOURCE}/resources")),
        some.clone()
            .without(&format!("{SOURCE}/plans/0/Selections")),
        some.clone()
            .without(&format!("{SOURCE}/plans/0/BackupPlan")),
    ] {
        assert_eq!(
            checked(&open, &[]).1,
            3,
            "there may be more, which nobody decided"
        );
        assert_eq!(checked(&open, &["--strict"]).1, 1);
    }
}

#[test]
fn fix_mends_the_copies_of_plans() {
    let files = Files::new();
    let file = files.estate(&sound().without(&format!("{RESOURCE_KEY}/Policy/Statement/1")));
    let dir = super::text_of(&files.path("fixes"));
    let ran = run(&["fix", "--inventory", &file, "--dir", &dir]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(files.path("fixes").join("apply.sh").is_file());
}

#[test]
fn one_change_of_a_rule_mends_all_that_it_copies() {
    let other = "arn:aws:rds:us-east-2:111122223333:db:carts";
    let estate = planned(selection(json!({"Resources": [ORDERS, other]})))
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90));
    let (report, _) = checked(&estate, &[]);
    let kept: Vec<&Value> = report["remedies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|remedy| remedy["kind"] == "change-retention")
        .collect();
    assert_eq!(kept.len(), 1, "{kept:#?}");
    assert_eq!(kept[0]["copies"].as_array().unwrap().len(), 2);
    assert_eq!(kept[0]["proven"], true);
    assert!(
        kept[0]["commands"][0]
            .as_str()
            .unwrap()
            .contains("update-backup-plan")
    );
}

/// `central` in two Regions is two vaults, with a copy action each.
#[test]
fn vaults_of_one_name_are_changed_for_each() {
    let far = CENTRAL.replace("us-east-2", "us-west-2");
    let estate = sound()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90));
    let there = estate.at(DESTINATION).to_string();
    let there: Value = serde_json::from_str(&there.replace("us-east-2", "us-west-2")).unwrap();
    let action = json!({"DestinationBackupVaultArn": far, "Lifecycle": {"DeleteAfterDays": 35}});
    let actions = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions");
    let estate = estate
        .push("/accounts/1/regions", there)
        .push(&actions, action);
    let (report, _) = checked(&estate, &[]);
    let kept: Vec<&Value> = report["remedies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|remedy| remedy["kind"] == "change-retention")
        .collect();
    assert_eq!(kept.len(), 2, "{kept:#?}");
    for field in ["key", "title", "commands"] {
        assert_ne!(kept[0][field], kept[1][field]);
    }
    for remedy in kept {
        assert_eq!(remedy["copies"].as_array().unwrap().len(), 1);
    }
}

/// A plan that a backup policy of the organization makes is changed there, in the words of such policies.
#[test]
fn a_plan_of_the_organization_is_changed_in_the_management_account() {
    let estate = planned(selection(json!({"Resources": [ORDERS]})))
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90))
        .set(&format!("{SOURCE}/plans/0/BackupPlanId"), json!("orgs/1-2"));
    let management = estate
        .at("/accounts/0/organization/MasterAccountId")
        .clone();
    let (report, _) = checked(&estate, &[]);
    let remedies = report["remedies"].as_array().unwrap();
    let kept = remedies
        .iter()
        .find(|remedy| remedy["kind"] == "change-retention")
        .unwrap();
    assert_eq!(kept["account"], management);
    let command = kept["commands"][0].as_str().unwrap();
    assert!(
        command.contains(r#""delete_after_days": {"@@assign": "90"}"#),
        "{command}"
    );
    assert!(!command.contains("DeleteAfterDays"), "{command}");
}
