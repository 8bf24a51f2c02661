//! The shell: it fetches the facts, hands them to the plain functions, and prints what comes back. The only place that
//! holds two ends.

#![allow(clippy::disallowed_methods, reason = "the shell reads the environment")]

#[cfg(feature = "live")]
mod asks;
mod audit;
#[cfg(feature = "live")]
mod aws;
mod backtest;
mod baseline;
mod called;
mod change;
mod check;
mod code;
mod collect;
mod configurations;
mod copies;
mod decide;
mod disputes;
mod finish;
mod fix;
mod formats;
mod gather;
mod gathered;
mod hidden;
mod init;
mod judge;
mod named;
mod narrow;
mod next;
mod otherwise;
mod permissions;
mod prefixes;
mod prepared;
mod print;
mod reference;
mod regions;
mod settings;
mod stacks;
#[cfg(feature = "live")]
mod survey;
mod targets;
mod templates;
mod unmet;
mod unread_makers;
mod whose;

use std::process::ExitCode;

#[cfg(feature = "live")]
pub use asks::{of_check as asks_of_check, of_everything as asks_of_everything};

use clap::CommandFactory as _;

use crate::cli::{Cli, Command, Told};
use crate::quote::terminal;
use crate::sources::config::Config;
use crate::sources::stop;
use code::{WRONG, stopped_code};
use formats::as_text;
use print::{print, say, say_stopped};

/// Does what the command line asks. Errors go to standard error, with exit code 2.
#[must_use]
pub fn run() -> ExitCode {
    stop::watch();
    let words: Vec<_> = std::env::args_os().collect();
    let (settings, config) = match settings::read(&words) {
        Ok(read) => read,
        Err(error) => return ExitCode::from(wrong(&error)),
    };
    let asked = match Cli::read(words, &settings) {
        Ok(asked) => asked,
        Err(told) => return ExitCode::from(tell(&told)),
    };
    ExitCode::from(configured_code(&asked, &config))
}

/// Does what the command line asks, and gives the exit code.
#[must_use]
pub fn code(cli: &Cli) -> u8 {
    configured_code(cli, &Config::default())
}

fn configured_code(cli: &Cli, config: &Config) -> u8 {
    match task(cli, config) {
        Ok(code) => code,
        Err(_) if stop::asked().is_some() => {
            say_stopped();
            stopped_code()
        }
        Err(error) => wrong(&error),
    }
}

/// Tells what the command line asked for instead of a task, or what is wrong with it.
fn tell(told: &Told) -> u8 {
    match told {
        Told::Asked(text) => print(text).unwrap_or_else(|error| wrong(&error)),
        Told::Wrong(text) => {
            say(text.trim_end());
            WRONG
        }
    }
}

fn wrong(error: &anyhow::Error) -> u8 {
    say(&format!("error: {}", terminal::line(&with_causes(error))));
    WRONG
}

fn task(cli: &Cli, config: &Config) -> anyhow::Result<u8> {
    match &cli.command {
        Command::Check(asked) => check::check(asked, &cli.output, config),
        Command::Collect(asked) => {
            let says = "it writes an inventory, whose format is `schema inventory`";
            as_text(&cli.output, "collect", says)?;
            collect::collect(asked, &cli.output, config)
        }
        Command::Audit(asked) => audit::audit(asked, &cli.output, config),
        Command::Backtest(asked) => backtest::backtest(asked, &cli.output, config),
        Command::Fix(asked) => fix::fix(asked, &cli.output, config),
        Command::Init(asked) => {
            as_text(&cli.output, "init", "it writes a backup-preflight.toml")?;
            init::init(asked, &cli.output)
        }
        Command::Explain {
            message: Some(message),
            ..
        } => reference::explain_message(message, &cli.output),
        Command::Explain { id, .. } => reference::explain(id.as_deref(), &cli.output),
        Command::Simulate { requests } => {
            as_text(
                &cli.output,
                "simulate",
                "it answers each line with a line of JSON",
            )?;
            reference::simulate(requests, &cli.output)
        }
        Command::Capabilities { r#type } => reference::capabilities(r#type.as_deref(), &cli.output),
        Command::Permissions { side, partition } => {
            as_text(&cli.output, "permissions", "it prints an IAM policy")?;
            print(&permissions::text(*side, partition)?)
        }
        Command::Schema { of } => {
            as_text(&cli.output, "schema", "it prints a JSON Schema")?;
            reference::schema(*of)
        }
        Command::Completions { shell } => {
            as_text(
                &cli.output,
                "completions",
                "it prints a script of the shell",
            )?;
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "backup-preflight", &mut script);
            print(&String::from_utf8_lossy(&script))
        }
        Command::Man { command } => {
            as_text(&cli.output, "man", "it prints roff")?;
            let mut page = Vec::new();
            clap_mangen::Man::new(reference::command(command.as_deref())?).render(&mut page)?;
            print(&String::from_utf8_lossy(&page))
        }
    }
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
