//! What a change speaks of, to be held against what an answer was worked out from.

use std::collections::HashSet;

use foldhash::fast::FixedState;

use crate::inventory::field::Field;
use crate::inventory::frame::{Account, Inventory, RegionFacts};
use crate::inventory::list::items;
use crate::inventory::objects::{Key, Role, Vault};
use crate::known::{AccountId, Fact};

use super::Facts;
use super::reads::{EVERYTHING, Object};

/// Numbers of objects.
type Numbers = HashSet<u32, FixedState>;

/// What a change speaks of.
#[derive(Clone, Debug)]
pub struct Touched {
    /// `None`: it may touch anything.
    objects: Option<Numbers>,
}

impl Touched {
    /// What facts speak of that lie on top of others.
    #[must_use]
    pub fn by(top: &Inventory, below: &Facts<'_>) -> Self {
        let mut objects: Numbers = [EVERYTHING].into_iter().collect();
        let is_more = top.copies.is_present() || top.gaps.is_present();
        let accounts = items(&top.accounts).iter();
        let all = accounts.map(|account| of_account(account, below, &mut objects));
        let is_known = all.fold(!is_more, |known, one| known && one);
        Self {
            objects: is_known.then_some(objects),
        }
    }

    /// Whether it may change an answer that was worked out from an object of this number.
    #[must_use]
    pub fn has(&self, number: u32) -> bool {
        let objects = self.objects.as_ref();
        objects.is_none_or(|objects| objects.contains(&number))
    }

    /// The numbers of what it speaks of; none where it may be anything.
    pub fn numbers(&self) -> impl Iterator<Item = u32> {
        self.objects.iter().flatten().copied()
    }

    /// Whether it may change any answer.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.objects.is_none()
    }
}

/// Notes what an account says; `false` where it says what no number stands for.
fn of_account(facts: &Account, below: &Facts<'_>, objects: &mut Numbers) -> bool {
    let Account {
        account,
        // It decides nothing.
        name: _,
        organization,
        cross_account_backup,
        service_control_policies,
        resource_control_policies,
        backup_policy,
        tag_policy,
        roles,
        roles_complete,
        regions,
        extra,
    } = facts;
    let of_itself = organization.is_present()
        || cross_account_backup.is_present()
        || service_control_policies.is_present()
        || resource_control_policies.is_present()
        || backup_policy.is_present()
        || tag_policy.is_present()
        || roles_complete.is_present();
    if of_itself {
        objects.extend([Object::Settings, Object::Account(*account)].map(Object::number));
    }
    if roles.is_present() {
        objects.insert(Object::Roles(*account).number());
    }
    for role in items(roles) {
        objects.insert(Object::RoleTrust(&role.arn).number());
        if !is_new_trust_alone(role, below) {
            objects.insert(Object::Role(&role.arn).number());
        }
    }
    let mut is_known = extra.is_empty();
    for region in items(regions) {
        is_known = of_region(*account, region, below, objects) && is_known;
    }
    is_known
}

/// The same of one of its Regions.
fn of_region(
    account: AccountId,
    facts: &RegionFacts,
    below: &Facts<'_>,
    objects: &mut Numbers,
) -> bool {
    let RegionFacts {
        region,
        opt_in_status,
        region_settings,
        allowed_images,
        ebs_default_kms_key_id,
        db_engine_versions,
        vaults,
        vaults_complete,
        keys,
        resources,
        resources_complete,
        recovery_points,
        option_groups,
        plans,
        copy_jobs,
        extra,
    } = facts;
    let settings = opt_in_status.is_present()
        || region_settings.is_present()
        || allowed_images.is_present()
        || ebs_default_kms_key_id.is_present()
        || db_engine_versions.is_present()
        || vaults_complete.is_present();
    if settings {
        let touched = [Object::Settings, Object::Region(account, region)];
        objects.extend(touched.map(Object::number));
    }
    if vaults.is_present() {
        objects.insert(Object::Vaults(account, region).number());
    }
    if keys.is_present() {
        objects.insert(Object::Keys(account, region).number());
    }
    for vault in items(vaults) {
        objects.insert(Object::VaultPolicy(&vault.arn).number());
        if !is_new_vault_policy_alone(vault, below) {
            objects.insert(Object::Vault(&vault.arn).number());
        }
    }
    for key in items(keys) {
        objects.insert(Object::KeyPolicy(&key.arn).number());
        if !is_new_key_policy_alone(key, below) {
            objects.insert(Object::Key(&key.arn).number());
        }
    }
    let is_more = resources.is_present()
        || resources_complete.is_present()
        || recovery_points.is_present()
        || option_groups.is_present()
        || plans.is_present()
        || copy_jobs.is_present();
    extra.is_empty() && !is_more
}

/// Whether all that is said of a role that is there is a trust policy.
fn is_new_trust_alone(role: &Role, below: &Facts<'_>) -> bool {
    let Role {
        arn,
        assume_role_policy_document,
        attached_policies,
        inline_policies,
        permissions_boundary,
        simulated,
        tags,
        extra,
    } = role;
    let is_more = attached_policies.is_present()
        || inline_policies.is_present()
        || permissions_boundary.is_present()
        || simulated.is_present()
        || tags.is_present()
        || !extra.is_empty();
    let is_there = matches!(below.role_trust(arn), Fact::Known(Some(_)));
    !is_more && is_there && matches!(assume_role_policy_document, Field::Is(_))
}

/// Whether all that is said of a vault that is listed is its access policy.
fn is_new_vault_policy_alone(vault: &Vault, below: &Facts<'_>) -> bool {
    let Vault {
        name,
        arn,
        vault_type,
        vault_state,
        encryption_key_arn,
        encryption_key_type,
        locked,
        min_retention_days,
        max_retention_days,
        number_of_recovery_points,
        access_policy: _,
        tags,
        extra,
    } = vault;
    let is_more = name.is_present()
        || vault_type.is_present()
        || vault_state.is_present()
        || encryption_key_arn.is_present()
        || encryption_key_type.is_present()
        || locked.is_present()
        || min_retention_days.is_present()
        || max_retention_days.is_present()
        || number_of_recovery_points.is_present()
        || tags.is_present()
        || !extra.is_empty();
    !is_more && below.vault(arn).is_listed()
}

/// Whether all that is said of a key that is listed is its policy.
fn is_new_key_policy_alone(key: &Key, below: &Facts<'_>) -> bool {
    let Key {
        arn,
        key_manager,
        key_state,
        key_spec,
        key_usage,
        aliases,
        policy: _,
        ram_policy,
        grants,
        tags,
        extra,
    } = key;
    let is_more = key_manager.is_present()
        || key_state.is_present()
        || key_spec.is_present()
        || key_usage.is_present()
        || aliases.is_present()
        || ram_policy.is_present()
        || grants.is_present()
        || tags.is_present()
        || !extra.is_empty();
    !is_more && below.key(arn).is_listed()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::known::Arn;

    const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:a";

    #[test]
    fn a_change_touches_what_it_speaks_of_alone() {
        let vault = Arn::parse(VAULT).unwrap();
        let text = format!(
            r#"{{"schema": "backup-preflight/inventory/v1", "accounts": [{{"account": "111122223333", "regions":
                [{{"region": "eu-west-1", "vaults": [{{"BackupVaultArn": "{VAULT}"}}]}}]}}]}}"#
        );
        let top = crate::inventory::read("top", text.as_bytes()).unwrap();
        let nothing = Inventory::empty();
        let touched = Touched::by(&top, &Facts::new(&nothing));
        assert!(touched.has(Object::Vault(&vault).number()));
        assert!(touched.has(EVERYTHING));
        assert!(!touched.has(Object::Key(&vault).number()));
        assert!(!touched.has(Object::Account(vault.account().unwrap()).number()));
        let plans = text
            .replace("vaults", "plans")
            .replace(r#"{"BackupVaultArn": "#, r#"{"BackupPlanId": "#);
        let top = crate::inventory::read("top", plans.as_bytes()).unwrap();
        assert!(Touched::by(&top, &Facts::new(&nothing)).is_everything());
    }

    #[test]
    fn a_new_policy_of_what_is_there_touches_nothing_else_of_it() {
        let vault = Arn::parse(VAULT).unwrap();
        let with = |of_vault: &str| {
            let text = format!(
                r#"{{"schema": "backup-preflight/inventory/v1", "accounts": [{{"account": "111122223333", "regions":
                    [{{"region": "eu-west-1", "vaults": [{{"BackupVaultArn": "{VAULT}"{of_vault}}}]}}]}}]}}"#
            );
            crate::inventory::read("facts", text.as_bytes()).unwrap()
        };
        let (there, missing) = (with(""), Inventory::empty());
        let policy = r#", "AccessPolicy": {"Version": "2012-10-17", "Statement": []}"#;
        let locked = format!(r#"{policy}, "Locked": true"#);
        for (below, top, is_more) in [
            (&there, policy, false),
            (&there, &locked, true),
            (&missing, policy, true),
        ] {
            let touched = Touched::by(&with(top), &Facts::new(below));
            assert!(touched.has(Object::VaultPolicy(&vault).number()));
            assert_eq!(
                touched.has(Object::Vault(&vault).number()),
                is_more,
                "{top}"
            );
        }
    }
}
