//! What the facts say of the things that a plan or a template makes or destroys: whether they are there, and what keeps them from being
//! deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::inventory::{Field, Inventory, Json, RegionFacts, Tree, Vault, items};

/// What stands by the facts.
#[derive(Debug, Default)]
pub struct Standing {
    /// The names that are taken, as [`name_of_arn`] has them.
    names: BTreeSet<String>,
    /// The vaults, by their ARNs.
    vaults: BTreeMap<String, VaultOfNow>,
    /// Whether what is backed up is protected from deletion, by its ARN, where that was read.
    protected: BTreeMap<String, bool>,
    /// Whether option groups have options that stay for good, by Region, account and name, where that was read.
    permanent: BTreeMap<String, bool>,
    /// The selections of backup plans, by the plans' ids. `None`: they were not read.
    selections: BTreeMap<String, Option<Vec<SelectionOfNow>>>,
}

/// A vault that is there.
#[derive(Clone, Copy, Debug, Default)]
pub struct VaultOfNow {
    /// How many recovery points it holds at the least; `None`: that was not read.
    pub points: Option<i64>,
    /// Whether it is locked; `None`: that was not read.
    pub is_locked: Option<bool>,
}

/// A selection of a backup plan, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectionOfNow {
    /// Its id.
    pub id: Option<String>,
    /// Its name, which others of the plan may have, too.
    pub name: Option<String>,
}

impl SelectionOfNow {
    fn is(&self, other: &Self) -> bool {
        match (&self.id, &other.id) {
            (Some(own), Some(other)) => own == other,
            (None, _) | (_, None) => self.name.is_some() && self.name == other.name,
        }
    }
}

/// Why a backup plan is not deleted.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/deleting-a-backup-plan.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanInUse {
    /// It has this selection, by its name or id.
    By(String),
    /// Which selections it has was not read.
    NotRead,
}

impl fmt::Display for PlanInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(selection) => write!(
                f,
                "as the selection `{selection}` of it is not: fix it: delete that first"
            ),
            Self::NotRead => f.write_str(
                "as it is not known which selections it has (backup:ListBackupSelections)",
            ),
        }
    }
}

impl Standing {
    /// What stands by an inventory.
    #[must_use]
    pub fn of(facts: &Inventory) -> Self {
        let mut all = Self::default();
        for account in items(&facts.accounts) {
            let roles = items(&account.roles).iter();
            for role in roles.filter(|role| role.assume_role_policy_document != Field::Null) {
                all.names.insert(name_of_arn(role.arn.as_str()));
                let policies = role.attached_policies.value();
                let policies = policies.into_iter().flat_map(|list| list.0.iter());
                let arns = policies.map(|policy| policy.policy_arn.as_str());
                all.names.extend(arns.map(name_of_arn));
            }
            for region in items(&account.regions) {
                let home = format!("{}:{}", region.region, account.account);
                all.add(region, &home);
            }
        }
        all
    }

    fn add(&mut self, region: &RegionFacts, home: &str) {
        let vaults = items(&region.vaults).iter();
        for vault in vaults.filter(|vault| vault.vault_state != Field::Null) {
            self.names.insert(vault.arn.to_string());
            self.vaults.insert(vault.arn.to_string(), of_vault(vault));
        }
        for point in items(&region.recovery_points) {
            let is_there = point.status != Field::Null;
            let vault = point.backup_vault_arn.value().filter(|_| is_there);
            if let Some(vault) = vault.and_then(|vault| self.vaults.get_mut(vault.as_str())) {
                vault.points = Some(vault.points.unwrap_or_default().max(1));
            }
        }
        for key in items(&region.keys) {
            let aliases = key.aliases.value().into_iter().flat_map(|all| all.iter());
            let names = aliases.map(|alias| format!("arn:aws:kms:{home}:{alias}"));
            self.names.extend(names);
        }
        for group in items(&region.option_groups) {
            if let Some(options) = group.options.value().and_then(|Json(all)| all.as_array()) {
                let mut options = options.iter();
                let is_one =
                    options.any(|option| option.get("Permanent") == Some(&Value::Bool(true)));
                let name = format!("{home}:{}", group.name);
                self.permanent.insert(name, is_one);
            }
        }
        for plan in items(&region.plans) {
            let of = |one: &Value| {
                let text = |name: &str| one.get(name)?.as_str().map(str::to_owned);
                let (id, name) = (text("SelectionId"), text("SelectionName"));
                (id.is_some() || name.is_some()).then_some(SelectionOfNow { id, name })
            };
            let all = match &plan.selections {
                Field::Is(Json(Value::Array(all))) => all.iter().map(of).collect(),
                Field::Null => Some(Vec::new()),
                Field::Is(_) | Field::Absent => None,
            };
            self.selections.insert(plan.id.to_string(), all);
        }
        let resources = items(&region.resources).iter();
        for resource in resources.filter(|one| one.resource_type != Field::Null) {
            self.names.insert(resource.arn.to_string());
            let is_protected = resource.detail.value().and_then(is_protected);
            let is_protected = is_protected.map(|is| (resource.arn.to_string(), is));
            self.protected.extend(is_protected);
        }
    }

    /// Whether something has a name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Why a database cannot leave an option group, or may not be able to, by its ARN; `None`: it can. AWS's own groups have no options.
    ///
    /// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html> and
    /// <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithOptionGroups.html>.
    #[must_use]
    pub fn stays_in_group(&self, database: &str, group: &str) -> Option<&'static str> {
        let mut parts = database.split(':').skip(3);
        let (region, account) = parts.next().zip(parts.next())?;
        match self.permanent.get(&format!("{region}:{account}:{group}")) {
            Some(true) => {
                Some("which has permanent options: RDS takes it from no database: fix it")
            }
            None if !group.starts_with("default:") => Some(
                "of which it is not known whether it has permanent options: RDS takes such a one from no database: give --inventory FILE with facts of it",
            ),
            Some(false) | None => None,
        }
    }

    /// Why a backup plan is not deleted, by its id, where these selections of it are; `None`: the facts know nothing that keeps it.
    #[must_use]
    pub fn in_use(&self, plan: &str, deleted: &[SelectionOfNow]) -> Option<PlanInUse> {
        let Some(all) = self.selections.get(plan)? else {
            return Some(PlanInUse::NotRead);
        };
        let mut left = all.clone();
        for one in deleted {
            if let Some(at) = left.iter().position(|other| other.is(one)) {
                left.remove(at);
            }
        }
        let other = left.into_iter().next()?;
        other.name.or(other.id).map(PlanInUse::By)
    }

    /// What is known of a vault.
    #[must_use]
    pub fn vault(&self, arn: &str) -> VaultOfNow {
        self.vaults.get(arn).copied().unwrap_or_default()
    }

    /// Whether something is protected from deletion; `None`: that was not read.
    #[must_use]
    pub fn protects(&self, arn: &str) -> Option<bool> {
        self.protected.get(arn).copied()
    }
}

fn of_vault(vault: &Vault) -> VaultOfNow {
    VaultOfNow {
        points: vault.number_of_recovery_points.value().copied(),
        is_locked: vault.locked.value().copied(),
    }
}

/// `DeletionProtection` of RDS, Aurora, DocumentDB and Neptune, `DeletionProtectionEnabled` of DynamoDB, `deletionProtection` of EKS,
/// `DisableApiTermination` of EC2.
fn is_protected(detail: &Tree) -> Option<bool> {
    let names = [
        "DeletionProtection",
        "DeletionProtectionEnabled",
        "deletionProtection",
        "DisableApiTermination",
    ];
    let mut all = names.iter().filter_map(|name| detail.get(name));
    all.find_map(|is| is.as_bool())
}

/// An ARN as a name is taken in it: names of IAM are one of a kind in an account, whatever their paths and case.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
#[must_use]
pub fn name_of_arn(arn: &str) -> String {
    for kind in [":role/", ":policy/"] {
        if let Some((before, path)) = arn.split_once(kind) {
            let name = path.rsplit('/').next().unwrap_or(path);
            return format!("{before}{kind}{}", name.to_lowercase());
        }
    }
    arn.to_owned()
}
