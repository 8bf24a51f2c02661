//! The verdict, and the one thing to do next.

use std::collections::BTreeSet;

use crate::report::{Audited, CheckReport, Fate, HowMany, Report, headline};
use crate::verdict::Status;

use super::sheet::{Paint, Sheet, columns};
use super::told::{is_of_change, told};
use super::{Options, causes, change, fixes, words};

/// Of more copies than these nobody reads each in a terminal.
const MANY: usize = 100;

/// The vaults and plans that fail and are named.
const NAMED: usize = 2;

/// The last lines.
pub fn write(sheet: &mut Sheet, report: &Report, options: &Options) {
    sheet.gap();
    if report.stopped {
        let text = "not everything was read: this is what was known when it was stopped";
        sheet.item(0, ("stopped:", Paint::Bad), text);
    }
    audited(sheet, report);
    verdict(sheet, report);
    next(sheet, report, options);
}

/// The vaults and plans of an audit.
fn audited(sheet: &mut Sheet, report: &Report) {
    let (summary, stopped) = (report.summary, report.stopped);
    let fails = |checks: &[CheckReport]| {
        let mut outcomes = checks.iter().map(CheckReport::outcome);
        outcomes.any(|outcome| outcome == Status::Fail)
    };
    let vaults = report.vaults.iter().filter(|vault| fails(&vault.checks));
    // Those of other accounts have the same names.
    let vaults = vaults.map(|vault| {
        let (name, account) = (vault.vault.name(), vault.vault.account());
        account.map_or_else(|| name.to_owned(), |id| format!("{name} of {id}"))
    });
    let vaults = vaults.collect();
    let plans = report.plans.iter().filter(|plan| fails(&plan.checks));
    let plans = plans.map(|plan| plan.plan.name.as_ref().unwrap_or(&plan.plan.id).to_owned());
    let plans = plans.collect();
    let of = |what: &str, of: Option<Audited>, how: Option<HowMany>, names: Vec<String>| {
        let how = how?;
        let Some(of) = of else {
            return Some(format!("{what}s were not read"));
        };
        let more = match how {
            HowMany::All if !stopped => String::new(),
            HowMany::All | HowMany::InPart | HowMany::Unread => {
                format!(", and there may be more {what}s")
            }
        };
        let names = words::few(&names, NAMED);
        let failing = (of.failing > 0).then(|| format!("{} failing ({names})", of.failing));
        let warning = (of.warning > 0).then(|| format!("{} with warnings", of.warning));
        let found: Vec<String> = failing.into_iter().chain(warning).collect();
        let found = if found.is_empty() {
            "none failing".to_owned()
        } else {
            found.join(", ")
        };
        Some(format!("{}: {found}{more}", words::count(of.checked, what)))
    };
    let read = report.read;
    let parts = [
        of(
            "vault",
            summary.vaults,
            read.map(|read| read.vaults),
            vaults,
        ),
        of("plan", summary.plans, read.map(|read| read.plans), plans),
        headline::coverage(report),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        sheet.text(0, &parts.join("; "));
    }
}

/// What a change does, in a line.
fn changes_of(sheet: &mut Sheet, report: &Report) {
    let Some(changes) = report.summary.changes else {
        return;
    };
    let part = |number: usize, word: &str| format!("{number} {word}");
    let parts = [
        part(changes.worse, "worse"),
        part(changes.new, "new"),
        part(changes.better, "better"),
        part(changes.same, "same"),
        part(changes.removed, "removed"),
    ];
    sheet.text(0, &format!("this change: {}", parts.join(", ")));
    if let Some(lost) = headline::lost(report) {
        sheet.item(0, ("warning:", Paint::Unsure), &lost);
    }
}

fn verdict(sheet: &mut Sheet, report: &Report) {
    changes_of(sheet, report);
    let summary = report.summary;
    let waived = match summary.waived {
        0 => String::new(),
        waived => format!(", {waived} waived"),
    };
    let warnings = match summary.warnings {
        0 => String::new(),
        warnings => format!(", {}", words::count(warnings, "warning")),
    };
    let warnings = format!("{waived}{warnings}");
    let lead = lead(report);
    let failing = match &lead {
        Some((_, Paint::Bad)) => format!("; {}", why_failing(report)),
        Some(_) | None => String::new(),
    };
    // What was read in this run is of now.
    let failing = match report.reading.live && !report.reading.of_files {
        true => failing,
        false => format!("{failing} (facts of {})", headline::facts_of(report)),
    };
    let say = |sheet: &mut Sheet, (own, paint): (&str, Paint), text: &str| {
        let own = (own.to_owned(), paint);
        let (word, paint) = lead.clone().unwrap_or(own);
        sheet.item(0, (&format!("{word}:"), paint), &format!("{text}{failing}"));
    };
    if summary.copies == 0 && report.stopped {
        let text = format!("nothing was decided before it was stopped{warnings}");
        sheet.item(0, ("undecided:", Paint::Unsure), &text);
        return;
    }
    if summary.copies == 0 && report.is_open() {
        let text = format!("no copies were found, and there may be some{warnings}");
        return say(sheet, ("undecided", Paint::Unsure), &text);
    }
    if summary.copies == 0 {
        let text = match &lead {
            Some(_) => format!("there were no copies to decide{warnings}"),
            None if !report.removed.is_empty() => {
                let gone = report.removed.len();
                let is = if gone == 1 { "is" } else { "are" };
                format!("{} {is} no longer made{warnings}", words::copies(gone))
            }
            None => format!("there was nothing to decide{warnings}"),
        };
        return say(sheet, ("no copies", Paint::Unsure), &text);
    }
    if summary.copies == 1 {
        let of_one = |word: &str| match &lead {
            Some(_) => format!("1 of 1 copy {word}"),
            None => "1 of 1 copy".to_owned(),
        };
        let (own, paint, rest) = if summary.blocked > 0 {
            let still = if is_still(report) {
                " before and still (--all counts it)"
            } else {
                ""
            };
            let causes = words::count(told(report, false).len(), "cause");
            let fixes = fixes::of_one(report);
            let of = of_one("blocked");
            (
                "blocked",
                Paint::Bad,
                format!("{of}{still}, {causes}, {fixes}"),
            )
        } else if summary.undecided > 0 {
            let of = of_one("undecided");
            let so_far = format!("{of}; nothing blocks it so far");
            ("undecided", Paint::Unsure, so_far)
        } else if report.is_open() {
            let so_far = "1 of 1 copy; as far as is known it is feasible".to_owned();
            ("undecided", Paint::Unsure, so_far)
        } else {
            ("feasible", Paint::Good, of_one("feasible"))
        };
        return say(sheet, (own, paint), &format!("{rest}{warnings}"));
    }
    let counts = [
        (summary.feasible, "feasible", Paint::Good),
        (summary.undecided, "undecided", Paint::Unsure),
        (summary.blocked, "blocked", Paint::Bad),
    ];
    let said = counts.map(|(number, word, _)| format!("{number} {word}"));
    let mut text = format!("{}: {}", words::copies(summary.copies), said.join(", "));
    let mut parts: Vec<(String, Paint)> = counts
        .into_iter()
        .zip(said)
        .filter(|((number, ..), _)| *number > 0)
        .map(|((_, _, paint), said)| (said, paint))
        .collect();
    let still = change::still(report);
    if is_still(report) {
        text += " before and still (--all counts them)";
    } else if summary.blocked > 0 && is_of_change(report) && still > 0 {
        text += &format!(", {still} of them before and still");
    } else if summary.blocked > 0 {
        text += &format!(" by {}", words::count(told(report, false).len(), "cause"));
    }
    text += &warnings;
    if summary.blocked > 0 && !is_still(report) {
        text += &fixes::of_many(report);
    }
    let open = report.is_open() && summary.undecided == 0 && summary.blocked == 0;
    let lead = lead.or_else(|| open.then(|| ("undecided".to_owned(), Paint::Unsure)));
    if let Some((word, paint)) = lead {
        let known = if open { ", as far as is known" } else { "" };
        text = format!("{word}: {text}{known}");
        parts.insert(0, (format!("{word}:"), paint));
    }
    text += &failing;
    sheet.parts(&text, &parts);
}

/// Whether nothing is blocked that was not before a change, and that is why it passes.
fn is_still(report: &Report) -> bool {
    report.exit_code == 0
        && report.summary.blocked > 0
        && headline::verdict(report) == headline::NOTHING_WORSE
}

/// The verdict in a word or two, where the exit code is not what the copies come to: they are waived, as they were, or not all that
/// counts.
fn lead(report: &Report) -> Option<(String, Paint)> {
    let summary = report.summary;
    let of_copies = if summary.blocked > 0 {
        1
    } else if summary.undecided > 0 || report.is_open() {
        3
    } else {
        0
    };
    match report.exit_code {
        _ if report.stopped => None,
        code if code == of_copies => None,
        0 if summary.waived == 0 && summary.changes.is_none() => None,
        0 => {
            let verdict = headline::verdict(report);
            let until = waived_until(report).filter(|_| verdict == headline::WAIVED);
            let until = until.map_or_else(String::new, |day| format!(" until {day}"));
            Some((format!("{verdict}{until}"), Paint::Unsure))
        }
        1 => Some(("failing".to_owned(), Paint::Bad)),
        3 => Some(("undecided".to_owned(), Paint::Unsure)),
        _ => None,
    }
}

/// The first day after which what is waived counts again.
fn waived_until(report: &Report) -> Option<&str> {
    let waivers = report.waivers.iter();
    let used = waivers.filter(|waiver| waiver.fate == Fate::Used);
    used.map(|waiver| waiver.expires.as_str()).min()
}

/// Why the exit code says that something fails, where no copy is blocked.
fn why_failing(report: &Report) -> String {
    let summary = report.summary;
    let of = |what: &str, of: Option<Audited>| {
        let failing = of.map_or(0, |of| of.failing);
        let word = if failing == 1 { "fails" } else { "fail" };
        (failing > 0).then(|| format!("{} {word}", words::count(failing, what)))
    };
    let of_copies = report.warnings.iter().map(|cause| cause.check);
    let of_copies = of_copies.filter(|check| report.raised.contains(check));
    // Those of vaults, plans and resources have no causes.
    let beside = report.all_checks();
    let beside = beside.filter(|check| check.is_raised && check.waived.is_none());
    let raised: BTreeSet<&str> = of_copies.chain(beside.map(CheckReport::id)).collect();
    let raised = raised.into_iter();
    let raised = raised.map(|check| format!("{check} is an error by the configuration"));
    let audited = [
        of("vault", summary.vaults),
        of("plan", summary.plans),
        of("resource", summary.resources),
    ];
    let all: Vec<String> = audited.into_iter().flatten().chain(raised).collect();
    if all.is_empty() {
        return "--strict counts what warns or is undecided".to_owned();
    }
    words::few(&all, 3)
}

/// What to do next, and where to read on.
fn next(sheet: &mut Sheet, report: &Report, options: &Options) {
    let mut parts: Vec<String> = Vec::new();
    if !report.remedies.is_empty() {
        let them = if fixes::number(report) == 1 {
            "it"
        } else {
            "them"
        };
        parts.extend(
            options
                .next
                .as_ref()
                .map(|command| format!("write {them}: {command}")),
        );
    }
    let causes = causes::in_blocks(report, false);
    let failing = causes.last().map(|cause| &**cause);
    let warned = report.warnings.first();
    // What is open says itself what settles it.
    let warned = warned.filter(|_| report.summary.undecided == 0);
    if report.summary.copies > MANY && !options.verbose {
        parts.push("each copy: --format html=report.html".to_owned());
    } else if report.summary.copies > 1 && !options.verbose {
        parts.push("each copy: -v".to_owned());
    } else if let Some(cause) = failing.or(warned) {
        parts.push(format!(
            "the page: backup-preflight explain {}",
            cause.check
        ));
    }
    if parts.is_empty() {
        return;
    }
    let one = parts.join("     ");
    if columns(&one).saturating_add(2) <= sheet.width() {
        sheet.verbatim(&format!("  {one}"));
        return;
    }
    for part in parts {
        sheet.verbatim(&format!("  {part}"));
    }
}
