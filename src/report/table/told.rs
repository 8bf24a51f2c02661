//! The causes that are told, and how many copies of each.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::change::Change;
use crate::report::{Cause, CheckReport, CopyReport, Report};
use crate::verdict::Status;

/// The copies that a cause names.
const EXAMPLES: usize = 3;

/// The causes of what is blocked, most copies first, and those that are waived last. Of a change they are those of the copies
/// that it makes or makes worse: what it leaves as it was is counted in a line of its own.
pub fn told(report: &Report, verbose: bool) -> Vec<Cow<'_, Cause>> {
    let failing = report.causes.iter();
    let failing = failing.filter(|cause| cause.outcome == Status::Fail);
    let mut all: Vec<Cow<'_, Cause>> = if is_of_change(report) && !verbose {
        let copies = report.copies.iter();
        let counted = copies.filter(|copy| copy.change.is_some_and(Change::counts));
        let counted: Vec<&CopyReport> = counted.collect();
        let told = failing.filter_map(|cause| of_these(report, cause, &counted));
        told.map(Cow::Owned).collect()
    } else {
        failing.map(Cow::Borrowed).collect()
    };
    all.sort_by_key(|cause| (cause.is_waived(), Reverse(cause.copies)));
    all
}

/// Whether what a change does is all that is told of many copies.
pub fn is_of_change(report: &Report) -> bool {
    report.summary.changes.is_some() && !report.counts_all && report.summary.copies > 1
}

/// A cause as far as it is of these copies.
fn of_these(report: &Report, cause: &Cause, copies: &[&CopyReport]) -> Option<Cause> {
    let copies = copies.iter();
    let mut its = copies.filter_map(|copy| {
        let mut checks = copy.checks.iter();
        Some((copy, checks.find(|check| is_of(report, cause, check))?))
    });
    let (first, check) = its.next()?;
    let found = (check.check, Arc::clone(&check.found));
    let mut cause = Cause {
        first: Some((SmolStr::new(&first.id), found)),
        copies: 1,
        waived: usize::from(check.waived.is_some()),
        examples: vec![first.id.clone()],
        messages: vec![(check.found.message.clone(), SmolStr::new(&first.id))],
        ..cause.clone()
    };
    for (copy, check) in its {
        cause.copies = cause.copies.saturating_add(1);
        let waived = usize::from(check.waived.is_some());
        cause.waived = cause.waived.saturating_add(waived);
        if cause.examples.len() < EXAMPLES {
            cause.examples.push(copy.id.clone());
        }
        let message = &check.found.message;
        if !cause.messages.iter().any(|(said, _)| said == message) {
            let said = (message.clone(), SmolStr::new(&copy.id));
            cause.messages.push(said);
        }
    }
    Some(cause)
}

/// Whether what a check found is of a cause: of the thing that it saw, or else that its remedy changes.
fn is_of(report: &Report, cause: &Cause, check: &CheckReport) -> bool {
    let is_check = check.id() == cause.check && check.outcome() == Status::Fail;
    let Some(subject) = cause.subject.as_deref() else {
        return is_check;
    };
    let mut seen = check.found.evidence.iter();
    let changes = |id: &String| {
        let mut remedies = report.remedies.iter();
        remedies.any(|remedy| remedy.id == *id && remedy.subject == subject)
    };
    is_check && (seen.any(|seen| seen.subject == subject) || check.remedies.iter().any(changes))
}
