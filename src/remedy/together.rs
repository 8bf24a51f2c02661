//! The proof of the whole set: what becomes of the blocked copies once every remedy that is proposed is made.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use super::change::Change;
use super::draft::Draft;
use super::prove::{merged, with};
use crate::checks::Failing;
use crate::inventory::Facts;
use crate::known::in_order;
use crate::verdict::Verdict;

/// The verdict on each copy for which remedies are proposed, by its id, once all remedies are made: of several ways the
/// first whose effect the facts can show. A copy for which they cannot show one is left out.
pub fn verdicts(
    drafts: &[Draft],
    failing: &[Failing],
    facts: &Facts<'_>,
) -> BTreeMap<String, Verdict> {
    let chosen = chosen(drafts);
    let changes: Vec<&Change> = chosen
        .iter()
        .filter_map(|draft| draft.change.as_ref())
        .collect();
    let top = merged(&changes);
    let changed = facts.under(&top);
    let mut fixed: BTreeMap<usize, Vec<&Draft>> = BTreeMap::new();
    for draft in &chosen {
        let places: BTreeSet<usize> = draft.targets.iter().map(|target| target.copy).collect();
        for place in places {
            fixed.entry(place).or_default().push(draft);
        }
    }
    let fixed: Vec<(usize, Vec<&Draft>)> = fixed.into_iter().collect();
    let mut verdicts = BTreeMap::new();
    let Ok(()) = in_order(
        &fixed,
        || changed.clone(),
        |changed, piece| -> Vec<(String, Verdict)> {
            let each = piece.iter().filter_map(|(place, drafts)| {
                let before = failing.get(*place)?;
                let changes: Option<Vec<&Change>> = drafts
                    .iter()
                    .map(|draft| draft.change.as_ref().filter(|_| draft.open.is_none()))
                    .collect();
                let after = with(before, &changes?, changed)?;
                Some((before.copy.id.to_string(), after.verdict))
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

/// The remedies that are made: of those that do in place of each other one.
fn chosen(drafts: &[Draft]) -> Vec<&Draft> {
    let mut groups: BTreeMap<&str, &Draft> = BTreeMap::new();
    let mut chosen = Vec::new();
    for draft in drafts {
        match &draft.group {
            None => chosen.push(draft),
            Some(group) => {
                let best = groups.entry(group).or_insert(draft);
                if best.change.is_none() && draft.change.is_some() {
                    *best = draft;
                }
            }
        }
    }
    chosen.extend(groups.into_values());
    chosen
}
