//! How many changes there are, and what they come to.

use std::collections::BTreeSet;

use crate::change::Change;
use crate::checks::MayFail;
use crate::known::HashMap;
use crate::remedy::Remedy;
use crate::report::{CopyReport, Report};
use crate::verdict::{Fix, Status, Verdict};

use super::told::{is_of_change, told};
use super::words;

/// The changes that are told, of several ways the first: one that is proven, where there is one.
struct Ways<'r> {
    /// Those of which one way is proven.
    proven: Vec<&'r Remedy>,
    /// Those of which the facts cannot show what they do.
    others: Vec<&'r Remedy>,
}

impl<'r> Ways<'r> {
    fn of(report: &'r Report) -> Self {
        let causes = told(report, false);
        let each = report.remedies.iter();
        let by_id: HashMap<&str, &Remedy> = each.map(|remedy| (&*remedy.id, remedy)).collect();
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        for id in causes.iter().flat_map(|cause| &cause.remedies) {
            let Some(remedy) = by_id.get(id.as_str()) else {
                continue;
            };
            wanted.insert(&remedy.id);
            let besides = remedy.requires.iter().chain(&remedy.together_with);
            wanted.extend(besides.map(String::as_str));
        }
        let number = |id: &str| -> usize {
            let digits = id.trim_start_matches('r');
            digits.parse().unwrap_or_default()
        };
        let is_proven = |remedy: &Remedy| remedy.proven == Some(true);
        let ways = |of: &'r Remedy| {
            let ways = of.alternative_to.iter();
            ways.filter_map(|id| by_id.get(id.as_str()).copied())
        };
        let is_earlier = |way: &Remedy, of: &Remedy| number(&way.id) < number(&of.id);
        let told = || {
            let remedies = report.remedies.iter();
            remedies.filter(|remedy| wanted.contains(&*remedy.id))
        };
        let proven = told().filter(|of| {
            let mut others = ways(of).filter(|way| is_proven(way));
            is_proven(of) && !others.any(|way| is_earlier(way, of))
        });
        let others = told().filter(|of| {
            let mut others = ways(of);
            !is_proven(of) && !others.any(|way| is_proven(way) || is_earlier(way, of))
        });
        let (proven, others) = (proven.collect(), others.collect());
        Self { proven, others }
    }
}

/// How many changes there are.
pub fn number(report: &Report) -> usize {
    let ways = Ways::of(report);
    ways.proven.len().saturating_add(ways.others.len())
}

/// What the changes do for the one copy that is blocked.
pub fn of_one(report: &Report) -> String {
    let causes = told(report, false);
    let found = causes.iter().filter_map(|cause| cause.first.as_ref());
    let mut fixes = found.map(|(_, (_, found))| &found.fix);
    let never = fixes.clone().any(|fix| matches!(fix, Fix::Impossible));
    let by_hand = fixes.any(|fix| matches!(fix, Fix::ByHand));
    let ways = Ways::of(report);
    let (proven, all) = (ways.proven.len(), number(report));
    let copy = report.copies.first();
    let open = copy.map_or(0, open);
    let stay = match open {
        0 => String::new(),
        1 => "; 1 check stays undecided".to_owned(),
        many => format!("; {many} checks stay undecided"),
    };
    let after = copy.and_then(|copy| copy.verdict_with_remedies);
    let does = |one: &str, many: &str| {
        let number = if proven > 0 { proven } else { all };
        let word = if number == 1 { one } else { many };
        format!("{} {word} it", words::count(number, "change"))
    };
    match (all, report.unblocked) {
        _ if never => "no change fixes it".to_owned(),
        (0, _) if by_hand => "to be fixed by hand".to_owned(),
        (0, _) => "no change fixes it".to_owned(),
        _ if by_hand => format!("to be fixed by {} and by hand", words::count(all, "change")),
        (_, Some(0)) => "no change is proven to fix it".to_owned(),
        (_, None) => format!(
            "{} for it, not provable from these facts{stay}",
            words::count(all, "change")
        ),
        (_, Some(_)) if after == Some(Verdict::Undecided) => {
            format!("{}{stay}", does("unblocks", "unblock"))
        }
        (_, Some(_)) => does("fixes", "fix"),
    }
}

/// How many checks that a copy may fail are undecided.
fn open(copy: &CopyReport) -> usize {
    let checks = copy.checks.iter();
    let undecided = checks.filter(|check| {
        check.outcome() == Status::Undecided && check.check.may_fail == MayFail::Yes
    });
    undecided.count()
}

/// What the changes do for the copies that are blocked, to follow how many there are.
pub fn of_many(report: &Report) -> String {
    let ways = Ways::of(report);
    let counted = || {
        let copies = report.copies.iter();
        copies.filter(|copy| copy.change.is_some_and(Change::counts))
    };
    let unblocks = if is_of_change(report) {
        counted().filter(|copy| copy.is_fixed()).count()
    } else {
        report.unblocked.unwrap_or_default()
    };
    let mut text = String::new();
    if !ways.proven.is_empty() && unblocks > 0 {
        let proven = ways.proven.len();
        let word = if proven == 1 { "unblocks" } else { "unblock" };
        text += &format!("; {} {word} {unblocks}", words::count(proven, "change"));
    }
    let others = match ways.others.as_slice() {
        [] if text.is_empty() && !ways.proven.is_empty() => {
            "; no change unblocks any of them by itself".to_owned()
        }
        [] => String::new(),
        [one] => format!("; {}", needed(report, one)),
        many => format!(
            "; {} not provable from these facts",
            words::count(many.len(), "change")
        ),
    };
    text + &others
}

/// Which copies need a change whose effect cannot be shown: `RDS reports needs r4 or r5 (not provable)`.
fn needed(report: &Report, remedy: &Remedy) -> String {
    let copies: BTreeSet<&str> = remedy.copies.iter().map(|id| &**id).collect();
    let mut named = report.copies.iter();
    let alone = copies.first().filter(|_| copies.len() == 1);
    let who = match alone.and_then(|id| named.find(|copy| copy.id == *id)) {
        Some(copy) => format!("{} needs", words::resource(copy)),
        None if copies.len() == 1 => "1 copy needs".to_owned(),
        None => format!("{} need", words::copies(copies.len())),
    };
    let ways = std::iter::once(&remedy.id).chain(&remedy.alternative_to);
    let ways: Vec<&str> = ways.map(String::as_str).collect();
    format!("{who} {} (not provable)", ways.join(" or "))
}
