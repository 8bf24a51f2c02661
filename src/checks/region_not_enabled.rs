#![doc = include_str!("region_not_enabled.md")]

use super::words::{not_read, region_meant};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::calls::api_call;
use crate::catalog::cite;
use crate::catalog::regions::{enabled_by_default, is_opt_in};
use crate::inventory::{Endpoints, Facts};
use crate::known::{AccountId, ByHand, Fact, Gap, Region};
use crate::verdict::{Evidence, Need, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "region-not-enabled",
    title: "a Region of the copy is not switched on in one of the accounts",
    doc: include_str!("region_not_enabled.md"),
    cites: &[cite::FEATURES, cite::REGIONS],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, facts: &Facts<'_>) -> Outcome {
    let region = known!(copy.destination_region());
    let there = destination_enabled(copy, &region, facts);
    let there = match source_off(copy, &region, facts) {
        Some(off) => there.and(off),
        None => there,
    };
    if there.status != Status::Pass {
        return there;
    }
    source_closed(copy, &region, facts).unwrap_or(there)
}

/// The source account lost what it has in the source Region, where that was switched off after it made it: nothing of its own
/// reaches there any more.
///
/// See <https://docs.aws.amazon.com/accounts/latest/reference/API_DisableRegion.html> and
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RegionOptOutOptIn.html>.
fn source_off(copy: &Endpoints, to: &Region, facts: &Facts<'_>) -> Option<Outcome> {
    let (from, account) = (
        copy.source_region().known()?,
        copy.source_account().known()?,
    );
    // Of one Region both accounts are asked as its destination.
    if from == *to || enabled_by_default(&from) {
        return None;
    }
    let seen = match switched_on(account, &from, facts) {
        Fact::Known(Ok(_)) => return None,
        Fact::Known(Err(off)) => off,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let off = Outcome::fail(format!(
        "the Region {from}, out of which the copy goes, is not switched on in account {account}"
    ))
    .needs([Need::Region {
        account,
        region: from,
    }]);
    Some(off.saw([seen]))
}

/// The destination account copies out of the source Region, which may be one that it did not switch on: no page says whether it
/// must be.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html> and
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>.
fn source_closed(copy: &Endpoints, to: &Region, facts: &Facts<'_>) -> Option<Outcome> {
    let (from, source) = (
        copy.source_region().known()?,
        copy.source_account().known()?,
    );
    let account = copy.destination_account().known()?;
    if from == *to || source == account || enabled_by_default(&from) {
        return None;
    }
    let seen = match switched_on(account, &from, facts) {
        Fact::Known(Ok(_)) => return None,
        Fact::Known(Err(off)) => off,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let what =
        "whether a copy can come out of a Region that its destination account did not switch on";
    let gap = Gap::not_told(what, from.as_str()).within(Some(account), Some(&from));
    let message = format!(
        "account {account} did not switch on {from}, out of which it copies, and whether it must is not known"
    );
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}

/// That an account switched a Region on, or that it did not, which is what an account says that does not know the Region.
fn switched_on(
    account: AccountId,
    region: &Region,
    facts: &Facts<'_>,
) -> Fact<Result<Evidence, Evidence>> {
    let evidence = |says: &str| Evidence::of(format!("{account}/{region}"), format!("is {says}"));
    match facts.region_opt_in(account, region) {
        Fact::Unknown(gap) => Fact::Unknown(gap),
        Fact::Known(Some(status)) if must_be_opted_in(status, region) => {
            let says = format!(
                "say which is right: `opt_in_status` {status}, or that {region} is a Region to opt in to"
            );
            let gap = Gap::by_hand(ByHand::Contradiction, says, region.as_str());
            Fact::unknown(gap.within(Some(account), Some(region)))
        }
        Fact::Known(Some(status)) => match is_on(status) {
            Some(true) => Fact::Known(Ok(evidence(status))),
            Some(false) => Fact::Known(Err(evidence(status))),
            // Soon it is on.
            None if status.eq_ignore_ascii_case("enabling") => {
                Fact::unknown(call(facts, account, region))
            }
            None => {
                let gap = Gap::strange_word("opt_in_status", status, region.as_str());
                Fact::unknown(gap.within(Some(account), Some(region)))
            }
        },
        Fact::Known(None) => Fact::Known(Err(evidence("unknown to the account"))),
    }
}

fn destination_enabled(copy: &Endpoints, region: &Region, facts: &Facts<'_>) -> Outcome {
    if enabled_by_default(region) {
        return Outcome::pass(format!("every account has the Region {region}"));
    }
    let mut accounts: Vec<AccountId> = vec![known!(copy.destination_account())];
    let mut gaps: Vec<Gap> = Vec::new();
    match copy.source_account() {
        Fact::Known(account) if !accounts.contains(&account) => accounts.push(account),
        Fact::Known(_) => {}
        Fact::Unknown(gap) => gaps.push(*gap),
    }
    let (mut off, mut seen) = (Vec::new(), Vec::new());
    for account in accounts {
        match switched_on(account, region, facts) {
            Fact::Known(Ok(on)) => seen.push(on),
            Fact::Known(Err(evidence)) => off.push((account, evidence)),
            Fact::Unknown(gap) => gaps.push(*gap),
        }
    }
    if !off.is_empty() {
        let names: Vec<String> = off.iter().map(|(account, _)| account.to_string()).collect();
        return Outcome::fail(format!(
            "the Region {region} is not switched on in account {}{}",
            names.join(" and "),
            region_meant(region)
        ))
        .needs(off.iter().map(|(account, _)| Need::Region {
            account: *account,
            region: region.clone(),
        }))
        .saw(off.into_iter().map(|(_, evidence)| evidence));
    }
    if !gaps.is_empty() {
        return Outcome::undecided(
            format!(
                "whether the Region {region} is switched on in both accounts is not known{}",
                region_meant(region)
            ),
            gaps,
        )
        .saw(seen);
    }
    Outcome::pass(format!("the Region {region} is switched on")).saw(seen)
}

/// Whether a status says that nobody needs to opt in to a Region that is known as one to opt in to.
fn must_be_opted_in(status: &str, region: &Region) -> bool {
    let status = status.to_ascii_lowercase().replace('_', "-");
    matches!(
        status.as_str(),
        "opt-in-not-required" | "enabled-by-default"
    ) && is_opt_in(region)
}

/// Whether a status says that the Region can be used: the words of EC2 and of the account service. `None`: on its way.
fn is_on(status: &str) -> Option<bool> {
    match status.to_ascii_lowercase().replace('_', "-").as_str() {
        "opted-in" | "opt-in-not-required" | "enabled" | "enabled-by-default" => Some(true),
        "not-opted-in" | "disabled" | "disabling" => Some(false),
        _ => None,
    }
}

fn call(facts: &Facts<'_>, account: AccountId, region: &Region) -> Gap {
    facts.gap(
        api_call!("ec2:DescribeRegions"),
        region.as_str(),
        Some(account),
        Some(region),
    )
}
