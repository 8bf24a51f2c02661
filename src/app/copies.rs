//! Which copies are decided: those that the inventory names, and those that its plans make.

use std::collections::{BTreeSet, HashSet};

use anyhow::bail;

use crate::cli::Check;
use crate::inventory::{self, Copy, CopyEntry, Facts, Inventory, Named, PlanReference};
use crate::known::{Arn, Fact, Gap, near};
use crate::plans::{self, PerhapsMade, Plan};

/// The ids that an error names; more are counted.
const NAMED: usize = 5;

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

    /// Whether it is made for certain: nothing was taken for granted when it was named, as that a plan takes its resource.
    pub(super) fn is_certain(&self) -> bool {
        match self {
            Self::Entry(entry) => entry.assumptions.value().is_none_or(Vec::is_empty),
            Self::Made(named) => named.assumptions.is_empty(),
        }
    }

    /// What is copied, where it is named.
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

    /// What names it, where a plan makes it.
    pub(super) fn planned(&self) -> Option<&Named> {
        match self {
            Self::Entry(_) => None,
            Self::Made(named) => named.plan.as_ref().map(|_| &**named),
        }
    }

    /// The plan that makes it; of one that the inventory names nobody looks.
    pub(super) fn plan(&self) -> Option<&PlanReference> {
        match self {
            Self::Entry(_) => None,
            Self::Made(named) => named.plan.as_ref(),
        }
    }

    /// What names it.
    pub(super) fn named(&self) -> Named {
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
    /// What was asked for by name and is not among what was read, in a sentence each: it may be where nobody could look.
    pub not_found: Vec<String>,
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
        not_found: Vec::new(),
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
        not_found: Vec::new(),
    };
    wanted.leave_open(plans::policies_unread(facts));
    wanted
}

/// What the plans that are asked for are called before a change and after it: their ids, each with the name that was given.
pub(super) type PlanNames = BTreeSet<(String, String)>;

/// The plans that are asked for by their ids or names.
pub(super) fn plans_named(names: &[String], facts: &Facts<'_>) -> PlanNames {
    if names.is_empty() {
        return PlanNames::new();
    }
    let plans = plans::plans(facts);
    let all = plans.iter().flat_map(|plan| {
        let names = names.iter().filter(|name| is_named(plan, name));
        names.map(|name| (plan.id.clone(), name.clone()))
    });
    all.collect()
}

/// Whether a plan is the one of an id or a name.
fn is_named(plan: &Plan, name: &str) -> bool {
    plan.id == name || plan.name.as_deref() == Some(name)
}

/// Adds the copies that plans made before a change and of which nobody knows whether they still do.
pub(super) fn add_perhaps_made<'n>(
    wanted: &mut Wanted<'_>,
    before: impl Iterator<Item = &'n Named>,
    facts: &Facts<'_>,
    facts_before: Option<&Facts<'_>>,
) {
    let before: Vec<&Named> = before.collect();
    let there: HashSet<&str> = match before.is_empty() {
        true => HashSet::new(),
        false => wanted.copies.iter().map(Asked::id).collect(),
    };
    let gone = before.into_iter().filter(|copy| !there.contains(&*copy.id));
    let made = PerhapsMade::of(facts, facts_before);
    let perhaps = gone.filter_map(|copy| {
        let why = made.why(copy)?;
        Some(Asked::made(Named {
            made: Fact::unknown(why),
            ..copy.clone()
        }))
    });
    let perhaps: Vec<Asked<'_>> = perhaps.collect();
    for copy in &mut wanted.copies {
        if let Asked::Made(named) = copy
            && let Some(why) = made.why_otherwise(named)
        {
            named.made = Fact::unknown(why);
        }
    }
    wanted.copies.extend(perhaps);
}

/// The copies that were asked about. What is asked for by name and is not there is an error, unless AWS did not say what plans there
/// are: then that stays open. `called`: what the plans among them are
/// called before a change and after it, where there is one: then what is not there is left out, as the other facts may have it.
pub(super) fn asked_for<'a>(
    asked: &Check,
    inventory: &'a Inventory,
    facts: &Facts<'_>,
    called: Option<&PlanNames>,
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
        let none = PlanNames::new();
        let names = (asked.plan.as_slice(), called.unwrap_or(&none));
        of_plans(names, &mut plans, &mut wanted, facts)?;
    }
    if !asked.copy.is_empty() {
        let is_there = |id: &&String| wanted.copies.iter().any(|copy| copy.id() == *id);
        let missing = asked.copy.iter().filter(|_| called.is_none());
        let missing: Vec<&String> = missing.filter(|id| !is_there(id)).collect();
        if let Some(id) = missing.first() {
            let near = near::meant(id, wanted.copies.iter().map(Asked::id));
            let ids: Vec<String> = match near {
                Some(near) => vec![near.to_owned()],
                None => wanted
                    .copies
                    .iter()
                    .map(|copy| copy.id().to_owned())
                    .collect(),
            };
            let there = match listed(ids) {
                none if none.is_empty() => "; there are none".to_owned(),
                near_one if near.is_some() => format!("; did you mean `{near_one}`?"),
                ids => format!("; there are: {ids}"),
            };
            if wanted.open.is_empty() {
                bail!("there is no copy `{id}`{there}");
            }
            let each = missing.iter();
            let each = each.map(|id| format!("there is no copy `{id}` of what was read{there}"));
            wanted.not_found.extend(each);
        }
        let is_whole = missing.is_empty();
        wanted
            .copies
            .retain(|copy| asked.copy.iter().any(|id| copy.id() == id));
        if is_whole {
            wanted.gaps.clear();
            wanted.open.clear();
        }
    }
    if let Some(arn) = &asked.resource {
        // Of what a copy is that was not read, it may be of this one.
        wanted.copies.retain(|copy| {
            let copy = copy.copy(facts);
            match &copy.resource {
                Fact::Known(of) => of.as_ref() == Some(arn),
                Fact::Unknown(_) => is_near(&copy, arn),
            }
        });
        wanted.open.retain(|gap| may_be_of(gap, arn));
        wanted.gaps.retain(|gap| may_be_of(gap, arn));
        if called.is_none() && wanted.copies.is_empty() && wanted.open.is_empty() {
            return Err(none("resource", arn, facts.resource_meant(arn)));
        }
    }
    if let Some(arn) = &asked.recovery_point {
        wanted
            .copies
            .retain(|copy| copy.named().recovery_point.as_ref() == Some(arn));
        wanted.gaps.clear();
        wanted.open.clear();
        if called.is_none() && wanted.copies.is_empty() {
            return Err(none("recovery point", arn, None));
        }
    }
    Ok(wanted)
}

/// Leaves the copies of these plans, which are known by their ids, and by their names where they have one.
fn of_plans(
    (ids, called): (&[String], &PlanNames),
    plans: &mut Vec<Plan>,
    wanted: &mut Wanted<'_>,
    facts: &Facts<'_>,
) -> anyhow::Result<()> {
    let mentioned: BTreeSet<String> = wanted
        .copies
        .iter()
        .filter_map(|copy| Some(copy.named().plan?.id))
        .collect();
    let is_called = |plan: &Plan| called.iter().any(|(id, _)| plan.id == *id);
    let is = |plan: &Plan| is_called(plan) || ids.iter().any(|id| is_named(plan, id));
    let is_there = |id: &&String| {
        mentioned.contains(*id)
            || plans.iter().any(|plan| is_named(plan, id))
            || called.iter().any(|(_, name)| name == *id)
    };
    let missing: Vec<&String> = ids.iter().filter(|id| !is_there(id)).collect();
    let mut not_found = Vec::new();
    let mut unlisted = Vec::new();
    if let Some(first) = missing.first() {
        unlisted = facts.plans_wanted();
        unlisted.extend(plans.iter().flat_map(perhaps_called));
        if unlisted.is_empty() {
            return Err(no_plan(first, plans, mentioned, facts));
        }
        let each = missing.iter();
        not_found.extend(each.map(|id| {
            let hint = meant(id, plans, &mentioned);
            format!("there is no plan `{id}` among those that were read{hint}")
        }));
    }
    plans.retain(is);
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
    wanted.not_found = not_found;
    wanted.leave_open(unlisted);
    let of_these = facts.plans_wanted().into_iter();
    wanted.leave_open(of_these.filter(|gap| {
        let mut plans = plans.iter();
        plans.any(|plan| plan.id == *gap.subject || plan.arn() == gap.subject)
    }));
    if plans.iter().any(Plan::is_made_of_a_policy) {
        wanted.leave_open(plans::policies_unread(facts));
    }
    Ok(())
}

/// What was not read of a plan whose name, which any may have, stands in that.
fn perhaps_called(plan: &Plan) -> impl Iterator<Item = Gap> + '_ {
    let of_body = |gap: &&Gap| gap.operation() == "backup:GetBackupPlan";
    let unread = plan.unread.iter().filter(|_| plan.name.is_none());
    unread.filter(of_body).cloned()
}

/// That a plan is not there, with those that are, and where nobody looked.
fn no_plan(
    id: &str,
    plans: &[Plan],
    mentioned: BTreeSet<String>,
    facts: &Facts<'_>,
) -> anyhow::Error {
    let hint = meant(id, plans, &mentioned);
    let mut known = mentioned;
    known.extend(plans.iter().map(|plan| plan.id.clone()));
    let called = |id: &String| {
        let plan = plans.iter().find(|plan| plan.id == *id);
        let name = plan
            .and_then(|plan| plan.name.as_deref())
            .filter(|name| name != id);
        name.map_or_else(|| id.clone(), |name| format!("{name} ({id})"))
    };
    let there = match known.is_empty() {
        true => "no plan was read".to_owned(),
        false => format!("there are: {}", listed(known.iter().map(called).collect())),
    };
    let mut text = match hint.is_empty() {
        true => format!("there is no plan `{id}`; {there}"),
        false => format!("there is no plan `{id}`{hint} {}", capital(&there)),
    };
    let unlisted = facts.plans_not_listed();
    let places: BTreeSet<String> = unlisted.iter().map(|gap| gap.subject.clone()).collect();
    if !places.is_empty() {
        let places = listed(places.into_iter().collect());
        text += &format!("; whose plans were not read (backup:ListBackupPlans): {places}");
    }
    anyhow::anyhow!(text)
}

/// A sentence of a clause.
fn capital(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Which plan may be meant.
fn meant(id: &str, plans: &[Plan], mentioned: &BTreeSet<String>) -> String {
    let names = plans.iter().filter_map(|plan| plan.name.as_deref());
    let ids = plans.iter().map(|plan| plan.id.as_str());
    let known = names.chain(ids).chain(mentioned.iter().map(String::as_str));
    let near = near::meant(id, known);
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

fn none(what: &str, arn: &Arn, meant: Option<&Arn>) -> anyhow::Error {
    let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    anyhow::anyhow!("no copy of the inventory, or of its plans, is of the {what} `{arn}`{hint}")
}

/// Whether a copy out of a vault may be one of a resource: it lies in the same account and Region, as far as both are known.
fn is_near(copy: &Copy, resource: &Arn) -> bool {
    let Some(vault) = copy.endpoints().source_vault.as_ref().known() else {
        return true;
    };
    let account = resource.account().is_none() || resource.account() == vault.account();
    account && (resource.region().is_none() || resource.region() == vault.region())
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
