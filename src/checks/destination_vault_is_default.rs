#![doc = include_str!("destination_vault_is_default.md")]

use super::words::{listed, same_account};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Facts, Model, Route};
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "destination-vault-is-default",
    title: "the copy goes into another account's default vault",
    doc: include_str!("destination_vault_is_default.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::ENCRYPTION],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Route(run),
};

fn run(copy: &Route, facts: &Facts<'_>) -> Outcome {
    if !known!(copy.endpoints.is_cross_account()) {
        return same_account();
    }
    let vault = &copy.endpoints.destination_vault;
    if vault.name() != "Default" {
        return Outcome::pass("the destination is not the default vault")
            .saw([Evidence::of(vault, format!("is named {}", vault.name()))]);
    }
    let seen = [Evidence::of(
        vault,
        "is the default vault of its account and Region",
    )];
    match known!(listed(copy.model(), copy)) {
        Model::Independent => Outcome::warn(
            "the destination is the default vault; AWS's pages disagree whether it may be, and only one refuses it",
        )
        .saw(seen),
        Model::ServiceDependent => {
            Outcome::fail("the destination is the default vault, whose key cannot be shared")
                .saw(seen)
                .needs(facts.vault_key(vault).known().map(|_| Need::CustomerKeyOnVault { vault: vault.clone() }))
        }
    }
}
