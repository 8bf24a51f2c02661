//! Rules that make continuous backups, against others that take the same: of several into one vault AWS Backup follows one, and a
//! bucket has all its backups in one vault.

use std::sync::Arc;

use serde_json::Value;

use crate::catalog::{Kind, capabilities};
use crate::inventory::{self, Copy, Facts, KindOf, Question};
use crate::known::{AccountId, Arn, Gap, Region};
use crate::plans::{Holds, Plan, Rule, days_kept, is_continuous};
use crate::verdict::{Evidence, Outcome};

/// Why the backup that a copy waits for may be made for another continuous rule alone, of its plan or of another one that takes the
/// same; `None`: there is none into its vault that keeps its backups for as long.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html>.
pub fn disregarded(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let (own, account, region) = own_rule(copy, facts)?;
    if !is_continuous(own) || !has_continuous(copy) {
        return None;
    }
    let is_in_the_way = |other: &Value| {
        // One whose vault is not understood may be here.
        let [here, there] = [own, other].map(|rule| rule.get(VAULT)?.as_str());
        let is_here = there.is_none() || there == here;
        let is_as_long = may_be_continuous(other) && days_kept(other) >= days_kept(own);
        !std::ptr::eq(other, own) && is_here && is_as_long
    };
    let place = (account, &region);
    let found = in_the_way(copy, resource, place, facts, is_in_the_way)?;
    let (own, plan, called) = (name(own), found.plan, found.called);
    let (both, other) = match found.rule.map(|(_, rule)| name(rule)) {
        Some(other) if found.is_own => (
            format!("the rules `{own}` and `{other}` both make"),
            format!("`{other}`"),
        ),
        Some(other) => (
            format!("rule `{own}`, and `{other}` of plan `{called}`, both make"),
            format!("`{other}` of plan `{called}`"),
        ),
        None => (
            format!("rule `{own}`, and perhaps one of plan `{called}` that was not read, make"),
            format!("one of plan `{called}` that was not read"),
        ),
    };
    let seen = match found.rule {
        Some((at, _)) => {
            let at = format!("/BackupPlan/Rules/{at}");
            Evidence::at(&*plan.id, at, "makes continuous backups too")
        }
        None => Evidence::at(&*plan.id, "/BackupPlan/Rules", "were not read"),
    };
    let message = format!(
        "{both} continuous backups, and AWS Backup makes one, for the rule that keeps it longest: whether there is one to copy for `{own}` is not known"
    );
    let what = format!("whether AWS Backup follows rule `{own}` or {other}");
    let gap = Gap::not_told(what, &*plan.id).within(Some(account), Some(&region));
    Some(Outcome::undecided(message, [gap]).saw([seen]))
}

/// A plan that takes what a copy is of, with a rule that gets in the way of the copy's.
struct InTheWay<'a> {
    plan: &'a inventory::Plan,
    called: String,
    /// Whether it is the one that makes the copy.
    is_own: bool,
    /// The rule, with its place; `None`: the plan's were not read, and may be anything.
    rule: Option<(usize, &'a Value)>,
}

/// The first there is in an account and a Region.
fn in_the_way<'a>(
    copy: &Copy,
    resource: &Arn,
    place: (AccountId, &Region),
    facts: &Facts<'a>,
    is_in_the_way: impl Fn(&Value) -> bool,
) -> Option<InTheWay<'a>> {
    let (account, region) = place;
    let own = copy.plan.as_ref().map(|plan| &*plan.id);
    let mut plans = facts.plans_in(account, region).into_iter();
    plans.find_map(|plan| {
        let is_own = own == Some(&*plan.id);
        let rule = match plan.rules() {
            Some(rules) => {
                let mut rules = rules.iter().enumerate();
                Some(rules.find(|(_, rule)| is_in_the_way(rule))?)
            }
            None => None,
        };
        let read = Plan::of_id(&plan.id, account, region, facts)?;
        let called = read.called().to_owned();
        let takes = is_own || read.takes(resource, facts) != Holds::No;
        takes.then_some(InTheWay {
            plan,
            called,
            is_own,
            rule,
        })
    })
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
    let is_in_the_way = |other: &Value| {
        (is_continuous(own) || may_be_continuous(other)) && self::into(other) != Some(into)
    };
    let place = (account, &region);
    let found = in_the_way(copy, bucket, place, facts, is_in_the_way)?;
    let (plan, called) = (found.plan, found.called);
    let other = found.rule.map(|(_, rule)| rule);
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
            open @ (Holds::Assumed(_) | Holds::Open(_)) => any = open,
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
