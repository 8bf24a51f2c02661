//! The changes: what is added, a line a statement, or the command; all of each for who wants to see everything.

use std::collections::BTreeSet;

use similar::TextDiff;
use smol_str::SmolStr;

use crate::quote::terminal;
use crate::remedy::{Remedy, SourcePlace};
use crate::report::Report;
use crate::report::in_source::kind_of;
use crate::report::line::pretty;
use crate::report::remedy::besides;
use crate::report::ways::{Choice, choices};

use super::sheet::{Paint, Sheet};
use super::{statement, words};

/// The remedies that a block names.
const SHOWN: usize = 3;
/// The ids of other ways that are named.
const NAMED: usize = 8;
/// Of more commands the first is shown.
const COMMANDS: usize = 2;
/// The lines that are to be written in a plan or a template, and are shown.
const WRITTEN: usize = 4;
/// The calls of a step that are named.
const CALLS: usize = 3;

/// The remedies of a cause. One that was shown before is named alone.
pub fn of(
    sheet: &mut Sheet,
    report: &Report,
    ids: &[String],
    verbose: bool,
    written: &mut BTreeSet<String>,
) {
    let ids: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    let remedies = report.remedies.iter();
    for choice in choices(remedies.filter(|remedy| ids.contains(&*remedy.id))) {
        of_choice(sheet, &choice, verbose, written);
    }
}

/// The ways of a choice: where there are many changes, of each way the first.
fn of_choice(
    sheet: &mut Sheet,
    choice: &Choice<'_>,
    verbose: bool,
    written: &mut BTreeSet<String>,
) {
    let all: usize = choice.ways.iter().map(|way| way.changes.len()).sum();
    let is_one = choice.ways.len() == 1;
    let shown = if all <= SHOWN || is_one { SHOWN } else { 1 };
    let mut label = "fix";
    let ways = choice.ways.iter().take(SHOWN).enumerate();
    let alike = ways.flat_map(|(place, way)| {
        let kinds = if is_one {
            vec![way.changes.clone()]
        } else {
            way.by_kind()
        };
        let kinds = kinds.into_iter().enumerate();
        kinds.map(move |(kind, changes)| (place, way, kind, changes))
    });
    for (place, way, kind, alike) in alike {
        for (number, remedy) in alike.iter().take(shown).enumerate() {
            let (lead, part) = match (place, kind, number) {
                (0, 0, 0) => ("", choice.part(way)),
                (_, 0, 0) => ("or ", choice.part(way)),
                _ if is_one => ("", String::new()),
                _ => ("and ", String::new()),
            };
            let label = std::mem::take(&mut label);
            if written.insert(remedy.id.clone()) {
                let text = format!("{lead}{}{part}", title(remedy));
                sheet.field(2, (label, Paint::Good), &text);
                changes(sheet, remedy, verbose);
            } else {
                let text = format!("{lead}{}, as above{part}", remedy.id);
                sheet.field(2, (label, Paint::Quiet), &text);
            }
        }
        let rest = alike.get(shown..).unwrap_or_default();
        let text = match rest {
            [] => continue,
            _ if is_one => format!("and {} more changes", rest.len()),
            _ => {
                let ids: Vec<String> = rest.iter().map(|remedy| remedy.id.clone()).collect();
                let like = words::count(rest.len(), "change");
                format!("and {like} like it: {}", words::few(&ids, SHOWN))
            }
        };
        sheet.field(2, ("", Paint::Quiet), &text);
    }
    let rest = choice.ways.len().saturating_sub(SHOWN);
    if rest > 0 {
        let text = format!("or {}", words::count(rest, "more way"));
        sheet.field(2, ("", Paint::Quiet), &text);
    }
}

/// `r1, in 111122223333: let … use the key (proven)`.
fn title(remedy: &Remedy) -> String {
    let account = remedy.account.map_or_else(
        || "an unknown account".to_owned(),
        |account| account.to_string(),
    );
    let proven = match remedy.proven {
        Some(true) => "proven",
        Some(false) => "not proven: the checks do not pass with it",
        None => "not provable from these facts",
    };
    let mut after = if remedy.requires.is_empty() {
        String::new()
    } else {
        format!(", after {}", remedy.requires.join(", "))
    };
    if let Some(ids) = besides(remedy) {
        after += &format!(", with {ids}");
    }
    format!(
        "{}, in {account}{after}: {} ({proven})",
        remedy.id, remedy.title
    )
}

/// The statements that go and those that are added; else the commands that are one line each.
fn changes(sheet: &mut Sheet, remedy: &Remedy, verbose: bool) {
    let removed = remedy.removed();
    let is_of_policy = !removed.is_empty() || !remedy.added.is_empty();
    if let Some(place) = remedy.places.first() {
        let (word, text) = match new_resource(remedy) {
            Some(kind) => {
                let beside = format!("{}: a new {kind}", place.words());
                let mut all = remedy.places.iter();
                // It has no line, as the change takes it away.
                let is_gone = |other: &&SourcePlace| other.line.is_none() && place.line.is_some();
                match all.find(|other| is_gone(other) && kind_of(&other.address) == kind) {
                    Some(gone) => ("keep", format!("{}, or beside {beside}", gone.address)),
                    None => ("beside", beside),
                }
            }
            None => ("in", place.words()),
        };
        sheet.item(9, (word, Paint::Quiet), &text);
        if !is_of_policy {
            return in_source(sheet, remedy, verbose);
        }
    }
    for gone in &removed {
        changed(sheet, Paint::Bad, &format!("- {}", statement::line(gone)));
    }
    for added in &remedy.added {
        let text = format!("+ {}", statement::instead(added, &removed));
        changed(sheet, Paint::Good, &text);
    }
    if is_of_policy {
        return;
    }
    steps(sheet, &remedy.commands(), verbose);
}

/// What is to be written in the plan or the template: where it is short, all of it.
fn in_source(sheet: &mut Sheet, remedy: &Remedy, verbose: bool) {
    let commands = remedy.commands();
    let text = commands.first().and_then(|text| text.split_once('\n'));
    let Some((_, text)) = text else {
        return;
    };
    if verbose || text.lines().count() > WRITTEN {
        let text = if verbose {
            "as above"
        } else {
            "(-v shows what to write)"
        };
        sheet.item(9, ("", Paint::Quiet), text);
        return;
    }
    for line in text.lines() {
        sheet.verbatim(&format!("           {line}"));
    }
}

/// The steps of a change, as far as each is a line; of more the first.
fn steps(sheet: &mut Sheet, commands: &[SmolStr], verbose: bool) {
    if verbose && !commands.iter().all(|command| is_short(command)) {
        let text = format!("{}, above", words::count(commands.len(), "step"));
        sheet.item(9, ("", Paint::Quiet), &text);
        return;
    }
    // What is kept for a later step tells nothing.
    let sets = |command: &SmolStr| {
        let name = command.split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    };
    if commands.len() > 1 && commands.first().is_some_and(sets) {
        let calls = calls(commands.iter().flat_map(|command| command.lines()));
        let steps = words::count(commands.len(), "step");
        let text = format!("{} ({steps}, which -v shows)", words::few(&calls, CALLS));
        sheet.item(9, ("$", Paint::Quiet), &text);
        return;
    }
    let is_all = commands.len() <= COMMANDS && commands.iter().all(|command| is_short(command));
    let shown = if is_all { COMMANDS } else { 1 };
    for command in commands.iter().take(shown) {
        step(sheet, command);
    }
    let rest = commands.len().saturating_sub(shown);
    if rest > 0 {
        let text = format!("{} more (-v shows all)", words::count(rest, "step"));
        sheet.item(9, ("…", Paint::Quiet), &text);
    }
}

/// Whether a step is a command of a line.
fn is_short(command: &str) -> bool {
    !command.contains('\n') && !command.starts_with('#')
}

/// A step: the command, or what is said before it and which calls it makes.
fn step(sheet: &mut Sheet, command: &str) {
    if is_short(command) {
        sheet.verbatim(&format!("         $ {command}"));
        return;
    }
    let said = command.lines().take_while(|line| line.starts_with('#'));
    for line in said.clone() {
        sheet.item(9, ("", Paint::Quiet), line.trim_start_matches(['#', ' ']));
    }
    let calls = calls(command.lines().skip(said.count()));
    if !calls.is_empty() {
        let text = format!("{} (-v shows it)", words::few(&calls, CALLS));
        sheet.item(9, ("$", Paint::Quiet), &text);
    }
}

/// The calls of AWS that commands make to change something, in their order: `aws kms create-key`.
fn calls<'c>(lines: impl Iterator<Item = &'c str>) -> Vec<String> {
    let mut calls: Vec<String> = Vec::new();
    for line in lines {
        let each = line.split("aws ").skip(1).filter_map(|call| {
            let mut words = call.split(' ');
            let (service, call) = (words.next()?, words.next()?);
            let is_word = |word: &str| {
                word.chars()
                    .all(|c| c.is_ascii_lowercase() || c == '-' || c.is_ascii_digit())
            };
            (is_word(service) && is_word(call)).then(|| format!("aws {service} {call}"))
        });
        for call in each {
            let reads = [" describe-", " get-", " list-"]
                .iter()
                .any(|verb| call.contains(verb));
            if !reads && !calls.contains(&call) {
                calls.push(call);
            }
        }
    }
    calls
}

/// The type of the Terraform resource that a change adds beside the one that it is of, which has no such argument.
fn new_resource(remedy: &Remedy) -> Option<String> {
    let commands = remedy.commands();
    let (_, text) = commands.first()?.split_once("\nresource \"")?;
    text.split_once('"').map(|(kind, _)| kind.to_owned())
}

/// A statement that goes or is added.
fn changed(sheet: &mut Sheet, paint: Paint, text: &str) {
    let lines = super::wrapped(text, sheet.width(), 11, 13);
    for (index, line) in lines.iter().enumerate() {
        let margin = " ".repeat(if index == 0 { 11 } else { 13 });
        let line = sheet.paint(paint, line);
        sheet.as_it_stands(&format!("{margin}{line}"));
    }
}

/// Every remedy with all that it takes, in the order in which they are made.
pub fn all(sheet: &mut Sheet, report: &Report) {
    if report.remedies.is_empty() {
        return;
    }
    sheet.title("Changes to make");
    for remedy in in_order(&report.remedies) {
        sheet.gap();
        sheet.item(
            0,
            (&format!("{},", remedy.id), Paint::Title),
            title(remedy).split_once(", ").map_or("", |(_, rest)| rest),
        );
        sheet.field(2, ("on", Paint::Quiet), &remedy.subject);
        if !remedy.alternative_to.is_empty() {
            sheet.field(
                2,
                ("or", Paint::Quiet),
                &format!("instead: {}", words::few(&remedy.alternative_to, NAMED)),
            );
        }
        if !remedy.copies.is_empty() {
            sheet.field(2, ("fixes", Paint::Quiet), &remedy.copies.join(", "));
        }
        difference(sheet, remedy);
        for command in &*remedy.commands() {
            sheet.gap();
            sheet.verbatim(command);
        }
    }
}

fn difference(sheet: &mut Sheet, remedy: &Remedy) {
    let Some(after) = &remedy.policy_after() else {
        return;
    };
    let before = remedy
        .policy_before()
        .as_ref()
        .map(|before| format!("{}\n", pretty(before)));
    let (before, after) = (before.unwrap_or_default(), format!("{}\n", pretty(after)));
    let lines = TextDiff::from_lines(&*before, &*after);
    let lines = lines.unified_diff().context_radius(2).to_string();
    for line in lines.lines() {
        let paint = match line.chars().next() {
            Some('+') => Paint::Good,
            Some('-') => Paint::Bad,
            Some('@') => Paint::Quiet,
            Some(_) | None => {
                sheet.verbatim(&format!("  {line}"));
                continue;
            }
        };
        let line = sheet.paint(paint, &terminal::line(line));
        sheet.as_it_stands(&format!("  {line}"));
    }
}

/// Every remedy once, after those that it requires; otherwise as they are numbered.
fn in_order(remedies: &[Remedy]) -> Vec<&Remedy> {
    let mut order: Vec<&Remedy> = Vec::with_capacity(remedies.len());
    let mut written: BTreeSet<&str> = BTreeSet::new();
    let mut left: Vec<&Remedy> = remedies.iter().collect();
    while !left.is_empty() {
        let is_free = |remedy: &Remedy| {
            let mut waits = remedy
                .requires
                .iter()
                .filter(|id| !written.contains(id.as_str()));
            !waits.any(|id| left.iter().any(|other| other.id == *id))
        };
        let (free, waiting): (Vec<&Remedy>, Vec<&Remedy>) =
            left.iter().partition(|remedy| is_free(remedy));
        // Remedies that wait for each other are not of our making; they are told, so that none is lost.
        let (free, waiting) = if free.is_empty() {
            (waiting, free)
        } else {
            (free, waiting)
        };
        written.extend(free.iter().map(|remedy| remedy.id.as_str()));
        order.extend(free);
        left = waiting;
    }
    order
}
