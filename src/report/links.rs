//! What ties a check of a copy to the rest of a report: the ids of its gaps and of its remedies.

use std::collections::HashMap;
use std::sync::Arc;

use crate::checks::Check;
use crate::remedy::Remedy;
use crate::verdict::{Outcome, Status};

use super::gap::Gaps;

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
    everything: bool,
}

impl<'a> Links<'a> {
    /// The ids of these remedies and gaps; `everything`: what passes and is not applicable is told, too.
    #[must_use]
    pub fn new(remedies: &'a [Remedy], gaps: &'a Gaps, everything: bool) -> Self {
        Self {
            fixes: Fixes::new(remedies),
            gaps,
            everything,
        }
    }

    /// Whether an outcome is told.
    #[must_use]
    pub const fn tells(&self, status: Status) -> bool {
        self.everything || is_finding(status)
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

/// Which remedies fix which check of which copy, vault or plan.
#[derive(Debug)]
pub struct Fixes<'a>(HashMap<&'a str, Vec<(&'a str, &'a str)>>);

impl<'a> Fixes<'a> {
    /// Those of these remedies.
    #[must_use]
    pub fn new(remedies: &'a [Remedy]) -> Self {
        let mut by: HashMap<&str, Vec<(&str, &str)>> = HashMap::new();
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
