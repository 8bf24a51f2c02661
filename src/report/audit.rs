//! What `audit` adds to a report: the vaults and the plans.

use std::sync::Arc;

use crate::checks;
use crate::known::Count as _;
use crate::remedy::plan_key;
use crate::verdict::{Outcome, Status};

use super::Report;
use super::check::CheckReport;
use super::links::{Links, is_finding};
use super::model::{Audited, VaultReport};
use super::plan::{PlanName, PlanReport};

impl Report {
    /// The same report with what an audit found of vaults and plans.
    #[must_use]
    pub fn audited(mut self, audited: &checks::Audited, everything: bool) -> Self {
        let links = self.links(everything);
        let mut vaults: Vec<VaultReport> = audited
            .vaults
            .iter()
            .map(|(vault, outcomes)| VaultReport {
                vault: vault.clone(),
                checks: told(outcomes, vault.as_str(), &links),
            })
            .collect();
        vaults.sort_by(|one, other| one.vault.cmp(&other.vault));
        let mut plans: Vec<PlanReport> = audited
            .plans
            .iter()
            .map(|(plan, outcomes)| PlanReport {
                plan: PlanName::of(plan),
                checks: told(outcomes, &plan_key(plan), &links),
            })
            .collect();
        plans.sort_by(|one, other| one.plan.cmp(&other.plan));
        let of_vaults = counted(vaults.iter().map(|vault| &*vault.checks));
        let of_plans = counted(plans.iter().map(|plan| &*plan.checks));
        self.summary.vaults = Some(of_vaults);
        self.summary.plans = Some(of_plans);
        // What nothing was found of need not be named, unless everything was asked for.
        vaults.retain(|vault| everything || !vault.checks.is_empty());
        plans.retain(|plan| everything || !plan.checks.is_empty());
        self.vaults = vaults;
        self.plans = plans;
        self
    }
}

/// What was found of vaults and plans that is to be told, with the checks' ids.
pub fn beside(
    audited: &checks::Audited,
    everything: bool,
) -> impl Iterator<Item = (&'static str, &Outcome)> {
    let of_vaults = audited.vaults.iter().flat_map(|(_, outcomes)| outcomes);
    let of_plans = audited.plans.iter().flat_map(|(_, outcomes)| outcomes);
    of_vaults
        .chain(of_plans)
        .map(|(check, outcome)| (check.id, outcome))
        .filter(move |(_, outcome)| everything || is_finding(outcome.status))
}

fn told(outcomes: &checks::Outcomes, subject: &str, links: &Links<'_>) -> Vec<CheckReport> {
    let told = outcomes
        .iter()
        .filter(|(_, outcome)| links.tells(outcome.status));
    told.map(|(check, outcome)| CheckReport::new(check, Arc::new(outcome.clone()), subject, links))
        .collect()
}

fn counted<'c>(each: impl Iterator<Item = &'c [CheckReport]>) -> Audited {
    let mut count = Audited::default();
    for checks in each {
        let has = |status| checks.iter().any(|check| check.outcome() == status);
        count.checked.one_more();
        count.failing.one_more_if(has(Status::Fail));
        count
            .warning
            .one_more_if(!has(Status::Fail) && has(Status::Warn));
    }
    count
}
