//! Backup policies of an organization: from the effective policy of an account to the plans that AWS Backup makes of it
//! in each Region, in the shape in which it prints them.
//!
//! An effective policy has values and no operators, but where a console shows `@@assign`. Of a policy as it is attached the
//! values are read that it says by itself; what depends on the policies above it stays open, as does every key that is not
//! known here.
//!
//! See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html> and
//! <https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html>.

mod made;
mod node;

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::{
    Account, Extra, Facts, Field, GapEntry, Inventory, Json, List, Plan, RegionFacts,
    is_plan_of_policy,
};
use crate::known::{AccountId, Gap, Region};

use node::{Node, Open};

/// Adds the plans that AWS Backup makes of the backup policies in force, each to the Regions that the policy names. A
/// Region that was not looked at is added, so that what the plan copies there is not passed over. A plan that was read
/// already is there; where none were listed, that stays a gap.
pub fn add_those_of_policies(inventory: &mut Inventory) {
    let Field::Is(List(accounts)) = &mut inventory.accounts else {
        return;
    };
    let mut not_listed = Vec::new();
    for account in accounts {
        let Field::Is(policy) = account.backup_policy.clone() else {
            continue;
        };
        for (name, plan) in plans(policy.value(), &mut Vec::new()) {
            add(account, &name, &plan, &mut not_listed);
        }
    }
    if not_listed.is_empty() {
        return;
    }
    match &mut inventory.gaps {
        Field::Is(List(gaps)) => gaps.extend(not_listed),
        Field::Null | Field::Absent => inventory.gaps = Field::Is(List(not_listed)),
    }
}

/// The plans of a Region were not listed.
fn not_listed(account: AccountId, region: &Region) -> GapEntry {
    let call = api_call!("backup:ListBackupPlans");
    GapEntry {
        account: Field::Is(account),
        region: Field::Is(region.clone()),
        operation: call.as_str().into(),
        subject: Field::Is(format!("{account}/{region}").into()),
        error: Field::Null,
        permission: Field::Absent,
        waits_for: Field::Absent,
        extra: Extra::new(),
    }
}

/// What of the backup policies was not understood as far as no plan is there to say so: which plans there are, and in which
/// Regions. A policy that AWS refused to tell may make any.
#[must_use]
pub fn policies_unread(facts: &Facts<'_>) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (account, policy) in facts.backup_policies() {
        let mut open = Vec::new();
        for (_, plan) in plans(policy, &mut open) {
            plan.members(made::OF_PLAN, &mut open);
            regions(&plan, &mut open);
        }
        gaps.extend(open.iter().map(|open| open.gap(account)));
    }
    let refused = facts.backup_policies_not_read().into_iter();
    gaps.extend(refused.filter(|gap| gap.error.is_some() || gap.hand().is_some()));
    gaps
}

/// What was not understood of a plan that was made of a policy; none of it, of one that was not.
pub fn unread(facts: &Facts<'_>, account: AccountId, region: &Region, id: &str) -> Vec<Open> {
    let mut open = Vec::new();
    let prefix = made::id_of(account, region, "");
    let Some(name) = id.strip_prefix(&prefix) else {
        return open;
    };
    let policy = facts.backup_policy(account);
    let plan = policy.and_then(|policy| Node::root(policy).get("plans")?.get(name));
    if let Some(plan) = plan {
        made::plan(account, region, name, &plan, &mut open);
    }
    open
}

/// Whether a plan is one that AWS listed and had made of a policy: then it listed all of them.
pub fn is_listed(account: AccountId, region: &Region, id: &str) -> bool {
    is_plan_of_policy(id) && !is_made(account, region, id)
}

/// Whether a plan of this id was made here of a policy.
pub fn is_made(account: AccountId, region: &Region, id: &str) -> bool {
    id.starts_with(&made::id_of(account, region, ""))
}

/// The plans of a policy, by their names.
fn plans<'p>(policy: &'p Value, open: &mut Vec<Open>) -> Vec<(String, Node<'p>)> {
    let root = Node::root(policy);
    root.members(&["plans"], open);
    match root.get("plans") {
        Some(plans) => plans.named(open),
        None => {
            open.push(root.lacks("plans"));
            Vec::new()
        }
    }
}

/// The Regions that a plan of a policy is for.
fn regions(plan: &Node<'_>, open: &mut Vec<Open>) -> Vec<Region> {
    let Some(regions) = plan.get("regions") else {
        open.push(plan.lacks("regions"));
        return Vec::new();
    };
    let named = regions.list(open).into_iter().flatten();
    named.map(Region::new).collect()
}

fn add(account: &mut Account, name: &str, plan: &Node<'_>, open: &mut Vec<GapEntry>) {
    let id = account.account;
    let wanted = regions(plan, &mut Vec::new());
    if !matches!(account.regions, Field::Is(_)) {
        account.regions = Field::Is(List(Vec::new()));
    }
    let Field::Is(List(regions)) = &mut account.regions else {
        return;
    };
    for region in wanted {
        let made = made::plan(id, &region, name, plan, &mut Vec::new());
        if !regions.iter().any(|facts| facts.region == region) {
            regions.push(RegionFacts::named(region.clone()));
        }
        let Some(facts) = regions.iter_mut().find(|facts| facts.region == region) else {
            continue;
        };
        match &mut facts.plans {
            Field::Is(List(plans)) => {
                if !plans.iter().any(|plan| is_made_of(plan, name)) {
                    plans.push(made);
                }
            }
            Field::Null | Field::Absent => {
                if matches!(facts.plans, Field::Absent) {
                    open.push(not_listed(id, &region));
                }
                facts.plans = Field::Is(List(vec![made]));
            }
        }
    }
}

/// Whether a plan that was read is the one that AWS Backup made of a policy's plan of this name. One whose name was not read
/// may be another.
fn is_made_of(plan: &Plan, name: &str) -> bool {
    let named = plan.plan.value().is_some_and(|Json(plan)| {
        plan.get("BackupPlanName")
            .and_then(Value::as_str)
            .is_some_and(|own| own.eq_ignore_ascii_case(name))
    });
    is_plan_of_policy(&plan.id) && named
}
