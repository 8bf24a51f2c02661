//! The shell: it fetches the facts, hands them to the plain functions, and prints what comes back. The only place that
//! holds two ends.

#![allow(clippy::disallowed_methods, reason = "the shell reads the environment")]

mod audit;
#[cfg(feature = "live")]
mod aws;
mod backtest;
pub mod batches;
mod collect;
mod copies;
mod decide;
mod gather;
mod permissions;
mod print;
#[cfg(feature = "live")]
mod survey;
mod targets;

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use clap::CommandFactory as _;

use crate::catalog;
use crate::checks;
use crate::cli::{Assume, Check, Cli, Command, Fix, Format, Given, Output, Schema, Told};
use crate::inventory::{self, Assumption, Facts, Inventory};
use crate::known::ResourceType;
use crate::plans;
use crate::policy::wire;
use crate::quote::json::printable;
use crate::quote::terminal;
use crate::report::{self, Summary};
use crate::sources::folder::Folder;
use crate::sources::{recorded, stop};
use copies::Asked;
use decide::Found;
use gather::{Gathered, facts_for, narrow};
use print::{deliver, how_to_print, print, say, warn, warn_of_more, width, write_report};
use targets::{Formats, Targets};

/// Everything that was asked holds.
const GOOD: u8 = 0;
/// Something is blocked.
const BLOCKED: u8 = 1;
/// Nothing was decided.
const WRONG: u8 = 2;
/// Something is undecided, and nothing blocked.
const UNDECIDED: u8 = 3;
/// Ctrl-C.
const INTERRUPTED: u8 = 130;
/// Does what the command line asks. Errors go to standard error, with exit code 2.
#[must_use]
pub fn run() -> ExitCode {
    let asked = match Cli::read() {
        Ok(asked) => asked,
        Err(told) => return ExitCode::from(tell(&told)),
    };
    stop::watch();
    ExitCode::from(code(&asked))
}

/// Does what the command line asks, and gives the exit code.
#[must_use]
pub fn code(cli: &Cli) -> u8 {
    match task(cli) {
        Ok(code) => code,
        Err(_) if stop::asked().is_some() => stopped(),
        Err(error) => {
            say(&format!("error: {}", terminal::line(&with_causes(&error))));
            WRONG
        }
    }
}

/// The exit code of a run that was stopped, which says so.
fn stopped() -> u8 {
    say("stopped: what was printed or written is not all");
    stop::asked().unwrap_or(INTERRUPTED)
}

/// Tells what the command line asked for instead of a task, or what is wrong with it.
fn tell(told: &Told) -> u8 {
    match told {
        Told::Asked(text) => print(text).unwrap_or_else(|error| {
            say(&format!("error: {}", terminal::line(&with_causes(&error))));
            WRONG
        }),
        Told::Wrong(text) => {
            say(text.trim_end());
            WRONG
        }
    }
}

fn task(cli: &Cli) -> anyhow::Result<u8> {
    match &cli.command {
        Command::Check(asked) => check(asked, &cli.output),
        Command::Collect(asked) => collect::collect(asked, &cli.output),
        Command::Audit(asked) => audit::audit(asked, &cli.output),
        Command::Backtest(asked) => backtest::backtest(asked, &cli.output),
        Command::Fix(asked) => fix(asked, &cli.output),
        Command::Explain {
            message: Some(message),
            ..
        } => explain_message(message, &cli.output),
        Command::Explain { id, .. } => explain(id.as_deref()),
        Command::Simulate { requests } => simulate(requests),
        Command::Capabilities { r#type } => capabilities(r#type.as_deref(), &cli.output),
        Command::Permissions { side, partition } => print(&permissions::text(*side, partition)?),
        Command::Schema { of } => schema(*of),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "backup-preflight", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            print(&String::from_utf8_lossy(&page))
        }
    }
}

fn check(asked: &Check, output: &Output) -> anyhow::Result<u8> {
    decide(asked, output, |found, formats| {
        write_report(found, output, formats)
    })
}

/// Decides, writes the remedies as files, and ends as `check` would.
fn fix(asked: &Fix, output: &Output) -> anyhow::Result<u8> {
    let folder = Folder::claim(&asked.dir, asked.force)?;
    decide(&asked.check, output, |found, formats| {
        if !output.format.is_empty() {
            write_report(found, output, formats)?;
        }
        let files = report::fixes(&found.remedies);
        if !files.is_empty() {
            folder.write(files.iter().map(|file| (&*file.path, &*file.text)))?;
        }
        let text = report::fixes_summary(&found.totals, &files, &asked.dir.display().to_string());
        if output.format.iter().any(|to| to.file.is_none()) {
            if !output.quiet {
                say(text.trim_end());
            }
        } else {
            print(&text)?;
        }
        Ok(())
    })
}

/// Decides the copies that are asked about and has it told; the exit code says what they come to.
fn decide(
    asked: &Check,
    output: &Output,
    tell: impl FnOnce(&Found<'_>, Formats) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let given = &asked.facts;
    let mut targets = Targets::claim(output, given.save.as_deref(), &given.inventory)?;
    let Gathered {
        mut inventory,
        stopped: was_stopped,
    } = facts_for(asked, output)?;
    narrow(&mut inventory, asked);
    targets.save(|| to_json(&inventory))?;
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).assuming(assumed(&asked.facts));
    let mut wanted = copies::asked_for(asked, &inventory, &facts)?;
    warn_of_more(output, "a plan may make more copies", &wanted.gaps);
    let is_open = !wanted.open.is_empty();
    if asked.and_back {
        let back = ways_back(&wanted.copies, &facts, output);
        wanted.copies.extend(back);
    }
    let found = Found::of(wanted, &facts);
    let is_cut = was_stopped || found.is_cut;
    let summary = found.totals.summary;
    if summary.copies == 0 {
        warn(
            output,
            if is_open || is_cut {
                "there are no copies to decide: what was read names none"
            } else {
                "there are no copies to decide: the inventory names none, and no plan makes any"
            },
        );
    }
    tell(&found, targets.formats)?;
    Ok(if is_cut {
        // A signal ended the reading or the deciding: this is what was known then.
        stopped()
    } else {
        exit_code(summary, is_open, output.strict)
    })
}

/// The ways back of all copies that say where they come from.
fn ways_back<'a>(copies: &[Asked<'_>], facts: &Facts<'_>, output: &Output) -> Vec<Asked<'a>> {
    let ids: HashSet<&str> = copies.iter().map(Asked::id).collect();
    let mut back = Vec::new();
    for copy in copies {
        let copy = copy.copy(facts);
        match copy.back() {
            Some(named) => back.push(named),
            None => warn(
                output,
                &format!(
                    "the way back of `{}` is not decided: its source vault is not known",
                    copy.id
                ),
            ),
        }
    }
    inventory::tell_apart(&mut back, |id| ids.contains(id));
    let back = back.into_iter();
    back.map(|named| Asked::Made(Box::new(named))).collect()
}

/// What is taken for granted where it was not read.
fn assumed(given: &Given) -> impl Iterator<Item = Assumption> + '_ {
    given.assume.iter().map(|fact| match fact {
        Assume::OrganizationPoliciesAllow => Assumption::OrganizationPoliciesAllow,
    })
}

/// The contract's exit codes. `open`: a plan may make more copies, as not all of it was read.
fn exit_code(summary: Summary, open: bool, strict: bool) -> u8 {
    let unclean = open || summary.undecided > 0 || summary.warnings > 0 || summary.copies == 0;
    if summary.blocked > 0 || (strict && unclean) {
        BLOCKED
    } else if open || summary.undecided > 0 {
        UNDECIDED
    } else {
        GOOD
    }
}

/// The one of these names that was meant, where one is near enough.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.map(|known| (strsim::jaro_winkler(known, name), known));
    near.max_by(|(one, _), (other, _)| one.total_cmp(other))
        .filter(|(likeness, _)| *likeness > 0.8)
        .map(|(_, known)| known)
}

fn explain(id: Option<&str>) -> anyhow::Result<u8> {
    let Some(id) = id else {
        return print(&report::list());
    };
    match checks::find(id) {
        Some(check) => print(&report::page(check)),
        None => {
            let ids = checks::CHECKS.iter().map(|check| check.id);
            let hint = nearest(id, ids)
                .map(|id| format!("; did you mean `{id}`?"))
                .unwrap_or_default();
            bail!("there is no check `{id}`{hint} (`backup-preflight explain` lists them)")
        }
    }
}

fn explain_message(message: &str, output: &Output) -> anyhow::Result<u8> {
    let formats = Targets::claim(output, None, &[])?.formats;
    let message = if message == "-" {
        let (_, bytes) = recorded::bytes(Path::new("-"))?;
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        message.to_owned()
    };
    let Some(explained) = report::Explained::of(&message) else {
        let hint = report::nearest_message(&message)
            .map(|wording| format!("; the nearest is: {wording}"))
            .unwrap_or_default();
        bail!("this is no status message that AWS documents{hint}")
    };
    for (format, file) in formats {
        let text = match format {
            Format::Table => {
                let (width, color) = how_to_print(file.is_some(), output);
                report::message_page(&explained, width, color)
            }
            Format::Json => report::message_json(&explained),
            Format::Ndjson => bail!("a message is explained as table or json"),
        };
        deliver(file, &text)?;
    }
    Ok(GOOD)
}

fn simulate(requests: &Path) -> anyhow::Result<u8> {
    let (_, bytes) = recorded::bytes(requests)?;
    print(&printable(wire::answers(&bytes)))
}

fn capabilities(of: Option<&str>, output: &Output) -> anyhow::Result<u8> {
    let formats = Targets::claim(output, None, &[])?.formats;
    let of = match of.map(ResourceType::parse) {
        Some(ResourceType::Other(name)) => {
            let known: Vec<&str> = ResourceType::ALL.iter().map(ResourceType::as_str).collect();
            bail!(
                "there is no resource type `{name}` in AWS Backup's feature table; there are: {}",
                known.join(", ")
            )
        }
        of => of,
    };
    let rows: Vec<_> = catalog::rows(of.as_ref()).collect();
    for (format, file) in formats {
        let text = match format {
            Format::Table => report::capabilities_table(&rows, width()),
            Format::Json => report::capabilities_json(&rows),
            Format::Ndjson => bail!("capabilities are printed as table or json"),
        };
        deliver(file, &text)?;
    }
    Ok(GOOD)
}

fn schema(format: Schema) -> anyhow::Result<u8> {
    let schema = match format {
        Schema::Inventory => inventory::schema(),
        Schema::Report => report::report_schema(),
    };
    print(&format!("{schema:#}\n"))
}

fn to_json(inventory: &Inventory) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(inventory)?;
    text.push('\n');
    Ok(printable(text))
}

/// An error with its causes, each said once.
fn with_causes(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text.push_str(": ");
            text.push_str(&cause);
        }
    }
    text
}
