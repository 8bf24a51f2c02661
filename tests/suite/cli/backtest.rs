//! `backtest`: the copy jobs that ran, compared with what is said of them.

use serde_json::{Value, json};

use super::{Files, json};
use crate::support::estate::*;
use crate::support::{Estate, run};

const ORDERS: &str = "arn:aws:rds:us-east-2:111122223333:db:orders";

/// A job of the database, started on demand, that ended so.
fn job(id: &str, state: &str) -> Value {
    json!({
        "CopyJobId": id, "State": state, "SourceBackupVaultArn": PROD, "DestinationBackupVaultArn": CENTRAL,
        "SourceRecoveryPointArn": "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1",
        "ResourceArn": ORDERS, "ResourceType": "RDS", "IamRoleArn": ROLE,
        "CreationDate": "2026-11-20T06:00:00Z", "DestinationRecoveryPointLifecycle": {"DeleteAfterDays": 35},
    })
}

fn with(estate: Estate, jobs: Value) -> Estate {
    estate.set(&format!("{SOURCE}/copy_jobs"), jobs)
}

fn tested(estate: &Estate, more: &[&str]) -> (Value, i32) {
    let files = Files::new();
    let file = files.estate(estate);
    let ran = run(&[
        &["backtest", "--inventory", &file, "--format", "json"],
        more,
    ]
    .concat());
    assert!(ran.code != 2, "{}", ran.err);
    (json(&ran.out), ran.code)
}

fn totals(found: &Value) -> [u64; 4] {
    [
        "agreed",
        "feasible_but_failed",
        "blocked_but_completed",
        "undecided",
    ]
    .map(|name| found["summary"][name].as_u64().unwrap())
}

fn unshared() -> Estate {
    Estate::rds().set(
        &format!("{RESOURCE_KEY}/Policy"),
        key_policy(FROM, json!([])),
    )
}

#[test]
fn what_was_said_is_compared_with_what_happened() {
    for (estate, state, expected) in [
        (Estate::rds(), "COMPLETED", [1, 0, 0, 0]),
        (Estate::rds(), "FAILED", [0, 1, 0, 0]),
        (unshared(), "FAILED", [1, 0, 0, 0]),
        (unshared(), "COMPLETED", [0, 0, 1, 0]),
        (
            Estate::rds().without(&format!("{DESTINATION_VAULT}/AccessPolicy")),
            "FAILED",
            [0, 0, 0, 1],
        ),
        (Estate::rds(), "PARTIAL", [0, 1, 0, 0]),
    ] {
        let (found, code) = tested(&with(estate, json!([job("j", state)])), &[]);
        assert_eq!(totals(&found), expected, "{state}");
        assert_eq!(code, 0);
        assert!(found["note"].as_str().unwrap().contains("changed since"));
    }
}

#[test]
fn a_change_is_laid_over_what_jobs_are_compared_with() {
    let deny = json!({"accounts": [{"account": "111122223333", "service_control_policies": [[
        {"Id": "p-new", "Name": "no-copies", "Document": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "backup:CopyFromBackupVault", "Resource": "*"}]}}]]}]});
    let files = Files::new();
    let overlay = files.write("change.json", &deny.to_string());
    let estate = with(Estate::rds(), json!([job("j", "FAILED")]));
    let (found, _) = tested(&estate, &["--overlay", &overlay]);
    assert_eq!(totals(&found), [1, 0, 0, 0]);
}

#[test]
fn strict_is_1_where_it_disagrees() {
    let strict = |estate, state| tested(&with(estate, json!([job("j", state)])), &["--strict"]).1;
    assert_eq!(strict(Estate::rds(), "COMPLETED"), 0);
    assert_eq!(strict(Estate::rds(), "FAILED"), 1);
    assert_eq!(strict(unshared(), "COMPLETED"), 1);
}

#[test]
fn aws_s_message_stands_beside_the_one_foretold() {
    let say = |message: &str| {
        let mut one = job("j", "FAILED");
        one["StatusMessage"] = json!(message);
        let (found, _) = tested(&with(unshared(), json!([one])), &[]);
        found["jobs"][0].clone()
    };
    let key = say(&format!(
        "The source snapshot KMS key [{KEY}] does not exist, is not enabled or you do not have permissions to access it."
    ));
    assert_eq!(key["message_agrees"], true);
    assert_eq!(key["checks"], json!(["source-key-not-shared"]));
    assert_eq!(key["foretold"][0], key["message"]);
    let denied = say("Access Denied trying to call AWS Backup service");
    assert_eq!(denied["message_agrees"], false);
    assert_eq!(denied["message_leads_to"][0], "vault-refuses-copy");
    let odd = say("A message that nobody has seen");
    assert_eq!(odd["message_agrees"], Value::Null);
    assert_eq!(odd["comparison"], "agreed");
}

#[test]
fn each_check_has_its_counts() {
    let mut denied = job("c", "FAILED");
    denied["ResourceArn"] = json!("arn:aws:dynamodb:us-east-2:111122223333:table/t");
    denied["ResourceType"] = json!("DynamoDB");
    denied["DestinationBackupVaultArn"] = json!(CENTRAL.replace("central", "gone"));
    let jobs = json!([job("a", "FAILED"), job("b", "COMPLETED"), denied]);
    let estate = unshared().set(&format!("{DESTINATION}/vaults_complete"), json!(true));
    let (found, _) = tested(&with(estate, jobs), &[]);
    let of = |id: &str| {
        let checks = found["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == id).unwrap();
        (
            check["agreed"].clone(),
            check["blocked_but_completed"].clone(),
        )
    };
    assert_eq!(of("source-key-not-shared"), (json!(1), json!(1)));
    assert_eq!(of("destination-vault-missing"), (json!(1), json!(0)));
}

#[test]
fn what_has_not_ended_or_is_too_old_is_left_out_and_counted() {
    let mut old = job("old", "FAILED");
    old["CreationDate"] = json!("2026-10-22T09:59:59Z");
    let mut just = job("just", "COMPLETED");
    just["CreationDate"] = json!("2026-10-23T10:00:00+00:00");
    let mut seconds = job("seconds", "COMPLETED");
    seconds["CreationDate"] = json!(1_795_000_000.5);
    let mut nowhere = job("nowhere", "FAILED");
    nowhere
        .as_object_mut()
        .unwrap()
        .remove("DestinationBackupVaultArn");
    let jobs = json!([
        old,
        just,
        seconds,
        nowhere,
        job("r", "RUNNING"),
        job("c", "CREATED")
    ]);
    let (found, _) = tested(&with(Estate::rds(), jobs), &[]);
    let summary = &found["summary"];
    assert_eq!(summary["jobs"], 2, "{summary}");
    assert_eq!(summary["older"], 1);
    assert_eq!(summary["running"], 2);
    assert_eq!(summary["not_read"], 1);
}

#[test]
fn a_recovery_point_that_is_still_there_is_the_one_that_is_decided() {
    let point = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-0a1b2c3d";
    let mut one = job("j", "FAILED");
    one["SourceRecoveryPointArn"] = json!(point);
    let cold = Estate::rds_point().set(&format!("{POINT}/StorageClass"), json!("COLD"));
    let (found, _) = tested(&with(cold, json!([one])), &[]);
    assert_eq!(
        found["jobs"][0]["checks"],
        json!(["recovery-point-in-cold-storage"])
    );
    assert_eq!(found["jobs"][0]["assumptions"], json!([]));
    let (gone, _) = tested(&with(Estate::rds(), json!([job("j", "FAILED")])), &[]);
    let why = gone["jobs"][0]["assumptions"][0].as_str().unwrap();
    assert!(why.contains("job-1"), "{why}");
}

#[test]
fn a_job_of_a_plan_is_kept_as_its_rule_says() {
    let estate = crate::plans::planned(json!([]))
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90));
    let mut one = job("j", "FAILED");
    one.as_object_mut()
        .unwrap()
        .remove("DestinationRecoveryPointLifecycle");
    // It has none of its own then, and is kept for as long as its source, of which nobody says how long that is.
    let (found, _) = tested(&with(estate.clone(), json!([one])), &[]);
    assert_eq!(found["jobs"][0]["verdict"], "undecided", "{found}");
    let (found, _) = tested(&with(Estate::rds(), json!([one])), &[]);
    assert_eq!(found["jobs"][0]["verdict"], "feasible", "{found}");
    one["CreatedBy"] = json!({"BackupPlanId": "p-1", "BackupRuleId": "r-1"});
    let (found, _) = tested(&with(estate, json!([one])), &[]);
    assert_eq!(
        found["jobs"][0]["checks"],
        json!(["retention-outside-vault-lock"])
    );
}

#[test]
fn the_table_and_the_lines_say_the_same() {
    let args = ["backtest", "--example", "organization"];
    let table = run(&args);
    assert_eq!(table.code, 0);
    for part in [
        "6 copy jobs of the last 30 days: 4 agreed, 1 called feasible but failed, 1 called blocked but",
        "changed since they ran",
        "Called feasible, but failed",
        "Called blocked, but completed",
        "left out: 1 not ended",
    ] {
        assert!(table.out.contains(part), "no `{part}` in {}", table.out);
    }
    let lines = run(&[&args[..], &["--format", "ndjson"]].concat()).out;
    let last = json(lines.lines().last().unwrap());
    assert_eq!(
        (&last["type"], &last["agreed"]),
        (&json!("summary"), &json!(4))
    );
    assert_eq!(
        lines
            .lines()
            .filter(|line| json(line)["type"] == "job")
            .count(),
        6
    );
}

#[test]
fn the_order_of_the_jobs_does_not_matter() {
    let jobs = [job("b", "FAILED"), job("a", "COMPLETED")];
    let one = with(unshared(), json!(jobs));
    let other = with(unshared(), json!([jobs[1], jobs[0]]));
    assert_eq!(tested(&one, &[]), tested(&other, &[]));
}

#[test]
fn a_job_hides_none_of_another_account_with_its_id() {
    let mut other = job("a", "FAILED");
    other["SourceBackupVaultArn"] = json!(CENTRAL);
    let estate = with(Estate::rds(), json!([job("a", "COMPLETED")]))
        .set(&format!("{DESTINATION}/copy_jobs"), json!([other]));
    let (found, _) = tested(&estate, &[]);
    let accounts: Vec<&Value> = found["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|job| &job["account"])
        .collect();
    assert_eq!(accounts, [FROM, TO]);
}

/// A member's job says nothing of a plan; its composite's does.
#[test]
fn a_job_of_a_nested_recovery_point_was_started_by_what_started_its_composite_s() {
    let mut whole = job("whole", "COMPLETED");
    whole["CreatedBy"] = json!({"BackupPlanId": "p-1", "BackupRuleId": "r-1"});
    let mut part = job("part", "COMPLETED");
    part["ParentJobId"] = json!("whole");
    part["SourceRecoveryPointArn"] =
        json!("arn:aws:backup:us-east-2:111122223333:recovery-point:continuous:orders-1");
    part.as_object_mut().unwrap().remove("ResourceArn");
    let estate = crate::plans::planned(json!([]));
    let checks = |jobs: Value| {
        let (found, _) = tested(&with(estate.clone(), jobs), &[]);
        let jobs = found["jobs"].as_array().unwrap().clone();
        let part = jobs.into_iter().find(|job| job["id"] == "part").unwrap();
        part["checks"].to_string()
    };
    let alone = checks(json!([part]));
    assert!(alone.contains("recovery-point-continuous"), "{alone}");
    let together = checks(json!([whole, part]));
    assert!(
        !together.contains("recovery-point-continuous"),
        "{together}"
    );
}

/// A rule may copy to one vault twice: which of the two a job was is not known.
#[test]
fn a_job_of_a_rule_with_two_actions_to_one_vault_is_not_told_by_the_first() {
    let actions = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions");
    let kept = |days: i64| json!({"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": days}});
    let mut one = job("j", "COMPLETED");
    one.as_object_mut()
        .unwrap()
        .remove("DestinationRecoveryPointLifecycle");
    one["CreatedBy"] = json!({"BackupPlanId": "p-1", "BackupRuleId": "r-1"});
    let locked = crate::plans::planned(json!([]))
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90));
    for (days, verdict) in [([100, 7], "undecided"), ([100, 100], "feasible")] {
        let estate = locked.clone().set(&actions, json!(days.map(kept)));
        let (found, _) = tested(&with(estate, json!([one])), &[]);
        assert_eq!(found["jobs"][0]["verdict"], verdict, "{days:?}");
    }
}

#[test]
fn no_jobs_are_said_to_be_none() {
    let files = Files::new();
    let file = files.estate(&with(Estate::rds(), json!([])));
    let ran = run(&["backtest", "--inventory", &file]);
    assert_eq!(ran.code, 0);
    assert!(ran.err.contains("no copy jobs"), "{}", ran.err);
}

/// Where nothing was read, nothing agrees.
#[test]
fn copy_jobs_that_were_not_read_are_a_gap_and_leave_it_undecided() {
    let refused = json!([{
        "account": FROM, "region": "us-east-2", "operation": "backup:ListCopyJobs",
        "subject": "111122223333/us-east-2", "error": "AccessDeniedException",
        "permission": "backup:ListCopyJobs",
    }]);
    let gap = |found: &Value| {
        let gap = &found["gaps"][0];
        let of = ["operation", "error", "settle"].map(|name| gap[name].clone());
        of.map(|value| value.as_str().unwrap_or_default().to_owned())
    };
    let (found, code) = tested(&Estate::rds().set("/gaps", refused.clone()), &[]);
    assert_eq!(code, 3);
    assert_eq!(
        gap(&found),
        [
            "backup:ListCopyJobs",
            "AccessDeniedException",
            "give the role that reads 111122223333 backup:ListCopyJobs on 111122223333/us-east-2"
        ]
    );
    // Nobody looked.
    let (found, code) = tested(&Estate::rds(), &[]);
    assert_eq!(code, 3);
    let [operation, error, _] = gap(&found);
    assert_eq!((&*operation, &*error), ("backup:ListCopyJobs", ""));
    // Somebody looked, and there are none.
    let (found, code) = tested(&with(Estate::rds(), json!([])), &[]);
    assert_eq!((code, found["gaps"].as_array().map(Vec::len)), (0, Some(0)));
    // Some were read, and others may be there.
    let jobs = with(Estate::rds(), json!([job("j", "COMPLETED")]));
    let other = json!([{
        "account": TO, "region": "us-east-2", "operation": "backup:ListCopyJobs",
        "subject": "444455556666/us-east-2", "error": "AccessDeniedException",
        "permission": "backup:ListCopyJobs",
    }]);
    let jobs = jobs.set("/gaps", other);
    let (found, code) = tested(&jobs, &[]);
    assert_eq!((code, found["gaps"].as_array().map(Vec::len)), (0, Some(1)));
    assert_eq!(tested(&jobs, &["--strict"]).1, 1);
    let files = Files::new();
    let unread = files.estate(&Estate::rds().set("/gaps", refused));
    let table = run(&["backtest", "--inventory", &unread]);
    let says = "undecided: the copy jobs were not read, so nothing was compared";
    assert!(table.out.ends_with(&format!("{says}\n")), "{}", table.out);
    assert!(!table.out.contains("0 copy jobs"), "{}", table.out);
    let lines = run(&["backtest", "--inventory", &unread, "--format", "ndjson"]);
    assert!(lines.out.contains("\"type\":\"gap\""), "{}", lines.out);
}

const CONTINUOUS: &str = "arn:aws:backup:us-east-2:111122223333:recovery-point:continuous:orders-1";

/// What its id says is so whether it is there or not.
#[test]
fn a_continuous_recovery_point_is_one_whether_it_was_read_or_not() {
    let mut one = job("j", "FAILED");
    one["SourceRecoveryPointArn"] = json!(CONTINUOUS);
    let gone = Estate::rds().push(
        &format!("{SOURCE}/recovery_points"),
        json!({"RecoveryPointArn": CONTINUOUS, "Status": null}),
    );
    for estate in [Estate::rds(), gone] {
        let (found, _) = tested(&with(estate.clone(), json!([one])), &[]);
        let checks = &found["jobs"][0]["checks"];
        assert_eq!(*checks, json!(["recovery-point-continuous"]), "{found}");
        // A rule's copy action copies what is in it.
        let mut scheduled = one.clone();
        scheduled["State"] = json!("COMPLETED");
        scheduled["CreatedBy"] = json!({"BackupPlanId": "p-1", "BackupRuleId": "r-1"});
        let planned = estate.set(&format!("{SOURCE}/plans"), json!([]));
        let (found, _) = tested(&with(planned, json!([scheduled])), &[]);
        assert_eq!(totals(&found), [1, 0, 0, 0], "{found}");
    }
}

/// A day of November 2026.
fn on(day: i64) -> Value {
    json!(format!("2026-11-{day:02}T06:00:00Z"))
}

#[test]
fn what_became_of_a_recovery_point_afterwards_is_not_held_against_its_job() {
    let point = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-0a1b2c3d";
    let compare = |made: i64, of_point: Value| {
        let mut one = job("j", "COMPLETED");
        one["SourceRecoveryPointArn"] = json!(point);
        one["CreationDate"] = on(made);
        let mut estate = Estate::rds_point();
        for (name, value) in of_point.as_object().unwrap() {
            estate = estate.set(&format!("{POINT}/{name}"), value.clone());
        }
        let (found, _) = tested(&with(estate, json!([one])), &[]);
        let assumed = found["jobs"][0]["assumptions"][0].as_str();
        (totals(&found), assumed.unwrap_or_default().to_owned())
    };
    let cold = |at: i64| {
        json!({"StorageClass": "COLD", "CreationDate": on(1),
            "CalculatedLifecycle": {"MoveToColdStorageAt": on(at)}})
    };
    let (since, why) = compare(2, cold(11));
    assert_eq!(since, [1, 0, 0, 0]);
    assert!(why.contains("has moved to cold storage since"), "{why}");
    // It was there already.
    assert_eq!(compare(12, cold(11)), ([0, 0, 1, 0], String::new()));
    let ended = |state: &str, at: i64| json!({"Status": state, "CreationDate": on(1), "CalculatedLifecycle": {"DeleteAt": on(at)}});
    for state in ["EXPIRED", "DELETING", "COMPLETED"] {
        let (since, why) = compare(2, ended(state, 15));
        assert_eq!(since, [1, 0, 0, 0], "{state}: {why}");
        assert!(why.contains("decided in its place"), "{state}: {why}");
    }
    let before = compare(16, ended("EXPIRED", 15));
    assert_eq!(before, ([0, 0, 1, 0], String::new()));
    assert_eq!(compare(2, json!({"Status": "DELETING"})).0, [1, 0, 0, 0]);
}

/// Whoever updates a plan gives its rules other ids.
#[test]
fn a_job_of_a_rule_that_was_changed_since_is_decided_by_its_name_or_by_what_it_says() {
    let rule = format!("{SOURCE}/plans/0/BackupPlan/Rules/0");
    let by = |more: Value| {
        let mut by = json!({"BackupPlanId": "p-1", "BackupRuleId": "r-1"});
        by.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        by
    };
    let ask = |estate: &Estate, more: Value| {
        let mut one = job("j", "COMPLETED");
        one["CreatedBy"] = by(more);
        let (found, _) = tested(&with(estate.clone(), json!([one])), &[]);
        let assumed = found["jobs"][0]["assumptions"].to_string();
        (totals(&found), assumed)
    };
    let changed = crate::plans::planned(json!([])).set(&format!("{rule}/RuleId"), json!("r-2"));
    let (found, assumed) = ask(&changed, json!({"BackupRuleName": "nightly"}));
    assert_eq!(found, [1, 0, 0, 0], "{assumed}");
    assert!(
        assumed.contains("its rule `nightly` is used in its place"),
        "{assumed}"
    );
    for more in [json!({}), json!({"BackupRuleName": "weekly"})] {
        let (found, assumed) = ask(&changed, more);
        assert_eq!(found, [1, 0, 0, 0], "{assumed}");
        assert!(assumed.contains("what the job says of itself"), "{assumed}");
    }
    // So is one of a plan that is there no more.
    let gone = changed.clone().set(&format!("{SOURCE}/plans"), json!([]));
    assert_eq!(ask(&gone, json!({})).0, [1, 0, 0, 0]);
    // A rule without an id may be the one.
    let untold = changed.clone().without(&format!("{rule}/RuleId"));
    assert_eq!(ask(&untold, json!({})).0, [0, 0, 0, 1]);
    let unread = changed.without(&format!("{SOURCE}/plans"));
    assert_eq!(ask(&unread, json!({})).0, [0, 0, 0, 1]);
}

/// What was copied into another account is copied on from there, and is still called by its resource.
#[test]
fn a_job_that_copied_a_copy_on_is_decided_by_the_vault_that_it_lay_in() {
    let far = CENTRAL.replace("central", "far");
    let role = ROLE.replace(FROM, TO);
    let mut one = job("j", "COMPLETED");
    one["SourceBackupVaultArn"] = json!(CENTRAL);
    one["DestinationBackupVaultArn"] = json!(far);
    one["IamRoleArn"] = json!(role);
    one["SourceRecoveryPointArn"] =
        json!("arn:aws:rds:us-east-2:444455556666:snapshot:awsbackup:copyjob-1");
    let estate = Estate::rds()
        .push(
            "/accounts/1/roles",
            json!({"Arn": role, "AssumeRolePolicyDocument": trust(), "InlinePolicies": [], "PermissionsBoundary": null, "Tags": {},
                "AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"}]}),
        )
        .push(
            &format!("{DESTINATION}/vaults"),
            vault(&far, CENTRAL_KEY, Value::Null),
        );
    let jobs = |one: Value| {
        estate
            .clone()
            .set(&format!("{DESTINATION}/copy_jobs"), json!([one]))
    };
    let (found, _) = tested(&jobs(one.clone()), &[]);
    assert_eq!(totals(&found), [1, 0, 0, 0], "{found}");
    // It is on the key of the vault that it lay in, whatever its resource is on.
    let aws_managed = jobs(one.clone()).set(&format!("{RESOURCE_KEY}/KeyManager"), json!("AWS"));
    assert_eq!(totals(&tested(&aws_managed, &[]).0), [1, 0, 0, 0]);
    let disabled = jobs(one).set(&format!("{DESTINATION}/keys/0/KeyState"), json!("Disabled"));
    let (found, _) = tested(&disabled, &[]);
    assert_eq!(
        found["jobs"][0]["checks"],
        json!(["key-unusable"]),
        "{found}"
    );
}

#[test]
fn what_started_a_job_may_be_said_to_be_nothing() {
    let mut one = job("j", "COMPLETED");
    one["CreatedBy"] = json!({});
    let (found, _) = tested(&with(Estate::rds(), json!([one])), &[]);
    assert_eq!(totals(&found), [1, 0, 0, 0]);
}

#[test]
fn a_job_that_is_not_decided_says_what_is_not_known() {
    let estate = Estate::rds().without(&format!("{DESTINATION_VAULT}/AccessPolicy"));
    let estate = with(estate, json!([job("j", "FAILED")]));
    let (found, _) = tested(&estate, &[]);
    let unknown = found["jobs"][0]["unknown"][0].as_str().unwrap();
    assert!(
        unknown.contains("backup:GetBackupVaultAccessPolicy"),
        "{found}"
    );
    let files = Files::new();
    let table = run(&["backtest", "--inventory", &files.estate(&estate)]);
    assert!(
        table
            .out
            .contains("waits for: not read: backup:GetBackupVaultAccessPolicy"),
        "{}",
        table.out
    );
}
