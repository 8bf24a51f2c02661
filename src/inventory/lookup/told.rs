//! What accounts say of cross-account backup, added up.

use crate::known::{AccountId, HashMap};

/// What each organization's accounts say of cross-account backup, by the organization's id.
pub type ByOrganization = HashMap<Box<str>, Told>;

/// What accounts say of cross-account backup, taken together.
#[derive(Clone, Copy, Default)]
pub struct Told {
    /// The word of the management account; of several, that of the first by id.
    pub management: Option<(AccountId, bool)>,
    /// Whether all that say anything say that it is on.
    pub all: Option<bool>,
}

impl Told {
    pub fn and(&mut self, other: Self) {
        self.management = match (self.management, other.management) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        self.all = match (self.all, other.all) {
            (Some(one), Some(two)) => Some(one && two),
            (one, two) => one.or(two),
        };
    }
}
