//! The vault that takes the place of one whose key will not do: one that is there where the copies go, else a new one.

use super::change::{Change, CopyChange};
use super::names::{LONGEST_VAULT_NAME, VaultPlace, goes, goes_once, is_between, place};
use super::patch::add_statements;
use super::statement::of_vault;
use crate::inventory::{Copy, EncryptedWith, Facts, KeyManager, Policy, VaultType};
use crate::known::{Arn, Fact};
use crate::verdict::{PolicyOf, Share};

/// What the name of a vault beside another ends with.
const SUFFIX: &str = "-cmk";

/// How many vaults that are there are tried.
const TRIED: usize = 20;

/// Where copies go instead.
#[derive(Clone, Debug)]
pub enum Beside {
    /// Into a vault that is to be created.
    Free(Arn),
    /// Into a vault that is there, and will do as it is.
    There(Arn),
    /// Into a vault that is there, and will do once it has an access policy that lets these roles in.
    Opened(Arn, Box<Policy>, Vec<Share>),
}

impl Beside {
    /// The vault.
    pub const fn vault(&self) -> &Arn {
        match self {
            Self::Free(vault) | Self::There(vault) | Self::Opened(vault, ..) => vault,
        }
    }

    /// How copies go into a vault that is there; `None` where they do not.
    pub fn into(to: &Arn, copies: &[&Copy], roles: &[&Arn], facts: &Facts<'_>) -> Option<Self> {
        if goes(copies, &way(to), facts) {
            return Some(Self::There(to.clone()));
        }
        let (policy, shares) = letting_in(to, roles, facts)?;
        let change = Change {
            copy: way(to),
            ..Change::none().vault_policy(to, policy.clone())
        };
        goes_once(copies, &change, facts)
            .then(|| Self::Opened(to.clone(), Box::new(policy), shares))
    }

    /// Where copies go that are not to go into a vault. A vault that an earlier run made is one of those that are there; where no
    /// copies show that they can go there, it alone is.
    pub fn of(vault: &Arn, copies: &[&Copy], roles: &[&Arn], facts: &Facts<'_>) -> Option<Self> {
        // AWS's own vault has a name that nobody else can give.
        let last = vault.name().rsplit('/').next().unwrap_or_default();
        let room = LONGEST_VAULT_NAME.saturating_sub(SUFFIX.len());
        let name: String = last.chars().take(room).collect();
        let base = vault.as_str().strip_suffix(vault.name())?;
        let wanted = Arn::parse(&format!("{base}{name}{SUFFIX}")).ok()?;
        let there = facts.vaults_found_in(vault.account()?, &vault.region()?);
        let there = there
            .into_iter()
            .filter(|it| *it != vault && !is_between(it));
        let there = there.filter(|it| is_on_customer_key(it, facts));
        let is_ours = |it: &&Arn| it.name().starts_with(wanted.name());
        let (ours, others): (Vec<&Arn>, Vec<&Arn>) = there.partition(is_ours);
        let suits = |to: &&Arn| goes(copies, &way(to), facts);
        for to in ours.into_iter().take(TRIED) {
            if copies.is_empty() {
                return Some(Self::There(to.clone()));
            }
            if let Some(it) = Self::into(to, copies, roles, facts) {
                return Some(it);
            }
        }
        // What is copied into a locked vault by mistake nobody deletes.
        let is_open = |to: &&Arn| matches!(facts.vault_lock(to), Fact::Known(None));
        let mut others = others.into_iter().filter(is_open).take(TRIED);
        if let Some(to) = others.find(suits) {
            return Some(Self::There(to.clone()));
        }
        match place(&wanted, facts, |_| false)? {
            VaultPlace::Free(new) | VaultPlace::There(new) => Some(Self::Free(new)),
        }
    }
}

fn way(to: &Arn) -> CopyChange {
    CopyChange::Destination(to.clone())
}

/// Whether a vault is a standard one on an enabled customer managed key.
fn is_on_customer_key(vault: &Arn, facts: &Facts<'_>) -> bool {
    let Fact::Known(Some(EncryptedWith::Key(key))) = facts.vault_key(vault) else {
        return false;
    };
    facts.vault_type(vault) == Fact::Known(Some(VaultType::Standard))
        && facts.key_manager(&key) == Fact::Known(Some(KeyManager::Customer))
        && facts.key_state(&key) == Fact::Known(Some("Enabled"))
}

/// The access policy of a vault that lets these roles in besides, and what is added to it; `None` where it was not read.
fn letting_in(vault: &Arn, roles: &[&Arn], facts: &Facts<'_>) -> Option<(Policy, Vec<Share>)> {
    let Fact::Known(policy) = facts.vault_policy(vault) else {
        return None;
    };
    let now = policy.map(Policy::to_value);
    let foreign = roles.iter().copied();
    let mut foreign: Vec<&Arn> = foreign
        .filter(|role| role.account() != vault.account())
        .collect();
    foreign.sort_unstable();
    foreign.dedup();
    let policy = add_statements(now.as_ref(), &of_vault(now.as_ref(), &foreign));
    let shares = foreign.into_iter().map(|role| Share {
        policy: PolicyOf::Vault(vault.clone()),
        principal: role.clone(),
        actions: vec!["backup:CopyIntoBackupVault"],
        resource: None,
        target: None,
    });
    let shares: Vec<Share> = shares.collect();
    if shares.is_empty() {
        return None;
    }
    Some((Policy::from_value(&policy).ok()?, shares))
}
