//! What a change does to the copies: each compared with what it was before.

use std::collections::BTreeMap;

use crate::cli::{Given, Output};
use crate::inventory::{Facts, Inventory};
use crate::plans;
use crate::report::{self, Summary};
use crate::verdict::Verdict;

use super::change;
use super::copies::Asked;
use super::decide::{self, Found, Judged};
use super::gather::assumed;

/// Compares what was decided with what stood before a change, where there is one.
pub(super) fn judge(
    found: &mut Found<'_>,
    (given, output): (&Given, &Output),
    before: Option<Inventory>,
    places: report::Places,
    copies: impl for<'b> Fn(&'b Inventory, &Facts<'b>) -> Vec<Asked<'b>>,
) -> anyhow::Result<Option<Judged>> {
    if found.is_cut {
        return Ok(None);
    }
    if let Some(file) = &given.change.baseline {
        let before = change::baseline(file, output.max_input)?;
        let judged = found.judge(&before, places);
        return Ok(Some(tell(found, judged)));
    }
    let Some(mut inventory) = before else {
        return Ok(None);
    };
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).assuming(assumed(given));
    let copies = copies(&inventory, &facts);
    let before = decide::before(&copies, &facts);
    let mut judged = found.judge(&before, places);
    let removed: Vec<_> = {
        let ids = found.ids();
        let gone: BTreeMap<&str, _> = before.removed(&ids).collect();
        let gone = copies
            .iter()
            .filter_map(|copy| Some((copy, *gone.get(copy.id())?)));
        gone.map(|(copy, verdict)| decide::removed(copy, verdict, &facts))
            .collect()
    };
    judged.changes.removed = removed.len();
    // A copy that would have succeeded and is no longer made is worth a warning.
    let lost = removed
        .iter()
        .filter(|copy| copy.verdict == Verdict::Feasible);
    let warnings = &mut found.report.summary.warnings;
    *warnings = warnings.saturating_add(lost.count());
    found.report.removed = removed;
    Ok(Some(tell(found, judged)))
}

fn tell(found: &mut Found<'_>, judged: Judged) -> Judged {
    found.report.summary.changes = Some(judged.changes);
    judged
}

/// What counts for the exit code: with a change to judge, what it brings or makes worse.
pub(super) const fn counted(summary: Summary, judged: Option<Judged>, given: &Given) -> Summary {
    match judged {
        Some(judged) if !given.change.all => Summary {
            blocked: judged.blocked,
            undecided: judged.undecided,
            ..summary
        },
        Some(_) | None => summary,
    }
}
