//! Whether a start falls into a window of the resource itself, in which, or shortly before which, AWS Backup cannot start a backup.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>.

use crate::catalog::windows::OwnWindows;
use crate::inventory::Tree;
use crate::plans::Holds;

/// The milliseconds of a minute.
pub const MINUTE: i128 = 60 * 1000;

const DAY: i128 = 24 * 60;
const WEEK: i128 = 7 * DAY;

/// How many minutes before a window of a database a backup no longer starts.
const BEFORE_DATABASES: i128 = 60;
/// The same of a file system, whose windows are half an hour; and what AWS's page had before it had that.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html>.
const BEFORE_FILE_SYSTEMS: i128 = 180;
const ONCE_BEFORE_FILE_SYSTEMS: i128 = 240;
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
    /// Whether it is certain that no backup starts in it.
    is_certain: bool,
}

impl Window {
    fn holds(&self, minute: i128) -> bool {
        minute.saturating_sub(self.from).rem_euclid(WEEK) < self.minutes
    }
}

/// What of a start window is in the windows of the resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Not its beginning.
    None,
    /// Its beginning, and not all of it.
    Begins,
    /// All of it, if all of them keep a backup from starting.
    Perhaps,
    All,
}

impl Windows {
    /// Those of a resource, as its description tells them. Of what it backs up continuously AWS Backup moves the window of each day
    /// out of its way, and not that of the maintenance.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html>.
    pub fn of(of: OwnWindows, detail: &Tree, is_continuous: &Holds, by_itself: bool) -> Self {
        let mut windows = Self::default();
        match of.within {
            None => of_database(of, detail, is_continuous, by_itself, &mut windows),
            Some(within) => {
                if let Some(inner) = detail.get(within) {
                    of_file_system(of, inner, &mut windows);
                }
            }
        }
        windows
    }

    /// What those that hold a minute of one of these start windows are called in the description, each once.
    pub fn names(&self, starts: &[i128], within: i128) -> String {
        let count = minutes_of(within);
        let meets = |window: &&Window| {
            let meets = |start: &i128| {
                let first = minute_of(*start);
                let until = window.from.saturating_sub(first).rem_euclid(WEEK);
                window.holds(first) || until < count
            };
            starts.iter().any(meets)
        };
        let met = self.0.iter().filter(meets);
        let mut names: Vec<&str> = met.map(|window| window.name).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }

    /// What of a start window is in them. At its end the job expires, and starts no longer.
    pub fn hold(&self, start: i128, within: i128) -> Hold {
        let (first, count) = (minute_of(start), minutes_of(within));
        let is_in = |minute: i128| self.0.iter().any(|window| window.holds(minute));
        let is_certain = |minute: i128| {
            let mut certain = self.0.iter().filter(|window| window.is_certain);
            certain.any(|window| window.holds(minute))
        };
        // A week holds every minute there is.
        let minutes = (0..count).map(|minute| first.saturating_add(minute));
        let all = |is: &dyn Fn(i128) -> bool| count < WEEK && minutes.clone().all(is);
        match (is_certain(first), is_in(first)) {
            (_, false) => Hold::None,
            (true, true) if all(&is_certain) => Hold::All,
            (_, true) if all(&is_in) => Hold::Perhaps,
            (true, true) => Hold::Begins,
            (false, true) => Hold::None,
        }
    }

    fn add(&mut self, name: &'static str, from: i128, until: i128, before: Before) {
        let Before {
            minutes,
            is_certain,
        } = before;
        self.0.push(Window {
            name,
            from: from.saturating_sub(minutes),
            minutes: until
                .saturating_sub(from)
                .rem_euclid(WEEK)
                .saturating_add(minutes),
            is_certain,
        });
    }

    fn add_daily(&mut self, name: &'static str, from: i128, until: i128, before: Before) {
        let minutes = until.saturating_sub(from).rem_euclid(DAY);
        for day in 0..7 {
            let from = from.saturating_add(DAY.saturating_mul(day));
            self.add(name, from, from.saturating_add(minutes), before);
        }
    }
}

/// For how long before a window a backup no longer starts, and whether that is certain.
#[derive(Clone, Copy)]
struct Before {
    minutes: i128,
    is_certain: bool,
}

/// The minute of a moment, since a Monday.
fn minute_of(start: i128) -> i128 {
    start.div_euclid(MINUTE).saturating_add(FIRST_DAY * DAY)
}

/// The minutes of a start window, one at least.
fn minutes_of(within: i128) -> i128 {
    within.div_euclid(MINUTE).max(1)
}

/// From one time to another.
fn of_database(
    of: OwnWindows,
    detail: &Tree,
    is_continuous: &Holds,
    by_itself: bool,
    windows: &mut Windows,
) {
    let text = |name: &str| detail.get(name).and_then(Tree::as_str);
    let before = |is_certain: bool| Before {
        minutes: BEFORE_DATABASES,
        is_certain,
    };
    let is_backed_up = !is_zero(detail, of.kept) && *is_continuous != Holds::Yes;
    let daily = text(of.daily).filter(|_| is_backed_up);
    if let Some((from, until)) = daily.and_then(|window| window.split_once('-'))
        && let (Some(from), Some(until)) = (minute(from), minute(until))
    {
        windows.add_daily(of.daily, from, until, before(*is_continuous == Holds::No));
    }
    if let Some((from, until)) = text(of.weekly).and_then(|window| window.split_once('-'))
        && let (Some(from), Some(until)) = (minute_of_week(from), minute_of_week(until))
    {
        windows.add(of.weekly, from, until, before(!by_itself));
    }
}

/// From one time on.
fn of_file_system(of: OwnWindows, detail: &Tree, windows: &mut Windows) {
    let text = |name: &str| detail.get(name).and_then(Tree::as_str);
    let is_backed_up = !is_zero(detail, of.kept);
    for (minutes, is_certain) in [
        (BEFORE_FILE_SYSTEMS, true),
        (ONCE_BEFORE_FILE_SYSTEMS, false),
    ] {
        let before = Before {
            minutes,
            is_certain,
        };
        if let Some(from) = text(of.daily).filter(|_| is_backed_up).and_then(minute) {
            let until = from.saturating_add(OF_FILE_SYSTEMS);
            windows.add_daily(of.daily, from, until, before);
        }
        if let Some(from) = text(of.weekly).and_then(minute_of_numbered_day) {
            let until = from.saturating_add(OF_FILE_SYSTEMS);
            windows.add(of.weekly, from, until, before);
        }
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

    const BEFORE: Before = Before {
        minutes: BEFORE_DATABASES,
        is_certain: true,
    };

    #[test]
    fn a_window_and_the_time_before_it_are_blocked() {
        let mut windows = Windows::default();
        windows.add_daily("daily", 330, 420, BEFORE);
        let at = |minute: i128| MONDAY + minute * MINUTE;
        let hold = |start: i128, within: i128| windows.hold(at(start), within * MINUTE);
        assert_eq!(hold(300, 60), Hold::All);
        assert_eq!(hold(270, 60), Hold::All);
        assert_eq!(hold(269, 60), Hold::None);
        // The job expires as the window ends.
        assert_eq!(hold(300, 120), Hold::All);
        assert_eq!(hold(300, 121), Hold::Begins);
        assert_eq!(hold(421, 0), Hold::None);
        assert_eq!(windows.names(&[at(200)], 70 * MINUTE), "");
        assert_eq!(windows.names(&[at(200)], 71 * MINUTE), "daily");
    }

    #[test]
    fn a_weekly_window_is_of_its_day_and_may_go_over_the_end_of_the_week() {
        let mut windows = Windows::default();
        let of = |text| minute_of_week(text).unwrap();
        windows.add("weekly", of("sun:23:30"), of("mon:00:30"), BEFORE);
        let at = |minute: i128| MONDAY + minute * MINUTE;
        assert_eq!(windows.hold(at(0), 10 * MINUTE), Hold::All);
        assert_eq!(windows.hold(at(-90), 60 * MINUTE), Hold::All);
        assert_eq!(windows.hold(at(DAY), 10 * MINUTE), Hold::None);
    }

    /// One that may keep a backup from starting adds to one that does.
    #[test]
    fn what_is_kept_by_windows_that_are_not_all_certain_is_not_certain() {
        let mut windows = Windows::default();
        windows.add_daily("daily", 330, 420, BEFORE);
        let perhaps = Before {
            minutes: 120,
            is_certain: false,
        };
        windows.add_daily("daily", 330, 420, perhaps);
        let hold = |start: i128| windows.hold(MONDAY + start * MINUTE, 60 * MINUTE);
        assert_eq!(hold(270), Hold::All);
        assert_eq!(hold(269), Hold::Perhaps);
        assert_eq!(hold(210), Hold::Perhaps);
        assert_eq!(hold(209), Hold::None);
        assert_eq!(hold(400), Hold::Begins);
    }
}
