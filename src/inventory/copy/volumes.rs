//! The keys of the volumes of an EC2 instance, and of the snapshots behind an image: each may have its own.

use crate::catalog::calls::api_call;
use crate::inventory::lookup::{EncryptedWith, Facts, contradiction};
use crate::inventory::tree::Tree;
use crate::known::{Arn, Fact};

/// The volumes that an EC2 instance has, as far as they are told.
pub fn volumes(instance: &Arn, facts: &Facts<'_>) -> Vec<Arn> {
    let detail = facts.resource_description(instance).known().flatten();
    let mappings = detail.and_then(|detail| detail.get("BlockDeviceMappings")?.as_array());
    let mappings = mappings.into_iter().flatten();
    let volumes = mappings.filter_map(|mapping| {
        let id = mapping.get("Ebs")?.get("VolumeId")?.as_str()?;
        let (account, region) = instance.account().zip(instance.region())?;
        let partition = instance.partition();
        Arn::parse(&format!(
            "arn:{partition}:ec2:{region}:{account}:volume/{id}"
        ))
        .ok()
    });
    volumes.collect()
}

/// The keys of an EC2 instance's volumes. Empty: it is not one, or has no volumes.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceBlockDeviceMapping.html>.
pub(super) fn of_all_volumes(resource: &Arn, facts: &Facts<'_>) -> Vec<Fact<EncryptedWith>> {
    if resource.service() != "ec2" || !resource.resource().starts_with("instance/") {
        return Vec::new();
    }
    let Some(devices) = devices(facts.resource_description(resource)) else {
        return vec![Fact::unknown(facts.resource_call(resource))];
    };
    let key = |ebs: &Tree| {
        let id = ebs.get("VolumeId").and_then(Tree::as_str);
        let prefix = resource.as_str().strip_suffix(resource.resource());
        let named = id.zip(prefix);
        let volume =
            named.and_then(|(id, prefix)| Arn::parse(&format!("{prefix}volume/{id}")).ok());
        match volume {
            Some(volume) if facts.resource_exists(&volume) == Fact::Known(false) => {
                let listed = format!("`BlockDeviceMappings`, with {volume}");
                Fact::unknown(contradiction(
                    resource,
                    listed,
                    "that there is no such volume",
                ))
            }
            Some(volume) => facts.resource_key(&volume),
            None => Fact::unknown(facts.resource_call(resource)),
        }
    };
    devices.into_iter().map(key).collect()
}

/// The keys of the snapshots behind an image. Empty: it is not one, or what the recovery point says is enough. EC2 mostly does not
/// name them, and the volumes of today need not be those that were backed up: then they are not known.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html>.
pub(super) fn of_all_snapshots(
    point: &Arn,
    key: &Fact<EncryptedWith>,
    facts: &Facts<'_>,
) -> Vec<Fact<EncryptedWith>> {
    if !point.resource().starts_with("image/") {
        return Vec::new();
    }
    let Some(snapshots) = devices(facts.point_description(point)) else {
        return vec![Fact::unknown(facts.describe_gap(point))];
    };
    let is_named = |snapshot: &&Tree| snapshot.get("SnapshotId").and_then(Tree::as_str).is_some();
    if !snapshots.iter().all(is_named) {
        return vec![Fact::unknown(facts.describe_gap(point))];
    }
    // Of one snapshot the recovery point says enough, unless its own description says otherwise.
    let tells = |snapshot: &&Tree| {
        snapshot.get("KmsKeyId").and_then(Tree::as_str).is_some()
            || encrypted(snapshot) == Some(*key == Fact::Known(EncryptedWith::Nothing))
    };
    if snapshots.len() < 2 && !snapshots.iter().any(tells) {
        return Vec::new();
    }
    let each = snapshots.iter();
    each.map(|snapshot| of_snapshot(snapshot, &snapshots, point, facts))
        .collect()
}

fn of_snapshot(
    snapshot: &Tree,
    all: &[&Tree],
    point: &Arn,
    facts: &Facts<'_>,
) -> Fact<EncryptedWith> {
    let text = |of: &Tree, name: &str| of.get(name).and_then(Tree::as_str).map(str::to_owned);
    let id = text(snapshot, "SnapshotId");
    let says = |of: &Tree| (encrypted(of), text(of, "KmsKeyId"));
    let is_other = |other: &&Tree| text(other, "SnapshotId") == id && says(other) != says(snapshot);
    if id.is_some() && all.iter().any(is_other) {
        let (one, other) = ("one description of the snapshot", "another of it");
        return Fact::unknown(contradiction(point, one, other));
    }
    match says(snapshot) {
        (Some(false), Some(key)) => Fact::unknown(contradiction(
            point,
            "`Encrypted` false of a snapshot behind it",
            format!("`KmsKeyId` {key} beside it"),
        )),
        (Some(false), None) => Fact::Known(EncryptedWith::Nothing),
        (Some(true) | None, Some(key)) => Arn::parse(&key).map_or_else(
            |_| not_told(point, facts),
            |key| Fact::Known(EncryptedWith::Key(key)),
        ),
        (Some(true) | None, None) => not_told(point, facts),
    }
}

fn encrypted(snapshot: &Tree) -> Option<bool> {
    snapshot.get("Encrypted").and_then(Tree::as_bool)
}

fn not_told(point: &Arn, facts: &Facts<'_>) -> Fact<EncryptedWith> {
    let (account, region) = (point.account(), point.region());
    let call = api_call!("ec2:DescribeSnapshots");
    Fact::unknown(facts.gap(call, point.as_str(), account, region.as_ref()))
}

/// What a description says of the volumes behind its devices. `None`: it lists no device, as where the list was not read, or one of
/// which it does not say what it is.
fn devices(detail: Fact<Option<&Tree>>) -> Option<Vec<&Tree>> {
    let detail = detail.known().flatten()?;
    let devices = detail.get("BlockDeviceMappings")?.as_array()?;
    let mut volumes = Vec::new();
    for device in devices {
        // What is stored in the machine itself, and what an image leaves out, is not backed up.
        let has_none = ["VirtualName", "NoDevice"]
            .iter()
            .any(|name| device.get(name).is_some());
        match device.get("Ebs") {
            Some(ebs @ Tree::Object(_)) => volumes.push(ebs),
            Some(_) | None if has_none => {}
            Some(_) | None => return None,
        }
    }
    (!devices.is_empty()).then_some(volumes)
}
