//! When the backups of a rule start, against what keeps them from starting: another rule of the plan, and the windows of the
//! resource itself.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html> and
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.

use std::sync::Arc;

use serde_json::Value;

use super::continuous_rules::{has_continuous, is_continuous_of};
use super::resource_windows::{MINUTE, blocked};
use crate::catalog::windows::own_windows;
use crate::inventory::{Copy, Facts, KindOf, MadeBy, Question};
use crate::known::{AccountId, Arn, Fact, Gap, Region};
use crate::plans::{Holds, Plan, days_kept, is_continuous};
use crate::verdict::{Basis, Evidence, Outcome};

/// How many starts are looked at: those of a year, where there is one a week.
const STARTS: usize = 60;

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

/// Why the backup that a copy waits for never starts, or may not; `None`: nothing keeps it.
pub fn never_starts(copy: &Copy, resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let plan = copy.plan.as_ref()?;
    let MadeBy {
        account,
        region,
        rule: Some(place),
    } = plan.made_by.as_ref()?
    else {
        return None;
    };
    let asked = TimesQuestion {
        plan: plan.id.clone(),
        account: *account,
        region: region.clone(),
        place: *place,
        has_continuous: has_continuous(copy),
    };
    let times = facts.answer(&asked)?;
    let at = format!("/BackupPlan/Rules/{place}");
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
    if let Some(other) = &times.outlived_by {
        let what = format!(
            "whether rule `{}` makes a backup where `{other}`, which keeps its own for longer, starts at the same time",
            plan.rule
        );
        let gap = Gap::not_told(what, plan.id.as_str()).within(Some(*account), Some(region));
        let message = format!(
            "rule `{}` starts within the start window of `{other}` each time, and AWS Backup makes one backup, for the rule that keeps it longer: whether there is one to copy is not known",
            plan.rule
        );
        let seen = Evidence::at(
            plan.id.as_str(),
            at,
            format!("overlaps `{other}` each time"),
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
            "each time that rule `{}` may start, a window of the resource itself keeps AWS Backup from starting ({names}): {resource}",
            plan.rule
        ))
        .by_hand("start the rule at another time, or within longer, or move the window of the resource")
        .on(Basis::Inferred)
        .saw([seen]),
    )
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
        let now = facts.now().unwrap_or(SOME_TIME);
        let starts: Vec<i128> = schedule.after(now).take(STARTS).collect();
        let within = i128::from(own.starts.start_within).saturating_mul(MINUTE);
        let kept = days_kept(text);
        let outlives = |place: usize| {
            let (other, text) = of(place)?;
            let longer = days_kept(text) > kept;
            let schedule = other.starts.schedule.as_ref()?;
            if !longer || self.is_continuous(text) || place == self.place {
                return None;
            }
            let span = i128::from(other.starts.start_within).saturating_mul(MINUTE);
            let overlaps = |start: &i128| {
                let before = start.saturating_sub(span);
                let next = schedule.after(before).next();
                next.is_some_and(|next| next < start.saturating_add(within))
            };
            (!starts.is_empty() && starts.iter().all(overlaps)).then(|| other.name.clone())
        };
        let outlived_by = if self.is_continuous(text) {
            None
        } else {
            (0..rules.len()).find_map(outlives)
        };
        Some(Arc::new(Times {
            starts,
            is_over: schedule.is_over(now),
            within,
            outlived_by,
        }))
    }
}

impl TimesQuestion {
    fn is_continuous(&self, rule: &Value) -> bool {
        self.has_continuous && is_continuous(rule)
    }
}
