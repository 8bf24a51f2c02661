//! From the needs of all copies to remedies: what several checks and copies want of one thing is one remedy.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Target};
use super::key_policy::Wanted;
use super::{
    Remedy, key_policy, prove, re_encrypt, settings, split, together, trust, two_step, vault,
};
use crate::checks::Decided;
use crate::inventory::{Copy, Facts};
use crate::known::{AccountId, Arn};
use crate::verdict::{Need, PolicyOf, Status, Verdict};

/// The remedies of what fails, and what they do together.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The remedies, in the order in which they work.
    pub remedies: Vec<Remedy>,
    /// The verdict on each copy that has remedies, by its id, once all of them are made. A copy of which the facts cannot
    /// show it is left out.
    pub together: BTreeMap<String, Verdict>,
}

/// The remedies of what fails, in the order in which they work.
#[must_use]
pub fn remedies(decided: &[Decided], facts: &Facts<'_>) -> Vec<Remedy> {
    proven(decided, facts)
        .into_iter()
        .map(|draft| draft.remedy)
        .collect()
}

/// The remedies of what fails, each proven by itself, and the whole set together.
#[must_use]
pub fn propose(decided: &[Decided], facts: &Facts<'_>) -> Proposed {
    let drafts = proven(decided, facts);
    Proposed {
        together: together::verdicts(&drafts, decided, facts),
        remedies: drafts.into_iter().map(|draft| draft.remedy).collect(),
    }
}

fn proven(decided: &[Decided], facts: &Facts<'_>) -> Vec<Draft> {
    let needs = needs(decided);
    let mut drafts = drafts(&needs, decided, facts);
    drafts.sort_by(|one, other| {
        let rank = |draft: &Draft| {
            (
                draft.remedy.kind,
                draft.remedy.subject.clone(),
                draft.remedy.title.clone(),
            )
        };
        rank(one).cmp(&rank(other))
    });
    for (index, draft) in drafts.iter_mut().enumerate() {
        draft.remedy.id = format!("r{}", index + 1);
        let mut copies: Vec<String> = Vec::new();
        for target in &draft.targets {
            if let Some(decided) = decided.get(target.copy) {
                let id = decided.copy.id.to_string();
                draft.remedy.checks.push((id.clone(), target.check));
                copies.push(id);
            }
        }
        copies.sort();
        copies.dedup();
        draft.remedy.copies = copies;
    }
    link(&mut drafts);
    prove::prove(&mut drafts, decided, facts);
    drafts
}

/// Each need with the checks that have it.
fn needs(decided: &[Decided]) -> BTreeMap<&Need, BTreeSet<Target>> {
    let mut needs: BTreeMap<&Need, BTreeSet<Target>> = BTreeMap::new();
    for (copy, decided) in decided.iter().enumerate() {
        if crosses_partitions(&decided.copy) {
            continue;
        }
        for (check, outcome) in &decided.outcomes {
            if outcome.status == Status::Fail {
                for need in &outcome.needs {
                    needs.entry(need).or_default().insert(Target {
                        copy,
                        check: check.id,
                    });
                }
            }
        }
    }
    needs
}

/// Nothing helps such a copy, and AWS refuses a policy that names somebody of another partition.
fn crosses_partitions(copy: &Copy) -> bool {
    let source = copy.source_vault.as_ref().known();
    source.is_some_and(|vault| vault.partition() != copy.destination_vault.partition())
}

fn drafts(
    needs: &BTreeMap<&Need, BTreeSet<Target>>,
    decided: &[Decided],
    facts: &Facts<'_>,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut policies: BTreeMap<&PolicyOf, (Wanted, BTreeSet<Target>)> = BTreeMap::new();
    let copies = |targets: &BTreeSet<Target>| -> Vec<&Copy> {
        let places: BTreeSet<usize> = targets.iter().map(|target| target.copy).collect();
        places
            .into_iter()
            .filter_map(|place| decided.get(place))
            .map(|decided| &decided.copy)
            .collect()
    };
    for (need, targets) in needs {
        let ours = copies(targets);
        let mut made: Vec<Draft> = match need {
            Need::Share(share) => {
                let (wanted, all) = policies.entry(&share.policy).or_default();
                wanted.shares.push(share.clone());
                all.extend(targets);
                continue;
            }
            Need::Lift(lift) => {
                let (wanted, all) = policies.entry(&lift.policy).or_default();
                wanted.lifts.push(lift.clone());
                all.extend(targets);
                continue;
            }
            Need::ServiceLinkedRole { account, role } => {
                vec![settings::service_linked_role(*account, role)]
            }
            Need::CrossAccountBackup {
                management,
                organization,
            } => vec![settings::cross_account_backup(
                management.as_deref(),
                organization.as_deref(),
                &accounts(&ours),
            )],
            Need::KeyEnabled { key, to_be_deleted } => {
                vec![settings::enable_key(key, *to_be_deleted)]
            }
            Need::ImageProvider {
                account,
                region,
                provider,
            } => settings::allow_images(*account, region, provider, facts)
                .into_iter()
                .collect(),
            Need::AdvancedFeatures { account, region } => {
                vec![settings::advanced_features(*account, region, facts)]
            }
            Need::Split { through, .. } => ours
                .iter()
                .filter_map(|copy| split::draft(copy, through))
                .collect(),
            Need::Region { account, region } => vec![settings::enable_region(*account, region)],
            Need::Retention {
                vault, min, max, ..
            } => ours
                .iter()
                .map(|copy| settings::retention(copy, vault, *min, *max))
                .collect(),
            Need::Lifecycle { delete_after, .. } => ours
                .iter()
                .map(|copy| settings::lifecycle(copy, *delete_after))
                .collect(),
            Need::Trust { role } => trust::draft(role, facts).into_iter().collect(),
            Need::Vault { vault, .. } => vault::missing(vault, &ours).into_iter().collect(),
            Need::CustomerKeyOnVault { vault } => vault::beside(vault, &ours).into_iter().collect(),
            Need::CustomerKeyOnBackup {
                key, share_with, ..
            } => ours
                .iter()
                .flat_map(|copy| {
                    let group = Some(format!("{key} {}", copy.id));
                    let ways = [
                        re_encrypt::draft(copy, key, share_with.as_ref()),
                        two_step::draft(copy, key, share_with.as_ref(), &shared_by(key, needs)),
                    ];
                    ways.into_iter().flatten().map(move |draft| Draft {
                        group: group.clone(),
                        ..draft
                    })
                })
                .collect(),
        };
        for draft in &mut made {
            draft.targets = targets.iter().copied().collect();
        }
        drafts.extend(made);
    }
    for (of, (wanted, targets)) in &policies {
        if let Some(mut draft) = key_policy::draft(of, wanted, facts) {
            draft.targets = targets.iter().copied().collect();
            drafts.push(draft);
        }
    }
    join(drafts)
}

/// All that the vault in between is for, in the account and Region of a key: the copies through it share its key.
fn shared_by(key: &Arn, needs: &BTreeMap<&Need, BTreeSet<Target>>) -> Vec<Arn> {
    let mut all = BTreeSet::new();
    for need in needs.keys() {
        if let Need::CustomerKeyOnBackup {
            key: other,
            share_with: Some(principal),
            ..
        } = need
            && (other.account(), other.region()) == (key.account(), key.region())
        {
            all.insert(principal.clone());
        }
    }
    all.into_iter().collect()
}

/// Several needs may lead to the same change: it is made once, for all of them.
fn join(drafts: Vec<Draft>) -> Vec<Draft> {
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        let same = kept.iter_mut().find(|other| {
            other.remedy.kind == draft.remedy.kind
                && other.remedy.subject == draft.remedy.subject
                && other.remedy.title == draft.remedy.title
        });
        match same {
            None => kept.push(draft),
            Some(other) => {
                other.targets.extend(draft.targets);
                other.targets.sort();
                other.targets.dedup();
            }
        }
    }
    kept
}

fn accounts(copies: &[&Copy]) -> Vec<AccountId> {
    let mut accounts: Vec<AccountId> = copies
        .iter()
        .flat_map(|copy| {
            [
                copy.source_account().known(),
                copy.destination_account().known(),
            ]
        })
        .flatten()
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}

/// Which remedies must come first, and which do in place of each other.
fn link(drafts: &mut [Draft]) {
    let roles: Vec<(String, String)> = drafts
        .iter()
        .filter(|draft| draft.remedy.kind == super::RemedyKind::CreateServiceLinkedRole)
        .map(|draft| (draft.remedy.subject.clone(), draft.remedy.id.clone()))
        .collect();
    let groups: Vec<(String, Option<String>)> = drafts
        .iter()
        .map(|draft| (draft.remedy.id.clone(), draft.group.clone()))
        .collect();
    for draft in drafts {
        // A policy that names a role which does not exist cannot be saved.
        let text: String = draft.remedy.commands.concat();
        draft.remedy.requires = roles
            .iter()
            .filter(|(role, id)| *id != draft.remedy.id && text.contains(role.as_str()))
            .map(|(_, id)| id.clone())
            .collect();
        draft.remedy.alternative_to = groups
            .iter()
            .filter(|(id, group)| {
                *id != draft.remedy.id && group.is_some() && *group == draft.group
            })
            .map(|(id, _)| id.clone())
            .collect();
    }
}
