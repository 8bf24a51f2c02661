//! What an object of the inventory must be as a whole: its policies are of the kind that stands in such a place.

use std::sync::LazyLock;

use super::beside;
use super::effective::EffectivePolicy;
use super::envelope::OF_KEY;
use super::field::Field;
use super::frame::{Account, CopyEntry, GapEntry, RegionFacts};
use super::json::{Extra, Json};
use super::list::items;
use super::misspelling::near;
use super::objects::{
    AttachedPolicy, ControlPolicy, CopyJob, InlinePolicy, Key, Lifecycle, OptionGroup,
    Organization, Plan, RecoveryPoint, RegionSettings, Resource, Role, Vault,
};
use super::own;
use super::policy::Policy;
use super::record::Sound;
use super::tree::Tree;
use crate::known::{AccountId, Arn, ResourceType};

/// An organization's id and its management account's have their form.
impl Sound for Organization {
    fn sound(&self) -> Result<(), String> {
        beside::OF_ORGANIZATION.check(&self.extra)?;
        let id = self.id.value();
        if let Some(id) = id
            && !(id.starts_with("o-")
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
        {
            return Err(format!("`Id` is `{id}`: expected an organization's, `o-…`"));
        }
        if let Some(master) = self.master_account_id.value() {
            AccountId::parse(master).map_err(|error| format!("`MasterAccountId`: {error}"))?;
        }
        Ok(())
    }
}

/// A lifecycle says nothing but what AWS's do.
impl Sound for Lifecycle {
    fn sound(&self) -> Result<(), String> {
        match self.extra.iter().find(|(name, _)| !Self::is_of_aws(name)) {
            Some((name, _)) => Err(format!(
                "found `{name}` in a lifecycle: expected `DeleteAfterDays` or `MoveToColdStorageAfterDays`"
            )),
            None => Ok(()),
        }
    }
}

/// The names of resource types are as AWS writes them, and each stands there once: of two spellings of one, nobody says which counts.
impl Sound for RegionSettings {
    fn sound(&self) -> Result<(), String> {
        static TYPES: LazyLock<Vec<&str>> = LazyLock::new(|| {
            let all = ResourceType::ALL.iter();
            let mut names: Vec<&str> = all.flat_map(|of| [of.as_str(), of.in_settings()]).collect();
            names.dedup();
            names
        });
        let is_told = self.opt_in.is_present() || self.management.is_present();
        if let (false, Some((name, _))) = (is_told, self.extra.first()) {
            return Err(format!(
                "found `{name}` in a Region's settings: expected `ResourceTypeOptInPreference` or `ResourceTypeManagementPreference`"
            ));
        }
        let maps = [&self.opt_in, &self.management];
        let maps = maps.into_iter().filter_map(Field::value);
        for map in maps.filter_map(Tree::as_object) {
            let mut told: Vec<(ResourceType, &str)> = Vec::new();
            for (name, _) in map.iter() {
                let of = ResourceType::parse(name);
                let own = [of.as_str(), of.in_settings()];
                let is_own = own.contains(&name.as_str());
                // Beside the one that it is near, it is another.
                let meant = if matches!(of, ResourceType::Other(_)) {
                    let is_absent = |near: &&str| map.iter().all(|(other, _)| other != near);
                    near(name, &TYPES).filter(is_absent)
                } else {
                    (!is_own).then(|| of.as_str())
                };
                if let Some(meant) = meant {
                    return Err(format!(
                        "found the resource type `{name}`: expected `{meant}`, as AWS writes it"
                    ));
                }
                if let Some((_, other)) = told.iter().find(|(known, _)| *known == of) {
                    return Err(format!(
                        "found the resource types `{other}` and `{name}`, which are one: expected one of them"
                    ));
                }
                told.push((of, name));
            }
        }
        Ok(())
    }
}

/// A copy has a name that the report can call it by.
impl Sound for CopyEntry {
    fn sound(&self) -> Result<(), String> {
        if self.id.is_empty() {
            return Err("`id` is empty: expected a name, one of a kind in the file".to_owned());
        }
        Ok(())
    }
}

/// A vault's name is that of its ARN; its access policy says to whom, and is of this vault.
impl Sound for Vault {
    fn sound(&self) -> Result<(), String> {
        beside::OF_VAULT.check(&self.extra)?;
        if let Field::Is(name) = &self.name
            && self.arn.resource() != format!("backup-vault:{name}")
        {
            return Err(format!(
                "`BackupVaultName` is `{name}`, and `BackupVaultArn` is `{}`: expected one vault",
                self.arn
            ));
        }
        let Field::Is(policy) = &self.access_policy else {
            return Ok(());
        };
        says_to_whom(policy, "AccessPolicy")?;
        let own = [
            ("BackupVaultArn", self.arn.as_str()),
            ("BackupVaultName", self.arn.name()),
        ];
        match policy.of_another(&own) {
            Some((_, other)) => Err(format!(
                "`AccessPolicy` is of the vault `{other}`: expected that of `{}`",
                self.arn
            )),
            None => Ok(()),
        }
    }
}

/// A key's policy says to whom, and its aliases are its own.
impl Sound for Key {
    fn sound(&self) -> Result<(), String> {
        beside::OF_KEY.check(&self.extra)?;
        if let Field::Is(policy) = &self.policy {
            says_to_whom(policy, "Policy")?;
        }
        if let Field::Is(policy) = &self.ram_policy {
            is_the_one_of_a_key(policy, "RamPolicy")?;
        }
        let says = |extra: &Extra, of: &str, name: &str, is: &[&str]| match text(extra, name) {
            Some(other) if !is.contains(&other) => Err(format!(
                "{of}`{name}` is `{other}`, and the key is `{}`: expected one key",
                self.arn
            )),
            Some(_) | None => Ok(()),
        };
        let account = self.arn.account().map(|id| id.to_string());
        let account: Vec<&str> = account.as_deref().into_iter().collect();
        let names = [self.arn.name(), self.arn.as_str()];
        says(&self.extra, "", "KeyId", &names)?;
        says(&self.extra, "", "AWSAccountId", &account)?;
        for grant in self.grants.value().into_iter().flatten() {
            says(&grant.extra, "a grant's ", "KeyId", &names)?;
        }
        let target = self
            .aliases
            .value()
            .and_then(|aliases| aliases.target.as_deref());
        match target {
            Some(other) if other != self.arn.name() && other != self.arn.as_str() => Err(format!(
                "`Aliases` are of the key `{other}`: expected those of `{}`",
                self.arn
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// A text of a field that the record does not name.
fn text<'e>(extra: &'e Extra, name: &str) -> Option<&'e str> {
    let (_, Json(value)) = extra.iter().find(|(known, _)| &**known == name)?;
    value.as_str()
}

/// A gap is of some call.
impl Sound for GapEntry {
    fn sound(&self) -> Result<(), String> {
        if self.operation.is_empty() {
            return Err("`operation` is empty: expected `service:Operation`".to_owned());
        }
        Ok(())
    }
}

/// A recovery point is in the vault that its answer names.
impl Sound for RecoveryPoint {
    fn sound(&self) -> Result<(), String> {
        beside::OF_POINT.check(&self.extra)?;
        let named = text(&self.extra, "BackupVaultName").zip(self.backup_vault_arn.value());
        match named {
            Some((name, vault)) if vault.resource() != format!("backup-vault:{name}") => {
                Err(format!(
                    "`BackupVaultName` is `{name}`, and `BackupVaultArn` is `{vault}`: expected one vault"
                ))
            }
            // People take the job's id out of a snapshot's (`awsbackup:job-…`): those are looked at where they are read.
            Some(_) | None if self.arn.service() == "rds" => Ok(()),
            Some(_) | None => describes(&self.arn, &self.detail),
        }
    }
}

/// A job ended at a time.
impl Sound for CopyJob {
    fn sound(&self) -> Result<(), String> {
        beside::OF_JOB.check(&self.extra)
    }
}

/// A service's description is of the thing whose ARN it stands under.
impl Sound for Resource {
    fn sound(&self) -> Result<(), String> {
        describes(&self.arn, &self.detail)
    }
}

fn describes(arn: &Arn, detail: &Field<Tree>) -> Result<(), String> {
    match detail.value().and_then(|detail| own::other(arn, detail)) {
        None => Ok(()),
        Some((name, other)) => Err(format!(
            "`{name}` of `Detail` is `{other}`, and the ARN is `{arn}`: expected the description of one thing"
        )),
    }
}

/// A plan's id is that of its ARN, and its selections are its own.
impl Sound for Plan {
    fn sound(&self) -> Result<(), String> {
        if self.id.is_empty() {
            return Err("`BackupPlanId` is empty: expected the plan's id".to_owned());
        }
        beside::OF_PLAN.check(&self.extra)?;
        let selections = self.selections.value().and_then(|Json(all)| all.as_array());
        let mut plans = selections
            .into_iter()
            .flatten()
            .filter_map(|selection| selection.get("BackupPlanId")?.as_str());
        if let Some(other) = plans.find(|other| **other != *self.id) {
            return Err(format!(
                "a selection's `BackupPlanId` is `{other}`, and the plan is `{}`: expected one plan",
                self.id
            ));
        }
        match self.arn.value() {
            Some(arn) if arn.resource() != format!("backup-plan:{}", self.id) => Err(format!(
                "`BackupPlanId` is `{}`, and `BackupPlanArn` is `{arn}`: expected one plan",
                self.id
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// A trust policy says to whom; the answers about a role are all of one.
impl Sound for Role {
    fn sound(&self) -> Result<(), String> {
        let inline = self.inline_policies.value().map_or(&[][..], |list| &list.0);
        let inline = inline.iter();
        let mut names = inline
            .map(|policy| &policy.extra)
            .chain([&self.extra])
            .filter_map(|extra| text(extra, "RoleName"));
        if let Some(other) = names.find(|name| *name != self.arn.name()) {
            return Err(format!(
                "`RoleName` is `{other}`, and the role is `{}`: expected one role",
                self.arn
            ));
        }
        let trust = self.assume_role_policy_document.value();
        let documents = self.inline_policies.value().map_or(&[][..], |list| &list.0);
        let documents = documents.iter().filter_map(|one| one.document.value());
        let own = [("RoleName", self.arn.name())];
        let mut others = trust
            .into_iter()
            .chain(documents)
            .filter_map(|policy| policy.of_another(&own));
        if let Some((_, other)) = others.next() {
            return Err(format!(
                "`RoleName` of an answer is `{other}`, and the role is `{}`: expected one role",
                self.arn
            ));
        }
        trust.map_or(Ok(()), |policy| {
            says_to_whom(policy, "AssumeRolePolicyDocument")
        })
    }
}

/// A managed policy says on what.
impl Sound for AttachedPolicy {
    fn sound(&self) -> Result<(), String> {
        match &self.document {
            Field::Is(document) => says_on_what(document, "Document"),
            Field::Null | Field::Absent => Ok(()),
        }
    }
}

/// An inline policy says on what, and is the one whose name it has.
impl Sound for InlinePolicy {
    fn sound(&self) -> Result<(), String> {
        let Field::Is(document) = &self.document else {
            return Ok(());
        };
        match document.of_another(&[("PolicyName", &self.policy_name)]) {
            Some((_, other)) => Err(format!(
                "`PolicyName` is `{}`, and `Document` is of `{other}`: expected one policy",
                self.policy_name
            )),
            None => says_on_what(document, "Document"),
        }
    }
}

/// Roles, plans and effective policies are of the account. Service control policies name no principal, resource control policies do.
impl Sound for Account {
    fn sound(&self) -> Result<(), String> {
        let id = self.account;
        let role = items(&self.roles)
            .iter()
            .find(|role| role.arn.account() != Some(id));
        if let Some(role) = role {
            return Err(format!(
                "`roles` of account {id} has `{}`, which is of another account",
                role.arn
            ));
        }
        let mut plans = items(&self.regions)
            .iter()
            .flat_map(|region| items(&region.plans));
        let plan = plans.find_map(|plan| plan.arn.value().filter(|arn| arn.account() != Some(id)));
        if let Some(plan) = plan {
            return Err(format!(
                "`plans` of account {id} has `{plan}`, which is of another account"
            ));
        }
        for (name, policy) in [
            ("backup_policy", &self.backup_policy),
            ("tag_policy", &self.tag_policy),
        ] {
            let target = policy.value().and_then(EffectivePolicy::target);
            if let Some(other) = target.filter(|target| *target != id.to_string()) {
                return Err(format!(
                    "`{name}` of account {id} has the `TargetId` {other}: expected the policy of the account"
                ));
            }
        }
        for region in items(&self.regions) {
            is_of_region(region).map_err(|error| format!("account {id}: {error}"))?;
            let groups = items(&region.option_groups).iter();
            if let Some(other) = groups
                .filter_map(|group| other_group(group, id, region))
                .next()
            {
                return Err(other);
            }
        }
        is_of_type(&self.service_control_policies, "SERVICE_CONTROL_POLICY")?;
        is_of_type(&self.resource_control_policies, "RESOURCE_CONTROL_POLICY")?;
        for policy in in_force(&self.service_control_policies) {
            says_on_what(policy, "service_control_policies")?;
        }
        for policy in in_force(&self.resource_control_policies) {
            says_to_whom(policy, "resource_control_policies")?;
        }
        Ok(())
    }
}

/// What stands in a Region is of it, as far as its ARN says where it is.
fn is_of_region(facts: &RegionFacts) -> Result<(), String> {
    let region = &facts.region;
    let vaults = items(&facts.vaults).iter().map(|one| ("vaults", &one.arn));
    let keys = items(&facts.keys).iter().map(|one| ("keys", &one.arn));
    let resources = items(&facts.resources)
        .iter()
        .map(|one| ("resources", &one.arn));
    let points = items(&facts.recovery_points)
        .iter()
        .map(|one| ("recovery_points", &one.arn));
    let plans = items(&facts.plans)
        .iter()
        .filter_map(|one| Some(("plans", one.arn.value()?)));
    let mut all = vaults
        .chain(keys)
        .chain(resources)
        .chain(points)
        .chain(plans);
    let elsewhere = |arn: &Arn| match arn.region() {
        Some(of) => (of != *region).then_some("Region"),
        None => arn.partition().is_without(region).then_some("partition"),
    };
    match all.find_map(|(list, arn)| Some((list, arn, elsewhere(arn)?))) {
        Some((list, arn, what)) => Err(format!(
            "`{list}` of {region} has `{arn}`, which is of another {what}"
        )),
        None => Ok(()),
    }
}

/// An option group by whose ARN it is of another account or Region, or has another name.
fn other_group(group: &OptionGroup, account: AccountId, of: &RegionFacts) -> Option<String> {
    let arn = Arn::parse(text(&group.extra, "OptionGroupArn")?).ok()?;
    let name = arn.resource().strip_prefix("og:").unwrap_or(arn.resource());
    let is_here = arn.account() == Some(account) && arn.region().as_ref() == Some(&of.region);
    // RDS keeps names in lower case.
    let is_own = is_here && name.eq_ignore_ascii_case(&group.name);
    (!is_own).then(|| {
        format!(
            "`option_groups` of {account}/{} has `{}` with the `OptionGroupArn` `{arn}`: expected the group of that place and name",
            of.region, group.name
        )
    })
}

/// The policies of an organization are of one type, as AWS says with each: those that allow everything by their ids.
fn is_of_type(levels: &Field<Vec<Vec<ControlPolicy>>>, expected: &str) -> Result<(), String> {
    let of_aws = [
        ("p-FullAWSAccess", "SERVICE_CONTROL_POLICY"),
        ("p-RCPFullAWSAccess", "RESOURCE_CONTROL_POLICY"),
    ];
    let own_type = |policy: &ControlPolicy| {
        let told = text(&policy.extra, "Type").map(str::to_owned);
        told.or_else(|| {
            let id = policy.id.value()?;
            let row = of_aws.iter().find(|(of, _)| **of == **id);
            row.map(|(_, of)| (*of).to_owned())
        })
    };
    let mut types = levels
        .value()
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(own_type);
    match types.find(|of| of != expected) {
        Some(other) => Err(format!(
            "found a policy of the type {other}: expected {expected}, as `aws organizations list-policies-for-target --filter {expected}` prints them"
        )),
        None => Ok(()),
    }
}

fn in_force(levels: &Field<Vec<Vec<ControlPolicy>>>) -> impl Iterator<Item = &Policy> {
    let policies = levels.value().into_iter().flatten().flatten();
    policies.filter_map(|policy| policy.document.value())
}

/// A policy of the organization is not the bare document, which stands under `Document`.
impl Sound for ControlPolicy {
    fn sound(&self) -> Result<(), String> {
        match self.extra.iter().find(|(name, _)| &**name == "Statement") {
            Some(_) => {
                Err("found a policy document: expected an object with `Document`".to_owned())
            }
            None => Ok(()),
        }
    }
}

/// A key's policy is the one of its place, and what is no key's is none of those.
fn is_the_one_of_a_key(policy: &Policy, place: &str) -> Result<(), String> {
    let expected = match place {
        "Policy" => "default",
        "RamPolicy" => "AWS_RAM",
        _ => "",
    };
    match (policy.of_another(&[(OF_KEY, expected)]), expected) {
        (None, _) => Ok(()),
        (Some((_, other)), "") => Err(format!("`{place}` is the policy `{other}` of a key")),
        (Some((_, other)), expected) => Err(format!(
            "`{place}` is the policy `{other}`: expected the one with PolicyName `{expected}`"
        )),
    }
}

fn says_to_whom(policy: &Policy, place: &str) -> Result<(), String> {
    is_the_one_of_a_key(policy, place)?;
    if policy.parts().principal {
        Ok(())
    } else {
        Err(format!(
            "`{place}` has a statement without `Principal`: expected one in each statement"
        ))
    }
}

fn says_on_what(policy: &Policy, place: &str) -> Result<(), String> {
    is_the_one_of_a_key(policy, place)?;
    if !policy.parts().no_principal {
        return Err(format!(
            "`{place}` has a statement with `Principal`: expected none in such a policy"
        ));
    }
    if policy.parts().resource {
        Ok(())
    } else {
        Err(format!(
            "`{place}` has a statement without `Resource`: expected one in each statement"
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_type_stands_in_the_settings_once_by_a_name_that_aws_gives_it() {
        let read = |types: Value| {
            let settings = json!({"ResourceTypeOptInPreference": types});
            let read = serde_json::from_value::<RegionSettings>(settings);
            read.map(drop).map_err(|error| error.to_string())
        };
        for types in [
            json!({"DSQL": true, "EBS": true}),
            json!({"Aurora DSQL": true, "Aurora": false}),
            json!({"Quantum Ledger": false}),
            json!({"Timestream": true, "Timestreams": true}),
        ] {
            assert_eq!(read(types.clone()), Ok(()), "{types}");
        }
        for (types, says) in [
            (json!({"DSQL": true, "Aurora DSQL": true}), "which are one"),
            (json!({"dsql": true}), "`Aurora DSQL`, as AWS writes it"),
            (
                json!({"Timestreams": true}),
                "`Timestream`, as AWS writes it",
            ),
        ] {
            let error = read(types).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
