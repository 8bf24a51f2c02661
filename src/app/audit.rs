//! `audit`: every copy of every plan, and every vault.

use std::collections::BTreeSet;

use crate::checks;
use crate::cli::{Audit, Aws, Estate, Given, Only, Output};
use crate::known::Arn;
use crate::plans;
use crate::sources::config::{Config, Level};
use crate::verdict::{Status, Verdict};

use super::change;
use super::code::{BLOCKED, GOOD, UNDECIDED, exit_code};
use super::copies;
use super::decide::{Found, How, is_off};
use super::finish::finish;
use super::gather::{facts as facts_of, facts_of_estate};
use super::gathered::Survey;
use super::judge::judge;
use super::prepared::{Prepared, prepare};
use super::print::{warn, warn_of_more, write_report};
use super::settings;
use super::targets::{Formats, reads};

/// The check of what a change may take away.
const NOT_COPIED_OUT: &str = "resource-not-copied-out";

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
        |found, formats| write_report(found, output, formats),
    )
}

/// Decides all that there is and has it told; the exit code says what it comes to.
pub(super) fn decide(
    (given, estate, aws): (&Given, &Estate, &Aws),
    only: &[Only],
    (output, config): (&Output, &Config),
    tell: impl FnOnce(&mut Found<'_>, Formats) -> anyhow::Result<()>,
) -> anyhow::Result<u8> {
    let given = &settings::given(given, config);
    let waivers = settings::waivers(config, given)?;
    let off = settings::of_level(config, Level::Off);
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
        &reads(given, estate),
        || facts_of_estate(given, (estate, aws), Survey::Coverage, (output, config)),
        |_| {},
    )?;
    let facts = facts_of(&inventory, given);
    let plans = plans::plans(&facts);
    let mut wanted = copies::all(&inventory, &plans, &facts);
    wanted.gaps.extend(open.iter().cloned());
    wanted.open.extend(open);
    // A Region whose plans were not read may have some; where AWS refused to say what there is, the answer stays open.
    let unlisted = facts.plans_not_listed();
    let refused = facts.not_listed();
    let all_listed = unlisted.is_empty();
    let is_open = !wanted.open.is_empty()
        || !refused.is_empty()
        || unlisted
            .iter()
            .any(|gap| gap.error.is_some() || gap.hand().is_some());
    wanted.gaps.extend(unlisted);
    warn_of_more(
        output,
        "there may be more accounts, vaults or plans",
        &refused,
    );
    let mut audited =
        checks::audit(&plans, &facts).without(|check, outcome| is_off(&off, check, outcome));
    let only: Vec<Verdict> = only.iter().map(|only| verdict(*only)).collect();
    let earlier = before.clone().map(|mut now| {
        plans::add_those_of_policies(&mut now);
        now
    });
    let earlier = earlier.as_ref().map(|now| facts_of(now, given));
    let how = How {
        only: &only,
        everything: output.verbose,
        reading: &reading.with_vaults(&facts),
        before: earlier.as_ref(),
        off: &off,
    };
    let is_change = given.change.is_given();
    let failed = match &given.change.baseline {
        Some(file) => Some(change::baseline(file, output.max_input)?.failing),
        None => earlier
            .as_ref()
            .map(|facts| checks::audit(&plans::plans(facts), facts).failing()),
    };
    let mut found = Found::of(wanted, &facts, Some((&mut audited, &plans)), how);
    judge(
        &mut found,
        (given, output),
        true,
        before,
        places,
        |inventory, facts| copies::all(inventory, &plans::plans(facts), facts).copies,
    )?;
    let waived = found.waive(&waivers, Some(&audited));
    let raised = settings::of_level(config, Level::Error);
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
    let unclean = left(Status::Warn)
        .chain(left(Status::Undecided))
        .next()
        .is_some();
    // With a change to judge, what failed before it does not count.
    let failed = failed.filter(|_| !given.change.all).unwrap_or_default();
    // Nor does what was warned of, unless the change brought it: a resource that leaves its account no longer.
    let coverage = found.report.coverage.as_ref();
    let lost: BTreeSet<&str> = coverage
        .into_iter()
        .flat_map(|coverage| coverage.lost.iter().map(Arn::as_str))
        .collect();
    let counts = |subject: &str, check: &str| {
        let is_news = check == NOT_COPIED_OUT && lost.contains(subject);
        raised.contains(check) && (given.change.all || !is_change || is_news)
    };
    let is_raised = left(Status::Warn).any(|(subject, check)| counts(&subject, check));
    let fails = is_raised || left(Status::Fail).any(|finding| !failed.contains(&finding));
    let may_be_raised = left(Status::Undecided).any(|(subject, check)| counts(&subject, check));
    let code = if fails || (output.strict && unclean) {
        BLOCKED
    } else if may_be_raised && of_copies == GOOD {
        UNDECIDED
    } else {
        of_copies
    };
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

const fn verdict(only: Only) -> Verdict {
    match only {
        Only::Blocked => Verdict::Blocked,
        Only::Undecided => Verdict::Undecided,
        Only::Feasible => Verdict::Feasible,
    }
}
