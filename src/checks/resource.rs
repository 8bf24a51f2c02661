//! A resource of an audit, as much as is kept of it.

use super::leaving::{Leaving, Reason, Resource};
use crate::known::{AccountId, Arn, Region, ResourceType};

/// A resource of an audit.
#[derive(Clone, Debug)]
pub struct ResourceFound {
    /// Its ARN.
    pub arn: Arn,
    /// The account that it is in.
    pub account: AccountId,
    /// The Region that it is in.
    pub region: Region,
    /// Its type, where that is known.
    pub of: Option<ResourceType>,
    /// Whether it leaves its account.
    pub leaves: Leaves,
}

/// Whether a resource leaves its account, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leaves {
    /// No backup of its type can.
    NotOfItsType,
    /// A copy takes it out that will succeed.
    Out,
    /// That is not known; whether a copy is made that may.
    Open {
        /// Whether one is.
        with_a_copy: bool,
    },
    /// It does not, for this reason; whether copies are made that are blocked.
    Missed {
        /// The word of the reason.
        reason: &'static str,
        /// Whether copies are made.
        with_a_copy: bool,
    },
}

impl ResourceFound {
    pub(super) fn of(resource: Resource<'_>) -> Self {
        let leaves = match &resource.leaving {
            Leaving::NotOfItsType => Leaves::NotOfItsType,
            Leaving::Out => Leaves::Out,
            Leaving::Open(copy, _) => Leaves::Open {
                with_a_copy: copy.is_some() || resource.is_blocked(),
            },
            Leaving::Missed(reason) => Leaves::Missed {
                reason: reason.as_str(),
                with_a_copy: matches!(reason, Reason::Blocked(..)),
            },
        };
        Self {
            arn: resource.arn,
            account: resource.account,
            region: resource.region,
            of: resource.of,
            leaves,
        }
    }
}
