//! Texts that come again and again in a file, each of which is held once.

use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;

/// What was made of the texts that were read lately, so that the same text again shares it. It has at most so many places, and
/// more of them as more texts come; two texts of one place take turns.
pub struct Recent<T, const MOST: usize> {
    places: Vec<Option<T>>,
    made: usize,
}

/// How many places there are at first.
const FIRST: usize = 64;

impl<T: Clone, const MOST: usize> Recent<T, MOST> {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            places: Vec::new(),
            made: 0,
        }
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
        // In one that is nearly full most texts would meet another.
        if self.made.saturating_mul(4) >= self.places.len() && self.places.len() < MOST {
            self.grow(&text_of);
        }
        let Some(place) = place(&mut self.places, text) else {
            return make(text);
        };
        match place {
            Some(known) if text_of(known) == text => Ok(known.clone()),
            Some(_) | None => {
                let new = make(text)?;
                *place = Some(new.clone());
                self.made = self.made.saturating_add(1);
                Ok(new)
            }
        }
    }

    fn grow(&mut self, text_of: impl Fn(&T) -> &str) {
        let size = self.places.len().saturating_mul(4).max(FIRST).min(MOST);
        let mut places = Vec::new();
        places.resize_with(size, || None);
        for known in std::mem::take(&mut self.places).into_iter().flatten() {
            if let Some(place) = place(&mut places, text_of(&known)) {
                *place = Some(known);
            }
        }
        self.places = places;
    }
}

/// The place of a text.
fn place<'p, T>(places: &'p mut [Option<T>], text: &str) -> Option<&'p mut Option<T>> {
    let hash = FixedState::default().hash_one(text);
    let place = hash.checked_rem(u64::try_from(places.len()).ok()?)?;
    places.get_mut(usize::try_from(place).ok()?)
}

impl<T: Clone, const MOST: usize> Default for Recent<T, MOST> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use super::*;

    fn share<const MOST: usize>(recent: &mut Recent<Arc<str>, MOST>, text: &str) -> Arc<str> {
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

    #[test]
    fn there_is_room_for_as_many_as_it_may_hold() {
        let mut recent = Recent::<Arc<str>, 65_536>::new();
        let texts: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let first: Vec<_> = texts.iter().map(|text| share(&mut recent, text)).collect();
        let again = texts.iter().map(|text| share(&mut recent, text));
        let shared = first.iter().zip(again);
        let shared = shared.filter(|(one, other)| Arc::ptr_eq(one, other));
        assert!(shared.count() > 700);
    }
}
