//! Findings whose level is an error, before and after a change; and what an audit says of plans and of places nobody looked at.

use serde_json::{Value, json};

use super::{Files, json};
use crate::support::estate::*;
use crate::support::{Estate, Ran, run};

const ERROR: &str = "[checks.resource-not-copied-out]\nlevel = \"error\"\n";
const LEDGER: &str = "arn:aws:rds:us-east-2:111122223333:db:ledger";

/// A second database with these tags; without any, nobody read them.
fn with_ledger(tags: Option<Value>) -> Estate {
    let estate = Estate::rds().planned();
    let mut other = estate.at(RESOURCE).clone();
    other["ResourceArn"] = LEDGER.into();
    match tags {
        Some(tags) => other["Tags"] = tags,
        None => drop(other.as_object_mut().unwrap().remove("Tags")),
    }
    estate.push(&format!("{SOURCE}/resources"), other)
}

/// An audit of the second inventory, which the first becomes by a change: by a baseline, and by an overlay.
fn changed(before: &Estate, after: &Estate, config: &str, more: &[&str]) -> [Ran; 2] {
    let files = Files::new();
    let config = files.write("config.toml", config);
    let base = files.write("before.json", &before.0.to_string());
    let then = files.write("after.json", &after.0.to_string());
    let report = run(&[
        "audit",
        "--no-config",
        "--inventory",
        &base,
        "--format",
        "json",
    ]);
    let baseline = files.write("baseline.json", &report.out);
    let overlay = files.write(
        "overlay.json",
        &json!({"accounts": after.0["accounts"]}).to_string(),
    );
    let asked = |args: &[&str]| run(&[&["audit", "--config", &config], args, more].concat());
    [
        asked(&["--inventory", &then, "--baseline", &baseline]),
        asked(&["--inventory", &base, "--overlay", &overlay]),
    ]
}

fn codes(before: &Estate, after: &Estate, config: &str) -> [i32; 2] {
    changed(before, after, config, &[]).map(|ran| ran.code)
}

#[test]
fn what_a_change_brings_of_a_check_that_is_set_to_error_counts_and_what_was_so_before_does_not() {
    let base = Estate::rds().planned();
    let copied = with_ledger(Some(json!({"backup": "daily"})));
    let stays = with_ledger(Some(json!({"backup": "never"})));
    let open = with_ledger(None);
    for (before, after, code) in [
        (&base, &stays, 1),
        (&copied, &stays, 1),
        (&stays, &stays, 0),
        (&stays, &copied, 0),
        (&copied, &copied, 0),
        (&stays, &open, 0),
    ] {
        assert_eq!(codes(before, after, ERROR), [code; 2]);
    }
    assert_eq!(codes(&base, &stays, ""), [0; 2]);
    // An overlay cannot take the tags away that were read: only the baseline has it undecided.
    let [by_baseline, _] = codes(&copied, &open, ERROR);
    assert_eq!(by_baseline, 3);
    let [by_baseline, _] = codes(&open, &open, ERROR);
    assert_eq!(by_baseline, 0);
}

#[test]
fn a_copy_that_newly_warns_of_a_check_that_is_set_to_error_is_worse() {
    let config = "[checks.copy-inherits-expiry]\nlevel = \"error\"\n";
    let base = Estate::rds().planned();
    let action = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions/0/Lifecycle");
    let warns = base.clone().without(&action);
    for (before, after, code, change) in [
        (&base, &warns, 1, "worse"),
        (&warns, &warns, 0, "same"),
        (&warns, &base, 0, "better"),
    ] {
        for ran in changed(before, after, config, &["--format", "json"]) {
            assert_eq!(ran.code, code, "{}", ran.err);
            assert_eq!(json(&ran.out)["copies"][0]["change"], change);
        }
    }
    for ran in changed(&base, &warns, "", &["--format", "json"]) {
        assert_eq!(ran.code, 0);
        assert_eq!(json(&ran.out)["copies"][0]["change"], "same");
    }
}

#[test]
fn a_warning_that_is_set_to_error_is_one_in_every_format() {
    let files = Files::new();
    let stays = with_ledger(Some(json!({"backup": "never"})));
    let file = files.estate(&stays);
    let config = files.write("config.toml", ERROR);
    let told = |format: &[&str], config: &str| {
        let args = ["audit", "--inventory", &file, "--config", config];
        run(&[&args[..], format].concat()).out
    };
    let plain = files.write("plain.toml", "");
    for (format, error, warning) in [
        (
            &[][..],
            "error[resource-not-copied-out]:",
            "warning[resource-not-copied-out]:",
        ),
        (
            &["--format", "github"],
            "::error title=resource-not-copied-out",
            "::notice title=resource-not-copied-out",
        ),
        (
            &["--format", "markdown"],
            "| fail | `resource-not-copied-out`",
            "| warn | `resource-not-copied-out`",
        ),
        (
            &["--format", "junit"],
            "<failure message=\"resource-not-copied-out\" type=\"fail\"",
            "warn resource-not-copied-out",
        ),
    ] {
        let (raised, as_it_is) = (told(format, &config), told(format, &plain));
        assert!(raised.contains(error), "{format:?}: {raised}");
        assert!(!raised.contains(warning), "{format:?}: {raised}");
        assert!(as_it_is.contains(warning), "{format:?}: {as_it_is}");
        assert!(!as_it_is.contains(error), "{format:?}: {as_it_is}");
    }
    let level = |config: &str| {
        let log = json(&told(&["--format", "sarif"], config));
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let mut results = results.into_iter();
        let found = results.find(|one| one["ruleId"] == "resource-not-copied-out");
        found.unwrap()["level"].clone()
    };
    assert_eq!(
        (level(&config), level(&plain)),
        (json!("error"), json!("note"))
    );
    let report = json(&told(&["--format", "json"], &config));
    let check = &report["resources"][0]["checks"][0];
    assert_eq!(
        (&check["outcome"], &check["level"], &report["exit_code"]),
        (&json!("warn"), &json!("error"), &json!(1))
    );
    let all = report["resources"].as_array().unwrap().iter();
    let checks = all.flat_map(|one| one["checks"].as_array().unwrap());
    let errors = checks.filter(|check| check["level"] == "error").count();
    let resources = &report["summary"]["resources"];
    assert_eq!(resources["failing"], errors, "{resources}");
    let plainly = json(&told(&["--format", "json"], &plain));
    let check = &plainly["resources"][0]["checks"][0];
    assert_eq!(check.get("level"), None);
    // The sums go by it.
    let page = told(&["--format", "markdown"], &config);
    let says = format!("\nFails: `resource-not-copied-out` {errors}\n");
    assert!(page.contains(&says), "{page}");
    let word = if errors == 1 { "error" } else { "errors" };
    let says = format!("{errors} {word} by the configuration");
    assert!(page.contains(&says), "{page}");
    let log = told(&["--format", "github"], &config);
    let says = format!("fails: resource-not-copied-out ({errors})");
    assert!(log.contains(&says), "{log}");
    let html = told(&["--format", "html"], &config);
    assert!(!html.contains("Nothing blocks a copy"));
}

#[test]
fn the_table_says_who_has_a_copy_out_and_that_there_may_be_more_resources() {
    let files = Files::new();
    let blocked = Estate::rds()
        .planned()
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), Value::Null);
    for (estate, says) in [
        (
            &blocked,
            "of 1 resource 0 have a feasible copy out of their account, 1 has not",
        ),
        (
            &with_ledger(Some(json!({"backup": "daily"}))),
            "of 2 resources 2 have a feasible copy out of their account, 0 have not",
        ),
        (
            &blocked
                .clone()
                .without(&format!("{SOURCE}/resources_complete")),
            "1 has not; there may be more resources",
        ),
    ] {
        let ran = run(&["audit", "--no-config", "--inventory", &files.estate(estate)]);
        let words: Vec<&str> = ran.out.split_whitespace().collect();
        assert!(words.join(" ").contains(says), "{}", ran.out);
    }
}

#[test]
fn coverage_is_not_complete_where_an_account_or_a_list_was_not_looked_at() {
    let whole = Estate::rds().planned();
    let gap = |account: &str, region: Value, operation: &str, subject: &str| {
        let gap = json!({"account": account, "region": region, "operation": operation, "subject": subject,
                         "error": "AccessDenied", "permission": operation});
        whole.clone().set("/gaps", json!([gap]))
    };
    let complete = |estate: &Estate| {
        let files = Files::new();
        let file = files.estate(estate);
        let ran = run(&[
            "audit",
            "--no-config",
            "--inventory",
            &file,
            "--format",
            "json",
        ]);
        json(&ran.out)["coverage"]["complete"].clone()
    };
    assert_eq!(complete(&whole), true);
    let role = "arn:aws:iam::777788889999:role/reader";
    for open in [
        whole
            .clone()
            .push("/accounts", json!({"account": "777788889999"})),
        whole.clone().push(
            "/accounts",
            json!({"account": "777788889999", "regions": []}),
        ),
        gap("777788889999", Value::Null, "sts:AssumeRole", role),
        gap(
            "999988887777",
            Value::Null,
            "organizations:ListAccounts",
            "999988887777",
        ),
        gap(
            FROM,
            json!("us-east-2"),
            "rds:DescribeDBInstances",
            "111122223333/us-east-2",
        ),
    ] {
        assert_eq!(complete(&open), false, "{}", open.0["gaps"]);
    }
    let of_plans = gap(
        FROM,
        json!("us-east-2"),
        "backup:ListBackupVaults",
        "111122223333/us-east-2",
    );
    assert_eq!(complete(&of_plans), true);
}

#[test]
fn a_plan_that_fails_for_a_further_reason_is_worse() {
    let base = Estate::rds().planned();
    let selection = |name: &str| {
        json!({"SelectionName": name, "IamRoleArn": ROLE, "Resources": [], "ListOfTags": [
            {"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": name}
        ]})
    };
    let all = format!("{SOURCE}/plans/0/Selections");
    let one = base.clone().push(&all, selection("z"));
    let two = one.clone().push(&all, selection("y"));
    for (before, after, code) in [
        (&base, &one, 1),
        (&one, &one, 0),
        (&one, &two, 1),
        (&two, &one, 0),
    ] {
        assert_eq!(codes(before, after, ""), [code; 2]);
    }
    let files = Files::new();
    let file = files.estate(&one);
    // A plan of the same id in another Region fails, too.
    let mut region = one.at(SOURCE).clone();
    region["region"] = json!("us-west-2");
    for list in ["vaults", "keys", "resources"] {
        region[list] = json!([]);
    }
    let both = one.clone().push("/accounts/0/regions", region);
    let both = files.write("both.json", &both.0.to_string());
    for (file, subject, code) in [
        (&file, "arn:aws:backup:*:111122223333:backup-plan:p-1", 0),
        (&file, "p-1", 0),
        (&file, "arn:aws:backup:*:444455556666:backup-plan:p-1", 1),
        (&both, "arn:aws:backup:*:111122223333:backup-plan:p-1", 0),
        (
            &both,
            "arn:aws:backup:us-east-2:111122223333:backup-plan:p-1",
            1,
        ),
        (&both, "p-1", 1),
    ] {
        let waiver = format!(
            "[[waivers]]\ncheck = \"plan-copies-nowhere\"\nsubject = \"{subject}\"\nreason = \"soon\"\nexpires = 2999-01-31\n"
        );
        let config = files.write("waiver.toml", &waiver);
        let ran = run(&["audit", "--inventory", file, "--config", &config]);
        assert_eq!(ran.code, code, "{subject}: {}", ran.out);
    }
}

/// The database has no copy out, as its plan copies nothing; a copy action for it copies a volume on the AWS managed key, too.
#[test]
fn a_copy_action_that_makes_another_copy_which_is_blocked_is_not_proven() {
    let remedy = |volume_key: Option<&str>| {
        let mut estate = with_ledger(Some(json!({"backup": "hourly"})));
        let mut plan = estate.at(&format!("{SOURCE}/plans/0")).clone();
        plan["BackupPlanId"] = "p-2".into();
        plan["BackupPlan"]["BackupPlanName"] = "hourly".into();
        plan["BackupPlan"]["Rules"][0]["CopyActions"] = json!([]);
        plan["Selections"][0]["Conditions"]["StringEquals"][0]["ConditionValue"] = "hourly".into();
        estate = estate.push(&format!("{SOURCE}/plans"), plan);
        if let Some(id) = volume_key {
            let mut volumes = Estate::ebs();
            if id == AWS_KEY {
                volumes = volumes.on_aws_managed_key("alias/aws/ebs");
            }
            let mut volume = volumes.at(RESOURCE).clone();
            volume["Tags"] = json!({"backup": "hourly"});
            let settings = format!("{SOURCE}/region_settings/ResourceTypeOptInPreference/EBS");
            estate = estate
                .push(&format!("{SOURCE}/resources"), volume)
                .set(&settings, json!(true))
                .set(
                    &format!("{SOURCE}/keys"),
                    volumes.at(&format!("{SOURCE}/keys")).clone(),
                );
        }
        let files = Files::new();
        let ran = run(&[
            "audit",
            "--no-config",
            "--inventory",
            &files.estate(&estate),
            "--format",
            "json",
        ]);
        let report = json(&ran.out);
        let remedies = report["remedies"].as_array().unwrap().clone();
        let mut remedies = remedies.into_iter();
        remedies
            .find(|remedy| remedy["kind"] == "add-copy-action")
            .unwrap_or_else(|| panic!("{}", ran.out))
    };
    assert_eq!(remedy(None)["proven"], true);
    let blocked = remedy(Some(AWS_KEY));
    assert_eq!(blocked["proven"], false, "{blocked}");
    let title = blocked["title"].as_str().unwrap();
    assert!(
        title.contains("then this copy is made too and is blocked: p-2/nightly/arn:aws:ec2:"),
        "{title}"
    );
}

#[test]
fn what_fails_by_the_configuration_is_named_whatever_it_is_of() {
    let lost = with_ledger(Some(json!({"backup": "never"})));
    for ran in changed(&Estate::rds().planned(), &lost, ERROR, &[]) {
        assert_eq!(ran.code, 1);
        let last = ran
            .out
            .lines()
            .rfind(|line| line.starts_with("failing:"))
            .unwrap_or_else(|| panic!("{}", ran.out));
        assert!(
            last.contains("resource-not-copied-out is an error by the configuration"),
            "{last}"
        );
        assert!(!ran.out.contains("--strict"), "{}", ran.out);
    }
}
