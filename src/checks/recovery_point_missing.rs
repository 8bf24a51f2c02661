#![doc = include_str!("recovery_point_missing.md")]

use super::backup_times::never_starts;
use super::bucket_versioning::not_versioned;
use super::continuous_elsewhere::continuous_elsewhere;
use super::continuous_rules::{bucket_elsewhere, disregarded};
use super::fsx_backups::not_made_by_fsx;
use super::not_backed_up::not_backed_up_as_it_is;
use super::rds_backup_key;
use super::resource_key::not_readable;
use super::resource_policy::denied_by_its_policy;
use super::resource_state::not_backed_up;
use super::switched_on::not_switched_on;
use super::words::not_read;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::cite;
use crate::inventory::{Copy, Facts};
use crate::known::{Arn, ByHand, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "recovery-point-missing",
    title: "the recovery point, or the resource, does not exist",
    doc: include_str!("recovery_point_missing.md"),
    cites: &[
        cite::API_RECOVERY_POINT,
        cite::DASHBOARDS,
        cite::S3,
        cite::LAGV_PRIMARY,
        cite::ENCRYPTION,
        cite::CREATING_A_BACKUP,
        cite::CLOUDFORMATION,
        cite::EKS,
        cite::SAP_HANA,
        cite::SQL_SERVER_REPLICAS,
        cite::FSX_CREATE_BACKUP,
        cite::FSX_ONTAP_BACKUPS,
        cite::PLAN_OPTIONS,
        cite::PITR,
        cite::TROUBLESHOOTING,
        cite::RDS,
        cite::ASSIGN,
        cite::ASSIGN_JSON,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    if let Some(point) = &copy.transfer.recovery_point {
        return match known!(facts.point_status(point)) {
            Some(status) => {
                if let Some(outcome) = elsewhere(copy, facts, point) {
                    return outcome;
                }
                // What the copy says it is of, and what it is.
                if let Fact::Unknown(gap) = &copy.resource
                    && gap.hand() == Some(ByHand::Contradiction)
                {
                    return not_read((**gap).clone());
                }
                // Which vault it is in matters as much as that it exists.
                if known!(facts.point_vault(point)).is_none() {
                    return missing(point, "the recovery point is in no vault");
                }
                let seen = Evidence::at(point, "/Status", format!("is {status}"));
                Outcome::pass("the recovery point exists").saw([seen])
            }
            None => missing(point, "there is no such recovery point"),
        };
    }
    if let Some(first) = &copy.copy_of {
        return match &first.made {
            Fact::Known(()) => {
                Outcome::not_applicable("the recovery point is the copy that comes first")
            }
            Fact::Unknown(gap) => not_read((**gap).clone()),
        };
    }
    let Some(resource) = known!(copy.resource.as_ref()) else {
        return Outcome::not_applicable("the copy names neither a recovery point nor a resource");
    };
    let exists = facts.resource_exists(resource);
    if exists == Fact::Known(false) {
        return missing(resource, "there is no such resource to back up");
    }
    // One that says no counts, whatever another leaves open.
    let against = [
        found_elsewhere(copy, resource, facts),
        not_backed_up(resource, facts),
        not_backed_up_as_it_is(resource, facts),
        not_made_by_fsx(resource, facts),
        not_switched_on(copy, resource, facts),
        not_versioned(resource, facts),
        continuous_elsewhere(copy, resource, facts)
            .or_else(|| bucket_elsewhere(copy, resource, facts)),
        disregarded(copy, resource, facts),
        denied_by_its_policy(copy, resource, facts),
        not_readable(copy, resource, facts),
        rds_backup_key::keeps_out(copy, resource, facts),
        never_starts(copy, resource, facts),
    ];
    let against = against.into_iter().flatten().reduce(Outcome::and);
    match (exists, against) {
        (_, Some(outcome)) if outcome.status == Status::Fail => outcome,
        (Fact::Unknown(gap), _) => not_read(*gap),
        (Fact::Known(_), Some(outcome)) => outcome,
        (Fact::Known(_), None) => {
            Outcome::pass("the resource exists").saw([Evidence::of(resource, "exists")])
        }
    }
}

/// A bucket that was found elsewhere than where its backups are to be made: AWS Backup looks for resources in the plan's own account and
/// Region, and a bucket lies in one of each.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html#backup-plan-regions> and
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>.
fn found_elsewhere(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let found = facts.places_of_unplaced(resource);
    let vault = copy.endpoints().source_vault.as_ref().known()?;
    let (account, region) = (vault.account()?, vault.region()?);
    let others: Vec<String> = found
        .iter()
        .filter(|place| **place != (account, &region))
        .map(|(account, region)| format!("{account}/{region}"))
        .collect();
    if others.is_empty() {
        return None;
    }
    let others = others.join(", ");
    let says = format!(
        "say where it is: in {others}, where it was found, or in {account}/{region}, where its backups go into {vault}"
    );
    let gap = Gap::by_hand(ByHand::Contradiction, says, resource.as_str());
    let gap = gap.within(Some(account), Some(&region));
    let seen = Evidence::of(resource, format!("was found in {others}"));
    Some(not_read(gap).saw([seen]))
}

/// The recovery point exists, and not in the vault that the copy names: AWS Backup does not find it there.
fn elsewhere(copy: &Copy, facts: &Facts<'_>, point: &Arn) -> Option<Outcome> {
    let vault = copy.endpoints().source_vault.as_ref().known()?;
    let other = |what: String| {
        let seen = Evidence::of(point, what.clone());
        Outcome::fail(format!(
            "the recovery point is not in the vault `{}`: it {what}",
            vault.name()
        ))
        .by_hand("name the vault that it is in")
        .on(Basis::Inferred)
        .saw([seen])
    };
    if let Fact::Known(Some(home)) = facts.point_vault(point)
        && home != vault
    {
        return Some(other(format!("is in {home}")));
    }
    // Snapshots and images have no account in their ARNs.
    let same_account = point.account().is_none() || point.account() == vault.account();
    let same_region = point.region().is_none() || point.region() == vault.region();
    (!same_account || !same_region).then(|| {
        other(format!(
            "is of another account or Region, by its ARN {point}"
        ))
    })
}

fn missing(arn: &Arn, what: &str) -> Outcome {
    Outcome::fail(format!("{what}: {arn}"))
        .nothing_helps("name an existing one")
        .saw([Evidence::of(arn, "does not exist")])
}
