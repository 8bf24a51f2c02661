//! `audit`: every copy of every plan, and every vault.

use crate::checks;
use crate::cli::{Audit, Aws, Estate, Given, Only, Output};
use crate::inventory::Facts;
use crate::plans;
use crate::sources::recorded;
use crate::verdict::{Status, Verdict};

use super::copies;
use super::decide::{Found, How};
use super::gather::{Gathered, Survey, facts_of_estate};
use super::print::{one_format_to_standard_output, warn, warn_of_more, write_report};
use super::{BLOCKED, STOPPED, assumed, exit_code, to_json};

pub(super) fn audit(asked: &Audit, output: &Output) -> anyhow::Result<u8> {
    let Audit {
        facts,
        estate,
        only,
        aws,
    } = asked;
    decide((facts, estate, aws), only, output, |found| {
        write_report(found, output)
    })
}

/// Decides all that there is and has it told; the exit code says what it comes to.
pub(super) fn decide(
    (given, estate, aws): (&Given, &Estate, &Aws),
    only: &[Only],
    output: &Output,
    tell: impl FnOnce(&Found<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    one_format_to_standard_output(output)?;
    let Gathered {
        mut inventory,
        stopped,
        reading,
    } = facts_of_estate(given, estate, aws, Survey::Plans, output)?;
    if let Some(file) = &given.save {
        recorded::write(file, &to_json(&inventory)?)?;
    }
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).assuming(assumed(given));
    let plans = plans::plans(&facts);
    let mut wanted = copies::all(&inventory, &plans, &facts);
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
    let mut found = Found::of(wanted, &facts, Some(&audited), how);
    let summary = found.report.summary;
    if summary.copies == 0 {
        let why = if is_open || stopped {
            "of what was read"
        } else {
            "no plan makes any"
        };
        warn(output, &format!("there are no copies to decide: {why}"));
    }
    let of_copies = exit_code(summary, is_open, output.strict);
    let unclean = [Status::Warn, Status::Undecided]
        .into_iter()
        .any(|status| audited.has(status));
    let code = if stopped {
        STOPPED
    } else if audited.fails() || (output.strict && unclean) {
        BLOCKED
    } else {
        of_copies
    };
    found.report.exit_code = code;
    found.report.stopped = stopped;
    tell(&found)?;
    Ok(code)
}

const fn verdict(only: Only) -> Verdict {
    match only {
        Only::Blocked => Verdict::Blocked,
        Only::Undecided => Verdict::Undecided,
        Only::Feasible => Verdict::Feasible,
    }
}
