//! The copies in Markdown: those that are blocked or undecided, what is warned of them, and how a row says what is copied.

use crate::change::Change;
use crate::quote::markdown::{code, text};
use crate::report::check::CheckReport;
use crate::report::copy::CopyReport;
use crate::report::model::Report;
use crate::report::table::words;
use crate::verdict::{Status, Verdict};

use super::limited::LimitedText;

/// The checks that a row names.
pub(super) const CHECKS: usize = 4;
/// The copies that are blocked or undecided, and were so before a change where there is one: it tells the others.
pub(super) fn copies(page: &mut LimitedText, report: &Report) {
    let mut rows = Vec::new();
    for verdict in [Verdict::Blocked, Verdict::Undecided] {
        let such = report.copies.iter().filter(|copy| copy.verdict == verdict);
        for copy in such.filter(|copy| matches!(copy.change, None | Some(Change::Same))) {
            rows.push(vec![
                match copy.waived() {
                    Some(_) => format!("{}, waived", copy.verdict.as_str()),
                    None => copy.verdict.as_str().to_owned(),
                },
                way(report, copy),
                checks_of(copy),
                copy.plan
                    .as_ref()
                    .map_or_else(|| code(&copy.id), |plan| text(&plan.rule)),
            ]);
        }
    }
    let summary = report.summary;
    let bad = summary.blocked.saturating_add(summary.undecided);
    let told = report
        .copies
        .iter()
        .filter(|copy| copy.verdict != Verdict::Feasible)
        .count();
    let title = if summary.changes.is_some() {
        "Blocked or undecided as before"
    } else {
        "Copies that are blocked or undecided"
    };
    let heads = ["verdict", "copy", "checks", "rule or id"];
    page.table("copies", title, &heads, &rows, bad.saturating_sub(told));
}

pub(super) fn warnings(page: &mut LimitedText, report: &Report) {
    let rows: Vec<Vec<String>> = report
        .warnings
        .iter()
        .map(|cause| {
            let level = if report.raised.contains(cause.check) {
                " (error)"
            } else {
                ""
            };
            vec![
                format!("{}{level}", code(cause.check)),
                cause.copies.to_string(),
                say(report, &cause.message),
            ]
        })
        .collect();
    page.table(
        "warnings",
        "Warnings",
        &["check", "copies", "what"],
        &rows,
        0,
    );
}

pub(super) fn assumed(page: &mut LimitedText, report: &Report) {
    let rows: Vec<Vec<String>> = report
        .assumed
        .iter()
        .map(|(assumption, of)| vec![text(assumption), of.copies.to_string()])
        .collect();
    page.table(
        "assumptions",
        "Assumed",
        &["assumption", "copies"],
        &rows,
        0,
    );
}

/// Text, with the names of accounts beside them.
pub(super) fn say(report: &Report, said: &str) -> String {
    text(&report.names.beside(said))
}

/// What is copied, from where, and to where.
pub(super) fn way(report: &Report, copy: &CopyReport) -> String {
    let (from, to) = (words::source(copy), words::destination(copy));
    say(report, &format!("{}: {from} → {to}", words::resource(copy)))
}

/// The checks that fail, else those that are undecided: what a change brings comes first.
pub(super) fn checks_of(copy: &CopyReport) -> String {
    let is_worse = copy.change == Some(Change::Worse);
    let ids = |status| -> Vec<String> {
        let such = copy.checks.iter().filter(|check| check.outcome() == status);
        let mut all: Vec<&CheckReport> = such.collect();
        all.sort_by_key(|check| check.stood_before);
        let each = all
            .iter()
            .map(|check| match check.stood_before && is_worse {
                true => format!("{} (as before)", check.id()),
                false => check.id().to_owned(),
            });
        each.collect()
    };
    let failing = ids(Status::Fail);
    let told = if failing.is_empty() {
        ids(Status::Undecided)
    } else {
        failing
    };
    text(&words::few(&told, CHECKS))
}

/// What of a change is at fault.
pub(super) fn places(copy: &CopyReport) -> String {
    let bad = |check: &&CheckReport| matches!(check.outcome(), Status::Fail | Status::Undecided);
    let mut checks: Vec<&CheckReport> = copy.checks.iter().filter(bad).collect();
    checks.sort_by_key(|check| check.stood_before);
    let places = checks.iter().flat_map(|check| &check.locations);
    let mut all: Vec<String> = Vec::new();
    for place in places {
        let one = match (&place.file, place.line) {
            (Some(file), Some(line)) => format!(
                "{} ({})",
                code(&place.address),
                code(&format!("{file}:{line}"))
            ),
            (Some(file), None) => format!("{} ({})", code(&place.address), code(file)),
            (None, _) => code(&place.address),
        };
        if !all.contains(&one) {
            all.push(one);
        }
    }
    words::few(&all, 3)
}
