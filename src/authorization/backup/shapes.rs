//! What the requests of a backup are done to, as policies name it.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::backups::{
    ASSOCIATE_ACCESS_POLICY, BackupAction, BackupPart, BucketAction, BucketPart, takes_of,
};
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

/// What a backup takes beyond the action that it begins with, of a resource or of those of a shape; and whether AWS is known to fail it
/// without.
pub fn besides(of: &KindOf, vault: &Arn, resources: &str) -> Vec<(Arc<RoleRequest>, bool)> {
    let asked = takes_of(of.kinds());
    // What is asked of one thing is one request; what conditions tell apart is one of its own.
    let of_one_thing = asked.chunk_by(|one, other| {
        one.on == other.on
            && one.is_certain == other.is_certain
            && one.action != ASSOCIATE_ACCESS_POLICY
    });
    let request = |asked: &[BackupAction]| {
        let first = asked.first()?;
        let shape = match first.on {
            BackupPart::Resource => Some(resources.into()),
            BackupPart::Within(kind) => within(resources, kind),
            BackupPart::Made => recovery_points(of, vault),
            BackupPart::Any => None,
        };
        // What is not known may be anything.
        let shape = shape.unwrap_or(SmolStr::new_static("*"));
        let actions = asked.iter().map(|asked| asked.action).collect();
        let subject = Arn::parse(resources).unwrap_or_else(|_| vault.clone());
        let asked = RoleRequest::plain(vault, actions, &subject, shape);
        Some((asked, first.is_certain))
    };
    of_one_thing.filter_map(request).collect()
}

/// The shape of what is of a type within a resource: `arn:aws:eks:eu-west-1:111122223333:addon/prod/*`.
fn within(resource: &str, kind: &str) -> Option<SmolStr> {
    let (own, name) = resource.split_once('/')?;
    let (place, _) = own.rsplit_once(':')?;
    Some(format_smolstr!("{place}:{kind}/{name}/*"))
}

/// The shape of the ARNs of the recovery points in a vault.
fn recovery_points(of: &KindOf, vault: &Arn) -> Option<SmolStr> {
    let (account, region) = (vault.account()?, vault.region()?);
    let shape = |kind| pattern(kind, vault.partition().as_str(), &region, account);
    of.agreed(shape).known().flatten()
}

/// The shapes of what the action makes, where IAM asks for it as well: a snapshot, image or backup of the owning service.
///
/// See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
pub fn made(of: &KindOf, vault: &Arn, action: &str) -> Vec<SmolStr> {
    let Some(region) = vault.region() else {
        return Vec::new();
    };
    let shape = recovery_points(of, vault);
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
