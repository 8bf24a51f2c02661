//! What the backup asks of the role that a copy of a resource's next backup waits for: the role makes both.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::backups::{FIND_BY_TAGS, begins};
use crate::catalog::recovery_points::pattern;
use crate::inventory::Copy;
use crate::known::{Arn, Fact};

use super::request::RoleRequest;
use super::template::RequestTemplate;

/// A request of a backup.
pub struct BackupRequest {
    /// About all resources of the type, as many copies ask it.
    pub of_type: Arc<RoleRequest>,
    /// About the resource itself: what decides where the other does not.
    pub exact: Arc<RoleRequest>,
}

/// What the backup that a copy waits for asks of the role: to find the resource by its tags, where its plan does, and to begin.
/// None where a recovery point is copied, nor where no plan makes the copy: who makes that backup nobody says.
pub fn backup_requests(copy: &Copy) -> Vec<BackupRequest> {
    let is_made_first = copy.transfer.recovery_point.is_none() && copy.copy_of.is_none();
    if !is_made_first || copy.plan.is_none() {
        return Vec::new();
    }
    let (Fact::Known(vault), Fact::Known(Some(resource))) =
        (&copy.endpoints().source_vault, &copy.resource)
    else {
        return Vec::new();
    };
    let by_tags = copy.plan.as_ref().is_some_and(|plan| plan.by_tags);
    let on_all = |action, shape: SmolStr| {
        let all = request(vault, action, vault, shape);
        BackupRequest {
            of_type: Arc::clone(&all),
            exact: all,
        }
    };
    let finds = by_tags.then(|| on_all(FIND_BY_TAGS, SmolStr::new_static("*")));
    let action = copy.route().kind.agreed(begins).known().flatten().flatten();
    let begins = action.map(|action| BackupRequest {
        of_type: request(vault, action, vault, of_type(resource)),
        exact: request(vault, action, resource, resource.into()),
    });
    let makes = action.into_iter().flat_map(|action| {
        let made = made(copy, vault, action).into_iter();
        made.map(move |shape| on_all(action, shape))
    });
    finds.into_iter().chain(begins).chain(makes).collect()
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
    let snapshots = (action == "ec2:CreateImage")
        .then(|| format_smolstr!("arn:{partition}:ec2:{region}::snapshot/*"));
    own.into_iter().chain(snapshots).collect()
}

fn request(
    vault: &Arn,
    action: &'static str,
    subject: &Arn,
    resource: SmolStr,
) -> Arc<RoleRequest> {
    Arc::new(RoleRequest {
        actions: vec![action],
        subject: subject.clone(),
        template: RequestTemplate::Plain {
            vault: vault.clone(),
            shape: resource.clone(),
        },
        resource,
    })
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
