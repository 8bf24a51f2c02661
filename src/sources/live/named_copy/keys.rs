//! The keys and option groups that anything read so far names.

use std::collections::BTreeSet;

use crate::inventory::{RecoveryPoint, Resource};
use crate::sources::live::book::add;
use crate::sources::live::found::Place;
use crate::sources::live::once::each;
use crate::sources::live::{kms, rds};

use super::Run;

impl Run<'_> {
    /// The keys that anything read so far names, each once, with the credentials of its own account if there are any.
    pub(super) async fn keys(&self) {
        let keys = self.book.keys();
        let tasks = keys.iter().cloned().map(|arn| {
            let owner = arn.account().and_then(|account| self.session_of(account));
            let session = owner.unwrap_or(&self.source).clone();
            async move { kms::key(&session, &arn).await }
        });
        for (arn, found) in keys.iter().zip(each(tasks).await) {
            let (Some(key), Some(account), Some(region)) =
                (self.book.take(found), arn.account(), arn.region())
            else {
                continue;
            };
            self.book.region(&Place::new(account, &region), |facts| {
                add(&mut facts.keys, key)
            });
        }
    }

    /// The option groups of an RDS instance and of the snapshot that is copied.
    pub(super) async fn option_groups(
        &self,
        resource: Option<&Resource>,
        point: Option<&RecoveryPoint>,
    ) {
        let of_resource = resource
            .and_then(|resource| resource.detail.value())
            .and_then(|detail| detail.get("OptionGroupMemberships")?.as_array())
            .into_iter()
            .flatten();
        let of_point = point.and_then(|point| point.detail.value());
        let names: BTreeSet<String> = of_resource
            .chain(of_point)
            .filter_map(|group| group.get("OptionGroupName")?.as_str())
            .map(str::to_owned)
            .collect();
        let (session, region) = (&self.source, &self.source_region);
        let partition = self.copy.destination_vault.partition();
        for name in names {
            let found = rds::option_group(session, region, partition.as_str(), &name).await;
            if let Some(group) = self.book.take(found) {
                self.book.region(&session.place(region), |facts| {
                    add(&mut facts.option_groups, group);
                });
            }
        }
    }
}
