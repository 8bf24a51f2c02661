//! What resources and recovery points are encrypted with.

use crate::inventory::field::Field;
use crate::inventory::json::Json;
use crate::inventory::tree::Tree;
use crate::known::{Arn, ByHand, Fact, Gap, ResourceType};

use super::Facts;
use super::contradiction::{contradiction, of_another, strange_key_type};
use super::key::EncryptedWith;
use super::stored::{moment, moment_of};
use super::twice::at;
use super::vault::is_elsewhere;

/// Since when Aurora puts a cluster that names no key on a key that AWS owns, and says `StorageEncrypted` false all the same:
/// 2026-02-18, in milliseconds since 1970.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html>.
const AWS_OWNED_SINCE: i128 = 1_771_372_800_000;

/// RDS's word for how something is encrypted.
const ENCRYPTION_TYPE: &str = "StorageEncryptionType";

impl Facts<'_> {
    /// What the resource is encrypted with.
    #[must_use]
    pub fn resource_key(&self, arn: &Arn) -> Fact<EncryptedWith> {
        let resource = self.resource(arn);
        let key = resource.field(|r| &r.encryption_key_arn);
        let detail = resource.field(|r| &r.detail);
        let unknown = || {
            Fact::unknown(match ResourceType::of_resource(arn) {
                // A volume's own key is that of its data in Amazon S3.
                Some(ResourceType::StorageGateway) => Gap::not_told(
                    "which key the snapshots of a gateway's volume are on before there is one",
                    arn.as_str(),
                )
                .where_is(arn),
                Some(_) | None => self.resource_gap(arn),
            })
        };
        let encrypted = resource.field(|r| &r.encrypted);
        let said = Said {
            flag: ("Encrypted", encrypted.value().copied().copied()),
            key: key.clone(),
        };
        let strange = neither_way(arn, "Encrypted", &encrypted);
        if let Some(gap) = strange.or_else(|| said.contradicted(arn, detail.value().copied())) {
            return Fact::unknown(gap);
        }
        let told = || described_with(arn, &encrypted, detail.value().copied()?);
        let said = encrypted_with(encrypted.clone(), key).or_else(told);
        let owned = detail.value().and_then(|detail| on_owned_key(detail));
        match (said, owned) {
            (None, _) => unknown(),
            (Some(EncryptedWith::Key(_)), Some(true)) => unknown(),
            (Some(_), Some(true)) => Fact::Known(EncryptedWith::AwsOwnedKey),
            (Some(EncryptedWith::Nothing), None) if self.is_of_aurora(arn) => unknown(),
            (Some(said), _) => Fact::Known(said),
        }
    }

    /// What the recovery point is encrypted with.
    #[must_use]
    pub fn point_key(&self, arn: &Arn) -> Fact<EncryptedWith> {
        let point = self.recovery_point(arn);
        let key = point.field(|p| &p.encryption_key_arn);
        let detail = point.field(|p| &p.detail);
        let encrypted = point.field(|p| &p.is_encrypted);
        let kind = point.field(|p| &p.encryption_key_type);
        match (kind.value().map(|kind| &***kind), &key, &encrypted) {
            (Some("AWS_OWNED_KMS_KEY"), Field::Is(key), _) => {
                let vault = point.field(|p| &p.backup_vault_arn);
                let account = vault.value().copied().and_then(Arn::account);
                return self.aws_owned_beside(arn, account.or(arn.account()), key);
            }
            (Some("AWS_OWNED_KMS_KEY"), Field::Null | Field::Absent, _) => {
                return Fact::Known(EncryptedWith::AwsOwnedKey);
            }
            (Some("CUSTOMER_MANAGED_KMS_KEY"), Field::Null, _)
            | (Some("CUSTOMER_MANAGED_KMS_KEY"), _, Field::Is(false)) => {
                return Fact::unknown(contradiction(
                    arn,
                    "`EncryptionKeyType` CUSTOMER_MANAGED_KMS_KEY",
                    "no key: `IsEncrypted` false, or `EncryptionKeyArn` null",
                ));
            }
            (Some(kind), ..) if let Some(gap) = strange_key_type(arn, kind) => {
                return Fact::unknown(gap);
            }
            (Some(_) | None, _, _) => {}
        }
        let said = Said {
            flag: ("IsEncrypted", encrypted.value().copied().copied()),
            key: key.clone(),
        };
        let told = detail.value().copied();
        let gap = told.and_then(|told| of_another(arn, told));
        let gap = gap.or_else(|| neither_way(arn, "IsEncrypted", &encrypted));
        if let Some(gap) = gap.or_else(|| said.contradicted(arn, told)) {
            return Fact::unknown(gap);
        }
        match encrypted_with(encrypted, key) {
            None => Fact::unknown(self.point_gap(arn)),
            Some(EncryptedWith::Nothing) => self.unencrypted_point(arn, &detail),
            Some(said) => Fact::Known(said),
        }
    }

    /// The field that says that a recovery point or a resource is encrypted, on whatever key.
    #[must_use]
    pub fn said_to_be_encrypted(&self, arn: &Arn) -> Option<&'static str> {
        let point = self.recovery_point(arn);
        let kind = point.field(|p| &p.encryption_key_type);
        let kind = kind.value().map(|kind| &***kind);
        if matches!(point.field(|p| &p.is_encrypted), Field::Is(true)) {
            return Some("`IsEncrypted` true");
        }
        if kind == Some("CUSTOMER_MANAGED_KMS_KEY") {
            return Some("`EncryptionKeyType` CUSTOMER_MANAGED_KMS_KEY");
        }
        let of_resource = self.resource(arn).field(|r| &r.encrypted);
        matches!(of_resource, Field::Is(true)).then_some("`Encrypted` true")
    }

    /// What AWS Backup calls not encrypted may be on a key that AWS owns: of Aurora also where its cluster is.
    fn unencrypted_point(&self, arn: &Arn, detail: &Field<&Tree>) -> Fact<EncryptedWith> {
        let point = self.recovery_point(arn);
        let is_aurora = matches!(
            point.field(|p| &p.resource_type),
            Field::Is(ResourceType::Aurora)
        );
        let made = point.field(|p| &p.creation_date);
        let made = made.value().and_then(|Json(date)| moment(date));
        let of_point = detail.value().and_then(|detail| on_owned_key(detail));
        if of_point == Some(true) {
            return Fact::Known(EncryptedWith::AwsOwnedKey);
        }
        if !is_aurora || made.is_some_and(|made| made < AWS_OWNED_SINCE) {
            return Fact::Known(EncryptedWith::Nothing);
        }
        let of_cluster = || {
            let cluster = point.field(|p| &p.resource_arn);
            let cluster = self.resource(cluster.value()?);
            cluster
                .field(|r| &r.detail)
                .value()
                .and_then(|detail| on_owned_key(detail))
        };
        match of_point.or_else(of_cluster) {
            Some(true) => Fact::Known(EncryptedWith::AwsOwnedKey),
            Some(false) => Fact::Known(EncryptedWith::Nothing),
            None => Fact::unknown(self.describe_gap(arn)),
        }
    }

    fn is_of_aurora(&self, arn: &Arn) -> bool {
        matches!(
            self.resource_type(arn),
            Fact::Known(Some(ResourceType::Aurora))
        )
    }
}

/// Whether RDS's description names a key that AWS owns: `StorageEncryptionType`. A cluster made before Aurora did so is on none;
/// `None` where nothing tells.
fn on_owned_key(detail: &Tree) -> Option<bool> {
    let how = detail.get(ENCRYPTION_TYPE).and_then(Tree::as_str);
    let made = detail.get("ClusterCreateTime").and_then(moment_of);
    match how {
        Some(how) => Some(how == "sse-rds"),
        None => made
            .is_some_and(|made| made < AWS_OWNED_SINCE)
            .then_some(false),
    }
}

/// What AWS Backup says of how something is encrypted: a flag, by the name that it has there, and a key.
struct Said<'a> {
    flag: (&'static str, Option<bool>),
    key: Field<&'a Arn>,
}

impl Said<'_> {
    /// Where that cannot be: its key is of another Region than what it encrypts, or the service's own description says otherwise.
    /// Then neither counts.
    fn contradicted(&self, of: &Arn, detail: Option<&Tree>) -> Option<Gap> {
        let key = self.key.value().copied();
        if let Some(key) = key.filter(|key| is_elsewhere(key, of)) {
            return Some(contradiction(
                of,
                format!("`EncryptionKeyArn` {key}"),
                "its own Region",
            ));
        }
        let (flag, on) = self.flag;
        if let (Some(false), Some(key)) = (on, key) {
            return Some(contradiction(
                of,
                format!("`{flag}` false"),
                format!("`EncryptionKeyArn` {key}"),
            ));
        }
        if let Some(gap) = self.of_another_way(of, detail) {
            return Some(gap);
        }
        // Where the key is AWS's own, the services print `StorageEncrypted` false.
        let detail = detail.filter(|detail| on_owned_key(detail) != Some(true))?;
        let flags = ["Encrypted", "StorageEncrypted"];
        let told = flags
            .into_iter()
            .find_map(|name| Some((name, detail.get(name)?.as_bool()?)));
        let named = own_key(detail);
        let on_key = |(at, named)| format!("`{at}` {named} in its `Detail`");
        match (on, told) {
            (Some(on), Some((name, told))) if on != told => {
                return Some(contradiction(
                    of,
                    format!("`{flag}` {on}"),
                    format!("`{name}` {told} in its `Detail`"),
                ));
            }
            _ => {}
        }
        match (key, named, told) {
            (Some(key), Some(named), _) if is_another(key, named.1) => Some(contradiction(
                of,
                format!("`EncryptionKeyArn` {key}"),
                on_key(named),
            )),
            (Some(key), _, Some((name, false))) => Some(contradiction(
                of,
                format!("`EncryptionKeyArn` {key}"),
                format!("`{name}` false in its `Detail`"),
            )),
            (None, Some(named), _) if on == Some(false) || matches!(self.key, Field::Null) => {
                Some(contradiction(
                    of,
                    format!("no key, by `{flag}` and `EncryptionKeyArn`"),
                    on_key(named),
                ))
            }
            (Some(_) | None, _, _) => None,
        }
    }
}

impl Said<'_> {
    /// Where RDS's word for how it is encrypted says otherwise, or is not one that is known.
    ///
    /// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html>.
    fn of_another_way(&self, of: &Arn, detail: Option<&Tree>) -> Option<Gap> {
        let how = detail?.get(ENCRYPTION_TYPE)?.as_str()?;
        let (flag, on) = self.flag;
        let key = self.key.value().copied();
        let (is_wrong, other) = match how {
            "sse-rds" => (
                key.is_some(),
                key.map(|key| format!("`EncryptionKeyArn` {key}")),
            ),
            "sse-kms" => (on == Some(false), Some(format!("`{flag}` false"))),
            "none" => (
                on == Some(true) || key.is_some(),
                Some(format!("`{flag}` true, or a key")),
            ),
            other => {
                let says = format!("say what `{ENCRYPTION_TYPE}` {other} is");
                let gap = Gap::by_hand(ByHand::NotUnderstood, says, of.as_str());
                return Some(gap.where_is(of));
            }
        };
        let says = format!("`{ENCRYPTION_TYPE}` {how} in its `Detail`");
        is_wrong.then(|| contradiction(of, other.unwrap_or_default(), says))
    }
}

/// What a service's description says of how a resource is encrypted, where nothing else does; `None` where it leaves it open.
fn described_with(arn: &Arn, encrypted: &Field<&bool>, detail: &Tree) -> Option<EncryptedWith> {
    const FLAGS: &[&[&str]] = &[
        &["Encrypted"],
        &["StorageEncrypted"],
        &["FileSystem", "Encrypted"],
    ];
    let told = FLAGS.iter().find_map(|path| at(detail, path)?.as_bool());
    if encrypted.value().map(|on| **on).or(told) == Some(false) {
        return Some(EncryptedWith::Nothing);
    }
    match own_key(detail) {
        Some((_, named)) => key_named(arn, named).map(EncryptedWith::Key),
        None => is_on_key_of_aws(arn, detail).then_some(EncryptedWith::AwsOwnedKey),
    }
}

/// The ARN of a key that a description names by its ARN, or by its id. An alias tells none.
fn key_named(of: &Arn, named: &str) -> Option<Arn> {
    let key = if named.starts_with("arn:") {
        Arn::parse(named).ok()
    } else {
        let (region, account) = of.region().zip(of.account())?;
        let arn = format!("arn:{}:kms:{region}:{account}:key/{named}", of.partition());
        Arn::parse(&arn).ok().filter(|_| !named.contains('/'))
    };
    key.filter(|key| key.resource().starts_with("key/") && !is_elsewhere(key, of))
}

/// Whether a description says that a resource is encrypted and on no key of KMS that it could name: a table without `SSEDescription`, a
/// bucket with SSE-S3, a cluster of Aurora DSQL on AWS's own.
///
/// See <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html>,
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html> and
/// <https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_EncryptionDetails.html>.
fn is_on_key_of_aws(arn: &Arn, detail: &Tree) -> bool {
    match arn.service() {
        // All that DescribeTable says has the keys of the table.
        "dynamodb" => match detail.get("SSEDescription") {
            None => detail.get("KeySchema").is_some(),
            Some(told) => told.get("Status").and_then(Tree::as_str) == Some("DISABLED"),
        },
        "dsql" => {
            let places: [&[&str]; 2] = [
                &["encryptionDetails", "encryptionType"],
                &["EncryptionDetails", "EncryptionType"],
            ];
            let mut told = places.into_iter().filter_map(|path| at(detail, path));
            told.next().and_then(Tree::as_str) == Some("AWS_OWNED_KMS_KEY")
        }
        "s3" => RULES_OF_BUCKETS.iter().any(|(rules, default)| {
            let rules = at(detail, rules).and_then(Tree::as_array);
            let mut rules = rules.into_iter().flatten();
            rules.any(|rule| {
                let by = at(rule, default).and_then(|by| by.get("SSEAlgorithm"));
                by.and_then(Tree::as_str) == Some("AES256")
            })
        }),
        _ => false,
    }
}

/// Where a bucket's rules stand, and in each how it encrypts: in CloudFormation, and in S3.
const RULES_OF_BUCKETS: &[(&[&str], &[&str])] = &[
    (
        &["BucketEncryption", "ServerSideEncryptionConfiguration"],
        &["ServerSideEncryptionByDefault"],
    ),
    (
        &["ServerSideEncryptionConfiguration", "Rules"],
        &["ApplyServerSideEncryptionByDefault"],
    ),
];

/// The key that a service's description names, and where: each writes it in a place of its own.
///
/// See `KmsKeyId` of API_DBInstance, API_FileSystemDescription and their like, API_SSEDescription of DynamoDB, API_EncryptionDetails
/// of Aurora DSQL, API_CachediSCSIVolume of Storage Gateway, and `ServerSideEncryptionByDefault` of a bucket in CloudFormation and in S3.
fn own_key(detail: &Tree) -> Option<(&'static str, &str)> {
    const PLACES: &[&[&str]] = &[
        &["KmsKeyId"],
        &["FileSystem", "KmsKeyId"],
        &["encryptionDetails", "kmsKeyArn"],
        &["EncryptionDetails", "KmsKeyArn"],
        &["KMSKey"],
    ];
    let named = |path: &&'static [&'static str]| {
        let last = path.last().copied()?;
        Some((last, at(detail, path)?.as_str()?))
    };
    let of_table = || {
        let encryption = detail.get("SSEDescription")?;
        let is_off = encryption.get("Status").and_then(Tree::as_str) == Some("DISABLED");
        let key = encryption.get("KMSMasterKeyArn")?.as_str()?;
        (!is_off).then_some(("KMSMasterKeyArn", key))
    };
    let of_bucket = || {
        RULES_OF_BUCKETS.iter().find_map(|(rules, default)| {
            let mut rules = at(detail, rules)?.as_array()?.iter();
            let key = rules.find_map(|rule| at(rule, default)?.get("KMSMasterKeyID"))?;
            Some(("KMSMasterKeyID", key.as_str()?))
        })
    };
    let plain = PLACES.iter().find_map(named);
    plain.or_else(of_table).or_else(of_bucket)
}

/// Whether a service names another key, by its ARN or id. An alias tells nothing.
fn is_another(key: &Arn, named: &str) -> bool {
    match Arn::parse(named) {
        Ok(arn) => arn.resource().starts_with("key/") && arn != *key,
        Err(_) => !named.contains('/') && named != key.name(),
    }
}

/// A flag that is there and says neither that a thing is encrypted nor that it is not.
fn neither_way(of: &Arn, flag: &str, said: &Field<&bool>) -> Option<Gap> {
    matches!(said, Field::Null).then(|| {
        let says = format!("say whether it is encrypted: `{flag}` is null");
        Gap::by_hand(ByHand::NotUnderstood, says, of.as_str()).where_is(of)
    })
}

/// What the two fields say together; `None` where they leave it open, or contradict each other.
fn encrypted_with(encrypted: Field<&bool>, key: Field<&Arn>) -> Option<EncryptedWith> {
    match (encrypted, key) {
        (Field::Is(false), Field::Null | Field::Absent) => Some(EncryptedWith::Nothing),
        (Field::Is(true) | Field::Absent, Field::Is(key)) => Some(EncryptedWith::Key(key.clone())),
        (Field::Is(true), Field::Null) => Some(EncryptedWith::AwsOwnedKey),
        (Field::Is(false), Field::Is(_))
        | (Field::Is(true) | Field::Absent, Field::Absent)
        | (Field::Absent, Field::Null)
        | (Field::Null, _) => None,
    }
}
