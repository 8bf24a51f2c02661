//! What AWS asks IAM and KMS for during a copy: who, which actions, on what.

use super::cite::{self, Cite};
use super::{Family, Kind};

/// When an action is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeededFor {
    /// For every copy.
    Always,
    /// For copies to another account, and for those into or out of a logically air-gapped vault, where AWS shares
    /// the snapshot with another account.
    Shared,
}

impl NeededFor {
    /// Whether it is needed for a copy that goes to another account, or has a logically air-gapped vault at an end.
    #[must_use]
    pub fn applies(self, shared: bool) -> bool {
        match self {
            Self::Always => true,
            Self::Shared => shared,
        }
    }
}

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionResource {
    /// The recovery point that is copied.
    RecoveryPoint,
    /// The EBS snapshots behind an image.
    Snapshots,
    /// The vault that takes the copy.
    DestinationVault,
    /// The bucket that is backed up.
    Bucket,
    /// The objects in it.
    Objects,
}

/// One action that the copy role needs, by its own policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleAction {
    /// The IAM action.
    pub action: &'static str,
    /// What it is done to.
    pub on: ActionResource,
    /// When it is needed.
    pub when: NeededFor,
    /// The page.
    pub cite: Cite,
}

const fn role(action: &'static str, on: ActionResource, when: NeededFor, cite: Cite) -> RoleAction {
    RoleAction {
        action,
        on,
        when,
        cite,
    }
}

/// The action that a vault policy must allow to whoever copies into the vault from another account.
pub const COPY_INTO: &str = "backup:CopyIntoBackupVault";

/// The action on a recovery point that takes it out of its vault.
pub const COPY_FROM: &str = "backup:CopyFromBackupVault";

/// What whoever asks for a copy on demand does: on the recovery point, in its account.
pub const START_COPY: &str = "backup:StartCopyJob";

/// What whoever asks for a restore does: on the recovery point, in its account.
pub const START_RESTORE: &str = "backup:StartRestoreJob";

/// The action that puts the tags of a backup on its copy. The role must have it since 2025-09-30:
/// <https://github.com/Panfactum/stack/issues/291> quotes AWS's notice.
pub const TAG_RESOURCE: &str = "backup:TagResource";
/// The tag that AWS Backup puts on what it makes.
pub const SOURCE_RESOURCE: &str = "aws:backup:source-resource";

/// Whether resource control policies reach an action.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-supported-services>.
#[must_use]
pub fn is_reached_by_rcps(action: &str) -> bool {
    const OF: &[&str] = &["dsql:", "dynamodb:", "kms:", "s3:", "sts:"];
    OF.iter().any(|service| action.starts_with(service))
}

/// Allows KMS to be asked what a key is.
pub const DESCRIBE_KEY: &str = "kms:DescribeKey";

/// Allows the service to use a key on behalf of whoever makes the grant.
pub const CREATE_GRANT: &str = "kms:CreateGrant";

/// What every copy asks of the copy role.
#[rustfmt::skip]
pub const EVERY_COPY: &[RoleAction] = &[
    role(COPY_FROM, ActionResource::RecoveryPoint,    NeededFor::Always, cite::CROSS_ACCOUNT),
    role(COPY_INTO, ActionResource::DestinationVault, NeededFor::Always, cite::CROSS_ACCOUNT),
];

#[rustfmt::skip]
const RDS_INSTANCE: &[RoleAction] = &[
    role("rds:CopyDBSnapshot",                   ActionResource::RecoveryPoint, NeededFor::Always, cite::ROLE_POLICY),
    role("rds:ModifyDBSnapshotAttribute",        ActionResource::RecoveryPoint, NeededFor::Shared, cite::ROLE_POLICY),
];

#[rustfmt::skip]
const RDS_CLUSTER: &[RoleAction] = &[
    role("rds:CopyDBClusterSnapshot",            ActionResource::RecoveryPoint, NeededFor::Always, cite::ROLE_POLICY),
    role("rds:ModifyDBClusterSnapshotAttribute", ActionResource::RecoveryPoint, NeededFor::Shared, cite::ROLE_POLICY),
];

#[rustfmt::skip]
const EBS: &[RoleAction] = &[
    role("ec2:CopySnapshot",                     ActionResource::RecoveryPoint, NeededFor::Always, cite::ROLE_POLICY),
    role("ec2:ModifySnapshotAttribute",          ActionResource::RecoveryPoint, NeededFor::Shared, cite::ROLE_POLICY),
];

#[rustfmt::skip]
const EC2: &[RoleAction] = &[
    role("ec2:CopyImage",                        ActionResource::RecoveryPoint, NeededFor::Always, cite::ROLE_POLICY),
    role("ec2:ModifyImageAttribute",             ActionResource::RecoveryPoint, NeededFor::Shared, cite::ROLE_POLICY),
    role("ec2:CopySnapshot",                     ActionResource::Snapshots,     NeededFor::Always, cite::ROLE_POLICY),
    role("ec2:ModifySnapshotAttribute",          ActionResource::Snapshots,     NeededFor::Shared, cite::ROLE_POLICY),
];

#[rustfmt::skip]
const FSX: &[RoleAction] = &[
    role("fsx:CopyBackup",                       ActionResource::RecoveryPoint, NeededFor::Always, cite::ROLE_POLICY),
    role("fsx:ManageBackupPrincipalAssociations", ActionResource::RecoveryPoint, NeededFor::Shared, cite::ROLE_POLICY),
];

/// What AWSBackupServiceRolePolicyForS3Backup reads with: the S3 page asks for that policy on the role.
#[rustfmt::skip]
const S3: &[RoleAction] = &[
    role("s3:GetBucketVersioning",               ActionResource::Bucket,        NeededFor::Always, cite::S3),
    role("s3:GetBucketLocation",                 ActionResource::Bucket,        NeededFor::Always, cite::S3),
    role("s3:ListBucket",                        ActionResource::Bucket,        NeededFor::Always, cite::S3),
    role("s3:ListBucketVersions",                ActionResource::Bucket,        NeededFor::Always, cite::S3),
    role("s3:GetObject",                         ActionResource::Objects,       NeededFor::Always, cite::S3),
    role("s3:GetObjectVersion",                  ActionResource::Objects,       NeededFor::Always, cite::S3),
];

/// What a copy of this kind asks of the copy role, beyond [`EVERY_COPY`].
#[must_use]
pub fn role_actions(kind: Kind) -> &'static [RoleAction] {
    match kind.family() {
        Family::RdsInstance => RDS_INSTANCE,
        Family::RdsCluster => RDS_CLUSTER,
        Family::Ebs => EBS,
        Family::Ec2 => EC2,
        Family::Fsx => FSX,
        Family::Backup if kind == Kind::S3 => S3,
        Family::Backup | Family::Composite | Family::DynamoDb | Family::Redshift => &[],
    }
}

/// What a role needs to read the tags of a backup and to set them on another, in the service whose backups they are; on which of
/// these it is asked, or on no single thing.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html#backup-tags-required-permissions>; that FSx asks
/// for its own as well is by AWSBackupServiceRolePolicyForBackup.
#[must_use]
#[rustfmt::skip]
pub fn tag_actions(kind: Kind) -> &'static [(&'static str, Option<ActionResource>)] {
    use ActionResource::{RecoveryPoint, Snapshots};
    match kind.family() {
        // The page has its own volumes alone, which the backup is made of.
        Family::Ebs if kind == Kind::StorageGateway => &[],
        Family::RdsInstance | Family::RdsCluster => &[
            ("rds:AddTagsToResource",   Some(RecoveryPoint)),
            ("rds:ListTagsForResource", Some(RecoveryPoint)),
        ],
        Family::Ebs => &[
            ("ec2:CreateTags",          Some(RecoveryPoint)),
            ("ec2:DescribeTags",        None),
        ],
        Family::Ec2 => &[
            ("ec2:CreateTags",          Some(RecoveryPoint)),
            ("ec2:CreateTags",          Some(Snapshots)),
            ("ec2:DescribeTags",        None),
        ],
        Family::Fsx => &[
            ("fsx:ListTagsForResource", Some(RecoveryPoint)),
            ("fsx:TagResource",         Some(RecoveryPoint)),
        ],
        Family::DynamoDb | Family::Redshift | Family::Backup | Family::Composite => &[],
    }
}

/// Whether a copy to another Region is called for in both, so that conditions on `aws:RequestedRegion` must let both in.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html> and
/// <https://docs.aws.amazon.com/fsx/latest/WindowsGuide/copy-backups.html>.
#[must_use]
pub fn copied_in_both_regions(kind: Kind) -> bool {
    match kind.family() {
        Family::RdsInstance | Family::RdsCluster | Family::Fsx => true,
        Family::Ebs
        | Family::Ec2
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => false,
    }
}

/// What AWS's instructions let the destination account's service-linked role do with the backup's key besides
/// [`PLAIN_KEY_ACTIONS`], and what copies were seen to complete without.
///
/// See <https://docs.aws.amazon.com/ebs/latest/userguide/share-kms-key.html>.
#[must_use]
pub fn recommended_key_actions(kind: Kind) -> &'static [&'static str] {
    match kind.family() {
        Family::Ebs | Family::Ec2 => &[
            "kms:Decrypt",
            "kms:ReEncryptFrom",
            "kms:GenerateDataKeyWithoutPlaintext",
        ],
        Family::RdsInstance
        | Family::RdsCluster
        | Family::Fsx
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => &["kms:Decrypt"],
    }
}

/// What is asked of a key in general: of the backup's key for the destination's service-linked role and for the copy
/// role, of the destination vault's key for the service-linked role.
pub const PLAIN_KEY_ACTIONS: &[&str] = &[DESCRIBE_KEY, CREATE_GRANT];

/// What a copy does with the backup's key in the end, by whatever grant: a Deny of these stops it, silence does not.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html>.
pub const SOURCE_KEY_USE: &[&str] = &["kms:Decrypt", "kms:ReEncryptFrom"];

/// What RDS does with the backup's key: a Deny of it may stop a copy that the Deny excepts.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html>.
#[must_use]
pub fn excepted_key_use(kind: Kind) -> Option<&'static [&'static str]> {
    match kind.family() {
        Family::RdsInstance | Family::RdsCluster => Some(&[
            DESCRIBE_KEY,
            CREATE_GRANT,
            "kms:Decrypt",
            "kms:ReEncryptFrom",
        ]),
        Family::Ebs
        | Family::Ec2
        | Family::Fsx
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => None,
    }
}

/// The same for a kind of backup: EBS makes the data key of the copied snapshot out of the backup's.
#[must_use]
pub fn source_key_use(kind: Kind) -> &'static [&'static str] {
    match kind.family() {
        Family::Ebs | Family::Ec2 => recommended_key_actions(kind),
        Family::RdsInstance
        | Family::RdsCluster
        | Family::Fsx
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => SOURCE_KEY_USE,
    }
}

/// The same of the destination vault's key.
pub const DESTINATION_KEY_USE: &[&str] = &[
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptTo",
];

/// What AWS recommends that a shared source key allows, in two statements: the second set with
/// `kms:GrantIsForAWSResource`.
pub const SHARED_KEY_USE: &[&str] = &[
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    DESCRIBE_KEY,
];

/// The grants that go with [`SHARED_KEY_USE`].
pub const SHARED_KEY_GRANTS: &[&str] = &[CREATE_GRANT, "kms:ListGrants", "kms:RevokeGrant"];

/// What the key of a logically air-gapped vault must allow: to the copy role in any case, and where the copy comes out of the
/// vault to the destination's service-linked role.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html>.
pub const LAGV_KEY_ACTIONS: &[&str] = &[
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    DESCRIBE_KEY,
    CREATE_GRANT,
];

/// The service-linked role that copies on the destination's behalf, in an account.
#[must_use]
pub fn service_linked_role(partition: &str, account: crate::known::AccountId) -> String {
    format!(
        "arn:{partition}:iam::{account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
    )
}

#[cfg(test)]
mod tests {
    use super::super::managed_policies::{DEFAULT_ROLE_POLICY, managed_policy};
    use super::*;

    #[test]
    fn the_default_role_may_do_what_a_copy_asks_except_for_s3() {
        let text = managed_policy(DEFAULT_ROLE_POLICY).unwrap().text;
        let s3 = managed_policy("arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup")
            .unwrap()
            .text;
        let named = |text: &str, action: &str| text.contains(&format!("\"{action}\""));
        for kind in Kind::ALL {
            let asked = EVERY_COPY.iter().chain(role_actions(*kind));
            let asked = asked.map(|asked| asked.action);
            for action in asked.chain(PLAIN_KEY_ACTIONS.iter().copied()) {
                let by_s3 = *kind == Kind::S3 && action.starts_with("s3:");
                assert!(
                    named(if by_s3 { s3 } else { text }, action),
                    "{kind:?}: {action}"
                );
            }
        }
    }

    #[test]
    fn the_default_role_may_copy_tags() {
        let text = managed_policy(DEFAULT_ROLE_POLICY).unwrap().text;
        let all = Kind::ALL.iter().flat_map(|kind| tag_actions(*kind));
        let all: Vec<_> = all.map(|(action, _)| *action).collect();
        assert!(all.contains(&"rds:AddTagsToResource"));
        for action in all {
            assert!(text.contains(&format!("\"{action}\"")), "{action}");
        }
    }

    #[test]
    fn sharing_is_asked_only_of_copies_that_share() {
        assert!(NeededFor::Always.applies(false));
        assert!(!NeededFor::Shared.applies(false));
        assert!(NeededFor::Shared.applies(true));
        let shared: Vec<_> = role_actions(Kind::Ec2)
            .iter()
            .filter(|asked| asked.when == NeededFor::Shared)
            .map(|asked| asked.action)
            .collect();
        assert_eq!(
            shared,
            ["ec2:ModifyImageAttribute", "ec2:ModifySnapshotAttribute"]
        );
    }

    #[test]
    fn more_is_recommended_for_the_keys_of_ebs_and_ec2() {
        assert_eq!(recommended_key_actions(Kind::Rds), ["kms:Decrypt"]);
        assert_eq!(recommended_key_actions(Kind::Ec2Vss).len(), 3);
    }
}
