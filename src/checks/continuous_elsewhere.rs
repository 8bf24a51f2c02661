//! A bucket has its continuous and its periodic backups in one vault: with a continuous one in another, a rule makes none.

use super::words::not_read;
use crate::catalog::Kind;
use crate::inventory::{Copy, Facts, KindOf};
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
    let points = facts.continuous_points(resource);
    let known = |(point, vault): &(&Arn, Fact<&Arn>)| {
        let vault = (*vault.as_ref().known()?).clone();
        (vault.as_str() != into).then(|| ((*point).clone(), vault))
    };
    let Some((point, vault)) = points.iter().find_map(known) else {
        let mut unknown = points.into_iter().filter_map(|(_, vault)| match vault {
            Fact::Unknown(gap) => Some(*gap),
            Fact::Known(_) => None,
        });
        return unknown.next().map(not_read);
    };
    let seen = Evidence::at(&point, "/BackupVaultArn", format!("is {vault}"));
    let message = format!(
        "the bucket has a continuous backup in the vault `{}`, and has all its backups in one vault: one into `{}` is not made",
        vault.name(),
        into.rsplit(':').next().unwrap_or_default()
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
