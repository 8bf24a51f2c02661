//! Which accounts and Regions are looked at, where it is more than one copy's.

use std::path::PathBuf;

use clap::Args;

use crate::known::{Region, Shard};

/// Which accounts and Regions are looked at.
#[derive(Clone, Debug, Default, Args)]
pub struct Estate {
    /// A Region to look at, or `all` that the account has; repeatable. Else the one that `aws` would take
    #[arg(long, value_name = "REGION", value_parser = WantedRegion::parse, help_heading = "Accounts and Regions")]
    pub region: Vec<WantedRegion>,
    /// Look at every account of the organization, assuming --role-name in each
    #[arg(long, requires = "role_name", help_heading = "Accounts and Regions")]
    pub organization: bool,
    /// The role that is assumed in each account of the organization: one that can only read
    #[arg(
        long,
        value_name = "NAME",
        requires = "organization",
        help_heading = "Accounts and Regions"
    )]
    pub role_name: Option<String>,
    /// Only the accounts in this organizational unit, or in one below it; repeatable
    #[arg(
        long,
        value_name = "OU_ID",
        requires = "organization",
        help_heading = "Accounts and Regions"
    )]
    pub ou: Vec<String>,
    /// Leave out this account, or the accounts of this organizational unit; repeatable
    #[arg(
        long,
        value_name = "ACCOUNT|OU_ID",
        requires = "organization",
        help_heading = "Accounts and Regions"
    )]
    pub exclude: Vec<String>,
    /// Look at the accounts of these profiles: a file with one profile name a line; `#` begins a comment
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with = "organization",
        help_heading = "Accounts and Regions"
    )]
    pub profiles: Option<PathBuf>,
    /// Only the K-th of N parts of the accounts, to share the work; the inventories merge
    #[arg(long, value_name = "K/N", value_parser = shard, help_heading = "Accounts and Regions")]
    pub shard: Option<Shard>,
}

impl Estate {
    /// Whether it says which accounts or Regions.
    #[must_use]
    pub const fn is_chosen(&self) -> bool {
        !self.region.is_empty()
            || self.organization
            || self.profiles.is_some()
            || self.shard.is_some()
    }

    /// The same in the words of the command line.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        let mut say = |name: &str, value: &str| words.push(format!("{name} {value}"));
        for region in &self.region {
            match region {
                WantedRegion::All => say("--region", "all"),
                WantedRegion::One(region) => say("--region", region.as_str()),
            }
        }
        if let Some(role) = &self.role_name {
            say("--organization --role-name", role);
        }
        for unit in &self.ou {
            say("--ou", unit);
        }
        for left_out in &self.exclude {
            say("--exclude", left_out);
        }
        if let Some(file) = &self.profiles {
            say("--profiles", &file.display().to_string());
        }
        if let Some(shard) = &self.shard {
            say("--shard", &shard.to_string());
        }
        if words.is_empty() {
            "neither accounts nor Regions".to_owned()
        } else {
            words.join(" ")
        }
    }
}

/// A Region that is asked for, or all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedRegion {
    /// Every Region that the account has.
    All,
    /// This one.
    One(Region),
}

impl WantedRegion {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            text => Region::parse(text)
                .map(Self::One)
                .map_err(|error| format!("{error}, or `all`")),
        }
    }
}

fn shard(text: &str) -> Result<Shard, String> {
    Shard::parse(text).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_is_named_as_aws_names_it() {
        assert_eq!(WantedRegion::parse("all"), Ok(WantedRegion::All));
        assert!(WantedRegion::parse("us-gov-west-1").is_ok());
        assert!(WantedRegion::parse("Ohio").is_err());
    }
}
