//! A change that leaves open what a plan copies: what it copied before is undecided, and only what is known to be gone is removed.

use serde_json::{Value, json};

use super::judged::{Change, Judged, judged};
use super::plan_facts::change;
use crate::support::Estate;
use crate::support::estate::{CENTRAL, DATABASE, FROM, RESOURCE, ROLE, SOURCE};

const LEDGER: &str = "arn:aws:rds:us-east-2:111122223333:db:ledger";

/// A plan takes two databases by their ARNs.
fn estate() -> Estate {
    let estate = Estate::rds().planned();
    let mut ledger = estate.at(RESOURCE).clone();
    ledger["ResourceArn"] = json!(LEDGER);
    let selection =
        json!([{"SelectionName": "two", "IamRoleArn": ROLE, "Resources": [DATABASE, LEDGER]}]);
    estate
        .push(&format!("{SOURCE}/resources"), ledger)
        .set(&format!("{SOURCE}/plans/0/Selections"), selection)
}

fn told(found: &Judged) -> (Vec<&str>, i32) {
    (
        found.copies.iter().map(String::as_str).collect(),
        found.code,
    )
}

const UNDECIDED: [&str; 2] = [
    "ledger into central: feasible -> undecided (worse)",
    "orders into central: feasible -> undecided (worse)",
];
const SAME: [&str; 2] = [
    "ledger into central: feasible -> feasible (same)",
    "orders into central: feasible -> feasible (same)",
];

fn selection() -> Value {
    json!({"id": "s-1", "plan_id": "p-1", "name": "two", "iam_role_arn": ROLE, "resources": [DATABASE, LEDGER],
        "not_resources": [], "selection_tag": [], "condition": []})
}

fn plan_of() -> Value {
    json!({"id": "p-1", "name": "daily", "arn": "arn:aws:backup:us-east-2:111122223333:backup-plan:p-1",
        "rule": [{"rule_name": "nightly", "target_vault_name": "prod", "schedule": "cron(0 5 ? * * *)", "start_window": 60,
            "completion_window": 180, "lifecycle": [{"delete_after": 14}],
            "copy_action": [{"destination_vault_arn": CENTRAL, "lifecycle": [{"delete_after": 35}]}]}]})
}

fn after(kind: &str, before: Value, at: &str, value: Value, unknown: Value) -> Judged {
    let mut after = before.clone();
    *after.pointer_mut(at).unwrap() = value;
    let changes = [change(kind, before, after, unknown)];
    judged(&estate(), &Change::Plan(&changes), &[])
}

#[test]
fn the_known_members_of_a_set_keep_their_copies() {
    let found = after(
        "aws_backup_selection.s",
        selection(),
        "/resources",
        json!([DATABASE, null]),
        json!({"resources": [false, true]}),
    );
    assert_eq!(told(&found), (vec![UNDECIDED[0], SAME[1]], 3));
    let waits = "terraform apply aws_backup_selection.s.resources".to_owned();
    assert!(found.gaps.contains(&waits), "{:?}", found.gaps);
    // Nothing of a set that is unknown as a whole, or of one without a known member, is all that there is.
    for (value, unknown) in [(Value::Null, json!(true)), (json!([null]), json!([true]))] {
        let of = json!({"resources": unknown});
        let found = after(
            "aws_backup_selection.s",
            selection(),
            "/resources",
            value,
            of,
        );
        assert_eq!(told(&found), (UNDECIDED.into(), 3));
    }
}

#[test]
fn what_a_plan_leaves_unknown_leaves_its_copies_undecided() {
    for (kind, before, at, value, unknown, waits_for) in [
        (
            "aws_backup_selection.s",
            selection(),
            "/not_resources",
            json!([null]),
            json!({"not_resources": [true]}),
            "not_resources",
        ),
        (
            "aws_backup_selection.s",
            selection(),
            "/iam_role_arn",
            Value::Null,
            json!({"iam_role_arn": true}),
            "iam_role_arn",
        ),
        (
            "aws_backup_selection.s",
            selection(),
            "/condition",
            Value::Null,
            json!({"condition": true}),
            "condition",
        ),
        (
            "aws_backup_plan.p",
            plan_of(),
            "/rule",
            Value::Null,
            json!({"rule": true}),
            "rule",
        ),
        (
            "aws_backup_plan.p",
            plan_of(),
            "/rule/0/copy_action",
            Value::Null,
            json!({"rule": [{"copy_action": true}]}),
            "rule.copy_action",
        ),
        (
            "aws_backup_plan.p",
            plan_of(),
            "/rule/0/copy_action/0/destination_vault_arn",
            Value::Null,
            json!({"rule": [{"copy_action": [{"destination_vault_arn": true}]}]}),
            "rule.copy_action.destination_vault_arn",
        ),
        (
            "aws_backup_plan.p",
            plan_of(),
            "/rule/0/target_vault_name",
            Value::Null,
            json!({"rule": [{"target_vault_name": true}]}),
            "rule.target_vault_name",
        ),
        (
            "aws_backup_plan.p",
            plan_of(),
            "/rule/0/rule_name",
            Value::Null,
            json!({"rule": [{"rule_name": true}]}),
            "rule.rule_name",
        ),
    ] {
        let found = after(kind, before, at, value, unknown);
        assert_eq!(told(&found), (UNDECIDED.into(), 3), "{at}");
        let waits = format!("terraform apply {kind}.{waits_for}");
        let is_told = found.gaps.iter().any(|gap| gap.starts_with(&waits));
        assert!(is_told, "{waits}: {:?}", found.gaps);
    }
}

/// A lifecycle that is unknown is no lifecycle that never ends.
#[test]
fn a_lifecycle_that_is_unknown_leaves_the_copy_and_not_its_end() {
    let at = "/rule/0/copy_action/0/lifecycle";
    let unknown = json!({"rule": [{"copy_action": [{"lifecycle": true}]}]});
    let found = after("aws_backup_plan.p", plan_of(), at, Value::Null, unknown);
    assert_eq!(found.code, 3);
    for copy in found.report["copies"].as_array().unwrap() {
        assert!(copy.get("lifecycle").is_none(), "{copy}");
    }
}

#[test]
fn what_is_known_to_be_gone_is_removed() {
    let removed = [
        "ledger into central: feasible -> feasible (removed)",
        "orders into central: feasible -> feasible (removed)",
    ];
    let found = after(
        "aws_backup_plan.p",
        plan_of(),
        "/rule/0/copy_action",
        json!([]),
        json!({}),
    );
    assert_eq!(told(&found), (removed.into(), 0));
    // Its rule copies nothing, whatever is selected.
    let mut without = plan_of();
    without["rule"][0]["copy_action"] = json!([]);
    let mut open = selection();
    open["resources"] = Value::Null;
    let changes = [
        change("aws_backup_plan.p", plan_of(), without, json!({})),
        change(
            "aws_backup_selection.s",
            selection(),
            open,
            json!({"resources": true}),
        ),
    ];
    let found = judged(&estate(), &Change::Plan(&changes), &[]);
    assert_eq!(told(&found).0, removed);
    // A database that goes is selected no longer.
    let found = after(
        "aws_backup_selection.s",
        selection(),
        "/resources",
        json!([DATABASE]),
        json!({}),
    );
    assert_eq!(told(&found), (vec![SAME[1], removed[0]], 0));
}

fn templates(rule: Value, selection: Value, attributes: &[(&str, &str, Value)]) -> Value {
    let mut all = json!({
        "Parameters": {"X": {"Type": "String"}},
        "Conditions": {"U": {"Fn::Equals": [{"Ref": "X"}, "a"]}},
        "Resources": {
            "P": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": {"BackupPlanName": "daily", "BackupPlanRule": [rule]}}},
            "S": {"Type": "AWS::Backup::BackupSelection", "Properties": {"BackupPlanId": {"Ref": "P"}, "BackupSelection": selection}},
        },
    });
    for (id, name, value) in attributes {
        all["Resources"][*id][*name] = value.clone();
    }
    all
}

fn rule() -> Value {
    json!({"RuleName": "nightly", "TargetBackupVault": "prod", "ScheduleExpression": "cron(0 5 ? * * *)", "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 180, "Lifecycle": {"DeleteAfterDays": 14},
        "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]})
}

fn taken() -> Value {
    json!({"SelectionName": "two", "IamRoleArn": ROLE, "Resources": [DATABASE, LEDGER]})
}

fn either(one: &Value, other: Value) -> Value {
    json!({"Fn::If": ["U", one, other]})
}

#[test]
fn what_a_template_leaves_unknown_leaves_its_copies_undecided() {
    let now = templates(rule(), taken(), &[]);
    let same = judged(&estate(), &Change::Templates(&now, &now, FROM), &[]);
    assert_eq!(told(&same), (SAME.into(), 0));
    let nothing = json!({"Ref": "AWS::NoValue"});
    let mut all = Vec::new();
    for (at, other) in [
        ("/CopyActions", nothing.clone()),
        ("/CopyActions", json!([])),
        ("/CopyActions/0", nothing),
        (
            "/CopyActions/0/DestinationBackupVaultArn",
            json!(CENTRAL.replace("central", "other")),
        ),
        ("/RuleName", json!("hourly")),
        ("/TargetBackupVault", json!("other")),
    ] {
        let mut rule = rule();
        let value = rule.pointer_mut(at).unwrap();
        *value = either(value, other);
        all.push((at, templates(rule, taken(), &[])));
    }
    for (at, other) in [
        ("/Resources", json!([LEDGER.replace("ledger", "other")])),
        ("/IamRoleArn", json!(ROLE.replace("Default", "Other"))),
    ] {
        let mut taken = taken();
        let value = taken.pointer_mut(at).unwrap();
        *value = either(value, other);
        all.push((at, templates(rule(), taken, &[])));
    }
    let mut imported = taken();
    imported["Resources"] = json!({"Fn::ImportValue": "databases"});
    all.push(("imported", templates(rule(), imported, &[])));
    let on_condition = |id| (id, "Condition", json!("U"));
    all.push((
        "selection",
        templates(rule(), taken(), &[on_condition("S")]),
    ));
    all.push((
        "both",
        templates(rule(), taken(), &[on_condition("P"), on_condition("S")]),
    ));
    for (at, then) in all {
        let found = judged(&estate(), &Change::Templates(&now, &then, FROM), &[]);
        assert_eq!(told(&found), (UNDECIDED.into(), 3), "{at}: {then}");
        let named =
            |gap: &String| gap.starts_with("cloudformation deploy ") && gap.contains("then.json:");
        let of_copies = found.report["copies"][0]["checks"][0]["gaps"][0].clone();
        let gap = found.report["gaps"]
            .as_array()
            .unwrap()
            .iter()
            .find(|gap| gap["id"] == of_copies)
            .unwrap();
        let gap = format!(
            "{} {}",
            gap["operation"].as_str().unwrap(),
            gap["subject"].as_str().unwrap()
        );
        assert!(named(&gap), "{at}: {gap}");
    }
}

/// A template alone does not say whether what was read otherwise stays: what it no longer copies may be copied all the same.
#[test]
fn what_a_template_alone_says_otherwise_may_stand() {
    let mut nothing = rule();
    nothing["CopyActions"] = json!([]);
    let mut one = taken();
    one["Resources"] = json!([DATABASE]);
    let found = judged(
        &estate(),
        &Change::Template(&templates(rule(), taken(), &[])),
        &[],
    );
    assert_eq!(told(&found), (SAME.into(), 0));
    let found = judged(
        &estate(),
        &Change::Template(&templates(nothing, taken(), &[])),
        &[],
    );
    assert_eq!(told(&found), (UNDECIDED.into(), 3));
    let found = judged(
        &estate(),
        &Change::Template(&templates(rule(), one, &[])),
        &[],
    );
    assert_eq!(told(&found), (vec![UNDECIDED[0], SAME[1]], 3));
}

/// A selection of a plan that another stack has goes with its template, and the plan stays.
#[test]
fn a_selection_of_a_plan_that_stands_elsewhere_goes_alone() {
    let selection = |names: &[&str]| {
        let all = names.iter().map(|name| {
            let taken = json!({"SelectionName": name, "IamRoleArn": ROLE, "Resources": [if *name == "two" {DATABASE} else {LEDGER}]});
            (format!("S{name}"), json!({"Type": "AWS::Backup::BackupSelection", "Properties": {"BackupPlanId": "p-1", "BackupSelection": taken}}))
        });
        let mut all: serde_json::Map<String, Value> = all.collect();
        all.insert("Topic".to_owned(), json!({"Type": "AWS::SNS::Topic"}));
        json!({"Resources": all})
    };
    let both = json!([
        {"SelectionName": "two", "IamRoleArn": ROLE, "Resources": [DATABASE]},
        {"SelectionName": "more", "IamRoleArn": ROLE, "Resources": [LEDGER]},
    ]);
    let estate = estate().set(&format!("{SOURCE}/plans/0/Selections"), both);
    let removed = "ledger into central: feasible -> feasible (removed)";
    let (now, then) = (selection(&["two", "more"]), selection(&["two"]));
    let found = judged(&estate, &Change::Templates(&now, &then, FROM), &[]);
    assert_eq!(told(&found), (vec![SAME[1], removed], 0));
    let now = selection(&["more"]);
    let found = judged(
        &estate,
        &Change::Templates(&now, &selection(&[]), FROM),
        &[],
    );
    assert_eq!(told(&found), (vec![SAME[1], removed], 0));
}

/// The copies of a policy that changes are undecided where other policies may be in force beside it.
#[test]
fn a_policy_that_changes_leaves_its_copies_undecided() {
    let document = |days: &str| {
        json!({"plans": {"p": {"regions": ["us-east-2"],
            "rules": {"nightly": {"schedule_expression": "cron(0 5 ? * * *)", "target_backup_vault_name": "prod",
                "lifecycle": {"delete_after_days": "14"},
                "copy_actions": {CENTRAL: {"target_backup_vault_arn": CENTRAL, "lifecycle": {"delete_after_days": days}}}}},
            "selections": {"tags": {"s": {"iam_role_arn": "arn:aws:iam::$account:role/service-role/AWSBackupDefaultServiceRole",
                "tag_key": "backup", "tag_value": ["daily"]}}}}}})
    };
    let estate = Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans"), json!([]))
        .set("/accounts/0/backup_policy", document("35"));
    let policy = |days: &str| json!({"id": "p-12345678", "name": "backups", "type": "BACKUP_POLICY", "content": document(days).to_string()});
    let changes = [change(
        "aws_organizations_policy.p",
        policy("35"),
        policy("5"),
        json!({}),
    )];
    let found = judged(&estate, &Change::Plan(&changes), &[]);
    assert_eq!(told(&found), (vec![UNDECIDED[1]], 3));
    let waits = |gap: &String| gap.starts_with("terraform apply aws_organizations_policy.p");
    assert!(found.gaps.iter().any(waits), "{:?}", found.gaps);
    // A plan that AWS listed was made of the policy as it was.
    let listed = estate.at("/accounts/0/backup_policy").clone();
    let rule = json!({"RuleName": "nightly", "TargetBackupVaultName": "prod", "ScheduleExpression": "cron(0 5 ? * * *)",
        "Lifecycle": {"DeleteAfterDays": 14}, "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]});
    let tags = json!([{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}]);
    let plan = json!([{"BackupPlanId": "orgs/1a2b", "BackupPlan": {"BackupPlanName": "p", "Rules": [rule]},
        "Selections": [{"SelectionName": "s", "IamRoleArn": ROLE, "ListOfTags": tags}]}]);
    let estate = estate
        .set(&format!("{SOURCE}/plans"), plan)
        .set("/accounts/0/backup_policy", listed);
    let found = judged(&estate, &Change::Plan(&changes), &[]);
    assert_eq!(told(&found), (vec![UNDECIDED[1]], 3));
}

/// Of plans that an overlay makes unknown nobody knows what they copy.
#[test]
fn plans_that_are_unknown_leave_their_copies_undecided() {
    let overlay = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2", "plans": {"unknown": "somebody else's"}}]}]});
    let found = judged(&estate(), &Change::Overlay(&overlay), &[]);
    assert_eq!(told(&found), (UNDECIDED.into(), 3));
    let plan = json!({"BackupPlanId": "p-1", "Selections": {"unknown": "somebody else's"}});
    let overlay = json!({"accounts": [{"account": FROM, "regions": [{"region": "us-east-2", "plans": [plan]}]}]});
    let found = judged(&estate(), &Change::Overlay(&overlay), &[]);
    assert_eq!(told(&found), (UNDECIDED.into(), 3));
}
