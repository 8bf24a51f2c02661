#![doc = include_str!("organization_policy_denies_copy.md")]

use std::collections::BTreeMap;
use std::sync::Arc;

use super::words::{foretold, not_read};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    ASSUME, Grounds, Party, RoleRequest, Ruling, Rulings, actions, air_gapped_key_request,
    control_rulings, denied_by_the_organization, list, may_be_assumed, role_requests,
};
use crate::catalog::cite;
use crate::catalog::messages::{MessageId, predict};
use crate::catalog::requests::{COPY_FROM, COPY_INTO};
use crate::inventory::{ControlPolicies, Facts, Transfer};
use crate::known::{AccountId, Arn, ByHand, Fact, Gap};
use crate::verdict::{Basis, ControlKind, Evidence, Lift, Need, Outcome, PolicyOf};

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
        return failed(copy, facts, role, &asked.requests, &rulings);
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
    if let Some((action, place)) = denied_by_the_organization(facts, role, &asked.requests) {
        let says = format!(
            "say which is right: the organization's policies, which allow {action}, or the policy simulator, which denies it"
        );
        let gap = Gap::by_hand(ByHand::Contradiction, says, role.as_str()).where_is(role);
        let denial = format!("the policy simulator denies {action}");
        return not_read(gap).saw([Evidence::at(role, place, denial)]);
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

fn failed(
    copy: &Transfer,
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
    rulings: &Rulings,
) -> Outcome {
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
        "the organization's policies {} to the role `{}`{by}",
        parts.join(", and "),
        role.name()
    ));
    let fail = match lifts(copy, facts, role, requests) {
        // What AWS Backup itself is denied cannot be narrowed to one copy.
        Some(lifts) if missing.is_empty() && !denied.contains(&ASSUME) => fail.needs(lifts),
        Some(_) | None => {
            fail.by_hand("have the management account exempt the role, or copy to where they allow")
        }
    };
    fail.foretells(
        rulings
            .stop(COPY_INTO)
            .then(|| foretold(predict(MessageId::E3)))
            .flatten(),
    )
    .saw(seen)
}

/// What must no longer be denied: by each Deny that strikes, to this role and for this copy alone. `None` where a Deny has
/// no policy of an id, as one of the simulator's.
fn lifts(
    copy: &Transfer,
    facts: &Facts<'_>,
    role: &Arn,
    requests: &[Arc<RoleRequest>],
) -> Option<Vec<Need>> {
    let rulings = control_rulings(facts, role, requests);
    let mut lifts: BTreeMap<(PolicyOf, Option<Arn>, Option<String>), Lift> = BTreeMap::new();
    for ((action, request), (_, ruling)) in actions(requests).zip(rulings.each()) {
        let Ruling::Denied { by, .. } = ruling else {
            continue;
        };
        for found in by {
            let (policy, statement) = place(found, facts)?;
            let target = (action == COPY_FROM).then(|| copy.endpoints().destination_vault.clone());
            let resources: Vec<Option<String>> = match target {
                Some(_) => vec![None],
                None => {
                    let resources = request.template.resources(&request.resource);
                    let resources = resources.into_iter();
                    resources.map(|resource| Some(resource.into())).collect()
                }
            };
            for resource in resources {
                let lift = lifts
                    .entry((policy.clone(), target.clone(), resource.clone()))
                    .or_insert_with(|| Lift {
                        policy: policy.clone(),
                        principal: role.clone(),
                        actions: Vec::new(),
                        statements: Vec::new(),
                        target: target.clone(),
                        resource,
                    });
                lift.actions.push(action);
                lift.statements.push(statement);
            }
        }
    }
    let sorted = lifts.into_values().map(|mut lift| {
        lift.actions.sort_unstable();
        lift.actions.dedup();
        lift.statements.sort_unstable();
        lift.statements.dedup();
        Need::Lift(lift)
    });
    Some(sorted.collect())
}

/// The policy and the statement that something was seen in.
fn place(seen: &Evidence, facts: &Facts<'_>) -> Option<(PolicyOf, usize)> {
    let account = AccountId::parse(&seen.subject).ok()?;
    let mut parts = seen.pointer.as_ref()?.split('/').skip(1);
    let list = parts.next()?;
    let mut number = || parts.next()?.parse::<usize>().ok();
    let (level, policy) = (number()?, number()?);
    let statement = parts.last()?.parse().ok()?;
    let (kind, levels) = match list {
        "service_control_policies" => (
            ControlKind::Service,
            facts.service_control_policies(account),
        ),
        "resource_control_policies" => (
            ControlKind::Resource,
            facts.resource_control_policies(account),
        ),
        _ => return None,
    };
    let levels = levels.known().flatten()?;
    let id = levels.get(level)?.get(policy)?.id.value()?.to_string();
    Some((PolicyOf::Control { kind, id }, statement))
}

/// Whether no policy of an organization can strike the role, or any key of its account, whatever is asked.
fn nothing_binds(facts: &Facts<'_>, role: &Arn) -> bool {
    let Some(account) = role.account() else {
        return false;
    };
    let none = |policies: Fact<Option<ControlPolicies<'_>>>| matches!(policies, Fact::Known(levels) if levels.is_none_or(<[_]>::is_empty));
    matches!(facts.organization(account), Fact::Known(None))
        || matches!(facts.is_management_account(account), Fact::Known(true))
        || (none(facts.service_control_policies(account))
            && none(facts.resource_control_policies(account)))
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
