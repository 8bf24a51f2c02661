//! The report as JSON lines, for what reads a line at a time.

use serde::Serialize;

use crate::known::Gap;
use crate::quote::json::printable;

use super::audit::PlanReport;
use super::causes::Cause;
use super::copy::CopyReport;
use super::model::{RemedyReport, Report, SchemaId, Summary, Tool, VaultReport};

/// The report as one JSON object a line, each with a `type`: the copies in their order, then causes, vaults, plans,
/// remedies and gaps, and the summary last.
#[must_use]
pub fn ndjson(report: &Report) -> String {
    let copies = report.copies.iter().map(Line::Copy);
    let causes = report.causes.iter().flatten().map(Line::Cause);
    let plans = report.plans.iter().flatten().map(Line::Plan);
    let vaults = report.vaults.iter().flatten().map(Line::Vault);
    let remedies = report.remedies.iter().map(Line::Remedy);
    let gaps = report.gaps.iter().map(Line::Gap);
    let last = Line::Summary(Last {
        schema: report.schema,
        tool: report.tool,
        collected_at: report.collected_at.as_deref(),
        summary: report.summary,
    });
    copies
        .chain(causes)
        .chain(vaults)
        .chain(plans)
        .chain(remedies)
        .chain(gaps)
        .chain([last])
        .map(|line| line.text())
        .collect()
}

/// One copy as a line of [`ndjson`], for who tells the copies one by one. The lines of a report without copies follow.
#[must_use]
pub fn ndjson_copy(copy: &CopyReport) -> String {
    Line::Copy(copy).text()
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    Copy(&'a CopyReport),
    Cause(&'a Cause),
    Vault(&'a VaultReport),
    Plan(&'a PlanReport),
    Remedy(&'a RemedyReport),
    Gap(&'a Gap),
    Summary(Last<'a>),
}

/// The summary, with what stands at the head of the JSON report.
#[derive(Serialize)]
struct Last<'a> {
    schema: SchemaId,
    tool: Tool,
    collected_at: Option<&'a str>,
    #[serde(flatten)]
    summary: Summary,
}

impl Line<'_> {
    #[expect(
        clippy::expect_used,
        reason = "only a map with keys that are not text, or a failing writer, is refused; ours has neither"
    )]
    fn text(&self) -> String {
        let mut text = printable(serde_json::to_string(self).expect("our types are JSON"));
        text.push('\n');
        text
    }
}
