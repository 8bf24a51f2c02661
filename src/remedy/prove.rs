//! The prover: it runs the checks again on the changed facts, and it alone says that a remedy is proven.

use super::change::{Change, steps};
use super::draft::Draft;
use crate::checks::{Decided, MayFail, decide};
use crate::inventory::{Conflicts, Copy, Facts, Inventory, Merge};
use crate::verdict::{Status, Verdict};

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
        let after = with(before, &together, &changed);
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

/// What the checks say of a copy once changes are made. Of one that takes two steps, the worse of both; that the first step
/// warns says nothing of the copy.
pub fn with(before: &Decided, changes: &[&Change], changed: &Facts<'_>) -> Decided {
    let mut steps = steps(before.copy.named(), changes)
        .into_iter()
        .rev()
        .map(|named| decide(Copy::new(named, changed), changed));
    let Some(mut last) = steps.next() else {
        return before.clone();
    };
    for first in steps {
        for ((check, outcome), (_, of_first)) in last.outcomes.iter_mut().zip(first.outcomes) {
            if check.may_fail == MayFail::Yes && rank(of_first.status) > rank(outcome.status).max(1)
            {
                *outcome = of_first;
            }
        }
    }
    last.verdict = Verdict::of(
        last.outcomes
            .iter()
            .map(|(check, outcome)| (outcome, check.may_fail == MayFail::Yes)),
    );
    last
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

pub fn merged(changes: &[&Change]) -> Inventory {
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

    /// An inventory in which the backup's key is not shared.
    const BEFORE: &str = include_str!("../sources/examples/field-notes-rds-before.json");

    /// What the prover says of a change to the key's policy that is said to mend the sharing.
    fn proven(
        change: impl FnOnce(&crate::known::Arn, &crate::known::Arn) -> Option<Change>,
    ) -> Option<bool> {
        let inventory = crate::inventory::read("before", BEFORE.as_bytes()).unwrap();
        let facts = Facts::new(&inventory);
        let decided: Vec<Decided> = crate::inventory::items(&inventory.copies)
            .iter()
            .map(|entry| decide(Copy::of_entry(entry, &facts), &facts))
            .collect();
        let copy = &decided[0].copy;
        let key = copy.backup_key.as_ref().known().unwrap().key().unwrap();
        let role = copy.destination_service_linked_role().known().unwrap();
        let mut draft = Draft::new(RemedyKind::KeyPolicy, key, "share the key");
        draft.change = change(key, &role);
        draft.targets = vec![crate::remedy::draft::Target {
            copy: 0,
            check: "source-key-not-shared",
        }];
        let mut drafts = [draft];
        prove(&mut drafts, &decided, &facts);
        drafts[0].remedy.proven
    }

    fn sharing(
        key: &crate::known::Arn,
        principal: &str,
        actions: &[&str],
        more: &[serde_json::Value],
    ) -> Option<Change> {
        let mut statements = vec![
            serde_json::json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{}:root", key.account()?)},
                "Action": "kms:*", "Resource": "*"}),
            serde_json::json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": "*"}),
        ];
        statements.extend(more.iter().cloned());
        let policy = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
        let policy = crate::inventory::Policy::from_value(&policy).ok()?;
        Some(Change::none().key_policy(key, policy))
    }

    const NEEDED: &[&str] = &["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"];

    #[test]
    fn a_change_that_suffices_is_proven() {
        assert_eq!(
            proven(|key, role| sharing(key, role.as_str(), NEEDED, &[])),
            Some(true)
        );
    }

    #[test]
    fn a_change_that_does_not_suffice_is_not_proven() {
        let another = "arn:aws:iam::999999999999:root";
        assert_eq!(
            proven(|key, _| sharing(key, another, NEEDED, &[])),
            Some(false)
        );
        let less = &["kms:DescribeKey"];
        assert_eq!(
            proven(|key, role| sharing(key, role.as_str(), less, &[])),
            Some(false)
        );
        assert_eq!(proven(|_, _| Some(Change::none())), Some(false));
    }

    #[test]
    fn a_change_that_makes_another_check_worse_is_not_proven() {
        let deny = serde_json::json!({"Effect": "Deny", "Principal": "*", "Action": "kms:CreateGrant", "Resource": "*",
            "Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/service-role/*"}}});
        assert_eq!(
            proven(|key, role| sharing(key, role.as_str(), NEEDED, &[deny])),
            Some(false)
        );
    }

    #[test]
    fn what_the_inventory_cannot_show_is_neither() {
        assert_eq!(proven(|_, _| None), None);
    }

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
