//! Amazon Resource Names.

use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher as _, Hash, Hasher};
use std::sync::Arc;

use foldhash::fast::FixedState;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;

use super::{AccountId, Partition, Recent, Region};

/// An Amazon Resource Name: `arn:partition:service:region:account:resource`. Cheap to clone.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>.
#[derive(Clone)]
pub struct Arn(Arc<Parts>);

/// No service gives longer ones.
///
/// See <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>: an ARN has 2,048 characters at most.
const LONGEST: usize = 2_048;

/// The text of an ARN, with what is asked of it again and again.
struct Parts {
    text: SmolStr,
    /// Where each of the first five parts ends, as far as it has so many.
    colons: [u16; 5],
    hash: u32,
    account: Option<AccountId>,
}

impl Parts {
    fn of(text: SmolStr) -> Self {
        let mut colons = [u16::MAX; 5];
        let found = text.bytes().enumerate().filter(|(_, byte)| *byte == b':');
        for (slot, (at, _)) in colons.iter_mut().zip(found) {
            *slot = u16::try_from(at).unwrap_or(u16::MAX);
        }
        let [a, b, c, d, ..] = FixedState::default().hash_one(&*text).to_le_bytes();
        let mut parts = Self {
            hash: u32::from_le_bytes([a, b, c, d]),
            account: None,
            colons,
            text,
        };
        parts.account = AccountId::parse(parts.part(4)).ok();
        parts
    }

    /// A part between colons, from 0; the sixth is all that is left.
    fn part(&self, index: usize) -> &str {
        let colon = |index: usize| Some(usize::from(*self.colons.get(index)?));
        let start = match index.checked_sub(1) {
            None => Some(0),
            Some(before) => colon(before).map(|colon| colon.saturating_add(1)),
        };
        let end = colon(index).map_or(self.text.len(), |end| end.min(self.text.len()));
        start
            .and_then(|start| self.text.get(start..end))
            .unwrap_or_default()
    }
}

/// Why a text is not an ARN.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ArnError {
    /// It does not have the parts of one.
    #[error("`{0}` is not an ARN: expected `arn:partition:service:region:account:resource`")]
    Form(String),
    /// Its Region is in another partition than the one it names.
    #[error("`{0}` is not an ARN of AWS: its Region is in the partition `{1}`, and it says `{2}`")]
    Partition(String, &'static str, String),
}

impl Arn {
    /// Forgets which were read lately: once everything is read, they only take room.
    pub fn forget_recent() {
        RECENT.take();
    }

    /// Reads an ARN.
    ///
    /// # Errors
    /// Where the text does not have six parts between colons, the first of which is `arn`, or one of them has a character
    /// that no ARN has there, or the Region is in another partition.
    pub fn parse(text: &str) -> Result<Self, ArnError> {
        let arn = Self(Arc::new(Parts::of(text.into())));
        let account = arn.part(4);
        let sound = text.len() <= LONGEST
            && arn.part(0) == "arn"
            && is_word(arn.part(1))
            && is_word(arn.service())
            && (arn.part(3).is_empty() || Region::is_named(arn.part(3)))
            && (account.is_empty() || arn.0.account.is_some() || is_word(account))
            && is_resource(arn.resource());
        if !sound {
            return Err(ArnError::Form(text.to_owned()));
        }
        match arn.region() {
            Some(region) if arn.partition().is_without(&region) => Err(ArnError::Partition(
                text.to_owned(),
                region.partition().as_str(),
                arn.partition().to_string(),
            )),
            Some(_) | None => Ok(arn),
        }
    }

    /// The ARN of an IAM role, its path and name given as `path/name`.
    #[must_use]
    pub fn iam_role(partition: Partition<'_>, account: AccountId, role: &str) -> Self {
        let text = format!("arn:{partition}:iam::{account}:role/{role}");
        Self(Arc::new(Parts::of(text.into())))
    }

    /// The whole ARN.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    fn part(&self, index: usize) -> &str {
        self.0.part(index)
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
        match self.part(3) {
            "" => None,
            name => Some(Region::new(name)),
        }
    }

    /// A number that no other ARN is likely to have.
    pub(crate) fn digest(&self) -> u64 {
        self.0.hash.into()
    }

    /// The account, or `None` where the ARN leaves it out (S3 buckets, snapshots, images).
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.0.account
    }

    /// The same resource of another account.
    #[must_use]
    pub fn in_account(&self, account: AccountId) -> Self {
        let (partition, service) = (self.partition(), self.service());
        let (region, resource) = (self.part(3), self.resource());
        let text = format!("arn:{partition}:{service}:{region}:{account}:{resource}");
        Self(Arc::new(Parts::of(text.into())))
    }

    /// The same resource of another Region.
    #[must_use]
    pub fn in_region(&self, region: &Region) -> Self {
        let (partition, service) = (self.partition(), self.service());
        let (account, resource) = (self.part(4), self.resource());
        let text = format!("arn:{partition}:{service}:{region}:{account}:{resource}");
        Self(Arc::new(Parts::of(text.into())))
    }

    /// Everything after the account, such as `key/1234` or `backup-vault:prod`.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    /// Whether this is a service-linked role.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>.
    #[must_use]
    pub fn is_service_linked_role(&self) -> bool {
        self.service() == "iam" && self.resource().starts_with("role/aws-service-role/")
    }

    /// Whether this is a role that only AWS changes: service-linked ones, and those that IAM Identity Center keeps.
    ///
    /// See <https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html>.
    #[must_use]
    pub fn is_role_of_aws(&self) -> bool {
        let is_kept = self.service() == "iam" && self.resource().starts_with("role/aws-reserved/");
        self.is_service_linked_role() || is_kept
    }

    /// The last part of the resource, after `/` or `:`: `prod` of `backup-vault:prod`. Of a vault all of its name, of which
    /// AWS's own has slashes, `aws/efs/automatic-backup-vault`, and of a snapshot of RDS: `awsbackup:job-1`.
    ///
    /// See <https://docs.aws.amazon.com/efs/latest/ug/awsbackup.html> and
    /// <https://docs.aws.amazon.com/aws-backup/latest/devguide/working-with-recovery-points.html>.
    #[must_use]
    pub fn name(&self) -> &str {
        let resource = self.resource();
        let whole = match self.service() {
            "backup" => resource.strip_prefix("backup-vault:"),
            "rds" => resource
                .strip_prefix("snapshot:")
                .or_else(|| resource.strip_prefix("cluster-snapshot:")),
            _ => None,
        };
        whole.unwrap_or_else(|| resource.rsplit(['/', ':']).next().unwrap_or(resource))
    }
}

/// A part of an ARN, or of what has its form: from 0, between colons; the sixth is all that is left.
pub(crate) fn part(text: &str, index: usize) -> Option<&str> {
    let mut colons = text.bytes().enumerate().filter(|(_, byte)| *byte == b':');
    let mut colons = colons.by_ref().map(|(at, _)| at);
    let start = match index.checked_sub(1) {
        None => 0,
        Some(before) => colons.nth(before)?.saturating_add(1),
    };
    let end = if index < 5 { colons.next() } else { None };
    text.get(start..end.unwrap_or(text.len()))
}

/// `aws-us-gov`, `backup-gateway`; the account of AWS's own policies is `aws`.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The characters that names, ids and paths of the services that are backed up have: none that a shell, a template or a
/// terminal takes for more than itself. A space stands between others.
fn is_resource(text: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/*?#~%- ".contains(&byte);
    !text.is_empty() && text.trim().len() == text.len() && text.bytes().all(known)
}

impl From<&Arn> for SmolStr {
    fn from(arn: &Arn) -> Self {
        arn.0.text.clone()
    }
}

impl From<Arn> for SmolStr {
    fn from(arn: Arn) -> Self {
        arn.0.text.clone()
    }
}

impl PartialEq for Arn {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.hash == other.0.hash && self.as_str() == other.as_str())
    }
}

impl Eq for Arn {}

impl Hash for Arn {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u32(self.0.hash);
    }
}

impl PartialOrd for Arn {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Arn {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Arn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

thread_local! {
    /// A file names a role, a vault or a key once for every copy, and a resource where it stands and where it is copied.
    static RECENT: RefCell<Recent<Arn, 1_048_576>> = const { RefCell::new(Recent::new()) };
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
        json_schema!({
            "type": "string",
            "pattern": "^arn:[a-z][a-z0-9-]*:[a-z][a-z0-9-]*:([a-z]{2,16}(-[a-z]{2,16}){1,3}-[0-9]{1,2})?:([0-9]{12}|[a-z][a-z0-9-]*)?:[A-Za-z0-9_+=,.@:/*?#~%-]([A-Za-z0-9_+=,.@:/*?#~% -]*[A-Za-z0-9_+=,.@:/*?#~%-])?$"
        })
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
    fn a_name_is_whole() {
        for (resource, name) in [
            (
                "backup:us-east-1:111122223333:backup-vault:aws/efs/automatic-backup-vault",
                "aws/efs/automatic-backup-vault",
            ),
            (
                "rds:us-east-1:111122223333:cluster-snapshot:awsbackup:job-1",
                "awsbackup:job-1",
            ),
            ("backup:us-east-1:111122223333:recovery-point:1-2", "1-2"),
            ("rds:us-east-1:111122223333:db:orders", "orders"),
            ("iam::111122223333:role/service-role/Backup", "Backup"),
            ("ec2:us-east-1::snapshot/snap-1", "snap-1"),
        ] {
            assert_eq!(
                Arn::parse(&format!("arn:aws:{resource}")).unwrap().name(),
                name
            );
        }
    }

    #[test]
    fn a_text_has_parts_between_colons() {
        let text = "arn:aws:rds::1:snapshot:awsbackup:*";
        let parts = (0..7).map(|index| part(text, index));
        let expected = ["arn", "aws", "rds", "", "1", "snapshot:awsbackup:*"].map(Some);
        assert!(parts.take(6).eq(expected));
        assert_eq!((part("a:b", 1), part("a:b", 2)), (Some("b"), None));
        assert_eq!((part("", 0), part("", 5)), (Some(""), None));
    }

    #[test]
    fn a_bucket_has_neither_account_nor_region() {
        let arn = Arn::parse("arn:aws:s3:::photos").unwrap();
        assert_eq!((arn.account(), arn.region()), (None, None));
    }

    #[test]
    fn odd_arns_of_aws_are_arns() {
        for text in [
            "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup",
            "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0",
            "arn:aws-us-gov:rds:us-gov-west-1:111122223333:snapshot:awsbackup:job-1",
            "arn:aws:backup:us-east-1:aws:backup-vault:x",
            "arn:aws:iam::111122223333:role/path/a+b=c,d.e@f-g",
            "arn:aws:ssm-sap:us-east-1:111122223333:HANA/My App/DB/HDB",
            "arn:aws:dynamodb:us-east-1:111122223333:table/a/backup/01-2",
            "arn:aws-new:backup:new-north-1:111122223333:backup-vault:x",
        ] {
            assert_eq!(Arn::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn a_region_of_another_partition_is_refused() {
        for (partition, region) in [
            ("aws", "cn-north-1"),
            ("aws", "us-gov-west-1"),
            ("aws-cn", "us-east-1"),
            ("aws-iso", "us-isob-east-1"),
        ] {
            let text = format!("arn:{partition}:backup:{region}:111122223333:backup-vault:x");
            let error = Arn::parse(&text).unwrap_err().to_string();
            let lies = Region::new(region).partition();
            assert!(
                error.contains(&format!(
                    "in the partition `{lies}`, and it says `{partition}`"
                )),
                "{error}"
            );
        }
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
            "arn:aws:kms:us-east-1\n:111122223333:key/x",
            "arn:aws:kms:$(id):111122223333:key/x",
            "arn:aws:kms:us-east-1:1111:key/x",
            "arn:aws:kms:us-east-1:111122223333:key/x y ",
            "arn:aws:iam::111122223333:role/$(id)",
            "arn:aws:iam::111122223333:role/`id`",
            "arn:aws:iam::111122223333:role/a'b",
            "arn:aws:iam::111122223333:role/a\"b",
            "arn:aws:iam::111122223333:role/a\u{202e}b",
            "arn:${x}:iam::111122223333:role/a",
            "arn:aws:KMS:us-east-1:111122223333:key/x",
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
