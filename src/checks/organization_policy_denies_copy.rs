#![doc = include_str!("organization_policy_denies_copy.md")]

use std::sync::Arc;

use super::role_policies::contradicted;
use super::words::{backup_without, status_message};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ASSUME, BackupRequest, Grounds, Party, RoleRequest, Rulings, air_gapped_key_request,
    backup_requests, control_rulings, denied_by_the_organization, list, may_be_assumed,
    nothing_binds, role_requests, to_lift,
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
    let mut asked = role_requests(copy, facts);
    asked.requests.extend(air_gapped_key_request(copy, facts));
    let assumed_by_backup = match copy.endpoints().source_account() {
        Fact::Known(source) if role.account() == Some(source) => {
            Some((ASSUME, may_be_assumed(facts, role, source)))
        }
        // Another check says what is wrong, or unknown, with these.
        Fact::Known(_) | Fact::Unknown(_) => None,
    };
    let rulings = control_rulings(facts, role, &asked.requests).and(assumed_by_backup);
    let name = role.name();
    if rulings.is_stopped() {
        return stopped(copy, role, &asked.requests, &rulings);
    }
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
    if let Some(denied) = denied_by_the_organization(facts, role, &asked.requests) {
        return contradicted(role, "the organization's", denied);
    }
    let simulated = rulings.allowed_on(Grounds::Simulator);
    if !simulated.is_empty() {
        return Outcome::warn(format!(
            "the organization's policies were not read; the policy simulator lets the role `{name}` do {}, but leaves their conditions out",
            list(&simulated)
        ))
        .on(Basis::Inferred)
        .saw([Evidence::at(role, "/Simulated", "allows it")]);
    }
    if !rulings.allowed_on(Grounds::Assumption).is_empty() {
        return Outcome::pass(
            "the organization's policies were not read, and are taken to allow the copy",
        )
        .on(Basis::Inferred);
    }
    Outcome::pass(format!(
        "no policy of the organization stops the role `{name}`"
    ))
}

/// What stops the backup that is copied, where the policies that are in force were read.
fn stops_backup(copy: &Copy, facts: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    let is_pass = match found.status {
        Status::Pass => true,
        Status::Fail => false,
        Status::Warn | Status::Undecided | Status::NotApplicable => return None,
    };
    let role = copy.endpoints().role.as_ref().known()?;
    if nothing_binds(facts, role) {
        return None;
    }
    facts.service_control_policies(role.account()?).known()?;
    let rulings =
        |request: &Arc<RoleRequest>| control_rulings(facts, role, std::slice::from_ref(request));
    let asked = backup_requests(copy, facts).into_iter();
    let asked = asked.filter(|asked| !rulings(&asked.of_type).is_all_allowed());
    let (against, others): (Vec<_>, Vec<_>) =
        asked.partition(|asked| rulings(&asked.exact).is_stopped());
    let is_certain = against.iter().any(|asked| asked.is_certain);
    let unread = against.iter().find_map(|asked| asked.unread.clone());
    let exact = |asked: Vec<BackupRequest>| asked.into_iter().map(|asked| asked.exact);
    let against: Vec<_> = exact(against).collect();
    if is_certain || !is_pass && !against.is_empty() {
        // What is stopped is stopped together.
        let of_copy = || role_requests(&copy.transfer, facts).requests;
        let requests = if is_pass {
            against
        } else {
            [of_copy(), against].concat()
        };
        let rulings = control_rulings(facts, role, &requests);
        let fail = stopped(&copy.transfer, role, &requests, &rulings);
        return Some(if is_pass {
            fail.on(Basis::Inferred)
        } else {
            fail
        });
    }
    if !is_pass {
        return None;
    }
    if !against.is_empty() {
        let rulings = control_rulings(facts, role, &against);
        let actions = list(&rulings.stopped());
        let message = format!(
            "the organization's policies keep the role `{}` from {actions}, which AWS's policies for backups have: whether the backup that is copied is made without is not known",
            role.name()
        );
        let gap = unread.unwrap_or_else(|| backup_without(&actions, role));
        return Some(Outcome::undecided(message, [gap]).saw(rulings.stopped_by()));
    }
    let (gaps, _, seen) = exact(others).find_map(|exact| rulings(&exact).open())?;
    let message = format!(
        "whether the organization's policies let the role `{}` make the backup that is copied is not known",
        role.name()
    );
    Some(Outcome::undecided(message, gaps).saw(seen))
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
    let missing = rulings.missing(Party::Organization);
    let missing = missing.map_or_else(Vec::new, |(actions, _)| actions);
    let deny = (!denied.is_empty()).then(|| format!("deny {}", list(&denied)));
    let silent = (!missing.is_empty()).then(|| format!("do not allow {}", list(&missing)));
    let parts: Vec<String> = [deny, silent].into_iter().flatten().collect();
    let seen = rulings.stopped_by();
    let by = seen
        .first()
        .map_or_else(String::new, |first| format!(" ({})", first.says));
    let fail = Outcome::fail(format!(
        "the organization's policies {} to the role `{name}`{by}",
        parts.join(", and ")
    ));
    let destination = &copy.endpoints().destination_vault;
    let fail = match to_lift(role, requests, rulings, destination) {
        // What AWS Backup itself is denied cannot be narrowed to one copy.
        Some(lifts) if missing.is_empty() && !denied.contains(&ASSUME) => fail.needs(lifts),
        Some(_) | None => {
            fail.by_hand("have the management account exempt the role, or copy to where they allow")
        }
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
