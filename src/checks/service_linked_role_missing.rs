#![doc = include_str!("service_linked_role_missing.md")]

use super::words::same_account;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Ends, Facts};
use crate::verdict::{Evidence, Need, Outcome};

pub(super) const CHECK: Check = Check {
    id: "service-linked-role-missing",
    title: "the destination account has no service-linked role for AWS Backup",
    doc: include_str!("service_linked_role_missing.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::SLR_POLICY],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Ends(run),
};

fn run(copy: &Ends, facts: &Facts<'_>) -> Outcome {
    if !known!(copy.is_cross_account()) {
        return same_account();
    }
    let account = known!(copy.destination_account());
    let role = known!(copy.destination_service_linked_role());
    if known!(facts.role_exists(&role)) {
        return Outcome::pass("AWSServiceRoleForBackup exists in the destination account")
            .saw([Evidence::of(&role, "exists")]);
    }
    Outcome::fail(format!(
        "AWSServiceRoleForBackup does not exist in account {account}, and it is what makes the copy"
    ))
    .saw([Evidence::of(&role, "does not exist")])
    .needs([Need::ServiceLinkedRole { account, role }])
}
