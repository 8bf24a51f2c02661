//! From where to where a copy goes, as far as AWS's tables ask.

use super::regions::is_opt_in;
use crate::known::Region;

/// From which Region to which a copy goes, and whether to another account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// Where it comes from.
    pub from: Region,
    /// Where it goes.
    pub to: Region,
    /// Whether it goes to another account.
    pub cross_account: bool,
}

impl Crossing {
    /// Whether it goes to another Region.
    #[must_use]
    pub fn is_cross_region(&self) -> bool {
        self.from != self.to
    }

    /// The opt-in Region that it goes to or comes from, where it goes to another Region.
    #[must_use]
    pub fn opt_in_end(&self) -> Option<&Region> {
        let mut ends = [&self.to, &self.from].into_iter();
        ends.find(|end| self.is_cross_region() && is_opt_in(end))
    }

    /// Whether it goes to another account or Region.
    #[must_use]
    pub fn leaves(&self) -> bool {
        self.cross_account || self.is_cross_region()
    }

    /// Where it goes, to end a sentence with.
    #[must_use]
    pub fn in_words(&self) -> String {
        let Self { from, to, .. } = self;
        match (self.is_cross_region(), self.cross_account) {
            (false, false) => "to another vault".to_owned(),
            (false, true) => "to another account".to_owned(),
            (true, false) => format!("from {from} to {to}"),
            (true, true) => format!("to another account and from {from} to {to} at once"),
        }
    }
}
