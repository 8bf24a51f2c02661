//! The plans by account and Region, with what was not read of them.

use std::collections::HashMap;

use crate::inventory::Facts;
use crate::known::{AccountId, Gap, Region};
use crate::plans::{self, Plan, Rule, Starts};

/// The last start of a rule whose copy would be there by now, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Then.
    Start(i128),
    /// There was none.
    Never,
    /// The rule's schedule is not one that is understood, or nobody says what time it is.
    Unknown,
}

impl Since {
    fn of(starts: &Starts, now: Option<i128>) -> Self {
        const MINUTE: i128 = 60 * 1000;
        let Some((now, schedule)) = now.zip(starts.schedule.as_ref()) else {
            return Self::Unknown;
        };
        let windows = i128::from(starts.minutes).saturating_mul(MINUTE);
        schedule
            .last_before(now.saturating_sub(windows))
            .map_or(Self::Never, Self::Start)
    }
}

/// The plans of an account and a Region.
#[derive(Default)]
pub(super) struct Cell<'p> {
    pub(super) plans: Vec<&'p Plan>,
    pub(super) by_id: HashMap<&'p str, &'p Plan>,
    pub(super) since: HashMap<(&'p str, usize), Since>,
    /// The rules that never start again.
    pub(super) over: HashMap<(&'p str, usize), (&'p Plan, &'p Rule)>,
    /// What was not read of them, or of those that there may be.
    pub(super) open: Vec<Gap>,
}

/// The plans, by their place.
pub(super) struct Plans<'p> {
    pub(super) cells: HashMap<(AccountId, Region), Cell<'p>>,
    /// Those that copy out of their account.
    pub(super) of_account: HashMap<AccountId, Vec<&'p Plan>>,
    /// What was not read of the organization's policies that may make more, by the account.
    pub(super) of_policies: HashMap<String, Vec<Gap>>,
}

impl<'p> Plans<'p> {
    pub(super) fn new(plans: &'p [Plan], facts: &Facts<'_>) -> Self {
        let mut cells: HashMap<(AccountId, Region), Cell<'p>> = HashMap::new();
        let mut of_account: HashMap<AccountId, Vec<&'p Plan>> = HashMap::new();
        let now = facts.known_until();
        for plan in plans {
            let place = (plan.account, plan.region.clone());
            let cell = cells.entry(place).or_default();
            cell.plans.push(plan);
            cell.by_id.insert(&plan.id, plan);
            for rule in plan.rules.iter().filter(|rule| !rule.targets.is_empty()) {
                let since = Since::of(&rule.starts, now);
                cell.since.insert((&plan.id, rule.place), since);
                let schedule = rule.starts.schedule.as_ref();
                if facts
                    .now()
                    .zip(schedule)
                    .is_some_and(|(now, schedule)| schedule.is_over(now))
                {
                    cell.over.insert((&plan.id, rule.place), (plan, rule));
                }
            }
            if plan.may_copy() {
                cell.open.extend(plan.unread.iter().cloned());
            }
            if plan.copies_out_of(plan.account) {
                of_account.entry(plan.account).or_default().push(plan);
            }
        }
        for gap in facts.plans_not_listed() {
            let account = gap.account.as_deref().map(AccountId::parse);
            let Some((Ok(account), region)) = account.zip(gap.region.as_deref()) else {
                continue;
            };
            let cell = cells.entry((account, Region::new(region))).or_default();
            cell.open.push(gap);
        }
        let mut of_policies: HashMap<String, Vec<Gap>> = HashMap::new();
        let unread = plans::policies_unread(facts).into_iter();
        for gap in unread.chain(facts.backup_policies_not_read()) {
            let account = gap.account.clone().unwrap_or_default();
            of_policies.entry(account).or_default().push(gap);
        }
        for ((account, _), cell) in &mut cells {
            // AWS lists what policies make among the others, where it makes any.
            if cell.plans.iter().any(|plan| plan.is_listed_of_a_policy()) {
                continue;
            }
            let unread = of_policies.get(&account.to_string());
            cell.open.extend(unread.into_iter().flatten().cloned());
        }
        Self {
            cells,
            of_account,
            of_policies,
        }
    }
}
