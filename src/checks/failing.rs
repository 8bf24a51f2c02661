//! What is left of a decided copy once it has been told: as much as its remedies need.

use std::sync::Arc;

use crate::inventory::{Copy, Facts, Touched, Transfer, lifecycle_number};
use crate::known::Fact;
use crate::verdict::{Fix, Need, Outcome, Status};

use super::decide::outcome;
use super::{CHECKS, Check, Decided};

/// A copy that fails by something that can be fixed: what that takes, and how every check came out.
///
/// It is small beside a [`Decided`], so that those of a whole organization can be held.
#[derive(Clone, Debug)]
pub struct Failing {
    /// The copy.
    pub copy: Copy,
    /// The checks that fail and can be fixed, each with what it found.
    failures: Box<[(&'static Check, Arc<Outcome>)]>,
    /// Whether another check fails, and nothing makes that pass.
    is_hopeless: bool,
    all: Arc<All>,
}

/// How every check came out, and what it looked up.
#[derive(Debug, PartialEq, Eq)]
struct All {
    /// How each check came out, in their order.
    statuses: Box<[Status]>,
    /// What the checks looked up, by number, as far as there is a bit for it in `reads`.
    objects: Box<[u32]>,
    /// Of each check what of that it looked up, a bit an object; empty where that is not known.
    reads: Box<[u32]>,
}

/// What lately was the same for several copies, which share it: those of one account mostly differ in nothing here.
#[derive(Default)]
pub struct Alike {
    all: Vec<Arc<All>>,
    transfers: Vec<Arc<Transfer>>,
}

/// What was said lately, where it is the same; else this, from now on.
fn share<T: PartialEq>(lately: &mut Vec<Arc<T>>, new: Arc<T>) -> Arc<T> {
    const KEPT: usize = 8;
    if let Some(known) = lately.iter().find(|known| **known == new) {
        return Arc::clone(known);
    }
    if lately.len() >= KEPT {
        lately.remove(0);
    }
    lately.push(Arc::clone(&new));
    new
}

/// The bit of objects that have none of their own.
const FURTHER: u32 = 31;

impl Failing {
    /// What is left of a decided copy; `None` where nothing fails that a remedy could fix.
    #[must_use]
    pub fn of(decided: &Decided, alike: &mut Alike) -> Option<Self> {
        let can_be_fixed =
            |outcome: &Outcome| outcome.status == Status::Fail && !outcome.needed().is_empty();
        let failures = decided.outcomes.iter();
        let failures: Box<[_]> = failures
            .filter(|(_, outcome)| can_be_fixed(outcome))
            .cloned()
            .collect();
        if failures.is_empty() {
            return None;
        }
        let statuses = decided.outcomes.iter();
        let mut objects: Vec<u32> = Vec::new();
        let mut bit = |number: &u32| {
            let known = objects.iter().position(|it| it == number);
            let place = known.unwrap_or_else(|| {
                objects.push(*number);
                objects.len().saturating_sub(1)
            });
            1_u32 << u32::try_from(place).unwrap_or(FURTHER).min(FURTHER)
        };
        let reads = decided.reads.iter().map(|reads| {
            let bits = reads.numbers().iter().map(&mut bit);
            bits.fold(0, |all, one| all | one)
        });
        let all = All {
            statuses: statuses.map(|(_, outcome)| outcome.status).collect(),
            reads: reads.collect(),
            objects: objects.into(),
        };
        let mut copy = decided.copy.clone();
        copy.transfer = share(&mut alike.transfers, copy.transfer);
        let hopeless =
            |outcome: &Outcome| outcome.status == Status::Fail && outcome.fix == Fix::Impossible;
        Some(Self {
            copy,
            failures,
            is_hopeless: decided
                .outcomes
                .iter()
                .any(|(_, outcome)| hopeless(outcome)),
            all: share(&mut alike.all, Arc::new(all)),
        })
    }

    /// The checks that fail and can be fixed, each with what it takes.
    pub fn needs(&self) -> impl Iterator<Item = (&'static Check, &[Need])> {
        let each = self.failures.iter();
        each.map(|(check, outcome)| (*check, outcome.needed()))
    }

    /// Whether a check of it fails of which nothing makes it pass, so that the copy as it is stays blocked whatever is changed. One
    /// that goes another way, or is of another backup, may not.
    #[must_use]
    pub const fn is_hopeless(&self) -> bool {
        self.is_hopeless
    }

    /// How each check came out, in their order.
    #[must_use]
    pub fn statuses(&self) -> &[Status] {
        &self.all.statuses
    }

    /// The numbers of what the checks looked up.
    #[must_use]
    pub fn objects(&self) -> &[u32] {
        &self.all.objects
    }

    /// How each check comes out after a change, of which `copy` is what it makes of the copy: those are asked again that looked
    /// up something which it touches, or that look at the whole copy where that is another. `None` where that is not known.
    #[must_use]
    pub fn again(
        &self,
        copy: &Copy,
        touched: &Touched,
        changed: &Facts<'_>,
    ) -> Option<Vec<Status>> {
        let All {
            statuses,
            objects,
            reads,
        } = &*self.all;
        let all = CHECKS.iter().filter(|check| check.is_of_copies()).count();
        let is_known = reads.len() == all && statuses.len() == all && !touched.is_everything();
        let is_made = matches!(copy.made, Fact::Known(()));
        if !is_known || !is_made || copy.transfer != self.copy.transfer {
            return None;
        }
        let is_kept_otherwise = copy.differs_in_lifecycle_alone(&self.copy);
        let is_same = is_kept_otherwise || *copy == self.copy;
        let has =
            |number| touched.has(number) || (is_kept_otherwise && number == lifecycle_number());
        let objects = objects.iter().enumerate();
        let bits = objects.map(|(place, number)| match u32::try_from(place) {
            Ok(place) if place < FURTHER => u32::from(has(*number)) << place,
            Ok(_) | Err(_) => 1 << FURTHER,
        });
        let touched = bits.fold(0, |all, one| all | one);
        let asked = CHECKS.iter().enumerate();
        let asked = asked.filter(|(_, check)| check.is_of_copies());
        let known = statuses.iter().zip(reads);
        let each = asked.zip(known).map(|((check, of), (status, reads))| {
            if reads & touched == 0 && (is_same || !of.sees_whole_copy()) {
                Some(*status)
            } else {
                outcome(check, copy, changed).map(|found| found.status)
            }
        });
        each.collect()
    }
}
