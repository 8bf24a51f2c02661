#![doc = include_str!("destination_vault_missing.md")]

use super::words::vault_meant;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Endpoints, Facts};
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "destination-vault-missing",
    title: "the destination vault does not exist",
    doc: include_str!("destination_vault_missing.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::API_VAULT],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, facts: &Facts<'_>) -> Outcome {
    let vault = &copy.destination_vault;
    if known!(facts.vault_exists(vault)) {
        return Outcome::pass("the destination vault exists").saw([Evidence::of(vault, "exists")]);
    }
    Outcome::fail(format!(
        "there is no vault `{}`{}",
        vault.name(),
        vault_meant(vault, facts)
    ))
    .saw([Evidence::of(vault, "does not exist")])
    .needs([Need::Vault {
        vault: vault.clone(),
    }])
}
