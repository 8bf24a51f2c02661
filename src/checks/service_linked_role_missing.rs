#![doc = include_str!("service_linked_role_missing.md")]

use super::words::{not_read, same_account};
use super::{Check, MayFail, Run, known};
use crate::catalog::{Kind, cite};
use crate::inventory::{Copy, Facts, Model, Reach};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Evidence, Need, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "service-linked-role-missing",
    title: "a service-linked role that makes the copy does not exist",
    doc: include_str!("service_linked_role_missing.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::SLR_POLICY, cite::RDS_COPY],
    may_fail: MayFail::Yes,
    run: Run::Refined {
        reach: of_backup,
        copy: of_rds,
    },
};

fn of_backup(copy: &Reach, facts: &Facts<'_>) -> Outcome {
    if !known!(copy.is_cross_account()) {
        return within_the_account(copy, facts);
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

/// A logically air-gapped vault stands in an account of AWS's own, so that a snapshot goes there as to another account. No page says
/// whether the role makes that copy too.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html>.
fn within_the_account(copy: &Reach, facts: &Facts<'_>) -> Outcome {
    let is_shared = known!(copy.touches_air_gapped_vault())
        && known!(copy.model()) == Some(Model::ServiceDependent);
    if !is_shared {
        return same_account();
    }
    let role = known!(copy.destination_service_linked_role());
    if known!(facts.role_exists(&role)) {
        return Outcome::pass("AWSServiceRoleForBackup exists in the account")
            .saw([Evidence::of(&role, "exists")]);
    }
    let gap = Gap::not_told(
        "whether a snapshot goes into or out of a logically air-gapped vault without AWSServiceRoleForBackup",
        role.as_str(),
    );
    Outcome::undecided(
        "AWSServiceRoleForBackup does not exist in the account, and no page says whether a copy of a snapshot into or out of a logically air-gapped vault takes it: create it",
        [gap.where_is(&role)],
    )
    .saw([Evidence::of(&role, "does not exist")])
}

/// The service-linked role of RDS in the source account, by which RDS verifies that a snapshot may go to another Region. RDS
/// creates it with an account's first database and keeps it as long as there is one, so that it is asked for where there is none:
/// the database is gone, or is in another account.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAM.ServiceLinkedRoles.html>.
fn of_rds(copy: &Copy, facts: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    let of_rds = |kind| {
        matches!(
            kind,
            Kind::Rds | Kind::Aurora | Kind::DocumentDb | Kind::Neptune
        )
    };
    if matches!(found.status, Status::Fail | Status::Undecided)
        || copy.recovery_point.is_none()
        || copy.is_cross_region() != Fact::Known(true)
        || copy.kind.agreed(of_rds) != Fact::Known(Some(true))
    {
        return None;
    }
    let account = copy.source_account().known()?;
    let role = Arn::iam_role(
        copy.destination_vault.partition(),
        account,
        "aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS",
    );
    let database = copy.resource.as_ref().known().and_then(Option::as_ref);
    let is_here = database.is_none_or(|arn| arn.account() == Some(account));
    let there = database.map(|arn| facts.resource_exists(arn));
    match (facts.role_exists(&role), is_here, there) {
        (Fact::Known(true), ..) | (_, true, Some(Fact::Known(true))) => None,
        (Fact::Known(false), ..) => Some(
            Outcome::fail(format!(
                "AWSServiceRoleForRDS does not exist in account {account}, and RDS copies no snapshot to another Region without it"
            ))
            .by_hand("aws iam create-service-linked-role --aws-service-name rds.amazonaws.com, in the source account")
            .saw([Evidence::of(&role, "does not exist")]),
        ),
        (Fact::Unknown(gap), is_here, there) => {
            let is_gone = !is_here || matches!(there, Some(Fact::Known(false)));
            (is_gone || facts.is_recorded(&gap)).then(|| not_read(*gap))
        }
    }
}
