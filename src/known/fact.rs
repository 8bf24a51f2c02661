//! A fact that was read, or the reason why it was not.

use super::Gap;

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
