//! What else there is to know about a kind, for people.

use super::Kind;

/// AWS's table marks a type once; the limits in words, as of 2026-09-24, from the pages that the kind's row cites.
#[must_use]
pub fn notes(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Aurora => &[
            "to another account and Region at once since 2025-10-23",
            "to another Region's air-gapped vault since 2026-02-12",
            "an unencrypted cluster's copies stay unencrypted, and logically air-gapped vaults do not accept them",
            "a continuous recovery point cannot be copied on demand; a scheduled copy of one is a snapshot",
        ],
        Kind::Rds => &[
            "to another account and Region at once since 2025-10-23",
            "not supported in logically air-gapped vaults: neither the feature table nor the quotas name it there",
            "the option group does not go along: persistent and permanent options stop a copy to another Region",
            "RDS Custom for Oracle, Outposts and Local Zones are not backed up",
            "a continuous recovery point cannot be copied on demand; a scheduled copy of one is a snapshot",
        ],
        Kind::RdsMultiAzCluster => &[
            "the feature table marks it, its footnote and the RDS page say that it is never copied",
        ],
        Kind::DynamoDbBasic => &[
            "never copied, not even within its account and Region",
            "the recovery point's ARN is DynamoDB's own; the setting at the time of the backup decides",
        ],
        Kind::DynamoDbAdvanced => &[
            "only recovery points made while the advanced features were on: their ARN is AWS Backup's",
        ],
        Kind::Ebs => &[
            "an archived snapshot cannot be copied",
            "a copy onto a different key is a full copy",
            "the destination vault needs a customer managed key, or in the same account aws/ebs",
        ],
        Kind::Ec2 => &[
            "the snapshots behind the image decide the encryption",
            "the destination's Allowed AMIs must admit the source account, or aws-backup-vault out of an air-gapped vault",
            "automation that takes sharing back breaks copies into an air-gapped vault",
        ],
        Kind::Ec2Vss => &["copied as EC2 is"],
        Kind::Eks => &[
            "a composite: the cluster's state is on the vault's key, volumes and buckets follow their own type's rules",
            "in air-gapped vaults since 2026-03-12, not in me-south-1 and me-central-1",
        ],
        Kind::FsxLustre => &[
            "not to or from me-south-1 and me-central-1",
            "that the other opt-in Regions take and give copies is inferred: AWS's pages disagree",
            "in air-gapped vaults since 2025-03-12",
        ],
        Kind::FsxWindows => &[
            "not to or from me-south-1 and me-central-1",
            "whether the other opt-in Regions take and give copies is not known: AWS's pages disagree",
            "in air-gapped vaults since 2025-03-12",
        ],
        Kind::FsxOntap => &[
            "copied since 2026-08-27",
            "not to or from me-south-1 and me-central-1; not copied in ap-southeast-6 and China",
        ],
        Kind::FsxOpenZfs => &[
            "not to or from me-south-1 and me-central-1",
            "that the other opt-in Regions take and give copies is inferred: AWS's pages disagree",
            "the feature table marks cold storage and not air-gapped vaults, the document history of 2025-03-12 and the \
             quotas the reverse: the latter are taken",
        ],
        Kind::StorageGateway => {
            &["the destination must be a vault that you created, on a key of its own"]
        }
        Kind::DocumentDb => &[
            "to another account and Region at once since 2025-10-23",
            "to another Region's air-gapped vault since 2026-02-12",
            "to another account in opt-in Regions since 2026-08-26",
            "an unencrypted cluster's copies stay unencrypted, and logically air-gapped vaults do not accept them",
        ],
        Kind::Neptune => &[
            "to another account and Region at once since 2025-10-23",
            "to another Region's air-gapped vault since 2026-02-12, not in ap-southeast-3",
            "not to another account in opt-in Regions",
            "to another Region among the opt-in Regions only af-south-1, ap-east-1, ap-southeast-3, il-central-1, \
             me-south-1, me-central-1",
            "an unencrypted cluster's copies stay unencrypted, and logically air-gapped vaults do not accept them",
        ],
        Kind::Redshift => &["the feature table has no row for it"],
        Kind::RedshiftServerless => &["never copied, not even within its account and Region"],
        Kind::S3 => &[
            "the role needs AWSBackupServiceRolePolicyForS3Backup too",
            "one continuous recovery point a bucket, which cannot be copied on demand",
        ],
        Kind::SapHana => &[
            "copied from full backups only",
            "not supported in logically air-gapped vaults",
        ],
        Kind::Timestream => &["not to another account in opt-in Regions"],
        Kind::CloudFormation => &[
            "full management is blank in the feature table, the encryption page says that the template is on the \
             vault's key",
            "a composite: nested resources follow their own type's rules; what cannot be copied is left out, and the \
             copy ends PARTIAL",
        ],
        Kind::AuroraDsql | Kind::Efs | Kind::VirtualMachine => &[],
    }
}
