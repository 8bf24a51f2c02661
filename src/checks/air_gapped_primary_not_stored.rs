#![doc = include_str!("air_gapped_primary_not_stored.md")]

use serde_json::Value;

use super::air_gapped_first::{not_in_standard_vault, not_made};
use super::words::{key_name, listed, not_read, status_message};
use super::{Check, MayFail, Others, Run, When, known};
use crate::catalog::messages::MessageId;
use crate::catalog::{Support, capabilities, cite};
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, Model, VaultType};
use crate::known::Fact;
use crate::verdict::{Basis, Evidence, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "air-gapped-primary-not-stored",
    title: "the rule's logically air-gapped vault will not receive the backup, and the backup job says that it completed",
    doc: include_str!("air_gapped_primary_not_stored.md"),
    cites: &[cite::LAGV_PRIMARY],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Composite(run),
};

fn run(copy: &Copy, facts: &Facts<'_>, ask: Option<&Others<'_>>) -> Option<Outcome> {
    let rule = match facts.rule_of(copy.plan.as_ref()) {
        Fact::Known(rule) => rule,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let not_in_standard_vault = rule.and_then(|rule| not_in_standard_vault(copy, rule, facts));
    if is_primary(copy, rule) {
        let received = received(copy, facts);
        return Some(match not_in_standard_vault {
            Some(instead) if received.status != Status::Fail => instead,
            Some(_) | None => received,
        });
    }
    if not_in_standard_vault.is_some() {
        return not_in_standard_vault;
    }
    let not_made = rule.and_then(|rule| not_made(copy, rule, facts, ask?));
    Some(not_made.unwrap_or_else(|| {
        Outcome::not_applicable(
            "the copy is not of a rule that names a logically air-gapped vault for its backups",
        )
    }))
}

/// Whether the vault receives what the rule sends to it.
fn received(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let subject = copy.subject();
    let (same_account, same_region) = (
        !known!(copy.endpoints().is_cross_account()),
        !known!(copy.endpoints().is_cross_region()),
    );
    if !same_account || !same_region {
        return Outcome::fail(
            "a rule's logically air-gapped target must be in the plan's own account and Region",
        )
        .by_hand("name a vault of the plan's account and Region")
        .saw([Evidence::of(
            &copy.endpoints().destination_vault,
            "is in another account or Region",
        )]);
    }
    if let Some(of @ (VaultType::Standard | VaultType::RestoreAccess)) =
        known!(copy.endpoints().destination_type.clone())
    {
        return Outcome::fail(format!(
            "the rule's logically air-gapped target `{}` is not one: it is a {}",
            copy.endpoints().destination_vault.name(),
            of.as_str()
        ))
        .by_hand("name a logically air-gapped vault as the rule's target, or copy to this one by a copy action")
        .saw([Evidence::at(
            &copy.endpoints().destination_vault,
            "/VaultType",
            format!("is {}", of.as_str()),
        )]);
    }
    let of_kind = copy
        .route()
        .kind
        .agreed(|kind| capabilities(kind).lagv_primary);
    let support = known!(listed(of_kind, copy.route()));
    if !support.is_supported() {
        return Outcome::fail(format!(
            "logically air-gapped vaults do not accept backups of the type {}: the backup stays in the standard vault",
            copy.route().type_name()
        ))
        .nothing_helps("keep it in standard vaults, with a lock")
        .foretells(status_message(MessageId::E32))
        .saw([Evidence::of(subject, format!("is of the type {}", copy.route().type_name()))]);
    }
    if let Some(Model::ServiceDependent) = known!(copy.route().model())
        && let EncryptedWith::Key(key) = known!(copy.route().backup_key.as_ref())
        && known!(facts.key_manager(key)) == Some(KeyManager::Aws)
    {
        return Outcome::fail(format!(
            "the backup is encrypted with the AWS managed key {}: it stays in the standard vault",
            key_name(key, facts)
        ))
        .by_hand("encrypt the resource with a customer managed key")
        .foretells(status_message(MessageId::E33))
        .saw([Evidence::at(key, "/KeyManager", "is AWS")]);
    }
    let pass = Outcome::pass("the rule's logically air-gapped vault receives the backup");
    if support == Support::Yes {
        pass
    } else {
        pass.on(Basis::Inferred)
    }
}

/// Whether the copy is the one that AWS Backup makes of its own accord, for a rule's air-gapped target.
fn is_primary(copy: &Copy, rule: Option<&Value>) -> bool {
    rule.and_then(|rule| rule.get("TargetLogicallyAirGappedBackupVaultArn")?.as_str())
        .is_some_and(|target| target == copy.endpoints().destination_vault.as_str())
}
