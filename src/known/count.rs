//! Counting up, without an end that is passed.

/// A number of things, counted one by one.
pub trait Count {
    /// One more.
    fn one_more(&mut self);
    /// One more, where it is one.
    fn one_more_if(&mut self, is_one: bool);
}

impl Count for usize {
    fn one_more(&mut self) {
        *self = self.saturating_add(1);
    }

    fn one_more_if(&mut self, is_one: bool) {
        *self = self.saturating_add(Self::from(is_one));
    }
}
