//! The report for people: the verdict first, then what fails and why, then the change to make, ready to paste.

mod causes;
mod changes;
mod copies;
mod diff;
mod findings;
mod rows;
pub(super) mod sheet;
mod unread;
mod words;

use super::Report;
use crate::verdict::Status;
use sheet::{Paint, Sheet};

pub(super) use sheet::{grid, wrapped};

/// How the table is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The columns that it may take. Fewer than [`NARROWEST`] are taken for that many.
    pub width: usize,
    /// Whether it has colours.
    pub color: bool,
    /// Whether it shows what passes, too, with the statement that allowed it.
    pub verbose: bool,
}

/// The fewest columns that the table can be set in.
pub const NARROWEST: usize = 40;

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 100,
            color: false,
            verbose: false,
        }
    }
}

/// The report as text. Only commands, which must be pasted as they stand, take more columns than there are.
#[must_use]
pub fn render(report: &Report, options: Options) -> String {
    let mut sheet = Sheet::new(options.width.max(NARROWEST), options.color);
    summary(&mut sheet, report);
    causes::write(&mut sheet, report, options.verbose);
    rows::write(&mut sheet, report, options.verbose);
    copies::write(&mut sheet, report, options.verbose);
    copies::write_vaults(&mut sheet, report, options.verbose);
    causes::write_plans(&mut sheet, report, options.verbose);
    changes::write(&mut sheet, report, options.verbose);
    unread::write(&mut sheet, report, options.verbose);
    copies::write_assumptions(&mut sheet, report);
    if findings::any(report) {
        sheet.gap();
        sheet.text(0, "About a check: backup-preflight explain CHECK");
    }
    sheet.finish()
}

/// The first line: how many copies, and how many of them came out how.
fn summary(sheet: &mut Sheet, report: &Report) {
    let summary = report.summary;
    if summary.copies == 0 {
        sheet.item(
            0,
            ("no copies:", Paint::Unsure),
            "there was nothing to decide",
        );
        beside(sheet, report);
        return;
    }
    let mut parts = vec![
        (
            format!("{} blocked", summary.blocked),
            Paint::Bad,
            summary.blocked,
        ),
        (
            format!("{} undecided", summary.undecided),
            Paint::Unsure,
            summary.undecided,
        ),
        (
            format!("{} feasible", summary.feasible),
            Paint::Good,
            summary.feasible,
        ),
    ];
    if summary.warnings > 0 {
        let text = words::count(summary.warnings, "warning");
        parts.push((text, Paint::Unsure, summary.warnings));
    }
    let lead = format!("{}: ", words::copies(summary.copies));
    let long = parts.iter().fold(lead.len(), |long, (text, ..)| {
        long.saturating_add(text.len()).saturating_add(2)
    });
    let between = if long > sheet.width() { ",\n  " } else { ", " };
    let parts: Vec<_> = parts
        .into_iter()
        .map(|(text, paint, count)| {
            if count == 0 {
                text
            } else {
                sheet.paint(paint, &text)
            }
        })
        .collect();
    sheet.as_it_stands(&format!("{lead}{}", parts.join(between)));
    beside(sheet, report);
}

/// The second line of an audit: how many vaults and plans, and how many of them fail.
fn beside(sheet: &mut Sheet, report: &Report) {
    let (Some(vaults), Some(plans)) = (&report.vaults, &report.plans) else {
        return;
    };
    let fails =
        |checks: &[super::CheckReport]| checks.iter().any(|check| check.outcome == Status::Fail);
    let of_vaults = vaults.iter().filter(|vault| fails(&vault.checks)).count();
    let of_plans = plans.iter().filter(|plan| fails(&plan.checks)).count();
    let text = format!(
        "{}, {of_vaults} failing; {}, {of_plans} failing",
        words::count(vaults.len(), "vault"),
        words::count(plans.len(), "plan"),
    );
    sheet.text(0, &text);
}
