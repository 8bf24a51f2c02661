//! The formats for CI systems: what is told of how many copies, and the job's summary.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::cli::{Format, Given, Output};
use crate::report::{self, Case, Junit, Page, Picture, Repository, Row, Way};

use super::decide::Found;

/// The report in a format that is written at once.
pub(super) fn text(
    format: Format,
    found: &mut Found<'_>,
    output: &Output,
) -> anyhow::Result<String> {
    Ok(match format {
        Format::Markdown => markdown(found, report::COMMENT),
        Format::Github => {
            summary(found)?;
            report::github(found.worst(report::RESULTS))
        }
        Format::Sarif => {
            let suppressed = output.sarif_suppressions;
            report::sarif(found.worst(report::RESULTS), report::RESULTS, suppressed)
        }
        Format::Junit => {
            let mut junit = Junit::default();
            let all = &found.report;
            found.each(|copy| Case::of_copy(all, copy), |case| junit.add(case));
            junit.text(&found.report)?
        }
        Format::Mermaid => picture(found).text(&found.report),
        Format::Html => {
            let (mut page, mut picture) = (Page::default(), Picture::default());
            found.each(
                |copy| (Row::of(copy), Way::of(copy)),
                |(row, way)| {
                    page.add(row);
                    picture.add(way);
                },
            );
            page.text(&found.report, &picture)?
        }
        Format::Table | Format::Json | Format::Ndjson => String::new(),
    })
}

fn picture(found: &Found<'_>) -> Picture {
    let mut picture = Picture::default();
    found.each(Way::of, |way| picture.add(way));
    picture
}

fn markdown(found: &mut Found<'_>, limit: usize) -> String {
    let picture = picture(found).text(&found.report);
    report::markdown(found.worst(report::RESULTS), Some(&picture), limit)
}

/// Adds the report to the summary of the job, where GitHub Actions gives a file for it.
fn summary(found: &mut Found<'_>) -> anyhow::Result<()> {
    let Some(file) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|file| !file.is_empty()) else {
        return Ok(());
    };
    let file = PathBuf::from(file);
    let name = || format!("could not write the job's summary `{}`", file.display());
    // The limit is one of the file, which other commands of the step may have begun.
    let there = std::fs::metadata(&file).map_or(0, |about| about.len());
    let there = usize::try_from(there).unwrap_or(usize::MAX);
    let room = report::SUMMARY.saturating_sub(there);
    let text = markdown(found, room);
    if text.len() > room {
        return Ok(());
    }
    let mut out = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&file)
        .with_context(name)?;
    out.write_all(text.as_bytes()).with_context(name)
}

/// The files that the facts come from, those of a change first.
pub(super) fn inputs(given: &Given) -> Vec<String> {
    let over = given.change.over.0.iter().map(|(_, file)| file);
    let files = over.chain(&given.inventory);
    files.map(|file| file.display().to_string()).collect()
}

/// The repository that GitHub Actions has checked out.
pub(super) fn repository() -> Repository {
    let root = std::env::var_os("GITHUB_WORKSPACE").filter(|root| !root.is_empty());
    let here = std::env::current_dir().ok();
    let both = root.map(PathBuf::from).zip(here);
    both.map_or_else(Repository::default, |(root, here)| {
        // The folder of now is told without links.
        Repository::new(root.canonicalize().unwrap_or(root), here)
    })
}

/// Refuses any format of a command that prints no report.
pub(super) fn as_text(output: &Output, command: &str, says: &str) -> anyhow::Result<()> {
    let mut asked = output.format.iter();
    match asked.find(|to| to.format != Format::Table || to.file.is_some()) {
        Some(other) => bail!(
            "`{command}` takes no --format {}: {says}",
            other.format.name()
        ),
        None => Ok(()),
    }
}

/// Refuses the formats that a command does not have.
pub(super) fn only(output: &Output, says: &str, formats: &[Format]) -> anyhow::Result<()> {
    let mut asked = output.format.iter().map(|to| to.format);
    let Some(other) = asked.find(|format| !formats.contains(format)) else {
        return Ok(());
    };
    let names: Vec<String> = formats.iter().map(|format| format.name()).collect();
    bail!("{says} {}, not as {}", names.join(", "), other.name())
}
