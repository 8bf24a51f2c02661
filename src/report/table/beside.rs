//! What is said besides the copies: assumptions, waivers, warnings, and what leaves its account.

use crate::report::{Fate, Report, headline};

use super::sheet::{Paint, Sheet, grid};
use super::{causes, rows, words};

/// What is shown of a kind without being asked for.
const SHOWN: usize = 3;

/// The assumptions about what was not read that stand a line each.
const ASSUMED: usize = 2;

/// What assumptions begin with, and how people are told the same: of what it is.
#[rustfmt::skip]
const ASSUMPTIONS: &[(&str, &str)] = &[
    ("state of its volumes: ",                            "the volumes of the resource are "),
    ("EFS policy and state: no denial, available",        "the file system is available, and its policy denies no backup"),
    ("EFS policy: it denies",                             "the file system's policy denies"),
    ("windows: the resource's own leave",                 "the resource's own backup and maintenance windows leave"),
];

/// What assumptions are about, and how people are told the same of several.
#[rustfmt::skip]
const ABOUT: &[(&str, &str)] = &[
    ("EFS policy",           "policies of file systems"),
    ("EFS policy and state", "policies and states of file systems"),
    ("state",                "states of resources"),
    ("state of its volumes", "states of volumes"),
    ("windows",              "backup and maintenance windows"),
];

/// An assumption for people.
fn in_words(assumption: &str) -> String {
    let rows = ASSUMPTIONS.iter();
    let mut told = rows.filter_map(|(begins, words)| {
        let rest = assumption.strip_prefix(begins)?;
        Some(format!("{words}{rest}"))
    });
    if let Some(told) = told.next() {
        return told;
    }
    if let Some(state) = assumption.strip_prefix("state: ") {
        return match state.ends_with(NOT_READ) {
            true => format!("the resource is {state}"),
            false => state.to_owned(),
        };
    }
    let of_template = assumption.strip_prefix("template: ");
    of_template.map_or_else(
        || assumption.to_owned(),
        |text| text.replace(" is assumed to have its default", " has its default"),
    )
}

/// What stands behind what was not read.
const NOT_READ: &str = " (not read)";

/// What was taken for granted, each once; of what was not read, where it is much, what it is about.
pub fn assumed(sheet: &mut Sheet, report: &Report, verbose: bool) {
    if report.assumed.is_empty() {
        return;
    }
    sheet.gap();
    let is_unread = |text: &str| text.ends_with(NOT_READ);
    let unread = report.assumed.iter().filter(|(text, _)| is_unread(text));
    let mut about: Vec<&str> = unread
        .map(|(text, _)| text.split_once(": ").map_or(&**text, |(of, _)| of))
        .collect();
    let is_much = !verbose && about.len() > ASSUMED;
    for (assumption, of) in &report.assumed {
        if is_much && is_unread(assumption) {
            continue;
        }
        let on = if report.summary.copies == 1 {
            String::new()
        } else {
            format!(" ({})", words::copies(of.copies))
        };
        let text = format!("{}{on}", in_words(assumption));
        sheet.item(0, ("assumed:", Paint::Quiet), &text);
    }
    if is_much {
        about.dedup();
        for of in &mut about {
            let told = ABOUT.iter().find(|(begins, _)| begins == of);
            *of = told.map_or(*of, |(_, words)| *words);
        }
        let text = format!("{}: not read (-v shows which)", about.join(", "));
        sheet.item(0, ("assumed:", Paint::Quiet), &text);
    }
}

/// What leaves its account, by account and type.
pub fn coverage(sheet: &mut Sheet, report: &Report) {
    let Some(coverage) = report.coverage.as_ref() else {
        return;
    };
    let head = [
        "account",
        "type",
        "resources",
        "feasible copy out",
        "none",
        "unknown",
    ];
    let rows = headline::least_covered(coverage);
    if rows.is_empty() {
        return;
    }
    sheet.gap();
    let rows = rows.iter().map(|row| {
        let (of, counts) = (row.resource_type.as_ref(), row.counts);
        vec![
            report.names.account(row.account),
            of.map_or("unknown", |of| of.as_str()).to_owned(),
            counts.resources.to_string(),
            counts.feasibly.to_string(),
            headline::without(counts).to_string(),
            counts.unknown.to_string(),
        ]
    });
    for line in grid(sheet.width(), &head, &[0], rows) {
        sheet.as_it_stands(&line);
    }
}

/// What is waived, and the waivers that are of no use.
pub fn waivers(sheet: &mut Sheet, report: &Report) {
    if report.waivers.is_empty() {
        return;
    }
    sheet.gap();
    for waiver in &report.waivers {
        let paint = match waiver.fate {
            Fate::Used => Paint::Quiet,
            Fate::Expired | Fate::Unused => Paint::Unsure,
        };
        sheet.item(0, (&format!("{}:", waiver.word()), paint), &waiver.says());
    }
}

/// What is warned of, each thing once.
pub fn warnings(sheet: &mut Sheet, report: &Report, verbose: bool) {
    if report.warnings.is_empty() {
        return;
    }
    sheet.gap();
    let shown = if verbose {
        report.warnings.len()
    } else {
        SHOWN
    };
    for cause in report.warnings.iter().take(shown) {
        let on = if report.summary.copies == 1 {
            String::new()
        } else {
            format!(" ({})", words::copies(cause.copies))
        };
        let basis = cause
            .first
            .as_ref()
            .map_or("", |(_, (_, found))| causes::basis(found.basis));
        let (word, paint) = if report.raised.contains(cause.check) {
            ("error", Paint::Bad)
        } else {
            ("warning", Paint::Unsure)
        };
        let lead = format!("{word}[{}]:", cause.check);
        sheet.item(0, (&lead, paint), &format!("{}{basis}{on}", cause.message));
    }
    let rest = report.warnings.get(shown..).unwrap_or_default();
    rows::more(sheet, "warning", rest);
}
