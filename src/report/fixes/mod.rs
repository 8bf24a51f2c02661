//! Remedies as files: policies before and after, a script, Terraform, CloudFormation, and the function of a copy in two
//! steps. Plain text is made here; who asked for it writes it.

mod cloudformation;
mod file;
mod function;
mod item;
mod policy;
mod readme;
mod script;
mod terraform;

use super::table::words::{copies, count};
use super::table::{Options, not_known};
use super::{Report, headline};
use crate::known::AccountId;
use crate::quote::{shell, terminal};
use crate::remedy::Remedy;

use item::Item;

pub use file::FixFile;

/// The remedies as files, the README first; none where there is nothing to change.
#[must_use]
pub fn fixes(remedies: &[Remedy]) -> Vec<FixFile> {
    if remedies.is_empty() {
        return Vec::new();
    }
    let items = item::in_order(remedies);
    let mut files = Vec::new();
    for item in &items {
        files.extend(policy::files(item));
        files.extend(steps(item));
    }
    files.push(FixFile::new("apply.sh", script::text(&items)));
    files.extend(terraform::main(&items));
    files.extend(cloudformation::templates(&items));
    files.extend(function::files(&items));
    let readme = readme::text(&items, &files);
    files.insert(0, FixFile::new("README.md", readme));
    files
}

/// The changes that are told one by one; more are counted.
const TOLD: usize = 8;

/// What was written, for whoever asked for it: the changes, what the copies come to, and what to do next, last.
#[must_use]
pub fn fixes_summary(
    report: &Report,
    files: &[FixFile],
    folder: &str,
    options: &Options,
) -> String {
    let summary = report.summary;
    let open = not_known(report, options);
    let gap = if open.is_empty() { "" } else { "\n" };
    let counts = headline::counts(report);
    if files.is_empty() {
        let why = if summary.blocked > 0 {
            "No change that could be written down helps; `check` says why"
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
    for item in items.iter().take(TOLD) {
        text.push_str(&format!("  {}{}\n", item.title(), of_change(item)));
    }
    let more = items.len().saturating_sub(TOLD);
    if more > 0 {
        text.push_str(&format!("  … {more} more: README.md has all\n"));
    }
    let is_by_hand = |item: &&Item<'_>| matches!(item.action, item::Action::ByHand);
    let by_hand = match items.iter().filter(is_by_hand).count() {
        0 => String::new(),
        number => format!(", {number} of them by hand"),
    };
    let helps = report.unblocked.map_or_else(String::new, |unblocked| {
        format!(
            "; together they unblock {unblocked} of {}",
            copies(summary.blocked)
        )
    });
    text.push_str(&format!(
        "\n{counts}\n{}{by_hand}{helps}\n",
        count(items.len(), "change")
    ));
    let path = |name: &str| shell::word(&format!("{}/{name}", folder.trim_end_matches('/')));
    text.push_str(&format!(
        "  make them: bash {}     (asks before each)\n  read: {}\n",
        path("apply.sh"),
        path("README.md")
    ));
    text
}

/// How many copies a change is for, and whether somebody makes it by hand.
fn of_change(item: &Item<'_>) -> String {
    let mut parts = Vec::new();
    match item.remedy.copies.len() {
        0 => {}
        number => parts.push(copies(number)),
    }
    if matches!(item.action, item::Action::ByHand) {
        parts.push("by hand".to_owned());
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

/// The commands of what is done by hand, or that show one copy by hand.
fn steps(item: &Item<'_>) -> Option<FixFile> {
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
    let mut text = format!("# {}\n# {whose}. {how}\n", shell::comment(&item.title()));
    let is_script = item.remedy.places.is_empty();
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
