//! What is dated, and when the rule next starts.

use serde_json::{Value, json};

use super::{RULES, planned, verdict};
use crate::cli::Files;
use crate::support::estate::RESOURCE;
use crate::support::{Estate, run};

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
