#![doc = include_str!("recovery_point_continuous.md")]

use serde_json::Value;

use super::continuous_rules::has_continuous;
use super::words::not_read;
use super::{Check, MayFail, Run, When, known};
use crate::catalog::recovery_points::is_continuous;
use crate::catalog::{Kind, cite};
use crate::inventory::{Continuity, Copy, Facts, KindOf, Start, Transfer, VaultType};
use crate::known::{Arn, ByHand, Fact, Gap};
use crate::plans;
use crate::verdict::{Basis, Evidence, Outcome, Status};

pub(super) const CHECK: Check = Check {
    id: "recovery-point-continuous",
    title: "a continuous recovery point is not copied on demand",
    doc: include_str!("recovery_point_continuous.md"),
    cites: &[
        cite::PITR_COPY,
        cite::API_START_COPY_JOB,
        cite::PITR,
        cite::LAGV_PRIMARY,
    ],
    may_fail: MayFail::Yes,
    when: When::Always,
    run: Run::Refined {
        transfer: run,
        copy: of_rule,
    },
};

/// What is told of a copy that a continuous rule makes where AWS's pages leave open whether it is made.
fn of_rule(copy: &Copy, facts: &Facts<'_>, found: &Outcome) -> Option<Outcome> {
    let is_made_by_rule = found.status == Status::NotApplicable
        && copy.transfer.recovery_point.is_none()
        && copy.copy_of.is_none();
    let rule = facts.rule_of(copy.plan.as_ref()).known().flatten()?;
    if !is_made_by_rule || !plans::is_continuous(rule) || !has_continuous(copy) {
        return None;
    }
    let seen = Evidence::of(&*copy.id, "is made by a rule with EnableContinuousBackup");
    let found = air_gapped_of_aurora(copy, rule).or_else(|| within_account_and_region(copy))?;
    Some(found.saw([seen]))
}

/// AWS's page promises the snapshot that is copied for "a cross-account or cross-Region copy".
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-copying.html>.
fn within_account_and_region(copy: &Copy) -> Option<Outcome> {
    let ends = copy.endpoints();
    // What goes into an air-gapped vault goes into an account of AWS's.
    let stays = ends.is_cross_account() == Fact::Known(false)
        && ends.is_cross_region() == Fact::Known(false)
        && ends.destination_type == Fact::Known(Some(VaultType::Standard));
    stays.then(|| {
        Outcome::warn(
            "the rule makes continuous backups, of which AWS Backup copies a snapshot to another account or Region: no page says that it does so within one",
        )
        .on(Basis::Inferred)
    })
}

/// One page has a snapshot copied wherever the rule's copy actions go, the other has Aurora's continuous backups not support air-gapped
/// vaults. What the rule itself sends into one is another matter.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-copying.html>,
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html>.
fn air_gapped_of_aurora(copy: &Copy, rule: &Value) -> Option<Outcome> {
    let ends = copy.endpoints();
    let vault = &ends.destination_vault;
    let may_be_aurora = copy.route().kind.kinds().contains(&Kind::Aurora);
    let is_air_gapped = ends.destination_type == Fact::Known(Some(VaultType::AirGapped));
    let target = rule.get("TargetLogicallyAirGappedBackupVaultArn");
    let is_target = target.and_then(Value::as_str) == Some(vault.as_str());
    (may_be_aurora && is_air_gapped && !is_target).then(|| {
        let what = "whether the snapshots of a continuous backup of Aurora are copied into a logically air-gapped vault";
        let gap = Gap::not_told(what, vault.as_str()).where_is(vault);
        Outcome::undecided(
            "the rule makes continuous backups, of which AWS Backup copies a snapshot, and AWS's page on them says that those of Aurora do not support logically air-gapped vaults: whether it is copied into one is not known",
            [gap],
        )
    })
}

fn run(copy: &Transfer, facts: &Facts<'_>) -> Outcome {
    let Some(point) = &copy.recovery_point else {
        return Outcome::not_applicable("the recovery point is yet to be made");
    };
    match (copy.endpoints().start, is_continuous(point)) {
        (Start::Scheduled, true) => Outcome::pass(
            "the recovery point is continuous; a scheduled copy of it is made from a snapshot",
        ),
        (Start::Scheduled, false) => Outcome::not_applicable("the copy is scheduled"),
        (Start::OnDemand, _) if copy.route.kind == KindOf::Known(Kind::S3) => {
            of_bucket(point, facts)
        }
        (Start::OnDemand, true) => fail(point, "its id begins with `continuous`"),
        (Start::OnDemand, false) => match &copy.route.kind {
            // Only the ARNs of AWS Backup's own recovery points may hide one.
            KindOf::Unknown(_) if facts.point_status(point) == Fact::Known(None) => is_not_there(),
            KindOf::Unknown(gap) if point.service() == "backup" => not_read((**gap).clone()),
            KindOf::Known(_) | KindOf::OneOf(..) | KindOf::Unlisted(_) | KindOf::Unknown(_) => {
                pass(point, "its id does not begin with `continuous`")
            }
        },
    }
}

fn pass(point: &Arn, says: &'static str) -> Outcome {
    Outcome::pass("the recovery point is not continuous").saw([Evidence::of(point, says)])
}

fn fail(point: &Arn, says: &'static str) -> Outcome {
    Outcome::fail("the recovery point is continuous, and such a one is not copied on demand")
        .by_hand("make a snapshot backup on demand, and copy that; or let the rule's copy action copy it")
        .saw([Evidence::of(point, says)])
}

fn is_not_there() -> Outcome {
    Outcome::not_applicable("the recovery point does not exist")
}

/// The id of a bucket's recovery point need not begin so.
fn of_bucket(point: &Arn, facts: &Facts<'_>) -> Outcome {
    let continuity = facts.continuity(point);
    // Where the recovery point was not read, neither was the plan that made it.
    if !matches!(continuity, Continuity::Told(true, _))
        && known!(facts.point_status(point)).is_none()
    {
        return is_not_there();
    }
    let message =
        "whether the recovery point of the bucket is continuous is not known: its id does not tell";
    match continuity {
        Continuity::Told(true, says) => fail(point, says),
        Continuity::Told(false, says) => pass(point, says),
        Continuity::NotTold(gap) if gap.hand() == Some(ByHand::Contradiction) => not_read(*gap),
        Continuity::NotTold(gap) => Outcome::undecided(message, [*gap]),
        Continuity::MadeByContinuousRule(plan, gap) => {
            Outcome::undecided(message, [*gap]).saw([Evidence::at(
                plan,
                "/BackupPlan/Rules",
                "the rule that made it has EnableContinuousBackup",
            )])
        }
    }
}
