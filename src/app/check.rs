//! `check`: the copies that are asked about.

use std::collections::HashSet;

use crate::cli::{Check, Output};
use crate::inventory::{self, Facts};
use crate::sources::config::{Config, Level};

use super::code::exit_code;
use super::copies::{self, Asked};
use super::decide::{Found, How};
use super::finish::finish;
use super::gather::{facts as facts_of, facts_for};
use super::judge::judge;
use super::narrow::narrow;
use super::prepared::{Prepared, prepare};
use super::print::{warn, warn_of_more, write_report};
use super::settings;
use super::targets::Formats;

pub(super) fn check(asked: &Check, output: &Output, config: &Config) -> anyhow::Result<u8> {
    decide(asked, output, config, |found, formats| {
        write_report(found, output, formats)
    })
}

/// Decides the copies that are asked about and has it told; the exit code says what they come to.
pub(super) fn decide(
    asked: &Check,
    output: &Output,
    config: &Config,
    tell: impl FnOnce(&mut Found<'_>, Formats) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let given = &settings::given(&asked.facts, config);
    let waivers = settings::waivers(config, given)?;
    let off = settings::of_level(config, Level::Off);
    let raised = settings::raised(config);
    let Prepared {
        inventory,
        before,
        places,
        open,
        stopped,
        reading,
        formats,
    } = prepare(
        (given, output),
        &given.files(),
        || facts_for(asked, config, output),
        |inventory| narrow(inventory, asked),
    )?;
    let facts = facts_of(&inventory, given);
    let mut wanted = copies::asked_for(asked, &inventory, &facts)?;
    wanted.gaps.extend(open.iter().cloned());
    wanted.open.extend(open);
    warn_of_more(output, "a plan may copy more, or otherwise", &wanted.gaps);
    let is_open = !wanted.open.is_empty();
    if asked.and_back {
        let back = ways_back(&wanted.copies, &facts, output);
        wanted.copies.extend(back);
    }
    let how = How {
        only: &[],
        everything: output.verbose,
        reading: &reading.with_vaults(&facts),
        before: None,
        off: &off,
        raised: &raised,
    };
    let mut found = Found::of(wanted, &facts, None, how);
    judge(
        &mut found,
        (given, output),
        asked.narrowed_by().is_none(),
        before,
        places,
        |inventory, facts| {
            // What is named may not have been there before.
            copies::asked_for(asked, inventory, facts)
                .map_or_else(|_| Vec::new(), |wanted| wanted.copies)
        },
    )?;
    found.waive(&waivers, None);
    let summary = found.report.summary;
    let counted = found.counted(given.change.all, &raised).of(summary);
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
    finish(
        found,
        (exit_code(counted, is_open, output.strict), stopped),
        (given, &waivers),
        (output, config),
        formats,
        tell,
    )
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
    back.map(Asked::made).collect()
}
