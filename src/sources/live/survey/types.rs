//! Which types of resources are listed in a Region.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::catalog::{Kind, can_leave_its_account};
use crate::inventory::{Json, Plan, RegionFacts, is_plan_of_policy};
use crate::known::{Arn, ResourceType};

/// The types that plans name by a pattern, where anything is taken by tag or by pattern. A selection without resources takes by
/// its tags alone.
pub fn selected(plans: &[Plan]) -> Option<BTreeSet<ResourceType>> {
    let mut types: Option<BTreeSet<ResourceType>> = None;
    let selections = plans
        .iter()
        .filter_map(|plan| plan.selections.value())
        .filter_map(|Json(selections)| selections.as_array())
        .flatten();
    for selection in selections {
        let resources = selection.get("Resources").and_then(Value::as_array);
        if resources.is_none_or(Vec::is_empty) {
            types.get_or_insert_default();
        }
        let texts = resources.into_iter().flatten().filter_map(Value::as_str);
        for pattern in texts.filter(|text| text.contains(['*', '?'])) {
            let arn = Arn::parse(pattern).ok();
            let of = arn.as_ref().and_then(ResourceType::of_resource);
            types.get_or_insert_default().extend(of);
        }
    }
    types
}

/// The types to list: those that AWS Backup protects in the Region, and those that a plan names by a pattern, which it
/// backs up whatever the setting says. A plan of the organization's goes by the settings of the management account: for one
/// of those all are listed.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/manage-cross-account.html>.
pub fn protected(
    region: &RegionFacts,
    named: &BTreeSet<ResourceType>,
    plans: &[Plan],
) -> Vec<ResourceType> {
    let is_of_policy = plans.iter().any(|plan| is_plan_of_policy(&plan.id));
    let switched_off = |of: &ResourceType| setting(region, of) == Some(Some(false));
    ResourceType::ALL
        .iter()
        .filter(|of| is_of_policy || named.contains(of) || !switched_off(of))
        .cloned()
        .collect()
}

/// The types that a Region may lack: its settings do not name them, and name those that AWS Backup supports there; or have them
/// switched off, where no plan names them by a pattern.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html>.
pub fn not_in_region(region: &RegionFacts, named: &BTreeSet<ResourceType>) -> Vec<ResourceType> {
    let may_lack = |of: &&ResourceType| match setting(region, of) {
        Some(None) => true,
        Some(Some(false)) => !named.contains(of),
        Some(Some(true)) | None => false,
    };
    ResourceType::ALL.iter().filter(may_lack).cloned().collect()
}

/// What the settings of a Region say of a type: whether it is switched on, if they name it. The outer `None`: they were not read.
fn setting(region: &RegionFacts, of: &ResourceType) -> Option<Option<bool>> {
    let settings = region.region_settings.value()?;
    let types = settings.opt_in.value()?.as_object()?;
    let mut told = types.iter();
    let told = told.find(|(name, _)| ResourceType::parse(name) == *of);
    match told {
        None => Some(None),
        // What is neither says nothing.
        Some((_, on)) => on.as_bool().map(Some),
    }
}

/// The types of which backups can be copied to another account.
pub fn can_leave() -> impl Iterator<Item = ResourceType> {
    let can = |of: &&ResourceType| {
        let mut kinds = Kind::candidates(of).iter();
        kinds.any(|kind| can_leave_its_account(*kind))
    };
    ResourceType::ALL.iter().filter(can).cloned()
}
