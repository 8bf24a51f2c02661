//! One line a copy; or, for who wants to see everything, all that was found of each.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::checks::MayFail;
use crate::quote::terminal;
use crate::report::same_cause::SameCause;
use crate::report::{CopyReport, Report};
use crate::verdict::{Status, Verdict};

use super::sheet::{Paint, Sheet, columns};
use super::{SHOWN, causes, words};

/// So many columns a name takes at most, so that one long name does not move all others.
const NAME: usize = 90;

/// The copies of a verdict that are shown where it has more than can be.
const EXAMPLES: usize = 3;

/// The columns that a verdict takes.
const VERDICT: usize = 9;

/// The verdicts, the worst last.
const VERDICTS: [Verdict; 3] = [Verdict::Feasible, Verdict::Undecided, Verdict::Blocked];

/// A line a copy, the blocked ones last. Those that are feasible are counted where there are many.
pub fn lines(sheet: &mut Sheet, report: &Report) {
    let summary = report.summary;
    let few = summary.copies <= SHOWN;
    let rank = |copy: &CopyReport| VERDICTS.iter().position(|verdict| *verdict == copy.verdict);
    let mut copies: Vec<&CopyReport> = Vec::new();
    let mut left_out: Vec<String> = Vec::new();
    for verdict in VERDICTS {
        if !report.lists(verdict) {
            continue;
        }
        let (word, _) = words::verdict(verdict);
        let all = match verdict {
            Verdict::Feasible => summary.feasible,
            Verdict::Undecided => summary.undecided,
            Verdict::Blocked => summary.blocked,
        };
        if verdict == Verdict::Feasible && !few && all < summary.copies {
            continue;
        }
        let shown = report.copies.iter().filter(|copy| copy.verdict == verdict);
        let before = copies.len();
        copies.extend(shown.take(if all > SHOWN { EXAMPLES } else { SHOWN }));
        let more = all.saturating_sub(copies.len().saturating_sub(before));
        if more > 0 {
            left_out.push(format!("{more} more {word}"));
        }
    }
    copies.sort_by_key(|copy| rank(copy));
    if copies.is_empty() {
        return;
    }
    sheet.gap();
    for (copy, (line, rest)) in copies.iter().zip(aligned(sheet, report, &copies)) {
        let (word, paint) = words::verdict(copy.verdict);
        sheet.parts(&line, &[(word.to_owned(), paint)]);
        if let Some(rest) = rest {
            sheet.text(2, &rest);
        }
    }
    if !left_out.is_empty() {
        let text = format!(
            "{} (--format html=report.html shows them, and so does -v)",
            left_out.join(", ")
        );
        sheet.item(0, ("…", Paint::Quiet), &text);
    }
}

/// Which columns are told where there is less room: without where it comes from, then without the rule, then with no more of
/// where it goes than the vault's name, then with one check of several. The account that it comes from stays where there are
/// several and there is room for it, and the rule where two lines would be the same.
const CHOICES: [&[usize]; 13] = [
    &[0, 1, 2, 3, 4],
    &[0, 2, 3, 4],
    &[0, 7, 2, 3, 4],
    &[0, 2, 4],
    &[0, 7, 2, 4],
    &[0, 5, 4],
    &[0, 7, 5, 4],
    &[0, 5, 3, 4],
    &[0, 7, 5, 3, 4],
    &[0, 5, 6],
    &[0, 7, 5, 6],
    &[0, 5, 3, 6],
    MOST,
];
/// Whatever there is room for, this tells most of what can be told.
const MOST: &[usize] = &[0, 7, 5, 3, 6];
/// So many columns a cell takes there at most before the next stands closer.
const LEAST_CELL: usize = 25;

/// The columns that there is room for.
fn aligned(
    sheet: &Sheet,
    report: &Report,
    copies: &[&CopyReport],
) -> Vec<(String, Option<String>)> {
    let cells: Vec<[String; 8]> = copies
        .iter()
        .map(|copy| {
            let rule = copy.plan.as_ref().map_or(&*copy.id, |plan| &*plan.rule);
            let rule = format!("{rule}{}", apart(copy, copies));
            let why = why(report, copy);
            [
                words::resource(copy),
                words::source(copy),
                format!("→ {}", words::destination(copy)),
                rule,
                why.whole,
                format!("→ {}", copy.destination.vault.name()),
                why.short,
                words::source_account(copy),
            ]
            .map(|cell| terminal::line(&sheet.named(&cell)).into_owned())
        })
        .collect();
    let width = |at: usize| {
        let all = cells.iter().filter_map(|row| row.get(at));
        let most = all.map(|cell| columns(cell)).max().unwrap_or_default();
        if is_why(at) { most } else { most.min(NAME) }
    };
    let mut widths: Vec<usize> = (0..8).map(width).collect();
    let is_room = |taken: &&&[usize]| {
        let widths = taken.iter().filter_map(|at| widths.get(*at));
        let needed: usize = widths.map(|width| width.saturating_add(2)).sum();
        needed.saturating_add(VERDICT) <= sheet.width()
    };
    let has_one_account = has_one_account(report);
    let is_apart = |taken: &&&[usize]| {
        let own = taken.iter().filter(|at| !is_why(**at));
        let mut seen: BTreeSet<Vec<&String>> = BTreeSet::new();
        let mut lines = cells
            .iter()
            .map(|row| own.clone().filter_map(|at| row.get(*at)).collect());
        lines.all(|line| seen.insert(line))
    };
    let tells = |taken: &&&[usize]| {
        (has_one_account || taken.contains(&1) || taken.contains(&7)) && is_apart(taken)
    };
    let mut told = CHOICES.iter().filter(tells);
    let without_account = || CHOICES.iter().filter(is_apart);
    let fitting = told.clone().find(is_room);
    let taken = match fitting.or_else(|| without_account().find(is_room)) {
        Some(taken) => taken,
        None => {
            widths
                .iter_mut()
                .for_each(|width| *width = (*width).min(LEAST_CELL));
            told.find(|taken| taken.contains(&6)).unwrap_or(&MOST)
        }
    };
    let lines = copies.iter().zip(&cells).map(|(copy, row)| {
        let (word, _) = words::verdict(copy.verdict);
        let mut line = format!("{word:VERDICT$}");
        for at in *taken {
            let (Some(cell), Some(width)) = (row.get(*at), widths.get(*at)) else {
                continue;
            };
            let space = if *at == 2 && taken.contains(&1) {
                " "
            } else {
                "  "
            };
            // Where there is no room, why it is so stands whole in a line of its own.
            let end = columns(&line)
                .saturating_add(2)
                .saturating_add(columns(cell));
            if is_why(*at) && end > sheet.width() {
                let why = (!cell.is_empty()).then(|| cell.clone());
                return (line.trim_end().to_owned(), why);
            }
            let room = " ".repeat(width.saturating_sub(columns(cell)));
            line.push_str(&format!("{space}{cell}{room}"));
        }
        (line.trim_end().to_owned(), None)
    });
    lines.collect()
}

/// What tells a copy from others that a rule of the same name makes of the same thing, from the same vault into the same one: how
/// long it is kept, and else the number of its id.
fn apart(copy: &CopyReport, copies: &[&CopyReport]) -> String {
    let Some(plan) = &copy.plan else {
        return String::new();
    };
    let alike = copies.iter().filter(|other| {
        let is_of_rule = other.plan.as_ref().is_some_and(|by| by.rule == plan.rule);
        is_of_rule
            && other.id != copy.id
            && other.destination.vault == copy.destination.vault
            && other.source.vault.value() == copy.source.vault.value()
            && other.source.resource.value() == copy.source.resource.value()
    });
    let mut kept = alike.map(|other| words::kept(other)).peekable();
    if kept.peek().is_none() {
        return String::new();
    }
    let own = words::kept(copy);
    let number = match copy.id.rsplit_once('#') {
        Some((_, number)) if kept.any(|other| other == own) => format!(" #{number}"),
        Some(_) | None => String::new(),
    };
    format!(", {own}{number}")
}

/// Whether a column says why a copy comes out so.
const fn is_why(column: usize) -> bool {
    matches!(column, 4 | 6)
}

/// Whether all copies come from one account, as far as they are here to be seen.
fn has_one_account(report: &Report) -> bool {
    let accounts = report.copies.iter();
    let accounts: BTreeSet<_> = accounts.map(|copy| copy.source.account.value()).collect();
    accounts.len() < 2 && report.copies.len() >= report.summary.copies
}

/// Why a copy comes out so.
struct Why {
    whole: String,
    /// The first reason, and how many more there are.
    short: String,
}

impl Why {
    fn of(reasons: &[String]) -> Self {
        Self {
            whole: reasons.join(", "),
            short: match reasons {
                [first, _, ..] => format!("{first} +{}", reasons.len().saturating_sub(1)),
                [] | [_] => reasons.concat(),
            },
        }
    }
}

/// The checks that fail, else what is not known.
fn why(report: &Report, copy: &CopyReport) -> Why {
    let of = |status| {
        let checks = copy.checks.iter();
        checks.filter(move |check| check.outcome() == status)
    };
    let failing: Vec<String> = of(Status::Fail)
        .map(|check| match check.waived {
            Some(_) => format!("{} (waived)", check.id()),
            None => check.id().to_owned(),
        })
        .collect();
    if !failing.is_empty() {
        return Why::of(&failing);
    }
    // What most checks wait for first.
    let mut missing: Vec<(SameCause, BTreeSet<&str>)> = Vec::new();
    let undecided = of(Status::Undecided).filter(|check| check.check.may_fail == MayFail::Yes);
    for check in undecided {
        for gap in &check.found.gaps {
            let cause = SameCause::of(gap, &report.reading);
            match missing.iter_mut().find(|(other, _)| *other == cause) {
                Some((_, checks)) => drop(checks.insert(check.id())),
                None => missing.push((cause, [check.id()].into())),
            }
        }
    }
    missing.sort_by_key(|(_, checks)| Reverse(checks.len()));
    let mut named: Vec<String> = missing.iter().map(|(cause, _)| cause.brief()).collect();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    named.retain(|reason| seen.insert(reason.clone()));
    Why {
        whole: words::few(&named, 2),
        ..Why::of(&named)
    }
}

/// Every copy with everything that was found of it, the blocked ones last.
pub fn verbose(sheet: &mut Sheet, report: &Report) {
    let copies = report.copies.iter();
    let copies = copies.filter(|copy| report.lists(copy.verdict));
    let mut copies: Vec<&CopyReport> = copies.collect();
    copies.sort_by_key(|copy| VERDICTS.iter().position(|verdict| *verdict == copy.verdict));
    for copy in copies {
        sheet.gap();
        sheet.item(0, words::verdict(copy.verdict), &copy.id);
        causes::way(sheet, copy);
        let keys = &copy.encryption;
        let backup = words::key(keys.backup_key.as_ref(), keys.backup_key_manager);
        let made = words::key(keys.copy_key.as_ref(), keys.copy_key_manager);
        sheet.field(
            2,
            ("key", Paint::Quiet),
            &format!("of the backup: {backup}"),
        );
        sheet.field(2, ("", Paint::Quiet), &format!("of the copy: {made}"));
        let mut checks: Vec<_> = copy.checks.iter().collect();
        checks.sort_by_key(|check| Reverse(check.outcome() as u8 == Status::Pass as u8));
        for check in checks {
            causes::verbose(sheet, check);
        }
        let rest: Vec<&str> = copy
            .checks
            .iter()
            .filter(|check| check.outcome() == Status::NotApplicable)
            .map(|check| check.id())
            .collect();
        if !rest.is_empty() {
            sheet.item(2, ("not applicable:", Paint::Quiet), &rest.join(", "));
        }
    }
}
