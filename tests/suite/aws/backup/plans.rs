//! Backup plans and their selections.

use serde_json::{Value, json};

use super::super::call::{Answer, Call, No, default, reveals, text, without};
use super::super::world::{World, many};
use super::not_found;

pub fn list(world: &World, call: &Call) -> Result<Answer, No> {
    let items = world
        .list(call, "plans")?
        .iter()
        .map(|plan| {
            let mut item = without(plan, &["BackupPlan", "Selections"]);
            let name = plan.pointer("/BackupPlan/BackupPlanName").cloned();
            default(&mut item, "BackupPlanName", name.unwrap_or_default());
            default(&mut item, "CreationDate", "2025-01-01T00:00:00.250Z");
            default(&mut item, "VersionId", "dmVyc2lvbg==");
            item.into()
        })
        .collect();
    Ok(Answer::List {
        field: "BackupPlansList",
        items,
    })
}

pub fn get(world: &World, call: &Call) -> Result<Answer, No> {
    let plan = find(world, call)?;
    reveals(plan, &["BackupPlan"], id(plan))?;
    let mut fields = without(plan, &["Selections"]);
    default(&mut fields, "VersionId", "dmVyc2lvbg==");
    Ok(Answer::Whole(fields.into()))
}

pub fn selections(world: &World, call: &Call) -> Result<Answer, No> {
    let plan = find(world, call)?;
    reveals(plan, &["Selections"], id(plan))?;
    let items = many(plan, "Selections")
        .iter()
        .enumerate()
        .map(|(at, selection)| {
            json!({
                "SelectionId": selection_id(plan, at),
                "SelectionName": selection.get("SelectionName"),
                "IamRoleArn": selection.get("IamRoleArn"),
                "BackupPlanId": id(plan),
                "CreationDate": "2025-01-01T00:00:00.250Z",
            })
        })
        .collect();
    Ok(Answer::List {
        field: "BackupSelectionsList",
        items,
    })
}

pub fn selection(world: &World, call: &Call) -> Result<Answer, No> {
    let plan = find(world, call)?;
    reveals(plan, &["Selections"], id(plan))?;
    let wanted = call.need("selection")?;
    let (_, selection) = many(plan, "Selections")
        .iter()
        .enumerate()
        .find(|(at, _)| selection_id(plan, *at) == wanted)
        .ok_or_else(|| not_found(format!("Backup selection {wanted} not found.")))?;
    let mut answer = json!({
        "BackupSelection": without(selection, &["SelectionId", "CreationDate"]),
        "SelectionId": wanted,
        "BackupPlanId": id(plan),
    });
    if let Some(date) = selection.get("CreationDate") {
        answer["CreationDate"] = date.clone();
    }
    Ok(Answer::Whole(answer))
}

pub fn arn(world: &World, call: &Call, wanted: &str) -> Option<String> {
    world
        .known_list(call, "plans")
        .iter()
        .find(|plan| id(plan) == wanted)
        .and_then(|plan| text(plan, "BackupPlanArn"))
        .map(str::to_owned)
}

fn find<'a>(world: &'a World, call: &Call) -> Result<&'a Value, No> {
    let wanted = call.need("plan")?;
    world
        .list(call, "plans")?
        .iter()
        .find(|plan| id(plan) == wanted)
        .ok_or_else(|| not_found(format!("Cannot find Backup plan with ID {wanted}")))
}

fn id(plan: &Value) -> &str {
    text(plan, "BackupPlanId").unwrap_or_default()
}

/// The selection's own id, or one made of its place in the plan.
fn selection_id(plan: &Value, at: usize) -> String {
    many(plan, "Selections")
        .get(at)
        .and_then(|selection| text(selection, "SelectionId"))
        .map_or_else(|| format!("{}-selection-{at}", id(plan)), str::to_owned)
}
