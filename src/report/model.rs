//! The report: everything that any format prints, in its one order.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::checks::{Check, Decided};
use crate::inventory::Facts;
use crate::known::{AccountId, Arn, Gap};
use crate::remedy::{Remedy, RemedyKind};
use crate::verdict::{Outcome, Status, Verdict};

use super::audit::PlanReport;
use super::causes::Cause;
use super::copy::{CheckReport, CopyReport};
use super::totals::{Place, Totals};

/// What was decided of the copies that were asked about, why, and what to change.
///
/// The same facts give the same report, in whatever order they came.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Report {
    /// The format of this file.
    pub schema: SchemaId,
    /// What made it.
    pub tool: Tool,
    /// When the facts were read; null where they do not say.
    pub collected_at: Option<String>,
    /// How many of each.
    pub summary: Summary,
    /// What is at fault, most copies first; of `audit` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub causes: Option<Vec<Cause>>,
    /// The copies, by source account, Region, resource, destination and id.
    pub copies: Vec<CopyReport>,
    /// The vaults that `audit` looked at; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vaults: Option<Vec<VaultReport>>,
    /// The backup plans that `audit` looked at; absent elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plans: Option<Vec<PlanReport>>,
    /// The changes to make.
    pub remedies: Vec<RemedyReport>,
    /// What was not read: what the facts record, and what a check went without.
    pub gaps: Vec<Gap>,
}

/// The id of the report's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaId;

impl SchemaId {
    /// It, as it stands in the file.
    pub const TEXT: &str = "backup-preflight/report/v1";
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
    /// The checks that warn, of all copies, vaults and plans.
    pub warnings: usize,
}

/// One vault, with what was found about it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct VaultReport {
    /// The vault.
    pub vault: Arn,
    /// What every check of vaults found.
    pub checks: Vec<CheckReport>,
}

/// One change, with everything that it takes.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RemedyReport {
    /// Its id within the report.
    pub id: String,
    /// The change in a line.
    pub title: String,
    /// What is changed: an ARN, or an id.
    pub subject: String,
    /// The account that makes the change; null where it is unknown.
    pub account: Option<AccountId>,
    /// What sort of change it is.
    pub kind: RemedyKind,
    /// The whole policy before; null where there was none, or the change is not of a policy.
    pub before: Option<Value>,
    /// The whole policy after; null where the change is not of a policy.
    pub after: Option<Value>,
    /// The statements added or changed.
    pub added: Vec<Value>,
    /// The commands that make the change, in order, ready to paste.
    pub commands: Vec<String>,
    /// The remedies that must come before it.
    pub requires: Vec<String>,
    /// The remedies that would do in its place.
    pub alternative_to: Vec<String>,
    /// Whether running the checks again with it shows that it works; null where the facts cannot show it.
    pub proven: Option<bool>,
    /// The copies that it mends.
    pub copies: Vec<String>,
}

impl Report {
    /// The report on copies that were decided on these facts.
    ///
    /// `gaps` are those that the facts record; those of the checks are added.
    #[must_use]
    pub fn new(
        decided: &[Decided],
        remedies: &[Remedy],
        gaps: Vec<Gap>,
        collected_at: Option<&str>,
        facts: &Facts<'_>,
    ) -> Self {
        let mut totals = Totals::default();
        let mut places: Vec<(Place, &Decided)> = Vec::with_capacity(decided.len());
        for one in decided {
            totals.add(one);
            places.push((Place::of(&one.copy), one));
        }
        places.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mended = Mended::new(remedies);
        let mut report = Self::without_copies(totals, remedies, gaps, collected_at);
        report.copies = places
            .iter()
            .map(|(_, decided)| CopyReport::new(decided, &mended, facts))
            .collect();
        report
    }

    /// The report but for its copies, which were added up: they are told one by one.
    #[must_use]
    pub fn without_copies(
        totals: Totals,
        remedies: &[Remedy],
        gaps: Vec<Gap>,
        collected_at: Option<&str>,
    ) -> Self {
        let mut remedies: Vec<_> = remedies.iter().map(RemedyReport::new).collect();
        remedies.sort_by(|a, b| by_number(&a.id, &b.id));
        let mut all = totals.gaps;
        all.extend(gaps);
        Self {
            schema: SchemaId,
            tool: Tool::THIS,
            collected_at: collected_at.map(str::to_owned),
            summary: totals.summary,
            copies: Vec::new(),
            vaults: None,
            plans: None,
            causes: None,
            remedies,
            gaps: all.into_iter().collect(),
        }
    }

    /// The same report with what `audit` found about vaults. `remedies` are those of [`Report::new`]; one that mends a
    /// vault has the vault's ARN in [`Remedy::checks`], in the place of a copy's id.
    #[must_use]
    pub fn with_vaults(
        mut self,
        found: &[(Arn, Vec<(&'static Check, Outcome)>)],
        remedies: &[Remedy],
    ) -> Self {
        let mended = Mended::new(remedies);
        let mut vaults: Vec<_> = found
            .iter()
            .map(|(vault, outcomes)| VaultReport {
                vault: vault.clone(),
                checks: outcomes
                    .iter()
                    .map(|(check, outcome)| {
                        CheckReport::new(check, outcome, mended.by(vault.as_str(), check.id))
                    })
                    .collect(),
            })
            .collect();
        vaults.sort_by(|a, b| a.vault.cmp(&b.vault));
        self.add(vaults.iter().flat_map(|vault| &vault.checks));
        self.vaults = Some(vaults);
        self
    }

    /// Adds what checks found to the totals.
    pub(super) fn add<'c>(&mut self, checks: impl Iterator<Item = &'c CheckReport>) {
        let mut gaps: BTreeSet<Gap> = std::mem::take(&mut self.gaps).into_iter().collect();
        for check in checks {
            let warns = usize::from(check.outcome == Status::Warn);
            self.summary.warnings = self.summary.warnings.saturating_add(warns);
            gaps.extend(check.gaps.iter().cloned());
        }
        self.gaps = gaps.into_iter().collect();
    }

    /// The same report with what becomes of the copies once all remedies are made: [`crate::remedy::Proposed::together`].
    #[must_use]
    pub fn with_remedies_made(mut self, together: &BTreeMap<String, Verdict>) -> Self {
        for copy in &mut self.copies {
            copy.verdict_with_remedies = together.get(&copy.id).copied();
        }
        self
    }

    /// What every check found, of copies, of vaults and of plans.
    pub fn checks(&self) -> impl Iterator<Item = &CheckReport> {
        let of_vaults = self.vaults.iter().flatten().flat_map(|vault| &vault.checks);
        self.copies
            .iter()
            .flat_map(|copy| &copy.checks)
            .chain(of_vaults)
            .chain(self.plans.iter().flatten().flat_map(|plan| &plan.checks))
    }
}

/// The order of `r1`, `r2`, `r10`.
fn by_number(a: &str, b: &str) -> std::cmp::Ordering {
    (a.len(), a).cmp(&(b.len(), b))
}

impl RemedyReport {
    fn new(remedy: &Remedy) -> Self {
        let ids = |ids: &[String]| {
            let mut ids = ids.to_vec();
            ids.sort_by(|a, b| by_number(a, b));
            ids.dedup();
            ids
        };
        let copies: BTreeSet<_> = remedy.copies.iter().cloned().collect();
        Self {
            id: remedy.id.clone(),
            title: remedy.title.clone(),
            subject: remedy.subject.clone(),
            account: remedy.account,
            kind: remedy.kind,
            before: remedy.before.clone(),
            after: remedy.after.clone(),
            added: remedy.added.clone(),
            commands: remedy.commands.clone(),
            requires: ids(&remedy.requires),
            alternative_to: ids(&remedy.alternative_to),
            proven: remedy.proven,
            copies: copies.into_iter().collect(),
        }
    }
}

/// Which remedies mend which check of which copy or vault.
#[derive(Debug)]
pub struct Mended<'a>(BTreeMap<(&'a str, &'a str), Vec<&'a str>>);

impl<'a> Mended<'a> {
    /// Those of these remedies.
    #[must_use]
    pub fn new(remedies: &'a [Remedy]) -> Self {
        let mut by: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
        for remedy in remedies {
            for (subject, check) in &remedy.checks {
                by.entry((subject, check)).or_default().push(&remedy.id);
            }
        }
        for ids in by.values_mut() {
            ids.sort_by(|a, b| by_number(a, b));
            ids.dedup();
        }
        Self(by)
    }

    pub(super) fn by(&self, subject: &str, check: &str) -> Vec<String> {
        self.0
            .get(&(subject, check))
            .map(|ids| ids.iter().map(|id| (*id).to_owned()).collect())
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_are_counted_not_spelled() {
        let mut ids = ["r10", "r2", "r1"];
        ids.sort_by(|a, b| by_number(a, b));
        assert_eq!(ids, ["r1", "r2", "r10"]);
    }
}
