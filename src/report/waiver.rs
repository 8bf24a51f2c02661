//! The waivers of a run, and what became of each.

use schemars::JsonSchema;
use serde::Serialize;

use super::table::words::count;

/// A waiver, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct WaiverReport {
    /// The check.
    pub check: String,
    /// What it is selected by: subject, copy, resource, vault, account or region.
    pub selector: &'static str,
    /// The pattern that this must match.
    pub pattern: String,
    /// Why it may wait.
    pub reason: String,
    /// The last day on which it may.
    pub expires: String,
    /// What became of it.
    pub fate: Fate,
    /// How many findings it met.
    pub findings: usize,
    /// Where it stands: file, line and column.
    pub at: String,
    /// What may be meant, of one that met nothing, in a clause.
    #[serde(skip)]
    pub instead: Option<String>,
}

/// What became of a waiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It waives what it met.
    Used,
    /// Its day has gone by: what it met counts again.
    Expired,
    /// It met nothing.
    Unused,
}

impl WaiverReport {
    /// What became of it, in a line.
    #[must_use]
    pub fn says(&self) -> String {
        let of = format!("{} of {} `{}`", self.check, self.selector, self.pattern);
        let Self {
            reason,
            expires,
            findings,
            at,
            ..
        } = self;
        match self.fate {
            Fate::Used => format!(
                "{of}, {}, until {expires}: {reason}",
                count(*findings, "finding")
            ),
            Fate::Expired => {
                let again = match findings {
                    0 => "it matches nothing".to_owned(),
                    1 => "1 finding counts again".to_owned(),
                    many => format!("{many} findings count again"),
                };
                format!("{of} expired on {expires}: {again} ({at}; its reason: {reason})")
            }
            Fate::Unused => match &self.instead {
                Some(instead) => format!("{of} matches nothing: {instead} ({at})"),
                None => format!("{of} matches nothing; take it out of {at}"),
            },
        }
    }

    /// The word for what became of it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self.fate {
            Fate::Used => "waived",
            Fate::Expired => "expired waiver",
            Fate::Unused => "unused waiver",
        }
    }
}
