//! What a backup is encrypted with, and what its copy will be.

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::catalog::{Encryption, Kind, capabilities};
use crate::inventory::lookup::{EncryptedWith, Facts, KeyManager, contradiction};
use crate::known::{Arn, ByHand, Fact, Gap};

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
        let key = facts.point_key(point);
        return key
            .and_then(|key| of_all_snapshots(point, key, facts))
            .and_then(|key| as_its_vault(point, key, kind, source_vault, facts));
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
                            api_call!("backup:DescribeBackupVault"),
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
            Some(resource) => facts
                .resource_key(resource)
                .and_then(|key| of_all_volumes(resource, key, facts)),
            None => Fact::unknown(gap_of(named, None, facts)),
        },
    }
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

/// The key of an EC2 instance's backup to come, whose volumes may have several.
fn of_all_volumes(resource: &Arn, key: EncryptedWith, facts: &Facts<'_>) -> Fact<EncryptedWith> {
    let Some(volumes) = volumes(resource, facts) else {
        return Fact::unknown(facts.resource_call(resource));
    };
    if volumes.is_empty() {
        return unless_without_devices(facts.resource_detail(resource), key, || {
            facts.resource_call(resource)
        });
    }
    let each = volumes.iter().map(|volume| facts.resource_key(volume));
    one_of(key, each, &facts.resource_call(resource), facts)
}

/// The key of an image, which may have several snapshots. EC2 mostly does not name their keys, and the volumes of today need
/// not be those that were backed up: then the key is not known.
fn of_all_snapshots(point: &Arn, key: EncryptedWith, facts: &Facts<'_>) -> Fact<EncryptedWith> {
    let detail = facts.point_detail(point);
    let devices = detail.as_ref().known().copied().flatten();
    let devices = devices.and_then(|detail| detail.get("BlockDeviceMappings")?.as_array());
    let devices = devices.into_iter().flatten();
    let snapshots: Vec<&Value> = devices.filter_map(|device| device.get("Ebs")).collect();
    // Of one snapshot the image says enough, unless its own description says otherwise.
    let tells = |snapshot: &&Value| {
        snapshot.get("KmsKeyId").is_some_and(Value::is_string)
            || snapshot.get("Encrypted") == Some(&Value::Bool(key == EncryptedWith::Nothing))
    };
    let is_settled = snapshots.len() < 2 && !snapshots.iter().any(tells);
    if !point.resource().starts_with("image/") {
        return Fact::Known(key);
    }
    if is_settled {
        return unless_without_devices(detail, key, || facts.describe_gap(point));
    }
    let call = facts.describe_gap(point);
    let of_snapshot = |snapshot: &Value| {
        let named = snapshot.get("KmsKeyId").and_then(Value::as_str);
        match (snapshot.get("Encrypted").and_then(Value::as_bool), named) {
            (Some(false), _) => Fact::Known(EncryptedWith::Nothing),
            (_, Some(named)) => Arn::parse(named).map_or_else(
                |_| Fact::unknown(call.clone()),
                |named| Fact::Known(EncryptedWith::Key(named)),
            ),
            (Some(true) | None, None) => Fact::unknown(call.clone()),
        }
    };
    one_of(key, snapshots.into_iter().map(of_snapshot), &call, facts)
}

/// What has a root device has devices: a description that lists none of them was not understood.
fn unless_without_devices(
    detail: Fact<Option<&Value>>,
    key: EncryptedWith,
    gap: impl FnOnce() -> Gap,
) -> Fact<EncryptedWith> {
    let devices = detail.known().flatten();
    let devices = devices.and_then(|detail| detail.get("BlockDeviceMappings")?.as_array());
    if devices.is_some_and(Vec::is_empty) {
        Fact::unknown(gap())
    } else {
        Fact::Known(key)
    }
}

/// The key that decides among several. An AWS managed one does, as it stops the copy; where they differ otherwise, which to
/// ask is not known.
fn one_of(
    first: EncryptedWith,
    others: impl Iterator<Item = Fact<EncryptedWith>>,
    call: &Gap,
    facts: &Facts<'_>,
) -> Fact<EncryptedWith> {
    let (mut keys, mut unread) = (vec![first], None);
    for other in others {
        match other {
            Fact::Known(key) => keys.push(key),
            Fact::Unknown(gap) => unread = Some(gap),
        }
    }
    let is_aws_managed = |key: &EncryptedWith| {
        key.key()
            .is_some_and(|arn| facts.key_manager(arn) == Fact::Known(Some(KeyManager::Aws)))
    };
    let decides = keys.iter().position(is_aws_managed);
    let differ = keys.iter().any(|key| Some(key) != keys.first());
    match (decides, unread) {
        (Some(place), _) => Fact::Known(keys.swap_remove(place)),
        (None, Some(gap)) => Fact::Unknown(gap),
        (None, None) if differ => Fact::unknown(call.clone().settled_by_hand(
            ByHand::Name,
            "one copy a volume: its volumes are on different keys",
        )),
        (None, None) => Fact::Known(keys.swap_remove(0)),
    }
}

/// The EBS volumes of an instance, as far as its description lists them. `None`: it lists one and does not name it.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceBlockDeviceMapping.html>.
fn volumes(resource: &Arn, facts: &Facts<'_>) -> Option<Vec<Arn>> {
    if resource.service() != "ec2" || !resource.resource().starts_with("instance/") {
        return Some(Vec::new());
    }
    let detail = facts.resource_detail(resource).known().flatten();
    let devices = detail.and_then(|detail| detail.get("BlockDeviceMappings")?.as_array());
    let volume = |ebs: &Value| {
        let id = ebs.get("VolumeId")?.as_str()?;
        let prefix = resource.as_str().strip_suffix(resource.resource())?;
        Arn::parse(&format!("{prefix}volume/{id}")).ok()
    };
    let devices = devices.into_iter().flatten();
    devices
        .filter_map(|device| device.get("Ebs"))
        .map(volume)
        .collect()
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
                    api_call!("backup:DescribeBackupVault"),
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
