//! Texts, numbers, dates and addresses as conditions compare them.

use std::net::IpAddr;

use serde_json::Value;

/// A policy element that is one thing or a list of things, as a list of texts; booleans and numbers are their text.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::String(text) => vec![text.clone()],
        Value::Bool(_) | Value::Number(_) => vec![value.to_string()],
        Value::Null | Value::Object(_) => Vec::new(),
    }
}

/// The elements of a list, or the thing itself.
pub fn items(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        other => vec![other.clone()],
    }
}

/// Seconds since 1970 of an ISO 8601 date as W3C profiles it, or of an epoch number.
pub fn seconds(text: &str) -> Option<f64> {
    // Digits alone are a year only as long as a year is.
    if text.len() != 4 && text.parse::<f64>().is_ok() {
        return number(text);
    }
    let (date, clock) = match text.split_once('T') {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let mut parts = date.split('-').map(|part| part.parse::<i64>().ok());
    let year = parts.next()??;
    let month = parts.next().unwrap_or(Some(1))?;
    let day = parts.next().unwrap_or(Some(1))?;
    let midnight = days_before(year, month, day) as f64 * 86_400.0;
    Some(midnight + clock.map_or(Some(0.0), clock_seconds)?)
}

fn clock_seconds(clock: &str) -> Option<f64> {
    let (time, offset) = if let Some(time) = clock.strip_suffix('Z') {
        (time, 0.0)
    } else if let Some((time, ahead)) = clock.split_once('+') {
        (time, hours_and_minutes(ahead)?)
    } else {
        let (time, behind) = clock.split_once('-')?;
        (time, -hours_and_minutes(behind)?)
    };
    Some(hours_and_minutes(time)? - offset)
}

fn hours_and_minutes(text: &str) -> Option<f64> {
    let mut parts = text.split(':').map(|part| part.parse::<f64>().ok());
    let hours = parts.next()??;
    let minutes = parts.next()??;
    let seconds = parts.next().unwrap_or(Some(0.0))?;
    Some(hours * 3600.0 + minutes * 60.0 + seconds)
}

/// Days from 1970-01-01, counted one year and one month at a time.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    let leap = |year: i64| (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let years: i64 = (1970..year)
        .map(|year| if leap(year) { 366 } else { 365 })
        .sum();
    let months: i64 = (1..month)
        .map(|month| match month {
            2 if leap(year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        })
        .sum();
    years + months + day - 1
}

/// A decimal number.
pub fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Whether an address lies in a CIDR block; a block without a prefix is one address.
pub fn address_in(block: &str, address: &str) -> bool {
    let (base, prefix) = match block.split_once('/') {
        Some((base, prefix)) => (base, prefix.parse::<usize>().ok()),
        None => (block, Some(128)),
    };
    let (Some(base), Some(address), Some(prefix)) = (bits(base), bits(address), prefix) else {
        return false;
    };
    base.len() == address.len() && base.iter().zip(&address).take(prefix).all(|(a, b)| a == b)
}

fn bits(address: &str) -> Option<Vec<bool>> {
    let bytes = match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    Some(
        bytes
            .iter()
            .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1))
            .collect(),
    )
}

#[test]
fn dates_count_seconds_from_1970_in_any_of_their_spellings() {
    assert_eq!(seconds("1970-01-02"), Some(86_400.0));
    assert_eq!(seconds("2026-11-22T02:00:00Z"), Some(1_795_312_800.0));
    assert_eq!(
        seconds("2026-11-22T03:00:00+01:00"),
        seconds("2026-11-22T02:00Z")
    );
    assert_eq!(seconds("1795312800"), seconds("2026-11-22T02:00:00Z"));
    assert_eq!(seconds("2026"), seconds("2026-01-01"));
    assert_eq!(seconds("soon"), None);
}

#[test]
fn an_address_lies_in_a_block_when_the_leading_bits_are_the_same() {
    assert!(
        address_in("203.0.113.0/24", "203.0.113.9") && !address_in("203.0.113.0/24", "203.0.114.9")
    );
    assert!(address_in("192.0.2.44", "192.0.2.44") && !address_in("192.0.2.44", "192.0.2.45"));
    assert!(address_in("2001:db8::/32", "2001:db8::1") && !address_in("2001:db8::/32", "10.0.0.1"));
}
