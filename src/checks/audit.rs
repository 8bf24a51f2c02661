//! The checks that are not of copies: every vault that was found, and every plan.

use super::{Check, Subject, outcomes};
use crate::inventory::Facts;
use crate::known::Arn;
use crate::plans::Plan;
use crate::verdict::{Outcome, Status};

/// What each check of a subject found, in the order of the checks.
pub type Outcomes = Vec<(&'static Check, Outcome)>;

/// What was found of vaults and plans.
#[derive(Clone, Debug, Default)]
pub struct Audited {
    /// The vaults, in the order of their ARNs.
    pub vaults: Vec<(Arn, Outcomes)>,
    /// The plans, in the order of account, Region and id.
    pub plans: Vec<(Plan, Outcomes)>,
}

impl Audited {
    /// Whether a check of a vault or a plan fails.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.has(Status::Fail)
    }

    /// Whether a check of a vault or a plan came out so.
    #[must_use]
    pub fn has(&self, status: Status) -> bool {
        let of_vaults = self.vaults.iter().flat_map(|(_, outcomes)| outcomes);
        let of_plans = self.plans.iter().flat_map(|(_, outcomes)| outcomes);
        of_vaults
            .chain(of_plans)
            .any(|(_, outcome)| outcome.status == status)
    }
}

/// Asks the vaults and the plans.
#[must_use]
pub fn audit(plans: &[Plan], facts: &Facts<'_>) -> Audited {
    Audited {
        vaults: facts
            .vaults_found()
            .into_iter()
            .map(|vault| (vault.clone(), outcomes(Subject::Vault(vault), facts)))
            .collect(),
        plans: plans
            .iter()
            .map(|plan| (plan.clone(), outcomes(Subject::Plan(plan), facts)))
            .collect(),
    }
}
