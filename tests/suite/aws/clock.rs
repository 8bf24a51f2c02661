//! Points in time: the inventory writes them as text, AWS's JSON protocols as seconds since 1970.

use serde_json::{Number, Value};

/// Maps whose keys are the user's words, not AWS's fields.
const OF_THE_USER: &[&str] = &[
    "Tags",
    "RecoveryPointTags",
    "EncryptionContextSubset",
    "EncryptionContextEquals",
];

/// Turns the text in fields of these names into seconds, at every depth.
pub fn to_seconds(value: &mut Value, names: &[&str]) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                if OF_THE_USER.contains(&name.as_str()) {
                    continue;
                }
                let known = names.contains(&name.as_str());
                match value.as_str().filter(|_| known).and_then(seconds) {
                    Some(number) => *value = Value::Number(number),
                    None => to_seconds(value, names),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| to_seconds(value, names)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The seconds of `2026-11-22T10:00:00.123Z`, or with an offset such as `+01:00`.
pub fn seconds(text: &str) -> Option<Number> {
    let (date, time) = text.split_once(['T', ' '])?;
    let mut date = date.split('-').map(str::parse::<i64>);
    let mut part = || date.next()?.ok();
    let days = days_before(part()?, part()?, part()?);
    let (time, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at)?, offset(time.get(at..)?)?),
        None => return None,
    };
    let mut parts = time.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let last = parts.next()?;
    let (whole, fraction) = last.split_once('.').unwrap_or((last, ""));
    let whole = ((days * 24 + hours) * 60 + minutes) * 60 + whole.parse::<i64>().ok()? - offset;
    if fraction.bytes().all(|digit| digit == b'0') {
        return Some(whole.into());
    }
    // The digits are put side by side, because adding a fraction to the seconds would round them.
    format!("{whole}.{fraction}")
        .parse()
        .ok()
        .and_then(Number::from_f64)
}

fn offset(text: &str) -> Option<i64> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let hours: i64 = hours.parse().ok()?;
    let minutes: i64 = minutes.parse().ok()?;
    Some(sign * (hours * 60 + minutes) * 60)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
