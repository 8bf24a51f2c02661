//! The report: everything that any format prints, in its one order.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::change::{Change, Changes};
use crate::checks::{CHECKS, Check, Coverage};
use crate::known::{Arn, Gap, HashMap};
use crate::remedy::Remedy;
use crate::verdict::{Status, Verdict};

use super::causes::Cause;
use super::check::CheckReport;
use super::copy::CopyReport;
use super::gap::Gaps;
use super::links::Links;
use super::names::Names;
use super::plan::PlanReport;
use super::reading::Reading;
use super::repository::Repository;
use super::resource::ResourceReport;
use super::waiver::WaiverReport;

/// What was decided of the copies that were asked about, why, and what to change.
///
/// The same facts give the same report, in whatever order they came. The copies may be left out, or all but some: who has
/// many tells them one by one.
#[derive(Clone, Debug)]
pub struct Report {
    /// The format of this file.
    pub schema: SchemaId,
    /// What made it.
    pub tool: Tool,
    /// When the facts were read; `None` where they do not say.
    pub collected_at: Option<String>,
    /// The moment that everything was decided as of, where one was named.
    pub assumed_at: Option<String>,
    /// What the program ends with.
    pub exit_code: u8,
    /// Whether reading was stopped before everything was read.
    pub stopped: bool,
    /// How many of each.
    pub summary: Summary,
    /// The places in [`CHECKS`] of those that are named below.
    pub(super) checks: BTreeSet<usize>,
    /// How many times each of them failed, warned or was undecided.
    pub(super) tally: BTreeMap<usize, Count>,
    /// How many of those are waived.
    pub waived: BTreeMap<&'static str, Count>,
    /// The verdicts of the copies that are listed; empty: all.
    pub only: Vec<Verdict>,
    /// The files that the facts came from: those of a change first.
    pub inputs: Vec<String>,
    /// The plans and templates of the change.
    pub files: Vec<FileOfChange>,
    /// The repository that they lie in, where that is told.
    pub repository: Repository,
    /// The waivers, and what became of each.
    pub waivers: Vec<WaiverReport>,
    /// Whether what a change leaves as it was counts for the exit code, too.
    pub counts_all: bool,
    /// The checks whose warnings are errors, as the configuration says.
    pub raised: BTreeSet<&'static str>,
    /// The findings of vaults, plans and resources that a change leaves as they were, each with what it is of.
    pub failed_before: BTreeSet<(String, &'static str)>,
    /// The copies, by source account, Region, resource, destination and id.
    pub copies: Vec<CopyReport>,
    /// The copies that a change no longer makes, each with its former verdict.
    pub removed: Vec<CopyReport>,
    /// The vaults that `audit` looked at.
    pub vaults: Vec<VaultReport>,
    /// The backup plans that `audit` looked at.
    pub plans: Vec<PlanReport>,
    /// The resources that `audit` looked at.
    pub resources: Vec<ResourceReport>,
    /// How much of what `audit` looks at was read; `None` where it was not audited.
    pub read: Option<AuditRead>,
    /// What leaves its account; `None` where that was not audited.
    pub coverage: Option<Coverage>,
    /// What is at fault, most copies first.
    pub causes: Vec<Cause>,
    /// What is warned of, most copies first.
    pub warnings: Vec<Cause>,
    /// What was taken for granted, with how many copies rest on it.
    pub assumed: Vec<(String, Assumed)>,
    /// The blocked copies that are blocked no longer once all remedies are made; `None` where no remedy is for a copy.
    pub unblocked: Option<usize>,
    /// The changes to make.
    pub remedies: Vec<Remedy>,
    /// What was not read: what the facts record, and what a check went without.
    pub gaps: Gaps,
    /// Why there may be other copies than these, or these may come out otherwise.
    pub open: Vec<Gap>,
    /// How the facts came.
    pub reading: Reading,
    /// The names of keys and accounts, for people.
    pub names: Names,
}

/// Something that was taken for granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// How many copies rest on it.
    pub copies: usize,
    /// The id of the first.
    pub first: String,
}

/// How many times a check came out so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// It failed.
    pub fail: usize,
    /// It was undecided.
    pub undecided: usize,
    /// It warned.
    pub warn: usize,
}

impl Count {
    /// One more.
    pub const fn add(&mut self, status: Status) {
        let one = match status {
            Status::Fail => &mut self.fail,
            Status::Undecided => &mut self.undecided,
            Status::Warn | Status::Pass | Status::NotApplicable => &mut self.warn,
        };
        *one = one.saturating_add(1);
    }
}

/// The id of the report's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaId;

impl SchemaId {
    /// It, as it stands in the file.
    pub const TEXT: &str = "backup-preflight/report/v2";
}

impl Serialize for SchemaId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Self::TEXT)
    }
}

impl JsonSchema for SchemaId {
    fn schema_name() -> Cow<'static, str> {
        "ReportSchemaId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "const": Self::TEXT})
    }
    fn inline_schema() -> bool {
        true
    }
}

/// The program that made a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

impl Tool {
    /// This program.
    pub const THIS: Self = Self {
        name: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
    };
}

/// How many copies came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// All copies.
    pub copies: usize,
    /// Those that will succeed.
    pub feasible: usize,
    /// Those that will fail.
    pub blocked: usize,
    /// Those of which that is not known.
    pub undecided: usize,
    /// Those that are blocked or undecided, and every check that makes them so is waived.
    pub waived: usize,
    /// The checks that warn, of all copies, vaults, plans and resources.
    pub warnings: usize,
    /// What a change to the facts does; null where none is judged.
    pub changes: Option<Changes>,
    /// The vaults; null where they were not audited, or none could be read.
    pub vaults: Option<Audited>,
    /// The plans; null where they were not audited, or none could be read.
    pub plans: Option<Audited>,
    /// The resources; null where they were not audited.
    pub resources: Option<Audited>,
}

/// How many of what was audited are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Audited {
    /// All of them.
    pub checked: usize,
    /// Those of which a check fails.
    pub failing: usize,
    /// Those of which one warns, and none fails.
    pub warning: usize,
}

/// How much of what an audit looks at was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditRead {
    /// The vaults.
    pub vaults: HowMany,
    /// The plans.
    pub plans: HowMany,
}

/// How many of what there is were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowMany {
    /// All, as far as anybody says.
    All,
    /// There may be more.
    InPart,
    /// None, and nobody knows what there is.
    Unread,
}

/// A check that a report names, once.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckNote {
    /// The problem in a line.
    pub title: &'static str,
    /// The pages that say so.
    pub cites: Vec<&'static str>,
}

/// One vault, with what was found about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct VaultReport {
    /// The vault.
    pub vault: Arn,
    /// What the checks of vaults found.
    pub checks: Vec<CheckReport>,
}

impl Report {
    /// Whether the exit code says that there may be other copies than these.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.exit_code != 0 && !self.open.is_empty()
    }

    /// The ids that its checks name.
    #[must_use]
    pub fn links(&self, everything: bool) -> Links<'_> {
        Links::new(&self.remedies, &self.gaps, everything).with_raised(&self.raised)
    }

    /// The same report with what becomes of the copies once all remedies are made: [`crate::remedy::Proposed::together`].
    #[must_use]
    pub fn with_remedies_made(mut self, together: &HashMap<Arc<str>, Verdict>) -> Self {
        for copy in &mut self.copies {
            copy.verdict_with_remedies = together.get(&*copy.id).copied();
        }
        let fixed = self.copies.iter().filter(|copy| copy.is_fixed()).count();
        self.unblocked = (!together.is_empty()).then_some(fixed);
        self
    }

    /// The same as of a moment that was named, which is an assumption of every copy.
    pub fn as_of(&mut self, at: Option<&str>) {
        self.assumed_at = at.map(str::to_owned);
        let assumed = at.map(|at| {
            let words = format!("time: it is {at}, as --assume-at says");
            let of = Assumed {
                copies: self.summary.copies,
                first: String::new(),
            };
            (words, of)
        });
        self.assumed.extend(assumed);
    }

    /// The checks that are named, each once, in the order in which they run.
    pub fn named_checks(&self) -> impl Iterator<Item = (&'static str, CheckNote)> {
        let checks = self.checks.iter().filter_map(|place| CHECKS.get(*place));
        checks.map(|check| {
            let cites = check.cites.iter().map(|cite| cite.url).collect();
            let title = check.title;
            (check.id, CheckNote { title, cites })
        })
    }

    /// The checks that failed, warned or were undecided, of all copies, vaults, plans and resources, in the order in which they run.
    pub fn counted_checks(&self) -> impl Iterator<Item = (&'static Check, Count)> {
        let tally = self.tally.iter();
        tally.filter_map(|(place, count)| Some((CHECKS.get(*place)?, *count)))
    }

    /// Whether copies of a verdict are listed.
    #[must_use]
    pub fn lists(&self, verdict: Verdict) -> bool {
        self.only.is_empty() || self.only.contains(&verdict)
    }

    /// Whether a copy counts for the exit code: where a change is judged, one that it makes or makes worse; and never one
    /// that is waived.
    #[must_use]
    pub fn counts(&self, copy: &CopyReport) -> bool {
        (self.counts_all || copy.change.is_none_or(Change::counts)) && copy.waived().is_none()
    }

    /// What every check found, of copies, of vaults, of plans and of resources.
    pub fn all_checks(&self) -> impl Iterator<Item = &CheckReport> {
        let of_vaults = self.vaults.iter().flat_map(|vault| &vault.checks);
        self.copies
            .iter()
            .flat_map(|copy| &copy.checks)
            .chain(of_vaults)
            .chain(self.plans.iter().flat_map(|plan| &plan.checks))
            .chain(self.resources.iter().flat_map(|resource| &resource.checks))
    }
}

/// A plan or a template of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FileOfChange {
    /// The file.
    pub file: String,
    /// What stands before the addresses, or logical ids, that stand in for the names that AWS gives: nothing where neither another file of
    /// the run nor the facts have such names.
    pub prefix: String,
}

impl FileOfChange {
    /// A name without what stands before it in this run alone.
    #[must_use]
    pub fn without_prefixes(files: &[Self], name: &str) -> String {
        let mut text = name.to_owned();
        let told = files.iter().filter(|one| !one.prefix.is_empty());
        for one in told {
            for before in [":", "/"] {
                text = text.replace(&format!("{before}{}", one.prefix), before);
            }
            if let Some(rest) = text.strip_prefix(&one.prefix) {
                text = rest.to_owned();
            }
        }
        text
    }
}
