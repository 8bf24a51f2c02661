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
        self.found(Status::Fail)
    }

    /// The checks that came out so, each with the vault or plan that it is of.
    #[must_use]
    pub fn found(&self, status: Status) -> BTreeSet<(String, &'static str)> {
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
                let such = found
                    .iter()
                    .filter(move |(_, outcome)| outcome.status == status);
                such.map(move |(check, _)| (subject.clone(), check.id))
            })
            .collect()
    }

    /// The same without some of the outcomes.
    #[must_use]
    pub fn without(mut self, is_left_out: impl Fn(&Check, &Outcome) -> bool) -> Self {
        let of_vaults = self.vaults.iter_mut().map(|(_, found)| found);
        let of_plans = self.plans.iter_mut().map(|(_, found)| found);
        for found in of_vaults.chain(of_plans) {
            found.retain(|(check, outcome)| !is_left_out(check, outcome));
        }
        self
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
