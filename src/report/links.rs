//! What ties a check of a copy to the rest of a report: the ids of its gaps and of its remedies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::checks::{Check, Decided};
use crate::known::HashMap;
use crate::remedy::Remedy;
use crate::verdict::{Outcome, Status};

use super::fault::{PlaceOfChange, at_fault};
use super::gap::Gaps;
use super::location::Location;
use super::parts::Parts;

/// What a check found of a copy.
pub type Found = (&'static Check, Arc<Outcome>);

/// Whether an outcome is to be read, whoever reads.
#[must_use]
pub const fn is_finding(status: Status) -> bool {
    match status {
        Status::Fail | Status::Undecided | Status::Warn => true,
        Status::Pass | Status::NotApplicable => false,
    }
}

/// The ids that checks name, and how much is told.
#[derive(Debug)]
pub struct Links<'a> {
    fixes: Fixes<'a>,
    gaps: &'a Gaps,
    places: Option<&'a Places>,
    /// The same by the addresses, and by file and line.
    by_address: HashMap<String, Vec<&'a PlaceOfChange>>,
    raised: Option<&'a BTreeSet<&'static str>>,
    everything: bool,
}

/// What of a change says something of a thing, by the thing's ARN or id.
pub type Places = BTreeMap<String, Vec<PlaceOfChange>>;

/// What a finding is of.
#[derive(Debug)]
pub struct About<'s> {
    /// Its name.
    pub subject: &'s str,
    /// What the copy is made of: its plan, its resource, the settings of its accounts and Regions.
    pub made_of: Vec<String>,
    /// What the copy goes by: its vaults, its role, its keys.
    pub parts: Parts,
    /// Whether the change makes it, or makes it worse.
    pub is_changed: bool,
}

impl<'a> Links<'a> {
    /// The ids of these remedies and gaps; `everything`: what passes and is not applicable is told, too.
    #[must_use]
    pub fn new(remedies: &'a [Remedy], gaps: &'a Gaps, everything: bool) -> Self {
        Self {
            fixes: Fixes::new(remedies),
            gaps,
            places: None,
            by_address: HashMap::default(),
            raised: None,
            everything,
        }
    }

    /// With the checks whose warnings are errors.
    #[must_use]
    pub const fn with_raised(mut self, raised: &'a BTreeSet<&'static str>) -> Self {
        self.raised = Some(raised);
        self
    }

    /// Whether a warning of a check is an error.
    #[must_use]
    pub fn raises(&self, check: &str) -> bool {
        self.raised.is_some_and(|raised| raised.contains(check))
    }

    /// With what of a change says something of which thing.
    #[must_use]
    pub fn with_places(mut self, places: &'a Places) -> Self {
        self.places = Some(places);
        for place in places.values().flatten() {
            let Location {
                address,
                file,
                line,
            } = &place.location;
            let at = file.as_ref().zip(*line);
            let at = at.map(|(file, line)| format!("{file}:{line}"));
            for name in [Some(address.clone()), at].into_iter().flatten() {
                let all = self.by_address.entry(name).or_default();
                if !all.iter().any(|one| one.location == place.location) {
                    all.push(place);
                }
            }
        }
        self
    }

    /// What of a change is at fault for a finding, and what else of it says something of the things that the finding is about.
    #[must_use]
    pub fn locations(
        &self,
        about: &About<'_>,
        check: &str,
        found: &Outcome,
    ) -> (Vec<Location>, Vec<Location>) {
        let Some(places) = self.places.filter(|places| !places.is_empty()) else {
            return Default::default();
        };
        if !is_finding(found.status) {
            return Default::default();
        }
        let seen = found.evidence.iter().map(|seen| seen.subject.as_str());
        let waits = found.gaps.iter().map(|gap| gap.subject.as_str());
        // What is undecided may have seen nothing of what it looks at.
        let is_undecided = found.status == Status::Undecided;
        let parts = about.parts.looked_at_by(check).filter(|_| is_undecided);
        let named = seen
            .chain(waits.clone())
            .chain(parts)
            .chain([about.subject]);
        let of = |thing: &str| {
            let by_arn = places.get(thing);
            let place = by_arn.or_else(|| places.get(&role_by_name(thing)?));
            place.into_iter().flatten()
        };
        let mut all: Vec<&PlaceOfChange> = named.flat_map(of).collect();
        // What waits for the change names what of it: nothing else is at fault for that.
        let named: Vec<&PlaceOfChange> = waits.flat_map(|text| self.named_in(text)).collect();
        all.extend(named.iter().copied());
        let made_of = about.made_of.iter().flat_map(|thing| of(thing));
        let made_of: Vec<&PlaceOfChange> = made_of.collect();
        let (fault, others) = at_fault(check, &all, &made_of, about.is_changed);
        let is_named = |one: &Location| {
            let mut named = named.iter().filter(|place| place.is_changed);
            named.any(|place| place.location == *one)
        };
        if !is_undecided || !fault.iter().any(is_named) {
            return (fault, others);
        }
        let (fault, beside): (Vec<Location>, Vec<Location>) = fault.into_iter().partition(is_named);
        (fault, beside.into_iter().chain(others).collect())
    }

    /// The resources that a text names by their addresses, with an attribute or without, or by file and line.
    fn named_in(&self, text: &str) -> Vec<&'a PlaceOfChange> {
        let words = text.split([' ', ',', '(', ')']);
        let each = words.filter_map(|word| {
            let mut name = word.trim_end_matches(':');
            loop {
                if let Some(found) = self.by_address.get(name) {
                    return Some(found);
                }
                name = name.rsplit_once('.')?.0;
            }
        });
        each.flatten().copied().collect()
    }

    /// Whether an outcome is told.
    #[must_use]
    pub const fn tells(&self, status: Status) -> bool {
        self.everything || is_finding(status)
    }

    /// Whether everything is told.
    #[must_use]
    pub const fn tells_everything(&self) -> bool {
        self.everything
    }

    pub(super) const fn gaps(&self) -> &Gaps {
        self.gaps
    }

    /// The remedies of a check of a copy, a vault or a plan.
    #[must_use]
    pub fn fixes(&self, subject: &str, check: &str) -> Vec<String> {
        self.fixes.of(subject, check)
    }
}

/// The ARN of a role as it is where its name alone is known: no two of an account have one, whatever their paths.
fn role_by_name(arn: &str) -> Option<String> {
    let (account, path) = arn.split_once(":role/")?;
    let (_, name) = path.rsplit_once('/')?;
    Some(format!("{account}:role/{name}"))
}

/// Which remedies fix which check of which copy, vault or plan.
#[derive(Debug)]
pub struct Fixes<'a>(HashMap<&'a str, Vec<(&'a str, &'a str)>>);

impl<'a> Fixes<'a> {
    /// Those of these remedies.
    #[must_use]
    pub fn new(remedies: &'a [Remedy]) -> Self {
        let mut by: HashMap<&str, Vec<(&str, &str)>> = HashMap::default();
        for remedy in remedies {
            for (subject, check) in &remedy.checks {
                by.entry(subject).or_default().push((check, &remedy.id));
            }
        }
        Self(by)
    }

    /// The remedies of a check of a subject, in the order of their numbers.
    #[must_use]
    pub fn of(&self, subject: &str, check: &str) -> Vec<String> {
        let all = self.0.get(subject).into_iter().flatten();
        let mut ids: Vec<String> = all
            .filter(|(of, _)| *of == check)
            .map(|(_, id)| (*id).to_owned())
            .collect();
        ids.sort_by(|one, other| by_number(one, other));
        ids.dedup();
        ids
    }
}

/// The order of `r1`, `r2`, `r10`.
#[must_use]
pub fn by_number(one: &str, other: &str) -> std::cmp::Ordering {
    (one.len(), one).cmp(&(other.len(), other))
}

/// What the checks found of a copy that is to be told.
#[must_use]
pub fn found(decided: &Decided, everything: bool) -> Vec<Found> {
    let told = decided
        .outcomes
        .iter()
        .filter(|(_, outcome)| everything || is_finding(outcome.status));
    told.map(|(check, outcome)| (*check, Arc::clone(outcome)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remedies_are_counted_not_spelled() {
        let mut ids = ["r10", "r2", "r1"];
        ids.sort_by(|one, other| by_number(one, other));
        assert_eq!(ids, ["r1", "r2", "r10"]);
    }
}
