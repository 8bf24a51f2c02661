//! The gaps of a report, each once, with its id and how many copies wait for it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::known::{Gap, HashMap};

use super::planned;
use super::reading::Reading;
use super::settle::{permission, settle};

/// A gap as a report has it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GapReport<'a> {
    /// Its id within the report.
    pub id: String,
    /// The account that the call would be made in; null where it is not known.
    pub account: Option<&'a str>,
    /// The Region that the call would be made in; null for a global service, or where it is not known.
    pub region: Option<&'a str>,
    /// The call that reads the fact, as `service:Operation`; a sentence where no call tells it.
    pub operation: &'a str,
    /// What the fact is about: an ARN, or an id.
    pub subject: &'a str,
    /// The error code that AWS answered with; null when nobody asked.
    pub error: Option<&'a str>,
    /// The IAM action that permits the call; null where a permission is not what is missing.
    pub permission: Option<&'a str>,
    /// What to do about it.
    pub settle: String,
    /// How many copies wait for it.
    pub copies: usize,
}

impl GapReport<'_> {
    /// What the fact is about, unless what is to be done says it.
    #[must_use]
    pub fn about(&self) -> Option<&str> {
        let is_call = !self.operation.contains(' ');
        let says = self.settle.contains(planned::open(self.subject));
        (is_call || !says).then_some(self.subject)
    }
}

/// All gaps, in their order, and how many copies wait for each.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gaps {
    all: Vec<(Gap, usize)>,
    numbers: HashMap<Gap, usize>,
}

impl Gaps {
    /// These, with the copies that wait for each.
    #[must_use]
    pub fn new(counted: BTreeMap<Gap, usize>) -> Self {
        let all: Vec<_> = counted.into_iter().collect();
        let numbers = (1..).zip(&all);
        Self {
            numbers: numbers.map(|(at, (gap, _))| (gap.clone(), at)).collect(),
            all,
        }
    }

    /// The gaps.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Gap> {
        self.all.iter().map(|(gap, _)| gap)
    }

    /// The id of a gap.
    #[must_use]
    pub fn id(&self, gap: &Gap) -> Option<String> {
        self.numbers.get(gap).map(|number| format!("g{number}"))
    }

    /// The ids of gaps.
    #[must_use]
    pub fn ids(&self, gaps: &[Gap]) -> Vec<String> {
        gaps.iter().filter_map(|gap| self.id(gap)).collect()
    }

    /// The gaps as a report has them.
    pub fn told<'g>(&'g self, reading: &'g Reading) -> impl Iterator<Item = GapReport<'g>> {
        let numbered = (1_usize..).zip(&self.all);
        numbered.map(|(at, of)| told(at, of, reading))
    }

    /// The gaps of these ids, as they are.
    pub fn of_ids<'g>(&'g self, ids: &'g [String]) -> impl Iterator<Item = &'g Gap> {
        let numbers = ids
            .iter()
            .filter_map(|id| id.strip_prefix('g')?.parse::<usize>().ok());
        let places = numbers.filter_map(|number| number.checked_sub(1));
        places.filter_map(|at| self.all.get(at).map(|(gap, _)| gap))
    }

    /// Those of these ids.
    pub fn told_of<'g>(
        &'g self,
        ids: &'g [String],
        reading: &'g Reading,
    ) -> impl Iterator<Item = GapReport<'g>> {
        let numbers = ids
            .iter()
            .filter_map(|id| id.strip_prefix('g')?.parse().ok());
        numbers.filter_map(move |at: usize| {
            let of = self.all.get(at.checked_sub(1)?)?;
            Some(told(at, of, reading))
        })
    }

    /// How many copies wait for a gap.
    #[must_use]
    pub fn copies(&self, gap: &Gap) -> usize {
        let number = self.numbers.get(gap).copied().unwrap_or_default();
        let at = number.checked_sub(1).and_then(|at| self.all.get(at));
        at.map_or(0, |(_, copies)| *copies)
    }
}

fn told<'g>(at: usize, (gap, copies): &'g (Gap, usize), reading: &Reading) -> GapReport<'g> {
    GapReport {
        id: format!("g{at}"),
        account: gap.account.as_deref(),
        region: gap.region.as_deref(),
        operation: gap.operation(),
        subject: &gap.subject,
        error: gap.error.as_deref(),
        permission: permission(gap, reading),
        settle: settle(gap, reading),
        copies: *copies,
    }
}
