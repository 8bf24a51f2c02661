//! Texts that come again and again in a file, each of which is held once.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

/// What was made of the texts that were read lately, so that the same text again shares it. It has so many places; two
/// texts of one place take turns.
pub struct Recent<T, const PLACES: usize>([Option<T>; PLACES]);

impl<T: Clone, const PLACES: usize> Recent<T, PLACES> {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self([const { None }; PLACES])
    }

    /// What was made of this text lately, else what is made of it now. `text_of` gives back the text of a thing.
    ///
    /// # Errors
    /// Where nothing can be made of it.
    pub fn of<E>(
        &mut self,
        text: &str,
        text_of: impl Fn(&T) -> &str,
        make: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, E> {
        let hash = FixedState::default().hash_one(text);
        let place = hash.checked_rem(PLACES as u64);
        let place = place.and_then(|place| usize::try_from(place).ok());
        let Some(place) = place.and_then(|place| self.0.get_mut(place)) else {
            return make(text);
        };
        match place {
            Some(known) if text_of(known) == text => Ok(known.clone()),
            Some(_) | None => {
                let new = make(text)?;
                *place = Some(new.clone());
                Ok(new)
            }
        }
    }
}

impl<T: Clone, const PLACES: usize> Default for Recent<T, PLACES> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use super::*;

    fn share<const PLACES: usize>(recent: &mut Recent<Arc<str>, PLACES>, text: &str) -> Arc<str> {
        let made = recent.of(text, |known| known, |text| Ok::<_, Infallible>(text.into()));
        made.unwrap()
    }

    #[test]
    fn the_same_text_again_is_shared() {
        let mut recent = Recent::<Arc<str>, 64>::new();
        let one = share(&mut recent, "one");
        assert!(Arc::ptr_eq(&one, &share(&mut recent, "one")));
    }

    #[test]
    fn texts_of_one_place_are_told_apart() {
        let mut recent = Recent::<Arc<str>, 1>::new();
        for text in ["one", "other", "one"] {
            assert_eq!(&*share(&mut recent, text), text);
        }
    }
}
