//! What all comes to, in a line, for formats without colours.

use crate::checks::{Counts, Coverage, OfType};
use crate::verdict::Status;

use super::model::{Count, Report};
use super::table::words::{copies, count, few};

/// The verdict where a change leaves all that fails as it was.
pub const NOTHING_WORSE: &str = "nothing worse than before";
/// The verdict where what fails counts for nothing.
pub const WAIVED: &str = "what fails is waived";

/// The verdict in a word or two, as a heading.
#[must_use]
pub fn verdict(report: &Report) -> &'static str {
    if report.stopped {
        return "stopped before everything was read";
    }
    let summary = report.summary;
    match report.exit_code {
        0 if summary.copies == 0 => "no copies",
        0 if summary.blocked > 0 || summary.undecided > 0 => {
            // What is worse and passes is waived; so may be what is new.
            let is_worse = summary
                .changes
                .is_none_or(|of| of.worse > 0 || of.new > 0 && summary.waived > 0);
            match is_worse {
                false => NOTHING_WORSE,
                true if summary.blocked > 0 => WAIVED,
                true => "what is undecided is waived",
            }
        }
        0 => "feasible",
        1 if summary.blocked > 0 => "blocked",
        1 => "failing",
        _ => "undecided",
    }
}

/// The verdict and what it rests on, in a line.
#[must_use]
pub fn in_a_line(report: &Report) -> String {
    format!("{}: {}", verdict(report), counts(report))
}

/// The day that the facts are of.
#[must_use]
pub fn facts_of(report: &Report) -> &str {
    const DAY: usize = "2026-11-22".len();
    let at = report.collected_at.as_deref();
    at.map_or("an unknown day", |at| at.get(..DAY).unwrap_or(at))
}

/// How many of each, and by how many causes.
#[must_use]
pub fn counts(report: &Report) -> String {
    let summary = report.summary;
    if summary.copies == 0 {
        return "no copies to decide".to_owned();
    }
    let failing = report.causes.iter();
    let failing = failing
        .filter(|cause| cause.outcome == Status::Fail)
        .count();
    let mut text = format!(
        "{}: {} feasible, {} undecided, {} blocked",
        copies(summary.copies),
        summary.feasible,
        summary.undecided,
        summary.blocked
    );
    if summary.blocked > 0 {
        text += &format!(" by {}", count(failing, "cause"));
    }
    if summary.waived > 0 {
        text += &format!(", {} waived", summary.waived);
    }
    let raised = raised(report);
    let warnings = summary.warnings.saturating_sub(raised);
    if raised > 0 {
        text += &format!(", {} by the configuration", count(raised, "error"));
    }
    if warnings > 0 {
        text += &format!(", {}", count(warnings, "warning"));
    }
    text
}

/// How many resources have a copy out of their account, and of how many one is feasible, in a line; `None` where that was not
/// audited.
#[must_use]
pub fn coverage(report: &Report) -> Option<String> {
    let coverage = report.coverage.as_ref()?;
    let all = coverage.all;
    if all.resources == 0 && !coverage.complete {
        return Some("no resource was read, and there may be some".to_owned());
    }
    let mut text = format!(
        "of {} {} a feasible copy out of {} account, {} not",
        count(all.resources, "resource"),
        has(all.feasibly),
        if all.feasibly == 1 { "its" } else { "their" },
        has(without(all)),
    );
    if all.unknown > 0 {
        text += &format!(", {} unknown", all.unknown);
    }
    if !coverage.complete {
        text += "; there may be more resources";
    }
    Some(text)
}

/// How many resources have no feasible copy out of their account, as far as is known.
#[must_use]
pub const fn without(counts: Counts) -> usize {
    let known = counts.resources.saturating_sub(counts.unknown);
    known.saturating_sub(counts.feasibly)
}

/// The same of each type in each account, a line each, those of which most resources stay in their account first.
#[must_use]
pub fn coverage_by_type(report: &Report) -> Vec<String> {
    let coverage = report.coverage.as_ref();
    let rows = coverage.map(least_covered).unwrap_or_default();
    let each = rows.iter().map(|row| {
        let of = row.resource_type.as_ref();
        let counts = row.counts;
        format!(
            "{} {}: {}, {} a feasible copy out of the account, {} not, {} unknown",
            row.account,
            of.map_or("unknown", |of| of.as_str()),
            count(counts.resources, "resource"),
            has(counts.feasibly),
            has(without(counts)),
            counts.unknown
        )
    });
    each.collect()
}

/// `1 has`, `2 have`.
fn has(number: usize) -> String {
    format!("{number} {}", if number == 1 { "has" } else { "have" })
}

/// The types of accounts, those of which most resources stay in their account first.
#[must_use]
pub fn least_covered(coverage: &Coverage) -> Vec<&OfType> {
    let mut rows: Vec<&OfType> = coverage.by.iter().collect();
    rows.sort_by_key(|row| {
        let counts = row.counts;
        let stay = counts.resources.saturating_sub(counts.feasibly);
        (std::cmp::Reverse(stay), row.account)
    });
    rows
}

/// The resources that a change no longer takes out of their account, in a line; `None` where there are none.
#[must_use]
pub fn lost(report: &Report) -> Option<String> {
    let lost = &report.coverage.as_ref()?.lost;
    let named: Vec<String> = lost.iter().map(ToString::to_string).collect();
    (!lost.is_empty()).then(|| {
        format!(
            "this change leaves {} in {} account: {}",
            count(lost.len(), "resource"),
            if lost.len() == 1 { "its" } else { "their" },
            few(&named, 3)
        )
    })
}

/// What a change does, in a line; `None` where none is judged.
#[must_use]
pub fn changes(report: &Report) -> Option<String> {
    let changes = report.summary.changes?;
    Some(format!(
        "this change: {} worse, {} new, {} better, {} same, {} removed",
        changes.worse, changes.new, changes.better, changes.same, changes.removed
    ))
}

/// How often each check failed, was undecided or warned, so that none is left out where not all findings are told. What is waived is
/// counted by [`waived`], and a warning that the configuration makes an error of fails.
#[must_use]
pub fn checks(report: &Report, status: Status) -> Vec<(&'static str, usize)> {
    let counted = report.counted_checks().map(|(check, count)| {
        let waived = report.waived.get(check.id).copied().unwrap_or_default();
        let warns = count.warn.saturating_sub(waived.warn);
        let (errors, warns) = match report.raised.contains(check.id) {
            true => (warns, 0),
            false => (0, warns),
        };
        let number = match status {
            Status::Fail => count
                .fail
                .saturating_sub(waived.fail)
                .saturating_add(errors),
            Status::Undecided => count.undecided.saturating_sub(waived.undecided),
            Status::Warn => warns,
            Status::Pass | Status::NotApplicable => 0,
        };
        (check.id, number)
    });
    counted.filter(|(_, number)| *number > 0).collect()
}

/// How often each check is waived.
#[must_use]
pub fn waived(report: &Report) -> Vec<(&'static str, usize)> {
    let all = report.counted_checks().filter_map(|(check, _)| {
        let Count {
            fail,
            undecided,
            warn,
        } = *report.waived.get(check.id)?;
        Some((
            check.id,
            fail.saturating_add(undecided).saturating_add(warn),
        ))
    });
    all.collect()
}

/// How many warnings the configuration makes errors of.
fn raised(report: &Report) -> usize {
    let raised = report.counted_checks();
    let raised = raised.filter(|(check, _)| report.raised.contains(check.id));
    raised.map(|(_, count)| count.warn).sum()
}

/// The exit code, and what it means.
#[must_use]
pub fn exit_code(report: &Report) -> String {
    let code = report.exit_code;
    let means = match code {
        0 => "nothing that counts fails or is undecided",
        1 => "something fails",
        3 => "nothing fails, and something is undecided",
        _ => "it was stopped before everything was read",
    };
    format!("exit code {code}: {means}")
}
