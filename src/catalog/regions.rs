//! Regions: the partition each is in, whether AWS enables it by default, and where logically air-gapped vaults are.

use crate::known::Region;

/// Where a Region stands with logically air-gapped vaults.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LagvRegion {
    /// They exist there and can be copied into from elsewhere.
    Available,
    /// AWS's table has them there and its footnote does not: the vault is there, a copy into it from another account
    /// or Region is not.
    WithinRegionOnly,
    /// No such vault there.
    Unavailable,
    /// The Region is newer than the pages that were read, whose list of exceptions does not have it.
    Unlisted,
}

/// Regions that every account has. AWS adds none to this list: each Region since 2019 is opt-in.
#[rustfmt::skip]
const ENABLED_BY_DEFAULT: &[&str] = &[
    "us-east-1",      "us-east-2",      "us-west-1",      "us-west-2",      "ca-central-1",   "sa-east-1",
    "eu-west-1",      "eu-west-2",      "eu-west-3",      "eu-central-1",   "eu-north-1",     "ap-south-1",
    "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-southeast-1", "ap-southeast-2",
];

/// Regions of the `aws` partition that an account must opt in to, as far as they are named here. Others are too.
#[rustfmt::skip]
const OPT_IN: &[&str] = &[
    "af-south-1",     "ap-east-1",      "ap-east-2",      "ap-south-2",     "ap-southeast-3", "ap-southeast-4",
    "ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-west-1",      "eu-central-2",   "eu-south-1",
    "eu-south-2",     "il-central-1",   "me-central-1",   "me-south-1",     "mx-central-1",
];

/// The Regions of the China and GovCloud partitions.
#[rustfmt::skip]
const OF_OTHER_PARTITIONS: &[&str] = &["cn-north-1", "cn-northwest-1", "us-gov-east-1", "us-gov-west-1"];

/// Malaysia, Calgary, Mexico, Thailand, Taipei, New Zealand: marked in AWS's table, excluded by its footnote.
#[rustfmt::skip]
const LAGV_WITHIN_REGION_ONLY: &[&str] = &[
    "ap-southeast-5", "ca-west-1",      "mx-central-1",   "ap-southeast-7", "ap-east-2",      "ap-southeast-6",
];

/// The partition that a Region is in, by its name: `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, `aws-iso`, …
#[must_use]
pub fn partition(region: &Region) -> &'static str {
    region.partition().as_str()
}

/// The Region of a partition that every account of it has: from there what is of a whole account or organization is set.
#[must_use]
pub fn home(partition: &str) -> Region {
    Region::new(match partition {
        "aws-cn" => "cn-north-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-eusc" => "eusc-de-east-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-iso-e" => "eu-isoe-west-1",
        "aws-iso-f" => "us-isof-south-1",
        _ => "us-east-1",
    })
}

/// Whether a page of AWS that was read names the Region. Of others nothing is known, not even that they exist.
#[must_use]
pub fn is_named(region: &Region) -> bool {
    let name = region.as_str();
    [
        ENABLED_BY_DEFAULT,
        OPT_IN,
        OF_OTHER_PARTITIONS,
        &["eusc-de-east-1"],
    ]
    .iter()
    .any(|names| names.contains(&name))
}

/// Whether every account has the Region without asking for it. Outside the `aws` partition each has.
///
/// See <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>.
#[must_use]
pub fn enabled_by_default(region: &Region) -> bool {
    partition(region) != "aws" || ENABLED_BY_DEFAULT.contains(&region.as_str())
}

/// Whether a Region of the `aws` partition is newer than most pages that say what is "in all Regions", or not known by name.
#[must_use]
pub fn is_recent(region: &Region) -> bool {
    let name = region.as_str();
    let is_old = ENABLED_BY_DEFAULT.contains(&name)
        || (OPT_IN.contains(&name) && !LAGV_WITHIN_REGION_ONLY.contains(&name));
    partition(region) == "aws" && !is_old
}

/// Whether this is a Region that an account must opt in to.
#[must_use]
pub fn is_opt_in(region: &Region) -> bool {
    !enabled_by_default(region)
}

/// The Regions of the `aws` partition that are known by name: those enabled by default, then those to opt in to.
pub fn known() -> impl Iterator<Item = Region> {
    ENABLED_BY_DEFAULT
        .iter()
        .chain(OPT_IN)
        .map(|name| Region::new(name))
}

/// Those, and the Regions of the China and GovCloud partitions.
pub fn named() -> impl Iterator<Item = Region> {
    known().chain(OF_OTHER_PARTITIONS.iter().map(|name| Region::new(name)))
}

/// Whether logically air-gapped vaults are in the Region.
#[must_use]
pub fn lagv_available(region: &Region) -> LagvRegion {
    let name = region.as_str();
    if partition(region) != "aws" {
        LagvRegion::Unavailable
    } else if LAGV_WITHIN_REGION_ONLY.contains(&name) {
        LagvRegion::WithinRegionOnly
    } else if ENABLED_BY_DEFAULT.contains(&name) || OPT_IN.contains(&name) {
        LagvRegion::Available
    } else {
        LagvRegion::Unlisted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        Region::new(name)
    }

    #[test]
    fn a_name_gives_the_partition_away() {
        for (name, expected) in [
            ("eu-west-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("eusc-de-east-1", "aws-eusc"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("us-isof-south-1", "aws-iso-f"),
            ("eu-isoe-west-1", "aws-iso-e"),
        ] {
            assert_eq!(partition(&region(name)), expected, "{name}");
        }
    }

    #[test]
    fn what_is_not_enabled_by_default_is_opt_in() {
        assert_eq!(ENABLED_BY_DEFAULT.len(), 17);
        assert!(enabled_by_default(&region("ap-south-1")));
        assert!(is_opt_in(&region("ap-south-2")));
        assert!(is_opt_in(&region("sa-west-1")));
        assert!(enabled_by_default(&region("us-gov-east-1")));
        assert!(OPT_IN.iter().all(|name| !ENABLED_BY_DEFAULT.contains(name)));
    }

    #[test]
    fn air_gapped_vaults_are_not_everywhere() {
        for (name, expected) in [
            ("us-east-1", LagvRegion::Available),
            ("me-south-1", LagvRegion::Available),
            ("ap-southeast-5", LagvRegion::WithinRegionOnly),
            ("ap-east-2", LagvRegion::WithinRegionOnly),
            ("cn-north-1", LagvRegion::Unavailable),
            ("us-gov-west-1", LagvRegion::Unavailable),
            ("eusc-de-east-1", LagvRegion::Unavailable),
            ("sa-west-1", LagvRegion::Unlisted),
        ] {
            assert_eq!(lagv_available(&region(name)), expected, "{name}");
        }
    }
}
