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
mod next;
mod permissions;
mod print;
#[cfg(feature = "live")]
mod survey;

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use clap::CommandFactory as _;

use crate::catalog;
use crate::checks;
use crate::cli::{Assume, Check, Cli, Command, Fix, Format, Given, Output, Schema};
use crate::inventory::{self, Assumption, Facts, Inventory};
use crate::known::ResourceType;
use crate::plans;
use crate::policy::wire;
use crate::report::{self, Summary};
use crate::sources::{folder, recorded};
use copies::Asked;
use decide::{Found, How};
use gather::{Gathered, facts_for, narrow};
use print::{
    deliver, formats, one_format_to_standard_output, options, print, warn, warn_of_more,
    write_report,
};

/// Everything that was asked holds.
const GOOD: u8 = 0;
/// Something is blocked.
const BLOCKED: u8 = 1;
/// Nothing was decided.
const WRONG: u8 = 2;
/// Something is undecided, and nothing blocked.
const UNDECIDED: u8 = 3;
/// Ctrl-C.
const STOPPED: u8 = 130;

/// Does what the command line asks. Errors go to standard error, with exit code 2.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    match task(cli) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("error: {}", with_causes(&error));
            ExitCode::from(WRONG)
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
    decide(asked, output, |found| write_report(found, output))
}

/// Decides, writes the remedies as files, and ends as `check` or `audit` would.
fn fix(asked: &Fix, output: &Output) -> anyhow::Result<u8> {
    let write = |found: &Found<'_>| {
        if !output.format.is_empty() {
            write_report(found, output)?;
        }
        let files = report::fixes(&found.report.remedies);
        if !files.is_empty() {
            let files = files.iter().map(|file| (&*file.path, &*file.text));
            folder::write_all(&asked.dir, files, asked.force)?;
        }
        let text = report::fixes_summary(&found.report, &files, &asked.dir.display().to_string());
        if output.format.iter().any(|to| to.file.is_none()) {
            if !output.quiet {
                eprint!("{text}");
            }
        } else {
            print(&text)?;
        }
        Ok(())
    };
    let Check { facts, aws, .. } = &asked.check;
    if !asked.audit && !asked.estate.is_chosen() {
        return decide(&asked.check, output, write);
    }
    if let Some(option) = asked.check.narrowed_by() {
        bail!("--audit decides everything that there is; leave out {option}, or --audit");
    }
    audit::decide((facts, &asked.estate, aws), &[], output, write)
}

/// Decides the copies that are asked about and has it told; the exit code says what they come to.
fn decide(
    asked: &Check,
    output: &Output,
    tell: impl FnOnce(&Found<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    one_format_to_standard_output(output)?;
    let Gathered {
        mut inventory,
        stopped,
        reading,
    } = facts_for(asked, output)?;
    narrow(&mut inventory, asked);
    if let Some(file) = &asked.facts.save {
        recorded::write(file, &to_json(&inventory)?)?;
    }
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).assuming(assumed(&asked.facts));
    let mut wanted = copies::asked_for(asked, &inventory, &facts)?;
    warn_of_more(output, "a plan may make more copies", &wanted.gaps);
    let is_open = !wanted.open.is_empty();
    if asked.and_back {
        let back = ways_back(&wanted.copies, &facts, output);
        wanted.copies.extend(back);
    }
    let how = How {
        only: &[],
        everything: output.verbose,
        reading: &reading.with_vaults(&facts),
    };
    let mut found = Found::of(wanted, &facts, None, how);
    let summary = found.report.summary;
    if summary.copies == 0 {
        warn(
            output,
            if is_open || stopped {
                "there are no copies to decide: what was read names none"
            } else {
                "there are no copies to decide: the inventory names none, and no plan makes any"
            },
        );
    }
    let code = if stopped {
        // Ctrl-C ended the reading: this is what was known then.
        STOPPED
    } else {
        exit_code(summary, is_open, output.strict)
    };
    found.report.exit_code = code;
    found.report.stopped = stopped;
    tell(&found)?;
    Ok(code)
}

/// The ways back of all copies that say where they come from.
fn ways_back<'a>(copies: &[Asked<'_>], facts: &Facts<'_>, output: &Output) -> Vec<Asked<'a>> {
    let mut back = Vec::new();
    for copy in copies {
        let copy = copy.copy(facts);
        match copy.back() {
            Some(named) => back.push(Asked::Made(Box::new(named))),
            None => warn(
                output,
                &format!(
                    "the way back of `{}` is not decided: its source vault is not known",
                    copy.id
                ),
            ),
        }
    }
    back
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
    one_format_to_standard_output(output)?;
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
    for (format, file) in formats(output) {
        let text = match format {
            Format::Table => report::message_page(&explained, &options(file, output)),
            Format::Json => report::message_json(&explained),
            Format::Ndjson => bail!("a message is explained as table or json"),
        };
        deliver(file, &text)?;
    }
    Ok(GOOD)
}

fn simulate(requests: &Path) -> anyhow::Result<u8> {
    let (_, bytes) = recorded::bytes(requests)?;
    print(&wire::answers(&bytes))
}

fn capabilities(of: Option<&str>, output: &Output) -> anyhow::Result<u8> {
    one_format_to_standard_output(output)?;
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
    for (format, file) in formats(output) {
        let text = match format {
            Format::Table => report::capabilities_table(&rows, &options(file, output)),
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
    Ok(text)
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
