//! The ARNs that the recovery points of a kind have.

use smol_str::{SmolStr, format_smolstr};

use super::Kind;
use crate::known::{AccountId, Arn, Region, ResourceType};

/// The ARN that a kind's recovery points have in a standard vault, as a pattern with `*`.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html>. Of Redshift Serverless no page
/// shows one: every ARN of the service matches.
#[must_use]
pub fn pattern(kind: Kind, partition: &str, region: &Region, account: AccountId) -> SmolStr {
    let (service, owner, resource) = shape(kind);
    let region = region.as_str();
    // Every role is asked for them.
    let parts = match owner {
        Owner::Named => {
            let account = account.to_string();
            ["arn", partition, service, region, &account, resource].join(":")
        }
        Owner::LeftOut => ["arn", partition, service, region, "", resource].join(":"),
    };
    parts.into()
}

/// Whether an ARN says whose the thing is.
enum Owner {
    Named,
    LeftOut,
}

#[rustfmt::skip]
fn shape(kind: Kind) -> (&'static str, Owner, &'static str) {
    use Owner::{LeftOut, Named};
    match kind {
        //                           service                account  resource  (all as of 2026-09-24)
        Kind::Rds                => ("rds",                 Named,   "snapshot:awsbackup:*"),
        Kind::Aurora
        | Kind::RdsMultiAzCluster
        | Kind::DocumentDb
        | Kind::Neptune          => ("rds",                 Named,   "cluster-snapshot:awsbackup:*"),
        Kind::Ebs
        | Kind::StorageGateway   => ("ec2",                 LeftOut, "snapshot/*"),
        Kind::Ec2 | Kind::Ec2Vss => ("ec2",                 LeftOut, "image/ami-*"),
        Kind::FsxLustre
        | Kind::FsxWindows
        | Kind::FsxOntap
        | Kind::FsxOpenZfs       => ("fsx",                 Named,   "backup/backup-*"),
        Kind::DynamoDbBasic      => ("dynamodb",            Named,   "table/*/backup/*"),
        Kind::Redshift           => ("redshift",            Named,   "snapshot:*/awsbackup:*"),
        Kind::RedshiftServerless => ("redshift-serverless", Named,   "*"),
        Kind::Eks                => ("backup",              Named,   "recovery-point:composite:eks/*"),
        Kind::AuroraDsql
        | Kind::DynamoDbAdvanced
        | Kind::Efs
        | Kind::S3
        | Kind::SapHana
        | Kind::Timestream
        | Kind::VirtualMachine
        | Kind::CloudFormation   => ("backup",              Named,   "recovery-point:*"),
    }
}

/// The ARN that recovery points of every kind have in a logically air-gapped vault.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html>.
#[must_use]
pub fn pattern_in_lagv(partition: &str, region: &Region, account: AccountId) -> SmolStr {
    format_smolstr!("arn:{partition}:backup:{region}:{account}:recovery-point:*")
}

/// The types of which a recovery point can be, by its ARN. None: any, as far as that tells.
#[must_use]
pub fn types(recovery_point: &Arn) -> &'static [ResourceType] {
    use ResourceType::{
        Aurora, DocumentDb, DynamoDb, Ebs, Ec2, Fsx, Neptune, Rds, Redshift, RedshiftServerless,
        StorageGateway,
    };
    let resource = recovery_point.resource();
    let word = resource.split(['/', ':']).next().unwrap_or_default();
    #[rustfmt::skip]
    let types: &[ResourceType] = match (recovery_point.service(), word) {
        ("ec2", "snapshot")         => &[Ebs, StorageGateway],
        ("ec2", "image")            => &[Ec2],
        ("rds", "snapshot")         => &[Rds],
        ("rds", "cluster-snapshot") => &[Rds, Aurora, DocumentDb, Neptune],
        ("fsx", _)                  => &[Fsx],
        ("dynamodb", _)             => &[DynamoDb],
        ("redshift", _)             => &[Redshift],
        ("redshift-serverless", _)  => &[RedshiftServerless],
        _                           => &[],
    };
    types
}

/// Why an ARN of AWS Backup's own is none that a recovery point of a type has; `None`: it may be. In a standard vault only the
/// types that it manages fully have such ARNs, and continuous recovery points. A composite one is of EKS, CloudFormation or SAP
/// HANA.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html>.
#[must_use]
pub fn not_of_type(
    recovery_point: &Arn,
    of: &ResourceType,
    is_in_standard_vault: bool,
) -> Option<&'static str> {
    if recovery_point.service() != "backup" {
        return None;
    }
    let kinds = Kind::candidates(of);
    let is_composite = recovery_point
        .resource()
        .starts_with("recovery-point:composite:");
    if kinds.is_empty() {
        return None;
    }
    if is_composite && !may_have_parts(of) {
        return Some("its ARN, which is that of a composite one");
    }
    if !is_in_standard_vault {
        return None;
    }
    // No page shows one of Redshift Serverless.
    let is_managed = |kind: &Kind| shape(*kind).0 == "backup" || *kind == Kind::RedshiftServerless;
    let may_be = kinds.iter().any(is_managed) || is_continuous(recovery_point);
    (!may_be)
        .then_some("its ARN of AWS Backup, which backups of the type do not have in such a vault")
}

/// Whether a recovery point of a type may be a composite one, which others are nested in; of a type that no table has it may.
#[must_use]
pub fn may_have_parts(of: &ResourceType) -> bool {
    let kinds = Kind::candidates(of);
    let may = |kind: &Kind| matches!(kind, Kind::Eks | Kind::CloudFormation | Kind::SapHana);
    kinds.is_empty() || kinds.iter().any(may)
}

/// Whether a recovery point is a continuous one: its id begins with `continuous`, whatever the type. Of a bucket it need not, and
/// [`is_continuous_of_bucket`] tells more.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html>.
#[must_use]
pub fn is_continuous(recovery_point: &Arn) -> bool {
    id(recovery_point).is_some_and(|id| id.starts_with("continuous"))
}

/// Whether the id of a bucket's recovery point is that of a continuous one, and whether it says so itself: `continuous:…` does,
/// `BUCKET-5ec207d0` is one by AWS's table, and `BUCKET-20211231900000-5ec207d0` is a periodic one. `None`: it is none of these.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html>.
#[must_use]
pub fn is_continuous_of_bucket(recovery_point: &Arn, bucket: Option<&Arn>) -> Option<(bool, bool)> {
    let id = id(recovery_point)?;
    // No bucket's name has a colon.
    if id.starts_with("continuous:") {
        return Some((true, true));
    }
    let named = bucket.and_then(|bucket| id.strip_prefix(bucket.resource())?.strip_prefix('-'));
    let Some(rest) = named else {
        return id.starts_with("continuous").then_some((true, true));
    };
    let is_hash = |text: &str| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_date = |text: &str| text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    match rest.split_once('-') {
        None => is_hash(rest).then_some((true, false)),
        Some((date, hash)) => (is_date(date) && is_hash(hash)).then_some((false, false)),
    }
}

/// The id in an ARN of AWS Backup's own.
fn id(recovery_point: &Arn) -> Option<&str> {
    let id = recovery_point.resource().strip_prefix("recovery-point:")?;
    (recovery_point.service() == "backup").then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: Kind) -> SmolStr {
        let account = AccountId::parse("111122223333").unwrap();
        pattern(kind, "aws", &Region::new("eu-west-1"), account)
    }

    #[test]
    fn each_family_has_its_own_shape() {
        for (kind, expected) in [
            (
                Kind::Rds,
                "arn:aws:rds:eu-west-1:111122223333:snapshot:awsbackup:*",
            ),
            (
                Kind::Neptune,
                "arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:awsbackup:*",
            ),
            (Kind::StorageGateway, "arn:aws:ec2:eu-west-1::snapshot/*"),
            (Kind::Ec2Vss, "arn:aws:ec2:eu-west-1::image/ami-*"),
            (
                Kind::FsxOntap,
                "arn:aws:fsx:eu-west-1:111122223333:backup/backup-*",
            ),
            (
                Kind::DynamoDbBasic,
                "arn:aws:dynamodb:eu-west-1:111122223333:table/*/backup/*",
            ),
            (
                Kind::DynamoDbAdvanced,
                "arn:aws:backup:eu-west-1:111122223333:recovery-point:*",
            ),
            (
                Kind::Eks,
                "arn:aws:backup:eu-west-1:111122223333:recovery-point:composite:eks/*",
            ),
            (
                Kind::CloudFormation,
                "arn:aws:backup:eu-west-1:111122223333:recovery-point:*",
            ),
            (
                Kind::Redshift,
                "arn:aws:redshift:eu-west-1:111122223333:snapshot:*/awsbackup:*",
            ),
        ] {
            assert_eq!(of(kind), expected);
        }
    }

    #[test]
    fn a_continuous_recovery_point_is_known_by_its_id() {
        let is = |text: &str| is_continuous(&Arn::parse(text).unwrap());
        assert!(is(
            "arn:aws:backup:eu-west-1:111122223333:recovery-point:continuous:cluster-1-9b1f"
        ));
        assert!(!is(
            "arn:aws:backup:eu-west-1:111122223333:recovery-point:photos-20260901-continuous"
        ));
        assert!(!is(
            "arn:aws:rds:eu-west-1:111122223333:snapshot:awsbackup:job-1"
        ));
    }
    #[test]
    fn the_id_of_a_buckets_recovery_point_tells_by_its_date() {
        let of = |id: &str, bucket: &str| {
            let point = format!("arn:aws:backup:eu-west-1:111122223333:recovery-point:{id}");
            let bucket = Arn::parse(&format!("arn:aws:s3:::{bucket}")).unwrap();
            is_continuous_of_bucket(&Arn::parse(&point).unwrap(), Some(&bucket))
        };
        for (id, bucket, expected) in [
            ("continuous:photos-5ec207d0", "photos", Some((true, true))),
            ("photos-5ec207d0", "photos", Some((true, false))),
            (
                "photos-20211231900000-5ec207d0",
                "photos",
                Some((false, false)),
            ),
            // A name that looks like the rest of an id.
            (
                "photos-20211231900000-5ec207d0",
                "photos-20211231900000",
                Some((true, false)),
            ),
            (
                "continuous-logs-20211231900000-5ec207d0",
                "continuous-logs",
                Some((false, false)),
            ),
            ("photos-1", "photos", None),
            ("photos-5ec207d0", "pictures", None),
            ("1801234a-5b6b-7dc8-8032-836f7ffc623b", "photos", None),
        ] {
            assert_eq!(of(id, bucket), expected, "{id} of {bucket}");
        }
    }
}
