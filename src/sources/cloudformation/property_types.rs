//! The type of each property that is read, and the names that are nearly one of them.

use crate::known::near;

/// What a property is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum PropertyType {
    Text,
    /// The ARN of something in an account.
    Arn,
    Switch,
    Number,
    /// A policy document: an object, or its JSON in a text.
    Policy,
    List,
    Texts,
    /// An object, of whose fields each is what its name says.
    Map,
    /// An object of texts by any names.
    TextsByName,
    /// An object that has these fields, and no others.
    Lock,
}

/// The properties that are read, those of what is in them too, each of the type that its resources' schemas give it.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-template-resource-type-ref.html>.
#[rustfmt::skip]
const SHAPES: &[(&str, PropertyType)] = &[
    ("AWSServiceName",                         PropertyType::Text),
    ("AccessPolicy",                           PropertyType::Policy),
    ("AdditionalStorageVolumes",               PropertyType::List),
    ("AdvancedBackupSettings",                 PropertyType::List),
    ("AliasName",                              PropertyType::Text),
    ("ApplyImmediately",                       PropertyType::Switch),
    ("AssumeRolePolicyDocument",               PropertyType::Policy),
    ("AutomaticBackupRetentionDays",           PropertyType::Number),
    ("AvailabilityZone",                       PropertyType::Text),
    ("BackupPlan",                             PropertyType::Map),
    ("BackupPlanId",                           PropertyType::Text),
    ("BackupPlanName",                         PropertyType::Text),
    ("BackupPlanRule",                         PropertyType::List),
    ("BackupPlanTags",                         PropertyType::TextsByName),
    ("BackupRetentionPeriod",                  PropertyType::Number),
    ("BackupSelection",                        PropertyType::Map),
    ("BackupTarget",                           PropertyType::Text),
    ("BackupVaultName",                        PropertyType::Text),
    ("BackupVaultTags",                        PropertyType::TextsByName),
    ("BlockDeviceMappings",                    PropertyType::List),
    ("BucketEncryption",                       PropertyType::Map),
    ("BucketName",                             PropertyType::Text),
    ("ChangeableForDays",                      PropertyType::Number),
    ("ClusterIdentifier",                      PropertyType::Text),
    ("ClusterScalabilityType",                 PropertyType::Text),
    ("CompletionWindowMinutes",                PropertyType::Number),
    ("ConditionKey",                           PropertyType::Text),
    ("ConditionType",                          PropertyType::Text),
    ("ConditionValue",                         PropertyType::Text),
    ("Conditions",                             PropertyType::Map),
    ("CopyActions",                            PropertyType::List),
    ("DBClusterIdentifier",                    PropertyType::Text),
    ("DBClusterSnapshotIdentifier",            PropertyType::Text),
    ("DBInstanceIdentifier",                   PropertyType::Text),
    ("DBSnapshotIdentifier",                   PropertyType::Text),
    ("DailyAutomaticBackupStartTime",          PropertyType::Text),
    ("DatabaseName",                           PropertyType::Text),
    ("DeleteAfterDays",                        PropertyType::Number),
    ("DeletionProtection",                     PropertyType::Switch),
    ("DeletionProtectionEnabled",              PropertyType::Switch),
    ("DeploymentType",                         PropertyType::Text),
    ("DestinationBackupVaultArn",              PropertyType::Arn),
    ("DeviceName",                             PropertyType::Text),
    ("DisableApiTermination",                  PropertyType::Switch),
    ("Ebs",                                    PropertyType::Map),
    ("EnableContinuousBackup",                 PropertyType::Switch),
    ("Enabled",                                PropertyType::Switch),
    ("Encrypted",                              PropertyType::Switch),
    ("EncryptionKeyArn",                       PropertyType::Text),
    ("Engine",                                 PropertyType::Text),
    ("EngineVersion",                          PropertyType::Text),
    ("FileSystemId",                           PropertyType::Text),
    ("FileSystemTags",                         PropertyType::List),
    ("FileSystemType",                         PropertyType::Text),
    ("IamRoleArn",                             PropertyType::Arn),
    ("ImportPath",                             PropertyType::Text),
    ("IndexActions",                           PropertyType::List),
    ("KMSMasterKeyID",                         PropertyType::Text),
    ("KMSMasterKeyId",                         PropertyType::Text),
    ("Key",                                    PropertyType::Text),
    ("KeyPolicy",                              PropertyType::Policy),
    ("KeySpec",                                PropertyType::Text),
    ("KeyUsage",                               PropertyType::Text),
    ("KmsKeyId",                               PropertyType::Text),
    ("Lifecycle",                              PropertyType::Map),
    ("ListOfTags",                             PropertyType::List),
    ("LockConfiguration",                      PropertyType::Lock),
    ("LustreConfiguration",                    PropertyType::Map),
    ("MalwareScanner",                         PropertyType::Text),
    ("ManagedPolicyArns",                      PropertyType::Texts),
    ("ManagedPolicyName",                      PropertyType::Text),
    ("MaxRetentionDays",                       PropertyType::Number),
    ("MinRetentionDays",                       PropertyType::Number),
    ("MoveToColdStorageAfterDays",             PropertyType::Number),
    ("Name",                                   PropertyType::Text),
    ("NotResources",                           PropertyType::Texts),
    ("OntapConfiguration",                     PropertyType::Map),
    ("OntapVolumeType",                        PropertyType::Text),
    ("OpenZFSConfiguration",                   PropertyType::Map),
    ("OptInToArchiveForSupportedResources",    PropertyType::Switch),
    ("OptionGroupName",                        PropertyType::Text),
    ("Origin",                                 PropertyType::Text),
    ("Path",                                   PropertyType::Text),
    ("PermissionsBoundary",                    PropertyType::Text),
    ("Policies",                               PropertyType::List),
    ("PolicyDocument",                         PropertyType::Policy),
    ("PolicyName",                             PropertyType::Text),
    ("PreferredBackupWindow",                  PropertyType::Text),
    ("PreferredMaintenanceWindow",             PropertyType::Text),
    ("PropagateTagsToVolumeOnCreation",        PropertyType::Switch),
    ("RecoveryPointTags",                      PropertyType::TextsByName),
    ("Region",                                 PropertyType::Text),
    ("Replicas",                               PropertyType::List),
    ("ResourceType",                           PropertyType::Text),
    ("ResourceTypes",                          PropertyType::Texts),
    ("Resources",                              PropertyType::Texts),
    ("RestoreToTime",                          PropertyType::Text),
    ("RoleName",                               PropertyType::Text),
    ("Roles",                                  PropertyType::Texts),
    ("RuleName",                               PropertyType::Text),
    ("SSEAlgorithm",                           PropertyType::Text),
    ("SSEEnabled",                             PropertyType::Switch),
    ("SSESpecification",                       PropertyType::Map),
    ("SSEType",                                PropertyType::Text),
    ("ScanActions",                            PropertyType::List),
    ("ScanMode",                               PropertyType::Text),
    ("ScanSettings",                           PropertyType::List),
    ("ScannerRoleArn",                         PropertyType::Text),
    ("ScheduleExpression",                     PropertyType::Text),
    ("ScheduleExpressionTimezone",             PropertyType::Text),
    ("SelectionName",                          PropertyType::Text),
    ("ServerSideEncryptionByDefault",          PropertyType::Map),
    ("ServerSideEncryptionConfiguration",      PropertyType::List),
    ("SnapshotId",                             PropertyType::Text),
    ("SnapshotIdentifier",                     PropertyType::Text),
    ("SourceDBClusterIdentifier",              PropertyType::Text),
    ("SourceDBInstanceAutomatedBackupsArn",    PropertyType::Text),
    ("SourceDBInstanceIdentifier",             PropertyType::Text),
    ("SourceDbClusterResourceId",              PropertyType::Text),
    ("SourceDbiResourceId",                    PropertyType::Text),
    ("StartWindowMinutes",                     PropertyType::Number),
    ("Status",                                 PropertyType::Text),
    ("StorageEncrypted",                       PropertyType::Switch),
    ("StorageType",                            PropertyType::Text),
    ("StringEquals",                           PropertyType::List),
    ("StringLike",                             PropertyType::List),
    ("StringNotEquals",                        PropertyType::List),
    ("StringNotLike",                          PropertyType::List),
    ("TableName",                              PropertyType::Text),
    ("Tags",                                   PropertyType::List),
    ("TargetBackupVault",                      PropertyType::Text),
    ("TargetIds",                              PropertyType::Texts),
    ("TargetKeyId",                            PropertyType::Text),
    ("TargetLogicallyAirGappedBackupVaultArn", PropertyType::Arn),
    ("TdeCredentialArn",                       PropertyType::Text),
    ("Type",                                   PropertyType::Text),
    ("UseLatestRestorableTime",                PropertyType::Switch),
    ("Value",                                  PropertyType::Text),
    ("VersioningConfiguration",                PropertyType::Map),
    ("VolumeStyle",                            PropertyType::Text),
    ("VolumeType",                             PropertyType::Text),
    ("WeeklyMaintenanceStartTime",             PropertyType::Text),
    ("WindowsConfiguration",                   PropertyType::Map),
];

/// Names that CloudFormation gives to other properties, and that are near one of those.
#[rustfmt::skip]
const OTHERS: &[&str] = &[
    "AvailabilityZoneId", "AvailabilityZones", "ExportPath", "KeyName", "KmsKeyArn", "LogConfiguration", "RestoreTime", "Role", "Rules",
    "SseAlgorithm", "TableId", "Tag", "VolumeId", "Volumes",
];

/// The properties of a resource type that are of another type than those of the same name elsewhere.
///
/// See <https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-simpletable.html>.
const OF_RESOURCES: &[(&str, &str, PropertyType)] = &[(
    "AWS::Serverless::SimpleTable",
    "Tags",
    PropertyType::TextsByName,
)];

/// What a property of a resource is; `None`: it is not read.
pub fn type_in(resource: &str, name: &str) -> Option<PropertyType> {
    let mut own = OF_RESOURCES.iter();
    let own = own.find(|(of, property, _)| *of == resource && *property == name);
    own.map_or_else(|| type_of(name), |(.., of)| Some(*of))
}

/// What a property of a name is; `None`: it is not read.
pub fn type_of(name: &str) -> Option<PropertyType> {
    let (_, of) = SHAPES.iter().find(|(known, _)| *known == name)?;
    Some(*of)
}

/// The property that was meant by one that nobody has.
pub fn misspelt(name: &str) -> Option<&'static str> {
    let known = || SHAPES.iter().map(|(known, _)| *known);
    if name.starts_with("Fn::") || OTHERS.contains(&name) || known().any(|known| known == name) {
        return None;
    }
    near::meant(name, known())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_that_nobody_has_is_told_with_the_one_that_was_meant() {
        assert_eq!(misspelt("AcessPolicy"), Some("AccessPolicy"));
        assert_eq!(misspelt("KeySpecs"), Some("KeySpec"));
        assert_eq!(misspelt("accessPolicy"), Some("AccessPolicy"));
        for fine in [
            "AccessPolicy",
            "AvailabilityZones",
            "MultiAZ",
            "ExportPath",
            "Rules",
            "Description",
            "EnableKeyRotation",
        ] {
            assert_eq!(misspelt(fine), None, "{fine}");
        }
    }
}
