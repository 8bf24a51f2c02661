//! What leaves its account, counted; and the copies that there are.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::resource::{Leaves, ResourceFound};
use super::words::date;
use crate::catalog::key_states::{KeyUse, key_use};
use crate::inventory::{EncryptedWith, Facts, NewestCopy, RecoveryPoint};
use crate::known::{AccountId, Arn, Count as _, Fact, Gap, ResourceType};

/// The milliseconds of a day.
const DAY: i128 = 24 * 60 * 60 * 1000;

/// What leaves its account, and the copies that there are.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Coverage {
    /// All resources of types that can leave their account.
    #[serde(flatten)]
    pub all: Counts,
    /// The same by account and type.
    pub by: Vec<OfType>,
    /// The resources that a change no longer takes out of their account; empty where none is judged.
    pub lost: Vec<Arn>,
    /// The newest completed copy of each resource, by destination vault.
    pub copies: Vec<CopyThere>,
    /// The recovery points in other accounts whose resource is no longer there.
    pub without_source: Vec<WithoutSource>,
    /// Where there may be more resources: what was not read.
    #[serde(skip)]
    pub open: Vec<Gap>,
    /// Whether all resources were listed.
    pub complete: bool,
}

/// How many resources leave their account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// All of them.
    pub resources: usize,
    /// Those of which a copy is made to another account.
    pub leave: usize,
    /// Those of which one will succeed.
    pub feasibly: usize,
    /// Those of which it is not known whether one does.
    pub unknown: usize,
}

/// The resources of a type in an account.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OfType {
    /// The account.
    pub account: AccountId,
    /// The type; null where that is not known.
    pub resource_type: Option<ResourceType>,
    /// How many.
    #[serde(flatten)]
    pub counts: Counts,
}

/// The newest completed copy of a resource in a vault of another account.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CopyThere {
    /// What was copied.
    pub resource: Arn,
    /// The vault that it lies in.
    pub vault: Arn,
    /// The recovery point; null where only the copy job tells of it.
    pub recovery_point: Option<Arn>,
    /// When it was made.
    pub made: String,
    /// The whole days since then; null where nobody says when the facts were read.
    pub age_days: Option<i64>,
    /// When it is deleted; null where it never is, absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Option<String>>,
    /// Whether it can be restored from.
    pub restorable: Restorable,
    /// Why it cannot, or what is not known.
    pub why: Option<String>,
}

/// Whether a copy can be restored from, as far as its state and its key tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Restorable {
    /// It has expired, or its key cannot be used.
    No,
    /// That was not read.
    Unknown,
    /// It is complete and not expired, and its key can be used.
    Yes,
}

/// A recovery point whose resource is no longer there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WithoutSource {
    /// It.
    pub recovery_point: Arn,
    /// The vault that it lies in.
    pub vault: Arn,
    /// What it is a backup of.
    pub resource: Arn,
}

impl Counts {
    fn add(&mut self, leaves: Leaves) {
        self.resources.one_more();
        self.feasibly.one_more_if(leaves == Leaves::Out);
        self.unknown
            .one_more_if(matches!(leaves, Leaves::Open { .. }));
        let with_a_copy = match leaves {
            Leaves::Out => true,
            Leaves::Open { with_a_copy } | Leaves::Missed { with_a_copy, .. } => with_a_copy,
            Leaves::NotOfItsType => false,
        };
        self.leave.one_more_if(with_a_copy);
    }
}

impl Coverage {
    /// That of the resources of an audit.
    pub(super) fn of<'r>(
        resources: impl Iterator<Item = &'r ResourceFound> + Clone,
        facts: &Facts<'_>,
    ) -> Self {
        let mut coverage = Self::default();
        let mut by: BTreeMap<(AccountId, Option<&ResourceType>), Counts> = BTreeMap::new();
        let mut places = BTreeSet::new();
        let could = resources.filter(|resource| resource.leaves != Leaves::NotOfItsType);
        for resource in could {
            coverage.all.add(resource.leaves);
            let of = by.entry((resource.account, resource.of.as_ref()));
            of.or_default().add(resource.leaves);
            places.insert((resource.account, &resource.region));
            let newest = facts.newest_copies(&resource.arn, resource.account);
            let there = newest.into_iter();
            let there = there.map(|(vault, copy)| there_is(&resource.arn, vault, &copy, facts));
            coverage.copies.extend(there);
        }
        let by = by.into_iter().map(|((account, of), counts)| OfType {
            account,
            resource_type: of.cloned(),
            counts,
        });
        coverage.by = by.collect();
        coverage.without_source = without_source(facts);
        coverage.open = facts.places_not_listed();
        for (account, region) in facts.places() {
            // What AWS refused says more than that they are not said to be all.
            let refused = facts.list_refused(account, region, |_| true);
            match facts.resources_are_all(account, region) {
                Fact::Unknown(gap) => coverage.open.push(refused.unwrap_or(*gap)),
                Fact::Known(()) => coverage.open.extend(refused),
            }
        }
        coverage.complete = coverage.open.is_empty();
        coverage
    }
}

fn there_is(resource: &Arn, vault: &Arn, copy: &NewestCopy<'_>, facts: &Facts<'_>) -> CopyThere {
    let now = facts.now();
    let kept = copy.point.map(|point| facts.point_days_kept(&point.arn));
    let (kept, unread) = match kept {
        Some(Fact::Known(days)) => (Some(days), None),
        Some(Fact::Unknown(gap)) => (None, Some(gap)),
        None => (None, None),
    };
    let at = |days: i64| {
        copy.made
            .saturating_add(i128::from(days).saturating_mul(DAY))
    };
    let expires = kept.map(|days| days.map(at));
    let has_expired = now.zip(expires.flatten()).is_some_and(|(now, at)| now > at);
    let (restorable, why) = match copy.point {
        None => (
            Restorable::Unknown,
            Some("only its copy job tells of it: its vault was not listed".to_owned()),
        ),
        Some(_) if has_expired => (Restorable::No, Some("its retention is over".to_owned())),
        Some(point) if facts.point_is_past(&point.arn, "DeleteAt") => (
            Restorable::Unknown,
            Some("its `CalculatedLifecycle` says that it is deleted by now".to_owned()),
        ),
        Some(point) => match by_vault(vault, facts) {
            (Restorable::Yes, _) => match (by_key(point, facts), unread) {
                // It may have expired.
                ((Restorable::Yes, _), Some(gap)) => (Restorable::Unknown, Some(gap.to_string())),
                (other, _) => other,
            },
            other => other,
        },
    };
    CopyThere {
        resource: resource.clone(),
        vault: vault.clone(),
        recovery_point: copy.point.map(|point| point.arn.clone()),
        made: date(copy.made),
        age_days: now.and_then(|now| i64::try_from(now.saturating_sub(copy.made) / DAY).ok()),
        expires: expires.map(|at| at.map(date)),
        restorable,
        why,
    }
}

/// Whether the vault that a recovery point lies in is there.
fn by_vault(vault: &Arn, facts: &Facts<'_>) -> (Restorable, Option<String>) {
    let name = vault.name();
    match facts.vault_state(vault) {
        Fact::Known(Some("AVAILABLE")) => (Restorable::Yes, None),
        Fact::Known(Some(state)) => (
            Restorable::Unknown,
            Some(format!("the vault `{name}` is {state}")),
        ),
        Fact::Known(None) => (
            Restorable::Unknown,
            Some(format!(
                "the vault `{name}` is not there, and the recovery point was listed"
            )),
        ),
        Fact::Unknown(gap) => (Restorable::Unknown, Some(gap.to_string())),
    }
}

/// Whether the key of a recovery point can be used.
fn by_key(point: &RecoveryPoint, facts: &Facts<'_>) -> (Restorable, Option<String>) {
    let unknown = |gap: &Gap| (Restorable::Unknown, Some(gap.to_string()));
    let key = match facts.point_key(&point.arn) {
        Fact::Known(EncryptedWith::Key(key)) => key,
        Fact::Known(EncryptedWith::AwsOwnedKey | EncryptedWith::Nothing) => {
            return (Restorable::Yes, None);
        }
        Fact::Unknown(gap) => return unknown(&gap),
    };
    match facts.key_state(&key) {
        Fact::Known(Some(state)) => match key_use(state) {
            Some(KeyUse::Usable) => match facts.key_manager(&key) {
                Fact::Known(_) => (Restorable::Yes, None),
                Fact::Unknown(gap) => unknown(&gap),
            },
            Some(KeyUse::Disabled | KeyUse::ToBeDeleted | KeyUse::Waits(_)) => {
                (Restorable::No, Some(format!("its key `{key}` is {state}")))
            }
            None => (
                Restorable::Unknown,
                Some(format!(
                    "its key `{key}` is {state}, and no page says what that is"
                )),
            ),
        },
        Fact::Known(None) => (
            Restorable::No,
            Some(format!("its key `{key}` does not exist")),
        ),
        Fact::Unknown(gap) => unknown(&gap),
    }
}

/// The recovery points in other accounts whose resource is known to be gone: AWS said so, or it is not in a whole list of a
/// Region in which its type is switched on.
fn without_source(facts: &Facts<'_>) -> Vec<WithoutSource> {
    let mut found = Vec::new();
    for point in facts.recovery_points_found() {
        let (Some(vault), Some(resource)) =
            (point.backup_vault_arn.value(), point.resource_arn.value())
        else {
            continue;
        };
        let Some((account, region)) = resource.account().zip(resource.region()) else {
            continue;
        };
        if vault.account() == Some(account) {
            continue;
        }
        let gone = match facts.resource_exists(resource) {
            Fact::Known(exists) => !exists,
            Fact::Unknown(_) => {
                let listed = facts.resources_are_all(account, &region) == Fact::Known(());
                let of = point.resource_type.value().cloned();
                let of = of.or_else(|| ResourceType::of_resource(resource));
                listed
                    && !facts.resource_is_listed(resource)
                    && of.is_some_and(|of| {
                        facts.opted_in(account, &region, &of) == Fact::Known(Some(true))
                    })
            }
        };
        if gone {
            found.push(WithoutSource {
                recovery_point: point.arn.clone(),
                vault: vault.clone(),
                resource: resource.clone(),
            });
        }
    }
    found.sort_by(|one, other| {
        (&one.resource, &one.recovery_point).cmp(&(&other.resource, &other.recovery_point))
    });
    found
}
