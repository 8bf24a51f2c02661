//! The copies of a resource that there are: from recovery points in vaults of other accounts, and from copy jobs that
//! completed.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::calls::api_call;
use crate::inventory::list::items;
use crate::inventory::objects::RecoveryPoint;
use crate::inventory::word::Timestamp;
use crate::known::{AccountId, Arn, Fact, Region};

use super::Facts;
use super::stored::moment;

/// The newest copy of a resource in a vault.
#[derive(Clone, Copy, Debug)]
pub struct NewestCopy<'a> {
    /// When it was made, in milliseconds since 1970.
    pub made: i128,
    /// It, where its vault was listed.
    pub point: Option<&'a RecoveryPoint>,
}

impl<'a> Facts<'a> {
    /// The newest completed copy of a resource in each vault of another account than this, as far as the facts have any.
    #[must_use]
    pub fn newest_copies(
        &self,
        resource: &Arn,
        account: AccountId,
    ) -> BTreeMap<&'a Arn, NewestCopy<'a>> {
        let mut newest: BTreeMap<&'a Arn, NewestCopy<'a>> = BTreeMap::new();
        let until = self.assumed_at().map(Timestamp::milliseconds);
        let mut add = |vault: &'a Arn, copy: NewestCopy<'a>| {
            let is_later = until.is_some_and(|until| copy.made > until);
            if is_later || vault.account() == Some(account) {
                return;
            }
            let known = newest.entry(vault).or_insert(copy);
            let rank = |copy: &NewestCopy<'a>| (copy.made, copy.point.map(|point| &point.arn));
            if rank(known) < rank(&copy) {
                *known = copy;
            }
        };
        for point in self.seen(|layer| layer.backups(resource)).parts() {
            let is_whole = point.status.value().is_some_and(|status| is_whole(status));
            let made = point.creation_date.value();
            let made = made.and_then(|date| moment(&date.0)).filter(|_| is_whole);
            if let Some((vault, made)) = point.backup_vault_arn.value().zip(made) {
                let point = Some(point);
                add(vault, NewestCopy { made, point });
            }
        }
        for job in self.seen(|layer| layer.completed_copies(resource)).parts() {
            let made = job.creation_date.value();
            let made = made.and_then(|date| moment(&date.0));
            if let Some((vault, made)) = job.destination_vault.value().zip(made) {
                add(vault, NewestCopy { made, point: None });
            }
        }
        newest
    }

    /// Every recovery point that was found, once for each place that tells of it.
    pub fn recovery_points_found(&self) -> impl Iterator<Item = &'a RecoveryPoint> {
        let accounts = self
            .layers
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts));
        let regions = accounts.flat_map(|account| items(&account.regions));
        regions.flat_map(|region| items(&region.recovery_points))
    }

    /// The Regions of accounts that there are facts of, in their order.
    #[must_use]
    pub fn places(&self) -> BTreeSet<(AccountId, &'a Region)> {
        let accounts = self
            .layers
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts));
        accounts
            .flat_map(|account| {
                let regions = items(&account.regions).iter();
                regions.map(|region| (account.account, &region.region))
            })
            .collect()
    }

    /// Whether a list has the resource.
    #[must_use]
    pub fn resource_is_listed(&self, arn: &Arn) -> bool {
        self.resource(arn).is_listed()
    }

    /// Whether the recovery points of a vault were listed; else the gap.
    #[must_use]
    pub fn points_listed(&self, vault: &Arn) -> Fact<()> {
        let (account, region) = (vault.account(), vault.region());
        let call = api_call!("backup:ListRecoveryPointsByBackupVault");
        let gap = self.gap(call, vault.as_str(), account, region.as_ref());
        let listed = account.zip(region).is_some_and(|(account, region)| {
            let facts = self.region(account, &region);
            facts.field(|r| &r.recovery_points).is_present()
        });
        if listed && !self.is_recorded(&gap) {
            return Fact::Known(());
        }
        Fact::unknown(gap)
    }

    /// Whether the copy jobs of a Region were listed, which are those of 30 days; else the gap.
    #[must_use]
    pub fn copy_jobs_listed(&self, account: AccountId, region: &Region) -> Fact<()> {
        let call = api_call!("backup:ListCopyJobs");
        let gap = self.gap(
            call,
            &format!("{account}/{region}"),
            Some(account),
            Some(region),
        );
        let facts = self.region(account, region);
        let listed = facts.field(|r| &r.copy_jobs).is_present();
        if listed && !self.is_recorded(&gap) {
            return Fact::Known(());
        }
        Fact::unknown(gap)
    }
}

/// Whether a recovery point of this status can be restored from.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_RecoveryPointByBackupVault.html>.
fn is_whole(status: &str) -> bool {
    matches!(status, "COMPLETED" | "AVAILABLE")
}
