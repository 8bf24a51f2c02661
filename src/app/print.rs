//! Where results go: standard output or a file, as wide as the terminal and in colour where it takes any.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anyhow::Context as _;

use crate::cli::{Colour, Format, Output};
use crate::inventory::Inventory;
use crate::known::Gap;
use crate::quote::json::printable;
use crate::quote::terminal;
use crate::quote::workflow;
use crate::report;
use crate::sources::stop;
use crate::sources::target::Target;

use super::code::GOOD;
use super::decide::Found;
use super::formats::text;
use super::hidden::Hidden;
use super::next;
use super::targets::Formats;

pub(super) fn write_report(
    found: &mut Found<'_>,
    output: &Output,
    formats: Formats,
) -> anyhow::Result<()> {
    for (format, file) in formats {
        match format {
            Format::Json => stream(file, |take| found.json(take))?,
            Format::Ndjson => stream(file, |take| found.lines(take))?,
            Format::Table => {
                let words = std::env::args_os().skip(1);
                let words: Option<Vec<String>> =
                    words.map(|word| word.into_string().ok()).collect();
                let options = report::Options {
                    next: words
                        .and_then(|words| next::fix(&words, &Hidden::of(&words, output.max_input))),
                    ..options(file.is_some(), output)
                };
                deliver(file, &report::render(found.for_table(), &options))?;
            }
            Format::Markdown
            | Format::Github
            | Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Html => deliver(file, &text(format, found, output)?)?,
        }
    }
    Ok(())
}

/// The same, and where all of it went into files, says on standard error which, and what it comes to.
pub(super) fn tell_report(
    found: &mut Found<'_>,
    output: &Output,
    formats: Formats,
) -> anyhow::Result<()> {
    let is_shown = formats.iter().any(|(_, file)| file.is_none());
    let is_table =
        |(format, file): &(Format, Option<Target>)| *format == Format::Table && file.is_none();
    // A table that is shown tells them itself.
    if !formats.iter().any(is_table) {
        warn_of_waivers(&found.report, output);
    }
    write_report(found, output, formats)?;
    if is_shown || output.quiet {
        return Ok(());
    }
    let files = output.format.iter().filter_map(|to| to.file.as_deref());
    let files: Vec<String> = files.map(|file| file.display().to_string()).collect();
    say(&format!(
        "wrote {}\n{}",
        files.join(", "),
        report::in_a_line(&found.report)
    ));
    Ok(())
}

/// Takes text piece by piece.
type Take<'t> = &'t mut dyn FnMut(&str) -> io::Result<()>;

/// Writes piece by piece what is told piece by piece.
fn stream(file: Option<Target>, tell: impl Fn(Take<'_>) -> io::Result<()>) -> anyhow::Result<()> {
    // Where reading was stopped, what is known by then is told.
    let was_stopped = stop::asked().is_some();
    let write = |out: &mut dyn Write| -> io::Result<()> {
        tell(&mut |text| {
            if !was_stopped && stop::asked().is_some() {
                return Err(io::Error::other("stopped"));
            }
            out.write_all(text.as_bytes())
        })?;
        out.flush()
    };
    match file {
        Some(file) => Ok(file.write(write)?),
        None => unless_closed(write(&mut io::stdout().lock())),
    }
}

/// How a table is printed, or written to a file.
pub(super) fn options(is_file: bool, output: &Output) -> report::Options {
    report::Options {
        width: width(is_file),
        color: !is_file && in_colour(output.color),
        verbose: output.verbose,
        next: None,
    }
}

pub(super) fn deliver(file: Option<Target>, text: &str) -> anyhow::Result<()> {
    match file {
        Some(file) => Ok(file.write(|out| out.write_all(text.as_bytes()))?),
        None => print(text).map(|_| ()),
    }
}

pub(super) fn print(text: &str) -> anyhow::Result<u8> {
    let mut out = io::stdout().lock();
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))?;
    Ok(GOOD)
}

/// Whoever reads may have read enough: that is no error, and changes no exit code.
fn unless_closed(written: io::Result<()>) -> anyhow::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.context("could not write to standard output"),
    }
}

/// Says something on standard error, in lines: it may be closed or full, and that ends no run.
pub(super) fn say(text: &str) {
    let text = report::set(&terminal::lines(text), width_of_errors(), 2);
    let _ = writeln!(io::stderr(), "{}", workflow::inert(&text));
}

pub(super) fn warn(output: &Output, text: &str) {
    if !output.quiet {
        say(&format!("warning: {}", terminal::line(text)));
    }
}

/// Says which waivers are expired or met nothing.
pub(super) fn warn_of_waivers(report: &report::Report, output: &Output) {
    for waiver in &report.waivers {
        match waiver.fate {
            report::Fate::Used => {}
            report::Fate::Expired | report::Fate::Unused => {
                warn(output, &format!("{}: {}", waiver.word(), waiver.says()));
            }
        }
    }
}

/// Says that there may be more than what was found, where AWS did not say what there is.
pub(super) fn warn_of_more(output: &Output, may: &str, gaps: &[Gap]) {
    if let Some((first, others)) = gaps.split_first() {
        let more = match others.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        warn(output, &format!("{may}: {first}{more}"));
    }
}

/// The columns of the terminal, or of COLUMNS, [`WIDEST`] at most. `None` where there is no terminal: nothing is wrapped in a
/// file or a pipe.
pub(super) fn width(is_file: bool) -> Option<usize> {
    let is_terminal = !is_file && io::stdout().is_terminal();
    is_terminal.then(|| columns(terminal_size::terminal_size_of(io::stdout())))
}

/// The same of standard error.
pub(super) fn width_of_errors() -> Option<usize> {
    let is_terminal = io::stderr().is_terminal();
    is_terminal.then(|| columns(terminal_size::terminal_size_of(io::stderr())))
}

fn columns(of_terminal: Option<(terminal_size::Width, terminal_size::Height)>) -> usize {
    let asked = std::env::var("COLUMNS").ok();
    let asked = asked.and_then(|columns| columns.parse().ok());
    let of_terminal = of_terminal.map(|(terminal_size::Width(columns), _)| usize::from(columns));
    let columns = asked.filter(|columns| *columns > 0).or(of_terminal);
    columns.unwrap_or(80).min(WIDEST)
}

/// No line of text is longer.
const WIDEST: usize = 120;

fn in_colour(when: Colour) -> bool {
    match when {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => AutoStream::choice(&io::stdout()) != ColorChoice::Never,
    }
}

/// Says that a signal ended the run.
pub(super) fn say_stopped() {
    say("stopped: the output is incomplete");
}

/// An inventory as text.
pub(super) fn to_json(inventory: &Inventory) -> anyhow::Result<String> {
    let mut text = serde_json::to_string_pretty(inventory)?;
    text.push('\n');
    Ok(printable(text))
}
