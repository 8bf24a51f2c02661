//! What a check found, how strong it is, what would fix it; and how the findings of a copy add up to its verdict.

mod need;
mod outcome;
mod step;

use schemars::JsonSchema;
use serde::Serialize;

pub use need::{ControlKind, Cover, CoverBy, Lift, Need, PolicyOf, Share};
pub use outcome::{Basis, Evidence, Fix, Outcome, Predicted, Status, Text, Trap};

/// Whether a copy will succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// No check fails, and nothing that could make one fail is unknown.
    Feasible,
    /// At least one check fails.
    Blocked,
    /// No check fails, but one that could was not decided.
    Undecided,
}

impl Verdict {
    /// The verdict that outcomes add up to.
    ///
    /// `may_fail` says of each whether its check can fail at all: a check that can only warn leaves no copy undecided.
    #[must_use]
    pub fn of(outcomes: impl IntoIterator<Item = (Status, bool)>) -> Self {
        let mut verdict = Self::Feasible;
        for (status, may_fail) in outcomes {
            match status {
                Status::Fail => return Self::Blocked,
                Status::Undecided if may_fail => verdict = Self::Undecided,
                Status::Undecided | Status::Pass | Status::Warn | Status::NotApplicable => {}
            }
        }
        verdict
    }

    /// Its word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Feasible => "feasible",
            Self::Blocked => "blocked",
            Self::Undecided => "undecided",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Gap;

    fn outcomes(of: &[(Outcome, bool)]) -> Verdict {
        Verdict::of(
            of.iter()
                .map(|(outcome, may_fail)| (outcome.status, *may_fail)),
        )
    }

    #[test]
    fn one_failure_blocks_whatever_the_others_say() {
        let all = [
            (Outcome::undecided("x", [Gap::not_told("x", "y")]), true),
            (Outcome::fail("y"), true),
        ];
        assert_eq!(outcomes(&all), Verdict::Blocked);
    }

    #[test]
    fn an_unknown_that_could_fail_leaves_the_copy_undecided() {
        let all = [
            (Outcome::pass("x"), true),
            (Outcome::undecided("y", [Gap::not_told("x", "y")]), true),
        ];
        assert_eq!(outcomes(&all), Verdict::Undecided);
    }

    #[test]
    fn a_check_that_can_only_warn_leaves_no_copy_undecided() {
        let all = [
            (Outcome::warn("x"), true),
            (Outcome::undecided("y", [Gap::not_told("x", "y")]), false),
        ];
        assert_eq!(outcomes(&all), Verdict::Feasible);
    }
}
