//! Remedies as files: policies before and after, a script, Terraform, CloudFormation, and the function of a copy in two
//! steps. Plain text is made here; who asked for it writes it.

mod calls;
mod cloudformation;
mod file;
mod function;
mod item;
mod policy;
mod readme;
mod script;
mod stack;
mod terraform;
mod unwritten;

use std::collections::{BTreeMap, BTreeSet};

use super::links::by_number;
use super::table::words::{copies, count, few};
use super::table::{Options, fixes_of_many, fixes_of_one, not_known};
use super::{Report, headline};
use crate::known::AccountId;
use crate::quote::{shell, terminal};
use crate::remedy::Remedy;

use item::{Item, Runs};

pub use file::FixFile;
pub use script::is_kept as is_kept_policy;
pub use unwritten::Unwritten;

/// The remedies as files, the README first; none where there is nothing to change. What they do not make an end of is told in
/// them.
#[must_use]
pub fn fixes(remedies: &[Remedy], unwritten: &[Unwritten]) -> Vec<FixFile> {
    if remedies.is_empty() {
        return Vec::new();
    }
    let items = item::in_order(remedies);
    let mut files = Vec::new();
    for item in &items {
        files.extend(policy::files(item));
        files.extend(steps(item, &items));
    }
    files.extend(terraform::main(&items));
    files.extend(cloudformation::templates(&items));
    files.extend(function::files(&items));
    if Runs::of(&items) != Runs::Nothing {
        let text = script::text(&items, &files, unwritten);
        files.push(FixFile::new(script::NAME, text));
    }
    let readme = readme::text(&items, &files, unwritten);
    files.insert(0, FixFile::new("README.md", readme));
    files
}

/// The changes that are told one by one; more are counted.
const TOLD: usize = 8;

/// What was written, for whoever asked for it: the changes, what the copies come to, and what to do next, last.
#[must_use]
pub fn fixes_summary(
    report: &Report,
    (files, unwritten): (&[FixFile], &[Unwritten]),
    folder: &str,
    options: &Options,
) -> String {
    let summary = report.summary;
    let open = not_known(report, options);
    let gap = if open.is_empty() { "" } else { "\n" };
    let counts = headline::counts(report);
    if files.is_empty() {
        let why = if summary.blocked > 0 {
            "No change that can be written to a file helps; `check` says why"
        } else if summary.undecided > 0 || report.is_open() {
            "Nothing is blocked as far as is known: settle what is undecided, and run it again"
        } else {
            "There is nothing to fix"
        };
        return format!("{open}{gap}{counts}. {why}; nothing was written.\n");
    }
    let mut text = format!(
        "{open}{gap}{} written to {}; nothing was changed in AWS\n",
        count(files.len(), "file"),
        terminal::line(folder)
    );
    let items = item::in_order(&report.remedies);
    let groups = item::grouped(&items);
    for alike in groups.iter().take(TOLD) {
        text.push_str(&format!("  {}\n", of_change(alike)));
    }
    let more = groups.len().saturating_sub(TOLD);
    if more > 0 {
        text.push_str(&format!("  … {more} more: README.md has all\n"));
    }
    for line in unwritten.iter().take(TOLD).map(Unwritten::line) {
        text.push_str(&format!("  {line}\n"));
    }
    let more = unwritten.len().saturating_sub(TOLD);
    if more > 0 {
        text.push_str(&format!(
            "  … {more} more that no file changes: README.md has all\n"
        ));
    }
    text.push_str(&format!("\n{counts}\n{}\n", does(report, &items)));
    let path = |name: &str| shell::word(&format!("{}/{name}", folder.trim_end_matches('/')));
    let script = path(script::NAME);
    match Runs::of(&items) {
        Runs::Unasked => {
            text.push_str(&format!(
                "  make them: bash {script}     (asks before each)\n"
            ));
        }
        Runs::Named(id) => {
            text.push_str(&format!(
                "  choose one, as {id}: bash {script} {id}     (asks before)\n"
            ));
        }
        Runs::Nothing => text.push_str("  all are made by hand\n"),
    }
    text.push_str(&format!("  read: {}\n", path("README.md")));
    text
}

/// What the changes do for the copies, as `check` and `audit` count it; which people make, and which are for no copy.
fn does(report: &Report, items: &[Item<'_>]) -> String {
    let of_copies = match report.summary.copies {
        1 => fixes_of_one(report),
        _ => fixes_of_many(report).trim_start_matches("; ").to_owned(),
    };
    let by_hand = items.iter();
    let by_hand = by_hand.filter(|item| matches!(item.action, item::Action::ByHand));
    let by_hand: Vec<String> = by_hand.map(|item| item.remedy.id.clone()).collect();
    let by_hand = (!by_hand.is_empty() && by_hand.len() < items.len())
        .then(|| format!("{} by hand", few(&by_hand, TOLD)));
    let beside: BTreeSet<&str> = items
        .iter()
        .filter(|item| item.remedy.copies.is_empty())
        .map(|item| &*item.remedy.id)
        .collect();
    let mut others: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for finding in report.findings() {
        let ids = finding.check.remedies.iter();
        let ids = ids.filter(|id| beside.contains(&***id)).cloned();
        let mut ids = ids.peekable();
        if finding.subject.kind() != "copy" && ids.peek().is_some() {
            let all = others.entry(finding.subject.name()).or_default();
            all.extend(ids);
        }
    }
    let others = others.into_iter().map(|(of, ids)| {
        let mut ids: Vec<String> = ids.into_iter().collect();
        ids.sort_by(|one, other| by_number(one, other));
        format!("{}: {of}", few(&ids, TOLD))
    });
    let all = [Some(of_copies).filter(|text| !text.is_empty()), by_hand];
    let all: Vec<String> = all.into_iter().flatten().chain(others).collect();
    terminal::line(&all.join("; ")).into_owned()
}

/// What a change does, or several that are one stack, for how many copies, and whether somebody makes it by hand.
fn of_change(alike: &[&Item<'_>]) -> String {
    let Some(item) = alike.first() else {
        return String::new();
    };
    let mut parts = Vec::new();
    let its_copies = alike.iter().flat_map(|item| &item.remedy.copies);
    match its_copies.collect::<BTreeSet<_>>().len() {
        0 => {}
        number => parts.push(copies(number)),
    }
    if let Some(more) = alike.len().checked_sub(1).filter(|more| *more > 0) {
        parts.push(format!("one stack with {more} more"));
    }
    if matches!(item.action, item::Action::ByHand) {
        parts.push("by hand".to_owned());
    }
    if parts.is_empty() {
        item.title()
    } else {
        format!("{} ({})", item.title(), parts.join(", "))
    }
}

/// The commands of what is done by hand, or that show one copy by hand.
fn steps(item: &Item<'_>, items: &[Item<'_>]) -> Option<FixFile> {
    if !item.has_steps() {
        return None;
    }
    let id = &item.remedy.id;
    let whose = match item.remedy.account {
        Some(account) => format!("In account {account} (ACCOUNT_{id}=ID names another)"),
        None => format!("In an account that is not known: set ACCOUNT_{id} to its id"),
    };
    let how = if item.remedy.places.is_empty() {
        "Read it, fill in what is left open, and run it line by line."
    } else {
        "A plan or a template makes it: change it there, and deploy that."
    };
    let is_script = item.remedy.places.is_empty();
    let runs = if is_script {
        "#!/usr/bin/env bash\n# shellcheck disable=SC2016\n"
    } else {
        ""
    };
    let mut text = format!(
        "{runs}# {}\n# {whose}. {how}\n{}",
        shell::comment(&item.title()),
        before(item, items)
    );
    let commands = item.remedy.commands();
    if is_script {
        text.push('\n');
        text.push_str(IN_ACCOUNT);
        if commands
            .first()
            .and_then(|first| account_of(first))
            .is_none()
        {
            let account = item.remedy.account;
            let account = account.map_or_else(String::new, |account| account.to_string());
            text.push_str(&format!("in_account \"${{ACCOUNT_{id}:-{account}}}\"\n"));
        }
    }
    for command in &*commands {
        text.push('\n');
        match account_of(command).filter(|_| is_script) {
            Some((account, rest)) => text.push_str(&format!("in_account {account}\n{rest}")),
            None => text.push_str(command),
        }
        text.push('\n');
    }
    Some(FixFile::new(item.steps(), text))
}

/// What comes first, and where its commands are.
fn before(item: &Item<'_>, items: &[Item<'_>]) -> String {
    let required = items.iter();
    let required = required.filter(|it| item.remedy.requires.contains(&it.remedy.id));
    let each = required.map(|it| {
        let id = &it.remedy.id;
        if it.has_steps() {
            format!("{id} ({})", it.steps())
        } else {
            id.clone()
        }
    });
    let each: Vec<String> = each.collect();
    if each.is_empty() {
        return String::new();
    }
    format!("# After {}.\n", each.join(", "))
}

/// Stops where the credentials are of another account: what is run line by line is run where one is signed in.
const IN_ACCOUNT: &str = include_str!("in_account.sh");

/// The account in which commands are run, as their first line says it, and those lines that follow.
fn account_of(command: &str) -> Option<(&str, &str)> {
    let (first, rest) = command.split_once('\n')?;
    let says = first.strip_prefix("# in account ")?;
    let account = says.split([',', ' ']).next()?;
    AccountId::parse(account).ok()?;
    Some((account, rest))
}
