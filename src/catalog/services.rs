//! In which Regions AWS Backup supports a service: the last table of AWS's feature availability page.

use super::Kind;
use super::regions::partition;
use crate::known::Region;

/// The state of the table that was read, with the additions of the document history up to 2026-07-30.
pub const AS_OF: &str = "2026-07-30";

/// In which Regions AWS Backup supports a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supported {
    /// Wherever the service is.
    WhereverItIs,
    /// Wherever the service is, but for these Regions, or those of these partitions.
    AllBut(&'static [&'static str]),
    /// In these Regions only.
    Only(&'static [&'static str]),
    /// In the first Regions, not in the second; of the others the mark was not read.
    Partly(&'static [&'static str], &'static [&'static str]),
}

/// Whether a Region has a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It has, or the kind is supported wherever its service is.
    Yes,
    /// It has none.
    No,
    /// The mark was not read.
    NotRead,
}

/// Where the Regions of each service are, in AWS's table and in the endpoints of each service.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html#supported-services-by-region>,
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/doc-history.html> and
/// <https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html>.
#[must_use]
#[rustfmt::skip]
pub fn supported(kind: Kind) -> Supported {
    use Supported::{AllBut, Only, Partly, WhereverItIs};
    match kind {
        //                                                                                                (all as of AS_OF)
        Kind::Aurora
        | Kind::Rds
        | Kind::RdsMultiAzCluster
        | Kind::DynamoDbBasic
        | Kind::DynamoDbAdvanced
        | Kind::Ebs
        | Kind::Ec2
        | Kind::Ec2Vss
        | Kind::Efs
        | Kind::Redshift
        | Kind::RedshiftServerless
        | Kind::CloudFormation
        | Kind::S3
        | Kind::StorageGateway
        | Kind::FsxLustre
        | Kind::FsxWindows     => WhereverItIs,
        Kind::FsxOntap         => AllBut(&["ap-southeast-6", "aws-cn"]),
        Kind::FsxOpenZfs       => AllBut(&["ap-southeast-4", "ap-southeast-6", "aws-cn", "aws-us-gov"]),
        Kind::Eks              => AllBut(&["aws-cn"]),
        Kind::AuroraDsql       => Partly(DSQL,       &["us-west-1"]),
        Kind::DocumentDb       => Partly(DOCUMENTDB, &[]),
        Kind::Neptune          => Partly(NEPTUNE,    &[]),
        Kind::SapHana          => Partly(SAP_HANA,   NO_SAP),
        Kind::Timestream       => Only(TIMESTREAM),
        Kind::VirtualMachine   => Only(VMWARE),
    }
}

#[rustfmt::skip]
const DSQL: &[&str] = &[
    "us-east-1",      "us-east-2",      "us-west-2",      "ca-central-1",   "ca-west-1",      "eu-central-1",
    "eu-north-1",     "eu-south-2",     "eu-west-1",      "eu-west-2",      "eu-west-3",      "ap-northeast-1",
    "ap-northeast-2", "ap-south-1",     "ap-southeast-1", "ap-southeast-2", "ap-southeast-4",
];

#[rustfmt::skip]
const DOCUMENTDB: &[&str] = &[
    "us-east-1",      "us-east-2",      "us-west-2",      "ca-central-1",   "eu-central-1",   "eu-west-1",
    "eu-west-2",      "eu-west-3",      "ap-northeast-1", "ap-northeast-2", "ap-south-1",     "ap-southeast-1",
    "ap-southeast-2", "cn-north-1",     "cn-northwest-1", "us-gov-west-1",
];

#[rustfmt::skip]
const NEPTUNE: &[&str] = &[
    "us-east-1",      "us-east-2",      "us-west-2",      "ca-central-1",   "eu-central-1",   "eu-west-1",
    "eu-west-2",      "eu-west-3",      "ap-northeast-1", "ap-northeast-2", "ap-south-1",     "ap-southeast-1",
    "ap-southeast-2", "cn-north-1",     "cn-northwest-1", "us-gov-west-1",  "af-south-1",     "ap-east-1",
    "ap-southeast-3", "il-central-1",   "me-central-1",   "me-south-1",
];

#[rustfmt::skip]
const SAP_HANA: &[&str] = &[
    "us-east-1",      "us-east-2",      "us-west-2",      "ca-central-1",   "eu-central-1",   "eu-west-1",
    "eu-west-2",      "eu-west-3",      "ap-northeast-1", "ap-northeast-2", "ap-south-1",     "ap-southeast-1",
    "ap-southeast-2",
];

/// Where AWS Systems Manager for SAP has no endpoint.
#[rustfmt::skip]
const NO_SAP: &[&str] = &[
    "ap-east-2",      "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1",      "mx-central-1",
    "aws-cn",         "aws-us-gov",     "aws-eusc",
];

#[rustfmt::skip]
const TIMESTREAM: &[&str] = &[
    "us-east-1",      "us-east-2",      "us-west-2",      "eu-central-1",   "eu-west-1",      "ap-northeast-1",
    "ap-south-1",     "ap-southeast-2", "us-gov-west-1",
];

/// Where Backup gateway has an endpoint.
#[rustfmt::skip]
const VMWARE: &[&str] = &[
    "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2",      "ca-central-1",   "sa-east-1",
    "eu-central-1",   "eu-north-1",     "eu-south-1",     "eu-west-1",      "eu-west-2",      "eu-west-3",
    "ap-east-1",      "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",     "ap-southeast-1",
    "ap-southeast-2", "af-south-1",     "me-south-1",     "us-gov-east-1",  "us-gov-west-1",
];

impl Supported {
    /// Whether a Region has a mark.
    #[must_use]
    pub fn mark(self, region: &Region) -> Mark {
        let named =
            |list: &[&str]| list.contains(&region.as_str()) || list.contains(&partition(region));
        match self {
            Self::WhereverItIs => Mark::Yes,
            Self::AllBut(regions) => Mark::when(!named(regions)),
            Self::Only(regions) => Mark::when(named(regions)),
            Self::Partly(_, no) if named(no) => Mark::No,
            Self::Partly(yes, _) if named(yes) => Mark::Yes,
            Self::Partly(..) => Mark::NotRead,
        }
    }

    /// The Regions, in words.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::WhereverItIs => "wherever the service is".to_owned(),
            Self::AllBut(no) => format!("wherever the service is, but not {}", no.join(", ")),
            Self::Only(yes) => format!("only {}", yes.join(", ")),
            Self::Partly(yes, []) => format!("{}; others were not read", yes.join(", ")),
            Self::Partly(yes, no) => {
                format!(
                    "{}; not {}; others were not read",
                    yes.join(", "),
                    no.join(", ")
                )
            }
        }
    }
}

impl Mark {
    const fn when(marked: bool) -> Self {
        if marked { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_marked_or_not_or_its_mark_was_not_read() {
        for (kind, region, expected) in [
            (Kind::Timestream, "eu-west-2", Mark::No),
            (Kind::Timestream, "eu-west-1", Mark::Yes),
            (Kind::AuroraDsql, "us-west-1", Mark::No),
            (Kind::AuroraDsql, "sa-east-1", Mark::NotRead),
            (Kind::VirtualMachine, "ap-southeast-4", Mark::No),
            (Kind::Eks, "cn-north-1", Mark::No),
            (Kind::Eks, "ap-southeast-7", Mark::Yes),
            (Kind::FsxOpenZfs, "ap-southeast-6", Mark::No),
            (Kind::SapHana, "us-gov-west-1", Mark::No),
            (Kind::DocumentDb, "us-west-1", Mark::NotRead),
            (Kind::Neptune, "me-south-1", Mark::Yes),
            (Kind::Ebs, "mx-central-1", Mark::Yes),
        ] {
            assert_eq!(
                supported(kind).mark(&Region::new(region)),
                expected,
                "{kind:?} {region}"
            );
        }
    }

    #[test]
    fn a_list_names_a_region_once() {
        for list in [
            DSQL, DOCUMENTDB, NEPTUNE, SAP_HANA, NO_SAP, TIMESTREAM, VMWARE,
        ] {
            let mut sorted = list.to_vec();
            sorted.sort_unstable();
            sorted.dedup();
            assert_eq!(sorted.len(), list.len(), "{list:?}");
        }
        assert!(SAP_HANA.iter().all(|name| !NO_SAP.contains(name)));
    }
}
