//! The copy jobs that ran, decided from the facts of now, and compared with how they ended.

mod job;
mod started;
mod tally;
mod tested;

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use crate::catalog::messages::explain;
use crate::checks::{Decided, decide};
use crate::inventory::{Copy, CopyJob, Facts, Named};
use crate::known::{AccountId, Gap, Region};
use crate::verdict::{Status, Verdict};

pub use tally::ByCheck;
pub use tested::{Comparison, Ended, Tested};

/// The days that are looked back.
const DAYS: i64 = 30;

/// What a comparison with copy jobs has to say of itself.
const NOTE: &str = "the jobs are decided from facts that were read later: what was changed since they ran is not known";

/// How often the checks agree with what happened.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Backtest {
    /// When the facts were read that the jobs are decided from.
    pub collected_at: Option<String>,
    /// The moment that they are decided as of, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assumed_at: Option<String>,
    /// What to keep in mind.
    pub note: &'static str,
    /// How many of each.
    pub summary: Totals,
    /// The same by check, for the checks that had a say.
    pub checks: Vec<ByCheck>,
    /// The jobs, in the order of their ids.
    pub jobs: Vec<Tested>,
    /// Why there may be more.
    #[serde(skip)]
    pub gaps: Vec<Gap>,
    /// Whether the copy jobs of any Region were read.
    #[serde(skip)]
    pub is_read: bool,
}

/// How many jobs came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Totals {
    /// The jobs that were decided.
    pub jobs: usize,
    /// It was said that it would end as it ended.
    pub agreed: usize,
    /// It was called feasible, and failed.
    pub feasible_but_failed: usize,
    /// It was called blocked, and was completed.
    pub blocked_but_completed: usize,
    /// It was not decided.
    pub undecided: usize,
    /// Left out: it has not ended.
    pub running: usize,
    /// Left out: it is older than 30 days.
    pub older: usize,
    /// Left out: how it ended, or where it went, was not read.
    pub not_read: usize,
}

/// A job that ran, where it did, how it ended, and the copy that is decided in its place.
struct Ran<'a> {
    place: (AccountId, &'a Region),
    job: &'a CopyJob,
    ended: Ended,
    named: Named,
}

/// The copies of the jobs of the last 30 days that are decided.
#[must_use]
pub fn copies(facts: &Facts<'_>) -> Vec<Named> {
    let ran = ran(facts, &mut Totals::default()).into_iter();
    ran.map(|ran| ran.named).collect()
}

/// The jobs of the last 30 days that are decided; those that are left out are counted.
fn ran<'a>(facts: &Facts<'a>, left_out: &mut Totals) -> Vec<Ran<'a>> {
    let now = facts.at();
    let mut ran = Vec::new();
    let jobs = facts.copy_jobs();
    let by_id: HashMap<_, _> = jobs
        .iter()
        .map(|(account, region, job)| ((*account, *region, &*job.id), *job))
        .collect();
    for (account, region, job) in jobs {
        let within = now.and_then(|now| job.is_within(DAYS, now));
        if within == Some(false) {
            left_out.older = left_out.older.saturating_add(1);
            continue;
        }
        let ended = match job.state.value().map(|state| &**state) {
            Some("COMPLETED") => Ended::Completed,
            Some("PARTIAL") => Ended::Partial,
            Some("FAILED") => Ended::Failed,
            Some("CREATED" | "RUNNING") => {
                left_out.running = left_out.running.saturating_add(1);
                continue;
            }
            Some(_) | None => {
                left_out.not_read = left_out.not_read.saturating_add(1);
                continue;
            }
        };
        let whole = job.parent_job_id.value();
        let whole = whole.and_then(|id| by_id.get(&(account, region, &**id)).copied());
        let Some(named) = job::named((account, region), job, whole, facts) else {
            left_out.not_read = left_out.not_read.saturating_add(1);
            continue;
        };
        ran.push(Ran {
            place: (account, region),
            job,
            ended,
            named,
        });
    }
    ran
}

/// Decides the copy jobs of the last 30 days, and compares.
#[must_use]
pub fn backtest(facts: &Facts<'_>) -> Backtest {
    let mut summary = Totals::default();
    let mut tested = Vec::new();
    for ran in ran(facts, &mut summary) {
        let decided = decide(Copy::new(ran.named, facts), facts);
        let decided = job::with_its_own_point(decided, ran.job, facts);
        let one = Tested::new(ran.place, ran.job, ran.ended, &decided);
        match one.comparison {
            Comparison::Agreed => summary.agreed = summary.agreed.saturating_add(1),
            Comparison::FeasibleButFailed => {
                summary.feasible_but_failed = summary.feasible_but_failed.saturating_add(1)
            }
            Comparison::BlockedButCompleted => {
                summary.blocked_but_completed = summary.blocked_but_completed.saturating_add(1)
            }
            Comparison::Undecided => summary.undecided = summary.undecided.saturating_add(1),
        }
        tested.push(one);
    }
    summary.jobs = tested.len();
    Backtest {
        collected_at: facts.collected_at().map(str::to_owned),
        assumed_at: facts.assumed_at().map(|at| at.as_str().to_owned()),
        note: NOTE,
        summary,
        checks: tally::by_check(&tested),
        jobs: tested,
        gaps: facts.copy_jobs_not_listed(),
        is_read: facts.has_copy_jobs(),
    }
}

impl Backtest {
    /// Whether nothing is said for want of what was not read.
    #[must_use]
    pub fn is_open(&self) -> bool {
        let refused = self.gaps.iter().any(|gap| gap.error.is_some());
        self.summary.jobs == 0 && (refused || !self.is_read)
    }

    /// Whether anything that was decided came out otherwise.
    #[must_use]
    pub const fn disagrees(&self) -> bool {
        self.summary.feasible_but_failed > 0 || self.summary.blocked_but_completed > 0
    }
}

impl Tested {
    fn new(
        (account, region): (AccountId, &Region),
        job: &crate::inventory::CopyJob,
        ended: Ended,
        decided: &Decided,
    ) -> Self {
        let of = |status| {
            decided
                .outcomes
                .iter()
                .filter(move |(check, outcome)| {
                    outcome.status == status && check.may_fail == crate::checks::MayFail::Yes
                })
                .map(|(check, _)| check.id)
        };
        let checks: Vec<&'static str> = match decided.verdict {
            Verdict::Blocked => of(Status::Fail).collect(),
            Verdict::Undecided => of(Status::Undecided).collect(),
            Verdict::Feasible => Vec::new(),
        };
        let foretold = decided
            .outcomes
            .iter()
            .filter(|(_, outcome)| outcome.status == Status::Fail)
            .filter_map(|(_, outcome)| outcome.predicted.as_ref()?.message.clone())
            .collect();
        let text =
            |field: &crate::inventory::Field<Box<str>>| field.value().map(ToString::to_string);
        let message = text(&job.status_message).filter(|message| !message.trim().is_empty());
        let mut leads = Vec::new();
        // A job that was completed may say so.
        if let (Some(message), Ended::Failed | Ended::Partial) = (&message, ended) {
            for known in explain(message) {
                for id in known.checks {
                    if !leads.contains(id) {
                        leads.push(*id);
                    }
                }
            }
        }
        let agrees = (!leads.is_empty() && decided.verdict == Verdict::Blocked)
            .then(|| leads.iter().any(|id| checks.contains(id)));
        Self {
            id: job.id.to_string(),
            account,
            region: region.clone(),
            created: job.made(),
            resource: decided.copy.resource.as_ref().known().cloned().flatten(),
            resource_type: decided
                .copy
                .route()
                .resource_type
                .as_ref()
                .known()
                .map(ToString::to_string),
            source_vault: decided
                .copy
                .endpoints()
                .source_vault
                .as_ref()
                .known()
                .cloned(),
            destination_vault: decided.copy.endpoints().destination_vault.clone(),
            assumptions: decided.copy.assumptions.clone(),
            ended,
            verdict: decided.verdict,
            comparison: compared(ended, decided),
            checks,
            unknown: unknown(decided),
            foretold,
            message,
            message_category: text(&job.message_category),
            message_leads_to: leads,
            message_agrees: agrees,
        }
    }
}

/// What would settle a copy that is not decided, each once.
fn unknown(decided: &Decided) -> Vec<String> {
    if decided.verdict != Verdict::Undecided {
        return Vec::new();
    }
    let open = decided.outcomes.iter().filter(|(check, outcome)| {
        outcome.status == Status::Undecided && check.may_fail == crate::checks::MayFail::Yes
    });
    let gaps = open.flat_map(|(_, outcome)| &outcome.gaps);
    let gaps: BTreeSet<String> = gaps.map(ToString::to_string).collect();
    gaps.into_iter().collect()
}

fn compared(ended: Ended, decided: &Decided) -> Comparison {
    let warned = decided.outcomes.iter().any(|(check, outcome)| {
        check.id == "nested-copies-dropped" && outcome.status == Status::Warn
    });
    match (decided.verdict, ended) {
        (Verdict::Undecided, _) => Comparison::Undecided,
        (Verdict::Feasible, Ended::Completed) | (Verdict::Blocked, Ended::Failed) => {
            Comparison::Agreed
        }
        (Verdict::Feasible, Ended::Failed) => Comparison::FeasibleButFailed,
        (Verdict::Blocked, Ended::Completed) => Comparison::BlockedButCompleted,
        // A composite of which a part stays behind is foretold by a warning.
        (Verdict::Feasible, Ended::Partial) if warned => Comparison::Agreed,
        (Verdict::Feasible, Ended::Partial) => Comparison::FeasibleButFailed,
        (Verdict::Blocked, Ended::Partial) => Comparison::BlockedButCompleted,
    }
}
