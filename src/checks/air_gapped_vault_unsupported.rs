#![doc = include_str!("air_gapped_vault_unsupported.md")]

use super::words::{foretold, no_destination_vault, not_read, unlisted, vault_of_unknown_type};
use super::{Check, MayFail, Run, detour, known};
use crate::catalog::messages::route_unsupported;
use crate::catalog::{RouteAnswer, cite, route};
use crate::inventory::{Copy, Facts, KindOf, VaultType};
use crate::known::Fact;
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "air-gapped-vault-unsupported",
    title: "backups of this resource type cannot go into this logically air-gapped vault",
    doc: include_str!("air_gapped_vault_unsupported.md"),
    cites: &[cite::LAGV, cite::FEATURES],
    may_fail: MayFail::Yes,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    match known!(copy.destination_type.clone()) {
        Some(VaultType::AirGapped) => {}
        Some(VaultType::Standard | VaultType::RestoreAccess) => {
            return Outcome::not_applicable("the destination is no logically air-gapped vault");
        }
        None => match facts.vault_exists(&copy.destination_vault) {
            Fact::Known(false) => return no_destination_vault(),
            Fact::Known(true) | Fact::Unknown(_) => {
                return vault_of_unknown_type(&copy.destination_vault);
            }
        },
    }
    let from = known!(copy.source_region());
    let to = known!(copy.destination_region());
    let cross_account = known!(copy.is_cross_account());
    let (kinds, gap) = match &copy.kind {
        KindOf::Unknown(gap) => return not_read((**gap).clone()),
        KindOf::Unlisted(name) => return unlisted(name),
        KindOf::Known(kind) => (std::slice::from_ref(kind), None),
        KindOf::OneOf(kinds, gap) => (*kinds, Some(gap)),
    };
    let answers: Vec<_> = kinds
        .iter()
        .map(|kind| (*kind, route(*kind, &from, &to, cross_account, true)))
        .collect();
    let supported = answers
        .iter()
        .filter(|(_, answer)| answer.is_supported())
        .count();
    if let (true, Some(gap)) = (supported != 0 && supported != answers.len(), gap) {
        return not_read((**gap).clone());
    }
    let vault = &copy.destination_vault;
    match answers.into_iter().next() {
        None => Outcome::undecided("no kind of resource to ask of", []),
        Some((kind, RouteAnswer::Supported { inferred, note, .. })) => {
            let what = format!(
                "a backup of {} can go into a logically air-gapped vault",
                kind.with_article()
            );
            let pass = Outcome::pass(what.clone()).saw([Evidence::of(vault, note.unwrap_or(what))]);
            if inferred {
                pass.on(Basis::Inferred)
            } else {
                pass
            }
        }
        Some((kind, RouteAnswer::Unsupported { reason, .. })) => {
            let fail = Outcome::fail(reason.clone())
                .foretells(foretold(route_unsupported(kind, &from, &to)))
                .saw([Evidence::of(vault, reason)]);
            match detour::need(copy, kind) {
                Some(need) => fail.needs([need]),
                None => fail.nothing_helps("copy into a standard vault"),
            }
        }
    }
}
