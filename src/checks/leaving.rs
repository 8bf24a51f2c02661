//! Which resources leave their account, and for which reason the others do not.
//!
//! Each copy is put to its resource once, each plan to its account and Region once, and only a resource that no copy takes out
//! is held against the selections of its own account.

mod plans;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::catalog::{Kind, can_leave_its_account};
use crate::inventory::{Facts, KindOf, PlanReference, volumes};
use crate::known::{AccountId, Arn, Fact, Gap, Region, ResourceType};
use crate::plans::{Holds, Nearest, Plan, Rule, Selection, nearest, settling};
use crate::verdict::{Outcome, Verdict};
use plans::{Cell, Plans};

pub use plans::Since;

/// A decided copy, as much as its resource asks of it.
#[derive(Clone, Debug)]
pub struct CopyOf<'c> {
    /// Its id.
    pub id: &'c str,
    /// What is copied.
    pub resource: &'c Arn,
    /// The account and the Region that it comes from, where they are known.
    pub from: (Option<AccountId>, Option<&'c Region>),
    /// The vault that it goes to.
    pub vault: &'c Arn,
    /// What was decided of it.
    pub verdict: Verdict,
    /// The checks that fail.
    pub failing: Vec<&'static str>,
    /// The first thing that it waits for.
    pub waits: Option<&'c Outcome>,
    /// The plan that makes it.
    pub plan: Option<&'c PlanReference>,
    /// Whether anything was taken for granted for it to be made.
    pub assumes: bool,
}

/// A resource, and what leaves its account.
#[derive(Clone, Debug)]
pub struct Resource<'c> {
    /// Its ARN.
    pub arn: Arn,
    /// The account that it is in.
    pub account: AccountId,
    /// The Region that it is in.
    pub region: Region,
    /// Its type, where that is known.
    pub of: Option<ResourceType>,
    /// Every copy that is made of it.
    pub copies: Vec<CopyOf<'c>>,
    /// Whether it leaves its account.
    pub leaving: Leaving<'c>,
    /// The copies out of its account that plans should have made by now.
    pub due: Vec<Due<'c>>,
}

/// A copy that a plan should have made by now.
#[derive(Clone, Debug)]
pub struct Due<'c> {
    /// The plan.
    pub plan: &'c Plan,
    /// Its rule.
    pub rule: &'c Rule,
    /// The vault that it goes to.
    pub vault: &'c Arn,
    /// Its selection, by name.
    pub selection: &'c str,
    /// A copy of a backup that started then would be there by now: the last such start.
    pub since: Since,
    /// Why it is not certain that the plan takes the resource.
    pub doubt: Option<Gap>,
}

/// Whether a resource leaves its account.
#[derive(Clone, Debug)]
pub enum Leaving<'c> {
    /// No backup of its type can.
    NotOfItsType,
    /// A copy takes it out that will succeed.
    Out,
    /// That is not known: the copy that may, where there is one, and what would settle it.
    Open(Option<&'c str>, Vec<Gap>),
    /// It does not.
    Missed(Reason<'c>),
}

/// Why a resource does not leave its account.
#[derive(Clone, Debug)]
pub enum Reason<'c> {
    /// No plan takes it.
    NoPlan(Option<Box<Nearest<'c>>>),
    /// Plans take it, and no rule of theirs copies.
    CopiesNothing(Vec<&'c Plan>),
    /// All copies of it stay within its account; a plan that makes them.
    WithinAccount(BTreeSet<&'c Arn>, Option<&'c Plan>),
    /// All copies out of it are blocked, by these checks.
    Blocked(usize, BTreeSet<&'static str>),
    /// No copy leaves its account, and those within it are blocked, by these checks; a plan that makes them.
    BlockedWithin(usize, BTreeSet<&'static str>, Option<&'c Plan>),
    /// The rules that copy it out never start again.
    NeverStarts(&'c Plan, &'c Rule),
}

impl Resource<'_> {
    /// Whether copies of it to another account are made, and all of them are blocked.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        let copies = self.copies.iter();
        let mut out = copies.filter(|copy| copy.vault.account() != Some(self.account));
        let is_blocked = |copy: &CopyOf<'_>| copy.verdict == Verdict::Blocked;
        out.next().is_some_and(is_blocked) && out.all(is_blocked)
    }
}

impl Reason<'_> {
    /// Its word in reports.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NoPlan(_) => "no-plan",
            Self::CopiesNothing(_) => "plan-copies-nothing",
            Self::WithinAccount(..) => "within-account",
            Self::Blocked(..) | Self::BlockedWithin(..) => "copies-blocked",
            Self::NeverStarts(..) => "never-starts",
        }
    }
}

/// Every resource that was found, or that a plan or a copy names, in the order of account, Region and ARN.
#[must_use]
pub fn resources<'c>(
    plans: &'c [Plan],
    copies: impl IntoIterator<Item = CopyOf<'c>>,
    facts: &Facts<'_>,
) -> Vec<Resource<'c>> {
    let mut all: BTreeMap<Arn, (AccountId, Region)> = BTreeMap::new();
    for (arn, (account, region)) in facts.resources_found() {
        let account = arn.account().unwrap_or(account);
        let region = arn.region().unwrap_or_else(|| region.clone());
        all.insert(arn.clone(), (account, region));
    }
    let mut of_resource: HashMap<&Arn, Vec<CopyOf<'c>>> = HashMap::new();
    for copy in copies {
        if let (Some(account), Some(region)) = copy.from
            && !all.contains_key(copy.resource)
        {
            all.insert(copy.resource.clone(), (account, region.clone()));
        }
        of_resource.entry(copy.resource).or_default().push(copy);
    }
    for plan in plans {
        let literal = plan.selections.iter().flat_map(Selection::literal);
        for arn in literal {
            let is_here = arn.account().is_none_or(|of| of == plan.account)
                && arn.region().is_none_or(|of| of == plan.region);
            if is_here {
                let place = || (plan.account, plan.region.clone());
                all.entry(arn).or_insert_with(place);
            }
        }
    }
    // AWS Backup backs up the cluster, and not its instances.
    let members = all.extract_if(.., |arn, _| facts.cluster_of(arn).is_some());
    let members: Vec<(Arn, (AccountId, Region))> = members.collect();
    for (member, place) in members {
        if let Some(cluster) = facts.cluster_of(&member) {
            all.entry(cluster).or_insert(place);
        }
    }
    let by_place = Plans::new(plans, facts);
    let within = within(&of_resource, facts);
    let there = all
        .into_iter()
        .filter(|(arn, _)| facts.resource_exists(arn) != Fact::Known(false));
    let found = there.map(|(arn, (account, region))| {
        let copies = of_resource.remove(&arn).unwrap_or_default();
        let (of, kind) = KindOf::resource(&arn, account, &region, facts);
        let place = (account, &region);
        // The copies of an image take the volumes of its instance with them.
        let with_its = within.get(&arn).into_iter().flatten();
        let out: Vec<CopyOf<'c>> = copies.iter().chain(with_its).cloned().collect();
        let leaving = leaving(&arn, place, (&of, &kind), &out, &by_place, facts);
        let due = due(&arn, place, &copies, &by_place, facts);
        Resource {
            arn,
            account,
            region,
            of: of.known(),
            copies,
            leaving,
            due,
        }
    });
    let mut found: Vec<Resource<'c>> = found.collect();
    found.sort_by(|one, other| {
        (one.account, &one.region, &one.arn).cmp(&(other.account, &other.region, &other.arn))
    });
    found
}

/// The copies of instances by the volumes that these have, which go with the images.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/multi-volume-crash-consistent.html>.
fn within<'c>(
    of_resource: &HashMap<&Arn, Vec<CopyOf<'c>>>,
    facts: &Facts<'_>,
) -> HashMap<Arn, Vec<CopyOf<'c>>> {
    let mut within: HashMap<Arn, Vec<CopyOf<'c>>> = HashMap::new();
    let instances = of_resource
        .iter()
        .filter(|(arn, _)| arn.service() == "ec2" && arn.resource().starts_with("instance/"));
    for (instance, copies) in instances {
        for volume in volumes(instance, facts) {
            let of = within.entry(volume).or_default();
            of.extend(copies.iter().cloned());
        }
    }
    within
}

/// Whether backups of a resource can be copied to another account at all: `None` where that is not known. Those of a DynamoDB
/// table can once the Region's settings say so.
fn can_leave(of: &Fact<ResourceType>, kind: &KindOf) -> Option<bool> {
    match (kind.agreed(can_leave_its_account), of) {
        (Fact::Known(out), _) => Some(out == Some(true)),
        (Fact::Unknown(_), Fact::Known(of)) => {
            let mut kinds = Kind::candidates(of).iter();
            kinds
                .any(|kind| can_leave_its_account(*kind))
                .then_some(true)
        }
        (Fact::Unknown(_), Fact::Unknown(_)) => None,
    }
}

fn leaving<'c>(
    arn: &Arn,
    place: (AccountId, &Region),
    (of, kind): (&Fact<ResourceType>, &KindOf),
    copies: &[CopyOf<'c>],
    plans: &Plans<'c>,
    facts: &Facts<'_>,
) -> Leaving<'c> {
    let (account, region) = place;
    let can = can_leave(of, kind);
    if can == Some(false) {
        return Leaving::NotOfItsType;
    }
    let cell = plans.cells.get(&(account, region.clone()));
    let is_out = |copy: &&CopyOf<'c>| copy.vault.account() != Some(account);
    let over = |copy: &CopyOf<'c>| {
        let by = copy.plan?;
        let rule = by.made_by.as_ref()?.rule?;
        cell?.over.get(&(&*by.id, rule)).copied()
    };
    let all_out = copies.iter().filter(is_out);
    let (ended, out): (Vec<&CopyOf<'c>>, Vec<&CopyOf<'c>>) =
        all_out.partition(|copy| over(copy).is_some());
    let over = ended.first().and_then(|copy| over(copy));
    let mut open: Vec<Gap> = Vec::new();
    let mut may = None;
    for copy in &out {
        match copy.verdict {
            Verdict::Blocked => {}
            Verdict::Feasible => match doubt(copy, copy.resource, place, cell, facts) {
                None => return Leaving::Out,
                Some(gap) => open.push(gap),
            },
            Verdict::Undecided => {
                // What the first of them waits for is enough to go on with.
                if may.is_none() {
                    may = Some(copy.id);
                    open.extend(waits_for(copy));
                }
            }
        }
    }
    match cell {
        Some(cell) => open.extend(cell.open.iter().cloned()),
        None => {
            if let Fact::Unknown(gap) = facts.plans_listed(account, region) {
                open.push(*gap);
            }
            let of_policies = plans.of_policies.get(&account.to_string());
            open.extend(of_policies.into_iter().flatten().cloned());
        }
    }
    if let (None, Fact::Unknown(gap)) = (can, of) {
        open.push((**gap).clone());
    }
    if !open.is_empty() {
        open.sort();
        open.dedup();
        return Leaving::Open(may, open);
    }
    if !out.is_empty() {
        let failing = out.iter().flat_map(|copy| copy.failing.iter().copied());
        return Leaving::Missed(Reason::Blocked(out.len(), failing.collect()));
    }
    if let Some((plan, rule)) = over {
        return Leaving::Missed(Reason::NeverStarts(plan, rule));
    }
    if !copies.is_empty() {
        let made = copies.iter();
        let made = made.filter(|copy| copy.verdict != Verdict::Blocked);
        let vaults: BTreeSet<&Arn> = made.map(|copy| copy.vault).collect();
        let mut by = copies.iter().filter_map(|copy| copy.plan);
        let plan = by.find_map(|by| cell?.by_id.get(&*by.id).copied());
        return Leaving::Missed(if vaults.is_empty() {
            let failing = copies.iter().flat_map(|copy| copy.failing.iter().copied());
            Reason::BlockedWithin(copies.len(), failing.collect(), plan)
        } else {
            Reason::WithinAccount(vaults, plan)
        });
    }
    let takes = taken_by(cell, arn, place, facts);
    if !takes.is_empty() {
        return Leaving::Missed(Reason::CopiesNothing(takes));
    }
    let own = cell.into_iter().flat_map(|cell| cell.plans.iter().copied());
    let of_account = plans.of_account.get(&account).into_iter().flatten();
    let elsewhere = of_account.copied().filter(|plan| plan.region != *region);
    let nearest = nearest(own.chain(elsewhere), arn, place, facts);
    Leaving::Missed(Reason::NoPlan(nearest.map(Box::new)))
}

/// The copies out of the account that plans should have made by now.
fn due<'c>(
    arn: &Arn,
    place: (AccountId, &Region),
    copies: &[CopyOf<'c>],
    plans: &Plans<'c>,
    facts: &Facts<'_>,
) -> Vec<Due<'c>> {
    let (account, region) = place;
    let Some(cell) = plans.cells.get(&(account, region.clone())) else {
        return Vec::new();
    };
    let out = copies
        .iter()
        .filter(|copy| copy.vault.account() != Some(account));
    let due = out.filter_map(|copy| {
        let by = copy.plan?;
        let plan = *cell.by_id.get(&*by.id)?;
        let made = by.made_by.as_ref()?.rule?;
        let rule = plan.rules.iter().find(|rule| rule.place == made)?;
        Some(Due {
            plan,
            rule,
            vault: copy.vault,
            selection: &by.selection,
            since: *cell.since.get(&(&*plan.id, rule.place))?,
            doubt: doubt(copy, arn, place, Some(cell), facts),
        })
    });
    due.collect()
}

/// Why it is not certain that a plan takes what this copies; `None` where it is, or no plan makes the copy.
fn doubt(
    copy: &CopyOf<'_>,
    arn: &Arn,
    (account, region): (AccountId, &Region),
    cell: Option<&Cell<'_>>,
    facts: &Facts<'_>,
) -> Option<Gap> {
    let by = copy.plan.filter(|_| copy.assumes)?;
    let plans = cell.into_iter().flat_map(|cell| &cell.plans);
    let selections = plans
        .filter(|plan| plan.id == by.id)
        .flat_map(|plan| &plan.selections)
        .filter(|selection| selection.name == by.selection);
    let mut why = None;
    for selection in selections {
        match selection.takes(arn, account, region, facts) {
            Holds::Yes => return None,
            Holds::No => {}
            Holds::Assumed(words) | Holds::Open(words) => why = Some(words),
        }
    }
    why.map(|words| unsettled(words, arn, (account, region), facts))
}

/// What would settle whether a selection takes a resource, which is taken to be so: `words` say why.
fn unsettled(
    words: String,
    arn: &Arn,
    (account, region): (AccountId, &Region),
    facts: &Facts<'_>,
) -> Gap {
    settling(arn, account, region, facts).unwrap_or_else(|| {
        Gap::not_told(format!("whether a plan selects it: {words}"), arn.as_str())
            .within(Some(account), Some(region))
    })
}

/// What a copy waits for, as far as it goes.
fn waits_for(copy: &CopyOf<'_>) -> Vec<Gap> {
    let gaps = copy.waits.into_iter().flat_map(|found| &found.gaps);
    let gaps: Vec<Gap> = gaps.take(3).cloned().collect();
    if gaps.is_empty() {
        return vec![Gap::not_told("what the copy waits for", copy.id)];
    }
    gaps
}

/// The plans that take a resource of which no copy is made, or may.
fn taken_by<'p>(
    cell: Option<&Cell<'p>>,
    arn: &Arn,
    (account, region): (AccountId, &Region),
    facts: &Facts<'_>,
) -> Vec<&'p Plan> {
    let plans = cell.into_iter().flat_map(|cell| cell.plans.iter().copied());
    let takes = |plan: &&Plan| {
        let mut selections = plan.selections.iter();
        selections.any(|one| one.takes(arn, account, region, facts) != Holds::No)
    };
    plans.filter(takes).collect()
}
