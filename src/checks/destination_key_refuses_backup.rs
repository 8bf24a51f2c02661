#![doc = include_str!("destination_key_refuses_backup.md")]

use super::words::{
    copied, customer_key, key_name, listed, no_destination_vault, open_where_silent,
    status_message_of, unless_unencrypted,
};
use super::{Check, MayFail, Run, When, ebs_default_key, known};
use crate::authorization::{AskedPolicy, KeyAccess, Via};
use crate::catalog::cite;
use crate::catalog::messages::destination_key_refuses;
use crate::catalog::requests::{DESTINATION_KEY_USE, PLAIN_KEY_ACTIONS};
use crate::inventory::{Copy, Facts, Model, Route, Transfer, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::{Basis, Outcome, Status};

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

/// What no page says, where the vault's key does not let the copy role in.
const TAKES_KEY: &str = "whether a copy within the account takes the destination vault's key as the copy role, which the key does not let in";

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
    let (vault, copy) = (&copy.endpoints().destination_vault, &copy.route);
    known!(copied(copy));
    match known!(copy.endpoints.destination_type.clone()) {
        Some(VaultType::Standard) => {}
        Some(VaultType::AirGapped | VaultType::RestoreAccess) => {
            return Outcome::not_applicable("the destination is not a standard vault");
        }
        None => return no_destination_vault(),
    }
    let Some(encrypted) = known!(facts.vault_key(vault)) else {
        return no_destination_vault();
    };
    let key = known!(customer_key("the destination vault", &encrypted, facts));
    let of_resource = known!(listed(copy.model(), copy)) == Model::ServiceDependent;
    let role = known!(copy.endpoints.destination_service_linked_role());
    let access = KeyAccess {
        copy,
        facts,
        key,
        principal: &role,
        via: Via::OfType,
    };
    let rulings = if of_resource {
        access.ask_both_sides(PLAIN_KEY_ACTIONS)
    } else {
        access.ask(PLAIN_KEY_ACTIONS)
    };
    let within_account = key.account() == vault.account();
    let found = rulings
        .deny_only_where(!of_resource && within_account)
        .and_denies_of(&access.ask(DESTINATION_KEY_USE))
        .outcome(&AskedPolicy {
            basis: Basis::Inferred,
            predicted: &|| status_message_of(copy, destination_key_refuses),
            ..AskedPolicy::of_key(
                key,
                ("the destination vault's key", key_name(key, facts)),
                &role,
                "AWSServiceRoleForBackup of the destination account",
            )
        });
    let found = match of_copy_role(copy, facts, key).filter(|_| of_resource) {
        // Who changes the policy lets both in.
        Some(of_role) if found.status == Status::Fail => found.and(of_role),
        Some(of_role) => found.and(open_where_silent(of_role, TAKES_KEY, key)),
        None => found,
    };
    unless_unencrypted(found, copy)
}

/// What the key says to the copy role, which makes the copy within an account: it calls the service that owns the resource, and that asks
/// its caller for the key that the copy goes to. `None`: it lets the role in, or another makes the copy.
///
/// See <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html>; that a Deny must except the roles of backups is by
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html#backup-permissions-grants-deny-statements>.
fn of_copy_role(copy: &Route, facts: &Facts<'_>, key: &Arn) -> Option<Outcome> {
    if copy.is_made_by_its_role() != Fact::Known(true) {
        return None;
    }
    let role = copy.endpoints.role.as_ref().known()?;
    let access = KeyAccess {
        copy,
        facts,
        key,
        principal: role,
        via: Via::OfTypeThere,
    };
    let rulings = access
        .ask(PLAIN_KEY_ACTIONS)
        .and_denies_of(&access.ask(DESTINATION_KEY_USE));
    let name = key_name(key, facts);
    let found = rulings.outcome(&AskedPolicy {
        basis: Basis::Inferred,
        predicted: &|| status_message_of(copy, destination_key_refuses),
        ..AskedPolicy::of_key(
            key,
            ("the destination vault's key", name),
            role,
            role.name(),
        )
    });
    match found.status {
        Status::Fail | Status::Undecided => Some(found),
        Status::Pass | Status::Warn | Status::NotApplicable => None,
    }
}
