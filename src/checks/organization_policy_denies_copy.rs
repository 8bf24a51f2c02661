#![doc = include_str!("organization_policy_denies_copy.md")]

use std::sync::Arc;

use super::role_policies::{contradicted, doubted};
use super::tagging::{PoliciesOf, fails_and_may_not_tag, may_not_tag};
use super::words::{backed_up_by_another, backup_without, status_message, taken_by_backups};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ASSUME, AskedOf, BackupRequest, Grounds, Party, RoleRequest, RoleRequests, Ruling, Rulings,
    air_gapped_key_requests, backup_requests, control_rulings, denied_by,
    denied_by_the_organization, list, may_be_assumed, nothing_binds, role_requests, to_lift,
};
use crate::catalog::cite;
use crate::catalog::messages::MessageId;
use crate::catalog::requests::COPY_INTO;
use crate::inventory::{Copy, Facts, Transfer};
use crate::known::{Arn, Fact};
use crate::verdict::{Basis, Evidence, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "organization-policy-denies-copy",
    title: "a policy of the organization stops the copy role",
    doc: include_str!("organization_policy_denies_copy.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::SCP, cite::RCP],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Refined {
        transfer: run,
        copy: stops_backup,
    },
};

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    let role = known!(copy.endpoints().role.as_ref());
    let asked = all_requests(copy, facts);
    let rulings = control_rulings(facts, role, &asked.requests);
    let denied = control_rulings(facts, role, &asked.denies);
    let rulings = rulings.and_denied_of(&denied);
    let rulings = rulings.and(assumed_by_backup(copy, facts, role));
    let name = role.name();
    if rulings.is_stopped() {
        let assumed = assumed_by_backup(copy, facts, role);
        return stopped_together(copy, role, asked, assumed, facts);
    }
    let requests = [asked.requests, asked.denies].concat();
    // What else the copy asks is not known; whether that matters is, where nothing binds the role.
    let more_unknown = !asked.gaps.is_empty() && !nothing_binds(facts, role);
    let open = rulings.open();
    if open.is_some() || more_unknown {
        let (mut gaps, _, seen) = open.unwrap_or_default();
        if more_unknown {
            gaps.extend(asked.gaps);
        }
        let message = format!(
            "whether the organization's policies let the role `{name}` make the copy is not known"
        );
        return Outcome::undecided(message, gaps).saw(seen);
    }
    if let Some(denied) = denied_by_the_organization(facts, role, &requests) {
        return contradicted(role, "the organization's", denied);
    }
    let in_doubt = doubted(role, "the organization's", &asked.doubtful, |doubtful| {
        let rulings = control_rulings(facts, role, std::slice::from_ref(&doubtful.asked));
        if doubtful.denies_alone {
            rulings.denies()
        } else {
            rulings
        }
    });
    if let Some(in_doubt) = in_doubt {
        return in_doubt;
    }
    let simulated = rulings.allowed_on(Grounds::Simulator);
    if !simulated.is_empty() {
        return Outcome::warn(format!(
            "the organization's policies were not read; by the policy simulator they let the role `{name}` do {}, but it leaves their conditions out",
            list(&simulated)
        ))
        .on(Basis::Inferred)
        .saw([Evidence::at(role, "/Simulated", "says that they let it through")]);
    }
    if !rulings.allowed_on(Grounds::Assumption).is_empty() {
        return Outcome::pass(
            "the organization's policies were not read, and are assumed to allow the copy",
        )
        .on(Basis::Inferred);
    }
    Outcome::pass(format!(
        "no policy of the organization stops the role `{name}`"
    ))
}

/// All that the copy asks of its role.
fn all_requests(copy: &Transfer, facts: &Facts<'_>) -> RoleRequests {
    let mut asked = role_requests(copy, facts);
    asked.requests.extend(air_gapped_key_requests(copy, facts));
    asked
}

/// What is ruled on AWS Backup's becoming the role.
fn assumed_by_backup(
    copy: &Transfer,
    facts: &Facts<'_>,
    role: &Arn,
) -> Option<(&'static str, Ruling)> {
    match copy.endpoints().source_account() {
        Fact::Known(source) if role.account() == Some(source) => {
            Some((ASSUME, may_be_assumed(facts, role, source)))
        }
        // Another check says what is wrong, or unknown, with these.
        Fact::Known(_) | Fact::Unknown(_) => None,
    }
}

/// What stops the backup that is copied, or may. What is denied counts, whatever else was not read.
fn stops_backup(copy: &Copy, facts: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    let role = copy.endpoints().role.as_ref().known()?;
    let rulings =
        |request: &Arc<RoleRequest>| control_rulings(facts, role, std::slice::from_ref(request));
    let asked = backup_requests(copy, facts, AskedOf::Organization).into_iter();
    let asked = asked.filter(|asked| asked.may_be_stopped(&rulings(&asked.asked)));
    let (against, open): (Vec<_>, Vec<_>) =
        asked.partition(|asked| asked.is_stopped(&rulings(&asked.asked)));
    let is_by_role = copy.is_backed_up_by_its_role();
    let is_certain = is_by_role && against.iter().any(|asked| asked.is_certain);
    match found.status {
        Status::NotApplicable => None,
        // What is stopped is stopped together.
        Status::Fail if is_by_role => {
            let of_copy = || {
                let assumed = assumed_by_backup(&copy.transfer, facts, role);
                (all_requests(&copy.transfer, facts), assumed)
            };
            let whole =
                (!against.is_empty()).then(|| stopped_with(copy, role, of_copy(), against, facts));
            and_tags(whole.as_ref().unwrap_or(found), copy, facts).or(whole)
        }
        Status::Fail => and_tags(found, copy, facts),
        Status::Pass | Status::Warn | Status::Undecided if is_certain => {
            let fail = stopped_with(copy, role, (RoleRequests::default(), None), against, facts);
            let fail = and_tags(&fail, copy, facts).unwrap_or(fail);
            Some(fail.on(Basis::Inferred))
        }
        // The simulator's word for the copy is none for what it was not asked of the backup.
        Status::Pass | Status::Warn if !against.is_empty() => {
            Some(may_stop(copy, role, against, facts))
        }
        Status::Pass | Status::Warn => not_known(role, open, facts).or_else(|| {
            let warn = may_not_tag(copy, PoliciesOf::Organization, facts)?;
            Some(match found.status {
                Status::Warn => found.clone().and(warn),
                Status::Pass | Status::Fail | Status::Undecided | Status::NotApplicable => warn,
            })
        }),
        Status::Undecided => None,
    }
}

/// What is stopped, and what of the tags would be warned of next.
fn and_tags(found: &Outcome, copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    fails_and_may_not_tag(found, copy, PoliciesOf::Organization, facts)
}

/// What is stopped of these, and of the backup.
fn stopped_with(
    copy: &Copy,
    role: &Arn,
    (of_copy, assumed): (RoleRequests, Option<(&'static str, Ruling)>),
    against: Vec<BackupRequest>,
    facts: &Facts<'_>,
) -> Outcome {
    let (of_denies, others): (Vec<_>, Vec<_>) =
        against.into_iter().partition(|asked| asked.denies_alone);
    let asked = RoleRequests {
        requests: [of_copy.requests, exact(others)].concat(),
        denies: [of_copy.denies, exact(of_denies)].concat(),
        ..of_copy
    };
    stopped_together(&copy.transfer, role, asked, assumed, facts)
}

/// What is stopped of all this: a Deny of what the copy may do without is lifted with the others, as it would be asked next.
fn stopped_together(
    copy: &Transfer,
    role: &Arn,
    asked: RoleRequests,
    assumed: Option<(&'static str, Ruling)>,
    facts: &Facts<'_>,
) -> Outcome {
    let doubtful = asked.doubtful.into_iter().map(|doubtful| doubtful.asked);
    let of_denies: Vec<_> = asked.denies.into_iter().chain(doubtful).collect();
    let denied = control_rulings(facts, role, &of_denies);
    let rulings = control_rulings(facts, role, &asked.requests).and_denied_of(&denied);
    let rulings = rulings.and(assumed);
    let requests = [asked.requests, of_denies].concat();
    stopped(copy, role, &requests, &rulings)
}

/// What is stopped of the backup, where that is not known to keep it from being made.
fn may_stop(copy: &Copy, role: &Arn, against: Vec<BackupRequest>, facts: &Facts<'_>) -> Outcome {
    let mut unread = against.iter().filter_map(|asked| asked.unread.clone());
    let unread = unread.next();
    let why = taken_by_backups(&against);
    let denies_alone = against.iter().all(|asked| asked.denies_alone);
    let rulings = control_rulings(facts, role, &exact(against));
    let rulings = if denies_alone {
        rulings.denies()
    } else {
        rulings
    };
    let actions = list(&rulings.stopped());
    let name = role.name();
    let (message, gap) = if copy.is_backed_up_by_its_role() {
        let message = format!(
            "the organization's policies keep the role `{name}` from {actions}, {why}: whether the backup to be copied is made without it is not known"
        );
        (
            message,
            unread.unwrap_or_else(|| backup_without(&actions, role)),
        )
    } else {
        let message = format!(
            "the organization's policies keep the role `{name}` from {actions}, which the backup that is copied needs: which role makes that backup is not known"
        );
        (message, backed_up_by_another(&actions, role))
    };
    Outcome::undecided(message, [gap]).saw(rulings.stopped_by())
}

/// What may stop the backup, of which it is not known whether it does.
fn not_known(role: &Arn, open: Vec<BackupRequest>, facts: &Facts<'_>) -> Option<Outcome> {
    let rulings = |asked: BackupRequest| control_rulings(facts, role, &[asked.asked]);
    let (gaps, _, seen) = open.into_iter().find_map(|asked| rulings(asked).open())?;
    let message = format!(
        "whether the organization's policies let the role `{}` make the backup that is copied is not known",
        role.name()
    );
    Some(Outcome::undecided(message, gaps).saw(seen))
}

fn exact(asked: Vec<BackupRequest>) -> Vec<Arc<RoleRequest>> {
    asked.into_iter().map(|asked| asked.asked).collect()
}

/// What the organization's policies stop.
fn stopped(
    copy: &Transfer,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
    rulings: &Rulings,
) -> Outcome {
    let name = role.name();
    let denied = rulings
        .denied()
        .map_or_else(Vec::new, |(actions, ..)| actions);
    let missing = rulings.lacking(Party::Organization);
    let missing = missing.map_or_else(Vec::new, |(actions, _)| actions);
    let deny = (!denied.is_empty()).then(|| format!("deny {}", list(&denied)));
    let silent = (!missing.is_empty()).then(|| format!("do not allow {}", list(&missing)));
    let parts: Vec<String> = [deny, silent].into_iter().flatten().collect();
    let seen = rulings.stopped_by();
    let fail = Outcome::fail(format!(
        "the organization's policies {} to the role `{name}`{}",
        parts.join(", and "),
        denied_by(&seen)
    ));
    let destination = &copy.endpoints().destination_vault;
    let fail = match to_lift(role, requests, rulings, destination) {
        // What AWS Backup itself is denied cannot be narrowed to one copy.
        Some(lifts) if missing.is_empty() && !denied.contains(&ASSUME) => fail.needs(lifts),
        Some(_) | None => fail.by_hand(match (denied.is_empty(), missing.is_empty()) {
            (_, true) => "have the management account exempt the role, or copy to where they allow",
            (true, false) => "have the management account allow it there, or copy to where they allow",
            (false, false) => {
                "have the management account exempt the role, and allow there what is not allowed, or copy to where they allow"
            }
        }),
    };
    let into = rulings.stop(COPY_INTO);
    fail.foretells(into.then(|| status_message(MessageId::E3)).flatten())
        .saw(seen)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::inventory::{Assumption, Copy, items, read};
    use crate::verdict::Status;

    #[test]
    fn policies_that_were_not_read_are_taken_for_granted_only_where_somebody_says_so() {
        let vault =
            |name: &str| format!("arn:aws:backup:us-east-2:111122223333:backup-vault:{name}");
        let text = json!({
            "schema": "backup-preflight/inventory/v1",
            "copies": [{
                "id": "c",
                "resource": "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-1",
                "source_vault": vault("one"),
                "destination_vault": vault("other"),
                "role": "arn:aws:iam::111122223333:role/copies",
            }],
        })
        .to_string();
        let inventory = read("test", text.as_bytes()).unwrap();
        let entry = items(&inventory.copies).first().unwrap();
        let of_the_organization = |copy: &Copy| {
            let words = copy.assumptions.iter();
            words.filter(|words| words.contains("organization")).count()
        };
        let facts = Facts::new(&inventory);
        let copy = Copy::of_entry(entry, &facts);
        assert_eq!(run(&copy.transfer, &facts).status, Status::Undecided);
        assert_eq!(of_the_organization(&copy), 0);
        let facts = facts.assuming([Assumption::OrganizationPoliciesAllow]);
        let copy = Copy::of_entry(entry, &facts);
        assert_eq!(run(&copy.transfer, &facts).status, Status::Pass);
        assert_eq!(of_the_organization(&copy), 1);
        // Asked again, as remedies are proven, it is said once.
        assert_eq!(of_the_organization(&Copy::new(copy.named(), &facts)), 1);
    }
}
