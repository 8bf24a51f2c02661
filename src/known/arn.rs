//! Amazon Resource Names.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{AccountId, Partition, Recent, Region};

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`. Cheap to clone.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Arn(Arc<str>);

/// Why a text is not an ARN.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("`{0}` is not an ARN: expected `arn:partition:service:region:account:resource`")]
pub struct ArnError(String);

impl Arn {
    /// Reads an ARN.
    ///
    /// # Errors
    /// Where the text does not have six parts between colons, the first of which is `arn`.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let mut parts = text.splitn(6, ':');
        let sound = parts.next() == Some("arn")
            && parts.next().is_some_and(|partition| !partition.is_empty())
            && parts.next().is_some_and(|service| !service.is_empty())
            && parts.next().is_some()
            && parts.next().is_some()
            && parts.next().is_some_and(|resource| !resource.is_empty());
        if sound && !text.contains(char::is_whitespace) {
            Ok(Self(text.into()))
        } else {
            Err(ArnError(text.to_owned()))
        }
    }

    /// The ARN of an IAM role, its path and name given as `path/name`.
    #[must_use]
    pub fn iam_role(partition: Partition<'_>, account: AccountId, role: &str) -> Self {
        Self(format!("arn:{partition}:iam::{account}:role/{role}").into())
    }

    /// The whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn part(&self, index: usize) -> &str {
        self.0.splitn(6, ':').nth(index).unwrap_or_default()
    }

    /// `aws`, `aws-cn`, `aws-us-gov`, …
    #[must_use]
    pub fn partition(&self) -> Partition<'_> {
        Partition(self.part(1))
    }

    /// The service that the resource belongs to, such as `kms`.
    #[must_use]
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The Region, or `None` for global resources and for those whose ARN leaves it out (S3 buckets).
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        Some(self.part(3))
            .filter(|text| !text.is_empty())
            .map(Region::new)
    }

    /// The account, or `None` where the ARN leaves it out (S3 buckets, snapshots, images).
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        AccountId::parse(self.part(4)).ok()
    }

    /// Everything after the account, such as `key/1234` or `backup-vault:prod`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    /// The last part of the resource, after `/` or `:`: `prod` of `backup-vault:prod`.
    #[must_use]
    pub fn name(&self) -> &str {
        let resource = self.resource();
        resource.rsplit(['/', ':']).next().unwrap_or(resource)
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for Arn {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for Arn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Arn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl de::Visitor<'_> for Text {
            type Value = Arn;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an ARN")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Arn, E> {
                // A file names a role, a vault or a key once for every copy.
                thread_local! {
                    static RECENT: RefCell<Recent<Arn, 1024>> = const { RefCell::new(Recent::new()) };
                }
                RECENT
                    .with_borrow_mut(|recent| recent.of(text, Arn::as_str, Arn::parse))
                    .map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl JsonSchema for Arn {
    fn schema_name() -> Cow<'static, str> {
        "Arn".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^arn:[^:]+:[^:]+:[^:]*:[^:]*:.+$"})
    }
    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_falls_into_its_parts() {
        let arn = Arn::parse("arn:aws:backup:us-east-2:111122223333:backup-vault:prod").unwrap();
        assert_eq!(arn.partition().as_str(), "aws");
        assert_eq!(arn.service(), "backup");
        assert_eq!(arn.region().unwrap().as_str(), "us-east-2");
        assert_eq!(arn.account().unwrap().to_string(), "111122223333");
        assert_eq!(arn.resource(), "backup-vault:prod");
        assert_eq!(arn.name(), "prod");
    }

    #[test]
    fn a_bucket_has_neither_account_nor_region() {
        let arn = Arn::parse("arn:aws:s3:::photos").unwrap();
        assert_eq!((arn.account(), arn.region()), (None, None));
    }

    #[test]
    fn what_is_not_an_arn_is_refused_by_name() {
        for text in [
            "",
            "arn",
            "arn:aws:kms:us-east-1:1",
            "1234abcd-12ab-34cd-56ef-1234567890ab",
            "arn::kms:::x",
            "arn:aws:kms:::",
        ] {
            assert!(
                Arn::parse(text)
                    .unwrap_err()
                    .to_string()
                    .contains(&format!("`{text}`"))
            );
        }
    }
}
