//! What a scalar without quotes is to CloudFormation, which reads YAML 1.1: as it was seen to read it, or in doubt.
//!
//! The bounds of YAML: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html>. What was seen:
//! octal, hexadecimal and base 60 <https://dev.classmethod.jp/articles/how-to-identify-numerical-values-in-cfn-yaml-template/>,
//! octal, and zero-led digits that are none <https://www.skyarch.net/blog/?p=20495>,
//! words <https://ljmc.bearblog.dev/yaml-booleans-in-cloudformation-templates/>.

/// What a plain scalar is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlainScalar {
    /// Nothing.
    Null,
    /// One of the words for true and false.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction, which is written in one way alone.
    Decimal(f64),
    /// What its letters say.
    Text,
    /// A number or a time to some readers of YAML 1.1 and a text to others, or a number that is written in several ways.
    Doubtful,
}

/// The words for true. The single letters `y` and `n` were seen to stay texts.
const TRUE: &[&str] = &[
    "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON",
];

/// The words for false.
#[rustfmt::skip]
const FALSE: &[&str] = &["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"];

/// The words for nothing.
const NULL: &[&str] = &["", "~", "null", "Null", "NULL"];

/// What no reader agrees on.
#[rustfmt::skip]
const DOUBTFUL: &[&str] = &["=", ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"];

/// Greater whole numbers are not kept by everything that reads numbers.
const MOST: i64 = 9_007_199_254_740_992;

/// So many digits of a number with a fraction are kept by everything that reads numbers.
const DIGITS: usize = 15;

/// What a plain scalar is to CloudFormation.
#[must_use]
pub fn resolved(text: &str) -> PlainScalar {
    match text {
        _ if NULL.contains(&text) => return PlainScalar::Null,
        _ if TRUE.contains(&text) => return PlainScalar::Bool(true),
        _ if FALSE.contains(&text) => return PlainScalar::Bool(false),
        _ => {}
    }
    let number = integer(text).filter(|number| number.abs() <= MOST);
    if let Some(number) = number {
        return PlainScalar::Integer(number);
    }
    if let Some(number) = decimal(text) {
        return PlainScalar::Decimal(number);
    }
    match may_be_otherwise(text) {
        true => PlainScalar::Doubtful,
        false => PlainScalar::Text,
    }
}

/// Digits alone.
#[must_use]
pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit())
}

/// A whole number in the one way that it is written in.
fn is_canonical(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    is_digits(digits) && (!digits.starts_with('0') || text == "0")
}

/// A whole number: decimal, octal, hexadecimal, or of base 60.
fn integer(text: &str) -> Option<i64> {
    if is_canonical(text) {
        return text.parse().ok();
    }
    if let Some(digits) = text.strip_prefix("0x") {
        let is_hex = digits.bytes().all(|one| one.is_ascii_hexdigit());
        return is_hex.then(|| i64::from_str_radix(digits, 16).ok())?;
    }
    if let Some(digits) = text.strip_prefix('0') {
        return is_digits(digits).then(|| i64::from_str_radix(digits, 8).ok())?;
    }
    let (first, rest) = text.split_once(':')?;
    if !is_canonical(first) || first == "0" || first.starts_with('-') {
        return None;
    }
    rest.split(':').try_fold(first.parse().ok()?, |sum, part| {
        let is_part = is_digits(part) && part.len() <= 2;
        let part: i64 = part.parse().ok().filter(|part| is_part && *part < 60)?;
        i64::checked_add(i64::checked_mul(sum, 60)?, part)
    })
}

/// A number with a fraction, where nobody writes it in another way: no zeros at its ends, no exponent, no more digits than are
/// kept, and neither so great nor so small that Java writes an exponent.
fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.')?;
    let is_plain = is_canonical(whole.strip_prefix('-').unwrap_or(whole))
        && is_digits(fraction)
        && !fraction.ends_with('0');
    let digits = whole.len().saturating_add(fraction.len());
    let number: f64 = text.parse().ok().filter(|_| is_plain && digits <= DIGITS)?;
    (1e-3..1e7).contains(&number.abs()).then_some(number)
}

/// Whether some reader of YAML takes a text for a number or a time.
fn may_be_otherwise(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if DOUBTFUL.contains(&unsigned) {
        return true;
    }
    let plain = unsigned.replace('_', "");
    let begins = |rest: &str| rest.starts_with(|one: char| one.is_ascii_digit());
    if !begins(unsigned) && !unsigned.strip_prefix('.').is_some_and(begins) {
        return false;
    }
    let of_base = |prefix: &str, radix: u32| {
        let digits = plain.to_ascii_lowercase();
        let digits = digits.strip_prefix(prefix).map(str::to_owned);
        digits.is_some_and(|rest| !rest.is_empty() && rest.chars().all(|one| one.is_digit(radix)))
    };
    let has_colons = plain.contains(':')
        && plain
            .bytes()
            .all(|one| one.is_ascii_digit() || matches!(one, b':' | b'.'));
    // Of what begins with a digit nothing else than a number is one to Rust.
    plain.parse::<f64>().is_ok()
        || of_base("0x", 16)
        || of_base("0o", 8)
        || of_base("0b", 2)
        || has_colons
        || is_time(text)
}

/// A date with a time of day. A date alone stays a text, as in the `Version` of policies that nobody quotes.
fn is_time(text: &str) -> bool {
    let at = text.find(['T', 't', ' ', '\t']);
    let Some((date, time)) = at.and_then(|at| text.split_at_checked(at)) else {
        return false;
    };
    let mut parts = date.split('-');
    let is_date = parts.next().is_some_and(|year| year.len() == 4)
        && date.split('-').count() == 3
        && date.split('-').all(is_digits);
    is_date && time.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_are_what_cloudformation_was_seen_to_read() {
        use PlainScalar::{Bool, Decimal, Doubtful, Integer, Null, Text};
        #[rustfmt::skip]
        let all: &[(&str, PlainScalar)] = &[
            ("", Null), ("~", Null), ("null", Null), ("nUll", Text),
            ("true", Bool(true)), ("yes", Bool(true)), ("On", Bool(true)), ("ON", Bool(true)), ("No", Bool(false)), ("off", Bool(false)),
            ("y", Text), ("Y", Text), ("n", Text), ("N", Text), ("yEs", Text), ("oN", Text), ("enabled", Text),
            ("0", Integer(0)), ("35", Integer(35)), ("-35", Integer(-35)), ("123456789012", Integer(123_456_789_012)),
            ("0300", Integer(192)), ("035", Integer(29)), ("01", Integer(1)), ("000000000001", Integer(1)),
            ("012345670123", Integer(1_402_433_619)), ("0x1F", Integer(31)), ("0xff", Integer(255)),
            ("190:20:30", Integer(685_230)), ("1:30", Integer(90)),
            ("5.7", Decimal(5.7)), ("-5.7", Decimal(-5.7)), ("13.11", Decimal(13.11)),
            ("012345678901", Doubtful), ("089", Doubtful), ("+35", Doubtful), ("1_000", Doubtful), ("1_", Doubtful), ("-017", Doubtful),
            ("-0", Doubtful), ("0b101", Doubtful), ("0o17", Doubtful), ("0X1F", Doubtful), ("-0x1F", Doubtful), ("0x_1F", Doubtful),
            ("1.0", Doubtful), ("13.10", Doubtful), ("1.", Doubtful), (".5", Doubtful), ("1e3", Doubtful), ("1e-3", Doubtful),
            ("12345678.5", Doubtful), ("0.0001", Doubtful), ("9007199254740993", Doubtful), ("99999999999999999999", Doubtful),
            ("1:99", Doubtful), ("01:30", Doubtful), ("0:30", Doubtful), ("1:30.5", Doubtful), ("-1:30", Doubtful), ("8080:80", Doubtful), ("8080:08", Integer(484_808)),
            (".inf", Doubtful), ("-.INF", Doubtful), (".NaN", Doubtful), ("=", Doubtful),
            ("2001-12-14t21:59:43.10-05:00", Doubtful), ("2001-12-14 21:59:43", Doubtful),
            ("2012-10-17", Text), ("2010-09-09", Text), ("2012-10-17x", Text),
            ("10.0.0.0/16", Text), ("1.2.3", Text), ("10.0.0.1", Text), ("us-east-1", Text), ("-", Text), ("+", Text), ("a:1", Text), ("_1", Text),
            ("inf", Text), ("nan", Text), ("infinity", Text), ("-inf", Text), ("0x", Text), ("0xg", Text), ("1,2", Text), ("3 days", Text),
            ("arn:aws:iam::012345670123:role/x", Text), ("03:00-04:00", Text), ("2001:db8::1", Text), ("\u{661}", Text), ("d5e3", Text),
        ];
        for (text, expected) in all {
            assert_eq!(resolved(text), *expected, "{text}");
        }
    }
}
