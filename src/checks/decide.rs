//! A copy, decided: what every check found, and what that adds up to.

use std::sync::Arc;

use crate::inventory::{Copy, Facts, Reach, Route};
use crate::verdict::{Outcome, Verdict};

use super::{CHECKS, Check, MayFail, Run};

/// A copy with what every check found, and what that adds up to.
#[derive(Clone, Debug)]
pub struct Decided {
    /// The copy.
    pub copy: Copy,
    /// What each check found, in the order of [`CHECKS`]. Copies that are alike to a check share what it found.
    pub outcomes: Vec<(&'static Check, Arc<Outcome>)>,
    /// What it adds up to.
    pub verdict: Verdict,
}

/// What the checks of one kind found, in the order of [`CHECKS`].
type Answers = Arc<[Arc<Outcome>]>;

/// Decides a copy: every check runs, whatever the others say. A check that looks at the route alone runs once for all
/// copies that take it.
#[must_use]
pub fn decide(copy: Copy, facts: &Facts<'_>) -> Decided {
    let of_route = facts.once(&copy.route, of_route);
    let of_reach = facts.once(&copy.reach, of_reach);
    let (mut of_route, mut of_reach) = (of_route.iter(), of_reach.iter());
    let mut outcomes = Vec::with_capacity(CHECKS.len());
    for check in CHECKS {
        let outcome = match check.run {
            Run::Copy(run) => Some(Arc::new(run(&copy, facts))),
            Run::Route(_) => of_route.next().cloned(),
            Run::Reach(_) => of_reach.next().cloned(),
            Run::Refined { copy: refine, .. } => of_reach.next().map(|found| {
                refine(&copy, facts, found).map_or_else(|| Arc::clone(found), Arc::new)
            }),
            Run::Vault(_) | Run::Plan(_) => None,
        };
        outcomes.extend(outcome.map(|outcome| (check, outcome)));
    }
    let each = outcomes.iter();
    let verdict =
        Verdict::of(each.map(|(check, outcome)| (&**outcome, check.may_fail == MayFail::Yes)));
    Decided {
        copy,
        outcomes,
        verdict,
    }
}

fn of_route(route: &Route, facts: &Facts<'_>) -> Answers {
    let answers = CHECKS.iter().filter_map(|check| match check.run {
        Run::Route(run) => Some(Arc::new(run(route, facts))),
        Run::Copy(_) | Run::Reach(_) | Run::Refined { .. } | Run::Vault(_) | Run::Plan(_) => None,
    });
    answers.collect()
}

fn of_reach(reach: &Reach, facts: &Facts<'_>) -> Answers {
    let answers = CHECKS.iter().filter_map(|check| match check.run {
        Run::Reach(run) | Run::Refined { reach: run, .. } => Some(Arc::new(run(reach, facts))),
        Run::Copy(_) | Run::Route(_) | Run::Vault(_) | Run::Plan(_) => None,
    });
    answers.collect()
}
