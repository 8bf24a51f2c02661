//! Whether an organization has cross-account backup switched on: any of its accounts settles it for all.

use std::sync::Arc;

use crate::catalog::calls::api_call;
use crate::inventory::field::Field;
use crate::inventory::list::items;
use crate::known::{AccountId, Fact};

use super::Facts;
use super::index::Index;
use super::memory::Memory;
use super::reads::Object;
use super::told::{ByOrganization, Told};

impl Facts<'_> {
    /// Whether cross-account backup is switched on in the organization of these accounts. Any account of the
    /// organization settles it; where they differ the management account's word counts, and without that a `false`.
    #[must_use]
    pub fn cross_account_backup(&self, ours: &[AccountId]) -> Fact<bool> {
        let mut organizations: Vec<&str> = Vec::new();
        let mut told = Told::default();
        for id in ours {
            match self.organization_id(*id) {
                Fact::Known(Some(organization)) => organizations.push(organization),
                Fact::Known(None) | Fact::Unknown(_) => told.and(self.told_by(*id)),
            }
        }
        organizations.sort_unstable();
        organizations.dedup();
        for organization in organizations {
            told.and(self.told_in(organization));
        }
        match (told.management, told.all) {
            (Some((_, on)), _) | (None, Some(on)) => Fact::Known(on),
            (None, None) => Fact::unknown(self.gap(
                api_call!("backup:DescribeGlobalSettings"),
                &ours.first().map(ToString::to_string).unwrap_or_default(),
                ours.first().copied(),
                None,
            )),
        }
    }

    /// What one account says.
    fn told_by(&self, id: AccountId) -> Told {
        let on = match self.account(id).field(|a| &a.cross_account_backup) {
            Field::Absent => return Told::default(),
            Field::Null => false,
            Field::Is(on) => *on,
        };
        let manages = matches!(self.is_management_account(id), Fact::Known(true));
        Told {
            management: manages.then_some((id, on)),
            all: Some(on),
        }
    }

    /// What the accounts of an organization say. Where one layer alone speaks of organizations, that is added up once.
    fn told_in(&self, organization: &str) -> Told {
        let mut telling = self
            .layers(Object::Settings)
            .iter()
            .filter(|layer| tells(layer));
        let of = |all: &ByOrganization| all.get(organization).copied().unwrap_or_default();
        match (telling.next(), telling.next()) {
            (Some(layer), None) => of(layer.cross_account.get_or_init(|| {
                let alone = Facts {
                    at: None,
                    planned: None,
                    stack: vec![Arc::clone(layer)],
                    assumed: Vec::new(),
                    taken: Arc::default(),
                    memory: Memory::default(),
                };
                alone.told_everywhere()
            })),
            (None | Some(_), _) => of(&self.told_everywhere()),
        }
    }

    fn told_everywhere(&self) -> ByOrganization {
        let mut all = ByOrganization::default();
        let mut accounts: Vec<AccountId> = self
            .layers(Object::Settings)
            .iter()
            .flat_map(|layer| layer.accounts.keys().copied())
            .collect();
        accounts.sort_unstable();
        accounts.dedup();
        for id in accounts {
            match self.organization_id(id) {
                Fact::Known(Some(organization)) => {
                    let told = all.entry(organization.into()).or_default();
                    told.and(self.told_by(id));
                }
                Fact::Known(None) => {}
                // Others say that it is their management account.
                Fact::Unknown(_) => {
                    let told = self.told_by(id);
                    let account = id.to_string();
                    for (organization, _) in self.led_by(&account) {
                        let management = told.all.map(|on| (id, on));
                        all.entry(organization.into())
                            .or_default()
                            .and(Told { management, ..told });
                    }
                }
            }
        }
        all
    }
}

/// Whether a layer says anything of organizations.
fn tells(layer: &Index<'_>) -> bool {
    items(&layer.inventory.accounts).iter().any(|account| {
        account.organization.is_present() || account.cross_account_backup.is_present()
    })
}
