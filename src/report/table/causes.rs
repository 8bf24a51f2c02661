//! The causes of an audit, most copies first, and the plans that something is wrong with.

use crate::report::{Cause, Report};
use crate::verdict::Status;

use super::findings::{self, is_finding};
use super::sheet::{Paint, Sheet};
use super::words;

/// The causes that are shown without being asked for.
const SHOWN: usize = 15;

/// What is at fault.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let Some(causes) = &report.causes else {
        return;
    };
    if causes.is_empty() {
        return;
    }
    sheet.title("Causes, most copies first");
    let shown = if verbose { causes.len() } else { SHOWN };
    for cause in causes.iter().take(shown) {
        one(sheet, cause, verbose);
    }
    let rest = causes.get(shown..).unwrap_or_default();
    if !rest.is_empty() {
        let mut checks: Vec<&str> = rest
            .iter()
            .flat_map(|cause| &cause.checks)
            .copied()
            .collect();
        checks.sort_unstable();
        checks.dedup();
        let text = format!("{} more (-v lists them): {}", rest.len(), checks.join(", "));
        sheet.item(2, ("…", Paint::Quiet), &text);
    }
}

fn one(sheet: &mut Sheet, cause: &Cause, verbose: bool) {
    let (mark, paint) = words::mark(cause.outcome);
    let does = match cause.outcome {
        Status::Fail => "blocks",
        Status::Undecided | Status::Warn | Status::Pass | Status::NotApplicable => "leaves open",
    };
    let checks = cause.checks.join(", ");
    let mut text = match &cause.subject {
        Some(subject) => format!("{subject} ({checks}) {does}"),
        None => format!("{checks} {does}"),
    };
    text += &format!(" {}", words::copies(cause.copies));
    if cause.plans > 0 {
        text += &format!(" of {}", words::count(cause.plans, "plan"));
    }
    let remedies: Vec<&str> = cause.remedies.iter().map(String::as_str).collect();
    text += &match remedies.as_slice() {
        [] => String::new(),
        [first, second, third, _, ..] if !verbose => format!(
            "; mended by {first}, {second}, {third} and {} more",
            remedies.len().saturating_sub(3)
        ),
        some => format!("; mended by {}", some.join(", ")),
    };
    sheet.item(2, (mark, paint), &text);
    if cause.copies == 1 || verbose || cause.outcome == Status::Fail {
        sheet.text(4, &cause.message);
    }
}

/// The plans of an audit.
pub fn write_plans(sheet: &mut Sheet, report: &Report, verbose: bool) {
    for plan in report
        .plans
        .iter()
        .flatten()
        .filter(|plan| verbose || plan.checks.iter().any(|check| is_finding(check.outcome)))
    {
        sheet.gap();
        let name = &plan.plan;
        let of = match &name.name {
            Some(called) => format!("{called} ({}) of {} {}", name.id, name.account, name.region),
            None => format!("{} of {} {}", name.id, name.account, name.region),
        };
        sheet.item(0, ("plan", Paint::Title), &of);
        findings::write(sheet, &plan.checks, verbose);
    }
}
