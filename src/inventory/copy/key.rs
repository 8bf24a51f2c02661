//! What a backup is encrypted with, and what its copy will be.

use std::sync::Arc;

use crate::catalog::calls::api_call;
use crate::catalog::{Encryption, Kind, capabilities};
use crate::inventory::lookup::{EncryptedWith, Facts, KeyManager, VaultType, contradiction};
use crate::known::{Arn, Fact};

use super::Named;
use super::kind::{KindOf, gap_of};
use super::volumes::{of_all_snapshots, of_all_volumes};

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

/// What a backup is encrypted with. That of an EC2 instance has a snapshot for each volume, and each may have a key of its own.
pub(super) struct BackupKeys {
    /// The one that is told of; an AWS managed one where there is one.
    pub(super) first: Fact<EncryptedWith>,
    /// The others.
    pub(super) further: Arc<[Fact<EncryptedWith>]>,
}

/// What the recovery point is, or will be, encrypted with.
pub(super) fn backup_keys(
    named: &Named,
    kind: &KindOf,
    source_vault: &Fact<Arn>,
    facts: &Facts<'_>,
) -> BackupKeys {
    if let Some(point) = &named.recovery_point {
        let key = facts.point_key(point);
        let further = of_all_snapshots(point, &key, facts);
        let key = key.and_then(|key| as_its_vault(point, key, kind, source_vault, facts));
        return BackupKeys::of(point, key, further, facts);
    }
    match (model(kind), &named.resource) {
        (Fact::Unknown(gap), _) => BackupKeys::one(Fact::Unknown(gap)),
        (Fact::Known(None), resource) => {
            BackupKeys::one(Fact::unknown(gap_of(named, resource.as_ref(), facts)))
        }
        (Fact::Known(Some(Model::Independent)), _) => BackupKeys::one(
            source_vault
                .as_ref()
                .and_then(|vault| of_vault(vault, facts)),
        ),
        (Fact::Known(Some(Model::ServiceDependent)), Some(resource)) => BackupKeys::of(
            resource,
            facts.resource_key(resource),
            of_all_volumes(resource, facts),
            facts,
        ),
        (Fact::Known(Some(Model::ServiceDependent)), None) => {
            BackupKeys::one(Fact::unknown(gap_of(named, None, facts)))
        }
    }
}

impl BackupKeys {
    pub(super) fn one(first: Fact<EncryptedWith>) -> Self {
        Self {
            first,
            further: Arc::default(),
        }
    }

    /// Each once. Where the volumes tell, they decide; a key that none of them is on contradicts them. A volume that is not encrypted
    /// asks nothing where another is.
    fn of(
        of: &Arn,
        first: Fact<EncryptedWith>,
        further: Vec<Fact<EncryptedWith>>,
        facts: &Facts<'_>,
    ) -> Self {
        if further.is_empty() {
            return Self::one(first);
        }
        let all_told = further.iter().all(|key| matches!(key, Fact::Known(_)));
        let mut keys: Vec<Fact<EncryptedWith>> = Vec::new();
        match &first {
            Fact::Unknown(gap) if all_told && gap.hand().is_none() => {
                let none = further
                    .iter()
                    .all(|key| *key == Fact::Known(EncryptedWith::Nothing));
                let said = facts.said_to_be_encrypted(of).filter(|_| none);
                keys.extend(said.map(|said| {
                    let volumes = "its volumes, of which none is encrypted";
                    Fact::unknown(contradiction(of, said, volumes))
                }));
            }
            Fact::Known(EncryptedWith::Key(key)) if all_told && !further.contains(&first) => {
                keys.push(Fact::unknown(contradiction(
                    of,
                    format!("`EncryptionKeyArn` {key}"),
                    "its volumes, of which none is on it",
                )));
            }
            Fact::Known(EncryptedWith::Nothing) if all_told && !further.contains(&first) => {
                keys.push(Fact::unknown(contradiction(
                    of,
                    "no key of its own",
                    "its volumes, which are all encrypted",
                )));
            }
            Fact::Unknown(_) | Fact::Known(_) => keys.push(first),
        }
        for key in further {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let nothing = Fact::Known(EncryptedWith::Nothing);
        if keys.iter().any(|key| *key != nothing) {
            keys.retain(|key| *key != nothing);
        }
        let is_aws_managed = |key: &Fact<EncryptedWith>| {
            let key = key.as_ref().known().and_then(EncryptedWith::key);
            key.is_some_and(|arn| facts.key_manager(arn) == Fact::Known(Some(KeyManager::Aws)))
        };
        let first = keys.remove(keys.iter().position(is_aws_managed).unwrap_or(0));
        Self {
            first,
            further: keys.into(),
        }
    }
}

fn of_vault(vault: &Arn, facts: &Facts<'_>) -> Fact<EncryptedWith> {
    facts.vault_key(vault).and_then(|key| {
        key.map_or_else(
            || {
                Fact::unknown(facts.gap(
                    api_call!("backup:DescribeBackupVault"),
                    vault.as_str(),
                    vault.account(),
                    vault.region().as_ref(),
                ))
            },
            Fact::Known,
        )
    })
}

/// The key of a recovery point that is encrypted as its vault is, if both are said to be on the same: a vault's key never
/// changes. So is each in a logically air-gapped vault, whatever it is of: an image there has no key for each of its volumes.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html>.
fn as_its_vault(
    point: &Arn,
    key: EncryptedWith,
    kind: &KindOf,
    source_vault: &Fact<Arn>,
    facts: &Facts<'_>,
) -> Fact<EncryptedWith> {
    let Fact::Known(vault) = source_vault else {
        return Fact::Known(key);
    };
    let is_on_its_key = model(kind) == Fact::Known(Some(Model::Independent))
        || facts.vault_type(vault) == Fact::Known(Some(VaultType::AirGapped));
    match (&key, facts.vault_key(vault)) {
        (EncryptedWith::Key(of_point), Fact::Known(Some(EncryptedWith::Key(of_vault))))
            if is_on_its_key && *of_point != of_vault =>
        {
            Fact::unknown(contradiction(
                point,
                format!("`EncryptionKeyArn` {of_point} of the recovery point"),
                format!("{of_vault} of its vault {vault}"),
            ))
        }
        (EncryptedWith::Nothing, Fact::Known(Some(of_vault))) if is_on_its_key => {
            Fact::unknown(contradiction(
                point,
                "`IsEncrypted` false of the recovery point",
                format!(
                    "the key of its vault {vault}, {}",
                    of_vault.key().map_or("of AWS's own", Arn::as_str)
                ),
            ))
        }
        (EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey | EncryptedWith::Key(_), _) => {
            Fact::Known(key)
        }
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
    let of_vault = of_vault(&named.destination_vault, facts);
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
