//! The proof of the whole set: what becomes of the blocked copies once every remedy that is proposed is made.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use super::change::Change;
use super::draft::{Draft, Group};
use super::prove::{Changed, Proof, with};
use super::united::merged;
use crate::checks::Failing;
use crate::inventory::{Facts, Inventory, Touched};
use crate::known::{HashMap, in_order};
use crate::verdict::Verdict;

/// The verdict on each copy for which remedies are proposed, by its id, once all remedies are made: of several ways the
/// first whose effect the facts can show. A copy for which they cannot show one is left out.
pub fn verdicts(
    drafts: &[Draft],
    proofs: Vec<Proof>,
    failing: &[Failing],
    facts: &Facts<'_>,
) -> HashMap<Arc<str>, Verdict> {
    let chosen = chosen(drafts);
    let known = Known::of(drafts, &chosen, proofs, facts);
    let changes: Vec<&Change> = chosen
        .iter()
        .filter_map(|place| drafts.get(*place)?.change.as_ref())
        .collect();
    let top = merged(&changes, facts);
    let changed = facts.under(&top);
    let touched = Touched::by(&top, facts);
    let mut fixed: Vec<Fixed> = Vec::new();
    for place in &chosen {
        let targets = drafts.get(*place).map(|draft| draft.targets.iter());
        let copies = targets.into_iter().flatten().map(|target| target.copy);
        fixed.extend(copies.map(|copy| (copy, *place)));
    }
    fixed.sort_unstable();
    fixed.dedup();
    let fixed: Vec<&[Fixed]> = fixed
        .chunk_by(|(one, _), (other, _)| one == other)
        .collect();
    let mut verdicts = HashMap::default();
    let Ok(()) = in_order(
        &fixed,
        || changed.clone(),
        |facts, piece| -> Vec<(Arc<str>, Verdict)> {
            let changed = Changed {
                facts,
                touched: &touched,
            };
            let each = piece.iter().filter_map(|of_it| {
                let (copy, _) = of_it.first()?;
                let before = failing.get(*copy)?;
                let places = of_it.iter().map(|(_, place)| *place);
                let of_it = places.clone().map(|place| drafts.get(place));
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
                Some((Arc::clone(&before.copy.id), verdict))
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

/// The places of a copy and of a remedy that is for it.
type Fixed = (usize, usize);

/// What the proofs of single remedies found, which holds for the whole set where no other remedy touches what they looked at.
struct Known {
    /// In the order of their copies.
    proofs: Vec<Proof>,
    /// What the chosen remedies make of objects, in the order of the objects' numbers. `None`: one may touch anything.
    made: Option<Vec<(u32, Arc<Inventory>)>>,
}

impl Known {
    fn of(drafts: &[Draft], chosen: &[usize], mut proofs: Vec<Proof>, facts: &Facts<'_>) -> Self {
        let mut made: Vec<(u32, Arc<Inventory>)> = Vec::new();
        let mut is_known = true;
        let mut last = None;
        for place in chosen {
            let draft = drafts.get(*place);
            let Some(change) = draft.and_then(|draft| draft.change.as_ref()) else {
                continue;
            };
            // Copies through one new vault share what is so once it is there.
            if last.is_some_and(|last| Arc::ptr_eq(last, &change.facts)) {
                continue;
            }
            last = Some(&change.facts);
            let touched = Touched::by(&change.facts, facts);
            is_known = is_known && !touched.is_everything();
            let numbers = touched.numbers();
            made.extend(numbers.map(|number| (number, Arc::clone(&change.facts))));
        }
        made.sort_by_key(|(number, _)| *number);
        made.shrink_to_fit();
        proofs.sort_by_key(|proof| proof.copy);
        Self {
            proofs,
            made: is_known.then_some(made),
        }
    }

    /// The verdict on a copy once these remedies of it are made, and all others; `None` where that is to be asked.
    fn verdict(
        &self,
        copy: usize,
        of_it: impl ExactSizeIterator<Item = usize> + Clone,
        changes: &[&Change],
        before: &Failing,
    ) -> Option<Verdict> {
        let is_of_them = |proof: &&Proof| {
            of_it.len() == proof.with.len() && of_it.clone().all(|it| proof.with.contains(&it))
        };
        let proof = equal(&self.proofs, |proof| proof.copy.cmp(&copy)).find(is_of_them)?;
        let made = self.made.as_ref()?;
        let numbers = before.objects().iter().chain(proof.reads.numbers());
        let mut touching = numbers.flat_map(|number| equal(made, |(of, _)| of.cmp(number)));
        touching
            .all(|(_, facts)| changes.iter().any(|it| Arc::ptr_eq(&it.facts, facts)))
            .then_some(proof.verdict)
    }
}

/// Those of a sorted list that are equal to something.
fn equal<T>(sorted: &[T], compare: impl Fn(&T) -> Ordering) -> impl Iterator<Item = &T> {
    let first = sorted.partition_point(|one| compare(one) == Ordering::Less);
    let from = sorted.iter().skip(first);
    from.take_while(move |one| compare(one) == Ordering::Equal)
}

/// The places of the remedies that are made: of those that do in place of each other one.
fn chosen(drafts: &[Draft]) -> Vec<usize> {
    let mut groups: BTreeMap<&Group, (usize, &Draft)> = BTreeMap::new();
    let mut chosen = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        if draft.groups.is_empty() {
            chosen.push(place);
        }
        for group in &draft.groups {
            let (best, of) = groups.entry(group).or_insert((place, draft));
            if of.change.is_none() && draft.change.is_some() {
                (*best, *of) = (place, draft);
            }
        }
    }
    let of_groups: BTreeSet<usize> = groups.into_values().map(|(place, _)| place).collect();
    chosen.extend(of_groups);
    chosen
}
