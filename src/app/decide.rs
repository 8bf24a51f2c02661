//! From planned copies to what is printed. Every copy is decided and told apart from the others, and little of it is
//! kept: the names in the order of the report, what the remedies need of those that fail, and what all add up to.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

use crate::checks::{Audited, Failing, decide};
use crate::inventory::{Copy, Facts};
use crate::known::Arn;
use crate::remedy::{Proposed, Remedy, propose_of, with_audited};
use crate::report::{
    Blame, Causes, CopyReport, Mended, Place, Report, Subjects, Totals, ndjson, ndjson_copy,
};
use crate::verdict::Verdict;

use crate::sources::stop;

use super::batches::in_order;
use super::copies::{Asked, Wanted};

/// What was decided, but for what each copy came to: that is worked out again when it is told.
pub(super) struct Found<'a> {
    facts: &'a Facts<'a>,
    /// In the order of the report.
    copies: Vec<Asked<'a>>,
    /// The verdicts of the copies that are told; empty: all.
    only: &'a [Verdict],
    /// What to change.
    pub(super) remedies: Vec<Remedy>,
    /// The verdicts once that is done, by the copies' ids.
    together: BTreeMap<String, Verdict>,
    /// The report but for its copies and causes.
    pub(super) totals: Report,
    /// Whether a signal ended the deciding: these are the copies that were decided by then.
    pub(super) is_cut: bool,
}

impl<'a> Found<'a> {
    /// Decides the copies.
    pub(super) fn of(wanted: Wanted<'a>, facts: &'a Facts<'a>) -> Self {
        Self::with(wanted, facts, None, &[])
    }

    /// Decides the copies of an audit, of which those of some verdicts are told.
    pub(super) fn audited(
        wanted: Wanted<'a>,
        facts: &'a Facts<'a>,
        audited: &Audited,
        only: &'a [Verdict],
    ) -> Self {
        Self::with(wanted, facts, Some(audited), only)
    }

    fn with(
        Wanted { copies, gaps, .. }: Wanted<'a>,
        facts: &'a Facts<'a>,
        audited: Option<&Audited>,
        only: &'a [Verdict],
    ) -> Self {
        let all = copies.len();
        let (light, copies) = in_places(copies, facts);
        let is_cut = copies.len() < all;
        let Proposed {
            mut remedies,
            together,
        } = propose_of(&light.failing, facts);
        if let Some(audited) = audited {
            let into = by_destination(&copies);
            let into = |vault: &Arn| -> Vec<Copy> {
                let copies = into.get(vault).into_iter().flatten();
                copies.map(|copy| copy.copy(facts)).collect()
            };
            remedies = with_audited(remedies, audited, into, facts);
        }
        let gaps = facts.recorded_gaps().chain(gaps).collect();
        let mut totals =
            Report::without_copies(light.totals, &remedies, gaps, facts.collected_at());
        if let Some(audited) = audited {
            totals = totals.audited(audited, &remedies);
        }
        Self {
            facts,
            copies,
            only,
            remedies,
            together,
            totals,
            is_cut,
        }
    }

    /// The report as JSON lines: the copies one by one, as soon as they are told.
    ///
    /// # Errors
    /// The first one that `take` gives.
    pub(super) fn lines<E>(&self, mut take: impl FnMut(&str) -> Result<(), E>) -> Result<(), E> {
        let mut causes = Causes::default();
        let subjects = Subjects::of(&self.totals.remedies);
        self.tell(
            |copy| {
                let line = self.is_wanted(&copy).then(|| ndjson_copy(&copy));
                (line, self.blame(&copy, &subjects))
            },
            |pieces| {
                let mut text = String::new();
                for (line, blame) in pieces {
                    text.extend(line);
                    blame.into_iter().for_each(|blame| causes.add(blame));
                }
                take(&text)
            },
        )?;
        if self.totals.causes.is_none() {
            return take(&ndjson(&self.totals));
        }
        let mut last = self.totals.clone();
        last.causes = Some(causes.told());
        take(&ndjson(&last))
    }

    /// The whole report.
    pub(super) fn report(&self) -> Report {
        let mut report = self.totals.clone();
        let mut causes = Causes::default();
        let subjects = Subjects::of(&self.totals.remedies);
        let Ok(()) = self.tell(
            |copy| (self.blame(&copy, &subjects), copy),
            |copies| {
                for (blame, copy) in copies {
                    blame.into_iter().for_each(|blame| causes.add(blame));
                    if self.is_wanted(&copy) {
                        report.copies.push(copy);
                    }
                }
                Ok::<(), Infallible>(())
            },
        );
        if report.causes.is_some() {
            report.causes = Some(causes.told());
        }
        report
    }

    fn is_wanted(&self, copy: &CopyReport) -> bool {
        self.only.is_empty() || self.only.contains(&copy.verdict)
    }

    /// What the causes take of a copy, where they are told.
    fn blame(&self, copy: &CopyReport, subjects: &Subjects<'_>) -> Option<Blame> {
        let causes = self.totals.causes.as_ref();
        causes.and_then(|_| Blame::of(copy, subjects))
    }

    /// Tells the copies one by one, in the order of the report: `say` puts one into words, and `take` gets the words of
    /// several.
    fn tell<W: Send, E>(
        &self,
        say: impl Fn(CopyReport) -> W + Sync,
        take: impl FnMut(Vec<W>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mended = Mended::new(&self.remedies);
        let tell = |facts: &Facts<'_>, copy: &Asked<'_>| {
            let decided = decide(copy.copy(facts), facts);
            let mut told = CopyReport::new(&decided, &mended, facts);
            told.verdict_with_remedies = self.together.get(&told.id).copied();
            say(told)
        };
        in_order(
            &self.copies,
            || self.facts.clone(),
            |facts, piece| piece.iter().map(|copy| tell(facts, copy)).collect(),
            take,
        )
    }
}

/// Decides the copies, and puts them in the order of the report. Those that fail are in the order of their ids.
fn in_places<'a>(copies: Vec<Asked<'a>>, facts: &Facts<'_>) -> (Light, Vec<Asked<'a>>) {
    let mut all = Light::default();
    // Stopped, it goes on with those that are decided.
    let _ = in_order(
        &copies,
        || facts.clone(),
        |facts, piece| Light::of(piece, facts),
        |light| {
            all.totals.and(light.totals);
            all.places.extend(light.places);
            all.failing.extend(light.failing);
            stop::asked().map_or(Ok(()), Err)
        },
    );
    all.failing
        .sort_by(|one, other| one.copy.id.cmp(&other.copy.id));
    let places = std::mem::take(&mut all.places);
    let mut in_places: Vec<(Place, Asked<'a>)> = places.into_iter().zip(copies).collect();
    in_places.sort_by(|(one, _), (other, _)| one.cmp(other));
    let copies = in_places.into_iter().map(|(_, copy)| copy).collect();
    (all, copies)
}

fn by_destination<'c, 'a>(copies: &'c [Asked<'a>]) -> HashMap<&'c Arn, Vec<&'c Asked<'a>>> {
    let mut all: HashMap<&Arn, Vec<&Asked<'a>>> = HashMap::new();
    for copy in copies {
        all.entry(copy.destination_vault()).or_default().push(copy);
    }
    all
}

/// What is kept of decided copies.
#[derive(Default)]
struct Light {
    totals: Totals,
    places: Vec<Place>,
    failing: Vec<Failing>,
}

impl Light {
    fn of(copies: &[Asked<'_>], facts: &Facts<'_>) -> Self {
        let mut light = Self {
            totals: Totals::default(),
            places: Vec::with_capacity(copies.len()),
            failing: Vec::new(),
        };
        for copy in copies {
            let decided = decide(copy.copy(facts), facts);
            light.totals.add(&decided);
            light.places.push(Place::of(&decided.copy));
            light.failing.extend(Failing::of(&decided));
        }
        light
    }
}
