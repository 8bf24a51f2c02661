//! A decided copy, as much of it as a report adds up, and where it stands there.

use super::links::Found;
use crate::inventory::Copy;
use crate::known::{AccountId, Arn, Region};
use crate::verdict::Verdict;

/// A decided copy, as much of it as is added up.
#[derive(Clone, Copy, Debug)]
pub struct Summed<'a> {
    /// Its id.
    pub id: &'a str,
    /// What it comes to.
    pub verdict: Verdict,
    /// What the checks found that is to be told, in their order.
    pub found: &'a [Found],
    /// What is backed up, where it is known.
    pub resource: Option<&'a Arn>,
    /// The recovery point, where it is one's.
    pub recovery_point: Option<&'a Arn>,
    /// What was taken for granted.
    pub assumptions: &'a [String],
    /// The verdict once all remedies are made.
    pub with_remedies: Option<Verdict>,
}

impl Summed<'_> {
    /// Whether a thing is the copy itself, or what it copies.
    #[must_use]
    pub fn is_own(&self, thing: &str) -> bool {
        thing == self.id
            || self.resource.is_some_and(|arn| arn.as_str() == thing)
            || self.recovery_point.is_some_and(|arn| arn.as_str() == thing)
    }
}

/// Where a copy stands in a report: by source account, Region, resource and destination; then by its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The account that it comes from, where it is known.
    pub account: Option<AccountId>,
    /// The Region that it comes from, where it is known.
    pub region: Option<Region>,
    /// What is backed up, where it is known.
    pub resource: Option<Arn>,
    destination: Arn,
}

impl Place {
    /// That of a copy.
    #[must_use]
    pub fn of(copy: &Copy) -> Self {
        Self {
            account: copy.endpoints().source_account().known(),
            region: copy.endpoints().source_region().known(),
            resource: copy.resource.as_ref().known().cloned().flatten(),
            destination: copy.endpoints().destination_vault.clone(),
        }
    }
}
