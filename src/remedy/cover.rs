//! What makes a plan copy a resource out of its account: a tag, a type that is switched on, a selection, a copy action. Each is
//! proven by resolving the plan again with it, and deciding the copy that it then makes.

mod drafts;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::control_policy::changed_in;
use super::draft::Draft;
use super::{Remedy, RemedyKind, accepted, taken};
use crate::checks::{Audited, decide};
use crate::inventory::{Copy, Facts};
use crate::known::{AccountId, Arn};
use crate::plans::{self, Plan};
use crate::verdict::{Cover, CoverBy, Need, Verdict};
use drafts::{SelectionNames, copy_action, select, switch_on, tag};

/// Adds the remedies of the resources that no copy takes out of their account. One that would leave its copy blocked is not
/// proposed.
pub fn add(remedies: &mut Vec<Remedy>, audited: &Audited, facts: &Facts<'_>) {
    let vaults = vaults(&audited.plans);
    let known = remedies.iter().enumerate();
    let mut places: Places = known
        .map(|(place, remedy)| ((remedy.kind, remedy.subject.clone()), place))
        .collect();
    let mut names = SelectionNames::default();
    for (resource, outcomes) in &audited.resources {
        for (check, outcome) in outcomes {
            for need in outcome.needed() {
                let Need::Cover(cover) = need else {
                    continue;
                };
                let found = (resource.arn.as_str().into(), check.id);
                let vault = vaults.get(&cover.account);
                add_one(
                    (remedies, &mut places, &mut names),
                    cover,
                    found,
                    vault,
                    (&audited.plans, facts),
                );
            }
        }
    }
}

/// Where the remedies are, by what they change.
type Places = HashMap<(RemedyKind, String), usize>;

fn add_one<O>(
    (remedies, places, names): (&mut Vec<Remedy>, &mut Places, &mut SelectionNames),
    cover: &Cover,
    found: (Arc<str>, &'static str),
    vault: Option<&&Arn>,
    (plans, facts): (&[(Plan, O)], &Facts<'_>),
) {
    let Some(mut draft) = draft(cover, vault, names, facts) else {
        return;
    };
    let proven = prove(&draft, cover, facts);
    if proven == Some(false) {
        return;
    }
    let key = (draft.remedy.kind, draft.remedy.subject.clone());
    let same = places.get(&key);
    if let Some(remedy) = same.and_then(|place| remedies.get_mut(*place)) {
        remedy.checks.push(found);
        remedy.proven = both(remedy.proven, proven);
        return;
    }
    let besides = besides((&draft, proven), cover, plans, facts);
    let proven = besides
        .iter()
        .fold(proven, |proven, (_, may)| both(proven, *may));
    draft.remedy.title += &told(&besides);
    if let (CoverBy::SwitchOn(of), Some(change)) = (&cover.by, &draft.change) {
        let place = (cover.account, &cover.region);
        draft.remedy.title += &taken::by_others(change, place, of, Some(&cover.plan), facts);
    }
    draft.remedy.account = match &cover.by {
        CoverBy::CopyAction { .. } => changed_in(&cover.plan, Some(cover.account), facts),
        CoverBy::Tag { .. } | CoverBy::SwitchOn(_) | CoverBy::Select { .. } => Some(cover.account),
    };
    accepted::settle(std::slice::from_mut(&mut draft), facts);
    draft.remedy.proven = proven;
    draft.remedy.id = format!("r{}", remedies.len().saturating_add(1));
    draft.remedy.checks = vec![found];
    places.insert(key, remedies.len());
    remedies.push(*draft.remedy);
}

/// Whether both are shown.
const fn both(one: Option<bool>, other: Option<bool>) -> Option<bool> {
    match (one, other) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (None, _) | (_, None) => None,
        (Some(true), Some(true)) => Some(true),
    }
}

/// The copies that are made with a change and were not before, and may not succeed, each by its id: `Some(false)` where it is
/// blocked, `None` where that is not known.
fn besides<O>(
    (draft, proven): (&Draft, Option<bool>),
    cover: &Cover,
    plans: &[(Plan, O)],
    facts: &Facts<'_>,
) -> Vec<(String, Option<bool>)> {
    let Some(change) = &draft.change else {
        return Vec::new();
    };
    let changed = facts.under(&change.facts);
    // A tag is of one resource, which other plans may take as well; a type or a rule is of many resources.
    let (of_all_plans, of_all_resources) = match &cover.by {
        CoverBy::Tag { .. } => (true, false),
        CoverBy::Select { .. } => (false, false),
        CoverBy::SwitchOn(_) => (true, true),
        CoverBy::CopyAction { .. } => (false, true),
    };
    let made = |plan: &Plan, facts: &Facts<'_>| {
        if of_all_resources {
            plans::copies([plan], facts).copies
        } else {
            plan.copies_of(&cover.resource, facts)
        }
    };
    let here = plans.iter().map(|(plan, _)| plan).filter(|plan| {
        plan.account == cover.account
            && plan.region == cover.region
            && (of_all_plans || plan.id == cover.plan)
    });
    let mut found = Vec::new();
    for plan in here {
        let Some(then) = Plan::of_id(&plan.id, plan.account, &plan.region, &changed) else {
            // What it makes then is not known.
            found.push((format!("one of the plan {}", plan.id), None));
            continue;
        };
        let before = made(plan, facts);
        let before: HashSet<&str> = before.iter().map(|named| &*named.id).collect();
        let new = made(&then, &changed).into_iter();
        for named in new.filter(|named| !before.contains(&*named.id)) {
            // That the copy which is asked for is undecided is said.
            let is_asked_for = plan.id == cover.plan
                && named.resource.as_ref() == Some(&cover.resource)
                && named.destination_vault.account() != Some(cover.account);
            if is_asked_for && proven != Some(true) {
                continue;
            }
            let (id, assumes) = (named.id.to_string(), !named.assumptions.is_empty());
            match (
                decide(Copy::new(named, &changed), &changed).verdict,
                assumes,
            ) {
                (Verdict::Feasible, _) => {}
                (Verdict::Blocked, false) => found.push((id, Some(false))),
                (Verdict::Blocked, true) | (Verdict::Undecided, _) => found.push((id, None)),
            }
        }
    }
    found
}

/// The copies that are made besides, in words for a title.
fn told(besides: &[(String, Option<bool>)]) -> String {
    let of = |may: Option<bool>, word: &str| {
        let mut such = besides.iter().filter(|(_, of)| *of == may);
        let first = such.next().map(|(id, _)| id)?;
        let more = match such.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(format!(
            "; then this copy is made too and {word}: {first}{more}"
        ))
    };
    let blocked = of(Some(false), "is blocked");
    let parts = [blocked, of(None, "is undecided")];
    parts.into_iter().flatten().collect()
}

/// The vault of another account that most rules of each account copy to.
fn vaults<O>(plans: &[(Plan, O)]) -> BTreeMap<AccountId, &Arn> {
    let mut counts: BTreeMap<(AccountId, &Arn), usize> = BTreeMap::new();
    for (plan, _) in plans {
        for target in plan.rules.iter().flat_map(|rule| &rule.targets) {
            if target.vault.account() != Some(plan.account) {
                let count = counts.entry((plan.account, &target.vault)).or_default();
                *count = count.saturating_add(1);
            }
        }
    }
    let mut most: BTreeMap<AccountId, (usize, &Arn)> = BTreeMap::new();
    for ((account, vault), count) in counts {
        let best = most.entry(account).or_insert((count, vault));
        if best.0 < count {
            *best = (count, vault);
        }
    }
    most.into_iter()
        .map(|(account, (_, vault))| (account, vault))
        .collect()
}

fn draft(
    cover: &Cover,
    vault: Option<&&Arn>,
    names: &mut SelectionNames,
    facts: &Facts<'_>,
) -> Option<Draft> {
    match &cover.by {
        CoverBy::Tag { key, value } => tag(cover, key, value, facts),
        CoverBy::SwitchOn(of) => Some(switch_on(cover, of, facts)),
        CoverBy::Select { role } => select(cover, role, names, facts),
        CoverBy::CopyAction { place } => copy_action(cover, *place, vault?, facts),
    }
}

/// Whether the plan, read again, then makes a copy of the resource out of its account that will succeed; `None` where that is
/// not known.
fn prove(draft: &Draft, cover: &Cover, facts: &Facts<'_>) -> Option<bool> {
    let change = draft.change.as_ref()?;
    let changed = facts.under(&change.facts);
    let plan = Plan::of_id(&cover.plan, cover.account, &cover.region, &changed)?;
    let copies = plan.copies_of(&cover.resource, &changed).into_iter();
    let out = copies.filter(|named| named.destination_vault.account() != Some(cover.account));
    let verdicts: Vec<(Verdict, bool)> = out
        .map(|named| {
            let assumes = !named.assumptions.is_empty();
            let decided = decide(Copy::new(named, &changed), &changed);
            (decided.verdict, assumes)
        })
        .collect();
    if verdicts.contains(&(Verdict::Feasible, false)) {
        return Some(true);
    }
    let may = verdicts
        .iter()
        .any(|(verdict, _)| *verdict != Verdict::Blocked);
    if may { None } else { Some(false) }
}
