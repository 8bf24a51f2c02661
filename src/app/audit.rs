//! `audit`: every copy of every plan, and every vault.

use std::collections::BTreeSet;

use crate::checks::{self, Run};
use crate::cli::{Audit, Aws, Estate, Given, Only, Output};
use crate::inventory::{Facts, Inventory};
use crate::known::Arn;
use crate::plans;
use crate::sources::config::{Config, Level};
use crate::verdict::{Status, Verdict};

use super::baseline::{self, Findings};
use super::code::{BLOCKED, GOOD, UNDECIDED, exit_code};
use super::copies::{self, Asked};
use super::decide::{Found, How, audited_before, is_off};
use super::finish::finish;
use super::gather::{facts as facts_of, facts_of_estate};
use super::gathered::Survey;
use super::judge::{Stood, judge};
use super::prepared::{Prepared, prepare};
use super::print::{tell_report, warn, warn_of_more};
use super::settings;
use super::targets::{Formats, reads};

/// What an audit found before a change.
#[derive(Default)]
struct Then {
    /// What failed, or warned and that is an error.
    failing: Findings,
    /// What was undecided and may have warned, which is an error.
    undecided: Findings,
    /// Why plans failed, each reason with the id of the plan.
    reasons: BTreeSet<(String, String)>,
}

pub(super) fn audit(asked: &Audit, output: &Output, config: &Config) -> anyhow::Result<u8> {
    let Audit {
        facts,
        estate,
        only,
        aws,
    } = asked;
    decide(
        (facts, estate, aws),
        only,
        (output, config),
        |found, formats| tell_report(found, output, formats),
    )
}

/// Decides all that there is and has it told; the exit code says what it comes to.
pub(super) fn decide(
    (given, estate, aws): (&Given, &Estate, &Aws),
    only: &[Only],
    (output, config): (&Output, &Config),
    tell: impl FnOnce(&mut Found<'_>, Formats) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let given = &settings::given(given, config)?;
    let waivers = settings::waivers(config, given)?;
    let off = settings::of_level(config, Level::Off);
    let raised = settings::raised(config);
    let counting = settings::counting(&raised, output.strict);
    let Prepared {
        inventory,
        before,
        makes,
        taken,
        places,
        called,
        open,
        warned: _,
        stopped,
        reading,
        formats,
    } = prepare(
        (given, output),
        &reads(given, estate),
        || facts_of_estate(given, (estate, aws), Survey::Coverage, (output, config)),
        |_| {},
    )?;
    let facts = facts_of(&inventory, given).taking(taken);
    let plans = plans::plans(&facts);
    let mut wanted = copies::all(&inventory, &plans, &facts);
    wanted.gaps.extend(open.iter().cloned());
    wanted.open.extend(open);
    // A Region whose plans were not read may have some; where AWS refused to say what there is, the answer stays open.
    let unlisted = facts.plans_not_listed();
    let refused = facts.not_listed();
    let all_listed = unlisted.is_empty();
    let is_open =
        !wanted.open.is_empty() || !refused.is_empty() || !facts.plans_wanted().is_empty();
    wanted.gaps.extend(unlisted);
    warn_of_more(
        output,
        "there may be more accounts, vaults or plans",
        &refused,
    );
    warn_of_more(
        output,
        "there may be more copies, or these may be decided differently",
        &plans::policies_unread(&facts),
    );
    let mut audited =
        checks::audit(&plans, &facts).without(|check, outcome| is_off(&off, check, outcome));
    let only: Vec<Verdict> = only.iter().map(|only| verdict(*only)).collect();
    let earlier = before.as_ref().map(|before| facts_of(before, given));
    let stood = before
        .as_ref()
        .zip(earlier.as_ref())
        .map(|(inventory, facts)| {
            let copies = copies::all(inventory, &plans::plans(facts), facts).copies;
            Stood::of(copies, facts, &makes)
        });
    let baseline = baseline::given(given, output, &counting, &called)?;
    let told = baseline.iter().flat_map(|baseline| &baseline.planned);
    let stood_then = stood.iter().filter(|_| baseline.is_none());
    let stood_then = stood_then.flat_map(|stood| stood.copies.iter().filter_map(Asked::planned));
    copies::add_perhaps_made(
        &mut wanted,
        told.chain(stood_then),
        &facts,
        earlier.as_ref(),
    );
    let destinations = wanted.copies.iter().map(Asked::destination_vault);
    let reading = reading
        .of_facts(&facts)
        .towards(destinations.filter_map(Arn::account));
    let how = How {
        only: &only,
        everything: output.verbose,
        reading: &reading,
        before: earlier.as_ref(),
        off: &off,
        raised: &raised,
        counting: &counting,
    };
    let then = match (&baseline, &before, &earlier) {
        (Some(then), ..) => Then {
            failing: then.failing.clone(),
            undecided: then.undecided.clone(),
            reasons: then.reasons.clone(),
        },
        (None, Some(inventory), Some(facts)) => found_before(inventory, facts, how),
        (None, ..) => Then::default(),
    };
    let mut left_open = wanted.open.clone();
    left_open.extend(refused.into_iter().chain(facts.plans_wanted()));
    left_open.sort();
    left_open.dedup();
    let mut found = Found::of(wanted, &facts, Some((&mut audited, &plans)), how);
    found.report.open = left_open;
    found.report.files = called.files();
    judge(&mut found, baseline, true, stood.as_ref(), places);
    let waived = found.waive(&waivers, Some(&audited));
    let summary = found.report.summary;
    let counted = found.counted(given.change.all, &raised).of(summary);
    if summary.copies == 0 {
        let why = if is_open || stopped || !all_listed {
            "the plans that were read make none"
        } else {
            "no plan makes any"
        };
        warn(output, &format!("there are no copies to decide: {why}"));
    }
    let of_copies = exit_code(counted, is_open, output.strict);
    let left = |status| {
        let found = audited.found(status).into_iter();
        found.filter(|finding| !waived.contains_key(finding))
    };
    // With a change to judge, what was so before it does not count.
    let then = if given.change.all {
        Then::default()
    } else {
        then
    };
    let (mut failed, undecided) = (then.failing, then.undecided);
    // A plan that fails for a further reason is worse.
    for (plan, reason) in audited.reasons() {
        if !then.reasons.contains(&(plan.clone(), reason)) {
            failed.retain(|(subject, _)| *subject != plan);
        }
    }
    let is_news = |finding: &_| !failed.contains(finding) && !undecided.contains(finding);
    let unclean = left(Status::Warn)
        .chain(left(Status::Undecided))
        .any(|finding| is_news(&finding));
    let is_raised = |finding: &(String, &'static str)| raised.contains(finding.1);
    let warns = left(Status::Warn).filter(is_raised);
    let fails = left(Status::Fail)
        .chain(warns)
        .any(|finding| !failed.contains(&finding));
    let (as_before, open): (Findings, Findings) = left(Status::Undecided)
        .filter(is_raised)
        .partition(|finding| failed.contains(finding) || undecided.contains(finding));
    let may_be_raised = !open.is_empty();
    let code = if fails || (output.strict && unclean) {
        BLOCKED
    } else if may_be_raised && of_copies == GOOD {
        UNDECIDED
    } else {
        of_copies
    };
    failed.extend(as_before);
    found.report.failed_before = failed;
    finish(
        found,
        (code, stopped),
        (given, &waivers),
        (output, config),
        formats,
        tell,
    )
}

/// What was found before a change.
fn found_before(inventory: &Inventory, facts: &Facts<'_>, how: How<'_>) -> Then {
    let plans = plans::plans(facts);
    // What leaves its account is known by the copies, which takes deciding them all.
    let asks_resources = how
        .counting
        .iter()
        .filter_map(|check| checks::find(check))
        .any(|check| matches!(check.run, Run::Resource(_)));
    let audited = if asks_resources {
        let copies = copies::all(inventory, &plans, facts).copies;
        audited_before(copies, &plans, facts, how)
    } else {
        checks::audit(&plans, facts)
    };
    let of = |status| {
        let found = audited.found(status).into_iter();
        found.filter(|(_, check)| how.counting.contains(check))
    };
    let mut failing = audited.failing();
    failing.extend(of(Status::Warn));
    Then {
        failing,
        undecided: of(Status::Undecided).collect(),
        reasons: audited.reasons(),
    }
}

const fn verdict(only: Only) -> Verdict {
    match only {
        Only::Blocked => Verdict::Blocked,
        Only::Undecided => Verdict::Undecided,
        Only::Feasible => Verdict::Feasible,
    }
}
