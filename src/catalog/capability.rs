//! What AWS Backup supports for each resource type: one row a kind.

use schemars::JsonSchema;
use serde::Serialize;

use super::Kind;
use super::cite::{self, Cite};

/// Which key encrypts a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Encryption {
    /// The key of the vault it lies in, whatever the resource uses ("full management").
    Independent,
    /// The key of the resource.
    OfResource,
    /// The key of the vault by the encryption page; the feature table leaves full management blank.
    IndependentDisputed,
}

impl Encryption {
    /// Whether the vault's key encrypts the backup, by the reading that the program takes.
    #[must_use]
    pub fn is_independent(self) -> bool {
        match self {
            Self::Independent | Self::IndependentDisputed => true,
            Self::OfResource => false,
        }
    }
}

/// Whether AWS documents that something works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Support {
    /// A page says so.
    Yes,
    /// No page says so, and what the pages do say leads to it.
    Inferred,
    /// Pages disagree, and the stronger one says so.
    YesDisputed,
    /// A page says that it does not.
    No,
    /// Pages disagree, and the stronger one says that it does not.
    NoDisputed,
    /// The table has no row for it.
    Unlisted,
}

impl Support {
    /// Whether it works, by the reading that the program takes.
    #[must_use]
    pub fn is_supported(self) -> bool {
        match self {
            Self::Yes | Self::Inferred | Self::YesDisputed => true,
            Self::No | Self::NoDisputed | Self::Unlisted => false,
        }
    }

    /// Whether a page says so, and none says otherwise.
    #[must_use]
    pub fn is_stated(self) -> bool {
        match self {
            Self::Yes | Self::No => true,
            Self::Inferred | Self::YesDisputed | Self::NoDisputed | Self::Unlisted => false,
        }
    }
}

/// What one kind of resource supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The kind.
    pub kind: Kind,
    /// Which key encrypts its backups.
    pub encryption: Encryption,
    /// Copies to another Region.
    pub cross_region: Support,
    /// Copies to another account.
    pub cross_account: Support,
    /// Copies to another account's vault in another Region, in one copy job.
    pub both_at_once: Support,
    /// Copies into a logically air-gapped vault.
    pub lagv: Support,
    /// Backups made straight into a logically air-gapped vault of the same account and Region.
    pub lagv_primary: Support,
    /// Moving a backup to cold storage.
    pub cold_storage: Support,
    /// Continuous backups.
    pub pitr: Support,
    /// The pages that say so.
    pub cites: &'static [Cite],
}

impl Capabilities {
    /// Whether it can be copied at all. A type marked for neither cross-Region nor cross-account copies is not copied
    /// even to another vault of the same account and Region.
    #[must_use]
    pub fn is_copyable(&self) -> bool {
        self.cross_region.is_supported() || self.cross_account.is_supported()
    }
}

/// What AWS documents for a kind.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html>.
#[must_use]
#[rustfmt::skip]
pub fn capabilities(kind: Kind) -> Capabilities {
    use Encryption::{Independent, IndependentDisputed, OfResource};
    use Support::{Inferred, No, NoDisputed, Unlisted, Yes, YesDisputed};
    use cite::{DYNAMODB, EKS, ENCRYPTION, FEATURES, HISTORY, LAGV, LAGV_PRIMARY, QUOTAS, RDS, CLOUDFORMATION, CROSS_REGION};
    let row = |encryption, cross_region, cross_account, both_at_once, lagv, lagv_primary, cold_storage, pitr, cites| Capabilities {
        kind, encryption, cross_region, cross_account, both_at_once, lagv, lagv_primary, cold_storage, pitr, cites,
    };
    match kind {
        //                                encryption           cross_region  cross_account  both_at_once  lagv         primary      cold         pitr  (all as of 2026-09-24)
        Kind::Aurora             => row(OfResource,          Yes,          Yes,           Yes,          Yes,         Yes,         No,          Yes, &[FEATURES, ENCRYPTION, LAGV, HISTORY]),
        Kind::Rds                => row(OfResource,          Yes,          Yes,           Yes,          No,          No,          No,          Yes, &[FEATURES, ENCRYPTION, CROSS_REGION, RDS, HISTORY]),
        Kind::RdsMultiAzCluster  => row(OfResource,          NoDisputed,   NoDisputed,    NoDisputed,   No,          No,          No,          No,  &[FEATURES, RDS]),
        Kind::AuroraDsql         => row(Independent,         Yes,          Yes,           Inferred,     Yes,         Yes,         Yes,         No,  &[FEATURES]),
        Kind::DynamoDbBasic      => row(OfResource,          No,           No,            No,           No,          No,          No,          No,  &[FEATURES, ENCRYPTION, DYNAMODB]),
        Kind::DynamoDbAdvanced   => row(Independent,         Yes,          Yes,           Inferred,     Yes,         Yes,         Yes,         No,  &[FEATURES, ENCRYPTION, DYNAMODB]),
        Kind::Ebs                => row(OfResource,          Yes,          Yes,           Inferred,     Yes,         Yes,         Yes,         No,  &[FEATURES, ENCRYPTION, CROSS_REGION, LAGV, QUOTAS]),
        Kind::Ec2                => row(OfResource,          Yes,          Yes,           Inferred,     Yes,         Yes,         No,          No,  &[FEATURES, ENCRYPTION, LAGV]),
        Kind::Ec2Vss             => row(OfResource,          Yes,          Yes,           Inferred,     Yes,         Yes,         No,          No,  &[FEATURES]),
        Kind::Efs                => row(Independent,         Yes,          Yes,           Inferred,     Yes,         Yes,         Yes,         No,  &[FEATURES, ENCRYPTION, LAGV_PRIMARY]),
        Kind::Eks                => row(Independent,         Yes,          Yes,           Inferred,     Yes,         Yes,         No,          No,  &[FEATURES, EKS, HISTORY]),
        Kind::FsxLustre          => row(OfResource,          Yes,          Yes,           Inferred,     Yes,         Yes,         No,          No,  &[FEATURES, HISTORY, QUOTAS]),
        Kind::FsxWindows         => row(OfResource,          Yes,          Yes,           Inferred,     Yes,         Yes,         No,          No,  &[FEATURES, HISTORY, QUOTAS]),
        Kind::FsxOntap           => row(OfResource,          Yes,          Yes,           Inferred,     Yes,         Yes,         No,          No,  &[FEATURES, HISTORY]),
        Kind::FsxOpenZfs         => row(OfResource,          Yes,          Yes,           Inferred,     YesDisputed, YesDisputed, NoDisputed,  No,  &[FEATURES, HISTORY, QUOTAS]),
        Kind::StorageGateway     => row(OfResource,          Yes,          Yes,           Inferred,     Yes,         Yes,         No,          No,  &[FEATURES, ENCRYPTION, QUOTAS]),
        Kind::DocumentDb         => row(OfResource,          Yes,          Yes,           Yes,          Yes,         Yes,         No,          No,  &[FEATURES, ENCRYPTION, LAGV, HISTORY]),
        Kind::Neptune            => row(OfResource,          Yes,          Yes,           Yes,          Yes,         Yes,         No,          No,  &[FEATURES, ENCRYPTION, LAGV, HISTORY]),
        Kind::Redshift           => row(OfResource,          Unlisted,     Unlisted,      Unlisted,     Unlisted,    Unlisted,    Unlisted,    Unlisted, &[FEATURES, ENCRYPTION]),
        Kind::RedshiftServerless => row(OfResource,          No,           No,            No,           No,          No,          No,          No,  &[FEATURES, ENCRYPTION]),
        Kind::S3                 => row(Independent,         Yes,          Yes,           Inferred,     Yes,         Yes,         No,          Yes, &[FEATURES, ENCRYPTION, LAGV_PRIMARY]),
        Kind::SapHana            => row(Independent,         Yes,          Yes,           Inferred,     No,          No,          Yes,         Yes, &[FEATURES, HISTORY]),
        Kind::Timestream         => row(Independent,         Yes,          Yes,           Inferred,     Yes,         Yes,         Yes,         No,  &[FEATURES]),
        Kind::VirtualMachine     => row(Independent,         Yes,          Yes,           Inferred,     Yes,         Yes,         Yes,         No,  &[FEATURES, ENCRYPTION]),
        Kind::CloudFormation     => row(IndependentDisputed, Yes,          NoDisputed,    No,           No,          No,          Yes,         No,  &[FEATURES, ENCRYPTION, CLOUDFORMATION]),
    }
}

/// Whether backups of a kind can be copied to another account; those of a DynamoDB table can once the Region's settings say so.
#[must_use]
pub fn can_leave_its_account(kind: Kind) -> bool {
    kind == Kind::DynamoDbBasic || capabilities(kind).cross_account.is_supported()
}

/// Whether a rule's backup of a kind goes into the logically air-gapped vault that the rule names, and not through the standard
/// one first: that of a type which is encrypted with the vault's key.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html>.
#[must_use]
pub fn goes_into_air_gapped_vault_itself(kind: Kind) -> bool {
    let row = capabilities(kind);
    row.encryption.is_independent() && row.lagv_primary.is_supported()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table a second time, as marks: full management, cross-Region, cross-account, both in one action, LAGV,
    /// LAGV primary, cold storage, continuous. `y` and `n` as the page has them, `?` where no page says.
    #[rustfmt::skip]
    const EXPECTED: &[(&str, &str, &str)] = &[
        ("Aurora",                 "",                                               "nyyyyyny"),
        ("RDS",                    "DB instance (single-AZ or Multi-AZ instance)",   "nyyynnny"),
        ("RDS",                    "Multi-AZ DB cluster",                            "nnnnnnnn"),
        ("Aurora DSQL",            "",                                               "yyy?yyyn"),
        ("DynamoDB",               "without AWS Backup advanced features",           "nnnnnnnn"),
        ("DynamoDB",               "with AWS Backup advanced features",              "yyy?yyyn"),
        ("EBS",                    "",                                               "nyy?yyyn"),
        ("EC2",                    "",                                               "nyy?yynn"),
        ("EC2",                    "Windows VSS",                                    "nyy?yynn"),
        ("EFS",                    "",                                               "yyy?yyyn"),
        ("EKS",                    "",                                               "yyy?yynn"),
        ("FSx",                    "Lustre",                                         "nyy?yynn"),
        ("FSx",                    "Windows File Server",                            "nyy?yynn"),
        ("FSx",                    "NetApp ONTAP",                                   "nyy?yynn"),
        ("FSx",                    "OpenZFS",                                        "nyy?yynn"),
        ("Storage Gateway",        "",                                               "nyy?yynn"),
        ("DocumentDB",             "",                                               "nyyyyynn"),
        ("Neptune",                "",                                               "nyyyyynn"),
        ("Redshift",               "provisioned cluster",                            "nnnnnnnn"),
        ("Redshift Serverless",    "",                                               "nnnnnnnn"),
        ("S3",                     "",                                               "yyy?yyny"),
        ("SAP HANA on Amazon EC2", "",                                               "yyy?nnyy"),
        ("Timestream",             "",                                               "yyy?yyyn"),
        ("VirtualMachine",         "VMware",                                         "yyy?yyyn"),
        ("CloudFormation",         "",                                               "?ynnnnyn"),
    ];

    fn mark(support: Support) -> char {
        match support {
            Support::Inferred => '?',
            Support::Yes | Support::YesDisputed => 'y',
            Support::No | Support::NoDisputed | Support::Unlisted => 'n',
        }
    }

    #[test]
    fn the_table_says_what_the_pages_say() {
        assert_eq!(Kind::ALL.len(), EXPECTED.len());
        for (kind, (of, variant, marks)) in Kind::ALL.iter().zip(EXPECTED) {
            let row = capabilities(*kind);
            let managed = match row.encryption {
                Encryption::Independent => 'y',
                Encryption::OfResource => 'n',
                Encryption::IndependentDisputed => '?',
            };
            let found: String = std::iter::once(managed)
                .chain(
                    [
                        row.cross_region,
                        row.cross_account,
                        row.both_at_once,
                        row.lagv,
                        row.lagv_primary,
                        row.cold_storage,
                        row.pitr,
                    ]
                    .map(mark),
                )
                .collect();
            assert_eq!(
                (
                    kind.resource_type().as_str(),
                    kind.variant().unwrap_or(""),
                    found.as_str()
                ),
                (*of, *variant, *marks)
            );
        }
    }

    #[test]
    fn every_row_is_its_own_and_cites_a_page() {
        for kind in Kind::ALL {
            assert_eq!(capabilities(*kind).kind, *kind);
            assert!(
                capabilities(*kind).cites.contains(&cite::FEATURES),
                "{kind:?}"
            );
        }
    }

    #[test]
    fn four_kinds_cannot_be_copied_at_all() {
        let found: Vec<_> = Kind::ALL
            .iter()
            .filter(|kind| !capabilities(**kind).is_copyable())
            .collect();
        assert_eq!(
            found,
            [
                &Kind::RdsMultiAzCluster,
                &Kind::DynamoDbBasic,
                &Kind::Redshift,
                &Kind::RedshiftServerless
            ]
        );
    }
}
