//! What the backup asks of the role that a copy of a resource's next backup waits for: the role makes both.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use serde_json::Value;

use crate::catalog::Kind;
use crate::catalog::backups::{
    BucketAction, BucketBackup, BucketPart, FIND_BY_TAGS, OF_BUCKETS, begins,
};
use crate::catalog::encryption::{LEAST_KEY_USE, key_reading};
use crate::catalog::recovery_points::pattern;
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, KindOf, Tags, volumes};
use crate::known::{Arn, Fact, Gap, Region};

use super::key::Via;
use super::request::RoleRequest;
use super::rulings::Rulings;

const CREATE_IMAGE: &str = "ec2:CreateImage";
const CREATE_TAGS: &str = "ec2:CreateTags";

/// A request of a backup.
pub struct BackupRequest {
    /// About all resources of the type, as many copies ask it.
    pub of_type: Arc<RoleRequest>,
    /// About the resource itself: what decides where the other does not.
    pub exact: Arc<RoleRequest>,
    /// Whether no backup is made without; else no page says it, and AWS's policy for such backups has it.
    pub is_certain: bool,
    /// What was not read that tells whether it is asked at all.
    pub unread: Option<Gap>,
    /// Whether only a Deny counts: AWS's policies for backups do not have it.
    pub denies_alone: bool,
}

impl BackupRequest {
    /// Whether something that was read stands against it, by these rulings on it.
    pub fn is_stopped(&self, rulings: &Rulings) -> bool {
        if self.denies_alone {
            rulings.denied().is_some()
        } else {
            rulings.is_stopped()
        }
    }

    /// Whether something stands against it, or may.
    pub fn may_be_stopped(&self, rulings: &Rulings) -> bool {
        if self.denies_alone {
            rulings.may_be_denied()
        } else {
            !rulings.is_all_allowed()
        }
    }
}

/// What the backup that a copy waits for asks of the role: to find the resource by its tags, where its plan does, and to begin.
/// None where a recovery point is copied.
pub fn backup_requests(copy: &Copy, facts: &Facts<'_>) -> Vec<BackupRequest> {
    let is_made_first = copy.transfer.recovery_point.is_none() && copy.copy_of.is_none();
    let (true, Fact::Known(vault), Fact::Known(Some(resource))) = (
        is_made_first,
        &copy.endpoints().source_vault,
        &copy.resource,
    ) else {
        return Vec::new();
    };
    let on_all = |action, shape: SmolStr| {
        let all = RoleRequest::plain(vault, vec![action], vault, shape);
        BackupRequest {
            of_type: Arc::clone(&all),
            exact: all,
            is_certain: true,
            unread: None,
            denies_alone: false,
        }
    };
    let is_by_tags = copy.plan.as_ref().is_some_and(|plan| plan.by_tags);
    let finds = is_by_tags.then(|| on_all(FIND_BY_TAGS, SmolStr::new_static("*")));
    let action = copy.route().kind.agreed(begins).known().flatten().flatten();
    let begins = action.map(|action| BackupRequest {
        of_type: RoleRequest::plain(vault, vec![action], vault, of_type(resource)),
        exact: RoleRequest::plain(vault, vec![action], resource, resource.into()),
        is_certain: true,
        unread: None,
        denies_alone: false,
    });
    let makes = action.into_iter().flat_map(|action| {
        let made = made(copy, vault, action).into_iter();
        made.map(move |shape| on_all(action, shape))
    });
    let tagged = match action {
        Some(CREATE_IMAGE) => tagged_volumes(resource, facts),
        Some(_) | None => Fact::Known(false),
    };
    let may_tag = vault.region().filter(|_| tagged != Fact::Known(false));
    let tags = may_tag.map(|region| BackupRequest {
        is_certain: tagged == Fact::Known(true),
        unread: match &tagged {
            Fact::Unknown(gap) => Some((**gap).clone()),
            Fact::Known(_) => None,
        },
        ..on_all(CREATE_TAGS, snapshots(vault, &region))
    });
    let reads = of_resource_key(copy, resource, facts);
    let all = finds.into_iter().chain(begins).chain(makes);
    let all = all.chain(tags).chain(reads);
    if matches!(copy.route().kind, KindOf::Known(Kind::S3)) {
        return all.chain(of_bucket(copy, vault, resource, facts)).collect();
    }
    all.collect()
}

/// What the backup does with the customer managed key of the resource, where it is on another itself.
fn of_resource_key(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<BackupRequest> {
    let reading = copy.route().kind.agreed(key_reading);
    let reading = reading.known().flatten().flatten()?;
    let Fact::Known(EncryptedWith::Key(key)) = facts.resource_key(resource) else {
        return None;
    };
    if facts.key_manager(&key) != Fact::Known(Some(KeyManager::Customer)) {
        return None;
    }
    let denies_alone = reading.actions.is_empty();
    let actions = if denies_alone {
        LEAST_KEY_USE
    } else {
        reading.actions
    };
    let asked = RoleRequest::on_key(&key, actions, Via::OfResource, copy.route());
    let asked = Arc::new(asked);
    Some(BackupRequest {
        of_type: Arc::clone(&asked),
        exact: asked,
        is_certain: false,
        unread: None,
        denies_alone,
    })
}

/// What the backup of a bucket asks for. Where no rule was read, what its backups take besides is asked for as well, and is not certain.
fn of_bucket(
    copy: &Copy,
    vault: &Arn,
    bucket: &Arn,
    facts: &Facts<'_>,
) -> impl Iterator<Item = BackupRequest> {
    let plan = copy.plan.as_ref();
    let no_rule = || Fact::unknown(Gap::not_named("plan", copy.id.to_string()));
    let rule = plan.map_or_else(no_rule, |plan| facts.backup_rule(plan));
    let is_continuous =
        rule.map(|rule| rule.get("EnableContinuousBackup") == Some(&Value::Bool(true)));
    let options = plan.and_then(|plan| facts.backup_options(plan, "S3"));
    let strange = plan.and_then(|plan| facts.strange_option(plan, "S3"));
    let no_plan = match &is_continuous {
        Fact::Unknown(gap) if options.is_none() => Some((**gap).clone()),
        Fact::Unknown(_) | Fact::Known(_) => None,
    };
    let unread = move |asked: &BucketAction| match (asked.of, &is_continuous) {
        (BucketBackup::All, _) | (BucketBackup::Continuous, Fact::Known(true)) => Some(None),
        (BucketBackup::Continuous, Fact::Known(false)) => None,
        (BucketBackup::Continuous, Fact::Unknown(gap)) => Some(Some((**gap).clone())),
        (BucketBackup::With(option), _) => {
            let option = options.and_then(|options| options.get(option)?.as_str());
            (option != Some("disabled")).then(|| strange.clone().or_else(|| no_plan.clone()))
        }
    };
    let shape = move |on: BucketPart, bucket: &str| match on {
        BucketPart::Bucket => bucket.into(),
        BucketPart::Objects => format_smolstr!("{bucket}/*"),
        BucketPart::ManagedRules => {
            let place = vault.as_str().replace(":backup:", ":events:");
            let place = place.split(":backup-vault:").next().unwrap_or_default();
            format_smolstr!("{place}:rule/AwsBackupManagedRule*")
        }
        BucketPart::Any => SmolStr::new_static("*"),
    };
    let every = format_smolstr!("arn:{}:s3:::*", vault.partition());
    OF_BUCKETS.iter().filter_map(move |asked| {
        let unread = unread(asked)?;
        let one = shape(asked.on, bucket.as_str());
        Some(BackupRequest {
            of_type: RoleRequest::plain(vault, vec![asked.action], vault, shape(asked.on, &every)),
            exact: RoleRequest::plain(vault, vec![asked.action], vault, one),
            is_certain: asked.is_certain && unread.is_none(),
            unread,
            denies_alone: false,
        })
    })
}

/// The shapes of what the action makes, where IAM asks for it as well: a snapshot, image or backup of the owning service.
///
/// See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
fn made(copy: &Copy, vault: &Arn, action: &str) -> Vec<SmolStr> {
    let (Some(account), Some(region)) = (vault.account(), vault.region()) else {
        return Vec::new();
    };
    let partition = vault.partition();
    let shape = |kind| pattern(kind, partition.as_str(), &region, account);
    let shape: Option<SmolStr> = copy.route().kind.agreed(shape).known().flatten();
    let service = action.split(':').next().unwrap_or_default();
    let is_asked = ["ec2", "fsx", "rds", "redshift"].contains(&service);
    let own = shape.filter(|shape| is_asked && shape.split(':').nth(2) == Some(service));
    let of_volumes = (action == CREATE_IMAGE).then(|| snapshots(vault, &region));
    own.into_iter().chain(of_volumes).collect()
}

/// The shape of the snapshots of a Region.
fn snapshots(vault: &Arn, region: &Region) -> SmolStr {
    format_smolstr!("arn:{}:ec2:{region}::snapshot/*", vault.partition())
}

/// Whether any volume of an instance has tags: the backup fails where they cannot be copied.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/tags-on-backups.html>.
fn tagged_volumes(instance: &Arn, facts: &Facts<'_>) -> Fact<bool> {
    let is_tagged = |volume: &Arn| {
        let tags = facts.resource_tags(volume);
        tags.map(|tags| {
            let mut names = tags.into_iter().flat_map(Tags::names);
            names.any(|name| !name.starts_with("aws:"))
        })
    };
    let volumes = volumes(instance, facts);
    let each = volumes.iter().map(is_tagged);
    each.reduce(|one, other| match (one, other) {
        (Fact::Known(true), _) | (_, Fact::Known(true)) => Fact::Known(true),
        (Fact::Unknown(gap), _) | (_, Fact::Unknown(gap)) => Fact::Unknown(gap),
        (Fact::Known(false), Fact::Known(false)) => Fact::Known(false),
    })
    .unwrap_or(Fact::Known(false))
}

/// The ARNs of all resources of a type, in the account and Region of one.
fn of_type(resource: &Arn) -> SmolStr {
    let name = resource.resource();
    let kind = name.find([':', '/']).and_then(|at| name.get(..=at));
    let prefix = resource.as_str().strip_suffix(name);
    match (prefix, kind) {
        (Some(prefix), Some(kind)) => format_smolstr!("{prefix}{kind}*"),
        (Some(_) | None, _) => resource.into(),
    }
}
