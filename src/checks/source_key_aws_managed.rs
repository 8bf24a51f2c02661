#![doc = include_str!("source_key_aws_managed.md")]

use super::words::{copied, key_name, listed, same_account, status_message_of};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::catalog::messages::source_key_aws_managed;
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, Model, Transfer, VaultType};
use crate::known::Gap;
use crate::verdict::{Evidence, Need, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "source-key-aws-managed",
    title: "the backup is encrypted with an AWS managed key, which cannot be shared",
    doc: include_str!("source_key_aws_managed.md"),
    cites: &[
        cite::ENCRYPTION,
        cite::RDS_SHARE,
        cite::EBS_SHARE,
        cite::AURORA_ENCRYPTION,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Refined {
        transfer: run,
        copy: of_backup,
    },
};

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    known!(copied(&copy.route));
    match known!(listed(copy.route.model(), &copy.route)) {
        Model::ServiceDependent => {}
        Model::Independent => {
            return Outcome::not_applicable(
                "the backup is encrypted with the vault's key, not the resource's",
            );
        }
    }
    let leaves = match known!(copy.endpoints().destination_type.clone()) {
        Some(VaultType::AirGapped) => "go into a logically air-gapped vault",
        Some(VaultType::Standard | VaultType::RestoreAccess) | None
            if known!(copy.endpoints().is_cross_account()) =>
        {
            "leave its account"
        }
        Some(VaultType::Standard | VaultType::RestoreAccess) | None => return same_account(),
    };
    let key = match known!(copy.route.backup_key.as_ref()) {
        EncryptedWith::Nothing => return Outcome::pass("the backup is not encrypted"),
        EncryptedWith::AwsOwnedKey
            if known!(copy.endpoints().source_type.clone()) == Some(VaultType::AirGapped) =>
        {
            return Outcome::pass(
                "the backup is encrypted with the air-gapped vault's own key, which AWS shares itself",
            );
        }
        EncryptedWith::AwsOwnedKey => return on_owned_key(copy, leaves),
        EncryptedWith::Key(key) => key,
    };
    let name = key_name(key, facts);
    match known!(facts.key_manager(key)) {
        None => Outcome::not_applicable("the backup's key does not exist"),
        Some(KeyManager::Customer) => {
            Outcome::pass(format!("the backup's key {name} is customer managed"))
                .saw([Evidence::at(key, "/KeyManager", "is CUSTOMER")])
        }
        Some(KeyManager::Aws) => {
            let predicted = |kind| source_key_aws_managed(kind, Some(key));
            Outcome::fail(format!(
                "the backup is encrypted with the AWS managed key {name}; its policy cannot be changed, so the backup \
                 cannot {leaves}, and no policy helps"
            ))
            .foretells(status_message_of(&copy.route, predicted))
            .saw([Evidence::at(key, "/KeyManager", "is AWS")])
        }
    }
}

/// AWS's pages do not say what becomes of such a copy, and no call tells.
fn on_owned_key(copy: &Transfer, leaves: &str) -> Outcome {
    let vault = copy.endpoints().source_vault.as_ref().known();
    let subject = copy.recovery_point.as_ref().or(vault);
    let gap = Gap::not_told(
        "whether a backup on a key that AWS owns can be shared",
        subject
            .unwrap_or(&copy.endpoints().destination_vault)
            .as_str(),
    )
    .within(
        copy.endpoints().source_account().known(),
        copy.endpoints().source_region().known().as_ref(),
    );
    Outcome::undecided(
        format!(
            "the backup is encrypted with a key that AWS owns, and no page of AWS's says whether it can {leaves}; a resource \
             on a customer managed key leaves no doubt"
        ),
        [gap],
    )
}

/// Which backup it is that cannot go, and what it takes.
fn of_backup(copy: &Copy, _: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    if found.status != Status::Fail {
        return None;
    }
    let found = found.clone();
    let key = copy.route().backup_key.as_ref().known()?.key()?;
    Some(
        found
            .saw([Evidence::of(
                copy.subject(),
                format!("is encrypted with {key}"),
            )])
            .needs([Need::CustomerKeyOnBackup {
                key: key.clone(),
                resource: copy.resource.clone().known().flatten(),
                recovery_point: copy.transfer.recovery_point.clone(),
                source_vault: copy.endpoints().source_vault.clone().known(),
                destination_vault: copy.endpoints().destination_vault.clone(),
                role: copy.endpoints().role.clone().known(),
                share_with: copy.endpoints().destination_service_linked_role().known(),
            }]),
    )
}
