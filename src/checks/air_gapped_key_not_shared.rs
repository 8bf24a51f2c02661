#![doc = include_str!("air_gapped_key_not_shared.md")]

use std::sync::Arc;

use super::role_policies::of_own_policies;
use super::words::{account_of, customer_key, key_name, not_read};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    AskedPolicy, ByKey, KeyAccess, RoleRequest, Via, role_rulings, to_allow,
};
use crate::catalog::cite;
use crate::catalog::requests::{LAGV_KEY_ACTIONS, PLAIN_KEY_ACTIONS};
use crate::inventory::{Facts, Route, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::Outcome;

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
    match (into, out_of) {
        (true, true) => as_destination(copy, facts).and(as_source(copy, facts)),
        (true, false) => as_destination(copy, facts),
        (false, true) => as_source(copy, facts),
        (false, false) => Outcome::not_applicable("no logically air-gapped vault is involved"),
    }
}

/// Into the vault: the copy role uses its key, by the key's policy and by its own.
fn as_destination(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let vault = &copy.endpoints.destination_vault;
    let Some(encrypted) = known!(facts.vault_key(vault)) else {
        return Outcome::not_applicable("the vault does not exist");
    };
    let key = known!(customer_key("the air-gapped vault", &encrypted, facts));
    of_copy_role(copy, facts, key)
}

/// The copy role uses the key of either vault, by the key's policy and by its own.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html#lag-encryption-key-types>: "For all
/// copy scenarios, the CMKs must be shared with the source copy role".
fn of_copy_role(copy: &Route, facts: &Facts<'_>, key: &Arn) -> Outcome {
    match copy.endpoints.role.as_ref() {
        Fact::Known(role) => {
            of_key_policy(copy, facts, key, role).and(of_role_policies(copy, facts, key, role))
        }
        Fact::Unknown(gap) => not_read(*gap),
    }
}

/// Out of the vault: so does the destination's service-linked role, by the key's policy.
fn as_source(copy: &Route, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.endpoints.source_vault.as_ref());
    let Some(encrypted) = known!(facts.vault_key(vault)) else {
        return Outcome::not_applicable("the vault does not exist");
    };
    let key = known!(customer_key("the air-gapped vault", &encrypted, facts));
    let role = known!(copy.endpoints.destination_service_linked_role());
    of_key_policy(copy, facts, key, &role).and(of_copy_role(copy, facts, key))
}

fn of_key_policy(copy: &Route, facts: &Facts<'_>, key: &Arn, principal: &Arn) -> Outcome {
    let access = KeyAccess {
        copy,
        facts,
        key,
        principal,
        via: Via::Backup,
    };
    let who = format!("{} of account {}", principal.name(), account_of(principal));
    let what = ("the air-gapped vault's key", key_name(key, facts));
    let asked = AskedPolicy::of_key(key, what, principal, who);
    access.ask(LAGV_KEY_ACTIONS).outcome(&asked)
}

/// What the copy role's own policies say. For the use itself the key's policy is enough, unless one of the role's denies it.
fn of_role_policies(copy: &Route, facts: &Facts<'_>, key: &Arn, role: &Arn) -> Outcome {
    let asked = |actions| {
        [Arc::new(RoleRequest::on_key(
            key,
            actions,
            Via::Backup,
            copy,
        ))]
    };
    let plain = asked(PLAIN_KEY_ACTIONS);
    let own = |requests: &[Arc<RoleRequest>]| role_rulings(facts, role, requests, ByKey::Ignored);
    let (Some(rulings), Some(in_use)) =
        (known!(own(&plain)), known!(own(&asked(LAGV_KEY_ACTIONS))))
    else {
        return Outcome::not_applicable("the copy role does not exist");
    };
    let rulings = rulings.and_denies_of(&in_use);
    let needs = || to_allow(role, &plain, &rulings, &copy.endpoints.destination_vault);
    let to_do = "use the air-gapped vault's key";
    of_own_policies(facts, role, to_do, &rulings, Vec::new(), needs)
}
