//! Every call that reads AWS, with what its answer always has. An answer without it was not read, whatever its status
//! says: a service in between cut it off, a proxy wrote it, or a stand-in for AWS leaves it out.
//!
//! The names are those of the wire: `Roots/*/Id` is the `Id` of each item of `Roots`. A list that is empty is there,
//! as `[]` or as an element with nothing in it. Members that AWS leaves out where they are not set are not here, or have
//! a `?` for what must be in them where they are.
//!
//! Read in the service models of the AWS SDKs (`required` members of outputs) and in the response syntax of each
//! operation's page in its API reference, November 2026.

use crate::known::ApiCall;

/// A call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// As `service:Operation`, the service by its name in IAM actions.
    pub name: &'static str,
    /// What its answer always has.
    pub needs: &'static [&'static str],
}

const fn row(name: &'static str, needs: &'static [&'static str]) -> Call {
    Call { name, needs }
}

/// The calls that this program makes.
#[rustfmt::skip]
pub const CALLS: &[Call] = &[
    row("backup:DescribeBackupVault",              &["BackupVaultName", "BackupVaultArn"]),
    row("backup:DescribeGlobalSettings",           &["GlobalSettings"]),
    row("backup:DescribeRecoveryPoint",            &["RecoveryPointArn", "BackupVaultArn", "Status", "IsEncrypted"]),
    row("backup:DescribeRegionSettings",           &["ResourceTypeOptInPreference"]),
    row("backup:GetBackupPlan",                    &["BackupPlan/BackupPlanName", "BackupPlan/Rules/*/RuleName", "BackupPlan/Rules/*/TargetBackupVaultName", "BackupPlan/Rules/*/CopyActions?/*/DestinationBackupVaultArn"]),
    row("backup:GetBackupSelection",               &["BackupSelection/SelectionName", "BackupSelection/IamRoleArn", "BackupSelection/ListOfTags?/*/ConditionKey", "BackupSelection/ListOfTags?/*/ConditionValue"]),
    row("backup:GetBackupVaultAccessPolicy",       &["Policy"]),
    row("backup:ListBackupPlans",                  &["BackupPlansList/*/BackupPlanId", "BackupPlansList/*/BackupPlanArn"]),
    row("backup:ListBackupSelections",             &["BackupSelectionsList/*/SelectionId"]),
    row("backup:ListBackupVaults",                 &["BackupVaultList/*/BackupVaultName", "BackupVaultList/*/BackupVaultArn"]),
    row("backup:ListCopyJobs",                     &["CopyJobs/*/CopyJobId"]),
    row("backup:ListRecoveryPointsByBackupVault",  &["RecoveryPoints/*/RecoveryPointArn", "RecoveryPoints/*/Status", "RecoveryPoints/*/IsEncrypted"]),
    row("backup:ListRecoveryPointsByResource",     &["RecoveryPoints/*/RecoveryPointArn", "RecoveryPoints/*/BackupVaultName"]),
    row("backup:ListTags",                         &["Tags"]),
    row("backup-gateway:ListTagsForResource",      &["Tags"]),
    row("backup-gateway:ListVirtualMachines",      &["VirtualMachines"]),
    row("cloudformation:GetResource",              &["ResourceDescription/Identifier", "ResourceDescription/Properties"]),
    row("cloudformation:ListResources",            &["ResourceDescriptions/*/Identifier"]),
    row("config:SelectAggregateResourceConfig",    &["Results"]),
    row("dynamodb:DescribeTable",                  &["Table/TableName", "Table/TableArn", "Table/TableStatus"]),
    row("dynamodb:ListTables",                     &["TableNames"]),
    row("dynamodb:ListTagsOfResource",             &["Tags"]),
    row("ec2:DescribeImages",                      &["imagesSet/*/imageId"]),
    row("ec2:DescribeSnapshots",                   &["snapshotSet/*/snapshotId"]),
    row("ec2:DescribeInstances",                   &["reservationSet/*/instancesSet/*/instanceId"]),
    row("ec2:DescribeRegions",                     &["regionInfo/*/regionName"]),
    row("ec2:DescribeVolumes",                     &["volumeSet/*/volumeId", "volumeSet/*/encrypted"]),
    row("ec2:GetAllowedImagesSettings",            &["state"]),
    row("ec2:GetEbsDefaultKmsKeyId",               &["kmsKeyId"]),
    row("fsx:DescribeBackups",                     &["Backups/*/BackupId"]),
    row("fsx:DescribeFileSystems",                 &["FileSystems/*/FileSystemId", "FileSystems/*/FileSystemType"]),
    row("fsx:DescribeVolumes",                     &["Volumes/*/VolumeId", "Volumes/*/VolumeType"]),
    row("iam:GetPolicy",                           &["Policy/DefaultVersionId"]),
    row("iam:GetPolicyVersion",                    &["PolicyVersion/Document"]),
    row("iam:GetRole",                             &["Role/Arn", "Role/AssumeRolePolicyDocument"]),
    row("iam:GetRolePolicy",                       &["PolicyName", "PolicyDocument"]),
    row("iam:ListAttachedRolePolicies",            &["AttachedPolicies/*/PolicyArn"]),
    row("iam:ListRolePolicies",                    &["PolicyNames"]),
    row("iam:ListRoleTags",                        &["Tags/*/Key", "Tags/*/Value"]),
    row("iam:SimulatePrincipalPolicy",             &["EvaluationResults/*/EvalActionName", "EvaluationResults/*/EvalDecision"]),
    row("kms:DescribeKey",                         &["KeyMetadata/KeyId", "KeyMetadata/Arn"]),
    row("kms:GetKeyPolicy",                        &["Policy"]),
    row("kms:ListKeyPolicies",                     &["PolicyNames"]),
    row("kms:ListAliases",                         &["Aliases/*/AliasName"]),
    row("kms:ListGrants",                          &["Grants/*/GrantId", "Grants/*/Operations"]),
    row("kms:ListResourceTags",                    &["Tags/*/TagKey", "Tags/*/TagValue"]),
    row("organizations:DescribeEffectivePolicy",   &["EffectivePolicy/PolicyContent"]),
    row("organizations:DescribeOrganization",      &["Organization/Id", "Organization/MasterAccountId"]),
    row("organizations:DescribePolicy",            &["Policy/Content"]),
    row("organizations:ListAccounts",              &["Accounts/*/Id"]),
    row("organizations:ListAccountsForParent",     &["Accounts/*/Id"]),
    row("organizations:ListOrganizationalUnitsForParent", &["OrganizationalUnits/*/Id"]),
    row("organizations:ListParents",               &["Parents/*/Id"]),
    row("organizations:ListPoliciesForTarget",     &["Policies/*/Id", "Policies/*/Name"]),
    row("organizations:ListRoots",                 &["Roots/*/PolicyTypes/*/Type", "Roots/*/PolicyTypes/*/Status"]),
    row("rds:DescribeDBClusterSnapshots",          &["DBClusterSnapshots/*/DBClusterSnapshotIdentifier"]),
    row("rds:DescribeDBClusters",                  &["DBClusters/*/DBClusterIdentifier"]),
    row("rds:DescribeDBEngineVersions",            &["DBEngineVersions/*/EngineVersion"]),
    row("rds:DescribeDBInstances",                 &["DBInstances/*/DBInstanceIdentifier"]),
    row("rds:DescribeDBSnapshots",                 &["DBSnapshots/*/DBSnapshotIdentifier"]),
    row("rds:DescribeOptionGroups",                &["OptionGroupsList/*/OptionGroupName", "OptionGroupsList/*/Options/*/OptionName"]),
    row("ssm-sap:ListDatabases",                   &["Databases"]),
    row("storagegateway:ListTagsForResource",      &["Tags"]),
    row("storagegateway:ListVolumes",              &["VolumeInfos"]),
    row("sts:AssumeRole",                          &["Credentials/AccessKeyId", "Credentials/SecretAccessKey", "Credentials/SessionToken"]),
    row("sts:GetCallerIdentity",                   &["Account"]),
];

/// The call of a name, when the program is compiled: a name that is no row does not compile.
macro_rules! api_call {
    ($name:literal) => {
        const { $crate::catalog::calls::of($name) }
    };
}
pub(crate) use api_call;

/// What `api_call!` stands for.
///
/// # Panics
/// Where no row has the name.
#[must_use]
#[expect(
    clippy::panic,
    reason = "evaluated when the program is compiled, by `api_call!` alone"
)]
pub const fn of(name: &str) -> ApiCall {
    match find(CALLS, name) {
        Some(call) => call,
        None => panic!("no row of `CALLS` has this name"),
    }
}

const fn find(rows: &[Call], name: &str) -> Option<ApiCall> {
    match rows {
        [] => None,
        [row, ..] if same(row.name.as_bytes(), name.as_bytes()) => Some(ApiCall::of_row(row.name)),
        [_, rest @ ..] => find(rest, name),
    }
}

const fn same(one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([], []) => true,
        ([a, one @ ..], [b, other @ ..]) => *a == *b && same(one, other),
        ([], [_, ..]) | ([_, ..], []) => false,
    }
}

/// The call of a name that is known only when the program runs.
#[must_use]
pub fn named(name: &str) -> Option<ApiCall> {
    let row = CALLS.iter().find(|call| call.name == name)?;
    Some(ApiCall::of_row(row.name))
}

/// The row of a call.
#[must_use]
pub fn call(service: &str, operation: &str) -> Option<&'static Call> {
    CALLS.iter().find(|call| {
        let rest = call.name.strip_prefix(service);
        rest.and_then(|rest| rest.strip_prefix(':')) == Some(operation)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::permissions;

    #[test]
    fn every_call_that_takes_a_permission_says_what_its_answer_has() {
        let mut said: BTreeSet<&str> = CALLS.iter().map(|call| call.name).collect();
        // It takes no permission.
        assert!(said.remove("sts:GetCallerIdentity"));
        let made: BTreeSet<&str> = permissions::made().collect();
        assert_eq!(said, made);
        assert_eq!(CALLS.len(), made.len() + 1, "a call has one row");
        assert!(CALLS.iter().all(|call| !call.needs.is_empty()));
    }

    #[test]
    fn a_call_is_found_by_its_service_and_its_operation() {
        let needs = |service, operation| call(service, operation).map(|call| call.needs);
        assert_eq!(needs("kms", "GetKeyPolicy"), Some(["Policy"].as_slice()));
        assert_eq!(needs("backup", "GetKeyPolicy"), None);
    }
}
