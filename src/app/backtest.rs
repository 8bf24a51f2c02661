//! `backtest`: the copy jobs that ran, compared with what is said of them now.

use crate::backtest;
use crate::cli::{self, Format, Output};
use crate::known::Gap;
use crate::report;
use crate::sources::config::Config;

use super::code::{BLOCKED, GOOD, UNDECIDED, stopped_code};
use super::formats::only;
use super::gather::{facts as facts_of, facts_of_estate};
use super::gathered::Survey;
use super::prepared::{Prepared, prepare};
use super::print::{deliver, options, say_stopped, warn, warn_of_more};
use super::targets::reads;

pub(super) fn backtest(
    asked: &cli::Backtest,
    output: &Output,
    config: &Config,
) -> anyhow::Result<u8> {
    let told = [
        Format::Table,
        Format::Json,
        Format::Ndjson,
        Format::Markdown,
    ];
    only(output, "backtest is printed as", &told)?;
    let given = &asked.facts;
    let Prepared {
        inventory,
        stopped,
        reading,
        formats,
        ..
    } = prepare(
        (given, output),
        &reads(given, &asked.estate),
        || {
            let from = (&asked.estate, &asked.aws);
            facts_of_estate(given, from, Survey::CopyJobs, (output, config))
        },
        |_| {},
    )?;
    let facts = facts_of(&inventory, given);
    let found = backtest::backtest(&facts);
    let reading = reading.of_facts(&facts);
    let refused = found.gaps.iter().filter(|gap| gap.error.is_some());
    let refused: Vec<Gap> = refused.cloned().collect();
    warn_of_more(output, "there may be more copy jobs", &refused);
    if found.summary.jobs == 0 {
        let of = if !found.is_open() && !stopped {
            ""
        } else {
            "among what was read "
        };
        warn(
            output,
            &format!("there are no copy jobs of the last 30 days {of}to compare with"),
        );
    }
    let code = if stopped {
        stopped_code()
    } else if output.strict && (found.disagrees() || found.is_open() || !refused.is_empty()) {
        BLOCKED
    } else if found.is_open() {
        UNDECIDED
    } else {
        GOOD
    };
    for (format, file) in formats {
        let text = match format {
            Format::Json => report::backtest_json(&found, &reading, code),
            Format::Ndjson => report::backtest_ndjson(&found, &reading, code),
            Format::Markdown => report::backtest_markdown(&found, &reading, code),
            Format::Table
            | Format::Github
            | Format::Sarif
            | Format::Junit
            | Format::Mermaid
            | Format::Html => {
                report::backtest_table(&found, &reading, &options(file.is_some(), output))
            }
        };
        deliver(file, &text)?;
    }
    if stopped {
        say_stopped();
    }
    Ok(code)
}
