//! Values that are not compared as text: numbers, dates, addresses, truth values.

use std::cmp::Ordering;
use std::net::IpAddr;

use time::{Date, Month};

use super::Truth;

/// A decimal number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Number(f64);

impl Number {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let decimal =
            |place: char| place.is_ascii_digit() || matches!(place, '.' | '-' | '+' | 'e' | 'E');
        if !text.chars().all(decimal) {
            return None;
        }
        text.parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .map(Self)
    }

    pub(super) fn cmp(self, other: Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// A moment: nanoseconds since 1970, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i128);

impl Moment {
    /// Reads one of the W3C forms of ISO 8601, or seconds since 1970.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 4 && !text.is_empty() && text.chars().all(|place| place.is_ascii_digit()) {
            return Some(Self(text.parse::<i128>().ok()?.checked_mul(SECOND)?));
        }
        let (day, clock) = match text.split_once(['T', 't']) {
            Some((day, clock)) => (day, Some(clock)),
            None => (text, None),
        };
        let mut parts = day.split('-');
        let year = digits(parts.next()?, 4)?;
        let month = parts.next().map_or(Some(1), |part| digits(part, 2))?;
        let date = parts.next().map_or(Some(1), |part| digits(part, 2))?;
        if parts.next().is_some() || (clock.is_some() && day.len() != 10) {
            return None;
        }
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        let date = Date::from_calendar_date(year, month, u8::try_from(date).ok()?).ok()?;
        let days = i128::from(date.to_julian_day()).checked_sub(2_440_588)?;
        let time = clock.map_or(Some(0), clock_time)?;
        let day = days.checked_mul(86_400)?.checked_mul(SECOND)?;
        day.checked_add(time).map(Self)
    }

    /// In milliseconds since 1970.
    pub(super) const fn milliseconds(self) -> i128 {
        self.0.div_euclid(SECOND / 1000)
    }
}

const SECOND: i128 = 1_000_000_000;

fn digits(text: &str, length: usize) -> Option<i32> {
    let sound = text.len() == length && text.chars().all(|place| place.is_ascii_digit());
    sound.then(|| text.parse().ok()).flatten()
}

/// `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s`, and `Z`, `+hh:mm` or `-hh:mm`.
fn clock_time(text: &str) -> Option<i128> {
    let (clock, offset) = if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        (clock, 0)
    } else {
        let at = text.find(['+', '-'])?;
        let (clock, zone) = text.split_at(at);
        let (hours, minutes) = zone.get(1..)?.split_once(':')?;
        let minutes = sum(digits(hours, 2)?, 60, digits(minutes, 2)?)?;
        (
            clock,
            if zone.starts_with('-') {
                minutes.checked_neg()?
            } else {
                minutes
            },
        )
    };
    let mut parts = clock.split(':');
    let hours = digits(parts.next()?, 2).filter(|hours| *hours < 24)?;
    let minutes = digits(parts.next()?, 2).filter(|minutes| *minutes < 60)?;
    let (seconds, fraction) = match parts.next() {
        None => ("00", ""),
        Some(seconds) => seconds.split_once('.').unwrap_or((seconds, "0")),
    };
    let seconds = digits(seconds, 2).filter(|seconds| *seconds < 61)?;
    let nanos = match fraction.get(..9).unwrap_or(fraction) {
        "" => 0,
        fraction => {
            let left = 9_u32.checked_sub(u32::try_from(fraction.len()).ok()?)?;
            digits(fraction, fraction.len())?.checked_mul(10_i32.checked_pow(left)?)?
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let minutes = sum(hours, 60, minutes)?.checked_sub(offset)?;
    let whole = i128::from(sum(minutes, 60, seconds)?);
    whole.checked_mul(SECOND)?.checked_add(i128::from(nanos))
}

/// So many of a greater unit, each of `of` smaller ones, and `more` of these.
fn sum(many: i32, of: i32, more: i32) -> Option<i32> {
    many.checked_mul(of)?.checked_add(more)
}

/// A block of addresses, such as `203.0.113.0/24`; one address is a block of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AddressBlock {
    address: IpAddr,
    bits: u8,
}

impl AddressBlock {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        (bits <= width).then_some(Self { address, bits })
    }

    /// Whether every address of the other block lies in this one.
    pub(super) fn holds(self, other: Self) -> bool {
        let (ours, theirs) = match (self.address, other.address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => (
                u128::from(ours.to_bits()) << 96,
                u128::from(theirs.to_bits()) << 96,
            ),
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => (ours.to_bits(), theirs.to_bits()),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        let differ = (ours ^ theirs).leading_zeros();
        other.bits >= self.bits && differ >= u32::from(self.bits)
    }
}

/// `true` or `false`. AWS does not say what it takes one in other letters for, such as `True`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flag {
    value: bool,
    documented: bool,
}

impl Flag {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        (is("true") || is("false")).then(|| Self {
            value: is("true"),
            documented: matches!(text, "true" | "false"),
        })
    }

    pub(super) fn is_documented(self) -> bool {
        self.documented
    }

    pub(super) fn is(self, other: Self) -> Truth {
        if self.value != other.value {
            Truth::False
        } else if self.documented && other.documented {
            Truth::True
        } else {
            Truth::Unknown
        }
    }
}

impl From<bool> for Flag {
    fn from(value: bool) -> Self {
        Self {
            value,
            documented: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_has_many_forms() {
        let moment = |text| Moment::parse(text).unwrap();
        let midnight = moment("2026-11-22T00:00:00Z");
        for same in [
            "2026-11-22",
            "2026-11-22T01:00+01:00",
            "1795305600",
            "2026-11-21T23:30:00.000-00:30",
        ] {
            assert_eq!(moment(same), midnight, "{same}");
        }
        assert!(moment("2026-11") < midnight);
        assert!(moment("2026-11-22T00:00:00.5Z") > midnight);
        assert_eq!(moment("1970"), Moment(0));
        for wrong in [
            "",
            "soon",
            "2026-13-01",
            "2026-11-22T25:00Z",
            "2026-11T00:00Z",
            "2026-11-22T00:00",
        ] {
            assert_eq!(Moment::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_number_is_decimal() {
        let number = |text| Number::parse(text).unwrap();
        assert_eq!(number("10.50").cmp(number("10.5")), Ordering::Equal);
        assert_eq!(number("-1").cmp(number("1")), Ordering::Less);
        for wrong in ["", "inf", "NaN", "ten", "1,0"] {
            assert_eq!(Number::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_block_holds_its_addresses() {
        let block = |text| AddressBlock::parse(text).unwrap();
        assert!(block("10.0.0.0/8").holds(block("10.1.2.3")));
        assert!(!block("10.0.0.0/8").holds(block("11.1.2.3")));
        assert!(block("2001:db8::/32").holds(block("2001:db8::1")));
        assert!(!block("0.0.0.0/0").holds(block("::1")));
        assert!(!block("10.1.2.3").holds(block("10.0.0.0/8")));
        assert_eq!(AddressBlock::parse("10.0.0.0/33"), None);
    }
}
