//! The copies that go along where a rule's copy action is changed for some of them: a rule copies all that its plan takes alike, and a
//! backup policy of the organization makes its plans alike in every account.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::change::{Change, CopyChange, steps};
use super::draft::Draft;
use crate::checks::{Decided, decide};
use crate::inventory::{self, Copy, Facts, Named, PlanReference, is_plan_of_policy};
use crate::known::{AccountId, Arn, Region};
use crate::plans::{self, Plan};
use crate::verdict::{Status, Verdict};

/// The copies that a change of the rules which make these changes as well, in the order of their ids.
pub fn others(copies: &[&Copy], facts: &Facts<'_>) -> Vec<Named> {
    let ours: BTreeSet<&str> = copies.iter().map(|copy| &*copy.id).collect();
    let actions: BTreeSet<Action> = copies.iter().filter_map(|copy| Action::of(copy)).collect();
    let mut found: BTreeMap<Arc<str>, Named> = BTreeMap::new();
    for (plan, wanted) in plans_of(&actions, facts) {
        let made = plans::copies([&plan], facts).copies.into_iter();
        let is_meant = |named: &Named| {
            let mut wanted = wanted.iter();
            wanted.any(|action| action.is_by_rule(named) && action.goes_there(named, &plan))
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
    /// The rule's place in its plan: several may have one name. `None`: of a backup policy, where no two have.
    place: Option<usize>,
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
            place: place.rule.filter(|_| !is_plan_of_policy(&plan.id)),
            vault: copy.endpoints().destination_vault.clone(),
        })
    }

    /// Whether a copy is by the same rule of its plan.
    fn is_by_rule(&self, named: &Named) -> bool {
        let is_it = |plan: &PlanReference| {
            let place = plan.made_by.as_ref().and_then(|by| by.rule);
            plan.rule == self.rule && (self.place.is_none() || place == self.place)
        };
        named.plan.as_ref().is_some_and(is_it)
    }

    /// Whether a copy of a plan is by the same action: to the same vault, or, as a backup policy may say, to the one of that name in
    /// the plan's own account.
    fn goes_there(&self, named: &Named, plan: &Plan) -> bool {
        let vault = &named.destination_vault;
        let is_of_own = self.vault.account() == Some(self.account)
            && vault.account() == Some(plan.account)
            && vault.name() == self.vault.name();
        *vault == self.vault || is_plan_of_policy(&self.plan) && is_of_own
    }

    /// Whether a plan is the action's, or made of the same backup policy in another place.
    fn is_of(&self, id: &str, account: AccountId, region: &Region) -> bool {
        if is_plan_of_policy(&self.plan) {
            return is_plan_of_policy(id) && name_in_policy(id) == name_in_policy(&self.plan);
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
    let Some(change) = draft.change.clone() else {
        return;
    };
    let becomes = |named: &Named| then(named, &change);
    settle_by(draft, copies, (others, &becomes), facts);
}

/// The same of a change of a rule as a whole, which stands in the facts of the draft: of all that the rule copies.
pub fn settle_rule(draft: &mut Draft, copies: &[&Copy], facts: &Facts<'_>) {
    let (Some(change), Some(first)) = (draft.change.clone(), copies.first()) else {
        return;
    };
    let changed = facts.under(&change.facts);
    let ours: BTreeSet<&str> = copies.iter().map(|copy| &*copy.id).collect();
    let action = Action::of(first);
    let is_of_rule = |named: &Named| {
        action
            .as_ref()
            .is_some_and(|action| action.is_by_rule(named))
    };
    let made = |facts: &Facts<'_>| {
        let alike = plans_alike(first, facts).into_iter();
        let plans = alike
            .filter_map(|(account, region, plan)| Plan::of_id(&plan.id, account, region, facts));
        let plans: Vec<Plan> = plans.collect();
        plans::copies(&plans, facts).copies
    };
    let after: BTreeMap<Arc<str>, Named> = made(&changed)
        .into_iter()
        .map(|named| (named.id.clone(), named))
        .collect();
    let mut others = made(facts);
    others.retain(|named| is_of_rule(named) && !ours.contains(&*named.id));
    let becomes = |named: &Named| after.get(&named.id).cloned().into_iter().collect();
    settle_by(draft, copies, (&others, &becomes), facts);
}

/// The plans that a change of a copy's rule changes: its own, and those that the same backup policy makes in other places.
pub fn plans_alike<'a>(
    copy: &Copy,
    facts: &Facts<'a>,
) -> Vec<(AccountId, &'a Region, &'a inventory::Plan)> {
    let Some(action) = Action::of(copy) else {
        return Vec::new();
    };
    let mut plans = facts.plans();
    plans.retain(|(account, region, plan)| action.is_of(&plan.id, *account, region));
    plans
}

/// What becomes of a copy that goes along: the jobs that it takes.
type Becomes<'f> = &'f dyn Fn(&Named) -> Vec<Named>;

fn settle_by(
    draft: &mut Draft,
    copies: &[&Copy],
    (others, becomes): (&[Named], Becomes<'_>),
    facts: &Facts<'_>,
) {
    let Some(change) = &draft.change else { return };
    let changed = facts.under(&change.facts);
    let decided = |jobs: Vec<Named>| -> Vec<Decided> {
        let jobs = jobs.into_iter();
        jobs.map(|job| decide(Copy::new(job, &changed), &changed))
            .collect()
    };
    let mended = LazyCell::new(|| {
        let after = |named: &Named| decided(then(named, change));
        mended(copies, &after, facts)
    });
    let mut undone = None;
    for named in others {
        let before = decide(Copy::new(named.clone(), facts), facts);
        let after = decided(becomes(named));
        let verdict = worst(&after);
        if rank(verdict) > rank(before.verdict) {
            let word = if verdict == Verdict::Blocked {
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
    after: &dyn Fn(&Named) -> Vec<Decided>,
    facts: &Facts<'_>,
) -> BTreeSet<&'static str> {
    let mut all = BTreeSet::new();
    for copy in copies {
        let named = copy.named();
        let after = after(&named);
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

/// What a change makes of a copy that goes along: each job that it takes.
fn then(named: &Named, change: &Change) -> Vec<Named> {
    let change = Change {
        facts: Arc::clone(&change.facts),
        copy: in_its_account(&change.copy, named),
    };
    steps(named.clone(), &[&change])
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
