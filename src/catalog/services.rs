//! In which Regions AWS Backup supports a service: the last table of AWS's feature availability page.

use schemars::JsonSchema;
use serde::Serialize;

use super::Kind;
use super::regions::{self, partition};
use crate::known::Region;

/// The state of the table that was read, with the additions of the document history up to 2026-07-30.
pub const AS_OF: &str = "2026-07-30";

/// The page that has the table.
pub const PAGE: &str = "https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html#supported-services-by-region";

/// In which Regions AWS Backup supports a kind. A name is that of a Region, or of a partition for all of its Regions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supported {
    /// Wherever the service is.
    WhereverItIs,
    /// Wherever the service is, but not in the first; of the second the mark was not read.
    AllBut(&'static [&'static str], &'static [&'static str]),
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
/// See [`PAGE`], <https://docs.aws.amazon.com/aws-backup/latest/devguide/doc-history.html> and
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
        | Kind::S3             => WhereverItIs,
        Kind::StorageGateway   => AllBut(&[],                                                    NEWEST),
        Kind::FsxLustre
        | Kind::FsxWindows     => AllBut(&[],                                                    NEWEST),
        Kind::FsxOntap         => AllBut(&["ap-southeast-6", "aws-cn"],                          NEWEST),
        Kind::FsxOpenZfs       => AllBut(&["ap-southeast-4", "ap-southeast-6", "aws-cn", "aws-us-gov"], NEWEST),
        Kind::Eks              => AllBut(&["aws-cn"],                                            &["aws-eusc"]),
        Kind::AuroraDsql       => Partly(DSQL,       &["us-west-1"]),
        Kind::DocumentDb       => Partly(DOCUMENTDB, &[]),
        Kind::Neptune          => Partly(NEPTUNE,    &[]),
        Kind::SapHana          => Partly(SAP_HANA,   NO_SAP),
        Kind::Timestream       => Only(TIMESTREAM),
        Kind::VirtualMachine   => Partly(VMWARE,     &["ap-southeast-4"]),
    }
}

/// Taipei, Malaysia, New Zealand, Thailand, Calgary, Mexico and the sovereign cloud: each had one or two marks, and which
/// was not read. That Storage Gateway or FSx are among them is not known.
#[rustfmt::skip]
const NEWEST: &[&str] = &[
    "ap-east-2",      "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1",      "mx-central-1",
    "aws-eusc",
];

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
            Self::AllBut(no, _) | Self::Partly(_, no) if named(no) => Mark::No,
            Self::AllBut(_, unread) if named(unread) => Mark::NotRead,
            Self::AllBut(..) => Mark::Yes,
            Self::Only(regions) => Mark::when(named(regions)),
            Self::Partly(yes, _) if named(yes) => Mark::Yes,
            Self::Partly(..) => Mark::NotRead,
        }
    }

    /// The Regions, in words.
    #[must_use]
    pub fn in_words(self) -> String {
        let (yes, no, unread) = match self {
            Self::WhereverItIs => return "wherever the service is".to_owned(),
            Self::AllBut(no, unread) => ("wherever the service is".to_owned(), no, unread),
            Self::Only(yes) => return format!("only {}", yes.join(", ")),
            Self::Partly(yes, no) => (yes.join(", "), no, &["others"][..]),
        };
        let unread: Vec<&str> = unread
            .iter()
            .copied()
            .filter(|it| !no.contains(it))
            .collect();
        let mut all = yes;
        if !no.is_empty() {
            all.push_str(&format!("; not {}", no.join(", ")));
        }
        if !unread.is_empty() {
            all.push_str(&format!("; not known of {}", unread.join(", ")));
        }
        all
    }
}

/// What is said of a kind in the Regions that are known by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InRegions {
    /// All of it, in words.
    pub in_words: String,
    /// The Regions that have a mark. Where a kind is supported wherever its service is, the service may still be missing.
    pub marked: Vec<String>,
    /// Those that have none.
    pub not_marked: Vec<String>,
    /// Those of which it is not known.
    pub not_known: Vec<String>,
    /// The page that says so.
    pub source: &'static str,
    /// The state of that page that was read.
    pub as_of: &'static str,
}

/// What is said of a kind in the Regions that are known by name.
#[must_use]
pub fn in_regions(kind: Kind) -> InRegions {
    let supported = supported(kind);
    let all: Vec<Region> = regions::named().collect();
    let with = |mark: Mark| {
        let those = all.iter().filter(|region| supported.mark(region) == mark);
        those.map(ToString::to_string).collect()
    };
    InRegions {
        in_words: supported.in_words(),
        marked: with(Mark::Yes),
        not_marked: with(Mark::No),
        not_known: with(Mark::NotRead),
        source: PAGE,
        as_of: AS_OF,
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
            (Kind::FsxOpenZfs, "ca-west-1", Mark::NotRead),
            (Kind::FsxWindows, "mx-central-1", Mark::NotRead),
            (Kind::StorageGateway, "ap-east-2", Mark::NotRead),
            (Kind::VirtualMachine, "me-central-1", Mark::NotRead),
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

    /// How many marks a Region's row had in the page's state of spring 2026, with ten columns: Aurora DSQL, Amazon FSx, SAP
    /// HANA, S3, Storage Gateway, Timestream, VMware, EKS, Neptune and DocumentDB. Which they were is known only where all
    /// ten are there.
    #[rustfmt::skip]
    const MARKS: &[(&str, usize)] = &[
        ("us-east-1",      10), ("us-east-2",      10), ("us-west-1",       7), ("us-west-2",      10),
        ("af-south-1",      7), ("ap-east-1",       7), ("ap-south-2",      5), ("ap-southeast-3",  5),
        ("ap-southeast-5",  2), ("ap-southeast-4",  4), ("ap-south-1",      9), ("ap-southeast-6",  2),
        ("ap-northeast-3",  8), ("ap-northeast-2",  9), ("ap-southeast-1",  8), ("ap-southeast-2",  9),
        ("ap-east-2",       2), ("ap-southeast-7",  2), ("ap-northeast-1", 10), ("ca-central-1",    8),
        ("ca-west-1",       2), ("cn-north-1",      5), ("cn-northwest-1",  5), ("eu-central-1",   10),
        ("eu-west-1",      10), ("eu-west-2",       9), ("eu-south-1",      7), ("eu-west-3",       9),
        ("eu-south-2",      4), ("eu-north-1",      7), ("eu-central-2",    4), ("il-central-1",    5),
        ("mx-central-1",    2), ("me-south-1",      7), ("me-central-1",    6), ("sa-east-1",       6),
        ("us-gov-west-1",   8), ("us-gov-east-1",   6),
    ];

    /// The Regions that Aurora DSQL came to after that state, by the document history.
    #[rustfmt::skip]
    const DSQL_SINCE: &[&str] = &[
        "ca-central-1",   "ca-west-1",      "eu-north-1",     "eu-south-2",     "ap-south-1",     "ap-southeast-1",
        "ap-southeast-2", "ap-southeast-4",
    ];

    #[test]
    fn no_region_has_more_marks_than_the_page_has_nor_fewer() {
        const COLUMNS: &[Kind] = &[
            Kind::FsxWindows,
            Kind::SapHana,
            Kind::S3,
            Kind::StorageGateway,
            Kind::Timestream,
            Kind::VirtualMachine,
            Kind::Eks,
            Kind::Neptune,
            Kind::DocumentDb,
        ];
        for (name, marks) in MARKS {
            let region = Region::new(name);
            let mut found: Vec<Mark> = COLUMNS
                .iter()
                .map(|kind| supported(*kind).mark(&region))
                .collect();
            if !DSQL_SINCE.contains(name) {
                found.push(supported(Kind::AuroraDsql).mark(&region));
            }
            let sure = found.iter().filter(|mark| **mark == Mark::Yes).count();
            let open = found.iter().filter(|mark| **mark == Mark::NotRead).count();
            assert!(
                (sure..=sure + open).contains(marks),
                "{name}: {marks} marks on the page, {sure} said and {open} open"
            );
        }
    }

    #[test]
    fn what_is_said_of_a_kind_has_each_region_once() {
        for kind in Kind::ALL {
            let said = in_regions(*kind);
            let all = said.marked.len() + said.not_marked.len() + said.not_known.len();
            assert_eq!(all, regions::named().count(), "{kind:?}");
        }
        let said = in_regions(Kind::FsxOpenZfs);
        assert_eq!(
            said.not_marked,
            [
                "ap-southeast-4",
                "ap-southeast-6",
                "cn-north-1",
                "cn-northwest-1",
                "us-gov-east-1",
                "us-gov-west-1",
            ]
        );
        assert!(said.in_words.contains("not known of ap-east-2"), "{said:?}");
    }
}
