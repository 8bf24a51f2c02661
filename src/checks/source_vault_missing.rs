#![doc = include_str!("source_vault_missing.md")]

use super::words::{in_another_state, not_read, vault_meant};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Endpoints, Facts, Start};
use crate::known::{Arn, ByHand, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "source-vault-missing",
    title: "the source vault does not exist",
    doc: include_str!("source_vault_missing.md"),
    cites: &[cite::API_VAULT, cite::API_START_COPY_JOB],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, facts: &Facts<'_>) -> Outcome {
    let vault = known!(copy.source_vault.as_ref());
    match known!(facts.vault_state(vault)) {
        Some("AVAILABLE") => {
            return Outcome::pass("the source vault exists").saw([Evidence::of(vault, "exists")]);
        }
        Some(state) => return not_ready(copy, vault, state),
        None => {}
    }
    Outcome::fail(format!(
        "there is no vault `{}` to copy from{}",
        vault.name(),
        vault_meant(vault, facts)
    ))
    .nothing_helps("name the vault that the recovery point is in")
    .saw([Evidence::of(vault, "does not exist")])
}

/// No backup is made into a vault that is not available, so that none is in it.
fn not_ready(copy: &Endpoints, vault: &Arn, state: &str) -> Outcome {
    let name = vault.name();
    if !["CREATING", "FAILED"].contains(&state) {
        return in_another_state(vault, state);
    }
    let seen = [Evidence::at(vault, "/VaultState", format!("is {state}"))];
    match copy.start {
        Start::Scheduled => Outcome::fail(format!(
            "the source vault `{name}` is {state}: no backup is made into it, and none is copied"
        ))
        .by_hand("wait until it is AVAILABLE, or if it is FAILED, delete it and create it again")
        .on(Basis::Inferred)
        .saw(seen),
        Start::OnDemand => {
            let says = format!(
                "say which is right: `VaultState` {state}, or that it holds what is copied"
            );
            let gap = Gap::by_hand(ByHand::Contradiction, says, vault.as_str());
            not_read(gap.where_is(vault)).saw(seen)
        }
    }
}
