//! EBS volumes and EC2 instances.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::catalog::regions;
use crate::inventory::Resource;
use crate::known::{ApiCall, Arn, Gap, Region};
use crate::sources::live::found::Found;
use crate::sources::live::kms;
use crate::sources::live::reply::{CallError, CallErrorKind, Reply};
use crate::sources::live::session::Session;
use crate::sources::live::shape::Shape;

use super::tables::{INSTANCES, VOLUMES};
use super::{Params, pages, tags};

const DESCRIBE_VOLUMES: ApiCall = api_call!("ec2:DescribeVolumes");
const DESCRIBE_INSTANCES: ApiCall = api_call!("ec2:DescribeInstances");

/// A volume.
pub async fn volume(session: &Session, region: &Region, arn: &Arn) -> Found<Vec<Resource>> {
    match described(session, region, &[("VolumeId.1", arn.name())]).await {
        // A volume that is not there is an error, and not an empty list.
        Ok(volumes) => match with_id(&volumes, "VolumeId", arn) {
            Ok(volume) => of_volume(session, region, arn, volume).await.into_list(),
            Err(error) => not_read(session, region, DESCRIBE_VOLUMES, arn, &error),
        },
        Err(error) => not_read(session, region, DESCRIBE_VOLUMES, arn, &error),
    }
}

/// All volumes of a Region.
pub async fn volumes(session: &Session, region: &Region) -> Found<Option<Vec<Resource>>> {
    let all = match described(session, region, &[("MaxResults", "500")]).await {
        Ok(all) => all,
        Err(error) => return not_listed(session, region, DESCRIBE_VOLUMES, &error),
    };
    let mut read = Vec::new();
    for volume in &all {
        let named = id(volume, "VolumeId").and_then(|id| arn(session, region, "volume", id));
        read.push(match named {
            Some(arn) => of_volume(session, region, &arn, volume).await,
            None => unreadable(session, region, DESCRIBE_VOLUMES),
        });
    }
    Found::whole(read)
}

/// An instance, and the volumes that are attached to it, whose keys are those of its backups.
pub async fn instance(session: &Session, region: &Region, arn: &Arn) -> Found<Vec<Resource>> {
    let params = [("InstanceId.1", arn.name())];
    let reservations = match reservations(session, region, &params).await {
        Ok(reservations) => reservations,
        Err(error) => return not_read(session, region, DESCRIBE_INSTANCES, arn, &error),
    };
    let instance = match with_id(of_reservations(&reservations), "InstanceId", arn) {
        Ok(instance) => instance,
        Err(error) => return not_read(session, region, DESCRIBE_INSTANCES, arn, &error),
    };
    let ids: BTreeSet<&str> = attached(instance).map(|(_, id)| id).collect();
    let names: Vec<String> = (1..=ids.len()).map(|at| format!("VolumeId.{at}")).collect();
    let params: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(ids).collect();
    let mut gaps = Vec::new();
    let volumes = match described(session, region, &params).await {
        _ if params.is_empty() => Vec::new(),
        Ok(volumes) => volumes,
        Err(error) => {
            let place = session.place(region);
            gaps.push(place.gap(DESCRIBE_VOLUMES, arn.as_str(), &error));
            Vec::new()
        }
    };
    let mut resources = BTreeMap::new();
    let told: BTreeSet<&str> = volumes.iter().filter_map(|it| id(it, "VolumeId")).collect();
    if gaps.is_empty() && params.iter().any(|(_, asked)| !told.contains(asked)) {
        let place = session.place(region);
        let why = CallError::failed("the answer lacks a volume that is attached");
        gaps.push(place.gap(DESCRIBE_VOLUMES, arn.as_str(), &why));
    }
    for volume in &volumes {
        let Some(id) = id(volume, "VolumeId") else {
            continue;
        };
        if let Some(arn) = self::arn(session, region, "volume", id) {
            let found = of_volume(session, region, &arn, volume).await;
            if let Some(resource) = found.into_value(&mut gaps) {
                resources.insert(id.to_owned(), resource);
            }
        }
    }
    let itself = of_instance(arn, instance, &resources);
    let itself = itself.unwrap_or_else(|error| {
        let place = session.place(region);
        gaps.push(place.gap(DESCRIBE_INSTANCES, arn.as_str(), &error));
        None
    });
    Found {
        value: itself.into_iter().chain(resources.into_values()).collect(),
        gaps,
    }
}

/// All instances of a Region that are not terminated; `volumes` are those of the Region, where they were read.
pub async fn instances(
    session: &Session,
    region: &Region,
    volumes: &[Resource],
) -> Found<Option<Vec<Resource>>> {
    let params = [("MaxResults", "1000")];
    let reservations = match reservations(session, region, &params).await {
        Ok(reservations) => reservations,
        Err(error) => return not_listed(session, region, DESCRIBE_INSTANCES, &error),
    };
    let by_id: BTreeMap<String, Resource> = volumes
        .iter()
        .map(|volume| (volume.arn.name().to_owned(), volume.clone()))
        .collect();
    let there = |instance: &&Value| {
        instance.pointer("/State/Name").and_then(Value::as_str) != Some("terminated")
    };
    Found::whole(
        of_reservations(&reservations)
            .filter(there)
            .map(|instance| {
                let named =
                    id(instance, "InstanceId").and_then(|id| arn(session, region, "instance", id));
                let resource = named.and_then(|arn| of_instance(&arn, instance, &by_id).ok()?);
                match resource {
                    Some(resource) => Found::all(Some(resource)),
                    None => unreadable(session, region, DESCRIBE_INSTANCES),
                }
            }),
    )
}

fn unreadable(session: &Session, region: &Region, operation: ApiCall) -> Found<Option<Resource>> {
    let subject = format!("{}/{region}", session.account());
    let place = session.place(region);
    Found::nothing(place.gap(operation, &subject, &CallError::unreadable()))
}

async fn reservations(session: &Session, region: &Region, params: Params<'_>) -> Reply<Vec<Value>> {
    pages(
        session,
        region,
        "DescribeInstances",
        params,
        INSTANCES,
        "Reservations",
    )
    .await
}

async fn described(session: &Session, region: &Region, params: Params<'_>) -> Reply<Vec<Value>> {
    if params.is_empty() {
        return Ok(Vec::new());
    }
    pages(
        session,
        region,
        "DescribeVolumes",
        params,
        VOLUMES,
        "Volumes",
    )
    .await
}

/// The one of some things that was asked about.
pub(super) fn with_id<'a>(
    things: impl IntoIterator<Item = &'a Value>,
    name: &str,
    arn: &Arn,
) -> Reply<&'a Value> {
    let mut things = things.into_iter();
    let found = things.find(|thing| id(thing, name) == Some(arn.name()));
    found.ok_or_else(|| CallError::failed("the answer is about something else"))
}

fn of_reservations(reservations: &[Value]) -> impl Iterator<Item = &Value> {
    reservations
        .iter()
        .filter_map(|reservation| reservation.get("Instances")?.as_array())
        .flatten()
}

pub(super) fn id<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    object.get(name)?.as_str()
}

fn arn(session: &Session, region: &Region, kind: &str, id: &str) -> Option<Arn> {
    let partition = regions::partition(region);
    let account = session.account();
    Arn::parse(&format!(
        "arn:{partition}:ec2:{region}:{account}:{kind}/{id}"
    ))
    .ok()
}

/// The devices of an instance and the volumes behind them.
fn attached(instance: &Value) -> impl Iterator<Item = (&str, &str)> {
    let devices = instance
        .get("BlockDeviceMappings")
        .and_then(Value::as_array);
    devices.into_iter().flatten().filter_map(|device| {
        let volume = device.pointer("/Ebs/VolumeId")?.as_str()?;
        Some((device.get("DeviceName")?.as_str()?, volume))
    })
}

async fn of_volume(
    session: &Session,
    region: &Region,
    arn: &Arn,
    volume: &Value,
) -> Found<Option<Resource>> {
    let place = session.place(region);
    let mut gaps: Vec<Gap> = Vec::new();
    let encrypted = volume.get("Encrypted").and_then(Value::as_bool);
    let shape = Shape::new()
        .with("ResourceArn", Some(arn.as_str()))
        .with("ResourceType", Some("EBS"))
        .with("Encrypted", encrypted)
        .with("Tags", Some(tags(volume)))
        .with("Detail", Some(without_tags(volume)));
    let shape = match (encrypted, id(volume, "KmsKeyId")) {
        (Some(false), _) => shape.without("EncryptionKeyArn"),
        (_, Some(named)) => match kms::named(session, region, named).await {
            Ok(key) => shape.with("EncryptionKeyArn", Some(key.as_str())),
            Err(gap) => {
                gaps.push(gap);
                shape
            }
        },
        (_, None) => {
            let why = CallError::lacks("KmsKeyId");
            gaps.push(place.gap(DESCRIBE_VOLUMES, arn.as_str(), &why));
            shape
        }
    };
    match shape.read() {
        Ok(resource) => Found {
            value: Some(resource),
            gaps,
        },
        Err(error) => Found::nothing(place.gap(DESCRIBE_VOLUMES, arn.as_str(), &error)),
    }
}

/// The instance. It has no key of its own: its root volume's stands for it, beside those of the other volumes.
fn of_instance(
    arn: &Arn,
    instance: &Value,
    volumes: &BTreeMap<String, Resource>,
) -> Reply<Option<Resource>> {
    let root_device = id(instance, "RootDeviceName");
    let root = attached(instance)
        .find(|(device, _)| Some(*device) == root_device)
        .and_then(|(_, volume)| volumes.get(volume));
    let resource: Resource = Shape::new()
        .with("ResourceArn", Some(arn.as_str()))
        .with("ResourceType", Some("EC2"))
        .with("Tags", Some(tags(instance)))
        .with("Detail", Some(without_tags(instance)))
        .read()?;
    Ok(Some(match root {
        Some(root) => Resource {
            encrypted: root.encrypted.clone(),
            encryption_key_arn: root.encryption_key_arn.clone(),
            ..resource
        },
        None => resource,
    }))
}

pub(super) fn without_tags(object: &Value) -> Shape {
    Shape::of(object).leave_out("Tags")
}

fn missing(arn: &Arn) -> Found<Vec<Resource>> {
    let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
    Found::all(shape.without("ResourceType").read().ok()).into_list()
}

fn not_read(
    session: &Session,
    region: &Region,
    operation: ApiCall,
    arn: &Arn,
    error: &CallError,
) -> Found<Vec<Resource>> {
    if error.kind == CallErrorKind::NotThere {
        return missing(arn);
    }
    let place = session.place(region);
    Found::nothing(place.gap(operation, arn.as_str(), error)).into_list()
}

fn not_listed(
    session: &Session,
    region: &Region,
    operation: ApiCall,
    error: &CallError,
) -> Found<Option<Vec<Resource>>> {
    let subject = format!("{}/{region}", session.account());
    Found::nothing(session.place(region).gap(operation, &subject, error))
}
