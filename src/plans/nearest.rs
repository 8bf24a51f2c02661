//! What comes nearest to taking a resource that no plan takes, and what excludes it.

use crate::inventory::{Facts, Tags};
use crate::known::{AccountId, Arn, Fact, Region, ResourceType, near};

use super::Plan;
use super::condition::{Condition, Holds, Operator};
use super::pattern::{has_wildcard, matches};
use super::selected::switched_off;
use super::selection::Selection;

/// One thing for which a selection does not take a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Miss {
    /// None of its ARNs and patterns is the resource's. `near`: one that nearly is.
    NotNamed {
        /// An ARN that is a few letters off.
        near: Option<String>,
    },
    /// `NotResources` leaves it out.
    LeftOut {
        /// The ARN or pattern.
        by: String,
    },
    /// Its type is switched off in AWS Backup's settings of the Region.
    SwitchedOff(ResourceType),
    /// It has none of the tags of which it must have one, or lacks one that it must have.
    Tag {
        /// The tag that is asked for.
        wanted: Condition,
        /// The tag of the resource that comes nearest.
        has: Option<(String, String)>,
    },
    /// It has a tag that it must not have.
    Excluded {
        /// What excludes it.
        by: Condition,
        /// The value of its tag.
        has: String,
    },
    /// The plan is of another Region, and takes nothing of this one.
    OtherRegion,
}

/// The selection that comes nearest to taking a resource.
#[derive(Clone, Debug)]
pub struct Nearest<'p> {
    /// Its plan.
    pub plan: &'p Plan,
    /// It.
    pub selection: &'p Selection,
    /// What excludes the resource: all of it.
    pub misses: Vec<Miss>,
    /// The other plans of the place that would take the resource as well, were the one thing that excludes it otherwise.
    pub others: Vec<&'p Plan>,
    /// How far it is from taking the resource.
    distance: usize,
}

/// How far another plan is that copies nothing out of the account: taking the resource would not help it.
const COPIES_NOTHING: usize = 1_000;

impl Miss {
    /// How far it is from being none: a letter is 1.
    fn distance(&self) -> usize {
        match self {
            Self::NotNamed { near: Some(_) } => 5,
            Self::SwitchedOff(_) => 10,
            Self::Excluded { .. } => 15,
            Self::LeftOut { .. } => 20,
            Self::OtherRegion => 30,
            Self::NotNamed { near: None } => 40,
            Self::Tag { has: None, .. } => 25,
            Self::Tag {
                wanted,
                has: Some((key, value)),
            } => letters(&wanted.key, key).saturating_add(letters(&wanted.value, value).min(20)),
        }
    }
}

/// How many letters two texts differ by.
#[must_use]
pub fn letters(one: &str, other: &str) -> usize {
    strsim::osa_distance(one, other)
}

/// The selection of some plans that comes nearest to taking a resource, the first of those that are as near. Plans that copy
/// it out of its account come before those that do not.
#[must_use]
pub fn nearest<'p>(
    plans: impl IntoIterator<Item = &'p Plan>,
    resource: &Arn,
    (account, region): (AccountId, &Region),
    facts: &Facts<'_>,
) -> Option<Nearest<'p>> {
    let of = |plan: &'p Plan| {
        let copies = plan.copies_out_of(account);
        plan.selections.iter().map(move |selection| {
            let mut misses = selection.misses(resource, (account, region), facts);
            if plan.region != *region {
                misses.push(Miss::OtherRegion);
            }
            let far = misses.iter().map(Miss::distance).sum::<usize>();
            let distance = far.saturating_add(if copies { 0 } else { COPIES_NOTHING });
            Nearest {
                plan,
                selection,
                misses,
                others: Vec::new(),
                distance,
            }
        })
    };
    let plans: Vec<&Plan> = plans.into_iter().collect();
    let all = plans.iter().copied().flat_map(of);
    let mut nearest = all.min_by_key(|one| one.distance)?;
    let mut others = plans;
    others.retain(|plan| {
        let is_other = plan.id != nearest.plan.id && plan.region == *region;
        let would = |selection: &Selection| {
            would_take(
                selection,
                &nearest.misses,
                resource,
                (account, region),
                facts,
            )
        };
        is_other && plan.selections.iter().any(would)
    });
    nearest.others = others;
    Some(nearest)
}

/// Whether a selection takes a resource once the one thing that excludes it from another is otherwise: a tag that it lacks, or its
/// type that is switched off.
fn would_take(
    selection: &Selection,
    misses: &[Miss],
    resource: &Arn,
    place: (AccountId, &Region),
    facts: &Facts<'_>,
) -> bool {
    match misses {
        [Miss::SwitchedOff(_)] => selection.misses(resource, place, facts) == misses,
        [Miss::Tag { wanted, .. }] if wanted.operator == Operator::StringEquals => {
            let now = facts.resource_tags(resource).known().flatten();
            let others = now.into_iter().flat_map(Tags::iter);
            let others = others.filter(|(key, _)| *key != wanted.key);
            let tags = Tags::of(others.chain([(&*wanted.key, &*wanted.value)]));
            let tags = Fact::Known(Some(&tags));
            selection
                .misses_with(&tags, resource, place, facts)
                .is_empty()
        }
        _ => false,
    }
}

impl Selection {
    /// Everything for which it does not take a resource, in the order in which AWS Backup looks. Tags that were not read
    /// exclude nothing.
    #[must_use]
    pub fn misses(
        &self,
        resource: &Arn,
        place: (AccountId, &Region),
        facts: &Facts<'_>,
    ) -> Vec<Miss> {
        self.misses_with(&facts.resource_tags(resource), resource, place, facts)
    }

    /// The same, had it these tags.
    fn misses_with(
        &self,
        tags: &Fact<Option<&Tags>>,
        resource: &Arn,
        (account, region): (AccountId, &Region),
        facts: &Facts<'_>,
    ) -> Vec<Miss> {
        let mut misses = Vec::new();
        let arn = resource.as_str();
        let named = self.resources.is_empty() || self.resources.iter().any(|it| matches(it, arn));
        if !named {
            let near = self
                .resources
                .iter()
                .filter(|text| !has_wildcard(text))
                .filter_map(|text| Some((near::off_by(text, arn, 2)?, text)))
                .min();
            let near = near.map(|(_, text)| text.clone());
            misses.push(Miss::NotNamed { near });
        }
        if let Some(by) = self.not_resources.iter().find(|it| matches(it, arn)) {
            misses.push(Miss::LeftOut { by: by.clone() });
        }
        if let Some(of) = switched_off(self, resource, (account, region), facts) {
            misses.push(Miss::SwitchedOff(of));
        }
        let listed = self.list_of_tags.iter();
        if !self.list_of_tags.is_empty() && listed.clone().all(|tag| tag.holds(tags) == Holds::No) {
            let nearest = listed.filter_map(|tag| tag.miss(tags));
            misses.extend(nearest.min_by_key(Miss::distance));
        }
        let failing = self.conditions.iter().filter_map(|one| one.miss(tags));
        misses.extend(failing);
        misses
    }
}

impl Condition {
    /// Why tags do not meet it; `None` where they do, or may.
    fn miss(&self, tags: &Fact<Option<&Tags>>) -> Option<Miss> {
        if self.holds(tags) != Holds::No {
            return None;
        }
        let Fact::Known(tags) = tags else {
            return None;
        };
        let own = tags.and_then(|tags| tags.get(&self.key));
        match (self.operator, own) {
            (Operator::StringNotEquals | Operator::StringNotLike, Some(has)) => {
                Some(Miss::Excluded {
                    by: self.clone(),
                    has: (*has).to_owned(),
                })
            }
            (_, Some(has)) => Some(Miss::Tag {
                wanted: self.clone(),
                has: Some((self.key.clone(), (*has).to_owned())),
            }),
            (_, None) => Some(Miss::Tag {
                wanted: self.clone(),
                has: tags.and_then(|tags| self.nearly(tags)),
            }),
        }
    }

    /// A tag whose key is nearly the one that is asked for.
    fn nearly(&self, tags: &Tags) -> Option<(String, String)> {
        let near = tags.iter().filter_map(|(key, value)| {
            let off = letters(&self.key, key);
            let is_near =
                off <= 2.min(self.key.chars().count() / 3) || key.eq_ignore_ascii_case(&self.key);
            is_near.then(|| (off, key.to_owned(), value.to_owned()))
        });
        near.min().map(|(_, key, value)| (key, value))
    }
}
