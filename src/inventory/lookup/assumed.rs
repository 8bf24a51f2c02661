//! What is taken for granted where it was not read, because somebody said so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::known::{Arn, Gap};

use super::Facts;
use super::memory::Memory;

/// What a change was taken for, by the ARN or id of what that says something of.
pub type Taken = BTreeMap<String, Vec<TakenFor>>;

/// What a change was taken for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TakenFor {
    /// A plan's expression for the reference in it.
    Reference(String),
    /// The value that a stack has for a parameter for the default of its template.
    Default(String),
    /// The name that AWS gives for one that stands in for it: with this the ARN begins for certain.
    Name(String),
}

/// A fact that may be taken for granted where it was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// The service and resource control policies of the organization deny nothing that a copy takes.
    OrganizationPoliciesAllow,
    /// What is not known will be read: nothing is taken to be so for want of it.
    MoreIsRead,
}

impl Facts<'_> {
    /// The same facts, with these taken for granted where they were not read.
    #[must_use]
    pub fn assuming(mut self, assumed: impl IntoIterator<Item = Assumption>) -> Self {
        self.assumed.extend(assumed);
        self.memory = Memory::default();
        self
    }

    /// The same facts, of which these references of a plan were taken for the expressions that they stand in.
    #[must_use]
    pub fn taking(mut self, taken: Taken) -> Self {
        self.taken = Arc::new(taken);
        self.memory = Memory::default();
        self
    }

    /// The references on which what is known of these things rests, in words: what the plan makes of them it does not print.
    pub fn taken_as_they_are<'n>(&self, things: impl IntoIterator<Item = &'n str>) -> Vec<String> {
        let of = things.into_iter().filter_map(|thing| self.taken.get(thing));
        let all: BTreeSet<&TakenFor> = of.flatten().collect();
        let references = all.iter().filter_map(|one| match one {
            TakenFor::Reference(text) => Some(text.as_str()),
            TakenFor::Default(_) | TakenFor::Name(_) => None,
        });
        let references: Vec<&str> = references.collect();
        let of_plan = (!references.is_empty()).then(|| {
            format!(
                "plan: taken as it is: {}; --terraform-source settles it",
                references.join(", ")
            )
        });
        let of_template = all.iter().filter_map(|one| match one {
            TakenFor::Reference(_) | TakenFor::Name(_) => None,
            TakenFor::Default(name) => Some(format!(
                "template: the parameter {name} is taken for its default; --parameter {name}=VALUE settles it"
            )),
        });
        of_plan.into_iter().chain(of_template).collect()
    }

    /// What the ARN of a thing begins with whose name AWS gives when a change is applied; `None`: its name is known.
    #[must_use]
    pub fn arn_begins(&self, arn: &Arn) -> Option<&str> {
        let taken = self.taken.get(arn.as_str())?;
        taken.iter().find_map(|one| match one {
            TakenFor::Name(begins) => Some(begins.as_str()),
            TakenFor::Reference(_) | TakenFor::Default(_) => None,
        })
    }

    /// Whether a gap is one that somebody wants filled: it was recorded, or more is being read.
    #[must_use]
    pub fn is_wanted(&self, gap: &Gap) -> bool {
        self.assumes(Assumption::MoreIsRead) || self.is_recorded(gap)
    }

    /// Whether something is taken for granted.
    #[must_use]
    pub fn assumes(&self, what: Assumption) -> bool {
        self.assumed.contains(&what)
    }
}
