//! Whether a start falls into a window of the resource itself, in which, or shortly before which, AWS Backup cannot start a backup.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.

use crate::catalog::windows::OwnWindows;
use crate::inventory::Tree;

/// The milliseconds of a minute.
pub const MINUTE: i128 = 60 * 1000;

const DAY: i128 = 24 * 60;
const WEEK: i128 = 7 * DAY;

/// How many minutes before a window of a database a backup no longer starts.
const BEFORE_DATABASES: i128 = 60;
/// The same of a file system, whose windows are half an hour.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html>.
const BEFORE_FILE_SYSTEMS: i128 = 240;
const OF_FILE_SYSTEMS: i128 = 30;

/// The day of the week of 1970-01-01, counted from Monday.
const FIRST_DAY: i128 = 3;

/// The minutes of a week in which no backup starts.
#[derive(Default)]
pub struct Windows(Vec<Window>);

struct Window {
    name: &'static str,
    from: i128,
    minutes: i128,
}

impl Windows {
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What they are called in the description, each once.
    pub fn names(&self) -> String {
        let mut names: Vec<&str> = self.0.iter().map(|window| window.name).collect();
        names.dedup();
        names.join(", ")
    }

    /// Whether each minute of a start window is in one of them. At its end the job expires, and starts no longer.
    pub fn all_of(&self, start: i128, within: i128) -> bool {
        let first = start.div_euclid(MINUTE);
        let count = within.div_euclid(MINUTE);
        let is_in = |minute: i128| {
            let at = minute.saturating_add(FIRST_DAY * DAY);
            let mut all = self.0.iter();
            all.any(|window| (at.saturating_sub(window.from)).rem_euclid(WEEK) < window.minutes)
        };
        // A week holds every minute there is.
        count < WEEK && (0..count.max(1)).all(|minute| is_in(first.saturating_add(minute)))
    }

    fn add(&mut self, name: &'static str, from: i128, until: i128, before: i128) {
        self.0.push(Window {
            name,
            from: from.saturating_sub(before),
            minutes: until
                .saturating_sub(from)
                .rem_euclid(WEEK)
                .saturating_add(before),
        });
    }

    fn add_daily(&mut self, name: &'static str, from: i128, until: i128, before: i128) {
        let minutes = until.saturating_sub(from).rem_euclid(DAY);
        for day in 0..7 {
            let from = from.saturating_add(DAY.saturating_mul(day));
            self.add(name, from, from.saturating_add(minutes), before);
        }
    }
}

/// Those of a resource, as its description tells them.
pub fn blocked(of: OwnWindows, detail: &Tree) -> Windows {
    let mut windows = Windows::default();
    match of.within {
        None => of_database(of, detail, &mut windows),
        Some(within) => {
            if let Some(inner) = detail.get(within) {
                of_file_system(of, inner, &mut windows);
            }
        }
    }
    windows
}

/// From one time to another.
fn of_database(of: OwnWindows, detail: &Tree, windows: &mut Windows) {
    let text = |name: &str| detail.get(name).and_then(Tree::as_str);
    let is_backed_up = !is_zero(detail, of.kept);
    let daily = text(of.daily).filter(|_| is_backed_up);
    if let Some((from, until)) = daily.and_then(|window| window.split_once('-'))
        && let (Some(from), Some(until)) = (minute(from), minute(until))
    {
        windows.add_daily(of.daily, from, until, BEFORE_DATABASES);
    }
    if let Some((from, until)) = text(of.weekly).and_then(|window| window.split_once('-'))
        && let (Some(from), Some(until)) = (minute_of_week(from), minute_of_week(until))
    {
        windows.add(of.weekly, from, until, BEFORE_DATABASES);
    }
}

/// From one time on.
fn of_file_system(of: OwnWindows, detail: &Tree, windows: &mut Windows) {
    let text = |name: &str| detail.get(name).and_then(Tree::as_str);
    let is_backed_up = !is_zero(detail, of.kept);
    if let Some(from) = text(of.daily).filter(|_| is_backed_up).and_then(minute) {
        let until = from.saturating_add(OF_FILE_SYSTEMS);
        windows.add_daily(of.daily, from, until, BEFORE_FILE_SYSTEMS);
    }
    if let Some(from) = text(of.weekly).and_then(minute_of_numbered_day) {
        let until = from.saturating_add(OF_FILE_SYSTEMS);
        windows.add(of.weekly, from, until, BEFORE_FILE_SYSTEMS);
    }
}

/// Whether automatic backups are switched off.
fn is_zero(of: &Tree, name: &str) -> bool {
    of.get(name).and_then(Tree::as_f64) == Some(0.0)
}

/// `05:30`.
fn minute(text: &str) -> Option<i128> {
    let (hour, minute) = text.trim().split_once(':')?;
    let (hour, minute): (i128, i128) = (hour.parse().ok()?, minute.parse().ok()?);
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute);
    is_time.then(|| hour.saturating_mul(60).saturating_add(minute))
}

/// `sun:05:30`.
fn minute_of_week(text: &str) -> Option<i128> {
    const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let (day, time) = text.trim().split_once(':')?;
    let day = DAYS.iter().position(|of| of.eq_ignore_ascii_case(day))?;
    let day = i128::try_from(day).ok()?;
    Some(DAY.saturating_mul(day).saturating_add(minute(time)?))
}

/// `7:05:30`, from Monday, which is 1.
fn minute_of_numbered_day(text: &str) -> Option<i128> {
    let (day, time) = text.trim().split_once(':')?;
    let day: i128 = day.parse().ok().filter(|day| (1..=7).contains(day))?;
    let day = DAY.saturating_mul(day.saturating_sub(1));
    Some(day.saturating_add(minute(time)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23, a Monday, 00:00 UTC.
    const MONDAY: i128 = 1_795_392_000_000;

    #[test]
    fn a_window_and_the_time_before_it_are_blocked() {
        let mut windows = Windows::default();
        windows.add_daily("daily", 330, 420, BEFORE_DATABASES);
        let at = |minute: i128| MONDAY + minute * MINUTE;
        assert!(windows.all_of(at(300), 60 * MINUTE));
        assert!(windows.all_of(at(270), 60 * MINUTE));
        assert!(!windows.all_of(at(269), 60 * MINUTE));
        // The job expires as the window ends.
        assert!(windows.all_of(at(300), 120 * MINUTE));
        assert!(!windows.all_of(at(300), 121 * MINUTE));
        assert!(!windows.all_of(at(421), 0));
    }

    #[test]
    fn a_weekly_window_is_of_its_day_and_may_go_over_the_end_of_the_week() {
        let mut windows = Windows::default();
        let of = |text| minute_of_week(text).unwrap();
        windows.add("weekly", of("sun:23:30"), of("mon:00:30"), BEFORE_DATABASES);
        let at = |minute: i128| MONDAY + minute * MINUTE;
        assert!(windows.all_of(at(0), 10 * MINUTE));
        assert!(windows.all_of(at(-90), 60 * MINUTE));
        assert!(!windows.all_of(at(DAY), 10 * MINUTE));
    }
}
