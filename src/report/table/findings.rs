//! What the checks found, one item a check.

use crate::report::{CheckReport, Report};
use crate::verdict::{Basis, Evidence, Status};

use super::sheet::{Paint, Sheet};
use super::words;

/// Whether anything fails, warns or is not decided.
pub fn any(report: &Report) -> bool {
    report.checks().any(|check| is_finding(check.outcome))
}

/// Whether an outcome is to be read, whoever reads.
pub const fn is_finding(status: Status) -> bool {
    match status {
        Status::Fail | Status::Undecided | Status::Warn => true,
        Status::Pass | Status::NotApplicable => false,
    }
}

/// What fails, then what is not decided, then what warns; with `verbose` what passes and the rest, too.
pub fn write(sheet: &mut Sheet, checks: &[CheckReport], verbose: bool) {
    for status in [Status::Fail, Status::Undecided, Status::Warn] {
        for check in checks.iter().filter(|check| check.outcome == status) {
            one(sheet, check);
            if verbose {
                seen(sheet, check);
            }
        }
    }
    if !verbose {
        return;
    }
    for check in checks.iter().filter(|check| check.outcome == Status::Pass) {
        one(sheet, check);
        seen(sheet, check);
    }
    let rest: Vec<_> = checks
        .iter()
        .filter(|check| check.outcome == Status::NotApplicable)
        .map(|check| check.id)
        .collect();
    if !rest.is_empty() {
        sheet.item(2, ("- does not arise:", Paint::Quiet), &rest.join(", "));
    }
}

fn one(sheet: &mut Sheet, check: &CheckReport) {
    let (mark, paint) = words::mark(check.outcome);
    let basis = match check.basis {
        Basis::Documented => "",
        Basis::Observed => " (seen to happen; no AWS page says it)",
        Basis::Inferred => " (inferred; no AWS page says it)",
    };
    // An undecided check that says no more than which fact is missing says it once, with what would read it.
    let (message, gaps) = match check.gaps.as_slice() {
        [first, rest @ ..] if check.message == first.to_string() => {
            (format!("not read: {}", super::unread::call(first)), rest)
        }
        all => (check.message.to_string(), all),
    };
    sheet.item(
        2,
        (&format!("{mark} {}:", check.id), paint),
        &format!("{message}{basis}"),
    );
    if let Some(message) = &check.predicted_message {
        sheet.item(4, ("AWS would say:", Paint::Quiet), message);
    }
    if let (None, Some(category)) = (&check.predicted_message, check.predicted_category) {
        sheet.item(4, ("AWS would file it under:", Paint::Quiet), category);
    }
    match check.outcome {
        Status::Fail | Status::Warn if !check.remedies.is_empty() => {
            sheet.item(4, ("mended by:", Paint::Quiet), &check.remedies.join(", "));
        }
        Status::Undecided => {
            for gap in gaps {
                sheet.item(
                    4,
                    ("to settle it:", Paint::Quiet),
                    &super::unread::call(gap),
                );
            }
        }
        Status::Fail | Status::Warn | Status::Pass | Status::NotApplicable => {}
    }
}

/// What was seen, where that is more than the message.
fn seen(sheet: &mut Sheet, check: &CheckReport) {
    for Evidence {
        subject,
        pointer,
        says,
    } in &check.evidence
    {
        let at = match pointer {
            Some(pointer) => format!("{subject} {pointer}"),
            None if *says == check.message => continue,
            None => subject.to_string(),
        };
        sheet.item(4, ("seen:", Paint::Quiet), &format!("{at}: {says}"));
    }
}
