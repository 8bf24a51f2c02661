//! What a change does to the copies: each is decided before and after it, and the two are compared.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::checks::{Check, Decided, MayFail};
use crate::inventory::PlanReference;
use crate::known::Arn;
use crate::verdict::{Status, Verdict};

/// What a change does to a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It is blocked and was not, is undecided and was feasible, fails a further check, or stays undecided and may fail a
    /// further one.
    Worse,
    /// It did not exist.
    New,
    /// Its verdict is better, or a check fails no longer.
    Better,
    /// It is no longer made.
    Removed,
    /// Nothing of that.
    Same,
}

impl Change {
    /// Its word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Worse => "worse",
            Self::New => "new",
            Self::Better => "better",
            Self::Removed => "removed",
            Self::Same => "same",
        }
    }

    /// Whether a copy with this change counts for the exit code.
    #[must_use]
    pub const fn counts(self) -> bool {
        match self {
            Self::Worse | Self::New => true,
            Self::Better | Self::Removed | Self::Same => false,
        }
    }
}

/// What is compared of a decided copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its verdict.
    pub verdict: Verdict,
    /// The checks that it fails, and those that [`marks`] adds.
    pub failing: BTreeSet<String>,
    /// The checks that it may fail.
    pub open: BTreeSet<String>,
    /// What is copied, and where to: another copy may have its id. `None`: not known.
    pub of: [Option<Arn>; 2],
    /// The rule and the selection that make it, where a plan does: those that share all else are told apart by them.
    pub by: Option<[String; 2]>,
}

impl Standing {
    /// That of a decided copy, where the warnings of these checks are errors.
    #[must_use]
    pub fn of(decided: &Decided, raised: &BTreeSet<&str>) -> Self {
        let outcomes = decided.outcomes.iter();
        Self {
            verdict: decided.verdict,
            failing: outcomes
                .flat_map(|(check, outcome)| marks(check.id, outcome.status, raised))
                .collect(),
            open: opens(
                decided
                    .outcomes
                    .iter()
                    .map(|(check, of)| (*check, of.status)),
            ),
            of: [
                what(
                    decided.copy.resource.clone().known().flatten().as_ref(),
                    decided.copy.transfer.recovery_point.as_ref(),
                ),
                Some(decided.copy.endpoints().destination_vault.clone()),
            ],
            by: decided.copy.plan.as_ref().map(made_by),
        }
    }

    /// Whether two copies of one id are one.
    fn is_of(&self, other: &Self) -> bool {
        let mut parts = self.of.iter().zip(&other.of);
        parts.all(|parts| match parts {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        })
    }

    /// Whether it failed a check that now comes out so, or may have.
    #[must_use]
    pub fn stood(&self, check: &str, now: Status) -> bool {
        let failed = self.failing.contains(check);
        match now {
            Status::Fail | Status::Warn => failed,
            Status::Undecided => {
                let may_have = self.failing.contains(&format!("{check}?"));
                failed || may_have || self.open.contains(check)
            }
            Status::Pass | Status::NotApplicable => false,
        }
    }

    /// What became of it.
    #[must_use]
    pub fn changed_to(&self, after: &Self) -> Change {
        let worse_verdict = rank(after.verdict) > rank(self.verdict);
        let fails_more = !after.failing.is_subset(&self.failing);
        // What is undecided either way hides what was known and is not any more.
        let both = [self, after];
        let stays_open = both.iter().all(|one| one.verdict == Verdict::Undecided);
        let opens_more = stays_open && !after.open.is_subset(&self.open);
        if worse_verdict || fails_more || opens_more {
            Change::Worse
        } else if rank(after.verdict) < rank(self.verdict) || after.failing != self.failing {
            Change::Better
        } else {
            Change::Same
        }
    }
}

/// Of some checks those that a copy may fail.
pub fn opens(found: impl IntoIterator<Item = (&'static Check, Status)>) -> BTreeSet<String> {
    let may_fail = found
        .into_iter()
        .filter(|(check, status)| *status == Status::Undecided && check.may_fail == MayFail::Yes);
    may_fail.map(|(check, _)| check.id.to_owned()).collect()
}

/// What a check adds to those that a copy fails: its id where it fails, or warns and that is an error; and of a check whose
/// warnings are errors also that it may, so that one that is undecided stands between one that passes and one that warns.
pub fn marks(check: &str, status: Status, raised: &BTreeSet<&str>) -> impl Iterator<Item = String> {
    let is_raised = raised.contains(check);
    let (fails, may) = match status {
        Status::Fail => (true, is_raised),
        Status::Warn => (is_raised, is_raised),
        Status::Undecided => (false, is_raised),
        Status::Pass | Status::NotApplicable => (false, false),
    };
    let fails = fails.then(|| check.to_owned());
    fails.into_iter().chain(may.then(|| format!("{check}?")))
}

const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Feasible => 0,
        Verdict::Undecided => 1,
        Verdict::Blocked => 2,
    }
}

/// What makes a copy of a plan: the rule and the selection.
#[must_use]
pub fn made_by(plan: &PlanReference) -> [String; 2] {
    [plan.rule.clone(), plan.selection.clone()]
}

/// What is copied: the resource; the recovery point, where that names none.
#[must_use]
pub fn what(resource: Option<&Arn>, recovery_point: Option<&Arn>) -> Option<Arn> {
    resource.or(recovery_point).cloned()
}

/// The copies before a change, by their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before(BTreeMap<String, Standing>);

impl Before {
    /// Those of these copies.
    pub fn of(copies: impl IntoIterator<Item = (String, Standing)>) -> Self {
        Self(copies.into_iter().collect())
    }

    /// What became of the copies that are there after the change, in their order, and which are no longer made.
    ///
    /// Of several that a plan makes of one resource into one vault only the first has the plain id, and the numbers of the others
    /// count their places. They are compared by the rule and the selection that make them, and only what then remains by its id.
    #[must_use]
    pub fn compare(
        &self,
        ids: &[&str],
        standing: impl Fn(usize) -> Option<Standing>,
    ) -> Compared<'_> {
        let all = self.0.keys().map(String::as_str);
        let numbered = all.chain(ids.iter().copied()).filter_map(base);
        let several: BTreeSet<&str> = numbered.collect();
        let group = |id| several.get(base(id).unwrap_or(id)).copied();
        let mut left: BTreeMap<&str, Vec<(&str, &Standing)>> = BTreeMap::new();
        for (id, was) in &self.0 {
            if let Some(of) = group(id) {
                left.entry(of).or_default().push((id, was));
            }
        }
        let mut changes = vec![(Change::New, None); ids.len()];
        let mut open = Vec::new();
        for ((place, id), change) in ids.iter().enumerate().zip(&mut changes) {
            let Some(is) = standing(place) else {
                continue;
            };
            match group(id) {
                Some(of) => open.push((of, *id, is, change)),
                None => {
                    if let Some(was) = self.0.get(*id).filter(|was| was.is_of(&is)) {
                        *change = (was.changed_to(&is), Some(was));
                    }
                }
            }
        }
        for (by_maker, by_id) in [(true, true), (true, false), (false, true)] {
            open.retain_mut(|(of, id, is, change)| {
                let is_it = |(other, was): &(&str, &Standing)| {
                    (!by_maker || (is.by.is_some() && was.by == is.by))
                        && (!by_id || other == id)
                        && was.is_of(is)
                };
                let left = left.get_mut(of);
                let found = left.and_then(|left| {
                    let place = left.iter().position(is_it)?;
                    Some(left.remove(place).1)
                });
                if let Some(was) = found {
                    **change = (was.changed_to(is), Some(was));
                }
                found.is_none()
            });
        }
        drop(open);
        let there: BTreeSet<&str> = ids.iter().copied().collect();
        let alone = self.0.iter().map(|(id, was)| (id.as_str(), was));
        let alone = alone.filter(|(id, _)| group(id).is_none() && !there.contains(id));
        let removed = alone.chain(left.into_values().flatten());
        Compared {
            changes,
            removed: removed
                .map(|(id, was)| (id.to_owned(), was.verdict))
                .collect(),
        }
    }
}

/// What became of copies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared<'b> {
    /// What became of each that is there after a change, and what it was before.
    pub changes: Vec<(Change, Option<&'b Standing>)>,
    /// The copies that are no longer made, each with its former verdict.
    pub removed: BTreeMap<String, Verdict>,
}

/// The id that several share of which one has a number: `id#2`.
fn base(id: &str) -> Option<&str> {
    let (base, number) = id.rsplit_once('#')?;
    let is_number = !number.is_empty() && number.bytes().all(|one| one.is_ascii_digit());
    is_number.then_some(base)
}

/// How many copies a change does what to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Changes {
    /// New ones.
    pub new: usize,
    /// Those that it makes worse.
    pub worse: usize,
    /// Those that it makes better.
    pub better: usize,
    /// Those that it leaves as they are.
    pub same: usize,
    /// Those that it removes.
    pub removed: usize,
}

impl Changes {
    /// Counts one more.
    pub const fn add(&mut self, change: Change) {
        let count = match change {
            Change::New => &mut self.new,
            Change::Worse => &mut self.worse,
            Change::Better => &mut self.better,
            Change::Same => &mut self.same,
            Change::Removed => &mut self.removed,
        };
        *count = count.saturating_add(1);
    }
}
