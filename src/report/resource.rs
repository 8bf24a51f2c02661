//! A resource in a report.

use schemars::JsonSchema;
use serde::Serialize;

use super::check::CheckReport;
use crate::checks::{Leaves, ResourceFound};
use crate::known::{AccountId, Arn, Region, ResourceType};

/// One resource, with what was found about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ResourceReport {
    /// Its ARN.
    pub resource: Arn,
    /// Its type; null where that is not known.
    pub resource_type: Option<ResourceType>,
    /// The account that it is in.
    pub account: AccountId,
    /// The Region that it is in.
    pub region: Region,
    /// Whether a copy takes it out of its account.
    pub leaves: LeavesAccount,
    /// Why none does: `no-plan`, `plan-copies-nothing`, `within-account`, `never-starts` or `copies-blocked`; null where one does, or may.
    pub reason: Option<&'static str>,
    /// What the checks of resources found.
    pub checks: Vec<CheckReport>,
}

/// Whether a copy takes a resource out of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LeavesAccount {
    /// One does that will succeed.
    Yes,
    /// None does.
    No,
    /// That is not known.
    Unknown,
    /// No backup of its type can.
    NotSupported,
}

impl LeavesAccount {
    const fn of(leaves: Leaves) -> Self {
        match leaves {
            Leaves::NotOfItsType => Self::NotSupported,
            Leaves::Out => Self::Yes,
            Leaves::Open { .. } => Self::Unknown,
            Leaves::Missed { .. } => Self::No,
        }
    }
}

impl ResourceReport {
    pub(super) fn of(resource: &ResourceFound, checks: Vec<CheckReport>) -> Self {
        Self {
            resource: resource.arn.clone(),
            resource_type: resource.of.clone(),
            account: resource.account,
            region: resource.region.clone(),
            leaves: LeavesAccount::of(resource.leaves),
            reason: match resource.leaves {
                Leaves::Missed { reason, .. } => Some(reason),
                Leaves::NotOfItsType | Leaves::Out | Leaves::Open { .. } => None,
            },
            checks,
        }
    }

    /// What people call it: `RDS orders`.
    #[must_use]
    pub fn name(&self) -> String {
        let name = self.resource.name();
        match &self.resource_type {
            Some(of) => format!("{of} {name}"),
            None => format!("unknown type: {name}"),
        }
    }
}
