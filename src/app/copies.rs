//! Which copies are decided: those that the inventory names, and those that its plans make.

use std::collections::{BTreeSet, HashSet};

use anyhow::bail;

use crate::cli::Check;
use crate::inventory::{self, Copy, CopyEntry, Facts, Inventory, Named, PlanReference};
use crate::known::{Arn, Fact, Gap, near};
use crate::plans::{self, Plan};

/// The ids that an error names; more are counted.
const NAMED: usize = 20;

/// A copy that is asked about, by its names.
pub(super) enum Asked<'a> {
    /// An entry of the inventory names it.
    Entry(&'a CopyEntry),
    /// A plan makes it, or it is made of another.
    Made(Box<Named>),
}

impl Asked<'_> {
    /// One that a plan makes, or that is made of another.
    pub(super) fn made(named: Named) -> Self {
        Self::Made(Box::new(named))
    }

    /// Its id.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Entry(entry) => &entry.id,
            Self::Made(named) => &named.id,
        }
    }

    /// The vault that it goes to.
    pub(super) fn destination_vault(&self) -> &Arn {
        match self {
            Self::Entry(entry) => &entry.destination_vault,
            Self::Made(named) => &named.destination_vault,
        }
    }

    /// What is copied, where it is named.
    #[cfg(feature = "live")]
    pub(super) fn resource(&self) -> Option<&Arn> {
        match self {
            Self::Entry(entry) => entry.resource.value(),
            Self::Made(named) => named.resource.as_ref(),
        }
    }

    /// The recovery point that is copied, where it is named.
    pub(super) fn recovery_point(&self) -> Option<&Arn> {
        match self {
            Self::Entry(entry) => entry.recovery_point.value(),
            Self::Made(named) => named.recovery_point.as_ref(),
        }
    }

    /// The plan that makes it; of one that the inventory names nobody looks.
    pub(super) fn plan(&self) -> Option<&PlanReference> {
        match self {
            Self::Entry(_) => None,
            Self::Made(named) => named.plan.as_ref(),
        }
    }

    fn named(&self) -> Named {
        match self {
            Self::Entry(entry) => Named::of_entry(entry),
            Self::Made(named) => (**named).clone(),
        }
    }

    /// The copy, with what its names lead to.
    pub(super) fn copy(&self, facts: &Facts<'_>) -> Copy {
        Copy::new(self.named(), facts)
    }
}

/// The copies, and what was not read of the plans that may make more: all of it, and what leaves the answer open.
pub(super) struct Wanted<'a> {
    pub copies: Vec<Asked<'a>>,
    pub gaps: Vec<Gap>,
    pub open: Vec<Gap>,
}

impl Wanted<'_> {
    /// There may be more copies, for want of this.
    fn leave_open(&mut self, more: impl IntoIterator<Item = Gap>) {
        self.open.extend(more);
        self.gaps.extend(self.open.iter().cloned());
        for list in [&mut self.gaps, &mut self.open] {
            list.sort();
            list.dedup();
        }
    }
}

/// Those that the inventory names.
pub(super) fn named(inventory: &Inventory) -> Wanted<'_> {
    let entries = inventory::items(&inventory.copies);
    Wanted {
        copies: entries.iter().map(Asked::Entry).collect(),
        gaps: Vec::new(),
        open: Vec::new(),
    }
}

/// All of them: the inventory's own, and those of every plan, also where they look alike.
pub(super) fn all<'a>(inventory: &'a Inventory, plans: &[Plan], facts: &Facts<'_>) -> Wanted<'a> {
    let entries = inventory::items(&inventory.copies);
    let ids: HashSet<&str> = if plans.is_empty() {
        HashSet::new()
    } else {
        entries.iter().map(|entry| &*entry.id).collect()
    };
    let planned = plans::copies_beside(|id| ids.contains(id), plans, facts);
    let made = planned.copies.into_iter();
    let made = made.map(Asked::made);
    let mut wanted = Wanted {
        copies: entries.iter().map(Asked::Entry).chain(made).collect(),
        gaps: planned.gaps,
        open: planned.open,
    };
    wanted.leave_open(plans::policies_unread(facts));
    wanted
}

/// The copies that were asked about.
pub(super) fn asked_for<'a>(
    asked: &Check,
    inventory: &'a Inventory,
    facts: &Facts<'_>,
) -> anyhow::Result<Wanted<'a>> {
    if asked.to.is_some() {
        // The one that the command line names.
        return Ok(named(inventory));
    }
    let mut plans = plans::plans(facts);
    let mut wanted = all(inventory, &plans, facts);
    // Where AWS refused to list the plans, or a change leaves them unknown, they may make more.
    wanted.leave_open(facts.plans_wanted());
    if !asked.plan.is_empty() {
        of_plans(&asked.plan, &mut plans, &mut wanted, facts)?;
    }
    if !asked.copy.is_empty() {
        for id in &asked.copy {
            if !wanted.copies.iter().any(|copy| copy.id() == id) {
                let ids = wanted.copies.iter().map(|copy| copy.id().to_owned());
                bail!(
                    "there is no copy `{id}`; there are: {}",
                    listed(ids.collect())
                );
            }
        }
        wanted
            .copies
            .retain(|copy| asked.copy.iter().any(|id| copy.id() == id));
        wanted.gaps.clear();
        wanted.open.clear();
    }
    if let Some(arn) = &asked.resource {
        wanted
            .copies
            .retain(|copy| copy.copy(facts).resource == Fact::Known(Some(arn.clone())));
        wanted.open.retain(|gap| may_be_of(gap, arn));
        wanted.gaps.retain(|gap| may_be_of(gap, arn));
        if wanted.copies.is_empty() && wanted.open.is_empty() {
            return Err(none("resource", arn));
        }
    }
    if let Some(arn) = &asked.recovery_point {
        wanted
            .copies
            .retain(|copy| copy.named().recovery_point.as_ref() == Some(arn));
        wanted.gaps.clear();
        wanted.open.clear();
        if wanted.copies.is_empty() {
            return Err(none("recovery point", arn));
        }
    }
    Ok(wanted)
}

/// Leaves the copies of these plans, which are known by their ids, and by their names where they have one.
fn of_plans(
    ids: &[String],
    plans: &mut Vec<Plan>,
    wanted: &mut Wanted<'_>,
    facts: &Facts<'_>,
) -> anyhow::Result<()> {
    let mentioned: BTreeSet<String> = wanted
        .copies
        .iter()
        .filter_map(|copy| Some(copy.named().plan?.id))
        .collect();
    let is = |plan: &Plan, id: &String| plan.id == *id || plan.name.as_ref() == Some(id);
    for id in ids {
        if !mentioned.contains(id) && !plans.iter().any(|plan| is(plan, id)) {
            let mut known: BTreeSet<String> = plans.iter().map(|plan| plan.id.clone()).collect();
            known.extend(mentioned);
            if known.is_empty() {
                bail!("there is no plan `{id}`: the inventory has none");
            }
            let names = plans.iter().filter_map(|plan| plan.name.as_deref());
            let near = near::meant(id, names.chain(known.iter().map(String::as_str)));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            let hint = if hint.is_empty() {
                ";".to_owned()
            } else {
                hint
            };
            let called = |id: &String| {
                let plan = plans.iter().find(|plan| plan.id == *id);
                let name = plan
                    .and_then(|plan| plan.name.as_deref())
                    .filter(|name| name != id);
                name.map_or_else(|| id.clone(), |name| format!("{name} ({id})"))
            };
            bail!(
                "there is no plan `{id}`{hint} there are: {}",
                listed(known.iter().map(called).collect())
            );
        }
    }
    plans.retain(|plan| ids.iter().any(|id| is(plan, id)));
    let kept: BTreeSet<&String> = ids
        .iter()
        .chain(plans.iter().map(|plan| &plan.id))
        .collect();
    wanted.copies.retain(|copy| {
        copy.named()
            .plan
            .is_some_and(|plan| kept.contains(&plan.id))
    });
    let planned = plans::copies(plans.iter(), facts);
    wanted.gaps = planned.gaps;
    wanted.open = planned.open;
    if plans.iter().any(Plan::is_made_of_a_policy) {
        wanted.leave_open(plans::policies_unread(facts));
    }
    Ok(())
}

fn none(what: &str, arn: &Arn) -> anyhow::Error {
    anyhow::anyhow!("no copy of the inventory, or of its plans, is of the {what} `{arn}`")
}

/// Whether a gap is of a place that a resource may be in.
fn may_be_of(gap: &Gap, resource: &Arn) -> bool {
    let account = resource.account().map(|account| account.to_string());
    let region = resource.region().map(|region| region.to_string());
    let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => one == other,
        (None, _) | (_, None) => true,
    };
    same(&gap.account, &account) && same(&gap.region, &region)
}

fn listed(mut ids: Vec<String>) -> String {
    ids.sort();
    let more = ids.len().saturating_sub(NAMED);
    ids.truncate(NAMED);
    let mut text = ids.join(", ");
    if more > 0 {
        text += &format!(" and {more} more");
    }
    text
}
