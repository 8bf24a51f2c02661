//! Amazon FSx: file systems and their volumes, which Cloud Control does not read. Their calls are made by hand.
//!
//! See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeFileSystems.html>.

use aws_smithy_types::DateTime;
use serde_json::{Value, json};

use crate::catalog::calls::api_call;
use crate::inventory::Resource;
use crate::known::{ApiCall, Arn, Region};

use super::found::Found;
use super::kms;
use super::listings::List;
use super::reply::{CallError, CallErrorKind, Reply, about};
use super::session::Session;
use super::shape::{Shape, Snapshot, tags as in_order};
use super::signed::{Body, JSON_1_1};

const DESCRIBE: ApiCall = api_call!("fsx:DescribeFileSystems");
const DESCRIBE_ASSOCIATIONS: ApiCall = api_call!("fsx:DescribeDataRepositoryAssociations");
const DESCRIBE_VOLUMES: ApiCall = api_call!("fsx:DescribeVolumes");
const DESCRIBE_BACKUPS: ApiCall = api_call!("fsx:DescribeBackups");

/// The backup that a recovery point is, with what it says of the file system or volume it was made of.
///
/// See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_Backup.html>.
pub async fn backup(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Snapshot>> {
    let list = List {
        service: "fsx",
        operation: "DescribeBackups",
        body: |text| Body::Json {
            kind: JSON_1_1,
            target: "AWSSimbaAPIService_v20180301.DescribeBackups",
            text,
        },
        items: "Backups",
        token: ("NextToken", "NextToken"),
    };
    let filter = json!({"BackupIds": [arn.name()]});
    let read = list.all(session, region, &filter).await;
    match read.and_then(|all| with_id(all, "BackupId", arn.name())) {
        Ok(backup) => {
            let file_system = backup.get("FileSystem").map(|of| {
                Shape::new()
                    .with("FileSystemId", text(of, "FileSystemId"))
                    .with("FileSystemType", text(of, "FileSystemType"))
                    .with("StorageType", text(of, "StorageType"))
                    .with("WindowsConfiguration", deployment(of))
            });
            let detail = Shape::new()
                .with("BackupId", text(&backup, "BackupId"))
                .with("Lifecycle", text(&backup, "Lifecycle"))
                .with("ResourceType", text(&backup, "ResourceType"))
                .with("KmsKeyId", text(&backup, "KmsKeyId"))
                .with("FileSystem", file_system)
                .with("Volume", backup.get("Volume").map(volume));
            Found::all(Some(Snapshot {
                tags: Some(tags(&backup)),
                detail,
            }))
        }
        // Whether there is such a recovery point is AWS Backup's to say.
        Err(error) => {
            let place = session.place(region);
            Found::nothing(place.gap(DESCRIBE_BACKUPS, arn.as_str(), &error))
        }
    }
}

/// How a file system of FSx for Windows is deployed, and when FSx itself looks after it.
fn windows(of: &Value) -> Option<Shape> {
    let of = of.get("WindowsConfiguration")?;
    Some(looked_after(
        Shape::new().with("DeploymentType", text(of, "DeploymentType")),
        of,
    ))
}

/// When FSx looks after a file system of OpenZFS.
fn open_zfs(of: &Value) -> Option<Shape> {
    let of = of.get("OpenZFSConfiguration")?;
    Some(looked_after(Shape::new(), of))
}

/// When FSx backs a file system up by itself, and maintains it.
fn looked_after(shape: Shape, of: &Value) -> Shape {
    let days = of.get("AutomaticBackupRetentionDays");
    shape
        .with("AutomaticBackupRetentionDays", days.and_then(Value::as_i64))
        .with(
            "DailyAutomaticBackupStartTime",
            text(of, "DailyAutomaticBackupStartTime"),
        )
        .with(
            "WeeklyMaintenanceStartTime",
            text(of, "WeeklyMaintenanceStartTime"),
        )
}

/// How a file system of FSx for Windows is deployed.
fn deployment(of: &Value) -> Option<Shape> {
    let deployment = text(of.get("WindowsConfiguration")?, "DeploymentType")?;
    Some(Shape::new().with("DeploymentType", Some(deployment)))
}

/// How a file system of FSx for Lustre is deployed, and whether it is linked to a bucket.
fn lustre(of: &Value) -> Option<Shape> {
    let of = of.get("LustreConfiguration")?;
    let linked = of.get("DataRepositoryConfiguration");
    let linked = linked.filter(|linked| linked.is_object());
    let shape = Shape::new()
        .with("DeploymentType", text(of, "DeploymentType"))
        .with(
            "DataRepositoryConfiguration",
            linked.map(|linked| Shape::new().with("Lifecycle", text(linked, "Lifecycle"))),
        );
    Some(looked_after(shape, of))
}

/// What decides of a volume whether it is backed up and copied.
fn volume(of: &Value) -> Shape {
    let ontap = of.get("OntapConfiguration").map(|ontap| {
        Shape::new()
            .with("VolumeStyle", text(ontap, "VolumeStyle"))
            .with("OntapVolumeType", text(ontap, "OntapVolumeType"))
            .with(
                "FlexCacheEndpointType",
                text(ontap, "FlexCacheEndpointType"),
            )
    });
    Shape::new()
        .with("VolumeId", text(of, "VolumeId"))
        .with("VolumeType", text(of, "VolumeType"))
        .with("OntapConfiguration", ontap)
}

/// A file system; of a volume, the one that it lies on, whose key is the volume's.
pub async fn resource(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Resource>> {
    let place = session.place(region);
    let mut parts = arn.resource().split('/').skip(1);
    let Some(id) = parts.next() else {
        return Found::nothing(place.unasked(DESCRIBE, arn.as_str()));
    };
    let read = described(session, region, &json!({"FileSystemIds": [id]})).await;
    match read.and_then(|all| with_id(all, "FileSystemId", id)) {
        Ok(file_system) => match parts.next() {
            None => {
                let tags = Some(tags(&file_system));
                let filter = json!({"Filters": [{"Name": "file-system-id", "Values": [id]}]});
                let links = match is_lustre(&file_system) {
                    true => Some(associations(session, region, &filter).await),
                    false => None,
                };
                let found = built(
                    session,
                    region,
                    arn,
                    &file_system,
                    None,
                    tags,
                    links.as_ref(),
                );
                found.await
            }
            Some(id) => of_volume(session, region, arn, &file_system, id).await,
        },
        Err(error) if error.kind == CallErrorKind::NotThere => {
            let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
            Found::all(shape.without("ResourceType").read().ok())
        }
        Err(error) => Found::nothing(place.gap(DESCRIBE, arn.as_str(), &error)),
    }
}

/// One volume, whose tags and style are its own.
async fn of_volume(
    session: &Session,
    region: &Region,
    arn: &Arn,
    file_system: &Value,
    id: &str,
) -> Found<Option<Resource>> {
    let read = volumes(session, region, &json!({"VolumeIds": [id]})).await;
    match read.and_then(|all| with_id(all, "VolumeId", id)) {
        Ok(volume) => {
            let tags = Some(tags(&volume));
            built(session, region, arn, file_system, Some(&volume), tags, None).await
        }
        Err(error) if error.kind == CallErrorKind::NotThere => {
            let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
            Found::all(shape.without("ResourceType").read().ok())
        }
        Err(error) => {
            let gap = session
                .place(region)
                .gap(DESCRIBE_VOLUMES, arn.as_str(), &error);
            let mut found = built(session, region, arn, file_system, None, None, None).await;
            found.gaps.push(gap);
            found
        }
    }
}

/// All file systems of a Region, and the volumes of those of ONTAP.
pub async fn file_systems(session: &Session, region: &Region) -> Found<Option<Vec<Resource>>> {
    let place = session.place(region);
    let subject = format!("{}/{region}", session.account());
    let all = match described(session, region, &json!({})).await {
        Ok(all) => all,
        Err(error) => return Found::nothing(place.gap(DESCRIBE, &subject, &error)),
    };
    let ontap = |one: &Value| text(one, "FileSystemType") == Some("ONTAP");
    let volumes = match all.iter().any(ontap) {
        true => volumes(session, region, &json!({})).await,
        false => Ok(Vec::new()),
    };
    let volumes = match volumes {
        Ok(volumes) => volumes,
        Err(error) => return Found::nothing(place.gap(DESCRIBE_VOLUMES, &subject, &error)),
    };
    let links = match all.iter().any(is_lustre) {
        true => Some(associations(session, region, &json!({})).await),
        false => None,
    };
    let mut read = Vec::new();
    for thing in all.iter().chain(&volumes) {
        // A volume is encrypted as its file system is, and has tags of its own.
        let id = text(thing, "FileSystemId");
        let file_system = all.iter().find(|one| text(one, "FileSystemId") == id);
        let arn = text(thing, "ResourceARN").and_then(|arn| Arn::parse(arn).ok());
        read.push(match (arn, file_system) {
            (Some(arn), Some(file_system)) => {
                let tags = Some(tags(thing));
                let volume = text(thing, "VolumeId").map(|_| thing);
                let links = links.as_ref().filter(|_| is_lustre(thing));
                built(session, region, &arn, file_system, volume, tags, links).await
            }
            (None, _) | (_, None) => {
                Found::nothing(place.gap(DESCRIBE, &subject, &CallError::unreadable()))
            }
        });
    }
    Found::whole(read)
}

/// The one thing that was asked about.
fn with_id(all: Vec<Value>, name: &str, id: &str) -> Reply<Value> {
    let one = all.into_iter().next().ok_or_else(CallError::unreadable)?;
    about(text(&one, name), id).map(|()| one)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

async fn described(session: &Session, region: &Region, filter: &Value) -> Reply<Vec<Value>> {
    let list = List {
        service: "fsx",
        operation: "DescribeFileSystems",
        body: |text| Body::Json {
            kind: JSON_1_1,
            target: "AWSSimbaAPIService_v20180301.DescribeFileSystems",
            text,
        },
        items: "FileSystems",
        token: ("NextToken", "NextToken"),
    };
    list.all(session, region, filter).await
}

/// The volumes of ONTAP file systems, which are backed up one by one.
async fn volumes(session: &Session, region: &Region, filter: &Value) -> Reply<Vec<Value>> {
    let list = List {
        service: "fsx",
        operation: "DescribeVolumes",
        body: |text| Body::Json {
            kind: JSON_1_1,
            target: "AWSSimbaAPIService_v20180301.DescribeVolumes",
            text,
        },
        items: "Volumes",
        token: ("NextToken", "NextToken"),
    };
    let mut all = list.all(session, region, filter).await?;
    all.retain(|volume| volume.get("VolumeType").and_then(Value::as_str) == Some("ONTAP"));
    Ok(all)
}

/// When a file system or a volume was made, which FSx writes in seconds.
fn made(of: &Value) -> Option<DateTime> {
    of.get("CreationTime")?
        .as_f64()
        .map(DateTime::from_secs_f64)
}

fn is_lustre(file_system: &Value) -> bool {
    text(file_system, "FileSystemType") == Some("LUSTRE")
}

/// The associations that link file systems of FSx for Lustre to data repositories.
///
/// See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_DescribeDataRepositoryAssociations.html>.
async fn associations(session: &Session, region: &Region, filter: &Value) -> Reply<Vec<Value>> {
    let list = List {
        service: "fsx",
        operation: "DescribeDataRepositoryAssociations",
        body: |text| Body::Json {
            kind: JSON_1_1,
            target: "AWSSimbaAPIService_v20180301.DescribeDataRepositoryAssociations",
            text,
        },
        items: "Associations",
        token: ("NextToken", "NextToken"),
    };
    list.all(session, region, filter).await
}

/// Those of one file system, in their order.
fn links_of(all: &[Value], file_system: Option<&str>) -> Vec<Shape> {
    let of_it = all
        .iter()
        .filter(|one| text(one, "FileSystemId") == file_system);
    let shape = |one: &Value| {
        Shape::new()
            .with("AssociationId", text(one, "AssociationId"))
            .with("Lifecycle", text(one, "Lifecycle"))
    };
    of_it.map(shape).collect()
}

/// Every file system is encrypted; one that names no key is of a kind whose key FSx owns, or was not told.
async fn built(
    session: &Session,
    region: &Region,
    arn: &Arn,
    file_system: &Value,
    volume: Option<&Value>,
    tags: Option<Value>,
    links: Option<&Reply<Vec<Value>>>,
) -> Found<Option<Resource>> {
    let place = session.place(region);
    let mut gaps = Vec::new();
    let text = |name: &str| text(file_system, name);
    let links = match links {
        Some(Ok(all)) => Some(links_of(all, text("FileSystemId"))),
        Some(Err(error)) => {
            gaps.push(place.gap(DESCRIBE_ASSOCIATIONS, arn.as_str(), error));
            None
        }
        None => None,
    };
    let detail = Shape::new()
        .with("FileSystemId", text("FileSystemId"))
        .with("FileSystemType", text("FileSystemType"))
        .with("Lifecycle", text("Lifecycle"))
        .with("StorageType", text("StorageType"))
        .with("KmsKeyId", text("KmsKeyId"))
        .at("CreationTime", made(volume.unwrap_or(file_system)).as_ref())
        .with("WindowsConfiguration", windows(file_system))
        .with("OpenZFSConfiguration", open_zfs(file_system))
        .with("LustreConfiguration", lustre(file_system))
        .with("DataRepositoryAssociations", links)
        .with(
            "ResourceARN",
            self::text(volume.unwrap_or(file_system), "ResourceARN"),
        )
        .with(
            "OntapConfiguration",
            volume.and_then(|of| self::volume(of).get("OntapConfiguration").cloned()),
        );
    let mut shape = Shape::new()
        .with("ResourceArn", Some(arn.as_str()))
        .with("ResourceType", Some("FSx"))
        .with("Encrypted", Some(true))
        .with("Tags", tags)
        .with("Detail", Some(detail));
    match text("KmsKeyId") {
        Some(named) => match kms::named(session, region, named).await {
            Ok(key) => shape = shape.with("EncryptionKeyArn", Some(key.as_str())),
            Err(gap) => gaps.push(gap),
        },
        None => gaps.push(place.gap(DESCRIBE, arn.as_str(), &CallError::lacks("KmsKeyId"))),
    }
    match shape.read() {
        Ok(resource) => Found {
            value: Some(resource),
            gaps,
        },
        Err(error) => Found::nothing(place.gap(DESCRIBE, arn.as_str(), &error)),
    }
}

fn tags(file_system: &Value) -> Value {
    let pairs = file_system.get("Tags").and_then(Value::as_array);
    in_order(pairs.into_iter().flatten().filter_map(|tag| {
        let value = tag.get("Value").and_then(Value::as_str);
        Some((tag.get("Key")?.as_str()?, value.unwrap_or_default()))
    }))
}
