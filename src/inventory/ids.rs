//! Ids of copies: each of its own.

use std::sync::Arc;

use super::copy::Named;
use crate::known::HashSet;

/// Gives every copy an id of its own, and sorts them by it. Of several with one id the first keeps it, and the others get
/// the next free numbers, from `#2` on, in their order; one that `is_taken` already counts as the first.
pub fn tell_apart(copies: &mut [Named], is_taken: impl Fn(&str) -> bool) {
    copies.sort_by(|one, other| one.id.cmp(&other.id));
    let mut given: Vec<(usize, Arc<str>)> = Vec::new();
    let mut new: HashSet<Arc<str>> = HashSet::default();
    let mut number = 1_usize;
    let mut before: Option<&str> = None;
    for (place, copy) in copies.iter().enumerate() {
        let id = &*copy.id;
        let is_first = before != Some(id);
        before = Some(id);
        if is_first {
            number = 1;
            if !is_taken(id) {
                continue;
            }
        }
        loop {
            number = number.saturating_add(1);
            let next: Arc<str> = format!("{id}#{number}").into();
            let is_there =
                is_taken(&next) || copies.binary_search_by(|copy| copy.id.cmp(&next)).is_ok();
            if !is_there && new.insert(next.clone()) {
                given.push((place, next));
                break;
            }
        }
    }
    if given.is_empty() {
        return;
    }
    for (place, id) in given {
        if let Some(copy) = copies.get_mut(place) {
            copy.id = id;
        }
    }
    copies.sort_by(|one, other| one.id.cmp(&other.id));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Start;
    use crate::known::{Arn, Fact, Gap};

    fn named(id: &str) -> Named {
        Named {
            id: id.into(),
            resource: None,
            recovery_point: None,
            source_vault: None,
            destination_vault: Arn::parse("arn:aws:backup:us-east-2:111122223333:backup-vault:v")
                .unwrap(),
            role: Fact::unknown(Gap::not_named("role", "x")),
            lifecycle: Fact::Known(None),
            start: Start::Scheduled,
            plan: None,
            assumptions: Vec::new(),
            copy_of: None,
            made: Fact::Known(()),
        }
    }

    #[test]
    fn an_id_that_is_taken_gets_the_next_free_number() {
        for (ids, taken, given) in [
            (&["a", "b", "a"][..], &[][..], &["a", "a#2", "b"][..]),
            (&["a", "a", "a#2"], &[], &["a", "a#2", "a#3"]),
            (&["a", "a"], &["a", "a#2"], &["a#3", "a#4"]),
            (&["a", "a#2", "a#2"], &["a"], &["a#2", "a#2#2", "a#3"]),
        ] {
            let mut copies: Vec<Named> = ids.iter().map(|id| named(id)).collect();
            tell_apart(&mut copies, |id| taken.contains(&id));
            let found: Vec<&str> = copies.iter().map(|copy| &*copy.id).collect();
            assert_eq!(found, given, "{ids:?} beside {taken:?}");
        }
    }
}
