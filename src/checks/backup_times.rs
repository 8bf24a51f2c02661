//! When the backups of a rule start, against what keeps them from starting: another rule of the plan, and the windows of the
//! resource itself.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html>,
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/understanding-backup-plan-summaries.html> (of rules that would run at the
//! same time AWS Backup selects one, and a copy is made only where its rule runs) and
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.

use std::sync::Arc;

use serde_json::Value;

use super::continuous_rules::{has_continuous, is_continuous_of};
use super::resource_windows::{MINUTE, blocked};
use crate::catalog::windows::own_windows;
use crate::inventory::{Copy, Facts, KindOf, Question};
use crate::known::{AccountId, Arn, Fact, Gap, Region};
use crate::plans::{Holds, Kept, Plan, days_kept, is_continuous, kept_by};
use crate::verdict::{Basis, Evidence, Outcome};

/// How many starts are looked at: those of a year, where there is one a week, and of eight days, where there is one an hour.
const STARTS: usize = 60;
const MOST_STARTS: usize = 8 * 24;
const DAYS: i128 = 8 * 24 * 60 * MINUTE;

/// Where nobody says what time it is: schedules come again.
const SOME_TIME: i128 = 1_767_225_600_000;

/// When a rule's backups start.
#[derive(Clone, Debug, PartialEq)]
struct Times {
    /// The next starts, in milliseconds since 1970; none where they cannot be told.
    starts: Vec<i128>,
    /// Whether there is none any more.
    is_over: bool,
    /// In how many milliseconds each is to start.
    within: i128,
    /// The rule that keeps its backups for longer, and whose start windows all of these overlap.
    outlived_by: Option<String>,
    /// The places of those that keep them for as long, and overlap all of these.
    beside: Vec<usize>,
}

/// The rule at a place of a plan.
#[derive(Clone, PartialEq, Eq, Hash)]
struct TimesQuestion {
    plan: String,
    account: AccountId,
    region: Region,
    place: usize,
    /// Whether the type has continuous backups: of others a continuous rule makes snapshots.
    has_continuous: bool,
}

impl TimesQuestion {
    /// The one about the rule that makes a copy.
    fn of(copy: &Copy) -> Option<Self> {
        let plan = copy.plan.as_ref()?;
        let made_by = plan.made_by.as_ref()?;
        Some(Self {
            plan: plan.id.clone(),
            account: made_by.account,
            region: made_by.region.clone(),
            place: made_by.rule?,
            has_continuous: has_continuous(copy),
        })
    }

    fn is_continuous(&self, rule: &Value) -> bool {
        self.has_continuous && is_continuous(rule)
    }
}

/// From when on, and by when, the backup that a copy waits for next starts, in milliseconds since 1970: the moment as of which all is
/// decided, and the end of the next start window of its rule. `None` where one of them is not known.
pub fn until_next_start(copy: &Copy, facts: &Facts<'_>) -> Option<(i128, i128)> {
    let now = facts.next_start_after()?;
    let times = facts.answer(&TimesQuestion::of(copy)?)?;
    let next = times.starts.first()?;
    Some((now, next.saturating_add(times.within)))
}

/// Why the backup that a copy waits for never starts, or may not; `None`: nothing keeps it.
pub fn never_starts(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let plan = copy.plan.as_ref()?;
    let asked = TimesQuestion::of(copy)?;
    let TimesQuestion {
        account, region, ..
    } = &asked;
    let times = facts.answer(&asked)?;
    let at = format!("/BackupPlan/Rules/{}", asked.place);
    if times.is_over {
        let seen = Evidence::at(plan.id.as_str(), at, "never starts again".to_owned());
        return Some(
            Outcome::fail(format!(
                "rule `{}` never starts again, so that there is no backup to copy",
                plan.rule
            ))
            .by_hand("give the rule a schedule that comes again")
            .on(Basis::Inferred)
            .saw([seen]),
        );
    }
    let times_looked_at = times.starts.len();
    let twin = || copies_otherwise(copy, &asked, &times.beside, facts).map(|other| (other, false));
    let overlapped = times.outlived_by.clone().map(|other| (other, true));
    if let Some((other, is_longer)) = overlapped.or_else(twin) {
        let (how_long, made_for) = match is_longer {
            true => ("for longer", "for the rule that keeps it longer"),
            false => ("for as long", "for one of them"),
        };
        let what = format!(
            "whether rule `{}` makes a backup where `{other}`, which keeps its own {how_long}, starts at the same time",
            plan.rule
        );
        let gap = Gap::not_told(what, plan.id.as_str()).within(Some(*account), Some(region));
        let message = format!(
            "rule `{}` starts within the start window of `{other}` each of the next {times_looked_at} times, and AWS Backup makes one backup, {made_for}: whether there is one to copy is not known",
            plan.rule
        );
        let seen = Evidence::at(
            plan.id.as_str(),
            at,
            format!("overlaps `{other}` each of the next {times_looked_at} times"),
        );
        return Some(Outcome::undecided(message, [gap]).saw([seen]));
    }
    let KindOf::Known(kind) = copy.route().kind else {
        return None;
    };
    let own = own_windows(kind).filter(|_| !times.starts.is_empty())?;
    let Fact::Known(Some(detail)) = facts.resource_description(resource) else {
        return None;
    };
    let windows = blocked(own, detail);
    let is_kept = |start: &i128| windows.all_of(*start, times.within);
    if windows.is_empty() || !times.starts.iter().all(is_kept) {
        return None;
    }
    let names = windows.names();
    let seen = Evidence::at(resource, "/Detail".to_owned(), format!("has {names}"));
    // Of what it backs up continuously AWS Backup moves the windows out of its way.
    let of = (plan.id.as_str(), *account, region);
    let is_continuous = match asked.has_continuous {
        true => is_continuous_of(resource, of, facts),
        false => Holds::No,
    };
    if is_continuous == Holds::Yes {
        return None;
    }
    if is_continuous != Holds::No {
        let what = "whether AWS Backup also makes continuous backups of it, and moves its windows";
        let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
        let message = format!(
            "a window of the resource itself ({names}) keeps rule `{}` from starting, unless another plan backs {resource} up continuously",
            plan.rule
        );
        return Some(Outcome::undecided(message, [gap]).saw([seen]));
    }
    Some(
        Outcome::fail(format!(
            "each of the next {times_looked_at} times that rule `{}` may start, a window of the resource itself keeps AWS Backup from starting ({names}): {resource}",
            plan.rule
        ))
        .by_hand("start the rule at another time, or within longer, or move the window of the resource")
        .on(Basis::Inferred)
        .saw([seen]),
    )
}

/// The rule at one of these places that does not make the same copy of the same: whichever of two alike AWS Backup selects, that is
/// made.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/understanding-backup-plan-summaries.html>.
fn copies_otherwise(
    copy: &Copy,
    of: &TimesQuestion,
    places: &[usize],
    facts: &Facts<'_>,
) -> Option<String> {
    let rules = facts
        .plan_of_id(&of.plan, of.account, &of.region)?
        .rules()?;
    let own = rules.get(of.place)?;
    let vault = &copy.endpoints().destination_vault;
    let is_same = |other: &Value| {
        let goes_to = [
            "TargetBackupVaultName",
            "TargetLogicallyAirGappedBackupVaultArn",
        ];
        let kept = kept_by(own, vault);
        goes_to
            .iter()
            .all(|field| own.get(field) == other.get(field))
            && matches!(kept, Kept::As(_))
            && kept == kept_by(other, vault)
    };
    let others = places.iter().filter_map(|place| rules.get(*place));
    let mut others = others.filter(|other| !is_same(other));
    let name = others.next()?.get("RuleName").and_then(Value::as_str);
    Some(name.unwrap_or_default().to_owned())
}

impl Question for TimesQuestion {
    type Answer = Option<Arc<Times>>;

    fn answer(&self, facts: &Facts<'_>) -> Self::Answer {
        let plan = Plan::of_id(&self.plan, self.account, &self.region, facts)?;
        let rules = facts.plan_of_id(&self.plan, self.account, &self.region)?;
        let rules = rules.rules()?;
        let of = |place: usize| {
            let read = plan.rules.iter().find(|rule| rule.place == place)?;
            Some((read, rules.get(place)?))
        };
        let (own, text) = of(self.place)?;
        let schedule = own.starts.schedule.as_ref()?;
        let now = facts.next_start_after().unwrap_or(SOME_TIME);
        let looked_at =
            |(place, start): &(usize, i128)| *place < STARTS || start.saturating_sub(now) < DAYS;
        let starts = schedule.after(now).take(MOST_STARTS).enumerate();
        let starts: Vec<i128> = starts
            .take_while(looked_at)
            .map(|(_, start)| start)
            .collect();
        let within = i128::from(own.starts.start_within).saturating_mul(MINUTE);
        let kept = days_kept(text);
        let overlapping = |place: usize| {
            let (other, text) = of(place)?;
            let days = days_kept(text);
            let schedule = other.starts.schedule.as_ref()?;
            if days < kept || self.is_continuous(text) || place == self.place {
                return None;
            }
            let span = i128::from(other.starts.start_within).saturating_mul(MINUTE);
            let overlaps = |start: &i128| {
                let before = start.saturating_sub(span);
                let next = schedule.after(before).next();
                next.is_some_and(|next| next < start.saturating_add(within))
            };
            let overlapped = !starts.is_empty() && starts.iter().all(overlaps);
            overlapped.then(|| (place, days > kept, other.name.clone()))
        };
        let others = match self.is_continuous(text) {
            true => Vec::new(),
            false => (0..rules.len()).filter_map(overlapping).collect(),
        };
        let (longer, beside): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|(_, longer, _)| *longer);
        let outlived_by = longer.into_iter().next().map(|(.., name)| name);
        Some(Arc::new(Times {
            starts,
            is_over: schedule.is_over(now),
            within,
            outlived_by,
            beside: beside.into_iter().map(|(place, ..)| place).collect(),
        }))
    }
}
