//! What a report says of all copies together, added up copy by copy, so that none need be held.

use std::collections::{BTreeMap, BTreeSet};

use crate::checks::{CHECKS, Decided};
use crate::inventory::Facts;
use crate::known::{Count as _, Gap, HashMap};
use crate::remedy::Remedy;
use crate::verdict::{Outcome, Status, Verdict};

use super::causes::{Causes, subjects};
use super::copy::CopyReport;
use super::gap::Gaps;
use super::links::{Found, Links, by_number, found, is_finding};
use super::model::{Assumed, Count, Report, SchemaId, Summary, Tool};
use super::names::Names;
use super::reading::Reading;
use super::repository::Repository;
use super::summed::{Place, Summed};

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
            gaps: HashMap::default(),
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
            assumed_at: None,
            exit_code: 0,
            stopped: false,
            open: Vec::new(),
            summary: self.summary,
            checks: self.checks,
            tally: self.tally,
            waived: BTreeMap::new(),
            only: Vec::new(),
            inputs: Vec::new(),
            files: Vec::new(),
            repository: Repository::default(),
            waivers: Vec::new(),
            counts_all: false,
            raised: BTreeSet::new(),
            failed_before: BTreeSet::new(),
            copies: Vec::new(),
            removed: Vec::new(),
            vaults: Vec::new(),
            plans: Vec::new(),
            resources: Vec::new(),
            read: None,
            coverage: None,
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
            let is_fixed = copy.verdict == Verdict::Blocked && after != Verdict::Blocked;
            self.unblocked.one_more_if(is_fixed);
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
            self.tally.entry(place).or_default().add(outcome.status);
        }
    }
}

impl Report {
    /// The report on copies that were decided on these facts, with all its copies.
    ///
    /// `gaps` are those that the facts record; those of the checks are added. `everything`: it tells what passes, too.
    #[must_use]
    pub fn new(
        decided: &[Decided],
        remedies: Vec<Remedy>,
        gaps: Vec<Gap>,
        facts: &Facts<'_>,
        everything: bool,
    ) -> Self {
        let reading = Reading::default();
        let mut places: Vec<(Place, &Decided, Vec<Found>)> = decided
            .iter()
            .map(|one| (Place::of(&one.copy), one, found(one, everything)))
            .collect();
        places.sort_by(|(one, first, _), (other, second, _)| {
            (one, &first.copy.id).cmp(&(other, &second.copy.id))
        });
        let summed = places.iter().map(|(place, one, found)| Summed {
            id: &one.copy.id,
            verdict: one.verdict,
            found,
            resource: place.resource.as_ref(),
            recovery_point: one.copy.transfer.recovery_point.as_ref(),
            assumptions: &one.copy.assumptions,
            with_remedies: None,
        });
        let mut report = Sums::new(&remedies, &reading).of(
            summed,
            std::iter::empty(),
            gaps.into_iter(),
            facts.collected_at(),
        );
        report.remedies = remedies;
        report.names = Names::of(&report.causes, facts);
        report
            .remedies
            .sort_by(|one, other| by_number(&one.id, &other.id));
        let links = report.links(everything);
        report.copies = places
            .iter()
            .map(|(_, one, found)| CopyReport::of(&one.copy, one.verdict, found, &links, facts))
            .collect();
        report
    }
}
