//! The changes by which a plan comes to copy a resource: a tag, the type switched on, a selection, a copy action.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use smol_str::format_smolstr;

use crate::inventory::{
    Extra, Facts, Field, Json, List, RegionSettings, Resource, Tags, is_plan_of_policy,
};
use crate::known::{AccountId, Arn, Fact, Region, ResourceType};
use crate::remedy::RemedyKind;
use crate::remedy::change::Change;
use crate::remedy::command::{change_plan, copies_too, from_here, option, region as of_region};
use crate::remedy::draft::Draft;
use crate::remedy::settings::switched_on;
use crate::verdict::Cover;

/// The resource gets the tag that the selection asks for.
pub(super) fn tag(cover: &Cover, key: &str, value: &str, facts: &Facts<'_>) -> Option<Draft> {
    let Cover {
        resource,
        account,
        region,
        ..
    } = cover;
    let Fact::Known(now) = facts.resource_tags(resource) else {
        return None;
    };
    let set = now
        .into_iter()
        .flat_map(Tags::iter)
        .find(|(name, _)| *name == key);
    let place = set.map_or_else(String::new, |(_, set)| format!(" in the place of `{set}`"));
    let mut draft = Draft::new(
        RemedyKind::TagResource,
        resource,
        format!(
            "set the tag `{key}` = `{value}`{place} on `{}`, so that the plan selects it",
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
pub(super) fn switch_on(cover: &Cover, of: &ResourceType, facts: &Facts<'_>) -> Draft {
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
        option(
            "--resource-type-opt-in-preference",
            &format!("{}=true", of.in_settings())
        )
    )];
    let now = facts.region_settings(*account, region);
    let settings = RegionSettings {
        opt_in: switched_on(now.map(|now| &now.opt_in), of),
        management: match now {
            Some(now) => now.management.clone(),
            None => Field::Absent,
        },
        extra: Extra::new(),
    };
    draft.change = Some(Change::none().region(*account, region.clone(), |region| {
        region.region_settings = Field::Is(settings);
    }));
    draft
}

/// The names of the selections that plans get, by the plan: each has one of its own.
pub(super) type SelectionNames = BTreeMap<(AccountId, Region, String), Vec<String>>;

/// The plan gets a selection that names the resource: a selection cannot be changed.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>.
pub(super) fn select(
    cover: &Cover,
    role: &Arn,
    names: &mut SelectionNames,
    facts: &Facts<'_>,
) -> Option<Draft> {
    if is_plan_of_policy(&cover.plan) {
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
    let given = names.entry((*account, region.clone(), plan.clone()));
    let given = given.or_default();
    let name = free_name(resource.name(), all, given);
    given.push(name.clone());
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
fn free_name(wanted: &str, others: &[Value], given: &[String]) -> String {
    const LONGEST: usize = 50;
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
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
        let names = others
            .iter()
            .filter_map(|one| one.get("SelectionName")?.as_str());
        let mut names = names.chain(given.iter().map(String::as_str));
        !names.any(|other| other.eq_ignore_ascii_case(name))
    };
    let count = others.len().saturating_add(given.len());
    let mut names = (1..=count.saturating_add(1)).map(numbered);
    names.find(is_free).unwrap_or_else(|| numbered(1))
}

/// The rule gets a copy action to the vault that other rules of the account copy to, with a lifecycle that its lock allows.
pub(super) fn copy_action(
    cover: &Cover,
    place: usize,
    vault: &Arn,
    facts: &Facts<'_>,
) -> Option<Draft> {
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
        assert_eq!(
            free_name("my.db_1/x", &others(&["other"]), &[]),
            "my.db_1-x"
        );
        assert_eq!(free_name("db", &others(&["DB", "db-2"]), &[]), "db-3");
        let given = ["db-2".to_owned()];
        assert_eq!(free_name("db", &others(&["DB"]), &given), "db-3");
        let long = "x".repeat(60);
        let taken = free_name(&long, &[], &[]);
        assert_eq!(taken.len(), 50);
        let next = free_name(&long, &others(&[&taken]), &[]);
        assert_eq!((next.len(), next.ends_with("-2")), (50, true));
    }
}
