//! When a rule starts its backups: AWS's cron and rate expressions, in the rule's time zone.
//!
//! No crate reads AWS's cron: `20-2` goes over midnight, `0/15` steps to the end, `L` stands for Saturday in the day of the week.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRule.html>.

mod cron;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use cron::Cron;

/// What AWS takes where a rule has no schedule: 05:00 UTC each day.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupRule.html>.
pub const DEFAULT: &str = "cron(0 5 ? * * *)";

/// The minutes in which a backup is to start where a rule does not say: 8 hours.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_StartBackupJob.html>.
pub const START_WITHIN: i64 = 8 * 60;

/// The milliseconds of a minute.
const MINUTE: i128 = 60 * 1000;

/// When a rule starts its backups.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    when: When,
    zone: TimeZone,
}

#[derive(Clone, Debug, PartialEq)]
enum When {
    Cron(Box<Cron>),
    /// Every so many milliseconds, from a time that nobody tells.
    Every(i128),
}

impl Schedule {
    /// Reads an expression, and the time zone of it; `None` where one of them is not one that AWS documents. UTC where no zone
    /// is named.
    #[must_use]
    pub fn read(expression: &str, zone: Option<&str>) -> Option<Self> {
        let zone = match zone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).ok()?,
        };
        let text = expression.trim();
        let inside = |word: &str| {
            text.strip_prefix(word)?
                .trim_start()
                .strip_prefix('(')?
                .strip_suffix(')')
        };
        let when = match (inside("cron"), inside("rate")) {
            (_, Some(rate)) => When::Every(every(rate)?),
            // AWS's reference has both forms.
            (Some(fields), None) => When::Cron(Box::new(Cron::read(fields)?)),
            (None, None) => When::Cron(Box::new(Cron::read(text)?)),
        };
        Some(Self { when, zone })
    }

    /// The last start before a moment, in milliseconds since 1970. Of a rate only how far apart they are is known: the
    /// earliest that it can be. `None` where there was none.
    #[must_use]
    pub fn last_before(&self, moment: i128) -> Option<i128> {
        match &self.when {
            When::Every(apart) => moment.checked_sub(*apart),
            When::Cron(cron) => {
                let before = self.local(moment)?;
                let starts = cron.before(before);
                // Where the clocks change, a local time may be a later moment than it seems.
                let mut starts = starts.filter_map(|at| self.moment(at));
                starts.find(|at| *at < moment)
            }
        }
    }

    /// The starts after a moment, in their order: none of a rate, of which nobody tells when it began.
    pub fn after(&self, moment: i128) -> impl Iterator<Item = i128> + '_ {
        let cron = match &self.when {
            When::Every(_) => None,
            When::Cron(cron) => Some(cron),
        };
        let from = cron.zip(self.local(moment));
        let starts = from.into_iter().flat_map(|(cron, from)| cron.after(from));
        starts
            .filter_map(|at| self.moment(at))
            .filter(move |at| *at > moment)
    }

    /// Whether it never starts again after a moment.
    #[must_use]
    pub fn is_over(&self, moment: i128) -> bool {
        matches!(self.when, When::Cron(_)) && self.after(moment).next().is_none()
    }

    /// Whether some of its starts are less than an hour apart.
    #[must_use]
    pub fn is_more_than_hourly(&self) -> bool {
        match &self.when {
            When::Every(apart) => *apart < 60 * MINUTE,
            When::Cron(cron) => cron.is_more_than_hourly(),
        }
    }

    fn local(&self, moment: i128) -> Option<DateTime> {
        let moment = i64::try_from(moment).ok()?;
        let moment = Timestamp::from_millisecond(moment).ok()?;
        Some(self.zone.to_datetime(moment))
    }

    fn moment(&self, local: DateTime) -> Option<i128> {
        let zoned = local.to_zoned_datetime(self.zone.clone()).ok()?;
        Some(i128::from(zoned.timestamp().as_millisecond()))
    }
}

/// Whether an expression is a rate.
pub fn is_rate(expression: &str) -> bool {
    let rest = expression.trim().strip_prefix("rate");
    rest.is_some_and(|rest| rest.trim_start().starts_with('('))
}

/// The milliseconds of `5 minutes`. AWS's page has `minute` for one, and `minutes` for more.
///
/// See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html>.
fn every(rate: &str) -> Option<i128> {
    let mut words = rate.split_whitespace();
    let (value, unit) = (words.next()?, words.next()?);
    let value: i128 = value.parse().ok().filter(|value| *value > 0)?;
    let minutes = match (unit, value) {
        ("minute", 1) | ("minutes", 2..) => 1,
        ("hour", 1) | ("hours", 2..) => 60,
        ("day", 1) | ("days", 2..) => 24 * 60,
        _ => return None,
    };
    let none_more = words.next().is_none();
    let all = value.checked_mul(minutes)?.checked_mul(MINUTE)?;
    none_more.then_some(all)
}
