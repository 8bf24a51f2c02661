#![doc = include_str!("vault_refuses_copy.md")]

use super::words::{because, denied_by, foretold, no_destination_vault};
use super::{Check, MayFail, Run, known};
use crate::authorization::{Ruling, copy_into};
use crate::catalog::cite;
use crate::catalog::messages::{MessageId, predict};
use crate::catalog::requests::COPY_INTO;
use crate::inventory::{Ends, Facts};
use crate::known::Fact;
use crate::verdict::{Basis, Evidence, Lift, Need, Outcome, PolicyOf, Share};

pub(super) const CHECK: Check = Check {
    id: "vault-refuses-copy",
    title: "the destination vault's access policy does not let the copy role copy into it",
    doc: include_str!("vault_refuses_copy.md"),
    cites: &[
        cite::CROSS_ACCOUNT,
        cite::VAULT_POLICY,
        cite::KC_ACCESS_DENIED,
    ],
    may_fail: MayFail::Yes,
    run: Run::Ends(run),
};

fn run(copy: &Ends, facts: &Facts<'_>) -> Outcome {
    let vault = &copy.destination_vault;
    if let Fact::Known(false) = facts.vault_exists(vault) {
        return no_destination_vault();
    }
    let cross_account = known!(copy.is_cross_account());
    let policy = known!(facts.vault_policy(vault));
    let role = known!(copy.role.as_ref());
    let name = vault.name();
    let share = || {
        Need::Share(Share {
            policy: PolicyOf::Vault(vault.clone()),
            principal: role.clone(),
            actions: vec![COPY_INTO],
            resource: None,
            target: None,
        })
    };
    let predicted = || foretold(predict(MessageId::E3));
    let ruling = match copy_into(copy, facts, role) {
        ruling if cross_account => ruling,
        ruling => ruling.where_silence_is_enough(),
    };
    match ruling {
        Ruling::Denied {
            by,
            statements,
            silent,
            ..
        } => {
            let lift = Lift {
                policy: PolicyOf::Vault(vault.clone()),
                principal: role.clone(),
                actions: vec![COPY_INTO],
                statements,
                target: None,
                resource: None,
            };
            Outcome::fail(format!(
                "the access policy of the vault `{name}` denies {COPY_INTO} to {}{}",
                role.name(),
                denied_by(&by)
            ))
            .foretells(predicted())
            .saw(by)
            .needs([Need::Lift(lift)])
            .needs((cross_account && silent).then(share))
        }
        Ruling::Missing { .. } if !cross_account => Outcome::pass(format!(
            "nothing in the vault `{name}` denies it, which is enough within one account"
        ))
        .on(Basis::Inferred),
        Ruling::Missing { near, .. } => {
            let message = match policy {
                None => format!(
                    "the vault `{name}` has no access policy, so nobody from another account copies into it"
                ),
                Some(_) => format!(
                    "the access policy of the vault `{name}` does not let {} of account {} copy into it{}",
                    role.name(),
                    role.account()
                        .map_or_else(|| "?".to_owned(), |id| id.to_string()),
                    because(&near)
                ),
            };
            let seen = [Evidence::at(
                vault,
                "/AccessPolicy",
                if policy.is_some() {
                    "no statement allows it"
                } else {
                    "is none"
                },
            )];
            Outcome::fail(message)
                .foretells(predicted())
                .saw(near)
                .saw(seen)
                .needs([share()])
        }
        Ruling::Open {
            may_deny: false, ..
        } if !cross_account => Outcome::pass(format!(
            "nothing in the vault `{name}` denies it, which is enough within one account"
        ))
        .on(Basis::Inferred),
        Ruling::Open { gaps, seen, .. } => Outcome::undecided(
            format!(
                "whether the vault `{name}` lets {} copy into it is not known",
                role.name()
            ),
            gaps,
        )
        .saw(seen),
        Ruling::Allowed { by } => Outcome::pass(format!(
            "the vault `{name}` lets {} copy into it",
            role.name()
        ))
        .saw(by),
    }
}
