//! What is different once a remedy was made: facts that lie on top of those that were read, or another copy.

use std::sync::Arc;

use crate::inventory::{
    Account, Conflicts, Extra, Field, Inventory, Key, Lifecycle, List, Merge, Named, Policy,
    RegionFacts, Role, Start, Vault,
};
use crate::known::{AccountId, Arn, Fact, Region};

/// What a remedy changes.
#[derive(Clone, Debug)]
pub struct Change {
    /// The facts that it makes; they lie on top of those that were read. Several copies may go through one new vault.
    pub facts: Arc<Inventory>,
    /// How the copy itself changes.
    pub copy: CopyChange,
}

/// How a remedy changes the copy itself.
#[derive(Clone, Debug, Default)]
pub enum CopyChange {
    /// Not at all.
    #[default]
    None,
    /// It is kept for this long.
    Lifecycle(Lifecycle),
    /// It goes into this vault.
    Destination(Arn),
    /// It goes by way of this vault, in two jobs.
    Through(Arn),
}

impl CopyChange {
    /// Changes the names of a copy.
    pub fn apply(&self, named: &mut Named) {
        match self {
            Self::None => {}
            Self::Lifecycle(lifecycle) => {
                named.lifecycle = Fact::Known(Some(lifecycle.clone()));
            }
            Self::Destination(vault) => named.destination_vault = vault.clone(),
            // That makes two copies of it: see `steps`.
            Self::Through(_) => {}
        }
    }
}

/// The copies that a changed copy takes: itself, or one into the vault in between, and one from there on.
pub fn steps(mut named: Named, changes: &[&Change]) -> Vec<Named> {
    for change in changes {
        change.copy.apply(&mut named);
    }
    let through = changes.iter().find_map(|change| match &change.copy {
        CopyChange::Through(vault) => Some(vault.clone()),
        CopyChange::None | CopyChange::Lifecycle(_) | CopyChange::Destination(_) => None,
    });
    let Some(through) = through else {
        return vec![named];
    };
    let role = if through.account() == named.destination_vault.account() {
        through.account().map(|account| {
            Arn::iam_role(
                through.partition(),
                account,
                "service-role/AWSBackupDefaultServiceRole",
            )
        })
    } else {
        None
    };
    let first = Named {
        destination_vault: through.clone(),
        lifecycle: Fact::Known(None),
        ..named.clone()
    };
    let crosses = named.source_vault.as_ref().and_then(Arn::account) != through.account();
    let second = Named {
        recovery_point: None,
        source_vault: Some(through),
        role: match role.filter(|_| crosses) {
            Some(role) => Fact::Known(role),
            None => named.role.clone(),
        },
        start: Start::OnDemand,
        plan: None,
        copy_of: Some(Box::new(first.clone())),
        ..named
    };
    vec![first, second]
}

impl Change {
    /// A change of nothing yet.
    pub fn none() -> Self {
        Self {
            facts: Arc::new(Inventory::empty()),
            copy: CopyChange::None,
        }
    }

    /// The same with an account's facts on top.
    pub fn account(mut self, id: AccountId, set: impl FnOnce(&mut Account)) -> Self {
        let mut account = Account {
            account: id,
            name: Field::Absent,
            organization: Field::Absent,
            cross_account_backup: Field::Absent,
            service_control_policies: Field::Absent,
            resource_control_policies: Field::Absent,
            backup_policy: Field::Absent,
            tag_policy: Field::Absent,
            roles: Field::Absent,
            roles_complete: Field::Absent,
            regions: Field::Absent,
            extra: Extra::new(),
        };
        set(&mut account);
        let mut more = Inventory::empty();
        more.accounts = Field::Is(List(vec![account]));
        // The pieces of a change speak of different fields, so that nothing can clash.
        Arc::make_mut(&mut self.facts).merge(more, &mut Conflicts::default());
        self
    }

    /// The same with the facts of a Region of an account on top.
    pub fn region(self, id: AccountId, name: Region, set: impl FnOnce(&mut RegionFacts)) -> Self {
        self.account(id, |account| {
            let mut region = RegionFacts::named(name);
            set(&mut region);
            account.regions = Field::Is(List(vec![region]));
        })
    }

    /// The same with a key on top; nothing where its ARN names no place.
    pub fn key(self, key: Key) -> Self {
        match (key.arn.account(), key.arn.region()) {
            (Some(account), Some(region)) => self.region(account, region, |region| {
                region.keys = Field::Is(List(vec![key]))
            }),
            _ => self,
        }
    }

    /// The same with a vault on top; nothing where its ARN names no place.
    pub fn vault(self, vault: Vault) -> Self {
        match (vault.arn.account(), vault.arn.region()) {
            (Some(account), Some(region)) => self.region(account, region, |region| {
                region.vaults = Field::Is(List(vec![vault]))
            }),
            _ => self,
        }
    }

    /// The same with a role on top; nothing where its ARN names no account.
    pub fn role(self, role: Role) -> Self {
        match role.arn.account() {
            Some(account) => self.account(account, |account| {
                account.roles = Field::Is(List(vec![role]))
            }),
            None => self,
        }
    }

    /// The same with a key's policy changed.
    pub fn key_policy(self, arn: &Arn, policy: Policy) -> Self {
        self.key(Key {
            policy: Field::Is(policy),
            ..bare_key(arn)
        })
    }

    /// The same with a vault's access policy changed.
    pub fn vault_policy(self, arn: &Arn, policy: Policy) -> Self {
        self.vault(Vault {
            access_policy: Field::Is(policy),
            ..bare_vault(arn)
        })
    }
}

/// A key of which nothing is said.
pub fn bare_key(arn: &Arn) -> Key {
    Key {
        arn: arn.clone(),
        key_manager: Field::Absent,
        key_state: Field::Absent,
        key_spec: Field::Absent,
        key_usage: Field::Absent,
        aliases: Field::Absent,
        policy: Field::Absent,
        ram_policy: Field::Absent,
        grants: Field::Absent,
        tags: Field::Absent,
        extra: Extra::new(),
    }
}

/// A vault of which nothing is said.
pub fn bare_vault(arn: &Arn) -> Vault {
    Vault {
        name: Field::Absent,
        arn: arn.clone(),
        vault_type: Field::Absent,
        vault_state: Field::Absent,
        encryption_key_arn: Field::Absent,
        encryption_key_type: Field::Absent,
        locked: Field::Absent,
        min_retention_days: Field::Absent,
        max_retention_days: Field::Absent,
        number_of_recovery_points: Field::Absent,
        access_policy: Field::Absent,
        tags: Field::Absent,
        extra: Extra::new(),
    }
}

/// A role of which nothing is said.
pub fn bare_role(arn: &Arn) -> Role {
    Role {
        arn: arn.clone(),
        assume_role_policy_document: Field::Absent,
        attached_policies: Field::Absent,
        inline_policies: Field::Absent,
        permissions_boundary: Field::Absent,
        simulated: Field::Absent,
        tags: Field::Absent,
        extra: Extra::new(),
    }
}
