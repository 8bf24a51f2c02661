//! The verdict, and the one thing to do next.

use crate::report::{Audited, HowMany, Report, headline};
use crate::verdict::Status;

use super::sheet::{Paint, Sheet, columns};
use super::{Options, words};

/// The last lines.
pub fn write(sheet: &mut Sheet, report: &Report, options: &Options) {
    sheet.gap();
    if report.stopped {
        let text = "not everything was read: this is what was known when it was stopped";
        sheet.item(0, ("stopped:", Paint::Bad), text);
    }
    audited(sheet, report);
    verdict(sheet, report);
    next(sheet, report, options);
}

/// The vaults and plans of an audit.
fn audited(sheet: &mut Sheet, report: &Report) {
    let (summary, stopped) = (report.summary, report.stopped);
    let of = |what: &str, of: Option<Audited>, how: Option<HowMany>| {
        let how = how?;
        let Some(of) = of else {
            return Some(format!("{what}s were not read"));
        };
        let more = match how {
            HowMany::All if !stopped => String::new(),
            HowMany::All | HowMany::InPart | HowMany::Unread => {
                format!(", and there may be more {what}s")
            }
        };
        let failing = (of.failing > 0).then(|| format!("{} failing", of.failing));
        let warning = (of.warning > 0).then(|| format!("{} with warnings", of.warning));
        let found: Vec<String> = failing.into_iter().chain(warning).collect();
        let found = if found.is_empty() {
            "none failing".to_owned()
        } else {
            found.join(", ")
        };
        Some(format!("{}: {found}{more}", words::count(of.checked, what)))
    };
    let read = report.read;
    let parts = [
        of("vault", summary.vaults, read.map(|read| read.vaults)),
        of("plan", summary.plans, read.map(|read| read.plans)),
        headline::coverage(report),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        sheet.text(0, &parts.join("; "));
    }
}

/// What a change does, in a line.
fn changes_of(sheet: &mut Sheet, report: &Report) {
    let Some(changes) = report.summary.changes else {
        return;
    };
    let part = |number: usize, word: &str| format!("{number} {word}");
    let parts = [
        part(changes.worse, "worse"),
        part(changes.new, "new"),
        part(changes.better, "better"),
        part(changes.same, "same"),
        part(changes.removed, "removed"),
    ];
    sheet.text(0, &format!("this change: {}", parts.join(", ")));
    if let Some(lost) = headline::lost(report) {
        sheet.item(0, ("warning:", Paint::Unsure), &lost);
    }
}

fn verdict(sheet: &mut Sheet, report: &Report) {
    changes_of(sheet, report);
    let summary = report.summary;
    let waived = match summary.waived {
        0 => String::new(),
        waived => format!(", {waived} waived"),
    };
    let warnings = match summary.warnings {
        0 => String::new(),
        warnings => format!(", {}", words::count(warnings, "warning")),
    };
    let warnings = format!("{waived}{warnings}");
    let causes = report
        .causes
        .iter()
        .filter(|cause| cause.outcome == Status::Fail)
        .count();
    let (changes, unblocks) = (changes(report), report.unblocked.unwrap_or_default());
    if summary.copies == 0 && report.stopped {
        let text = format!("nothing was decided before it was stopped{warnings}");
        sheet.item(0, ("undecided:", Paint::Unsure), &text);
        return;
    }
    if summary.copies == 0 && report.is_open() {
        let text = format!("there was nothing to decide as far as is known{warnings}");
        sheet.item(0, ("undecided:", Paint::Unsure), &text);
        return;
    }
    if summary.copies == 0 {
        let text = format!("there was nothing to decide{warnings}");
        sheet.item(0, ("no copies:", Paint::Unsure), &text);
        return;
    }
    if summary.copies == 1 {
        let (lead, paint, rest) = if summary.blocked > 0 {
            let fixes = match (changes, unblocks) {
                (0, _) => "no change fixes it".to_owned(),
                (_, 0) if report.unblocked.is_some() => "no change is proven to fix it".to_owned(),
                (1, _) => "1 change fixes it".to_owned(),
                (many, _) => format!("{many} changes fix it"),
            };
            let causes = words::count(causes, "cause");
            (
                "blocked:",
                Paint::Bad,
                format!("1 of 1 copy, {causes}, {fixes}"),
            )
        } else if summary.undecided > 0 {
            (
                "undecided:",
                Paint::Unsure,
                "1 of 1 copy; nothing blocks it so far".to_owned(),
            )
        } else if report.is_open() {
            (
                "undecided:",
                Paint::Unsure,
                "1 of 1 copy is feasible as far as is known".to_owned(),
            )
        } else {
            ("feasible:", Paint::Good, "1 of 1 copy".to_owned())
        };
        sheet.item(0, (lead, paint), &format!("{rest}{warnings}"));
        return;
    }
    let counts = [
        (summary.feasible, "feasible", Paint::Good),
        (summary.undecided, "undecided", Paint::Unsure),
        (summary.blocked, "blocked", Paint::Bad),
    ];
    let said = counts.map(|(number, word, _)| format!("{number} {word}"));
    let mut text = format!("{}: {}", words::copies(summary.copies), said.join(", "));
    let mut parts: Vec<(String, Paint)> = counts
        .into_iter()
        .zip(said)
        .filter(|((number, ..), _)| *number > 0)
        .map(|((_, _, paint), said)| (said, paint))
        .collect();
    if summary.blocked > 0 {
        text += &format!(" by {}", words::count(causes, "cause"));
    }
    text += &warnings;
    if changes > 0 && summary.blocked > 0 {
        let word = if changes == 1 { "unblocks" } else { "unblock" };
        text += &format!("; {} {word} {unblocks}", words::count(changes, "change"));
    }
    if report.is_open() && summary.undecided == 0 && summary.blocked == 0 {
        parts.insert(0, ("undecided:".to_owned(), Paint::Unsure));
        text = format!("undecided: {text}, as far as is known");
    }
    sheet.parts(&text, &parts);
}

/// How many changes are made: of several ways the first.
fn changes(report: &Report) -> usize {
    let number = |id: &str| {
        id.trim_start_matches('r')
            .parse::<usize>()
            .unwrap_or_default()
    };
    let remedies = report.remedies.iter().filter(|remedy| {
        let mut others = remedy.alternative_to.iter();
        !others.any(|other| number(other) < number(&remedy.id))
    });
    remedies.filter(|remedy| !remedy.copies.is_empty()).count()
}

/// What to do next, and where to read on.
fn next(sheet: &mut Sheet, report: &Report, options: &Options) {
    let mut parts: Vec<String> = Vec::new();
    if !report.remedies.is_empty() {
        let them = if changes(report) == 1 { "it" } else { "them" };
        parts.extend(
            options
                .next
                .as_ref()
                .map(|command| format!("write {them}: {command}")),
        );
    }
    let failing = report
        .causes
        .iter()
        .find(|cause| cause.outcome == Status::Fail);
    let warned = report.warnings.first();
    if report.summary.copies > 1 && !options.verbose {
        parts.push("each copy: -v".to_owned());
    } else if let Some(cause) = failing.or(warned) {
        parts.push(format!(
            "the page: backup-preflight explain {}",
            cause.check
        ));
    }
    if parts.is_empty() {
        return;
    }
    let one = parts.join("     ");
    if columns(&one).saturating_add(2) <= sheet.width() {
        sheet.verbatim(&format!("  {one}"));
        return;
    }
    for part in parts {
        sheet.verbatim(&format!("  {part}"));
    }
}
