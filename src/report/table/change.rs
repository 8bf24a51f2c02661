//! What a change does to the copies: a line for those that it leaves as they are, and those that it makes worse last.

use crate::change::Change;
use crate::report::{CopyReport, Report};
use crate::verdict::Status;

use super::sheet::{Paint, Sheet};
use super::{SHOWN, words};

/// The changes in the order in which they are told, the worst last.
const ORDER: [Change; 4] = [Change::Removed, Change::Better, Change::New, Change::Worse];

/// A block for each copy that changes.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let Some(changes) = report.summary.changes else {
        return;
    };
    sheet.gap();
    if changes.same > 0 {
        let same = report
            .copies
            .iter()
            .filter(|copy| copy.change == Some(Change::Same));
        let blocked = same
            .filter(|copy| copy.verdict == crate::verdict::Verdict::Blocked)
            .count();
        let still = if blocked > 0 {
            "; --all counts those that are blocked, too"
        } else {
            ""
        };
        let text = format!("{} as before{still}", words::copies(changes.same));
        sheet.item(0, ("same:", Paint::Quiet), &text);
    }
    for change in ORDER {
        let copies = report.copies.iter().chain(&report.removed);
        let copies: Vec<&CopyReport> = copies.filter(|copy| copy.change == Some(change)).collect();
        let shown = if verbose { copies.len() } else { SHOWN };
        for copy in copies.iter().take(shown) {
            one(sheet, change, copy);
        }
        let more = match change {
            Change::Worse => changes.worse,
            Change::New => changes.new,
            Change::Better => changes.better,
            Change::Removed => changes.removed,
            Change::Same => changes.same,
        };
        let more = more.saturating_sub(copies.len().min(shown));
        if more > 0 {
            sheet.item(
                0,
                ("…", Paint::Quiet),
                &format!("{more} more {}", change.as_str()),
            );
        }
    }
}

fn one(sheet: &mut Sheet, change: Change, copy: &CopyReport) {
    let paint = match change {
        Change::Worse => Paint::Bad,
        Change::New | Change::Removed => Paint::Unsure,
        Change::Better => Paint::Good,
        Change::Same => Paint::Quiet,
    };
    let (verdict, _) = words::verdict(copy.verdict);
    let became = match (change, copy.was) {
        (Change::Removed, Some(was)) => format!("no longer made; it was {}", words::verdict(was).0),
        (_, Some(was)) if was != copy.verdict => {
            format!("{} before, {verdict} now", words::verdict(was).0)
        }
        _ => verdict.to_owned(),
    };
    sheet.item(
        0,
        (&format!("{}:", change.as_str()), paint),
        &format!(
            "{} → {}: {became}",
            words::resource(copy),
            words::destination(copy)
        ),
    );
    for check in &copy.checks {
        if !matches!(check.outcome(), Status::Fail | Status::Undecided) {
            continue;
        }
        let places: Vec<String> = check
            .locations
            .iter()
            .map(|place| match (&place.file, place.line) {
                (Some(file), Some(line)) => format!("{} ({file}:{line})", place.address),
                (Some(file), None) => format!("{} ({file})", place.address),
                (None, _) => place.address.clone(),
            })
            .collect();
        let at = if places.is_empty() {
            String::new()
        } else {
            format!("  {}", places.join(", "))
        };
        sheet.verbatim(&format!("  {}{at}", check.id()));
    }
}
