//! `--assume-at`: everything is decided as of a moment, in every command that decides, and every format says so.

use serde_json::{Value, json};

use super::{Files, json};
use crate::support::estate::*;
use crate::support::{Estate, run};

const BEFORE: &str = "2026-12-31T23:59:59Z";
const AFTER: &str = "2027-01-01T00:00:01Z";
const ASSUMED: &str = "time: it is 2027-01-01T00:00:01Z, as --assume-at says";

/// A database on a key whose material expires with the year, with a job that copied it.
fn expires() -> Estate {
    Estate::rds()
        .set(&format!("{RESOURCE_KEY}/ValidTo"), json!("2027-01-01T00:00:00Z"))
        .set(
            &format!("{SOURCE}/copy_jobs"),
            json!([{
                "CopyJobId": "j-1", "State": "COMPLETED", "SourceBackupVaultArn": PROD,
                "DestinationBackupVaultArn": CENTRAL, "IamRoleArn": ROLE, "ResourceType": "RDS",
                "SourceRecoveryPointArn": "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1",
                "ResourceArn": "arn:aws:rds:us-east-2:111122223333:db:orders",
                "CreationDate": "2026-12-15T06:00:00Z", "DestinationRecoveryPointLifecycle": {"DeleteAfterDays": 35},
            }]),
        )
}

fn report(command: &str, file: &str, at: &str, more: &[&str]) -> (Value, i32) {
    let args = [
        command,
        "--inventory",
        file,
        "--assume-at",
        at,
        "--format",
        "json",
    ];
    let ran = run(&[&args[..], more].concat());
    assert_ne!(ran.code, 2, "{}", ran.err);
    (json(&ran.out), ran.code)
}

#[test]
fn every_command_that_decides_does_so_as_of_the_moment() {
    let files = Files::new();
    let file = files.estate(&expires());
    for command in ["check", "audit"] {
        let (before, code) = report(command, &file, BEFORE, &[]);
        assert_eq!(
            (code, &before["summary"]["feasible"]),
            (0, &json!(1)),
            "{command}"
        );
        assert_eq!(before["assumed_at"], BEFORE);
        let (after, code) = report(command, &file, AFTER, &[]);
        assert_eq!(
            (code, &after["summary"]["blocked"]),
            (1, &json!(1)),
            "{command}"
        );
        assert_eq!(after["copies"][0]["checks"][0]["id"], "key-unusable");
        // When the facts were read is another question.
        assert_eq!(after["collected_at"], "2026-11-22T10:00:00Z");
    }
    for (at, agreed, completed) in [(BEFORE, 1, 0), (AFTER, 0, 1)] {
        let (found, _) = report("backtest", &file, at, &[]);
        let of = &found["summary"];
        assert_eq!(of["agreed"], agreed, "{at}");
        assert_eq!(of["blocked_but_completed"], completed, "{at}");
        assert_eq!(found["assumed_at"], at);
    }
    // The job is older than 30 days by then.
    let (found, _) = report("backtest", &file, "2027-02-01", &[]);
    assert_eq!(
        (&found["summary"]["jobs"], &found["summary"]["older"]),
        (&json!(0), &json!(1))
    );
    for (at, code, number) in [(BEFORE, 0, "before"), (AFTER, 1, "after")] {
        let folder = files.path(number).display().to_string();
        let ran = run(&[
            "fix",
            "--inventory",
            &file,
            "--dir",
            &folder,
            "--assume-at",
            at,
        ]);
        assert_eq!(ran.code, code, "{}", ran.err);
    }
    let (plain, _) = {
        let ran = run(&["check", "--inventory", &file, "--format", "json"]);
        (json(&ran.out), ran.code)
    };
    assert!(plain.get("assumed_at").is_none());
}

#[test]
fn a_change_is_judged_as_of_the_moment_too() {
    let files = Files::new();
    let file = files.estate(&expires());
    let overlay = files.write(
        "overlay.json",
        &json!({"schema": "backup-preflight/inventory/v1", "accounts": []}).to_string(),
    );
    let (found, code) = report("check", &file, AFTER, &["--overlay", &overlay]);
    assert_eq!(code, 0);
    assert_eq!(found["copies"][0]["change"], "same");
    assert_eq!(found["copies"][0]["was"], "blocked");
}

#[test]
fn a_waiver_is_over_once_its_last_day_has_passed() {
    let files = Files::new();
    let file = files.estate(&expires());
    let config = files.write(
        "waivers.toml",
        "[[waivers]]\ncheck = 'key-unusable'\ncopy = '*'\nreason = 'a new key comes'\nexpires = 2027-01-31\n",
    );
    for (at, code, fate) in [
        // That the material will expire is warned of.
        (BEFORE, 0, "used"),
        (AFTER, 0, "used"),
        ("2027-01-31", 0, "used"),
        ("2027-01-31T23:59:59Z", 0, "used"),
        ("2027-02-01", 1, "expired"),
        // The day is that of UTC.
        ("2027-02-01T00:30:00+01:00", 0, "used"),
    ] {
        let (found, ended) = report("check", &file, at, &["--config", &config]);
        assert_eq!(
            (ended, &found["waivers"][0]["fate"]),
            (code, &json!(fate)),
            "{at}"
        );
    }
}

#[test]
fn every_format_says_so() {
    let files = Files::new();
    let file = files.estate(&expires());
    for format in [
        "table", "markdown", "github", "sarif", "junit", "html", "mermaid",
    ] {
        let ran = run(&[
            "check",
            "--inventory",
            &file,
            "--assume-at",
            AFTER,
            "--format",
            format,
        ]);
        assert_eq!(ran.code, 1, "{}", ran.err);
        let text = ran.out.replace("&#45;", "-").replace('\\', "");
        assert!(text.contains(ASSUMED), "{format}: {text}");
    }
    let ran = run(&[
        "check",
        "--inventory",
        &file,
        "--assume-at",
        AFTER,
        "--format",
        "ndjson",
    ]);
    let last = json(ran.out.lines().last().unwrap());
    assert_eq!(last["assumed_at"], AFTER);
    let ran = run(&["backtest", "--inventory", &file, "--assume-at", AFTER]);
    assert!(ran.out.contains(AFTER), "{}", ran.out);
}

#[test]
fn what_is_no_moment_is_refused() {
    for text in ["tomorrow", "2027-02-30", "2027-01-01T00:00:00", ""] {
        let ran = run(&["check", "--example", "organization", "--assume-at", text]);
        assert_eq!(ran.code, 2);
        assert!(ran.err.contains("expected RFC 3339"), "{}", ran.err);
    }
}

/// A file that was read earlier says nothing of what holds now, and neither does what lies on the facts.
#[test]
fn an_earlier_file_beside_the_facts_does_not_turn_the_clock_back() {
    let deny = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Deny", "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*",
        "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-11-21T00:00:00Z"}},
    }]});
    let policy = "/accounts/1/regions/0/vaults/0/AccessPolicy/Statement/1";
    let estate = Estate::rds()
        .set("/collected_at", json!("2026-11-22T10:00:00Z"))
        .push(
            policy.rsplit_once('/').unwrap().0,
            deny["Statement"][0].clone(),
        );
    let files = Files::new();
    let now = files.estate(&estate);
    let earlier = files.write(
        "earlier.json",
        &json!({
            "schema": "backup-preflight/inventory/v1", "collected_at": "2026-11-20T10:00:00Z",
            "accounts": [{"account": FROM, "tag_policy": null}],
        })
        .to_string(),
    );
    let alone = run(&["check", "--inventory", &now]);
    assert_eq!(alone.code, 1, "{}", alone.out);
    for more in [["--inventory", &earlier], ["--overlay", &earlier]] {
        let ran = run(&[&["check", "--inventory", &now, "--all"], &more[..]].concat());
        assert_eq!(ran.code, 1, "{more:?} {}{}", ran.out, ran.err);
    }
    let ran = run(&[
        "check",
        "--inventory",
        &earlier,
        "--inventory",
        &now,
        "--format",
        "json",
    ]);
    let report = json(&ran.out);
    assert_eq!(report["collected_at"], "2026-11-20T10:00:00Z");
}
