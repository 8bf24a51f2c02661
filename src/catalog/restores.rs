//! What a restore asks of its role.

use super::Kind;

/// What a restore may do with the key of the backup, by the managed policy for restores.
pub const KEY_ACTIONS: &[&str] = &["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"];

/// What of that the managed policies for restores allow of a kind, so that a role needs it.
#[must_use]
pub const fn key_actions(kind: Kind) -> &'static [&'static str] {
    match kind {
        // AWSBackupServiceRolePolicyForRestores allows the use of the key by way of EC2 and RDS.
        Kind::Aurora
        | Kind::DocumentDb
        | Kind::Ebs
        | Kind::Ec2
        | Kind::Ec2Vss
        | Kind::Neptune
        | Kind::Rds
        | Kind::RdsMultiAzCluster
        | Kind::StorageGateway => KEY_ACTIONS,
        // AWSBackupServiceRolePolicyForS3Restore allows no grant, and the use by way of S3.
        Kind::S3 => &[],
        // It does not allow it by way of FSx. By way of what a key of a vault is used no page says.
        Kind::AuroraDsql
        | Kind::CloudFormation
        | Kind::DynamoDbAdvanced
        | Kind::DynamoDbBasic
        | Kind::Efs
        | Kind::Eks
        | Kind::FsxLustre
        | Kind::FsxOntap
        | Kind::FsxOpenZfs
        | Kind::FsxWindows
        | Kind::Redshift
        | Kind::RedshiftServerless
        | Kind::SapHana
        | Kind::Timestream
        | Kind::VirtualMachine => &["kms:DescribeKey", "kms:CreateGrant"],
    }
}

/// An action that a restore begins with, and all that it is done to, with `{partition}`, `{region}` and `{account}`.
pub type Begins = (&'static str, &'static [&'static str]);

const EC2_INSTANCE: Begins = (
    "ec2:RunInstances",
    &[
        "arn:{partition}:ec2:{region}::image/*",
        "arn:{partition}:ec2:{region}:{account}:instance/*",
        "arn:{partition}:ec2:{region}:{account}:volume/*",
    ],
);

/// The action that a restore of a kind begins with, by the managed policy for restores, and what it is done to, by the Service
/// Authorization Reference; `None` where that does not tell.
///
/// See <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html> and
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
#[must_use]
#[rustfmt::skip]
pub const fn begins(kind: Kind) -> Option<Begins> {
    Some(match kind {
        Kind::Rds                                        => ("rds:RestoreDBInstanceFromDBSnapshot", &["arn:{partition}:rds:{region}:{account}:db:*", "arn:{partition}:rds:{region}:{account}:snapshot:*"]),
        Kind::Aurora | Kind::DocumentDb | Kind::Neptune
        | Kind::RdsMultiAzCluster                        => ("rds:RestoreDBClusterFromSnapshot", &["arn:{partition}:rds:{region}:{account}:cluster:*", "arn:{partition}:rds:{region}:{account}:cluster-snapshot:*"]),
        Kind::DynamoDbAdvanced                           => ("dynamodb:RestoreTableFromAwsBackup", &["arn:{partition}:dynamodb:{region}:{account}:table/*"]),
        Kind::DynamoDbBasic                              => ("dynamodb:RestoreTableFromBackup", &["arn:{partition}:dynamodb:{region}:{account}:table/*/backup/*"]),
        Kind::Ebs                                        => ("ec2:CreateVolume", &["arn:{partition}:ec2:{region}::snapshot/*", "arn:{partition}:ec2:{region}:{account}:volume/*"]),
        Kind::Ec2 | Kind::Ec2Vss                         => EC2_INSTANCE,
        Kind::Efs                                        => ("elasticfilesystem:Restore", &["arn:{partition}:elasticfilesystem:{region}:{account}:file-system/*"]),
        Kind::FsxLustre | Kind::FsxWindows
        | Kind::FsxOpenZfs                               => ("fsx:CreateFileSystemFromBackup", &["arn:{partition}:fsx:{region}:{account}:backup/*", "arn:{partition}:fsx:{region}:{account}:file-system/*"]),
        Kind::FsxOntap                                   => ("fsx:CreateVolumeFromBackup", &["arn:{partition}:fsx:{region}:{account}:backup/*", "arn:{partition}:fsx:{region}:{account}:storage-virtual-machine/*", "arn:{partition}:fsx:{region}:{account}:volume/*"]),
        Kind::Redshift                                   => ("redshift:RestoreFromClusterSnapshot", &["arn:{partition}:redshift:{region}:{account}:cluster:*", "arn:{partition}:redshift:{region}:{account}:snapshot:*/*"]),
        Kind::Timestream                                 => ("timestream:StartAwsRestoreJob", &["arn:{partition}:timestream:{region}:{account}:database/*/table/*"]),
        Kind::AuroraDsql                                 => ("dsql:StartRestoreJob", &["arn:{partition}:dsql:{region}:{account}:cluster/*"]),
        Kind::S3                                         => ("s3:PutObject", &["arn:{partition}:s3:::*/*"]),
        Kind::Eks | Kind::StorageGateway | Kind::RedshiftServerless | Kind::SapHana
        | Kind::VirtualMachine | Kind::CloudFormation    => return None,
    })
}
