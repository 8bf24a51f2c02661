#![doc = include_str!("source_key_refuses_copy_role.md")]

use super::words::{
    NO_EXCEPTION_DOES, denied_by, foretold, key_name, may_be_denied_all_the_same, never_copied,
};
use super::{Check, MayFail, Run, known};
use crate::authorization::{Fault, KeyQuestion, Via, ask_key, excepting, list, strike_the_owner};
use crate::catalog::cite;
use crate::catalog::messages::source_key_not_shared;
use crate::catalog::requests::{PLAIN_KEY_ACTIONS, SOURCE_KEY_USE, excepted_key_use};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Route};
use crate::known::Fact;
use crate::verdict::{Basis, Lift, Need, Outcome, PolicyOf, Share};

pub(super) const CHECK: Check = Check {
    id: "source-key-refuses-copy-role",
    title: "the backup's key keeps the copy role out",
    doc: include_str!("source_key_refuses_copy_role.md"),
    cites: &[cite::ENCRYPTION, cite::KC_KEY, cite::RDS_COPY],
    may_fail: MayFail::Yes,
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
    let role = known!(copy.role.as_ref());
    let asking = |actions| {
        let question = KeyQuestion {
            key,
            principal: role,
            actions,
            via: Via::OfType,
            both_sides: false,
        };
        ask_key(copy, facts, &question)
    };
    let mut rulings = asking(PLAIN_KEY_ACTIONS).where_only_a_deny_matters();
    // Within an account nobody else uses the key.
    if copy.is_cross_account() == Fact::Known(false) {
        rulings = rulings.and_denies_of(&asking(SOURCE_KEY_USE));
    }
    let name = key_name(key, facts);
    if let Some((actions, statements, seen)) = rulings.denied() {
        let predicted = copy
            .kind
            .agreed(|kind| source_key_not_shared(kind, Some(key)))
            .known()
            .flatten()
            .flatten();
        let in_rds = copy
            .kind
            .agreed(excepted_key_use)
            .known()
            .flatten()
            .flatten();
        let question = in_rds.map(|actions| KeyQuestion {
            key,
            principal: role,
            actions,
            via: Via::OfType,
            both_sides: false,
        });
        let strikes_owner =
            question.is_some_and(|question| strike_the_owner(copy, facts, &question, &statements));
        let lift = Lift {
            policy: PolicyOf::Key(key.clone()),
            principal: role.clone(),
            actions: actions.clone(),
            statements,
            target: None,
            resource: None,
        };
        let share = rulings.to_share().map(|mut actions| {
            actions.sort_unstable();
            Need::Share(Share {
                policy: PolicyOf::Key(key.clone()),
                principal: role.clone(),
                actions,
                resource: None,
                target: None,
            })
        });
        let fail = Outcome::fail(format!(
            "the policy of the backup's key {name} denies {} to {}{}",
            list(&actions),
            role.name(),
            denied_by(&seen)
        ))
        .foretells(foretold(predicted))
        .saw(seen);
        if strikes_owner && copy.is_cross_account() == Fact::Known(false) {
            return fail.by_hand(NO_EXCEPTION_DOES);
        }
        return fail.needs([Need::Lift(lift)]).needs(share);
    }
    match rulings.open() {
        Some((gaps, true, seen)) => {
            return Outcome::undecided(
                format!(
                    "whether a Deny of the backup's key {name} strikes {} is not known",
                    role.name()
                ),
                gaps,
            )
            .saw(seen);
        }
        Some((_, false, seen)) => {
            return Outcome::warn(format!(
                "the backup's key {name} may not let {} use it",
                role.name()
            ))
            .on(Basis::Inferred)
            .saw(seen);
        }
        None => {}
    }
    // Across accounts it is said of the destination's role.
    if copy.is_cross_account() == Fact::Known(false)
        && let Some(actions) = known!(copy.kind.agreed(excepted_key_use)).flatten()
    {
        let question = KeyQuestion {
            key,
            principal: role,
            actions,
            via: Via::OfType,
            both_sides: false,
        };
        let seen = excepting(copy, facts, &question);
        if !seen.is_empty() {
            return may_be_denied_all_the_same(&name, role.name(), seen);
        }
    }
    match rulings.missing(Fault::Subject) {
        Some((actions, near)) => Outcome::warn(format!(
            "the backup's key {name} does not let {} do {}",
            role.name(),
            list(&actions)
        ))
        .on(Basis::Inferred)
        .saw(near),
        None => Outcome::pass(format!(
            "the backup's key {name} lets {} use it",
            role.name()
        ))
        .saw(rulings.allowed_by()),
    }
}
