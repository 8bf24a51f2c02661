//! The messages, one after another. Wordings are AWS's, as its pages and failed jobs quote them.

use schemars::JsonSchema;
use serde::Serialize;

use super::category::Category::{
    self, AccessDenied, AccessKeyError, ConcurrentJob, FatalError, FeatureNotEnabled,
    HypervisorOffline, InvalidLifecycle, InvalidState, JobExpired, KmsKeyError, LimitExceeded,
    LogicallyAirGappedBackupVaultNotSupported, Miscellaneous, ResourceNotFound,
    ResourceNotSupported, TagCopyError, TokenExpired, UnsupportedOperation, VssError,
};
use crate::catalog::cite::{
    self, CROSS_ACCOUNT, CROSS_REGION, Cite, DASHBOARDS, FIELD_TECRACER, KC_ACCESS_DENIED,
    KC_CROSS_ACCOUNT, KC_KEY, LAGV, LAGV_PRIMARY, PITR, TROUBLESHOOTING,
};

use Text::{Literal, Pattern, Sign, Template};

/// One wording of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// As AWS writes it.
    Literal(&'static str),
    /// As AWS writes it, with `{words}` where it puts names of the user's.
    Template(&'static str),
    /// A piece of it that AWS's own classification looks for, in any case.
    Pattern(&'static str),
    /// A piece that tells what a message is about, on no page of AWS's.
    Sign(&'static str),
}

/// A status message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number here.
    pub id: MessageId,
    /// Its wordings, the current one first.
    pub texts: &'static [Text],
    /// What AWS files it under; `None` where it is the answer to a call, not the status of a job.
    pub category: Option<Category>,
    /// What is behind it.
    pub cause: &'static str,
    /// The checks that foretell it, likeliest first. None where nothing that can be read does.
    pub checks: &'static [&'static str],
    /// The pages that quote it.
    pub cites: &'static [Cite],
}

impl Text {
    /// The wording itself.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Literal(wording)
            | Self::Template(wording)
            | Self::Pattern(wording)
            | Self::Sign(wording) => wording,
        }
    }
}

macro_rules! messages {
    ($($id:ident, $category:expr, $cause:literal,
        texts: [$($text:expr),+ $(,)?],
        checks: [$($check:literal),* $(,)?],
        cites: [$($cite:expr),+ $(,)?];)*) => {
        /// The number of a message.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        pub enum MessageId {
            $(#[doc = $cause] $id,)*
        }

        /// Every message, in the order of their numbers.
        pub const ALL: &[Message] = &[$(Message {
            id: MessageId::$id,
            texts: &[$($text),+],
            category: $category,
            cause: $cause,
            checks: &[$($check),*],
            cites: &[$($cite),+],
        }),*];

        /// The message of a number.
        #[must_use]
        pub fn message(id: MessageId) -> &'static Message {
            match id {
                $(MessageId::$id => const {
                    &Message {
                        id: MessageId::$id,
                        texts: &[$($text),+],
                        category: $category,
                        cause: $cause,
                        checks: &[$($check),*],
                        cites: &[$($cite),+],
                    }
                },)*
            }
        }
    };
}

#[expect(
    non_upper_case_globals,
    reason = "reads as the word it is in the table below"
)]
const NotOfAJob: Option<Category> = None;

#[rustfmt::skip]
messages! {
    E1, Some(AccessDenied), "The two accounts are not in one organization.",
        texts:  [Literal("Copy job failed. Both source and destination account must be a member of the same organization.")],
        checks: ["accounts-in-different-organizations"],
        cites:  [DASHBOARDS, KC_CROSS_ACCOUNT];
    E2, Some(FeatureNotEnabled), "The management account has not switched cross-account backup on.",
        texts:  [Literal("Copy job failed. Cross-account copy feature is not enabled for the current organization.")],
        checks: ["cross-account-backup-disabled"],
        cites:  [DASHBOARDS, FIELD_TECRACER];
    E3, Some(AccessDenied), "The destination vault's policy, the copy role's, or one of the organization's does not allow the copy.",
        texts:  [Literal("Access Denied trying to call AWS Backup service")],
        checks: ["vault-refuses-copy", "copy-role-lacks-permission", "source-vault-denies-copy", "organization-policy-denies-copy"],
        cites:  [DASHBOARDS, KC_ACCESS_DENIED, FIELD_TECRACER];
    E4, Some(AccessDenied), "The backup is on its resource's key, and the destination vault on `aws/backup`.",
        texts:  [Literal("Copy job failed because the destination Backup vault is encrypted with the default Backup service managed key. The contents of this vault cannot be copied. Only the contents of a Backup vault encrypted by an AWS KMS key may be copied.")],
        checks: ["destination-key-aws-managed", "destination-vault-is-default"],
        cites:  [DASHBOARDS, FIELD_TECRACER];
    E5, Some(UnsupportedOperation), "The resource type cannot take this route.",
        texts:  [Template("Copy job from {from} to {to} cannot be initiated for {type} resources. Feature is not supported for provided resource type."),
                 Pattern("Feature is not supported for provided resource type")],
        checks: ["copy-route-unsupported", "air-gapped-vault-unsupported"],
        cites:  [DASHBOARDS, KC_CROSS_ACCOUNT, FIELD_TECRACER];
    E6, Some(KmsKeyError), "EBS or EC2: the destination's service-linked role, or the copy role, cannot use the backup's key or the destination's.",
        texts:  [Literal("Given key ID is not accessible")],
        checks: ["source-key-not-shared", "source-key-refuses-copy-role", "destination-key-refuses-backup", "key-unusable"],
        cites:  [DASHBOARDS, KC_KEY, FIELD_TECRACER, cite::EBS_COPY];
    E7, Some(KmsKeyError), "EC2: the snapshots of the image are on a key that the destination's service-linked role, or the copy role, cannot use, or it may not describe the default key for EBS there.",
        texts:  [Literal("AMI snapshot copy failed with error: Given key ID is not accessible. You must have DescribeKey permissions on the default key"),
                 Literal("AMI snapshot copy failed with error: Given key ID is not accessible. You must have DescribeKey permissions on the default CMK")],
        checks: ["source-key-not-shared", "source-key-refuses-copy-role", "destination-key-refuses-backup", "key-unusable"],
        cites:  [DASHBOARDS];
    E8, Some(KmsKeyError), "RDS, Aurora, DocumentDB, Neptune: the backup's key is not shared with the destination, is an AWS managed key, or is disabled.",
        texts:  [Template("The source snapshot KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it."),
                 Literal("The source snapshot KMS key does not exist, is not enabled or you do not have permissions to access it.")],
        checks: ["source-key-not-shared", "source-key-aws-managed", "source-key-refuses-copy-role", "key-unusable"],
        cites:  [KC_KEY, FIELD_TECRACER, TROUBLESHOOTING];
    E9, Some(KmsKeyError), "A key on the path is disabled or pending deletion, or its policy keeps AWS Backup out.",
        texts:  [Literal("KMS key is either disabled or pending deletion or access to KMS key is denied")],
        checks: ["key-unusable", "destination-key-refuses-backup", "source-key-not-shared"],
        cites:  [DASHBOARDS];
    E10, Some(ResourceNotFound), "A key on the path does not exist.",
        texts:  [Literal("Given key ID does not exist")],
        checks: ["key-unusable"],
        cites:  [DASHBOARDS];
    E11, Some(AccessDenied), "EC2: the snapshots of the image are on `aws/ebs`, which cannot be shared.",
        texts:  [Literal("Snapshots encrypted with the AWS managed key can't be shared. Specify another snapshot."),
                 Literal("Snapshots encrypted with the AWS Managed CMK can't be shared")],
        checks: ["source-key-aws-managed"],
        cites:  [DASHBOARDS];
    E12, Some(AccessDenied), "EBS: the snapshot is on `aws/ebs`, which cannot be shared.",
        texts:  [Literal("Encrypted snapshots with Amazon EBS default key cannot be shared"),
                 Literal("Encrypted snapshots with EBS default key cannot be shared")],
        checks: ["source-key-aws-managed"],
        cites:  [DASHBOARDS];
    E13, Some(InvalidLifecycle), "The copy's retention is outside what the lock of the destination vault allows.",
        texts:  [Literal("Copy job failed. The retention specified in the job is not within the range specified for the target Backup Vault.")],
        checks: ["retention-outside-vault-lock"],
        cites:  [DASHBOARDS, LAGV_PRIMARY];
    E14, Some(Miscellaneous), "A backup job: its lifecycle is outside what the lock of the vault allows.",
        texts:  [Literal("Backup job failed because the lifecycle is outside the valid range for backup vault.")],
        checks: ["retention-outside-vault-lock"],
        cites:  [LAGV_PRIMARY];
    E15, Some(ConcurrentJob), "Other copies of the same resource are running; a quota, which passes.",
        texts:  [Literal("There are too many copy jobs running for resource.")],
        checks: ["quota-may-hold-copy-back"],
        cites:  [DASHBOARDS, cite::QUOTAS];
    E16, Some(Miscellaneous), "RDS: the option group has persistent or permanent options, and the destination has no such group.",
        texts:  [Template("The snapshot requires a target option group with the following options: {options}")],
        checks: ["option-group-not-portable", "encrypted-by-tde"],
        cites:  [CROSS_REGION];
    E17, Some(Miscellaneous), "EC2: the destination account's Allowed AMIs setting keeps the source's images out.",
        texts:  [Literal("Source AMI not found in Region"),
                 Template("Source AMI {image} not found in Region.")],
        checks: ["allowed-images-block-copy"],
        cites:  [CROSS_ACCOUNT, LAGV];
    E18, Some(Miscellaneous), "EC2: something took the sharing of the image back while the copy ran, such as an automation.",
        texts:  [Literal("You do not have permission to access the storage of this ami.")],
        checks: [],
        cites:  [LAGV];
    E19, Some(AccessDenied), "EC2: the image has product codes of AWS Marketplace.",
        texts:  [Literal("Images from AWS Marketplace cannot be copied to another AWS account.")],
        checks: ["marketplace-image"],
        cites:  [DASHBOARDS];
    E20, Some(UnsupportedOperation), "Storage Gateway: the destination vault is the default one or is not on a key of its own.",
        texts:  [Literal("UnsupportedOperation : Storage Gateway backup copies require a user-created backup vault and key at destination.")],
        checks: ["storage-gateway-default-vault"],
        cites:  [DASHBOARDS, cite::ENCRYPTION];
    E21, Some(TagCopyError), "The tags could not be copied; a tag policy of the organization may refuse them.",
        texts:  [Literal("We are unable to copy resource tags to your backup because of the Internal Failure.")],
        checks: ["tag-policy-may-block"],
        cites:  [DASHBOARDS, KC_CROSS_ACCOUNT];
    E22, Some(TagCopyError), "The tags could not be copied, as one of the recovery points is gone.",
        texts:  [Literal("We are unable to copy resource tags to your backup because source or destination recovery point is unavailable")],
        checks: ["recovery-point-missing", "recovery-point-not-complete"],
        cites:  [DASHBOARDS];
    E23, Some(LimitExceeded), "The copy would have more than 50 tags.",
        texts:  [Literal("The resultant tag set must not have more than 50 user tags."), Pattern("More than 50 tags specified")],
        checks: ["too-many-tags"],
        cites:  [DASHBOARDS, cite::ACCESS_CONTROL];
    E24, Some(Miscellaneous), "The copy role was deleted while the copy ran.",
        texts:  [Literal("Failed to unshare snapshot")],
        checks: ["copy-role-not-assumable"],
        cites:  [CROSS_ACCOUNT];
    E25, Some(AccessDenied), "The copy role may not make an EC2 or KMS call that the copy takes.",
        texts:  [Literal("You are not authorized to perform this operation.")],
        checks: ["copy-role-lacks-permission", "organization-policy-denies-copy"],
        cites:  [DASHBOARDS];
    E26, Some(AccessDenied), "The trust policy of the copy role does not let AWS Backup assume it.",
        texts:  [Pattern("cannot be assumed by AWS Backup")],
        checks: ["copy-role-not-assumable"],
        cites:  [DASHBOARDS];
    E27, Some(AccessDenied), "A policy of the copy role, of the organization, of the vault or of the key does not allow a call that the copy takes.",
        texts:  [Pattern("access denied"), Pattern("not authorized to"), Pattern("does not have permission"), Pattern("missing permission")],
        checks: ["copy-role-lacks-permission", "organization-policy-denies-copy", "vault-refuses-copy", "source-vault-denies-copy"],
        cites:  [DASHBOARDS];
    E28, Some(KmsKeyError), "A key on the path is not there, not enabled, or not shared.",
        texts:  [Pattern("kms key"), Sign(":kms:")],
        checks: ["source-key-not-shared", "source-key-aws-managed", "key-unusable", "destination-key-refuses-backup", "source-key-refuses-copy-role", "air-gapped-key-not-shared"],
        cites:  [DASHBOARDS];
    E29, Some(ResourceNotSupported), "The resource type cannot be copied.",
        texts:  [Literal("Unsupported resource type")],
        checks: ["copy-route-unsupported", "air-gapped-vault-unsupported"],
        cites:  [DASHBOARDS];
    E30, Some(ResourceNotFound), "The recovery point, the resource or a vault is gone.",
        texts:  [Pattern("Cannot find recovery point"), Pattern("Could not find cryopod"), Pattern("Could not find resource"),
                 Pattern("resource not found"), Pattern("no longer available"), Pattern("does not exist"), Pattern("is invalid")],
        checks: ["recovery-point-missing", "source-vault-missing", "destination-vault-missing", "recovery-point-not-complete"],
        cites:  [DASHBOARDS];
    E31, Some(FatalError), "AWS gives no reason; nothing that can be read foretells it.",
        texts:  [Literal("Copy job encountered a fatal error."), Literal("An internal error occurred."), Pattern("Backup job encountered a fatal error")],
        checks: [],
        cites:  [DASHBOARDS];
    E32, Some(LogicallyAirGappedBackupVaultNotSupported), "The backup is in the standard vault only: a logically air-gapped vault does not take the type.",
        texts:  [Literal("Backup job completed successfully to the target backup vault. This resource type is not supported by logically air-gapped backup vault.")],
        checks: ["air-gapped-primary-not-stored"],
        cites:  [LAGV_PRIMARY];
    E33, Some(LogicallyAirGappedBackupVaultNotSupported), "The backup is in the standard vault only: its key is an AWS managed one.",
        texts:  [Literal("Backup job completed successfully to the target backup vault. This resource is encrypted with an AWS managed key and cannot be copied to a logically air-gapped backup vault.")],
        checks: ["air-gapped-primary-not-stored"],
        cites:  [LAGV_PRIMARY];
    E34, Some(Miscellaneous), "S3: the bucket has a continuous backup in another vault, and may have one only.",
        texts:  [Template("Bucket {bucket_name} already has continuous backup enabled for another vault Backup job failed.")],
        checks: ["recovery-point-missing"],
        cites:  [LAGV_PRIMARY];
    E35, NotOfAJob, "The user that it names may not make grants on a key: who creates a logically air-gapped vault, on the one chosen for it; a copy role, on the backup's or the vault's.",
        texts:  [Template("User: {user} is not authorized to perform: kms:CreateGrant on this resource because the resource does not exist in this Region, no resource-based policies allow access, or a resource-based policy explicitly denies access")],
        checks: ["air-gapped-key-not-shared", "source-key-refuses-copy-role", "copy-role-lacks-permission", "organization-policy-denies-copy"],
        cites:  [LAGV];
    E36, NotOfAJob, "A call on a shared logically air-gapped vault left `BackupVaultAccountId` out.",
        texts:  [Literal("Insufficient privileges to perform this action.")],
        checks: ["air-gapped-source-not-copyable"],
        cites:  [LAGV];
    E37, Some(Miscellaneous), "The role does not exist, or lacks a permission that the job takes.",
        texts:  [Template("IAM Role {role} does not have sufficient permissions to execute the backup.")],
        checks: ["copy-role-not-assumable", "copy-role-lacks-permission"],
        cites:  [FIELD_TECRACER];
    E38, NotOfAJob, "A key policy names a role that does not exist, such as AWS Backup's service-linked role in an account that has never used it.",
        texts:  [Literal("MalformedPolicyDocumentException - Policy contains a statement with one or more invalid principals."),
                 Literal("Policy contains a statement with one or more invalid principals.")],
        checks: ["service-linked-role-missing"],
        cites:  [FIELD_TECRACER];
    E39, Some(ConcurrentJob), "Another backup of the same resource is running; it passes.",
        texts:  [Literal("Backup job failed because there was a running job for the same resource.")],
        checks: [],
        cites:  [DASHBOARDS, cite::QUOTAS];
    E40, Some(LimitExceeded), "A quota of AWS Backup, or of the service whose resource it is, is used up; wait for other jobs to end, delete what is no longer needed, or ask for more.",
        texts:  [Literal("Maximum allowed in-progress snapshots for a single volume exceeded."), Literal("Maximum allowed active snapshot limit exceeded."),
                 Literal("Image creation throttled due to maximum number of concurrent snapshots on an EBS volume."),
                 Literal("Cannot create more than 20 user snapshots"),
                 Literal("Subscriber limit exceeded: You have reached the maximum concurrent number of backups, which is 300."), Pattern("subscriber limit exceeded"),
                 Literal("You have reached the maximum supported backups for your account/database."), Pattern("can have at most"),
                 Pattern("You have reached your quota of 50,000 for the number of public and private images allowed in this Region")],
        checks: [],
        cites:  [DASHBOARDS];
    E41, NotOfAJob, "The Region does not support copies to another one for what the selection takes.",
        texts:  [Literal("Cross region backups are not supported")],
        checks: ["copy-route-unsupported"],
        cites:  [cite::FIELD_TERRAFORM_MODULE];
    E42, Some(Miscellaneous), "Another backup plan already makes a continuous backup of the resource.",
        texts:  [Template("Enabling continuous backup failed, because of the following error: PITR already configured in backup plan: {plan}")],
        checks: [],
        cites:  [PITR];
    E43, Some(KmsKeyError), "The destination's key, or the snapshot's, cannot be used by whoever makes the copy.",
        texts:  [Template("An error occurred (KMSKeyNotAccessibleFault) when calling the CopyDBClusterSnapshot operation: The target KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it."),
                 Pattern("KMSKeyNotAccessibleFault")],
        checks: ["destination-key-refuses-backup", "source-key-not-shared", "key-unusable"],
        cites:  [cite::FIELD_RDS_SNAPSHOT_TOOL];
    E44, NotOfAJob, "AWS refused the vault policy: it shares the vault in a way that its settings forbid.",
        texts:  [Literal("The specified policy cannot be added to the vault due to cross-account sharing restrictions. Amend the policy or the vault's settings, then retry request")],
        checks: ["vault-refuses-copy"],
        cites:  [cite::FIELD_AWS_NUKE];
    E45, Some(KmsKeyError), "The destination's key (that of the destination vault, or the one that the copy is given) does not exist, is not enabled, or its policy keeps whoever makes the copy out.",
        texts:  [Template("The target KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it."),
                 Template("Specified KMS key [{key}] does not exist, is not enabled or you do not have permissions to access it.")],
        checks: ["destination-key-refuses-backup", "key-unusable", "destination-key-aws-managed"],
        cites:  [DASHBOARDS, cite::FIELD_RDS_SNAPSHOT_TOOL];
    E46, Some(AccessKeyError), "The account may not use the service in that Region: it is not subscribed to it, still being activated, or suspended.",
        texts:  [Literal("The AWS Access Key Id needs a subscription for the service")],
        checks: [],
        cites:  [DASHBOARDS];
    E47, Some(TokenExpired), "AWS Backup's own session ended before the job did. Start the job again.",
        texts:  [Literal("Token expired. Try again.")],
        checks: [],
        cites:  [DASHBOARDS];
    E48, Some(AccessDenied), "S3: the role may not read the bucket's versioning (s3:GetBucketVersioning).",
        texts:  [Literal("Customer credential miss permission to get bucket versioning for bucket.")],
        checks: ["copy-role-lacks-permission", "organization-policy-denies-copy"],
        cites:  [DASHBOARDS];
    E49, NotOfAJob, "EBS: as many snapshots as may be are being copied into the destination Region; a quota, which passes.",
        texts:  [Pattern("ResourceLimitExceeded")],
        checks: ["quota-may-hold-copy-back"],
        cites:  [cite::EBS_COPY];
    E50, Some(JobExpired), "A backup job did not start or end within the rule's windows, so that there is nothing to copy.",
        texts:  [Literal("Backup job expired before completion.")],
        checks: [],
        cites:  [DASHBOARDS];
    E51, Some(InvalidState), "The resource was in a state in which it cannot be backed up or its snapshot not be copied: stopped, being changed, or failed.",
        texts:  [Pattern("Instance is not in state"), Pattern("not in the available state"), Pattern("not in available state"), Pattern("Cannot snapshot volume")],
        checks: ["recovery-point-missing"],
        cites:  [DASHBOARDS];
    E52, Some(ResourceNotFound), "The resource is gone, so that there is no backup to copy.",
        texts:  [Literal("The specified volume was not found."), Literal("Table not found."), Literal("The virtual machine is not found.")],
        checks: ["recovery-point-missing"],
        cites:  [DASHBOARDS];
    E53, NotOfAJob, "AWS refused the plan or the job: what moves to cold storage stays there for at least 90 days.",
        texts:  [Literal("Invalid lifecycle. DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays"),
                 Literal("DeleteAfterDays cannot be less than 90 days apart from MoveToColdStorageAfterDays")],
        checks: ["lifecycle-invalid"],
        cites:  [cite::API_LIFECYCLE];
    E54, NotOfAJob, "AWS refused the plan or the job: a backup is kept for 1 to 36500 days, or for ever.",
        texts:  [Literal("Invalid lifecycle. DeleteAfterDays cannot be less than 1 or more than 36500 days"),
                 Literal("DeleteAfterDays cannot be less than 1 or more than 36500 days")],
        checks: ["lifecycle-invalid"],
        cites:  [cite::API_LIFECYCLE];
    E55, NotOfAJob, "AWS refused the plan or the job: there is no cold storage for what it backs up, or in that Region. Leave MoveToColdStorageAfterDays out.",
        texts:  [Literal("Invalid lifecycle. MoveToColdStorageAfterDays is unavailable"), Literal("MoveToColdStorageAfterDays is unavailable")],
        checks: ["lifecycle-invalid"],
        cites:  [cite::API_LIFECYCLE];
    E56, NotOfAJob, "AWS refused the plan: its rule opts in to archiving EBS snapshots, which there is not in that Region. Leave OptInToArchiveForSupportedResources out.",
        texts:  [Literal("Invalid lifecycle. EBS Cold Tier is not yet supported."), Literal("EBS Cold Tier is not yet supported")],
        checks: ["lifecycle-invalid"],
        cites:  [cite::API_LIFECYCLE];
    E57, NotOfAJob, "AWS refused the plan or the job: the days of its lifecycle do not go together.",
        texts:  [Pattern("invalid lifecycle")],
        checks: ["lifecycle-invalid", "retention-outside-vault-lock"],
        cites:  [cite::API_LIFECYCLE];
    E58, Some(InvalidLifecycle), "A backup job would have run into the database's maintenance window or its own backup window. Move the rule's schedule.",
        texts:  [Pattern("could not start because it is either inside or too close to the weekly maintenance window configured"),
                 Pattern("could not start because it is either inside or too close to the automated backup window configured")],
        checks: ["recovery-point-missing"],
        cites:  [DASHBOARDS];
    E59, Some(HypervisorOffline), "A virtual machine: its hypervisor was not online.",
        texts:  [Literal("This operation is not valid for the specified hypervisor because it is not online")],
        checks: [],
        cites:  [DASHBOARDS];
    E60, Some(UnsupportedOperation), "A virtual machine: its hypervisor cannot make the snapshot.",
        texts:  [Literal("CreateSnapshot method not supported on hypervisor during snapshot creation. Aborted backup job")],
        checks: [],
        cites:  [DASHBOARDS];
    E61, Some(VssError), "A backup of a Windows instance with VSS: the agent, its permissions or the version of Windows. The backup is made without VSS, and can be copied.",
        texts:  [Pattern("Windows VSS Backup")],
        checks: [],
        cites:  [DASHBOARDS];
    E62, Some(LimitExceeded), "The backup was made; what EC2 says of its network interfaces was too much to keep with it. It can be copied.",
        texts:  [Literal("Your backup succeeded, but we were unable to persist NetworkInterfaces metadata as its size exceeded our internal limits.")],
        checks: [],
        cites:  [DASHBOARDS];
    E63, NotOfAJob, "FSx for Windows File Server: the backup is of a Multi-AZ file system, and the destination Region has no Multi-AZ file systems. Copy it to another Region.",
        texts:  [Pattern("IncompatibleRegionForMultiAZ")],
        checks: ["copy-route-unsupported"],
        cites:  [cite::FSX_COPY_BACKUP];
    E64, Some(AccessDenied), "A policy of the organization does not allow the call: a service control policy binds the role, a resource control policy what it is done to.",
        texts:  [Literal("with an explicit deny in a service control policy"),
                 Literal("with an explicit deny in a resource control policy"),
                 Literal("because no service control policy allows the"),
                 Literal("because no resource control policy allows the")],
        checks: ["organization-policy-denies-copy"],
        cites:  [cite::ACCESS_DENIED];
    E65, Some(AccessDenied), "The role's permissions boundary, or its session's policy, does not allow the call.",
        texts:  [Literal("with an explicit deny in a permissions boundary"),
                 Literal("because no permissions boundary allows the"),
                 Literal("with an explicit deny in a session policy"),
                 Literal("because no session policy allows the")],
        checks: ["copy-role-lacks-permission"],
        cites:  [cite::ACCESS_DENIED];
    E66, Some(AccessDenied), "The role's own policies do not allow the call.",
        texts:  [Literal("with an explicit deny in an identity-based policy"),
                 Literal("because no identity-based policy allows the")],
        checks: ["copy-role-lacks-permission"],
        cites:  [cite::ACCESS_DENIED];
    E67, Some(AccessDenied), "The access policy of a vault does not allow the call.",
        texts:  [Template("perform: backup:{action} with an explicit deny in a resource-based policy"),
                 Template("perform: backup:{action} because no resource-based policy allows the")],
        checks: ["vault-refuses-copy", "source-vault-denies-copy"],
        cites:  [cite::ACCESS_DENIED];
    E68, Some(AccessDenied), "The policy of a key does not allow the call.",
        texts:  [Template("perform: kms:{action} with an explicit deny in a resource-based policy"),
                 Template("perform: kms:{action} because no resource-based policy allows the")],
        checks: ["source-key-not-shared", "source-key-refuses-copy-role", "destination-key-refuses-backup", "air-gapped-key-not-shared", "key-unusable"],
        cites:  [cite::ACCESS_DENIED];
    E69, Some(AccessDenied), "The trust policy of the copy role does not let AWS Backup assume it.",
        texts:  [Literal("with an explicit deny in the role trust policy"),
                 Literal("because no role trust policy allows the")],
        checks: ["copy-role-not-assumable"],
        cites:  [cite::ACCESS_DENIED];
    E70, Some(AccessDenied), "The copy role does not exist.",
        texts:  [Sign("IAM Role {role} does not exist")],
        checks: ["copy-role-not-assumable"],
        cites:  [cite::KC_ACCESS_DENIED];
    E71, Some(AccessDenied), "The role, or the organization, does not allow tag:GetResources, by which a plan that selects by tags finds its resources: it backs up none.",
        texts:  [Sign("tag:GetResources")],
        checks: ["copy-role-lacks-permission", "organization-policy-denies-copy"],
        cites:  [TROUBLESHOOTING];
    E72, NotOfAJob, "S3: no object could be read, as where the role may not do s3:GetObjectVersionAcl or decrypt with the bucket's key. The first backup fails so; a later continuous one completes empty.",
        texts:  [Template("No objects were backed up from the source bucket {bucket_name}. To get notified of these failures, enable SNS event notifications.")],
        checks: ["copy-role-lacks-permission", "recovery-point-missing", "organization-policy-denies-copy"],
        cites:  [cite::S3];
    E73, NotOfAJob, "S3: the backup was made with the options of the bucket's continuous one, not with those that it was to have. It can be copied.",
        texts:  [Template("Periodic/snapshot backup for bucket {bucket_name} has different backup options than the continuous backup. When using continuous backups along with snapshot backups for the same bucket, the snapshot will use the same settings for backing up ACLs and Object tags as the continuous backup.")],
        checks: [],
        cites:  [cite::S3];
}
