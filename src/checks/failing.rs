//! What is left of a decided copy once it has been told: as much as its remedies need.

use crate::inventory::Copy;
use crate::verdict::{Need, Status};

use super::{Check, Decided};

/// A copy that fails by something that can be fixed: what that takes, and how every check came out.
///
/// It is small beside a [`Decided`], so that those of a whole organization can be held.
#[derive(Clone, Debug)]
pub struct Failing {
    /// The copy.
    pub copy: Copy,
    /// How each check came out, in their order.
    pub statuses: Box<[Status]>,
    /// The checks that fail and can be fixed, each with what it takes.
    pub needs: Vec<(&'static Check, Vec<Need>)>,
}

impl Failing {
    /// What is left of a decided copy; `None` where nothing fails that a remedy could fix.
    #[must_use]
    pub fn of(decided: &Decided) -> Option<Self> {
        let needs: Vec<_> = decided
            .outcomes
            .iter()
            .filter(|(_, outcome)| outcome.status == Status::Fail && !outcome.needed().is_empty())
            .map(|(check, outcome)| (*check, outcome.needed().to_vec()))
            .collect();
        let statuses = decided.outcomes.iter();
        (!needs.is_empty()).then(|| Self {
            copy: decided.copy.clone(),
            statuses: statuses.map(|(_, outcome)| outcome.status).collect(),
            needs,
        })
    }
}
