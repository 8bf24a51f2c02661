//! What plans, vaults, resources and copy jobs name that lies elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::catalog::{Kind, can_leave_its_account};
use crate::inventory::{
    Account, CopyJob, EffectivePolicy, Field, Inventory, Json, Plan, RegionFacts, items,
};
use crate::known::{AccountId, Arn, Region, ResourceType};
use crate::sources::live::backup;
use crate::sources::live::settle::Simulation;

/// Who names each thing.
pub type Named = BTreeMap<Arn, BTreeSet<AccountId>>;

/// The roles of the plans' selections and of the copy jobs in a Region.
pub fn roles(plans: &[Plan], jobs: &[CopyJob]) -> BTreeSet<Arn> {
    let of_plans = plans
        .iter()
        .filter_map(|plan| plan.selections.value())
        .filter_map(|Json(selections)| selections.as_array())
        .flatten();
    let of_jobs = jobs.iter().filter_map(|job| job.role.value()).cloned();
    of_plans
        .filter_map(|selection| arn(selection.get("IamRoleArn")?))
        .chain(of_jobs)
        .collect()
}

/// What the plans of a Region take.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Selected {
    /// What is named.
    pub named: BTreeSet<Arn>,
    /// The types that are named by a pattern, where anything is taken by tag or by pattern.
    pub types: Option<BTreeSet<ResourceType>>,
}

/// What the plans of a Region take. A selection without resources takes by its tags alone.
pub fn selected(plans: &[Plan]) -> Selected {
    let mut selected = Selected::default();
    let selections = plans
        .iter()
        .filter_map(|plan| plan.selections.value())
        .filter_map(|Json(selections)| selections.as_array())
        .flatten();
    for selection in selections {
        let resources = selection.get("Resources").and_then(Value::as_array);
        if resources.is_none_or(Vec::is_empty) {
            selected.types.get_or_insert_default();
        }
        for text in resources.into_iter().flatten().filter_map(Value::as_str) {
            let arn = Arn::parse(text).ok();
            if text.contains(['*', '?']) {
                let types = selected.types.get_or_insert_default();
                types.extend(arn.as_ref().and_then(ResourceType::of_resource));
            } else {
                selected.named.extend(arn);
            }
        }
    }
    selected
}

/// The types to list: those that AWS Backup protects in the Region, and those that a plan names by a pattern, which it
/// backs up whatever the setting says.
pub fn protected(region: &RegionFacts, named: &BTreeSet<ResourceType>) -> Vec<ResourceType> {
    let switched_off = |of: &ResourceType| {
        let settings = region.region_settings.value();
        let preference = settings.and_then(|settings| settings.opt_in.value());
        let on = preference.and_then(|Json(map)| map.get(of.as_str())?.as_bool());
        on == Some(false)
    };
    ResourceType::ALL
        .iter()
        .filter(|of| named.contains(of) || !switched_off(of))
        .cloned()
        .collect()
}

/// The types of which backups can be copied to another account.
pub fn can_leave() -> impl Iterator<Item = ResourceType> {
    let can = |of: &&ResourceType| {
        let mut kinds = Kind::candidates(of).iter();
        kinds.any(|kind| can_leave_its_account(*kind))
    };
    ResourceType::ALL.iter().filter(can).cloned()
}

/// Whether there is anything of these types.
pub fn has_any(inventory: &Inventory, types: &[ResourceType]) -> bool {
    !with_any(inventory, types).is_empty()
}

/// The Regions that have anything of these types.
pub fn with_any(inventory: &Inventory, types: &[ResourceType]) -> BTreeSet<(AccountId, Region)> {
    let mut all = BTreeSet::new();
    for account in items(&inventory.accounts) {
        for region in items(&account.regions) {
            let resources = items(&region.resources).iter().map(|it| &it.resource_type);
            let points = items(&region.recovery_points)
                .iter()
                .map(|it| &it.resource_type);
            let mut of = resources.chain(points);
            if of.any(|of| of.value().is_some_and(|of| types.contains(of))) {
                all.insert((account.account, region.region.clone()));
            }
        }
    }
    all
}

/// The resources that copy jobs copied.
pub fn resources(jobs: &[CopyJob]) -> BTreeSet<Arn> {
    jobs.iter()
        .filter_map(|job| job.resource_arn.value())
        .cloned()
        .collect()
}

/// The keys that a Region's vaults, resources and recovery points name, and the one that EBS takes by default.
pub fn keys(region: &RegionFacts) -> BTreeSet<Arn> {
    let vaults = items(&region.vaults)
        .iter()
        .map(|it| &it.encryption_key_arn);
    let resources = items(&region.resources)
        .iter()
        .map(|it| &it.encryption_key_arn);
    let points = items(&region.recovery_points)
        .iter()
        .map(|it| &it.encryption_key_arn);
    let default = region.ebs_default_kms_key_id.value();
    let default = default.and_then(|key| Arn::parse(key).ok());
    vaults
        .chain(resources)
        .chain(points)
        .filter_map(Field::value)
        .cloned()
        .chain(default.filter(|key| key.resource().starts_with("key/")))
        .collect()
}

/// The option groups that a Region's RDS instances name.
pub fn option_groups(region: &RegionFacts) -> BTreeSet<String> {
    items(&region.resources)
        .iter()
        .filter_map(|resource| resource.detail.value())
        .filter_map(|detail| detail.get("OptionGroupMemberships")?.as_array())
        .flatten()
        .filter_map(|group| group.get("OptionGroupName")?.as_str())
        .map(str::to_owned)
        .collect()
}

/// The keys that an inventory names, by the accounts that name them.
pub fn all_keys(inventory: &Inventory) -> Named {
    let mut named = Named::new();
    for account in items(&inventory.accounts) {
        for key in items(&account.regions).iter().flat_map(keys) {
            named.entry(key).or_default().insert(account.account);
        }
    }
    named
}

/// The vaults that copies go to, by the accounts that they come from.
pub fn destinations(inventory: &Inventory) -> Named {
    let mut named = Named::new();
    for account in items(&inventory.accounts) {
        let mut note = |vault: Option<Arn>| {
            if let Some(vault) = vault.filter(is_vault) {
                named.entry(vault).or_default().insert(account.account);
            }
        };
        for region in items(&account.regions) {
            for plan in items(&region.plans) {
                of_plan(plan)
                    .into_iter()
                    .for_each(|vault| note(Some(vault)));
            }
            for job in items(&region.copy_jobs) {
                note(job.destination_vault.value().cloned());
                note(job.source_vault.value().cloned());
            }
        }
        if let Some(policy) = account.backup_policy.value().map(EffectivePolicy::value) {
            let own = account.account.to_string();
            of_policy(policy, &own, &mut |text| note(Arn::parse(text).ok()));
        }
    }
    named
}

/// The engines of the databases that are copied to another Region: where to, and an account that they are copied from.
pub fn engines(inventory: &Inventory) -> BTreeMap<(AccountId, Region, String), AccountId> {
    let mut engines = BTreeMap::new();
    for account in items(&inventory.accounts) {
        for from in items(&account.regions) {
            let databases = items(&from.resources).iter();
            let of_region: BTreeSet<&str> = databases
                .filter(|it| it.arn.service() == "rds")
                .filter_map(|it| it.detail.value())
                .filter_map(|detail| detail.get("Engine")?.as_str())
                .collect();
            for vault in targets(account, from) {
                let (Some(owner), Some(to)) = (vault.account(), vault.region()) else {
                    continue;
                };
                for engine in of_region.iter().filter(|_| to != from.region) {
                    let key = (owner, to.clone(), (*engine).to_owned());
                    engines.entry(key).or_insert(account.account);
                }
            }
        }
    }
    engines
}

/// The vaults that what a Region holds is copied to.
fn targets(account: &Account, from: &RegionFacts) -> BTreeSet<Arn> {
    let plans = items(&from.plans).iter().flat_map(of_plan);
    let jobs = items(&from.copy_jobs).iter();
    let jobs = jobs.filter_map(|job| job.destination_vault.value().cloned());
    let mut vaults: BTreeSet<Arn> = plans.chain(jobs).collect();
    if let Some(policy) = account.backup_policy.value().map(EffectivePolicy::value) {
        let own = account.account.to_string();
        of_policy(policy, &own, &mut |text| vaults.extend(Arn::parse(text)));
    }
    vaults.retain(is_vault);
    vaults
}

/// The copy actions' vaults and the air-gapped targets of a plan.
pub fn of_plan(plan: &Plan) -> BTreeSet<Arn> {
    let rules = plan
        .plan
        .value()
        .and_then(|Json(body)| body.get("Rules")?.as_array())
        .into_iter()
        .flatten();
    let mut vaults = BTreeSet::new();
    for rule in rules {
        let target = rule.get("TargetLogicallyAirGappedBackupVaultArn");
        vaults.extend(target.and_then(arn));
        let actions = rule.get("CopyActions").and_then(Value::as_array);
        for action in actions.into_iter().flatten() {
            vaults.extend(action.get("DestinationBackupVaultArn").and_then(arn));
        }
    }
    vaults
}

/// Every vault's ARN in an effective backup policy: copy actions name theirs as a field, air-gapped targets as a value.
fn of_policy(value: &Value, own: &str, note: &mut impl FnMut(&str)) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                note(&name.replace("$account", own));
                of_policy(value, own, note);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| of_policy(value, own, note)),
        Value::String(text) => note(&text.replace("$account", own)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_vault(arn: &Arn) -> bool {
    arn.service() == "backup" && arn.resource().starts_with("backup-vault:")
}

fn arn(value: &Value) -> Option<Arn> {
    Arn::parse(value.as_str()?).ok()
}

/// What the policy simulator is asked of the roles of plans, each into all vaults of its plans and out of one recovery point,
/// where the control policies of their account were not read and the role was.
pub fn simulations(inventory: &Inventory) -> BTreeMap<Arn, Simulation> {
    let mut all = BTreeMap::new();
    for account in items(&inventory.accounts) {
        if account.service_control_policies.is_present() {
            continue;
        }
        let is_read = |role: &Arn| {
            let mut roles = items(&account.roles).iter();
            roles.any(|it| it.arn == *role && it.assume_role_policy_document.value().is_some())
        };
        let regions = items(&account.regions).iter();
        let points = regions.flat_map(|region| items(&region.recovery_points));
        let from = backup::newest(points).map(|point| point.arn.clone());
        for (role, into) in copying_roles(account) {
            if is_read(&role) {
                let (from, of) = (from.clone(), None);
                all.insert(role, Simulation { into, from, of });
            }
        }
    }
    all
}

/// The roles of the account's plans, each with the vaults that it copies into.
fn copying_roles(account: &Account) -> BTreeMap<Arn, BTreeSet<Arn>> {
    let mut roles: BTreeMap<Arn, BTreeSet<Arn>> = BTreeMap::new();
    for plan in items(&account.regions)
        .iter()
        .flat_map(|region| items(&region.plans))
    {
        let targets = of_plan(plan);
        for role in self::roles(std::slice::from_ref(plan), &[]) {
            roles
                .entry(role)
                .or_default()
                .extend(targets.iter().cloned());
        }
    }
    roles.retain(|_, targets| !targets.is_empty());
    roles
}
