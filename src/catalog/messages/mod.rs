//! The status messages of AWS Backup's jobs: what each says, what it is filed under, and which checks foretell it.

mod table;

use std::borrow::Cow;
use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::Serialize;

use super::cite::Cite;
use super::{Family, Kind};
use crate::known::{Arn, Region};

pub use table::{ALL, MessageId, message};

/// What AWS files a status message under, in the `MessageCategory` field of a job.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-dashboards.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// `ACCESS_DENIED`: AWS files wrong organizations and wrong key types here too.
    AccessDenied,
    /// `ACCESS_KEY_ERROR`
    AccessKeyError,
    /// `CONCURRENT_JOB`
    ConcurrentJob,
    /// `FATAL_ERROR`
    FatalError,
    /// `FEATURE_NOT_ENABLED`
    FeatureNotEnabled,
    /// `HYPERVISOR_OFFLINE`
    HypervisorOffline,
    /// `INVALID_LIFECYCLE`
    InvalidLifecycle,
    /// `INVALID_STATE`
    InvalidState,
    /// `JOB_EXPIRED`
    JobExpired,
    /// `KMS_KEY_ERROR`
    KmsKeyError,
    /// `LIMIT_EXCEEDED`
    LimitExceeded,
    /// `LOGICALLY_AIR_GAPPED_BACKUP_VAULT_NOT_SUPPORTED`: of backup jobs that complete.
    LogicallyAirGappedBackupVaultNotSupported,
    /// `MISCELLANEOUS`: whatever matches nothing else.
    Miscellaneous,
    /// `RESOURCE_NOT_FOUND`
    ResourceNotFound,
    /// `RESOURCE_NOT_SUPPORTED`
    ResourceNotSupported,
    /// `TAG_COPY_ERROR`
    TagCopyError,
    /// `TOKEN_EXPIRED`
    TokenExpired,
    /// `UNSUPPORTED_OPERATION`
    UnsupportedOperation,
    /// `VSS_ERROR`
    VssError,
}

impl Category {
    /// Its name in AWS Backup's API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "ACCESS_DENIED",
            Self::AccessKeyError => "ACCESS_KEY_ERROR",
            Self::ConcurrentJob => "CONCURRENT_JOB",
            Self::FatalError => "FATAL_ERROR",
            Self::FeatureNotEnabled => "FEATURE_NOT_ENABLED",
            Self::HypervisorOffline => "HYPERVISOR_OFFLINE",
            Self::InvalidLifecycle => "INVALID_LIFECYCLE",
            Self::InvalidState => "INVALID_STATE",
            Self::JobExpired => "JOB_EXPIRED",
            Self::KmsKeyError => "KMS_KEY_ERROR",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::LogicallyAirGappedBackupVaultNotSupported => {
                "LOGICALLY_AIR_GAPPED_BACKUP_VAULT_NOT_SUPPORTED"
            }
            Self::Miscellaneous => "MISCELLANEOUS",
            Self::ResourceNotFound => "RESOURCE_NOT_FOUND",
            Self::ResourceNotSupported => "RESOURCE_NOT_SUPPORTED",
            Self::TagCopyError => "TAG_COPY_ERROR",
            Self::TokenExpired => "TOKEN_EXPIRED",
            Self::UnsupportedOperation => "UNSUPPORTED_OPERATION",
            Self::VssError => "VSS_ERROR",
        }
    }
}

/// One wording of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// As AWS writes it.
    Literal(&'static str),
    /// As AWS writes it, with `{words}` where it puts names of the user's.
    Template(&'static str),
    /// A piece of it that AWS's own classification looks for, in any case.
    Pattern(&'static str),
    /// A piece that tells what a message is about, on no page of AWS's.
    Sign(&'static str),
}

/// A status message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its number here.
    pub id: MessageId,
    /// Its wordings, the current one first.
    pub texts: &'static [Text],
    /// What AWS files it under; `None` where it is the answer to a call, not the status of a job.
    pub category: Option<Category>,
    /// What is behind it.
    pub cause: &'static str,
    /// The checks that foretell it, likeliest first. None where nothing that can be read does.
    pub checks: &'static [&'static str],
    /// The pages that quote it.
    pub cites: &'static [Cite],
}

impl Text {
    /// The wording itself.
    #[must_use]
    pub const fn wording(self) -> &'static str {
        match self {
            Self::Literal(wording)
            | Self::Template(wording)
            | Self::Pattern(wording)
            | Self::Sign(wording) => wording,
        }
    }

    /// How much of a text this wording accounts for: whole wordings before pieces, long ones before short ones.
    fn weight_in(self, plain: &str) -> Option<(Whole, usize)> {
        let (whole, wording) = match self {
            Self::Literal(wording) | Self::Template(wording) => (Whole::Yes, normal(wording)),
            Self::Pattern(wording) | Self::Sign(wording) => (Whole::No, normal(wording)),
        };
        if occurs(&wording, plain) {
            return Some((whole, wording.len()));
        }
        // A console shows the beginning of a long message; a few words may begin many.
        let begun = (whole == Whole::Yes).then(|| begins(&wording, plain))??;
        Some((whole, begun))
    }
}

/// So many letters of a message tell which it is.
const SHORTEST_BEGINNING: usize = 40;

/// So many of its fixed words do, where they go up to a name and on after it.
const SHORTEST_WORDS: usize = 19;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Whole {
    No,
    Yes,
}

/// The messages that a status text may be: those whose whole wording is in it before those of which a piece is,
/// longer wordings first. Case, line breaks, the shape of quotes and a full stop at the end do not matter, nor what
/// stands around the message.
#[must_use]
pub fn explain(text: &str) -> Vec<&'static Message> {
    let plain = normal(text);
    let mut found: Vec<_> = ALL
        .iter()
        .filter_map(|message| {
            let texts = message.texts.iter();
            let weight = texts.filter_map(|text| text.weight_in(&plain)).max()?;
            Some((Reverse(weight), message.id, message))
        })
        .collect();
    found.sort_by_key(|(weight, id, _)| (*weight, *id));
    let mut found: Vec<&Message> = found.into_iter().map(|(_, _, message)| message).collect();
    if found.iter().any(|message| message.is_of_a_key()) {
        // A key is what is missing then.
        found.retain(|message| !message.is_of_anything_missing(text));
    }
    found
}

impl Message {
    fn is_of_a_key(&self) -> bool {
        self.category == Some(Category::KmsKeyError) || self.id == MessageId::E10
    }

    /// Whether the words by which it is told say that something is missing, and not what.
    fn is_of_anything_missing(&self, text: &str) -> bool {
        const OF_ANYTHING: &[&str] = &[
            "does not exist",
            "is invalid",
            "no longer available",
            "resource not found",
        ];
        let told = wording(self, text);
        self.id == MessageId::E30 && told.is_some_and(|told| OF_ANYTHING.contains(&told.wording()))
    }
}

/// The wording of a message that a text has: a whole one before a piece, a long one before a short one.
#[must_use]
pub fn wording(message: &Message, text: &str) -> Option<Text> {
    let plain = normal(text);
    let found = message
        .texts
        .iter()
        .filter_map(|text| Some((text.weight_in(&plain)?, *text)));
    found
        .max_by_key(|(weight, _)| *weight)
        .map(|(_, text)| text)
}

/// The message whose wording is most like a text that is none of them; `None` where none is like it.
#[must_use]
pub fn nearest(text: &str) -> Option<&'static Message> {
    let plain = normal(text);
    let likeness = |message: &Message| {
        let texts = message.texts.iter();
        texts
            .map(|text| strsim::sorensen_dice(&normal(text.wording()), &plain))
            .fold(0.0, f64::max)
    };
    ALL.iter()
        .map(|message| (likeness(message), message))
        .filter(|(likeness, _)| *likeness > 0.6)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, message)| message)
}

/// What JSON writes for line breaks and quotes within a text.
const ESCAPED: &[(&str, &str)] = &[
    ("\\n", " "),
    ("\\r", " "),
    ("\\t", " "),
    ("\\u2018", "'"),
    ("\\u2019", "'"),
    ("\\u0027", "'"),
];

fn normal(text: &str) -> String {
    let mut text = Cow::Borrowed(text);
    for (escaped, plain) in ESCAPED {
        if text.contains(escaped) {
            text = text.replace(escaped, plain).into();
        }
    }
    let words: Vec<_> = text
        .split_whitespace()
        .map(|word| word.to_lowercase().replace(['\u{2018}', '\u{2019}'], "'"))
        .collect();
    words.join(" ").trim_end_matches('.').to_owned()
}

/// Whether the fixed parts of a wording occur one after another, with something at each `{word}`.
fn occurs(wording: &str, plain: &str) -> bool {
    let mut parts = wording
        .split('{')
        .map(|part| part.split_once('}').map_or(part, |(_, fixed)| fixed));
    let start = parts.next().unwrap_or_default();
    let mut rest = plain.split_once(start).map(|(_, rest)| rest);
    for part in parts {
        rest = rest.and_then(|rest| {
            let mut characters = rest.chars();
            characters.next()?;
            let after = characters.as_str();
            if part.is_empty() {
                Some("")
            } else {
                after.split_once(part).map(|(_, rest)| rest)
            }
        });
    }
    rest.is_some()
}

/// How much of a wording's fixed words a text has that was cut off after its beginning: at the end of the text, or before
/// what tells that something was left out. `None` where that is too little to tell which message it is.
fn begins(wording: &str, plain: &str) -> Option<usize> {
    let mut parts = wording
        .split('{')
        .map(|part| part.split_once('}').map_or(part, |(_, fixed)| fixed));
    let start = parts.next()?;
    let Some((_, mut rest)) = plain.split_once(start) else {
        return Some(begun(start, plain)).filter(|begun| *begun >= SHORTEST_BEGINNING);
    };
    let mut words = start.len();
    for part in parts {
        match rest.split_once(part) {
            Some((name, after)) if !name.is_empty() => {
                words = words.saturating_add(part.len());
                rest = after;
            }
            Some(_) | None => {
                words = words.saturating_add(begun(part, rest));
                break;
            }
        }
    }
    (words >= SHORTEST_WORDS).then_some(words)
}

/// How much of the beginning of `part` stands in a text just before it was cut off.
fn begun(part: &str, text: &str) -> usize {
    let ends = text.match_indices(['"', '\'', '\u{2026}', '\\']);
    let ends = ends.map(|(at, _)| at).chain([text.len()]);
    let before = ends.filter_map(|end| text.get(..end));
    let before = before.map(|text| text.trim_end_matches('.').trim_end());
    before
        .map(|text| {
            let mut beginnings = part.char_indices().map(|(at, _)| at).rev();
            beginnings
                .find(|at| part.get(..*at).is_some_and(|begun| text.ends_with(begun)))
                .unwrap_or_default()
        })
        .max()
        .unwrap_or_default()
}

/// The status message that a copy job will end with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicted {
    /// Which message.
    pub id: MessageId,
    /// Its text, complete.
    pub text: String,
    /// What AWS will file it under.
    pub category: Option<Category>,
}

/// A message whose first wording is a literal, as a prediction. `None` for those with names to fill in, and patterns.
#[must_use]
pub fn predict(id: MessageId) -> Option<Predicted> {
    fill(id, &[])
}

/// E5: AWS's answer to a route that a type cannot take.
#[must_use]
pub fn route_unsupported(kind: Kind, from: &Region, to: &Region) -> Option<Predicted> {
    fill(
        MessageId::E5,
        &[
            ("from", from.as_str()),
            ("to", to.as_str()),
            ("type", kind.resource_type().as_str()),
        ],
    )
}

/// What a copy fails with whose backup is on an AWS managed key: E8 for the RDS family, E11 for EC2, E12 for EBS. The
/// key's ARN goes into E8; for other kinds no page quotes a message.
#[must_use]
pub fn source_key_aws_managed(kind: Kind, key: Option<&Arn>) -> Option<Predicted> {
    match kind.family() {
        Family::RdsInstance | Family::RdsCluster => rds_key(key),
        Family::Ec2 => predict(MessageId::E11),
        Family::Ebs if kind == Kind::Ebs => predict(MessageId::E12),
        Family::Ebs
        | Family::Fsx
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => None,
    }
}

/// What a copy fails with whose backup's key is not shared with the destination: E8 for the RDS family, E7 for EC2,
/// E6 for EBS. The key's ARN goes into E8; for other kinds no page quotes a message.
#[must_use]
pub fn source_key_not_shared(kind: Kind, key: Option<&Arn>) -> Option<Predicted> {
    match kind.family() {
        Family::RdsInstance | Family::RdsCluster => rds_key(key),
        Family::Ec2 => predict(MessageId::E7),
        Family::Ebs if kind == Kind::Ebs => predict(MessageId::E6),
        Family::Ebs
        | Family::Fsx
        | Family::DynamoDb
        | Family::Redshift
        | Family::Backup
        | Family::Composite => None,
    }
}

/// E37: the copy role does not exist, or may not do what AWS Backup does with it.
#[must_use]
pub fn role_missing(role: &Arn) -> Option<Predicted> {
    fill(MessageId::E37, &[("role", role.as_str())])
}

/// E16: what RDS says of a snapshot whose option group the destination lacks; the names of the options go into it.
#[must_use]
pub fn option_group_required(options: &str) -> Option<Predicted> {
    fill(MessageId::E16, &[("options", options)])
}

fn rds_key(key: Option<&Arn>) -> Option<Predicted> {
    fill(MessageId::E8, &[("key", key?.as_str())])
}

fn fill(id: MessageId, names: &[(&str, &str)]) -> Option<Predicted> {
    let message = message(id);
    let text = match message.texts.first()? {
        Text::Literal(text) => (*text).to_owned(),
        Text::Template(text) => names
            .iter()
            .fold((*text).to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            }),
        Text::Pattern(_) | Text::Sign(_) => return None,
    };
    (!text.contains('{')).then_some(Predicted {
        id,
        text,
        category: message.category,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        explain(text)
            .into_iter()
            .map(|message| format!("{:?}", message.id))
            .collect()
    }

    #[test]
    fn a_message_that_a_console_cut_short_is_recognised_by_its_beginning() {
        let whole = "Copy job failed because the destination Backup vault is encrypted with the default Backup service \
                     managed key.";
        assert_eq!(ids(whole)[0], "E4");
        let too_little = "Copy job failed";
        assert!(ids(too_little).is_empty(), "{:?}", ids(too_little));
    }

    #[test]
    fn messages_from_the_field_are_recognised_first_of_all() {
        for (text, first) in [
            (
                "Access denied: Copy job failed. Both source and destination account must be a member of the same \
                 organization",
                "E1",
            ),
            (
                "Copy job failed. Cross-account copy feature is not enabled for the current organization.",
                "E2",
            ),
            ("Access Denied trying to call AWS Backup service.", "E3"),
            (
                "Copy job from eu-north-1 to eu-central-1 cannot be initiated for Aurora resources. Feature is not \
                 supported for provided resource type.",
                "E5",
            ),
            ("Given key ID is not accessible", "E6"),
            (
                "AMI snapshot copy failed with error: Given key ID is not accessible. You must have DescribeKey \
                 permissions on the default CMK",
                "E7",
            ),
            (
                "The source snapshot KMS key [arn:aws:kms:eu-central-1:111111111111:key/1] does not exist, is not \
                 enabled or you do not have permissions to access it.",
                "E8",
            ),
            (
                "The source snapshot KMS key does not exist, is not enabled or you do not have permissions to access it.",
                "E8",
            ),
            (
                "KMS key is either disabled or pending deletion or access to KMS key is denied",
                "E9",
            ),
            ("Source AMI ami-0abc12345 not found in Region.", "E17"),
            (
                "Snapshots encrypted with the AWS managed key can\u{2019}t be shared.\n Specify another snapshot.",
                "E11",
            ),
            (
                "IAM Role arn:aws:iam::111111111111:role/service-role/AWSBackupDefaultServiceRole does not have \
                 sufficient permissions to execute the backup.",
                "E37",
            ),
            (
                "The snapshot requires a target option group with the following options: TDE.",
                "E16",
            ),
            (
                "Bucket photos already has continuous backup enabled for another vault Backup job failed.",
                "E34",
            ),
            ("Unsupported resource type: FooBar", "E29"),
            (
                "IAM role arn:aws:iam::1:role/x cannot be assumed by AWS Backup",
                "E26",
            ),
        ] {
            assert_eq!(ids(text).first().map(String::as_str), Some(first), "{text}");
        }
    }

    #[test]
    fn a_text_of_nobody_is_nothing() {
        assert!(ids("the weather is fine").is_empty());
        assert!(ids("").is_empty());
        assert!(ids("Copy job from  to us-east-1 cannot").is_empty());
    }

    #[test]
    fn every_message_recognises_its_own_wordings_and_is_filed_under_its_number() {
        for row in ALL {
            assert_eq!(message(row.id), row);
            for text in row.texts {
                let sample = text.wording();
                let sample = sample.replace('{', "<").replace('}', ">");
                assert!(
                    explain(&sample).iter().any(|found| found.id == row.id),
                    "{:?}: {sample}",
                    row.id
                );
            }
            assert!(!row.cites.is_empty(), "{:?}", row.id);
            assert!(!row.cause.is_empty(), "{:?}", row.id);
        }
    }

    #[test]
    fn predictions_have_the_names_filled_in() {
        let key = Arn::parse("arn:aws:kms:us-east-2:111122223333:key/1").unwrap();
        let predicted = source_key_not_shared(Kind::Rds, Some(&key)).unwrap();
        assert_eq!(
            predicted.text,
            "The source snapshot KMS key [arn:aws:kms:us-east-2:111122223333:key/1] does not exist, is not enabled \
             or you do not have permissions to access it."
        );
        assert_eq!(source_key_not_shared(Kind::Rds, None), None);
        assert_eq!(
            source_key_not_shared(Kind::Ebs, None).unwrap().id,
            MessageId::E6
        );
        assert_eq!(
            source_key_aws_managed(Kind::Ebs, None).unwrap().id,
            MessageId::E12
        );
        assert_eq!(
            source_key_aws_managed(Kind::Ec2, None).unwrap().category,
            Some(Category::AccessDenied)
        );
        assert_eq!(source_key_aws_managed(Kind::FsxLustre, Some(&key)), None);
        let route = route_unsupported(
            Kind::Rds,
            &Region::new("us-west-2"),
            &Region::new("us-east-1"),
        );
        assert_eq!(
            route.unwrap().text,
            "Copy job from us-west-2 to us-east-1 cannot be initiated for RDS resources. Feature is not supported \
             for provided resource type."
        );
        assert_eq!(predict(MessageId::E8), None);
        assert_eq!(predict(MessageId::E26), None);
    }

    #[test]
    fn categories_are_spelled_as_in_the_api() {
        for row in ALL {
            if let Some(category) = row.category {
                assert_eq!(
                    serde_json::to_value(category).unwrap(),
                    category.as_str(),
                    "{category:?}"
                );
            }
        }
    }
}
