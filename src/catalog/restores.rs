//! What a restore asks of its role.

use super::Kind;

/// What a restore does with the key of the backup, by the managed policy for restores.
pub const KEY_ACTIONS: &[&str] = &["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"];

/// The actions that a restore of a kind begins with, by the managed policy for restores; none where that does not tell.
///
/// See <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html>.
#[must_use]
#[rustfmt::skip]
pub const fn actions(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Rds                                        => &["rds:RestoreDBInstanceFromDBSnapshot"],
        Kind::Aurora | Kind::DocumentDb | Kind::Neptune
        | Kind::RdsMultiAzCluster                        => &["rds:RestoreDBClusterFromSnapshot"],
        Kind::DynamoDbAdvanced                           => &["dynamodb:RestoreTableFromAwsBackup"],
        Kind::DynamoDbBasic                              => &["dynamodb:RestoreTableFromBackup"],
        Kind::Ebs                                        => &["ec2:CreateVolume"],
        Kind::Ec2 | Kind::Ec2Vss                         => &["ec2:RunInstances"],
        Kind::Efs                                        => &["elasticfilesystem:Restore"],
        Kind::FsxLustre | Kind::FsxWindows
        | Kind::FsxOpenZfs                               => &["fsx:CreateFileSystemFromBackup"],
        Kind::FsxOntap                                   => &["fsx:CreateVolumeFromBackup"],
        Kind::Redshift                                   => &["redshift:RestoreFromClusterSnapshot"],
        Kind::Timestream                                 => &["timestream:StartAwsRestoreJob"],
        Kind::AuroraDsql                                 => &["dsql:StartRestoreJob"],
        Kind::S3                                         => &["s3:PutObject"],
        Kind::Eks | Kind::StorageGateway | Kind::RedshiftServerless | Kind::SapHana
        | Kind::VirtualMachine | Kind::CloudFormation    => &[],
    }
}
