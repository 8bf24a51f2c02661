//! What ties remedies to each other: which come first, which do in place of each other, and what several of them take.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Group};
use super::{RemedyKind, moved};
use crate::known::HashMap;

/// The keys and vaults that other remedies take, by their places, each with the places of those.
pub struct Taken(BTreeMap<usize, Vec<usize>>);

impl Taken {
    /// Those among drafts.
    pub fn of(drafts: &[Draft]) -> Self {
        let made = drafts.iter().enumerate().filter(|(_, draft)| {
            let kinds = [RemedyKind::CreateKey, RemedyKind::CreateVault];
            draft.targets.is_empty() && kinds.contains(&draft.remedy.kind)
        });
        let made: HashMap<&str, usize> = made
            .map(|(place, draft)| (&*draft.remedy.subject, place))
            .collect();
        let mut all: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (place, draft) in drafts.iter().enumerate() {
            let takes = draft.takes.as_ref();
            if let Some(of) = takes.and_then(|it| made.get(it.as_str())) {
                all.entry(*of).or_default().push(place);
            }
        }
        Self(all)
    }

    /// What is taken fixes what those fix that take it.
    pub fn is_for_its_takers(&self, drafts: &mut [Draft]) {
        for (place, takers) in &self.0 {
            let remedies = takers.iter().filter_map(|taker| drafts.get(*taker));
            let remedies: Vec<_> = remedies.map(|draft| &draft.remedy).collect();
            let copies = remedies.iter().flat_map(|remedy| &remedy.copies);
            let copies: BTreeSet<_> = copies.cloned().collect();
            let checks = remedies.iter().flat_map(|remedy| &remedy.checks);
            let checks: BTreeSet<_> = checks.cloned().collect();
            if let Some(draft) = drafts.get_mut(*place) {
                draft.remedy.copies = copies.into_iter().collect();
                draft.remedy.checks = checks.into_iter().collect();
            }
        }
    }

    /// What is taken is shown to work where all that take it are; where they differ, nothing is shown of it.
    pub fn is_proven_as_its_takers(&self, drafts: &mut [Draft]) {
        for (place, takers) in &self.0 {
            let takers = takers.iter().filter_map(|taker| drafts.get(*taker));
            let mut proofs = takers.map(|draft| draft.remedy.proven);
            let first = proofs.next().flatten();
            let proven = first.filter(|_| proofs.all(|proven| proven == first));
            if let Some(draft) = drafts.get_mut(*place) {
                draft.remedy.proven = proven;
            }
        }
    }
}

/// Which remedies must come first, and which do in place of each other.
pub fn link(drafts: &mut [Draft], taken: &Taken) {
    let links = links(drafts, taken);
    for (draft, [first, others]) in drafts.iter_mut().zip(links) {
        draft.remedy.requires = first;
        draft.remedy.alternative_to = others;
    }
}

/// What starts a copy comes after all else that the copy takes.
pub fn start_last(drafts: &mut [Draft], starts: impl Fn(&Draft) -> bool) {
    let mut of_copies: HashMap<usize, Vec<usize>> = HashMap::default();
    for (place, draft) in drafts.iter().enumerate() {
        if starts(draft) || !draft.remedy.alternative_to.is_empty() {
            continue;
        }
        for target in &draft.targets {
            of_copies.entry(target.copy).or_default().push(place);
        }
    }
    let first = |draft: &Draft| {
        let targets = draft.targets.iter();
        let before = targets.filter_map(|target| of_copies.get(&target.copy));
        let places: BTreeSet<usize> = before.flatten().copied().collect();
        let ids = places.into_iter().filter_map(|place| drafts.get(place));
        ids.map(|it| it.remedy.id.clone()).collect::<Vec<_>>()
    };
    let last = drafts.iter().enumerate().filter(|(_, draft)| starts(draft));
    let last: Vec<(usize, Vec<String>)> =
        last.map(|(place, draft)| (place, first(draft))).collect();
    for (place, before) in last {
        if let Some(draft) = drafts.get_mut(place) {
            let requires = &mut draft.remedy.requires;
            let more = before.into_iter().filter(|id| !requires.contains(id));
            let more: Vec<String> = more.collect();
            requires.extend(more);
        }
    }
}

/// The ids of those that must come before each, and of those that do in its place.
fn links(drafts: &[Draft], taken: &Taken) -> Vec<[Vec<String>; 2]> {
    let ids = |places: &BTreeSet<usize>| -> Vec<String> {
        let drafts = places.iter().filter_map(|place| drafts.get(*place));
        drafts.map(|draft| draft.remedy.id.clone()).collect()
    };
    let first = first(drafts, taken);
    let others = others(drafts, taken);
    let each = first.iter().zip(&others).zip(drafts);
    let mut all: Vec<[Vec<String>; 2]> = each
        .map(|((first, others), draft)| {
            let mut first = ids(first);
            first.extend(moved::opens(draft, drafts));
            [first, ids(others)]
        })
        .collect();
    // What must come first is of the same way.
    let places = drafts.iter().enumerate();
    let places: HashMap<&str, usize> = places.map(|(at, it)| (&*it.remedy.id, at)).collect();
    let same: Vec<(usize, String)> = drafts
        .iter()
        .zip(&all)
        .flat_map(|(draft, [first, _])| {
            let before = first.iter().filter_map(|id| places.get(id.as_str()));
            before.map(|place| (*place, draft.remedy.id.clone()))
        })
        .collect();
    for [first, others] in &mut all {
        others.retain(|id| !first.contains(id));
    }
    for (place, taker) in same {
        if let Some([_, others]) = all.get_mut(place) {
            others.retain(|id| *id != taker);
        }
    }
    all
}

/// The places of those that must come before each: a policy that names a role which does not exist cannot be saved.
fn first(drafts: &[Draft], taken: &Taken) -> Vec<BTreeSet<usize>> {
    let created = drafts.iter().enumerate();
    let created = created.filter(|(_, it)| it.remedy.kind == RemedyKind::CreateServiceLinkedRole);
    let roles: HashMap<&str, usize> = created
        .map(|(place, draft)| (&*draft.remedy.subject, place))
        .collect();
    let named = drafts.iter().enumerate().map(|(place, draft)| {
        let texts = draft.remedy.commands.iter().filter(|_| !roles.is_empty());
        let named = texts.flat_map(|text| arns(text));
        let named = named.filter_map(|arn| roles.get(arn).copied());
        named.filter(|role| *role != place).collect()
    });
    let mut all: Vec<BTreeSet<usize>> = named.collect();
    for (place, takers) in &taken.0 {
        let mut before = all.get(*place).cloned().unwrap_or_default();
        before.insert(*place);
        for taker in takers {
            if let Some(its) = all.get_mut(*taker) {
                its.extend(&before);
            }
        }
    }
    all
}

/// The places of those that do in place of each. What is taken goes with those that take it: it is one of several ways where each
/// of them is.
fn others(drafts: &[Draft], taken: &Taken) -> Vec<BTreeSet<usize>> {
    let mut groups: HashMap<&Group, Vec<usize>> = HashMap::default();
    for (place, draft) in drafts.iter().enumerate() {
        for group in &draft.groups {
            groups.entry(group).or_default().push(place);
        }
    }
    let alike = drafts.iter().enumerate().map(|(place, draft)| {
        let alike = draft.groups.iter().filter_map(|group| groups.get(group));
        let alike = alike.flatten().copied();
        alike.filter(|other| *other != place).collect()
    });
    let alike: Vec<BTreeSet<usize>> = alike.collect();
    let has_others = |place: &usize| alike.get(*place).is_some_and(|it| !it.is_empty());
    let optional = taken.0.iter();
    let optional = optional.filter(|(_, takers)| takers.iter().all(has_others));
    let optional: Vec<(usize, &Vec<usize>)> = optional.map(|(of, takers)| (*of, takers)).collect();
    let each = optional.iter();
    let each = each.flat_map(|(of, takers)| takers.iter().map(move |taker| (*taker, *of)));
    let takes: HashMap<usize, usize> = each.collect();
    let mut all = alike.clone();
    for (place, takers) in optional {
        let of_takers = takers.iter().filter_map(|taker| alike.get(*taker));
        let mut instead: BTreeSet<usize> = of_takers.flatten().copied().collect();
        instead.retain(|other| !takers.contains(other));
        for other in &instead {
            if let Some(of_other) = all.get_mut(*other) {
                of_other.insert(place);
            }
        }
        let of_others = instead.iter().filter_map(|other| takes.get(other).copied());
        let of_others: Vec<usize> = of_others.collect();
        instead.extend(of_others);
        if let Some(own) = all.get_mut(place) {
            *own = instead;
        }
    }
    all
}

/// The ARNs that a command names.
fn arns(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("arn:").filter_map(|(at, _)| {
        let rest = text.get(at..)?;
        let end = rest.find(['"', '\'', ',', '\\', ' ', '\n']);
        rest.get(..end.unwrap_or(rest.len()))
    })
}
