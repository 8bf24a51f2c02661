//! A resource in a report.

use schemars::JsonSchema;
use serde::Serialize;

use super::check::CheckReport;
use crate::checks::ResourceFound;
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
    /// What the checks of resources found.
    pub checks: Vec<CheckReport>,
}

impl ResourceReport {
    pub(super) fn of(resource: &ResourceFound, checks: Vec<CheckReport>) -> Self {
        Self {
            resource: resource.arn.clone(),
            resource_type: resource.of.clone(),
            account: resource.account,
            region: resource.region.clone(),
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
