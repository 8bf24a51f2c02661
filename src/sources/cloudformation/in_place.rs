//! Changes of a resource that neither replace it nor touch what its other properties say of it.

use super::names::kind;
use super::reader::TemplateReader;
use super::text::{Kind, Node};

/// What a property tells of a thing: the field of the facts, or nothing that is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OfFacts {
    Tags,
    Detail,
    Nothing,
}

use OfFacts::{Detail, Nothing, Tags};

type Properties = &'static [(&'static str, OfFacts)];

/// The properties of each type that are changed in place, by its page: `Update requires: No interruption` or `Some interruptions`, as of
/// 2026-11-30. What an instance is backed up with is on EBS, for which the latter is no replacement.
///
/// A backup policy of EFS sets the tag by which its automatic plan takes it.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html> and its like.
#[rustfmt::skip]
const IN_PLACE: &[(&str, Properties)] = &[
    ("AWS::EC2::Instance",      &[("Tags", Tags), ("InstanceType", Nothing), ("UserData", Nothing), ("EbsOptimized", Nothing), ("IamInstanceProfile", Nothing), ("SecurityGroupIds", Nothing),
                                  ("DisableApiTermination", Nothing), ("InstanceInitiatedShutdownBehavior", Nothing), ("Monitoring", Nothing), ("SourceDestCheck", Nothing), ("CreditSpecification", Nothing),
                                  ("SsmAssociations", Nothing)]),
    ("AWS::EC2::Volume",        &[("Tags", Tags), ("VolumeType", Detail), ("Size", Nothing), ("Iops", Nothing), ("Throughput", Nothing), ("AutoEnableIO", Nothing)]),
    ("AWS::EKS::Cluster",       &[("Tags", Tags), ("Version", Nothing), ("Logging", Nothing), ("UpgradePolicy", Nothing)]),
    ("AWS::RDS::DBInstance",    &[("Tags", Tags), ("EngineVersion", Detail), ("BackupRetentionPeriod", Detail), ("PreferredBackupWindow", Detail), ("PreferredMaintenanceWindow", Detail),
                                  ("DBInstanceClass", Nothing), ("MaxAllocatedStorage", Nothing), ("DeletionProtection", Nothing), ("VPCSecurityGroups", Nothing), ("MasterUserPassword", Nothing),
                                  ("AutoMinorVersionUpgrade", Nothing), ("CopyTagsToSnapshot", Nothing), ("EnablePerformanceInsights", Nothing)]),
    ("AWS::RDS::DBCluster",     &[("Tags", Tags), ("EngineVersion", Detail), ("BackupRetentionPeriod", Detail), ("PreferredBackupWindow", Detail), ("PreferredMaintenanceWindow", Detail),
                                  ("DeletionProtection", Nothing), ("VpcSecurityGroupIds", Nothing), ("MasterUserPassword", Nothing), ("CopyTagsToSnapshot", Nothing),
                                  ("ServerlessV2ScalingConfiguration", Nothing)]),
    ("AWS::DocDB::DBCluster",   &[("Tags", Tags), ("BackupRetentionPeriod", Detail), ("PreferredBackupWindow", Detail), ("PreferredMaintenanceWindow", Detail), ("DeletionProtection", Nothing),
                                  ("VpcSecurityGroupIds", Nothing), ("MasterUserPassword", Nothing)]),
    ("AWS::Neptune::DBCluster", &[("Tags", Tags), ("BackupRetentionPeriod", Detail), ("PreferredBackupWindow", Detail), ("PreferredMaintenanceWindow", Detail), ("DeletionProtection", Nothing),
                                  ("VpcSecurityGroupIds", Nothing)]),
    ("AWS::Redshift::Cluster",  &[("Tags", Tags), ("AutomatedSnapshotRetentionPeriod", Nothing), ("PreferredMaintenanceWindow", Nothing), ("VpcSecurityGroupIds", Nothing), ("MasterUserPassword", Nothing)]),
    ("AWS::DynamoDB::Table",    &[("Tags", Tags), ("BillingMode", Nothing), ("ProvisionedThroughput", Nothing), ("PointInTimeRecoverySpecification", Nothing), ("TimeToLiveSpecification", Nothing),
                                  ("DeletionProtectionEnabled", Nothing)]),
    ("AWS::EFS::FileSystem",    &[("FileSystemTags", Tags), ("LifecyclePolicies", Nothing), ("ThroughputMode", Nothing), ("ProvisionedThroughputInMibps", Nothing), ("BackupPolicy", Tags)]),
    ("AWS::S3::Bucket",         &[("Tags", Tags), ("LifecycleConfiguration", Nothing), ("PublicAccessBlockConfiguration", Nothing), ("CorsConfiguration", Nothing)]),
    ("AWS::FSx::FileSystem",    &[("Tags", Tags)]),
    ("AWS::FSx::Volume",        &[("Tags", Tags)]),
    ("AWS::Timestream::Table",  &[("Tags", Tags), ("RetentionProperties", Nothing), ("MagneticStoreWriteProperties", Nothing)]),
    ("AWS::KMS::Key",           &[("Tags", Tags), ("Description", Nothing), ("EnableKeyRotation", Nothing), ("RotationPeriodInDays", Nothing), ("PendingWindowInDays", Nothing)]),
    ("AWS::IAM::Role",          &[("Tags", Tags), ("Description", Nothing), ("MaxSessionDuration", Nothing)]),
    ("AWS::Backup::BackupVault", &[("BackupVaultTags", Tags), ("Notifications", Nothing)]),
];

/// Whether a resource is the same in the other template of a change, but for what is changed in place.
pub fn is_kept(reader: &TemplateReader<'_>, id: &str, resource: &Node) -> bool {
    let Some(was) = reader
        .other
        .and_then(|other| other.get("Resources")?.get(id))
    else {
        return false;
    };
    reader.is_alike(&without(was), &without(resource))
}

/// Whether one that is kept may be told otherwise in a field of the facts.
pub fn tells_anew(reader: &TemplateReader<'_>, id: &str, field: &str) -> bool {
    let was = reader
        .other
        .and_then(|other| other.get("Resources")?.get(id));
    let (Some(was), Some(is)) = (was, reader.template.resource(id)) else {
        return true;
    };
    // Those of the stack may be new.
    if field == "Tags" && !reader.template.settings.tags.is_empty() {
        return true;
    }
    let all = [Tags, Detail].into_iter().zip(["Tags", "Detail"]);
    all.into_iter().any(|(tells, name)| {
        let told = properties(is).iter().filter(|(_, of)| *of == tells);
        let value = |of: &Node, name: &str| {
            of.get("Properties")
                .and_then(|all| all.get(name))
                .map(Node::to_value)
        };
        let mut told =
            told.filter(|(name, _)| [was, is].iter().any(|of| value(of, name).is_some()));
        name == field
            && told.any(|(name, _)| {
                let own = is.get("Properties").and_then(|all| all.get(name));
                own.is_none_or(|own| {
                    value(was, name) != Some(own.to_value()) || !reader.is_alike(own, own)
                })
            })
    })
}

fn properties(resource: &Node) -> Properties {
    let row = IN_PLACE.iter().find(|(of, _)| *of == kind(resource));
    row.map_or(&[], |(_, all)| all)
}

/// A resource without the properties that are changed in place, and without its metadata.
fn without(resource: &Node) -> Node {
    let in_place = properties(resource);
    let is_in_place = |name: &str| in_place.iter().any(|(own, _)| *own == name);
    keeping(
        resource,
        |name| name != "Metadata",
        |name, value| match name {
            "Properties" => keeping(value, |name| !is_in_place(name), |_, value| value.clone()),
            _ => value.clone(),
        },
    )
}

/// An object with some of its fields.
fn keeping(node: &Node, is_kept: impl Fn(&str) -> bool, of: impl Fn(&str, &Node) -> Node) -> Node {
    let Kind::Map(fields) = &node.kind else {
        return node.clone();
    };
    let kept = fields.iter().filter(|(name, _)| is_kept(name));
    Node {
        line: node.line,
        kind: Kind::Map(
            kept.map(|(name, value)| (name.clone(), of(name, value)))
                .collect(),
        ),
    }
}
