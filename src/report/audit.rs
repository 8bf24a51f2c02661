//! What `audit` adds to a report: the causes, the vaults and the plans.

use schemars::JsonSchema;
use serde::Serialize;

use crate::checks::Audited;
use crate::known::{AccountId, Region};
use crate::plans::Plan;
use crate::remedy::{Remedy, plan_key};

use super::Report;
use super::causes::causes;
use super::copy::CheckReport;
use super::model::Mended;

/// One backup plan, with what was found about it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PlanReport {
    /// The plan.
    pub plan: PlanName,
    /// What every check of plans found.
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
    fn of(plan: &Plan) -> Self {
        Self {
            account: plan.account,
            region: plan.region.clone(),
            id: plan.id.clone(),
            name: plan.name.clone(),
        }
    }
}

impl Report {
    /// The same report with what an audit found of vaults and plans, and the causes of what fails.
    #[must_use]
    pub fn audited(self, audited: &Audited, remedies: &[Remedy]) -> Self {
        let mut report = self.with_vaults(&audited.vaults, remedies);
        let mended = Mended::new(remedies);
        let mut plans: Vec<PlanReport> = audited
            .plans
            .iter()
            .map(|(plan, outcomes)| PlanReport {
                plan: PlanName::of(plan),
                checks: outcomes
                    .iter()
                    .map(|(check, outcome)| {
                        CheckReport::new(check, outcome, mended.by(&plan_key(plan), check.id))
                    })
                    .collect(),
            })
            .collect();
        plans.sort_by(|one, other| one.plan.cmp(&other.plan));
        report.add(plans.iter().flat_map(|plan| &plan.checks));
        report.plans = Some(plans);
        report.causes = Some(causes(&report.copies, &report.remedies));
        report
    }
}
