//! What the things of a Region name: their keys, and what else of their account decides a copy of them.

use std::collections::BTreeSet;

use crate::inventory::field::Field;
use crate::inventory::list::items;
use crate::known::{AccountId, Arn, Fact, Gap, Region, ResourceType};

use super::Facts;

impl Facts<'_> {
    /// What was not read of the keys and the option groups that vaults, resources and recovery points of a Region name, and of the
    /// key that EBS takes by default where there are volumes or instances.
    #[must_use]
    pub fn unread_of_named(&self, account: AccountId, region: &Region) -> Vec<Gap> {
        let here = self.region(account, region);
        let mut keys: BTreeSet<Arn> = BTreeSet::new();
        let mut groups: BTreeSet<&str> = BTreeSet::new();
        let mut types: BTreeSet<&ResourceType> = BTreeSet::new();
        for part in here.parts() {
            let (vaults, points) = (items(&part.vaults), items(&part.recovery_points));
            let resources = items(&part.resources);
            let of_vaults = vaults.iter().map(|it| &it.encryption_key_arn);
            let of_points = points.iter().map(|it| &it.encryption_key_arn);
            let of_resources = resources.iter().map(|it| &it.encryption_key_arn);
            let named = of_vaults.chain(of_points).chain(of_resources);
            keys.extend(named.filter_map(Field::value).cloned());
            types.extend(points.iter().filter_map(|it| it.resource_type.value()));
            for resource in resources {
                types.extend(resource.resource_type.value());
                let detail = resource.detail.value();
                let of = detail.and_then(|detail| detail.get("OptionGroupMemberships")?.as_array());
                let names = of.into_iter().flatten();
                groups.extend(names.filter_map(|it| it.get("OptionGroupName")?.as_str()));
            }
        }
        let mut gaps = Vec::new();
        if types
            .iter()
            .any(|of| matches!(of, ResourceType::Ebs | ResourceType::Ec2))
        {
            match self.ebs_default_key(account, region) {
                Fact::Known(key) => keys.extend(key),
                Fact::Unknown(gap) => gaps.push(*gap),
            }
        }
        let keys = keys.iter().map(|key| self.key_state(key).map(drop));
        let groups = groups.into_iter();
        let groups = groups.map(|name| self.option_group(account, region, name).map(drop));
        gaps.extend(keys.chain(groups).filter_map(|fact| match fact {
            Fact::Known(()) => None,
            Fact::Unknown(gap) => Some(*gap),
        }));
        gaps
    }
}
