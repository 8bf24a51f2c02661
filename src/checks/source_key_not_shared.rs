#![doc = include_str!("source_key_not_shared.md")]

use super::words::{
    AWS_OWN, NO_EXCEPTION_DOES, because, denied_by, foretold, key_name, may_be_denied_all_the_same,
    never_copied, same_account, unlisted,
};
use super::{Check, MayFail, Run, known};
use crate::authorization::{
    Fault, KeyQuestion, Rulings, Via, ask_key, excepting, list, strike_the_owner,
};
use crate::catalog::messages::source_key_not_shared;
use crate::catalog::requests::{
    PLAIN_KEY_ACTIONS, excepted_key_use, recommended_key_actions, source_key_use,
};
use crate::catalog::{Kind, cite};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Model, Reach, Route};
use crate::known::{AccountId, Arn, Fact, Gap};
use crate::verdict::{Basis, Lift, Need, Outcome, PolicyOf, Share, Status};

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
    run: Run::Reach(run),
};

fn run(copy: &Reach, facts: &Facts<'_>) -> Outcome {
    if let Some(outcome) = never_copied(copy) {
        return outcome;
    }
    let model = match known!(copy.model()) {
        Some(model) => model,
        None => return unlisted(&copy.type_name()),
    };
    if !known!(leaves(copy)) {
        return same_account();
    }
    let key = match known!(copy.backup_key.as_ref()) {
        EncryptedWith::Key(key) => key,
        EncryptedWith::Nothing => return Outcome::not_applicable("the backup is not encrypted"),
        EncryptedWith::AwsOwnedKey => {
            return Outcome::not_applicable("the backup is on a key that AWS owns");
        }
    };
    match known!(facts.key_manager(key)) {
        Some(KeyManager::Customer) => {}
        Some(KeyManager::Aws) => {
            return Outcome::not_applicable("an AWS managed key cannot be shared");
        }
        None => return Outcome::not_applicable("the backup's key does not exist"),
    }
    let role = known!(copy.destination_service_linked_role());
    let (Some(in_use), Some(more)) = (
        known!(copy.kind.agreed(source_key_use)),
        known!(copy.kind.agreed(recommended_key_actions)),
    ) else {
        return unlisted(&copy.type_name());
    };
    let actions = PLAIN_KEY_ACTIONS;
    let asking = |actions, both_sides| {
        ask_key(
            copy,
            facts,
            &KeyQuestion {
                key,
                principal: &role,
                actions,
                via: Via::OfType,
                both_sides,
            },
        )
    };
    let name = key_name(key, facts);
    let account = known!(copy.destination_account());
    match model {
        Model::ServiceDependent => {
            let recommended = asking(more, false);
            let rulings = asking(actions, true).and_denies_of(&asking(in_use, false));
            let shared = service_dependent(copy, facts, key, &name, &role, &rulings, &recommended);
            let excepted = known!(copy.kind.agreed(excepted_key_use)).flatten();
            let (Some(actions), Status::Pass | Status::Warn) = (excepted, shared.status) else {
                return shared;
            };
            let question = KeyQuestion {
                key,
                principal: &role,
                actions,
                via: Via::OfType,
                both_sides: false,
            };
            match excepting(copy, facts, &question) {
                seen if seen.is_empty() => shared,
                seen => may_be_denied_all_the_same(&name, role.name(), seen),
            }
        }
        Model::Independent => {
            let rulings = asking(actions, false).where_only_a_deny_matters();
            let rulings = rulings.and_denies_of(&asking(in_use, false));
            independent(copy, key, &name, &role, account, &rulings)
        }
    }
}

/// Another account is involved: the destination's, or the one of AWS's that a logically air-gapped vault stands in.
fn leaves(copy: &Route) -> Fact<bool> {
    match copy.is_cross_account() {
        Fact::Known(true) => Fact::Known(true),
        Fact::Known(false) => copy.touches_air_gapped_vault(),
        Fact::Unknown(gap) => match copy.touches_air_gapped_vault() {
            Fact::Known(true) => Fact::Known(true),
            Fact::Known(false) | Fact::Unknown(_) => Fact::Unknown(gap),
        },
    }
}

/// What leaves open whether a snapshot can be shared by a key of its own, besides the one that it is encrypted with. `None`:
/// it has no such key, or none is of use.
///
/// See <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html>.
fn associated_keys(copy: &Reach, facts: &Facts<'_>) -> Option<Gap> {
    let point = copy.recovery_point.as_ref()?;
    if copy.kind.agreed(|kind| kind == Kind::Ebs).known().flatten() != Some(true) {
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

fn service_dependent(
    copy: &Reach,
    facts: &Facts<'_>,
    key: &Arn,
    name: &str,
    role: &Arn,
    rulings: &Rulings,
    recommended: &Rulings,
) -> Outcome {
    let predicted = || {
        foretold(
            copy.kind
                .agreed(|kind| source_key_not_shared(kind, Some(key)))
                .known()
                .flatten()
                .flatten(),
        )
    };
    let who = format!("AWSServiceRoleForBackup of account {}", account_of(role));
    // What is recommended goes along with what is needed.
    let wanted = || {
        let each = [rulings, recommended].map(Rulings::to_share);
        let mut actions: Vec<_> = each.into_iter().flatten().flatten().collect();
        actions.sort_unstable();
        actions.dedup();
        (!actions.is_empty()).then(|| {
            Need::Share(Share {
                policy: PolicyOf::Key(key.clone()),
                principal: role.clone(),
                actions,
                resource: None,
                target: None,
            })
        })
    };
    if let Some((actions, statements, seen)) = rulings.denied() {
        let (mut lifted, mut places) = (actions.clone(), statements);
        if let Some((more, also, _)) = recommended.denied() {
            lifted.extend(more);
            places.extend(also);
        }
        lifted.sort_unstable();
        lifted.dedup();
        places.sort_unstable();
        places.dedup();
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
            question.is_some_and(|question| strike_the_owner(copy, facts, &question, &places));
        let lift = Need::Lift(Lift {
            policy: PolicyOf::Key(key.clone()),
            principal: role.clone(),
            actions: lifted,
            statements: places,
            target: None,
            resource: None,
        });
        let fail = Outcome::fail(format!(
            "the policy of the backup's key {name} denies {} to {who}{}",
            list(&actions),
            denied_by(&seen)
        ))
        .foretells(predicted())
        .saw(seen);
        if strikes_owner {
            return fail.by_hand(NO_EXCEPTION_DOES);
        }
        return fail.needs([lift]).needs(wanted());
    }
    let silent = rulings.missing(Fault::Subject);
    if let (Some((_, near)), Some(gap)) = (&silent, associated_keys(copy, facts)) {
        let message = format!(
            "the backup's key {name} is not shared with {who}; whether the snapshot is by another key is not known"
        );
        return Outcome::undecided(message, [gap]).saw(near.clone());
    }
    if let Some((actions, near)) = silent {
        let message = format!(
            "the backup's key {name} does not let {who} do {}{}",
            list(&actions),
            because(&near)
        );
        return Outcome::fail(message)
            .foretells(predicted())
            .saw(near)
            .needs(wanted());
    }
    if let Some((actions, near)) = rulings.missing(Fault::Principal) {
        let message = format!(
            "{who} may not do {} by its own policy, whatever the key {name} says",
            list(&actions)
        );
        return Outcome::fail(message)
            .nothing_helps(AWS_OWN)
            .foretells(predicted())
            .saw(near);
    }
    if let Some((gaps, _, seen)) = rulings.open() {
        return Outcome::undecided(
            format!("whether the backup's key {name} lets {who} use it is not known"),
            gaps,
        )
        .saw(seen);
    }
    let seen = rulings.allowed_by();
    let left_out = recommended.not_allowed();
    if !left_out.is_empty() {
        return Outcome::warn(format!(
            "the backup's key {name} is shared with {who}, but not for {}, which AWS's instructions include",
            list(&left_out)
        ))
        .on(Basis::Inferred)
        .saw(seen);
    }
    Outcome::pass(format!("the backup's key {name} is shared with {who}")).saw(seen)
}

/// AWS's pages disagree whether the vault's key must be shared where the vault's key encrypts the backup.
fn independent(
    copy: &Route,
    key: &Arn,
    name: &str,
    role: &Arn,
    account: AccountId,
    rulings: &Rulings,
) -> Outcome {
    if let Some((actions, statements, seen)) = rulings.denied() {
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
        return Outcome::fail(format!(
            "the policy of the source vault's key {name} denies {} to AWSServiceRoleForBackup of account {account}{}",
            list(&actions),
            denied_by(&seen)
        ))
        .on(Basis::Inferred)
        .foretells(foretold(copy.kind.agreed(|kind| source_key_not_shared(kind, Some(key))).known().flatten().flatten()))
        .saw(seen)
        .needs([Need::Lift(lift)])
        .needs(share);
    }
    let open = rulings.open();
    if let Some((gaps, true, seen)) = open {
        let message =
            format!("whether a Deny keeps account {account} from the key {name} is not known");
        return Outcome::undecided(message, gaps).saw(seen);
    }
    let shared = rulings.missing(Fault::Subject).is_none() && open.is_none();
    if shared {
        return Outcome::pass(format!(
            "the source vault's key {name} is shared with account {account}"
        ))
        .saw(rulings.allowed_by());
    }
    Outcome::warn(format!(
        "the source vault's key {name} is not shared with account {account}; AWS's pages disagree whether it must be"
    ))
    .on(Basis::Observed)
}

fn account_of(role: &Arn) -> String {
    role.account()
        .map_or_else(|| "?".to_owned(), |id| id.to_string())
}
