//! What blocks the copies: a block for each cause.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::known::Arn;
use crate::report::{Cause, CheckReport, CopyReport, Report};
use crate::verdict::{Basis, Fix, Status};

use super::sheet::{Paint, Sheet};
use super::told::told;
use super::{detour, fix, words};

/// The reasons that are told of one cause.
const REASONS: usize = 3;

/// A block for each cause, as they are told in [`in_blocks`]. The one copy that there is stands at the top.
pub fn blocks(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let mut written = BTreeSet::new();
    for (place, cause) in in_blocks(report, verbose).iter().enumerate() {
        let says_copy = place == 0 || report.summary.copies != 1;
        block(sheet, report, cause, (verbose, says_copy), &mut written);
    }
}

/// The causes in the order of their blocks: what is waived first, and the one of most copies last; of as many copies as their
/// changes are numbered, what is mended by hand after them, and last what nothing mends.
pub fn in_blocks(report: &Report, verbose: bool) -> Vec<Cow<'_, Cause>> {
    let mut all = told(report, verbose);
    all.sort_by_key(|cause| {
        let found = cause.first.as_ref().map(|(_, (_, found))| found);
        let rank = match found.map(|found| &found.fix) {
            Some(Fix::Impossible) => 2,
            Some(Fix::ByHand) => 1,
            Some(_) | None if cause.remedies.is_empty() => 1,
            Some(_) | None => 0,
        };
        let first = cause.remedies.first();
        let first = first.map(|id| (id.len(), id.clone()));
        (!cause.is_waived(), cause.copies, rank, first)
    });
    all
}

/// What is wrong, with what, why, and what to do; for one cause, or one check of one copy.
fn block(
    sheet: &mut Sheet,
    report: &Report,
    cause: &Cause,
    (verbose, says_copy): (bool, bool),
    written: &mut BTreeSet<String>,
) {
    let Some((first, (check, found))) = &cause.first else {
        return;
    };
    sheet.gap();
    let (word, paint) = if cause.is_waived() {
        ("waived", Paint::Unsure)
    } else {
        ("error", Paint::Bad)
    };
    sheet.item(0, (&format!("{word}[{}]:", check.id), paint), check.title);
    let copies: BTreeMap<&str, &CopyReport> =
        report.copies.iter().map(|copy| (&*copy.id, copy)).collect();
    let copy = copies.get(first.as_str());
    if cause.copies > 1 {
        let text = format!(
            "{}: {}",
            words::copies(cause.copies),
            examples(cause, &copies)
        );
        sheet.field(2, ("copy", Paint::Quiet), &text);
    } else if says_copy {
        match copy {
            Some(copy) => way(sheet, copy),
            None => sheet.field(2, ("copy", Paint::Quiet), first),
        }
    }
    let (message, step) = match found.step() {
        Some((message, step)) => (message, Some(step)),
        None => (&*found.message, None),
    };
    if let Some(subject) = &cause.subject {
        let arn = Arn::parse(subject).ok();
        let label = arn.as_ref().map_or("on", words::what);
        sheet.field(2, (label, Paint::Quiet), subject);
    }
    // It stands on the line above.
    let without_subject = |message: &str| match &cause.subject {
        Some(subject) => message
            .replace(&format!(" ({subject})"), "")
            .replace(&format!(" `{subject}`"), ""),
        None => message.to_owned(),
    };
    let why: Vec<String> = match cause.messages.as_slice() {
        [_, _, ..] if step.is_none() => whys(cause, &copies),
        _ => vec![message.to_owned()],
    };
    for (place, message) in why.iter().enumerate() {
        let label = if place == 0 { "why" } else { "" };
        let message = without_subject(message);
        let text = format!("{message}{}", basis(found.basis));
        sheet.field(2, (label, Paint::Quiet), &text);
    }
    if verbose {
        for seen in &found.evidence {
            let at = seen.pointer.as_deref().unwrap_or_default();
            sheet.field(
                2,
                ("seen", Paint::Quiet),
                &format!("{} {at}: {}", seen.subject, seen.says),
            );
        }
    }
    if let Some(step) = step {
        sheet.field(2, ("fix", Paint::Good), &format!("by hand: {step}"));
    }
    fix::of(sheet, report, &cause.remedies, verbose, written);
    detour::of(sheet, report, cause);
    let predicted = found.predicted.as_deref();
    if let Some(message) = predicted.and_then(|of| of.message.as_deref()) {
        // What stands above is not said again.
        let subject = cause.subject.as_deref().unwrap_or_default();
        let message = match subject.is_empty() {
            true => message.to_owned(),
            false => message.replace(&format!("[{subject}]"), "[…]"),
        };
        sheet.field(2, ("AWS", Paint::Quiet), &format!("\"{message}\""));
    } else if let Some(category) = predicted.and_then(|of| of.category) {
        sheet.field(
            2,
            ("AWS", Paint::Quiet),
            &format!("files it under {category}"),
        );
    }
}

/// Why it is so, where that is not the same of all copies: each reason with the first copy that it is said of.
fn whys(cause: &Cause, copies: &BTreeMap<&str, &CopyReport>) -> Vec<String> {
    let shown = cause.messages.iter().take(REASONS);
    let mut all: Vec<String> = shown
        .map(|(message, id)| match copies.get(id.as_str()) {
            Some(copy) => {
                let (what, vault) = (words::resource(copy), copy.destination.vault.name());
                format!("{what} → {vault}: {message}")
            }
            None => format!("{id}: {message}"),
        })
        .collect();
    if cause.messages.len() > REASONS {
        all.push("and others, which -v shows".to_owned());
    }
    all
}

/// The first copies of a cause, by what is copied; those that share that also by the vault that they go to.
fn examples(cause: &Cause, copies: &BTreeMap<&str, &CopyReport>) -> String {
    let all: Vec<Option<&CopyReport>> = cause
        .examples
        .iter()
        .map(|id| copies.get(&**id).copied())
        .collect();
    let name = |copy: &CopyReport| words::resource(copy);
    let is_of_several = |of: &CopyReport| {
        let mut alike = all.iter().flatten().filter(|copy| name(copy) == name(of));
        alike.any(|copy| copy.destination.vault != of.destination.vault)
    };
    let way = |copy: &CopyReport| match is_of_several(copy) {
        true => format!("{} → {}", name(copy), copy.destination.vault.name()),
        false => name(copy),
    };
    let named = all
        .iter()
        .zip(&cause.examples)
        .map(|(copy, id)| match copy {
            Some(copy) => {
                let mut others = all.iter().flatten();
                let is_alike = others.any(|other| other.id != copy.id && way(other) == way(copy));
                let rule = copy.plan.as_ref().filter(|_| is_alike);
                let rule = rule.map_or_else(String::new, |plan| format!(" ({})", plan.rule));
                way(copy) + &rule
            }
            None => id.clone(),
        });
    let named: Vec<String> = named.collect();
    let text = named.join(", ");
    match cause.copies.saturating_sub(named.len()) {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// How strong AWS's word is, where it is not documented.
pub const fn basis(of: Basis) -> &'static str {
    match of {
        Basis::Documented => "",
        Basis::Observed => " (observed; no AWS page says it)",
        Basis::Inferred => " (inferred; no AWS page says it)",
    }
}

/// The copy, and which rule makes it.
pub fn way(sheet: &mut Sheet, copy: &CopyReport) {
    let text = format!(
        "{}   {} → {}",
        words::resource(copy),
        words::source(copy),
        words::destination(copy)
    );
    sheet.field(2, ("copy", Paint::Quiet), &text);
    if let Some(plan) = &copy.plan {
        sheet.field(
            2,
            ("rule", Paint::Quiet),
            &format!("{} of plan {}", plan.rule, plan.called()),
        );
    }
}

/// What a check found of a copy, for who wants to see everything.
pub fn verbose(sheet: &mut Sheet, check: &CheckReport) {
    let found = &*check.found;
    let (word, paint) = match check.counted_as() {
        Status::Fail => ("error", Paint::Bad),
        Status::Undecided => ("undecided", Paint::Unsure),
        Status::Warn => ("warning", Paint::Unsure),
        Status::Pass => ("pass", Paint::Good),
        Status::NotApplicable => return,
    };
    let lead = format!("{word}[{}]:", check.id());
    sheet.item(
        2,
        (&lead, paint),
        &format!("{}{}", found.message, basis(found.basis)),
    );
    for seen in &found.evidence {
        let at = match &seen.pointer {
            Some(pointer) => format!("{} {pointer}", seen.subject),
            None if seen.says == found.message => continue,
            None => seen.subject.to_string(),
        };
        sheet.field(4, ("seen", Paint::Quiet), &format!("{at}: {}", seen.says));
    }
    let predicted = found.predicted.as_deref();
    if let Some(message) = predicted.and_then(|of| of.message.as_deref()) {
        sheet.field(4, ("AWS", Paint::Quiet), &format!("\"{message}\""));
    }
    if !check.remedies.is_empty() {
        sheet.field(4, ("fix", Paint::Quiet), &check.remedies.join(", "));
    }
}
