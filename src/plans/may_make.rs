//! Copies that were made before a change which leaves open whether they still are.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::catalog::calls::api_call;
use crate::inventory::{self, Facts, Json, MadeBy, Named, PlanReference};
use crate::known::{AccountId, Arn, ByHand, Fact, Gap, Region};

use super::condition::Holds;
use super::organization::{self, policies_unread};
use super::{Plan, plans};

/// What is known of one of the two things that make a copy: a rule, and a selection.
enum Part {
    /// It is there.
    There,
    /// It is not.
    Gone,
    /// Nobody knows, for want of this.
    Open(Gap),
}

/// The plans after a change, asked whether they still make what they made before.
pub struct PerhapsMade<'a> {
    /// By account, Region and id; read when the first is asked.
    plans: OnceCell<BTreeMap<(AccountId, Region, String), Plan>>,
    /// What of the policies of organizations is not known.
    policies: OnceCell<Vec<Gap>>,
    facts: &'a Facts<'a>,
    /// Those before the change, where there is one.
    before: Option<&'a Facts<'a>>,
}

impl<'a> PerhapsMade<'a> {
    /// Those of these facts.
    #[must_use]
    pub const fn of(facts: &'a Facts<'a>, before: Option<&'a Facts<'a>>) -> Self {
        Self {
            plans: OnceCell::new(),
            policies: OnceCell::new(),
            facts,
            before,
        }
    }

    fn plan(&self, id: &str, account: AccountId, region: &Region) -> Option<&Plan> {
        let by_place = self.plans.get_or_init(|| {
            let plans = plans(self.facts).into_iter();
            let each = plans.map(|plan| {
                let place = (plan.account, plan.region.clone(), plan.id.clone());
                (place, plan)
            });
            each.collect()
        });
        by_place.get(&(account, region.clone(), id.to_owned()))
    }

    /// Why it is not known whether a copy that a plan made and that is not among those that plans make is made all the same;
    /// `None`: it is not.
    #[must_use]
    pub fn why(&self, copy: &Named) -> Option<Gap> {
        let by = copy.plan.as_ref()?;
        let MadeBy {
            account, region, ..
        } = by.made_by.as_ref()?;
        let resource = copy.resource.as_ref()?;
        if self.facts.resource_exists(resource) == Fact::Known(false) {
            return None;
        }
        let Some(plan) = self.plan(&by.id, *account, region) else {
            return self.plan_may_be_there(by, *account, region);
        };
        let rule = plan.may_copy_into(by, &copy.destination_vault);
        let selection = plan.may_take(resource, self.facts);
        match (rule, selection) {
            (Part::Gone, _) | (_, Part::Gone) | (Part::There, Part::There) => {
                self.as_it_was(*account, region)
            }
            (Part::Open(gap), _) | (_, Part::Open(gap)) => Some(gap),
        }
    }

    /// Why a plan that a template says otherwise than it was read may stand as it was read.
    fn as_it_was(&self, account: AccountId, region: &Region) -> Option<Gap> {
        match self.facts.plans_listed(account, region) {
            Fact::Unknown(gap) if gap.hand() == Some(ByHand::Planned) => Some(*gap),
            Fact::Unknown(_) | Fact::Known(()) => None,
        }
    }

    /// Why a copy of a plan that is there may not be made as it is told: AWS refuses what a change makes of the plan, or the policy that
    /// a listed plan is made of is not known any more.
    #[must_use]
    pub fn why_otherwise(&self, copy: &Named) -> Option<Gap> {
        let by = copy.plan.as_ref()?;
        let MadeBy {
            account, region, ..
        } = by.made_by.as_ref()?;
        let is_listed = organization::is_listed(*account, region, &by.id);
        let of_change = |gap: &&Gap| gap.hand() == Some(ByHand::Planned);
        match is_listed {
            true => self.policy_of(*account).find(of_change).cloned(),
            false => self.refused(by, *account, region),
        }
    }

    /// What AWS refuses of a plan, or of a selection of it, that stands otherwise than before the change: what stands as it was read
    /// AWS has taken.
    fn refused(&self, by: &PlanReference, account: AccountId, region: &Region) -> Option<Gap> {
        let before = self.before?;
        let plan = self.plan(&by.id, account, region)?;
        let [was, is] = [before, self.facts].map(|facts| facts.plan_of_id(&by.id, account, region));
        let is = is?;
        let differs = was.is_none_or(|was| {
            was.plan != is.plan || selections_of(was, by) != selections_of(is, by)
        });
        // A change of it may not come about.
        let call = api_call!("backup:GetBackupPlan");
        let gap = self.facts.gap(call, &by.id, Some(account), Some(region));
        if differs && gap.hand() == Some(ByHand::Planned) {
            return Some(gap);
        }
        if let Some(gap) = &plan.refused
            && was.is_none_or(|was| was.plan != is.plan)
        {
            return Some(gap.clone());
        }
        let mut selections = plan.selections.iter();
        let gap = selections.find_map(|one| {
            let refused = one.refused.as_ref();
            refused.filter(|_| one.name == by.selection)
        })?;
        let stands = was.is_some_and(|was| selections_of(was, by) == selections_of(is, by));
        (!stands).then(|| gap.clone())
    }

    fn policy_of(&self, account: AccountId) -> impl Iterator<Item = &Gap> {
        let account = account.to_string();
        let is_of = move |gap: &&Gap| gap.account.as_ref().is_none_or(|of| *of == account);
        let policies = self.policies.get_or_init(|| policies_unread(self.facts));
        policies.iter().filter(is_of)
    }

    fn plan_may_be_there(
        &self,
        by: &PlanReference,
        account: AccountId,
        region: &Region,
    ) -> Option<Gap> {
        if organization::is_made(account, region, &by.id) {
            return self.policy_of(account).next().cloned();
        }
        match self.facts.plans_listed(account, region) {
            Fact::Known(()) => None,
            Fact::Unknown(gap) => Some(*gap),
        }
    }
}

/// Whether what AWS refuses of a plan is the rule itself that makes a copy.
#[must_use]
pub fn is_of_own_rule(copy: &PlanReference, refused: &Gap) -> bool {
    let rule = copy.made_by.as_ref().and_then(|by| by.rule);
    let is_it = |place| {
        refused
            .subject
            .contains(&format!("/BackupPlan/Rules/{place}/"))
    };
    refused.hand() == Some(ByHand::Refused) && rule.is_some_and(is_it)
}

/// The selections of a plan that have the name of the one that makes a copy.
fn selections_of<'p>(plan: &'p inventory::Plan, by: &PlanReference) -> Vec<&'p Value> {
    let all = plan.selections.value();
    let all = all
        .and_then(|Json(all)| all.as_array())
        .into_iter()
        .flatten();
    let name = |one: &'p Value| {
        let one = one.get("BackupSelection").unwrap_or(one);
        one.get("SelectionName")?.as_str()
    };
    all.filter(|one| name(one) == Some(&*by.selection))
        .collect()
}

impl Plan {
    /// Whether the rule that made a copy is there and copies into its vault.
    fn may_copy_into(&self, by: &PlanReference, vault: &Arn) -> Part {
        let rules = || self.rules.iter().filter(|rule| rule.name == by.rule);
        let lost = self.lost.rules.iter();
        let lost = lost.filter(|(name, _)| name.as_ref().is_none_or(|name| *name == by.rule));
        let open = rules()
            .find_map(|rule| rule.more.as_ref())
            .or_else(|| lost.map(|(_, gap)| gap).next());
        let copies = || {
            let mut targets = rules().flat_map(|rule| &rule.targets);
            targets.any(|target| target.vault == *vault)
        };
        match open {
            Some(gap) => Part::Open(gap.clone()),
            None if copies() => Part::There,
            None => Part::Gone,
        }
    }

    /// Whether one of its selections takes a resource.
    fn may_take(&self, resource: &Arn, facts: &Facts<'_>) -> Part {
        let more = self.selections.iter().filter_map(|one| one.more.as_ref());
        let takes = || {
            let mut selections = self.selections.iter();
            selections
                .any(|one| one.takes(resource, self.account, &self.region, facts) != Holds::No)
        };
        match more.chain(&self.lost.selections).next() {
            Some(gap) => Part::Open(gap.clone()),
            None if takes() => Part::There,
            None => Part::Gone,
        }
    }
}
