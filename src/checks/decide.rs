//! A copy, decided: what every check found, and what that adds up to.

use std::sync::Arc;

use crate::inventory::{Copy, Ends, Facts, Question, Reach, Route};
use crate::known::Fact;
use crate::verdict::{Outcome, Verdict};

use super::described::{is_any_of, is_none_of};
use super::each_key::of_each_key;
use super::words::not_read;
use super::{CHECKS, Check, Found, MayFail, Others, Run, When};

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
    let of_others = |copy: &Copy| of_each_key(copy, |copy| outcomes(copy, facts, None));
    let outcomes = of_each_key(&copy, |copy| outcomes(copy, facts, Some(&of_others)));
    let each = outcomes.iter();
    let verdict =
        Verdict::of(each.map(|(check, outcome)| (&**outcome, check.may_fail == MayFail::Yes)));
    Decided {
        copy,
        outcomes,
        verdict,
    }
}

/// What the checks of copies find of one; those in view of other copies are asked where there is somebody to ask of them.
fn outcomes(copy: &Copy, facts: &Facts<'_>, others: Option<&Others<'_>>) -> Found {
    let shared = facts.answer(&copy.reach);
    let mut found = Vec::with_capacity(CHECKS.len());
    for (check, shared) in CHECKS.iter().zip(&*shared) {
        let outcome = match shared {
            Some(shared) => refined(check, copy, facts, shared),
            None => of_copy(check, copy, facts, others).map(Arc::new),
        };
        found.extend(outcome.map(|outcome| (check, outcome)));
    }
    found
}

/// What was found of a part of the copy, or what the whole of it makes of that.
fn refined(
    check: &Check,
    copy: &Copy,
    facts: &Facts<'_>,
    shared: &Arc<Outcome>,
) -> Option<Arc<Outcome>> {
    let Run::Refined { copy: refine, .. } = check.run else {
        return Some(Arc::clone(shared));
    };
    let instead = refine(copy, facts, shared);
    Some(instead.map_or_else(|| Arc::clone(shared), Arc::new))
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
        Run::Composite(run) => Some(run(copy, facts, others?)),
        Run::Ends(_)
        | Run::Route(_)
        | Run::Reach(_)
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
    with(&facts.answer(&reach.route), |check| match check.run {
        Run::Reach(run) | Run::Refined { reach: run, .. } => Some(run(reach, facts)),
        Run::Ends(_)
        | Run::Route(_)
        | Run::Copy(_)
        | Run::Composite(_)
        | Run::Vault(_)
        | Run::Plan(_)
        | Run::Resource(_) => None,
    })
}

/// What is found of the route and of the ends within it, and of questions that do not arise on it.
fn of_route(route: &Route, facts: &Facts<'_>) -> Shared {
    with(&facts.answer(&route.ends), |check| {
        match (check.when, check.run) {
            (When::Kinds { kinds, others }, _) => {
                is_none_of(route, kinds).then(|| Outcome::not_applicable(others))
            }
            (When::Route(arises), _) => arises(route, facts),
            (When::Always, Run::Route(run)) => Some(run(route, facts)),
            (
                When::Always,
                Run::Ends(_)
                | Run::Reach(_)
                | Run::Refined { .. }
                | Run::Copy(_)
                | Run::Composite(_)
                | Run::Vault(_)
                | Run::Plan(_)
                | Run::Resource(_),
            ) => None,
        }
    })
}

fn of_ends(ends: &Ends, facts: &Facts<'_>) -> Shared {
    with(&[const { None }; CHECKS.len()], |check| match check.run {
        Run::Ends(run) => Some(run(ends, facts)),
        Run::Route(_)
        | Run::Reach(_)
        | Run::Refined { .. }
        | Run::Copy(_)
        | Run::Composite(_)
        | Run::Vault(_)
        | Run::Plan(_)
        | Run::Resource(_) => None,
    })
}

/// What was found before, with what the checks find that nothing was found of.
fn with(before: &[Option<Arc<Outcome>>], ask: impl Fn(&Check) -> Option<Outcome>) -> Shared {
    let each = CHECKS.iter().zip(before);
    let found = each.map(|(check, before)| before.clone().or_else(|| ask(check).map(Arc::new)));
    found.collect()
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
