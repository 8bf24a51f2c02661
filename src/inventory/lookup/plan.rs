//! Backup plans, and what they find in their account and Region: resources, and the types that are opted in.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::calls::api_call;
use crate::catalog::lists::types_of;
use crate::inventory::field::Field;
use crate::inventory::frame::GapEntry;
use crate::inventory::list::items;
use crate::inventory::objects::Plan;
use crate::inventory::tree::Fields;
use crate::known::{AccountId, ApiCall, Arn, ByHand, Fact, Gap, Region, ResourceType, near};

use super::Facts;
use super::reads::Object;

/// The ARN of a plan.
#[must_use]
pub fn plan_arn(account: AccountId, region: &Region, id: &str) -> String {
    let partition = region.partition();
    format!("arn:{partition}:backup:{region}:{account}:backup-plan:{id}")
}

impl<'a> Facts<'a> {
    /// What a call about a plan left open: the gap of its ARN where that was recorded, else that of its id.
    #[must_use]
    pub fn gap_of_plan(&self, call: ApiCall, id: &str, account: AccountId, region: &Region) -> Gap {
        let of = |subject: &str| self.gap(call, subject, Some(account), Some(region));
        let by_arn = of(&plan_arn(account, region, id));
        match self.is_recorded(&by_arn) {
            true => by_arn,
            false => of(id),
        }
    }

    /// Every backup plan that was not deleted, with its account and Region, in the order of these and its id.
    #[must_use]
    pub fn plans(&self) -> Vec<(AccountId, &'a Region, &'a Plan)> {
        let mut plans = self.plans_recorded();
        plans.retain(|(.., plan)| !plan.is_deleted());
        plans
    }

    /// The backup plans of an account and a Region that were not deleted.
    #[must_use]
    pub fn plans_in(&self, account: AccountId, region: &Region) -> Vec<&'a Plan> {
        let region = self.region(account, region);
        let mut plans: Vec<&Plan> = region
            .parts()
            .flat_map(|part| items(&part.plans))
            .filter(|plan| !plan.is_deleted())
            .collect();
        plans.sort_by_key(|plan| &plan.id);
        plans.dedup_by_key(|plan| &plan.id);
        plans
    }

    /// Every backup plan, the deleted ones among them: what they made is still there.
    fn plans_recorded(&self) -> Vec<(AccountId, &'a Region, &'a Plan)> {
        let mut found: Vec<_> = self
            .layers(Object::Stored)
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts))
            .flat_map(|account| {
                items(&account.regions)
                    .iter()
                    .map(|region| (account.account, region))
            })
            .flat_map(|(account, region)| {
                items(&region.plans)
                    .iter()
                    .map(move |plan| (account, &region.region, plan))
            })
            .collect();
        found.sort_by_key(|(account, region, plan)| (*account, *region, &plan.id));
        found.dedup_by_key(|(account, region, plan)| (*account, *region, &plan.id));
        found
    }

    /// The plan of an id in an account and a Region.
    #[must_use]
    pub fn plan_of_id(&self, id: &str, account: AccountId, region: &Region) -> Option<&'a Plan> {
        let region = self.region(account, region);
        let mut plans = region.parts().flat_map(|part| items(&part.plans));
        plans.find(|plan| *plan.id == *id)
    }

    /// The Regions of which the plans were not read, each as the gap that it is. Those that a policy of the organization makes
    /// there are not all that there may be.
    #[must_use]
    pub fn plans_not_listed(&self) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for layer in self.layers(Object::Stored) {
            for account in items(&layer.inventory.accounts) {
                for region in items(&account.regions) {
                    let (id, name) = (account.account, &region.region);
                    if let Fact::Unknown(gap) = self.plans_listed(id, name) {
                        gaps.push(*gap);
                    }
                }
            }
        }
        let recorded = self.recorded_gaps();
        gaps.extend(recorded.filter(|gap| self.leaves_plans_open(gap)));
        let layers = self.layers(Object::Stored).iter();
        let entries = layers.flat_map(|layer| items(&layer.inventory.gaps));
        let of_everything = entries.filter(|entry| entry.is_of_everything());
        gaps.extend(of_everything.map(GapEntry::to_gap));
        gaps.sort();
        gaps.dedup();
        gaps
    }

    /// The same of those that leave open which copies there are: what AWS refused, what a change leaves open, and a plan or a
    /// selection that somebody wanted and did not get. A Region of which nobody listed the plans is only not known.
    #[must_use]
    pub fn plans_wanted(&self) -> Vec<Gap> {
        let mut gaps = self.plans_not_listed();
        let list = api_call!("backup:ListBackupPlans");
        gaps.retain(|gap| {
            gap.error.is_some() || gap.hand().is_some() || gap.operation() != list.as_str()
        });
        gaps
    }

    /// Whether plans may say more, for want of what a call could not read. A plan that lacks it says so itself.
    fn leaves_plans_open(&self, gap: &Gap) -> bool {
        const OF_PLANS: &[ApiCall] = &[
            api_call!("backup:ListBackupPlans"),
            api_call!("backup:GetBackupPlan"),
            api_call!("backup:ListBackupSelections"),
            api_call!("backup:GetBackupSelection"),
        ];
        // Whatever permission it names: the call is what was not answered.
        let mut of_plans = OF_PLANS.iter().copied();
        let Some(call) = of_plans.find(|call| call.as_str() == gap.operation()) else {
            return false;
        };
        let is_meant = |plan: &Plan| {
            let arn = plan.arn.value().map(Arn::as_str);
            *plan.id == *gap.subject || arn == Some(gap.subject.as_str())
        };
        let says_so = |plan: &Plan| {
            if call == api_call!("backup:GetBackupPlan") {
                plan.plan.value().is_none()
            } else {
                plan.selections.value().is_none()
            }
        };
        !self
            .plans_recorded()
            .into_iter()
            .any(|(.., plan)| is_meant(plan) && says_so(plan))
    }

    /// Whether the plans of a Region were listed; else the gap.
    #[must_use]
    pub fn plans_listed(&self, account: AccountId, region: &Region) -> Fact<()> {
        let subject = format!("{account}/{region}");
        let call = api_call!("backup:ListBackupPlans");
        let gap = self.gap(call, &subject, Some(account), Some(region));
        let facts = self.region(account, region);
        // Those that a policy makes are there, whoever listed the others.
        if facts.field(|r| &r.plans).is_present() && !self.is_recorded(&gap) {
            return Fact::Known(());
        }
        Fact::unknown(gap)
    }

    /// The accounts of which nobody knows whether a backup policy of their organization makes plans, each as the gap that it
    /// is. An account in no organization has none.
    #[must_use]
    pub fn backup_policies_not_read(&self) -> Vec<Gap> {
        let call = api_call!("organizations:DescribeEffectivePolicy");
        let accounts = self
            .layers(Object::Settings)
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts));
        let accounts: BTreeSet<AccountId> = accounts.map(|account| account.account).collect();
        let unread = accounts.into_iter().filter(|id| {
            let account = self.account(*id);
            matches!(account.field(|a| &a.backup_policy), Field::Absent)
                && !matches!(account.field(|a| &a.organization), Field::Null)
        });
        // Which of the policies a call was about, its gap does not always say.
        let recorded = self.recorded_gaps();
        let recorded = recorded.filter(|gap| gap.api_call() == Some(call));
        let recorded: Vec<Gap> = recorded.collect();
        let gaps = unread.map(|id| {
            let id_text = id.to_string();
            let is_of = |gap: &&Gap| gap.account.as_deref().is_none_or(|of| *of == *id_text);
            let known = recorded.iter().find(is_of).cloned();
            // What waits for a change was recorded with what it waits for.
            known.unwrap_or_else(|| {
                self.gap(call, &id_text, Some(id), None)
                    .within(Some(id), None)
            })
        });
        gaps.collect()
    }

    /// The calls that AWS refused of those that say what there is: accounts, Regions, vaults, plans. Nobody knows what they
    /// would have listed.
    #[must_use]
    pub fn not_listed(&self) -> Vec<Gap> {
        const LISTS: &[ApiCall] = &[
            api_call!("sts:AssumeRole"),
            api_call!("organizations:ListAccounts"),
            api_call!("organizations:ListAccountsForParent"),
            api_call!("organizations:ListOrganizationalUnitsForParent"),
            api_call!("backup:ListBackupPlans"),
            api_call!("backup:ListBackupVaults"),
        ];
        let refused = self.recorded_gaps();
        let refused = refused.filter(|gap| gap.error.is_some());
        refused
            .filter(|gap| {
                // Of all Regions, not of one.
                let all_regions = gap.api_call() == Some(api_call!("ec2:DescribeRegions"))
                    && AccountId::parse(&gap.subject).is_ok();
                all_regions || gap.api_call().is_some_and(|call| LISTS.contains(&call))
            })
            .collect()
    }

    /// Why there may be accounts or Regions of which nobody looked for resources: an account without any Region, and a call
    /// that lists accounts or Regions, or gets into an account, and that AWS refused.
    #[must_use]
    pub fn places_not_listed(&self) -> Vec<Gap> {
        let of_backup = |gap: &Gap| gap.operation().starts_with("backup:");
        let mut open = self.not_listed();
        open.retain(|gap| !of_backup(gap));
        let with_regions: BTreeSet<AccountId> = self
            .places()
            .into_iter()
            .map(|(account, _)| account)
            .collect();
        let accounts = self
            .layers(Object::Stored)
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts));
        let accounts: BTreeSet<AccountId> = accounts.map(|account| account.account).collect();
        for account in accounts.difference(&with_regions) {
            let call = api_call!("cloudformation:ListResources");
            open.push(self.gap(call, &account.to_string(), Some(*account), None));
        }
        open
    }

    /// The resources that were found in a Region of an account.
    #[must_use]
    pub fn resources_in(&self, account: AccountId, region: &Region) -> BTreeSet<&'a Arn> {
        let region = self.region(account, region);
        region
            .parts()
            .flat_map(|part| items(&part.resources))
            .filter(|resource| !matches!(resource.resource_type, Field::Null))
            .map(|resource| &resource.arn)
            .collect()
    }

    /// The resource that may be meant in place of one that is not there: its ARN is nearly the same.
    #[must_use]
    pub fn resource_meant(&self, resource: &Arn) -> Option<&'a Arn> {
        let there = self.resources_found();
        if there.contains_key(resource) {
            return None;
        }
        let meant = near::meant(resource.as_str(), there.keys().map(|arn| arn.as_str()))?;
        there.into_keys().find(|arn| arn.as_str() == meant)
    }

    /// The resource or vault of the same account and name that is in another Region, where this one is not there.
    #[must_use]
    pub fn in_other_region(&self, thing: &Arn) -> Option<&'a Arn> {
        let resources = self.resources_found().into_keys();
        let mut all: Vec<&Arn> = resources.chain(self.vaults_found()).collect();
        all.retain(|other| {
            other.account() == thing.account()
                && other.service() == thing.service()
                && other.resource() == thing.resource()
        });
        if all.contains(&thing) {
            return None;
        }
        all.into_iter().min()
    }

    /// Every resource that was found, with the account and the Region that it was found in, each once.
    #[must_use]
    pub fn resources_found(&self) -> BTreeMap<&'a Arn, (AccountId, &'a Region)> {
        let mut found = BTreeMap::new();
        for layer in self.layers(Object::Stored) {
            for account in items(&layer.inventory.accounts) {
                for region in items(&account.regions) {
                    for resource in items(&region.resources) {
                        let is_there = !matches!(resource.resource_type, Field::Null);
                        if is_there && self.resource_exists(&resource.arn) != Fact::Known(false) {
                            let place = (account.account, &region.region);
                            found.entry(&resource.arn).or_insert(place);
                        }
                    }
                }
            }
        }
        found
    }

    /// Whether those are all of them, of the types that AWS Backup protects; else the gap.
    #[must_use]
    pub fn resources_are_all(&self, account: AccountId, region: &Region) -> Fact<()> {
        let facts = self.region(account, region);
        let listed = facts.field(|r| &r.resources).is_present();
        match facts.field(|r| &r.resources_complete) {
            // A list that is not there is no whole one, whatever is said of it.
            Field::Is(whole) if whole.0 && listed => Fact::Known(()),
            Field::Is(_) | Field::Null | Field::Absent => Fact::unknown(self.gap(
                api_call!("cloudformation:ListResources"),
                &format!("{account}/{region}"),
                Some(account),
                Some(region),
            )),
        }
    }

    /// Whether the resources of a Region were looked up: where they are not said to be all, and AWS refused no call that lists some,
    /// that is for want of a word, not of an answer. A list that a change began, of which nobody looked what there was before, is
    /// recorded as a gap.
    #[must_use]
    pub fn resources_were_listed(&self, account: AccountId, region: &Region) -> bool {
        let listed = self.region(account, region).field(|r| &r.resources);
        let call = api_call!("cloudformation:ListResources");
        let subject = format!("{account}/{region}");
        let gap = self.gap(call, &subject, Some(account), Some(region));
        matches!(listed, Field::Is(_)) && !self.is_recorded(&gap)
    }

    /// Why nobody knows whether a resource is there that was looked for and not found: a template has it, which may make it.
    #[must_use]
    pub fn perhaps_made(&self, resource: &Arn) -> Option<Gap> {
        let call = api_call!("cloudformation:ListResources");
        let gap = self.gap(call, resource.as_str(), None, None);
        (gap.hand() == Some(ByHand::Planned)).then_some(gap)
    }

    /// The first call that lists resources of a Region, of a type that matters, and that AWS refused.
    #[must_use]
    pub fn list_refused(
        &self,
        account: AccountId,
        region: &Region,
        matters: impl Fn(&ResourceType) -> bool,
    ) -> Option<Gap> {
        const OF_OTHERS: &[&str] = &["backup", "kms", "iam", "organizations", "account", "sts"];
        let lists = |gap: &GapEntry| {
            let (service, action) = gap.operation.split_once(':').unwrap_or_default();
            let subject = gap.subject.value().map_or("", |subject| subject);
            let types = types_of(&gap.operation, subject);
            (action.starts_with("List") || action.starts_with("Describe"))
                && !OF_OTHERS.contains(&service)
                && !subject.starts_with("arn:")
                && types.is_none_or(|types| types.iter().any(&matters))
        };
        let here = |gap: &GapEntry| {
            gap.account.value() == Some(&account)
                && gap.region.value().is_none_or(|of| of == region)
        };
        self.layers(Object::Stored)
            .iter()
            .flat_map(|layer| items(&layer.inventory.gaps))
            .find(|gap| here(gap) && gap.error.value().is_some() && lists(gap))
            .map(GapEntry::to_gap)
    }

    /// Whether AWS Backup protects resources of a type where they are selected by tag, or with all others. `None`: AWS
    /// does not name the type among those that can be switched on.
    #[must_use]
    pub fn opted_in(
        &self,
        account: AccountId,
        region: &Region,
        of: &ResourceType,
    ) -> Fact<Option<bool>> {
        let settings = self.region(account, region).field(|r| &r.region_settings);
        match settings.value().map(|settings| &settings.opt_in) {
            Some(Field::Is(map)) => Fact::Known(
                map.as_object()
                    .into_iter()
                    .flat_map(Fields::iter)
                    .find(|(name, _)| ResourceType::parse(name) == *of)
                    .and_then(|(_, on)| on.as_bool()),
            ),
            Some(Field::Null | Field::Absent) | None => Fact::unknown(self.gap(
                api_call!("backup:DescribeRegionSettings"),
                &format!("{account}/{region}"),
                Some(account),
                Some(region),
            )),
        }
    }

    /// Every vault that was found in the account that owns it, and exists.
    #[must_use]
    pub fn vaults_found(&self) -> BTreeSet<&'a Arn> {
        self.layers(Object::Everything)
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts))
            .flat_map(|account| {
                items(&account.regions)
                    .iter()
                    .flat_map(|region| items(&region.vaults))
                    .filter(|vault| vault.arn.account() == Some(account.account))
            })
            .map(|vault| &vault.arn)
            .filter(|arn| self.vault_exists(arn) == Fact::Known(true))
            .collect()
    }

    /// The vault of the same account and Region that may be meant in place of one that is not there: its name is nearly the same.
    #[must_use]
    pub fn vault_meant(&self, vault: &Arn) -> Option<&'a Arn> {
        let there = self.vaults_found_in(vault.account()?, &vault.region()?);
        let meant = near::name_meant(vault.name(), there.iter().map(|arn| arn.name()))?;
        there.into_iter().find(|arn| arn.name() == meant)
    }

    /// The ARNs of the vaults that an account is known to have in a Region, in their order.
    #[must_use]
    pub fn vaults_found_in(&self, account: AccountId, region: &Region) -> BTreeSet<&'a Arn> {
        let regions = self.vaults_of(account, region);
        let vaults = regions.parts().flat_map(|region| items(&region.vaults));
        vaults
            .map(|vault| &vault.arn)
            .filter(|arn| arn.account() == Some(account) && arn.region().as_ref() == Some(region))
            .filter(|arn| self.vault_exists(arn) == Fact::Known(true))
            .collect()
    }
}
