//! The prover: it runs the checks again on the changed facts, and it alone says that a remedy is proven.

use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::Arc;

use super::change::{Change, steps};
use super::draft::{Draft, Target};
use crate::checks::{Decided, Failing, MayFail, decide};
use crate::inventory::{Account, Conflicts, Copy, Facts, Field, Inventory, List, Merge, items};
use crate::known::in_order;
use crate::verdict::{Status, Verdict};

/// Sets `proven` of every draft, and with which others it is.
pub fn prove(drafts: &mut [Draft], failing: &[Failing], facts: &Facts<'_>) {
    let company = Company::of(drafts);
    let proofs = proofs(drafts, &company, failing, facts);
    let besides: Vec<Vec<String>> = drafts
        .iter()
        .enumerate()
        .map(|(index, draft)| company.besides(index, draft, drafts))
        .collect();
    for ((draft, proven), besides) in drafts.iter_mut().zip(proofs).zip(besides) {
        let proven = proven.filter(|holds| !holds || draft.open.is_none());
        draft.remedy.proven = proven;
        if proven == Some(true) {
            draft.remedy.together_with = besides;
        }
    }
}

/// Whether each draft, with what it requires and with what the same checks want besides, makes its checks pass and none
/// worse. `None` where the inventory cannot show it.
fn proofs(
    drafts: &[Draft],
    company: &Company,
    failing: &[Failing],
    facts: &Facts<'_>,
) -> Vec<Option<bool>> {
    let mut proofs: Vec<Option<bool>> = Vec::with_capacity(drafts.len());
    let numbered: Vec<(usize, &Draft)> = drafts.iter().enumerate().collect();
    let Ok(()) = in_order(
        &numbered,
        || facts.clone(),
        |facts, piece| {
            let piece = piece.iter();
            let piece: Vec<_> = piece
                .map(|(index, draft)| (*draft, company.changes(*index, drafts)))
                .collect();
            proofs_of(&piece, failing, facts)
        },
        |piece| {
            proofs.extend(piece);
            Ok::<(), Infallible>(())
        },
    );
    proofs
}

/// The same of some drafts, each with the changes that go with it.
fn proofs_of(
    drafts: &[(&Draft, Vec<&Change>)],
    failing: &[Failing],
    facts: &Facts<'_>,
) -> Vec<Option<bool>> {
    let mut proofs = Vec::with_capacity(drafts.len());
    let mut left = drafts
        .iter()
        .map(|(draft, changes)| (*draft, changes, merged(changes)))
        .peekable();
    while let Some((draft, changes, top)) = left.next() {
        // What changes the copy alone is asked of the same facts, of which much is worked out by now.
        let under = (!items(&top.accounts).is_empty()).then(|| facts.under(&top));
        let changed = under.as_ref().unwrap_or(facts);
        proofs.push(proof(draft, changes, failing, changed));
        // So are drafts that change the same, as those of the copies that go through one vault in between.
        while let Some((draft, changes, _)) = left.next_if(|(_, _, other)| *other == top) {
            proofs.push(proof(draft, changes, failing, changed));
        }
    }
    proofs
}

/// Whether the draft makes its checks pass and none worse, with these changes, whose facts are `changed`.
fn proof(
    draft: &Draft,
    changes: &[&Change],
    failing: &[Failing],
    changed: &Facts<'_>,
) -> Option<bool> {
    draft.change.as_ref()?;
    let mut copies = draft.targets.chunk_by(|one, other| one.copy == other.copy);
    let holds = copies.all(|wanted| {
        let place = wanted.first().map(|target| target.copy);
        let Some(before) = place.and_then(|place| failing.get(place)) else {
            return false;
        };
        with(before, changes, changed)
            .is_some_and(|after| passes(&after, wanted) && none_worse(&before.statuses, &after))
    });
    Some(holds)
}

/// Which drafts are for which check, and where each stands.
struct Company {
    by_target: HashMap<Target, Vec<usize>>,
    by_id: HashMap<String, usize>,
}

impl Company {
    fn of(drafts: &[Draft]) -> Self {
        let mut company = Self {
            by_target: HashMap::new(),
            by_id: HashMap::new(),
        };
        for (index, draft) in drafts.iter().enumerate() {
            company.by_id.insert(draft.remedy.id.clone(), index);
            for target in &draft.targets {
                company.by_target.entry(*target).or_default().push(index);
            }
        }
        company
    }

    /// The changes of a draft and of those that go with it; none past the last draft.
    fn changes<'d>(&self, index: usize, drafts: &'d [Draft]) -> Vec<&'d Change> {
        let Some(draft) = drafts.get(index) else {
            return Vec::new();
        };
        let all = self.with(index, draft, drafts).into_iter();
        all.filter_map(|other| drafts.get(other)?.change.as_ref())
            .collect()
    }

    /// The ids of those that go with a draft and need not come first: the same check of the same copy wants both.
    fn besides(&self, index: usize, draft: &Draft, drafts: &[Draft]) -> Vec<String> {
        let others = self.with(index, draft, drafts).into_iter();
        let others = others.filter(|other| *other != index);
        others
            .filter_map(|other| drafts.get(other))
            .filter(|other| other.change.is_some())
            .map(|other| other.remedy.id.clone())
            .filter(|id| !draft.remedy.requires.contains(id))
            .collect()
    }

    /// A draft and those that go with it, in their order: they must come first, or the same check of the same copy wants
    /// both.
    fn with(&self, index: usize, draft: &Draft, drafts: &[Draft]) -> BTreeSet<usize> {
        let required = draft.remedy.requires.iter();
        let required = required.filter_map(|id| self.by_id.get(id).copied());
        let shared = draft.targets.iter();
        let shared = shared.filter_map(|target| self.by_target.get(target));
        let alternative = |other: &usize| {
            drafts.get(*other).is_some_and(|other| {
                let id = &other.remedy.id;
                draft.remedy.alternative_to.contains(id) && !draft.remedy.requires.contains(id)
            })
        };
        let mut all: BTreeSet<usize> = shared.flatten().copied().chain(required).collect();
        all.retain(|other| !alternative(other));
        all.insert(index);
        all
    }
}

/// What the checks say of a copy once changes are made. Of one that takes two steps, the worse of both; that the first step
/// warns says nothing of the copy.
pub fn with(before: &Failing, changes: &[&Change], changed: &Facts<'_>) -> Option<Decided> {
    let mut steps = steps(before.copy.named(), changes)
        .into_iter()
        .rev()
        .map(|named| decide(Copy::new(named, changed), changed));
    let mut last = steps.next()?;
    for first in steps {
        for ((check, outcome), (_, of_first)) in last.outcomes.iter_mut().zip(first.outcomes) {
            if check.may_fail == MayFail::Yes && rank(of_first.status) > rank(outcome.status).max(1)
            {
                *outcome = Arc::clone(&of_first);
            }
        }
    }
    last.verdict = Verdict::of(
        last.outcomes
            .iter()
            .map(|(check, outcome)| (&**outcome, check.may_fail == MayFail::Yes)),
    );
    Some(last)
}

/// The facts of several changes. Remedies are one a subject, so that they speak of different things.
pub fn merged(changes: &[&Change]) -> Inventory {
    let accounts = changes
        .iter()
        .flat_map(|change| items(&change.facts.accounts))
        .cloned()
        .collect();
    let mut all = Inventory::empty();
    all.accounts = Field::Is(joined(accounts));
    all
}

/// The accounts, each once. They are joined half by half: one by one, each would be looked for among all before it.
fn joined(mut accounts: Vec<Account>) -> List<Account> {
    if accounts.len() < 2 {
        return List(accounts);
    }
    let rest = accounts.split_off(accounts.len() / 2);
    let mut all = joined(accounts);
    all.merge(joined(rest), &mut Conflicts::default());
    all
}

/// Whether what failed no longer does. It may warn: a role that may copy now, and may not copy the tags.
fn passes(after: &Decided, wanted: &[Target]) -> bool {
    wanted.iter().all(|target| {
        after.outcomes.iter().any(|(check, outcome)| {
            check.id == target.check
                && matches!(
                    outcome.status,
                    Status::Pass | Status::NotApplicable | Status::Warn
                )
        })
    })
}

fn none_worse(before: &[Status], after: &Decided) -> bool {
    let after = after.outcomes.iter().map(|(_, outcome)| outcome.status);
    before
        .iter()
        .zip(after)
        .all(|(before, after)| rank(after) <= rank(*before))
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

    /// What the prover says of a change to the key's policy that is said to fix the sharing.
    fn proven(
        change: impl FnOnce(&crate::known::Arn, &crate::known::Arn) -> Option<Change>,
    ) -> Option<bool> {
        let inventory = crate::inventory::read("before", BEFORE.as_bytes()).unwrap();
        let facts = Facts::new(&inventory);
        let failing: Vec<Failing> = crate::inventory::items(&inventory.copies)
            .iter()
            .filter_map(|entry| Failing::of(&decide(Copy::of_entry(entry, &facts), &facts)))
            .collect();
        let copy = &failing[0].copy;
        let key = copy.backup_key.as_ref().known().unwrap().key().unwrap();
        let role = copy.destination_service_linked_role().known().unwrap();
        let mut draft = Draft::new(RemedyKind::KeyPolicy, key, "share the key");
        draft.change = change(key, &role);
        draft.targets = vec![Target {
            copy: 0,
            check: "source-key-not-shared",
        }];
        let mut drafts = [draft];
        prove(&mut drafts, &failing, &facts);
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
