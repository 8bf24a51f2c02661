//! What the page shows without JavaScript: the verdict, what it was made from, and the causes.

use std::fmt::Write as _;

use crate::quote::html::text;
use crate::report::Report;
use crate::report::causes::Cause;
use crate::report::headline;
use crate::report::table::causes_by_check;
use crate::report::ways::{Link, linked};
use crate::verdict::Status;

/// The causes that stand in the page; those of the most copies.
const SHOWN: usize = 200;

/// The title of the window.
pub fn title(report: &Report) -> String {
    let summary = report.summary;
    format!(
        "AWS Backup copies: {} blocked, {} undecided, {} feasible",
        summary.blocked, summary.undecided, summary.feasible
    )
}

/// The verdict, by sign, word and colour.
pub fn headline(report: &Report) -> String {
    let summary = report.summary;
    let parts = [
        ("bad", '✗', summary.blocked, "blocked"),
        ("unsure", '?', summary.undecided, "undecided"),
        ("good", '✓', summary.feasible, "feasible"),
    ];
    let parts = parts.iter().map(|(style, sign, count, word)| {
        format!("<span class=\"{style}\">{sign} {count} {word}</span>")
    });
    let of = if summary.copies == 1 {
        "copy"
    } else {
        "copies"
    };
    format!(
        "{} {of}: {}",
        summary.copies,
        parts.collect::<Vec<_>>().join(", ")
    )
}

/// What it was made from, and when.
pub fn made(report: &Report) -> String {
    let tool = &report.tool;
    let mut made = format!("{} {}", text(tool.name), text(tool.version));
    if !report.inputs.is_empty() {
        let _ = write!(made, ", from {}", text(&report.inputs.join(", ")));
    }
    if let Some(at) = &report.collected_at {
        let _ = write!(made, ", facts of {}", text(at));
    }
    let _ = write!(made, ", exit code {}", report.exit_code);
    let lines = [headline::coverage(report), headline::lost(report)];
    for line in lines.into_iter().flatten() {
        let _ = write!(made, "<br>{}", said(report, &line));
    }
    if report.stopped {
        made.push_str(", <strong>stopped: incomplete</strong>");
    }
    for (assumption, of) in &report.assumed {
        let _ = write!(
            made,
            "<br>assumed in {} copies: {}",
            of.copies,
            said(report, assumption)
        );
    }
    made
}

/// A text with the names of accounts beside their numbers.
pub fn said(report: &Report, what: &str) -> String {
    text(&report.names.beside(what))
}

/// The section with the picture; nothing where there is none.
pub fn picture(svg: &str) -> String {
    if svg.is_empty() {
        return String::new();
    }
    format!(
        "<section aria-labelledby=\"picture-title\"><h2 id=\"picture-title\">The copies as a picture</h2>\
         <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"picture-title\">{svg}</div></section>"
    )
}

/// The causes, most copies first, and what is warned of.
pub fn causes(report: &Report) -> String {
    if report.causes.is_empty() && report.warnings.is_empty() {
        // What fails of vaults, plans and resources has no causes.
        if report.exit_code != 0 {
            return String::new();
        }
        return "<p>Nothing blocks a copy, and nothing is left open.</p>".to_owned();
    }
    let mut table = by_check(report);
    table.push_str(
        "<table class=\"causes\"><thead><tr><th scope=\"col\">Cause</th><th scope=\"col\">Copies</th>\
         <th scope=\"col\">Change</th></tr></thead><tbody>\n",
    );
    let all = report.causes.iter().chain(&report.warnings);
    for (number, cause) in shown(report).enumerate() {
        table.push_str(&row(number, cause, report));
    }
    table.push_str("</tbody></table>");
    let more = all.count().saturating_sub(SHOWN);
    if more > 0 {
        let _ = write!(
            table,
            "<p>and {more} more causes, of fewer copies each: the copies below name theirs</p>"
        );
    }
    table
}

/// Where there are many causes, those of each check together, most copies first.
fn by_check(report: &Report) -> String {
    let rows = causes_by_check(report);
    if rows.is_empty() {
        return String::new();
    }
    let mut table = String::from(
        "<table><thead><tr><th scope=\"col\">Check</th><th scope=\"col\">Copies</th><th scope=\"col\">Causes</th>\
         <th scope=\"col\">Changes</th></tr></thead><tbody>\n",
    );
    for cells in rows {
        let cells = cells.iter().map(|cell| said(report, cell.trim()));
        let cells: Vec<String> = cells.map(|cell| format!("<td>{cell}</td>")).collect();
        let _ = writeln!(table, "<tr>{}</tr>", cells.concat());
    }
    table.push_str("</tbody></table>\n");
    table
}

/// The causes that stand in the page, in its order.
pub fn shown(report: &Report) -> impl Iterator<Item = &Cause> {
    report.causes.iter().chain(&report.warnings).take(SHOWN)
}

/// What settles a cause that is a fact which was not read: up to three ways, each once.
fn settled(cause: &Cause, report: &Report) -> String {
    const WAYS: usize = 3;
    let mut ways: Vec<String> = Vec::new();
    let mut more = 0_usize;
    for gap in report.gaps.told_of(&cause.gaps, &report.reading) {
        if ways.contains(&gap.settle) {
            continue;
        }
        if ways.len() < WAYS {
            ways.push(gap.settle);
        } else {
            more = more.saturating_add(1);
        }
    }
    let mut text: Vec<String> = ways.iter().map(|way| said(report, way)).collect();
    if more > 0 {
        text.push(format!("and {more} more"));
    }
    text.join("<br>")
}

fn row(number: usize, cause: &Cause, report: &Report) -> String {
    let (style, sign, word) = match cause.outcome {
        Status::Fail => ("bad", '✗', "blocked"),
        Status::Undecided => ("unsure", '?', "undecided"),
        Status::Warn if report.raised.contains(cause.check) => ("bad", '✗', "error"),
        Status::Warn => ("unsure", '!', "warning"),
        Status::Pass | Status::NotApplicable => ("good", '✓', "passed"),
    };
    // What the message names already is not named again.
    let subject = cause
        .subject
        .as_deref()
        .filter(|subject| !cause.message.contains(subject))
        .map_or_else(String::new, |subject| {
            format!("<br><span class=\"quiet\">{}</span>", said(report, subject))
        });
    let changes: Vec<String> = linked(&report.remedies, &cause.remedies)
        .into_iter()
        .take(5)
        .map(|(link, remedy)| {
            let account = remedy.account.map_or_else(
                || "an unknown account".to_owned(),
                |account| report.names.account(account),
            );
            let link = match link {
                Link::First => String::new(),
                Link::With | Link::Or | Link::Besides => format!("{} ", link.word("")),
            };
            format!(
                "{link}{}, in {}: {}",
                text(&remedy.id),
                text(&account),
                said(report, &remedy.title)
            )
        })
        .collect();
    let more = cause.remedies.len().saturating_sub(changes.len());
    let mut changes = changes.join("<br>");
    if changes.is_empty() {
        changes = settled(cause, report);
    }
    if more > 0 {
        let _ = write!(changes, "<br>and {more} more");
    }
    format!(
        "<tr><td><strong class=\"{style}\">{sign} {word}: {check}</strong><br>{message}{subject}</td>\
         <td>{copies}<br><button type=\"button\" class=\"link\" data-cause=\"{number}\" data-check=\"{check}\" hidden>show them</button></td>\
         <td data-remedies=\"{ids}\">{changes}</td></tr>\n",
        check = text(cause.check),
        message = said(report, &cause.message),
        copies = cause.copies,
        ids = text(&cause.remedies.join(" ")),
    )
}
