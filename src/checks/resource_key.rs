//! The key of a resource whose backup is on another: without it nothing is read that could be backed up.

use crate::catalog::Kind;
use crate::catalog::key_states::{KeyUse, key_use};
use crate::inventory::{Copy, EncryptedWith, Facts, KindOf, Model};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Evidence, Need, Outcome};

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
    let Fact::Known(EncryptedWith::Key(key)) = facts.resource_key(resource) else {
        return None;
    };
    let (state, is_to_be_enabled) = match facts.key_state(&key) {
        Fact::Known(Some(state)) => match key_use(state) {
            Some(KeyUse::Usable) => return None,
            Some(KeyUse::Disabled) => (format!("is {state}"), Some(false)),
            Some(KeyUse::ToBeDeleted) => (format!("is {state}"), Some(true)),
            Some(KeyUse::Waits(_)) => (format!("is {state}"), None),
            None => return Some(not_read(facts.key_state_gap(&key))),
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
