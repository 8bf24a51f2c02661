//! What CloudFormation does with a resource whose property changes.

use super::names::kind;
use super::text::Node;

/// The properties of a type, each with the field of the facts that it tells.
type Properties = &'static [(&'static str, &'static str)];

/// No field of the facts.
const NOTHING: &str = "";

/// The properties of each type that are changed in place, and neither replace it nor touch what its other properties say of it: `Update
/// requires: No interruption` or `Some interruptions` in the pages of the AWS CloudFormation template reference, checked 2026-11-30. What
/// depends on more than the type's page [`super::in_place`] looks at. Where the page says of a database's property that it is conditional,
/// the handlers of RDS never replace for those that stand here.
///
/// A backup policy of EFS sets the tag by which its automatic plan takes it.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-instance.html> and its like.
#[rustfmt::skip]
const IN_PLACE: &[(&str, Properties)] = &[
    ("AWS::EC2::Instance",      &[("Tags", "Tags"), ("InstanceType", NOTHING), ("UserData", NOTHING), ("EbsOptimized", NOTHING), ("IamInstanceProfile", NOTHING), ("SecurityGroupIds", NOTHING),
                                  ("DisableApiTermination", NOTHING), ("InstanceInitiatedShutdownBehavior", NOTHING), ("Monitoring", NOTHING), ("SourceDestCheck", NOTHING), ("CreditSpecification", NOTHING),
                                  ("SsmAssociations", NOTHING), ("MetadataOptions", NOTHING), ("PropagateTagsToVolumeOnCreation", NOTHING)]),
    ("AWS::EC2::Volume",        &[("Tags", "Tags"), ("VolumeType", "Detail"), ("Size", NOTHING), ("Iops", NOTHING), ("Throughput", NOTHING), ("AutoEnableIO", NOTHING)]),
    ("AWS::EKS::Cluster",       &[("Tags", "Tags"), ("Version", NOTHING), ("Logging", NOTHING), ("UpgradePolicy", NOTHING), ("ResourcesVpcConfig", NOTHING), ("DeletionProtection", NOTHING),
                                  ("ZonalShiftConfig", NOTHING)]),
    ("AWS::RDS::DBInstance",    &[("Tags", "Tags"), ("EngineVersion", "Detail"), ("BackupRetentionPeriod", "Detail"), ("PreferredBackupWindow", "Detail"), ("PreferredMaintenanceWindow", "Detail"),
                                  ("StorageType", "Detail"), ("OptionGroupName", "Detail"), ("AdditionalStorageVolumes", "Detail"),
                                  ("DBInstanceClass", NOTHING), ("AllocatedStorage", NOTHING), ("MaxAllocatedStorage", NOTHING), ("Iops", NOTHING), ("StorageThroughput", NOTHING), ("DeletionProtection", NOTHING),
                                  ("VPCSecurityGroups", NOTHING), ("MasterUserPassword", NOTHING), ("ManageMasterUserPassword", NOTHING), ("AutoMinorVersionUpgrade", NOTHING), ("AllowMajorVersionUpgrade", NOTHING),
                                  ("CopyTagsToSnapshot", NOTHING), ("EnablePerformanceInsights", NOTHING), ("PerformanceInsightsRetentionPeriod", NOTHING), ("DBParameterGroupName", NOTHING), ("MultiAZ", NOTHING),
                                  ("ApplyImmediately", NOTHING), ("CACertificateIdentifier", NOTHING), ("DeleteAutomatedBackups", NOTHING), ("EnableCloudwatchLogsExports", NOTHING),
                                  ("EnableIAMDatabaseAuthentication", NOTHING), ("MonitoringInterval", NOTHING), ("MonitoringRoleArn", NOTHING), ("PubliclyAccessible", NOTHING), ("NetworkType", NOTHING)]),
    ("AWS::RDS::DBCluster",     &[("Tags", "Tags"), ("EngineVersion", "Detail"), ("BackupRetentionPeriod", "Detail"), ("PreferredBackupWindow", "Detail"), ("PreferredMaintenanceWindow", "Detail"),
                                  ("StorageType", "Detail"), ("AllocatedStorage", NOTHING), ("Iops", NOTHING), ("DBClusterInstanceClass", NOTHING), ("DBClusterParameterGroupName", NOTHING),
                                  ("DBInstanceParameterGroupName", NOTHING), ("DeletionProtection", NOTHING), ("VpcSecurityGroupIds", NOTHING), ("MasterUserPassword", NOTHING), ("ManageMasterUserPassword", NOTHING),
                                  ("CopyTagsToSnapshot", NOTHING), ("ServerlessV2ScalingConfiguration", NOTHING), ("ScalingConfiguration", NOTHING), ("AutoMinorVersionUpgrade", NOTHING), ("BacktrackWindow", NOTHING),
                                  ("EnableCloudwatchLogsExports", NOTHING), ("EnableHttpEndpoint", NOTHING), ("EnableIAMDatabaseAuthentication", NOTHING), ("MonitoringInterval", NOTHING), ("MonitoringRoleArn", NOTHING),
                                  ("DatabaseInsightsMode", NOTHING), ("DeleteAutomatedBackups", NOTHING), ("NetworkType", NOTHING)]),
    ("AWS::DocDB::DBCluster",   &[("Tags", "Tags"), ("EngineVersion", "Detail"), ("BackupRetentionPeriod", "Detail"), ("PreferredBackupWindow", "Detail"), ("PreferredMaintenanceWindow", "Detail"),
                                  ("StorageType", "Detail"), ("DeletionProtection", NOTHING), ("VpcSecurityGroupIds", NOTHING), ("MasterUserPassword", NOTHING), ("ManageMasterUserPassword", NOTHING),
                                  ("DBClusterParameterGroupName", NOTHING), ("EnableCloudwatchLogsExports", NOTHING), ("CopyTagsToSnapshot", NOTHING), ("ServerlessV2ScalingConfiguration", NOTHING)]),
    ("AWS::Neptune::DBCluster", &[("Tags", "Tags"), ("EngineVersion", "Detail"), ("BackupRetentionPeriod", "Detail"), ("PreferredBackupWindow", "Detail"), ("PreferredMaintenanceWindow", "Detail"),
                                  ("DeletionProtection", NOTHING), ("VpcSecurityGroupIds", NOTHING), ("DBClusterParameterGroupName", NOTHING), ("DBInstanceParameterGroupName", NOTHING), ("CopyTagsToSnapshot", NOTHING),
                                  ("EnableCloudwatchLogsExports", NOTHING), ("IamAuthEnabled", NOTHING), ("ServerlessScalingConfiguration", NOTHING), ("AssociatedRoles", NOTHING)]),
    ("AWS::Redshift::Cluster",  &[("Tags", "Tags"), ("AutomatedSnapshotRetentionPeriod", NOTHING), ("ManualSnapshotRetentionPeriod", NOTHING), ("PreferredMaintenanceWindow", NOTHING), ("VpcSecurityGroupIds", NOTHING),
                                  ("MasterUserPassword", NOTHING), ("ManageMasterPassword", NOTHING), ("NodeType", NOTHING), ("NumberOfNodes", NOTHING), ("ClusterType", NOTHING), ("ClusterParameterGroupName", NOTHING),
                                  ("IamRoles", NOTHING), ("LoggingProperties", NOTHING), ("AllowVersionUpgrade", NOTHING), ("PubliclyAccessible", NOTHING), ("EnhancedVpcRouting", NOTHING)]),
    ("AWS::DynamoDB::Table",    &[("Tags", "Tags"), ("ResourcePolicy", "Detail"), ("BillingMode", NOTHING), ("ProvisionedThroughput", NOTHING), ("OnDemandThroughput", NOTHING), ("WarmThroughput", NOTHING),
                                  ("PointInTimeRecoverySpecification", NOTHING), ("TimeToLiveSpecification", NOTHING), ("DeletionProtectionEnabled", NOTHING), ("AttributeDefinitions", NOTHING),
                                  ("GlobalSecondaryIndexes", NOTHING), ("StreamSpecification", NOTHING), ("TableClass", NOTHING), ("ContributorInsightsSpecification", NOTHING), ("KinesisStreamSpecification", NOTHING)]),
    ("AWS::EFS::FileSystem",    &[("FileSystemTags", "Tags"), ("BackupPolicy", "Tags"), ("FileSystemPolicy", "Detail"), ("LifecyclePolicies", NOTHING), ("ThroughputMode", NOTHING), ("ProvisionedThroughputInMibps", NOTHING),
                                  ("BypassPolicyLockoutSafetyCheck", NOTHING), ("FileSystemProtection", NOTHING)]),
    ("AWS::S3::Bucket",         &[("Tags", "Tags"), ("VersioningConfiguration", "Detail"), ("LifecycleConfiguration", NOTHING), ("PublicAccessBlockConfiguration", NOTHING), ("CorsConfiguration", NOTHING),
                                  ("NotificationConfiguration", NOTHING), ("LoggingConfiguration", NOTHING), ("OwnershipControls", NOTHING), ("ReplicationConfiguration", NOTHING), ("WebsiteConfiguration", NOTHING),
                                  ("MetricsConfigurations", NOTHING), ("InventoryConfigurations", NOTHING), ("AnalyticsConfigurations", NOTHING), ("IntelligentTieringConfigurations", NOTHING),
                                  ("AccelerateConfiguration", NOTHING)]),
    ("AWS::FSx::FileSystem",    &[("Tags", "Tags"), ("StorageType", "Detail"), ("StorageCapacity", NOTHING), ("NetworkType", NOTHING)]),
    ("AWS::FSx::Volume",        &[("Tags", "Tags"), ("Name", NOTHING)]),
    ("AWS::Timestream::Table",  &[("Tags", "Tags"), ("RetentionProperties", NOTHING), ("MagneticStoreWriteProperties", NOTHING), ("Schema", NOTHING)]),
    ("AWS::KMS::Key",           &[("Tags", "Tags"), ("KeyPolicy", "Policy"), ("Enabled", "KeyState"), ("Description", NOTHING), ("EnableKeyRotation", NOTHING), ("RotationPeriodInDays", NOTHING),
                                  ("PendingWindowInDays", NOTHING), ("BypassPolicyLockoutSafetyCheck", NOTHING)]),
    ("AWS::KMS::ReplicaKey",    &[("Tags", "Tags"), ("KeyPolicy", "Policy"), ("Enabled", "KeyState"), ("Description", NOTHING), ("PendingWindowInDays", NOTHING)]),
    ("AWS::IAM::Role",          &[("Tags", "Tags"), ("AssumeRolePolicyDocument", "AssumeRolePolicyDocument"), ("ManagedPolicyArns", "AttachedPolicies"), ("Policies", "InlinePolicies"),
                                  ("PermissionsBoundary", "PermissionsBoundary"), ("Description", NOTHING), ("MaxSessionDuration", NOTHING)]),
    ("AWS::Backup::BackupVault", &[("BackupVaultTags", "Tags"), ("AccessPolicy", "AccessPolicy"), ("Notifications", NOTHING)]),
    ("AWS::Backup::LogicallyAirGappedBackupVault", &[("BackupVaultTags", "Tags"), ("AccessPolicy", "AccessPolicy"), ("Notifications", NOTHING)]),
];

/// The properties of a resource that are changed in place.
fn properties(resource: &Node) -> Properties {
    let row = IN_PLACE.iter().find(|(of, _)| *of == kind(resource));
    row.map_or(&[], |(_, all)| all)
}

/// Whether a property of a resource is changed in place.
pub fn is_in_place(resource: &Node, property: &str) -> bool {
    properties(resource).iter().any(|(own, _)| *own == property)
}

/// The properties that are changed in place and tell a field of the facts, each with the field.
pub fn telling(resource: &Node) -> impl Iterator<Item = (&'static str, &'static str)> {
    let all = properties(resource).iter().copied();
    all.filter(|(_, field)| *field != NOTHING)
}

/// A property of a resource.
pub fn property<'n>(resource: &'n Node, name: &str) -> Option<&'n Node> {
    resource.get("Properties")?.get(name)
}
