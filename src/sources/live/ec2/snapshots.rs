//! The snapshots that AWS Backup makes of EBS volumes, and the images that it makes of EC2 instances.

use serde_json::{Map, Value};

use crate::catalog::calls::api_call;
use crate::known::{ApiCall, Arn, Region};
use crate::sources::live::found::Found;
use crate::sources::live::reply::{CallError, Reply};
use crate::sources::live::session::Session;
use crate::sources::live::shape::Snapshot;

use super::machines::{id, with_id, without_tags};
use super::tables::{IMAGES, SNAPSHOTS};
use super::{pages, tags};

const DESCRIBE_IMAGES: ApiCall = api_call!("ec2:DescribeImages");
const DESCRIBE_SNAPSHOTS: ApiCall = api_call!("ec2:DescribeSnapshots");

/// The image that a recovery point is. Where it has several snapshots, EC2 says which keys they are on only of the snapshots
/// themselves.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html>.
pub async fn image(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Snapshot>> {
    let params = [("ImageId.1", arn.name())];
    let read = pages(session, region, "DescribeImages", &params, IMAGES, "Images").await;
    let mut image = match read.and_then(|all| with_id(&all, "ImageId", arn).cloned()) {
        Ok(image) => image,
        Err(error) => return not_read(session, region, arn, DESCRIBE_IMAGES, &error),
    };
    let mut gaps = Vec::new();
    let mut unnamed = on_unnamed_keys(&mut image);
    if unnamed.len() > 1 {
        let ids: Vec<String> = unnamed.iter().filter_map(|ebs| snapshot_id(ebs)).collect();
        match described(session, region, &ids).await {
            Ok(snapshots) => {
                for ebs in &mut unnamed {
                    name_key(ebs, &snapshots);
                }
            }
            Err(error) => {
                let place = session.place(region);
                gaps.push(place.gap(DESCRIBE_SNAPSHOTS, arn.as_str(), &error));
            }
        }
    }
    Found {
        value: Some(as_point(&image)),
        gaps,
    }
}

/// The EBS snapshot that a recovery point is: its key, the tier that it is stored in, and other keys that lead into it.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html>.
pub async fn snapshot(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Snapshot>> {
    let read = described(session, region, &[arn.name().to_owned()]).await;
    match read.and_then(|all| with_id(&all, "SnapshotId", arn).cloned()) {
        Ok(snapshot) => Found::all(Some(as_point(&snapshot))),
        Err(error) => not_read(session, region, arn, DESCRIBE_SNAPSHOTS, &error),
    }
}

async fn described(session: &Session, region: &Region, ids: &[String]) -> Reply<Vec<Value>> {
    let names: Vec<String> = (1..=ids.len())
        .map(|at| format!("SnapshotId.{at}"))
        .collect();
    let ids = ids.iter().map(String::as_str);
    let params: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(ids).collect();
    let operation = "DescribeSnapshots";
    pages(session, region, operation, &params, SNAPSHOTS, "Snapshots").await
}

/// Whether there is such a recovery point is AWS Backup's to say.
fn as_point(of: &Value) -> Snapshot {
    Snapshot {
        tags: Some(tags(of)),
        detail: without_tags(of),
    }
}

fn not_read(
    session: &Session,
    region: &Region,
    arn: &Arn,
    operation: ApiCall,
    error: &CallError,
) -> Found<Option<Snapshot>> {
    Found::nothing(session.place(region).gap(operation, arn.as_str(), error))
}

/// The devices of an image whose snapshots are encrypted with keys that it does not name.
fn on_unnamed_keys(image: &mut Value) -> Vec<&mut Map<String, Value>> {
    let devices = image
        .get_mut("BlockDeviceMappings")
        .and_then(Value::as_array_mut);
    let devices = devices.into_iter().flatten();
    devices
        .filter_map(|device| device.get_mut("Ebs")?.as_object_mut())
        .filter(|ebs| {
            ebs.get("Encrypted") == Some(&Value::Bool(true)) && !ebs.contains_key("KmsKeyId")
        })
        .collect()
}

fn snapshot_id(ebs: &Map<String, Value>) -> Option<String> {
    Some(ebs.get("SnapshotId")?.as_str()?.to_owned())
}

/// Says of a device which key its snapshot is on, where that was told.
fn name_key(ebs: &mut Map<String, Value>, snapshots: &[Value]) {
    let Some(named) = snapshot_id(ebs) else {
        return;
    };
    let of = snapshots
        .iter()
        .find(|one| id(one, "SnapshotId") == Some(&named));
    if let Some(key) = of.and_then(|of| of.get("KmsKeyId")) {
        ebs.insert("KmsKeyId".to_owned(), key.clone());
    }
}
