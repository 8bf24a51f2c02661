//! The key that EBS uses by default where a snapshot is copied to: EC2 wants to describe it, though the copy is encrypted
//! with another.

use super::described::is_any_of;
use super::words::{key_name, not_read, open_where_silent, status_message};
use crate::authorization::{AskedPolicy, KeyAccess, Via};
use crate::catalog::Family;
use crate::catalog::encryption::DESCRIBING_DEFAULT_KEY;
use crate::catalog::messages::MessageId;
use crate::catalog::requests::DESCRIBE_KEY;
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, VaultType};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome, Status};

/// What no page says, where the default key does not let the copy role in.
const DESCRIBES_IT: &str = "whether a copy within the account describes the default EBS key as the copy role, which the key does not let in";

/// Why the default key stops the copy, or leaves it open; `None` where it does neither.
///
/// A Deny of describing it does: <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html>. Whoever copies
/// is asked: the destination's service-linked role, within the account the copy role.
pub fn stops(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    let is_ours = is_any_of(copy, DESCRIBING_DEFAULT_KEY);
    if is_ours == Fact::Known(false)
        || copy.route().backup_key == Fact::Known(EncryptedWith::Nothing)
    {
        return None;
    }
    let account = copy.endpoints().destination_account().known()?;
    let region = copy.endpoints().destination_region().known()?;
    match (facts.ebs_default_key(account, &region), is_ours) {
        (Fact::Known(None), _) => None,
        (Fact::Known(Some(key)), Fact::Known(_)) => {
            of_key(copy, facts, &key).map(|found| unless_kept_by_aws(found, copy, &key))
        }
        (Fact::Unknown(gap), _) | (Fact::Known(Some(_)), Fact::Unknown(gap)) => {
            Some(not_read(*gap))
        }
    }
}

/// What fails of a copy into a standard vault, as undecided of one into an air-gapped vault: AWS Backup keeps such in an account of its
/// own, and no page says of which account the default key counts.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html>.
fn unless_kept_by_aws(found: Outcome, copy: &Copy, key: &Arn) -> Outcome {
    let is_standard = copy.endpoints().destination_type == Fact::Known(Some(VaultType::Standard));
    if found.status != Status::Fail || is_standard {
        return found;
    }
    let what = "whether a copy into a logically air-gapped vault, which AWS Backup keeps in an account of its own, describes the default EBS key of the vault's account";
    let gap = Gap::not_told(what, key.as_str()).where_is(key);
    let message = format!("{}: {what} is not known", found.message);
    Outcome::undecided(message, [gap]).saw(found.evidence)
}

fn of_key(copy: &Copy, facts: &Facts<'_>, key: &Arn) -> Option<Outcome> {
    match facts.key_manager(key) {
        Fact::Known(Some(KeyManager::Customer)) => {}
        Fact::Known(Some(KeyManager::Aws)) => return None,
        Fact::Known(None) => {
            return Some(
                Outcome::fail(format!(
                    "the destination's default EBS key `{key}` does not exist"
                ))
                .by_hand(
                    "aws ec2 reset-ebs-default-kms-key-id, in the destination's account and Region",
                )
                .on(Basis::Inferred)
                .saw([Evidence::at(key, "/KeyState", "is null")]),
            );
        }
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    }
    let principal = copy.endpoints().is_cross_account().and_then(|cross| {
        if cross {
            copy.endpoints().destination_service_linked_role()
        } else {
            copy.endpoints().role.clone()
        }
    });
    match principal {
        Fact::Known(principal) => refused(copy, facts, key, &principal),
        Fact::Unknown(gap) => Some(not_read(*gap)),
    }
}

/// A Deny stops either of them. AWS's message asks for a permission, which the service-linked role has of the key's policy alone, or
/// of the account that the policy lets decide; what the copy role's own policies, and the organization's, say is other checks'.
fn refused(copy: &Copy, facts: &Facts<'_>, key: &Arn, principal: &Arn) -> Option<Outcome> {
    let is_role_of_aws = principal.is_role_of_aws();
    let access = KeyAccess {
        copy: copy.route(),
        facts,
        key,
        principal,
        via: Via::OfType,
    };
    let rulings = if is_role_of_aws {
        access.ask_both_sides(&[DESCRIBE_KEY])
    } else {
        access.ask(&[DESCRIBE_KEY])
    };
    let of_image = copy
        .route()
        .kind
        .agreed(|kind| kind.family() == Family::Ec2)
        .known()
        .flatten()
        == Some(true);
    let message = if of_image {
        MessageId::E7
    } else {
        MessageId::E6
    };
    let what = ("the destination's default EBS key", key_name(key, facts));
    let outcome = rulings.outcome(&AskedPolicy {
        may: "describe it",
        basis: Basis::Inferred,
        predicted: &|| status_message(message),
        ..AskedPolicy::of_key(key, what, principal, principal.name())
    });
    let outcome = if is_role_of_aws {
        outcome
    } else {
        open_where_silent(outcome, DESCRIBES_IT, key)
    };
    (outcome.status != Status::Pass).then_some(outcome)
}
