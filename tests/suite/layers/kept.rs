//! What checks and lookups read of a service's own description is what the readers of AWS keep of its answers: a field that they drop is
//! missing from every live run, and from every file that `collect` writes, with what it says against a copy.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A reader, by the file that has its fields.
type Reader = &'static str;

const CLOUD: Reader = "catalog/cloud_control.rs";
const DYNAMODB: Reader = "sources/live/dynamodb.rs";
const EC2: Reader = "sources/live/ec2/tables.rs";
const FSX: Reader = "sources/live/fsx.rs";
const RDS: Reader = "sources/live/rds/mod.rs";

/// Every field of a description that is read, and the readers that keep it: of each service that has it.
#[rustfmt::skip]
const KEPT: &[(&str, &[Reader])] = &[
    ("AccessConfig",                  &[CLOUD]),
    ("AdditionalStorageVolumes",      &[RDS]),
    ("AssociatedKmsKeys",             &[EC2]),
    ("AvailabilityZone",              &[EC2, RDS]),
    ("BackupTarget",                  &[RDS]),
    ("BlockDeviceMappings",           &[EC2]),
    ("ClusterCreateTime",             &[RDS]),
    ("ClusterScalabilityType",        &[RDS]),
    ("CreateTime",                    &[EC2]),
    ("CreationDateTime",              &[DYNAMODB]),
    ("CreationTime",                  &[CLOUD, FSX]),
    ("CustomerOwnedIpEnabled",        &[RDS]),
    ("DBClusterIdentifier",           &[RDS]),
    ("DBInstanceStatus",              &[RDS]),
    ("DBSnapshotIdentifier",          &[RDS]),
    ("DBSubnetGroup",                 &[RDS]),
    ("DailyAutomaticBackupStartTime", &[FSX]),
    ("DataRepositoryAssociations",    &[FSX]),
    ("DataRepositoryConfiguration",   &[FSX]),
    ("DeploymentType",                &[FSX]),
    ("Ebs",                           &[EC2]),
    ("Encrypted",                     &[EC2, RDS]),
    ("EncryptionDetails",             &[CLOUD]),
    ("Engine",                        &[RDS]),
    ("EngineVersion",                 &[RDS]),
    ("FileSystem",                    &[FSX]),
    ("FileSystemPolicy",              &[CLOUD]),
    ("FileSystemType",                &[FSX]),
    ("FlexCacheEndpointType",         &[FSX]),
    ("InaccessibleEncryptionDateTime", &[DYNAMODB]),
    ("InstanceCreateTime",            &[RDS]),
    ("KmsKeyId",                      &[EC2, FSX, RDS]),
    ("Lifecycle",                     &[FSX]),
    ("LustreConfiguration",           &[FSX]),
    ("OntapConfiguration",            &[FSX]),
    ("OntapVolumeType",               &[FSX]),
    ("OpenZFSConfiguration",          &[FSX]),
    ("OptionGroupMemberships",        &[RDS]),
    ("OptionGroupName",               &[RDS]),
    ("OutpostArn",                    &[EC2]),
    ("OutpostConfig",                 &[CLOUD]),
    ("OwnerId",                       &[EC2]),
    ("PreferredBackupWindow",         &[RDS]),
    ("PreferredMaintenanceWindow",    &[RDS]),
    ("ProductCodes",                  &[EC2]),
    ("ReadReplicaSourceDBClusterIdentifier",  &[RDS]),
    ("ReadReplicaSourceDBInstanceIdentifier", &[RDS]),
    ("RootDeviceType",                &[EC2]),
    ("SSEDescription",                &[DYNAMODB]),
    ("SnapshotTarget",                &[RDS]),
    ("StackStatus",                   &[CLOUD]),
    ("State",                         &[EC2]),
    ("Status",                        &[CLOUD, DYNAMODB, RDS]),
    ("StorageEncrypted",              &[RDS]),
    ("StorageEncryptionType",         &[RDS]),
    ("StorageTier",                   &[EC2]),
    ("StorageType",                   &[FSX, RDS]),
    ("SubnetOutpost",                 &[RDS]),
    ("TableStatus",                   &[DYNAMODB]),
    ("TdeCredentialArn",              &[RDS]),
    ("VersioningConfiguration",       &[CLOUD]),
    ("Volume",                        &[FSX]),
    ("VolumeId",                      &[EC2, FSX]),
    ("VolumeStyle",                   &[FSX]),
    ("VolumeType",                    &[EC2, FSX]),
    ("WeeklyMaintenanceStartTime",    &[FSX]),
    ("WindowsConfiguration",          &[FSX]),
];

/// The others, and why no reader keeps them.
#[rustfmt::skip]
const NOT_KEPT: &[(&str, &str)] = &[
    ("AuthenticationMode",  "within `AccessConfig`, which is kept whole"),
    ("ClusterStatus",       "Cloud Control does not tell the state of a Redshift cluster"),
    ("EncryptionStatus",    "within `EncryptionDetails`, which is kept whole"),
    ("LifeCycleState",      "Cloud Control does not tell the state of a file system: it is an assumption"),
    ("Policy",              "the policy of what is backed up is an assumption, but for that of a file system"),
    ("PolicyDocument",      "the policy of what is backed up is an assumption, but for that of a file system"),
    ("ResourcePolicy",      "the policy of what is backed up is an assumption, but for that of a file system"),
    ("VolumeStatus",        "ListVolumes of Storage Gateway does not tell it: it is an assumption"),
    ("accessConfig",        "EKS's own word for `AccessConfig`"),
    ("authenticationMode",  "EKS's own word for `AuthenticationMode`"),
    ("connectorConfig",     "EKS's own: Cloud Control knows no cluster that is only registered"),
    ("encryptionDetails",   "Aurora DSQL's own word for `EncryptionDetails`"),
    ("encryptionStatus",    "Aurora DSQL's own word for `EncryptionStatus`"),
    ("kmsKeyArn",           "Aurora DSQL's own word for `KmsKeyArn`"),
    ("outpostConfig",       "EKS's own word for `OutpostConfig`"),
    ("policy",              "the policy of what is backed up is an assumption, but for that of a file system"),
    ("status",              "the services' own word for `Status`"),
];

/// What a record has beside its own fields that is read, by the reader of such things.
#[rustfmt::skip]
const BESIDE: &[(Reader, &[&str])] = &[
    ("sources/live/kms.rs",               &["DeletionDate", "MultiRegion", "Origin", "ValidTo"]),
    ("sources/live/backup/vaults.rs",     &["LockDate", "SourceBackupVaultArn"]),
    ("sources/live/backup/plans.rs",      &["VersionId"]),
    ("sources/live/backup/points.rs",     &["BackupVaultName", "CalculatedLifecycle", "CompletionDate", "DeleteAt", "MoveToColdStorageAt",
                                            "OptInToArchiveForSupportedResources", "VaultType"]),
    ("sources/live/backup/jobs.rs",       &["CompletionDate"]),
    ("sources/live/organizations/mod.rs", &["FeatureSet"]),
];

/// Those of them that no reader names: a plan is kept as it came, with its name, and the others say again what is kept.
const BESIDE_NOT_KEPT: &[&str] = &[
    "AWSAccountId",
    "BackupPlanName",
    "CustomerMasterKeySpec",
    "Enabled",
];

fn text(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file);
    fs::read_to_string(path).unwrap()
}

/// The names in quotes in a part of a file.
fn quoted<'t>(file: &'t str, from: &str, to: &str) -> impl Iterator<Item = &'t str> {
    let (_, part) = file.split_once(from).unwrap();
    let (part, _) = part.split_once(to).unwrap();
    part.split('"').skip(1).step_by(2)
}

#[test]
fn every_field_of_a_description_that_is_read_is_kept_by_the_readers_of_aws() {
    let detail = text("inventory/envelope/detail.rs");
    let rows = quoted(&detail, "const FIELDS: &[DetailField] = &[", "\n];");
    let read: BTreeSet<&str> = rows.collect();
    let kept: BTreeMap<&str, &[Reader]> = KEPT.iter().copied().collect();
    let not: BTreeMap<&str, &str> = NOT_KEPT.iter().copied().collect();
    let told: BTreeSet<&str> = kept.keys().chain(not.keys()).copied().collect();
    assert_eq!(read, told, "each stands in one of the two tables");
    assert_eq!(told.len(), KEPT.len() + NOT_KEPT.len());
    for (field, readers) in kept {
        for reader in readers {
            let is_kept = text(reader).contains(&format!("\"{field}\""));
            assert!(is_kept, "{reader} does not keep {field}");
        }
    }
}

#[test]
fn what_is_read_beside_the_fields_of_records_is_kept_by_the_readers_of_aws() {
    let beside = text("inventory/beside.rs");
    let (beside, _) = beside.split_once("impl Beside").unwrap();
    let named = beside.split("names: &[").skip(1);
    let named = named.filter_map(|rest| rest.split_once(']'));
    let read: BTreeSet<&str> = named
        .flat_map(|(names, _)| names.split('"').skip(1).step_by(2))
        .collect();
    let kept = BESIDE.iter().flat_map(|(_, names)| *names);
    let told: BTreeSet<&str> = kept.chain(BESIDE_NOT_KEPT).copied().collect();
    assert!(read.is_subset(&told), "{:?}", read.difference(&told));
    for (reader, names) in BESIDE {
        let text = text(reader);
        for name in *names {
            let is_kept = text.contains(&format!("\"{name}\""));
            assert!(is_kept, "{reader} does not keep {name}");
        }
    }
}
