//! The checks that are not of copies: every vault that was found, every plan, and every resource.

use std::collections::BTreeSet;

use super::coverage::Coverage;
use super::leaving::{self, CopyOf, Resource};
use super::resource::ResourceFound;
use super::{CHECKS, Check, Run};
use crate::inventory::Facts;
use crate::known::Arn;
use crate::plans::Plan;
use crate::verdict::{Outcome, Status};

/// What each check of a subject found, in the order of the checks.
pub type Outcomes = Vec<(&'static Check, Outcome)>;

/// What was found of vaults, plans and resources.
#[derive(Clone, Debug, Default)]
pub struct Audited {
    /// The vaults, in the order of their ARNs.
    pub vaults: Vec<(Arn, Outcomes)>,
    /// The plans, in the order of account, Region and id.
    pub plans: Vec<(Plan, Outcomes)>,
    /// The resources, in the order of account, Region and ARN; those that could never leave their account too.
    pub resources: Vec<(ResourceFound, Outcomes)>,
    /// What leaves its account; `None` where the copies were not all decided.
    pub coverage: Option<Coverage>,
}

impl Audited {
    /// The checks that fail, each with the vault, plan or resource that it is of.
    #[must_use]
    pub fn failing(&self) -> BTreeSet<(String, &'static str)> {
        self.found(Status::Fail)
    }

    /// The checks that came out so, each with the vault, plan or resource that it is of.
    #[must_use]
    pub fn found(&self, status: Status) -> BTreeSet<(String, &'static str)> {
        let of_vaults = self
            .vaults
            .iter()
            .map(|(vault, found)| (vault.to_string(), found));
        let of_plans = self.plans.iter().map(|(plan, found)| (plan.arn(), found));
        let of_resources = self
            .resources
            .iter()
            .map(|(resource, found)| (resource.arn.to_string(), found));
        of_vaults
            .chain(of_plans)
            .chain(of_resources)
            .flat_map(|(subject, found)| {
                let such = found
                    .iter()
                    .filter(move |(_, outcome)| outcome.status == status);
                such.map(move |(check, _)| (subject.clone(), check.id))
            })
            .collect()
    }

    /// Why plans fail, each reason with the ARN of the plan.
    #[must_use]
    pub fn reasons(&self) -> BTreeSet<(String, String)> {
        let plans = self.plans.iter().flat_map(|(plan, found)| {
            let failing = found
                .iter()
                .filter(|(_, outcome)| outcome.status == Status::Fail);
            failing.flat_map(|(_, outcome)| {
                let reasons = reasons(&outcome.message);
                reasons.map(|reason| (plan.arn(), reason.to_owned()))
            })
        });
        plans.collect()
    }

    /// The same without some of the outcomes.
    #[must_use]
    pub fn without(mut self, is_left_out: impl Fn(&Check, &Outcome) -> bool) -> Self {
        let of_vaults = self.vaults.iter_mut().map(|(_, found)| found);
        let of_plans = self.plans.iter_mut().map(|(_, found)| found);
        let of_resources = self.resources.iter_mut().map(|(_, found)| found);
        for found in of_vaults.chain(of_plans).chain(of_resources) {
            found.retain(|(check, outcome)| !is_left_out(check, outcome));
        }
        self
    }

    /// The same with what the checks of resources find, in view of the copies that were decided. `before`: the facts before a
    /// change.
    #[must_use]
    pub fn with_resources<'c>(
        mut self,
        plans: &'c [Plan],
        copies: impl IntoIterator<Item = CopyOf<'c>>,
        facts: &Facts<'_>,
        before: Option<&Facts<'_>>,
    ) -> Self {
        let found = leaving::resources(plans, copies, facts).into_iter();
        let asked = found.map(|mut resource| {
            if let Some(before) = before {
                // What a change makes has no copy yet.
                let was = |due: &leaving::Due<'_>| {
                    let (plan, region) = (due.plan, &due.plan.region);
                    before.plan_of_id(&plan.id, plan.account, region).is_some()
                };
                let is_new = facts.resource_is_listed(&resource.arn)
                    && !before.resource_is_listed(&resource.arn);
                resource.due.retain(|due| !is_new && was(due));
            }
            let outcomes = of_resource(&resource, facts);
            (ResourceFound::of(resource), outcomes)
        });
        self.resources = asked.collect();
        let found = self.resources.iter().map(|(resource, _)| resource);
        self.coverage = Some(Coverage::of(found, facts));
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
        resources: Vec::new(),
        coverage: None,
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

fn of_resource(resource: &Resource<'_>, facts: &Facts<'_>) -> Outcomes {
    each(|run| {
        if let Run::Resource(run) = run {
            return Some(run(resource, facts));
        }
        None
    })
}

/// The reasons that a message names behind what it is of.
pub fn reasons(message: &str) -> impl Iterator<Item = &str> {
    let (_, all) = message.split_once(": ").unwrap_or(("", message));
    all.split("; ")
}

fn each(ask: impl Fn(Run) -> Option<Outcome>) -> Outcomes {
    let each = CHECKS.iter();
    each.filter_map(|check| Some((check, ask(check.run)?)))
        .collect()
}
