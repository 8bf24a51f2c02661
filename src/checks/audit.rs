//! The checks that are not of copies: every vault that was found, and every plan.

use std::collections::BTreeSet;

use super::{CHECKS, Check, Run};
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
    /// The checks that fail, each with the vault or plan that it is of.
    #[must_use]
    pub fn failing(&self) -> BTreeSet<(String, &'static str)> {
        let of_vaults = self
            .vaults
            .iter()
            .map(|(vault, found)| (vault.to_string(), found));
        let of_plans = self
            .plans
            .iter()
            .map(|(plan, found)| (plan.id.clone(), found));
        of_vaults
            .chain(of_plans)
            .flat_map(|(subject, found)| {
                let failing = found
                    .iter()
                    .filter(|(_, outcome)| outcome.status == Status::Fail);
                failing.map(move |(check, _)| (subject.clone(), check.id))
            })
            .collect()
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
            .map(|vault| (vault.clone(), of_vault(vault, facts)))
            .collect(),
        plans: plans
            .iter()
            .map(|plan| (plan.clone(), of_plan(plan, facts)))
            .collect(),
    }
}

/// What the checks of vaults find of one.
#[must_use]
pub fn of_vault(vault: &Arn, facts: &Facts<'_>) -> Outcomes {
    each(|run| {
        if let Run::Vault(run) = run {
            return Some(run(vault, facts));
        }
        None
    })
}

fn of_plan(plan: &Plan, facts: &Facts<'_>) -> Outcomes {
    each(|run| {
        if let Run::Plan(run) = run {
            return Some(run(plan, facts));
        }
        None
    })
}

fn each(ask: impl Fn(Run) -> Option<Outcome>) -> Outcomes {
    let each = CHECKS.iter();
    each.filter_map(|check| Some((check, ask(check.run)?)))
        .collect()
}
