//! A backup that is on several keys, as an EC2 image whose volumes are: the copy is asked about with each of them, as it takes
//! them all.

use std::sync::Arc;

use crate::inventory::{Copy, EncryptedWith};
use crate::verdict::{Evidence, Lift, Need, Outcome, PolicyOf, Share, Status};

use super::Found;

/// What the checks find of a copy: of each key of its backup the worst.
pub(super) fn of_each_key(copy: &Copy, ask: impl Fn(&Copy) -> Found) -> Found {
    if copy.route().further_keys.is_empty() {
        return ask(copy);
    }
    let mut alone = copy.clone();
    Arc::make_mut(&mut alone.transfer).route.further_keys = Arc::default();
    let ask = |copy: &Copy| {
        let mut found = ask(copy);
        for (_, outcome) in &mut found {
            name_key(copy, outcome);
        }
        found
    };
    let mut all = ask(&alone);
    for key in copy.route().further_keys.iter() {
        Arc::make_mut(&mut alone.transfer).route.backup_key = key.clone();
        for ((_, found), (_, other)) in all.iter_mut().zip(ask(&alone)) {
            if **found != *other {
                *found = Arc::new((**found).clone().and((*other).clone()));
            }
        }
    }
    all
}

/// Has a failure that needs something of the key say which one it is about.
fn name_key(copy: &Copy, outcome: &mut Arc<Outcome>) {
    let Some(key) = copy
        .route()
        .backup_key
        .as_ref()
        .known()
        .and_then(EncryptedWith::key)
    else {
        return;
    };
    let is_of_key = |need: &Need| matches!(need, Need::Share(Share { policy: PolicyOf::Key(of), .. }) | Need::Lift(Lift { policy: PolicyOf::Key(of), .. }) if of == key);
    let is_named = outcome
        .evidence
        .iter()
        .any(|seen| seen.subject == key.as_str());
    if outcome.status == Status::Fail && !is_named && outcome.needed().iter().any(is_of_key) {
        let seen = Evidence::of(key, "is the key of a part of the backup");
        *outcome = Arc::new((**outcome).clone().saw([seen]));
    }
}
