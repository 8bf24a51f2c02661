#![doc = include_str!("source_key_refuses_copy_role.md")]

use super::words::{
    NO_EXCEPTION_DOES, copied, customer_key, key_name, may_be_denied_all_the_same,
    status_message_of,
};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{AskedPolicy, KeyAccess, Party, Via, list};
use crate::catalog::cite;
use crate::catalog::messages::source_key_not_shared;
use crate::catalog::requests::{
    PLAIN_KEY_ACTIONS, SOURCE_KEY_USE, excepted_key_use, source_key_use,
};
use crate::inventory::{Facts, Route};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome, Status};

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
    known!(copied(copy));
    let encrypted = known!(copy.backup_key.as_ref());
    let key = known!(customer_key("the backup", encrypted, facts));
    let principal = known!(copy.endpoints.role.as_ref());
    let access = KeyAccess {
        copy,
        facts,
        key,
        principal,
        via: Via::OfType,
    };
    let within_account = copy.endpoints.is_cross_account() == Fact::Known(false);
    let mut rulings = access.ask(PLAIN_KEY_ACTIONS).deny_only();
    // Within an account nobody else uses the key.
    if within_account {
        let in_use = copy.kind.agreed(source_key_use).known().flatten();
        let in_use = access.ask(in_use.unwrap_or(SOURCE_KEY_USE));
        rulings = rulings.and_denies_of(&in_use);
    }
    let (name, who) = (key_name(key, facts), principal.name());
    let found = rulings.outcome(&AskedPolicy {
        basis: Basis::Inferred,
        predicted: &|| status_message_of(copy, |kind| source_key_not_shared(kind, Some(key))),
        ..AskedPolicy::of_key(key, ("the backup's key", name.clone()), principal, who)
    });
    let excepted = copy.kind.agreed(excepted_key_use);
    if let Some((_, statements, _)) = rulings.denied() {
        let excepted = excepted.known().flatten().flatten();
        let strikes_owner =
            excepted.is_some_and(|actions| access.strikes_the_owner(actions, &statements));
        let found = if strikes_owner && (within_account || strikes_destination(&access)) {
            found.by_hand_for_each_deny(NO_EXCEPTION_DOES)
        } else {
            found
        };
        // It would be warned of next.
        return match rulings.lacking(Party::Resource) {
            Some((actions, _)) => {
                let more = format!(
                    "without that Deny, the key {name} does not let {who} do {} either",
                    list(&actions)
                );
                let more = Outcome::fail(more).on(found.basis);
                found.and(more)
            }
            None => found,
        };
    }
    if found.status != Status::Pass {
        return found;
    }
    let warn = |message, seen| Outcome::warn(message).on(Basis::Inferred).saw(seen);
    let nobody_else = || within_account && !lets_service_in(&access);
    if let Some((gaps, _, seen)) = rulings.open() {
        if nobody_else() {
            let message = format!(
                "whether the backup's key {name} lets {who} use it is not known, nor does it let AWSServiceRoleForBackup in for certain: within an account nobody else makes the copy"
            );
            return Outcome::undecided(message, gaps)
                .on(Basis::Inferred)
                .saw(seen);
        }
        return warn(
            format!("the backup's key {name} may not let {who} use it"),
            seen,
        );
    }
    // Across accounts it is said of the destination's role.
    if within_account && let Some(actions) = known!(excepted).flatten() {
        let seen = access.excepting(actions);
        if !seen.is_empty() {
            return may_be_denied_all_the_same(&name, who, seen);
        }
    }
    match rulings.missing(Party::Resource) {
        Some((actions, near)) => {
            let actions = list(&actions);
            if nobody_else() {
                return nobody_let_in(&name, who, &actions, key, near);
            }
            warn(
                format!("the backup's key {name} does not let {who} do {actions}"),
                near,
            )
        }
        None => found,
    }
}

/// Whether the key lets AWS Backup's own role of the account in for certain.
fn lets_service_in(access: &KeyAccess<'_>) -> bool {
    let Fact::Known(role) = access.copy.endpoints.destination_service_linked_role() else {
        return false;
    };
    let of_service = KeyAccess {
        principal: &role,
        ..*access
    };
    let rulings = of_service.ask(PLAIN_KEY_ACTIONS);
    rulings.missing(Party::Resource).is_none()
        && rulings.open().is_none()
        && rulings.denied().is_none()
}

/// Whichever role of the account uses the key, it is kept out.
///
/// See <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html>.
fn nobody_let_in(name: &str, who: &str, actions: &str, key: &Arn, near: Vec<Evidence>) -> Outcome {
    let message = format!(
        "the backup's key {name} lets neither {who} nor, for certain, AWSServiceRoleForBackup do {actions}, and within an account nobody else makes the copy: let the key's policy delegate to the account, or name the role in it"
    );
    let what = "whether a copy within an account is made whose key lets neither role in";
    let gap = Gap::not_told(what, key.as_str());
    Outcome::undecided(message, [gap.where_is(key)])
        .on(Basis::Inferred)
        .saw(near)
}

/// Whether a Deny of the key strikes the destination's role and the key's owner alike, so that an exception for the copy role
/// alone helps nobody: source-key-not-shared says what does.
fn strikes_destination(access: &KeyAccess<'_>) -> bool {
    let kind = &access.copy.kind;
    let Fact::Known(role) = access.copy.endpoints.destination_service_linked_role() else {
        return false;
    };
    let of_destination = KeyAccess {
        principal: &role,
        ..*access
    };
    let in_use = kind.agreed(source_key_use).known().flatten();
    let in_use = of_destination.ask(in_use.unwrap_or(SOURCE_KEY_USE));
    let rulings = of_destination.ask(PLAIN_KEY_ACTIONS).and_denies_of(&in_use);
    let excepted = kind.agreed(excepted_key_use).known().flatten().flatten();
    rulings
        .denied()
        .zip(excepted)
        .is_some_and(|((_, statements, _), actions)| {
            of_destination.strikes_the_owner(actions, &statements)
        })
}
