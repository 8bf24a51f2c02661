//! What other plans take once a type is switched on in a Region: every selection of it that takes the type in by a wildcard or a tag.

use super::change::Change;
use crate::inventory::Facts;
use crate::known::{AccountId, Arn, Region, ResourceType};
use crate::plans::{Holds, Plan};

/// The plans of a Region, but the one that is meant, that take known resources of a type with a change and not without, in words for a
/// title.
pub fn by_others(
    change: &Change,
    (account, region): (AccountId, &Region),
    of: &ResourceType,
    meant: Option<&str>,
    facts: &Facts<'_>,
) -> String {
    let changed = facts.under(&change.facts);
    let may_be = |arn: &&Arn| ResourceType::of_resource(arn).is_none_or(|its| its == *of);
    let resources = facts.resources_in(account, region);
    let resources: Vec<&Arn> = resources.into_iter().filter(may_be).collect();
    let told = |id: &str| {
        let now = Plan::of_id(id, account, region, facts)?;
        let then = Plan::of_id(id, account, region, &changed)?;
        let mut more = resources.iter().filter(|resource| {
            now.takes(resource, facts) == Holds::No && then.takes(resource, &changed) != Holds::No
        });
        let first = more.next()?;
        let others = match more.count() {
            0 => String::new(),
            others => format!(" and {others} more"),
        };
        Some(format!(
            "; then the plan `{}` takes {first}{others} too",
            now.called()
        ))
    };
    let plans = facts.plans_in(account, region).into_iter();
    let others = plans.filter(|plan| Some(&*plan.id) != meant);
    others.filter_map(|plan| told(&plan.id)).collect()
}
