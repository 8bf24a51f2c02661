//! Amazon RDS, Aurora, DocumentDB and Neptune: instances, clusters, their snapshots, option groups, engines.
//!
//! See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Operations.html>.

mod engines;

use aws_sdk_rds::types::{
    DbCluster, DbClusterSnapshot, DbInstance, DbSnapshot, OptionGroup as Group,
    StorageEncryptionType, Tag,
};
use serde_json::Value;

use crate::catalog::Kind as ResourceKind;
use crate::catalog::calls::api_call;
use crate::inventory::{OptionGroup, Resource};
use crate::known::{ApiCall, Arn, Gap, Region};

use super::found::Found;
use super::kms;
use super::paging::pages;
use super::reply::{CallError, CallErrorKind, Reply, about};
use super::session::Session;
use super::shape::{Shape, Snapshot, tags as in_order};

pub use engines::engine_versions;

/// What RDS says of a resource's encryption, and the rest of it.
struct Described {
    resource_type: Option<String>,
    encrypted: Option<bool>,
    how: Option<StorageEncryptionType>,
    key: Option<String>,
    tags: Option<Value>,
    detail: Shape,
}

/// A DB instance or cluster.
pub async fn resource(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Resource>> {
    let (operation, described) = if kind_of(arn) == "cluster" {
        (
            api_call!("rds:DescribeDBClusters"),
            cluster(session, region, arn).await,
        )
    } else {
        (
            api_call!("rds:DescribeDBInstances"),
            instance(session, region, arn).await,
        )
    };
    match described {
        Ok(described) => built(session, region, arn, operation, described).await,
        Err(error) if error.kind == CallErrorKind::NotThere => {
            let shape = Shape::new().with("ResourceArn", Some(arn.as_str()));
            Found::all(shape.without("ResourceType").read().ok())
        }
        Err(error) => Found::nothing(session.place(region).gap(operation, arn.as_str(), &error)),
    }
}

/// All DB instances of a Region but those of clusters, which AWS Backup takes as a whole.
pub async fn instances(session: &Session, region: &Region) -> Found<Option<Vec<Resource>>> {
    let call = session.rds(region).describe_db_instances();
    let all: Reply<Vec<DbInstance>> =
        pages!(session, call.into_paginator(), page => page.db_instances().to_vec());
    let described = all.map(|all| {
        let alone = all.iter().filter(|db| db.db_cluster_identifier().is_none());
        alone
            .map(|db| (db.db_instance_arn().map(str::to_owned), of_instance(db)))
            .collect()
    });
    listed(
        session,
        region,
        api_call!("rds:DescribeDBInstances"),
        described,
    )
    .await
}

/// All DB clusters of a Region: Aurora, DocumentDB, Neptune, Multi-AZ clusters.
pub async fn clusters(session: &Session, region: &Region) -> Found<Option<Vec<Resource>>> {
    let call = session.rds(region).describe_db_clusters();
    let all: Reply<Vec<DbCluster>> =
        pages!(session, call.into_paginator(), page => page.db_clusters().to_vec());
    let described = all.map(|all| {
        all.iter()
            .map(|db| (db.db_cluster_arn().map(str::to_owned), of_cluster(db)))
            .collect()
    });
    listed(
        session,
        region,
        api_call!("rds:DescribeDBClusters"),
        described,
    )
    .await
}

async fn listed(
    session: &Session,
    region: &Region,
    operation: ApiCall,
    described: Reply<Vec<(Option<String>, Described)>>,
) -> Found<Option<Vec<Resource>>> {
    let place = session.place(region);
    let subject = format!("{}/{region}", session.account());
    let described = match described {
        Ok(described) => described,
        Err(error) => return Found::nothing(place.gap(operation, &subject, &error)),
    };
    let mut read = Vec::new();
    for (arn, described) in described {
        read.push(match arn.and_then(|arn| Arn::parse(&arn).ok()) {
            Some(arn) => built(session, region, &arn, operation, described).await,
            None => Found::nothing(place.gap(operation, &subject, &CallError::unreadable())),
        });
    }
    Found::whole(read)
}

async fn built(
    session: &Session,
    region: &Region,
    arn: &Arn,
    operation: ApiCall,
    described: Described,
) -> Found<Option<Resource>> {
    let place = session.place(region);
    let lacks = described.detail.lacking(&["Engine"]);
    let lacks = lacks.map(|why| place.gap(operation, arn.as_str(), &why));
    let mut gaps: Vec<Gap> = lacks.into_iter().collect();
    let shape = Shape::new()
        .with("ResourceArn", Some(arn.as_str()))
        .with("ResourceType", described.resource_type)
        .with("Tags", described.tags)
        .with("Detail", Some(described.detail));
    let encrypted = match described.how {
        Some(StorageEncryptionType::Unencrypted) => Some(false),
        Some(StorageEncryptionType::Cmk | StorageEncryptionType::Sse) => Some(true),
        // The enum may grow.
        Some(_) | None => described.encrypted,
    };
    let shape = shape.with("Encrypted", encrypted);
    let shape = match (encrypted, described.how, described.key) {
        (Some(false), ..) | (Some(true), Some(StorageEncryptionType::Sse), _) => {
            shape.without("EncryptionKeyArn")
        }
        (_, _, Some(named)) => match kms::named(session, region, &named).await {
            Ok(key) => shape.with("EncryptionKeyArn", Some(key.as_str())),
            Err(gap) => {
                gaps.push(gap);
                shape
            }
        },
        (_, _, None) => {
            let why = CallError::lacks("KmsKeyId");
            gaps.push(place.gap(operation, arn.as_str(), &why));
            shape
        }
    };
    match shape.read() {
        Ok(resource) => Found {
            value: Some(resource),
            gaps,
        },
        Err(error) => Found::nothing(place.gap(operation, arn.as_str(), &error)),
    }
}

/// `db`, `cluster`, `snapshot`, …
fn kind_of(arn: &Arn) -> &str {
    arn.resource().split(':').next().unwrap_or_default()
}

/// The identifier after the kind; a snapshot's own has colons.
fn identifier(arn: &Arn) -> &str {
    arn.resource()
        .split_once(':')
        .map_or(arn.resource(), |(_, id)| id)
}

async fn instance(session: &Session, region: &Region, arn: &Arn) -> Reply<Described> {
    let call = session
        .rds(region)
        .describe_db_instances()
        .db_instance_identifier(identifier(arn));
    let all: Vec<DbInstance> =
        pages!(session, call.into_paginator(), page => page.db_instances().to_vec())?;
    let db = all.into_iter().next().ok_or_else(CallError::unreadable)?;
    about(db.db_instance_identifier(), identifier(arn))?;
    Ok(of_instance(&db))
}

fn of_instance(db: &DbInstance) -> Described {
    Described {
        resource_type: Some("RDS".to_owned()),
        encrypted: db.storage_encrypted(),
        how: db.storage_encryption_type().cloned(),
        key: db.kms_key_id().map(str::to_owned),
        tags: db.tag_list.as_deref().map(tags),
        detail: Shape::new()
            .with("DBInstanceIdentifier", db.db_instance_identifier())
            .with("DBInstanceArn", db.db_instance_arn())
            .with("DBInstanceClass", db.db_instance_class())
            .with("DBInstanceStatus", db.db_instance_status())
            .with("DbiResourceId", db.dbi_resource_id())
            .at("InstanceCreateTime", db.instance_create_time())
            .with("DBClusterIdentifier", db.db_cluster_identifier())
            .with("Engine", db.engine())
            .with("EngineVersion", db.engine_version())
            .with("MultiAZ", db.multi_az())
            .with("StorageType", db.storage_type())
            .with("StorageEncrypted", db.storage_encrypted())
            .with(
                "StorageEncryptionType",
                db.storage_encryption_type().map(|how| how.as_str()),
            )
            .with("KmsKeyId", db.kms_key_id())
            .with("TdeCredentialArn", db.tde_credential_arn())
            .with("AvailabilityZone", db.availability_zone())
            .with("CustomerOwnedIpEnabled", db.customer_owned_ip_enabled())
            .with("BackupTarget", db.backup_target())
            .with("BackupRetentionPeriod", db.backup_retention_period())
            .with("PreferredBackupWindow", db.preferred_backup_window())
            .with(
                "PreferredMaintenanceWindow",
                db.preferred_maintenance_window(),
            )
            .with(
                "ReadReplicaSourceDBInstanceIdentifier",
                db.read_replica_source_db_instance_identifier(),
            )
            .with(
                "ReadReplicaSourceDBClusterIdentifier",
                db.read_replica_source_db_cluster_identifier(),
            )
            .with("DBSubnetGroup", on_outposts(db).map(Value::from))
            .list(
                "AdditionalStorageVolumes",
                db.additional_storage_volumes().iter().map(|volume| {
                    let of = Shape::new().with("VolumeName", volume.volume_name());
                    of.with("StorageType", volume.storage_type())
                }),
            )
            .list(
                "OptionGroupMemberships",
                db.option_group_memberships().iter().map(|group| {
                    Shape::new()
                        .with("OptionGroupName", group.option_group_name())
                        .with("Status", group.status())
                }),
            ),
    }
}

/// The subnets of an instance that are on an Outpost; `None` where none is.
fn on_outposts(db: &DbInstance) -> Option<Shape> {
    let group = db.db_subnet_group()?;
    let outposts = group
        .subnets()
        .iter()
        .filter_map(|subnet| subnet.subnet_outpost()?.arn());
    let outposts: Vec<Shape> = outposts
        .map(|arn| {
            let outpost = Shape::new().with("Arn", Some(arn));
            Shape::new().with("SubnetOutpost", Some(Value::from(outpost)))
        })
        .collect();
    (!outposts.is_empty()).then(|| Shape::new().list("Subnets", outposts))
}

async fn cluster(session: &Session, region: &Region, arn: &Arn) -> Reply<Described> {
    let call = session
        .rds(region)
        .describe_db_clusters()
        .db_cluster_identifier(identifier(arn));
    let all: Vec<DbCluster> =
        pages!(session, call.into_paginator(), page => page.db_clusters().to_vec())?;
    let db = all.into_iter().next().ok_or_else(CallError::unreadable)?;
    about(db.db_cluster_identifier(), identifier(arn))?;
    Ok(of_cluster(&db))
}

fn of_cluster(db: &DbCluster) -> Described {
    let kind = db.engine().and_then(ResourceKind::of_cluster_engine);
    Described {
        resource_type: kind.map(|kind| kind.resource_type().as_str().to_owned()),
        encrypted: db.storage_encrypted(),
        how: db.storage_encryption_type().cloned(),
        key: db.kms_key_id().map(str::to_owned),
        tags: db.tag_list.as_deref().map(tags),
        detail: Shape::new()
            .with("DBClusterIdentifier", db.db_cluster_identifier())
            .with("DBClusterArn", db.db_cluster_arn())
            .with("DbClusterResourceId", db.db_cluster_resource_id())
            .at("ClusterCreateTime", db.cluster_create_time())
            .with("Status", db.status())
            .with("Engine", db.engine())
            .with("EngineVersion", db.engine_version())
            .with("EngineMode", db.engine_mode())
            .with("BackupRetentionPeriod", db.backup_retention_period())
            .with("PreferredBackupWindow", db.preferred_backup_window())
            .with(
                "PreferredMaintenanceWindow",
                db.preferred_maintenance_window(),
            )
            .with(
                "ClusterScalabilityType",
                db.cluster_scalability_type().map(|of| of.as_str()),
            )
            .with("MultiAZ", db.multi_az())
            .with("StorageType", db.storage_type())
            .with("StorageEncrypted", db.storage_encrypted())
            .with(
                "StorageEncryptionType",
                db.storage_encryption_type().map(|how| how.as_str()),
            )
            .with("KmsKeyId", db.kms_key_id()),
    }
}

/// The service's own description of the snapshot that a recovery point is; `None` where it is not one of RDS's.
pub async fn snapshot(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Snapshot>> {
    let (operation, read) = match (arn.service(), kind_of(arn)) {
        ("rds", "snapshot") => (
            api_call!("rds:DescribeDBSnapshots"),
            db_snapshot(session, region, arn).await,
        ),
        ("rds", "cluster-snapshot") => (
            api_call!("rds:DescribeDBClusterSnapshots"),
            cluster_snapshot(session, region, arn).await,
        ),
        _ => return Found::all(None),
    };
    match read {
        Ok(snapshot) => Found::all(Some(snapshot)),
        // Whether there is such a recovery point is AWS Backup's to say.
        Err(error) => Found::nothing(session.place(region).gap(operation, arn.as_str(), &error)),
    }
}

async fn db_snapshot(session: &Session, region: &Region, arn: &Arn) -> Reply<Snapshot> {
    let call = session
        .rds(region)
        .describe_db_snapshots()
        .db_snapshot_identifier(identifier(arn));
    let all: Vec<DbSnapshot> =
        pages!(session, call.into_paginator(), page => page.db_snapshots().to_vec())?;
    let snapshot = all.into_iter().next().ok_or_else(CallError::unreadable)?;
    about(snapshot.db_snapshot_identifier(), identifier(arn))?;
    Ok(Snapshot {
        tags: snapshot.tag_list.as_deref().map(tags),
        detail: Shape::new()
            .with("DBSnapshotIdentifier", snapshot.db_snapshot_identifier())
            .with("DBSnapshotArn", snapshot.db_snapshot_arn())
            .with("DBInstanceIdentifier", snapshot.db_instance_identifier())
            .with("SnapshotType", snapshot.snapshot_type())
            .with("Status", snapshot.status())
            .with("Engine", snapshot.engine())
            .with("EngineVersion", snapshot.engine_version())
            .with("StorageType", snapshot.storage_type())
            .with("Encrypted", snapshot.encrypted())
            .with("KmsKeyId", snapshot.kms_key_id())
            .with("OptionGroupName", snapshot.option_group_name())
            .with("TdeCredentialArn", snapshot.tde_credential_arn())
            .with("AvailabilityZone", snapshot.availability_zone())
            .list(
                "AdditionalStorageVolumes",
                snapshot.additional_storage_volumes().iter().map(|volume| {
                    let of = Shape::new().with("VolumeName", volume.volume_name());
                    of.with("StorageType", volume.storage_type())
                }),
            )
            .with("SnapshotTarget", snapshot.snapshot_target()),
    })
}

async fn cluster_snapshot(session: &Session, region: &Region, arn: &Arn) -> Reply<Snapshot> {
    let call = session
        .rds(region)
        .describe_db_cluster_snapshots()
        .db_cluster_snapshot_identifier(identifier(arn));
    let all: Vec<DbClusterSnapshot> =
        pages!(session, call.into_paginator(), page => page.db_cluster_snapshots().to_vec())?;
    let snapshot = all.into_iter().next().ok_or_else(CallError::unreadable)?;
    let named = snapshot.db_cluster_snapshot_identifier();
    about(named, identifier(arn))?;
    Ok(Snapshot {
        tags: snapshot.tag_list.as_deref().map(tags),
        detail: Shape::new()
            .with(
                "DBClusterSnapshotIdentifier",
                snapshot.db_cluster_snapshot_identifier(),
            )
            .with("DBClusterSnapshotArn", snapshot.db_cluster_snapshot_arn())
            .with("DBClusterIdentifier", snapshot.db_cluster_identifier())
            .at("ClusterCreateTime", snapshot.cluster_create_time())
            .with("SnapshotType", snapshot.snapshot_type())
            .with("Status", snapshot.status())
            .with("Engine", snapshot.engine())
            .with("EngineVersion", snapshot.engine_version())
            .with("StorageEncrypted", snapshot.storage_encrypted())
            .with(
                "StorageEncryptionType",
                snapshot.storage_encryption_type().map(|how| how.as_str()),
            )
            .with("KmsKeyId", snapshot.kms_key_id()),
    })
}

/// An option group.
pub async fn option_group(
    session: &Session,
    region: &Region,
    partition: &str,
    name: &str,
) -> Found<Option<OptionGroup>> {
    let call = session
        .rds(region)
        .describe_option_groups()
        .option_group_name(name);
    let read: Reply<Vec<Group>> =
        pages!(session, call.into_paginator(), page => page.option_groups_list().to_vec());
    let group = read.and_then(|all| {
        let group = all.into_iter().next().ok_or_else(CallError::unreadable)?;
        about(group.option_group_name(), name)?;
        let options: Vec<Value> = group.options().iter().map(option).collect();
        Shape::new()
            .with("OptionGroupName", Some(name))
            .with("EngineName", group.engine_name())
            .with("MajorEngineVersion", group.major_engine_version())
            .with("Options", Some(options))
            .read()
    });
    match group {
        Ok(group) => Found::all(Some(group)),
        Err(error) => {
            let account = session.account();
            let subject = format!("arn:{partition}:rds:{region}:{account}:og:{name}");
            Found::nothing(session.place(region).gap(
                api_call!("rds:DescribeOptionGroups"),
                &subject,
                &error,
            ))
        }
    }
}

fn option(option: &aws_sdk_rds::types::Option) -> Value {
    Shape::new()
        .with("OptionName", option.option_name())
        .with("Persistent", option.persistent())
        .with("Permanent", option.permanent())
        .into()
}

fn tags(tags: &[Tag]) -> Value {
    in_order(
        tags.iter()
            .filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))),
    )
}
