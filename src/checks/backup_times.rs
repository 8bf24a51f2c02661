//! When the backups of a rule start, against what keeps them from starting: other rules of the plan, and the windows of the
//! resource itself. All of them together may leave it no start.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html>,
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/understanding-backup-plan-summaries.html> (of rules that would run at the
//! same time AWS Backup selects one, and a copy is made only where its rule runs) and
//! <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.

use std::sync::Arc;

use serde_json::Value;

use super::continuous_rules::{has_continuous, is_continuous_of};
use super::resource_windows::{Hold, MINUTE, Windows};
use crate::catalog::windows::own_windows;
use crate::inventory::{Copy, Facts, KindOf, Question};
use crate::known::{AccountId, Arn, Fact, Gap, Region};
use crate::plans::{self, Holds, Plan, days_kept, is_continuous, kept_by};
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
    /// The other rules that keep their backups for as long, and overlap some of these: those that keep them for longer come first.
    others: Vec<Other>,
}

/// Another rule of the plan.
#[derive(Clone, Debug, PartialEq)]
struct Other {
    place: usize,
    name: String,
    keeps_longer: bool,
    /// Where its backups are copied to.
    targets: Vec<Arn>,
    /// Of each start, whether it is within the start window of this rule.
    overlaps: Vec<bool>,
}

impl Other {
    fn overlaps(&self, start: usize) -> bool {
        self.overlaps.get(start) == Some(&true)
    }
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
    let is_its_own = |at: usize| {
        let mut longer = times.others.iter().filter(|other| other.keeps_longer);
        !longer.any(|other| other.overlaps(at))
    };
    let mut starts = times.starts.iter().enumerate();
    let next = starts.find(|(at, _)| is_its_own(*at)).map(|(_, next)| next);
    let next = next.or_else(|| times.starts.first())?;
    Some((now, next.saturating_add(times.within)))
}

/// Why the backup that a copy waits for never starts, or may not, or not each time; `None`: nothing keeps any of the next.
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
            .by_hand("give the rule a schedule that runs again")
            .on(Basis::Inferred)
            .saw([seen]),
        );
    }
    let others: Vec<&Other> = times
        .others
        .iter()
        .filter(|other| other.keeps_longer || copies_otherwise(copy, &asked, other.place, facts))
        .collect();
    let next = NextStarts {
        times: &times,
        others: &others,
        rule: &plan.rule,
        plan: &plan.id,
        of: &asked,
        resource,
    };
    let own = match copy.route().kind {
        KindOf::Known(kind) => own_windows(kind),
        KindOf::OneOf(..) | KindOf::Unlisted(_) | KindOf::Unknown(_) => None,
    };
    let described = own.and_then(|own| match facts.resource_description(resource) {
        Fact::Known(Some(detail)) => Some((own, detail)),
        Fact::Known(None) | Fact::Unknown(_) => None,
    });
    let Some((own, detail)) = described else {
        let windows = Windows::default();
        let found = next.by(&windows, None);
        return found.or_else(|| next.not_each_time(&windows, copy));
    };
    let windows = Windows::of(own, detail, &Holds::No, false);
    let found = next.by(&windows, own.within.map(|_| OF_FILE_SYSTEMS));
    if !asked.has_continuous {
        return found.or_else(|| next.not_each_time(&windows, copy));
    }
    let is_continuous = is_continuous_of(resource, (plan.id.as_str(), *account, region), facts);
    let own_rule = facts.rule_of(Some(plan)).known().flatten();
    let by_itself = own_rule.is_some_and(|rule| asked.is_continuous(rule));
    let windows = Windows::of(own, detail, &is_continuous, by_itself);
    let doubt = if by_itself {
        OF_MAINTENANCE
    } else {
        OF_CONTINUOUS
    };
    let found = found.and_then(|_| next.by(&windows, Some(doubt)));
    found.or_else(|| next.not_each_time(&windows, copy))
}

/// Why it is not known whether a window keeps a backup from starting: in words, and what would have to be told.
type Doubt = (&'static str, &'static str);

/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.
const OF_FILE_SYSTEMS: Doubt = (
    "AWS's page has had FSx start no backup in the four hours before it, and has three",
    "whether FSx starts a backup between four and three hours before a window of its own",
);

/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html>: AWS Backup takes over the window of the
/// automated backups, and leaves that of the maintenance as it is, in which a snapshot rule fails.
const OF_MAINTENANCE: Doubt = (
    "no page says whether the snapshot that a continuous rule copies is taken in it",
    "whether the snapshot that a continuous rule copies is taken in a maintenance window",
);

const OF_CONTINUOUS: Doubt = (
    "unless another plan backs it up continuously, so that AWS Backup moves the window",
    "whether AWS Backup also makes continuous backups of it, and moves its windows",
);

/// The next starts of a rule, each of which something may keep.
struct NextStarts<'a> {
    times: &'a Times,
    others: &'a [&'a Other],
    rule: &'a str,
    plan: &'a str,
    of: &'a TimesQuestion,
    resource: &'a Arn,
}

impl NextStarts<'_> {
    /// `None` where one of the starts is kept by nothing.
    fn by(&self, windows: &Windows, doubt: Option<Doubt>) -> Option<Outcome> {
        let Times { starts, within, .. } = self.times;
        let (mut by_rules, mut inside, mut perhaps) = (Vec::new(), 0_usize, false);
        for (at, start) in starts.iter().enumerate() {
            if self.others.iter().any(|other| other.overlaps(at)) {
                by_rules.push(at);
                continue;
            }
            match windows.hold(*start, *within) {
                Hold::None => return None,
                Hold::Begins => inside = inside.saturating_add(1),
                Hold::Perhaps => perhaps = true,
                Hold::All => {}
            }
        }
        let count = starts.len();
        let names = windows.names(starts, *within);
        let seen = Evidence::at(self.resource, "/Detail", format!("has {names}"));
        let rule = self.rule;
        if count == 0 {
            return None;
        }
        if inside > 0 {
            let times = match inside == count {
                true => format!("each of the next {count} times"),
                false => {
                    format!("{inside} of the next {count} times, and may make none the others")
                }
            };
            let what = "whether AWS Backup tries again after the window, or its backup fails";
            let gap = Gap::not_told(what, self.resource.as_str()).where_is(self.resource);
            let message = format!(
                "rule `{rule}` starts in a window of the resource itself, or shortly before ({names}), {times}: AWS says that such backups fail, and no page says that AWS Backup tries again after the window: {}",
                self.resource
            );
            return Some(Outcome::undecided(message, [gap]).saw([seen]));
        }
        if !by_rules.is_empty() {
            let names = (by_rules.len() < count).then_some(names);
            let outcome = self.overlapped(&by_rules, names.as_deref());
            return Some(match names {
                Some(_) => outcome.saw([seen]),
                None => outcome,
            });
        }
        if perhaps {
            let (why, what) = doubt?;
            let gap = Gap::not_told(what, self.resource.as_str()).where_is(self.resource);
            let message = format!(
                "each of the next {count} times a window of the resource itself ({names}) may keep rule `{rule}` from starting: {why}: {}",
                self.resource
            );
            return Some(Outcome::undecided(message, [gap]).saw([seen]));
        }
        Some(
            Outcome::fail(format!(
                "each of the next {count} times that rule `{rule}` may start, a window of the resource itself keeps AWS Backup from starting ({names}): {}",
                self.resource
            ))
            .by_hand("start the rule at another time, or within longer, or move the window of the resource")
            .on(Basis::Inferred)
            .saw([seen]),
        )
    }

    /// A warning where some of the starts are certain to be kept: by a rule that keeps its backups for longer and makes no copy in the
    /// same vault, or by a window of the resource all the time that the backup has to start.
    fn not_each_time(&self, windows: &Windows, copy: &Copy) -> Option<Outcome> {
        let Times { starts, within, .. } = self.times;
        let to = &copy.endpoints().destination_vault;
        let longer = |other: &&&Other| other.keeps_longer && !other.targets.contains(to);
        let longer: Vec<&Other> = self.others.iter().filter(longer).copied().collect();
        let is_overlapped = |at: usize| longer.iter().any(|other| other.overlaps(at));
        let overlapped = (0..starts.len()).filter(|at| is_overlapped(*at)).count();
        let is_inside = |(at, start): &(usize, &i128)| {
            !is_overlapped(*at) && windows.hold(**start, *within) == Hold::All
        };
        let inside = starts.iter().enumerate().filter(is_inside).count();
        let by_rules = (overlapped > 0).then(|| {
            let names: Vec<String> = longer.iter().map(|of| format!("`{}`", of.name)).collect();
            let names = names.join(" or ");
            format!("{overlapped} of them it starts within the start window of {names}, which keeps its own for longer and is not copied there, and AWS Backup makes one backup, for that")
        });
        let by_windows = (inside > 0).then(|| {
            let names = windows.names(starts, *within);
            format!("{inside} of them a window of the resource itself keeps AWS Backup from starting ({names})")
        });
        let whys: Vec<String> = [by_rules, by_windows].into_iter().flatten().collect();
        if whys.is_empty() {
            return None;
        }
        let count = starts.len();
        let made = count.saturating_sub(overlapped).saturating_sub(inside);
        let seen = longer
            .iter()
            .map(|other| self.overlaps(other, starts.len()));
        let message = format!(
            "of the next {count} times rule `{}` makes a backup to copy {made} times: {}",
            self.rule,
            whys.join("; ")
        );
        Some(Outcome::warn(message).saw(seen))
    }

    /// How many of the starts another rule overlaps, as evidence.
    fn overlaps(&self, other: &Other, count: usize) -> Evidence {
        let overlapped = other.overlaps.iter().filter(|is| **is).count();
        let times = match overlapped == count {
            true => format!("each of the next {count} times"),
            false => format!("{overlapped} of the next {count} times"),
        };
        let at = format!("/BackupPlan/Rules/{}", self.of.place);
        Evidence::at(self.plan, at, format!("overlaps `{}` {times}", other.name))
    }

    /// Other rules overlap these starts, and windows of the resource keep the rest.
    fn overlapped(&self, starts: &[usize], windows: Option<&str>) -> Outcome {
        let does = |other: &&&Other| starts.iter().all(|at| other.overlaps(*at));
        let some = |other: &&&Other| starts.iter().any(|at| other.overlaps(*at));
        let others: Vec<&Other> = match self.others.iter().find(does) {
            Some(alone) => vec![*alone],
            None => self.others.iter().filter(some).copied().collect(),
        };
        let names: Vec<String> = others.iter().map(|of| format!("`{}`", of.name)).collect();
        let names = names.join(" or ");
        let (how_long, made_for) = match others.iter().all(|other| other.keeps_longer) {
            true => ("for longer", "for the rule that keeps it longer"),
            false => ("for as long", "for one of them"),
        };
        let (rule, count) = (self.rule, self.times.starts.len());
        let what = format!(
            "whether rule `{rule}` makes a backup where {names}, which keeps its own {how_long}, starts at the same time"
        );
        let of = self.of;
        let gap = Gap::not_told(what, self.plan).within(Some(of.account), Some(&of.region));
        let window =
            windows.map(|names| format!(", or in a window of the resource itself ({names}),"));
        let window = window.unwrap_or_default();
        let message = format!(
            "rule `{rule}` starts within the start window of {names}{window} each of the next {count} times, and AWS Backup makes one backup, {made_for}: whether there is one to copy is not known"
        );
        let seen = others.iter().map(|other| self.overlaps(other, count));
        Outcome::undecided(message, [gap]).saw(seen)
    }
}

/// Whether the rule at a place does not make the same copy of the same: whichever of two alike AWS Backup selects, that is made.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/understanding-backup-plan-summaries.html>.
fn copies_otherwise(copy: &Copy, of: &TimesQuestion, place: usize, facts: &Facts<'_>) -> bool {
    let plan = facts.plan_of_id(&of.plan, of.account, &of.region);
    let rules = plan.and_then(|plan| plan.rules()).unwrap_or_default();
    let (Some(own), Some(other)) = (rules.get(of.place), rules.get(place)) else {
        return false;
    };
    let vault = &copy.endpoints().destination_vault;
    let goes_to = [
        "TargetBackupVaultName",
        "TargetLogicallyAirGappedBackupVaultArn",
    ];
    let kept = kept_by(own, vault);
    let is_same = goes_to
        .iter()
        .all(|field| own.get(field) == other.get(field))
        && matches!(kept, plans::Kept::As(_))
        && kept == kept_by(other, vault);
    !is_same
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
            let overlaps: Vec<bool> = starts.iter().map(overlaps).collect();
            overlaps.contains(&true).then(|| Other {
                place,
                name: other.name.clone(),
                keeps_longer: days > kept,
                targets: other.targets.iter().map(|to| to.vault.clone()).collect(),
                overlaps,
            })
        };
        let mut others: Vec<Other> = match self.is_continuous(text) {
            true => Vec::new(),
            false => (0..rules.len()).filter_map(overlapping).collect(),
        };
        others.sort_by_key(|other| !other.keeps_longer);
        Some(Arc::new(Times {
            starts,
            is_over: schedule.is_over(now),
            within,
            others,
        }))
    }
}
