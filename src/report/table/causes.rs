//! What blocks the copies: a block for each cause, or a row where there are many.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use crate::known::Arn;
use crate::quote::terminal;
use crate::remedy::{Remedy, RemedyKind};
use crate::report::remedy::kind;
use crate::report::{Cause, CheckReport, CopyReport, Report};
use crate::verdict::{Basis, Status};

use super::sheet::{Paint, Sheet, columns};
use super::{fix, words};

/// The rows that are shown without being asked for.
const ROWS: usize = 10;
/// The same where a row takes two lines.
const FEW_ROWS: usize = 7;
/// In so many columns a row takes one line, most often.
const ROOMY: usize = 100;

/// The causes of what is blocked.
fn failing(report: &Report) -> impl DoubleEndedIterator<Item = &Cause> {
    report
        .causes
        .iter()
        .filter(|cause| cause.outcome == Status::Fail)
}

/// A block for each cause, the one of most copies last.
pub fn blocks(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let mut written = std::collections::BTreeSet::new();
    for cause in failing(report).rev() {
        block(sheet, report, cause, verbose, &mut written);
    }
}

/// What is wrong, with what, why, and what to do; for one cause, or one check of one copy.
fn block(
    sheet: &mut Sheet,
    report: &Report,
    cause: &Cause,
    verbose: bool,
    written: &mut std::collections::BTreeSet<String>,
) {
    let Some((first, (check, found))) = &cause.first else {
        return;
    };
    sheet.gap();
    sheet.item(
        0,
        (&format!("error[{}]:", check.id), Paint::Bad),
        check.title,
    );
    let copies: BTreeMap<&str, &CopyReport> =
        report.copies.iter().map(|copy| (&*copy.id, copy)).collect();
    let copy = copies.get(first.as_str());
    if cause.copies > 1 {
        let examples: Vec<String> = cause
            .examples
            .iter()
            .map(|id| {
                copies
                    .get(&**id)
                    .map_or_else(|| id.clone(), |copy| words::resource(copy))
            })
            .collect();
        let more = cause.copies.saturating_sub(examples.len());
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let text = format!(
            "{}: {}{more}",
            words::copies(cause.copies),
            examples.join(", ")
        );
        sheet.field(2, ("copy", Paint::Quiet), &text);
    } else {
        match copy {
            Some(copy) => way(sheet, copy),
            None => sheet.field(2, ("copy", Paint::Quiet), first),
        }
    }
    let mut message = found.message.to_string();
    if let Some(subject) = &cause.subject {
        let arn = Arn::parse(subject).ok();
        let label = arn.as_ref().map_or("on", words::what);
        sheet.field(2, (label, Paint::Quiet), subject);
        // It stands on the line above.
        message = message.replace(&format!(" ({subject})"), "");
        message = message.replace(&format!(" `{subject}`"), "");
    }
    sheet.field(
        2,
        ("why", Paint::Quiet),
        &format!("{message}{}", basis(found.basis)),
    );
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
    fix::of(sheet, report, &cause.remedies, written);
    let predicted = found.predicted.as_deref();
    if let Some(message) = predicted.and_then(|of| of.message.as_deref()) {
        sheet.field(2, ("AWS", Paint::Quiet), &format!("\"{message}\""));
    } else if let Some(category) = predicted.and_then(|of| of.category) {
        sheet.field(
            2,
            ("AWS", Paint::Quiet),
            &format!("files it under {category}"),
        );
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
            &format!("{} of plan {}", plan.rule, plan.id),
        );
    }
}

/// A row a cause, most copies first.
pub fn rows(sheet: &mut Sheet, report: &Report) {
    let all: Vec<&Cause> = failing(report).collect();
    if all.is_empty() {
        return;
    }
    let most = if sheet.width() < ROOMY {
        FEW_ROWS
    } else {
        ROWS
    };
    let shown = all.iter().take(most);
    let mut rows: Vec<[String; 4]> =
        vec![["check", "copies", "cause", "fixed by"].map(str::to_owned)];
    rows.extend(shown.map(|cause| {
        [
            cause.check.to_owned(),
            format!("{:>6}", cause.copies),
            sheet.named(&at_fault(report, cause)),
            fixed_by(report, cause),
        ]
        .map(|cell| terminal::line(&cell).into_owned())
    }));
    let widths: [usize; 4] = std::array::from_fn(|at| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| columns(cell)).max().unwrap_or_default()
    });
    let [first, second, third, last] = widths;
    let room = |parts: &[usize]| {
        let gaps = parts.len().saturating_sub(1).saturating_mul(2);
        parts.iter().sum::<usize>().saturating_add(gaps) <= sheet.width()
    };
    let (fits, fits_without) = (room(&widths), room(&[first, second, last]));
    let padded = |cell: &str, width: usize| {
        let pad = " ".repeat(width.saturating_sub(columns(cell)));
        format!("{cell}{pad}")
    };
    sheet.gap();
    for (number, [check, copies, cause, fixed]) in rows.into_iter().enumerate() {
        let paint = if number == 0 {
            Paint::Quiet
        } else {
            Paint::Bad
        };
        let (after, own): (String, &[&str]) = if fits {
            (format!("{}  {fixed}", padded(&cause, third)), &[])
        } else if fits_without {
            (fixed, &[&cause])
        } else {
            (String::new(), &[&cause, &fixed])
        };
        let line = format!("{}  {copies}  {after}", padded(&check, first));
        sheet.parts(line.trim_end(), &[(check, paint)]);
        for part in own.iter().filter(|_| number > 0) {
            sheet.text(2, part);
        }
    }
    more(sheet, "cause", all.get(most..).unwrap_or_default());
}

/// The thing at fault, with the values that are; else what is wrong.
fn at_fault(report: &Report, cause: &Cause) -> String {
    let Some(subject) = &cause.subject else {
        return short(&cause.message);
    };
    let thing = words::thing(subject, &report.names);
    let values = values(report, cause, subject);
    if values.is_empty() {
        thing
    } else {
        format!("{thing}: {values}")
    }
}

/// What was seen of a thing, where it is a plain value: `KeyState is Disabled`; of a vault's lock the days of the first copy,
/// and those that it allows.
fn values(report: &Report, cause: &Cause, subject: &str) -> String {
    let Some((id, (_, found))) = &cause.first else {
        return String::new();
    };
    let seen = found.evidence.iter().filter(|seen| seen.subject == subject);
    let seen: Vec<(&str, &str)> = seen
        .filter_map(|seen| {
            let name = seen.pointer.as_deref()?.rsplit('/').next()?;
            Some((name, seen.says.strip_prefix("is ")?))
        })
        .filter(|(_, value)| !value.contains([' ', ':']))
        .collect();
    let of = |wanted: &str| {
        let mut named = seen.iter().filter(|(name, _)| *name == wanted);
        named.next().map(|(_, value)| *value)
    };
    let allowed = match (of("MinRetentionDays"), of("MaxRetentionDays")) {
        (Some(least), Some(most)) => format!("{least}…{most}"),
        (Some(least), None) => format!("{least} or more"),
        (None, Some(most)) => format!("{most} or fewer"),
        (None, None) => {
            let values = seen.iter().take(2);
            let values: Vec<String> = values
                .map(|(name, value)| format!("{name} is {value}"))
                .collect();
            return values.join(", ");
        }
    };
    let copy = report.copies.iter().find(|copy| copy.id == **id);
    let kept = copy.and_then(|copy| copy.lifecycle.value());
    match kept.and_then(|kept| kept.delete_after_days) {
        Some(days) => format!("{days} days, {allowed}"),
        None => format!("days: {allowed}"),
    }
}

/// The causes that are left out, counted, with their checks.
pub fn more<C: Borrow<Cause>>(sheet: &mut Sheet, noun: &str, rest: &[C]) {
    if rest.is_empty() {
        return;
    }
    let mut checks: Vec<&str> = rest.iter().map(|cause| cause.borrow().check).collect();
    checks.sort_unstable();
    checks.dedup();
    let text = format!(
        "{} more (-v has all): {}",
        words::count(rest.len(), noun),
        checks.join(", ")
    );
    sheet.item(0, ("…", Paint::Quiet), &text);
}

/// The first clause of a message.
fn short(message: &str) -> String {
    let ends = ["; ", ", ", ": "]
        .into_iter()
        .filter_map(|end| message.find(end));
    let end = ends.min().unwrap_or(message.len());
    message.get(..end).unwrap_or(message).to_owned()
}

fn fixed_by(report: &Report, cause: &Cause) -> String {
    let remedies: Vec<&Remedy> = cause
        .remedies
        .iter()
        .filter_map(|id| report.remedies.iter().find(|remedy| remedy.id == *id))
        .collect();
    match remedies.as_slice() {
        [] => "-".to_owned(),
        [one] => format!("{} {}", one.id, what_it_does(one)),
        [one, other] if one.alternative_to.contains(&other.id) => format!(
            "{} {}, or {} {}",
            one.id,
            what_it_does(one),
            other.id,
            what_it_does(other)
        ),
        many => {
            let mut kinds: Vec<String> = many.iter().map(|remedy| what_it_does(remedy)).collect();
            kinds.sort_unstable();
            kinds.dedup();
            let ids = words::few(&cause.remedies, 3);
            format!("{ids}: {}", words::few(&kinds, 2))
        }
    }
}

/// `key policy: 2 statements`, `rule offsite: keep 90 days`.
fn what_it_does(remedy: &Remedy) -> String {
    if !remedy.brief.is_empty() {
        return remedy.brief.to_string();
    }
    let kind = if remedy.kind == RemedyKind::ReEncrypt {
        "re-encrypt".to_owned()
    } else {
        kind(remedy.kind).replace('-', " ")
    };
    match remedy.added.len() {
        0 => kind,
        added => format!("{kind}: {}", words::count(added, "statement")),
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
