//! Rules that make continuous backups, against others that take the same: of several of one plan AWS Backup follows one, and a
//! bucket has all its backups in one vault.

use std::sync::Arc;

use serde_json::Value;

use crate::catalog::{Kind, capabilities};
use crate::inventory::{Copy, Facts, KindOf, Question};
use crate::known::{AccountId, Arn, Gap, Region};
use crate::plans::{Holds, Plan, Rule, days_kept, is_continuous};
use crate::verdict::{Evidence, Outcome};

/// Why the backup that a copy waits for may be made for another continuous rule of its plan alone; `None`: there is none that keeps
/// its backups for as long.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery-overlapping.html>.
pub fn disregarded(copy: &Copy, facts: &Facts<'_>) -> Option<Outcome> {
    let (own, account, region) = own_rule(copy, facts)?;
    if !is_continuous(own) || !has_continuous(copy) {
        return None;
    }
    let plan = &copy.plan.as_ref()?.id;
    let rules = facts.plan_of_id(plan, account, &region)?.rules()?;
    let mut others = rules.iter().enumerate();
    let (at, other) = others.find(|(_, other)| {
        // One whose vault is not understood may be here.
        let [here, there] = [own, *other].map(|rule| rule.get(VAULT)?.as_str());
        let is_here = there.is_none() || there == here;
        let is_as_long = may_be_continuous(other) && days_kept(other) >= days_kept(own);
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

/// Whether the type of what is backed up has continuous backups.
pub fn has_continuous(copy: &Copy) -> bool {
    let mut kinds = copy.route().kind.kinds().iter();
    kinds.any(|kind| capabilities(*kind).pitr.is_supported())
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
        (is_continuous(own) || may_be_continuous(other)) && self::into(other) != Some(into)
    };
    let plans = facts.plans_in(account, &region).into_iter();
    let mut others = plans.filter_map(|plan| {
        // Rules that were not read may be anything.
        let other = match plan.rules() {
            Some(rules) => Some(rules.iter().find(is_in_the_way)?),
            None => None,
        };
        let read = Plan::of_id(&plan.id, account, &region, facts)?;
        let takes = read.takes(bucket, facts) != Holds::No;
        takes.then(|| (read.called().to_owned(), plan, other))
    });
    let (called, plan, other) = others.next()?;
    let there = other.and_then(self::into).map(vault_name);
    let there = there.unwrap_or("that was not read");
    let (rule, here) = (other.map_or("that was not read", name), vault_name(into));
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

/// Whether AWS Backup makes continuous backups of a resource whose type has such, for the plan of an id, which takes it, or another of
/// the account and the Region.
pub fn is_continuous_of(
    resource: &Arn,
    of: (&str, AccountId, &Region),
    facts: &Facts<'_>,
) -> Holds {
    let (plan, account, region) = of;
    let region = region.clone();
    let plans = facts.answer(&ContinuousPlans { account, region });
    let mut any = Holds::No;
    for (other, is_certain) in &*plans {
        let takes = match other.id == plan {
            true => Holds::Yes,
            false => other.takes(resource, facts),
        };
        match takes {
            Holds::No => {}
            Holds::Yes if *is_certain => return Holds::Yes,
            Holds::Yes => any = Holds::Assumed("not all of its rules are known".to_owned()),
            assumed @ Holds::Assumed(_) => any = assumed,
        }
    }
    any
}

/// The plans of an account and a Region with a continuous rule that starts again, or of which it is not known that they have none.
#[derive(Clone, PartialEq, Eq, Hash)]
struct ContinuousPlans {
    account: AccountId,
    region: Region,
}

impl Question for ContinuousPlans {
    /// Each with whether it certainly has such a rule.
    type Answer = Arc<Vec<(Plan, bool)>>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let now = facts.next_start_after();
        let is_over = |rule: &Rule| {
            let schedule = rule.starts.schedule.as_ref().zip(now);
            schedule.is_some_and(|(schedule, now)| schedule.is_over(now))
        };
        let plans = facts.plans_in(self.account, &self.region).into_iter();
        let with_such = plans.filter_map(|plan| {
            // Rules that were not read may be anything.
            let texts = plan.rules();
            let such = texts.map(|all| all.iter().filter(|rule| may_be_continuous(rule)).count());
            if such == Some(0) {
                return None;
            }
            let read = Plan::of_id(&plan.id, self.account, &self.region, facts)?;
            let is_such = |rule: &&Rule| {
                let text = texts.and_then(|all| all.get(rule.place));
                text.is_some_and(is_continuous)
            };
            let (over, in_force): (Vec<&Rule>, Vec<&Rule>) = read
                .rules
                .iter()
                .filter(is_such)
                .partition(|rule| is_over(rule));
            let (over, is_certain) = (over.len(), !in_force.is_empty());
            (such != Some(over)).then_some((read, is_certain))
        });
        Arc::new(with_such.collect())
    }
}

/// Whether a rule makes continuous backups, or says something of it that is not understood.
fn may_be_continuous(rule: &Value) -> bool {
    let said = rule.get("EnableContinuousBackup");
    !matches!(said, None | Some(Value::Null | Value::Bool(false)))
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
