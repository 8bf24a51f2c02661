//! What the checks lack: the gaps of what is asked about, from which AWS is asked.

use std::collections::{BTreeSet, HashSet};
use std::convert::Infallible;
use std::sync::Arc;

use crate::authorization::asked_of_role;
use crate::backtest;
use crate::catalog::calls::api_call;
use crate::checks::{self, decide};
use crate::cli::{Check, Given};
use crate::inventory::{Assumption, Copy, Facts, Inventory, Timestamp};
use crate::known::{AccountId, Arn, Fact, Gap, Region, in_order};
use crate::plans::{self, Plan};
use crate::sources::live::{Asked, Asks};

use super::copies;
use super::gathered::Survey;
use super::narrow::narrow;

/// Who takes what is lacked.
type TakeAsked<'t> = &'t mut dyn FnMut(&Facts<'_>, &Asked);

/// What the copies lack that are named, or that the plans make which are; and the way back where that is asked about, too.
#[must_use]
pub fn of_check(asked: &Check) -> Asks {
    let asked = asked.clone();
    Arc::new(move |known, take| {
        let mut known = known.clone();
        narrow(&mut known, &asked);
        plans::add_those_of_policies(&mut known);
        let facts = facts(&known, &asked.facts);
        // What is asked about may only be there when more is read.
        let Ok(wanted) = copies::asked_for(&asked, &known, &facts, None) else {
            return;
        };
        of_places(&wanted.gaps, &facts, take);
        of_copies(&wanted.copies, asked.and_back, &facts, take);
    })
}

/// What `collect` keeps: all that any command asks of whole accounts.
#[must_use]
pub fn of_everything() -> Asks {
    of_survey(Survey::Everything, &Given::default())
}

/// What is lacked by the copies that plans make, and by what else a survey is for.
pub(super) fn of_survey(what: Survey<'_>, given: &Given) -> Asks {
    if let Survey::Plans(asked) = what {
        return of_check(asked);
    }
    let given = given.clone();
    let (has_copy_jobs, has_coverage) = (what.has_copy_jobs(), what.has_coverage());
    Arc::new(move |known, take| {
        let mut known = known.clone();
        plans::add_those_of_policies(&mut known);
        let facts = facts(&known, &given);
        let plans = plans::plans(&facts);
        let wanted = copies::all(&known, &plans, &facts);
        of_places(&wanted.gaps, &facts, take);
        of_copies(&wanted.copies, false, &facts, take);
        if has_copy_jobs {
            let ran = backtest::copies(&facts).into_iter();
            let ran: Vec<_> = ran.map(copies::Asked::made).collect();
            of_copies(&ran, false, &facts, take);
        }
        if has_coverage {
            of_audit(&plans, &wanted.copies, &facts, take);
        }
    })
}

/// What may be taken for granted is read all the same: what denies a copy counts.
fn facts<'a>(known: &'a Inventory, given: &Given) -> Facts<'a> {
    let at = given.assume_at.map(|at| at.to_string());
    Facts::new(known)
        .assuming([Assumption::MoreIsRead])
        .as_of(at.and_then(|at| Timestamp::parse(&at)))
}

fn of_copies(copies: &[copies::Asked<'_>], and_back: bool, facts: &Facts<'_>, take: TakeAsked<'_>) {
    let of_copy = |copy: Copy, facts: &Facts<'_>| {
        let decided = decide(copy, facts);
        let outcomes = decided.outcomes.iter();
        let gaps = outcomes.flat_map(|(_, outcome)| outcome.gaps.iter().cloned());
        let mut asked = Asked::by(&decided.copy, in_their_order(gaps));
        // The simulator is asked for policies of the organization that were not read alone.
        if asked.lacks_control_policies() {
            asked.of_role = asked_of_role(&decided.copy, facts);
        }
        asked
    };
    let Ok(()) = in_order(
        copies,
        || facts.clone(),
        |facts, piece| {
            let each = piece.iter().map(|copy| copy.copy(facts));
            let each = each.flat_map(|copy| {
                let back = copy.back().filter(|_| and_back);
                let back = back.map(|back| of_copy(Copy::new(back, facts), facts));
                [Some(of_copy(copy, facts)), back]
            });
            each.flatten().collect::<Vec<_>>()
        },
        |all| {
            all.iter().for_each(|asked| take(facts, asked));
            Ok::<(), Infallible>(())
        },
    );
}

/// What an audit wants besides the copies: what is said of vaults and plans; of what no copy takes out of its account, what would
/// be wanted if one did; which copies are there already, and whether their keys let them be restored.
fn of_audit(plans: &[Plan], copies: &[copies::Asked<'_>], facts: &Facts<'_>, take: TakeAsked<'_>) {
    let audited = checks::audit(plans, facts);
    let of_vaults = audited.vaults.iter().map(|(_, found)| found);
    let of_plans = audited.plans.iter().map(|(_, found)| found);
    let outcomes = of_vaults.chain(of_plans).flatten();
    let gaps = outcomes.flat_map(|(_, outcome)| outcome.gaps.iter().cloned());
    of_places(&in_their_order(gaps), facts, take);
    let out = copies.iter().filter_map(|copy| {
        let resource = copy.resource()?;
        let by_plan = || Some(copy.plan()?.made_by.as_ref()?.account);
        let from = resource.account().or_else(by_plan);
        (copy.destination_vault().account() != from).then_some(resource)
    });
    let out: HashSet<&Arn> = out.collect();
    for plan in plans.iter().filter(|plan| plan.may_copy()) {
        let left = facts.resources_in(plan.account, &plan.region);
        let left = left.into_iter().filter(|resource| !out.contains(resource));
        let copies = left.flat_map(|resource| plan.copies_if_taken(resource, facts));
        let copies: Vec<_> = copies.map(copies::Asked::made).collect();
        of_copies(&copies, false, facts, take);
    }
    let vaults: BTreeSet<&Arn> = copies
        .iter()
        .map(copies::Asked::destination_vault)
        .collect();
    // Of a vault that no list has nobody listed the recovery points.
    let unread = |vault: &&Arn| matches!(facts.vault_exists(vault), Fact::Unknown(_));
    let points = vaults.into_iter().filter(unread).map(|vault| {
        let call = api_call!("backup:ListRecoveryPointsByBackupVault");
        facts.gap(
            call,
            vault.as_str(),
            vault.account(),
            vault.region().as_ref(),
        )
    });
    of_places(&in_their_order(points), facts, take);
    for (account, region) in facts.places() {
        let gaps = in_their_order(facts.unread_of_named(account, region).into_iter());
        let asked = Asked::in_place(Some(account), Some(region.clone()), gaps);
        take(facts, &asked);
    }
}

/// What is wanted where the gaps are.
fn of_places(gaps: &[Gap], facts: &Facts<'_>, take: TakeAsked<'_>) {
    for gap in gaps {
        let account = gap
            .account
            .as_deref()
            .and_then(|id| AccountId::parse(id).ok());
        let region = gap.region.as_deref().map(Region::new);
        take(facts, &Asked::in_place(account, region, vec![gap.clone()]));
    }
}

fn in_their_order(gaps: impl Iterator<Item = Gap>) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = gaps.collect();
    gaps.sort();
    gaps.dedup();
    gaps
}
