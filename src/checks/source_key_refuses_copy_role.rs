#![doc = include_str!("source_key_refuses_copy_role.md")]

use super::words::{
    NO_EXCEPTION_DOES, agreed, foretold, key_name, may_be_denied_all_the_same, never_copied,
};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    KeyQuestion, Party, Phrases, Via, ask_key, excepting, list, strike_the_owner,
};
use crate::catalog::cite;
use crate::catalog::messages::source_key_not_shared;
use crate::catalog::requests::{
    PLAIN_KEY_ACTIONS, SOURCE_KEY_USE, excepted_key_use, source_key_use,
};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Route};
use crate::known::{Arn, Fact};
use crate::verdict::{Basis, Outcome, PolicyOf, Status};

pub(super) const CHECK: Check = Check {
    id: "source-key-refuses-copy-role",
    title: "the backup's key keeps the copy role out",
    doc: include_str!("source_key_refuses_copy_role.md"),
    cites: &[cite::ENCRYPTION, cite::KC_KEY, cite::RDS_COPY],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Route(run),
};

fn run(copy: &Route, facts: &Facts<'_>) -> Outcome {
    if let Some(outcome) = never_copied(copy) {
        return outcome;
    }
    let key = match known!(copy.backup_key.as_ref()) {
        EncryptedWith::Key(key) => key,
        EncryptedWith::Nothing | EncryptedWith::AwsOwnedKey => {
            return Outcome::not_applicable("the backup has no customer managed key");
        }
    };
    match known!(facts.key_manager(key)) {
        Some(KeyManager::Customer) => {}
        Some(KeyManager::Aws) => {
            return Outcome::not_applicable("the backup has no customer managed key");
        }
        None => return Outcome::not_applicable("the backup's key does not exist"),
    }
    let role = known!(copy.endpoints.role.as_ref());
    let question = |actions| KeyQuestion {
        key,
        principal: role,
        actions,
        via: Via::OfType,
        both_sides: false,
    };
    let asking = |actions| ask_key(copy, facts, &question(actions));
    let within_account = copy.endpoints.is_cross_account() == Fact::Known(false);
    let mut rulings = asking(PLAIN_KEY_ACTIONS).deny_only();
    // Within an account nobody else uses the key.
    if within_account {
        rulings = rulings.and_denies_of(&asking(SOURCE_KEY_USE));
    }
    let (name, who) = (key_name(key, facts), role.name());
    let found = rulings.outcome(&Phrases {
        policy: PolicyOf::Key(key.clone()),
        principal: role,
        target: None,
        recommended: None,
        basis: Basis::Inferred,
        predicted: &|| {
            foretold(
                agreed(
                    copy.kind
                        .agreed(|kind| source_key_not_shared(kind, Some(key))),
                )
                .flatten(),
            )
        },
        denied: &|actions| {
            format!("the policy of the backup's key {name} denies {actions} to {who}")
        },
        missing: &|actions| format!("the backup's key {name} does not let {who} do {actions}"),
        own_policy: None,
        unknown: &|| {
            format!("whether a Deny of the backup's key {name} strikes {who} is not known")
        },
        allowed: &|| format!("the backup's key {name} lets {who} use it"),
    });
    let excepted = copy.kind.agreed(excepted_key_use);
    if let Some((_, statements, _)) = rulings.denied() {
        let question = agreed(excepted).flatten().map(question);
        let strikes_owner =
            question.is_some_and(|question| strike_the_owner(copy, facts, &question, &statements));
        return if strikes_owner && (within_account || strikes_destination(copy, facts, key)) {
            found.by_hand(NO_EXCEPTION_DOES)
        } else {
            found
        };
    }
    if found.status != Status::Pass {
        return found;
    }
    if let Some((_, _, seen)) = rulings.open() {
        return Outcome::warn(format!("the backup's key {name} may not let {who} use it"))
            .on(Basis::Inferred)
            .saw(seen);
    }
    // Across accounts it is said of the destination's role.
    if within_account && let Some(actions) = known!(excepted).flatten() {
        let seen = excepting(copy, facts, &question(actions));
        if !seen.is_empty() {
            return may_be_denied_all_the_same(&name, who, seen);
        }
    }
    match rulings.missing(Party::Resource) {
        Some((actions, near)) => Outcome::warn(format!(
            "the backup's key {name} does not let {who} do {}",
            list(&actions)
        ))
        .on(Basis::Inferred)
        .saw(near),
        None => found,
    }
}

/// Whether a Deny of the key strikes the destination's role and the key's owner alike, so that an exception for the copy role
/// alone helps nobody: source-key-not-shared says what does.
fn strikes_destination(copy: &Route, facts: &Facts<'_>, key: &Arn) -> bool {
    let Fact::Known(role) = copy.endpoints.destination_service_linked_role() else {
        return false;
    };
    let question = |actions| KeyQuestion {
        key,
        principal: &role,
        actions,
        via: Via::OfType,
        both_sides: false,
    };
    let in_use = agreed(copy.kind.agreed(source_key_use)).unwrap_or(SOURCE_KEY_USE);
    let rulings = ask_key(copy, facts, &question(PLAIN_KEY_ACTIONS)).and_denies_of(&ask_key(
        copy,
        facts,
        &question(in_use),
    ));
    let excepted = agreed(copy.kind.agreed(excepted_key_use)).flatten();
    rulings
        .denied()
        .zip(excepted)
        .is_some_and(|((_, statements, _), actions)| {
            strike_the_owner(copy, facts, &question(actions), &statements)
        })
}
