#![doc = include_str!("air_gapped_vault_unsupported.md")]

use smol_str::format_smolstr;

use super::words::{foretold, no_destination_vault, not_read, unlisted};
use super::{Check, MayFail, Run, When, detour, known};
use crate::catalog::messages::route_unsupported;
use crate::catalog::{RouteAnswer, cite, route};
use crate::inventory::{Copy, Facts, KindOf, Route, VaultType};
use crate::known::Fact;
use crate::verdict::{Basis, Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "air-gapped-vault-unsupported",
    title: "backups of this resource type cannot go into this logically air-gapped vault",
    doc: include_str!("air_gapped_vault_unsupported.md"),
    cites: &[cite::LAGV, cite::FEATURES],
    may_fail: MayFail::Yes,
    when: When::Route(arises),
    run: Run::Copy(run),
};

fn arises(route: &Route, _: &Facts<'_>) -> Option<Outcome> {
    match &route.endpoints.destination_type {
        Fact::Known(Some(VaultType::AirGapped)) => None,
        Fact::Known(Some(VaultType::Standard | VaultType::RestoreAccess)) => Some(
            Outcome::not_applicable("the destination is no logically air-gapped vault"),
        ),
        Fact::Known(None) => Some(no_destination_vault()),
        Fact::Unknown(gap) => Some(not_read((**gap).clone())),
    }
}

fn run(copy: &Copy, _: &Facts<'_>) -> Outcome {
    let from = known!(copy.endpoints().source_region());
    let to = known!(copy.endpoints().destination_region());
    let cross_account = known!(copy.endpoints().is_cross_account());
    let (kinds, gap) = match &copy.route().kind {
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
    let vault = &copy.endpoints().destination_vault;
    match answers.into_iter().next() {
        None => Outcome::undecided("no kind of resource to ask of", []),
        Some((kind, RouteAnswer::Supported { inferred, note, .. })) => {
            let what = format_smolstr!(
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
