//! The report as JSON lines, for what reads a line at a time.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::causes::Cause;
use super::copy::CopyReport;
use super::gap::GapReport;
use super::line::line;
use super::model::{CheckNote, Report, SchemaId, Summary, Tool, VaultReport};
use super::plan::PlanReport;
use super::remedy::RemedyReport;
use super::resource::ResourceReport;
use super::waiver::WaiverReport;
use crate::checks::Coverage;

/// The report as one JSON object a line, each with a `type`: the copies in their order, then vaults, plans, resources, causes,
/// remedies, gaps and waivers, and the summary last.
#[must_use]
pub fn ndjson(report: &Report) -> String {
    let copies = report.copies.iter();
    let mut text: String = copies.map(ndjson_copy).collect();
    ndjson_tail(report, |more| text.push_str(&more));
    text
}

/// One copy as a line of [`ndjson`], for who tells the copies one by one.
#[must_use]
pub fn ndjson_copy(copy: &CopyReport) -> String {
    Line::Copy(copy).text()
}

/// The lines that follow the copies, one by one.
pub fn ndjson_tail(report: &Report, mut take: impl FnMut(String)) {
    report.removed.iter().map(ndjson_copy).for_each(&mut take);
    report
        .vaults
        .iter()
        .map(Line::Vault)
        .for_each(|line| take(line.text()));
    report
        .plans
        .iter()
        .map(Line::Plan)
        .for_each(|line| take(line.text()));
    report
        .resources
        .iter()
        .map(Line::Resource)
        .for_each(|line| take(line.text()));
    let coverage = report.coverage.iter();
    coverage
        .map(Line::Coverage)
        .for_each(|line| take(line.text()));
    report
        .causes
        .iter()
        .map(Line::Cause)
        .for_each(|line| take(line.text()));
    let remedies = report.remedies.iter().map(RemedyReport::new);
    remedies
        .map(Line::Remedy)
        .for_each(|line| take(line.text()));
    let reading = report.reading.recorded();
    let gaps = report.gaps.told(&reading);
    gaps.map(Line::Gap).for_each(|line| take(line.text()));
    let waivers = report.waivers.iter();
    waivers.map(Line::Waiver).for_each(|line| take(line.text()));
    take(Line::Summary(ReportSummary::of(report)).text());
}

/// One line.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[schemars(rename = "ReportLine")]
pub(super) enum Line<'a> {
    /// A copy.
    Copy(&'a CopyReport),
    /// A vault.
    Vault(&'a VaultReport),
    /// A backup plan.
    Plan(&'a PlanReport),
    /// A resource.
    Resource(&'a ResourceReport),
    /// What leaves its account.
    Coverage(&'a Coverage),
    /// A cause.
    Cause(&'a Cause),
    /// A change.
    Remedy(RemedyReport<'a>),
    /// Something that was not read.
    Gap(GapReport<'a>),
    /// A waiver, and what became of it.
    Waiver(&'a WaiverReport),
    /// The last line.
    Summary(ReportSummary<'a>),
}

/// The summary, with what stands at the head of the JSON report.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ReportSummaryLine")]
pub(super) struct ReportSummary<'a> {
    schema: SchemaId,
    tool: Tool,
    collected_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed_at: Option<&'a str>,
    exit_code: u8,
    #[serde(flatten)]
    summary: Summary,
    checks: BTreeMap<&'static str, CheckNote>,
}

impl<'a> ReportSummary<'a> {
    fn of(report: &'a Report) -> Self {
        Self {
            schema: report.schema,
            tool: report.tool,
            collected_at: report.collected_at.as_deref(),
            assumed_at: report.assumed_at.as_deref(),
            exit_code: report.exit_code,
            summary: report.summary,
            checks: report.named_checks().collect(),
        }
    }
}

impl Line<'_> {
    fn text(&self) -> String {
        let mut text = line(self);
        text.push('\n');
        text
    }
}
