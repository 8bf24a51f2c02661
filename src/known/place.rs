//! Where a thing is: partition, account, Region.

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroU64;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::{SmolStr, format_smolstr};

/// An AWS account id: twelve digits. Kept as one more than they say, so that none at all takes no more room than one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(NonZeroU64);

/// Why a text is not an account id.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an AWS account id: expected twelve digits")]
pub struct AccountIdError(String);

impl AccountId {
    /// Reads an account id.
    ///
    /// # Errors
    /// Where the text is not twelve ASCII digits.
    pub fn parse(text: &str) -> Result<Self, AccountIdError> {
        let number = match <[u8; 12]>::try_from(text.as_bytes()) {
            Ok(digits) => digits.into_iter().try_fold(0_u64, |number, digit| {
                let tens = number.wrapping_mul(10);
                let ones = digit.wrapping_sub(b'0');
                (ones < 10).then(|| tens.wrapping_add(u64::from(ones)))
            }),
            Err(_) => None,
        };
        let one_more = number.and_then(|number| NonZeroU64::new(number.wrapping_add(1)));
        one_more
            .map(Self)
            .ok_or_else(|| AccountIdError(text.to_owned()))
    }
}

impl From<AccountId> for SmolStr {
    fn from(account: AccountId) -> Self {
        format_smolstr!("{account}")
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // One is written for every ARN that is made, and `{:012}` takes ten times as long.
        let mut digits = [b'0'; 12];
        let mut rest = self.0.get().saturating_sub(1);
        for digit in digits.iter_mut().rev() {
            *digit |= u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        f.write_str(str::from_utf8(&digits).unwrap_or_default())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = AccountId;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an AWS account id, twelve digits in quotes")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<AccountId, E> {
                AccountId::parse(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for AccountId {
    fn schema_name() -> Cow<'static, str> {
        "AccountId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[0-9]{12}$"})
    }
    fn inline_schema() -> bool {
        true
    }
}

/// An AWS Region, such as `eu-west-1`. Cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region(SmolStr);

/// Why a text is not a Region.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an AWS Region: expected one such as `eu-west-1`")]
pub struct RegionError(String);

impl Region {
    /// Reads a Region. AWS adds Regions, so any name of their form is taken.
    ///
    /// # Errors
    /// Where the text is not lower-case words and a number, joined by `-`.
    pub fn parse(text: &str) -> Result<Self, RegionError> {
        if Self::is_named(text) {
            Ok(Self::new(text))
        } else {
            Err(RegionError(text.to_owned()))
        }
    }

    /// Whether a text has the form of a Region's name: `us-gov-west-1`, `eusc-de-east-1`.
    pub(super) fn is_named(text: &str) -> bool {
        let mut parts = text.rsplit('-');
        let number = parts.next().unwrap_or_default();
        let words: Vec<&str> = parts.collect();
        let is_number =
            (1..=2).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        let is_word = |word: &&str| {
            (2..=16).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_lowercase())
        };
        is_number && (2..=4).contains(&words.len()) && words.iter().all(is_word)
    }

    /// The Region of this name, which is known to be one.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// Its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition that it is in, by its name: `aws` where the name has the beginning of no other.
    #[must_use]
    pub fn partition(&self) -> Partition<'static> {
        let mut all = BEGINNINGS.iter();
        let found = all.find(|(beginning, _)| self.0.starts_with(beginning));
        Partition(found.map_or("aws", |(_, partition)| partition))
    }
}

impl From<&Region> for SmolStr {
    fn from(Region(name): &Region) -> Self {
        name.clone()
    }
}

impl Serialize for Region {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&name).map_err(de::Error::custom)
    }
}

impl JsonSchema for Region {
    fn schema_name() -> Cow<'static, str> {
        "Region".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^[a-z]{2,16}(-[a-z]{2,16}){1,3}-[0-9]{1,2}$"})
    }
    fn inline_schema() -> bool {
        true
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An AWS partition: `aws`, `aws-cn`, `aws-us-gov`, … Nothing is copied from one to another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Partition<'a>(pub(super) &'a str);

/// How the names of the Regions of each partition but `aws` begin.
///
/// See <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>.
const BEGINNINGS: &[(&str, &str)] = &[
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("eusc-", "aws-eusc"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("eu-isoe-", "aws-iso-e"),
    ("us-iso-", "aws-iso"),
];

impl<'a> Partition<'a> {
    /// Whether a Region is in another partition. Of a partition that is not known here that is not known.
    #[must_use]
    pub fn is_without(self, region: &Region) -> bool {
        let is_known = self.0 == "aws" || BEGINNINGS.iter().any(|(_, name)| *name == self.0);
        is_known && region.partition() != self
    }

    /// The partition of this name.
    #[must_use]
    pub const fn new(name: &'a str) -> Self {
        Self(name)
    }

    /// Its name, as it stands in ARNs.
    #[must_use]
    pub fn as_str(self) -> &'a str {
        self.0
    }
}

impl fmt::Display for Partition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_the_form_of_its_name() {
        for text in [
            "eu-west-1",
            "us-gov-west-1",
            "us-isob-east-1",
            "eusc-de-east-1",
            "ap-southeast-7",
            "xx-new-12",
        ] {
            assert_eq!(
                Region::parse(text).map(|region| region.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in [
            "",
            "eu",
            "eu-west",
            "EU-WEST-1",
            "eu_west_1",
            "eu-west-1a",
            "eu-west-1\n",
            "eu-west-1 ",
            "$(x)-west-1",
            "eu--1",
            "1",
            "*",
            "a-b-c-d-e-f-1",
        ] {
            let error = Region::parse(text).unwrap_err().to_string();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }
}
