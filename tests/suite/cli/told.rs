//! What a screen tells of the facts, of what is not known, of causes and of changes.

use serde_json::json;

use super::Files;
use super::config::PLANS;
use crate::support::estate::*;
use crate::support::{Estate, run};

fn check(estate: &Estate, more: &[&str]) -> String {
    let files = Files::new();
    let file = files.estate(estate);
    run(&[&["check", "--inventory", &file], more].concat()).out
}

#[test]
fn the_day_of_the_facts_stands_in_the_verdict() {
    let old = Estate::rds().set("/collected_at", json!("2019-01-01T00:00:00Z"));
    let nobody_says = Estate::rds().without("/collected_at");
    for (estate, day) in [(old, "2019-01-01"), (nobody_says, "an unknown day")] {
        let text = check(&estate, &[]);
        let said = format!("feasible: 1 of 1 copy (facts of {day})\n");
        assert!(text.contains(&said), "{text}");
        let text = check(&estate, &["--format", "github"]);
        assert!(text.contains(&format!(" (facts of {day})\n")), "{text}");
        let text = check(&estate, &["--format", "markdown"]);
        assert!(text.contains(day), "{text}");
    }
}

/// With tags, which a tag policy may refuse.
fn tagged() -> Estate {
    Estate::rds().set(&format!("{RESOURCE}/Tags"), json!({"team": "orders"}))
}

#[test]
fn what_could_only_warn_is_not_called_undecided() {
    let estate = tagged().without("/accounts/1/tag_policy");
    let text = check(&estate, &[]);
    assert!(text.contains("feasible: 1 of 1 copy"), "{text}");
    assert!(
        text.starts_with("not read: organizations:DescribeEffectivePolicy was not read for 444455556666: tag-policy-may-block could only warn\n"),
        "{text}"
    );
    assert!(!text.contains("undecided["), "{text}");
}

#[test]
fn what_is_assumed_says_of_what() {
    let text = run(&["check", "--example", "opstree-two-step"]).out;
    assert!(
        text.contains("assumed: the resource is available (not read) (3 copies)\n"),
        "{text}"
    );
    let text = run(&["check", "--example", "organization"]).out;
    assert!(
        text.contains("assumed: policies and states of file systems, states of resources, table policy, backup and maintenance windows: not read (-v shows which)\n"),
        "{text}"
    );
}

#[test]
fn what_decides_nothing_is_counted_and_its_checks_named() {
    let estate = tagged()
        .without("/accounts/1/tag_policy")
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), json!(null));
    let text = check(&estate, &[]);
    assert!(
        text.contains("… 1 unknown decides nothing yet, as what waits is blocked anyway (-v shows all): tag-policy-may-block\n"),
        "{text}"
    );
    assert!(!text.contains("settle:"), "{text}");
    assert!(check(&estate, &["-v"]).contains("settle:"));
}

#[test]
fn what_disagrees_in_several_accounts_is_told_once() {
    let files = Files::new();
    let levels = json!([[{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Document": {
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]]);
    let account = |id: &str| json!({"account": id, "service_control_policies": levels});
    let overlay = json!({"schema": "backup-preflight/inventory/v1",
        "accounts": [account("111122223333"), account("222233334444")]});
    let overlay = files.write("overlay.json", &overlay.to_string());
    let text = run(&[
        "check",
        "--example",
        "organization",
        "--overlay",
        &overlay,
        "--all",
    ])
    .out;
    assert_eq!(text.matches("[facts disagree]").count(), 1, "{text}");
    assert!(
        text.contains("undecided[facts disagree]: say which is right in 2 accounts: `service_control_policies` of 1 list, or `Path` of 3 levels: organization-policy-denies-copy waits for it in 17 copies, of which 11 are blocked anyway\n"),
        "{text}"
    );
    assert!(text.contains("; the same of 222233334444\n"), "{text}");
}

#[test]
fn facts_that_disagree_say_of_what_they_are() {
    let estate = Estate::rds().set(&format!("{RESOURCE}/Encrypted"), json!(false));
    let text = check(&estate, &[]);
    assert!(
        text.contains("undecided[facts disagree]: say which is right of `orders`: "),
        "{text}"
    );
}

#[test]
fn one_copy_of_several_causes_stands_once_and_its_changes_in_their_order() {
    let text = run(&["check", "--example", "field-notes-rds-before"]).out;
    assert_eq!(text.matches("\n  copy   ").count(), 1, "{text}");
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
    assert!(place("\n  copy   ") < place("\n  key    "), "{text}");
    assert!(place("  fix    r1, ") < place("  fix    r2, "), "{text}");
    assert!(text.ends_with("explain vault-refuses-copy\n"), "{text}");
}

#[test]
fn copies_of_one_cause_that_fail_for_different_reasons_are_told_apart() {
    let text = run(&["check", "--example", "lagv-primer"]).out;
    for (what, why) in [
        (
            "  why    EBS vol-0aaaaaaaaaaaaaaa2 → workload-air-gapped: ",
            "cannot go into a logically air-gapped vault",
        ),
        (
            "         EBS vol-0aaaaaaaaaaaaaaa2 → databunker: ",
            "cannot leave its account",
        ),
    ] {
        let line = text.lines().find(|line| line.starts_with(what));
        let line = line.unwrap_or_else(|| panic!("{what}: {text}"));
        assert!(line.contains(why), "{line}");
    }
}

#[test]
fn a_vault_in_between_that_is_there_is_named() {
    let text = run(&["check", "--example", "opstree-two-step"]).out;
    assert!(
        text.contains("\n         or through the vault `rds-intermediate`, which is there: `aws-managed-key-step-1` and then `aws-managed-key-step-2` are feasible\n"),
        "{text}"
    );
}

#[test]
fn a_change_shows_its_first_step() {
    let text = run(&["check", "--example", "aws-storage-blog"]).out;
    for said in [
        "\n         for the copy scenario-2-rds: give start-copy-job --destination-backup-vault-arn arn:aws:backup:us-east-2:444455556666:backup-vault:Crossaccount_copy_destination_vault\n",
        "\n         $ aws kms create-key, aws kms enable-key-rotation, aws kms create-alias (-v shows it)\n",
    ] {
        assert!(text.contains(said), "{said}{text}");
    }
    assert!(!text.contains("1 step ("), "{text}");
    let plan = format!("{PLANS}/lock-raised");
    let facts = format!("{PLANS}/../pull-request/facts.json");
    let file = format!("{plan}/plan.json");
    let text = run(&[
        "check",
        "--inventory",
        &facts,
        "--terraform-plan",
        &file,
        "--terraform-source",
        &plan,
    ])
    .out;
    assert!(text.contains("/main.tf:82: delete_after = 90\n"), "{text}");
    assert!(
        text.contains("\n  retention-outside-vault-lock: aws_backup_vault_lock"),
        "{text}"
    );
}

#[test]
fn two_copies_of_a_rule_are_told_by_how_long_they_are_kept() {
    let actions = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions");
    let estate = Estate::rds().planned();
    let mut other = estate.at(&format!("{actions}/0")).clone();
    other["Lifecycle"] = json!({"DeleteAfterDays": 120});
    let text = check(&estate.push(&actions, other), &[]);
    for kept in ["35 days", "120 days"] {
        let lines = text.lines().filter(|line| line.contains(kept));
        assert_eq!(lines.count(), 1, "{kept}: {text}");
    }
}

#[test]
fn a_plan_is_called_by_its_name() {
    let estate = Estate::rds()
        .planned()
        .set(&format!("{SOURCE}/plans/0/BackupPlanId"), json!("0b1c-2d"))
        .set(&format!("{DESTINATION_VAULT}/AccessPolicy"), json!(null));
    let name = estate.at(&format!("{SOURCE}/plans/0/BackupPlan/BackupPlanName"));
    let said = format!(" of plan {}\n", name.as_str().unwrap());
    let text = check(&estate, &[]);
    assert!(text.contains(&said), "{text}");
}

#[test]
fn a_copy_of_the_command_line_is_settled_by_options() {
    let files = Files::new();
    let estate = Estate::rds();
    let file = files.estate(&estate);
    let text = run(&[
        "check",
        "--inventory",
        &file,
        "--resource",
        "arn:aws:s3:::bucket",
        "--to",
        CENTRAL,
    ])
    .out;
    assert!(text.contains("settle: give --role ARN\n"), "{text}");
    assert!(!text.contains("`cli`"), "{text}");
    let locked = Estate::rds()
        .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
        .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(90))
        .set(
            &format!("{DESTINATION_VAULT}/MaxRetentionDays"),
            json!(null),
        );
    let more = [
        "--resource",
        DATABASE,
        "--to",
        CENTRAL,
        "--delete-after",
        "30",
    ];
    let text = check(&locked, &more);
    assert!(text.contains(": keep the copy for 90 days"), "{text}");
}

#[test]
fn a_file_of_another_kind_is_told_which_option_takes_it() {
    let files = Files::new();
    let plan = format!("{PLANS}/narrowed-key/plan.json");
    let template = files.write("stack.yaml", "Resources:\n  K: {Type: AWS::KMS::Key}\n");
    let report = files.write(
        "report.json",
        &json!({"schema": "backup-preflight/report/v2"}).to_string(),
    );
    let other = files.write("other.json", "x");
    for (option, file, said) in [
        (
            "--cloudformation",
            &plan,
            "a Terraform plan is given as --terraform-plan FILE",
        ),
        (
            "--terraform-plan",
            &template,
            "a CloudFormation template is given as --cloudformation FILE",
        ),
        (
            "--terraform-plan",
            &other,
            "not a Terraform plan: it is not JSON; expected what ",
        ),
        (
            "--inventory",
            &report,
            "; a report is given as --baseline FILE",
        ),
    ] {
        let ran = run(&["check", "--example", "field-notes-rds", option, file]);
        assert_eq!(ran.code, 2, "{option}: {}", ran.out);
        assert!(ran.err.contains(said), "{option}: {}", ran.err);
    }
}

#[test]
fn what_other_programs_have_is_told_by_what_stands_for_it() {
    for (words, said) in [
        (&["version"][..], "`--version` prints the version"),
        (&["chek"], "'check', 'schema'"),
        (&["check", "--dry-run"], "nothing here changes AWS"),
        (&["audit", "--fail-on", "x"], "`--strict`"),
        (&["check", "--exit-code"], "`--strict`"),
        (&["check", "--ignore", "x"], "`--baseline REPORT`"),
    ] {
        let ran = run(words);
        assert_eq!(ran.code, 2, "{words:?}");
        assert!(ran.err.contains(said), "{words:?}: {}", ran.err);
        assert!(!ran.err.contains("permissions"), "{words:?}: {}", ran.err);
    }
}

#[test]
fn a_plan_of_a_format_of_another_major_version_is_never_green() {
    let files = Files::new();
    let plan = std::fs::read_to_string(format!("{PLANS}/narrowed-key/plan.json")).unwrap();
    let mut plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    plan["resource_changes"] = json!([]);
    plan["planned_values"] = json!({"root_module": {}});
    let mut ends = |version: &str| {
        plan["format_version"] = version.into();
        let plan = files.write("plan.json", &plan.to_string());
        let ran = run(&[
            "check",
            "--example",
            "field-notes-rds",
            "--terraform-plan",
            &plan,
        ]);
        (ran.code, ran.out + &ran.err)
    };
    for known in ["0.2", "1.2", "1.9"] {
        let (code, text) = ends(known);
        assert_eq!(code, 0, "{known}: {text}");
    }
    for other in ["2.0", "10.1", "x"] {
        let (code, text) = ends(other);
        assert_eq!(code, 3, "{other}: {text}");
        assert!(
            text.contains("settle: plan again with a version of Terraform"),
            "{text}"
        );
        assert!(text.contains("; 0.1 to 1.2 are known"), "{text}");
    }
}

#[test]
fn what_a_gap_is_about_is_said_once() {
    let files = Files::new();
    let template = files.write(
        "stack.yaml",
        "Resources:\n  V:\n    Type: AWS::Backup::BackupVault\n    Properties:\n      BackupVaultNam: v1\n",
    );
    let check = |format| {
        let words = [
            "check",
            "--example",
            "field-notes-rds",
            "--cloudformation",
            &template,
            "--account",
            "111222333444",
            "--template-region",
            "us-east-1",
            "--format",
            format,
        ];
        run(&words).out
    };
    let text = check("github");
    let gap = text
        .lines()
        .find(|line| line.starts_with("gap ") && line.contains("`BackupVaultNam`"));
    let gap = gap.unwrap_or_else(|| panic!("{text}"));
    assert!(
        gap.contains(": cloudformation deploy; correct it ("),
        "{gap}"
    );
    assert_eq!(gap.matches("did you mean").count(), 1, "{gap}");
    let text = check("table");
    assert!(text.contains("settle: correct it ("), "{text}");
}
