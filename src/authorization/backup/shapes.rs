//! What the requests of a backup are done to, as policies name it.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::backups::{BucketAction, BucketPart};
use crate::catalog::recovery_points::pattern;
use crate::inventory::KindOf;
use crate::known::{Arn, Region};

use super::super::request::RoleRequest;

/// What a backup of an instance begins with.
pub const CREATE_IMAGE: &str = "ec2:CreateImage";
/// What sets the tags of its snapshots.
pub const CREATE_TAGS: &str = "ec2:CreateTags";

/// An action of a backup of a bucket, or of the buckets of a shape.
pub fn on_bucket(asked: &BucketAction, vault: &Arn, bucket: &str) -> Arc<RoleRequest> {
    let shape = match asked.on {
        BucketPart::Bucket => bucket.into(),
        BucketPart::Objects => format_smolstr!("{bucket}/*"),
        BucketPart::ManagedRules => {
            let place = vault.as_str().replace(":backup:", ":events:");
            let place = place.split(":backup-vault:").next().unwrap_or_default();
            format_smolstr!("{place}:rule/AwsBackupManagedRule*")
        }
        BucketPart::Any => SmolStr::new_static("*"),
    };
    RoleRequest::plain(vault, vec![asked.action], vault, shape)
}

/// The shapes of what the action makes, where IAM asks for it as well: a snapshot, image or backup of the owning service.
///
/// See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
pub fn made(of: &KindOf, vault: &Arn, action: &str) -> Vec<SmolStr> {
    let (Some(account), Some(region)) = (vault.account(), vault.region()) else {
        return Vec::new();
    };
    let partition = vault.partition();
    let shape = |kind| pattern(kind, partition.as_str(), &region, account);
    let shape: Option<SmolStr> = of.agreed(shape).known().flatten();
    let service = action.split(':').next().unwrap_or_default();
    let is_asked = ["ec2", "fsx", "rds", "redshift"].contains(&service);
    let own = shape.filter(|shape| is_asked && shape.split(':').nth(2) == Some(service));
    let of_volumes = (action == CREATE_IMAGE).then(|| snapshots(vault, &region));
    own.into_iter().chain(of_volumes).collect()
}

/// The shape of the snapshots of a Region.
pub fn snapshots(vault: &Arn, region: &Region) -> SmolStr {
    format_smolstr!("arn:{}:ec2:{region}::snapshot/*", vault.partition())
}

/// The ARNs of all resources of a type, in the account and Region of one.
pub fn all_of_type(resource: &Arn) -> SmolStr {
    let name = resource.resource();
    let kind = name.find([':', '/']).and_then(|at| name.get(..=at));
    let prefix = resource.as_str().strip_suffix(name);
    match (prefix, kind) {
        (Some(prefix), Some(kind)) => format_smolstr!("{prefix}{kind}*"),
        (Some(_) | None, _) => resource.into(),
    }
}
