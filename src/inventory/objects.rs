//! The leaves of the inventory file: AWS's own objects, with the names that AWS gives their fields, so that what the
//! `aws` command prints can be pasted in. Only the fields that checks read are named here; all others are kept.

use serde_json::Value;

use crate::known::{Arn, ResourceType};

use super::envelope::{
    Constraints, CreatedBy, Detail, ListElement, Moment, Options, Preferences, Simulated, read_list,
};
use super::field::Field;
use super::json::{Extra, Json};
use super::key_parts::Aliases;
use super::list::Listing;
use super::merge::{Keyed, keyed};
use super::policy::Policy;
use super::record::record;
use super::tags::Tags;
use super::tree::Tree;

record! {
    /// When a recovery point moves to cold storage and when it is deleted, in days after its creation.
    @sound Lifecycle {
        /// Days until it is deleted. Null or absent: never.
        delete_after_days: Field<i64> = "DeleteAfterDays",
        /// Days until it moves to cold storage. Null or absent: never.
        move_to_cold_storage_after_days: Field<i64> = "MoveToColdStorageAfterDays",
    }

    /// The organization that an account is in: organizations:DescribeOrganization.
    @sound Organization in "Organization" {
        /// `o-…`.
        id: Field<Box<str>> = "Id",
        /// The management account.
        master_account_id: Field<Box<str>> = "MasterAccountId",
        /// The account's place in the tree: `o-…/r-…/ou-…/`.
        path: Field<Box<str>> = "Path",
    }

    /// A service or resource control policy: organizations:DescribePolicy.
    @sound ControlPolicy in "Policy" | "PolicySummary" {
        /// `p-…`.
        id: Field<Box<str>> = "Id",
        /// Its name.
        name: Field<Box<str>> = "Name",
        /// Its text.
        document: Field<Policy> = "Document" | "Content",
    }

    /// An IAM role: iam:GetRole, and its policies. A null trust policy: the role was looked up and does not exist.
    @sound Role in "Role" {
        /// The role's ARN, path included.
        arn: Arn = "Arn",
        /// The trust policy.
        assume_role_policy_document: Field<Policy> = "AssumeRolePolicyDocument",
        /// iam:ListAttachedRolePolicies.
        attached_policies: Field<Listing<AttachedPolicy>> = "AttachedPolicies" | "AttachedManagedPolicies",
        /// iam:ListRolePolicies and iam:GetRolePolicy.
        inline_policies: Field<Listing<InlinePolicy>> = "InlinePolicies" | "RolePolicyList",
        /// The permissions boundary. Absent or null: none.
        permissions_boundary: Field<AttachedPolicy> = "PermissionsBoundary",
        /// iam:SimulatePrincipalPolicy, EvaluationResults.
        simulated: Field<Json> = "Simulated" as Simulated,
        /// The role's tags.
        tags: Field<Tags> = "Tags",
    }

    /// A managed policy attached to a role. AWS's own may lack `Document` where the program has it built in.
    @sound AttachedPolicy {
        /// Its ARN.
        policy_arn: Arn = "PolicyArn" | "PermissionsBoundaryArn",
        /// The text of its default version.
        document: Field<Policy> = "Document" | "PolicyVersion",
    }

    /// A policy that is part of a role.
    @sound InlinePolicy {
        /// Its name.
        policy_name: Box<str> = "PolicyName",
        /// Its text.
        document: Field<Policy> = "Document" | "PolicyDocument",
    }

    /// backup:DescribeRegionSettings.
    @sound RegionSettings {
        /// Which resource types AWS Backup protects here.
        opt_in: Field<Tree> = "ResourceTypeOptInPreference" as Preferences,
        /// Which resource types AWS Backup fully manages here: DynamoDB's advanced features, EFS.
        management: Field<Tree> = "ResourceTypeManagementPreference" as Preferences,
    }

    /// A backup vault: backup:DescribeBackupVault, and its access policy.
    @sound Vault {
        /// Its name.
        name: Field<Box<str>> = "BackupVaultName",
        /// Its ARN.
        arn: Arn = "BackupVaultArn",
        /// `BACKUP_VAULT` (also where absent), `LOGICALLY_AIR_GAPPED_BACKUP_VAULT` or `RESTORE_ACCESS_BACKUP_VAULT`.
        vault_type: Field<Box<str>> = "VaultType",
        /// `CREATING`, `AVAILABLE` (also where absent) or `FAILED`. Null: no such vault.
        vault_state: Field<Box<str>> = "VaultState",
        /// The key that backups of fully managed resources, and all copies, are encrypted with here.
        encryption_key_arn: Field<Arn> = "EncryptionKeyArn",
        /// `AWS_OWNED_KMS_KEY` or `CUSTOMER_MANAGED_KMS_KEY`.
        encryption_key_type: Field<Box<str>> = "EncryptionKeyType",
        /// Whether AWS Backup Vault Lock is on.
        locked: Field<bool> = "Locked",
        /// The shortest retention that the lock allows, in days.
        min_retention_days: Field<i64> = "MinRetentionDays",
        /// The longest retention that the lock allows, in days.
        max_retention_days: Field<i64> = "MaxRetentionDays",
        /// How many recovery points it holds.
        number_of_recovery_points: Field<i64> = "NumberOfRecoveryPoints",
        /// backup:GetBackupVaultAccessPolicy. Null: the vault has none.
        access_policy: Field<Policy> = "AccessPolicy",
        /// The vault's tags.
        tags: Field<Tags> = "Tags",
    }

    /// A KMS key: kms:DescribeKey, and its policy, aliases and grants.
    @sound Key in "KeyMetadata" {
        /// The key's ARN.
        arn: Arn = "Arn" | "KeyArn",
        /// `AWS` or `CUSTOMER`.
        key_manager: Field<Box<str>> = "KeyManager",
        /// `Enabled`, or why not. Null: no such key.
        key_state: Field<Box<str>> = "KeyState",
        /// `SYMMETRIC_DEFAULT` for the keys that AWS Backup can use.
        key_spec: Field<Box<str>> = "KeySpec",
        /// `ENCRYPT_DECRYPT` for the keys that AWS Backup can use.
        key_usage: Field<Box<str>> = "KeyUsage",
        /// kms:ListAliases.
        aliases: Field<Aliases> = "Aliases",
        /// kms:GetKeyPolicy.
        policy: Field<Policy> = "Policy",
        /// kms:GetKeyPolicy with the name AWS_RAM: the second policy of a key that is shared through AWS RAM. Null: it has none.
        ram_policy: Field<Policy> = "RamPolicy",
        /// kms:ListGrants.
        grants: Field<Vec<Grant>> = "Grants" as Grants,
        /// The key's tags.
        tags: Field<Tags> = "Tags",
    }

    /// A grant on a key: kms:ListGrants.
    Grant {
        /// Who may use the key by it.
        grantee_principal: Field<Box<str>> = "GranteePrincipal",
        /// What it lets them do, without `kms:`.
        operations: Field<Vec<Box<str>>> = "Operations",
        /// The encryption context that it asks for.
        constraints: Field<Json> = "Constraints" as Constraints,
    }

    /// Something that is backed up.
    @sound Resource {
        /// Its ARN.
        arn: Arn = "ResourceArn",
        /// Its type in AWS Backup's API. Null: no such resource.
        resource_type: Field<ResourceType> = "ResourceType",
        /// Whether it is encrypted.
        encrypted: Field<bool> = "Encrypted",
        /// Its key. Null with `Encrypted` true: an AWS owned key.
        encryption_key_arn: Field<Arn> = "EncryptionKeyArn",
        /// Its tags.
        tags: Field<Tags> = "Tags",
        /// The service's own description of it.
        detail: Field<Tree> = "Detail" as Detail,
    }

    /// A recovery point: backup:DescribeRecoveryPoint.
    @sound RecoveryPoint {
        /// Its ARN.
        arn: Arn = "RecoveryPointArn",
        /// The vault that it is in.
        backup_vault_arn: Field<Arn> = "BackupVaultArn",
        /// What it is a backup of.
        resource_arn: Field<Arn> = "ResourceArn",
        /// The type of that.
        resource_type: Field<ResourceType> = "ResourceType",
        /// The key that it is encrypted with.
        encryption_key_arn: Field<Arn> = "EncryptionKeyArn",
        /// `AWS_OWNED_KMS_KEY` or `CUSTOMER_MANAGED_KMS_KEY`.
        encryption_key_type: Field<Box<str>> = "EncryptionKeyType",
        /// Whether it is encrypted.
        is_encrypted: Field<bool> = "IsEncrypted",
        /// `COMPLETED`, `AVAILABLE`, `PARTIAL`, … Null: no such recovery point.
        status: Field<Box<str>> = "Status",
        /// `WARM`, `COLD` or `DELETED`.
        storage_class: Field<Box<str>> = "StorageClass",
        /// When it was made: RFC 3339 text, or seconds since 1970.
        creation_date: Field<Json> = "CreationDate" as Moment,
        /// When it moves to cold storage and when it is deleted.
        lifecycle: Field<Lifecycle> = "Lifecycle",
        /// Whether it is a composite with nested recovery points.
        is_parent: Field<bool> = "IsParent",
        /// The composite that it is part of.
        parent_recovery_point_arn: Field<Arn> = "ParentRecoveryPointArn",
        /// The role that made it.
        iam_role_arn: Field<Arn> = "IamRoleArn",
        /// The plan and the rule that made it: `BackupPlanId`, `BackupRuleId`. Absent: it was made on demand.
        created_by: Field<Json> = "CreatedBy" as CreatedBy,
        /// Its tags.
        tags: Field<Tags> = "Tags",
        /// The service's own description of the snapshot or image.
        detail: Field<Tree> = "Detail" as Detail,
    }

    /// An RDS option group: rds:DescribeOptionGroups.
    OptionGroup {
        /// Its name.
        name: Box<str> = "OptionGroupName",
        /// Its options, with `OptionName`, `Persistent`, `Permanent`.
        options: Field<Json> = "Options" as Options,
    }

    /// A version of a database engine that a Region has: rds:DescribeDBEngineVersions.
    EngineVersion {
        /// `postgres`, `aurora-mysql`, …
        engine: Box<str> = "Engine",
        /// The version. Null: the Region has none of the engine.
        version: Field<Box<str>> = "EngineVersion",
    }

    /// A backup plan: backup:GetBackupPlan, and its selections.
    @sound Plan {
        /// Its id.
        id: Box<str> = "BackupPlanId",
        /// Its ARN.
        arn: Field<Arn> = "BackupPlanArn",
        /// Name and rules.
        plan: Field<Json> = "BackupPlan",
        /// backup:ListBackupSelections and backup:GetBackupSelection.
        selections: Field<Json> = "Selections",
    }

    /// A copy job that ran: backup:ListCopyJobs.
    @sound CopyJob in "CopyJob" {
        /// Its id.
        id: Box<str> = "CopyJobId",
        /// How it ended.
        state: Field<Box<str>> = "State",
        /// What AWS said of it.
        status_message: Field<Box<str>> = "StatusMessage",
        /// What AWS files that under.
        message_category: Field<Box<str>> = "MessageCategory",
        /// The vault that it copied from.
        source_vault: Field<Arn> = "SourceBackupVaultArn",
        /// What it copied.
        source_point: Field<Arn> = "SourceRecoveryPointArn",
        /// The vault that it copied to.
        destination_vault: Field<Arn> = "DestinationBackupVaultArn",
        /// How long the copy is kept.
        destination_lifecycle: Field<Lifecycle> = "DestinationRecoveryPointLifecycle",
        /// What was backed up.
        resource_arn: Field<Arn> = "ResourceArn",
        /// The type of that.
        resource_type: Field<ResourceType> = "ResourceType",
        /// The role that it ran as.
        role: Field<Arn> = "IamRoleArn",
        /// When it was made: RFC 3339 text, or seconds since 1970.
        creation_date: Field<Json> = "CreationDate" as Moment,
        /// The plan and the rule that started it: `BackupPlanId`, `BackupRuleId`. Absent: it was started on demand.
        created_by: Field<Json> = "CreatedBy" as CreatedBy,
        /// The job that it is part of, for a nested recovery point.
        parent_job_id: Field<Box<str>> = "ParentJobId",
    }
}

impl Resource {
    /// A resource of which nothing is known.
    #[must_use]
    pub const fn named(arn: Arn) -> Self {
        Self {
            arn,
            resource_type: Field::Absent,
            encrypted: Field::Absent,
            encryption_key_arn: Field::Absent,
            tags: Field::Absent,
            detail: Field::Absent,
            extra: Extra::new(),
        }
    }
}

/// What the ids of plans begin with that AWS Backup made of a backup policy of the organization.
pub const PLAN_OF_POLICY: &str = "orgs/";

/// What the backup policies are called together that are attached to a target of the organization, or in force on an account.
#[must_use]
pub fn backup_policies_on(target: &str) -> String {
    format!("{target}/backup_policy")
}

/// Whether the plan of this id was made of a backup policy of the organization.
#[must_use]
pub fn is_plan_of_policy(id: &str) -> bool {
    id.starts_with(PLAN_OF_POLICY)
}

impl ControlPolicy {
    /// Whether it is the one of AWS's own that allows everything, whose text everybody knows.
    #[must_use]
    pub fn allows_everything(&self) -> bool {
        let id = self.id.value().map(|id| &**id);
        matches!(id, Some("p-FullAWSAccess" | "p-RCPFullAWSAccess"))
    }

    /// Whether nothing is told of it: it stands for those of which nobody read which they are.
    #[must_use]
    pub fn is_any_other(&self) -> bool {
        !self.id.is_present() && !self.name.is_present() && !self.document.is_present()
    }
}

impl Plan {
    /// Its name in the list of plans, which the plan itself has, too: there it is where the plan was not read.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupPlansListMember.html>.
    #[must_use]
    pub fn listed_name(&self) -> Option<&str> {
        let mut fields = self.extra.iter();
        let (_, Json(name)) = fields.find(|(name, _)| &**name == "BackupPlanName")?;
        name.as_str()
    }

    /// Its rules as AWS prints them; `None`: they were not read.
    #[must_use]
    pub fn rules(&self) -> Option<&[Value]> {
        let Json(body) = self.plan.value()?;
        body.get("Rules")?.as_array().map(Vec::as_slice)
    }

    /// Whether it was deleted. It starts no backups then; what it made stays.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_GetBackupPlan.html>.
    #[must_use]
    pub fn is_deleted(&self) -> bool {
        self.extra
            .iter()
            .any(|(name, Json(date))| **name == *"DeletionDate" && !date.is_null())
    }
}

impl Lifecycle {
    /// Whether a name is one of those that AWS prints besides the days.
    #[must_use]
    pub fn is_of_aws(name: &str) -> bool {
        ["OptInToArchiveForSupportedResources", "DeleteAfterEvent"].contains(&name)
    }

    /// The days after which the copy is deleted; `None`: never (absent, null, or AWS's -1).
    #[must_use]
    pub fn days_kept(&self) -> Option<i64> {
        self.delete_after_days
            .value()
            .copied()
            .filter(|days| *days >= 0)
    }
}

keyed! {
    Role, arn, Arn;
    AttachedPolicy, policy_arn, Arn;
    InlinePolicy, policy_name, Box<str>;
    Vault, arn, Arn;
    Key, arn, Arn;
    Resource, arn, Arn;
    RecoveryPoint, arn, Arn;
    OptionGroup, name, Box<str>;
    Plan, id, Box<str>;
    CopyJob, id, Box<str>;
}

impl Keyed for EngineVersion {
    type Key = (Box<str>, Option<Box<str>>);
    fn key(&self) -> Self::Key {
        (self.engine.clone(), self.version.value().cloned())
    }
    fn label(&self) -> String {
        let version = self.version.value().map_or("", |version| version);
        format!("{} {version}", self.engine)
    }
}

/// The names of answers with a list of these.
macro_rules! listed {
    ($($Type:ty: $names:expr, $partial:expr;)+) => {$(
        impl ListElement for $Type {
            const NAMES: &'static [&'static str] = &$names;
            const PARTIAL: &'static [(&'static str, &'static str)] = &$partial;
        }
    )+};
}

#[rustfmt::skip]
listed! {
    ControlPolicy:  ["Policies"],               [];
    Role:           ["RoleDetailList"],         [("Roles", "what `aws iam get-role` prints, which has the permissions boundary")];
    AttachedPolicy: ["AttachedPolicies", "AttachedManagedPolicies"], [];
    InlinePolicy:   ["RolePolicyList"],         [("PolicyNames", "what `aws iam get-role-policy` prints of each")];
    Vault:          ["BackupVaultList"],        [];
    Key:            ["Keys"],                   [];
    Grant:          ["Grants"],                 [];
    Resource:       ["Results"],                [];
    RecoveryPoint:  ["RecoveryPoints"],         [];
    OptionGroup:    ["OptionGroupsList"],       [];
    EngineVersion:  ["DBEngineVersions"],       [];
    Plan:           ["BackupPlansList"],        [];
    CopyJob:        ["CopyJobs"],               [];
}

/// The grants of a key.
pub struct Grants(pub Vec<Grant>);

impl<'de> serde::Deserialize<'de> for Grants {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_list(deserializer).map(Self)
    }
}

/// Policies of the organization, one list a level.
pub struct Levels(pub Vec<Vec<ControlPolicy>>);

impl<'de> serde::Deserialize<'de> for Levels {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Level(Vec<ControlPolicy>);
        impl<'de> serde::Deserialize<'de> for Level {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                read_list(deserializer).map(Self)
            }
        }
        let levels = Vec::<Level>::deserialize(deserializer)?;
        Ok(Self(
            levels.into_iter().map(|Level(policies)| policies).collect(),
        ))
    }
}
