//! What a snapshot or an image says that it was made of, and whose it is: it must be what its recovery point says.

use crate::inventory::tree::Tree;
use crate::known::{Arn, Fact, Gap};

use super::{Facts, contradiction};

/// The members of a snapshot's description that name what it was made of: the service and the word that the resource's ARN
/// begins with, the object that the member stands in, and its name.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshot.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBClusterSnapshot.html>,
/// <https://docs.aws.amazon.com/fsx/latest/APIReference/API_Backup.html> and
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html>.
#[rustfmt::skip]
const SOURCES: &[(&str, &str, Option<&str>, &str)] = &[
    ("rds", "db:",          None,               "DBInstanceIdentifier"),
    ("rds", "cluster:",     None,               "DBClusterIdentifier"),
    ("fsx", "file-system/", Some("FileSystem"), "FileSystemId"),
    ("fsx", "volume/",      Some("Volume"),     "VolumeId"),
    ("ec2", "volume/",      None,               "VolumeId"),
];

/// The volume that a copied snapshot names, whatever volume it was made of.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CopySnapshot.html>.
const OF_A_COPY: &str = "vol-ffffffff";

impl Facts<'_> {
    /// What in the description of a recovery point's snapshot contradicts that it was made of this resource by AWS Backup.
    #[must_use]
    pub fn snapshot_contradicts(&self, point: &Arn, resource: &Arn) -> Option<Gap> {
        let detail = self.point_description(point).known().flatten()?;
        if let Some((name, other)) = made_of_another(resource, detail) {
            return Some(contradiction(
                point,
                format!("`{name}` of its `Detail` ({other})"),
                format!("its `ResourceArn` {resource}"),
            ));
        }
        if point.service() != "ec2" {
            return None;
        }
        let text = |name: &str| detail.get(name).and_then(Tree::as_str);
        if text("RootDeviceType") == Some("instance-store") {
            return Some(contradiction(
                point,
                "`RootDeviceType` of its `Detail` (instance-store)",
                "that it is a backup, which is made of instances on EBS alone",
            ));
        }
        None
    }

    /// What in the description of a recovery point's snapshot or backup contradicts that it is of its vault's account.
    ///
    /// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html>,
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Image.html> and
    /// <https://docs.aws.amazon.com/fsx/latest/APIReference/API_Backup.html>.
    #[must_use]
    pub fn owner_contradicts(&self, point: &Arn) -> Option<Gap> {
        if !matches!(point.service(), "ec2" | "fsx") {
            return None;
        }
        let detail = self.point_description(point).known().flatten()?;
        let owner = detail.get("OwnerId").and_then(Tree::as_str)?;
        match self.point_vault(point) {
            Fact::Known(Some(vault))
                if vault.account().is_some_and(|id| id.to_string() != owner) =>
            {
                Some(contradiction(
                    point,
                    format!("`OwnerId` of its `Detail` ({owner})"),
                    format!("its vault {vault}"),
                ))
            }
            Fact::Known(_) | Fact::Unknown(_) => None,
        }
    }
}

/// Whether it is the id of a database or a cluster that never changes, `db-` or `cluster-` and 26 letters and digits, by which
/// an ARN may name it, and which a snapshot does not have.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html>.
fn is_resource_id(name: &str) -> bool {
    const LENGTH: usize = 26;
    let id = name
        .strip_prefix("cluster-")
        .or_else(|| name.strip_prefix("db-"));
    id.is_some_and(|id| id.len() == LENGTH && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The member by which a snapshot names another thing than this, and what it names.
fn made_of_another<'d>(resource: &Arn, detail: &'d Tree) -> Option<(&'static str, &'d str)> {
    SOURCES.iter().find_map(|(service, word, object, name)| {
        if *service != resource.service() {
            return None;
        }
        let own = resource.resource().strip_prefix(word)?.rsplit('/').next()?;
        let is_fixed = *service == "rds" && is_resource_id(own);
        let of = object.map_or(Some(detail), |object| detail.get(object))?;
        let told = of.get(name)?.as_str()?;
        let same = told.eq_ignore_ascii_case(own) || told == OF_A_COPY || is_fixed;
        (!same).then_some((*name, told))
    })
}
