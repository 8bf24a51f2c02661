//! When rules start: AWS's documented expressions against a second implementation.

use backup_preflight::inventory::Timestamp;
use backup_preflight::plans::Schedule;

/// Made by `make.py` of croniter: an expression, its time zone and the next three times after [`FROM`].
const TABLE: &str = include_str!("table.txt");

/// What croniter does not read, and croner 4.0.3 says.
const BY_CRONER: &[(&str, [&str; 3])] = &[
    (
        "0 5 3W * ? *",
        [
            "2026-12-03T05:00Z",
            "2027-01-04T05:00Z",
            "2027-02-03T05:00Z",
        ],
    ),
    (
        "0 5 LW * ? *",
        [
            "2026-11-30T05:00Z",
            "2026-12-31T05:00Z",
            "2027-01-29T05:00Z",
        ],
    ),
    (
        "0 10 1W * ? *",
        [
            "2026-12-01T10:00Z",
            "2027-01-01T10:00Z",
            "2027-02-01T10:00Z",
        ],
    ),
    (
        "0 5 ? JAN,JUL FRI#2 *",
        [
            "2027-01-08T05:00Z",
            "2027-07-09T05:00Z",
            "2028-01-14T05:00Z",
        ],
    ),
    (
        "0 10 ? * 2#5 *",
        [
            "2026-11-30T10:00Z",
            "2027-03-29T10:00Z",
            "2027-05-31T10:00Z",
        ],
    ),
];

const FROM: &str = "2026-11-22T10:00:00Z";

fn moment(text: &str) -> i128 {
    Timestamp::parse(text).unwrap().milliseconds()
}

fn short(text: &str) -> i128 {
    moment(&text.replace('Z', ":00Z"))
}

#[test]
fn the_next_three_times_are_those_of_a_second_implementation() {
    let mut rows = 0;
    for line in TABLE.lines() {
        let (expression, rest) = line.split_at(28);
        let (zone, times) = rest.split_at(20);
        let times: Vec<&str> = times.split_whitespace().collect();
        is(expression.trim(), zone.trim(), &times);
        rows += 1;
    }
    for (expression, times) in BY_CRONER {
        is(expression, "UTC", times);
    }
    assert!(rows > 25, "{rows}");
}

/// The table is no copy that may have aged: croniter is asked again.
#[cfg(all(unix, feature = "live"))]
#[test]
fn the_table_is_what_croniter_says_today() {
    let python = crate::support::python::with(&["croniter==7.0.0", "tzdata==2026.6"]);
    let made = std::process::Command::new(python.join("python"))
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/suite/plans/schedules/make.py"
        ))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{error}");
    assert_eq!(String::from_utf8(made.stdout).unwrap(), TABLE);
}

fn is(expression: &str, zone: &str, times: &[&str]) {
    for text in [expression.to_owned(), format!("cron({expression})")] {
        let schedule = Schedule::read(&text, Some(zone)).unwrap_or_else(|| panic!("{text}"));
        let found: Vec<i128> = schedule.after(moment(FROM)).take(3).collect();
        let wanted: Vec<i128> = times.iter().map(|time| short(time)).collect();
        assert_eq!(found, wanted, "{text} in {zone}: {times:?}");
        // Backwards it finds the same.
        for pair in found.windows(2) {
            assert_eq!(
                schedule.last_before(pair[1]),
                Some(pair[0]),
                "{text} in {zone}"
            );
        }
        let last = schedule.last_before(found[0]);
        assert!(
            last.is_none_or(|last| last <= moment(FROM)),
            "{text} in {zone}"
        );
    }
}

#[test]
fn a_rate_says_how_far_apart_its_starts_are() {
    for (text, minutes) in [
        ("rate(5 minutes)", 5),
        ("rate(1 minute)", 1),
        ("rate(1 hour)", 60),
        ("rate(12 hours)", 720),
        ("rate(1 day)", 1440),
        ("rate(7 days)", 10_080),
    ] {
        let schedule = Schedule::read(text, None).unwrap_or_else(|| panic!("{text}"));
        let apart = moment(FROM) - schedule.last_before(moment(FROM)).unwrap();
        assert_eq!(apart, minutes * 60_000, "{text}");
        assert_eq!(schedule.after(moment(FROM)).next(), None, "{text}");
    }
}

#[test]
fn a_start_in_an_hour_that_the_clocks_leave_out_or_repeat_is_found_once() {
    // Clocks go forward on 2027-03-14 and back on 2027-11-07 at 02:00.
    let nightly = Schedule::read("30 2 * * ? *", Some("America/New_York")).unwrap();
    let found: Vec<i128> = nightly
        .after(moment("2027-03-13T12:00:00Z"))
        .take(2)
        .collect();
    assert_eq!(
        found,
        [
            moment("2027-03-14T07:30:00Z"),
            moment("2027-03-15T06:30:00Z")
        ]
    );
    let early = Schedule::read("30 1 * * ? *", Some("America/New_York")).unwrap();
    let found: Vec<i128> = early
        .after(moment("2027-11-06T12:00:00Z"))
        .take(2)
        .collect();
    assert_eq!(
        found,
        [
            moment("2027-11-07T05:30:00Z"),
            moment("2027-11-08T06:30:00Z")
        ]
    );
}

#[test]
fn what_aws_does_not_take_is_not_read() {
    for text in [
        "",
        "cron()",
        "0 5 * * *",
        "0 5 * * ? * *",
        "cron(0 5 ? * ? *)",
        "0 5 1 * MON *",
        "0 5 * * * *",
        "0 5 * * MON *",
        "0 5 1 * * *",
        "60 5 * * ? *",
        "0 24 * * ? *",
        "0 5 32 * ? *",
        "0 5 0 * ? *",
        "0 5 ? 13 ? *",
        "0 5 ? * 8 *",
        "0 5 ? * 0 *",
        "0 5 ? * MON#6 *",
        "0/0 5 * * ? *",
        "0 5 * FOO ? *",
        "0 5 40W * ? *",
        "0 5 * * ? 1969",
        "-1 5 * * ? *",
        "+1 5 * * ? *",
        "rate(0 minutes)",
        "rate(1 minutes)",
        "rate(2 minute)",
        "rate(5 weeks)",
        "rate(5 minutes more)",
        "every day",
    ] {
        assert_eq!(Schedule::read(text, None), None, "`{text}`");
    }
    assert_eq!(Schedule::read("0 5 * * ? *", Some("Middle/Earth")), None);
    let long = format!("cron({} 5 * * ? *)", "0,".repeat(50_000) + "0");
    assert!(Schedule::read(&long, None).is_some(), "a long list ends");
    assert_eq!(
        Schedule::read("0 5 * * ? 1999", None)
            .unwrap()
            .after(moment(FROM))
            .next(),
        None,
        "a year that is over"
    );
}
