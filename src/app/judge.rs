//! What a change does to the copies: each compared with what it was before.

use std::collections::BTreeMap;

use crate::change::Changes;
use crate::inventory::Facts;
use crate::known::Fact;
use crate::report::{self, CopyReport};
use crate::sources::planned::Makes;
use crate::verdict::Verdict;

use super::baseline::Baseline;
use super::copies::Asked;
use super::decide::{self, Found};

/// The copies before a change, and what they are decided from.
pub(super) struct Stood<'a> {
    pub facts: &'a Facts<'a>,
    pub copies: Vec<Asked<'a>>,
}

impl<'a> Stood<'a> {
    /// Those of these copies that were there: of a resource that the change makes there was none.
    pub(super) fn of(
        mut copies: Vec<Asked<'a>>,
        facts: &'a Facts<'a>,
        makes: &BTreeMap<String, Makes>,
    ) -> Self {
        copies.retain(|copy| !is_made(copy, facts, makes));
        Self { facts, copies }
    }
}

/// Whether the change makes what a copy is of.
fn is_made(copy: &Asked<'_>, facts: &Facts<'_>, makes: &BTreeMap<String, Makes>) -> bool {
    let resource = copy.resource().filter(|_| copy.recovery_point().is_none());
    let Some((resource, makes)) = resource.and_then(|arn| Some((arn, makes.get(arn.as_str())?)))
    else {
        return false;
    };
    let is_there = facts.resource_exists(resource) == Fact::Known(true);
    let was_looked_for = || {
        let named = copy.named();
        let vault = named.source_vault.as_ref().unwrap_or(resource);
        let place = vault.account().zip(vault.region());
        place.is_some_and(|(account, region)| {
            facts.resources_are_all(account, &region) == Fact::Known(())
        })
    };
    !is_there
        && match makes {
            Makes::Certainly => true,
            Makes::UnlessItIsThere => was_looked_for(),
        }
}

/// Compares what was decided with what stood before a change, where there is one. Where it is not all that there is, what
/// a baseline has besides was not asked about.
pub(super) fn judge(
    found: &mut Found<'_>,
    baseline: Option<Baseline>,
    is_whole: bool,
    stood: Option<&Stood<'_>>,
    places: report::Places,
) {
    if found.is_cut {
        return;
    }
    if let Some(mut then) = baseline {
        let (changes, gone) = found.judge(&then.before, places);
        found.lose(&then.left);
        let gone = gone.keys().filter(|_| is_whole);
        let removed = gone.filter_map(|id| then.copies.remove(id)).collect();
        return remove(found, changes, removed);
    }
    let Some(Stood { facts, copies }) = stood else {
        return;
    };
    let (before, left) = decide::before(copies, facts, found.counting);
    let (changes, gone) = found.judge(&before, places);
    found.lose(&left);
    let gone = copies
        .iter()
        .filter_map(|copy| Some((copy, *gone.get(copy.id())?)));
    let removed = gone
        .map(|(copy, verdict)| decide::removed(copy, verdict, facts))
        .collect();
    remove(found, changes, removed);
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
