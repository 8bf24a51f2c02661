#![doc = include_str!("storage_gateway_default_vault.md")]

use super::words::{key_name, no_destination_vault, status_message};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::messages::MessageId;
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, VaultType};
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "storage-gateway-default-vault",
    title: "a Storage Gateway volume goes into a vault that is not on a key of its own",
    doc: include_str!("storage_gateway_default_vault.md"),
    cites: &[cite::ENCRYPTION, cite::DASHBOARDS],
    may_fail: MayFail::Yes,
    when: When::Kinds {
        kinds: &[Kind::StorageGateway],
        others: "the backup is not of a Storage Gateway volume",
    },
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let vault = &copy.endpoints().destination_vault;
    if !known!(facts.vault_exists(vault)) {
        return no_destination_vault();
    }
    if known!(copy.endpoints().destination_type.clone()) == Some(VaultType::AirGapped) {
        return Outcome::not_applicable(
            "the destination is a logically air-gapped vault, which you always create yourself",
        );
    }
    let fail = |message: String, seen: Evidence| {
        Outcome::fail(message)
            .foretells(status_message(MessageId::E20))
            .saw([seen])
            .needs([Need::CustomerKeyOnVault {
                vault: vault.clone(),
            }])
    };
    if vault.name() == "Default" {
        return fail(
            "the destination is the default vault, and a Storage Gateway volume needs one that you created".to_owned(),
            Evidence::of(vault, "is the default vault of its account and Region"),
        );
    }
    let key = match known!(facts.vault_key(vault)) {
        Some(EncryptedWith::Key(key)) => key,
        Some(EncryptedWith::AwsOwnedKey | EncryptedWith::Nothing) => {
            return fail(
                format!(
                    "the destination vault `{}` is not on a KMS key of its own",
                    vault.name()
                ),
                Evidence::at(
                    vault,
                    "/EncryptionKeyArn",
                    "is not a KMS key of the account",
                ),
            );
        }
        None => return no_destination_vault(),
    };
    let name = key_name(&key, facts);
    match known!(facts.key_manager(&key)) {
        Some(KeyManager::Customer) => Outcome::pass(format!(
            "the destination vault is on the customer managed key {name}"
        ))
        .saw([Evidence::at(&key, "/KeyManager", "is CUSTOMER")]),
        Some(KeyManager::Aws) => fail(
            format!(
                "the destination vault `{}` is on the AWS managed key {name}, and a Storage Gateway volume needs a vault on a key of its own",
                vault.name()
            ),
            Evidence::at(&key, "/KeyManager", "is AWS"),
        ),
        None => Outcome::not_applicable("the destination vault's key does not exist"),
    }
}
