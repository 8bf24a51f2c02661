//! `audit`: every copy of every plan, and every vault.

use crate::checks::{self, Decided};
use crate::cli::{Audit, Only, Output};
use crate::inventory::Facts;
use crate::plans;
use crate::remedy;
use crate::report::Report;
use crate::sources::recorded;
use crate::verdict::{Status, Verdict};

use super::copies::{self, Wanted};
use super::gather::{Gathered, Survey, facts_of_estate};
use super::print::{one_format_to_standard_output, warn, write_report};
use super::{BLOCKED, STOPPED, assumed, exit_code, to_json};

pub(super) fn audit(asked: &Audit, output: &Output) -> anyhow::Result<u8> {
    one_format_to_standard_output(output)?;
    let Gathered {
        mut inventory,
        stopped,
    } = facts_of_estate(
        &asked.facts,
        &asked.estate,
        &asked.aws,
        Survey::Plans,
        output,
    )?;
    if let Some(file) = &asked.facts.save {
        recorded::write(file, &to_json(&inventory)?)?;
    }
    plans::add_those_of_policies(&mut inventory);
    let facts = Facts::new(&inventory).assuming(assumed(&asked.facts));
    let plans = plans::plans(&facts);
    let Wanted { copies, gaps, open } = copies::all(&inventory, &plans, &facts);
    let mut decided: Vec<Decided> = copies
        .into_iter()
        .map(|copy| checks::decide(copy, &facts))
        .collect();
    decided.sort_by(|one, other| one.copy.id.cmp(&other.copy.id));
    let audited = checks::audit(&plans, &facts);
    let remedy::Proposed { remedies, together } = remedy::propose(&decided, &facts);
    let remedies = remedy::with_audited(remedies, &audited, &decided, &facts);
    // A Region whose plans were not read may have some; where AWS refused them, the answer stays open.
    let unlisted = facts.plans_not_listed();
    let is_open = !open.is_empty() || unlisted.iter().any(|gap| gap.error.is_some());
    let gaps = facts.recorded_gaps().chain(gaps).chain(unlisted).collect();
    let report = Report::new(&decided, &remedies, gaps, facts.collected_at(), &facts)
        .audited(&audited, &remedies)
        .with_remedies_made(&together);
    if report.summary.copies == 0 {
        warn(output, "there are no copies to decide: no plan makes any");
    }
    let of_copies = exit_code(&report, is_open, output.strict);
    let unclean = [Status::Warn, Status::Undecided]
        .into_iter()
        .any(|status| audited.has(status));
    let only: Vec<Verdict> = asked.only.iter().map(|only| verdict(*only)).collect();
    write_report(&report.only(&only), output)?;
    Ok(if stopped {
        STOPPED
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
