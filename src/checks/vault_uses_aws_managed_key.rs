#![doc = include_str!("vault_uses_aws_managed_key.md")]

use super::words::key_name;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{EncryptedWith, Facts, KeyManager};
use crate::known::Arn;
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "vault-uses-aws-managed-key",
    title: "the vault is on a key that AWS manages",
    doc: include_str!("vault_uses_aws_managed_key.md"),
    cites: &[cite::ENCRYPTION, cite::CREATE_VAULT],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Vault(run),
};

fn run(vault: &Arn, facts: &Facts<'_>) -> Outcome {
    let key = match known!(facts.vault_key(vault)) {
        None => return Outcome::not_applicable("the vault does not exist"),
        Some(EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey) => {
            return Outcome::pass(
                "the vault is on a key that AWS owns, as air-gapped vaults may be",
            )
            .saw([Evidence::at(vault, "/EncryptionKeyArn", "is not set")]);
        }
        Some(EncryptedWith::Key(key)) => key,
    };
    match known!(facts.key_manager(&key)) {
        None => Outcome::not_applicable(format!("the key {} does not exist", key_name(&key, facts))),
        Some(KeyManager::Customer) => Outcome::pass(format!(
            "the vault is on the customer managed key {}",
            key_name(&key, facts)
        ))
        .saw([Evidence::at(&key, "/KeyManager", "is CUSTOMER")]),
        Some(KeyManager::Aws) if is_made_by_aws(vault) => Outcome::warn(format!(
            "the vault was made by AWS on its own key {} and stays on it: back up to another one",
            key_name(&key, facts)
        ))
        .saw([Evidence::at(&key, "/KeyManager", "is AWS")]),
        Some(KeyManager::Aws) => Outcome::fail(format!(
            "the vault is on the AWS managed key {}, which cannot be shared: no backup of a fully managed type leaves its account from it, and none of another type comes into it from another account; a vault's key cannot be changed, so a new vault must replace it",
            key_name(&key, facts)
        ))
        .saw([
            Evidence::at(vault, "/EncryptionKeyArn", format!("is {key}")),
            Evidence::at(&key, "/KeyManager", "is AWS"),
        ])
        .needs([Need::CustomerKeyOnVault {
            vault: vault.clone(),
        }]),
    }
}

/// `Default`, and the vault of EFS's automatic backups: nobody chose their key.
fn is_made_by_aws(vault: &Arn) -> bool {
    let name = vault.resource().strip_prefix("backup-vault:");
    name.is_some_and(|name| name == "Default" || name.starts_with("aws/"))
}
