//! The prover: it runs the checks again on the changed facts, and it alone says that a remedy is proven.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use super::change::{Change, steps};
use super::draft::{Draft, Target};
use super::united::merged;
use crate::checks::{CHECKS, Check, Failing, MayFail, decide};
use crate::inventory::{Copy, Facts, Named, Reads, Touched, items, noting};
use crate::known::{Fact, HashMap, in_order};
use crate::plans::is_of_own_rule;
use crate::verdict::{Status, Verdict};

/// What a proof found of one copy.
pub struct Proof {
    /// Its place among those that fail.
    pub copy: usize,
    /// The drafts whose changes were made, in their order.
    pub with: Arc<[usize]>,
    /// What the checks say of it then.
    pub verdict: Verdict,
    /// What that was worked out from.
    pub reads: Reads,
}

/// Sets `proven` of every draft, and with which others it is; what was found on the way, copy by copy.
pub fn prove(drafts: &mut [Draft], failing: &[Failing], facts: &Facts<'_>) -> Vec<Proof> {
    let company = Company::of(drafts);
    let mut found = Vec::new();
    let proofs = proofs(drafts, &company, failing, facts, &mut found);
    let besides: Vec<Vec<String>> = drafts
        .iter()
        .enumerate()
        .map(|(index, draft)| company.besides(index, draft, drafts))
        .collect();
    // What waits for a change that AWS may refuse is not proven, either.
    let open = drafts.iter();
    let open = open.filter(|draft| draft.open.is_some() || draft.change.is_none());
    let open: BTreeSet<String> = open.map(|draft| draft.remedy.id.clone()).collect();
    for ((draft, proven), besides) in drafts.iter_mut().zip(proofs).zip(besides) {
        let waits = draft.remedy.requires.iter().any(|id| open.contains(id));
        let proven = proven.filter(|holds| !waits && (!holds || draft.open.is_none()));
        let proven = proven.map(|holds| holds && !draft.makes_worse);
        draft.remedy.proven = proven;
        if proven == Some(true) {
            draft.remedy.together_with = besides;
        }
    }
    found
}

/// Whether each draft, with what it requires and with what the same checks want besides, makes its checks pass and none
/// worse. `None` where the inventory cannot show it.
fn proofs(
    drafts: &[Draft],
    company: &Company,
    failing: &[Failing],
    facts: &Facts<'_>,
    found: &mut Vec<Proof>,
) -> Vec<Option<bool>> {
    let mut proofs: Vec<Option<bool>> = Vec::with_capacity(drafts.len());
    let numbered: Vec<(usize, &Draft)> = drafts.iter().enumerate().collect();
    let Ok(()) = in_order(
        &numbered,
        || facts.clone(),
        |facts, piece| {
            let piece = piece.iter();
            let piece: Vec<_> = piece
                .map(|(index, draft)| {
                    (
                        *draft,
                        Together::of(company.with(*index, draft, drafts), drafts),
                    )
                })
                .collect();
            proofs_of(&piece, failing, facts)
        },
        |piece| {
            for (proven, of_copies) in piece {
                proofs.push(proven);
                found.extend(of_copies);
            }
            Ok::<(), Infallible>(())
        },
    );
    proofs
}

/// A draft and those that go with it.
struct Together<'d> {
    places: Arc<[usize]>,
    changes: Vec<&'d Change>,
}

impl<'d> Together<'d> {
    fn of(places: BTreeSet<usize>, drafts: &'d [Draft]) -> Self {
        let all = places.iter().filter_map(|place| drafts.get(*place));
        Self {
            changes: all.filter_map(|draft| draft.change.as_ref()).collect(),
            places: places.into_iter().collect(),
        }
    }
}

/// The same of some drafts, each with those that go with it.
fn proofs_of(
    drafts: &[(&Draft, Together<'_>)],
    failing: &[Failing],
    facts: &Facts<'_>,
) -> Vec<(Option<bool>, Vec<Proof>)> {
    let mut proofs = Vec::with_capacity(drafts.len());
    let mut left = drafts
        .iter()
        .map(|(draft, together)| (*draft, together, merged(&together.changes, facts)))
        .peekable();
    while let Some((draft, together, top)) = left.next() {
        // What changes the copy alone is asked of the same facts, of which much is worked out by now.
        let under = (!items(&top.accounts).is_empty()).then(|| facts.under(&top));
        let touched = Touched::by(&top, facts);
        let changed = Changed {
            facts: under.as_ref().unwrap_or(facts),
            touched: &touched,
        };
        proofs.push(proof(draft, together, failing, &changed));
        // So are drafts that change the same, as those of the copies that go through one vault in between.
        while let Some((draft, together, _)) = left.next_if(|(_, _, other)| *other == top) {
            proofs.push(proof(draft, together, failing, &changed));
        }
    }
    proofs
}

/// Whether the draft makes its checks pass and none worse, with those that go with it, whose facts are `changed`.
fn proof(
    draft: &Draft,
    together: &Together<'_>,
    failing: &[Failing],
    changed: &Changed<'_>,
) -> (Option<bool>, Vec<Proof>) {
    let mut found = Vec::new();
    if draft.change.is_none() || draft.targets.is_empty() {
        return (None, found);
    }
    let mut copies = draft.targets.chunk_by(|one, other| one.copy == other.copy);
    let holds = copies.all(|wanted| {
        let place = wanted.first().map(|target| target.copy);
        let Some((copy, before)) = place.and_then(|place| Some((place, failing.get(place)?)))
        else {
            return false;
        };
        let (after, reads) = noting(|| with(before, &together.changes, changed));
        let Some(after) = after else {
            return false;
        };
        found.push(Proof {
            copy,
            with: Arc::clone(&together.places),
            verdict: after.verdict,
            reads,
        });
        passes(&after, wanted) && none_worse(before.statuses(), &after)
    });
    (Some(holds), found)
}

/// Which drafts are for which check, and where each stands.
struct Company {
    by_target: HashMap<Target, Vec<usize>>,
    by_id: HashMap<String, usize>,
}

impl Company {
    fn of(drafts: &[Draft]) -> Self {
        let mut company = Self {
            by_target: HashMap::default(),
            by_id: HashMap::default(),
        };
        for (index, draft) in drafts.iter().enumerate() {
            // What others take stands in their own changes.
            if !draft.targets.is_empty() {
                company.by_id.insert(draft.remedy.id.clone(), index);
            }
            for target in &draft.targets {
                company.by_target.entry(*target).or_default().push(index);
            }
        }
        company
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

/// The facts once changes are made, and what the changes speak of.
pub struct Changed<'a> {
    pub facts: &'a Facts<'a>,
    pub touched: &'a Touched,
}

/// How the checks come out, in their order, and what that adds up to.
pub struct After {
    statuses: Vec<Status>,
    pub verdict: Verdict,
}

impl After {
    fn of(statuses: Vec<Status>) -> Self {
        let each = each(&statuses).map(|(check, status)| (status, check.may_fail == MayFail::Yes));
        let verdict = Verdict::of(each);
        Self { statuses, verdict }
    }
}

/// The checks of copies, each with how it came out.
fn each(statuses: &[Status]) -> impl Iterator<Item = (&'static Check, Status)> {
    let checks = CHECKS.iter().filter(|check| check.is_of_copies());
    checks.zip(statuses.iter().copied())
}

/// What the checks say of a copy once changes are made. Of one that takes two steps, the worse of both; that the first step
/// warns says nothing of the copy.
pub fn with(before: &Failing, changes: &[&Change], changed: &Changed<'_>) -> Option<After> {
    let steps = steps(before.copy.named(), changes);
    let mut steps = steps.into_iter().rev();
    let mut last = statuses(steps.next()?, before, changed);
    for first in steps {
        let of_first = statuses(first, before, changed);
        let checks = CHECKS.iter().filter(|check| check.is_of_copies());
        for ((check, status), of_first) in checks.zip(&mut last).zip(of_first) {
            if check.may_fail == MayFail::Yes && rank(of_first) > rank(*status).max(1) {
                *status = of_first;
            }
        }
    }
    Some(After::of(last))
}

/// How the checks of a step of the changed copy come out. Where the change leaves the copy as it was, those are asked again
/// that it can touch.
fn statuses(step: Named, before: &Failing, changed: &Changed<'_>) -> Vec<Status> {
    let copy = Copy::new(without_own_refusal(step), changed.facts);
    let again = before.again(&copy, changed.touched, changed.facts);
    let all = |copy| {
        let outcomes = decide(copy, changed.facts).outcomes.into_iter();
        outcomes.map(|(_, outcome)| outcome.status).collect()
    };
    match again {
        None => all(copy),
        Some(again) => {
            debug_assert_eq!(again, all(copy), "a check reads what it does not note");
            again
        }
    }
}

/// What its own rule is refused for, a copy fails by.
fn without_own_refusal(step: Named) -> Named {
    let by = step.plan.as_ref();
    let is_own = match &step.made {
        Fact::Unknown(gap) => by.is_some_and(|by| is_of_own_rule(by, gap)),
        Fact::Known(()) => false,
    };
    match is_own {
        true => Named {
            made: Fact::Known(()),
            ..step
        },
        false => step,
    }
}

/// Whether what failed no longer does. It may warn: a role that may copy now, and may not copy the tags.
fn passes(after: &After, wanted: &[Target]) -> bool {
    wanted.iter().all(|target| {
        each(&after.statuses).any(|(check, status)| {
            check.id == target.check
                && matches!(status, Status::Pass | Status::NotApplicable | Status::Warn)
        })
    })
}

fn none_worse(before: &[Status], after: &After) -> bool {
    let after = after.statuses.iter();
    before
        .iter()
        .zip(after)
        .all(|(before, after)| rank(*after) <= rank(*before))
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
    use crate::checks::Alike;
    use crate::inventory::Inventory;
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
            .filter_map(|entry| {
                let decided = decide(Copy::of_entry(entry, &facts), &facts);
                Failing::of(&decided, &mut Alike::default())
            })
            .collect();
        let copy = &failing[0].copy;
        let key = copy
            .route()
            .backup_key
            .as_ref()
            .known()
            .unwrap()
            .key()
            .unwrap();
        let role = copy
            .endpoints()
            .destination_service_linked_role()
            .known()
            .unwrap();
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
