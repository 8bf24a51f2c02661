//! Where results go: standard output or a file, as wide as the terminal and in colour where it takes any.

use std::io::{self, IsTerminal, Write};

use anyhow::{Context as _, bail};

use crate::cli::{Colour, Format, Output};
use crate::known::Gap;
use crate::quote::terminal;
use crate::report;
use crate::sources::stop;
use crate::sources::target::Target;

use super::GOOD;
use super::decide::Found;
use super::targets::Formats;

pub(super) fn one_format_to_standard_output(output: &Output) -> anyhow::Result<()> {
    let here: Vec<_> = output
        .format
        .iter()
        .filter(|to| to.file.is_none())
        .collect();
    if here.len() > 1 {
        bail!(
            "only one format can go to standard output; give the others a file: --format json=report.json"
        );
    }
    Ok(())
}

pub(super) fn write_report(
    found: &Found<'_>,
    output: &Output,
    formats: Formats,
) -> anyhow::Result<()> {
    if formats.iter().all(|(format, _)| *format == Format::Ndjson) {
        for (_, file) in formats {
            stream(found, file)?;
        }
        return Ok(());
    }
    let report = found.report();
    for (format, file) in formats {
        let text = match format {
            Format::Json => report::json(&report),
            Format::Ndjson => report::ndjson(&report),
            Format::Table => {
                let (width, color) = how_to_print(file.is_some(), output);
                report::render(
                    &report,
                    report::Options {
                        width,
                        color,
                        verbose: output.verbose,
                    },
                )
            }
        };
        deliver(file, &text)?;
    }
    Ok(())
}

/// Writes JSON lines, each copy as soon as it is told.
fn stream(found: &Found<'_>, file: Option<Target>) -> anyhow::Result<()> {
    let write = |out: &mut dyn Write| -> io::Result<()> {
        found.lines(|text| {
            if stop::asked().is_some() {
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

/// The columns and the colours of what is printed, or written to a file.
pub(super) fn how_to_print(is_file: bool, output: &Output) -> (usize, bool) {
    if is_file {
        (100, false)
    } else {
        (width(), in_colour(output.color))
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

pub(super) fn warn(output: &Output, text: &str) {
    if !output.quiet {
        say(&format!("warning: {}", terminal::line(text)));
    }
}

/// Says something on standard error, in lines. Whether anybody hears it changes nothing.
pub(super) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{}", terminal::lines(text));
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

/// The columns of the terminal, a hundred at most; a hundred where there is none.
pub(super) fn width() -> usize {
    match terminal_size::terminal_size_of(io::stdout()) {
        Some((terminal_size::Width(columns), _)) => usize::from(columns).min(100),
        None => 100,
    }
}

fn in_colour(when: Colour) -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    match when {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => {
            io::stdout().is_terminal()
                && !set("NO_COLOR")
                && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
        }
    }
}
