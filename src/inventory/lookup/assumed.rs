//! What is taken for granted where it was not read, because somebody said so.

use super::Facts;
use super::memory::Memory;

/// A fact that may be taken for granted where it was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assumption {
    /// The service and resource control policies of the organization deny nothing that a copy takes.
    OrganizationPoliciesAllow,
}

impl Facts<'_> {
    /// The same facts, with these taken for granted where they were not read.
    #[must_use]
    pub fn assuming(mut self, assumed: impl IntoIterator<Item = Assumption>) -> Self {
        self.assumed.extend(assumed);
        self.memory = Memory::default();
        self
    }

    /// Whether something is taken for granted.
    #[must_use]
    pub fn assumes(&self, what: Assumption) -> bool {
        self.assumed.contains(&what)
    }
}
