//! What AWS does not take of a change: policies that lock everybody out of a key, that name a role that is not there, or have what
//! they may not have; and vaults on a key on which none is made. What stood before a change AWS has taken.

mod roles;

use std::collections::{BTreeSet, HashMap};

use super::field::Field;
use super::frame::{Account, GapEntry, Inventory, RegionFacts, WaitsFor};
use super::json::Extra;
use super::list::{List, Listing, items};
use super::objects::{Key, Role, Vault};
use super::policy::Policy;
use crate::catalog::calls::api_call;
use crate::known::{AccountId, ApiCall, Arn, Gap, Region};
use crate::policy::{Document, PolicyOf};

/// A field of a key in an overlay: whoever sets its policy says that it may lock everybody out.
pub const BYPASS: &str = "BypassPolicyLockoutSafetyCheck";

/// What is refused of a thing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    KeyPolicy,
    VaultPolicy,
    Trust,
    Inline,
    Managed,
    Vault,
}

impl Of {
    const fn call(self) -> ApiCall {
        match self {
            Self::KeyPolicy => api_call!("kms:GetKeyPolicy"),
            Self::VaultPolicy => api_call!("backup:GetBackupVaultAccessPolicy"),
            Self::Trust => api_call!("iam:GetRole"),
            Self::Inline => api_call!("iam:GetRolePolicy"),
            Self::Managed => api_call!("iam:GetPolicyVersion"),
            Self::Vault => api_call!("backup:DescribeBackupVault"),
        }
    }
}

/// Something that AWS refuses.
struct NotTaken {
    of: Of,
    account: AccountId,
    region: Option<Region>,
    arn: String,
    /// Which of a role's own policies.
    name: String,
    why: String,
}

/// Leaves open what a change makes or changes and AWS refuses. `operation`: what makes the change, as a gap names it.
pub fn leave_refused_open(before: &Inventory, after: &mut Inventory, operation: &str) {
    let all = refused(before, after);
    for one in &all {
        let mut accounts = list_mut(&mut after.accounts).iter_mut();
        let account = accounts.find(|account| account.account == one.account);
        if let Some(account) = account {
            one.leave_open(account);
        }
    }
    let gaps = all.into_iter().map(|one| one.gap(operation));
    let gaps: Vec<GapEntry> = gaps.collect();
    match &mut after.gaps {
        Field::Is(List(all)) => all.extend(gaps),
        Field::Absent | Field::Null if gaps.is_empty() => {}
        none @ (Field::Absent | Field::Null) => *none = Field::Is(List(gaps)),
    }
    for account in list_mut(&mut after.accounts) {
        for region in list_mut(&mut account.regions) {
            for key in list_mut(&mut region.keys) {
                key.extra.retain(|(name, _)| &**name != BYPASS);
            }
        }
    }
}

impl NotTaken {
    fn leave_open(&self, account: &mut Account) {
        let arn = self.arn.as_str();
        for role in list_mut(&mut account.roles) {
            let is_it = role.arn.as_str() == arn;
            match self.of {
                Of::Trust if is_it => role.assume_role_policy_document = Field::Absent,
                Of::Inline if is_it => {
                    if let Field::Is(Listing(all)) = &mut role.inline_policies {
                        let mut all = all.iter_mut();
                        let one = all.find(|one| *one.policy_name == *self.name);
                        one.into_iter().for_each(|one| one.document = Field::Absent);
                    }
                }
                Of::Managed => {
                    if let Field::Is(Listing(all)) = &mut role.attached_policies {
                        let mut all = all.iter_mut();
                        let one = all.find(|one| one.policy_arn.as_str() == arn);
                        one.into_iter().for_each(|one| one.document = Field::Absent);
                    }
                }
                Of::Trust | Of::Inline | Of::KeyPolicy | Of::VaultPolicy | Of::Vault => {}
            }
        }
        let mut regions = list_mut(&mut account.regions).iter_mut();
        let region = regions.find(|region| Some(&region.region) == self.region.as_ref());
        let Some(region) = region else { return };
        match self.of {
            Of::KeyPolicy => {
                let mut keys = list_mut(&mut region.keys).iter_mut();
                if let Some(key) = keys.find(|key| key.arn.as_str() == arn) {
                    key.policy = Field::Absent;
                }
            }
            Of::VaultPolicy => {
                let mut vaults = list_mut(&mut region.vaults).iter_mut();
                if let Some(vault) = vaults.find(|vault| vault.arn.as_str() == arn) {
                    vault.access_policy = Field::Absent;
                }
            }
            Of::Vault => {
                if let Field::Is(List(vaults)) = &mut region.vaults {
                    vaults.retain(|vault| vault.arn.as_str() != arn);
                }
            }
            Of::Trust | Of::Inline | Of::Managed => {}
        }
    }

    fn gap(self, operation: &str) -> GapEntry {
        let gap = Gap::call(self.of.call(), self.arn);
        let mut entry = GapEntry::from(gap.within(Some(self.account), self.region.as_ref()));
        entry.waits_for = Field::Is(WaitsFor {
            operation: operation.into(),
            subject: self.why.into(),
            extra: Extra::new(),
        });
        entry
    }
}

fn list_mut<T>(field: &mut Field<List<T>>) -> &mut [T] {
    match field {
        Field::Is(List(items)) => items,
        Field::Absent | Field::Null => &mut [],
    }
}

/// What AWS refuses of what stands otherwise than before.
fn refused(before: &Inventory, after: &Inventory) -> Vec<NotTaken> {
    let mut found = Vec::new();
    let was: HashMap<AccountId, &Account> = items(&before.accounts)
        .iter()
        .map(|one| (one.account, one))
        .collect();
    for account in items(&after.accounts) {
        let was = was.get(&account.account).copied();
        let mut add = |of: Of, region: Option<&Region>, (arn, name): (&str, &str), why: String| {
            found.push(NotTaken {
                of,
                account: account.account,
                region: region.cloned(),
                arn: arn.to_owned(),
                name: name.to_owned(),
                why: format!("{arn}: {why}: fix it"),
            });
        };
        let managed = roles::managed(was.into_iter().flat_map(|was| items(&was.roles)));
        let stood: HashMap<&str, &Role> = was
            .into_iter()
            .flat_map(|was| items(&was.roles))
            .map(|one| (one.arn.as_str(), one))
            .collect();
        for role in items(&account.roles) {
            let was = stood.get(role.arn.as_str()).copied();
            let own = roles::refused(was, &managed, role);
            for one in own {
                match one.is_inline {
                    true => add(Of::Inline, None, (role.arn.as_str(), one.name), one.why),
                    false => add(Of::Managed, None, (one.name, ""), one.why),
                }
            }
            let was = was.map(|was| &was.assume_role_policy_document);
            let Some(trust) = changed(was, &role.assume_role_policy_document) else {
                continue;
            };
            let why = roles::why(trust, PolicyOf::Trust)
                .or_else(|| names_nobody(trust.document(), after));
            if let Some(why) = why {
                add(Of::Trust, None, (role.arn.as_str(), ""), why);
            }
        }
        for region in items(&account.regions) {
            let mut regions = was.into_iter().flat_map(|was| items(&was.regions));
            let was = regions.find(|one| one.region == region.region);
            let mut add = |of, arn: &str, why| add(of, Some(&region.region), (arn, ""), why);
            let keys = refused_keys(was, region, after);
            let vaults = refused_vaults(was, region, &keys, after);
            for (of, arn, why) in keys.into_iter().chain(vaults) {
                add(of, arn, why);
            }
        }
    }
    found
}

type InRegion<'a> = (Of, &'a str, String);

fn refused_keys<'a>(
    was: Option<&RegionFacts>,
    is: &'a RegionFacts,
    all: &Inventory,
) -> Vec<InRegion<'a>> {
    let stood: HashMap<&str, &Key> = was
        .into_iter()
        .flat_map(|was| items(&was.keys))
        .map(|one| (one.arn.as_str(), one))
        .collect();
    let mut found = Vec::new();
    for key in items(&is.keys) {
        let was = stood.get(key.arn.as_str()).map(|was| &was.policy);
        let Some(policy) = changed(was, &key.policy) else {
            continue;
        };
        let may_lock_out = key.extra.iter().any(|(name, _)| &**name == BYPASS);
        let why = match may_lock_out {
            true => None,
            false => locks_out(policy.document()),
        };
        let why = why.or_else(|| roles::why(policy, PolicyOf::Key));
        if let Some(why) = why.or_else(|| names_nobody(policy.document(), all)) {
            found.push((Of::KeyPolicy, key.arn.as_str(), why));
        }
    }
    found
}

fn refused_vaults<'a>(
    was: Option<&RegionFacts>,
    is: &'a RegionFacts,
    keys: &[InRegion<'_>],
    all: &Inventory,
) -> Vec<InRegion<'a>> {
    let stood: HashMap<&str, &Vault> = was
        .into_iter()
        .flat_map(|was| items(&was.vaults))
        .map(|one| (one.arn.as_str(), one))
        .collect();
    let has_key = |arn: &str| {
        let mut keys = was.into_iter().flat_map(|was| items(&was.keys));
        keys.any(|key| key.arn.as_str() == arn)
    };
    let mut found = Vec::new();
    for vault in items(&is.vaults)
        .iter()
        .filter(|vault| vault.vault_state != Field::Null)
    {
        let arn = vault.arn.as_str();
        let was = stood.get(arn).filter(|was| was.vault_state != Field::Null);
        let policy = changed(was.map(|was| &was.access_policy), &vault.access_policy);
        let why = policy.and_then(|policy| {
            roles::why(policy, PolicyOf::Vault).or_else(|| names_nobody(policy.document(), all))
        });
        if let Some(why) = why {
            found.push((Of::VaultPolicy, arn, why));
        }
        let on = was
            .map(|was| &was.encryption_key_arn)
            .and_then(Field::value);
        let Some(key) = vault
            .encryption_key_arn
            .value()
            .filter(|key| was.is_none() || on.is_some_and(|on| on != *key))
        else {
            continue;
        };
        let refused = keys
            .iter()
            .find(|(_, arn, _)| *arn == key.as_str() && !has_key(arn));
        let why = match (refused, key.region()) {
            (Some((.., why)), _) => Some(format!("its key is not made: {why}")),
            (None, Some(region)) if region != is.region => {
                Some(format!("its key {key} is of another Region"))
            }
            (None, _) => {
                let mut keys = items(&is.keys).iter();
                let own = keys.find(|one| one.arn == *key);
                own.map_or_else(|| Some(not_read(key)), no_vault_on)
            }
        };
        found.extend(why.map(|why| (Of::Vault, arn, why)));
    }
    found
}

/// Why AWS Backup makes no vault on a key.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault.html>.
fn no_vault_on(key: &Key) -> Option<String> {
    let arn = &key.arn;
    match &key.key_state {
        Field::Is(state) if **state == *"Enabled" => {}
        Field::Is(state) => return Some(format!("no vault is made on {arn}, which is {state}")),
        Field::Null => return Some(format!("no vault is made on {arn}, which does not exist")),
        Field::Absent => return Some(not_read(arn)),
    }
    let is = |field: &Field<Box<str>>, value: &str| field.value().is_none_or(|is| **is == *value);
    let is_symmetric =
        is(&key.key_spec, "SYMMETRIC_DEFAULT") && is(&key.key_usage, "ENCRYPT_DECRYPT");
    if !is_symmetric {
        return Some(format!(
            "no vault is made on {arn}, which is not a symmetric encryption key"
        ));
    }
    // Whoever makes the vault uses the key for that.
    let policy = key.policy.value()?.document();
    let mut taken = ["kms:CreateGrant", "kms:DescribeKey"].into_iter();
    let denied = taken.find(|action| policy.denies_everybody(&action.to_lowercase()))?;
    Some(format!(
        "no vault is made on {arn}, whose policy denies everybody {denied}"
    ))
}

/// Why it is not known whether a vault is made on a key that nobody looked at.
fn not_read(key: &Arn) -> String {
    format!("whether a vault can be made on {key} was not read (kms:DescribeKey)")
}

/// A policy, where it is another than before.
fn changed<'a>(was: Option<&Field<Policy>>, is: &'a Field<Policy>) -> Option<&'a Policy> {
    let policy = is.value()?;
    (was.and_then(Field::value) != Some(policy)).then_some(policy)
}

/// Why nobody could change the policy of a key any more, for which KMS refuses it.
///
/// See <https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html>.
fn locks_out(policy: &Document) -> Option<String> {
    (!policy.may_allow_action("kms:putkeypolicy")).then(|| {
        "KMS refuses a key policy by which nobody may change it (kms:PutKeyPolicy)".to_owned()
    })
}

/// Why a policy is refused that names a role which is not there, where all of its account were read.
///
/// See <https://repost.aws/knowledge-center/kms-policy-error-invalid-principals>.
fn names_nobody(policy: &Document, facts: &Inventory) -> Option<String> {
    let statements = policy.statements().iter();
    let named = statements.flat_map(|statement| statement.principals());
    let names: BTreeSet<&str> = named
        .filter(|named| named.kind() == "AWS")
        .map(|named| named.text())
        .collect();
    let lacks = |arn: &&str| {
        let id = arn
            .split(':')
            .nth(4)
            .and_then(|id| AccountId::parse(id).ok());
        let mut accounts = items(&facts.accounts).iter();
        let account = accounts.find(|account| Some(account.account) == id);
        arn.contains(":role/")
            && account.is_some_and(|account| {
                let role = items(&account.roles)
                    .iter()
                    .find(|role| role.arn.as_str() == *arn);
                match role {
                    Some(role) => role.assume_role_policy_document == Field::Null,
                    None => {
                        account.roles.value().is_some()
                            && matches!(&account.roles_complete, Field::Is(whole) if whole.0)
                    }
                }
            })
    };
    // Whether some are there a change leaves open.
    let is_open = |arn: &str| {
        let mut gaps = items(&facts.gaps).iter();
        let is_of_it = |gap: &GapEntry| gap.subject.value().is_some_and(|of| **of == *arn);
        gaps.any(|gap| gap.waits_for.is_present() && is_of_it(gap))
    };
    let mut nobody = names.into_iter().filter(lacks);
    let nobody = nobody.find(|arn| !is_open(arn))?;
    Some(format!(
        "a policy that names {nobody}, which the facts do not have, is refused"
    ))
}
