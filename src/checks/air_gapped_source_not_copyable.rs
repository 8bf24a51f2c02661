#![doc = include_str!("air_gapped_source_not_copyable.md")]

use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Endpoints, Facts, Start, VaultType};
use crate::known::{Arn, Gap};
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "air-gapped-source-not-copyable",
    title: "this copy out of a logically air-gapped vault is not possible",
    doc: include_str!("air_gapped_source_not_copyable.md"),
    cites: &[cite::LAGV, cite::MPA],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, _: &Facts<'_>) -> Outcome {
    let vault = known!(copy.source_vault.as_ref());
    match known!(copy.source_type.clone()) {
        Some(VaultType::AirGapped) => {}
        Some(VaultType::RestoreAccess) => return of_restore_access(vault),
        Some(VaultType::Standard) | None => {
            return Outcome::not_applicable("the source is not a logically air-gapped vault");
        }
    }
    if copy.start == Start::Scheduled
        && known!(copy.destination_type.clone()) == Some(VaultType::AirGapped)
    {
        return Outcome::fail(
            "copies from one logically air-gapped vault to another cannot be scheduled",
        )
        .by_hand("start it with StartCopyJob, or schedule the copy from a standard vault")
        .saw([Evidence::of(
            &copy.destination_vault,
            "is a logically air-gapped vault too",
        )]);
    }
    let role = known!(copy.role.as_ref());
    let owner = known!(copy.source_account());
    if role.account() != Some(owner) {
        return Outcome::fail(format!(
            "the logically air-gapped vault `{}` belongs to account {owner}, and only roles of that account copy out of it",
            vault.name()
        ))
        .by_hand("name a role of that account in the copy")
        .saw([Evidence::of(vault, format!("belongs to account {owner}")), Evidence::of(role, "belongs to another account")]);
    }
    Outcome::pass(format!(
        "account {owner} owns the logically air-gapped vault `{}`",
        vault.name()
    ))
    .saw([Evidence::of(vault, format!("belongs to account {owner}"))])
}

/// AWS's pages speak of restores from such a vault, and in one place of copies.
fn of_restore_access(vault: &Arn) -> Outcome {
    let gap = Gap::not_told(
        "whether a restore access vault can be copied from",
        vault.as_str(),
    )
    .where_is(vault);
    Outcome::undecided("the source is a restore access vault, and AWS's pages disagree whether one can be copied from", [gap])
        .saw([Evidence::at(vault, "/VaultType", format!("is {}", VaultType::RestoreAccess.as_str()))])
}
