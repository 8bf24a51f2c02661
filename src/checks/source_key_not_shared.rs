#![doc = include_str!("source_key_not_shared.md")]

use super::words::{
    NO_EXCEPTION_DOES, account_of, copied, customer_key, key_name, listed,
    may_be_denied_all_the_same, same_account, status_message_of,
};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{AskedPolicy, KeyAccess, Party, Rulings, Via, list};
use crate::catalog::messages::source_key_not_shared;
use crate::catalog::requests::{
    PLAIN_KEY_ACTIONS, excepted_key_use, recommended_key_actions, source_key_use,
};
use crate::catalog::{Kind, cite};
use crate::inventory::{Facts, Model, Route, Transfer};
use crate::known::{Fact, Gap};
use crate::verdict::{Basis, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "source-key-not-shared",
    title: "the backup's key is not shared with the destination account's AWSServiceRoleForBackup",
    doc: include_str!("source_key_not_shared.md"),
    cites: &[
        cite::ENCRYPTION,
        cite::CROSS_ACCOUNT,
        cite::KC_KEY,
        cite::EBS_SHARE,
        cite::SLR_POLICY,
        cite::RDS_COPY,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Transfer(run),
};

fn run(transfer: &Transfer, facts: &Facts<'_>) -> Outcome {
    let copy = &transfer.route;
    known!(copied(copy));
    let model = known!(listed(copy.model(), copy));
    if !known!(leaves(copy)) {
        return same_account();
    }
    let encrypted = known!(copy.backup_key.as_ref());
    let key = known!(customer_key("the backup", encrypted, facts));
    let role = known!(copy.endpoints.destination_service_linked_role());
    let in_use = known!(listed(copy.kind.agreed(source_key_use), copy));
    let access = KeyAccess {
        copy,
        facts,
        key,
        principal: &role,
        via: Via::OfType,
    };
    let who = format!("AWSServiceRoleForBackup of account {}", account_of(&role));
    let what = match model {
        Model::ServiceDependent => "the backup's key",
        Model::Independent => "the source vault's key",
    };
    let asked = AskedPolicy {
        predicted: &|| status_message_of(copy, |kind| source_key_not_shared(kind, Some(key))),
        ..AskedPolicy::of_key(key, (what, key_name(key, facts)), &role, who)
    };
    match model {
        Model::ServiceDependent => {
            let more = known!(listed(copy.kind.agreed(recommended_key_actions), copy));
            let excepted = known!(copy.kind.agreed(excepted_key_use)).flatten();
            let rulings = access.ask_both_sides(PLAIN_KEY_ACTIONS);
            let rulings = rulings.and_denies_of(&access.ask(in_use));
            if rulings.denied().is_none()
                && let Some((_, near)) = rulings.missing(Party::Resource)
                && let Some(gap) = associated_keys(transfer, facts)
            {
                let message = format!(
                    "the backup's key {} is not shared with {}; whether the snapshot is by another key is not known",
                    asked.name, asked.who
                );
                return Outcome::undecided(message, [gap]).saw(near);
            }
            service_dependent(&access, &rulings, asked, &access.ask(more), excepted)
        }
        Model::Independent => {
            let rulings = access.ask(PLAIN_KEY_ACTIONS).deny_only();
            independent(&rulings.and_denies_of(&access.ask(in_use)), &asked)
        }
    }
}

/// Another account is involved: the destination's, or the one of AWS's that a logically air-gapped vault stands in.
fn leaves(copy: &Route) -> Fact<bool> {
    match (
        copy.endpoints.is_cross_account(),
        copy.endpoints.touches_air_gapped_vault(),
    ) {
        (Fact::Known(true), _) | (_, Fact::Known(true)) => Fact::Known(true),
        (Fact::Known(false), of_lagv) => of_lagv,
        (unknown @ Fact::Unknown(_), Fact::Known(false) | Fact::Unknown(_)) => unknown,
    }
}

/// What leaves open whether a snapshot can be shared by a key of its own, besides the one that it is encrypted with. `None`:
/// it has no such key, or none is of use.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html>.
fn associated_keys(copy: &Transfer, facts: &Facts<'_>) -> Option<Gap> {
    let point = copy.recovery_point.as_ref()?;
    let is_of_ebs = copy.route.kind.agreed(|kind| kind == Kind::Ebs);
    if is_of_ebs != Fact::Known(Some(true)) {
        return None;
    }
    match facts.point_description(point) {
        Fact::Unknown(gap) => Some(*gap),
        Fact::Known(detail) => {
            let keys = detail?.get("AssociatedKmsKeys")?.as_array()?;
            (!keys.is_empty()).then(|| {
                Gap::not_told(
                    "whether AWS Backup uses the keys that the snapshot is associated with",
                    point.as_str(),
                )
                .where_is(point)
            })
        }
    }
}

/// The key of the resource encrypts the backup: it must be shared.
fn service_dependent(
    access: &KeyAccess<'_>,
    rulings: &Rulings,
    asked: AskedPolicy<'_>,
    recommended: &Rulings,
    excepted: Option<&'static [&'static str]>,
) -> Outcome {
    let asked = AskedPolicy {
        recommended: Some(recommended),
        ..asked
    };
    let (name, who) = (&asked.name, &asked.who);
    let found = rulings.outcome(&asked);
    if let Some((_, mut statements, _)) = rulings.denied() {
        let more = recommended.denied().into_iter();
        statements.extend(more.flat_map(|(_, more, _)| more));
        let strikes_owner =
            excepted.is_some_and(|actions| access.strikes_the_owner(actions, &statements));
        return if strikes_owner {
            found.by_hand_for_each_deny(NO_EXCEPTION_DOES)
        } else {
            found
        };
    }
    if found.status != Status::Pass {
        return found;
    }
    let seen = excepted.map_or_else(Vec::new, |actions| access.excepting(actions));
    if !seen.is_empty() {
        return may_be_denied_all_the_same(name, access.principal.name(), seen);
    }
    let left_out = recommended.not_allowed();
    if left_out.is_empty() {
        return found;
    }
    Outcome::warn(format!(
        "the backup's key {name} is shared with {who}, but not for {}, which AWS's instructions include",
        list(&left_out)
    ))
    .on(Basis::Inferred)
    .saw(found.evidence)
}

/// The key of the vault encrypts the backup: AWS's pages disagree whether it must be shared.
fn independent(rulings: &Rulings, asked: &AskedPolicy<'_>) -> Outcome {
    let found = rulings.outcome(asked);
    let is_shared = rulings.missing(Party::Resource).is_none() && rulings.open().is_none();
    match found.status {
        // What would be warned of next is told with it.
        Status::Fail => {
            let more = rulings.lacking(Party::Resource).map(|_| {
                Outcome::fail(format!(
                    "nor is it shared with account {}; AWS's pages disagree whether it must be",
                    account_of(asked.principal)
                ))
            });
            let found = match more {
                Some(more) => found.and(more),
                None => found,
            };
            found.on(Basis::Inferred)
        }
        Status::Pass if !is_shared => Outcome::warn(format!(
            "the source vault's key {} is not shared with account {}; AWS's pages disagree whether it must be",
            asked.name,
            account_of(asked.principal)
        ))
        .on(Basis::Observed),
        Status::Pass | Status::Warn | Status::Undecided | Status::NotApplicable => found,
    }
}
