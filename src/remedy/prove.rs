//! The prover: it runs the checks again on the changed facts, and it alone says that a remedy is proven.

use super::change::Change;
use super::draft::Draft;
use crate::checks::{Decided, decide};
use crate::inventory::{Conflicts, Copy, Facts, Inventory, Merge};
use crate::verdict::Status;

/// Sets `proven` of every draft.
pub fn prove(drafts: &mut [Draft], decided: &[Decided], facts: &Facts<'_>) {
    let proofs: Vec<Option<bool>> = (0..drafts.len())
        .map(|index| proof(index, drafts, decided, facts))
        .collect();
    for (draft, proven) in drafts.iter_mut().zip(proofs) {
        draft.remedy.proven = proven;
    }
}

/// Whether the draft, with what it requires and with what the same checks want besides, makes its checks pass and none
/// worse. `None` where the inventory cannot show it.
fn proof(index: usize, drafts: &[Draft], decided: &[Decided], facts: &Facts<'_>) -> Option<bool> {
    let draft = drafts.get(index)?;
    draft.change.as_ref()?;
    let together: Vec<&Change> = drafts
        .iter()
        .enumerate()
        .filter(|(other, candidate)| *other == index || belongs(candidate, draft))
        .filter_map(|(_, candidate)| candidate.change.as_ref())
        .collect();
    let top = merged(&together);
    let changed = facts.under(&top);
    let mut places: Vec<usize> = draft.targets.iter().map(|target| target.copy).collect();
    places.dedup();
    let holds = places.iter().all(|place| {
        let Some(before) = decided.get(*place) else {
            return false;
        };
        let mut named = before.copy.named();
        for change in &together {
            change.copy.apply(&mut named);
        }
        let after = decide(Copy::new(named, &changed), &changed);
        let wanted: Vec<&str> = draft
            .targets
            .iter()
            .filter(|target| target.copy == *place)
            .map(|target| target.check)
            .collect();
        passes(&after, &wanted) && none_worse(before, &after)
    });
    Some(holds)
}

/// Whether a remedy goes with another: it must come first, or the same check of the same copy wants both.
fn belongs(candidate: &Draft, draft: &Draft) -> bool {
    let required = draft.remedy.requires.contains(&candidate.remedy.id);
    let alternative = draft.remedy.alternative_to.contains(&candidate.remedy.id);
    let shared = candidate
        .targets
        .iter()
        .any(|target| draft.targets.contains(target));
    required || (shared && !alternative)
}

fn merged(changes: &[&Change]) -> Inventory {
    let mut all = Inventory::empty();
    for change in changes {
        // Remedies are one a subject, so that they speak of different things.
        all.merge(change.facts.clone(), &mut Conflicts::default());
    }
    all
}

fn passes(after: &Decided, wanted: &[&str]) -> bool {
    wanted.iter().all(|id| {
        after.outcomes.iter().any(|(check, outcome)| {
            check.id == *id && matches!(outcome.status, Status::Pass | Status::NotApplicable)
        })
    })
}

fn none_worse(before: &Decided, after: &Decided) -> bool {
    before
        .outcomes
        .iter()
        .zip(&after.outcomes)
        .all(|((_, before), (_, after))| rank(after.status) <= rank(before.status))
}

fn rank(status: Status) -> u8 {
    match status {
        Status::Pass | Status::NotApplicable => 0,
        Status::Warn => 1,
        Status::Undecided => 2,
        Status::Fail => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remedy::RemedyKind;

    #[test]
    fn only_what_the_checks_confirm_is_proven() {
        // A draft that promises nothing about any copy cannot be shown to work or not.
        let mut drafts = [Draft::new(
            RemedyKind::KeyPolicy,
            "x",
            "a change that was never written",
        )];
        prove(&mut drafts, &[], &Facts::new(&Inventory::empty()));
        assert_eq!(drafts[0].remedy.proven, None);
    }
}
