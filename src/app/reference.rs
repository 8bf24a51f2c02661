//! What needs no inventory: pages of checks, messages, the evaluator by itself, tables and schemas.

use std::path::Path;

use anyhow::{Context as _, bail};
use clap::CommandFactory as _;

use crate::catalog;
use crate::checks;
use crate::cli::{Cli, Format, Output, Schema};
use crate::inventory;
use crate::known::{ResourceType, near};
use crate::policy::wire;
use crate::quote::json::printable;
use crate::report;
use crate::sources::recorded;

use super::code::GOOD;
use super::formats::{as_text, only};
use super::print::{deliver, options, print, warn, width};
use super::targets::Targets;

/// The command of a name, or all of them.
pub(super) fn command(name: Option<&str>) -> anyhow::Result<clap::Command> {
    let mut all = Cli::command();
    all.build();
    let Some(name) = name else {
        return Ok(all);
    };
    let found = all.find_subcommand(name).cloned();
    found.with_context(|| {
        let names = all.get_subcommands().map(clap::Command::get_name);
        let hint = near::meant(name, names)
            .map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
        format!("there is no command `{name}`{hint}")
    })
}

pub(super) fn explain(id: Option<&str>, output: &Output) -> anyhow::Result<u8> {
    as_text(output, "explain", "the page of a check is text")?;
    let Some(id) = id else {
        return print(&report::set(&report::list(), width(false), 2));
    };
    let written = id.to_ascii_lowercase().replace('_', "-");
    match checks::find(&written) {
        Some(check) => print(&match width(false) {
            None => report::page(check),
            columns => report::set(&report::flowing(&report::page_to_read(check)), columns, 0),
        }),
        None if id.contains(char::is_whitespace) => {
            bail!(
                "there is no check `{id}`; a StatusMessage of a job is given as --message: backup-preflight explain --message TEXT"
            )
        }
        None => {
            let ids = checks::CHECKS.iter().map(|check| check.id);
            let hint = near::nearest(&written, ids)
                .filter(|(far, known)| far.saturating_mul(2) <= known.len())
                .map(|(_, known)| known)
                .map(|id| format!("; did you mean `{id}`?"))
                .unwrap_or_default();
            bail!("there is no check `{id}`{hint} (`backup-preflight explain` lists them)")
        }
    }
}

/// No status message of AWS's is nearly as long.
const LONGEST: u64 = 16 << 10;

pub(super) fn explain_message(message: &str, output: &Output) -> anyhow::Result<u8> {
    only(
        output,
        "a message is explained as",
        &[Format::Table, Format::Json],
    )?;
    let formats = Targets::claim(output, None, &[])?.formats;
    let message = if message == "-" {
        let (_, bytes) = recorded::bytes(Path::new("-"), output.max_input.min(LONGEST))?;
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        message.to_owned()
    };
    if message.len() as u64 > LONGEST {
        bail!("the text is longer than {LONGEST} bytes: expected the StatusMessage of one job");
    }
    let Some(explained) = report::Explained::of(&message) else {
        let hint = report::nearest_message(&message)
            .map(|wording| format!("; the nearest is: {wording}"))
            .unwrap_or_default();
        bail!(
            "this is not a status message that AWS documents{hint}; expected the StatusMessage of the job that failed, whole, as \
             `aws backup describe-copy-job --copy-job-id ID --query CopyJob.StatusMessage` prints it; to ask what would stop the \
             copy, whatever the message: `backup-preflight check`"
        )
    };
    for (format, file) in formats {
        let text = match format {
            Format::Json => report::message_json(&explained),
            Format::Table
            | Format::Ndjson
            | Format::Markdown
            | Format::Github
            | Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Html => report::message_page(&explained, &options(file.is_some(), output)),
        };
        deliver(file, &text)?;
    }
    Ok(GOOD)
}

pub(super) fn simulate(requests: &Path, output: &Output) -> anyhow::Result<u8> {
    let (_, bytes) = recorded::bytes(requests, output.max_input)?;
    let answers = wire::answers(&bytes);
    // Within a text the quotes would be escaped.
    let errors = answers.lines().filter(|line| line.contains("\"error\":"));
    let (errors, lines) = (errors.count(), answers.lines().count());
    let code = print(&printable(answers))?;
    if errors > 0 {
        let text = format!("{errors} of {lines} requests could not be read");
        warn(output, &text);
    }
    Ok(code)
}

pub(super) fn capabilities(of: Option<&str>, output: &Output) -> anyhow::Result<u8> {
    only(
        output,
        "capabilities are printed as",
        &[Format::Table, Format::Json],
    )?;
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
            Format::Json => report::capabilities_json(&rows),
            Format::Table
            | Format::Ndjson
            | Format::Markdown
            | Format::Github
            | Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Html => report::capabilities_table(&rows, &options(file.is_some(), output)),
        };
        deliver(file, &text)?;
    }
    Ok(GOOD)
}

pub(super) fn schema(format: Schema) -> anyhow::Result<u8> {
    let schema = match format {
        Schema::Inventory => inventory::schema(),
        Schema::Report => report::report_schema(),
    };
    print(&format!("{schema:#}\n"))
}
