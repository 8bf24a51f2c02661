//! Whether a kind of resource can take a route: from one Region to another, to another account, into a logically
//! air-gapped vault.

use schemars::JsonSchema;
use serde::Serialize;
use smol_str::SmolStr;

use super::Kind;
use super::capability::{Capabilities, Support, capabilities};
use super::cite::{self, Cite};
use super::crossing::Crossing;
use super::limits::{Where, limits};
use super::regions::{LagvRegion, lagv_available, partition};
use crate::known::Region;

/// What a route needs of a kind or of a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Capability {
    /// A copy of any sort.
    AnyCopy,
    /// A copy to another Region.
    CrossRegion,
    /// A copy to another account.
    CrossAccount,
    /// A copy to another account and Region in one copy job.
    BothAtOnce,
    /// A copy into a logically air-gapped vault.
    AirGappedVault,
}

/// Whether a kind can take a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteAnswer {
    /// It can.
    Supported {
        /// True where no page states it, or pages disagree.
        inferred: bool,
        /// What else there is to know, such as why it is only inferred.
        note: Option<SmolStr>,
        /// The page.
        cite: Cite,
    },
    /// It cannot.
    Unsupported {
        /// What is missing.
        capability: Capability,
        /// Why, in words that can end a sentence.
        reason: SmolStr,
        /// The page.
        cite: Cite,
    },
}

impl RouteAnswer {
    /// Whether the route can be taken.
    #[must_use]
    pub fn is_supported(&self) -> bool {
        match self {
            Self::Supported { .. } => true,
            Self::Unsupported { .. } => false,
        }
    }
}

/// A limit found on the way, or a doubt.
enum Finding {
    Limit(Capability, String, Cite),
    Doubt(String, Cite),
}

/// The route that is asked about.
struct Route<'a> {
    kind: Kind,
    row: Capabilities,
    crossing: &'a Crossing,
    into_lagv: bool,
}

/// Whether a kind can be copied from one Region or account to another, into a logically air-gapped vault or not.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html>.
#[must_use]
pub fn route(kind: Kind, crossing: &Crossing, into_lagv: bool) -> RouteAnswer {
    let route = Route {
        kind,
        row: capabilities(kind),
        crossing,
        into_lagv,
    };
    let mut notes = Vec::new();
    let mut doubted = None;
    let findings = route
        .marks()
        .into_iter()
        .chain(route.partition_limits())
        .chain(route.regional_limits())
        .chain(route.guides_of_fsx())
        .chain(route.lagv_limits());
    for finding in findings {
        match finding {
            Finding::Limit(capability, reason, cite) => {
                return RouteAnswer::Unsupported {
                    capability,
                    reason: reason.into(),
                    cite,
                };
            }
            Finding::Doubt(note, cite) => {
                doubted.get_or_insert(cite);
                notes.push(note);
            }
        }
    }
    RouteAnswer::Supported {
        inferred: doubted.is_some(),
        note: (!notes.is_empty()).then(|| notes.join("; ").into()),
        cite: doubted.unwrap_or(cite::FEATURES),
    }
}

impl Route<'_> {
    /// What the feature table's row of the kind says.
    fn marks(&self) -> Vec<Finding> {
        let row = &self.row;
        if !row.is_copyable() {
            return vec![Finding::Limit(
                Capability::AnyCopy,
                format!(
                    "a backup of {} cannot be copied at all, not even within its account and Region",
                    self.name()
                ),
                no_copy_cite(self.kind),
            )];
        }
        let both = self.crossing.is_cross_region() && self.crossing.cross_account;
        [
            (
                self.crossing.is_cross_region(),
                row.cross_region,
                Capability::CrossRegion,
                "be copied to another Region",
            ),
            (
                self.crossing.cross_account,
                row.cross_account,
                Capability::CrossAccount,
                "be copied to another account",
            ),
            (
                both,
                row.both_at_once,
                Capability::BothAtOnce,
                "be copied to another account and Region in one copy job",
            ),
            (
                self.into_lagv,
                row.lagv,
                Capability::AirGappedVault,
                "be copied into a logically air-gapped vault",
            ),
        ]
        .into_iter()
        .filter(|(asked, ..)| *asked)
        .filter_map(|(_, support, capability, what)| self.mark(support, capability, what))
        .collect()
    }

    fn mark(&self, support: Support, capability: Capability, what: &str) -> Option<Finding> {
        let name = self.name();
        match support {
            Support::Yes => None,
            Support::Inferred => Some(Finding::Doubt(
                format!(
                    "no AWS page states that a backup of {name} can {what}; that it can is inferred, as AWS named \
                     only RDS, Aurora, DocumentDB and Neptune among those that could not before 2025-10-23"
                ),
                cite::KC_CROSS_ACCOUNT,
            )),
            Support::YesDisputed => Some(Finding::Doubt(
                format!(
                    "AWS's pages disagree whether a backup of {name} can {what}: the feature table has no mark, the \
                     document history of 2025-03-12 and the quotas say that it can"
                ),
                cite::HISTORY,
            )),
            Support::No | Support::NoDisputed | Support::Unlisted => Some(Finding::Limit(
                capability,
                format!("a backup of {name} cannot {what}"),
                cite::FEATURES,
            )),
        }
    }

    /// What holds for every kind in a partition of its own.
    fn partition_limits(&self) -> Vec<Finding> {
        let (from, to) = (partition(&self.crossing.from), partition(&self.crossing.to));
        let mut found = Vec::new();
        if from != to {
            found.push(Finding::Limit(
                Capability::CrossRegion,
                format!(
                    "{} is in the partition `{from}` and {} in `{to}`: nothing is copied from one to the other",
                    self.crossing.from, self.crossing.to
                ),
                cite::FEATURES,
            ));
        }
        match to {
            "aws" | "aws-us-gov" => {}
            "aws-cn" => {
                if self.crossing.cross_account && self.kind == Kind::S3 {
                    found.push(Finding::Limit(
                        Capability::CrossAccount,
                        "a backup of an S3 bucket cannot be copied to another account in the China Regions: the page \
                         that opened them to such copies on 2026-08-27 excepts S3"
                            .to_owned(),
                        cite::FEATURES,
                    ));
                }
                if self.crossing.is_cross_region() && matches!(self.kind, Kind::Rds | Kind::Aurora)
                {
                    found.push(Finding::Doubt(
                        "AWS's pages disagree whether snapshots are copied between the China Regions: AWS Backup's table \
                         has a mark, the guides of RDS and Aurora say that they are not"
                            .to_owned(),
                        cite::RDS_COPY,
                    ));
                }
            }
            "aws-eusc" => found.push(Finding::Limit(
                Capability::AnyCopy,
                format!(
                    "AWS's table marks no copies in the European Sovereign Cloud, and {} is in it",
                    self.crossing.to
                ),
                cite::FEATURES,
            )),
            other => {
                if self.crossing.is_cross_region() || self.crossing.cross_account {
                    found.push(Finding::Doubt(
                        format!("AWS's public pages do not cover the partition `{other}`"),
                        cite::FEATURES,
                    ));
                }
            }
        }
        found
    }

    /// What holds for a kind in some Regions.
    fn regional_limits(&self) -> Vec<Finding> {
        let limits = limits(self.kind);
        [
            (
                true,
                limits.any_copy,
                Capability::AnyCopy,
                "be copied at all in",
            ),
            (
                self.crossing.is_cross_region(),
                limits.cross_region,
                Capability::CrossRegion,
                "be copied to or from",
            ),
            (
                self.crossing.cross_account,
                limits.cross_account,
                Capability::CrossAccount,
                "be copied to another account in",
            ),
        ]
        .into_iter()
        .filter(|(asked, ..)| *asked)
        .filter_map(|(_, place, capability, what)| {
            let end = self.ends().find(|end| !place.includes(end))?;
            let opt_in = match place {
                Where::OptInOnly(_) => "the opt-in Region ",
                Where::Everywhere | Where::Except(_) => "",
            };
            Some(Finding::Limit(
                capability,
                format!("a backup of {} cannot {what} {opt_in}{end}", self.name()),
                cite::FEATURES,
            ))
        })
        .collect()
    }

    /// What the guides of FSx said of opt-in Regions until 2025, where a newer state of the guide leaves it out: that of FSx for Windows
    /// still has it.
    fn guides_of_fsx(&self) -> Option<Finding> {
        let guides = [
            (Kind::FsxLustre, cite::FSX_LUSTRE_COPY),
            (Kind::FsxOpenZfs, cite::FSX_OPENZFS_COPY),
        ];
        let (_, cite) = guides.into_iter().find(|(kind, _)| *kind == self.kind)?;
        let end = self.crossing.opt_in_end()?;
        Some(Finding::Doubt(
            format!(
                "AWS's pages disagree whether a backup of {} is copied to another Region to or from the opt-in Region {end}: \
                 AWS Backup's table excepts Bahrain and UAE alone, and until 2025 the guide of the file system said that it is not",
                self.name()
            ),
            cite,
        ))
    }

    /// Where logically air-gapped vaults are, and for which kinds.
    fn lagv_limits(&self) -> Vec<Finding> {
        if !self.into_lagv {
            return Vec::new();
        }
        let to = &self.crossing.to;
        let mut found = Vec::new();
        match lagv_available(to) {
            LagvRegion::Available => {}
            LagvRegion::Unavailable => found.push(Finding::Limit(
                Capability::AirGappedVault,
                format!("logically air-gapped vaults are not available in {to}"),
                cite::LAGV,
            )),
            LagvRegion::WithinRegionOnly if self.crossing.is_cross_region() || self.crossing.cross_account => {
                found.push(Finding::Limit(
                    Capability::AirGappedVault,
                    format!(
                        "a logically air-gapped vault in {to} does not accept copies from another account or Region"
                    ),
                    cite::LAGV,
                ));
            }
            LagvRegion::WithinRegionOnly => found.push(Finding::Doubt(
                format!(
                    "AWS's pages disagree whether logically air-gapped vaults are available in {to}: the table says \
                     so, its footnote does not"
                ),
                cite::FEATURES,
            )),
            LagvRegion::Unlisted => found.push(Finding::Doubt(
                format!(
                    "{to} is newer than the pages read ({}), whose list of Regions without logically air-gapped \
                     vaults does not have it",
                    cite::AS_OF
                ),
                cite::LAGV,
            )),
        }
        let place = limits(self.kind).lagv;
        if !place.includes(to) {
            found.push(Finding::Limit(
                Capability::AirGappedVault,
                format!(
                    "a backup of {} cannot be copied into a logically air-gapped vault in {to}",
                    self.name()
                ),
                cite::FEATURES,
            ));
        } else if !place.includes(&self.crossing.from) {
            found.push(Finding::Doubt(
                format!(
                    "AWS's table does not mark {} for logically air-gapped vaults in {}, where the copy comes from",
                    self.name(),
                    self.crossing.from
                ),
                cite::FEATURES,
            ));
        }
        found
    }

    /// The Regions at the two ends, once where they are the same.
    fn ends(&self) -> impl Iterator<Item = &Region> {
        std::iter::once(&self.crossing.from)
            .chain(Some(&self.crossing.to).filter(|_| self.crossing.is_cross_region()))
    }

    fn name(&self) -> String {
        self.kind.with_article()
    }
}

fn no_copy_cite(kind: Kind) -> Cite {
    if kind == Kind::RdsMultiAzCluster {
        cite::RDS
    } else {
        cite::FEATURES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crossing(from: &str, to: &str, cross_account: bool) -> Crossing {
        let (from, to) = (Region::new(from), Region::new(to));
        Crossing {
            from,
            to,
            cross_account,
        }
    }

    fn answer(kind: Kind, from: &str, to: &str, flags: &str) -> String {
        let crossing = crossing(from, to, flags.contains("account"));
        let answer = route(kind, &crossing, flags.contains("lagv"));
        match answer {
            RouteAnswer::Supported {
                inferred: false, ..
            } => "yes".to_owned(),
            RouteAnswer::Supported { inferred: true, .. } => "inferred".to_owned(),
            RouteAnswer::Unsupported { capability, .. } => format!("{capability:?}"),
        }
    }

    #[test]
    fn each_documented_limit_stops_its_route() {
        #[rustfmt::skip]
        let rows = [
            // no copy at all, wherever to
            (Kind::DynamoDbBasic,      "us-east-1",      "us-east-1",      "",             "AnyCopy"),
            (Kind::Redshift,           "us-east-1",      "us-west-2",      "",             "AnyCopy"),
            (Kind::RedshiftServerless, "us-east-1",      "us-east-1",      "account",      "AnyCopy"),
            (Kind::RdsMultiAzCluster,  "us-east-1",      "us-east-1",      "",             "AnyCopy"),
            // the plain marks
            (Kind::Rds,                "us-east-1",      "us-west-2",      "account",      "yes"),
            (Kind::Rds,                "us-east-1",      "us-east-1",      "lagv",         "AirGappedVault"),
            (Kind::Aurora,             "us-east-1",      "us-west-2",      "account lagv", "yes"),
            (Kind::Ebs,                "us-east-1",      "us-west-2",      "account",      "inferred"),
            (Kind::Ebs,                "us-east-1",      "us-west-2",      "",             "yes"),
            (Kind::Ebs,                "us-east-1",      "us-east-1",      "account",      "yes"),
            (Kind::SapHana,            "us-east-1",      "us-east-1",      "lagv",         "AirGappedVault"),
            (Kind::CloudFormation,     "us-east-1",      "us-west-2",      "",             "yes"),
            (Kind::CloudFormation,     "us-east-1",      "us-east-1",      "",             "yes"),
            (Kind::CloudFormation,     "us-east-1",      "us-east-1",      "account",      "CrossAccount"),
            (Kind::FsxOpenZfs,         "us-east-1",      "us-east-1",      "lagv",         "inferred"),
            (Kind::FsxOpenZfs,         "us-east-1",      "eu-south-1",     "",             "inferred"),
            (Kind::FsxLustre,          "af-south-1",     "us-east-1",      "account",      "inferred"),
            (Kind::FsxLustre,          "af-south-1",     "af-south-1",     "account",      "yes"),
            (Kind::FsxLustre,          "us-east-1",      "eu-west-1",      "",             "yes"),
            // opt-in Regions
            (Kind::Timestream,         "us-east-1",      "eu-south-1",     "account",      "CrossAccount"),
            (Kind::Timestream,         "us-east-1",      "eu-south-1",     "",             "yes"),
            (Kind::Neptune,            "ap-east-1",      "ap-east-1",      "account",      "CrossAccount"),
            (Kind::Neptune,            "us-east-1",      "ap-east-1",      "",             "yes"),
            (Kind::Neptune,            "us-east-1",      "eu-south-1",     "",             "CrossRegion"),
            (Kind::Neptune,            "eu-central-2",   "us-east-1",      "",             "CrossRegion"),
            (Kind::DocumentDb,         "us-east-1",      "eu-south-1",     "account",      "yes"),
            // FSx
            (Kind::FsxLustre,          "us-east-1",      "me-south-1",     "",             "CrossRegion"),
            (Kind::FsxWindows,         "me-central-1",   "us-east-1",      "",             "CrossRegion"),
            (Kind::FsxWindows,         "me-central-1",   "me-central-1",   "",             "yes"),
            (Kind::FsxOntap,           "us-east-1",      "ap-southeast-6", "",             "AnyCopy"),
            (Kind::FsxOntap,           "cn-north-1",     "cn-northwest-1", "",             "AnyCopy"),
            // partitions
            (Kind::Efs,                "cn-north-1",     "cn-northwest-1", "",             "yes"),
            (Kind::Efs,                "cn-north-1",     "us-east-1",      "",             "CrossRegion"),
            (Kind::S3,                 "cn-north-1",     "cn-north-1",     "account",      "CrossAccount"),
            (Kind::S3,                 "cn-north-1",     "cn-northwest-1", "",             "yes"),
            (Kind::Rds,                "cn-north-1",     "cn-northwest-1", "",             "inferred"),
            (Kind::Aurora,             "cn-northwest-1", "cn-north-1",     "account",      "inferred"),
            (Kind::Aurora,             "cn-north-1",     "cn-north-1",     "account",      "yes"),
            (Kind::Efs,                "us-gov-east-1",  "us-gov-west-1",  "",             "yes"),
            (Kind::Efs,                "us-gov-east-1",  "us-east-1",      "",             "CrossRegion"),
            (Kind::Efs,                "eusc-de-east-1", "eusc-de-east-1", "",             "AnyCopy"),
            // logically air-gapped vaults
            (Kind::Efs,                "us-gov-east-1",  "us-gov-east-1",  "lagv",         "AirGappedVault"),
            (Kind::Efs,                "us-east-1",      "ca-west-1",      "lagv",         "AirGappedVault"),
            (Kind::Efs,                "ca-west-1",      "ca-west-1",      "lagv account", "AirGappedVault"),
            (Kind::Efs,                "ca-west-1",      "ca-west-1",      "lagv",         "inferred"),
            (Kind::Efs,                "sa-west-1",      "sa-west-1",      "lagv",         "inferred"),
            (Kind::Neptune,            "ap-southeast-3", "ap-southeast-3", "lagv",         "AirGappedVault"),
            (Kind::Eks,                "me-south-1",     "me-south-1",     "lagv",         "AirGappedVault"),
            (Kind::Eks,                "me-south-1",     "eu-west-1",      "lagv",         "inferred"),
            (Kind::Eks,                "eu-west-1",      "eu-west-1",      "lagv",         "yes"),
        ];
        for (kind, from, to, flags, expected) in rows {
            assert_eq!(
                answer(kind, from, to, flags),
                expected,
                "{kind:?} {from} -> {to} {flags}"
            );
        }
    }

    #[test]
    fn an_answer_says_why_in_words() {
        let RouteAnswer::Unsupported { reason, cite, .. } =
            route(Kind::Rds, &crossing("us-east-1", "us-east-1", false), true)
        else {
            panic!("RDS does not go into a logically air-gapped vault")
        };
        assert_eq!(
            reason,
            "a backup of an RDS DB instance cannot be copied into a logically air-gapped vault"
        );
        assert_eq!(cite, cite::FEATURES);
        let RouteAnswer::Unsupported { reason, .. } = route(
            Kind::Neptune,
            &crossing("us-east-1", "eu-south-1", false),
            false,
        ) else {
            panic!("Neptune is not copied to Milan")
        };
        assert_eq!(
            reason,
            "a backup of a Neptune cluster cannot be copied to or from the opt-in Region eu-south-1"
        );
        let RouteAnswer::Supported { note, .. } =
            route(Kind::Ebs, &crossing("us-east-1", "us-west-2", true), false)
        else {
            panic!("EBS is copied to another account and Region")
        };
        assert!(note.unwrap().contains("inferred"));
    }

    #[test]
    fn a_route_never_opens_by_asking_for_more() {
        let regions: Vec<_> = super::super::regions::known().collect();
        for kind in Kind::ALL {
            for from in &regions {
                for to in &regions {
                    let crossing = |cross_account| Crossing {
                        from: from.clone(),
                        to: to.clone(),
                        cross_account,
                    };
                    let plain = route(*kind, &crossing(false), false).is_supported();
                    let account = route(*kind, &crossing(true), false).is_supported();
                    let lagv = route(*kind, &crossing(true), true).is_supported();
                    assert!(plain >= account && account >= lagv, "{kind:?} {from} {to}");
                }
            }
        }
    }
}
