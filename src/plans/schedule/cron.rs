//! Cron expressions of six fields: minutes, hours, day of the month, month, day of the week, year.
//!
//! See <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html>.

use std::ops::RangeInclusive;

use jiff::civil::{Date, DateTime, Weekday};

/// How many days are looked through for those that an expression means: 40 years, as 29 February can be eight away.
const DAYS: usize = 15_000;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// One expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cron {
    minutes: Values,
    hours: Values,
    days: Days,
    months: Values,
    years: Values,
}

/// The values of a field, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Values(Vec<i16>);

/// Which days.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    OfMonth(Vec<OfMonth>),
    OfWeek(Vec<OfWeek>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum OfMonth {
    These(Values),
    /// `L`.
    Last,
    /// `LW`: the last from Monday to Friday.
    LastWeekday,
    /// `3W`: the nearest from Monday to Friday in the same month.
    NearestWeekday(i8),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum OfWeek {
    These(Values),
    /// `6L`: the last Friday of the month.
    Last(i16),
    /// `3#2`: the second Tuesday of the month.
    Nth(i16, i8),
}

impl Cron {
    /// Reads the six fields; `None` where they are not ones that AWS documents.
    pub fn read(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, of_month, month, of_week, year] = fields.as_slice() else {
            return None;
        };
        let days = match (*of_month, *of_week) {
            ("?", of_week) if of_week != "?" => Days::OfWeek(each(of_week, OfWeek::read)?),
            (of_month, "?") if of_month != "?" => Days::OfMonth(each(of_month, OfMonth::read)?),
            // One of both is `?`: AWS takes no `*` in both, and none that names both.
            _ => return None,
        };
        Some(Self {
            minutes: Values::read(minutes, 0..=59, &[])?,
            hours: Values::read(hours, 0..=23, &[])?,
            days,
            months: Values::read(month, 1..=12, &MONTHS)?,
            years: Values::read(year, 1970..=2199, &[])?,
        })
    }

    /// The local times that it means, the latest first, from the day of a moment on backwards.
    pub fn before(&self, from: DateTime) -> impl Iterator<Item = DateTime> + '_ {
        let days = std::iter::successors(Some(from.date()), |day| day.yesterday().ok());
        days.take(DAYS)
            .filter(|day| self.is_on(*day))
            .flat_map(move |day| {
                let hours = self.hours.0.iter().rev();
                hours.flat_map(move |hour| {
                    let minutes = self.minutes.0.iter().rev();
                    minutes.filter_map(move |minute| at(day, *hour, *minute))
                })
            })
    }

    /// The local times that it means, the earliest first, from the day of a moment on.
    pub fn after(&self, from: DateTime) -> impl Iterator<Item = DateTime> + '_ {
        let days = std::iter::successors(Some(from.date()), |day| day.tomorrow().ok());
        days.take(DAYS)
            .filter(|day| self.is_on(*day))
            .flat_map(move |day| {
                let hours = self.hours.0.iter();
                hours.flat_map(move |hour| {
                    let minutes = self.minutes.0.iter();
                    minutes.filter_map(move |minute| at(day, *hour, *minute))
                })
            })
    }

    /// Whether it means two times within an hour.
    pub const fn is_more_than_hourly(&self) -> bool {
        self.minutes.0.len() > 1
    }

    fn is_on(&self, day: Date) -> bool {
        self.years.has(day.year())
            && self.months.has(day.month().into())
            && match &self.days {
                Days::OfMonth(all) => all.iter().any(|one| one.is_on(day)),
                Days::OfWeek(all) => all.iter().any(|one| one.is_on(day)),
            }
    }
}

fn at(day: Date, hour: i16, minute: i16) -> Option<DateTime> {
    let (hour, minute) = (i8::try_from(hour).ok()?, i8::try_from(minute).ok()?);
    Some(day.at(hour, minute, 0, 0))
}

fn each<T>(field: &str, read: fn(&str) -> Option<T>) -> Option<Vec<T>> {
    field.split(',').map(read).collect()
}

impl Values {
    fn has(&self, value: i16) -> bool {
        self.0.contains(&value)
    }

    /// A whole field: values, ranges and steps between commas.
    fn read(field: &str, within: RangeInclusive<i16>, names: &[&str]) -> Option<Self> {
        let mut all = Vec::new();
        for part in field.split(',') {
            all.extend(Self::part(part, within.clone(), names)?.0);
        }
        all.sort_unstable();
        all.dedup();
        Some(Self(all))
    }

    /// One part: `*`, `5`, `5-8`, and each of them with `/3`. A range may go over the end of its field, as `20-2` does.
    fn part(part: &str, within: RangeInclusive<i16>, names: &[&str]) -> Option<Self> {
        let (first, last) = (*within.start(), *within.end());
        let (range, step) = match part.split_once('/') {
            Some((range, step)) => (range, Some(number(step).filter(|step| *step > 0)?)),
            None => (part, None),
        };
        let value = |text: &str| value(text, names, first).filter(|value| within.contains(value));
        let (from, to) = match range.split_once('-') {
            Some((from, to)) => (value(from)?, value(to)?),
            None if range == "*" => (first, last),
            None if step.is_some() => (value(range)?, last),
            None => (value(range)?, value(range)?),
        };
        let over = if from <= to {
            0
        } else {
            last.checked_sub(first)?.checked_add(1)?
        };
        let mut all = Vec::new();
        let mut at = from;
        while at <= to.checked_add(over)? {
            all.push(if at > last { at.checked_sub(over)? } else { at });
            at = at.checked_add(step.unwrap_or(1))?;
        }
        Some(Self(all))
    }
}

fn number(text: &str) -> Option<i16> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// A number, or a name: the first stands for the first value of the field.
fn value(text: &str, names: &[&str], first: i16) -> Option<i16> {
    let named = names
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    match named {
        Some(place) => i16::try_from(place).ok()?.checked_add(first),
        None => number(text),
    }
}

impl OfMonth {
    fn read(part: &str) -> Option<Self> {
        match part {
            "L" => Some(Self::Last),
            "LW" | "WL" => Some(Self::LastWeekday),
            part => match part.strip_suffix('W') {
                Some(day) => {
                    let day = number(day).filter(|day| (1..=31).contains(day))?;
                    Some(Self::NearestWeekday(i8::try_from(day).ok()?))
                }
                None => Values::part(part, 1..=31, &[]).map(Self::These),
            },
        }
    }

    fn is_on(&self, day: Date) -> bool {
        match self {
            Self::These(values) => values.has(day.day().into()),
            Self::Last => day == day.last_of_month(),
            Self::LastWeekday => Some(day) == nearest(day, day.days_in_month()),
            Self::NearestWeekday(wanted) => Some(day) == nearest(day, *wanted),
        }
    }
}

/// The day from Monday to Friday that is nearest to a day of the month, and of the same month; `None` where the month has no
/// such day.
fn nearest(month: Date, wanted: i8) -> Option<Date> {
    let wanted = Date::new(month.year(), month.month(), wanted).ok()?;
    let days = |off: i64| {
        let day = wanted.checked_add(jiff::Span::new().days(off)).ok()?;
        (day.month() == wanted.month()).then_some(day)
    };
    match wanted.weekday() {
        Weekday::Saturday => days(-1).or_else(|| days(2)),
        Weekday::Sunday => days(1).or_else(|| days(-2)),
        Weekday::Monday
        | Weekday::Tuesday
        | Weekday::Wednesday
        | Weekday::Thursday
        | Weekday::Friday => Some(wanted),
    }
}

impl OfWeek {
    fn read(part: &str) -> Option<Self> {
        let day = |text: &str| value(text, &WEEKDAYS, 1).filter(|day| (1..=7).contains(day));
        if let Some((of, nth)) = part.split_once('#') {
            let nth = number(nth).filter(|nth| (1..=5).contains(nth))?;
            return Some(Self::Nth(day(of)?, i8::try_from(nth).ok()?));
        }
        match part.strip_suffix('L') {
            // The last day of the week.
            Some("") => Some(Self::These(Values(vec![7]))),
            Some(of) => Some(Self::Last(day(of)?)),
            None => Values::part(part, 1..=7, &WEEKDAYS).map(Self::These),
        }
    }

    fn is_on(&self, day: Date) -> bool {
        // Sunday is 1.
        let of_week = i16::from(day.weekday().to_sunday_one_offset());
        match self {
            Self::These(values) => values.has(of_week),
            Self::Last(of) => {
                let left = i16::from(day.days_in_month()).saturating_sub(day.day().into());
                of_week == *of && left < 7
            }
            Self::Nth(of, nth) => {
                let before = i16::from(day.day()).saturating_sub(1) / 7;
                of_week == *of && before.saturating_add(1) == i16::from(*nth)
            }
        }
    }
}
