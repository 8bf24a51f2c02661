//! How many changes there are, and what they come to.

use std::collections::BTreeSet;

use crate::change::Change;
use crate::checks::MayFail;
use crate::known::{Arn, HashMap};
use crate::remedy::Remedy;
use crate::report::ways::{Choice, choices};
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
        // Those of one kind in one stack are one change: each has its id all the same, and is made with the others.
        let mut stacks = BTreeSet::new();
        let mut is_first = |of: &&'r Remedy| {
            let stack = of.stack();
            stack.is_none_or(|stack| stacks.insert((stack, of.kind)))
        };
        let proven = proven.filter(&mut is_first).collect();
        let others = others.filter(&mut is_first).collect();
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
        [one, rest @ ..] if rest.iter().all(|other| other.copies == one.copies) => {
            format!("; {}", needed(report, one))
        }
        many => format!(
            "; {} not provable from these facts",
            words::count(many.len(), "change")
        ),
    };
    let is_told = others.contains(" by hand");
    text + &others + &by_hand(report, is_told)
}

/// How many causes are to be fixed by hand, where they are not told with a change.
fn by_hand(report: &Report, is_told: bool) -> String {
    let causes = told(report, false);
    let found = causes.iter().filter(|cause| !cause.is_waived());
    let found = found.filter_map(|cause| cause.first.as_ref());
    let by_hand = found.filter(|(_, (_, found))| matches!(found.fix, Fix::ByHand));
    match by_hand.count() {
        0 => String::new(),
        _ if is_told => String::new(),
        number => format!("; {} to be fixed by hand", words::count(number, "cause")),
    }
}

/// Which copies need a change whose effect cannot be shown, and what they need besides, where it is the same of all:
/// `RDS reports needs r1, and r4 or r5 (not provable)`.
fn needed(report: &Report, remedy: &Remedy) -> String {
    let ids: BTreeSet<&str> = remedy.copies.iter().map(|id| &**id).collect();
    let copies = report.copies.iter().filter(|copy| ids.contains(&*copy.id));
    let copies: Vec<&CopyReport> = copies.collect();
    let who = match copies.as_slice() {
        [one] if ids.len() == 1 => format!("{} needs", words::resource(one)),
        _ if ids.len() == 1 => "1 copy needs".to_owned(),
        _ => format!("{} need", words::copies(ids.len())),
    };
    let fixes = |copy: &&CopyReport| (changes_of(copy), steps_of(copy));
    let mut each = copies.iter().map(fixes);
    let all = each.next().filter(|_| copies.len() == ids.len());
    let (wanted, by_hand) = match all {
        Some(first) if each.all(|other| other == first) => first,
        Some(_) | None => {
            let ways = remedy.alternative_to.iter().chain([&remedy.id]);
            (ways.cloned().collect(), BTreeSet::new())
        }
    };
    let changes = report.remedies.iter();
    let needed = choices(changes.filter(|change| wanted.contains(&change.id)));
    let needed = needed.iter().map(Choice::ids);
    let parts: Vec<String> = needed.chain(by_hand).collect();
    let text = match parts.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{}, and {last}", rest.join(", ")),
        [] | [..] => parts.concat(),
    };
    format!("{who} {text} (not provable)")
}

/// The changes against what blocks a copy.
fn changes_of(copy: &CopyReport) -> BTreeSet<String> {
    let failing = copy.checks.iter();
    let failing = failing.filter(|check| check.outcome() == Status::Fail);
    failing
        .flat_map(|check| check.remedies.iter().cloned())
        .collect()
}

/// What is to be fixed by hand of a copy: `role copies by hand`.
fn steps_of(copy: &CopyReport) -> BTreeSet<String> {
    let failing = copy.checks.iter();
    let failing = failing.filter(|check| check.outcome() == Status::Fail);
    let by_hand = failing.filter(|check| matches!(check.found.fix, Fix::ByHand));
    let named = by_hand.map(|check| {
        let seen = check.found.evidence.first();
        let arn = seen.and_then(|seen| Arn::parse(&seen.subject).ok());
        match arn.filter(|arn| words::what(arn) != "on") {
            Some(arn) => format!("the {} `{}` by hand", words::what(&arn), arn.name()),
            None => format!("{} by hand", check.id()),
        }
    });
    named.collect()
}
