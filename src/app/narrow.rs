//! The copy that the command line names, among the facts.

use std::collections::BTreeMap;

use crate::cli::{Check, Start};
use crate::inventory::{
    self, CopyEntry, Extra, Facts, Field, Inventory, Lifecycle, List, OF_COMMAND_LINE,
};
use crate::known::Arn;
use crate::plans;

/// Leaves only the copies that the command line names, or names by their ids.
pub(super) fn narrow(inventory: &mut Inventory, asked: &Check) {
    if let Some(to) = &asked.to {
        let entry = entry(asked, to, inventory);
        inventory.copies = Field::Is(List(vec![entry]));
        return;
    }
    let Field::Is(List(copies)) = &mut inventory.copies else {
        return;
    };
    // Where one of them is not there, that is said when those of the plans are known, too.
    if !asked.copy.is_empty()
        && asked
            .copy
            .iter()
            .all(|id| copies.iter().any(|copy| *copy.id == **id))
    {
        copies.retain(|copy| asked.copy.iter().any(|id| *copy.id == **id));
    }
}

/// The copy that the command line names.
fn entry(asked: &Check, to: &Arn, inventory: &Inventory) -> CopyEntry {
    let mut assumptions: Vec<Box<str>> = Vec::new();
    let mut source_vault = asked.source_vault.clone();
    if source_vault.is_none()
        && newest_vault(asked, inventory).is_none()
        && let Some((vault, rule)) = vault_of_plan(asked, inventory)
    {
        assumptions.push(
            format!(
                "source vault: `{}`, of {rule}, which takes the resource",
                vault.name()
            )
            .into(),
        );
        source_vault = Some(vault);
    }
    let role = asked.role.clone().or_else(|| {
        let vault = source_vault
            .clone()
            .or_else(|| newest_vault(asked, inventory));
        let place = vault
            .or_else(|| asked.resource.clone())
            .or_else(|| asked.recovery_point.clone())?;
        let account = place.account()?;
        assumptions.push("role: AWSBackupDefaultServiceRole, none was named".into());
        Some(Arn::iam_role(
            to.partition(),
            account,
            "service-role/AWSBackupDefaultServiceRole",
        ))
    });
    let lifecycle = match (asked.delete_after, asked.cold_after) {
        (None, None) => Field::Null,
        (delete, cold) => Field::Is(Lifecycle {
            delete_after_days: delete.into(),
            move_to_cold_storage_after_days: cold.into(),
            extra: Extra::new(),
        }),
    };
    let given = |arn: &Option<Arn>| arn.clone().map_or(Field::Absent, Field::Is);
    CopyEntry {
        id: OF_COMMAND_LINE.into(),
        resource: given(&asked.resource),
        recovery_point: given(&asked.recovery_point),
        source_vault: given(&source_vault),
        destination_vault: to.clone(),
        role: given(&role),
        lifecycle,
        start: Field::Is(match asked.start {
            Start::OnDemand => inventory::Start::OnDemand,
            Start::Scheduled => inventory::Start::Scheduled,
        }),
        plan: Field::Absent,
        assumptions: if assumptions.is_empty() {
            Field::Absent
        } else {
            Field::Is(assumptions)
        },
        extra: Extra::new(),
    }
}

/// The vault that the plans which take the resource back it up to, where it is one, and the rule that says so.
fn vault_of_plan(asked: &Check, inventory: &Inventory) -> Option<(Arn, String)> {
    let resource = asked.resource.as_ref()?;
    let facts = Facts::new(inventory);
    let mut vaults: BTreeMap<Arn, String> = BTreeMap::new();
    for plan in plans::plans(&facts) {
        let takes = plan.selections.iter().any(|selection| {
            let selected = selection.select(plan.account, &plan.region, &facts);
            let mut taken = selected.taken.iter();
            taken.any(|taken| taken.resource == *resource && taken.assumptions.is_empty())
        });
        for rule in plan.rules.iter().filter(|_| takes) {
            let name = plan.name.as_deref().unwrap_or(&plan.id);
            let says = format!("rule {} of plan {name}", rule.name);
            vaults.entry(rule.vault.clone()).or_insert(says);
        }
    }
    let only = vaults.len() == 1;
    vaults.into_iter().next().filter(|_| only)
}

fn newest_vault(asked: &Check, inventory: &Inventory) -> Option<Arn> {
    let facts = Facts::new(inventory);
    match (&asked.recovery_point, &asked.resource) {
        (Some(point), _) => facts.point_vault(point).known().flatten().cloned(),
        (None, Some(resource)) => facts.newest_vault(resource).known(),
        (None, None) => None,
    }
}
