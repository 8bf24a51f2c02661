//! What `audit` adds to a report: the vaults, the plans and the resources.

use std::sync::Arc;

use crate::catalog::calls::api_call;
use crate::checks::{self, Leaves};
use crate::inventory::Facts;
use crate::known::{ApiCall, Count as _, Fact};
use crate::remedy::plan_key;
use crate::verdict::{Outcome, Status};

use super::Report;
use super::check::CheckReport;
use super::links::{About, Links, is_finding};
use super::model::{AuditRead, Audited, HowMany, VaultReport};
use super::parts::Parts;
use super::plan::{PlanName, PlanReport};
use super::resource::ResourceReport;

impl Report {
    /// The same report with what an audit found of vaults, plans and resources.
    #[must_use]
    pub fn audited(
        mut self,
        audited: &checks::Audited,
        facts: &Facts<'_>,
        everything: bool,
    ) -> Self {
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
        // Most of many resources have nothing to be told of: only the others are kept.
        let mut of_resources = Audited::default();
        let mut resources = Vec::new();
        for (resource, outcomes) in &audited.resources {
            if resource.leaves == Leaves::NotOfItsType && !everything {
                continue;
            }
            let checks = told(outcomes, resource.arn.as_str(), &links);
            count(
                &mut of_resources,
                checks.iter().map(CheckReport::counted_as),
            );
            if everything || !checks.is_empty() {
                resources.push(ResourceReport::of(resource, checks));
            }
        }
        self.summary.resources = Some(of_resources);
        self.resources = resources;
        self.coverage.clone_from(&audited.coverage);
        self.read = Some(AuditRead {
            vaults: how_many(of_vaults, api_call!("backup:ListBackupVaults"), facts),
            plans: how_many(of_plans, api_call!("backup:ListBackupPlans"), facts),
        });
        let read = |of: Audited, much| (much != HowMany::Unread).then_some(of);
        self.summary.vaults = self.read.and_then(|how| read(of_vaults, how.vaults));
        self.summary.plans = self.read.and_then(|how| read(of_plans, how.plans));
        // What nothing was found of need not be named, unless everything was asked for.
        vaults.retain(|vault| everything || !vault.checks.is_empty());
        plans.retain(|plan| everything || !plan.checks.is_empty());
        self.vaults = vaults;
        self.plans = plans;
        self
    }
}

/// How many were read of what this call lists.
fn how_many(of: Audited, list: ApiCall, facts: &Facts<'_>) -> HowMany {
    let refused = facts.not_listed();
    let mut refused = refused.iter();
    let may_be_more =
        refused.any(|gap| gap.api_call() == Some(list) || !gap.operation().starts_with("backup:"));
    let is_listed = || {
        let mut places = facts.places().into_iter();
        places.any(
            |(account, region)| match list == api_call!("backup:ListBackupPlans") {
                true => matches!(facts.plans_listed(account, region), Fact::Known(())),
                false => facts.has_vaults_of(account, region),
            },
        )
    };
    if of.checked == 0 && !is_listed() {
        HowMany::Unread
    } else if may_be_more {
        HowMany::InPart
    } else {
        HowMany::All
    }
}

/// What was found of vaults, plans and resources that is to be told, with the checks' ids.
pub fn beside(
    audited: &checks::Audited,
    everything: bool,
) -> impl Iterator<Item = (&'static str, &Outcome)> {
    let of_vaults = audited.vaults.iter().flat_map(|(_, outcomes)| outcomes);
    let of_plans = audited.plans.iter().flat_map(|(_, outcomes)| outcomes);
    let of_resources = audited.resources.iter().flat_map(|(_, outcomes)| outcomes);
    of_vaults
        .chain(of_plans)
        .chain(of_resources)
        .map(|(check, outcome)| (check.id, outcome))
        .filter(move |(_, outcome)| everything || is_finding(outcome.status))
}

fn told(outcomes: &checks::Outcomes, subject: &str, links: &Links<'_>) -> Vec<CheckReport> {
    let told = outcomes
        .iter()
        .filter(|(_, outcome)| links.tells(outcome.status));
    // A change calls a plan by its id.
    let plan = subject
        .split_once(":backup-plan:")
        .map(|(_, id)| id.to_owned());
    let about = About {
        subject,
        made_of: plan.into_iter().collect(),
        parts: Parts::default(),
        is_changed: true,
    };
    told.map(|(check, outcome)| {
        CheckReport::new(check, Arc::new(outcome.clone()), subject, links).located(&about, links)
    })
    .collect()
}

fn counted<'c>(each: impl Iterator<Item = &'c [CheckReport]>) -> Audited {
    let mut all = Audited::default();
    for checks in each {
        count(&mut all, checks.iter().map(CheckReport::counted_as));
    }
    all
}

/// Counts one thing, of which checks came out so.
fn count(all: &mut Audited, found: impl Iterator<Item = Status> + Clone) {
    let has = |status| found.clone().any(|of| of == status);
    all.checked.one_more();
    all.failing.one_more_if(has(Status::Fail));
    all.warning
        .one_more_if(!has(Status::Fail) && has(Status::Warn));
}
