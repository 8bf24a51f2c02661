//! The copies go into another vault than one whose key will not do, or that is missing: what that takes, one change for each who
//! makes it.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::format_smolstr;

use super::RemedyKind;
use super::along;
use super::beside::Beside;
use super::change::{Change, CopyChange};
use super::command::comment;
use super::draft::{Draft, Group, Target};
use super::redirected::{made_in, redirected};
use super::retention::is_rules_target;
use super::vault::create;
use crate::inventory::{Copy, Facts, Named};
use crate::known::Arn;
use crate::policy::Effect;
use crate::verdict::{Lift, Need, PolicyOf, Share};

/// The changes by which copies go into another vault.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The creation of the vault, where it is to be created, and the change of the copies.
    pub drafts: Vec<Draft>,
    /// Whom a vault that is there must let in besides.
    pub lets_in: Vec<Share>,
}

impl Moved {
    /// For whom it is.
    pub fn is_for(&mut self, targets: &[Target]) {
        for draft in &mut self.drafts {
            draft.targets.extend(targets);
        }
    }
}

/// How copies go into another vault: one that is created, or one that is there.
pub fn instead(vault: &Arn, copies: &[&Copy], facts: &Facts<'_>) -> Option<Moved> {
    // What a rule sends to its target no copy action does.
    if copies.iter().any(|copy| is_rules_target(copy, facts)) {
        return None;
    }
    let others = along::others(copies, facts);
    // Where a backup policy has `$account` in the vault's place, another account's copies go to a vault of its own.
    let along = others.iter().filter(|it| it.destination_vault == *vault);
    let along = along.filter_map(|named: &Named| named.role.as_ref().known());
    let ours = copies.iter();
    let ours = ours.filter_map(|copy| copy.endpoints().role.as_ref().known());
    let roles: Vec<&Arn> = ours.chain(along).collect();
    let place = Beside::of(vault, copies, &roles, facts)?;
    to(&place, vault, (copies, &others), &roles, facts)
}

/// How copies of a vault that is missing go into one that is there, and is called nearly so.
pub fn into_meant(
    missing: &Arn,
    meant: &Arn,
    copies: &[&Copy],
    facts: &Facts<'_>,
) -> Option<Moved> {
    if copies.iter().any(|copy| is_rules_target(copy, facts)) {
        return None;
    }
    let others = along::others(copies, facts);
    let roles = copies.iter();
    let roles = roles.filter_map(|copy| copy.endpoints().role.as_ref().known());
    let roles: Vec<&Arn> = roles.collect();
    // What keeps them out of it besides, the checks say once they are to go there.
    let place = Beside::into(meant, copies, &roles, facts);
    let place = place.unwrap_or_else(|| Beside::There(meant.clone()));
    let mut moved = to(&place, missing, (copies, &others), &roles, facts)?;
    for draft in &mut moved.drafts {
        draft.groups = ways(missing, copies);
    }
    Some(moved)
}

/// What tells the ways of copies whose vault is missing from those of others.
pub fn ways(missing: &Arn, copies: &[&Copy]) -> Vec<Group> {
    let copies = copies.iter();
    copies
        .map(|copy| (missing.clone(), Arc::clone(&copy.id)))
        .collect()
}

/// The same of the policy of the vault that is there, where it is opened for them alone.
pub fn ways_of_policy(policy: &Draft, all: &[Draft]) -> Vec<Group> {
    if policy.remedy.kind != RemedyKind::VaultPolicy {
        return Vec::new();
    }
    let is_into = |draft: &&Draft| {
        let change = draft.change.as_ref().map(|change| &change.copy);
        !draft.groups.is_empty()
            && matches!(change, Some(CopyChange::Destination(to)) if to.as_str() == policy.remedy.subject)
            && policy.targets.iter().all(|it| draft.targets.contains(it))
    };
    let into = all.iter().find(is_into);
    into.map_or_else(Vec::new, |draft| draft.groups.clone())
}

/// How copies go into another vault.
fn to(
    place: &Beside,
    vault: &Arn,
    (copies, others): (&[&Copy], &[Named]),
    roles: &[&Arn],
    facts: &Facts<'_>,
) -> Option<Moved> {
    let new = place.vault();
    let mut sends = sends(vault, new, copies, facts)?;
    let mut made = Vec::new();
    let (facts_then, lets_in) = match place {
        Beside::Free(new) => {
            let create = created(new, vault, roles)?;
            let change = create.change.clone();
            made.push(create);
            (change?.facts, Vec::new())
        }
        Beside::There(_) => (Change::none().facts, Vec::new()),
        Beside::Opened(new, policy, shares) => {
            let change = Change::none().vault_policy(new, (**policy).clone());
            (change.facts, shares.clone())
        }
    };
    let copy = CopyChange::Destination(new.clone());
    // What becomes of the copies that go along is seen once the vault is there, and open to them.
    sends.change = Some(Change {
        facts: facts_then,
        copy: copy.clone(),
    });
    along::settle(&mut sends, copies, others, facts);
    sends.change = Some(Change {
        copy,
        ..Change::none()
    });
    for create in &mut made {
        create.makes_worse = sends.makes_worse;
        create.open.clone_from(&sends.open);
    }
    made.push(sends);
    Some(Moved {
        drafts: made,
        lets_in,
    })
}

/// A vault is created for what went into another one.
pub fn created(new: &Arn, old: &Arn, roles: &[&Arn]) -> Option<Draft> {
    let title = format!(
        "create the vault `{}` on a customer managed key, to take the place of `{}`",
        new.name(),
        old.name()
    );
    let mut draft = create(new, title, roles)?;
    draft.remedy.brief = format_smolstr!("create vault {}", new.name());
    Some(draft)
}

/// The change of the copies themselves.
fn sends(old: &Arn, new: &Arn, copies: &[&Copy], facts: &Facts<'_>) -> Option<Draft> {
    let mut title = format!(
        "copy into `{}` instead of into `{}`",
        new.name(),
        old.name()
    );
    let lost = lost(old, new, facts);
    if let Some(lost) = &lost {
        title += &format!("; {lost}");
    }
    let mut draft = Draft::new(RemedyKind::ChangeDestination, old, title);
    draft.remedy.brief = format_smolstr!("copy into {}", new.name());
    draft.remedy.account = made_in(copies.first()?, facts);
    draft.remedy.commands = redirected(copies, (old, new), facts);
    if let Some(lost) = lost {
        draft
            .remedy
            .commands
            .push(format_smolstr!("# {}", comment(&lost)));
    }
    Some(draft)
}

/// What the old vault keeps of its copies and the new one does not: a lock, and what its policy denies.
fn lost(old: &Arn, new: &Arn, facts: &Facts<'_>) -> Option<String> {
    let bounds = |vault: &Arn| {
        let lock = facts.vault_lock(vault).known().flatten()?;
        (lock.min.is_some() || lock.max.is_some()).then_some((lock.min, lock.max))
    };
    let of_lock = bounds(old).filter(|_| bounds(new).is_none());
    let of_lock = of_lock.map(|(min, max)| {
        let days = |days: Option<i64>| days.map_or_else(|| "any".to_owned(), |it| it.to_string());
        format!(
            "its lock (retention of {} to {} days)",
            days(min),
            days(max)
        )
    });
    let denied = |vault: &Arn| -> BTreeSet<String> {
        let policy = facts.vault_policy(vault).known().flatten();
        let statements = policy
            .into_iter()
            .flat_map(|policy| policy.document().statements());
        let denies = statements.filter(|it| it.effect() == Effect::Deny);
        let actions = denies.flat_map(|statement| {
            let but = if statement.is_not_action() {
                "all but "
            } else {
                ""
            };
            statement
                .actions()
                .map(move |action| format!("{but}{action}"))
        });
        actions.collect()
    };
    let there = denied(new);
    let denies: Vec<String> = denied(old)
        .into_iter()
        .filter(|it| !there.contains(it))
        .collect();
    let of_policy = (!denies.is_empty()).then(|| format!("its Deny of {}", denies.join(", ")));
    let all: Vec<String> = [of_lock, of_policy].into_iter().flatten().collect();
    (!all.is_empty()).then(|| {
        format!(
            "give `{}` what it does not take over from `{}`: {}",
            new.name(),
            old.name(),
            all.join(" and ")
        )
    })
}

/// The copies of a need that still go where it is. One on a vault's policy is met for those that go into another vault instead.
pub fn of_those_that_stay<'t>(
    need: &Need,
    targets: &'t [Target],
    moved: &mut BTreeMap<&Arn, Moved>,
) -> Cow<'t, [Target]> {
    let (Need::Share(Share { policy, .. }) | Need::Lift(Lift { policy, .. })) = need else {
        return Cow::Borrowed(targets);
    };
    let PolicyOf::Vault(vault) = policy else {
        return Cow::Borrowed(targets);
    };
    let Some(moved) = moved.get_mut(vault) else {
        return Cow::Borrowed(targets);
    };
    let goes = moved.drafts.iter().flat_map(|draft| &draft.targets);
    let goes: BTreeSet<usize> = goes.map(|target| target.copy).collect();
    let (goes, stays): (Vec<Target>, Vec<Target>) = targets
        .iter()
        .partition(|target| goes.contains(&target.copy));
    moved.is_for(&goes);
    Cow::Owned(stays)
}

/// The ids of the remedies by which the vault that copies are sent to is there, and lets them in.
pub fn opens(draft: &Draft, all: &[Draft]) -> Vec<String> {
    let Some(CopyChange::Destination(vault)) = draft.change.as_ref().map(|change| &change.copy)
    else {
        return Vec::new();
    };
    let opens = |other: &&Draft| {
        other.remedy.subject == vault.as_str()
            && (other.remedy.kind == RemedyKind::CreateVault
                || other.remedy.kind == RemedyKind::VaultPolicy
                    && draft.targets.iter().any(|it| other.targets.contains(it)))
    };
    let first = all.iter().filter(opens);
    first.map(|other| other.remedy.id.clone()).collect()
}
