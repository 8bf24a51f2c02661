//! What a backup is encrypted with, and what its copy will be.

use std::sync::Arc;

use crate::catalog::calls::api_call;
use crate::catalog::{Encryption, Kind, capabilities};
use crate::inventory::lookup::{EncryptedWith, Facts, KeyManager, contradiction};
use crate::inventory::tree::Tree;
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
        return BackupKeys::of(key, further, facts);
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

    /// Each once; a volume that is not encrypted asks nothing where another is.
    fn of(
        first: Fact<EncryptedWith>,
        further: Vec<Fact<EncryptedWith>>,
        facts: &Facts<'_>,
    ) -> Self {
        if further.is_empty() {
            return Self::one(first);
        }
        let mut keys: Vec<Fact<EncryptedWith>> = Vec::new();
        for key in [first].into_iter().chain(further) {
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
/// changes.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html>.
fn as_its_vault(
    point: &Arn,
    key: EncryptedWith,
    kind: &KindOf,
    source_vault: &Fact<Arn>,
    facts: &Facts<'_>,
) -> Fact<EncryptedWith> {
    let is_independent = model(kind) == Fact::Known(Some(Model::Independent));
    let Fact::Known(vault) = source_vault else {
        return Fact::Known(key);
    };
    match (&key, facts.vault_key(vault)) {
        (EncryptedWith::Key(of_point), Fact::Known(Some(EncryptedWith::Key(of_vault))))
            if is_independent && *of_point != of_vault =>
        {
            Fact::unknown(contradiction(
                point,
                format!("`EncryptionKeyArn` {of_point} of the recovery point"),
                format!("{of_vault} of its vault {vault}"),
            ))
        }
        (EncryptedWith::Nothing, Fact::Known(Some(of_vault))) if is_independent => {
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

/// The keys of an EC2 instance's volumes.
fn of_all_volumes(resource: &Arn, facts: &Facts<'_>) -> Vec<Fact<EncryptedWith>> {
    if resource.service() != "ec2" || !resource.resource().starts_with("instance/") {
        return Vec::new();
    }
    let devices = devices(facts.resource_detail(resource));
    match volumes(resource, devices) {
        Some(volumes) if !devices.is_empty() => {
            let volumes = volumes.iter();
            volumes.map(|volume| facts.resource_key(volume)).collect()
        }
        Some(_) | None => vec![Fact::unknown(facts.resource_call(resource))],
    }
}

/// The devices that a description lists. What has a root device has devices: where none is listed, the list was not read or
/// not understood, and any of them may be on another key.
fn devices(detail: Fact<Option<&Tree>>) -> &[Tree] {
    let detail = detail.known().flatten();
    let devices = detail.and_then(|detail| detail.get("BlockDeviceMappings")?.as_array());
    devices.unwrap_or_default()
}

/// The keys of the snapshots behind an image. EC2 mostly does not name them, and the volumes of today need not be those that were
/// backed up: then they are not known.
fn of_all_snapshots(
    point: &Arn,
    key: &Fact<EncryptedWith>,
    facts: &Facts<'_>,
) -> Vec<Fact<EncryptedWith>> {
    if !point.resource().starts_with("image/") {
        return Vec::new();
    }
    let call = facts.describe_gap(point);
    let devices = devices(facts.point_detail(point));
    if devices.is_empty() {
        return vec![Fact::unknown(call)];
    }
    let snapshots: Vec<&Tree> = devices
        .iter()
        .filter_map(|device| device.get("Ebs"))
        .collect();
    // Of one snapshot the recovery point says enough, unless its own description says otherwise.
    let tells = |snapshot: &&Tree| {
        snapshot.get("KmsKeyId").and_then(Tree::as_str).is_some()
            || snapshot.get("Encrypted").and_then(Tree::as_bool)
                == Some(*key == Fact::Known(EncryptedWith::Nothing))
    };
    if snapshots.len() < 2 && !snapshots.iter().any(tells) {
        return Vec::new();
    }
    let not_told = || {
        let (account, region) = (point.account(), point.region());
        let call = api_call!("ec2:DescribeSnapshots");
        Fact::unknown(facts.gap(call, point.as_str(), account, region.as_ref()))
    };
    let of_snapshot = |snapshot: &Tree| {
        let named = snapshot.get("KmsKeyId").and_then(Tree::as_str);
        match (snapshot.get("Encrypted").and_then(Tree::as_bool), named) {
            (Some(false), _) => Fact::Known(EncryptedWith::Nothing),
            (_, Some(named)) => Arn::parse(named).map_or_else(
                |_| not_told(),
                |named| Fact::Known(EncryptedWith::Key(named)),
            ),
            (Some(true) | None, None) => not_told(),
        }
    };
    snapshots.into_iter().map(of_snapshot).collect()
}

/// The EBS volumes among an instance's devices. `None`: one is listed and not named.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceBlockDeviceMapping.html>.
fn volumes(resource: &Arn, devices: &[Tree]) -> Option<Vec<Arn>> {
    let volume = |ebs: &Tree| {
        let id = ebs.get("VolumeId")?.as_str()?;
        let prefix = resource.as_str().strip_suffix(resource.resource())?;
        Arn::parse(&format!("{prefix}volume/{id}")).ok()
    };
    let devices = devices.iter().filter_map(|device| device.get("Ebs"));
    devices.map(volume).collect()
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
