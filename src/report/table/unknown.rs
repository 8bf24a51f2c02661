//! What is not known, by its cause: how much waits for it, and the one thing that settles it.

use crate::report::settle::settle;
use crate::report::{Cause, Report};
use crate::verdict::Status;

use super::sheet::{Paint, Sheet};
use super::words;

/// The causes that are shown without being asked for.
const SHOWN: usize = 5;

/// The unknowns, the one of most copies last.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let all: Vec<&Cause> = report
        .causes
        .iter()
        .filter(|cause| cause.outcome == Status::Undecided)
        .collect();
    if all.is_empty() {
        return;
    }
    sheet.gap();
    let shown = if verbose { all.len() } else { SHOWN };
    let rest = all.len().saturating_sub(shown);
    if rest > 0 {
        let text = format!(
            "{} more is not known (-v has all)",
            words::count(rest, "thing")
        );
        sheet.item(0, ("…", Paint::Quiet), &text);
    }
    let shown: Vec<&&Cause> = all.iter().take(shown).collect();
    for cause in shown.into_iter().rev() {
        one(sheet, report, cause);
    }
}

fn one(sheet: &mut Sheet, report: &Report, cause: &Cause) {
    let lead = format!("undecided[{}]:", cause.missing.unwrap_or(cause.check));
    let checks = match cause.checks.as_slice() {
        [one] => format!("{one} waits for it"),
        [one, two] => format!("{one} and {two} wait for it"),
        many => format!("{} checks wait for it", many.len()),
    };
    let of = if report.summary.copies > 1 {
        format!(" in {}", words::copies(cause.copies))
    } else {
        String::new()
    };
    sheet.item(
        0,
        (&lead, Paint::Unsure),
        &format!("{}: {checks}{of}", cause.message),
    );
    if let Some(gap) = &cause.gap {
        let more = cause.gaps.len().saturating_sub(1);
        let more = match more {
            0 => String::new(),
            more => format!("; {more} more like it"),
        };
        let text = format!("{}{more}", settle(gap, &report.reading));
        sheet.item(2, ("settle:", Paint::Quiet), &text);
    }
}
