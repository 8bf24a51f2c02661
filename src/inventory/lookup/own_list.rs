//! Vaults and resources that stand in the list of another account alone, where the list of the account that their ARN names is whole and
//! lacks them: one says that they are there, and the other that they are not.

use crate::inventory::list::items;
use crate::known::{AccountId, Arn, Fact, Gap, Region};

use super::Facts;
use super::contradiction::contradiction;
use super::reads::Object;

impl Facts<'_> {
    /// The gap that such a vault leaves.
    pub(super) fn own_list_lacks_vault(&self, arn: &Arn) -> Option<Gap> {
        let (account, region) = self.own_place(Object::Vault(arn), arn)?;
        let own = self.vaults_of(account, &region);
        let mut own = own.parts().flat_map(|part| items(&part.vaults));
        let is_listed = own.any(|vault| vault.arn == *arn);
        let lacks = !is_listed && self.vaults_are_all(account, &region);
        (lacks && self.vault_left_open(arn).is_none()).then(|| contradicts(arn, "vaults"))
    }

    /// The gap that such a resource leaves.
    pub(super) fn own_list_lacks_resource(&self, arn: &Arn) -> Option<Gap> {
        let (account, region) = self.own_place(Object::Stored, arn)?;
        let own = self.region(account, &region);
        let mut own = own.parts().flat_map(|part| items(&part.resources));
        let is_listed = own.any(|resource| resource.arn == *arn);
        let are_all = self.resources_are_all(account, &region) == Fact::Known(());
        (!is_listed && are_all).then(|| contradicts(arn, "resources"))
    }

    /// Where the list is that would have a thing which a list of another account has.
    fn own_place(&self, object: Object<'_>, arn: &Arn) -> Option<(AccountId, Region)> {
        let mut layers = self.layers(object).iter();
        let is_elsewhere = layers.any(|layer| layer.is_elsewhere(arn));
        arn.account().zip(arn.region()).filter(|_| is_elsewhere)
    }
}

fn contradicts(arn: &Arn, list: &str) -> Gap {
    contradiction(
        arn,
        format!("`{list}` of its own account, which are whole and lack it"),
        "those of another account, which have it",
    )
}
