#![doc = include_str!("destination_vault_not_ready.md")]

use super::words::{in_another_state, no_destination_vault};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Endpoints, Facts, VaultType};
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "destination-vault-not-ready",
    title: "the destination vault cannot accept copies yet, or at all",
    doc: include_str!("destination_vault_not_ready.md"),
    cites: &[cite::API_VAULT, cite::LAGV],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, facts: &Facts<'_>) -> Outcome {
    let vault = &copy.destination_vault;
    let Some(state) = known!(facts.vault_state(vault)) else {
        return no_destination_vault();
    };
    match known!(copy.destination_type.clone()) {
        Some(VaultType::RestoreAccess) => {
            return Outcome::fail(
                "the destination is a restore access vault, which does not accept copies",
            )
            .nothing_helps("name another vault")
            .on(Basis::Inferred)
            .saw([Evidence::at(
                vault,
                "/VaultType",
                VaultType::RestoreAccess.as_str(),
            )]);
        }
        Some(VaultType::Standard | VaultType::AirGapped) => {}
        None => return no_destination_vault(),
    }
    let seen = [Evidence::at(vault, "/VaultState", format!("is {state}"))];
    match state {
        "AVAILABLE" => Outcome::pass("the destination vault is available").saw(seen),
        "CREATING" | "FAILED" => Outcome::fail(format!("the destination vault is {state}"))
            .by_hand(
                "wait until it is AVAILABLE, or if it is FAILED, delete it and create it again",
            )
            .saw(seen),
        other => in_another_state(vault, other).saw(seen),
    }
}
