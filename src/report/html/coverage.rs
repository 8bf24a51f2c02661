//! What leaves its account, in the page: by account and type, and the copies that there are.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::checks::OfType;
use crate::quote::html::text;
use crate::report::{Report, headline};

use super::markup::said;

/// The rows by account and type that the page has without JavaScript: those of which most stay come first.
const ROWS: usize = 200;
/// The copies, and the recovery points without a source, that are in the page.
const COPIES: usize = 2_000;

/// The section; nothing where that was not audited.
pub fn section(report: &Report) -> String {
    let Some((coverage, says)) = report.coverage.as_ref().zip(headline::coverage(report)) else {
        return String::new();
    };
    let mut section = format!(
        "<section aria-labelledby=\"coverage-title\"><h2 id=\"coverage-title\">What leaves its account</h2><p>{}</p>\n",
        said(report, &says)
    );
    if let Some(lost) = headline::lost(report) {
        let _ = writeln!(section, "<p class=\"bad\">✗ {}</p>", said(report, &lost));
    }
    let rows = headline::least_covered(coverage);
    if !rows.is_empty() {
        section.push_str(
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"coverage-title\"><table class=\"coverage\"><thead><tr>\
             <th scope=\"col\">Account</th><th scope=\"col\">Type</th><th scope=\"col\" class=\"number\">Resources</th>\
             <th scope=\"col\" class=\"number\">Have a copy out</th><th scope=\"col\" class=\"number\">Feasible</th>\
             <th scope=\"col\" class=\"number\">Unknown</th></tr></thead><tbody>\n",
        );
        for row in rows.iter().take(ROWS) {
            section.push_str(&line(row, report));
        }
        section.push_str("</tbody></table></div>");
    }
    let more = rows.len().saturating_sub(ROWS);
    if more > 0 {
        let _ = write!(
            section,
            "<p class=\"quiet\">and {more} more; <code>--format json</code> has all</p>"
        );
    }
    section.push_str("</section>");
    section
}

fn line(row: &OfType, report: &Report) -> String {
    let counts = row.counts;
    let stays = counts.feasibly < counts.resources.saturating_sub(counts.unknown);
    let (style, sign) = match (stays, counts.unknown > 0) {
        (true, _) => ("bad", '✗'),
        (false, true) => ("unsure", '?'),
        (false, false) => ("good", '✓'),
    };
    let of = row
        .resource_type
        .as_ref()
        .map_or("unknown", |of| of.as_str());
    format!(
        "<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td>\
         <td class=\"number {style}\">{sign} {}</td><td class=\"number\">{}</td></tr>\n",
        text(&report.names.account(row.account)),
        text(of),
        counts.resources,
        counts.leave,
        counts.feasibly,
        counts.unknown,
    )
}

/// The copies that there are, and the recovery points of what is there no longer, for the script.
pub fn there(report: &Report) -> Value {
    let Some(coverage) = &report.coverage else {
        return Value::Null;
    };
    let mut copies: Vec<_> = coverage.copies.iter().collect();
    // Those that cannot be restored from come first, then the oldest.
    copies.sort_by_key(|copy| (copy.restorable, std::cmp::Reverse(copy.age_days)));
    json!({
        "copies": copies.iter().take(COPIES).collect::<Vec<_>>(),
        "more": copies.len().saturating_sub(COPIES),
        "without_source": coverage.without_source.iter().take(COPIES).collect::<Vec<_>>(),
        "more_without": coverage.without_source.len().saturating_sub(COPIES),
    })
}
