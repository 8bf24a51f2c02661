//! Every call that reads AWS: who permits it, in which account and when it is made, what it is about, and what its answer
//! always has. The policy that `permissions` prints, the gaps, the readers and the tests' server go by it.
//!
//! See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
//!
//! An answer without it was not read, whatever its status
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
    /// As `service:Operation`, the service by its name in IAM actions; the action that permits it has the same name.
    pub name: &'static str,
    /// The accounts that it is made in. None: it takes no permission.
    pub sides: &'static [Side],
    /// When it is made.
    pub when: CallScope,
    /// Which part of an account it is about.
    pub on: StatementResource,
    /// What its answer always has.
    pub needs: &'static [&'static str],
}

/// The account that a call is made in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The account that copies come from.
    Source,
    /// The account that they go to.
    Destination,
    /// The organization's management account, or one that it has delegated to.
    Management,
}

/// When a call is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallScope {
    /// To decide a copy that was named.
    OneCopy,
    /// To look at whole accounts, too.
    WholeAccount,
    /// Never by this program: Cloud Control makes it, with the caller's permissions.
    ByCloudControl,
}

/// What a statement's `Resource` is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementResource {
    /// The action has no narrower resource, or one that lies in many services.
    Everything,
    /// Backup vaults.
    Vaults,
    /// Backup plans.
    Plans,
    /// IAM roles.
    Roles,
    /// IAM policies.
    Policies,
    /// KMS keys.
    Keys,
    /// S3 buckets.
    Buckets,
}

use CallScope::{OneCopy, WholeAccount};
use StatementResource::{Everything, Keys, Plans, Policies, Roles, Vaults};

const NOBODY: &[Side] = &[];
const SOURCE: &[Side] = &[Side::Source];
const DESTINATION: &[Side] = &[Side::Destination];
const BOTH: &[Side] = &[Side::Source, Side::Destination];
const ALL: &[Side] = &[Side::Source, Side::Destination, Side::Management];
const MANAGEMENT: &[Side] = &[Side::Management];

const fn row(
    name: &'static str,
    sides: &'static [Side],
    when: CallScope,
    on: StatementResource,
    needs: &'static [&'static str],
) -> Call {
    Call {
        name,
        sides,
        when,
        on,
        needs,
    }
}

/// The calls that this program makes.
#[rustfmt::skip]
pub const CALLS: &[Call] = &[
    //  call                                                account       when           on           its answer always has
    row("backup:DescribeBackupVault",                      BOTH,        OneCopy,      Vaults,     &["BackupVaultName", "BackupVaultArn"]),
    row("backup:DescribeGlobalSettings",                   ALL,         OneCopy,      Everything, &["GlobalSettings"]),
    row("backup:DescribeRecoveryPoint",                    SOURCE,      OneCopy,      Everything, &["RecoveryPointArn", "BackupVaultArn", "Status", "IsEncrypted"]),
    row("backup:DescribeRegionSettings",                   SOURCE,      OneCopy,      Everything, &["ResourceTypeOptInPreference"]),
    row("backup:GetBackupPlan",                            SOURCE,      WholeAccount, Plans,      &["BackupPlan/BackupPlanName", "BackupPlan/Rules/*/RuleName", "BackupPlan/Rules/*/TargetBackupVaultName", "BackupPlan/Rules/*/CopyActions?/*/DestinationBackupVaultArn"]),
    row("backup:GetBackupSelection",                       SOURCE,      WholeAccount, Plans,      &["BackupSelection/SelectionName", "BackupSelection/IamRoleArn", "BackupSelection/ListOfTags?/*/ConditionKey", "BackupSelection/ListOfTags?/*/ConditionValue"]),
    row("backup:GetBackupVaultAccessPolicy",               BOTH,        OneCopy,      Vaults,     &["Policy"]),
    row("backup:ListBackupPlans",                          SOURCE,      WholeAccount, Everything, &["BackupPlansList/*/BackupPlanId", "BackupPlansList/*/BackupPlanArn"]),
    row("backup:ListBackupSelections",                     SOURCE,      WholeAccount, Plans,      &["BackupSelectionsList/*/SelectionId"]),
    row("backup:ListBackupVaults",                         BOTH,        OneCopy,      Everything, &["BackupVaultList/*/BackupVaultName", "BackupVaultList/*/BackupVaultArn"]),
    row("backup:ListCopyJobs",                             SOURCE,      WholeAccount, Everything, &["CopyJobs/*/CopyJobId"]),
    row("backup:ListRecoveryPointsByBackupVault",          SOURCE,      OneCopy,      Vaults,     &["RecoveryPoints/*/RecoveryPointArn", "RecoveryPoints/*/Status", "RecoveryPoints/*/IsEncrypted"]),
    row("backup:ListRecoveryPointsByResource",             SOURCE,      OneCopy,      Everything, &["RecoveryPoints/*/RecoveryPointArn", "RecoveryPoints/*/BackupVaultName"]),
    row("backup:ListTags",                                 BOTH,        OneCopy,      Everything, &["Tags"]),
    row("backup-gateway:ListTagsForResource",              SOURCE,      OneCopy,      Everything, &["Tags"]),
    row("backup-gateway:ListVirtualMachines",              SOURCE,      OneCopy,      Everything, &["VirtualMachines"]),
    row("cloudformation:GetResource",                      SOURCE,      OneCopy,      Everything, &["ResourceDescription/Identifier", "ResourceDescription/Properties"]),
    row("cloudformation:ListResources",                    SOURCE,      WholeAccount, Everything, &["ResourceDescriptions/*/Identifier"]),
    row("config:SelectAggregateResourceConfig",            MANAGEMENT,  WholeAccount, Everything, &["Results"]),
    row("dynamodb:DescribeTable",                          SOURCE,      OneCopy,      Everything, &["Table/TableName", "Table/TableArn", "Table/TableStatus"]),
    row("dynamodb:ListTables",                             SOURCE,      WholeAccount, Everything, &["TableNames"]),
    row("dynamodb:ListTagsOfResource",                     SOURCE,      OneCopy,      Everything, &["Tags"]),
    row("ec2:DescribeImages",                              SOURCE,      OneCopy,      Everything, &["imagesSet/*/imageId"]),
    row("ec2:DescribeInstances",                           SOURCE,      OneCopy,      Everything, &["reservationSet/*/instancesSet/*/instanceId"]),
    row("ec2:DescribeRegions",                             BOTH,        OneCopy,      Everything, &["regionInfo/*/regionName"]),
    row("ec2:DescribeSnapshots",                           SOURCE,      OneCopy,      Everything, &["snapshotSet/*/snapshotId"]),
    row("ec2:DescribeVolumes",                             SOURCE,      OneCopy,      Everything, &["volumeSet/*/volumeId", "volumeSet/*/encrypted"]),
    row("ec2:GetAllowedImagesSettings",                    DESTINATION, OneCopy,      Everything, &["state"]),
    row("ec2:GetEbsDefaultKmsKeyId",                       BOTH,        OneCopy,      Everything, &["kmsKeyId"]),
    row("fsx:DescribeBackups",                             SOURCE,      OneCopy,      Everything, &["Backups/*/BackupId"]),
    row("fsx:DescribeDataRepositoryAssociations",          SOURCE,      OneCopy,      Everything, &["Associations/*/AssociationId", "Associations/*/Lifecycle"]),
    row("fsx:DescribeFileSystems",                         SOURCE,      OneCopy,      Everything, &["FileSystems/*/FileSystemId", "FileSystems/*/FileSystemType"]),
    row("fsx:DescribeVolumes",                             SOURCE,      OneCopy,      Everything, &["Volumes/*/VolumeId", "Volumes/*/VolumeType"]),
    row("iam:GetPolicy",                                   BOTH,        OneCopy,      Policies,   &["Policy/DefaultVersionId"]),
    row("iam:GetPolicyVersion",                            BOTH,        OneCopy,      Policies,   &["PolicyVersion/Document"]),
    row("iam:GetRole",                                     BOTH,        OneCopy,      Roles,      &["Role/Arn", "Role/AssumeRolePolicyDocument"]),
    row("iam:GetRolePolicy",                               BOTH,        OneCopy,      Roles,      &["PolicyName", "PolicyDocument"]),
    row("iam:ListAttachedRolePolicies",                    BOTH,        OneCopy,      Roles,      &["AttachedPolicies/*/PolicyArn"]),
    row("iam:ListRolePolicies",                            BOTH,        OneCopy,      Roles,      &["PolicyNames"]),
    row("iam:ListRoleTags",                                BOTH,        OneCopy,      Roles,      &["Tags/*/Key", "Tags/*/Value"]),
    row("iam:SimulatePrincipalPolicy",                     SOURCE,      OneCopy,      Roles,      &["EvaluationResults/*/EvalActionName", "EvaluationResults/*/EvalDecision"]),
    row("kms:DescribeKey",                                 BOTH,        OneCopy,      Keys,       &["KeyMetadata/KeyId", "KeyMetadata/Arn"]),
    row("kms:GetKeyPolicy",                                BOTH,        OneCopy,      Keys,       &["Policy"]),
    row("kms:ListAliases",                                 BOTH,        OneCopy,      Everything, &["Aliases/*/AliasName"]),
    row("kms:ListGrants",                                  BOTH,        OneCopy,      Keys,       &["Grants/*/GrantId", "Grants/*/Operations"]),
    row("kms:ListKeyPolicies",                             BOTH,        OneCopy,      Keys,       &["PolicyNames"]),
    row("kms:ListResourceTags",                            BOTH,        OneCopy,      Keys,       &["Tags/*/TagKey", "Tags/*/TagValue"]),
    row("organizations:DescribeEffectivePolicy",           ALL,         OneCopy,      Everything, &["EffectivePolicy/PolicyContent"]),
    row("organizations:DescribeOrganization",              ALL,         OneCopy,      Everything, &["Organization/Id", "Organization/MasterAccountId"]),
    row("organizations:DescribePolicy",                    ALL,         OneCopy,      Everything, &["Policy/Content"]),
    row("organizations:ListAccounts",                      MANAGEMENT,  WholeAccount, Everything, &["Accounts/*/Id"]),
    row("organizations:ListAccountsForParent",             MANAGEMENT,  WholeAccount, Everything, &["Accounts/*/Id"]),
    row("organizations:ListOrganizationalUnitsForParent",  MANAGEMENT,  WholeAccount, Everything, &["OrganizationalUnits/*/Id"]),
    row("organizations:ListParents",                       ALL,         OneCopy,      Everything, &["Parents/*/Id"]),
    row("organizations:ListPoliciesForTarget",             ALL,         OneCopy,      Everything, &["Policies/*/Id", "Policies/*/Name"]),
    row("organizations:ListRoots",                         ALL,         OneCopy,      Everything, &["Roots/*/PolicyTypes/*/Type", "Roots/*/PolicyTypes/*/Status"]),
    row("rds:DescribeDBClusterSnapshots",                  SOURCE,      OneCopy,      Everything, &["DBClusterSnapshots/*/DBClusterSnapshotIdentifier"]),
    row("rds:DescribeDBClusters",                          SOURCE,      OneCopy,      Everything, &["DBClusters/*/DBClusterIdentifier"]),
    row("rds:DescribeDBEngineVersions",                    BOTH,        OneCopy,      Everything, &["DBEngineVersions/*/EngineVersion"]),
    row("rds:DescribeDBInstances",                         SOURCE,      OneCopy,      Everything, &["DBInstances/*/DBInstanceIdentifier"]),
    row("rds:DescribeDBSnapshots",                         SOURCE,      OneCopy,      Everything, &["DBSnapshots/*/DBSnapshotIdentifier"]),
    row("rds:DescribeOptionGroups",                        SOURCE,      OneCopy,      Everything, &["OptionGroupsList/*/OptionGroupName", "OptionGroupsList/*/Options/*/OptionName"]),
    row("ssm-sap:ListDatabases",                           SOURCE,      OneCopy,      Everything, &["Databases"]),
    row("storagegateway:ListTagsForResource",              SOURCE,      OneCopy,      Everything, &["Tags"]),
    row("storagegateway:ListVolumes",                      SOURCE,      OneCopy,      Everything, &["VolumeInfos"]),
    row("sts:AssumeRole",                                  MANAGEMENT,  WholeAccount, Roles,      &["Credentials/AccessKeyId", "Credentials/SecretAccessKey", "Credentials/SessionToken"]),
    row("sts:GetCallerIdentity",                           NOBODY,      OneCopy,      Everything, &["Account"]),
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

    #[test]
    fn a_call_has_one_row_which_says_what_its_answer_has() {
        let names: BTreeSet<&str> = CALLS.iter().map(|call| call.name).collect();
        assert_eq!(CALLS.len(), names.len());
        assert!(CALLS.iter().all(|call| !call.needs.is_empty()));
        // To ask who asks takes no permission.
        let free = CALLS.iter().filter(|call| call.sides.is_empty());
        let free: Vec<_> = free.map(|call| call.name).collect();
        assert_eq!(free, ["sts:GetCallerIdentity"]);
    }

    #[test]
    fn a_call_is_found_by_its_service_and_its_operation() {
        let needs = |service, operation| call(service, operation).map(|call| call.needs);
        assert_eq!(needs("kms", "GetKeyPolicy"), Some(["Policy"].as_slice()));
        assert_eq!(needs("backup", "GetKeyPolicy"), None);
    }
}
