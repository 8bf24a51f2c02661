#![doc = include_str!("unencrypted_source_refused.md")]

use super::words::{listed, not_read};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::catalog::encryption::{Unencrypted, keys};
use crate::inventory::{Copy, EncryptedWith, Facts, Route, VaultType};
use crate::known::Fact;
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "unencrypted-source-refused",
    title: "an unencrypted backup of this type cannot go into a logically air-gapped vault",
    doc: include_str!("unencrypted_source_refused.md"),
    cites: &[cite::LAGV, cite::ENCRYPTION],
    may_fail: MayFail::Yes,
    when: When::Route(arises),
    run: Run::Copy(run),
};

fn arises(route: &Route, _: &Facts<'_>) -> Option<Outcome> {
    match &route.endpoints.destination_type {
        Fact::Known(Some(VaultType::AirGapped)) => None,
        Fact::Known(Some(VaultType::Standard | VaultType::RestoreAccess) | None) => Some(
            Outcome::not_applicable("the destination is not a logically air-gapped vault"),
        ),
        Fact::Unknown(gap) => Some(not_read((**gap).clone())),
    }
}

fn run(copy: &Copy, _: &Facts<'_>) -> Outcome {
    let of_kind = copy.route().kind.agreed(|kind| keys(kind).unencrypted);
    match known!(listed(of_kind, copy.route())) {
        Unencrypted::StaysUnencrypted => {}
        Unencrypted::AlwaysEncrypted | Unencrypted::BecomesEncrypted | Unencrypted::NoCopy => {
            return Outcome::not_applicable(
                "copies of this type are encrypted whatever the source is",
            );
        }
    }
    match known!(copy.route().backup_key.as_ref()) {
        EncryptedWith::Nothing => Outcome::fail(
            "the backup is not encrypted; a copy of it stays so, and a logically air-gapped vault refuses it",
        )
        .by_hand("restore it into an encrypted cluster, and copy a backup of that")
        .saw([Evidence::of(copy.subject(), "is not encrypted")]),
        EncryptedWith::AwsOwnedKey | EncryptedWith::Key(_) => Outcome::pass("the backup is encrypted"),
    }
}
