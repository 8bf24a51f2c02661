//! What a reader comes back with: what it read, and a gap for everything that it could not.

use crate::known::{AccountId, ApiCall, Gap, Region};

use super::reply::{CallError, CallErrorKind};

/// What was read, and what could not be.
#[derive(Clone, Debug)]
pub struct Found<T> {
    /// What was read.
    pub value: T,
    /// What could not be, each with the call and the permission that would settle it.
    pub gaps: Vec<Gap>,
}

impl<T> Found<T> {
    /// All of it was read.
    pub fn all(value: T) -> Self {
        Self {
            value,
            gaps: Vec::new(),
        }
    }

    /// The value, its gaps added to others.
    pub fn into_value(self, gaps: &mut Vec<Gap>) -> T {
        gaps.extend(self.gaps);
        self.value
    }
}

impl<T> Found<Option<T>> {
    /// What was read as a list of one thing, or of none.
    pub fn into_list(self) -> Found<Vec<T>> {
        Found {
            value: self.value.into_iter().collect(),
            gaps: self.gaps,
        }
    }

    /// None of it was read.
    pub fn nothing(gap: Gap) -> Self {
        Self {
            value: None,
            gaps: vec![gap],
        }
    }
}

impl<T> Found<Option<Vec<T>>> {
    /// What the items of a list were read as. `None` where one was not: the rest would pass for all.
    pub fn whole(items: impl IntoIterator<Item = Found<Option<T>>>) -> Self {
        let mut gaps = Vec::new();
        let read: Vec<Option<T>> = items
            .into_iter()
            .map(|found| found.into_value(&mut gaps))
            .collect();
        Self {
            value: read.into_iter().collect(),
            gaps,
        }
    }
}

/// Where a call is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The account.
    pub account: AccountId,
    /// The Region; `None` for a global service.
    pub region: Option<Region>,
}

impl Place {
    /// A Region of an account.
    pub fn new(account: AccountId, region: &Region) -> Self {
        Self {
            account,
            region: Some(region.clone()),
        }
    }

    /// An account, for a global service.
    pub const fn global(account: AccountId) -> Self {
        Self {
            account,
            region: None,
        }
    }

    /// The gap of a call that failed.
    pub fn gap(&self, call: ApiCall, subject: &str, error: &CallError) -> Gap {
        let gap = self.unasked(call, subject).answered(&*error.code);
        match error.kind {
            CallErrorKind::Refused | CallErrorKind::NotThere => gap,
            // What failed for another reason than a permission takes none.
            CallErrorKind::Throttled | CallErrorKind::Failed => gap.permitted_by(None),
        }
    }

    /// The gap of a call that was not made.
    pub fn unasked(&self, call: ApiCall, subject: &str) -> Gap {
        Gap::call(call, subject).within(Some(self.account), self.region.as_ref())
    }
}

/// The same gap where another permission than the call's own would settle it.
pub fn settled_by(gap: Gap, permission: ApiCall) -> Gap {
    if gap.permission().is_none() {
        return gap;
    }
    gap.permitted_by(Some(permission))
}
