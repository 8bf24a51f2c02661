//! The copies that go along where a rule's copy action is changed for some of them: a rule copies all that its plan takes alike, and a
//! backup policy of the organization makes its plans alike in every account.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::change::{Change, CopyChange, steps};
use super::command::is_of_organization;
use super::draft::Draft;
use crate::checks::{Decided, decide};
use crate::inventory::{Copy, Facts, Named};
use crate::known::{AccountId, Arn, Region};
use crate::plans::{self, Plan};
use crate::verdict::{Status, Verdict};

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

/// Notes of a draft what becomes of the copies that go along. One that gets worse by it leaves it not proven; so does, short of
/// saying that it fails, one that is blocked as ours are and stays so: its own remedy, which changes the same action, would undo this
/// one. The draft says which copy that is.
pub fn settle(draft: &mut Draft, copies: &[&Copy], others: &[Named], facts: &Facts<'_>) {
    let Some(change) = &draft.change else { return };
    let changed = facts.under(&change.facts);
    let mended = LazyCell::new(|| mended(copies, change, facts, &changed));
    let mut undone = None;
    for named in others {
        let before = decide(Copy::new(named.clone(), facts), facts);
        let after = then(named, change, &changed);
        let becomes = worst(&after);
        if rank(becomes) > rank(before.verdict) {
            let word = if becomes == Verdict::Blocked {
                "is blocked"
            } else {
                "is undecided"
            };
            draft.remedy.title +=
                &format!("; then this copy of the same rule {word}: {}", named.id);
            draft.makes_worse = true;
            return;
        }
        if undone.is_none() && before.verdict == Verdict::Blocked {
            let after: BTreeSet<_> = after.iter().flat_map(failing).collect();
            let mut same = failing(&before).filter(|check| after.contains(check));
            undone = same.any(|check| mended.contains(check)).then_some(named);
        }
    }
    if let Some(named) = undone {
        let why = format!(
            "the same copy action leaves this copy blocked: {}, which wants another change of it",
            named.id
        );
        draft.remedy.title += &format!("; {why}");
        draft.open = Some(why);
    }
}

/// The checks that fail of copies and no longer do once they are changed.
fn mended(
    copies: &[&Copy],
    change: &Change,
    facts: &Facts<'_>,
    changed: &Facts<'_>,
) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    for copy in copies {
        let named = copy.named();
        let after = then(&named, change, changed);
        let after: BTreeSet<_> = after.iter().flat_map(failing).collect();
        let before = decide(Copy::new(named, facts), facts);
        all.extend(failing(&before).filter(|check| !after.contains(check)));
    }
    all
}

fn failing(decided: &Decided) -> impl Iterator<Item = &'static str> {
    let outcomes = decided.outcomes.iter();
    let failing = outcomes.filter(|(_, outcome)| outcome.status == Status::Fail);
    failing.map(|(check, _)| check.id)
}

/// What the checks say of a copy that goes along, of each job that it takes.
fn then(named: &Named, change: &Change, changed: &Facts<'_>) -> Vec<Decided> {
    let change = Change {
        facts: Arc::clone(&change.facts),
        copy: in_its_account(&change.copy, named),
    };
    let steps = steps(named.clone(), &[&change]).into_iter();
    let decided = steps.map(|step| decide(Copy::new(step, changed), changed));
    decided.collect()
}

/// A change as it is of a copy that goes along: where a backup policy has `$account` for the account of a vault, each account has
/// its own vault of that name, before the change and after it.
fn in_its_account(change: &CopyChange, named: &Named) -> CopyChange {
    let CopyChange::Destination(new) = change else {
        return change.clone();
    };
    let own = named.destination_vault.account();
    CopyChange::Destination(own.map_or_else(|| new.clone(), |own| new.in_account(own)))
}

fn worst(decided: &[Decided]) -> Verdict {
    let verdicts = decided.iter().map(|decided| decided.verdict);
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
