//! Other rules that take the same at the same time, or continuously.

use serde_json::{Value, json};

use super::{RULES, beside, planned, under_policy, verdict};
use crate::cli::Files;
use crate::plans::ORDERS;
use crate::support::estate::CENTRAL;
use crate::support::{Estate, run};

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
        let says = checks.contains("each of the next 60 times, and AWS Backup makes one backup");
        assert_eq!(says, expected == "undecided", "{others:?} {checks}");
        let with_window = checks.contains("or in a window of the resource itself");
        let is_with_it = window.is_some() && expected == "undecided";
        assert_eq!(with_window, is_with_it, "{others:?} {checks}");
    }
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

/// What another rule keeps longer, and copies to no such vault, is not copied those times.
#[test]
fn a_rule_that_another_outlives_some_of_the_times_is_warned_of() {
    let copied = |days: i64| json!([{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": days}}]);
    let on = |days: &str, within: i64, kept: i64, copies: Value| {
        json!({"RuleName": "longer", "TargetBackupVaultName": "prod", "ScheduleExpression": format!("cron(0 5 ? * {days} *)"),
            "StartWindowMinutes": within, "CompletionWindowMinutes": 10080, "Lifecycle": {"DeleteAfterDays": kept}, "CopyActions": copies})
    };
    let some = "makes a backup to copy 52 times";
    for (other, expected) in [
        (on("SUN", 60, 90, json!([])), Some(some)),
        (on("SUN", 60, 14, json!([])), None),
        // Of two that keep equally long nobody knows which is made.
        (on("SUN", 60, 30, json!([])), None),
    ] {
        let estate = planned(&[("Lifecycle", json!({"DeleteAfterDays": 30}))], &[]);
        let (found, checks) = verdict(&estate.set(&format!("{RULES}/1"), other.clone()));
        assert_eq!(found, "feasible", "{other} {checks}");
        match expected {
            Some(says) => assert!(checks.contains(says), "{other} {checks}"),
            None => assert!(
                !checks.contains("makes a backup to copy"),
                "{other} {checks}"
            ),
        }
    }
    // It makes the copy those times.
    let files = Files::new();
    let estate = planned(&[("Lifecycle", json!({"DeleteAfterDays": 30}))], &[]);
    let copies = on("SUN", 60, 90, copied(365));
    let file = files.estate(&estate.set(&format!("{RULES}/1"), copies));
    let ran = run(&["check", "--inventory", &file]);
    let is_told = ran.out.contains("makes a backup to copy");
    assert_eq!((ran.code, is_told), (0, false), "{}", ran.out);
    // It starts when the other's window is over.
    let estate = planned(&[("Lifecycle", json!({"DeleteAfterDays": 30}))], &[]);
    let mut near = on("SUN", 60, 90, json!([]));
    near["ScheduleExpression"] = json!("cron(0 4 ? * SUN *)");
    let (_, checks) = verdict(&estate.set(&format!("{RULES}/1"), near));
    assert!(!checks.contains("makes a backup to copy"), "{checks}");
}

#[test]
fn a_rule_that_a_window_keeps_some_of_the_times_is_warned_of() {
    let maintenance = |window: &str| {
        let window = [("PreferredMaintenanceWindow", json!(window))];
        verdict(&planned(&[], &window)).1
    };
    let checks = maintenance("sun:05:00-sun:07:00");
    assert!(checks.contains("makes a backup to copy 5"), "{checks}");
    assert!(
        checks.contains("of them a window of the resource itself"),
        "{checks}"
    );
    // Some of the hour is left.
    let checks = maintenance("sun:05:00-sun:05:30");
    assert!(!checks.contains("makes a backup to copy"), "{checks}");
}
