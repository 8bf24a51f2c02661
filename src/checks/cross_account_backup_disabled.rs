#![doc = include_str!("cross_account_backup_disabled.md")]

use super::words::{not_read, same_account, status_message};
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::catalog::messages::MessageId;
use crate::inventory::{Endpoints, Facts};
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "cross-account-backup-disabled",
    title: "the organization has not switched cross-account backup on",
    doc: include_str!("cross_account_backup_disabled.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::API_GLOBAL_SETTINGS],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Endpoints(run),
};

fn run(copy: &Endpoints, facts: &Facts<'_>) -> Outcome {
    if !known!(copy.is_cross_account()) {
        return same_account();
    }
    let accounts = [
        known!(copy.source_account()),
        known!(copy.destination_account()),
    ];
    let enabled = known!(facts.cross_account_backup(&accounts));
    let [from, _] = accounts;
    let setting = |value: &str| {
        Evidence::of(
            from,
            format!("isCrossAccountBackupEnabled is {value} in its organization"),
        )
    };
    if enabled {
        let mut billing = accounts.iter();
        if let Some(gap) = billing.find_map(|account| facts.without_all_features(*account)) {
            return not_read(gap).saw([setting("true")]);
        }
        return Outcome::pass("cross-account backup is on in the organization")
            .saw([setting("true")]);
    }
    let organization = facts.organization(from).known().flatten();
    let text = |field: &crate::inventory::Field<Box<str>>| field.value().map(ToString::to_string);
    Outcome::fail("cross-account backup is off in the organization")
        .foretells(status_message(MessageId::E2))
        .saw([setting("false")])
        .needs([Need::CrossAccountBackup {
            management: organization.and_then(|organization| text(&organization.master_account_id)),
            organization: organization.and_then(|organization| text(&organization.id)),
        }])
}
