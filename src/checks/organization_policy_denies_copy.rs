#![doc = include_str!("organization_policy_denies_copy.md")]

use super::role_policies::contradicted;
use super::words::status_message;
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ASSUME, Grounds, Party, air_gapped_key_request, control_rulings, denied_by_the_organization,
    list, may_be_assumed, nothing_binds, role_requests, to_lift,
};
use crate::catalog::cite;
use crate::catalog::messages::MessageId;
use crate::catalog::requests::COPY_INTO;
use crate::inventory::{Facts, Transfer};
use crate::known::Fact;
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "organization-policy-denies-copy",
    title: "a policy of the organization stops the copy role",
    doc: include_str!("organization_policy_denies_copy.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::SCP, cite::RCP],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Transfer(run),
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
        let fail = match to_lift(role, &asked.requests, &rulings, destination) {
            // What AWS Backup itself is denied cannot be narrowed to one copy.
            Some(lifts) if missing.is_empty() && !denied.contains(&ASSUME) => fail.needs(lifts),
            Some(_) | None => fail.by_hand(
                "have the management account exempt the role, or copy to where they allow",
            ),
        };
        let into = rulings.stop(COPY_INTO);
        return fail
            .foretells(into.then(|| status_message(MessageId::E3)).flatten())
            .saw(seen);
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
        let facts = Facts::new(&inventory);
        let copy = Copy::of_entry(entry, &facts);
        assert_eq!(run(&copy.transfer, &facts).status, Status::Undecided);
        assert!(copy.assumptions.is_empty());
        let facts = facts.assuming([Assumption::OrganizationPoliciesAllow]);
        let copy = Copy::of_entry(entry, &facts);
        assert_eq!(run(&copy.transfer, &facts).status, Status::Pass);
        assert_eq!(copy.assumptions.len(), 1);
        // Asked again, as remedies are proven, it is said once.
        assert_eq!(Copy::new(copy.named(), &facts).assumptions.len(), 1);
    }
}
