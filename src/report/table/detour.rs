//! A vault in between that is there already: copies into it and on from it are feasible in the same report.

use std::collections::BTreeSet;

use crate::known::Arn;
use crate::remedy::RemedyKind;
use crate::report::{Cause, CopyReport, Report};
use crate::verdict::Verdict;

use super::sheet::{Paint, Sheet};

/// The vaults through which the copies of a cause can go, where a change would make one for that.
pub fn of(sheet: &mut Sheet, report: &Report, cause: &Cause) {
    let mut two_steps = report.remedies.iter().filter(|remedy| {
        remedy.kind == RemedyKind::TwoStepCopy && cause.remedies.contains(&remedy.id)
    });
    let by_two_steps: BTreeSet<&str> = two_steps
        .by_ref()
        .flat_map(|remedy| remedy.copies.iter().map(|id| &**id))
        .collect();
    let blocked = report.copies.iter();
    let blocked = blocked.filter(|copy| by_two_steps.contains(copy.id.as_str()));
    let mut said: BTreeSet<String> = BTreeSet::new();
    for (between, first, second) in blocked.flat_map(|copy| through(report, copy)) {
        let text = format!(
            "or through the vault `{}`, which is there: `{}` and then `{}` are feasible",
            between.name(),
            first.id,
            second.id
        );
        if said.insert(text.clone()) {
            sheet.field(2, ("", Paint::Quiet), &text);
        }
    }
}

/// Each vault from which a copy of the same resource goes where this one does, with that copy and the one into it.
fn through<'r>(
    report: &'r Report,
    of: &'r CopyReport,
) -> Vec<(&'r Arn, &'r CopyReport, &'r CopyReport)> {
    let copies = || {
        let resource = of.source.resource.value();
        let feasible = report.copies.iter();
        let feasible = feasible.filter(|copy| copy.verdict == Verdict::Feasible);
        feasible.filter(move |copy| resource.is_some() && copy.source.resource.value() == resource)
    };
    let onward = copies().filter(|copy| copy.destination.vault == of.destination.vault);
    let each = onward.filter_map(|second| {
        let between = second.source.vault.value()?;
        let first = copies().find(|copy| {
            copy.destination.vault == *between
                && copy.source.vault.value() == of.source.vault.value()
        })?;
        Some((between, first, second))
    });
    each.collect()
}
