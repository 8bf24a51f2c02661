//! The proof of the whole set: what becomes of the blocked copies once every remedy that is proposed is made.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::convert::Infallible;
use std::sync::Arc;

use super::change::Change;
use super::draft::Draft;
use super::prove::{Changed, Proof, merged, with};
use crate::checks::Failing;
use crate::inventory::{Facts, Inventory, Touched};
use crate::known::in_order;
use crate::verdict::Verdict;

/// The verdict on each copy for which remedies are proposed, by its id, once all remedies are made: of several ways the
/// first whose effect the facts can show. A copy for which they cannot show one is left out.
pub fn verdicts(
    drafts: &[Draft],
    proofs: Vec<Proof>,
    failing: &[Failing],
    facts: &Facts<'_>,
) -> BTreeMap<String, Verdict> {
    let chosen = chosen(drafts);
    let known = Known::of(drafts, &chosen, proofs);
    let changes: Vec<&Change> = chosen
        .iter()
        .filter_map(|place| drafts.get(*place)?.change.as_ref())
        .collect();
    let top = merged(&changes);
    let changed = facts.under(&top);
    let touched = Touched::by(&top);
    let mut fixed: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for place in &chosen {
        let targets = drafts.get(*place).map(|draft| draft.targets.iter());
        for target in targets.into_iter().flatten() {
            fixed.entry(target.copy).or_default().insert(*place);
        }
    }
    let fixed: Vec<(usize, BTreeSet<usize>)> = fixed.into_iter().collect();
    let mut verdicts = BTreeMap::new();
    let Ok(()) = in_order(
        &fixed,
        || changed.clone(),
        |facts, piece| -> Vec<(String, Verdict)> {
            let changed = Changed {
                facts,
                touched: &touched,
            };
            let each = piece.iter().filter_map(|(copy, places)| {
                let before = failing.get(*copy)?;
                let of_it = places.iter().map(|place| drafts.get(*place));
                let changes: Option<Vec<&Change>> = of_it
                    .map(|draft| draft.filter(|draft| draft.open.is_none())?.change.as_ref())
                    .collect();
                let changes = changes?;
                let anew = || Some(with(before, &changes, &changed)?.verdict);
                let verdict = match known.verdict(*copy, places, &changes, before) {
                    None => anew()?,
                    Some(verdict) => {
                        debug_assert_eq!(Some(verdict), anew(), "another remedy changes it");
                        verdict
                    }
                };
                Some((before.copy.id.to_string(), verdict))
            });
            each.collect()
        },
        |piece| {
            verdicts.extend(piece);
            Ok::<(), Infallible>(())
        },
    );
    verdicts
}

/// What the proofs of single remedies found, which holds for the whole set where no other remedy touches what they looked at.
struct Known {
    /// Of each copy.
    proofs: HashMap<usize, Vec<Proof>>,
    /// What the chosen remedies make of an object. `None`: one may touch anything.
    by_object: Option<HashMap<u32, Vec<Arc<Inventory>>>>,
}

impl Known {
    fn of(drafts: &[Draft], chosen: &[usize], proofs: Vec<Proof>) -> Self {
        let mut by_object: HashMap<u32, Vec<Arc<Inventory>>> = HashMap::new();
        let mut is_known = true;
        for place in chosen {
            let draft = drafts.get(*place);
            let Some(change) = draft.and_then(|draft| draft.change.as_ref()) else {
                continue;
            };
            let touched = Touched::by(&change.facts);
            is_known = is_known && !touched.is_everything();
            for number in touched.numbers() {
                let facts = by_object.entry(number).or_default();
                // Copies through one new vault share what is so once it is there.
                if !facts
                    .last()
                    .is_some_and(|last| Arc::ptr_eq(last, &change.facts))
                {
                    facts.push(Arc::clone(&change.facts));
                }
            }
        }
        let mut of_copies: HashMap<usize, Vec<Proof>> = HashMap::new();
        for proof in proofs {
            of_copies.entry(proof.copy).or_default().push(proof);
        }
        Self {
            proofs: of_copies,
            by_object: is_known.then_some(by_object),
        }
    }

    /// The verdict on a copy once these remedies of it are made, and all others; `None` where that is to be asked.
    fn verdict(
        &self,
        copy: usize,
        of_it: &BTreeSet<usize>,
        changes: &[&Change],
        before: &Failing,
    ) -> Option<Verdict> {
        let is_of_them = |proof: &&Proof| {
            let mut with = proof.with.iter();
            of_it.len() == proof.with.len() && with.all(|it| of_it.contains(it))
        };
        let proof = self.proofs.get(&copy)?.iter().find(is_of_them)?;
        let by_object = self.by_object.as_ref()?;
        let numbers = before.objects().iter().chain(proof.reads.numbers());
        let mut touching = numbers.flat_map(|number| by_object.get(number).into_iter().flatten());
        touching
            .all(|facts| changes.iter().any(|it| Arc::ptr_eq(&it.facts, facts)))
            .then_some(proof.verdict)
    }
}

/// The places of the remedies that are made: of those that do in place of each other one.
fn chosen(drafts: &[Draft]) -> Vec<usize> {
    let mut groups: BTreeMap<&str, (usize, &Draft)> = BTreeMap::new();
    let mut chosen = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        match &draft.group {
            None => chosen.push(place),
            Some(group) => {
                let (best, of) = groups.entry(group).or_insert((place, draft));
                if of.change.is_none() && draft.change.is_some() {
                    (*best, *of) = (place, draft);
                }
            }
        }
    }
    chosen.extend(groups.into_values().map(|(place, _)| place));
    chosen
}
