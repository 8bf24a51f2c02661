#![doc = include_str!("destination_key_aws_managed.md")]

use super::words::{
    copied, foretold, key_name, listed, no_destination_vault, not_read, unless_unencrypted,
};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::catalog::encryption::keys;
use crate::catalog::messages::{MessageId, predict};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Model, Route, VaultType};
use crate::known::{Arn, ByHand, Fact, Gap};
use crate::verdict::{Basis, Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "destination-key-aws-managed",
    title: "the destination vault is on a key that AWS manages, and the copy needs a customer managed one",
    doc: include_str!("destination_key_aws_managed.md"),
    cites: &[cite::ENCRYPTION, cite::CROSS_ACCOUNT, cite::LAGV],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Route(run),
};

fn run(copy: &Route, facts: &Facts<'_>) -> Outcome {
    unless_unencrypted(of_key(copy, facts), copy)
}

fn of_key(copy: &Route, facts: &Facts<'_>) -> Outcome {
    known!(copied(copy));
    let vault = &copy.endpoints.destination_vault;
    let Some(vault_key) = known!(facts.vault_key(vault)) else {
        return no_destination_vault();
    };
    let out_of_lagv = matches!(
        known!(copy.endpoints.source_type.clone()),
        Some(VaultType::AirGapped)
    );
    match known!(listed(copy.model(), copy)) {
        Model::ServiceDependent => {}
        // The page has no word of the key of the air-gapped vault: "as long as the copy is encrypted with a customer managed key".
        Model::Independent if out_of_lagv && matches!(vault_key, EncryptedWith::Key(_)) => {}
        Model::Independent
            if out_of_lagv && matches!(known!(copy.backup_key.as_ref()), EncryptedWith::Key(_)) => {
        }
        Model::Independent => return of_vaults_key(copy, facts, vault_key),
    }
    let key = match vault_key {
        EncryptedWith::Key(key) => key,
        EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey => {
            return match known!(copy.endpoints.destination_type.clone()) {
                Some(VaultType::AirGapped) => {
                    Outcome::pass("the air-gapped vault is on a key that AWS owns, which is fine")
                }
                Some(VaultType::Standard | VaultType::RestoreAccess) | None => {
                    fail(vault, "no customer managed key", None).on(Basis::Inferred)
                }
            };
        }
    };
    let name = key_name(&key, facts);
    match known!(facts.key_manager(&key)) {
        None => Outcome::not_applicable("the destination vault's key does not exist"),
        Some(KeyManager::Customer) => Outcome::pass(format!(
            "the destination vault's key {name} is customer managed"
        ))
        .saw([Evidence::at(&key, "/KeyManager", "is CUSTOMER")]),
        Some(KeyManager::Aws) => of_aws(copy, facts, &key, out_of_lagv),
    }
}

/// The copy takes the key of the vault, which AWS Backup uses: a customer's, or its own. No page says what becomes of a copy into a
/// vault on the managed key of another service, which that service alone may use, or into a standard one that is on no key.
fn of_vaults_key(copy: &Route, facts: &Facts<'_>, key: EncryptedWith) -> Outcome {
    let vault = &copy.endpoints.destination_vault;
    let fine = Outcome::not_applicable("backups of this type take the key of the vault");
    let is_standard = matches!(
        copy.endpoints.destination_type,
        Fact::Known(Some(VaultType::Standard))
    );
    let key = match key {
        EncryptedWith::Key(key) => key,
        EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey if is_standard => {
            let says =
                "say which is right: a vault of type BACKUP_VAULT, or `EncryptionKeyArn` null";
            let gap = Gap::by_hand(ByHand::Contradiction, says, vault.as_str());
            return not_read(gap.where_is(vault));
        }
        EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey => return fine,
    };
    if facts.key_manager(&key) != Fact::Known(Some(KeyManager::Aws)) {
        return fine;
    }
    let aliases = known!(facts.key_aliases(&key)).into_iter().flatten();
    let mut services =
        aliases.filter_map(|alias| alias.trim_start_matches("alias/").strip_prefix("aws/"));
    let Some(service) = services.next().filter(|service| *service != "backup") else {
        return fine;
    };
    let what = format!("whether AWS Backup copies into a vault on the key of {service}");
    let gap = Gap::not_told(what, vault.as_str()).where_is(vault);
    let message = format!(
        "the destination vault `{}` is on the AWS managed key aws/{service}, which that service alone may use: pages name a customer managed key or aws/backup for such copies",
        vault.name()
    );
    let seen = Evidence::at(&key, "/Aliases", format!("has alias/aws/{service}"));
    Outcome::undecided(message, [gap])
        .on(Basis::Inferred)
        .saw([seen])
}

/// The vault is on an AWS managed key: within one account, and not out of storage of AWS's own, the owning service's will do, and AWS Backup's own may.
fn of_aws(copy: &Route, facts: &Facts<'_>, key: &Arn, out_of_lagv: bool) -> Outcome {
    let vault = &copy.endpoints.destination_vault;
    let name = key_name(key, facts);
    let what = format!("the AWS managed key {name}");
    let aliases = facts.key_aliases(key);
    let has = |wanted: &str| {
        aliases.as_ref().map(|list| {
            list.is_some_and(|list| {
                list.iter()
                    .any(|alias| alias.trim_start_matches("alias/") == wanted)
            })
        })
    };
    let predicted = match has("aws/backup") {
        Fact::Known(true) => predict(MessageId::E4),
        Fact::Known(false) | Fact::Unknown(_) => None,
    };
    if known!(copy.endpoints.is_cross_account()) || out_of_lagv {
        return fail(vault, &what, Some(key)).foretells(foretold(predicted));
    }
    let basis = if known!(copy.endpoints.is_cross_region()) {
        Basis::Documented
    } else {
        Basis::Inferred
    };
    match known!(copy.kind.agreed(|kind| keys(kind).service_key)).flatten() {
        Some(own) if known!(has(own)) => Outcome::pass(format!(
            "the destination vault is on {what}, the owning service's own"
        ))
        .on(basis),
        Some(_) | None if known!(has("aws/backup")) => Outcome::warn(format!(
            "the destination vault `{}` is on {what}: AWS's pages disagree whether such a copy fails, and copies within an account were seen to complete",
            vault.name()
        ))
        .on(Basis::Observed)
        .saw([Evidence::at(key, "/Aliases", "has alias/aws/backup")]),
        Some(_) | None => fail(vault, &what, Some(key)).on(basis),
    }
}

fn fail(vault: &Arn, what: &str, key: Option<&Arn>) -> Outcome {
    Outcome::fail(format!(
        "the destination vault `{}` is on {what}, and this copy needs a customer managed key there",
        vault.name()
    ))
    .saw(key.map(|key| Evidence::at(key, "/KeyManager", "is AWS")))
    .saw([Evidence::at(
        vault,
        "/EncryptionKeyArn",
        key.map_or_else(|| "is null".to_owned(), |key| format!("is {key}")),
    )])
    .needs([Need::CustomerKeyOnVault {
        vault: vault.clone(),
    }])
}
