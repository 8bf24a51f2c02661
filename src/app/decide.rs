//! From planned copies to what is printed. Every copy is decided and told apart from the others, and little of it is
//! kept: the names in the order of the report, what the remedies need of those that fail, and what all add up to.

use std::convert::Infallible;

use crate::checks::{Decided, Failing, decide};
use crate::inventory::{Copy, CopyEntry, Facts, Named};
use crate::remedy::{Remedy, remedies_of};
use crate::report::{CopyReport, Mended, Place, Report, Totals};

use super::batches::in_order;

/// A copy that is asked about, by its names.
pub(super) enum Asked<'a> {
    /// An entry of the inventory names it.
    Entry(&'a CopyEntry),
    /// It was made of others.
    Made(Box<Named>),
}

impl Asked<'_> {
    /// The copy, with what its names lead to.
    pub(super) fn copy(&self, facts: &Facts<'_>) -> Copy {
        match self {
            Self::Entry(entry) => Copy::of_entry(entry, facts),
            Self::Made(named) => Copy::new((**named).clone(), facts),
        }
    }

    fn decide(&self, facts: &Facts<'_>) -> Decided {
        decide(self.copy(facts), facts)
    }
}

/// What was decided, but for what each copy came to: that is worked out again when it is told.
pub(super) struct Found<'a> {
    facts: &'a Facts<'a>,
    /// In the order of the report.
    copies: Vec<Asked<'a>>,
    /// What to change.
    pub(super) remedies: Vec<Remedy>,
    /// The report but for its copies.
    pub(super) totals: Report,
}

impl<'a> Found<'a> {
    /// Decides the copies.
    pub(super) fn of(copies: Vec<Asked<'a>>, facts: &'a Facts<'a>) -> Self {
        let mut totals = Totals::default();
        let mut places = Vec::with_capacity(copies.len());
        let mut failing = Vec::new();
        let Ok(()) = in_order(
            &copies,
            |piece| Light::of(piece, facts),
            |light| {
                totals.and(light.totals);
                places.extend(light.places);
                failing.extend(light.failing);
                Ok::<(), Infallible>(())
            },
        );
        failing.sort_by(|one: &Failing, other| one.copy.id.cmp(&other.copy.id));
        let remedies = remedies_of(&failing, facts);
        drop(failing);
        let mut in_places: Vec<(Place, Asked<'a>)> = places.into_iter().zip(copies).collect();
        in_places.sort_by(|(one, _), (other, _)| one.cmp(other));
        let recorded = facts.recorded_gaps().collect();
        Self {
            facts,
            copies: in_places.into_iter().map(|(_, copy)| copy).collect(),
            totals: Report::without_copies(totals, &remedies, recorded, facts.collected_at()),
            remedies,
        }
    }

    /// Tells the copies one by one, in the order of the report: `say` puts one into words, and `take` gets the words of
    /// several.
    ///
    /// # Errors
    /// The first one that `take` gives.
    pub(super) fn tell<W: Send, E>(
        &self,
        say: impl Fn(CopyReport) -> W + Sync,
        take: impl FnMut(Vec<W>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mended = Mended::new(&self.remedies);
        let tell = |copy: &Asked<'_>| {
            let decided = copy.decide(self.facts);
            say(CopyReport::new(&decided, &mended, self.facts))
        };
        in_order(&self.copies, |piece| piece.iter().map(tell).collect(), take)
    }

    /// The whole report.
    pub(super) fn report(&self) -> Report {
        let mut report = self.totals.clone();
        let Ok(()) = self.tell(
            |copy| copy,
            |copies| {
                report.copies.extend(copies);
                Ok::<(), Infallible>(())
            },
        );
        report
    }
}

/// What is kept of decided copies.
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
            let decided = copy.decide(facts);
            light.totals.add(&decided);
            light.places.push(Place::of(&decided.copy));
            light.failing.extend(Failing::of(&decided));
        }
        light
    }
}
