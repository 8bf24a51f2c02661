//! A backup plan in a report.

use schemars::JsonSchema;
use serde::Serialize;

use super::check::CheckReport;
use crate::known::{AccountId, Region};
use crate::plans::{self, Plan};

/// One backup plan, with what was found about it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlanReport {
    /// The plan.
    pub plan: PlanName,
    /// What the checks of plans found.
    pub checks: Vec<CheckReport>,
}

/// Which plan it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct PlanName {
    /// Its account.
    pub account: AccountId,
    /// Its Region.
    pub region: Region,
    /// Its id. One that begins with `orgs/` is made by a backup policy of the organization.
    pub id: String,
    /// Its name; null where that was not read.
    pub name: Option<String>,
}

impl PlanName {
    /// The plan's ARN.
    #[must_use]
    pub fn arn(&self) -> String {
        plans::arn_of(self.account, &self.region, &self.id)
    }

    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            account: plan.account,
            region: plan.region.clone(),
            id: plan.id.clone(),
            name: plan.name.clone(),
        }
    }
}
