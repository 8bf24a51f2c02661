//! What a backup asks of its role: a copy of the next one takes it as well.

use smol_str::{SmolStr, format_smolstr};

use super::Kind;

/// The tag that AWS gives a file system of EFS, with the value `enabled`, while its automatic backups are on.
///
/// See <https://docs.aws.amazon.com/efs/latest/ug/automatic-backups.html>.
pub const AUTOMATIC_BACKUP_TAG: &str = "aws:elasticfilesystem:default-backup";

/// The action that a backup of a kind begins with, on what is backed up, by the managed policy for backups; `None` where that does
/// not tell.
///
/// See <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html>.
#[must_use]
#[rustfmt::skip]
pub const fn begins(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Rds                => "rds:CreateDBSnapshot",
        Kind::Aurora | Kind::DocumentDb | Kind::Neptune
        | Kind::RdsMultiAzCluster => "rds:CreateDBClusterSnapshot",
        Kind::DynamoDbAdvanced   => "dynamodb:StartAwsBackupJob",
        Kind::DynamoDbBasic      => "dynamodb:CreateBackup",
        Kind::Ebs                => "ec2:CreateSnapshot",
        Kind::Ec2 | Kind::Ec2Vss => "ec2:CreateImage",
        Kind::Efs                => "elasticfilesystem:Backup",
        Kind::FsxLustre | Kind::FsxWindows | Kind::FsxOpenZfs
        | Kind::FsxOntap         => "fsx:CreateBackup",
        Kind::StorageGateway     => "storagegateway:CreateSnapshot",
        Kind::Redshift           => "redshift:CreateClusterSnapshot",
        Kind::RedshiftServerless => "redshift-serverless:CreateSnapshot",
        Kind::Timestream         => "timestream:StartAwsBackupJob",
        Kind::AuroraDsql         => "dsql:StartBackupJob",
        Kind::VirtualMachine     => "backup-gateway:Backup",
        Kind::SapHana            => "ssm-sap:BackupDatabase",
        Kind::Eks                => "eks:CreateAccessEntry",
        Kind::CloudFormation     => "cloudformation:GetTemplate",
        // By a policy of its own, whose reads every copy of a bucket asks for.
        Kind::S3                 => return None,
    })
}

/// What an action of a backup is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupPart {
    /// What is backed up.
    Resource,
    /// Something within it, of this type.
    Within(&'static str),
    /// The snapshot, image or backup that is made.
    Made,
    /// No single thing.
    Any,
}

/// An action that a backup takes, beyond the one that it begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackupAction {
    /// The IAM action.
    pub action: &'static str,
    /// What it is done to.
    pub on: BackupPart,
    /// Whether backups were seen to fail without; of the others only that AWS's policy for backups has them.
    pub is_certain: bool,
}

const fn seen_to_fail_without(action: &'static str, on: BackupPart) -> BackupAction {
    BackupAction {
        action,
        on,
        is_certain: true,
    }
}

const fn has(action: &'static str, on: BackupPart) -> BackupAction {
    BackupAction {
        action,
        on,
        is_certain: false,
    }
}

/// What a backup of a kind takes beyond the action that it [`begins`] with, by the statements of AWSBackupServiceRolePolicyForBackup
/// that AWS has a role for such backups start with. Not what deletes, shares, copies or moves a backup, nor what sets its tags: that is
/// asked for where it is done.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/security-iam-awsmanpol.html#customer-managed-policies>; of the tags of
/// a table <https://github.com/widdix/aws-cf-templates/pull/633> quotes the messages of jobs that failed.
#[must_use]
#[rustfmt::skip]
pub const fn takes_besides(kind: Kind) -> &'static [BackupAction] {
    use BackupPart::{Any, Made, Resource, Within};
    match kind {
        Kind::Rds => const { &[
            has("rds:DescribeDBInstances",                  Resource),
            has("rds:ListTagsForResource",                  Resource),
            has("rds:DescribeDBSnapshots",                  Made),
        ] },
        Kind::Aurora | Kind::DocumentDb | Kind::Neptune | Kind::RdsMultiAzCluster => const { &[
            has("rds:DescribeDBClusters",                   Resource),
            has("rds:ListTagsForResource",                  Resource),
            has("rds:DescribeDBClusterSnapshots",           Made),
        ] },
        Kind::DynamoDbAdvanced => const { &[
            seen_to_fail_without("dynamodb:ListTagsOfResource", Resource),
            has("dynamodb:DescribeTable",                   Resource),
        ] },
        Kind::DynamoDbBasic => const { &[
            has("dynamodb:DescribeTable",                   Resource),
            has("dynamodb:DescribeBackup",                  Made),
        ] },
        Kind::Ebs => const { &[
            has("ec2:DescribeSnapshots",                    Any),
            has("ec2:DescribeVolumes",                      Any),
        ] },
        Kind::Ec2 | Kind::Ec2Vss => const { &[
            has("ec2:DescribeElasticGpus",                  Any),
            has("ec2:DescribeImages",                       Any),
            has("ec2:DescribeInstanceAttribute",            Any),
            has("ec2:DescribeInstanceCreditSpecifications", Any),
            has("ec2:DescribeInstances",                    Any),
            has("ec2:DescribeNetworkInterfaces",            Any),
            has("ec2:DescribeSnapshots",                    Any),
            has("ec2:DescribeSpotInstanceRequests",         Any),
            has("ec2:DescribeTags",                         Any),
            has("ec2:DescribeVolumes",                      Any),
        ] },
        Kind::Efs => const { &[
            has("elasticfilesystem:DescribeTags",           Resource),
        ] },
        Kind::FsxLustre | Kind::FsxWindows | Kind::FsxOpenZfs => const { &[
            has("fsx:DescribeFileSystems",                  Resource),
            has("fsx:ListTagsForResource",                  Resource),
            has("fsx:DescribeBackups",                      Made),
        ] },
        Kind::FsxOntap => const { &[
            has("fsx:DescribeVolumes",                      Resource),
            has("fsx:ListTagsForResource",                  Resource),
            has("fsx:DescribeBackups",                      Made),
        ] },
        Kind::StorageGateway => const { &[
            has("storagegateway:ListTagsForResource",       Resource),
            has("ec2:DescribeSnapshots",                    Any),
        ] },
        Kind::Redshift => const { &[
            has("redshift:DescribeClusters",                Resource),
            has("redshift:DescribeTags",                    Resource),
            has("redshift:DescribeClusterSnapshots",        Made),
        ] },
        Kind::RedshiftServerless => const { &[
            has("redshift-serverless:GetNamespace",         Resource),
            has("redshift-serverless:ListTagsForResource",  Any),
            has("redshift-serverless:GetSnapshot",          Made),
        ] },
        Kind::Timestream => const { &[
            has("timestream:DescribeTable",                 Resource),
            has("timestream:GetAwsBackupStatus",            Resource),
            has("timestream:ListTagsForResource",           Resource),
            has("timestream:DescribeEndpoints",             Any),
        ] },
        Kind::AuroraDsql => const { &[
            has("dsql:GetBackupJob",                        Resource),
            has("dsql:GetCluster",                          Resource),
            has("dsql:ListTagsForResource",                 Resource),
        ] },
        Kind::VirtualMachine => const { &[
            has("backup-gateway:ListTagsForResource",       Resource),
        ] },
        Kind::SapHana => const { &[
            has("ssm-sap:GetDatabase",                      Resource),
            has("ssm-sap:ListTagsForResource",              Resource),
            has("ssm-sap:UpdateHanaBackupSettings",         Resource),
            has("ssm-sap:GetOperation",                     Any),
        ] },
        Kind::Eks => const { &[
            has("eks:DescribeCluster",                      Resource),
            has("eks:ListAccessEntries",                    Resource),
            has("eks:ListAddons",                           Resource),
            has("eks:ListFargateProfiles",                  Resource),
            has("eks:ListNodegroups",                       Resource),
            has("eks:ListPodIdentityAssociations",          Resource),
            has("eks:ListTagsForResource",                  Resource),
            has(ASSOCIATE_ACCESS_POLICY,                    Within("access-entry")),
            has("eks:DescribeAccessEntry",                  Within("access-entry")),
            has("eks:ListAssociatedAccessPolicies",         Within("access-entry")),
            has("eks:DescribeAddon",                        Within("addon")),
            has("eks:DescribeFargateProfile",               Within("fargateprofile")),
            has("eks:DescribeNodegroup",                    Within("nodegroup")),
            has("eks:DescribePodIdentityAssociation",       Within("podidentityassociation")),
            has("ec2:DescribeLaunchTemplateVersions",       Any),
        ] },
        Kind::CloudFormation => const { &[
            has("cloudformation:DescribeStacks",            Resource),
            has("cloudformation:ListStackResources",        Resource),
        ] },
        // By a policy of its own.
        Kind::S3 => &[],
    }
}

/// What a backup of something of these kinds may take beyond the action that it begins with. What AWS is known to fail a backup without
/// that only some of them take, may not be asked for.
#[must_use]
pub fn takes_of(kinds: &[Kind]) -> Vec<BackupAction> {
    let mut all: Vec<BackupAction> = Vec::new();
    for asked in kinds.iter().flat_map(|kind| takes_besides(*kind)) {
        let is_of_all = kinds
            .iter()
            .all(|kind| takes_besides(*kind).contains(asked));
        let asked = BackupAction {
            is_certain: asked.is_certain && is_of_all,
            ..*asked
        };
        if !all.contains(&asked) {
            all.push(asked);
        }
    }
    all
}

/// Gives the access entry of a backup's role its rights within a cluster.
pub const ASSOCIATE_ACCESS_POLICY: &str = "eks:AssociateAccessPolicy";

/// What a backup associates with its access entry, for which AWS's policy for backups allows it alone, in the scope of the cluster.
#[must_use]
pub fn associated_access_policy(partition: &str) -> SmolStr {
    format_smolstr!(
        "arn:{partition}:eks::aws:cluster-access-policy/AWSBackupFullAccessPolicyForBackup"
    )
}

/// What an action of a backup of a bucket is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BucketPart {
    /// The bucket.
    Bucket,
    /// The objects in it.
    Objects,
    /// The rules of EventBridge by which AWS Backup follows it.
    ManagedRules,
    /// No single thing.
    Any,
}

/// Of which backups of a bucket an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BucketBackup {
    /// Of all.
    All,
    /// Of those in a plan that does not leave this option out.
    With(&'static str),
    /// Of continuous ones.
    Continuous,
}

/// An action that a backup of a bucket takes, beyond what every copy of one asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BucketAction {
    /// The IAM action.
    pub action: &'static str,
    /// What it is done to.
    pub on: BucketPart,
    /// Of which backups it is.
    pub of: BucketBackup,
    /// Whether AWS says that no backup is made without; of the others only that its policy for such backups has them.
    pub is_certain: bool,
}

const fn bucket(
    action: &'static str,
    on: BucketPart,
    of: BucketBackup,
    is_certain: bool,
) -> BucketAction {
    BucketAction {
        action,
        on,
        of,
        is_certain,
    }
}

/// The options of backups, each of a resource type: two leave the access control lists and the tags of objects out.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_AdvancedBackupSetting.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html#s3-advanced-backup-settings>.
const OPTIONS: &[(&str, &str)] = &[
    ("EC2", "WindowsVSS"),
    ("S3", "BackupACLs"),
    ("S3", "BackupObjectTags"),
];

/// Whether AWS documents that the backups of a resource type have this option, and this value of it.
#[must_use]
pub fn is_option(resource_type: &str, name: &str, value: Option<&str>) -> bool {
    OPTIONS.contains(&(resource_type, name)) && matches!(value, Some("enabled" | "disabled"))
}

const ACLS: BucketBackup = BucketBackup::With("BackupACLs");
const TAGS: BucketBackup = BucketBackup::With("BackupObjectTags");

/// What a backup of a bucket takes, by AWSBackupServiceRolePolicyForS3Backup. Of the access control lists of object versions the
/// page says that no object is backed up without; their tags it reads in the same way; the rules it says a role must be let manage.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html#s3-backup-messages>, and `#s3-eventbridge-permissions`.
#[rustfmt::skip]
pub const OF_BUCKETS: &[BucketAction] = &[
    bucket("s3:GetObjectVersionAcl",       BucketPart::Objects,      ACLS,                     true),
    bucket("s3:GetObjectVersionTagging",   BucketPart::Objects,      TAGS,                     true),
    bucket("events:DescribeRule",          BucketPart::ManagedRules, BucketBackup::Continuous, true),
    bucket("events:EnableRule",            BucketPart::ManagedRules, BucketBackup::Continuous, true),
    bucket("events:ListTargetsByRule",     BucketPart::ManagedRules, BucketBackup::Continuous, true),
    bucket("events:PutRule",               BucketPart::ManagedRules, BucketBackup::Continuous, true),
    bucket("events:PutTargets",            BucketPart::ManagedRules, BucketBackup::Continuous, true),
    bucket("events:ListRules",             BucketPart::Any,          BucketBackup::Continuous, true),
    bucket("s3:GetObjectAcl",              BucketPart::Objects,      ACLS,                     false),
    bucket("s3:GetObjectTagging",          BucketPart::Objects,      TAGS,                     false),
    bucket("s3:GetBucketAcl",              BucketPart::Bucket,       BucketBackup::All,        false),
    bucket("s3:GetBucketNotification",     BucketPart::Bucket,       BucketBackup::All,        false),
    bucket("s3:GetBucketTagging",          BucketPart::Bucket,       BucketBackup::All,        false),
    bucket("s3:GetInventoryConfiguration", BucketPart::Bucket,       BucketBackup::All,        false),
    bucket("s3:PutBucketNotification",     BucketPart::Bucket,       BucketBackup::All,        false),
    bucket("s3:PutInventoryConfiguration", BucketPart::Bucket,       BucketBackup::All,        false),
    bucket("cloudwatch:GetMetricData",     BucketPart::Any,          BucketBackup::All,        false),
    bucket("s3:ListAllMyBuckets",          BucketPart::Any,          BucketBackup::All,        false),
];

/// Whether AWS gives a role this action, which a backup of a bucket takes, by its policy for those.
#[must_use]
pub fn is_of_buckets(action: &str) -> bool {
    const OF: &[&str] = &["cloudwatch:", "events:", "kms:", "s3:"];
    OF.iter().any(|service| action.starts_with(service))
}

/// The action by which a plan finds what has the tags that it selects by.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.
pub const FIND_BY_TAGS: &str = "tag:GetResources";

#[cfg(test)]
mod tests {
    use super::super::managed_policies::{DEFAULT_ROLE_POLICY, S3_BACKUP_POLICY, managed_policy};
    use super::*;

    #[test]
    fn the_policy_for_buckets_has_what_their_backups_take() {
        let text = managed_policy(S3_BACKUP_POLICY).unwrap().text;
        for of in OF_BUCKETS {
            assert!(
                text.contains(&format!("\"{}\"", of.action)),
                "{}",
                of.action
            );
            assert!(is_of_buckets(of.action));
        }
    }

    #[test]
    fn what_only_some_of_several_kinds_take_is_asked_and_is_not_certain() {
        let [tags, ..] = takes_besides(Kind::DynamoDbAdvanced) else {
            panic!("tables have tags");
        };
        assert_eq!(takes_of(&[Kind::DynamoDbAdvanced]).first(), Some(tags));
        let of_both = takes_of(&[Kind::DynamoDbBasic, Kind::DynamoDbAdvanced]);
        let of_tags = of_both.iter().filter(|asked| asked.action == tags.action);
        let certain: Vec<bool> = of_tags.map(|asked| asked.is_certain).collect();
        assert_eq!((tags.is_certain, certain), (true, vec![false]));
        assert_eq!(of_both.len(), 3, "{of_both:?}");
        assert_eq!(takes_of(&[]), []);
    }

    #[test]
    fn the_default_role_may_make_every_backup() {
        let text = managed_policy(DEFAULT_ROLE_POLICY).unwrap().text;
        let begun = Kind::ALL.iter().filter_map(|kind| begins(*kind));
        let besides = Kind::ALL.iter().flat_map(|kind| takes_besides(*kind));
        let besides = besides.map(|asked| asked.action);
        assert!(text.contains(&associated_access_policy("aws").to_string()));
        for action in begun.chain(besides).chain([FIND_BY_TAGS]) {
            assert!(text.contains(&format!("\"{action}\"")), "{action}");
        }
    }
}
