//! The report as JSON, an item of each list on a line of its own; and the schema of all that is printed as JSON.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Value, json as value};

use super::backtest::{BacktestLine, BacktestReport};
use super::causes::Cause;
use super::copy::CopyReport;
use super::gap::GapReport;
use super::line::line;
use super::message::Explained;
use super::model::{CheckNote, FileOfChange, Report, SchemaId, Summary, Tool, VaultReport};
use super::ndjson::Line;
use super::plan::PlanReport;
use super::remedy::RemedyReport;
use super::resource::ResourceReport;
use super::waiver::WaiverReport;
use crate::catalog::CapabilityRow;
use crate::checks::Coverage;

/// The report as one JSON object.
#[must_use]
pub fn json(report: &Report) -> String {
    let mut text = json_head(report);
    for (place, copy) in report.copies.iter().enumerate() {
        text.push_str(&json_copy(copy, place == 0));
    }
    json_tail(report, report.copies.is_empty(), |more| text.push_str(more));
    text
}

/// What stands before the copies.
#[must_use]
pub fn json_head(report: &Report) -> String {
    let mut text = String::from("{\n");
    for (name, value) in [
        ("schema", line(&report.schema)),
        ("tool", line(&report.tool)),
        ("collected_at", line(&report.collected_at)),
        ("assumed_at", line(&report.assumed_at)),
        ("exit_code", line(&report.exit_code)),
        ("summary", line(&report.summary)),
    ] {
        if name == "assumed_at" && report.assumed_at.is_none() {
            continue;
        }
        text.push_str(&format!("  \"{name}\": {value},\n"));
    }
    let checks: Vec<String> = report
        .named_checks()
        .map(|(id, note)| format!("\n    {}: {}", line(&id), line(&note)))
        .collect();
    let end = if checks.is_empty() { "" } else { "\n  " };
    text.push_str(&format!(
        "  \"checks\": {{{}{end}}},\n  \"copies\": [",
        checks.join(",")
    ));
    text
}

/// A copy, with the comma before it unless it is the first.
#[must_use]
pub fn json_copy(copy: &CopyReport, is_first: bool) -> String {
    let comma = if is_first { "" } else { "," };
    format!("{comma}\n    {}", line(copy))
}

/// What stands after the copies, of which there may be none, piece by piece: those that are no longer made come first.
pub fn json_tail(report: &Report, no_copies: bool, mut take: impl FnMut(&str)) {
    for (place, copy) in report.removed.iter().enumerate() {
        take(&json_copy(copy, no_copies && place == 0));
    }
    let no_copies = no_copies && report.removed.is_empty();
    take(if no_copies { "]" } else { "\n  ]" });
    list(&mut take, "vaults", report.vaults.iter());
    list(&mut take, "plans", report.plans.iter());
    list(&mut take, "resources", report.resources.iter());
    if let Some(coverage) = &report.coverage {
        take(",\n  \"coverage\": ");
        take(&line(coverage));
    }
    list(&mut take, "causes", report.causes.iter());
    let remedies = report.remedies.iter().map(RemedyReport::new);
    list(&mut take, "remedies", remedies);
    let reading = report.reading.recorded();
    list(&mut take, "gaps", report.gaps.told(&reading));
    if !report.waivers.is_empty() {
        list(&mut take, "waivers", report.waivers.iter());
    }
    if !report.files.is_empty() {
        list(&mut take, "files", report.files.iter());
    }
    take("\n}\n");
}

fn list<T: Serialize>(take: &mut impl FnMut(&str), name: &str, items: impl Iterator<Item = T>) {
    take(&format!(",\n  \"{name}\": ["));
    let mut none = true;
    for item in items {
        let comma = if none { "" } else { "," };
        take(&format!("{comma}\n    {}", line(&item)));
        none = false;
    }
    take(if none { "]" } else { "\n  ]" });
}

/// The report of `check`, `audit` and `fix`.
#[derive(JsonSchema)]
#[expect(
    dead_code,
    reason = "its parts are written one by one; this is their schema"
)]
struct Whole<'a> {
    /// The format of this file.
    schema: SchemaId,
    /// What made it.
    tool: Tool,
    /// When the facts were read; null where they do not say.
    collected_at: Option<String>,
    /// The moment that everything was decided as of; absent where none was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed_at: Option<String>,
    /// What the program ended with.
    exit_code: u8,
    /// How many of each.
    summary: Summary,
    /// Each check that is named below, once.
    checks: BTreeMap<String, CheckNote>,
    /// The copies, by source account, Region, resource, destination and id.
    copies: Vec<CopyReport>,
    /// The vaults of which `audit` found something.
    vaults: Vec<VaultReport>,
    /// The backup plans of which `audit` found something.
    plans: Vec<PlanReport>,
    /// The resources of which `audit` found something.
    resources: Vec<ResourceReport>,
    /// What leaves its account, and the copies that there are; absent where that was not audited.
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Box<Coverage>>,
    /// What is at fault, most copies first.
    causes: Vec<Cause>,
    /// The changes to make.
    remedies: Vec<RemedyReport<'a>>,
    /// What was not read.
    gaps: Vec<GapReport<'a>>,
    /// The waivers of the configuration, and what became of each; absent where it has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waivers: Vec<WaiverReport>,
    /// The plans and templates of the change; absent where it has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileOfChange>,
}

/// All that is printed as JSON: an object of its own, or an object a line.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "it is the schema of what others write")]
enum Printed<'a> {
    /// `check`, `audit` and `fix`, as `json`.
    Report(Box<Whole<'a>>),
    /// A line of theirs, as `ndjson`.
    Line(Box<Line<'a>>),
    /// `backtest`, as `json`.
    Backtest(BacktestReport<'a>),
    /// A line of it, as `ndjson`.
    BacktestLine(BacktestLine<'a>),
    /// `explain --message`, as `json`.
    Explained(Explained),
    /// `capabilities`, as `json`.
    Capabilities(Vec<CapabilityRow>),
}

/// The JSON Schema of what is printed as JSON.
#[must_use]
pub fn report_schema() -> Value {
    let mut schema = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<Printed<'_>>();
    schema.insert("title".to_owned(), "backup-preflight report".into());
    schema.insert("type".to_owned(), value!(["object", "array"]));
    schema.to_value()
}
