#![doc = include_str!("source_vault_denies_copy.md")]

use super::words::{denied_by, foretold};
use super::{Check, MayFail, Run, known};
use crate::authorization::{Ruling, StartRuling, copy_from, may_start};
use crate::catalog::cite;
use crate::catalog::messages::{MessageId, predict};
use crate::catalog::requests::{COPY_FROM, START_COPY};
use crate::inventory::{Facts, Reach, Start};
use crate::known::{Arn, Fact};
use crate::verdict::{Lift, Need, Outcome, PolicyOf, Status};

pub(super) const CHECK: Check = Check {
    id: "source-vault-denies-copy",
    title: "the source vault's access policy denies the copy out of it",
    doc: include_str!("source_vault_denies_copy.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::ACTIONS, cite::SCP],
    may_fail: MayFail::Yes,
    run: Run::Reach(run),
};

fn run(copy: &Reach, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.source_vault.as_ref());
    if let Fact::Known(false) = facts.vault_exists(vault) {
        return Outcome::not_applicable("the source vault does not exist");
    }
    let start = match copy.start {
        Start::OnDemand => may_start(copy, facts, vault),
        // AWS Backup starts the job itself.
        Start::Scheduled => StartRuling::Free,
    };
    if let StartRuling::Denied(seen) = start {
        return Outcome::fail(format!(
            "nobody can start this copy: {START_COPY} out of the vault `{}` is denied to everybody{}",
            vault.name(),
            denied_by(&seen)
        ))
        .by_hand("let who starts the copy pass that Deny, or copy out of another vault")
        .foretells(foretold(predict(MessageId::E3)))
        .saw(seen);
    }
    let found = of_role(copy, facts, vault);
    match (found.status, start) {
        (Status::Pass, StartRuling::Open(gaps, seen)) => Outcome::undecided(
            format!("whether {START_COPY} is denied to everybody is not known"),
            gaps,
        )
        .saw(seen),
        (Status::Pass, StartRuling::ForSome(seen)) => Outcome::warn(format!(
            "the access policy of the source vault `{}` denies {START_COPY} to some: whether you are one of them is not known{}",
            vault.name(),
            denied_by(&seen)
        ))
        .saw(seen),
        (_, StartRuling::Free | StartRuling::ForSome(_) | StartRuling::Open(..) | StartRuling::Denied(_)) => found,
    }
}

/// What the vault's policy says to the copy role.
fn of_role(copy: &Reach, facts: &Facts<'_>, vault: &Arn) -> Outcome {
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
                "the access policy of the source vault `{}` denies {COPY_FROM} to {} for this destination{}",
                vault.name(),
                role.name(),
                denied_by(&by)
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
