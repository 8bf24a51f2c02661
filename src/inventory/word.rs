//! The frame's own small values.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::merge::{Conflicts, Merge, short};

/// The name of the file format. Reading any other is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaId;

impl SchemaId {
    /// The name, as it stands in the file.
    pub const NAME: &'static str = "backup-preflight/inventory/v1";
}

impl Serialize for SchemaId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(Self::NAME)
    }
}

impl<'de> Deserialize<'de> for SchemaId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        if name == Self::NAME {
            Ok(Self)
        } else {
            let instead = match name.starts_with("backup-preflight/report/") {
                true => "; a report is given as --baseline FILE",
                false => "",
            };
            Err(de::Error::custom(format_args!(
                "schema `{name}` is not known: expected `{}`{instead}",
                Self::NAME
            )))
        }
    }
}

impl JsonSchema for SchemaId {
    fn schema_name() -> Cow<'static, str> {
        "SchemaId".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "const": Self::NAME})
    }
    fn inline_schema() -> bool {
        true
    }
}

/// A moment, as RFC 3339 text. Of two files' moments the earlier stands, and the later is kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamp {
    text: Box<str>,
    moment: OffsetDateTime,
    later: Option<Box<Timestamp>>,
}

impl Timestamp {
    /// Reads a moment such as `2026-11-22T10:00:00Z`; `None` where the text is no such thing.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Some(Self {
            text: text.into(),
            moment,
            later: None,
        })
    }

    /// Whether a number is seconds since 1970: those of a moment after the year 9999 are milliseconds, as other programs count.
    #[must_use]
    pub fn is_seconds(number: f64) -> bool {
        const END_OF_9999: f64 = 253_402_300_799.0;
        number <= END_OF_9999
    }

    /// A moment of the clock, to the second.
    #[must_use]
    pub fn of(moment: OffsetDateTime) -> Self {
        let moment = moment.replace_nanosecond(0).unwrap_or(moment);
        // RFC 3339 has no year past 9999, which is the one thing that can fail.
        let text = moment.format(&Rfc3339).unwrap_or_default().into();
        Self {
            text,
            moment,
            later: None,
        }
    }

    /// The latest of the moments of several files: nothing of what they say is judged as of one before it.
    #[must_use]
    pub fn latest(&self) -> &Self {
        self.later.as_deref().unwrap_or(self)
    }

    /// The moment so many milliseconds after 1970, to the second; `None` where there is no such moment.
    #[must_use]
    pub fn at(milliseconds: i128) -> Option<Self> {
        let seconds = i64::try_from(milliseconds.div_euclid(1000)).ok()?;
        OffsetDateTime::from_unix_timestamp(seconds)
            .ok()
            .map(Self::of)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn milliseconds(&self) -> i128 {
        self.moment.unix_timestamp_nanos() / 1_000_000
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format_args!(
                "`{text}` is not a time: expected RFC 3339, like `2026-11-22T10:00:00Z`"
            ))
        })
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date-time"})
    }
    fn inline_schema() -> bool {
        true
    }
}

impl Merge for Timestamp {
    fn merge(&mut self, other: Self, _: &mut Conflicts) {
        let latest = [&*self, &other].map(Self::latest);
        let latest = latest.into_iter().max_by_key(|one| one.moment).cloned();
        if (other.moment, &other.text) < (self.moment, &self.text) {
            *self = other;
        }
        let is_later = |latest: &Self| latest.moment > self.moment;
        self.later = latest.filter(is_later).map(Box::new);
    }
}

/// What people call an account. It decides nothing: of two files' names the first of the alphabet stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct AccountName(pub Box<str>);

impl Merge for AccountName {
    fn merge(&mut self, other: Self, _: &mut Conflicts) {
        if other < *self {
            *self = other;
        }
    }
}

/// Whether a list is whole. One file that says so is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(transparent, inline)]
pub struct Whole(pub bool);

impl Merge for Whole {
    fn merge(&mut self, other: Self, _: &mut Conflicts) {
        self.0 |= other.0;
    }
}

/// Who starts a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Start {
    /// `StartCopyJob`, by hand or by a program.
    OnDemand,
    /// A rule of a backup plan.
    Scheduled,
}

impl Start {
    /// Its word in files and reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "on-demand",
            Self::Scheduled => "scheduled",
        }
    }
}

impl Merge for Start {
    fn merge(&mut self, other: Self, conflicts: &mut Conflicts) {
        if *self != other {
            conflicts.differ(format!("`{}` and `{}`", short(self), short(&other)));
        }
    }
}
