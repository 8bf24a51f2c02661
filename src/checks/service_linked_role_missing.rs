#![doc = include_str!("service_linked_role_missing.md")]

use super::words::{not_read, same_account};
use super::{Check, MayFail, Run, When, known};
use crate::authorization::not_of_its_service;
use crate::catalog::{Encryption, Kind, capabilities, cite};
use crate::inventory::{Copy, Facts, Transfer};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Evidence, Need, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "service-linked-role-missing",
    title: "a service-linked role that makes the copy does not exist",
    doc: include_str!("service_linked_role_missing.md"),
    cites: &[cite::CROSS_ACCOUNT, cite::SLR_POLICY, cite::RDS_COPY],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Refined {
        transfer: of_backup,
        copy: of_rds,
    },
};

fn of_backup(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    if !known!(copy.endpoints().is_cross_account()) {
        return within_the_account(copy, facts);
    }
    let account = known!(copy.endpoints().destination_account());
    let role = known!(copy.endpoints().destination_service_linked_role());
    if known!(facts.role_exists(&role)) {
        return exists(
            &role,
            "AWSServiceRoleForBackup exists in the destination account",
            facts,
        );
    }
    Outcome::fail(format!(
        "AWSServiceRoleForBackup does not exist in account {account}, and it is what makes the copy"
    ))
    .saw([Evidence::of(&role, "does not exist")])
    .needs([Need::ServiceLinkedRole { account, role }])
}

/// One is there, and it is AWS's: unless something is told of it that its is not.
fn exists(role: &Arn, says: &'static str, facts: &Facts<'_>) -> Outcome {
    let pass = || Outcome::pass(says).saw([Evidence::of(role, "exists")]);
    not_of_its_service(facts, role).map_or_else(pass, not_read)
}

/// A logically air-gapped vault stands in an account of AWS's own, so that a snapshot goes there as to another account. No page says
/// whether the role makes that copy too.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/logicallyairgappedvault.html>.
fn within_the_account(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    // What no such vault takes fails by another check.
    let may_go = |kind| {
        let row = capabilities(kind);
        row.lagv.is_supported() && row.encryption == Encryption::OfResource
    };
    let is_shared = known!(copy.endpoints().touches_air_gapped_vault())
        && known!(copy.route.kind.agreed(may_go)) == Some(true);
    if !is_shared {
        return same_account();
    }
    let role = known!(copy.endpoints().destination_service_linked_role());
    if known!(facts.role_exists(&role)) {
        return exists(
            &role,
            "AWSServiceRoleForBackup exists in the account",
            facts,
        );
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
/// creates it with an account's first database and keeps it as long as there is one, so that nobody has to look where the database
/// is there.
///
/// See <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CopySnapshot.html>,
/// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAM.ServiceLinkedRoles.html>.
fn of_rds(copy: &Copy, facts: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    if found.status == Status::Fail {
        return None;
    }
    // What is known to be missing counts, whatever else is not known.
    let told = role_of_rds(copy, facts);
    told.filter(|told| found.status != Status::Undecided || told.status == Status::Fail)
}

fn role_of_rds(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    let of_rds = |kind| {
        matches!(
            kind,
            Kind::Rds | Kind::Aurora | Kind::DocumentDb | Kind::Neptune
        )
    };
    if copy.endpoints().is_cross_region() != Fact::Known(true) {
        return None;
    }
    let point = copy.transfer.recovery_point.as_ref()?;
    let is_of_rds = match copy.route().kind.agreed(of_rds) {
        Fact::Unknown(_) if point.service() == "rds" => Fact::Known(()),
        Fact::Unknown(gap) => Fact::Unknown(gap),
        Fact::Known(Some(true)) => Fact::Known(()),
        Fact::Known(Some(false) | None) => return None,
    };
    let account = copy.endpoints().source_account().known()?;
    let role = Arn::iam_role(
        copy.endpoints().destination_vault.partition(),
        account,
        "aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS",
    );
    let exists = facts.role_exists(&role);
    if let Fact::Unknown(gap) = is_of_rds {
        return (exists == Fact::Known(false)).then(|| not_read(*gap));
    }
    let database = copy.resource.as_ref().and_then(|database| match database {
        Some(arn) if arn.account() == Some(account) => facts.resource_exists(arn),
        Some(_) | None => Fact::Known(false),
    });
    match (exists, database) {
        (_, Fact::Known(true)) => None,
        (Fact::Known(true), _) => not_of_its_service(facts, &role).map(not_read),
        (Fact::Known(false), Fact::Known(false)) => Some(
            Outcome::fail(format!(
                "AWSServiceRoleForRDS does not exist in account {account}, and RDS copies no snapshot to another Region without it"
            ))
            .by_hand("aws iam create-service-linked-role --aws-service-name rds.amazonaws.com, in the source account")
            .saw([Evidence::of(&role, "does not exist")]),
        ),
        (Fact::Known(false), Fact::Unknown(gap)) | (Fact::Unknown(gap), _) => Some(not_read(*gap)),
    }
}
