//! What the backup asks of the role that a copy of a resource's next backup waits for: the role makes both.

mod of_type;
mod shapes;

use std::sync::Arc;

use serde_json::Value;
use smol_str::SmolStr;

use crate::catalog::Kind;
use crate::catalog::backups::{BucketAction, BucketBackup, FIND_BY_TAGS, OF_BUCKETS, begins};
use crate::catalog::condition_keys::may_set_tags;
use crate::catalog::encryption::{LEAST_KEY_USE, key_reading};
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, KindOf, Tags, volumes};
use crate::known::{Arn, Fact, Gap};

use super::key::Via;
use super::request::{RoleRequest, set_tag_requests};
use super::rulings::Rulings;
use of_type::BackupsOfType;
use shapes::{CREATE_IMAGE, CREATE_TAGS, besides, made, on_bucket, snapshots};

/// A request of a backup.
pub struct BackupRequest {
    /// What is asked of the role.
    pub asked: Arc<RoleRequest>,
    /// Whether no backup is made without; else no page says it, and AWS's policy for such backups has it.
    pub is_certain: bool,
    /// What was not read that tells whether it is asked at all.
    pub unread: Option<Gap>,
    /// Whether only a Deny counts: AWS's policies for backups do not have it.
    pub denies_alone: bool,
}

impl BackupRequest {
    /// Whether it sets the tag that AWS Backup puts on what it makes.
    pub fn is_of_own_tag(&self) -> bool {
        self.denies_alone && self.asked.actions.iter().all(|action| may_set_tags(action))
    }

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

/// Whose policies a backup's requests are put to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AskedOf {
    /// The role's own.
    Role,
    /// The organization's.
    Organization,
}

/// What the backup that a copy waits for asks of the role: to find the resource by its tags, where its plan does, and to begin. None
/// where a recovery point is copied, nor what these policies allow for every resource of its type.
pub fn backup_requests(copy: &Copy, facts: &Facts<'_>, of: AskedOf) -> Vec<BackupRequest> {
    let is_made_first = copy.transfer.recovery_point.is_none() && copy.copy_of.is_none();
    let (true, Fact::Known(vault), Fact::Known(Some(resource)), Fact::Known(role)) = (
        is_made_first,
        &copy.endpoints().source_vault,
        &copy.resource,
        &copy.endpoints().role,
    ) else {
        return Vec::new();
    };
    let of_key = of_resource_key(copy, resource, facts);
    let is_allowed = |kind| {
        let of_type = facts.answer(&BackupsOfType::of(role, vault, kind, resource));
        match of {
            AskedOf::Role => of_type.own,
            AskedOf::Organization => of_type.organization,
        }
    };
    if matches!(copy.route().kind, KindOf::Known(kind) if is_allowed(kind)) {
        return of_key.into_iter().collect();
    }
    let certain = |asked| BackupRequest {
        asked,
        is_certain: true,
        unread: None,
        denies_alone: false,
    };
    let on_all = |action, shape| certain(RoleRequest::plain(vault, vec![action], vault, shape));
    let is_by_tags = copy.plan.as_ref().is_some_and(|plan| plan.by_tags);
    let finds = is_by_tags.then(|| on_all(FIND_BY_TAGS, SmolStr::new_static("*")));
    let action = copy.route().kind.agreed(begins).known().flatten().flatten();
    let begins = action.map(|action| {
        let asked = RoleRequest::plain(vault, vec![action], resource, resource.into());
        certain(asked)
    });
    let makes = action.into_iter().flat_map(|action| {
        let made = made(&copy.route().kind, vault, action).into_iter();
        made.map(move |shape| certain(RoleRequest::made(vault, action, resource, shape)))
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
    let besides = besides(&copy.route().kind, vault, resource.as_str()).into_iter();
    let besides = besides.map(|(asked, is_certain)| BackupRequest {
        is_certain,
        ..certain(asked)
    });
    let all = finds.into_iter().chain(begins).chain(makes);
    let all = all.chain(besides).chain(tags).chain(of_key);
    let all = all.chain(of_own_tag(copy, vault, resource));
    if matches!(copy.route().kind, KindOf::Known(Kind::S3)) {
        return all.chain(of_bucket(copy, vault, resource, facts)).collect();
    }
    all.collect()
}

/// What sets the tag that AWS Backup puts on what it makes: its policies for backups have that, and no page says that it is the role's.
///
/// See <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html>, which goes by the tag.
fn of_own_tag(copy: &Copy, vault: &Arn, resource: &Arn) -> impl Iterator<Item = BackupRequest> {
    let kind = match copy.route().kind {
        KindOf::Known(kind) => Some(kind),
        KindOf::OneOf(..) | KindOf::Unlisted(_) | KindOf::Unknown(_) => None,
    };
    let requests = kind.map_or_else(Vec::new, |kind| set_tag_requests(vault, kind, resource));
    requests.into_iter().map(|asked| BackupRequest {
        asked,
        is_certain: false,
        unread: None,
        denies_alone: true,
    })
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
    Some(BackupRequest {
        asked: Arc::new(asked),
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
    OF_BUCKETS.iter().filter_map(move |asked| {
        let unread = unread(asked)?;
        Some(BackupRequest {
            asked: on_bucket(asked, vault, bucket.as_str()),
            is_certain: asked.is_certain && unread.is_none(),
            unread,
            denies_alone: false,
        })
    })
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
