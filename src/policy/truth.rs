//! Three-valued truth: what is true whatever the unknown facts are, what is false whatever they are, and the rest.

/// Whether something holds, as far as the facts that were read can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Truth {
    /// It does not hold, whatever the unknown facts are.
    False,
    /// It depends on a fact that was not read.
    Unknown,
    /// It holds, whatever the unknown facts are.
    True,
}

impl Truth {
    /// Both hold.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
        }
    }

    /// One of them holds, or both.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, Self::False) => Self::False,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
        }
    }

    /// The same where both agree, else unknown: one of the two is the case, and nobody knows which.
    #[must_use]
    pub fn either(self, other: Self) -> Self {
        if self == other { self } else { Self::Unknown }
    }

    /// All hold; true of none.
    pub fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::True;
        for truth in truths {
            result = result.and(truth);
            if result == Self::False {
                break;
            }
        }
        result
    }

    /// One holds at least; false of none.
    pub fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut result = Self::False;
        for truth in truths {
            result = result.or(truth);
            if result == Self::True {
                break;
            }
        }
        result
    }
}

impl std::ops::Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }
}

impl From<bool> for Truth {
    fn from(known: bool) -> Self {
        if known { Self::True } else { Self::False }
    }
}

#[cfg(test)]
mod tests {
    use super::Truth::{self, False, True, Unknown};

    #[test]
    fn an_unknown_that_cannot_change_the_answer_does_not_make_it_unknown() {
        assert_eq!(Unknown.and(False), False);
        assert_eq!(True.or(Unknown), True);
        assert_eq!(Unknown.and(True), Unknown);
        assert_eq!(Unknown.or(False), Unknown);
        assert_eq!(!Unknown, Unknown);
    }

    #[test]
    fn all_of_none_is_true_and_any_of_none_is_false() {
        assert_eq!(Truth::all([]), True);
        assert_eq!(Truth::any([]), False);
        assert_eq!(Truth::all([True, Unknown, False]), False);
        assert_eq!(Truth::any([False, Unknown, True]), True);
    }

    #[test]
    fn two_cases_of_which_one_holds_are_settled_only_where_they_agree() {
        assert_eq!(True.either(True), True);
        assert_eq!(False.either(False), False);
        assert_eq!(True.either(False), Unknown);
    }
}
