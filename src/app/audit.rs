//! `audit`: every copy of every plan, and every vault.

use crate::checks;
use crate::cli::{Audit, Only, Output};
use crate::inventory::Facts;
use crate::plans;
use crate::verdict::{Status, Verdict};

use super::copies;
use super::decide::Found;
use super::gather::{Gathered, Survey, facts_of_estate};
use super::print::{warn, warn_of_more, write_report};
use super::targets::{Targets, reads};
use super::{BLOCKED, assumed, exit_code, stopped, to_json};

pub(super) fn audit(asked: &Audit, output: &Output) -> anyhow::Result<u8> {
    let given = &asked.facts;
    let mut targets = Targets::claim(output, given.save.as_deref(), &reads(given, &asked.estate))?;
    let Gathered {
        mut inventory,
        stopped: was_stopped,
    } = facts_of_estate(
        &asked.facts,
        &asked.estate,
        &asked.aws,
        Survey::Plans,
        output,
    )?;
    targets.save(|| to_json(&inventory))?;
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).assuming(assumed(&asked.facts));
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
    let only: Vec<Verdict> = asked.only.iter().map(|only| verdict(*only)).collect();
    let found = Found::audited(wanted, &facts, &audited, &only);
    let is_cut = was_stopped || found.is_cut;
    let summary = found.totals.summary;
    if summary.copies == 0 {
        let why = if is_open || is_cut {
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
    write_report(&found, output, targets.formats)?;
    Ok(if is_cut {
        stopped()
    } else if audited.fails() || (output.strict && unclean) {
        BLOCKED
    } else {
        of_copies
    })
}

const fn verdict(only: Only) -> Verdict {
    match only {
        Only::Blocked => Verdict::Blocked,
        Only::Undecided => Verdict::Undecided,
        Only::Feasible => Verdict::Feasible,
    }
}
