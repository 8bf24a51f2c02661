//! Rules that make continuous backups, against others that take the same: of several of one plan AWS Backup follows one, and a
//! bucket has all its backups in one vault.

use serde_json::Value;

use crate::catalog::{Kind, capabilities};
use crate::inventory::{Copy, Facts, KindOf};
use crate::known::{AccountId, Arn, Gap, Region};
use crate::plans::{Holds, Plan, days_kept, is_continuous};
use crate::verdict::{Evidence, Outcome};

/// Why the backup that a copy waits for may be made for another continuous rule of its plan alone; `None`: there is none that keeps
/// its backups for as long.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-overlapping.html>.
pub fn disregarded(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    let (own, account, region) = own_rule(copy, facts)?;
    let mut kinds = copy.route().kind.kinds().iter();
    if !is_continuous(own) || !kinds.any(|kind| capabilities(*kind).pitr.is_supported()) {
        return None;
    }
    let plan = &copy.plan.as_ref()?.id;
    let rules = facts.plan_of_id(plan, account, &region)?.rules()?;
    let mut others = rules.iter().enumerate();
    let (at, other) = others.find(|(_, other)| {
        let is_here = other.get(VAULT) == own.get(VAULT);
        let is_as_long = is_continuous(other) && days_kept(other) >= days_kept(own);
        !std::ptr::eq(*other, own) && is_here && is_as_long
    })?;
    let (own, other) = (name(own), name(other));
    let message = format!(
        "the rules `{own}` and `{other}` both make continuous backups, and AWS Backup makes one, for the rule that keeps it longest: whether there is one to copy for `{own}` is not known"
    );
    let what = format!("whether AWS Backup follows rule `{own}` or `{other}`");
    let gap = Gap::not_told(what, plan.as_str()).within(Some(account), Some(&region));
    let seen = Evidence::at(
        plan.as_str(),
        format!("/BackupPlan/Rules/{at}"),
        "makes continuous backups too".to_owned(),
    );
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}

/// Why a backup of a bucket may not be made into a vault: another rule that takes the bucket backs it up into another, and one of the
/// two is continuous. `None`: no rule does.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html>.
pub fn bucket_elsewhere(copy: &Copy, bucket: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    if !matches!(copy.route().kind, KindOf::Known(Kind::S3)) {
        return None;
    }
    let (own, account, region) = own_rule(copy, facts)?;
    let into = into(own)?;
    let is_in_the_way = |other: &&Value| {
        (is_continuous(own) || is_continuous(other)) && self::into(other) != Some(into)
    };
    let plans = facts.plans_in(account, &region).into_iter();
    let mut others = plans.filter_map(|plan| {
        let other = plan.rules()?.iter().find(is_in_the_way)?;
        let read = Plan::of_id(&plan.id, account, &region, facts)?;
        let takes = |holds: Holds| holds != Holds::No;
        let mut selections = read.selections.iter();
        selections
            .any(|of| takes(of.takes(bucket, account, &region, facts)))
            .then(|| (read.called().to_owned(), plan, other))
    });
    let (called, plan, other) = others.next()?;
    let (there, here) = (vault_name(self::into(other)?), vault_name(into));
    let rule = name(other);
    let message = format!(
        "rule `{rule}` of plan `{called}` backs the bucket up into the vault `{there}`, and its continuous and its periodic backups must be in one: whether one into `{here}` is made is not known"
    );
    let what = "whether its backups are made into two vaults, of which some are continuous";
    let gap = Gap::not_told(what, bucket.as_str()).where_is(bucket);
    let seen = Evidence::at(
        &*plan.id,
        "/BackupPlan/Rules",
        format!("`{rule}` is into `{there}`"),
    );
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}

/// The vault of a rule, by its name.
const VAULT: &str = "TargetBackupVaultName";

/// The vault that the backups of a rule go to, where its type goes into an air-gapped one itself.
fn into(rule: &Value) -> Option<&str> {
    let target = rule.get("TargetLogicallyAirGappedBackupVaultArn");
    let target = target.and_then(Value::as_str);
    target.or_else(|| rule.get(VAULT)?.as_str())
}

fn vault_name(vault: &str) -> &str {
    vault.rsplit(':').next().unwrap_or(vault)
}

fn name(rule: &Value) -> &str {
    let name = rule.get("RuleName").and_then(Value::as_str);
    name.unwrap_or_default()
}

/// The rule that makes a copy, with the account and the Region of its plan: those of the vault that it backs up to.
fn own_rule<'a>(copy: &Copy, facts: &Facts<'a>) -> Option<(&'a Value, AccountId, Region)> {
    let rule = facts.rule_of(copy.plan.as_ref()).known().flatten()?;
    let vault = copy.endpoints().source_vault.as_ref().known()?;
    Some((rule, vault.account()?, vault.region()?))
}
