//! A copy, decided: what every check found, and what that adds up to.

use std::sync::Arc;

use crate::inventory::{
    Copy, Endpoints, Facts, Question, Reads, Route, Transfer, note_again, noting,
};
use crate::known::{ByHand, Fact, Gap};
use crate::plans::is_of_own_rule;
use crate::verdict::{Outcome, Status, Verdict};

use super::at_start::AtStart;
use super::described::{is_any_of, is_none_of};
use super::each_key::of_each_key;
use super::words::not_read;
use super::{CHECKS, Check, Found, MayFail, Others, Run, When, recovery_point_missing};

/// A copy with what every check found, and what that adds up to.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The copy.
    pub copy: Copy,
    /// What each check found, in the order of [`CHECKS`].
    pub outcomes: Found,
    /// What each was worked out from; empty where several were added up.
    pub reads: Vec<Reads>,
    /// What it adds up to.
    pub verdict: Verdict,
}

impl Decided {
    /// The same where some checks found something else.
    #[must_use]
    pub fn with(
        mut self,
        others: impl IntoIterator<Item = (&'static Check, Arc<Outcome>)>,
    ) -> Self {
        for (check, outcome) in others {
            let mut all = self.outcomes.iter_mut();
            if let Some((_, found)) = all.find(|(other, _)| other.id == check.id) {
                *found = outcome;
            }
        }
        self.verdict = verdict_of(&self.outcomes);
        self
    }
}

/// What the checks add up to.
fn verdict_of(outcomes: &Found) -> Verdict {
    let each = outcomes.iter();
    Verdict::of(each.map(|(check, outcome)| (outcome.status, check.may_fail == MayFail::Yes)))
}

/// What a check found, and what that was worked out from.
type Answer = (Arc<Outcome>, Reads);

/// What the checks found that are asked of the same thing, by their places in [`CHECKS`].
type Shared = Arc<[Option<Answer>]>;

/// Decides a copy: every check runs, whatever the others say. A check that looks no further than the vaults and the role,
/// the route, or the transfer, runs once for all copies that have the same.
#[must_use]
pub fn decide(copy: Copy, facts: &Facts<'_>) -> Decided {
    let of_others = |copy: &Copy| of_each_key(copy, |copy| outcomes(copy, facts, None).0);
    let (outcomes, reads) = if copy.route().further_keys.is_empty() {
        outcomes(&copy, facts, Some(&of_others))
    } else {
        let found = of_each_key(&copy, |copy| outcomes(copy, facts, Some(&of_others)).0);
        (found, Vec::new())
    };
    let outcomes = match &copy.made {
        Fact::Known(()) => outcomes,
        // A rule that is refused and fails by that says so itself.
        Fact::Unknown(gap)
            if is_refused_itself(&copy, gap) && verdict_of(&outcomes) == Verdict::Blocked =>
        {
            outcomes
        }
        Fact::Unknown(gap) => perhaps_not_made(outcomes, gap),
    };
    let verdict = verdict_of(&outcomes);
    Decided {
        copy,
        outcomes,
        reads,
        verdict,
    }
}

fn is_refused_itself(copy: &Copy, gap: &Gap) -> bool {
    let by = copy.plan.as_ref();
    by.is_some_and(|by| is_of_own_rule(by, gap))
}

/// What is found of a copy of which nobody knows whether it is made: what fails of one that is made as it is told may not.
fn perhaps_not_made(found: Found, gap: &Gap) -> Found {
    // What is refused is not made, whatever fails of it.
    let is_refused = gap.hand() == Some(ByHand::Refused);
    let instead = |id: &str, outcome: &Outcome| {
        if id == recovery_point_missing::CHECK.id {
            let what = match is_refused {
                true => "AWS refuses the plan or the selection that makes this copy",
                false => "whether this copy is made is not known",
            };
            return Some(Outcome::undecided(format!("{what}: {gap}"), [gap.clone()]));
        }
        // What the rule says is not to be looked up: it is what is not known.
        let asks_plan = |gap: &Gap| gap.operation().starts_with("backup:GetBackup");
        if outcome.status == Status::Undecided && outcome.gaps.iter().all(asks_plan) {
            return Some(not_read(gap.clone()));
        }
        let fails = outcome.status == Status::Fail && !is_refused;
        fails.then(|| {
            let what = "if it is made";
            Outcome::undecided(format!("{what}: {}", outcome.message), [gap.clone()])
        })
    };
    let each = found.into_iter();
    each.map(|(check, outcome)| match instead(check.id, &outcome) {
        Some(instead) => (check, Arc::new(instead)),
        None => (check, outcome),
    })
    .collect()
}

/// What the checks of copies find of one, in view of what is dated and changes before it is made.
fn outcomes(copy: &Copy, facts: &Facts<'_>, others: Option<&Others<'_>>) -> (Found, Vec<Reads>) {
    let (mut found, mut reads) = as_of_now(copy, facts, others);
    let Some(at_start) = AtStart::of(copy, facts) else {
        return (found, reads);
    };
    let facts = &at_start.facts;
    let of_others = |copy: &Copy| of_each_key(copy, |copy| as_of_now(copy, facts, None).0);
    let others = others.map(|_| &of_others as &Others<'_>);
    let (then, more) = as_of_now(copy, facts, others);
    let both = found.iter_mut().zip(&then);
    for (((_, now), (_, then)), (reads, more)) in both.zip(reads.iter_mut().zip(&more)) {
        *reads = reads.and(more);
        if let Some(instead) = at_start.instead(now, then) {
            *now = Arc::new(instead);
        }
    }
    (found, reads)
}

/// What the checks of copies find of one; those in view of other copies are asked where there is somebody to ask of them.
fn as_of_now(copy: &Copy, facts: &Facts<'_>, others: Option<&Others<'_>>) -> (Found, Vec<Reads>) {
    let shared = facts.answer(&*copy.transfer);
    let mut found = Vec::with_capacity(CHECKS.len());
    let mut from = Vec::with_capacity(CHECKS.len());
    for (check, shared) in CHECKS.iter().zip(&*shared) {
        let answer = match shared {
            Some(shared) => Some(refined(check, copy, facts, shared)),
            None => noted(|| of_copy(check, copy, facts, others)),
        };
        if let Some((outcome, reads)) = answer {
            found.push((check, outcome));
            from.push(reads);
        }
    }
    (found, from)
}

/// What one check finds of a copy.
pub(super) fn outcome(check: usize, copy: &Copy, facts: &Facts<'_>) -> Option<Arc<Outcome>> {
    let now = outcome_now(check, copy, facts)?;
    let instead = AtStart::of(copy, facts).and_then(|at_start| {
        let then = outcome_now(check, copy, &at_start.facts)?;
        at_start.instead(&now, &then)
    });
    Some(instead.map_or(now, Arc::new))
}

fn outcome_now(check: usize, copy: &Copy, facts: &Facts<'_>) -> Option<Arc<Outcome>> {
    let of = CHECKS.get(check)?;
    let shared = match of.run {
        Run::Endpoints(_) => facts.answer(&One::new(check, copy.endpoints())),
        Run::Route(_) | Run::Copy(_) | Run::Composite(_) => {
            facts.answer(&One::new(check, copy.route()))
        }
        Run::Transfer(_) | Run::Refined { .. } => facts.answer(&One::new(check, &*copy.transfer)),
        Run::Vault(_) | Run::Plan(_) | Run::Resource(_) => None,
    };
    if let Some(shared) = shared {
        return Some(refined(of, copy, facts, &shared).0);
    }
    let of_others = |copy: &Copy| of_each_key(copy, |copy| outcomes(copy, facts, None).0);
    of_copy(of, copy, facts, Some(&of_others)).map(Arc::new)
}

/// What was found of a part of the copy, or what the whole of it makes of that.
fn refined(check: &Check, copy: &Copy, facts: &Facts<'_>, shared: &Answer) -> Answer {
    let Run::Refined { copy: refine, .. } = check.run else {
        return shared.clone();
    };
    let (outcome, reads) = shared;
    note_again(reads);
    let (instead, more) = noting(|| refine(copy, facts, outcome));
    let outcome = instead.map_or_else(|| Arc::clone(outcome), Arc::new);
    (outcome, reads.and(&more))
}

/// What is found, if anything is, with what it is worked out from.
fn noted(find: impl FnOnce() -> Option<Outcome>) -> Option<Answer> {
    let (found, reads) = noting(find);
    found.map(|found| (Arc::new(found), reads))
}

/// What a check finds that is asked of the whole copy.
fn of_copy(
    check: &Check,
    copy: &Copy,
    facts: &Facts<'_>,
    others: Option<&Others<'_>>,
) -> Option<Outcome> {
    let ask = |copy: &Copy, facts: &Facts<'_>| match check.run {
        Run::Copy(run) => Some(run(copy, facts)),
        Run::Composite(run) => run(copy, facts, others),
        Run::Endpoints(_)
        | Run::Route(_)
        | Run::Transfer(_)
        | Run::Refined { .. }
        | Run::Vault(_)
        | Run::Plan(_)
        | Run::Resource(_) => None,
    };
    match check.when {
        When::Kinds {
            kinds,
            others: of_others,
        } => match is_any_of(copy, kinds) {
            Fact::Known(true) => ask(copy, facts),
            Fact::Known(false) => Some(Outcome::not_applicable(of_others)),
            Fact::Unknown(gap) => Some(not_read(*gap)),
        },
        When::Always | When::Route(_) => ask(copy, facts),
    }
}

impl Question for Transfer {
    type Answer = Shared;

    fn answer(&self, facts: &Facts<'_>) -> Shared {
        with(&facts.answer(&self.route), is_of_transfer, |check| {
            of_transfer(check, self, facts)
        })
    }
}

impl Question for Route {
    type Answer = Shared;

    fn answer(&self, facts: &Facts<'_>) -> Shared {
        with(&facts.answer(&self.endpoints), is_of_route, |check| {
            of_route(check, self, facts)
        })
    }
}

impl Question for Endpoints {
    type Answer = Shared;

    fn answer(&self, facts: &Facts<'_>) -> Shared {
        with(&[const { None }; CHECKS.len()], is_of_endpoints, |check| {
            of_endpoints(check, self, facts)
        })
    }
}

/// What one check finds of a part of a copy.
#[derive(Clone, PartialEq, Eq, Hash)]
struct One<S> {
    /// Its place in [`CHECKS`].
    check: usize,
    of: S,
}

impl<S: Clone> One<S> {
    fn new(check: usize, of: &S) -> Self {
        let of = of.clone();
        Self { check, of }
    }
}

impl Question for One<Endpoints> {
    type Answer = Option<Answer>;

    fn answer(&self, facts: &Facts<'_>) -> Option<Answer> {
        let check = CHECKS.get(self.check)?;
        noted(|| of_endpoints(check, &self.of, facts))
    }
}

impl Question for One<Route> {
    type Answer = Option<Answer>;

    fn answer(&self, facts: &Facts<'_>) -> Option<Answer> {
        let check = CHECKS.get(self.check)?;
        noted(|| {
            of_endpoints(check, &self.of.endpoints, facts)
                .or_else(|| of_route(check, &self.of, facts))
        })
    }
}

impl Question for One<Transfer> {
    type Answer = Option<Answer>;

    fn answer(&self, facts: &Facts<'_>) -> Option<Answer> {
        let check = CHECKS.get(self.check)?;
        noted(|| {
            let of_route = || of_route(check, &self.of.route, facts);
            let found = of_endpoints(check, self.of.endpoints(), facts).or_else(of_route);
            found.or_else(|| of_transfer(check, &self.of, facts))
        })
    }
}

/// What a check finds of the transfer.
fn of_transfer(check: &Check, transfer: &Transfer, facts: &Facts<'_>) -> Option<Outcome> {
    match check.run {
        Run::Transfer(run) | Run::Refined { transfer: run, .. } => Some(run(transfer, facts)),
        Run::Endpoints(_)
        | Run::Route(_)
        | Run::Copy(_)
        | Run::Composite(_)
        | Run::Vault(_)
        | Run::Plan(_)
        | Run::Resource(_) => None,
    }
}

/// What a check finds of the route, or where its question does not arise on it.
fn of_route(check: &Check, route: &Route, facts: &Facts<'_>) -> Option<Outcome> {
    match (check.when, check.run) {
        (When::Kinds { kinds, others }, _) => {
            is_none_of(route, kinds).then(|| Outcome::not_applicable(others))
        }
        (When::Route(arises), _) => arises(route, facts),
        (When::Always, Run::Route(run)) => Some(run(route, facts)),
        (
            When::Always,
            Run::Endpoints(_)
            | Run::Transfer(_)
            | Run::Refined { .. }
            | Run::Copy(_)
            | Run::Composite(_)
            | Run::Vault(_)
            | Run::Plan(_)
            | Run::Resource(_),
        ) => None,
    }
}

/// What a check finds of the vaults and the role.
fn of_endpoints(check: &Check, endpoints: &Endpoints, facts: &Facts<'_>) -> Option<Outcome> {
    match check.run {
        Run::Endpoints(run) => Some(run(endpoints, facts)),
        Run::Route(_)
        | Run::Transfer(_)
        | Run::Refined { .. }
        | Run::Copy(_)
        | Run::Composite(_)
        | Run::Vault(_)
        | Run::Plan(_)
        | Run::Resource(_) => None,
    }
}

/// What was found before, with what those checks find that are asked now, and of which nothing was found.
fn with(
    before: &[Option<Answer>],
    is_asked: fn(&Check) -> bool,
    ask: impl Fn(&Check) -> Option<Outcome>,
) -> Shared {
    let each = CHECKS.iter().zip(before);
    let found = each.map(|(check, before)| match before {
        Some(before) => Some(before.clone()),
        None if is_asked(check) => noted(|| ask(check)),
        None => None,
    });
    found.collect()
}

const fn is_of_transfer(check: &Check) -> bool {
    matches!(check.run, Run::Transfer(_) | Run::Refined { .. })
}

const fn is_of_route(check: &Check) -> bool {
    matches!(check.when, When::Kinds { .. } | When::Route(_)) || matches!(check.run, Run::Route(_))
}

const fn is_of_endpoints(check: &Check) -> bool {
    matches!(check.run, Run::Endpoints(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_questions_to_the_whole_copy_arise_for_some_copies_alone() {
        for check in CHECKS {
            let of_copy = matches!(check.run, Run::Copy(_) | Run::Composite(_));
            assert!(
                of_copy || matches!(check.when, When::Always),
                "{}",
                check.id
            );
        }
    }
}
