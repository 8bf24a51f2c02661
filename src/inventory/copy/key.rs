//! What a backup is encrypted with, and what its copy will be.

use crate::catalog::{Encryption, Kind, capabilities};
use crate::inventory::lookup::{EncryptedWith, Facts, KeyManager};
use crate::known::{Arn, Fact};

use super::Named;
use super::kind::{KindOf, gap_of};

/// How a backup is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// With the key of the vault.
    Independent,
    /// With the key of the resource.
    ServiceDependent,
}

impl Model {
    /// Its word in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::ServiceDependent => "service-dependent",
        }
    }
}

pub(super) fn model(kind: &KindOf) -> Fact<Option<Model>> {
    kind.agreed(|kind| match capabilities(kind).encryption {
        Encryption::Independent | Encryption::IndependentDisputed => Model::Independent,
        Encryption::OfResource => Model::ServiceDependent,
    })
}

/// What the recovery point is, or will be, encrypted with.
pub(super) fn backup_key(
    named: &Named,
    kind: &KindOf,
    source_vault: &Fact<Arn>,
    facts: &Facts<'_>,
) -> Fact<EncryptedWith> {
    if let Some(point) = &named.recovery_point {
        return facts.point_key(point);
    }
    match model(kind) {
        Fact::Unknown(gap) => Fact::Unknown(gap),
        Fact::Known(None) => Fact::unknown(gap_of(named, named.resource.as_ref(), facts)),
        Fact::Known(Some(Model::Independent)) => match source_vault {
            Fact::Unknown(gap) => Fact::Unknown(gap.clone()),
            Fact::Known(vault) => facts.vault_key(vault).and_then(|key| {
                key.map_or_else(
                    || {
                        Fact::unknown(facts.gap(
                            "backup:DescribeBackupVault",
                            vault.as_str(),
                            vault.account(),
                            vault.region().as_ref(),
                        ))
                    },
                    Fact::Known,
                )
            }),
        },
        Fact::Known(Some(Model::ServiceDependent)) => match &named.resource {
            Some(resource) => facts.resource_key(resource),
            None => Fact::unknown(gap_of(named, None, facts)),
        },
    }
}

/// What the copy will be encrypted with: the destination vault's key. Unencrypted Aurora, DocumentDB and Neptune stay
/// so.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html>.
pub(super) fn copy_key(
    named: &Named,
    kind: &KindOf,
    backup_key: &Fact<EncryptedWith>,
    facts: &Facts<'_>,
) -> Fact<EncryptedWith> {
    let vault = &named.destination_vault;
    let of_vault = facts.vault_key(vault).and_then(|key| {
        key.map_or_else(
            || {
                Fact::unknown(facts.gap(
                    "backup:DescribeBackupVault",
                    vault.as_str(),
                    vault.account(),
                    vault.region().as_ref(),
                ))
            },
            Fact::Known,
        )
    });
    match (stays_unencrypted(kind), backup_key) {
        (Fact::Known(Some(false) | None), _) => of_vault,
        (Fact::Known(Some(true)), Fact::Known(EncryptedWith::Nothing)) => {
            Fact::Known(EncryptedWith::Nothing)
        }
        (_, Fact::Known(EncryptedWith::Key(_) | EncryptedWith::AwsOwnedKey)) => of_vault,
        (Fact::Unknown(gap), _) => Fact::Unknown(gap),
        (_, Fact::Unknown(gap)) => Fact::Unknown(gap.clone()),
    }
}

/// Whether an unencrypted backup of this kind is copied as it is.
fn stays_unencrypted(kind: &KindOf) -> Fact<Option<bool>> {
    kind.agreed(|kind| matches!(kind, Kind::Aurora | Kind::DocumentDb | Kind::Neptune))
}

pub(super) fn manager(key: &Fact<EncryptedWith>, facts: &Facts<'_>) -> Fact<Option<KeyManager>> {
    match key {
        Fact::Unknown(gap) => Fact::Unknown(gap.clone()),
        Fact::Known(EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey) => Fact::Known(None),
        Fact::Known(EncryptedWith::Key(arn)) => facts.key_manager(arn),
    }
}
