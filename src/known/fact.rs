//! A fact that was read, or the reason why it was not.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

/// A fact that matters and is not known, with the call and the permission that would settle it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
pub struct Gap {
    /// The account that the call would be made in: twelve digits. Null where it is not known.
    pub account: Option<String>,
    /// The Region that the call would be made in. Null for a global service or where it is not known.
    pub region: Option<String>,
    /// The call that reads the fact, as `service:Operation`.
    pub operation: String,
    /// What the fact is about: an ARN, or an id.
    pub subject: String,
    /// The error code that AWS answered with. Null when nobody asked.
    pub error: Option<String>,
    /// The IAM action that permits the call.
    pub permission: String,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(f, "{} on {} answered {error}", self.operation, self.subject),
            None => write!(f, "not read: {} on {}", self.operation, self.subject),
        }
    }
}

/// A fact of the user's AWS environment: known, or unknown with what would settle it.
///
/// `Known(None)` of a `Fact<Option<T>>` means that it was looked up and is not there. `Unknown` means that nobody
/// could look. The two never meet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Fact<T> {
    /// The fact was read.
    Known(T),
    /// The fact was not read.
    Unknown(Box<Gap>),
}

impl<T> Fact<T> {
    /// The fact that a gap leaves open.
    pub fn unknown(gap: Gap) -> Self {
        Self::Unknown(Box::new(gap))
    }

    /// What was read, or `None` where nothing was.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// A fact about the same thing, seen through a function.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(f(value)),
            Self::Unknown(gap) => Fact::Unknown(gap),
        }
    }

    /// A fact that another one leads to; unknown where either is.
    pub fn and_then<U>(self, f: impl FnOnce(T) -> Fact<U>) -> Fact<U> {
        match self {
            Self::Known(value) => f(value),
            Self::Unknown(gap) => Fact::Unknown(gap),
        }
    }

    /// The same fact, borrowed.
    pub fn as_ref(&self) -> Fact<&T> {
        match self {
            Self::Known(value) => Fact::Known(value),
            Self::Unknown(gap) => Fact::Unknown(gap.clone()),
        }
    }
}
