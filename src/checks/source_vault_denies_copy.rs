#![doc = include_str!("source_vault_denies_copy.md")]

use super::words::foretold;
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{
    Phrases, Ruling, Rulings, copy_from, denied_by, depends_on_who_starts, may_start,
};
use crate::catalog::cite;
use crate::catalog::messages::{MessageId, predict};
use crate::catalog::requests::{COPY_FROM, START_COPY};
use crate::inventory::{Facts, Start, Transfer};
use crate::known::{Arn, Fact};
use crate::verdict::{Basis, Outcome, PolicyOf, Status};

pub(super) const CHECK: Check = Check {
    id: "source-vault-denies-copy",
    title: "the source vault's access policy denies the copy out of it",
    doc: include_str!("source_vault_denies_copy.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::ACTIONS, cite::SCP],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Transfer(run),
};

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.endpoints().source_vault.as_ref());
    if let Fact::Known(false) = facts.vault_exists(vault) {
        return Outcome::not_applicable("the source vault does not exist");
    }
    let start = match copy.endpoints().start {
        Start::OnDemand => may_start(START_COPY, copy, facts, vault),
        // AWS Backup starts the job itself.
        Start::Scheduled => Ruling::allowed(Vec::new()),
    };
    if let Ruling::Denied { by: seen, .. } | Ruling::Missing { near: seen, .. } = start {
        return Outcome::fail(format!(
            "nobody can start this copy: {START_COPY} out of the vault `{}` is denied to everybody{}",
            vault.name(),
            denied_by(&seen)
        ))
        .by_hand("let who starts the copy pass that Deny, or copy out of another vault")
        .foretells(foretold(predict(MessageId::E3)))
        .saw(seen);
    }
    let for_some = depends_on_who_starts(&start);
    let found = of_role(copy, facts, vault);
    let Ruling::Open { gaps, seen, .. } = start else {
        return found;
    };
    if found.status != Status::Pass {
        return found;
    }
    let outcome = if for_some {
        Outcome::warn(format!(
            "the access policy of the source vault `{}` denies {START_COPY} to some: whether you are one of them is not known{}",
            vault.name(),
            denied_by(&seen)
        ))
    } else {
        Outcome::undecided(
            format!("whether {START_COPY} is denied to everybody is not known"),
            gaps,
        )
    };
    outcome.saw(seen)
}

/// What the vault's policy says to the copy role.
fn of_role(copy: &Transfer, facts: &Facts<'_>, vault: &Arn) -> Outcome {
    let name = vault.name();
    if known!(facts.vault_policy(vault)).is_none() {
        return Outcome::pass(format!("the source vault `{name}` has no access policy"));
    }
    let role = known!(copy.endpoints().role.as_ref());
    let who = role.name();
    let rulings = Rulings::new([(COPY_FROM, copy_from(copy, facts, role, vault))]).deny_only();
    let is_silent = !rulings.not_allowed().is_empty();
    rulings.outcome(&Phrases {
        policy: PolicyOf::Vault(vault.clone()),
        principal: role,
        target: Some(&copy.endpoints().destination_vault),
        recommended: None,
        basis: Basis::Documented,
        predicted: &|| foretold(predict(MessageId::E3)),
        denied: &|actions| {
            format!("the access policy of the source vault `{name}` denies {actions} to {who} for this destination")
        },
        missing: &|actions| format!("the source vault `{name}` does not let {who} do {actions}"),
        own_policy: None,
        unknown: &|| format!("whether the source vault `{name}` denies the copy to {who} is not known"),
        allowed: &|| {
            if is_silent {
                format!("nothing in the source vault `{name}` denies it")
            } else {
                format!("the source vault `{name}` allows it")
            }
        },
    })
}
