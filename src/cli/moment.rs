//! A moment of the command line.

use jiff::Timestamp;
use jiff::civil::Date;

/// A moment in RFC 3339, or a date, which is its beginning in UTC.
pub fn parse(text: &str) -> Result<Timestamp, String> {
    let moment: Result<Timestamp, _> = match text.parse::<Date>() {
        Ok(day) if text.len() == day.to_string().len() => format!("{day}T00:00:00Z").parse(),
        Ok(_) | Err(_) => text.parse(),
    };
    moment.map_err(|_| {
        format!(
            "`{text}` is not a time: expected RFC 3339, such as `2027-01-31T12:00:00Z`, or a date, such as `2027-01-31`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_an_offset_and_a_date_begins_in_utc() {
        for (text, moment) in [
            ("2027-01-31", Some("2027-01-31T00:00:00Z")),
            ("2027-01-31T12:00:00+02:00", Some("2027-01-31T10:00:00Z")),
            ("2027-01-31T12:00:00Z", Some("2027-01-31T12:00:00Z")),
            ("2027-01-31T12:00:00", None),
            ("2027-02-30", None),
            ("31.01.2027", None),
            ("tomorrow", None),
            ("", None),
        ] {
            let found = parse(text).ok().map(|at| at.to_string());
            assert_eq!(found.as_deref(), moment, "{text}");
        }
    }
}
