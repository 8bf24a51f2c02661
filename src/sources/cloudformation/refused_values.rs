//! Values that AWS does not take, by the pages of its operations: with one CloudFormation makes the resource not, and rolls all back.

use serde_json::Value;

use super::allowed_pattern;
use super::names::kind;
use super::reader::TemplateReader;
use super::template::plain;
use super::text::Node;
use crate::sources::replica_keys::PrimaryKey;

/// What AWS takes.
enum Takes {
    /// What matches a pattern.
    Like(&'static str),
    /// Whole numbers from one to another.
    Between(i64, i64),
}

/// The properties of types, each with what AWS takes, as of 2026-11-30. What it takes of the rules of plans stands beside those.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CreateBackupVault.html>,
/// `API_PutBackupVaultLockConfiguration.html` and `API_CreateLogicallyAirGappedBackupVault.html` beside it,
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>, `API_CreatePolicy.html`, `API_PutRolePolicy.html`,
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_CreateAlias.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html>, `API_CreateDBCluster.html` and
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html>.
#[rustfmt::skip]
const TAKEN: &[(&str, &str, Takes)] = &[
    ("AWS::Backup::BackupVault",                   "BackupVaultName",                     Takes::Like("[a-zA-Z0-9_-]{2,50}")),
    ("AWS::Backup::BackupVault",                   "LockConfiguration.ChangeableForDays", Takes::Between(3, MOST_DAYS)),
    ("AWS::Backup::BackupVault",                   "LockConfiguration.MinRetentionDays",  Takes::Between(1, MOST_DAYS)),
    ("AWS::Backup::BackupVault",                   "LockConfiguration.MaxRetentionDays",  Takes::Between(1, MOST_DAYS)),
    ("AWS::Backup::LogicallyAirGappedBackupVault", "BackupVaultName",                     Takes::Like("[a-zA-Z0-9_-]{2,50}")),
    ("AWS::Backup::LogicallyAirGappedBackupVault", "MinRetentionDays",                    Takes::Between(7, MOST_DAYS)),
    ("AWS::Backup::LogicallyAirGappedBackupVault", "MaxRetentionDays",                    Takes::Between(7, MOST_DAYS)),
    ("AWS::IAM::Role",                             "RoleName",                            Takes::Like("[a-zA-Z0-9_+=,.@-]{1,64}")),
    ("AWS::IAM::ManagedPolicy",                    "ManagedPolicyName",                   Takes::Like("[a-zA-Z0-9_+=,.@-]{1,128}")),
    ("AWS::IAM::Policy",                           "PolicyName",                          Takes::Like("[a-zA-Z0-9_+=,.@-]{1,128}")),
    ("AWS::IAM::RolePolicy",                       "PolicyName",                          Takes::Like("[a-zA-Z0-9_+=,.@-]{1,128}")),
    ("AWS::KMS::Alias",                            "AliasName",                           Takes::Like("(?!alias/aws/)alias/[a-zA-Z0-9/_-]{1,250}")),
    ("AWS::RDS::DBInstance",                       "DBInstanceIdentifier",                Takes::Like("(?=.{1,63}$)[a-zA-Z](-?[a-zA-Z0-9])*")),
    ("AWS::RDS::DBCluster",                        "DBClusterIdentifier",                 Takes::Like("(?=.{1,63}$)[a-zA-Z](-?[a-zA-Z0-9])*")),
    ("AWS::DynamoDB::Table",                       "TableName",                           Takes::Like("[a-zA-Z0-9_.-]{3,255}")),
    ("AWS::DynamoDB::GlobalTable",                 "TableName",                           Takes::Like("[a-zA-Z0-9_.-]{3,255}")),
];

/// A hundred years.
const MOST_DAYS: i64 = 36_500;

/// The properties that are tags.
const TAGS: &[&str] = &[
    "Tags",
    "BackupPlanTags",
    "BackupVaultTags",
    "FileSystemTags",
];

/// How the keys of tags begin that AWS alone gives.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>.
const OF_AWS: &str = "aws:";

/// Bounds of which the one is not above the other.
const BOUNDS: &[(&str, [&str; 2])] = &[
    (
        "AWS::Backup::BackupVault",
        [
            "LockConfiguration.MinRetentionDays",
            "LockConfiguration.MaxRetentionDays",
        ],
    ),
    (
        "AWS::Backup::LogicallyAirGappedBackupVault",
        ["MinRetentionDays", "MaxRetentionDays"],
    ),
];

/// Says which values of what is made or changed AWS does not take.
pub fn told(reader: &mut TemplateReader<'_>) {
    let resources = reader.template.root.get("Resources");
    let mut open = Vec::new();
    for (id, node) in resources.map_or(&[][..], Node::fields) {
        if reader.is_made(node) == Some(false) || reader.is_same(id, node) {
            continue;
        }
        let at = format!("{}:{}: {id}", reader.template.file, node.line);
        let of_kind = TAKEN.iter().filter(|(of, ..)| *of == kind(node));
        open.extend(of_kind.filter_map(|(_, path, takes)| {
            let value = value(reader, node, path)?;
            let takes = takes.instead_of(&value)?;
            Some(format!(
                "{at} has the {path} `{value}`, of which AWS accepts {takes}: fix it"
            ))
        }));
        if kind(node) == "AWS::KMS::ReplicaKey"
            && let Some(home) = &reader.home
            && let Some(primary) = value(reader, node, "PrimaryKeyArn")
        {
            let why = PrimaryKey::of_arn(&primary).and_then(|key| key.why_none(home));
            open.extend(why.map(|why| format!("{at}: {why}")));
        }
        if let Some(key) = tag_of_aws(reader, node) {
            open.push(format!(
                "{at} has the tag `{key}`, and AWS alone gives tags that begin with `{OF_AWS}`: fix it"
            ));
        }
        let bounds = BOUNDS.iter().filter(|(of, _)| *of == kind(node));
        open.extend(bounds.filter_map(|(_, bounds)| {
            let [least, most] = bounds.map(|path| value(reader, node, path)?.parse::<i64>().ok());
            (least? > most?).then(|| {
                let [least, most] = bounds;
                format!("{at} has a {least} above its {most}, which AWS does not accept: fix it")
            })
        }));
    }
    for text in open {
        reader.open(text);
    }
}

/// The key of a tag that AWS alone gives.
fn tag_of_aws(reader: &TemplateReader<'_>, node: &Node) -> Option<String> {
    TAGS.iter().find_map(|name| {
        let keys: Vec<String> = match reader.of(node, name)? {
            Value::Object(fields) => fields.into_iter().map(|(key, _)| key).collect(),
            Value::Array(items) => {
                let keys = items.iter().map(|item| item.get("Key")?.as_str());
                keys.flatten().map(str::to_owned).collect()
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
        let mut keys = keys.into_iter();
        keys.find(|key| key.to_lowercase().starts_with(OF_AWS))
    })
}

/// A property, or one in it, where it is known.
fn value(reader: &TemplateReader<'_>, node: &Node, path: &str) -> Option<String> {
    let mut names = path.split('.');
    let whole = reader.of(node, names.next()?)?;
    let within = names.try_fold(&whole, |value: &Value, name| value.get(name));
    within.and_then(plain)
}

impl Takes {
    /// What AWS takes, in words, where a value is not of it.
    fn instead_of(&self, value: &str) -> Option<String> {
        match self {
            Self::Like(pattern) => {
                let is_other = allowed_pattern::matches(pattern, value) == Some(false);
                is_other.then(|| format!("what matches {pattern}"))
            }
            Self::Between(least, most) => {
                let number: i64 = value.parse().ok()?;
                let is_within = (*least..=*most).contains(&number);
                (!is_within).then(|| format!("{least} to {most}"))
            }
        }
    }
}
