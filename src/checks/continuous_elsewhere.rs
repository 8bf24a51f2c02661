//! A bucket has its continuous and its periodic backups in one vault: with a continuous one in another, a rule makes none.

use super::words::not_read;
use crate::catalog::Kind;
use crate::inventory::{ContinuousPoint, Copy, Facts, KindOf};
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Evidence, Outcome};

/// Why the rule makes no backup of the bucket, or may make none; `None`: it has no continuous backup in another vault, or is none.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/lag-vault-primary-backup.html> and
/// <https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html>.
pub fn continuous_elsewhere(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    if !matches!(copy.route().kind, KindOf::Known(Kind::S3)) {
        return None;
    }
    let rule = facts.rule_of(copy.plan.as_ref()).known().flatten()?;
    let target = rule.get("TargetLogicallyAirGappedBackupVaultArn");
    let target = target.and_then(|target| target.as_str());
    let source = copy.endpoints().source_vault.as_ref().known()?;
    let into = target.unwrap_or(source.as_str());
    let mut elsewhere = facts.continuous_points(resource);
    let is_there =
        |vault: &Fact<&Arn>| matches!(vault, Fact::Known(vault) if vault.as_str() == into);
    // A continuous backup stays in the bucket's account and Region.
    let is_foreign = |vault: &Fact<&Arn>| {
        let place = |vault: &Arn| (vault.account(), vault.region());
        matches!(vault, Fact::Known(vault) if place(vault) != place(source))
    };
    elsewhere.retain(|point| !is_there(&point.vault) && !is_foreign(&point.vault));
    // What is known for certain counts first.
    let is_certain = |point: &ContinuousPoint<'_>| {
        point.status == Fact::Known("AVAILABLE") && matches!(point.vault, Fact::Known(_))
    };
    elsewhere.sort_by_key(|point| !is_certain(point));
    let point = elsewhere.into_iter().next()?;
    let (vault, status) = match (point.vault, point.status) {
        (Fact::Known(vault), Fact::Known(status)) => (vault, status),
        (Fact::Unknown(gap), _) | (_, Fact::Unknown(gap)) => return Some(not_read(*gap)),
    };
    let seen = Evidence::at(point.arn, "/BackupVaultArn", format!("is {vault}"));
    let (there, here) = (vault.name(), into.rsplit(':').next().unwrap_or_default());
    if status != "AVAILABLE" {
        let message = format!(
            "the bucket has a continuous backup in the vault `{there}` that is {status}: whether one into `{here}` is made is not known"
        );
        let what = format!("whether a continuous backup that is {status} is in force");
        let gap = Gap::not_told(what, point.arn.as_str()).where_is(point.arn);
        return Some(Outcome::undecided(message, [gap]).saw([seen]));
    }
    let message = format!(
        "the bucket has a continuous backup in the vault `{there}`, and has all its backups in one vault: one into `{here}` is not made"
    );
    let flag = rule.get("EnableContinuousBackup");
    if target.is_some() && flag.and_then(|flag| flag.as_bool()) == Some(true) {
        let fail = Outcome::fail(message).by_hand(
            "end the continuous backup in the other vault (`aws backup disassociate-recovery-point`)",
        );
        return Some(fail.saw([seen]));
    }
    let what = "whether a backup is made beside a continuous one in another vault";
    let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}
