//! What a change does to the copies: each compared with what it was before.

use std::collections::BTreeMap;

use crate::change::Changes;
use crate::cli::{Given, Output};
use crate::inventory::{Facts, Inventory};
use crate::plans;
use crate::report::{self, CopyReport};
use crate::verdict::Verdict;

use super::change;
use super::copies::Asked;
use super::decide::{self, Found};
use super::gather::facts as facts_of;

/// Compares what was decided with what stood before a change, where there is one. Where it is not all that there is, what
/// a baseline has besides was not asked about.
pub(super) fn judge(
    found: &mut Found<'_>,
    (given, output): (&Given, &Output),
    is_whole: bool,
    before: Option<Inventory>,
    places: report::Places,
    copies: impl for<'b> Fn(&'b Inventory, &Facts<'b>) -> Vec<Asked<'b>>,
) -> anyhow::Result<()> {
    if found.is_cut {
        return Ok(());
    }
    if let Some(file) = &given.change.baseline {
        let mut then = change::baseline(file, output.max_input, &found.report.raised)?;
        let changes = found.judge(&then.before, places);
        found.lose(&then.left);
        let removed: Vec<_> = {
            let ids = found.ids();
            let gone = then.before.removed(&ids).filter(|_| is_whole);
            gone.filter_map(|(id, _)| then.copies.remove(id)).collect()
        };
        remove(found, changes, removed);
        return Ok(());
    }
    let Some(mut inventory) = before else {
        return Ok(());
    };
    plans::add_those_of_policies(&mut inventory);
    let facts = facts_of(&inventory, given);
    let copies = copies(&inventory, &facts);
    let (before, left) = decide::before(&copies, &facts, &found.report.raised);
    let changes = found.judge(&before, places);
    found.lose(&left);
    let removed: Vec<_> = {
        let ids = found.ids();
        let gone: BTreeMap<&str, _> = before.removed(&ids).collect();
        let gone = copies
            .iter()
            .filter_map(|copy| Some((copy, *gone.get(copy.id())?)));
        gone.map(|(copy, verdict)| decide::removed(copy, verdict, &facts))
            .collect()
    };
    remove(found, changes, removed);
    Ok(())
}

/// Adds the copies that are no longer made to what a change does.
fn remove(found: &mut Found<'_>, mut changes: Changes, removed: Vec<CopyReport>) {
    changes.removed = removed.len();
    // A copy that would have succeeded and is no longer made is worth a warning.
    let lost = removed
        .iter()
        .filter(|copy| copy.verdict == Verdict::Feasible);
    let warnings = &mut found.report.summary.warnings;
    *warnings = warnings.saturating_add(lost.count());
    found.report.removed = removed;
    found.report.summary.changes = Some(changes);
}
