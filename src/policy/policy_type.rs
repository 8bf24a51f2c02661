//! Where a statement stands: in which of the policies that apply to a request.

use super::document::Effect;

/// Which of the policies that apply to a request a statement stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// The policy of the resource.
    Resource,
    /// A policy of the principal.
    Identity,
    /// The permissions boundary of the principal.
    Boundary,
    /// A service control policy of the principal's organization.
    Scp,
    /// A resource control policy of the resource's organization.
    Rcp,
}

/// Where a statement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementRef {
    /// Which policy it is.
    pub policy: PolicyType,
    /// The level of the organization, root first; 0 where there are none.
    pub level: usize,
    /// The document among those of the level.
    pub document: usize,
    /// The statement in the document.
    pub index: usize,
    /// What it does.
    pub effect: Effect,
}
