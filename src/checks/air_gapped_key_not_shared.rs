#![doc = include_str!("air_gapped_key_not_shared.md")]

use smol_str::format_smolstr;

use super::words::{account_of, key_name};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    KeyQuestion, Phrases, Rulings, Via, ask_key, denied_by, list, role_may_use_key,
};
use crate::catalog::cite;
use crate::catalog::requests::{LAGV_KEY_ACTIONS, PLAIN_KEY_ACTIONS};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Route, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::{Basis, Need, Outcome, PolicyOf, Share, Status};

pub(super) const CHECK: Check = Check {
    id: "air-gapped-key-not-shared",
    title: "the logically air-gapped vault's key is not shared with whoever copies",
    doc: include_str!("air_gapped_key_not_shared.md"),
    cites: &[cite::LAGV],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Route(run),
};

fn run(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let into = known!(copy.endpoints.destination_type.clone()) == Some(VaultType::AirGapped);
    let out_of = known!(copy.endpoints.source_type.clone()) == Some(VaultType::AirGapped);
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
    let key = match known!(customer_key(&copy.endpoints.destination_vault, facts)) {
        Ok(key) => key,
        Err(why) => return Outcome::not_applicable(why),
    };
    let role = known!(copy.endpoints.role.as_ref());
    let of_key = of_key_policy(copy, facts, &key, role);
    let by_role =
        |actions: &[&'static str]| role_may_use_key(facts, role, &key, actions, Via::Backup, copy);
    let no_role = || Outcome::not_applicable("the copy role does not exist");
    let of_role = match (by_role(PLAIN_KEY_ACTIONS), by_role(LAGV_KEY_ACTIONS)) {
        // For the use itself the key's policy is enough, unless one of the role's denies it.
        (Fact::Known(Some(plain)), Fact::Known(Some(in_use))) => {
            by_own_policies(role, &key, &plain.and_denies_of(&in_use))
        }
        (Fact::Known(_), Fact::Known(_)) => Some(no_role()),
        (Fact::Unknown(gap), _) | (_, Fact::Unknown(gap)) => {
            Some(Outcome::undecided(own_unknown(role), [*gap]))
        }
    };
    match of_role {
        Some(of_role) => worse(of_key, of_role),
        None => of_key,
    }
}

/// What stands against it in the role's own policies, or may.
fn by_own_policies(role: &Arn, key: &Arn, rulings: &Rulings) -> Option<Outcome> {
    let name = role.name();
    if let Some((actions, _, seen)) = rulings.denied() {
        return Some(
            Outcome::fail(format!(
                "the policies of {name} deny {} on the air-gapped vault's key{}",
                list(&actions),
                denied_by(&seen)
            ))
            .by_hand("take the Deny out of them: no further statement helps")
            .saw(seen),
        );
    }
    if let Some((actions, seen)) = rulings.missing_anywhere() {
        let fail = Outcome::fail(format!(
            "{name} may not do {} on the air-gapped vault's key by its own policies",
            list(&actions)
        ))
        .saw(seen);
        return Some(if role.is_role_of_aws() {
            fail.by_hand("choose another role, as AWSBackupDefaultServiceRole: only AWS changes the policies of this one")
        } else {
            fail.needs([Need::Share(Share {
                policy: PolicyOf::Role(role.clone()),
                principal: role.clone(),
                actions,
                resource: Some(key.to_string()),
                target: None,
            })])
        });
    }
    let (gaps, _, seen) = rulings.open()?;
    Some(Outcome::undecided(own_unknown(role), gaps).saw(seen))
}

fn own_unknown(role: &Arn) -> String {
    format!(
        "whether {} may use the air-gapped vault's key by its own policies is not known",
        role.name()
    )
}

/// Out of the vault: the destination's service-linked role uses its key, by the key's policy.
fn as_source(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.endpoints.source_vault.as_ref());
    let key = match known!(customer_key(vault, facts)) {
        Ok(key) => key,
        Err(why) => return Outcome::not_applicable(why),
    };
    let role = known!(copy.endpoints.destination_service_linked_role());
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
    let name = key_name(key, facts);
    let who = format!("{} of account {}", principal.name(), account_of(principal));
    ask_key(copy, facts, &question).outcome(&Phrases {
        policy: PolicyOf::Key(key.clone()),
        principal,
        target: None,
        recommended: None,
        basis: Basis::Documented,
        predicted: &|| None,
        denied: &|actions| {
            format!("the policy of the air-gapped vault's key {name} denies {actions} to {who}")
        },
        missing: &|actions| {
            format!("the air-gapped vault's key {name} does not let {who} do {actions}")
        },
        own_policy: None,
        unknown: &|| {
            format!("whether the air-gapped vault's key {name} lets {who} use it is not known")
        },
        allowed: &|| format!("the air-gapped vault's key {name} lets {who} use it"),
    })
}
