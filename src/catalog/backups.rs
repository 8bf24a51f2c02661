//! What a backup asks of its role: a copy of the next one takes it as well.

use super::Kind;

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

/// The action by which a plan finds what has the tags that it selects by.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.
pub const FIND_BY_TAGS: &str = "tag:GetResources";

#[cfg(test)]
mod tests {
    use super::super::managed_policies::{DEFAULT_ROLE_POLICY, managed_policy};
    use super::*;

    #[test]
    fn the_default_role_may_begin_every_backup() {
        let text = managed_policy(DEFAULT_ROLE_POLICY).unwrap().text;
        let begun = Kind::ALL.iter().filter_map(|kind| begins(*kind));
        for action in begun.chain([FIND_BY_TAGS]) {
            assert!(text.contains(&format!("\"{action}\"")), "{action}");
        }
    }
}
