//! What a check is: its page, and a question by what it is asked of.

use std::sync::Arc;

use crate::catalog::{Cite, Kind};
use crate::inventory::{Copy, Ends, Facts, Reach, Route};
use crate::known::Arn;
use crate::plans::Plan;
use crate::verdict::Outcome;

use super::leaving::Resource;

/// One thing that can be wrong, and the question that tells.
#[derive(Clone, Copy)]
pub struct Check {
    /// Its id, which names the problem: `vault-refuses-copy`.
    pub id: &'static str,
    /// The problem in a line.
    pub title: &'static str,
    /// Its page, in Markdown.
    pub doc: &'static str,
    /// The AWS pages that say so.
    pub cites: &'static [Cite],
    /// Whether it can fail; a check that can only warn leaves no copy undecided.
    pub may_fail: MayFail,
    /// The question, by what it is asked of.
    pub run: Run,
}

/// What checks found, in their order. Copies that are alike to a check share what it found.
pub type Found = Vec<(&'static Check, Arc<Outcome>)>;

/// Asks the checks of copies that are not [`Run::Composite`].
pub type Others<'a> = dyn Fn(&Copy) -> Found + 'a;

/// A check's question, by its subject.
#[derive(Clone, Copy)]
pub enum Run {
    /// It is asked of every copy.
    Copy(fn(&Copy, &Facts<'_>) -> Outcome),
    /// It is asked of every copy, and looks at nothing of it but the vaults and the role.
    Ends(fn(&Ends, &Facts<'_>) -> Outcome),
    /// It is asked of every copy, and looks at nothing of it but the route.
    Route(fn(&Route, &Facts<'_>) -> Outcome),
    /// It is asked of every copy, and looks at nothing of it but what its requests name.
    Reach(fn(&Reach, &Facts<'_>) -> Outcome),
    /// It is asked of every copy, and what is found of its requests stands, unless something else of the copy changes it.
    Refined {
        /// What is found of what its requests name.
        reach: fn(&Reach, &Facts<'_>) -> Outcome,
        /// What is found instead, in view of the whole copy. `None`: that stands.
        copy: fn(&Copy, &Facts<'_>, &Outcome) -> Option<Outcome>,
    },
    /// It is asked of every copy of a backup of these kinds.
    OfKinds {
        /// The kinds.
        kinds: &'static [Kind],
        /// What is said of backups of other kinds.
        others: &'static str,
        /// The question.
        run: fn(&Copy, &Facts<'_>) -> Outcome,
    },
    /// The same, in view of what the checks that are no such find of other copies.
    Composite {
        /// The kinds.
        kinds: &'static [Kind],
        /// What is said of backups of other kinds.
        others: &'static str,
        /// The question; the last is to ask the other checks of a copy.
        run: fn(&Copy, &Facts<'_>, &Others<'_>) -> Outcome,
    },
    /// It is asked of every copy on whose route the question arises.
    Arising {
        /// What is found where the route alone tells. `None`: the copy has to be looked at.
        route: fn(&Route, &Facts<'_>) -> Option<Outcome>,
        /// What is found of the copy.
        copy: fn(&Copy, &Facts<'_>) -> Outcome,
    },
    /// `audit` asks it of every vault.
    Vault(fn(&Arn, &Facts<'_>) -> Outcome),
    /// `audit` asks it of every backup plan.
    Plan(fn(&Plan, &Facts<'_>) -> Outcome),
    /// `audit` asks it of every resource.
    Resource(fn(&Resource<'_>, &Facts<'_>) -> Outcome),
}

/// Whether a check can make a copy fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MayFail {
    /// It can.
    Yes,
    /// It only warns.
    OnlyWarns,
}

impl Check {
    /// Whether it is asked of copies; `audit` asks the others.
    #[must_use]
    pub const fn is_of_copies(&self) -> bool {
        match self.run {
            Run::Copy(_)
            | Run::Ends(_)
            | Run::Route(_)
            | Run::Reach(_)
            | Run::Refined { .. }
            | Run::OfKinds { .. }
            | Run::Composite { .. }
            | Run::Arising { .. } => true,
            Run::Vault(_) | Run::Plan(_) | Run::Resource(_) => false,
        }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
