//! What the schemas of types take and require. CloudFormation refuses a template with a property that a type does not have, or without
//! one that it requires.

use super::names::kind;
use super::property_types::misspelt;
use super::template::Template;
use super::text::{Kind, Node};

/// The properties of types, and of what is in them by the name beside, by the types' schemas as of 2026-11-30; those that are only read
/// are among them.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_Backup.html>, `AWS_KMS.html` and `AWS_IAM.html`.
#[rustfmt::skip]
const SCHEMAS: &[(&str, &[(&str, &str)])] = &[
    ("AWS::Backup::BackupVault",     &[("AccessPolicy", ""), ("BackupVaultArn", ""), ("BackupVaultName", ""), ("BackupVaultTags", ""), ("EncryptionKeyArn", ""),
                                       ("LockConfiguration", ""), ("Notifications", "")]),
    ("AWS::Backup::LogicallyAirGappedBackupVault",
                                     &[("AccessPolicy", ""), ("BackupVaultArn", ""), ("BackupVaultName", ""), ("BackupVaultTags", ""), ("EncryptionKeyArn", ""),
                                       ("MaxRetentionDays", ""), ("MinRetentionDays", ""), ("MpaApprovalTeamArn", ""), ("Notifications", ""), ("VaultState", ""),
                                       ("VaultType", "")]),
    ("AWS::Backup::BackupPlan",      &[("BackupPlan", "the plan"), ("BackupPlanArn", ""), ("BackupPlanId", ""), ("BackupPlanTags", ""), ("VersionId", "")]),
    ("the plan",                     &[("AdvancedBackupSettings", ""), ("BackupPlanName", ""), ("BackupPlanRule", "a rule"), ("ScanSettings", "")]),
    ("a rule",                       &[("CompletionWindowMinutes", ""), ("CopyActions", "a copy action"), ("EnableContinuousBackup", ""), ("IndexActions", ""),
                                       ("Lifecycle", ""), ("RecoveryPointTags", ""), ("RuleName", ""), ("ScanActions", ""), ("ScheduleExpression", ""),
                                       ("ScheduleExpressionTimezone", ""), ("StartWindowMinutes", ""), ("TargetBackupVault", ""),
                                       ("TargetLogicallyAirGappedBackupVaultArn", "")]),
    ("a copy action",                &[("DestinationBackupVaultArn", ""), ("Lifecycle", "")]),
    ("AWS::Backup::BackupSelection", &[("BackupPlanId", ""), ("BackupSelection", "the selection"), ("Id", ""), ("SelectionId", "")]),
    ("the selection",                &[("Conditions", ""), ("IamRoleArn", ""), ("ListOfTags", "a tag"), ("NotResources", ""), ("Resources", ""), ("SelectionName", "")]),
    ("AWS::KMS::Key",                &[("Arn", ""), ("BypassPolicyLockoutSafetyCheck", ""), ("Description", ""), ("EnableKeyRotation", ""), ("Enabled", ""), ("KeyId", ""),
                                       ("KeyPolicy", ""), ("KeySpec", ""), ("KeyUsage", ""), ("MultiRegion", ""), ("Origin", ""), ("PendingWindowInDays", ""),
                                       ("RotationPeriodInDays", ""), ("Tags", "")]),
    ("AWS::KMS::ReplicaKey",         &[("Arn", ""), ("Description", ""), ("Enabled", ""), ("KeyId", ""), ("KeyPolicy", ""), ("PendingWindowInDays", ""), ("PrimaryKeyArn", ""),
                                       ("Tags", "")]),
    ("AWS::KMS::Alias",              &[("AliasName", ""), ("TargetKeyId", "")]),
    ("AWS::IAM::Role",               &[("Arn", ""), ("AssumeRolePolicyDocument", ""), ("Description", ""), ("ManagedPolicyArns", ""), ("MaxSessionDuration", ""), ("Path", ""),
                                       ("PermissionsBoundary", ""), ("Policies", "an inline policy"), ("RoleId", ""), ("RoleName", ""), ("Tags", "")]),
    ("AWS::IAM::Policy",             &[("Groups", ""), ("Id", ""), ("PolicyDocument", ""), ("PolicyName", ""), ("Roles", ""), ("Users", "")]),
    ("AWS::IAM::RolePolicy",         &[("PolicyDocument", ""), ("PolicyName", ""), ("RoleName", "")]),
];

/// The properties that types, and what is in them by the names above, require, by the types' schemas as of 2026-11-30.
///
/// See the types' own pages, `Required: Yes`, as
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-backup-backupvault.html>,
/// `aws-resource-iam-policy.html`, `aws-resource-kms-replicakey.html`, `aws-resource-organizations-policy.html`.
#[rustfmt::skip]
const REQUIRED: &[(&str, &[&str])] = &[
    ("AWS::Backup::BackupVault",                   &["BackupVaultName"]),
    ("AWS::Backup::LogicallyAirGappedBackupVault", &["BackupVaultName", "MinRetentionDays", "MaxRetentionDays"]),
    ("AWS::Backup::BackupPlan",                    &["BackupPlan"]),
    ("the plan",                                   &["BackupPlanName", "BackupPlanRule"]),
    ("a rule",                                     &["RuleName", "TargetBackupVault"]),
    ("a copy action",                              &["DestinationBackupVaultArn"]),
    ("AWS::Backup::BackupSelection",               &["BackupPlanId", "BackupSelection"]),
    ("the selection",                              &["IamRoleArn", "SelectionName"]),
    ("a tag",                                      &["ConditionKey", "ConditionType", "ConditionValue"]),
    ("AWS::KMS::ReplicaKey",                       &["KeyPolicy", "PrimaryKeyArn"]),
    ("AWS::KMS::Alias",                            &["AliasName", "TargetKeyId"]),
    ("AWS::IAM::Role",                             &["AssumeRolePolicyDocument"]),
    ("an inline policy",                           &["PolicyDocument", "PolicyName"]),
    ("AWS::IAM::Policy",                           &["PolicyDocument", "PolicyName"]),
    ("AWS::IAM::RolePolicy",                       &["PolicyName", "RoleName"]),
    ("AWS::IAM::ManagedPolicy",                    &["PolicyDocument"]),
    ("AWS::Organizations::Policy",                 &["Content", "Name", "Type"]),
    ("AWS::DynamoDB::Table",                       &["KeySchema"]),
    ("AWS::DynamoDB::GlobalTable",                 &["Replicas"]),
    ("AWS::EKS::Cluster",                          &["ResourcesVpcConfig", "RoleArn"]),
    ("AWS::FSx::FileSystem",                       &["FileSystemType", "SubnetIds"]),
    ("AWS::FSx::Volume",                           &["Name"]),
    ("AWS::FSx::DataRepositoryAssociation",        &["DataRepositoryPath", "FileSystemId"]),
    ("AWS::Redshift::Cluster",                     &["ClusterType", "DBName", "MasterUsername", "NodeType"]),
    ("AWS::Timestream::Table",                     &["DatabaseName"]),
];

/// What of a resource its schema does not take, with the lines.
pub fn misfits(template: &Template<'_>, id: &str, resource: &Node) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    match resource.get("Properties") {
        Some(properties) => within(template, kind(resource), properties, &mut found),
        None => lacking(template, kind(resource), resource, &[], &mut found),
    }
    let said = found.into_iter();
    said.map(|(line, says)| (line, format!("{id} {says}")))
        .collect()
}

/// What the schema of a name does not take of an object, or of each of a list.
fn within(template: &Template<'_>, of: &str, node: &Node, found: &mut Vec<(usize, String)>) {
    let fields = match &node.kind {
        Kind::List(items) => {
            return items
                .iter()
                .for_each(|item| within(template, of, item, found));
        }
        Kind::Map(fields) => fields,
        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Text(_) | Kind::Doubtful(_) => return,
    };
    let known = SCHEMAS.iter().find(|(name, _)| *name == of);
    let known = known.map(|(_, known)| *known);
    let mut is_whole = true;
    for (name, value) in fields {
        match known.and_then(|known| known.iter().find(|(own, _)| own == name)) {
            Some((_, inner)) => within(template, inner, value, found),
            None if name == "Fn::If" => {
                let branches = value.items().iter().skip(1);
                branches.for_each(|branch| within(template, of, branch, found));
            }
            None if known.is_none() || is_told_elsewhere(name) => {}
            None => {
                is_whole = false;
                let says = format!("has the property `{name}`, which {of} does not");
                found.push((value.line, says));
            }
        }
    }
    // A property that it does not have may be meant for one that it lacks.
    if is_whole {
        lacking(template, of, node, fields, found);
    }
}

/// What an intrinsic function comes to is read elsewhere, and so is what is misspelt told.
fn is_told_elsewhere(name: &str) -> bool {
    name.starts_with("Fn::") || name == "Ref" || misspelt(name).is_some()
}

/// What is required of an object and not set.
fn lacking(
    template: &Template<'_>,
    of: &str,
    node: &Node,
    fields: &[(String, Node)],
    found: &mut Vec<(usize, String)>,
) {
    if fields.iter().any(|(name, _)| is_told_elsewhere(name)) {
        return;
    }
    let required = REQUIRED.iter().find(|(name, _)| *name == of);
    let required = required.map_or(&[][..], |(_, all)| all);
    let is_set = |name: &&&str| {
        let mut own = fields.iter().filter(|(own, _)| own == *name);
        own.any(|(_, value)| template.value(value).is_some())
    };
    let lacks = required.iter().filter(|name| !is_set(name));
    found.extend(lacks.map(|name| (node.line, format!("has no `{name}`, which {of} requires"))));
}
