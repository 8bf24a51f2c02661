//! What makes a plan copy a resource out of its account: a tag, a type that is switched on, a selection, a copy action. Each is
//! proven by resolving the plan again with it, and deciding the copy that it then makes.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::{Value, json};
use smol_str::format_smolstr;

use super::change::Change;
use super::command::{change_plan, copies_too, from_here, option, region as of_region};
use super::control_policy::changed_in;
use super::draft::Draft;
use super::{Remedy, RemedyKind, accepted};
use crate::checks::{Audited, decide};
use crate::inventory::{Copy, Facts, Field, Json, List, RegionSettings, Resource, Tags};
use crate::known::{AccountId, Arn, Fact, Region, ResourceType};
use crate::plans::{self, Plan};
use crate::verdict::{Cover, CoverBy, Need, Verdict};

/// Adds the remedies of the resources that no copy takes out of their account. One that would leave its copy blocked is not
/// proposed.
pub fn add(remedies: &mut Vec<Remedy>, audited: &Audited, facts: &Facts<'_>) {
    let vaults = vaults(&audited.plans);
    let known = remedies.iter().enumerate();
    let mut places: Places = known
        .map(|(place, remedy)| ((remedy.kind, remedy.subject.clone()), place))
        .collect();
    for (resource, outcomes) in &audited.resources {
        for (check, outcome) in outcomes {
            for need in outcome.needed() {
                let Need::Cover(cover) = need else {
                    continue;
                };
                let found = (resource.arn.to_string(), check.id);
                let vault = vaults.get(&cover.account);
                add_one(
                    (remedies, &mut places),
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
    (remedies, places): (&mut Vec<Remedy>, &mut Places),
    cover: &Cover,
    found: (String, &'static str),
    vault: Option<&&Arn>,
    (plans, facts): (&[(Plan, O)], &Facts<'_>),
) {
    let Some(mut draft) = draft(cover, vault, facts) else {
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
    draft.remedy.account = match &cover.by {
        CoverBy::CopyAction { .. } => changed_in(&cover.plan, Some(cover.account), facts),
        CoverBy::Tag { .. } | CoverBy::SwitchOn(_) | CoverBy::Select { .. } => Some(cover.account),
    };
    accepted::settle(std::slice::from_mut(&mut draft), facts);
    draft.remedy.proven = proven;
    draft.remedy.id = format!("r{}", remedies.len().saturating_add(1));
    draft.remedy.checks = vec![found];
    places.insert(key, remedies.len());
    remedies.push(draft.remedy);
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

fn draft(cover: &Cover, vault: Option<&&Arn>, facts: &Facts<'_>) -> Option<Draft> {
    match &cover.by {
        CoverBy::Tag { key, value } => tag(cover, key, value, facts),
        CoverBy::SwitchOn(of) => Some(switch_on(cover, of, facts)),
        CoverBy::Select { role } => select(cover, role, facts),
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

/// The resource gets the tag that the selection asks for.
fn tag(cover: &Cover, key: &str, value: &str, facts: &Facts<'_>) -> Option<Draft> {
    let Cover {
        resource,
        account,
        region,
        ..
    } = cover;
    let mut draft = Draft::new(
        RemedyKind::TagResource,
        resource,
        format!(
            "set the tag `{key}` = `{value}` on `{}`, so that the plan takes it",
            resource.name()
        ),
    );
    let tags = Value::Object([(key.to_owned(), Value::from(value))].into_iter().collect());
    draft.remedy.commands = vec![format_smolstr!(
        "aws resourcegroupstaggingapi tag-resources{} {} {}",
        of_region(Some(region)),
        option("--resource-arn-list", resource.as_str()),
        option("--tags", &tags.to_string())
    )];
    let Fact::Known(now) = facts.resource_tags(resource) else {
        return None;
    };
    let now = now.into_iter().flat_map(Tags::iter);
    let others = now.filter(|(name, _)| *name != key);
    let all = others.chain([(key, value)]);
    let tags = Tags::of(all);
    draft.change = Some(Change::none().region(*account, region.clone(), |region| {
        let mut tagged = Resource::named(resource.clone());
        tagged.tags = Field::Is(tags);
        region.resources = Field::Is(List(vec![tagged]));
    }));
    Some(draft)
}

/// AWS Backup protects the type in the Region.
fn switch_on(cover: &Cover, of: &ResourceType, facts: &Facts<'_>) -> Draft {
    let Cover {
        account, region, ..
    } = cover;
    let mut draft = Draft::new(
        RemedyKind::EnableResourceType,
        format!("{account}/{region}/{of}"),
        format!("switch {of} on in AWS Backup's settings of account {account}, {region}"),
    );
    draft.remedy.commands = vec![format_smolstr!(
        "aws backup update-region-settings{} {}",
        of_region(Some(region)),
        option("--resource-type-opt-in-preference", &format!("{of}=true"))
    )];
    let now = facts.region_settings(*account, region);
    let mut map = match now.map(|now| &now.opt_in) {
        Some(Field::Is(Json(map))) => map.clone(),
        Some(Field::Null | Field::Absent) | None => json!({}),
    };
    if let Some(map) = map.as_object_mut() {
        map.retain(|name, _| ResourceType::parse(name) != *of);
        map.insert(of.to_string(), true.into());
    }
    let settings = RegionSettings {
        opt_in: Field::Is(Json(map)),
        management: match now {
            Some(now) => now.management.clone(),
            None => Field::Absent,
        },
        extra: Vec::new(),
    };
    draft.change = Some(Change::none().region(*account, region.clone(), |region| {
        region.region_settings = Field::Is(settings);
    }));
    draft
}

/// The plan gets a selection that names the resource: a selection cannot be changed.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>.
fn select(cover: &Cover, role: &Arn, facts: &Facts<'_>) -> Option<Draft> {
    if cover.plan.starts_with("orgs/") {
        return None;
    }
    let Cover {
        resource,
        account,
        region,
        plan,
        ..
    } = cover;
    let mut changed = facts.plan_of_id(plan, *account, region)?.clone();
    let Field::Is(Json(Value::Array(all))) = &mut changed.selections else {
        return None;
    };
    let name = free_name(resource.name(), all);
    let mut draft = Draft::new(
        RemedyKind::AddSelection,
        format!("{plan}/{resource}"),
        format!(
            "assign `{}` to the plan `{plan}` by its ARN",
            resource.name()
        ),
    );
    let selection = json!({
        "SelectionName": name,
        "IamRoleArn": role.as_str(),
        "Resources": [resource.as_str()],
    });
    draft.remedy.commands = vec![format_smolstr!(
        "aws backup create-backup-selection{} {} --backup-selection {}",
        of_region(Some(region)),
        option("--backup-plan-id", plan),
        from_here(&selection)
    )];
    all.push(selection);
    draft.change = Some(with_plan(*account, region, changed));
    Some(draft)
}

/// A name for a selection that no other of its plan has, which AWS would refuse.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CreateBackupSelection.html>.
fn free_name(wanted: &str, others: &[Value]) -> String {
    const LONGEST: usize = 50;
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let numbered = |number: usize| {
        let end = if number < 2 {
            String::new()
        } else {
            format!("-{number}")
        };
        let room = LONGEST.saturating_sub(end.len());
        let start: String = wanted.chars().map(plain).take(room).collect();
        start + &end
    };
    let is_free = |name: &String| {
        let mut names = others.iter().filter_map(|one| one.get("SelectionName"));
        !names.any(|other| {
            other
                .as_str()
                .is_some_and(|other| other.eq_ignore_ascii_case(name))
        })
    };
    let mut names = (1..=others.len().saturating_add(1)).map(numbered);
    names.find(is_free).unwrap_or_else(|| numbered(1))
}

/// The rule gets a copy action to the vault that other rules of the account copy to, with a lifecycle that its lock allows.
fn copy_action(cover: &Cover, place: usize, vault: &Arn, facts: &Facts<'_>) -> Option<Draft> {
    let Cover {
        account,
        region,
        plan,
        ..
    } = cover;
    let mut changed = facts.plan_of_id(plan, *account, region)?.clone();
    let Field::Is(Json(body)) = &mut changed.plan else {
        return None;
    };
    let rule = body.pointer_mut(&format!("/Rules/{place}"))?;
    let name = rule.get("RuleName")?.as_str()?.to_owned();
    let days = rule.pointer("/Lifecycle/DeleteAfterDays");
    let days = days.and_then(Value::as_i64).filter(|days| *days > 0);
    let lock = facts.vault_lock(vault).known().flatten();
    let min = lock.as_ref().and_then(|lock| lock.min);
    let max = lock.as_ref().and_then(|lock| lock.max);
    let days = match (days, max) {
        (None, max) => max,
        (Some(days), max) => Some(days.max(min.unwrap_or(days)).min(max.unwrap_or(i64::MAX))),
    };
    let mut action = json!({"DestinationBackupVaultArn": vault.as_str()});
    if let (Some(days), Some(action)) = (days, action.as_object_mut()) {
        action.insert("Lifecycle".to_owned(), json!({"DeleteAfterDays": days}));
    }
    let rule = rule.as_object_mut()?;
    match rule.get_mut("CopyActions") {
        Some(Value::Array(actions)) => actions.push(action.clone()),
        Some(Value::Null) | None => {
            rule.insert("CopyActions".to_owned(), json!([action]));
        }
        Some(_) => return None,
    }
    let mut draft = Draft::new(
        RemedyKind::AddCopyAction,
        format!("{account}/{region}/{plan}/{name}"),
        format!("copy the backups of rule `{name}` to `{vault}` too"),
    );
    draft.remedy.commands = vec![change_plan(
        plan,
        Some(*account),
        Some(region),
        &copies_too(plan, &name, vault, days),
    )];
    draft.change = Some(with_plan(*account, region, changed));
    Some(draft)
}

fn with_plan(account: AccountId, region: &Region, plan: crate::inventory::Plan) -> Change {
    Change::none().region(account, region.clone(), |region| {
        region.plans = Field::Is(List(vec![plan]));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_gets_a_name_that_no_other_has() {
        let others = |names: &[&str]| -> Vec<Value> {
            names
                .iter()
                .map(|name| json!({"SelectionName": name}))
                .collect()
        };
        assert_eq!(free_name("my.db", &others(&["other"])), "my-db");
        assert_eq!(free_name("db", &others(&["DB", "db-2"])), "db-3");
        let long = "x".repeat(60);
        let taken = free_name(&long, &[]);
        assert_eq!(taken.len(), 50);
        let next = free_name(&long, &others(&[&taken]));
        assert_eq!((next.len(), next.ends_with("-2")), (50, true));
    }
}
