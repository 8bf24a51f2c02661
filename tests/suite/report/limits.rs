//! What the places that show a report take: of many copies the worst, whole rows, and how many were left out.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use backup_preflight::report::{CopyReport, sarif};
use serde_json::Value;

use super::formats::{is_sarif, sarif_validator};
use super::support::{estate, remedies, report};
use crate::organization::OfTheirOwn;
use crate::support::{Estate, run_with};

/// So many copies, of an organization in which little is shared, so that there is much to tell.
const COPIES: usize = 1_500;
/// The bytes of the job's summary before.
const BEFORE: usize = 900_000;

/// All formats of one run, by their names, the job's summary among them.
static ALL: LazyLock<BTreeMap<&str, String>> = LazyLock::new(|| {
    let mut inventory = Vec::new();
    let organization = OfTheirOwn {
        copies: COPIES,
        seed: 1,
    };
    organization.write(&mut inventory).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let names = ["markdown", "sarif", "junit", "mermaid"];
    let targets: Vec<String> = names
        .iter()
        .map(|name| format!("{name}={}", file(name)))
        .collect();
    let mut args = vec!["check", "--inventory", "-", "--format", "github"];
    for target in &targets {
        args.extend(["--format", target]);
    }
    let summary = file("summary");
    fs::write(&summary, "x".repeat(BEFORE)).unwrap();
    let ran = run_with(&args, &inventory, &[("GITHUB_STEP_SUMMARY", &summary)]);
    assert_eq!((ran.code, &*ran.err), (1, ""));
    let read = |name: &'static str| (name, fs::read_to_string(file(name)).unwrap());
    let mut all: BTreeMap<&str, String> = names.into_iter().map(read).collect();
    all.extend([read("summary"), ("github", ran.out)]);
    all
});

#[test]
fn of_many_findings_sarif_keeps_the_worst_and_counts_the_rest() {
    let mut report = report(&estate(), &remedies());
    let all = report.findings().len();
    report.copies.reverse();
    let rank = |result: &Value| {
        ["error", "warning", "note"]
            .iter()
            .position(|level| result["level"] == *level)
    };
    for most in [1, 3, all] {
        let log = is_sarif(&sarif_validator(), &sarif(&report, most, false));
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), most);
        assert!(results.is_sorted_by_key(rank), "the worst come first");
        let notes = run["invocations"][0]["toolExecutionNotifications"]
            .as_array()
            .unwrap();
        let first = notes[0]["message"]["text"].as_str().unwrap();
        let left_out = format!("{} more findings are left out", all - most);
        assert_eq!(first.contains(&left_out), most < all, "{first}");
    }
}

#[test]
fn sarif_of_many_copies_is_of_the_schema() {
    let log = is_sarif(&sarif_validator(), &ALL["sarif"]);
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 500, "{}", results.len());
    // GitHub takes 10 MB of 5,000 results when they are compressed.
    assert!(ALL["sarif"].len() / results.len() < 3_000);
}

#[test]
fn a_comment_is_cut_at_a_row_and_says_how_many_are_left_out() {
    let text = &ALL["markdown"];
    assert!(text.len() <= 65_000, "{}", text.len());
    assert!(
        text.len() > 60_000,
        "there is room for more: {}",
        text.len()
    );
    assert!(text.starts_with("<!-- backup-preflight -->\n"));
    for line in text.lines().filter(|line| line.starts_with("| ")) {
        assert!(line.ends_with(" |"), "{line}");
    }
    let left_out = text
        .lines()
        .find(|line| line.starts_with("**Left out"))
        .unwrap();
    let left_out = left_out.split("copies: ").nth(1).unwrap();
    let left_out: String = left_out.chars().take_while(char::is_ascii_digit).collect();
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| blocked | ") || line.starts_with("| undecided | "));
    let counts = text
        .lines()
        .find(|line| line.starts_with("1500 copies"))
        .unwrap();
    let of = |word: &str| -> usize {
        let words: Vec<&str> = counts.split([' ', ',']).collect();
        let at = words.iter().position(|part| *part == word).unwrap();
        words[at - 1].parse().unwrap()
    };
    let left_out: usize = left_out.parse().unwrap();
    assert_eq!(left_out + rows.count(), of("blocked") + of("undecided"));
    assert!(text.contains("Fails: `"), "no limit cuts what fails");
    let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("no `{part}`"));
    assert!(place("### What blocks the copies") < place("### Causes"));
    assert!(place("### Causes") < place("### Changes to make\n\n<details>"));
    assert_eq!(
        text.matches("<details>").count(),
        text.matches("</details>").count()
    );
    assert_eq!(text.matches("\n```").count() % 2, 0, "no block is cut");
}

#[test]
fn a_summary_is_one_mebibyte_at_most_with_what_was_there() {
    let written = ALL["summary"].len();
    assert!(
        (BEFORE + 100_000..=1_048_576).contains(&written),
        "{written}"
    );
}

#[test]
fn annotations_are_ten_of_a_kind_at_most() {
    for kind in ["error", "warning", "notice"] {
        let start = format!("::{kind} ");
        let lines = ALL["github"].lines();
        let number = lines.filter(|line| line.starts_with(&start)).count();
        assert!(number <= 10, "{kind}: {number}");
    }
    assert!(ALL["github"].contains("more errors, as GitHub keeps 10"));
}

#[test]
fn a_picture_has_fifty_arrows_at_most() {
    let arrows = ALL["mermaid"]
        .lines()
        .filter(|line| line.contains("|\""))
        .count();
    assert!((1..=50).contains(&arrows), "{arrows}");
}

#[test]
fn of_many_ways_a_picture_draws_the_worst_and_sums_up_the_rest() {
    let report = report(&estate(), &remedies());
    let mut picture = backup_preflight::report::Picture::default();
    let vault = |at: usize| {
        let arn = format!("arn:aws:backup:us-east-2:444455556666:backup-vault:v{at}");
        backup_preflight::known::Arn::parse(&arn).unwrap()
    };
    for at in 0..60 {
        for copy in &report.copies {
            let mut copy: CopyReport = copy.clone();
            copy.destination.vault = vault(at);
            picture.add(backup_preflight::report::Way::of(&copy));
        }
    }
    let text = picture.text(&report);
    assert_eq!(text.lines().filter(|line| line.contains("|\"")).count(), 50);
    assert!(
        text.contains("more[\"10 more ways: 20 blocked, 10 undecided, 10 feasible"),
        "{text}"
    );
}

#[test]
fn junit_has_a_case_for_each_copy() {
    let read = quick_junit::Report::deserialize_from_str(&ALL["junit"]).unwrap();
    assert_eq!(read.tests, COPIES + 1, "and one for the run");
}

#[test]
fn warnings_take_no_room_from_what_fails() {
    let mut estate = Estate::rds()
        .planned()
        .set("/accounts/1/regions/0/vaults/0/AccessPolicy", Value::Null);
    let path = "/accounts/0/regions/0/resources";
    let all = estate.0.pointer_mut(path).and_then(Value::as_array_mut);
    let all = all.unwrap();
    let first = all[0].clone();
    for number in 0..600 {
        let mut other = first.clone();
        let arn = format!("arn:aws:rds:us-east-2:111122223333:db:other-{number}");
        other["ResourceArn"] = Value::from(arn);
        other["Tags"] = serde_json::json!({});
        all.push(other);
    }
    let text = estate.0.to_string();
    let args = ["audit", "--inventory", "-", "--format", "markdown"];
    let ran = run_with(&args, text.as_bytes(), &[]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    let warns = "Warnings of vaults, plans and resources";
    let places = ["Copies that are blocked", "Changes to make", warns];
    let places = places.map(|title| ran.out.find(title).unwrap_or_else(|| panic!("{title}")));
    assert!(places.is_sorted(), "{places:?}");
    assert!(ran.out.contains("vault-refuses-copy") && ran.out.len() <= 65_536);
    assert!(
        ran.out
            .contains("findings of vaults, plans and resources: ")
    );
}
