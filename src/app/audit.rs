//! `audit`: every copy of every plan, and every vault.

use std::collections::BTreeSet;

use crate::checks;
use crate::cli::{Audit, Aws, Estate, Given, Only, Output};
use crate::inventory::{Facts, Inventory};
use crate::plans;
use crate::verdict::{Status, Verdict};

use super::change;
use super::code::{BLOCKED, exit_code, stopped_code};
use super::copies;
use super::decide::{Found, How};
use super::formats::inputs;
use super::gather::{assumed, facts_of_estate};
use super::gathered::{Gathered, Survey};
use super::judge::{counted, judge};
use super::print::{say_stopped, to_json, warn, warn_of_more, write_report};
use super::targets::{Formats, Targets, reads};

pub(super) fn audit(asked: &Audit, output: &Output) -> anyhow::Result<u8> {
    let Audit {
        facts,
        estate,
        only,
        aws,
    } = asked;
    decide((facts, estate, aws), only, output, |found, formats| {
        write_report(found, output, formats)
    })
}

/// Decides all that there is and has it told; the exit code says what it comes to.
pub(super) fn decide(
    (given, estate, aws): (&Given, &Estate, &Aws),
    only: &[Only],
    output: &Output,
    tell: impl FnOnce(&mut Found<'_>, Formats) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let mut targets = Targets::claim(output, given.save.as_deref(), &reads(given, estate))?;
    let Gathered {
        inventory,
        stopped,
        reading,
    } = facts_of_estate(given, estate, aws, Survey::Plans, output)?;
    let change::Laid {
        before,
        after: mut inventory,
        places,
        open,
    } = change::lay(&given.change, inventory, output)?;
    targets.save(|| to_json(&inventory))?;
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).assuming(assumed(given));
    let plans = plans::plans(&facts);
    let mut wanted = copies::all(&inventory, &plans, &facts);
    wanted.gaps.extend(open.iter().cloned());
    wanted.open.extend(open);
    // A Region whose plans were not read may have some; where AWS refused to say what there is, the answer stays open.
    let unlisted = facts.plans_not_listed();
    let refused = facts.not_listed();
    let is_open = !wanted.open.is_empty()
        || !refused.is_empty()
        || unlisted.iter().any(|gap| gap.error.is_some());
    wanted.gaps.extend(unlisted);
    warn_of_more(
        output,
        "there may be more accounts, vaults or plans",
        &refused,
    );
    let audited = checks::audit(&plans, &facts);
    let only: Vec<Verdict> = only.iter().map(|only| verdict(*only)).collect();
    let how = How {
        only: &only,
        everything: output.verbose,
        reading: &reading.with_vaults(&facts),
    };
    let failed = before.clone().map(|now| failing(now, given));
    let mut found = Found::of(wanted, &facts, Some(&audited), how);
    let judged = judge(
        &mut found,
        (given, output),
        before,
        places,
        |inventory, facts| copies::all(inventory, &plans::plans(facts), facts).copies,
    )?;
    let summary = found.report.summary;
    if summary.copies == 0 {
        let why = if is_open || stopped {
            "of what was read"
        } else {
            "no plan makes any"
        };
        warn(output, &format!("there are no copies to decide: {why}"));
    }
    let of_copies = exit_code(counted(summary, judged, given), is_open, output.strict);
    let unclean = [Status::Warn, Status::Undecided]
        .into_iter()
        .any(|status| audited.has(status));
    // With a change to judge, what failed before it does not count.
    let failed = failed.filter(|_| !given.change.all).unwrap_or_default();
    let fails = audited.failing().difference(&failed).next().is_some();
    // A signal ended the reading or the deciding: this is what was known then.
    let stopped = stopped || found.is_cut;
    let code = if stopped {
        stopped_code()
    } else if fails || (output.strict && unclean) {
        BLOCKED
    } else {
        of_copies
    };
    found.report.inputs = inputs(given);
    found.report.counts_all = given.change.all;
    found.report.failed_before = failed;
    found.report.exit_code = code;
    found.report.stopped = stopped;
    tell(&mut found, targets.formats)?;
    if stopped {
        say_stopped();
    }
    Ok(code)
}

/// The checks of vaults and plans that fail before a change.
fn failing(mut now: Inventory, given: &Given) -> BTreeSet<(String, &'static str)> {
    plans::add_those_of_policies(&mut now);
    let facts = Facts::new(&now).assuming(assumed(given));
    checks::audit(&plans::plans(&facts), &facts).failing()
}

const fn verdict(only: Only) -> Verdict {
    match only {
        Only::Blocked => Verdict::Blocked,
        Only::Undecided => Verdict::Undecided,
        Only::Feasible => Verdict::Feasible,
    }
}
