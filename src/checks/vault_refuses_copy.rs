#![doc = include_str!("vault_refuses_copy.md")]

use super::words::{account_of, no_destination_vault, status_message};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::{AskedPolicy, Party, Rulings, copy_into};
use crate::catalog::cite;
use crate::catalog::messages::MessageId;
use crate::catalog::requests::COPY_INTO;
use crate::inventory::{Endpoints, Facts};
use crate::known::Fact;
use crate::verdict::{Basis, Evidence, Outcome, Status};

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
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, facts: &Facts<'_>) -> Outcome {
    let vault = &copy.destination_vault;
    if let Fact::Known(false) = facts.vault_exists(vault) {
        return no_destination_vault();
    }
    let cross_account = known!(copy.is_cross_account());
    let policy = known!(facts.vault_policy(vault));
    let role = known!(copy.role.as_ref());
    let (name, who) = (vault.name(), role.name());
    let rulings = Rulings::new([(COPY_INTO, copy_into(copy, facts, role))]);
    let rulings = rulings.deny_only_where(!cross_account);
    let outcome = rulings.outcome(&AskedPolicy {
        predicted: &|| status_message(MessageId::E3),
        missing: Some(&|| match policy {
            None => format!("the vault `{name}` has no access policy, so no other account can copy into it"),
            Some(_) => format!(
                "the access policy of the vault `{name}` does not let {who} of account {} copy into it",
                account_of(role)
            ),
        }),
        ..AskedPolicy::of_vault(vault, "the vault", role)
    });
    if outcome.status == Status::Pass && !rulings.not_allowed().is_empty() {
        return outcome.on(Basis::Inferred);
    }
    if outcome.status == Status::Fail && rulings.missing(Party::Resource).is_some() {
        let says = policy.map_or("does not exist", |_| "no statement allows it");
        return outcome.saw([Evidence::at(vault, "/AccessPolicy", says)]);
    }
    outcome
}
