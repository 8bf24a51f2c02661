//! The copies that go along where a rule's copy action is changed for some of them: a rule copies all that its plan takes alike, and a
//! backup policy of the organization makes its plans alike in every account.

use std::collections::{BTreeMap, BTreeSet};

use super::change::{Change, steps};
use super::command::is_of_organization;
use super::draft::Draft;
use crate::checks::decide;
use crate::inventory::{Copy, Facts, Named};
use crate::known::{AccountId, Arn, Region};
use crate::plans::{self, Plan};
use crate::verdict::Verdict;

/// The copies that a change of the rules which make these changes as well, in the order of their ids.
pub fn others(copies: &[&Copy], facts: &Facts<'_>) -> Vec<Named> {
    let ours: BTreeSet<&str> = copies.iter().map(|copy| &*copy.id).collect();
    let actions: BTreeSet<Action> = copies.iter().filter_map(|copy| Action::of(copy)).collect();
    let mut found: BTreeMap<Box<str>, Named> = BTreeMap::new();
    for (plan, wanted) in plans_of(&actions, facts) {
        let made = plans::copies([&plan], facts).copies.into_iter();
        let is_meant = |named: &Named| {
            let rule = named.plan.as_ref().map(|plan| plan.rule.as_str());
            let mut wanted = wanted.iter();
            wanted.any(|action| rule == Some(&action.rule) && action.goes_there(named, &plan))
        };
        let others = made.filter(|named| !ours.contains(&*named.id) && is_meant(named));
        found.extend(others.map(|named| (named.id.clone(), named)));
    }
    found.into_values().collect()
}

/// A copy action of a rule.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Action {
    plan: String,
    account: AccountId,
    region: Region,
    rule: String,
    vault: Arn,
}

impl Action {
    fn of(copy: &Copy) -> Option<Self> {
        let plan = copy.plan.as_ref()?;
        let place = plan.made_by.as_ref()?;
        Some(Self {
            plan: plan.id.clone(),
            account: place.account,
            region: place.region.clone(),
            rule: plan.rule.clone(),
            vault: copy.endpoints().destination_vault.clone(),
        })
    }

    /// Whether a copy of a plan is by the same action: to the same vault, or, as a backup policy may say, to the one of that name in
    /// the plan's own account.
    fn goes_there(&self, named: &Named, plan: &Plan) -> bool {
        let vault = &named.destination_vault;
        let is_of_own = self.vault.account() == Some(self.account)
            && vault.account() == Some(plan.account)
            && vault.name() == self.vault.name();
        *vault == self.vault || is_of_organization(&self.plan) && is_of_own
    }

    /// Whether a plan is the action's, or made of the same backup policy in another place.
    fn is_of(&self, id: &str, account: AccountId, region: &Region) -> bool {
        if is_of_organization(&self.plan) {
            return is_of_organization(id) && name_in_policy(id) == name_in_policy(&self.plan);
        }
        id == self.plan && account == self.account && *region == self.region
    }
}

/// What a backup policy calls a plan: `orgs/ACCOUNT/REGION/NAME`.
fn name_in_policy(id: &str) -> Option<&str> {
    id.splitn(4, '/').nth(3)
}

fn plans_of<'w>(actions: &'w BTreeSet<Action>, facts: &Facts<'_>) -> Vec<(Plan, Vec<&'w Action>)> {
    if actions.is_empty() {
        return Vec::new();
    }
    let all = facts.plans().into_iter();
    let meant = all.filter_map(|(account, region, plan)| {
        let of = actions
            .iter()
            .filter(|it| it.is_of(&plan.id, account, region));
        let of: Vec<&Action> = of.collect();
        (!of.is_empty()).then(|| Some((Plan::of_id(&plan.id, account, region, facts)?, of)))?
    });
    meant.collect()
}

/// Notes of a draft that a copy which goes along gets worse by it, where one does: it is then not proven, and says which.
pub fn settle(draft: &mut Draft, others: &[Named], facts: &Facts<'_>) {
    let Some(change) = &draft.change else { return };
    let changed = facts.under(&change.facts);
    for named in others {
        let before = decide(Copy::new(named.clone(), facts), facts).verdict;
        // What is blocked gets no worse, and says nothing of those beside it.
        if before == Verdict::Blocked {
            continue;
        }
        let after = then(named, change, &changed);
        if rank(after) <= rank(before) {
            continue;
        }
        let word = if after == Verdict::Blocked {
            "is blocked"
        } else {
            "is undecided"
        };
        draft.remedy.title += &format!("; then this copy of the same rule {word}: {}", named.id);
        draft.makes_worse = true;
        return;
    }
}

fn then(named: &Named, change: &Change, changed: &Facts<'_>) -> Verdict {
    let steps = steps(named.clone(), &[change]).into_iter();
    let verdicts = steps.map(|step| decide(Copy::new(step, changed), changed).verdict);
    let worst = verdicts.max_by_key(|verdict| rank(*verdict));
    worst.unwrap_or(Verdict::Undecided)
}

const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Feasible => 0,
        Verdict::Undecided => 1,
        Verdict::Blocked => 2,
    }
}
