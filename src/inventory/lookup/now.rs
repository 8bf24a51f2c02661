//! What time it is: the one place that says so. That is when the facts were read, unless somebody named another moment.

use crate::inventory::word::Timestamp;

use super::Facts;
use super::memory::Memory;

impl<'a> Facts<'a> {
    /// The same facts, as of a moment.
    #[must_use]
    pub fn as_of(mut self, at: Option<Timestamp>) -> Self {
        self.at = at;
        self.memory = Memory::default();
        self
    }

    /// The same facts, as of the moment by which a planned copy is made, in milliseconds since 1970. `None` where there is no such
    /// moment.
    #[must_use]
    pub fn as_planned(&self, at: i128) -> Option<Self> {
        let planned = Some(Timestamp::at(at)?);
        Some(Self {
            planned,
            ..self.clone()
        })
    }

    /// The moment that was named, if one was.
    #[must_use]
    pub const fn assumed_at(&self) -> Option<&Timestamp> {
        self.at.as_ref()
    }

    /// When the facts were read; of the lowest layer. Of several files the earliest.
    pub(super) fn read_at(&self) -> Option<&'a Timestamp> {
        self.stack.last()?.inventory.collected_at.value()
    }

    /// The same of the file that was read last: what it says holds then, and copies come after it.
    pub(super) fn read_last_at(&self) -> Option<&'a Timestamp> {
        self.read_at().map(Timestamp::latest)
    }

    /// The moment that everything is decided as of.
    #[must_use]
    pub fn at(&self) -> Option<&Timestamp> {
        self.planned.as_ref().or_else(|| self.starts_after())
    }

    /// The moment after which rules start: that of everything else, but where a planned copy is decided as of when it is made.
    fn starts_after(&self) -> Option<&Timestamp> {
        self.at.as_ref().or_else(|| self.read_last_at())
    }

    /// The same in milliseconds since 1970.
    #[must_use]
    pub fn next_start_after(&self) -> Option<i128> {
        self.starts_after().map(Timestamp::milliseconds)
    }

    /// The same in milliseconds since 1970.
    #[must_use]
    pub fn now(&self) -> Option<i128> {
        self.at().map(Timestamp::milliseconds)
    }

    /// The last moment of which the facts can say what had happened by then: of what comes after they were read they say
    /// nothing.
    #[must_use]
    pub fn known_until(&self) -> Option<i128> {
        let read = self.read_at()?.milliseconds();
        Some(self.now().map_or(read, |now| now.min(read)))
    }

    /// Whether a moment, in milliseconds since 1970, has come.
    pub(super) fn has_come(&self, moment: i128) -> bool {
        self.now().is_some_and(|now| now > moment)
    }

    /// Whether a moment lies after the facts were read, and has come as of the moment that was named: what they say of a
    /// thing's state is from before it.
    pub(super) fn comes_to_pass(&self, moment: i128) -> bool {
        let read = self.read_at().map(Timestamp::milliseconds);
        (self.at.is_some() || self.planned.is_some())
            && self.has_come(moment)
            && read.is_none_or(|read| read <= moment)
    }
}
