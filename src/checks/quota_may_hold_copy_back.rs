#![doc = include_str!("quota_may_hold_copy_back.md")]

use serde_json::Value;

use super::words::not_read;
use super::{Check, MayFail, Run, When};
use crate::catalog::cite;
use crate::catalog::quotas::{
    COPY_ACTIONS, NEARLY_FULL, RECOVERY_POINTS, SELECTION_TAGS, SELECTIONS, TAG_SELECTIONS,
};
use crate::inventory::{Copy, Facts, Start};
use crate::known::Fact;
use crate::verdict::{Evidence, Outcome};

pub(super) const CHECK: Check = Check {
    id: "quota-may-hold-copy-back",
    title: "a quota of AWS Backup may hold the copy back",
    doc: include_str!("quota_may_hold_copy_back.md"),
    cites: &[cite::QUOTAS, cite::DASHBOARDS],
    may_fail: MayFail::OnlyWarns,
    when: When::Always,
    run: Run::Copy(run),
};

fn run(copy: &Copy, facts: &Facts<'_>) -> Outcome {
    let (of_rule, unread) = match facts.rule_of(copy.plan.as_ref()) {
        Fact::Known(rule) => (of_rule(rule), None),
        Fact::Unknown(gap) => (None, Some(gap)),
    };
    let of_plan = of_plan(copy, facts);
    let found = [running(copy, facts), full(copy, facts), of_rule, of_plan];
    let found: Vec<Evidence> = found.into_iter().flatten().collect();
    match (found.first(), unread) {
        (Some(first), _) => Outcome::warn(first.says.to_string()).saw(found.clone()),
        (None, Some(gap)) => not_read(*gap),
        (None, None) => Outcome::pass("no quota that was read is near its end"),
    }
}

/// AWS Backup runs one job of a resource at a time.
fn running(copy: &Copy, facts: &Facts<'_>) -> Option<Evidence> {
    if copy.endpoints().start != Start::OnDemand {
        return None;
    }
    let resource = copy.resource.as_ref().known()?.as_ref()?;
    let job = facts.running_copy_job(resource)?;
    Some(Evidence::of(
        job,
        format!(
            "the copy job {job} of the same resource had not ended when the facts were read: this copy waits for it"
        ),
    ))
}

/// A vault takes so many recovery points.
fn full(copy: &Copy, facts: &Facts<'_>) -> Option<Evidence> {
    let vault = &copy.endpoints().destination_vault;
    let held = facts.vault_recovery_points(vault)?;
    (held >= NEARLY_FULL).then(|| {
        Evidence::at(
            vault,
            "/NumberOfRecoveryPoints",
            format!(
                "the destination vault `{}` holds {held} recovery points, and may hold {RECOVERY_POINTS}",
                vault.name()
            ),
        )
    })
}

/// A plan has so many selections, and a selection so many tags.
fn of_plan(copy: &Copy, facts: &Facts<'_>) -> Option<Evidence> {
    let plan = copy.plan.as_ref()?;
    let all = facts.selections_of(plan);
    let by_tags = all.iter().filter(|selection| {
        let has = |field: &str| selection.get(field).is_some_and(|all| *all != Value::Null);
        has("ListOfTags") || has("Conditions")
    });
    let (all_of_them, by_tags) = (all.len(), by_tags.count());
    for (count, most, that) in [
        (all_of_them, SELECTIONS, ""),
        (by_tags, TAG_SELECTIONS, " that use tags"),
    ] {
        if count > most {
            let says = format!("the plan has {count} selections{that}, and may have {most}");
            return Some(Evidence::of(plan.id.as_str(), says));
        }
    }
    let is_ours = |selection: &&Value| {
        selection.get("SelectionName").and_then(Value::as_str) == Some(plan.selection.as_str())
    };
    let ours = all.iter().find(is_ours)?;
    let list = ours.get("ListOfTags").and_then(Value::as_array);
    let conditions = ours.get("Conditions").and_then(Value::as_object);
    let conditions = conditions.into_iter().flat_map(|all| all.values());
    let conditions = conditions.filter_map(Value::as_array).map(Vec::len);
    let tags: usize = list.map_or(0, Vec::len).saturating_add(conditions.sum());
    (tags > SELECTION_TAGS).then(|| {
        let says = format!(
            "the selection `{}` has {tags} tags, and one of a backup policy may have {SELECTION_TAGS}",
            plan.selection
        );
        Evidence::of(plan.id.as_str(), says)
    })
}

/// A rule of a backup plan has so many copy actions.
fn of_rule(rule: Option<&Value>) -> Option<Evidence> {
    let actions = rule?.get("CopyActions")?.as_array()?.len();
    (actions > COPY_ACTIONS).then(|| {
        Evidence::of(
            rule.and_then(|rule| rule.get("RuleName")?.as_str()).unwrap_or("the rule"),
            format!("the rule has {actions} copy actions, and may have {COPY_ACTIONS} unless the quota was raised"),
        )
    })
}
