//! What a report says of all copies together, added up copy by copy, so that none need be held.

use std::collections::BTreeSet;

use crate::checks::Decided;
use crate::inventory::Copy;
use crate::known::{AccountId, Arn, Gap, Region};
use crate::verdict::{Status, Verdict};

use super::model::Summary;

/// How many copies came out how, and what was not known.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// How many of each.
    pub summary: Summary,
    /// What a check went without.
    pub gaps: BTreeSet<Gap>,
}

impl Totals {
    /// Adds a decided copy.
    pub fn add(&mut self, decided: &Decided) {
        let summary = &mut self.summary;
        summary.copies = summary.copies.saturating_add(1);
        match decided.verdict {
            Verdict::Feasible => summary.feasible = summary.feasible.saturating_add(1),
            Verdict::Blocked => summary.blocked = summary.blocked.saturating_add(1),
            Verdict::Undecided => summary.undecided = summary.undecided.saturating_add(1),
        }
        for (_, outcome) in &decided.outcomes {
            let warns = usize::from(outcome.status == Status::Warn);
            summary.warnings = summary.warnings.saturating_add(warns);
            for gap in &outcome.gaps {
                if !self.gaps.contains(gap) {
                    self.gaps.insert(gap.clone());
                }
            }
        }
    }

    /// Adds what was added up of other copies.
    pub fn and(&mut self, other: Self) {
        add(&mut self.summary.copies, other.summary.copies);
        add(&mut self.summary.feasible, other.summary.feasible);
        add(&mut self.summary.blocked, other.summary.blocked);
        add(&mut self.summary.undecided, other.summary.undecided);
        add(&mut self.summary.warnings, other.summary.warnings);
        self.gaps.extend(other.gaps);
    }
}

fn add(sum: &mut usize, more: usize) {
    *sum = sum.saturating_add(more);
}

/// Where a copy stands in a report: by source account, Region, resource, destination and id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    account: Option<AccountId>,
    region: Option<Region>,
    resource: Option<Arn>,
    destination: Arn,
    id: Box<str>,
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
            id: copy.id.clone(),
        }
    }
}
