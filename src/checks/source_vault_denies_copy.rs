#![doc = include_str!("source_vault_denies_copy.md")]

use super::ask::{Ruling, copy_from};
use super::words::foretold;
use super::{Check, MayFail, Run, known};
use crate::catalog::cite;
use crate::catalog::messages::{MessageId, predict};
use crate::catalog::requests::COPY_FROM;
use crate::inventory::{Facts, Reach};
use crate::known::Fact;
use crate::verdict::{Lift, Need, Outcome, PolicyOf};

pub(super) const CHECK: Check = Check {
    id: "source-vault-denies-copy",
    title: "the source vault's access policy denies the copy out of it",
    doc: include_str!("source_vault_denies_copy.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::ACTIONS],
    may_fail: MayFail::Yes,
    run: Run::Reach(run),
};

fn run(copy: &Reach, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.source_vault.as_ref());
    if let Fact::Known(false) = facts.vault_exists(vault) {
        return Outcome::not_applicable("the source vault does not exist");
    }
    if known!(facts.vault_policy(vault)).is_none() {
        return Outcome::pass(format!(
            "the source vault `{}` has no access policy",
            vault.name()
        ));
    }
    let role = known!(copy.role.as_ref());
    match copy_from(copy, facts, role, vault).where_silence_is_enough() {
        Ruling::Denied { by, statements, .. } => {
            let lift = Lift {
                policy: PolicyOf::Vault(vault.clone()),
                principal: role.clone(),
                actions: vec![COPY_FROM],
                statements,
                target: Some(copy.destination_vault.clone()),
                resource: None,
            };
            Outcome::fail(format!(
                "the access policy of the source vault `{}` denies {COPY_FROM} to {} for this destination",
                vault.name(),
                role.name()
            ))
            .foretells(foretold(predict(MessageId::E3)))
            .saw(by)
            .needs([Need::Lift(lift)])
        }
        Ruling::Open {
            gaps,
            may_deny: true,
            seen,
        } => Outcome::undecided(
            format!(
                "whether the source vault `{}` denies the copy to {} is not known",
                vault.name(),
                role.name()
            ),
            gaps,
        )
        .saw(seen),
        Ruling::Open {
            may_deny: false, ..
        }
        | Ruling::Missing { .. } => Outcome::pass(format!(
            "nothing in the source vault `{}` denies it",
            vault.name()
        )),
        Ruling::Allowed { by } => {
            Outcome::pass(format!("the source vault `{}` allows it", vault.name())).saw(by)
        }
    }
}
