//! The comparison by check.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Comparison, Tested};
use crate::checks::CHECKS;

/// How one check did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ByCheck {
    /// The check.
    pub id: &'static str,
    /// It failed, and so did the job.
    pub agreed: usize,
    /// AWS's message leads to it, and the copy was called feasible.
    pub feasible_but_failed: usize,
    /// It failed, and the job was completed.
    pub blocked_but_completed: usize,
    /// It left the copy undecided.
    pub undecided: usize,
}

/// The checks that had a say, in the order in which they run.
pub fn by_check(jobs: &[Tested]) -> Vec<ByCheck> {
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for job in jobs {
        let (place, checks) = match job.comparison {
            Comparison::Agreed => (0, &job.checks),
            Comparison::FeasibleButFailed => (1, &job.message_leads_to),
            Comparison::BlockedButCompleted => (2, &job.checks),
            Comparison::Undecided => (3, &job.checks),
        };
        for check in checks {
            if let Some(count) = counts.entry(check).or_default().get_mut(place) {
                *count = count.saturating_add(1);
            }
        }
    }
    CHECKS
        .iter()
        .filter_map(|check| {
            let [
                agreed,
                feasible_but_failed,
                blocked_but_completed,
                undecided,
            ] = *counts.get(check.id)?;
            Some(ByCheck {
                id: check.id,
                agreed,
                feasible_but_failed,
                blocked_but_completed,
                undecided,
            })
        })
        .collect()
}
