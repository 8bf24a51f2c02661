#![doc = include_str!("source_key_not_shared.md")]

use super::ask::{Fault, KeyQuestion, Rulings, Via, ask_key, list};
use super::words::{AWS_OWN, because, denied_by, foretold, key_name, same_account, unlisted};
use super::{Check, MayFail, Run, known};
use crate::catalog::cite;
use crate::catalog::messages::source_key_not_shared;
use crate::catalog::requests::{PLAIN_KEY_ACTIONS, recommended_key_actions, source_key_use};
use crate::inventory::{EncryptedWith, Facts, KeyManager, Model, Route};
use crate::known::{AccountId, Arn, Fact};
use crate::verdict::{Basis, Lift, Need, Outcome, PolicyOf, Share};

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
    ],
    may_fail: MayFail::Yes,
    run: Run::Route(run),
};

fn run(copy: &Route, facts: &Facts<'_>) -> Outcome {
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
            service_dependent(copy, key, &name, &role, &rulings, &recommended)
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

fn service_dependent(
    copy: &Route,
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
        let lift = Need::Lift(Lift {
            policy: PolicyOf::Key(key.clone()),
            principal: role.clone(),
            actions: lifted,
            statements: places,
            target: None,
            resource: None,
        });
        return Outcome::fail(format!(
            "the policy of the backup's key {name} denies {} to {who}{}",
            list(&actions),
            denied_by(&seen)
        ))
        .foretells(predicted())
        .saw(seen)
        .needs([lift])
        .needs(wanted());
    }
    if let Some((actions, near)) = rulings.missing(Fault::Subject) {
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
