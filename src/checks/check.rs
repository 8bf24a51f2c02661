//! What a check is: its page, and a question by what it is asked of.

use std::sync::Arc;

use crate::catalog::{Cite, Kind};
use crate::inventory::{Copy, Endpoints, Facts, Route, Transfer};
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
    /// Of which copies the question is asked.
    pub when: When,
    /// The question, by what it is asked of.
    pub run: Run,
}

/// What checks found, in their order. Copies that are alike to a check share what it found.
pub type Found = Vec<(&'static Check, Arc<Outcome>)>;

/// Asks the checks of another copy, in view of no others.
pub type Others<'a> = dyn Fn(&Copy) -> Found + 'a;

/// Of which copies a question is asked. What is found where it does not arise holds for all copies of one route.
#[derive(Clone, Copy)]
pub enum When {
    /// Of every copy.
    Always,
    /// Of copies of backups of some kinds.
    Kinds {
        /// The kinds.
        kinds: &'static [Kind],
        /// What is said of backups of other kinds.
        others: &'static str,
    },
    /// Of copies on whose route it arises: what is found where it does not.
    Route(fn(&Route, &Facts<'_>) -> Option<Outcome>),
}

/// A check's question, by its subject: it sees no more of a copy than that. Copies with the same subject share the answer.
#[derive(Clone, Copy)]
pub enum Run {
    /// The vaults and the role.
    Endpoints(fn(&Endpoints, &Facts<'_>) -> Outcome),
    /// The route: those, the resource type and the keys.
    Route(fn(&Route, &Facts<'_>) -> Outcome),
    /// The route, and what else the requests of the copy name.
    Transfer(fn(&Transfer, &Facts<'_>) -> Outcome),
    /// The same, and what is found stands unless something else of the copy changes it.
    Refined {
        /// What is found of what its requests name.
        transfer: fn(&Transfer, &Facts<'_>) -> Outcome,
        /// What is found instead, in view of the whole copy. `None`: that stands.
        copy: fn(&Copy, &Facts<'_>, &Outcome) -> Option<Outcome>,
    },
    /// The whole copy.
    Copy(fn(&Copy, &Facts<'_>) -> Outcome),
    /// The whole copy, in view of what the checks find of other copies: the last is to ask them, and absent where it is another copy
    /// that is asked so. `None`: nothing is found of that one.
    Composite(fn(&Copy, &Facts<'_>, Option<&Others<'_>>) -> Option<Outcome>),
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
    /// Whether it looks at more of a copy than what its requests name.
    #[must_use]
    pub const fn sees_whole_copy(&self) -> bool {
        match self.run {
            Run::Copy(_) | Run::Refined { .. } | Run::Composite(_) => true,
            Run::Endpoints(_)
            | Run::Route(_)
            | Run::Transfer(_)
            | Run::Vault(_)
            | Run::Plan(_)
            | Run::Resource(_) => false,
        }
    }

    /// Whether it is asked of copies; `audit` asks the others.
    #[must_use]
    pub const fn is_of_copies(&self) -> bool {
        match self.run {
            Run::Copy(_)
            | Run::Endpoints(_)
            | Run::Route(_)
            | Run::Transfer(_)
            | Run::Refined { .. }
            | Run::Composite(_) => true,
            Run::Vault(_) | Run::Plan(_) | Run::Resource(_) => false,
        }
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
