//! What a change does to the copies: a line for those that it leaves as they are, and those that it makes worse last.

use crate::change::Change;
use crate::report::{CheckReport, CopyReport, Location, Report};
use crate::verdict::{Status, Verdict};

use super::sheet::{Paint, Sheet};
use super::{SHOWN, words};

/// The changes in the order in which they are told, the worst last.
const ORDER: [Change; 4] = [Change::Removed, Change::Better, Change::New, Change::Worse];

/// The checks of a copy that are named where it only may fail.
const OPEN: usize = 2;

/// The rules that are named.
const RULES: usize = 5;

/// A block for each copy that changes.
pub fn write(sheet: &mut Sheet, report: &Report, verbose: bool) {
    let Some(changes) = report.summary.changes else {
        return;
    };
    sheet.gap();
    if changes.same > 0 {
        let still = match still(report) {
            _ if report.counts_all => String::new(),
            0 => String::new(),
            1 => ", of which 1 was blocked before and still is; --all counts it".to_owned(),
            many => {
                format!(", of which {many} were blocked before and still are; --all counts them")
            }
        };
        let text = format!("{} as before{still}", words::copies(changes.same));
        sheet.item(0, ("same:", Paint::Quiet), &text);
    }
    for change in ORDER {
        let copies = report.copies.iter().chain(&report.removed);
        let copies: Vec<&CopyReport> = copies.filter(|copy| copy.change == Some(change)).collect();
        let shown = if verbose { copies.len() } else { SHOWN };
        let mut alike: Vec<(ToldChange, Vec<&str>)> = Vec::new();
        for copy in copies.iter().take(shown) {
            let told = ToldChange::of(change, copy);
            let rule = copy.plan.as_ref().map(|plan| &*plan.rule);
            let last = alike.iter_mut().find(|(other, _)| *other == told);
            match last {
                Some((_, rules)) => rules.extend(rule),
                None => alike.push((told, rule.into_iter().collect())),
            }
        }
        for (told, rules) in &alike {
            told.write(sheet, change, rules);
        }
        let more = match change {
            Change::Worse => changes.worse,
            Change::New => changes.new,
            Change::Better => changes.better,
            Change::Removed => changes.removed,
            Change::Same => changes.same,
        };
        let more = more.saturating_sub(copies.len().min(shown));
        if more > 0 {
            sheet.item(
                0,
                ("…", Paint::Quiet),
                &format!("{more} more {}", change.as_str()),
            );
        }
    }
}

/// How many copies are blocked that a change leaves as they were: of those that it changes all are told.
pub fn still(report: &Report) -> usize {
    let changed = report.copies.iter().filter(|copy| {
        let is_changed = copy.change.is_some_and(|change| change != Change::Same);
        is_changed && copy.verdict == Verdict::Blocked
    });
    report.summary.blocked.saturating_sub(changed.count())
}

/// Where things stand, those of one file together: `Plan, Selection (stack.yaml:58, 71)`.
fn places(all: &[Location]) -> String {
    let of_files = all.chunk_by(|one, other| one.file.is_some() && one.file == other.file);
    let of_files = of_files.map(|places| {
        let addresses: Vec<&str> = places.iter().map(|place| &*place.address).collect();
        let addresses = addresses.join(", ");
        let lines = places.iter().filter_map(|place| place.line);
        let lines: Vec<String> = lines.map(|line| line.to_string()).collect();
        let file = places.first().and_then(|place| place.file.as_ref());
        match (file, lines.is_empty()) {
            (Some(file), false) => format!("{addresses} ({file}:{})", lines.join(", ")),
            (Some(file), true) => format!("{addresses} ({file})"),
            (None, _) => addresses,
        }
    });
    of_files.collect::<Vec<_>>().join(", ")
}

/// What is told of a copy that changes: what is the same of several is said once.
#[derive(PartialEq, Eq)]
struct ToldChange {
    way: String,
    became: String,
    /// The checks, each with what of the change is at fault.
    checks: Vec<(String, String)>,
    /// What is left out.
    more: Option<String>,
}

impl ToldChange {
    fn write(&self, sheet: &mut Sheet, change: Change, rules: &[&str]) {
        let paint = match change {
            Change::Worse => Paint::Bad,
            Change::New | Change::Removed => Paint::Unsure,
            Change::Better => Paint::Good,
            Change::Same => Paint::Quiet,
        };
        let mut rules: Vec<String> = rules.iter().map(|rule| (*rule).to_owned()).collect();
        rules.dedup();
        let by = match rules.as_slice() {
            [] => String::new(),
            [one] => format!(", rule {one}"),
            many => format!(", rules {}", words::few(many, RULES)),
        };
        let text = format!("{}{by}: {}", self.way, self.became);
        sheet.item(0, (&format!("{}:", change.as_str()), paint), &text);
        for (check, at) in &self.checks {
            let colon = if at.is_empty() { "" } else { ":" };
            sheet.item(2, (&format!("{check}{colon}"), Paint::Quiet), at);
        }
        if let Some(more) = &self.more {
            sheet.item(2, ("…", Paint::Quiet), more);
        }
    }

    fn of(change: Change, copy: &CopyReport) -> Self {
        let (verdict, _) = words::verdict(copy.verdict);
        let became = match (change, copy.was) {
            (Change::Removed, Some(was)) => {
                format!("no longer made; it was {}", words::verdict(was).0)
            }
            (_, Some(was)) if was != copy.verdict => {
                format!("{} before, {verdict} now", words::verdict(was).0)
            }
            (Change::Worse, Some(Verdict::Undecided)) => {
                "undecided before, and by more checks now".to_owned()
            }
            _ => verdict.to_owned(),
        };
        let of = |status: Status| {
            let checks = copy.checks.iter();
            checks.filter(move |check| check.outcome() == status)
        };
        let is_blocked = of(Status::Fail).next().is_some();
        let (status, shown) = if is_blocked {
            (Status::Fail, usize::MAX)
        } else {
            (Status::Undecided, OPEN)
        };
        // What is undecided for want of something else is not of the change.
        let mut checks: Vec<&CheckReport> = of(status).collect();
        if !is_blocked && checks.iter().any(|check| !check.locations.is_empty()) {
            checks.retain(|check| !check.locations.is_empty());
        }
        // What the change brings comes first.
        checks.sort_by_key(|check| check.stood_before);
        let told = checks.iter().take(shown).map(|check| {
            let places = places(&check.locations);
            let old = check.stood_before && change == Change::Worse;
            let old = if old { " (as before)" } else { "" };
            (format!("{}{old}", check.id()), places)
        });
        let checks_told = told.collect();
        let more = checks.len().saturating_sub(shown);
        Self {
            way: format!("{} → {}", words::resource(copy), words::destination(copy)),
            became,
            checks: checks_told,
            more: (more > 0).then(|| format!("{} more undecided", words::count(more, "check"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_once_for_what_of_it_stands_together() {
        let at = |address: &str, file: Option<&str>, line| Location {
            address: address.to_owned(),
            file: file.map(str::to_owned),
            line,
        };
        let all = [
            at("Plan", Some("stack.yaml"), Some(58)),
            at("Selection", Some("stack.yaml"), Some(71)),
            at("Key", Some("other.yaml"), None),
            at("Role", None, None),
        ];
        assert_eq!(
            places(&all),
            "Plan, Selection (stack.yaml:58, 71), Key (other.yaml), Role"
        );
    }
}
