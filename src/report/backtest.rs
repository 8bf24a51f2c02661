//! A comparison with copy jobs, for people and for programs.

use schemars::JsonSchema;
use serde::Serialize;

use crate::backtest::{Backtest, ByCheck, Comparison, Tested, Totals};
use crate::known::Arn;
use crate::quote::markdown::fenced;

use super::collected::by_cause;
use super::gap::{GapReport, Gaps};
use super::line::{line, pretty};
use super::model::{SchemaId, Tool};
use super::reading::Reading;
use super::table::Options;
use super::table::sheet::{Paint, Sheet, grid};

/// The jobs of a kind that are shown without being asked for.
const SHOWN: usize = 20;

/// How much of what is not known of a job is shown.
const UNKNOWN: usize = 3;

/// Why the counts of the checks are not those of the jobs.
const EACH: &str = "a job is counted under each check that it is about; one that was feasible and completed is counted under none";

/// The comparison as `backtest` prints it.
#[derive(Serialize, JsonSchema)]
pub(super) struct BacktestReport<'a> {
    /// The format of this file.
    schema: SchemaId,
    /// What made it.
    tool: Tool,
    /// What the program ended with.
    exit_code: u8,
    #[serde(flatten)]
    found: &'a Backtest,
    /// Why there may be more copy jobs: what was not read.
    gaps: Vec<GapReport<'a>>,
}

/// The comparison as one JSON object.
#[must_use]
pub fn backtest_json(found: &Backtest, reading: &Reading, exit_code: u8) -> String {
    let gaps = gaps_of(found);
    let reading = reading.recorded();
    let mut text = pretty(&BacktestReport {
        schema: SchemaId,
        tool: Tool::THIS,
        exit_code,
        found,
        gaps: gaps.told(&reading).collect(),
    });
    text.push('\n');
    text
}

/// The comparison as JSON lines, each with a `type`: the jobs, the checks, what was not read, and the summary last.
#[must_use]
pub fn backtest_ndjson(found: &Backtest, reading: &Reading, exit_code: u8) -> String {
    let gaps = gaps_of(found);
    let reading = reading.recorded();
    let last = BacktestLine::Summary(BacktestSummary {
        schema: SchemaId,
        tool: Tool::THIS,
        collected_at: found.collected_at.as_deref(),
        assumed_at: found.assumed_at.as_deref(),
        exit_code,
        note: found.note,
        summary: found.summary,
    });
    let jobs = found.jobs.iter().map(BacktestLine::Job);
    let checks = found.checks.iter().map(BacktestLine::Check);
    jobs.chain(checks)
        .chain(gaps.told(&reading).map(BacktestLine::Gap))
        .chain([last])
        .map(|each| format!("{}\n", line(&each)))
        .collect()
}

/// What was not read; no copy waits for it.
fn gaps_of(found: &Backtest) -> Gaps {
    Gaps::new(found.gaps.iter().map(|gap| (gap.clone(), 0)).collect())
}

/// One line.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum BacktestLine<'a> {
    /// A job.
    Job(&'a Tested),
    /// How a check did.
    Check(&'a ByCheck),
    /// Something that was not read.
    Gap(GapReport<'a>),
    /// The last line.
    Summary(BacktestSummary<'a>),
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "BacktestSummaryLine")]
pub(super) struct BacktestSummary<'a> {
    schema: SchemaId,
    tool: Tool,
    collected_at: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    assumed_at: Option<&'a str>,
    exit_code: u8,
    note: &'static str,
    #[serde(flatten)]
    summary: Totals,
}

/// The comparison as a table: the checks, the jobs that came out otherwise than was said, the worst last, and the totals.
#[must_use]
pub fn backtest_table(found: &Backtest, reading: &Reading, options: &Options) -> String {
    let mut sheet = options.sheet();
    if !found.checks.is_empty() {
        let head = [
            "check",
            "agreed",
            "feasible but failed",
            "blocked but completed",
            "undecided",
        ];
        let rows = found.checks.iter().map(|check| {
            vec![
                check.id.to_owned(),
                check.agreed.to_string(),
                check.feasible_but_failed.to_string(),
                check.blocked_but_completed.to_string(),
                check.undecided.to_string(),
            ]
        });
        for line in grid(sheet.width(), &head, &[0], rows) {
            sheet.as_it_stands(&line);
        }
        sheet.text(0, EACH);
    }
    for (comparison, title) in [
        (Comparison::Agreed, "Agreed"),
        (Comparison::Undecided, "Not decided"),
        (
            Comparison::BlockedButCompleted,
            "Called blocked, but completed",
        ),
        (Comparison::FeasibleButFailed, "Called feasible, but failed"),
    ] {
        let jobs: Vec<&Tested> = found
            .jobs
            .iter()
            .filter(|job| job.comparison == comparison && (options.verbose || is_news(job)))
            .collect();
        if jobs.is_empty() {
            continue;
        }
        sheet.title(title);
        let shown = if options.verbose { jobs.len() } else { SHOWN };
        for job in jobs.iter().take(shown) {
            one(&mut sheet, job);
        }
        if jobs.len() > shown {
            let text = format!("{} more (-v shows them)", jobs.len().saturating_sub(shown));
            sheet.item(2, ("…", Paint::Quiet), &text);
        }
    }
    if !found.gaps.is_empty() {
        sheet.gap();
        by_cause(
            &mut sheet,
            found.gaps.iter().cloned(),
            reading,
            options.verbose,
        );
    }
    sheet.gap();
    totals(&mut sheet, found);
    next(&mut sheet, found);
    sheet.finish()
}

/// The page of the check that AWS's message leads to, of the worst that came out otherwise than was said.
fn next(sheet: &mut Sheet, found: &Backtest) {
    let of = |comparison: Comparison| {
        let mut jobs = found.jobs.iter().filter(|job| job.comparison == comparison);
        jobs.find_map(|job| job.message_leads_to.first().or(job.checks.first()))
    };
    let check = of(Comparison::FeasibleButFailed).or_else(|| of(Comparison::BlockedButCompleted));
    if let Some(check) = check {
        sheet.verbatim(&format!("  the page: backup-preflight explain {check}"));
    }
}

/// The comparison as Markdown: its table, as it stands.
#[must_use]
pub fn backtest_markdown(found: &Backtest, reading: &Reading, exit_code: u8) -> String {
    let options = Options {
        width: None,
        ..Options::default()
    };
    let table = backtest_table(found, &reading.recorded(), &options);
    format!(
        "## {}: backtest\n\n{}\nexit code {exit_code}\n",
        Tool::THIS.name,
        fenced("text", &table)
    )
}

/// Whether a job is to be read, whoever reads: not one that was completed as was said.
fn is_news(job: &Tested) -> bool {
    job.comparison != Comparison::Agreed || job.message_agrees == Some(false)
}

fn totals(sheet: &mut Sheet, found: &Backtest) {
    let of = found.summary;
    let jobs = |count: usize| match count {
        1 => "1 copy job".to_owned(),
        _ => format!("{count} copy jobs"),
    };
    let text = format!(
        "{} of the last 30 days: {} agreed, {} called feasible but failed, {} called blocked but completed, {} undecided",
        jobs(of.jobs),
        of.agreed,
        of.feasible_but_failed,
        of.blocked_but_completed,
        of.undecided
    );
    let at = found.collected_at.as_deref();
    let at = at.map_or_else(String::new, |at| format!(" (facts of {at})"));
    let as_of = found.assumed_at.as_deref();
    let at = as_of.map_or_else(
        || at.clone(),
        |as_of| format!("{at}; decided as of {as_of}"),
    );
    sheet.item(0, ("note:", Paint::Unsure), &format!("{}{at}", found.note));
    let left_out = [
        (of.running, "not ended"),
        (of.older, "older"),
        (of.not_read, "of which too little was read"),
    ];
    let left_out: Vec<String> = left_out
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, why)| format!("{count} {why}"))
        .collect();
    if !left_out.is_empty() {
        sheet.text(0, &format!("left out: {}", left_out.join(", ")));
    }
    if found.is_open() {
        let text = "the copy jobs were not read, so nothing was compared";
        sheet.item(0, ("undecided:", Paint::Unsure), text);
        return;
    }
    sheet.text(0, &text);
}

fn one(sheet: &mut Sheet, job: &Tested) {
    let name = |arn: &Arn| {
        let account = arn
            .account()
            .map_or_else(String::new, |id| format!("{id} "));
        let region = arn
            .region()
            .map_or_else(String::new, |name| format!("{name} "));
        format!("{account}{region}{}", arn.name())
    };
    let text = format!(
        "{} {} {} → {}{}",
        job.resource_type.as_deref().unwrap_or("unknown type:"),
        job.resource.as_ref().map_or("unknown resource", Arn::name),
        job.source_vault
            .as_ref()
            .map_or_else(|| "unknown vault".to_owned(), name),
        name(&job.destination_vault),
        job.created
            .as_ref()
            .map_or_else(String::new, |made| format!(", {made}")),
    );
    sheet.item(2, (&job.id, Paint::Title), &text);
    if let Some(message) = &job.message {
        sheet.item(4, ("AWS said:", Paint::Quiet), message);
    }
    for message in &job.foretold {
        sheet.item(4, ("predicted:", Paint::Quiet), message);
    }
    if !job.checks.is_empty() {
        let lead = match job.comparison {
            Comparison::Undecided => "undecided:",
            Comparison::Agreed
            | Comparison::FeasibleButFailed
            | Comparison::BlockedButCompleted => "fails:",
        };
        sheet.item(4, (lead, Paint::Bad), &job.checks.join(", "));
    }
    for unknown in job.unknown.iter().take(UNKNOWN) {
        sheet.item(4, ("waits for:", Paint::Quiet), unknown);
    }
    if job.unknown.len() > UNKNOWN {
        let more = format!("{} more", job.unknown.len().saturating_sub(UNKNOWN));
        sheet.item(4, ("…", Paint::Quiet), &more);
    }
    match (job.message.is_some(), job.message_leads_to.as_slice()) {
        (true, []) if job.comparison == Comparison::FeasibleButFailed => {
            sheet.text(4, "no check predicts this message");
        }
        (_, []) => {}
        (_, checks) => {
            let other = match job.message_agrees {
                Some(false) => " (for another reason than was said)",
                Some(true) | None => "",
            };
            let text = format!("{}{other}", checks.join(", "));
            sheet.item(4, ("AWS's message leads to:", Paint::Quiet), &text);
        }
    }
    for assumption in &job.assumptions {
        sheet.item(4, ("taken for granted:", Paint::Quiet), assumption);
    }
}
