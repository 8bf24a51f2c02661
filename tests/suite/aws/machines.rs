//! EC2's volumes, instances and images, from the inventory's resources and recovery points.

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, No, arn, default, pairs, reveals, text, without};
use super::query::members;
use super::world::World;

/// A kind of thing that EC2 describes.
struct Kind {
    operation: &'static str,
    /// The parameter that names some.
    id: &'static str,
    /// What stands before the name in an ARN.
    prefix: &'static str,
    missing: &'static str,
    /// Where the inventory has it, and the fields of its ARN and its status there.
    place: (&'static str, &'static str, &'static str),
    set: &'static str,
}

#[rustfmt::skip]
const KINDS: &[Kind] = &[
    Kind { operation: "DescribeVolumes",   id: "VolumeId",   prefix: "volume/",   missing: "InvalidVolume.NotFound",     place: ("resources", "ResourceArn", "ResourceType"),        set: "volumeSet" },
    Kind { operation: "DescribeInstances", id: "InstanceId", prefix: "instance/", missing: "InvalidInstanceID.NotFound", place: ("resources", "ResourceArn", "ResourceType"),        set: "reservationSet" },
    Kind { operation: "DescribeImages",    id: "ImageId",    prefix: "image/",    missing: "InvalidAMIID.NotFound",      place: ("recovery_points", "RecoveryPointArn", "Status"), set: "imagesSet" },
    Kind { operation: "DescribeSnapshots", id: "SnapshotId", prefix: "snapshot/", missing: "InvalidSnapshot.NotFound",   place: ("recovery_points", "RecoveryPointArn", "Status"), set: "snapshotSet" },
];

pub fn names(world: &World, call: &Call) -> Vec<String> {
    let Some(kind) = kind(call) else {
        return Vec::new();
    };
    let asked = members(&call.args, kind.id);
    let (list, field, _) = kind.place;
    let known = world.known_list(call, list).iter();
    let found =
        known.filter(|thing| id(thing, kind).is_some_and(|id| asked.iter().any(|one| one == id)));
    found
        .filter_map(|thing| text(thing, field).map(str::to_owned))
        .chain(asked.clone())
        .collect()
}

/// `None`: this is not one of the operations here.
pub fn answer(world: &World, call: &Call) -> Option<Result<Answer, No>> {
    kind(call).map(|kind| describe(world, call, kind))
}

fn kind(call: &Call) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.operation == call.operation)
}

fn describe(world: &World, call: &Call, kind: &Kind) -> Result<Answer, No> {
    let asked = members(&call.args, kind.id);
    let (list, field, status) = kind.place;
    let things = if asked.is_empty() {
        world.whole_list(call, list)?
    } else {
        world.list(call, list)?
    };
    let is_there = |thing: &Value| thing.get(status) != Some(&Value::Null);
    let mut items = Vec::new();
    if kind.operation == "DescribeSnapshots" {
        items.extend(behind_images(things, &asked));
        let told = |one: &String| {
            items
                .iter()
                .any(|item| text(item, "snapshotId") == Some(one))
        };
        if !asked.is_empty() && asked.iter().all(told) {
            return Ok(Answer::List {
                field: kind.set,
                items,
            });
        }
    }
    for thing in things {
        let Some(id) = id(thing, kind) else { continue };
        if is_there(thing) && (asked.is_empty() || asked.iter().any(|one| one == id)) {
            let mut wire = Map::new();
            wire.insert(
                format!("{}Id", &kind.prefix[..kind.prefix.len() - 1]),
                id.into(),
            );
            let name = text(thing, field).unwrap_or_default();
            let fields = fields(thing, kind, name)?;
            wire.extend(fields);
            items.push(match kind.operation {
                "DescribeInstances" => json!({"reservationId": "r-1", "instancesSet": [wire]}),
                _ => wire.into(),
            });
        }
    }
    if let Some(lost) = asked.iter().find(|one| {
        !things
            .iter()
            .any(|thing| id(thing, kind) == Some(one.as_str()) && is_there(thing))
    }) {
        return Err(
            if things
                .iter()
                .any(|thing| id(thing, kind) == Some(lost.as_str()))
            {
                No::failure(
                    400,
                    kind.missing,
                    format!("The {} '{lost}' does not exist", kind.id),
                )
            } else {
                No::Incomplete(format!("`{list}` has no {}{lost}", kind.prefix))
            },
        );
    }
    Ok(Answer::List {
        field: kind.set,
        items,
    })
}

/// The snapshots behind images, which alone say which keys they are on.
fn behind_images(points: &[Value], asked: &[String]) -> Vec<Value> {
    let devices = points
        .iter()
        .filter_map(|point| point.pointer("/Detail/BlockDeviceMappings")?.as_array());
    let snapshots = devices.flatten().filter_map(|device| device.get("Ebs"));
    let of = |ebs: &Value| {
        let id = text(ebs, "SnapshotId")?;
        asked.iter().any(|one| one == id).then(|| {
            json!({"snapshotId": id, "encrypted": ebs["Encrypted"], "kmsKeyId": ebs["KmsKeyId"]})
        })
    };
    snapshots.filter_map(of).collect()
}

fn id<'a>(thing: &'a Value, kind: &Kind) -> Option<&'a str> {
    let arn = arn(text(thing, kind.place.1)?)?;
    (arn.service == "ec2").then(|| arn.resource.strip_prefix(kind.prefix))?
}

/// A thing's fields with their names on the wire.
fn fields(thing: &Value, kind: &Kind, name: &str) -> Result<Map<String, Value>, No> {
    reveals(thing, &["Detail", "Tags"], name)?;
    let mut fields = without(&thing["Detail"], &[]);
    let devices = fields.get_mut("BlockDeviceMappings");
    for device in devices.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(ebs) = device["Ebs"].as_object_mut() {
            ebs.remove("KmsKeyId");
        }
    }
    if kind.operation == "DescribeVolumes" {
        reveals(thing, &["Encrypted", "EncryptionKeyArn"], name)?;
        default(&mut fields, "Encrypted", thing["Encrypted"].clone());
        default(&mut fields, "KmsKeyId", thing["EncryptionKeyArn"].clone());
    }
    fields.insert(
        "Tags".to_owned(),
        pairs(&thing["Tags"], "Key", "Value").into(),
    );
    Ok(on_the_wire(&fields.into(), kind))
}

fn on_the_wire(value: &Value, kind: &Kind) -> Map<String, Value> {
    let deep = |value: &Value| -> Value {
        match value {
            Value::Object(_) => on_the_wire(value, kind).into(),
            Value::Array(items) => items
                .iter()
                .map(|item| match item {
                    Value::Object(_) => on_the_wire(item, kind).into(),
                    other => other.clone(),
                })
                .collect(),
            other => other.clone(),
        }
    };
    let fields = value.as_object().into_iter().flatten();
    fields
        .map(|(name, value)| {
            let wire = match (name.as_str(), kind.operation) {
                ("Tags", _) => "tagSet".to_owned(),
                ("BlockDeviceMappings", _) => "blockDeviceMapping".to_owned(),
                ("ProductCodeId", _) => "productCode".to_owned(),
                ("ProductCodeType", _) => "type".to_owned(),
                ("State", "DescribeVolumes" | "DescribeSnapshots") => "status".to_owned(),
                ("AssociatedKmsKeys", _) => "associatedKmsKeySet".to_owned(),
                ("State", "DescribeInstances") => "instanceState".to_owned(),
                ("State", "DescribeImages") => "imageState".to_owned(),
                ("OwnerId", "DescribeImages") => "imageOwnerId".to_owned(),
                (name, _) => {
                    let (first, rest) = name.split_at(1);
                    format!("{}{rest}", first.to_lowercase())
                }
            };
            (wire, deep(value))
        })
        .collect()
}
