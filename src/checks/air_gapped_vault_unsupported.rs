#![doc = include_str!("air_gapped_vault_unsupported.md")]

use smol_str::format_smolstr;

use super::words::{foretold, no_destination_vault, not_read, table_answer};
use super::{Check, MayFail, Run, When, detour, known};
use crate::catalog::messages::route_unsupported;
use crate::catalog::regions::{LagvRegion, lagv_available};
use crate::catalog::{Crossing, RouteAnswer, cite};
use crate::inventory::{Copy, Facts, Route, VaultType};
use crate::known::{Fact, Gap};
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
            Outcome::not_applicable("the destination is not a logically air-gapped vault"),
        ),
        Fact::Known(None) => Some(no_destination_vault()),
        Fact::Unknown(gap) => Some(not_read((**gap).clone())),
    }
}

fn run(copy: &Copy, _: &Facts<'_>) -> Outcome {
    let crossing = known!(copy.endpoints().crossing());
    let (kind, answer) = known!(table_answer(copy.route(), &crossing, true));
    let vault = &copy.endpoints().destination_vault;
    match answer {
        RouteAnswer::Supported { .. } if may_not_leave(&crossing) => {
            let from = &crossing.from;
            let message = format!(
                "AWS's page has no copies to logically air-gapped vaults of other accounts and Regions in {from}, and does not say whether it means those that come from there"
            );
            let what = format!(
                "whether a copy from {from} into a logically air-gapped vault elsewhere is made"
            );
            let gap = Gap::not_told(what, copy.subject().as_str());
            let gap = gap.within(copy.endpoints().source_account().known(), Some(from));
            Outcome::undecided(message.clone(), [gap]).saw([Evidence::of(copy.subject(), message)])
        }
        RouteAnswer::Supported { inferred, note, .. } => {
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
        RouteAnswer::Unsupported { reason, .. } => {
            let predicted = route_unsupported(kind, &crossing.from, &crossing.to);
            let fail = Outcome::fail(reason.clone())
                .foretells(foretold(predicted))
                .saw([Evidence::of(vault, reason)]);
            match detour::need(copy, kind) {
                Some(need) => fail.needs([need]),
                None => fail.nothing_helps("copy into a standard vault"),
            }
        }
    }
}

/// Whether the copy leaves its account or Region out of a Region in which AWS's page has no such copies: it does not say which end it
/// means, and the copy job is one of the Region that the copy comes from.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html>.
fn may_not_leave(crossing: &Crossing) -> bool {
    (crossing.cross_account || crossing.is_cross_region())
        && lagv_available(&crossing.from) == LagvRegion::WithinRegionOnly
}
