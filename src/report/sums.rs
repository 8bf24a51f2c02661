//! What a report says of all copies together, added up copy by copy, so that none need be held.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::checks::CHECKS;
use crate::inventory::Copy;
use crate::known::{AccountId, Arn, Count as _, Gap, Region};
use crate::remedy::Remedy;
use crate::verdict::{Outcome, Status, Verdict};

use super::causes::{Causes, subjects};
use super::gap::Gaps;
use super::links::{Found, Links, is_finding};
use super::model::{Assumed, Count, Report, SchemaId, Summary, Tool};
use super::names::Names;
use super::settle::Reading;

/// A decided copy, as much of it as is added up.
#[derive(Clone, Copy, Debug)]
pub struct Summed<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it comes to.
    pub verdict: Verdict,
    /// What the checks found that is to be told, in their order.
    pub found: &'a [Found],
    /// What is backed up, where it is known.
    pub resource: Option<&'a Arn>,
    /// The recovery point, where it is one's.
    pub recovery_point: Option<&'a Arn>,
    /// What was taken for granted.
    pub assumptions: &'a [String],
    /// The verdict once all remedies are made.
    pub with_remedies: Option<Verdict>,
}

impl Summed<'_> {
    /// Whether a thing is the copy itself, or what it copies.
    #[must_use]
    pub fn is_own(&self, thing: &str) -> bool {
        thing == self.id
            || self.resource.is_some_and(|arn| arn.as_str() == thing)
            || self.recovery_point.is_some_and(|arn| arn.as_str() == thing)
    }
}

/// The sums of copies, and of what `audit` found besides.
#[derive(Debug)]
pub struct Sums<'a> {
    remedies: &'a [Remedy],
    reading: &'a Reading,
    subjects: HashMap<&'a str, &'a str>,
    no_gaps: Gaps,
    summary: Summary,
    gaps: HashMap<Gap, usize>,
    checks: BTreeSet<usize>,
    tally: BTreeMap<usize, Count>,
    assumed: BTreeMap<String, Assumed>,
    unblocked: usize,
    with_remedies: bool,
}

impl<'a> Sums<'a> {
    /// No sums yet.
    #[must_use]
    pub fn new(remedies: &'a [Remedy], reading: &'a Reading) -> Self {
        Self {
            remedies,
            reading,
            subjects: subjects(remedies),
            no_gaps: Gaps::default(),
            summary: Summary::default(),
            gaps: HashMap::new(),
            checks: BTreeSet::new(),
            tally: BTreeMap::new(),
            assumed: BTreeMap::new(),
            unblocked: 0,
            with_remedies: false,
        }
    }

    /// The report of these copies, in their order, but for the copies themselves. `beside` are what other checks found, and
    /// `gaps` those that the facts record.
    #[must_use]
    pub fn of<'c, 'b>(
        mut self,
        copies: impl Iterator<Item = Summed<'c>>,
        beside: impl Iterator<Item = (&'static str, &'b Outcome)>,
        recorded: impl Iterator<Item = Gap>,
        collected_at: Option<&str>,
    ) -> Report {
        let mut causes = Causes::default();
        let none = std::mem::take(&mut self.no_gaps);
        let links = Links::new(self.remedies, &none, false);
        let recorded_so = self.reading.recorded();
        for (number, copy) in copies.enumerate() {
            self.add(&copy);
            causes.add(number, &copy, &links, &self.subjects, &recorded_so);
        }
        for (check, outcome) in beside {
            self.found(check, outcome);
            for gap in &outcome.gaps {
                self.gaps.entry(gap.clone()).or_default();
            }
        }
        for gap in recorded {
            self.gaps.entry(gap).or_default();
        }
        let gaps = Gaps::new(self.gaps.into_iter().collect());
        let (causes, warnings) = causes.told(&gaps);
        Report {
            schema: SchemaId,
            tool: Tool::THIS,
            collected_at: collected_at.map(str::to_owned),
            exit_code: 0,
            stopped: false,
            summary: self.summary,
            checks: self.checks,
            tally: self.tally,
            inputs: Vec::new(),
            waivers: Vec::new(),
            counts_all: false,
            failed_before: BTreeSet::new(),
            copies: Vec::new(),
            removed: Vec::new(),
            vaults: Vec::new(),
            plans: Vec::new(),
            causes,
            warnings,
            assumed: self.assumed.into_iter().collect(),
            unblocked: self.with_remedies.then_some(self.unblocked),
            remedies: Vec::new(),
            gaps,
            reading: self.reading.clone(),
            names: Names::default(),
        }
    }

    fn add(&mut self, copy: &Summed<'_>) {
        let summary = &mut self.summary;
        summary.copies.one_more();
        match copy.verdict {
            Verdict::Feasible => summary.feasible.one_more(),
            Verdict::Blocked => summary.blocked.one_more(),
            Verdict::Undecided => summary.undecided.one_more(),
        }
        if let Some(after) = copy.with_remedies {
            self.with_remedies = true;
            let is_mended = copy.verdict == Verdict::Blocked && after != Verdict::Blocked;
            self.unblocked.one_more_if(is_mended);
        }
        let mut waits: Vec<&Gap> = Vec::new();
        for (check, outcome) in copy.found {
            self.found(check.id, outcome);
            waits.extend(&outcome.gaps);
        }
        if waits.len() > 1 {
            waits.sort_unstable();
            waits.dedup();
        }
        for gap in waits {
            match self.gaps.get_mut(gap) {
                Some(copies) => copies.one_more(),
                None => drop(self.gaps.insert(gap.clone(), 1)),
            }
        }
        for assumption in copy.assumptions {
            match self.assumed.get_mut(assumption) {
                Some(of) => of.copies.one_more(),
                None => {
                    let first = copy.id.to_owned();
                    self.assumed
                        .insert(assumption.clone(), Assumed { copies: 1, first });
                }
            }
        }
    }

    fn found(&mut self, check: &str, outcome: &Outcome) {
        self.summary
            .warnings
            .one_more_if(outcome.status == Status::Warn);
        let Some(place) = CHECKS.iter().position(|known| known.id == check) else {
            return;
        };
        self.checks.insert(place);
        if is_finding(outcome.status) {
            let count = self.tally.entry(place).or_default();
            let one = match outcome.status {
                Status::Fail => &mut count.fail,
                Status::Undecided => &mut count.undecided,
                Status::Warn | Status::Pass | Status::NotApplicable => &mut count.warn,
            };
            *one = one.saturating_add(1);
        }
    }
}

/// Where a copy stands in a report: by source account, Region, resource and destination; then by its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The account that it comes from, where it is known.
    pub account: Option<AccountId>,
    /// The Region that it comes from, where it is known.
    pub region: Option<Region>,
    /// What is backed up, where it is known.
    pub resource: Option<Arn>,
    destination: Arn,
}

impl Place {
    /// That of a copy.
    #[must_use]
    pub fn of(copy: &Copy) -> Self {
        Self {
            account: copy.source_account().known(),
            region: copy.source_region().known(),
            resource: copy.resource.as_ref().known().cloned().flatten(),
            destination: copy.destination_vault.clone(),
        }
    }
}
