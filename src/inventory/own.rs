//! Whether a service's description is of the thing whose ARN it stands under.

use super::tree::Tree;
use crate::known::Arn;

/// The members of descriptions that name the thing itself, by the service and the word that its ARN's resource begins with.
#[rustfmt::skip]
const IDS: &[(&str, &str, &str)] = &[
    ("dsql",              "cluster/",          "Identifier"),
    ("dsql",              "cluster/",          "identifier"),
    ("dynamodb",          "table/",            "TableName"),
    ("eks",               "cluster/",          "Name"),
    ("eks",               "cluster/",          "name"),
    ("ec2",               "image/",            "ImageId"),
    ("ec2",               "instance/",         "InstanceId"),
    ("ec2",               "snapshot/",         "SnapshotId"),
    ("ec2",               "volume/",           "VolumeId"),
    ("elasticfilesystem", "file-system/",      "FileSystemId"),
    ("fsx",               "backup/",           "BackupId"),
    ("fsx",               "file-system/",      "FileSystemId"),
    ("fsx",               "volume/",           "VolumeId"),
    ("rds",               "cluster:",          "DBClusterIdentifier"),
    ("rds",               "cluster-snapshot:", "DBClusterSnapshotIdentifier"),
    ("rds",               "db:",               "DBInstanceIdentifier"),
    ("rds",               "snapshot:",         "DBSnapshotIdentifier"),
    ("redshift",          "cluster:",          "ClusterIdentifier"),
    ("s3",                "",                  "BucketName"),
    ("ssm-sap",           "HANA/",             "DatabaseId"),
    ("timestream",        "database/",         "TableName"),
];

/// The members that name what the thing is within, or what its ARN has before its id.
#[rustfmt::skip]
const BEFORE_IDS: &[(&str, &str, &str)] = &[
    ("cloudformation", "stack/",    "StackName"),
    ("fsx",            "volume/",   "FileSystemId"),
    ("ssm-sap",        "HANA/",     "ApplicationId"),
    ("timestream",     "database/", "DatabaseName"),
];

/// The members that are the thing's own ARN, whatever it is.
const ARNS: &[&str] = &[
    "Arn",
    "DBClusterArn",
    "DBClusterSnapshotArn",
    "DBInstanceArn",
    "DBSnapshotArn",
    "FileSystemArn",
    "ResourceARN",
    "StackId",
    "TableArn",
    "VolumeARN",
    "arn",
];

/// The member by which a description names another thing, and what it names.
pub fn other<'d>(arn: &Arn, detail: &'d Tree) -> Option<(&'static str, &'d str)> {
    let (service, resource) = (arn.service(), arn.resource());
    let by_arn = ARNS.iter().map(|name| (*name, arn.as_str()));
    let within = |rows: &'static [(&str, &str, &'static str)]| {
        let of_service = rows.iter().filter(|(of, ..)| *of == service);
        of_service.filter_map(|(_, word, name)| Some((*name, resource.strip_prefix(word)?)))
    };
    let by_id = within(IDS).filter_map(|(name, id)| Some((name, id.rsplit('/').next()?)));
    let before = within(BEFORE_IDS);
    let before = before.filter_map(|(name, id)| Some((name, id.split_once('/')?.0)));
    let mut named = by_arn.chain(by_id).chain(before);
    let other = named.find_map(|(name, own)| {
        let told = detail.get(name).and_then(Tree::as_str)?;
        (told != own).then_some((name, told))
    });
    other.or_else(|| of_another_region(arn, detail))
}

/// The zone of a database or a volume, where it is one of another Region: a zone's name begins with that of its Region. A snapshot that was
/// copied may tell where its database was.
///
/// See <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html>.
fn of_another_region<'d>(arn: &Arn, detail: &'d Tree) -> Option<(&'static str, &'d str)> {
    const ZONE: &str = "AvailabilityZone";
    let has_zone = match arn.service() {
        "rds" => arn.resource().starts_with("db:"),
        "ec2" => arn.resource().starts_with("volume/"),
        _ => false,
    };
    let region = arn.region().filter(|_| has_zone)?;
    let zone = detail.get(ZONE).and_then(Tree::as_str)?;
    let start = zone.get(..region.as_str().len()).unwrap_or(zone);
    let is_here = start.eq_ignore_ascii_case(region.as_str());
    (!is_here).then_some((ZONE, zone))
}
