//! What is dated: conditions of policies, and the imported material of keys. What they come to is another thing from a date on.

use crate::inventory::field::Field;
use crate::inventory::frame::{Account, Inventory, RegionFacts};
use crate::inventory::list::{Listing, items};
use crate::inventory::objects::{AttachedPolicy, ControlPolicy, InlinePolicy, Key, Role, Vault};
use crate::inventory::policy::Policy;
use crate::known::Arn;

use super::Facts;
use super::contradiction::extra;
use super::stored::moment;

/// The dates of an inventory, in milliseconds since 1970.
#[derive(Debug, Default)]
pub struct Dates {
    /// With which policies compare when a request is made, each once.
    of_policies: Vec<i128>,
    /// Whether one compares it with something that is no date.
    is_any: bool,
    /// Whether the imported material of some key expires.
    is_of_keys: bool,
}

impl Facts<'_> {
    /// The end of a time, in milliseconds since 1970, where some policy may say another thing by then than at its beginning, or the
    /// material of one of these keys expires within it.
    #[must_use]
    pub fn changes_within(
        &self,
        time: impl FnOnce() -> Option<(i128, i128)>,
        keys: impl FnOnce() -> Vec<Arn>,
    ) -> Option<i128> {
        let dates = || self.stack.iter().map(|layer| layer.dates());
        if !dates().any(Dates::are_there) {
            return None;
        }
        let (from, until) = time()?;
        let is_within = |date: &i128| (from..=until).contains(date);
        let of_key = |key: &Arn| self.key_expiry(key).as_ref().is_some_and(is_within);
        let of_policies = |dates: &Dates| dates.is_any || dates.of_policies.iter().any(is_within);
        let changes = dates().any(of_policies)
            || (dates().any(|dates| dates.is_of_keys) && keys().iter().any(of_key));
        changes.then_some(until)
    }
}

impl Dates {
    /// Those of an inventory.
    pub fn of_all(inventory: &Inventory) -> Self {
        let mut dates = Self::default();
        for account in items(&inventory.accounts) {
            dates.of_account(account);
        }
        dates.of_policies.sort_unstable();
        dates.of_policies.dedup();
        dates
    }

    const fn are_there(&self) -> bool {
        !self.of_policies.is_empty() || self.is_any || self.is_of_keys
    }

    fn of_account(&mut self, account: &Account) {
        let control = [
            &account.service_control_policies,
            &account.resource_control_policies,
        ];
        let levels = control.into_iter().filter_map(Field::value);
        for ControlPolicy { document, .. } in levels.flatten().flatten() {
            self.of(document);
        }
        for role in items(&account.roles) {
            self.of_role(role);
        }
        for region in items(&account.regions) {
            self.of_region(region);
        }
    }

    fn of_role(&mut self, role: &Role) {
        self.of(&role.assume_role_policy_document);
        let boundary = role.permissions_boundary.value();
        let attached = role.attached_policies.value().into_iter();
        let attached = attached.flat_map(|Listing(all)| all);
        for AttachedPolicy { document, .. } in attached.chain(boundary) {
            self.of(document);
        }
        let inline = role.inline_policies.value().into_iter();
        for InlinePolicy { document, .. } in inline.flat_map(|Listing(all)| all) {
            self.of(document);
        }
    }

    fn of_region(&mut self, region: &RegionFacts) {
        for Vault { access_policy, .. } in items(&region.vaults) {
            self.of(access_policy);
        }
        for key in items(&region.keys) {
            let Key {
                policy, ram_policy, ..
            } = key;
            self.of(policy);
            self.of(ram_policy);
            self.is_of_keys |= extra(&key.extra, "ValidTo").and_then(moment).is_some();
        }
    }

    fn of(&mut self, policy: &Field<Policy>) {
        let policy = policy.value().into_iter();
        for moment in policy.flat_map(|policy| policy.document().moments()) {
            match moment {
                Some(moment) => self.of_policies.push(moment),
                None => self.is_any = true,
            }
        }
    }
}
