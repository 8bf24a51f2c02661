#![doc = include_str!("air_gapped_key_not_shared.md")]

use smol_str::format_smolstr;

use super::words::{because, denied_by, key_name};
use super::{Check, MayFail, Run, known};
use crate::authorization::{Fault, KeyQuestion, RoleAnswer, Via, ask_key, list, role_may_use_key};
use crate::catalog::cite;
use crate::catalog::requests::{LAGV_KEY_ACTIONS, PLAIN_KEY_ACTIONS};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Route, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::{Lift, Need, Outcome, PolicyOf, Share, Status};

pub(super) const CHECK: Check = Check {
    id: "air-gapped-key-not-shared",
    title: "the logically air-gapped vault's key is not shared with whoever copies",
    doc: include_str!("air_gapped_key_not_shared.md"),
    cites: &[cite::LAGV],
    may_fail: MayFail::Yes,
    run: Run::Route(run),
};

fn run(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let into = known!(copy.destination_type.clone()) == Some(VaultType::AirGapped);
    let out_of = known!(copy.source_type.clone()) == Some(VaultType::AirGapped);
    if !into && !out_of {
        return Outcome::not_applicable("no logically air-gapped vault is involved");
    }
    let mut outcomes = Vec::new();
    if into {
        outcomes.push(as_destination(copy, facts));
    }
    if out_of {
        outcomes.push(as_source(copy, facts));
    }
    outcomes
        .into_iter()
        .reduce(worse)
        .unwrap_or_else(|| Outcome::not_applicable("no such vault is involved"))
}

/// The graver of two outcomes; of two alike both are told.
fn worse(one: Outcome, other: Outcome) -> Outcome {
    let rank = |outcome: &Outcome| match outcome.status {
        Status::Fail => 4,
        Status::Undecided => 3,
        Status::Warn => 2,
        Status::Pass => 1,
        Status::NotApplicable => 0,
    };
    let (mut first, second) = if rank(&other) > rank(&one) {
        (other, one)
    } else {
        (one, other)
    };
    if rank(&first) == rank(&second) && first.message != second.message {
        first.message = format_smolstr!("{}; {}", first.message, second.message);
        first.evidence.extend(second.evidence);
        first.gaps.extend(second.gaps);
        first.fix = first.fix.and(second.fix);
    }
    first
}

/// The key of an air-gapped vault that is customer managed.
fn customer_key(vault: &Arn, facts: &Facts<'_>) -> Fact<Result<Arn, &'static str>> {
    facts.vault_key(vault).and_then(|key| match key {
        None => Fact::Known(Err("the vault does not exist")),
        Some(EncryptedWith::AwsOwnedKey | EncryptedWith::Nothing) => Fact::Known(Err(
            "the air-gapped vault is on a key that AWS owns, which needs no sharing",
        )),
        Some(EncryptedWith::Key(key)) => facts.key_manager(&key).map(|manager| match manager {
            Some(KeyManager::Customer) => Ok(key),
            Some(KeyManager::Aws) => Err("the air-gapped vault has no customer managed key"),
            None => Err("the air-gapped vault's key does not exist"),
        }),
    })
}

/// Into the vault: the copy role uses its key, by the key's policy and by its own.
fn as_destination(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let key = match known!(customer_key(&copy.destination_vault, facts)) {
        Ok(key) => key,
        Err(why) => return Outcome::not_applicable(why),
    };
    let role = known!(copy.role.as_ref());
    let of_key = of_key_policy(copy, facts, &key, role);
    let by_role =
        |actions: &[&'static str]| role_may_use_key(facts, role, &key, actions, Via::Backup, copy);
    let own = match by_role(PLAIN_KEY_ACTIONS) {
        // For the use itself the key's policy is enough, unless one of the role's denies it.
        RoleAnswer::Allowed => match by_role(LAGV_KEY_ACTIONS) {
            RoleAnswer::Missing { .. } => RoleAnswer::Allowed,
            other @ (RoleAnswer::Allowed
            | RoleAnswer::Denied { .. }
            | RoleAnswer::Open { .. }
            | RoleAnswer::NoRole) => other,
        },
        other @ (RoleAnswer::Denied { .. }
        | RoleAnswer::Missing { .. }
        | RoleAnswer::Open { .. }
        | RoleAnswer::NoRole) => other,
    };
    let of_role = match own {
        RoleAnswer::Allowed => return of_key,
        RoleAnswer::Denied { actions, seen } => Outcome::fail(format!(
            "the policies of {} deny {} on the air-gapped vault's key{}",
            role.name(),
            list(&actions),
            denied_by(&seen)
        ))
        .by_hand("take the Deny out of them: no further statement helps")
        .saw(seen),
        RoleAnswer::Missing { actions, seen } => {
            let fail = Outcome::fail(format!(
                "{} may not do {} on the air-gapped vault's key by its own policies",
                role.name(),
                list(&actions)
            ))
            .saw(seen);
            if role.is_role_of_aws() {
                fail.by_hand("choose another role, as AWSBackupDefaultServiceRole: only AWS changes the policies of this one")
            } else {
                fail.needs([Need::Share(Share {
                    policy: PolicyOf::Role(role.clone()),
                    principal: role.clone(),
                    actions,
                    resource: Some(key.to_string()),
                    target: None,
                })])
            }
        }
        RoleAnswer::NoRole => Outcome::not_applicable("the copy role does not exist"),
        RoleAnswer::Open { gaps, seen } => Outcome::undecided(
            format!(
                "whether {} may use the air-gapped vault's key by its own policies is not known",
                role.name()
            ),
            gaps,
        )
        .saw(seen),
    };
    worse(of_key, of_role)
}

/// Out of the vault: the destination's service-linked role uses its key, by the key's policy.
fn as_source(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.source_vault.as_ref());
    let key = match known!(customer_key(vault, facts)) {
        Ok(key) => key,
        Err(why) => return Outcome::not_applicable(why),
    };
    let role = known!(copy.destination_service_linked_role());
    of_key_policy(copy, facts, &key, &role)
}

fn of_key_policy(copy: &Route, facts: &Facts<'_>, key: &Arn, principal: &Arn) -> Outcome {
    let question = KeyQuestion {
        key,
        principal,
        actions: LAGV_KEY_ACTIONS,
        via: Via::Backup,
        both_sides: false,
    };
    let rulings = ask_key(copy, facts, &question);
    let name = key_name(key, facts);
    let who = format!(
        "{} of account {}",
        principal.name(),
        principal
            .account()
            .map_or_else(|| "?".to_owned(), |id| id.to_string())
    );
    let share = |mut actions: Vec<&'static str>| {
        actions.sort_unstable();
        Need::Share(Share {
            policy: PolicyOf::Key(key.clone()),
            principal: principal.clone(),
            actions,
            resource: None,
            target: None,
        })
    };
    if let Some((actions, statements, seen)) = rulings.denied() {
        let lift = Lift {
            policy: PolicyOf::Key(key.clone()),
            principal: principal.clone(),
            actions: actions.clone(),
            statements,
            target: None,
            resource: None,
        };
        return Outcome::fail(format!(
            "the policy of the air-gapped vault's key {name} denies {} to {who}{}",
            list(&actions),
            denied_by(&seen)
        ))
        .saw(seen)
        .needs([Need::Lift(lift)])
        .needs(rulings.to_share().map(share));
    }
    if let Some((actions, near)) = rulings.missing(Fault::Subject) {
        return Outcome::fail(format!(
            "the air-gapped vault's key {name} does not let {who} do {}{}",
            list(&actions),
            because(&near)
        ))
        .saw(near)
        .needs([share(actions)]);
    }
    match rulings.open() {
        Some((gaps, _, seen)) => Outcome::undecided(
            format!("whether the air-gapped vault's key {name} lets {who} use it is not known"),
            gaps,
        )
        .saw(seen),
        None => Outcome::pass(format!(
            "the air-gapped vault's key {name} lets {who} use it"
        ))
        .saw(rulings.allowed_by()),
    }
}
