//! One row a copy.

use crate::report::{CopyReport, Report};
use crate::verdict::{Status, Verdict};

use super::sheet::{Paint, Sheet, grid};
use super::words;

/// The columns from which on a row has room for where a copy comes from and goes.
const ROOMY: usize = 96;

/// The rows that are shown without being asked for.
const SHOWN: usize = 40;
/// And of an audit, which has its causes before them.
const SHOWN_OF_AN_AUDIT: usize = 20;

/// The grid of copies. A single copy needs none: its own lines say all. Those that are not feasible come
/// first.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    if report.copies.len() < 2 {
        return;
    }
    sheet.gap();
    let mut copies: Vec<&CopyReport> = report.copies.iter().collect();
    let shown = match &report.causes {
        None => SHOWN,
        Some(_) => SHOWN_OF_AN_AUDIT,
    };
    copies.sort_by_key(|copy| match copy.verdict {
        Verdict::Blocked => 0,
        Verdict::Undecided => 1,
        Verdict::Feasible => 2,
    });
    if !verbose {
        copies.truncate(shown);
    }
    let more = report.copies.len().saturating_sub(copies.len());
    let width = sheet.width();
    let lines = if width < ROOMY {
        let row = |copy| vec![verdict(copy), called(copy), why(copy)];
        grid(
            width,
            &["verdict", "copy", "why"],
            &[0, 2],
            copies.into_iter().map(row),
        )
    } else {
        let row = |copy| {
            vec![
                verdict(copy),
                called(copy),
                words::source(copy, '\n'),
                words::destination(copy, '\n'),
                why(copy),
            ]
        };
        grid(
            width,
            &["verdict", "copy", "from", "to", "why"],
            &[0, 4],
            copies.into_iter().map(row),
        )
    };
    for line in lines {
        let painted = [Verdict::Blocked, Verdict::Undecided, Verdict::Feasible]
            .into_iter()
            .find_map(|verdict| {
                let (word, paint) = words::verdict(verdict);
                let rest = line.strip_prefix(word)?;
                Some(format!("{}{rest}", sheet.paint(paint, word)))
            });
        sheet.as_it_stands(&painted.unwrap_or(line));
    }
    if more > 0 {
        let text = format!(
            "{} more (-v shows them, and so does --format json)",
            words::copies(more)
        );
        sheet.item(0, ("…", Paint::Quiet), &text);
    }
}

fn verdict(copy: &CopyReport) -> String {
    words::verdict(copy.verdict).0.to_owned()
}

/// A copy by its id, and by its resource where the id does not name that already.
fn called(copy: &CopyReport) -> String {
    match &copy.plan {
        Some(plan) => format!("{} (rule {})", words::resource(copy), plan.rule),
        None => copy.id.clone(),
    }
}

/// The checks that fail, else those that are not decided; and those that warn. Each has its line below the grid.
fn why(copy: &CopyReport) -> String {
    let marked = |status| {
        let (mark, _) = words::mark(status);
        copy.checks
            .iter()
            .filter(move |check| check.outcome == status)
            .map(move |check| format!("{mark} {}", check.id))
    };
    let mut lines: Vec<String> = marked(Status::Fail).collect();
    let undecided = marked(Status::Undecided);
    if lines.is_empty() {
        lines.extend(undecided);
    } else {
        lines.extend(
            Some(undecided.count())
                .filter(|count| *count > 0)
                .map(|count| format!("? {count} undecided")),
        );
    }
    lines.extend(marked(Status::Warn));
    lines.join("\n")
}
