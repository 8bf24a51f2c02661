//! The windows of the resource itself, within which no backup starts.

use serde_json::{Value, json};

use super::{RULES, beside, planned, under_policy, verdict};
use crate::cli::Files;
use crate::plans::ORDERS;
use crate::support::estate::RESOURCE;
use crate::support::{Estate, run};

/// The rule starts at 05:00 UTC each day, within an hour.
#[test]
fn a_backup_that_the_windows_of_the_database_keep_from_starting_is_not_copied() {
    let daily = |window: &str| ("PreferredBackupWindow", json!(window));
    let weekly = |window: &str| ("PreferredMaintenanceWindow", json!(window));
    let each_sunday = ("ScheduleExpression", json!("cron(0 5 ? * SUN *)"));
    let in_paris = ("ScheduleExpressionTimezone", json!("Europe/Paris"));
    for (rule, database, expected) in [
        (
            vec![],
            vec![daily("05:30-07:00"), weekly("sun:09:00-sun:09:30")],
            "blocked",
        ),
        (vec![], vec![daily("06:00-07:00")], "blocked"),
        // A minute of the hour is left.
        (vec![], vec![daily("06:01-07:00")], "feasible"),
        (vec![], vec![daily("04:30-05:30")], "undecided"),
        (
            vec![("StartWindowMinutes", json!(120))],
            vec![daily("05:30-07:00")],
            "blocked",
        ),
        (
            vec![("StartWindowMinutes", json!(121))],
            vec![daily("05:30-07:00")],
            "undecided",
        ),
        // It is over midnight, and 05:00 in Paris is 03:00 or 04:00 in UTC.
        (
            vec![in_paris.clone()],
            vec![daily("05:30-07:00")],
            "feasible",
        ),
        (vec![in_paris], vec![daily("23:00-05:30")], "blocked"),
        (vec![], vec![weekly("sun:05:30-sun:07:00")], "feasible"),
        (
            vec![each_sunday.clone()],
            vec![weekly("sun:05:30-sun:07:00")],
            "blocked",
        ),
        (
            vec![each_sunday.clone()],
            vec![weekly("mon:05:30-mon:07:00")],
            "feasible",
        ),
        // No automatic backups are made, and where AWS Backup makes them it moves the window.
        (
            vec![],
            vec![daily("05:30-07:00"), ("BackupRetentionPeriod", json!(0))],
            "feasible",
        ),
        (
            vec![
                ("EnableContinuousBackup", json!(true)),
                ("Lifecycle", json!({"DeleteAfterDays": 35})),
            ],
            vec![daily("05:30-07:00")],
            "feasible",
        ),
        // The window of the maintenance it leaves where it is.
        (
            vec![
                ("EnableContinuousBackup", json!(true)),
                ("Lifecycle", json!({"DeleteAfterDays": 35})),
                each_sunday.clone(),
            ],
            vec![weekly("sun:05:30-sun:07:00")],
            "undecided",
        ),
    ] {
        let (found, checks) = verdict(&planned(&rule, &database));
        assert_eq!(found, expected, "{rule:?} {database:?} {checks}");
        if expected == "blocked" {
            assert!(checks.contains("recovery-point-missing"), "{checks}");
        }
    }
}

/// No page says that AWS Backup tries again after such a window, where the rule's start window goes on.
#[test]
fn a_rule_that_starts_in_a_window_of_the_database_each_time_is_undecided() {
    let daily = |window: &str| vec![("PreferredBackupWindow", json!(window))];
    let each_monday = ("ScheduleExpression", json!("cron(0 5 ? * MON *)"));
    let long = ("StartWindowMinutes", json!(480));
    let maintained = vec![("PreferredMaintenanceWindow", json!("mon:05:00-mon:05:30"))];
    for (rule, database, is_open) in [
        (vec![long.clone()], daily("04:50-06:20"), true),
        (vec![], daily("04:30-05:30"), true),
        (vec![], daily("06:01-07:00"), false),
        (vec![each_monday, long.clone()], maintained.clone(), true),
        // The other days of the week nothing keeps it.
        (vec![long], maintained, false),
    ] {
        let (found, checks) = verdict(&planned(&rule, &database));
        let expected = if is_open { "undecided" } else { "feasible" };
        assert_eq!(found, expected, "{rule:?} {database:?} {checks}");
        let says = checks.contains("no page says that AWS Backup tries again");
        assert_eq!(says, is_open, "{rule:?} {database:?} {checks}");
    }
}

#[test]
fn the_windows_and_the_time_zone_of_a_backup_policy_count() {
    for (fields, window, expected) in [
        (json!({}), "05:30-07:00", "undecided"),
        (
            json!({"start_backup_window_minutes": {"@@assign": "60"}}),
            "05:30-07:00",
            "blocked",
        ),
        (
            json!({"start_backup_window_minutes": "60", "schedule_expression_timezone": "Europe/Paris"}),
            "05:30-07:00",
            "feasible",
        ),
    ] {
        let (found, checks) = verdict(&under_policy(&fields, window));
        assert_eq!(found, expected, "{fields} {checks}");
    }
}

/// Of what it backs up continuously AWS Backup moves the windows out of its way, whichever plan says so.
#[test]
fn another_plan_that_takes_the_database_continuously_frees_it_of_its_windows() {
    let estate = planned(&[], &[("PreferredBackupWindow", json!("05:30-07:00"))]);
    let plans = "/accounts/0/regions/0/plans";
    let own = estate.at(&format!("{plans}/0")).clone();
    let selection = |resource: &str| {
        let mut selection = own["Selections"][0].clone();
        selection["Resources"] = json!([resource]);
        json!([selection])
    };
    let never = json!("cron(0 5 1 1 ? 2020)");
    for (selections, schedule, expected) in [
        (Some(selection(ORDERS)), None, "feasible"),
        (
            Some(selection(&ORDERS.replace("orders", "other"))),
            None,
            "blocked",
        ),
        (Some(json!([])), None, "blocked"),
        (None, None, "undecided"),
        (Some(selection(ORDERS)), Some(never), "blocked"),
    ] {
        let mut other = own.clone();
        other["BackupPlanId"] = json!("other");
        let fields = other.as_object_mut().unwrap();
        fields.remove("BackupPlanArn");
        fields.remove("Selections");
        fields.extend(selections.map(|all| ("Selections".to_owned(), all)));
        let rule = &mut other["BackupPlan"]["Rules"][0];
        rule["EnableContinuousBackup"] = json!(true);
        rule["Lifecycle"] = json!({"DeleteAfterDays": 35});
        rule.as_object_mut().unwrap().remove("CopyActions");
        if let Some(schedule) = schedule {
            rule["ScheduleExpression"] = schedule;
        }
        let (found, checks) = verdict(&estate.clone().set(plans, json!([own, other])));
        assert_eq!(found, expected, "{} {checks}", other["Selections"]);
        assert_eq!(
            checks.contains("another plan backs"),
            expected == "undecided",
            "{checks}"
        );
    }
}

/// AWS Backup takes over the window of the automated backups, not that of the maintenance.
#[test]
fn another_plan_that_takes_the_database_continuously_leaves_its_maintenance_where_it_is() {
    let each_sunday = ("ScheduleExpression", json!("cron(0 5 ? * SUN *)"));
    let weekly = ("PreferredMaintenanceWindow", json!("sun:05:30-sun:07:00"));
    let estate = planned(&[each_sunday], &[weekly]);
    let (found, checks) = verdict(&beside(&estate, &|_| {}));
    assert_eq!(found, "blocked", "{checks}");
    assert!(
        checks.contains("from starting (PreferredMaintenanceWindow)"),
        "{checks}"
    );
}

#[test]
fn windows_of_a_file_system_count_and_those_of_aurora_do_not() {
    let arn = "arn:aws:fsx:us-east-2:111122223333:file-system/fs-0123456789abcdef0";
    let role = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let of = |estate: Estate, arn: &str, kind: &str, detail: Value| {
        estate
            .set(&format!("{RESOURCE}/ResourceArn"), json!(arn))
            .set(&format!("{RESOURCE}/ResourceType"), json!(kind))
            .set(&format!("{RESOURCE}/Detail"), detail)
            .set(
                "/accounts/0/regions/0/region_settings/ResourceTypeOptInPreference",
                json!({"FSx": true, "Aurora": true}),
            )
            .set(
                "/accounts/0/roles/0/InlinePolicies",
                json!([{"PolicyName": "all", "Document": role}]),
            )
    };
    // The rule starts between 05:00 and 06:00; of the fourth hour before a window AWS's page says nothing any more.
    for (starts, expected) in [
        ("06:30", "blocked"),
        ("08:00", "blocked"),
        ("08:01", "undecided"),
        ("09:00", "undecided"),
        ("09:01", "feasible"),
    ] {
        let detail = json!({"FileSystemId": "fs-0123456789abcdef0", "FileSystemType": "WINDOWS", "Lifecycle": "AVAILABLE", "StorageType": "SSD",
            "WindowsConfiguration": {"DeploymentType": "SINGLE_AZ_2", "DailyAutomaticBackupStartTime": starts, "AutomaticBackupRetentionDays": 7}});
        let estate = of(Estate::rds().planned(), arn, "FSx", detail);
        let (found, checks) = verdict(&estate);
        assert_eq!(found, expected, "{starts} {checks}");
        // Its type has no continuous backups: a rule that asks for such makes snapshots.
        let estate = estate
            .set(&format!("{RULES}/0/EnableContinuousBackup"), json!(true))
            .set(
                &format!("{RULES}/0/Lifecycle"),
                json!({"DeleteAfterDays": 14}),
            );
        let (found, checks) = verdict(&estate);
        assert_eq!(found, expected, "{starts} {checks}");
        let mut longer = estate.at(&format!("{RULES}/0")).clone();
        longer["RuleName"] = json!("longer");
        longer["Lifecycle"] = json!({"DeleteAfterDays": 35});
        longer.as_object_mut().unwrap().remove("CopyActions");
        let (found, checks) = verdict(&estate.push(RULES, longer));
        assert_ne!(found, "feasible", "{starts} {checks}");
        assert!(
            checks.contains("for the rule that keeps it longer"),
            "{checks}"
        );
    }
    let detail = json!({"Engine": "aurora-mysql", "PreferredBackupWindow": "05:30-07:00"});
    let cluster = "arn:aws:rds:us-east-2:111122223333:cluster:orders";
    let (found, checks) = verdict(&of(Estate::rds().planned(), cluster, "Aurora", detail));
    assert_ne!(found, "blocked", "{checks}");
}

/// A description that was read without the windows says nothing of them: that they leave time is an assumption.
#[test]
fn windows_that_were_not_read_are_an_assumption() {
    let daily = ("PreferredBackupWindow", json!("09:00-09:30"));
    let weekly = ("PreferredMaintenanceWindow", json!("sun:10:00-sun:10:30"));
    let none = ("BackupRetentionPeriod", json!(0));
    let told = "windows: the resource's own leave time to start (not read)";
    for (database, assumed) in [
        (vec![], true),
        (vec![daily.clone()], true),
        (vec![weekly.clone()], true),
        (vec![weekly.clone(), none], false),
        (vec![daily, weekly], false),
    ] {
        let estate = planned(&[], &database);
        let files = Files::new();
        let file = files.estate(&estate);
        let ran = run(&["check", "--inventory", &file, "--format", "json"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let copy = &report["copies"][0];
        let expected = if assumed { json!([told]) } else { json!([]) };
        assert_eq!(copy["assumptions"], expected, "{database:?}");
        assert_eq!(copy["verdict"], "feasible");
    }
    // A copy that no plan makes waits for no window.
    let files = Files::new();
    let file = files.estate(&Estate::rds());
    let ran = run(&["check", "--inventory", &file, "--format", "json"]);
    assert!(!ran.out.contains("windows:"), "{}", ran.out);
}
