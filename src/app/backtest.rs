//! `backtest`: the copy jobs that ran, compared with what is said of them now.

use crate::backtest::{self, Backtest};
use crate::cli::{self, Format, Output};
use crate::inventory::Facts;
use crate::known::Gap;
use crate::plans;
use crate::report;

use super::gather::{Gathered, Survey, facts_of_estate};
use super::print::{deliver, how_to_print, warn, warn_of_more};
use super::targets::{Formats, Targets, reads};
use super::{BLOCKED, GOOD, assumed, stopped, to_json};

pub(super) fn backtest(asked: &cli::Backtest, output: &Output) -> anyhow::Result<u8> {
    let given = &asked.facts;
    let mut targets = Targets::claim(output, given.save.as_deref(), &reads(given, &asked.estate))?;
    let Gathered {
        mut inventory,
        stopped: was_stopped,
    } = facts_of_estate(
        &asked.facts,
        &asked.estate,
        &asked.aws,
        Survey::CopyJobs,
        output,
    )?;
    targets.save(|| to_json(&inventory))?;
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).assuming(assumed(&asked.facts));
    let found = backtest::backtest(&facts);
    let refused: Vec<Gap> = facts
        .recorded_gaps()
        .filter(|gap| gap.error.is_some() && gap.operation == "backup:ListCopyJobs")
        .chain(facts.not_listed())
        .collect();
    warn_of_more(output, "there may be more copy jobs", &refused);
    if found.summary.jobs == 0 {
        let of = if refused.is_empty() && !was_stopped {
            ""
        } else {
            "among what was read "
        };
        warn(
            output,
            &format!("there are no copy jobs of the last 30 days {of}to compare with"),
        );
    }
    write(&found, output, targets.formats)?;
    Ok(if was_stopped {
        stopped()
    } else if output.strict && (found.disagrees() || !refused.is_empty()) {
        BLOCKED
    } else {
        GOOD
    })
}

fn write(found: &Backtest, output: &Output, formats: Formats) -> anyhow::Result<()> {
    for (format, file) in formats {
        let text = match format {
            Format::Json => report::backtest_json(found),
            Format::Ndjson => report::backtest_ndjson(found),
            Format::Table => {
                let (width, color) = how_to_print(file.is_some(), output);
                report::backtest_table(
                    found,
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
