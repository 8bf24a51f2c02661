//! From the needs of all copies to remedies: what several checks and copies want of one thing is one remedy.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::take;
use std::sync::Arc;

use super::between::Betweens;
use super::draft::{Draft, Target};
use super::linked::{Taken, link, start_last};
use super::moved::Moved;
use super::prove::Proof;
use super::wanted::Wanted;
use super::{
    Parts, Remedy, RemedyKind, accepted, along, attach, key_policy, moved, prove, re_encrypt,
    retention, settings, split, together, trust, two_step, vault,
};
use crate::catalog::regions;
use crate::checks::{Alike, Decided, Failing};
use crate::inventory::{Copy, Facts, is_plan_of_policy};
use crate::known::{AccountId, Arn, HashMap, Region};
use crate::verdict::{Need, PolicyOf, Share, Verdict};

/// The remedies of what fails, and what they do together.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The remedies, in the order in which they work.
    pub remedies: Vec<Remedy>,
    /// The verdict on each copy that has remedies, by its id, once all of them are made. A copy of which the facts cannot
    /// show it is left out.
    pub together: HashMap<Arc<str>, Verdict>,
}

/// The remedies of what fails, in the order in which they work.
#[must_use]
pub fn remedies(decided: &[Decided], facts: &Facts<'_>) -> Vec<Remedy> {
    propose(decided, facts).remedies
}

/// The remedies of what fails, each proven by itself, and the whole set together.
#[must_use]
pub fn propose(decided: &[Decided], facts: &Facts<'_>) -> Proposed {
    propose_of(&failing(decided), facts)
}

/// The same, of what is left of the copies that fail.
#[must_use]
pub fn propose_of(failing: &[Failing], facts: &Facts<'_>) -> Proposed {
    let mut left_out: BTreeSet<usize> = failing
        .iter()
        .enumerate()
        .filter(|(_, failing)| failing.is_hopeless() && !may_go_otherwise(failing))
        .map(|(place, _)| place)
        .collect();
    loop {
        let (drafts, proofs) = proven(failing, &left_out, facts);
        let together = together::verdicts(&drafts, proofs, failing, facts);
        // One that goes another way may be blocked there all the same.
        let blocked = failing.iter().enumerate().filter(|(place, failing)| {
            let then = together.get(&failing.copy.id);
            failing.is_hopeless() && !left_out.contains(place) && then == Some(&Verdict::Blocked)
        });
        let blocked: Vec<usize> = blocked.map(|(place, _)| place).collect();
        if blocked.is_empty() {
            return Proposed {
                together,
                remedies: drafts.into_iter().map(|draft| *draft.remedy).collect(),
            };
        }
        left_out.extend(blocked);
    }
}

/// Whether a remedy of a copy makes it another one: into another vault, by way of one, or of another backup.
fn may_go_otherwise(failing: &Failing) -> bool {
    let mut needs = failing.needs().flat_map(|(_, needs)| needs);
    needs.any(|need| {
        matches!(
            need,
            Need::CustomerKeyOnVault { .. }
                | Need::CustomerKeyOnBackup { .. }
                | Need::Split { .. }
                | Need::AdvancedFeatures { .. }
        )
    })
}

fn failing(decided: &[Decided]) -> Vec<Failing> {
    let mut alike = Alike::default();
    let each = decided.iter();
    each.filter_map(|decided| Failing::of(decided, &mut alike))
        .collect()
}

fn proven(
    failing: &[Failing],
    left_out: &BTreeSet<usize>,
    facts: &Facts<'_>,
) -> (Vec<Draft>, Vec<Proof>) {
    let needs = needs(failing, left_out);
    let mut drafts = drafts(&needs, failing, facts);
    drafts.sort_by(|one, other| {
        let [one, other] = [one, other].map(|draft| {
            let remedy = &draft.remedy;
            (turn(remedy), &remedy.subject, &remedy.title)
        });
        one.cmp(&other)
    });
    for (index, draft) in drafts.iter_mut().enumerate() {
        draft.remedy.id = format!("r{}", index.saturating_add(1));
        let named = |target: &Target| Some((&failing.get(target.copy)?.copy.id, target.check));
        let named: Vec<(&Arc<str>, &'static str)> =
            draft.targets.iter().filter_map(named).collect();
        let mut copies: Vec<&Arc<str>> = named.iter().map(|(id, _)| *id).collect();
        copies.sort_unstable();
        copies.dedup();
        // Most are for one copy, and there are many: each takes as much room as it needs.
        draft.remedy.copies = copies.into_iter().cloned().collect();
        let checks = named.into_iter();
        draft.remedy.checks = checks.map(|(id, check)| (Arc::clone(id), check)).collect();
    }
    accepted::settle(&mut drafts, facts);
    let taken = Taken::of(&drafts);
    taken.is_for_its_takers(&mut drafts);
    link(&mut drafts, &taken);
    let proofs = prove::prove(&mut drafts, failing, facts);
    taken.is_proven_as_its_takers(&mut drafts);
    start_last(&mut drafts, |draft| {
        let mut copies = draft.targets.iter().filter_map(|it| failing.get(it.copy));
        draft.remedy.kind == RemedyKind::ChangeRetention
            && copies.any(|failing| failing.copy.plan.is_none())
    });
    (drafts, proofs)
}

/// When a change is made, by its kind; the vault that copies in two steps take, right before them.
const fn turn(remedy: &Remedy) -> (RemedyKind, bool) {
    match remedy.parts {
        Parts::Between(_) => (RemedyKind::TwoStepCopy, false),
        Parts::None
        | Parts::From(_)
        | Parts::RolePolicy { .. }
        | Parts::AttachedPolicies { .. }
        | Parts::Vault(_)
        | Parts::Kept(_)
        | Parts::TwoStep(_) => (remedy.kind, true),
    }
}

/// Whose images are to be let in, and for what.
type Providers<'n> = (Vec<&'n str>, Vec<Target>);

/// Each need with the checks that have it.
type Needs<'a> = BTreeMap<&'a Need, Vec<Target>>;

/// Those of copies that something helps: keys and vaults are not opened for the others.
fn needs<'f>(failing: &'f [Failing], left_out: &BTreeSet<usize>) -> Needs<'f> {
    let mut all = Needs::new();
    for (copy, failing) in failing.iter().enumerate() {
        if left_out.contains(&copy) || crosses_partitions(&failing.copy) {
            continue;
        }
        for (check, needs) in failing.needs() {
            for need in needs {
                let check = check.id;
                all.entry(need).or_default().push(Target { copy, check });
            }
        }
    }
    all
}

/// Nothing helps such a copy, and AWS refuses a policy that names somebody of another partition.
fn crosses_partitions(copy: &Copy) -> bool {
    let source = copy.endpoints().source_vault.as_ref().known();
    source.is_some_and(|vault| vault.partition() != copy.endpoints().destination_vault.partition())
}

fn drafts(needs: &Needs<'_>, failing: &[Failing], facts: &Facts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let betweens = Betweens::of(on_customer_keys(needs, failing));
    let copies = |targets: &[Target]| -> Vec<&Copy> {
        let places: BTreeSet<usize> = targets.iter().map(|target| target.copy).collect();
        places
            .into_iter()
            .filter_map(|place| failing.get(place))
            .map(|failing| &failing.copy)
            .collect()
    };
    let mut moved: BTreeMap<&Arn, Moved> = BTreeMap::new();
    let mut opened: Vec<(PolicyOf, Vec<Share>, &[Target])> = Vec::new();
    for (need, targets) in needs {
        let (vault, of) = if let Need::CustomerKeyOnVault { vault } = need {
            (vault, moved::instead(vault, &copies(targets), facts))
        } else if let Need::Vault { vault } = need {
            let meant = facts.vault_meant(vault);
            let into = |meant| moved::into_meant(vault, meant, &copies(targets), facts);
            (vault, meant.and_then(into))
        } else {
            continue;
        };
        if let Some(mut of) = of {
            of.is_for(targets);
            let lets_in = take(&mut of.lets_in);
            let policy = lets_in.first().map(|share| share.policy.clone());
            opened.extend(policy.map(|policy| (policy, lets_in, &**targets)));
            moved.insert(vault, of);
        }
    }
    let mut policies: BTreeMap<&PolicyOf, (Wanted, Vec<Target>)> = BTreeMap::new();
    for (policy, shares, targets) in &opened {
        let (wanted, all) = policies.entry(policy).or_default();
        wanted.shares.extend(shares.iter().cloned());
        all.extend(*targets);
    }
    let mut managed: BTreeMap<&Arn, (Vec<&Arn>, Vec<Target>)> = BTreeMap::new();
    let mut images: BTreeMap<(AccountId, &Region), Providers<'_>> = BTreeMap::new();
    let shared = on_customer_keys(needs, failing);
    let shared = shared.filter_map(|(copy, principal)| Some((copy, principal?)));
    let shared = re_encrypt::Shared::of(shared);
    let mut created = two_step::Created::default();
    let mut keys = re_encrypt::Keys::default();
    for (need, targets) in needs {
        let targets = &*moved::of_those_that_stay(need, targets, &mut moved);
        if targets.is_empty() {
            continue;
        }
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
            Need::Attach { role, policies } => {
                let (wanted, all) = managed.entry(role).or_default();
                let new = policies.iter().filter(|it| !wanted.contains(it));
                let new: Vec<&Arn> = new.collect();
                wanted.extend(new);
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
                home(&ours),
            )],
            Need::KeyEnabled { key, to_be_deleted } => {
                vec![settings::enable_key(key, *to_be_deleted)]
            }
            Need::ImageProvider {
                account,
                region,
                provider,
            } => {
                let (providers, all) = images.entry((*account, region)).or_default();
                providers.push(provider.as_str());
                all.extend(targets);
                continue;
            }
            Need::AdvancedFeatures { account, region } => {
                vec![settings::advanced_features(*account, region, facts)]
            }
            Need::Split { through, .. } => ours
                .iter()
                .filter_map(|copy| split::draft(copy, through, facts))
                .collect(),
            Need::Region { account, region } => vec![settings::enable_region(*account, region)],
            Need::Retention {
                vault, min, max, ..
            } => ours
                .iter()
                .map(|copy| retention::retention(copy, vault, (*min, *max), facts))
                .collect(),
            Need::Lifecycle { delete_after, .. } => ours
                .iter()
                .map(|copy| retention::lifecycle(copy, *delete_after, facts))
                .collect(),
            // The remedies of an audit.
            Need::Cover(_) => Vec::new(),
            Need::Trust { role } => trust::draft(role, facts).into_iter().collect(),
            Need::Vault { vault } => {
                let groups = match moved.contains_key(vault) {
                    true => moved::ways(vault, &ours),
                    false => Vec::new(),
                };
                let draft = vault::missing(vault, &ours, facts);
                draft.map(|it| Draft { groups, ..it }).into_iter().collect()
            }
            Need::CustomerKeyOnVault { .. } => continue,
            Need::CustomerKeyOnBackup {
                key, share_with, ..
            } => ours
                .iter()
                .flat_map(|copy| {
                    let groups = vec![(key.clone(), Arc::clone(&copy.id))];
                    let share_with = share_with.as_ref();
                    let between = betweens.get(copy);
                    let ways = [
                        re_encrypt::draft(copy, key, &shared, &mut keys, facts),
                        between.and_then(|between| {
                            two_step::draft(copy, share_with, between, &mut created, facts)
                        }),
                    ];
                    ways.into_iter().flatten().map(move |draft| Draft {
                        groups: groups.clone(),
                        ..draft
                    })
                })
                .collect(),
        };
        for draft in &mut made {
            draft.targets = targets.to_vec();
        }
        drafts.extend(made);
    }
    drafts.extend(keys.into_drafts().chain(created.into_drafts()));
    drafts.extend(moved.into_values().flat_map(|moved| moved.drafts));
    for (role, (policies, targets)) in managed {
        if let Some(mut draft) = attach::draft(role, &policies, facts) {
            draft.targets = targets;
            drafts.push(draft);
        }
    }
    for ((account, region), (providers, targets)) in images {
        if let Some(mut draft) = settings::allow_images(account, region, &providers, facts) {
            draft.targets = targets;
            drafts.push(draft);
        }
    }
    let attached = attached(&drafts);
    for (of, (wanted, targets)) in &policies {
        // The managed policies have that too; whether they suffice is proven.
        if let PolicyOf::Role(role) = of
            && let Some(place) = attached.get(role.as_str())
            && let Some(draft) = drafts.get_mut(*place)
        {
            draft.targets.extend(targets);
            continue;
        }
        if let Some(mut draft) = key_policy::draft(of, wanted, facts) {
            draft.targets = targets.to_vec();
            draft.groups = moved::ways_of_policy(&draft, &drafts);
            drafts.push(draft);
        }
    }
    let mut drafts = join(drafts);
    for draft in &mut drafts {
        let is_of_policy = |copy: &Copy| {
            let plan = copy.plan.as_ref();
            plan.is_some_and(|plan| is_plan_of_policy(&plan.id))
        };
        if draft.remedy.kind != RemedyKind::ChangeRetention {
            continue;
        }
        let ours = copies(&draft.targets);
        if (ours.first()).is_some_and(|copy| retention::is_said_by_rule(copy, facts)) {
            retention::settle_rule(draft, &ours, facts);
        } else if ours.iter().any(|it| is_of_policy(it)) {
            // Within a plan the copies of a rule are kept alike, in one vault.
            along::settle(draft, &ours, &along::others(&ours, facts), facts);
        }
    }
    drafts
}

/// The places of the drafts that attach managed policies, by the role.
fn attached(drafts: &[Draft]) -> HashMap<String, usize> {
    let all = drafts.iter().map(|draft| &draft.remedy).enumerate();
    let attached = all.filter(|(_, remedy)| remedy.kind == RemedyKind::AttachRolePolicy);
    // Of several the first.
    attached
        .rev()
        .map(|(place, remedy)| (remedy.subject.clone(), place))
        .collect()
}

/// The copies whose backups want a key of their own, each with the principal that may use it.
fn on_customer_keys<'a>(
    needs: &'a Needs<'_>,
    failing: &'a [Failing],
) -> impl Iterator<Item = (&'a Copy, Option<&'a Arn>)> {
    needs.iter().flat_map(|(need, targets)| {
        let principal = if let Need::CustomerKeyOnBackup { share_with, .. } = need {
            Some(share_with.as_ref())
        } else {
            None
        };
        let copies = targets.iter().filter_map(|target| failing.get(target.copy));
        copies.filter_map(move |failing| Some((&failing.copy, principal?)))
    })
}

/// Several needs may lead to the same change: it is made once, for all of them. Nothing is moved: there may be a hundred thousand.
fn join(mut drafts: Vec<Draft>) -> Vec<Draft> {
    let mut first: HashMap<(RemedyKind, String, String), usize> = HashMap::default();
    let mut again: Vec<Option<usize>> = Vec::with_capacity(drafts.len());
    for (place, Draft { remedy, .. }) in drafts.iter().enumerate() {
        let change = (remedy.kind, remedy.subject.clone(), remedy.title.clone());
        let of = *first.entry(change).or_insert(place);
        again.push((of != place).then_some(of));
    }
    for (place, of) in again.iter().enumerate() {
        let Some(of) = of else { continue };
        let again = drafts.get_mut(place);
        let more = again.map(|draft| (take(&mut draft.targets), take(&mut draft.groups)));
        if let (Some(kept), Some((targets, groups))) = (drafts.get_mut(*of), more) {
            kept.targets.extend(targets);
            kept.groups.extend(groups);
        }
    }
    let mut again = again.into_iter();
    drafts.retain(|_| again.next().flatten().is_none());
    drafts.shrink_to_fit();
    for draft in &mut drafts {
        draft.targets.sort();
        draft.targets.dedup();
    }
    drafts
}

/// The Region that a setting of the whole organization of some copies is made from.
fn home(copies: &[&Copy]) -> Region {
    let vaults = copies
        .iter()
        .map(|copy| &copy.endpoints().destination_vault);
    let partition = vaults.map(|vault| vault.partition()).next();
    regions::home(partition.map_or("aws", |partition| partition.as_str()))
}

fn accounts(copies: &[&Copy]) -> Vec<AccountId> {
    let mut accounts: Vec<AccountId> = copies
        .iter()
        .flat_map(|copy| {
            [
                copy.endpoints().source_account().known(),
                copy.endpoints().destination_account().known(),
            ]
        })
        .flatten()
        .collect();
    accounts.sort_unstable();
    accounts.dedup();
    accounts
}
