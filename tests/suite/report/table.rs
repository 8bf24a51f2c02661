//! The report for people.

use std::sync::Arc;

use backup_preflight::checks::{CHECKS, Decided, decide};
use backup_preflight::inventory::{Copy, Facts, Named, PlanReference, Start};
use backup_preflight::known::{Arn, Fact, Gap};
use backup_preflight::report::{NARROWEST, Options, Report, json, ndjson, render};
use backup_preflight::verdict::{Outcome, Status, Verdict};
use proptest::prelude::*;
use serde_json::json;

use super::support::{
    AMK, COMMAND, database, estate, everything, read, remedies, report, turned_round, vault,
};

fn table(report: &Report) -> String {
    render(report, &Options::default())
}

fn wide(width: Option<usize>) -> Options {
    Options {
        width,
        ..Options::default()
    }
}

fn verbose(report: &Report) -> String {
    render(
        report,
        &Options {
            verbose: true,
            ..Options::default()
        },
    )
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

/// One copy of the estate, alone.
fn alone(place: usize) -> serde_json::Value {
    let mut estate = estate();
    estate["copies"] = json!([estate["copies"][place]]);
    estate
}

/// The copy of which too little was read.
fn hidden() -> serde_json::Value {
    let mut estate = estate();
    let copies = estate["copies"].as_array_mut().unwrap();
    copies.retain(|copy| copy["id"] == "hidden-stays");
    estate
}

#[test]
fn the_verdict_stands_last() {
    let text = table(&report(&estate(), &remedies()));
    let last = text.lines().rev().find(|line| !line.starts_with(' '));
    let last = last.unwrap();
    assert!(
        last.starts_with("4 copies: 1 feasible, 1 undecided, 2 blocked by 4 causes"),
        "{text}"
    );
}

#[test]
fn a_blocked_copy_says_what_is_wrong_with_what_why_and_what_to_do() {
    let text = table(&report(&alone(0), &remedies()));
    let block = text
        .split("\n\n")
        .find(|block| block.contains("error[source-key-aws-managed]:"))
        .unwrap();
    let starts: Vec<String> = block
        .lines()
        .skip(2)
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .map(|line| line[..8].trim().to_owned())
        .collect();
    assert_eq!(starts, ["copy", "key", "why", "fix", "AWS"], "{block}");
    assert!(
        flat(block).contains(
            "copy RDS orders 111122223333/us-east-2/prod → 444455556666/us-east-2/central"
        ),
        "{block}"
    );
    assert!(block.contains(&format!("\n  key    {AMK}\n")), "{block}");
    let why = flat(block).split(" fix ").next().unwrap().to_owned();
    assert_eq!(
        why.matches(AMK).count(),
        1,
        "the key is named once: {block}"
    );
    assert!(
        flat(block).contains("AWS \"The source snapshot KMS key"),
        "{block}"
    );
    assert!(
        flat(&text).contains("blocked: 1 of 1 copy, 3 causes"),
        "{text}"
    );
}

#[test]
fn no_word_is_broken_and_a_long_one_stands_whole_on_its_line() {
    let report = report(&alone(0), &remedies());
    for width in [NARROWEST, 60, 80, 100, 140] {
        let text = render(&report, &wide(Some(width)));
        for subject in [AMK, &vault("444455556666", "central")] {
            assert!(
                text.lines().any(|line| line.contains(subject)),
                "{width}: {subject} in {text}"
            );
        }
        for line in text.lines().filter(|line| line.starts_with("  why")) {
            let words = line.split_whitespace().count();
            assert!(
                line.chars().count() <= width || words <= 2,
                "{width}: {line}"
            );
        }
    }
}

#[test]
fn nothing_is_wrapped_where_there_is_no_terminal() {
    let report = report(&alone(0), &remedies());
    let text = render(&report, &wide(None));
    let why = text.lines().filter(|line| line.starts_with("  why"));
    assert!(why.clone().count() > 0);
    let messages: Vec<String> = report
        .all_checks()
        .map(|check| check.found.message.replace(&format!(" `{AMK}`"), ""))
        .collect();
    for line in why {
        let said = line.trim_start_matches("  why").trim();
        assert!(
            messages.iter().any(|message| said.starts_with(&**message)),
            "{said}"
        );
    }
}

#[test]
fn an_unknown_is_told_by_its_cause_with_what_settles_it() {
    let text = flat(&table(&report(&hidden(), &[])));
    assert!(
        text.contains(
            "undecided[denied]: rds:DescribeDBInstances was denied in 111122223333 (AccessDenied): "
        ),
        "{text}"
    );
    assert!(text.contains("checks wait for it"), "{text}");
    assert!(
        text.contains(&format!(
            "settle: give the role that reads 111122223333 rds:DescribeDBInstances on {}",
            database("hidden")
        )),
        "{text}"
    );
    assert_eq!(
        text.matches("rds:DescribeDBInstances was denied").count(),
        1,
        "it is said once: {text}"
    );
    assert!(
        text.ends_with("undecided: 1 of 1 copy; nothing blocks it so far (facts of 2026-11-22)"),
        "{text}"
    );
}

#[test]
fn a_policy_is_shown_as_the_statements_that_are_added() {
    let text = table(&report(&alone(0), &remedies()));
    assert!(
        text.contains("           + Allow kms:CreateGrant, kms:DescribeKey"),
        "{text}"
    );
    assert!(
        !text.contains("\"Version\""),
        "the whole policy waits to be asked for: {text}"
    );
    let text = verbose(&report(&estate(), &remedies()));
    assert!(text.contains("\n  -  \"Statement\": []\n"), "{text}");
    assert!(
        text.contains("\n  +      \"Sid\": \"AllowAWSBackup\",\n"),
        "{text}"
    );
}

#[test]
fn the_next_command_is_given_where_there_is_something_to_write() {
    let next = Options {
        next: Some("backup-preflight fix --dir fixes --inventory facts.json".to_owned()),
        ..Options::default()
    };
    let text = render(&report(&estate(), &remedies()), &next);
    assert!(
        text.contains("  write them: backup-preflight fix --dir fixes --inventory facts.json\n")
            || text.contains("facts.json     each copy: -v"),
        "{text}"
    );
    assert!(!render(&report(&estate(), &[]), &next).contains("write"));
}

#[test]
fn the_changes_stand_in_the_order_in_which_they_are_made() {
    let text = verbose(&report(&estate(), &remedies()));
    let at = |what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("no {what:?} in {text}"))
    };
    assert!(
        at("\nr10, in 111122223333: share the key")
            < at("\nr1, in 111122223333, after r10: encrypt")
    );
}

#[test]
fn remedies_that_wait_for_each_other_are_not_lost() {
    let mut remedies = remedies();
    remedies[2].requires = vec!["r1".to_owned()];
    let text = verbose(&report(&estate(), &remedies));
    for id in ["r1", "r2", "r10"] {
        assert!(text.contains(&format!("\n{id}, in")), "{id}: {text}");
    }
}

#[test]
fn a_command_stands_as_it_is_at_any_width() {
    for width in [Some(NARROWEST), Some(100), None] {
        for color in [false, true] {
            let options = Options {
                width,
                color,
                verbose: true,
                next: None,
            };
            let text = render(&report(&estate(), &remedies()), &options);
            assert!(text.contains(&format!("\n\n{COMMAND}\n")), "{text}");
        }
    }
}

#[test]
fn passes_are_shown_when_asked_for_with_what_was_seen() {
    assert!(!table(&report(&estate(), &[])).contains("pass["));
    let text = flat(&verbose(&everything(&estate(), &[])));
    assert!(
        text.contains("pass[destination-vault-not-ready]: the destination vault is available"),
        "{text}"
    );
    assert!(
        text.contains("backup-vault:central /VaultState: is AVAILABLE"),
        "{text}"
    );
    assert!(text.contains("not applicable: "), "{text}");
    assert!(text.contains("key of the backup: arn:aws:kms:us-east-2:111122223333:key/99999999-2222-3333-4444-555555555555 (AWS managed)"), "{text}");
}

#[test]
fn colours_are_there_only_where_they_are_wanted_and_change_nothing_else() {
    let report = everything(&estate(), &remedies());
    let plain = verbose(&report);
    assert!(!plain.contains('\u{1b}'));
    let colored = render(
        &report,
        &Options {
            color: true,
            verbose: true,
            ..Options::default()
        },
    );
    assert!(
        colored.contains("\u{1b}[1m\u{1b}[31merror[source-key-aws-managed]:\u{1b}[0m"),
        "{colored:?}"
    );
    assert_eq!(without_colors(&colored), plain);
}

#[test]
fn the_same_facts_give_the_same_text_in_whatever_order_they_came() {
    let mut shuffled = remedies();
    shuffled.reverse();
    let one = everything(&estate(), &remedies());
    let other = everything(&turned_round(&estate()), &shuffled);
    assert_eq!(verbose(&one), verbose(&other));
    assert_eq!(table(&one), table(&other));
}

#[test]
fn copies_of_one_cause_are_told_together() {
    let mut estate = alone(0);
    estate["copies"][0]["lifecycle"] = json!({"DeleteAfterDays": 14});
    let mut twin = estate["copies"][0].clone();
    twin["id"] = "orders-again".into();
    estate["copies"].as_array_mut().unwrap().push(twin);
    let text = table(&report(&estate, &[]));
    assert_eq!(
        text.matches("error[source-key-aws-managed]").count(),
        1,
        "{text}"
    );
    assert!(
        flat(&text).contains("copy 2 copies: RDS orders, RDS orders"),
        "{text}"
    );
}

#[test]
fn of_many_causes_each_is_a_row_and_of_many_copies_each_a_line() {
    let mut estate = estate();
    let copies = estate["copies"].as_array_mut().unwrap();
    for name in ["a", "b", "c"] {
        let mut copy = copies[0].clone();
        copy["id"] = name.into();
        copy["destination_vault"] = vault("444455556666", name).into();
        copies.push(copy);
    }
    let report = report(&estate, &[]);
    let text = render(&report, &wide(None));
    assert!(!text.contains("error["), "{text}");
    let has = |start: &str, end: &str| {
        text.lines()
            .any(|line| line.starts_with(start) && line.ends_with(end))
    };
    assert!(has("check ", "fixed by"), "{text}");
    assert!(text.contains("vault a (444455556666 us-east-2)"), "{text}");
    assert!(
        has("blocked    RDS orders", "source-key-aws-managed")
            || has(
                "blocked    RDS orders",
                "retention-outside-vault-lock, source-key-aws-managed"
            ),
        "{text}"
    );
    assert!(has("feasible   RDS users", "users-stay"), "{text}");
    let narrow = render(&report, &wide(Some(80)));
    assert!(
        narrow
            .lines()
            .filter(|line| line.starts_with("blocked "))
            .all(|line| line.contains("source-key-aws-managed") || line.contains("vault")),
        "{narrow}"
    );
}

#[test]
fn in_a_narrow_terminal_no_two_lines_are_the_same() {
    let mut estate = estate();
    let copies = estate["copies"].as_array_mut().unwrap();
    for name in ["a-rule-of-the-day", "a-rule-of-the-month"] {
        let mut copy = copies[0].clone();
        copy["id"] = name.into();
        copies.push(copy);
    }
    let narrow = render(&report(&estate, &[]), &wide(Some(80)));
    let lines: Vec<&str> = narrow
        .lines()
        .filter(|line| line.contains(" RDS orders "))
        .collect();
    for name in ["a-rule-of-the-day", "a-rule-of-the-month"] {
        assert_eq!(
            lines.iter().filter(|line| line.contains(name)).count(),
            1,
            "{narrow}"
        );
    }
}

#[test]
fn a_copy_takes_a_line_where_its_account_is_what_there_is_no_room_for() {
    let mut estate = estate();
    let mut copies = vec![];
    for account in ["111122223333", "222233334444"] {
        for name in ["orders", "users"] {
            let mut copy = estate["copies"][0].clone();
            copy["id"] = format!("{name}-{account}").into();
            copy["source_vault"] = vault(account, "prod").into();
            copy["resource"] = database(&format!("{name}-{}", &account[..4]))
                .replace("111122223333", account)
                .into();
            copy["destination_vault"] = vault("444455556666", "central-of-all").into();
            copies.push(copy);
        }
    }
    estate["copies"] = copies.into();
    let narrow = render(&report(&estate, &[]), &wide(Some(80)));
    let lines = narrow
        .lines()
        .filter(|line| line.starts_with("blocked ") && line.contains("destination-vault-missing"));
    assert_eq!(lines.count(), 4, "{narrow}");
    assert!(!narrow.contains("\n  \n"), "{narrow}");
}

#[test]
fn no_copies_are_said_to_be_none() {
    let mut estate = estate();
    estate["copies"] = json!([]);
    assert!(
        table(&report(&estate, &[]))
            .contains("no copies: there was nothing to decide (facts of 2026-11-22)\n")
    );
}

#[test]
fn what_a_terminal_would_obey_is_not_printed() {
    let mut estate = estate();
    estate["copies"][0]["id"] = "evil\u{1b}[2J\nfeasible everything".into();
    for text in [table(&report(&estate, &[])), verbose(&report(&estate, &[]))] {
        assert!(!text.contains('\u{1b}'));
        assert!(!text.contains("\nfeasible everything"), "{text}");
    }
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
            by_tags: false,
            name: None,
            id: "plan-1".to_owned(),
            rule: rule.to_owned(),
            selection: "all".to_owned(),
        }),
        assumptions: vec![
            "tags were not read: the plan is taken to choose the resource".to_owned(),
        ],
        copy_of: None,
        made: Fact::Known(()),
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
    let report = Report::new(&decided, Vec::new(), Vec::new(), &facts, false);
    let text = render(&report, &wide(None));
    assert!(
        text.lines()
            .any(|line| line.starts_with("blocked ") && line.contains("  daily  ")),
        "{text}"
    );
    assert!(
        flat(&text).contains(
            "assumed: tags were not read: the plan is taken to choose the resource (2 copies)"
        ),
        "{text}"
    );
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
        reads: Vec::new(),
        verdict: Verdict::Feasible,
    };
    let again = Decided {
        copy: planned(&facts, "weekly"),
        outcomes: Vec::new(),
        reads: Vec::new(),
        verdict: Verdict::Feasible,
    };
    let text = table(&Report::new(
        &[decided, again],
        Vec::new(),
        Vec::new(),
        &facts,
        false,
    ));
    assert!(
        text.contains(
            "2 copies: 2 feasible, 0 undecided, 0 blocked, 1 warning (facts of 2026-11-22)\n"
        ),
        "{text}"
    );
    assert!(
        text.contains(&format!(
            "\nwarning[{}]: it takes long (1 copy)\n",
            CHECKS[0].id
        )),
        "{text}"
    );
}

fn outcome(status: Status, number: usize) -> Outcome {
    let gap = Gap::recorded(
        format!("kms:Call{number}"),
        Some(format!("kms:Permission{number}")),
        "arn:aws:kms:us-east-2:111122223333:key/1",
    );
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
                let verdict = Verdict::of(outcomes.iter().map(|(_, outcome)| (outcome.status, true)));
                Decided { copy: planned(&facts, &format!("rule-{index}")), outcomes, reads: Vec::new(), verdict }
            })
            .collect();
        let report = Report::new(&decided, Vec::new(), Vec::new(), &facts, false);
        let text = flat(&render(&report, &wide(Some(width))));
        let full = flat(&render(&report, &Options { width: Some(width), verbose: true, ..Options::default() }));
        let value: serde_json::Value = serde_json::from_str(&json(&report)).unwrap();
        let by_line: Vec<serde_json::Value> = ndjson(&report).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (index, copy) in report.copies.iter().enumerate() {
            for check in copy.checks.iter().filter(|check| matches!(check.outcome(), Status::Fail | Status::Undecided)) {
                prop_assert!(full.contains(check.id()), "{} is not in {full}", check.id());
                if check.outcome() == Status::Fail {
                    prop_assert!(text.contains(check.id()), "{} is not in {text}", check.id());
                }
                for copies in [&value["copies"][index], &by_line[index]] {
                    let found = copies["checks"].as_array().unwrap().iter().any(|found| {
                        found["id"] == check.id() && found["outcome"] == check.outcome().as_str()
                    });
                    prop_assert!(found, "{} is not in {copies}", check.id());
                }
            }
        }
        for gap in report.all_checks().flat_map(|check| &check.found.gaps) {
            prop_assert!(report.gaps.id(gap).is_some());
            prop_assert!(full.contains(gap.operation()), "{} is not in {full}", gap.operation());
        }
    }
}
