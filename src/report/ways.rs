//! In which ways it can be fixed: which changes do in place of which others, and which are made together.

use std::collections::{BTreeMap, BTreeSet};

use crate::known::HashMap;
use crate::remedy::{Remedy, RemedyKind};

use super::links::by_number;
use super::table::words;

/// The ids of a way that are named.
const NAMED: usize = 3;

/// What is needed: one of these ways, where there are several.
#[derive(Debug)]
pub struct Choice<'r> {
    /// The ways: those that are proven, and then the others, in the order of their first changes.
    pub ways: Vec<FixWay<'r>>,
    /// How many copies it is for.
    pub copies: usize,
}

/// Changes that are made together.
#[derive(Debug)]
pub struct FixWay<'r> {
    /// The changes, in the order of their numbers.
    pub changes: Vec<&'r Remedy>,
    /// How many copies they are for.
    pub copies: usize,
}

/// Remedies that do in place of one another, and those which go with them.
struct Exchangeable<'r> {
    copies: usize,
    ways: Vec<FixWay<'r>>,
}

/// What is needed of these changes, all of it. What has no other way is one choice; what has the same kinds of ways is another.
#[must_use]
pub fn choices<'r>(remedies: impl IntoIterator<Item = &'r Remedy>) -> Vec<Choice<'r>> {
    let mut all: Vec<&Remedy> = remedies.into_iter().collect();
    all.sort_by(|one, other| by_number(&one.id, &other.id));
    all.dedup_by(|one, other| one.id == other.id);
    let mut places: BTreeMap<Vec<BTreeSet<RemedyKind>>, usize> = BTreeMap::new();
    let mut choices: Vec<Choice<'r>> = Vec::new();
    for Exchangeable { copies, ways } in groups(&all) {
        let kinds = match ways.as_slice() {
            [_] => Vec::new(),
            several => several.iter().map(FixWay::kinds).collect(),
        };
        let place = *places.entry(kinds).or_insert(choices.len());
        match choices.get_mut(place) {
            None => choices.push(Choice { ways, copies }),
            Some(choice) => {
                choice.copies = choice.copies.saturating_add(copies);
                for (all, more) in choice.ways.iter_mut().zip(ways) {
                    all.copies = all.copies.saturating_add(more.copies);
                    all.changes.extend(more.changes);
                }
            }
        }
    }
    for way in choices.iter_mut().flat_map(|choice| &mut choice.ways) {
        way.changes
            .sort_by(|one, other| by_number(&one.id, &other.id));
    }
    for choice in &mut choices {
        choice.ways.sort_by_key(|way| !way.is_proven());
    }
    choices
}

/// How a change stands to the one before it in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// It is the first.
    First,
    /// It goes with that one.
    With,
    /// It does in place of that one, and of what goes with it.
    Or,
    /// It is needed besides, whichever way is gone.
    Besides,
}

impl Link {
    /// Its word; `first` for the first.
    #[must_use]
    pub const fn word(self, first: &'static str) -> &'static str {
        match self {
            Self::First => first,
            Self::With => "with",
            Self::Or => "or",
            Self::Besides => "and",
        }
    }
}

/// The changes of these ids, those that go together beside each other, each with how it stands to the one before it.
#[must_use]
pub fn linked<'r>(all: &'r [Remedy], ids: &[String]) -> Vec<(Link, &'r Remedy)> {
    let mut linked: Vec<(Link, &Remedy)> = Vec::new();
    for choice in choices(all.iter().filter(|remedy| ids.contains(&remedy.id))) {
        for (way, one) in choice.ways.iter().enumerate() {
            for (place, remedy) in one.changes.iter().enumerate() {
                let link = match (linked.is_empty(), way, place) {
                    (true, ..) => Link::First,
                    (false, 0, 0) => Link::Besides,
                    (false, _, 0) => Link::Or,
                    (false, ..) => Link::With,
                };
                linked.push((link, remedy));
            }
        }
    }
    linked
}

/// What is needed of the changes of these ids: `r3, and r1 or r2`.
#[must_use]
pub fn needed(all: &[Remedy], ids: &[String]) -> String {
    let choices = choices(all.iter().filter(|remedy| ids.contains(&remedy.id)));
    let choices: Vec<String> = choices.iter().map(Choice::ids).collect();
    choices.join(", and ")
}

/// The changes that lead to one another as those that would do in their place.
fn groups<'r>(all: &[&'r Remedy]) -> Vec<Exchangeable<'r>> {
    let places = all.iter().enumerate();
    let places: HashMap<&str, usize> = places.map(|(at, remedy)| (&*remedy.id, at)).collect();
    let mut is_taken = vec![false; all.len()];
    let mut take = |at: usize| {
        let taken = is_taken.get_mut(at);
        taken.is_some_and(|taken| !std::mem::replace(taken, true))
    };
    let mut groups = Vec::new();
    for first in 0..all.len() {
        if !take(first) {
            continue;
        }
        let mut of_it = vec![first];
        let mut next = 0;
        while let Some(remedy) = of_it.get(next).and_then(|at| all.get(*at)) {
            let others = remedy.alternative_to.iter();
            let others = others.filter_map(|id| places.get(&**id).copied());
            of_it.extend(others.filter(|at| take(*at)));
            next = next.saturating_add(1);
        }
        of_it.sort_unstable();
        groups.push(Exchangeable::of(
            of_it.iter().filter_map(|at| all.get(*at).copied()),
        ));
    }
    groups
}

impl<'r> Exchangeable<'r> {
    fn of(remedies: impl Iterator<Item = &'r Remedy>) -> Self {
        let mut ways: Vec<Vec<&Remedy>> = Vec::new();
        for remedy in remedies {
            let goes_with = |way: &&mut Vec<&Remedy>| {
                let mut all = way.iter();
                !all.any(|other| remedy.alternative_to.contains(&other.id))
            };
            match ways.iter_mut().find(goes_with) {
                Some(way) => way.push(remedy),
                None => ways.push(vec![remedy]),
            }
        }
        let all = ways.iter().flatten();
        Self {
            copies: copies(all),
            ways: ways.into_iter().map(FixWay::of).collect(),
        }
    }
}

fn copies<'a>(remedies: impl Iterator<Item = &'a &'a Remedy>) -> usize {
    let copies: BTreeSet<&str> = remedies
        .flat_map(|remedy| remedy.copies.iter().map(|id| &**id))
        .collect();
    copies.len()
}

impl<'r> FixWay<'r> {
    fn of(changes: Vec<&'r Remedy>) -> Self {
        Self {
            copies: copies(changes.iter()),
            changes,
        }
    }

    fn kinds(&self) -> BTreeSet<RemedyKind> {
        self.changes.iter().map(|remedy| remedy.kind).collect()
    }

    /// The changes that no other of it requires: what it comes to.
    #[must_use]
    pub fn ends(&self) -> Vec<&'r Remedy> {
        let required = self.changes.iter().flat_map(|remedy| &remedy.requires);
        let required: BTreeSet<&String> = required.collect();
        let ends = self.changes.iter().copied();
        ends.filter(|remedy| !required.contains(&remedy.id))
            .collect()
    }

    /// The changes, those of one kind together.
    #[must_use]
    pub fn by_kind(&self) -> Vec<Vec<&'r Remedy>> {
        let mut kinds: Vec<Vec<&Remedy>> = Vec::new();
        for remedy in &self.changes {
            let is_alike = |all: &&mut Vec<&Remedy>| all.iter().any(|it| it.kind == remedy.kind);
            match kinds.iter_mut().find(is_alike) {
                Some(kind) => kind.push(remedy),
                None => kinds.push(vec![remedy]),
            }
        }
        kinds
    }

    /// Whether all of it is proven.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        let mut changes = self.changes.iter();
        changes.all(|remedy| remedy.proven == Some(true))
    }

    /// Its ids: `r2 and r3`, `r1, r2, r3 and 37 more`.
    #[must_use]
    pub fn ids(&self) -> String {
        let ids: Vec<String> = self.changes.iter().map(|of| of.id.clone()).collect();
        match ids.as_slice() {
            [rest @ .., last] if !rest.is_empty() && rest.len() < NAMED => {
                format!("{} and {last}", rest.join(", "))
            }
            all => words::few(all, NAMED),
        }
    }
}

impl Choice<'_> {
    /// Of how many copies a way is, where it is not of all of them: ` (1 of 2 copies)`.
    #[must_use]
    pub fn part(&self, way: &FixWay<'_>) -> String {
        if way.copies == self.copies {
            return String::new();
        }
        format!(" ({} of {})", way.copies, words::copies(self.copies))
    }

    /// The ids of the ways: `r1, or r2 and r3`.
    #[must_use]
    pub fn ids(&self) -> String {
        let ways = self.ways.iter();
        let ids: Vec<String> = ways.map(|way| way.ids() + &self.part(way)).collect();
        let is_plain = self.ways.iter().all(|way| way.changes.len() == 1);
        ids.join(if is_plain { " or " } else { ", or " })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remedy(id: &str, kind: RemedyKind, instead: &[&str], copies: &[&str]) -> Remedy {
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let mut remedy = Remedy::new(kind, String::new(), String::new());
        remedy.id = id.to_owned();
        remedy.alternative_to = all(instead);
        remedy.copies = copies.iter().map(|id| (*id).into()).collect();
        remedy
    }

    fn told(remedies: &[Remedy]) -> Vec<String> {
        let choices = choices(remedies);
        choices.iter().map(Choice::ids).collect()
    }

    #[test]
    fn what_helps_a_copy_each_is_made_together() {
        use RemedyKind::{ReEncrypt, TwoStepCopy};
        let all = [
            remedy("r1", ReEncrypt, &["r2", "r3"], &["a", "b"]),
            remedy("r2", TwoStepCopy, &["r1"], &["a"]),
            remedy("r3", TwoStepCopy, &["r1"], &["b"]),
        ];
        assert_eq!(told(&all), ["r1, or r2 and r3"]);
        let all = [
            remedy("r1", ReEncrypt, &["r2"], &["a", "b"]),
            remedy("r2", TwoStepCopy, &["r1"], &["a"]),
        ];
        assert_eq!(told(&all), ["r1 or r2 (1 of 2 copies)"]);
    }

    /// Who is in a hurry takes the first.
    #[test]
    fn a_way_that_is_proven_comes_first() {
        use RemedyKind::{CreateKey, CreateVault, ReEncrypt, TwoStepCopy};
        let mut all = [
            remedy("r1", CreateKey, &["r3", "r4"], &["a"]),
            remedy("r2", ReEncrypt, &["r3", "r4"], &["a"]),
            remedy("r3", CreateVault, &["r1", "r2"], &["a"]),
            remedy("r4", TwoStepCopy, &["r1", "r2"], &["a"]),
        ];
        assert_eq!(told(&all), ["r1 and r2, or r3 and r4"]);
        for change in &mut all[2..] {
            change.proven = Some(true);
        }
        assert_eq!(told(&all), ["r3 and r4, or r1 and r2"]);
    }

    #[test]
    fn what_has_the_same_ways_is_one_choice_and_what_has_none_another() {
        use RemedyKind::{KeyPolicy, ReEncrypt, TwoStepCopy};
        let all = [
            remedy("r1", ReEncrypt, &["r11"], &["a"]),
            remedy("r2", ReEncrypt, &["r12"], &["b"]),
            remedy("r3", KeyPolicy, &[], &["a"]),
            remedy("r11", TwoStepCopy, &["r1"], &["a"]),
            remedy("r12", TwoStepCopy, &["r2"], &["b"]),
        ];
        assert_eq!(told(&all), ["r1 and r2, or r11 and r12", "r3"]);
    }

    #[test]
    fn what_goes_together_is_told_from_what_does_in_its_place() {
        use RemedyKind::{KeyPolicy, ReEncrypt, TwoStepCopy};
        let all = [
            remedy("r1", ReEncrypt, &["r2", "r3"], &["a", "b"]),
            remedy("r2", TwoStepCopy, &["r1"], &["a"]),
            remedy("r3", TwoStepCopy, &["r1"], &["b"]),
            remedy("r4", KeyPolicy, &[], &["a"]),
            remedy("r5", KeyPolicy, &[], &["c"]),
        ];
        let of = |ids: &[&str]| {
            let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
            let linked = linked(&all, &ids).into_iter();
            let linked = linked.map(|(link, remedy)| format!("{} {}", link.word("fix"), remedy.id));
            (needed(&all, &ids), linked.collect::<Vec<_>>().join(", "))
        };
        for (ids, expected, links) in [
            (
                &["r1", "r2"][..],
                "r1 or r2 (1 of 2 copies)",
                "fix r1, or r2",
            ),
            (&["r4", "r5"], "r4 and r5", "fix r4, with r5"),
            (
                &["r1", "r2", "r3", "r4"],
                "r1, or r2 and r3, and r4",
                "fix r1, or r2, with r3, and r4",
            ),
            (&[], "", ""),
        ] {
            assert_eq!(of(ids), (expected.to_owned(), links.to_owned()));
        }
    }
}
