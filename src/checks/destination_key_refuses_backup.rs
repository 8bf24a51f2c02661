#![doc = include_str!("destination_key_refuses_backup.md")]

use super::words::{agreed, foretold, key_name, never_copied, no_destination_vault, unlisted};
use super::{Check, MayFail, Run, When, ebs_default_key, known};
use crate::authorization::{KeyQuestion, Phrases, Via, ask_key};
use crate::catalog::messages::{MessageId, Predicted, predict};
use crate::catalog::requests::{DESTINATION_KEY_USE, PLAIN_KEY_ACTIONS};
use crate::catalog::{Family, Kind, cite};
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, Model, Transfer, VaultType};
use crate::verdict::{Basis, Outcome, PolicyOf, Status};

pub(super) const CHECK: Check = Check {
    id: "destination-key-refuses-backup",
    title: "the destination vault's key keeps AWS Backup out",
    doc: include_str!("destination_key_refuses_backup.md"),
    cites: &[
        cite::ENCRYPTION,
        cite::SLR_POLICY,
        cite::KC_CROSS_ACCOUNT,
        cite::EBS_COPY,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Refined {
        transfer: of_vault,
        copy: of_default_key,
    },
};

/// The default key for EBS has a say too.
fn of_default_key(copy: &Copy, facts: &Facts<'_>, of_vault: &Outcome) -> Option<Outcome> {
    if of_vault.status == Status::Fail {
        return None;
    }
    let of_default = ebs_default_key::stops(copy, facts)?;
    let decides = of_vault.status != Status::Undecided || of_default.status == Status::Fail;
    decides.then_some(of_default)
}

/// What the key of the destination vault says.
fn of_vault(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    if let Some(outcome) = never_copied(&copy.route) {
        return outcome;
    }
    let vault = &copy.endpoints().destination_vault;
    match known!(copy.endpoints().destination_type.clone()) {
        Some(VaultType::Standard) => {}
        Some(VaultType::AirGapped | VaultType::RestoreAccess) => {
            return Outcome::not_applicable("the destination is no standard vault");
        }
        None => return no_destination_vault(),
    }
    let Some(EncryptedWith::Key(key)) = known!(facts.vault_key(vault)) else {
        return Outcome::not_applicable("the destination vault has no customer managed key");
    };
    match known!(facts.key_manager(&key)) {
        Some(KeyManager::Customer) => {}
        Some(KeyManager::Aws) => {
            return Outcome::not_applicable("AWS sets the policy of an AWS managed key");
        }
        None => return Outcome::not_applicable("the destination vault's key does not exist"),
    }
    let model = match known!(copy.route.model()) {
        Some(model) => model,
        None => return unlisted(&copy.route.type_name()),
    };
    let role = known!(copy.endpoints().destination_service_linked_role());
    let third_account = key.account() != vault.account();
    let both_sides = model == Model::ServiceDependent;
    let asking = |actions, both_sides| {
        let question = KeyQuestion {
            key: &key,
            principal: &role,
            actions,
            via: Via::OfType,
            both_sides,
        };
        ask_key(&copy.route, facts, &question)
    };
    let must_allow = both_sides || third_account;
    let rulings = asking(PLAIN_KEY_ACTIONS, both_sides);
    let rulings = if must_allow {
        rulings
    } else {
        rulings.deny_only()
    };
    let name = key_name(&key, facts);
    let who = "AWSServiceRoleForBackup of the destination account";
    rulings
        .and_denies_of(&asking(DESTINATION_KEY_USE, false))
        .outcome(&Phrases {
            policy: PolicyOf::Key(key.clone()),
            principal: &role,
            target: None,
            recommended: None,
            basis: Basis::Inferred,
            predicted: &|| foretold(agreed(copy.route.kind.agreed(message)).flatten()),
            denied: &|actions| {
                format!(
                    "the policy of the destination vault's key {name} denies {actions} to {who}"
                )
            },
            missing: &|actions| {
                format!("the destination vault's key {name} does not let {who} do {actions}")
            },
            own_policy: Some(&|actions| {
                format!("{who} may not do {actions} on the key {name} by its own policy")
            }),
            unknown: &|| {
                format!("whether the destination vault's key {name} lets {who} use it is not known")
            },
            allowed: &|| {
                if must_allow {
                    format!("the destination vault's key {name} lets {who} use it")
                } else {
                    format!("no statement of the destination vault's key {name} denies it to {who}")
                }
            },
        })
}

/// AWS's message where the key keeps AWS Backup out.
fn message(kind: Kind) -> Option<Predicted> {
    match kind.family() {
        Family::Ebs | Family::Ec2 => predict(MessageId::E6),
        Family::RdsInstance
        | Family::RdsCluster
        | Family::Fsx
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => predict(MessageId::E9),
    }
}
