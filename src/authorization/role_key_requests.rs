//! From a copy to what its role does with keys: the backup's, that of the vault that it goes to, and the default key for EBS there.

use std::sync::Arc;

use crate::catalog::encryption::DESCRIBING_DEFAULT_KEY;
use crate::catalog::requests::{
    DESCRIBE_KEY, DESTINATION_KEY_USE, PLAIN_KEY_ACTIONS, SOURCE_KEY_USE, source_key_use,
};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Model, Route, Transfer, VaultType};
use crate::known::{Arn, Fact};

use super::key::Via;
use super::request::{DoubtfulRequest, RoleRequest, RoleRequests};

/// Adds what the copy asks of its role with keys.
///
/// Where AWS Backup has the owning service make the backup, that is called as the role, and uses the keys as its caller:
/// <https://docs.aws.amazon.com/kms/latest/developerguide/viaservice.html>. A customer managed key's use must be allowed; of an AWS
/// managed key, whose policy lets everybody in its account use it through the service, a Deny of the role's or the organization's is
/// what can forbid it: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>. So it is of the
/// key of backups that AWS Backup manages in full.
pub fn add_key_requests(copy: &Transfer, facts: &Facts<'_>, all: &mut RoleRequests) {
    let route = &copy.route;
    match route.model() {
        Fact::Known(Some(Model::ServiceDependent)) => of_service(route, facts, all),
        Fact::Known(Some(Model::Independent)) => of_full_management(route, facts, all),
        Fact::Known(None) => {}
        Fact::Unknown(gap) => all.gaps.push(*gap),
    }
}

/// The keys of a copy that AWS Backup has the owning service make: the backup's own, and that of the destination vault where the
/// role makes the copy.
fn of_service(route: &Route, facts: &Facts<'_>, all: &mut RoleRequests) {
    // Who makes the copy is asked with the type's own actions, too.
    let is_by_role = route.is_made_by_its_role() == Fact::Known(true);
    let use_of_source = source_use(route);
    match managed(&route.backup_key, facts, all) {
        Some((key, KeyManager::Customer)) => {
            add(all, |all| &mut all.requests, route, key, Via::OfType);
            if is_by_role {
                doubt(all, route, key, use_of_source, Via::OfType);
            }
        }
        Some((key, KeyManager::Aws)) if is_by_role => {
            add(all, |all| &mut all.denies, route, key, Via::OfType);
            doubt(all, route, key, use_of_source, Via::OfType);
        }
        Some((_, KeyManager::Aws)) | None => {}
    }
    if !is_by_role {
        return;
    }
    of_default_key(route, facts, all);
    if route.copy_key == Fact::Known(EncryptedWith::Nothing) {
        return;
    }
    let goes_to = match facts.vault_key(&route.endpoints.destination_vault) {
        Fact::Known(None) => return,
        Fact::Known(Some(key)) => Fact::Known(key),
        Fact::Unknown(gap) => Fact::Unknown(gap),
    };
    let Some((key, manager)) = managed(&goes_to, facts, all) else {
        return;
    };
    match manager {
        KeyManager::Customer => add(all, |all| &mut all.requests, route, key, Via::OfTypeThere),
        KeyManager::Aws => add(all, |all| &mut all.denies, route, key, Via::OfTypeThere),
    }
    doubt(all, route, key, DESTINATION_KEY_USE, Via::OfTypeThere);
}

/// The key of the vault that a backup is in which AWS Backup manages in full. What is not known of it is another check's. That of a
/// logically air-gapped vault is asked for itself.
fn of_full_management(route: &Route, facts: &Facts<'_>, all: &mut RoleRequests) {
    if route.endpoints.source_type == Fact::Known(Some(VaultType::AirGapped)) {
        return;
    }
    let Fact::Known(EncryptedWith::Key(key)) = &route.backup_key else {
        return;
    };
    match facts.key_manager(key) {
        Fact::Known(Some(KeyManager::Customer)) => {
            add(all, |all| &mut all.denies, route, key, Via::OfType);
            // Within an account nobody else uses the key.
            if route.endpoints.is_cross_account() == Fact::Known(false) {
                doubt(all, route, key, source_use(route), Via::OfType);
            }
        }
        // No page says as whom AWS Backup uses its own key.
        Fact::Known(Some(KeyManager::Aws)) => {
            doubt(all, route, key, PLAIN_KEY_ACTIONS, Via::OfType);
        }
        Fact::Known(None) | Fact::Unknown(_) => {}
    }
}

/// The default key for EBS where the copy is made, which EC2 wants to describe as its caller, though it encrypts with another: a
/// Deny of it stops the copy. That silence does no page says of AWS Backup. What was not read of it is another check's.
///
/// See <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html>.
fn of_default_key(route: &Route, facts: &Facts<'_>, all: &mut RoleRequests) {
    let describes = route
        .kind
        .agreed(|kind| DESCRIBING_DEFAULT_KEY.contains(&kind));
    if describes != Fact::Known(Some(true))
        || route.backup_key == Fact::Known(EncryptedWith::Nothing)
    {
        return;
    }
    let endpoints = &route.endpoints;
    let (Fact::Known(account), Fact::Known(region)) = (
        endpoints.destination_account(),
        endpoints.destination_region(),
    ) else {
        return;
    };
    let Fact::Known(Some(key)) = facts.ebs_default_key(account, &region) else {
        return;
    };
    if facts.key_manager(&key) == Fact::Known(Some(KeyManager::Customer)) {
        let asked = RoleRequest::on_key(&key, &[DESCRIBE_KEY], Via::OfTypeThere, route);
        let asked = Arc::new(asked);
        all.denies.push(Arc::clone(&asked));
        all.doubtful.push(DoubtfulRequest {
            asked,
            denies_alone: false,
        });
    }
}

/// What the copy does with the backup's key in the end.
fn source_use(route: &Route) -> &'static [&'static str] {
    let of_kind = route.kind.agreed(source_key_use).known().flatten();
    of_kind.unwrap_or(SOURCE_KEY_USE)
}

/// Adds what is asked of a key in general.
fn add(
    all: &mut RoleRequests,
    to: fn(&mut RoleRequests) -> &mut Vec<Arc<RoleRequest>>,
    route: &Route,
    key: &Arn,
    via: Via,
) {
    let asked = RoleRequest::on_key(key, PLAIN_KEY_ACTIONS, via, route);
    to(all).push(Arc::new(asked));
}

/// Adds what may be done with a key as the role, or as whom the role has given a grant: no page says which.
fn doubt(
    all: &mut RoleRequests,
    route: &Route,
    key: &Arn,
    actions: &'static [&'static str],
    via: Via,
) {
    all.doubtful.push(DoubtfulRequest {
        asked: Arc::new(RoleRequest::on_key(key, actions, via, route)),
        denies_alone: true,
    });
}

/// The key, and who manages it. `None`: there is none, or that is a gap.
fn managed<'k>(
    encrypted: &'k Fact<EncryptedWith>,
    facts: &Facts<'_>,
    all: &mut RoleRequests,
) -> Option<(&'k Arn, KeyManager)> {
    let (key, manager) = match encrypted {
        Fact::Unknown(gap) => {
            all.gaps.push((**gap).clone());
            return None;
        }
        Fact::Known(EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey) => return None,
        Fact::Known(EncryptedWith::Key(key)) => (key, facts.key_manager(key)),
    };
    match manager {
        Fact::Known(manager) => manager.map(|manager| (key, manager)),
        Fact::Unknown(gap) => {
            all.gaps.push(*gap);
            None
        }
    }
}
