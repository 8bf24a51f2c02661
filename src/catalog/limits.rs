//! The Regions in which a kind lacks what it has elsewhere: the footnotes of AWS's feature table.

use super::Kind;
use super::regions::is_opt_in;
use crate::known::Region;

/// In which Regions something works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// In all that have the service.
    Everywhere,
    /// In all but these.
    Except(&'static [&'static str]),
    /// In all that are enabled by default, and in these opt-in Regions.
    OptInOnly(&'static [&'static str]),
}

impl Where {
    /// Whether the Region is one in which it works.
    pub(super) fn includes(self, region: &Region) -> bool {
        match self {
            Self::Everywhere => true,
            Self::Except(regions) => !regions.contains(&region.as_str()),
            Self::OptInOnly(regions) => !is_opt_in(region) || regions.contains(&region.as_str()),
        }
    }
}

/// Where a kind can be copied, if it can at all.
pub(super) struct Limits {
    pub(super) any_copy: Where,
    pub(super) cross_region: Where,
    pub(super) cross_account: Where,
    pub(super) lagv: Where,
}

const BAHRAIN_AND_UAE: Where = Where::Except(&["me-south-1", "me-central-1"]);
const JAKARTA: Where = Where::Except(&["ap-southeast-3"]);
const NEW_ZEALAND_AND_CHINA: Where =
    Where::Except(&["ap-southeast-6", "cn-north-1", "cn-northwest-1"]);
const NO_OPT_IN: Where = Where::OptInOnly(&[]);
const NEPTUNE: Where = Where::OptInOnly(&[
    "af-south-1",
    "ap-east-1",
    "ap-southeast-3",
    "il-central-1",
    "me-south-1",
    "me-central-1",
]);

/// The limits of a kind.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html>. DocumentDB's limit
/// in opt-in Regions fell on 2026-08-26.
#[rustfmt::skip]
pub(super) fn limits(kind: Kind) -> Limits {
    use Where::Everywhere;
    let row = |any_copy, cross_region, cross_account, lagv| Limits { any_copy, cross_region, cross_account, lagv };
    match kind {
        //                        any copy               cross_region     cross_account  lagv  (all as of 2026-09-24)
        Kind::CloudFormation
        | Kind::Timestream => row(Everywhere,            Everywhere,      NO_OPT_IN,     Everywhere),
        Kind::Neptune      => row(Everywhere,            NEPTUNE,         NO_OPT_IN,     JAKARTA),
        Kind::Eks          => row(Everywhere,            Everywhere,      Everywhere,    BAHRAIN_AND_UAE),
        Kind::FsxOntap     => row(NEW_ZEALAND_AND_CHINA, BAHRAIN_AND_UAE, Everywhere,    Everywhere),
        Kind::FsxLustre
        | Kind::FsxWindows
        | Kind::FsxOpenZfs => row(Everywhere,            BAHRAIN_AND_UAE, Everywhere,    Everywhere),
        Kind::Aurora
        | Kind::Rds
        | Kind::RdsMultiAzCluster
        | Kind::AuroraDsql
        | Kind::DynamoDbBasic
        | Kind::DynamoDbAdvanced
        | Kind::Ebs
        | Kind::Ec2
        | Kind::Ec2Vss
        | Kind::Efs
        | Kind::StorageGateway
        | Kind::DocumentDb
        | Kind::Redshift
        | Kind::RedshiftServerless
        | Kind::S3
        | Kind::SapHana
        | Kind::VirtualMachine => row(Everywhere,        Everywhere,      Everywhere,    Everywhere),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_to_some_opt_in_regions_leaves_those_enabled_by_default_alone() {
        let includes = |place: Where, name: &str| place.includes(&Region::new(name));
        assert!(includes(NEPTUNE, "us-east-1"));
        assert!(includes(NEPTUNE, "af-south-1"));
        assert!(!includes(NEPTUNE, "eu-south-1"));
        assert!(!includes(NO_OPT_IN, "af-south-1"));
        assert!(includes(BAHRAIN_AND_UAE, "af-south-1"));
        assert!(!includes(BAHRAIN_AND_UAE, "me-south-1"));
    }
}
