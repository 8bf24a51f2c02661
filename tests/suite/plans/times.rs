//! When the backups of a rule start, against what keeps them from starting: other rules of the plan, and the windows of the resource.

use serde_json::{Value, json};

use super::ORDERS;
use super::organization::{policy, under};
use crate::cli::Files;
use crate::support::estate::{CENTRAL, RESOURCE};
use crate::support::{Estate, run};

const RULES: &str = "/accounts/0/regions/0/plans/0/BackupPlan/Rules";

/// What a backup policy of the organization says of a rule counts as what a plan says of it.
fn under_policy(fields: &Value, window: &str) -> Estate {
    let mut policy = policy();
    let plan = &mut policy["plans"]["OrgBackupPlanDaily"];
    plan["regions"] = json!(["us-east-2"]);
    let rule = &mut plan["rules"]["orgdailybackuprule"];
    let actions = rule["copy_actions"].as_object_mut().unwrap();
    actions.retain(|vault, _| vault == CENTRAL);
    let rule = rule.as_object_mut().unwrap();
    rule.remove("target_logically_air_gapped_backup_vault_arn");
    rule.extend(fields.as_object().unwrap().clone());
    let field = format!("{RESOURCE}/Detail/PreferredBackupWindow");
    under(policy).set(&field, json!(window))
}

/// The verdict on the one copy, and what its checks say.
fn verdict(estate: &Estate) -> (String, String) {
    let files = Files::new();
    let file = files.estate(estate);
    let ran = run(&["check", "--inventory", &file, "--format", "json"]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    let copies = report["copies"].as_array().unwrap();
    assert_eq!(copies.len(), 1, "{report}");
    let verdict = copies[0]["verdict"].as_str().unwrap().to_owned();
    (verdict, copies[0]["checks"].to_string())
}

/// A plan with one rule that copies, with these fields, of a database with these.
fn planned(rule: &[(&str, Value)], database: &[(&str, Value)]) -> Estate {
    let mut estate = Estate::rds().planned();
    for (field, value) in rule {
        estate = estate.set(&format!("{RULES}/0/{field}"), value.clone());
    }
    for (field, value) in database {
        estate = estate.set(&format!("{RESOURCE}/Detail/{field}"), value.clone());
    }
    estate
}

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
        (vec![], vec![daily("04:30-05:30")], "feasible"),
        (
            vec![("StartWindowMinutes", json!(120))],
            vec![daily("05:30-07:00")],
            "blocked",
        ),
        (
            vec![("StartWindowMinutes", json!(121))],
            vec![daily("05:30-07:00")],
            "feasible",
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
fn a_rule_that_starts_in_a_window_of_the_database_each_time_is_warned_of() {
    let daily = |window: &str| vec![("PreferredBackupWindow", json!(window))];
    let each_monday = ("ScheduleExpression", json!("cron(0 5 ? * MON *)"));
    let long = ("StartWindowMinutes", json!(480));
    let maintained = vec![("PreferredMaintenanceWindow", json!("mon:05:00-mon:05:30"))];
    for (rule, database, warned) in [
        (vec![long.clone()], daily("04:50-06:20"), true),
        (vec![], daily("04:30-05:30"), true),
        (vec![], daily("06:01-07:00"), false),
        (vec![each_monday, long.clone()], maintained.clone(), true),
        // The other days of the week nothing keeps it.
        (vec![long], maintained, false),
    ] {
        let (found, checks) = verdict(&planned(&rule, &database));
        assert_eq!(found, "feasible", "{rule:?} {database:?} {checks}");
        let says = checks.contains("no page says that AWS Backup tries again");
        assert_eq!(says, warned, "{rule:?} {database:?} {checks}");
    }
}

#[test]
fn the_windows_and_the_time_zone_of_a_backup_policy_count() {
    for (fields, window, expected) in [
        (json!({}), "05:30-07:00", "feasible"),
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

#[test]
fn what_aws_refuses_of_a_rule_of_a_backup_policy_leaves_it_open() {
    for (field, minutes) in [
        ("start_backup_window_minutes", "30"),
        ("start_backup_window_minutes", "an hour"),
        ("complete_backup_window_minutes", "60"),
        ("schedule_expression_timezone", "Mars/Olympus"),
    ] {
        let files = Files::new();
        let file = files.estate(&under_policy(&json!({field: minutes}), "01:00-02:00"));
        let ran = run(&["check", "--inventory", &file]);
        assert_eq!(ran.code, 3, "{field} {minutes}: {}", ran.out);
    }
}

/// Without a lifecycle a rule keeps its backups for good, and with -1, which AWS writes for it.
#[test]
fn a_rule_that_keeps_its_backups_for_good_makes_the_backups_of_those_that_do_not() {
    for (lifecycle, expected) in [
        (json!({"DeleteAfterDays": 7}), "feasible"),
        (json!({"DeleteAfterDays": -1}), "undecided"),
        (json!(null), "undecided"),
    ] {
        let estate = planned(&[("Lifecycle", json!({"DeleteAfterDays": 35}))], &[]);
        let mut other = estate.at(&format!("{RULES}/0")).clone();
        other["RuleName"] = json!("other");
        other["Lifecycle"] = lifecycle.clone();
        other.as_object_mut().unwrap().remove("CopyActions");
        let (found, checks) = verdict(&estate.set(&format!("{RULES}/1"), other));
        assert_eq!(found, expected, "{lifecycle} {checks}");
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

/// Beside another plan, whose rule makes continuous backups and no copies.
fn beside(estate: &Estate, change: &dyn Fn(&mut Value)) -> Estate {
    let plans = "/accounts/0/regions/0/plans";
    let mut other = estate.at(&format!("{plans}/0")).clone();
    other["BackupPlanId"] = json!("other");
    other.as_object_mut().unwrap().remove("BackupPlanArn");
    let rule = &mut other["BackupPlan"]["Rules"][0];
    rule["RuleName"] = json!("pitr");
    rule["EnableContinuousBackup"] = json!(true);
    rule["Lifecycle"] = json!({"DeleteAfterDays": 35});
    rule.as_object_mut().unwrap().remove("CopyActions");
    change(&mut other);
    estate.clone().push(plans, other)
}

/// Of continuous rules into one vault AWS Backup follows the one that keeps its backups longest, whichever plans they are of.
#[test]
fn a_continuous_rule_of_another_plan_into_the_same_vault_may_be_followed_instead() {
    let estate = |days: i64| {
        planned(
            &[
                ("EnableContinuousBackup", json!(true)),
                ("Lifecycle", json!({"DeleteAfterDays": days})),
            ],
            &[("PreferredBackupWindow", json!("09:00-09:30"))],
        )
    };
    type Change<'c> = &'c dyn Fn(&mut Value);
    let cases: [(&str, Change<'_>, i64, &str); 7] = [
        ("kept longer", &|_| {}, 7, "undecided"),
        ("kept as long", &|_| {}, 35, "undecided"),
        (
            "kept for less",
            &|plan| plan["BackupPlan"]["Rules"][0]["Lifecycle"] = json!({"DeleteAfterDays": 3}),
            7,
            "feasible",
        ),
        (
            "into another vault",
            &|plan| plan["BackupPlan"]["Rules"][0]["TargetBackupVaultName"] = json!("other"),
            7,
            "feasible",
        ),
        (
            "not continuous",
            &|plan| plan["BackupPlan"]["Rules"][0]["EnableContinuousBackup"] = json!(false),
            7,
            "feasible",
        ),
        (
            "of another database",
            &|plan| plan["Selections"][0]["Resources"] = json!([ORDERS.replace("orders", "other")]),
            7,
            "feasible",
        ),
        (
            "that takes nothing",
            &|plan| plan["Selections"] = json!([]),
            7,
            "feasible",
        ),
    ];
    for (what, change, days, expected) in cases {
        let (found, checks) = verdict(&beside(&estate(days), change));
        assert_eq!(found, expected, "{what}: {checks}");
        let says = checks.contains("and `pitr` of plan");
        assert_eq!(says, expected == "undecided", "{what}: {checks}");
    }
}

/// A policy of the organization makes plans of its own beside those of the account.
#[test]
fn a_continuous_rule_of_a_backup_policy_counts_beside_a_plan() {
    let continuous = json!({"enable_continuous_backup": "true", "lifecycle": {"delete_after_days": "35"}, "copy_actions": {}});
    let of_policy = under_policy(&continuous, "09:00-09:30");
    let policy = of_policy.at("/accounts/0/backup_policy").clone();
    let own = [
        ("EnableContinuousBackup", json!(true)),
        ("Lifecycle", json!({"DeleteAfterDays": 7})),
    ];
    let estate = planned(&own, &[("PreferredBackupWindow", json!("09:00-09:30"))])
        .set("/accounts/0/backup_policy", policy);
    let (found, checks) = verdict(&estate);
    assert_eq!(found, "undecided", "{checks}");
    assert!(checks.contains("`orgdailybackuprule` of plan"), "{checks}");
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

/// Of rules whose start windows overlap AWS Backup makes the backup of the one that keeps it longer.
#[test]
fn a_rule_that_another_outlives_each_time_may_make_no_backup() {
    let other = |schedule: &str, within: i64, kept: Value| {
        let mut rule = json!({"RuleName": "longer", "TargetBackupVaultName": "prod", "ScheduleExpression": schedule, "StartWindowMinutes": within,
            "CompletionWindowMinutes": 10080});
        if !kept.is_null() {
            rule["Lifecycle"] = kept;
        }
        rule
    };
    let days = |days: i64| json!({"DeleteAfterDays": days});
    for (other, expected) in [
        (other("cron(0 5 ? * * *)", 480, days(90)), "undecided"),
        (other("cron(0 5 ? * * *)", 480, Value::Null), "undecided"),
        (other("cron(0 3 ? * * *)", 121, days(90)), "undecided"),
        (other("cron(0 3 ? * * *)", 120, days(90)), "feasible"),
        (other("cron(59 5 ? * * *)", 60, days(90)), "undecided"),
        (other("cron(0 6 ? * * *)", 60, days(90)), "feasible"),
        // It keeps its backups for less, or starts on some days only.
        (other("cron(0 5 ? * * *)", 480, days(14)), "feasible"),
        (other("cron(0 5 ? * SUN *)", 480, days(90)), "feasible"),
    ] {
        let estate = Estate::rds().planned();
        let mut own = estate.at(&format!("{RULES}/0")).clone();
        own["Lifecycle"] = days(35);
        let estate = estate.set(RULES, json!([own, other]));
        let (found, checks) = verdict(&estate);
        assert_eq!(found, expected, "{CENTRAL}: {other} {checks}");
        assert_eq!(
            checks.contains("keeps it longer"),
            expected == "undecided",
            "{checks}"
        );
    }
}

/// Rules that overlap some starts each, and windows of the resource between them, may leave none.
#[test]
fn what_keeps_a_rule_from_starting_is_asked_of_all_together() {
    let other = |name: &str, days: &str, kept: i64| {
        json!({"RuleName": name, "TargetBackupVaultName": "prod", "ScheduleExpression": format!("cron(0 5 ? * {days} *)"),
            "StartWindowMinutes": 60, "CompletionWindowMinutes": 10080, "Lifecycle": {"DeleteAfterDays": kept}})
    };
    let on_monday = Some("mon:05:00-mon:07:00");
    for (others, window, expected) in [
        (
            vec![
                other("weekdays", "MON-FRI", 35),
                other("weekend", "SAT,SUN", 90),
            ],
            None,
            "undecided",
        ),
        (
            vec![other("weekdays", "MON-FRI", 35), other("sunday", "SUN", 90)],
            None,
            "feasible",
        ),
        // Of those that keep as long one is selected.
        (
            vec![
                other("weekdays", "MON-FRI", 7),
                other("weekend", "SAT,SUN", 90),
            ],
            None,
            "undecided",
        ),
        (vec![other("most", "TUE-SUN", 35)], on_monday, "undecided"),
        (vec![other("most", "WED-SUN", 35)], on_monday, "feasible"),
        (vec![other("most", "TUE-SUN", 3)], on_monday, "feasible"),
    ] {
        let database = window.map(|window| ("PreferredMaintenanceWindow", json!(window)));
        let kept = ("Lifecycle", json!({"DeleteAfterDays": 7}));
        let database: Vec<_> = database.into_iter().collect();
        let mut estate = planned(&[kept], &database);
        for rule in &others {
            estate = estate.push(RULES, rule.clone());
        }
        let (found, checks) = verdict(&estate);
        assert_eq!(found, expected, "{others:?} {checks}");
        let says = checks.contains("AWS Backup makes one backup");
        assert_eq!(says, expected == "undecided", "{others:?} {checks}");
        let with_window = checks.contains("or in a window of the resource itself");
        let is_with_it = window.is_some() && expected == "undecided";
        assert_eq!(with_window, is_with_it, "{others:?} {checks}");
    }
}

/// What is dated counts until the start that no rule that keeps its backups longer overlaps.
#[test]
fn what_is_dated_counts_until_the_first_start_that_is_the_rules_own() {
    let all = json!({"Effect": "Deny", "Action": "*", "Resource": "*",
        "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-11-23T12:00:00Z"}}});
    let deny = json!([{"PolicyName": "begins", "Document": {"Version": "2012-10-17", "Statement": [all]}}]);
    for (days, expected) in [("MON", "undecided"), ("TUE", "feasible")] {
        let estate = planned(&[("Lifecycle", json!({"DeleteAfterDays": 7}))], &[])
            .set("/accounts/0/roles/0/InlinePolicies", deny.clone());
        let mut longer = estate.at(&format!("{RULES}/0")).clone();
        longer["RuleName"] = json!("longer");
        longer["ScheduleExpression"] = json!(format!("cron(0 5 ? * {days} *)"));
        longer["Lifecycle"] = json!({"DeleteAfterDays": 35});
        longer.as_object_mut().unwrap().remove("CopyActions");
        let (found, checks) = verdict(&estate.push(RULES, longer));
        assert_eq!(found, expected, "{days}: {checks}");
    }
}

/// A year that is over, and a day that never comes.
#[test]
fn a_rule_that_never_starts_again_makes_no_backup_to_copy() {
    for (schedule, expected) in [
        ("cron(0 5 ? * * 2020)", "blocked"),
        ("cron(0 5 31 2 ? *)", "blocked"),
        ("cron(0 5 ? * * 2027)", "feasible"),
    ] {
        let (found, says) = verdict(&planned(
            &[("ScheduleExpression", json!(schedule))],
            &[("PreferredBackupWindow", json!("09:00-09:30"))],
        ));
        assert_eq!(found, expected, "{schedule}: {says}");
        assert_eq!(says.contains("never starts again"), expected == "blocked");
    }
}

/// Whether a recovery point has expired hangs on what time it is.
#[test]
fn that_a_recovery_point_has_not_expired_is_an_assumption_where_nobody_says_what_time_it_is() {
    let told = "recovery point: it has neither expired nor moved to cold storage (when it was read is not told)";
    let dated = Estate::rds_point().set(
        "/accounts/0/regions/0/recovery_points/0/CalculatedLifecycle",
        json!({"DeleteAt": "2020-11-02T00:00:00Z"}),
    );
    let undated = dated.clone().without("/collected_at");
    for (estate, expected) in [(undated, json!([told])), (dated, json!([]))] {
        let files = Files::new();
        let file = files.estate(&estate);
        let ran = run(&["check", "--inventory", &file, "--format", "json"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(report["copies"][0]["assumptions"], expected);
    }
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

/// Of rules that would run at the same time AWS Backup selects one: where both make the same copy of the same, it is made.
#[test]
fn of_two_rules_that_keep_equally_long_at_the_same_time_one_makes_a_backup() {
    let elsewhere = CENTRAL.replace("central", "elsewhere");
    let same = |_: &mut Value| {};
    type Change<'c> = &'c dyn Fn(&mut Value);
    let cases: [(&str, Change<'_>, &str); 8] = [
        ("the very same", &same, "feasible"),
        (
            "ten minutes later",
            &|rule| rule["ScheduleExpression"] = json!("cron(10 5 ? * * *)"),
            "feasible",
        ),
        (
            "into another vault",
            &|rule| rule["TargetBackupVaultName"] = json!("other"),
            "undecided",
        ),
        (
            "kept for another time",
            &|rule| rule["CopyActions"][0]["Lifecycle"] = json!({"DeleteAfterDays": 40}),
            "undecided",
        ),
        (
            "copied elsewhere",
            &|rule| rule["CopyActions"][0]["DestinationBackupVaultArn"] = json!(elsewhere),
            "undecided",
        ),
        (
            "copied nowhere",
            &|rule| rule["CopyActions"] = json!([]),
            "undecided",
        ),
        (
            "copied nowhere, at another time",
            &|rule| {
                rule["CopyActions"] = json!([]);
                rule["ScheduleExpression"] = json!("cron(0 17 ? * * *)");
            },
            "feasible",
        ),
        (
            "copied nowhere, on Sundays alone",
            &|rule| {
                rule["CopyActions"] = json!([]);
                rule["ScheduleExpression"] = json!("cron(0 5 ? * SUN *)");
            },
            "feasible",
        ),
    ];
    for (what, change, expected) in cases {
        let estate = Estate::rds().planned();
        let mut other = estate.at(&format!("{RULES}/0")).clone();
        other["RuleName"] = json!("other");
        change(&mut other);
        let files = Files::new();
        let file = files.estate(&estate.push(RULES, other));
        let ran = run(&["check", "--inventory", &file, "--format", "json"]);
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let copies = report["copies"].as_array().unwrap();
        let own = copies
            .iter()
            .find(|copy| copy["id"].as_str().unwrap().starts_with("p-1/nightly/"));
        let own = own.unwrap();
        assert_eq!(own["verdict"], expected, "{what}: {own}");
        let says = own["checks"].to_string();
        assert_eq!(
            says.contains("one backup, for one of them"),
            expected == "undecided",
            "{what}: {says}"
        );
    }
}

/// What happens on working days alone is not taken for each day because sixty starts of an hourly rule do not get over one week.
#[test]
fn an_hourly_rule_is_looked_at_for_more_than_a_week() {
    for (schedule, expected) in [
        ("cron(30 * ? * MON-FRI *)", "feasible"),
        ("cron(30 * ? * * *)", "undecided"),
    ] {
        let estate = planned(
            &[
                ("ScheduleExpression", json!("cron(0 * ? * * *)")),
                ("Lifecycle", json!({"DeleteAfterDays": 7})),
            ],
            &[],
        );
        let mut other = estate.at(&format!("{RULES}/0")).clone();
        other["RuleName"] = json!("longer");
        other["ScheduleExpression"] = json!(schedule);
        other["Lifecycle"] = json!({"DeleteAfterDays": 35});
        other.as_object_mut().unwrap().remove("CopyActions");
        let estate = estate
            .push(RULES, other)
            .set("/collected_at", json!("2026-11-23T00:00:00Z"));
        let (found, checks) = verdict(&estate);
        assert_eq!(found, expected, "{schedule}: {checks}");
    }
}

/// Whoever changes a policy or imports a key's material again before a rule starts changes the answer.
#[test]
fn what_is_dated_counts_as_of_when_the_rule_next_starts() {
    let until = |date: &str| json!({"DateLessThan": {"aws:CurrentTime": date}});
    let deny = |condition: Value| {
        let all = json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition});
        json!([{"PolicyName": "ends", "Document": {"Version": "2012-10-17", "Statement": [all]}}])
    };
    let inline = "/accounts/0/roles/0/InlinePolicies";
    let seconds = json!({"NumericGreaterThan": {"aws:EpochTime": "1795392000"}});
    for (what, at, value, rule, expected) in [
        (
            "a deny that begins before",
            inline,
            deny(seconds.clone()),
            "cron(0 5 ? * * *)",
            "undecided",
        ),
        (
            "a deny that ended",
            inline,
            deny(until("2026-11-22T00:00:00Z")),
            "cron(0 5 ? * * *)",
            "feasible",
        ),
        (
            "a deny that ends before",
            inline,
            deny(until("2026-11-23T00:00:00Z")),
            "cron(0 5 ? * * *)",
            "undecided",
        ),
        (
            "a deny that ends after",
            inline,
            deny(until("2026-11-24T00:00:00Z")),
            "cron(0 5 ? * * *)",
            "blocked",
        ),
        // The last start of all is not taken for one that never comes.
        (
            "the last start",
            inline,
            deny(until("2026-11-23T00:00:00Z")),
            "cron(0 5 23 11 ? 2026)",
            "undecided",
        ),
        (
            "no deny, and the last start",
            inline,
            json!([]),
            "cron(0 5 23 11 ? 2026)",
            "feasible",
        ),
    ] {
        let estate = planned(&[("ScheduleExpression", json!(rule))], &[]).set(at, value);
        let (found, checks) = verdict(&estate);
        assert_eq!(found, expected, "{what}: {checks}");
        assert!(!checks.contains("never starts again"), "{what}: {checks}");
        let says = checks.contains("next starts its backups by 2026-11-23T06:00:00Z");
        assert_eq!(says, expected == "undecided", "{what}: {checks}");
    }
}

/// The facts are of 2026-11-22 10:00, and the rule starts at 05:00 within an hour.
#[test]
fn imported_material_that_expires_before_the_next_start_leaves_a_copy_open() {
    let own = "/accounts/0/regions/0/keys/0/ValidTo";
    let central = "/accounts/1/regions/0/keys/0/ValidTo";
    for (key, date, expected) in [
        (own, "2026-11-23T00:00:00Z", "undecided"),
        (central, "2026-11-23T00:00:00Z", "undecided"),
        (own, "2026-11-23T05:59:00Z", "undecided"),
        (own, "2026-11-23T06:01:00Z", "feasible"),
        (central, "2026-12-24T00:00:00Z", "feasible"),
        // A database's backup is on another key than that of the vault it goes into.
        (
            "/accounts/0/regions/0/keys/1/ValidTo",
            "2026-11-23T00:00:00Z",
            "feasible",
        ),
    ] {
        let estate = planned(&[], &[]).set(key, json!(date));
        let (found, checks) = verdict(&estate);
        assert_eq!(found, expected, "{key} {date}: {checks}");
        let is_warned = checks.contains(&format!("expires on {date}"));
        assert_eq!(
            is_warned,
            !key.contains("0/keys/1"),
            "{key} {date}: {checks}"
        );
        let says = checks.contains("next starts its backups by 2026-11-23T06:00:00Z");
        assert_eq!(says, expected == "undecided", "{key} {date}: {checks}");
    }
}

/// What a file system's backup is on is the vault's key; without the file system's own nothing is read.
#[test]
fn material_of_the_key_of_a_file_system_counts_too() {
    let key = "arn:aws:kms:us-east-2:111122223333:key/99999999-aaaa-4bbb-8ccc-000000000009";
    let open = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
        "Action": "kms:*", "Resource": "*"}]});
    for (date, expected) in [
        ("2026-11-23T00:00:00Z", "undecided"),
        ("2026-12-24T00:00:00Z", "feasible"),
    ] {
        let of_system = json!({"Arn": key, "KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT",
            "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "EXTERNAL", "ValidTo": date, "MultiRegion": false, "Aliases": [], "Policy": open, "Grants": []});
        let estate = Estate::efs()
            .planned()
            .set(&format!("{RESOURCE}/EncryptionKeyArn"), json!(key))
            .set(&format!("{RESOURCE}/Encrypted"), json!(true))
            .push("/accounts/0/regions/0/keys", of_system);
        let (found, checks) = verdict(&estate);
        assert_eq!(found, expected, "{date}: {checks}");
        assert!(
            checks.contains("the key of the resource"),
            "{date}: {checks}"
        );
    }
}
