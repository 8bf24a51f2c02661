//! What is taken for granted where it was not read, because somebody said so.

use crate::known::Gap;

use super::Facts;
use super::memory::Memory;

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
