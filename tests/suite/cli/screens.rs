//! What people see at the end of a run: the verdict and the exit code never say two things, and what is told is what helps.

use serde_json::json;

use super::Files;
use super::config::{LATER, PLANS, Place};
use crate::support::estate::*;
use crate::support::{Estate, run};

/// The last line that is not moved in: the verdict.
fn verdict(text: &str) -> &str {
    let mut lines = text.lines().rev();
    lines
        .find(|line| !line.is_empty() && !line.starts_with(' '))
        .unwrap()
}

const ONE: &[&str] = &["check", "--example", "field-notes-rds-before"];

#[test]
fn what_fails_and_is_waived_says_why_it_passes() {
    let waivers = ["source-key-not-shared", "vault-refuses-copy"].map(|check| {
        format!("[[waivers]]\ncheck = '{check}'\ncopy = '*'\nreason = 'x'\nexpires = {LATER}\n")
    });
    let ran = Place::new(&waivers.concat()).run(ONE);
    assert_eq!(ran.code, 0);
    let said = format!("what fails is waived until {LATER}: 1 of 1 copy blocked, 2 causes, ");
    assert!(verdict(&ran.out).starts_with(&said), "{}", ran.out);
    assert!(
        !ran.out.contains("error[") && ran.out.contains("waived[vault-refuses-copy]:"),
        "{}",
        ran.out
    );
    // One of the two counts, and stands last.
    let ran = Place::new(&waivers[0]).run(ONE);
    let place = |text: &str| ran.out.find(text).unwrap_or_else(|| panic!("{}", ran.out));
    assert!(place("waived[source-key-not-shared]") < place("error[vault-refuses-copy]"));
    assert!(verdict(&ran.out).starts_with("blocked: 1 of 1 copy, 2 causes"));
    assert_eq!(ran.code, 1);
}

#[test]
fn what_a_change_leaves_as_it_was_is_a_line() {
    let files = Files::new();
    let key = |state: &str| {
        let key = "arn:aws:kms:us-east-1:111122223333:key/00000002-aaaa-4bbb-8ccc-111122223333";
        let overlay = json!({"accounts": [{"account": "111122223333", "regions": [{"region": "us-east-1",
            "keys": [{"Arn": key, "KeyState": state}]}]}]});
        files.write(&format!("{state}.json"), &overlay.to_string())
    };
    let args = |overlay| ["check", "--example", "organization", "--overlay", overlay];
    let enabled = key("Enabled");
    let all = run(&[&args(&enabled)[..], &["--all"]].concat());
    assert_eq!(all.code, 1);
    assert!(all.out.contains("retention-outside"), "{}", all.out);
    let ran = run(&args(&enabled));
    assert_eq!(
        verdict(&ran.out),
        "nothing worse than before: 17 copies: 5 feasible, 1 undecided, 11 blocked before and still (--all counts them) (facts of 2026-11-22)"
    );
    assert_eq!(ran.code, 0);
    assert!(!ran.out.contains("retention-outside"), "{}", ran.out);
    let disabled = key("Disabled");
    let ran = run(&args(&disabled));
    assert_eq!(
        verdict(&ran.out),
        "17 copies: 1 feasible, 1 undecided, 15 blocked, 11 of them before and still; 1 change unblocks 4 (facts of 2026-11-22)"
    );
    assert!(
        ran.out.contains("error[key-unusable]") && !ran.out.contains("retention-outside"),
        "{}",
        ran.out
    );
}

#[test]
fn what_is_feasible_and_fails_says_why() {
    let files = Files::new();
    let action = format!("{SOURCE}/plans/0/BackupPlan/Rules/0/CopyActions/0/Lifecycle");
    let file = files.estate(&Estate::rds().planned().without(&action));
    let check = ["check", "--inventory", &file];
    assert_eq!(run(&check).code, 0);
    let ran = run(&[&check[..], &["--strict"]].concat());
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        verdict(&ran.out).starts_with("failing: 1 of 1 copy feasible, 1 warning; --strict counts"),
        "{}",
        ran.out
    );
    let levels = "[checks.copy-inherits-expiry]\nlevel = 'error'\n";
    let ran = Place::new(levels).run(&check);
    assert!(
        ran.code == 1
            && verdict(&ran.out)
                .contains("copy-inherits-expiry is an error by the configuration (facts of "),
        "{}",
        ran.out
    );
}

/// Without the facts the copy is undecided either way, and that the plan takes the key's share away is all that is known.
#[test]
fn a_plan_that_opens_what_was_known_is_worse_though_all_is_undecided() {
    let plan = format!("{PLANS}/narrowed-key/plan.json");
    let ran = run(&["check", "--terraform-plan", &plan]);
    assert_eq!(ran.code, 3, "{}", ran.out);
    assert!(
        ran.out.contains("1 worse, 0 new, 0 better, 0 same"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("source-key-not-shared"), "{}", ran.out);
}

#[test]
fn an_account_that_is_not_in_the_facts_is_one_unknown() {
    let files = Files::new();
    let mut estate = Estate::rds();
    let accounts = estate.0["accounts"].as_array_mut().unwrap();
    accounts.retain(|account| account["account"] != TO);
    let ran = run(&["check", "--inventory", &files.estate(&estate)]);
    assert_eq!(ran.out.matches("undecided[").count(), 1, "{}", ran.out);
    let says = format!("undecided[not read]: nothing was read of account {TO}: ");
    assert!(ran.out.contains(&says), "{}", ran.out);
    assert!(
        ran.out
            .contains(" run this, then give --inventory more.json beside the other facts:\n    backup-preflight collect --output more.json --region us-east-2\n"),
        "{}",
        ran.out
    );
}

#[test]
fn a_role_that_nobody_could_assume_is_not_told_to_assume_itself() {
    let files = Files::new();
    let mut estate = Estate::rds();
    let accounts = estate.0["accounts"].as_array_mut().unwrap();
    accounts.retain(|account| account["account"] != TO);
    let role = format!("arn:aws:iam::{TO}:role/Read");
    estate.0["gaps"] = json!([{"account": TO, "region": null, "operation": "sts:AssumeRole", "subject": role,
        "error": "AccessDenied", "permission": "sts:AssumeRole"}]);
    let ran = run(&["check", "--inventory", &files.estate(&estate)]);
    assert!(
        ran.out
            .contains(&format!("settle: let your caller assume {role}: ")),
        "{}",
        ran.out
    );
}

#[test]
fn a_deny_that_is_narrowed_shows_what_goes_and_all_that_comes() {
    let files = Files::new();
    let all = |effect: &str, action: &str| json!({"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]});
    let overlay = json!({"accounts": [{"account": "111222333444", "service_control_policies": [[
        {"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Document": all("Allow", "*")},
        {"Id": "p-1", "Name": "NoCopy", "Document": all("Deny", "backup:CopyIntoBackupVault")}]]}]});
    let overlay = files.write("overlay.json", &overlay.to_string());
    let check = [
        "check",
        "--example",
        "field-notes-rds",
        "--overlay",
        &overlay,
    ];
    let text = run(&check).out;
    for line in [
        "           - Deny backup:CopyIntoBackupVault\n",
        "           + Deny backup:CopyIntoBackupVault  on all but arn:aws:backup:us-east-1:666777888999:backup-vault:targetbackupvault, if ",
    ] {
        assert!(text.contains(line), "{text}");
    }
    let page = run(&[&check[..], &["--format", "markdown"]].concat()).out;
    assert!(
        page.contains("```diff\n- {") && page.contains("\n+   \"NotResource\": "),
        "{page}"
    );
}

#[test]
fn a_vault_whose_name_is_a_slip_is_not_made_without_a_word() {
    let text = run(&["check", "--example", "organization"]).out;
    for said in [
        "vault centrall (444455556666 us-east-1): did you mean central?",
        "; 3 changes unblock 10; RDS reports needs r5 and r6, or r7 and r8 (not provable) (facts of 2026-11-22)\n",
        "GetKeyPolicy denied\n",
        "assumed: policies and states of file systems, states of resources, table policy, backup and maintenance windows: not read (-v shows which)\n",
    ] {
        assert!(text.contains(said), "{text}");
    }
    let report = run(&["check", "--example", "organization", "--format", "json"]).out;
    for said in [
        "create the vault `centrall` on a customer managed key, unless `central` is meant, which is there",
        "copy into `central` instead of into `centrall`",
    ] {
        assert!(report.contains(said));
    }
}

#[test]
fn what_is_not_proven_is_not_said_to_fix() {
    let files = Files::new();
    let mut estate = Estate::rds().set(
        &format!("{RESOURCE_KEY}/Policy"),
        json!({"Version": "2012-10-17", "Statement": []}),
    );
    let accounts = estate.0["accounts"].as_array_mut().unwrap();
    accounts.retain(|account| account["account"] != TO);
    let ran = run(&["check", "--inventory", &files.estate(&estate)]);
    assert!(
        verdict(&ran.out).contains(" for it, not provable from these facts; ")
            && verdict(&ran.out).contains(" checks stay undecided"),
        "{}",
        ran.out
    );
}

#[test]
fn what_only_people_can_do_stands_where_fixes_stand() {
    let text = run(&["check", "--example", "lagv-primer"]).out;
    assert!(
        text.contains("\n  fix    by hand: copy into a standard vault\n"),
        "{text}"
    );
    // Two copies of one volume are told apart.
    assert!(
        text.contains("EBS vol-0aaaaaaaaaaaaaaa2 → workload-air-gapped, EBS vol-0aaaaaaaaaaaaaaa2 → databunker"),
        "{text}"
    );
}

#[test]
fn ways_that_help_a_copy_each_are_taken_together() {
    let text = run(&["check", "--example", "lagv-primer"]).out;
    let line = |begins: &str| text.lines().filter(|line| line.starts_with(begins)).count();
    for begins in [
        "  fix    r3, in 111122223333: create the vault ",
        "         and r4, in 111122223333, after r3: copy in two steps: ",
        "         and 1 change like it: r5",
        "         or r1, in 111122223333: create a customer managed key ",
        "         and r2, in 111122223333, after r1: encrypt ",
    ] {
        assert_eq!(line(begins), 1, "{begins}: {text}");
    }
}

#[test]
fn what_is_by_hand_is_told_where_there_are_many_copies() {
    let text = run(&["check", "--and-back", "--example", "field-notes-rds"]).out;
    assert!(text.contains("\n  by hand: "), "{text}");
    assert!(
        text.contains("the role `AWSBackupDefaultServiceRole` by hand"),
        "{text}"
    );
}

#[test]
fn what_no_single_answer_holds_is_read_by_collect() {
    let files = Files::new();
    let estate = Estate::rds().without("/accounts/0/service_control_policies");
    let text = run(&["check", "--inventory", &files.estate(&estate)]).out;
    let step = format!(
        "settle: with credentials of {FROM} and a profile of the management account run this, then give --inventory more.json beside the other facts; or --assume organization-policies-allow, where nobody may read them:\n    backup-preflight collect --output more.json --management-profile NAME\n"
    );
    assert!(text.contains(&step), "{text}");
    assert_eq!(text.matches("no call of AWS").count(), 0, "{text}");
}

#[test]
fn the_key_that_stands_above_is_not_repeated_in_aws_words() {
    let text = run(ONE).out;
    assert!(
        text.contains("AWS    \"The source snapshot KMS key […] does not exist"),
        "{text}"
    );
}

#[test]
fn what_an_audit_finds_names_the_change_and_says_nothing_twice() {
    let text = run(&["audit", "--example", "organization"]).out;
    for said in [
        "error[plan-copies-nowhere]: plan legacy (111122223333 us-east-1): selection `old` selects nothing\n",
        "fixed by r9, r10: create vault local-cmk, move plans to local-cmk\n",
        "5 vaults: 1 failing (local of 222233334444), 1 with warnings; 5 plans: 2 failing (legacy, weekly); ",
        "… 18 warnings more, of resources whose copies are blocked (-v shows all)\n",
    ] {
        assert!(text.contains(said), "{said}{text}");
    }
    let warned: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("vault-uses-aws-managed-key"))
        .collect();
    assert!(
        warned.iter().all(|line| !line.contains("arn:")),
        "{warned:#?}"
    );
}
