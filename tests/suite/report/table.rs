//! The report for people.

use std::collections::BTreeSet;
use std::sync::Arc;

use backup_preflight::checks::{CHECKS, Decided, decide};
use backup_preflight::inventory::{Copy, Facts, Named, PlanReference, Start};
use backup_preflight::known::{Arn, Fact, Gap};
use backup_preflight::report::{NARROWEST, Options, Report, json, ndjson, render};
use backup_preflight::verdict::{Outcome, Status, Verdict};
use proptest::prelude::*;
use serde_json::json;

use super::support::{COMMAND, database, estate, read, remedies, report, turned_round, vault};

fn table(report: &Report) -> String {
    render(report, Options::default())
}

fn verbose(report: &Report) -> String {
    render(
        report,
        Options {
            verbose: true,
            ..Options::default()
        },
    )
}

/// The lines that are not to be pasted.
fn lines(report: &Report, text: &str) -> Vec<String> {
    let pasted: BTreeSet<_> = report
        .remedies
        .iter()
        .flat_map(|remedy| &remedy.commands)
        .flat_map(|command| command.lines())
        .collect();
    text.lines()
        .filter(|line| !pasted.contains(line))
        .map(str::to_owned)
        .collect()
}

fn without_colors(text: &str) -> String {
    regex::Regex::new("\u{1b}\\[[0-9;]*m")
        .unwrap()
        .replace_all(text, "")
        .into_owned()
}

/// The text with every run of spaces and line ends as one space, so that it can be searched across lines.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_first_line_is_the_verdict() {
    let text = table(&report(&estate(), &remedies()));
    assert_eq!(
        text.lines().next(),
        Some("4 copies: 2 blocked, 1 undecided, 1 feasible")
    );
}

#[test]
fn it_fits_whatever_the_width_but_for_what_is_pasted() {
    let report = report(&estate(), &remedies());
    for width in [NARROWEST, 60, 71, 80, 95, 96, 100, 140] {
        for verbose in [false, true] {
            let text = render(
                &report,
                Options {
                    width,
                    verbose,
                    color: false,
                },
            );
            for line in lines(&report, &text) {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
        }
    }
}

#[test]
fn each_copy_has_a_row_and_no_check_id_is_cut() {
    for width in [80, 100] {
        let text = render(
            &report(&estate(), &[]),
            Options {
                width,
                ..Options::default()
            },
        );
        let has = |start: &str, end: &str| {
            text.lines()
                .any(|line| line.starts_with(start) && line.ends_with(end))
        };
        assert!(
            has("UNDECIDED  hidden-stays", "? copy-route-unsupported"),
            "{text}"
        );
        assert!(
            has(
                "BLOCKED    orders-to-central",
                " ✗ retention-outside-vault-lock"
            ),
            "{text}"
        );
        assert!(has("FEASIBLE   users-stay", ""), "{text}");
        assert!(has("  ", " ✗ source-key-aws-managed"), "{text}");
    }
}

#[test]
fn a_blocked_copy_says_why_and_what_aws_would_say() {
    let text = flat(&table(&report(&estate(), &remedies())));
    let from = "BLOCKED orders-to-central: RDS orders 111122223333 us-east-2 prod → 444455556666 us-east-2 central";
    assert!(text.contains(from), "{text}");
    assert!(
        text.contains("✗ source-key-aws-managed: the backup is encrypted with the AWS managed key"),
        "{text}"
    );
    assert!(
        text.contains("AWS would say: The source snapshot KMS key"),
        "{text}"
    );
    assert!(text.contains("mended by: r1, r2, r10"), "{text}");
}

#[test]
fn an_undecided_check_names_the_call_the_error_and_the_permission() {
    let text = flat(&table(&report(&estate(), &[])));
    let expected = format!(
        "? key-unusable: not read: rds:DescribeDBInstances on {} in 111122223333 us-east-2; AWS answered AccessDenied; \
         it takes the permission rds:DescribeDBInstances",
        database("hidden")
    );
    assert!(text.contains(&expected), "{text}");
    assert!(
        text.contains("Permissions to read with in 111122223333: rds:DescribeDBInstances"),
        "{text}"
    );
}

#[test]
fn the_changes_stand_in_the_order_in_which_they_are_made() {
    let text = table(&report(&estate(), &remedies()));
    let at = |what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("no {what:?} in {text}"))
    };
    assert!(at("\nr10 share the key") < at("\nr1 encrypt"));
    assert!(at("\nr1 encrypt") < at("\nr2 or instead of r1: copy"));
    assert!(flat(&text).contains("orders; after r10"));
    assert!(text.contains("\n  proven: "));
    assert_eq!(text.matches("\n  not provable: ").count(), 2);
}

#[test]
fn remedies_that_wait_for_each_other_are_not_lost() {
    let mut remedies = remedies();
    remedies[2].requires = vec!["r1".to_owned()];
    let text = table(&report(&estate(), &remedies));
    for id in ["r1", "r2", "r10"] {
        assert!(text.contains(&format!("\n{id} ")), "{id}: {text}");
    }
}

#[test]
fn a_command_stands_as_it_is_at_any_width() {
    for width in [NARROWEST, 100] {
        for color in [false, true] {
            let text = render(
                &report(&estate(), &remedies()),
                Options {
                    width,
                    color,
                    verbose: true,
                },
            );
            assert!(text.contains(&format!("\n\n{COMMAND}\n")), "{text}");
        }
    }
}

#[test]
fn a_long_difference_waits_to_be_asked_for() {
    let report = report(&estate(), &remedies());
    assert!(!table(&report).contains("AllowAWSBackup"));
    assert!(table(&report).contains("1 statement added or changed"));
    let text = verbose(&report);
    assert!(text.contains("\n  -  \"Statement\": []\n"), "{text}");
    assert!(
        text.contains("\n  +      \"Sid\": \"AllowAWSBackup\",\n"),
        "{text}"
    );
}

#[test]
fn a_short_difference_is_shown() {
    let mut remedies = remedies();
    remedies[2].before =
        Some(json!({"Statement": [{"Effect": "Allow", "Action": "kms:CreateGrant"}]}));
    remedies[2].after = Some(
        json!({"Statement": [{"Effect": "Allow", "Action": ["kms:CreateGrant", "kms:DescribeKey"]}]}),
    );
    let text = table(&report(&estate(), &remedies));
    assert!(
        text.contains("\n  -      \"Action\": \"kms:CreateGrant\"\n"),
        "{text}"
    );
    assert!(
        text.contains("\n  +        \"kms:DescribeKey\"\n"),
        "{text}"
    );
}

#[test]
fn passes_are_shown_when_asked_for_with_what_was_seen() {
    let report = report(&estate(), &[]);
    assert!(!table(&report).contains('✓'));
    let text = flat(&verbose(&report));
    assert!(
        text.contains("✓ destination-vault-not-ready: the destination vault is available"),
        "{text}"
    );
    assert!(
        text.contains("backup-vault:central /VaultState: is AVAILABLE"),
        "{text}"
    );
    assert!(
        text.contains("- does not arise: air-gapped-vault-unsupported"),
        "{text}"
    );
    assert!(text.contains("the backup's key: arn:aws:kms:us-east-2:111122223333:key/99999999-2222-3333-4444-555555555555 (AWS managed)"));
    assert!(text.contains("kms:ListGrants on"), "{text}");
}

#[test]
fn colours_are_there_only_where_they_are_wanted_and_change_nothing_else() {
    let report = report(&estate(), &remedies());
    let plain = verbose(&report);
    assert!(!plain.contains('\u{1b}'));
    let colored = render(
        &report,
        Options {
            color: true,
            verbose: true,
            ..Options::default()
        },
    );
    assert!(
        colored.contains("\u{1b}[1m\u{1b}[31mBLOCKED\u{1b}[0m"),
        "{colored:?}"
    );
    assert_eq!(without_colors(&colored), plain);
}

#[test]
fn the_same_facts_give_the_same_text_in_whatever_order_they_came() {
    let mut shuffled = remedies();
    shuffled.reverse();
    let one = report(&estate(), &remedies());
    let other = report(&turned_round(&estate()), &shuffled);
    assert_eq!(verbose(&one), verbose(&other));
}

#[test]
fn copies_that_were_found_the_same_stand_together() {
    let mut estate = estate();
    let mut twin = estate["copies"][1].clone();
    twin["id"] = "users-again".into();
    estate["copies"].as_array_mut().unwrap().push(twin);
    let text = table(&report(&estate, &[]));
    let (first, second) = (
        text.find("BLOCKED users-again:").unwrap(),
        text.find("BLOCKED users-to-central:").unwrap(),
    );
    assert!(!text[first..second].contains('✗'), "{text}");
}

#[test]
fn one_copy_needs_no_grid() {
    let mut estate = estate();
    estate["copies"] = json!([estate["copies"][2]]);
    let text = table(&report(&estate, &[]));
    assert!(
        text.starts_with(
            "1 copy: 0 blocked, 0 undecided, 1 feasible\n\nFEASIBLE users-stay: RDS users"
        ),
        "{text}"
    );
    assert!(!text.contains('─'));
}

#[test]
fn no_copies_are_said_to_be_none() {
    let mut estate = estate();
    estate["copies"] = json!([]);
    assert!(table(&report(&estate, &[])).starts_with("no copies: there was nothing to decide\n"));
}

#[test]
fn what_a_terminal_would_obey_is_not_printed() {
    let mut estate = estate();
    estate["copies"][0]["id"] = "evil\u{1b}[2J\nFEASIBLE everything".into();
    let text = table(&report(&estate, &[]));
    assert!(!text.contains('\u{1b}'));
    assert!(!text.contains("\nFEASIBLE everything"), "{text}");
}

/// A copy that a plan makes, found so by each check.
fn planned(facts: &Facts<'_>, rule: &str) -> Copy {
    let arn = |text: &str| Arn::parse(text).unwrap();
    let named = Named {
        id: format!(
            "plan-1/{rule}/{}/{}",
            database("users"),
            vault("444455556666", "central")
        )
        .into(),
        resource: Some(arn(&database("users"))),
        recovery_point: None,
        source_vault: Some(arn(&vault("111122223333", "prod"))),
        destination_vault: arn(&vault("444455556666", "central")),
        role: Fact::Known(arn("arn:aws:iam::111122223333:role/copy")),
        lifecycle: Fact::Known(None),
        start: Start::Scheduled,
        plan: Some(PlanReference {
            made_by: None,
            id: "plan-1".to_owned(),
            rule: rule.to_owned(),
            selection: "all".to_owned(),
        }),
        assumptions: vec![
            "tags were not read: the plan is taken to choose the resource".to_owned(),
        ],
        copy_of: None,
    };
    Copy::new(named, facts)
}

#[test]
fn a_planned_copy_is_called_by_its_rule_and_says_what_was_taken_for_granted() {
    let inventory = read(&estate());
    let facts = Facts::new(&inventory);
    let decided: Vec<_> = ["daily", "weekly"]
        .map(|rule| decide(planned(&facts, rule), &facts))
        .into();
    let report = Report::new(&decided, &[], Vec::new(), None, &facts);
    let text = flat(&table(&report));
    assert!(
        text.contains("BLOCKED rule daily of plan plan-1: RDS users"),
        "{text}"
    );
    assert!(text.contains("id: plan-1/daily/arn:aws:rds"), "{text}");
    assert!(text.contains("Taken for granted - tags were not read: the plan is taken to choose the resource (2 copies)"));
    let value: serde_json::Value = serde_json::from_str(&json(&report)).unwrap();
    assert_eq!(
        value["copies"][0]["plan"],
        json!({"id": "plan-1", "rule": "daily", "selection": "all"})
    );
}

#[test]
fn a_warning_is_counted_and_shown_on_a_copy_that_is_feasible() {
    let inventory = read(&estate());
    let facts = Facts::new(&inventory);
    let outcomes = vec![(&CHECKS[0], Arc::new(Outcome::warn("it takes long")))];
    let decided = Decided {
        copy: planned(&facts, "daily"),
        outcomes,
        verdict: Verdict::Feasible,
    };
    let again = Decided {
        copy: planned(&facts, "weekly"),
        outcomes: Vec::new(),
        verdict: Verdict::Feasible,
    };
    let text = table(&Report::new(
        &[decided, again],
        &[],
        Vec::new(),
        None,
        &facts,
    ));
    assert!(
        text.starts_with("2 copies: 0 blocked, 0 undecided, 2 feasible, 1 warning\n"),
        "{text}"
    );
    assert!(
        text.contains(&format!("\n  ! {}: it takes long\n", CHECKS[0].id)),
        "{text}"
    );
}

fn outcome(status: Status, number: usize) -> Outcome {
    let gap = Gap {
        operation: format!("kms:Call{number}"),
        subject: "arn:aws:kms:us-east-2:111122223333:key/1".to_owned(),
        permission: format!("kms:Permission{number}"),
        ..Gap::default()
    };
    match status {
        Status::Pass => Outcome::pass("fine"),
        Status::Fail => Outcome::fail(format!("wrong {number}")),
        Status::Warn => Outcome::warn("hm"),
        Status::Undecided => Outcome::undecided("unknown", [gap]),
        Status::NotApplicable => Outcome::not_applicable("no"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_failing_or_undecided_check_is_in_every_format(
        statuses in prop::collection::vec(
            prop::collection::vec(
                prop::sample::select(vec![Status::Pass, Status::Fail, Status::Warn, Status::Undecided, Status::NotApplicable]),
                CHECKS.len(),
            ),
            1..4,
        ),
        width in NARROWEST..130,
    ) {
        let inventory = read(&estate());
        let facts = Facts::new(&inventory);
        let decided: Vec<_> = statuses
            .iter()
            .enumerate()
            .map(|(index, statuses)| {
                let outcomes: Vec<_> =
                    CHECKS.iter().zip(statuses).enumerate().map(|(number, (check, status))| (check, Arc::new(outcome(*status, number)))).collect();
                let verdict = Verdict::of(outcomes.iter().map(|(_, outcome)| (&**outcome, true)));
                Decided { copy: planned(&facts, &format!("rule-{index}")), outcomes, verdict }
            })
            .collect();
        let report = Report::new(&decided, &[], Vec::new(), None, &facts);
        let text = render(&report, Options { width, ..Options::default() });
        prop_assert!(lines(&report, &text).iter().all(|line| line.chars().count() <= width), "{width}: {text}");
        let value: serde_json::Value = serde_json::from_str(&json(&report)).unwrap();
        let by_line: Vec<serde_json::Value> = ndjson(&report).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (index, copy) in report.copies.iter().enumerate() {
            let heading = flat(&text);
            for check in copy.checks.iter().filter(|check| matches!(check.outcome, Status::Fail | Status::Undecided)) {
                let mark = if check.outcome == Status::Fail { "✗" } else { "?" };
                let item = format!("\n  {mark} {}:", check.id);
                prop_assert!(text.contains(&item), "{item} is not in {text}");
                prop_assert!(check.gaps.iter().all(|gap| heading.contains(&gap.permission) && heading.contains(&gap.operation)));
                for copies in [&value["copies"][index], &by_line[index]] {
                    let found = copies["checks"].as_array().unwrap().iter().any(|found| {
                        found["id"] == check.id && found["outcome"] == check.outcome.as_str()
                    });
                    prop_assert!(found, "{} is not in {copies}", check.id);
                }
            }
        }
        for gap in report.checks().flat_map(|check| &check.gaps) {
            prop_assert!(report.gaps.contains(gap));
        }
    }
}
