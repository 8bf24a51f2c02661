//! What one check found, as a report has it.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::checks::Check;
use crate::verdict::{Basis, Evidence, Outcome, Status};

use super::links::{About, Links};
use super::location::Location;

/// What one check found.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// The check.
    pub check: &'static Check,
    /// What it found.
    pub found: Arc<Outcome>,
    /// The ids of the gaps that it waits for.
    pub gaps: Vec<String>,
    /// The ids of the remedies that fix it.
    pub remedies: Vec<String>,
    /// The waiver that holds for it.
    pub waived: Option<Waived>,
    /// What of a change is at fault.
    pub locations: Vec<Location>,
    /// What else of it says something of what the check asked.
    pub related: Vec<Location>,
    /// Whether it warns, and its level in the configuration is `error`.
    pub is_raised: bool,
    /// Whether it failed before a change as well, or may have.
    pub stood_before: bool,
    /// How much of its evidence is told to programs.
    seen: usize,
}

/// How much evidence of a check is told to programs, unless everything was asked for: a role that lacks five actions has twenty
/// statements that nearly allow them.
const SEEN: usize = 3;

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_nothing(number: &usize) -> bool {
    *number == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_not(told: &bool) -> bool {
    !*told
}

impl CheckReport {
    /// What a check found of a subject, which remedies know by this name.
    #[must_use]
    pub fn new(
        check: &'static Check,
        found: Arc<Outcome>,
        subject: &str,
        links: &Links<'_>,
    ) -> Self {
        let is_fixed = matches!(
            found.status,
            Status::Fail | Status::Warn | Status::Undecided
        );
        Self {
            gaps: links.gaps().ids(&found.gaps),
            remedies: if is_fixed {
                links.fixes(subject, check.id)
            } else {
                Vec::new()
            },
            waived: None,
            locations: Vec::new(),
            related: Vec::new(),
            stood_before: false,
            is_raised: found.status == Status::Warn && links.raises(check.id),
            seen: if links.tells_everything() {
                usize::MAX
            } else {
                SEEN
            },
            check,
            found,
        }
    }

    /// Says what of a change is at fault for it.
    #[must_use]
    pub fn located(mut self, about: &About<'_>, links: &Links<'_>) -> Self {
        (self.locations, self.related) = links.locations(about, self.check.id, &self.found);
        self
    }

    /// The check's id.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.check.id
    }

    /// How it came out.
    #[must_use]
    pub fn outcome(&self) -> Status {
        self.found.status
    }

    /// How it counts: a warning whose level is `error` fails.
    #[must_use]
    pub fn counted_as(&self) -> Status {
        if self.is_raised {
            Status::Fail
        } else {
            self.outcome()
        }
    }
}

/// A check as it stands in JSON.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "CheckReport")]
struct Told<'a> {
    /// The check's id, whose title and pages are under `checks`.
    id: &'static str,
    /// How it came out.
    outcome: Status,
    /// `error` where it warns and the configuration makes an error of that; absent else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    level: Option<&'static str>,
    /// That in words.
    message: &'a str,
    /// How strong AWS's word for the rule is.
    basis: Basis,
    /// What was seen, and where: the first of it, unless everything was asked for.
    evidence: &'a [Evidence],
    /// How much more was seen; absent where nothing was.
    #[serde(skip_serializing_if = "is_nothing")]
    more_evidence: usize,
    /// The StatusMessage that AWS will give, where it is a known literal.
    predicted_message: Option<&'a str>,
    /// The MessageCategory that AWS will give, where it is known.
    predicted_category: Option<&'static str>,
    /// The ids of the gaps that it waits for.
    gaps: &'a [String],
    /// The ids of the remedies that fix it.
    remedies: &'a [String],
    /// The waiver that holds for it; null where none does.
    waived: Option<&'a Waived>,
    /// What of a change is at fault.
    locations: &'a [Location],
    /// Whether the copy failed it before a change as well, or may have: then it does not count. Absent where it did not.
    #[serde(default, skip_serializing_if = "is_not")]
    stood_before: bool,
}

/// A waiver of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Waived {
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires: String,
}

impl Serialize for CheckReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let found = &*self.found;
        let predicted = found.predicted.as_deref();
        let all = &found.evidence;
        let evidence = all.get(..self.seen).unwrap_or(all);
        Told {
            id: self.check.id,
            outcome: found.status,
            level: self.is_raised.then_some("error"),
            message: &found.message,
            basis: found.basis,
            evidence,
            more_evidence: found.evidence.len().saturating_sub(evidence.len()),
            predicted_message: predicted.and_then(|of| of.message.as_deref()),
            predicted_category: predicted.and_then(|of| of.category),
            gaps: &self.gaps,
            remedies: &self.remedies,
            waived: self.waived.as_ref(),
            locations: &self.locations,
            stood_before: self.stood_before,
        }
        .serialize(serializer)
    }
}

impl JsonSchema for CheckReport {
    fn schema_name() -> Cow<'static, str> {
        Told::schema_name()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Told::json_schema(generator)
    }
}
