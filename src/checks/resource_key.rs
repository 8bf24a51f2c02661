//! The key of a resource whose backup is on another: without it nothing is read that could be backed up.

use crate::authorization::{KeyAccess, Via, list};
use crate::catalog::Kind;
use crate::catalog::encryption::{LEAST_KEY_USE, has_own_key, key_reading};
use crate::catalog::key_states::{KeyUse, key_use};
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, KindOf, Model, is_key_assumed};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Evidence, Need, Outcome};

use super::key_unusable::expires;
use super::words::{key_name, not_read};

/// Why the resource cannot be read to be backed up, or may not be; `None`: its key can be used, or the backup is on it as well, so
/// that another check asks.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html>.
pub fn not_readable(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    if copy.route().model() != Fact::Known(Some(Model::Independent)) {
        return None;
    }
    let key = match facts.resource_key(resource) {
        Fact::Known(EncryptedWith::Key(key)) => key,
        Fact::Known(EncryptedWith::AwsOwnedKey | EncryptedWith::Nothing) => return None,
        Fact::Unknown(_) if is_key_assumed(&copy.route().kind, resource, facts) => return None,
        Fact::Unknown(gap) if gap.api_call().is_some() && is_without_key(&copy.route().kind) => {
            return None;
        }
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let (state, is_to_be_enabled) = match facts.key_state(&key) {
        Fact::Known(Some(state)) => match key_use(state) {
            Some(KeyUse::Usable) => {
                return match facts.strange_key_origin(&key) {
                    Some(gap) => Some(not_read(gap)),
                    None => not_let_in(copy, &key, facts)
                        .or_else(|| expires("the key of the resource", &key, copy.route(), facts)),
                };
            }
            Some(KeyUse::Disabled) => (format!("is {state}"), Some(false)),
            Some(KeyUse::ToBeDeleted) => (format!("is {state}"), Some(true)),
            Some(KeyUse::Waits(_)) => (format!("is {state}"), None),
            None => return Some(not_read(Facts::strange_key_state(&key, state))),
        },
        Fact::Known(None) => ("does not exist".to_owned(), None),
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    };
    let seen = Evidence::at(&key, "/KeyState", state.clone());
    let name = key_name(&key, facts);
    // Each object of a bucket has a key of its own, of which the bucket's is only the default.
    if matches!(copy.route().kind, KindOf::Known(Kind::S3)) {
        let what = "whether the objects of the bucket are on its default key";
        let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
        let message = format!(
            "the default key of the bucket, {name}, {state}: what is encrypted with it is not backed up"
        );
        return Some(Outcome::undecided(message, [gap]).saw([seen]));
    }
    let fail = Outcome::fail(format!(
        "the key of the resource, {name}, {state}: what is encrypted with it is not backed up"
    ))
    .saw([seen]);
    Some(match is_to_be_enabled {
        Some(to_be_deleted) => fail.needs([Need::KeyEnabled { key, to_be_deleted }]),
        None => fail.by_hand("make the key usable, or give the resource another one"),
    })
}

fn is_without_key(kind: &KindOf) -> bool {
    matches!(kind, KindOf::Known(kind) if !has_own_key(*kind))
}

/// The role that the key keeps out, or may: what AWS's page says of that is that the job succeeds and nothing is in the backup, and of
/// buckets that it fails, without a word on which actions each type takes.
fn not_let_in(copy: &Copy, key: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let reading = copy.route().kind.agreed(key_reading);
    let reading = reading.known().flatten().flatten()?;
    let role = copy.endpoints().role.as_ref().known()?;
    match facts.key_manager(key) {
        Fact::Known(Some(KeyManager::Customer)) => {}
        // One of AWS's own lets all of its account in that the service asks for.
        Fact::Known(Some(KeyManager::Aws) | None) => return None,
        Fact::Unknown(gap) => return Some(not_read(*gap)),
    }
    let access = KeyAccess {
        copy: copy.route(),
        facts,
        key,
        principal: role,
        via: Via::OfResource,
    };
    // Of a backup that another role may make only what this one is denied is said.
    let is_by_role = copy.is_backed_up_by_its_role();
    let rulings = match reading.actions {
        [] => access.ask(LEAST_KEY_USE).deny_only(),
        actions => access.ask(actions).deny_only_where(!is_by_role),
    };
    let name = key_name(key, facts);
    let role_name = role.name();
    let denied = rulings.denied().map(|(actions, ..)| actions);
    let denied = denied.map(|of| format!("denies the role `{role_name}` {}", list(&of)));
    let missing = rulings.missing_anywhere().map(|(actions, _)| actions);
    let missing = missing.filter(|_| !rulings.is_deny_only());
    let missing = missing.map(|of| format!("does not let the role `{role_name}` do {}", list(&of)));
    if let Some(says) = denied.or(missing) {
        let what = format!("whether a backup is made where the key of the resource {says}");
        let gap = Gap::not_told(what, key.as_str()).where_is(key);
        let message = format!(
            "the key of the resource, {name}, {says}: AWS says that what the role may not read with the key is not backed up"
        );
        return Some(Outcome::undecided(message, [gap]).saw(rulings.stopped_by()));
    }
    let (gaps, may_deny, seen) = rulings.open()?;
    if rulings.is_deny_only() && !may_deny {
        return None;
    }
    let message = format!(
        "whether the key of the resource, {name}, lets the role `{role_name}` read it is not known"
    );
    Some(Outcome::undecided(message, gaps).saw(seen))
}
