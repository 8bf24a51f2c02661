//! A copy, decided: what every check found, and what that adds up to.

use std::sync::Arc;

use crate::inventory::{Copy, Ends, Facts, Question, Reach, Route};
use crate::verdict::{Outcome, Verdict};

use super::described::{is_none_of, of_kinds};
use super::each_key::of_each_key;
use super::{CHECKS, Found, MayFail, Run};

/// A copy with what every check found, and what that adds up to.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The copy.
    pub copy: Copy,
    /// What each check found, in the order of [`CHECKS`].
    pub outcomes: Found,
    /// What it adds up to.
    pub verdict: Verdict,
}

/// What the checks found that are asked of the same thing, by their places in [`CHECKS`].
type Shared = Arc<[Option<Arc<Outcome>>]>;

/// Decides a copy: every check runs, whatever the others say. A check that looks no further than the vaults and the role,
/// the route, or the reach, runs once for all copies that have the same.
#[must_use]
pub fn decide(copy: Copy, facts: &Facts<'_>) -> Decided {
    let of_others = |copy: &Copy| of_each_key(copy, |copy| outcomes(copy, facts, |_| None));
    let of_copy = |copy: &Copy| {
        outcomes(copy, facts, |run| {
            let Run::Composite { kinds, others, run } = run else {
                return None;
            };
            let ask = |copy: &Copy, facts: &Facts<'_>| run(copy, facts, &of_others);
            Some(of_kinds(copy, facts, kinds, others, ask))
        })
    };
    let outcomes = of_each_key(&copy, of_copy);
    let each = outcomes.iter();
    let verdict =
        Verdict::of(each.map(|(check, outcome)| (&**outcome, check.may_fail == MayFail::Yes)));
    Decided {
        copy,
        outcomes,
        verdict,
    }
}

/// What the checks of copies find of one; `composite` asks those that ask the others.
fn outcomes(copy: &Copy, facts: &Facts<'_>, composite: impl Fn(Run) -> Option<Outcome>) -> Found {
    let found = facts.answer(&copy.reach);
    let mut outcomes = Vec::with_capacity(CHECKS.len());
    for (check, found) in CHECKS.iter().zip(&*found) {
        let outcome = match (check.run, found) {
            (Run::Copy(run) | Run::Arising { copy: run, .. }, None) => {
                Some(Arc::new(run(copy, facts)))
            }
            (Run::OfKinds { kinds, others, run }, None) => {
                Some(Arc::new(of_kinds(copy, facts, kinds, others, run)))
            }
            (run @ Run::Composite { .. }, _) => composite(run).map(Arc::new),
            (Run::Refined { copy: refine, .. }, Some(found)) => {
                let instead = refine(copy, facts, found);
                Some(instead.map_or_else(|| Arc::clone(found), Arc::new))
            }
            (_, found) => found.clone(),
        };
        outcomes.extend(outcome.map(|outcome| (check, outcome)));
    }
    outcomes
}

impl Question for Reach {
    type Answer = Shared;

    fn answer(&self, facts: &Facts<'_>) -> Shared {
        of_reach(self, facts)
    }
}

impl Question for Route {
    type Answer = Shared;

    fn answer(&self, facts: &Facts<'_>) -> Shared {
        of_route(self, facts)
    }
}

impl Question for Ends {
    type Answer = Shared;

    fn answer(&self, facts: &Facts<'_>) -> Shared {
        of_ends(self, facts)
    }
}

/// What is found of the reach, and of the route and the ends within it.
fn of_reach(reach: &Reach, facts: &Facts<'_>) -> Shared {
    with(&facts.answer(&reach.route), |run| {
        if let Run::Reach(run) | Run::Refined { reach: run, .. } = run {
            return Some(run(reach, facts));
        }
        None
    })
}

fn of_route(route: &Route, facts: &Facts<'_>) -> Shared {
    with(&facts.answer(&route.ends), |run| match run {
        Run::Route(run) => Some(run(route, facts)),
        Run::Arising { route: run, .. } => run(route, facts),
        Run::OfKinds { kinds, others, .. } => {
            is_none_of(route, kinds).then(|| Outcome::not_applicable(others))
        }
        Run::Copy(_)
        | Run::Ends(_)
        | Run::Reach(_)
        | Run::Refined { .. }
        | Run::Composite { .. }
        | Run::Vault(_)
        | Run::Plan(_)
        | Run::Resource(_) => None,
    })
}

fn of_ends(ends: &Ends, facts: &Facts<'_>) -> Shared {
    with(&[const { None }; CHECKS.len()], |run| {
        if let Run::Ends(run) = run {
            return Some(run(ends, facts));
        }
        None
    })
}

/// What was found before, with what these checks find.
fn with(before: &[Option<Arc<Outcome>>], ask: impl Fn(Run) -> Option<Outcome>) -> Shared {
    let each = CHECKS.iter().zip(before);
    let found = each.map(|(check, before)| ask(check.run).map(Arc::new).or_else(|| before.clone()));
    found.collect()
}
