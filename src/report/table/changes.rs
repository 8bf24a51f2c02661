//! The changes to make, each once, in the order in which they are made, with what to paste.

use std::collections::BTreeSet;

use crate::report::{RemedyReport, Report};

use super::diff;
use super::sheet::{Paint, Sheet};
use super::words;

/// The lines of a difference that are shown without being asked for.
const SHORT: usize = 16;

/// The copies that are named; more are counted.
const NAMED: usize = 3;

/// The remedies that are shown with what to paste, without being asked for; none of an audit.
const SHOWN: usize = 12;
/// The remedies that are listed where there are more than that.
const LISTED: usize = 20;

/// The remedies, those that others need before them.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    if report.remedies.is_empty() {
        return;
    }
    sheet.title("Changes to make");
    if !verbose && (report.causes.is_some() || report.remedies.len() > SHOWN) {
        return in_short(sheet, report);
    }
    let mut printed = BTreeSet::new();
    for remedy in in_order(&report.remedies) {
        let instead: Vec<_> = report
            .remedies
            .iter()
            .filter(|other| printed.contains(other.id.as_str()) && are_alternatives(remedy, other))
            .map(|other| other.id.as_str())
            .collect();
        one(sheet, remedy, &instead, verbose);
        printed.insert(remedy.id.as_str());
    }
    let mut copies = report.copies.iter();
    if copies.any(|copy| copy.verdict_with_remedies.is_some()) {
        sheet.gap();
        let blocked = words::copies(report.summary.blocked);
        let mended = report.copies.iter().filter(|copy| copy.is_mended()).count();
        sheet.text(
            0,
            &format!("Made together, these changes unblock {mended} of {blocked}."),
        );
    }
}

/// A line a remedy, those that mend most copies first.
fn in_short(sheet: &mut Sheet, report: &Report) {
    let mut remedies: Vec<&RemedyReport> = report.remedies.iter().collect();
    remedies.sort_by_key(|remedy| std::cmp::Reverse(remedy.copies.len()));
    for remedy in remedies.iter().take(LISTED) {
        let proven = match remedy.proven {
            Some(true) => ", proven",
            Some(false) => ", not proven",
            None => "",
        };
        let mends = match remedy.copies.len() {
            0 => "no copy by itself".to_owned(),
            copies => words::copies(copies),
        };
        let text = format!("{} (mends {mends}{proven})", remedy.title);
        sheet.item(2, (&remedy.id, Paint::Title), &text);
    }
    let rest = remedies.len().saturating_sub(LISTED);
    if rest > 0 {
        sheet.item(2, ("…", Paint::Quiet), &format!("{rest} more"));
    }
    let text = "-v shows what to paste; backup-preflight fix --dir DIR with the same facts writes what copies want as files";
    sheet.gap();
    sheet.text(2, text);
}

fn are_alternatives(one: &RemedyReport, other: &RemedyReport) -> bool {
    one.alternative_to.contains(&other.id) || other.alternative_to.contains(&one.id)
}

/// Every remedy once: after those that it requires, and after the first of those that would do as well; otherwise as
/// they are numbered.
fn in_order(remedies: &[RemedyReport]) -> Vec<&RemedyReport> {
    let mut left: Vec<&RemedyReport> = remedies.iter().collect();
    let mut order = Vec::new();
    while !left.is_empty() {
        let requires =
            |remedy: &RemedyReport| left.iter().any(|other| remedy.requires.contains(&other.id));
        let is_free = |index: usize, remedy: &RemedyReport| {
            !requires(remedy)
                && !left
                    .iter()
                    .take(index)
                    .any(|other| are_alternatives(remedy, other))
        };
        let free = left
            .iter()
            .enumerate()
            .position(|(index, remedy)| is_free(index, remedy));
        // Remedies that wait for each other are not of our making; one goes, so that none is lost.
        let next = free
            .or_else(|| left.iter().position(|remedy| !requires(remedy)))
            .unwrap_or(0);
        order.push(left.remove(next));
    }
    order
}

fn one(sheet: &mut Sheet, remedy: &RemedyReport, instead: &[&str], verbose: bool) {
    sheet.gap();
    let title = if instead.is_empty() {
        remedy.title.clone()
    } else {
        format!("or instead of {}: {}", instead.join(", "), remedy.title)
    };
    sheet.item(0, (&remedy.id, Paint::Title), &title);
    let account = remedy.account.map_or_else(
        || "an account that is not known".to_owned(),
        |account| account.to_string(),
    );
    let mut place = format!("in {account}, on {}", remedy.subject);
    if !remedy.requires.is_empty() {
        place.push_str(&format!("; after {}", remedy.requires.join(", ")));
    }
    sheet.text(2, &place);
    if !remedy.copies.is_empty() {
        let copies = if remedy.copies.len() > NAMED {
            words::copies(remedy.copies.len())
        } else {
            remedy.copies.join(", ")
        };
        sheet.item(2, ("mends:", Paint::Quiet), &copies);
    }
    let (word, paint, means) = match remedy.proven {
        Some(true) => (
            "proven:",
            Paint::Good,
            "run again with it, the check passes and none gets worse",
        ),
        Some(false) => (
            "not proven:",
            Paint::Bad,
            "run again with it, the check does not pass or another gets worse",
        ),
        None => (
            "not provable:",
            Paint::Unsure,
            "these facts cannot show its effect",
        ),
    };
    sheet.item(2, (word, paint), means);
    changed(sheet, remedy, verbose);
    for command in &remedy.commands {
        sheet.gap();
        sheet.verbatim(command);
    }
    if remedy.commands.is_empty() {
        sheet.text(2, "there is no command for it");
    }
}

/// What changes in the policy.
fn changed(sheet: &mut Sheet, remedy: &RemedyReport, verbose: bool) {
    let Some(after) = &remedy.after else { return };
    let lines = diff::lines(remedy.before.as_ref(), after);
    if !verbose && lines.len() > SHORT {
        let statements = words::count(remedy.added.len(), "statement");
        sheet.text(
            2,
            &format!("{statements} added or changed (-v shows the difference)"),
        );
        return;
    }
    for line in lines {
        diff::write(sheet, &line);
    }
}
