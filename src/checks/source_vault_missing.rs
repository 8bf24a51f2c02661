#![doc = include_str!("source_vault_missing.md")]

use super::words::vault_meant;
use super::{Check, MayFail, Run, known};
use crate::catalog::cite;
use crate::inventory::{Ends, Facts};
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "source-vault-missing",
    title: "the source vault does not exist",
    doc: include_str!("source_vault_missing.md"),
    cites: &[cite::API_VAULT, cite::API_START_COPY_JOB],
    may_fail: MayFail::Yes,
    run: Run::Ends(run),
};

fn run(copy: &Ends, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.source_vault.as_ref());
    if known!(facts.vault_exists(vault)) {
        return Outcome::pass("the source vault exists").saw([Evidence::of(vault, "exists")]);
    }
    Outcome::fail(format!(
        "there is no vault `{}` to copy from{}",
        vault.name(),
        vault_meant(vault, facts)
    ))
    .nothing_helps("name the vault that the recovery point is in")
    .saw([Evidence::of(vault, "does not exist")])
}
