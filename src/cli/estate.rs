//! Which accounts and Regions are looked at, where it is more than one copy's.

use std::path::PathBuf;

use clap::Args;

use crate::known::{AccountId, Region};

/// Which accounts and Regions are looked at.
#[derive(Clone, Debug, Default, Args)]
pub struct Estate {
    /// A Region to look at, or `all` that the account has; repeatable. Else the one that `aws` would take
    #[arg(long, value_name = "REGION", value_parser = WantedRegion::parse, help_heading = "Accounts and Regions")]
    pub region: Vec<WantedRegion>,
    /// Look at every account of the organization, assuming --role-name in each
    #[arg(long, help_heading = "Accounts and Regions")]
    pub organization: bool,
    /// The role that is assumed in each account of the organization
    #[arg(
        long,
        value_name = "NAME",
        default_value = "OrganizationAccountAccessRole",
        requires = "organization",
        help_heading = "Accounts and Regions"
    )]
    pub role_name: String,
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
    #[arg(long, value_name = "K/N", value_parser = Shard::parse, help_heading = "Accounts and Regions")]
    pub shard: Option<Shard>,
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
    fn parse(text: &str) -> Result<Self, String> {
        let named = |text: &str| {
            let parts: Vec<&str> = text.split('-').collect();
            parts.len() >= 3
                && parts.iter().all(|part| !part.is_empty())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        match text {
            "all" => Ok(Self::All),
            text if named(text) => Ok(Self::One(Region::new(text))),
            text => Err(format!(
                "`{text}` is no Region: expected one such as `us-east-1`, or `all`"
            )),
        }
    }
}

/// One of several parts of the accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which part, from 1.
    pub number: u64,
    /// How many parts there are.
    pub of: u64,
}

impl Shard {
    fn parse(text: &str) -> Result<Self, String> {
        let parts = text.split_once('/').and_then(|(number, of)| {
            Some(Self {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            })
        });
        parts
            .filter(|shard| (1..=shard.of).contains(&shard.number))
            .ok_or_else(|| {
                format!("`{text}` is no part: expected K/N with K from 1 to N, such as 2/8")
            })
    }

    /// Whether an account is in this part. Each account is in one part, whatever the other accounts are.
    #[must_use]
    pub fn has(self, account: AccountId) -> bool {
        let number = account
            .to_string()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        (number >> 16) % self.of == self.number - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_is_in_one_part() {
        for of in [1, 2, 7] {
            let mut sizes = vec![0; of];
            for number in 0..700_u64 {
                let account =
                    AccountId::parse(&format!("{:012}", 100_000_000_000 + number * 37)).unwrap();
                let parts: Vec<u64> = (1..=of as u64)
                    .filter(|number| {
                        Shard {
                            number: *number,
                            of: of as u64,
                        }
                        .has(account)
                    })
                    .collect();
                assert_eq!(parts.len(), 1, "{account}");
                sizes[parts[0] as usize - 1] += 1;
            }
            assert!(sizes.iter().all(|size| *size > 700 / of / 2), "{sizes:?}");
        }
    }

    #[test]
    fn a_part_that_is_none_is_refused() {
        for text in ["0/3", "4/3", "1", "a/b", "1/0"] {
            assert!(Shard::parse(text).unwrap_err().contains("2/8"), "{text}");
        }
        assert_eq!(Shard::parse("2/8"), Ok(Shard { number: 2, of: 8 }));
    }

    #[test]
    fn a_region_is_named_as_aws_names_it() {
        assert_eq!(WantedRegion::parse("all"), Ok(WantedRegion::All));
        assert!(WantedRegion::parse("us-gov-west-1").is_ok());
        assert!(WantedRegion::parse("Ohio").is_err());
    }
}
