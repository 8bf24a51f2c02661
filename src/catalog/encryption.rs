//! What encrypts a kind's backups, through which service its key is used, and what happens without a key.

use schemars::JsonSchema;
use serde::Serialize;

use super::Kind;

/// The service through which a key is used, as `kms:ViaService` names it before the Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ViaService {
    /// `ec2.REGION.amazonaws.com`, EBS too.
    Ec2,
    /// `rds.REGION.amazonaws.com`, Aurora, DocumentDB and Neptune too.
    Rds,
    /// `fsx.REGION.amazonaws.com`
    Fsx,
    /// `backup.REGION.amazonaws.com`: the keys of logically air-gapped vaults.
    Backup,
}

impl ViaService {
    /// The word before the Region.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Rds => "rds",
            Self::Fsx => "fsx",
            Self::Backup => "backup",
        }
    }
}

/// What becomes of a backup of a resource that is not encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unencrypted {
    /// The backup is encrypted with the key of its vault all the same.
    AlwaysEncrypted,
    /// The copy is encrypted with the key of the destination vault.
    BecomesEncrypted,
    /// The copy stays unencrypted, and a logically air-gapped vault refuses it.
    StaysUnencrypted,
    /// There is no copy.
    NoCopy,
}

/// The keys of one kind's backups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys {
    /// The service through which the backup's key is used; `None` where AWS Backup does the copy itself and no page
    /// says through what.
    pub via: Option<ViaService>,
    /// The alias of the AWS managed key of the owning service, without `alias/`.
    pub service_key: Option<&'static str>,
    /// What becomes of an unencrypted one.
    pub unencrypted: Unencrypted,
}

/// What encrypts a kind's backups.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html>; that the database family takes
/// `aws/rds` and FSx `aws/fsx`, as EBS takes `aws/ebs`, is inferred.
#[must_use]
#[rustfmt::skip]
pub fn keys(kind: Kind) -> Keys {
    use Unencrypted::{AlwaysEncrypted, BecomesEncrypted, NoCopy, StaysUnencrypted};
    use ViaService::{Ec2, Fsx, Rds};
    let row = |via, service_key, unencrypted| Keys { via, service_key, unencrypted };
    match kind {
        //                                via        service_key      unencrypted  (all as of 2026-09-24)
        Kind::Aurora             => row(Some(Rds), Some("aws/rds"), StaysUnencrypted),
        Kind::Rds                => row(Some(Rds), Some("aws/rds"), BecomesEncrypted),
        Kind::RdsMultiAzCluster  => row(Some(Rds), Some("aws/rds"), NoCopy),
        Kind::AuroraDsql         => row(None,      None,            AlwaysEncrypted),
        Kind::DynamoDbBasic      => row(None,      None,            NoCopy),
        Kind::DynamoDbAdvanced   => row(None,      None,            AlwaysEncrypted),
        Kind::Ebs                => row(Some(Ec2), Some("aws/ebs"), BecomesEncrypted),
        Kind::Ec2                => row(Some(Ec2), Some("aws/ebs"), BecomesEncrypted),
        Kind::Ec2Vss             => row(Some(Ec2), Some("aws/ebs"), BecomesEncrypted),
        Kind::Efs                => row(None,      None,            AlwaysEncrypted),
        Kind::Eks                => row(None,      None,            AlwaysEncrypted),
        Kind::FsxLustre          => row(Some(Fsx), Some("aws/fsx"), BecomesEncrypted),
        Kind::FsxWindows         => row(Some(Fsx), Some("aws/fsx"), BecomesEncrypted),
        Kind::FsxOntap           => row(Some(Fsx), Some("aws/fsx"), BecomesEncrypted),
        Kind::FsxOpenZfs         => row(Some(Fsx), Some("aws/fsx"), BecomesEncrypted),
        Kind::StorageGateway     => row(Some(Ec2), None,            BecomesEncrypted),
        Kind::DocumentDb         => row(Some(Rds), Some("aws/rds"), StaysUnencrypted),
        Kind::Neptune            => row(Some(Rds), Some("aws/rds"), StaysUnencrypted),
        Kind::Redshift           => row(None,      None,            NoCopy),
        Kind::RedshiftServerless => row(None,      None,            NoCopy),
        Kind::S3                 => row(None,      None,            AlwaysEncrypted),
        Kind::SapHana            => row(None,      None,            AlwaysEncrypted),
        Kind::Timestream         => row(None,      None,            AlwaysEncrypted),
        Kind::VirtualMachine     => row(None,      None,            AlwaysEncrypted),
        Kind::CloudFormation     => row(None,      None,            AlwaysEncrypted),
    }
}

/// The service through which the key of a kind's backups is used, as `kms:ViaService` names it.
#[must_use]
pub fn via_services(kind: Kind) -> Option<ViaService> {
    keys(kind).via
}

/// The kinds whose backups are snapshots of EBS, for which EC2 describes the default key where it copies them.
///
/// See <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html>.
pub const DESCRIBING_DEFAULT_KEY: &[Kind] =
    &[Kind::Ebs, Kind::StorageGateway, Kind::Ec2, Kind::Ec2Vss];

/// Whether what is backed up may be on a key of AWS KMS: a stack is not encrypted itself, and a database of SAP HANA and a virtual
/// machine are by their own means, where they run.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html>.
#[must_use]
pub const fn has_own_key(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::CloudFormation | Kind::SapHana | Kind::VirtualMachine
    )
}

/// What the role of a backup does with the key of what is backed up, where the backup itself is on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyReading {
    /// The service through which it is used, as `kms:ViaService` names it before the Region.
    pub via: &'static str,
    /// The actions, by AWS's policies for such roles; none where they do not tell.
    pub actions: &'static [&'static str],
    /// A key of the encryption context, by the same.
    pub context_key: Option<&'static str>,
}

/// What the key of a resource must let a role do at a minimum, as the page has it for all types.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html#backup-permissions-grants-deny-statements>.
pub const LEAST_KEY_USE: &[&str] = &["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"];

/// How the backups of a kind are read with the key of the resource; `None` where they are on that key, or there is none.
///
/// See <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html>,
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForS3Backup.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html#S3-backup-considerations>.
#[must_use]
#[rustfmt::skip]
pub fn key_reading(kind: Kind) -> Option<KeyReading> {
    const READ: &[&str] = &["kms:Decrypt"];
    const READ_TABLE: &[&str] = &["kms:Decrypt", "kms:GenerateDataKey"];
    let row = |via, actions, context_key| Some(KeyReading { via, actions, context_key });
    match kind {
        Kind::AuroraDsql         => row("dsql",              READ,       Some("aws:dsql:ClusterId")),
        Kind::DynamoDbAdvanced   => row("dynamodb",          READ_TABLE, None),
        Kind::Efs                => row("elasticfilesystem", &[],        None),
        Kind::S3                 => row("s3",                READ,       None),
        Kind::Timestream         => row("timestream",        &[],        None),
        Kind::CloudFormation
        | Kind::Eks
        | Kind::SapHana
        | Kind::VirtualMachine
        | Kind::Aurora
        | Kind::DocumentDb
        | Kind::DynamoDbBasic
        | Kind::Ebs
        | Kind::Ec2
        | Kind::Ec2Vss
        | Kind::FsxLustre
        | Kind::FsxOntap
        | Kind::FsxOpenZfs
        | Kind::FsxWindows
        | Kind::Neptune
        | Kind::Rds
        | Kind::RdsMultiAzCluster
        | Kind::Redshift
        | Kind::RedshiftServerless
        | Kind::StorageGateway   => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::managed_policies::{DEFAULT_ROLE_POLICY, S3_BACKUP_POLICY, managed_policy};
    use super::super::{Family, capabilities};
    use super::*;

    #[test]
    fn only_service_dependent_kinds_have_a_service_in_between() {
        for kind in Kind::ALL {
            let row = capabilities(*kind);
            assert_eq!(
                keys(*kind).via.is_some(),
                !row.encryption.is_independent()
                    && !matches!(kind.family(), Family::DynamoDb | Family::Redshift),
                "{kind:?}"
            );
            assert_eq!(
                keys(*kind).unencrypted == Unencrypted::NoCopy,
                !row.is_copyable(),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn the_policies_for_roles_have_what_is_done_with_the_keys_of_resources() {
        let text = |name| managed_policy(name).unwrap().text;
        let all = text(DEFAULT_ROLE_POLICY).to_owned() + text(S3_BACKUP_POLICY);
        for kind in Kind::ALL {
            let Some(reading) = key_reading(*kind) else {
                continue;
            };
            assert!(capabilities(*kind).encryption.is_independent(), "{kind:?}");
            let via = format!("\"{}.*.amazonaws.com\"", reading.via);
            assert_eq!(all.contains(&via), !reading.actions.is_empty(), "{via}");
            for action in reading.actions {
                assert!(all.contains(&format!("\"{action}\"")), "{action}");
            }
        }
    }

    #[test]
    fn three_kinds_stay_unencrypted_and_storage_gateway_has_no_key_of_its_own() {
        let stay: Vec<_> = Kind::ALL
            .iter()
            .filter(|kind| keys(**kind).unencrypted == Unencrypted::StaysUnencrypted)
            .collect();
        assert_eq!(stay, [&Kind::Aurora, &Kind::DocumentDb, &Kind::Neptune]);
        assert_eq!(keys(Kind::StorageGateway).service_key, None);
        assert_eq!(keys(Kind::Ec2).service_key, Some("aws/ebs"));
    }
}
