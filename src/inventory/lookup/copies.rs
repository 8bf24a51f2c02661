//! The copies of a resource that there are: from recovery points in vaults of other accounts, and from copy jobs that
//! completed.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::calls::api_call;
use crate::inventory::json::Extra;
use crate::inventory::list::items;
use crate::inventory::objects::RecoveryPoint;
use crate::inventory::word::Timestamp;
use crate::known::{AccountId, Arn, Fact, Gap, Region};

use super::contradiction::extra;
use super::reads::Object;
use super::stored::moment;
use super::{Facts, contradiction};

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
        for point in self
            .seen(Object::Stored, |layer| layer.backups(resource))
            .parts()
        {
            let Some(vault) = point.backup_vault_arn.value() else {
                continue;
            };
            if let Copied::Whole(made) = self.copied(point) {
                let point = Some(point);
                add(vault, NewestCopy { made, point });
            }
        }
        for job in self
            .seen(Object::Stored, |layer| layer.completed_copies(resource))
            .parts()
        {
            let made = job.creation_date.value();
            let made = made.and_then(|date| moment(&date.0));
            let made = made.filter(|made| !self.is_ahead(*made) && !self.ends_ahead(&job.extra));
            if let Some((vault, made)) = job.destination_vault.value().zip(made) {
                add(vault, NewestCopy { made, point: None });
            }
        }
        newest
    }

    /// What in a vault may be a copy of a resource, and is not known to be one: what would settle it.
    #[must_use]
    pub fn copies_in_doubt(&self, resource: &Arn, vault: &Arn) -> Vec<Gap> {
        let points = self.seen(Object::Stored, |layer| layer.backups(resource));
        let here = points
            .parts()
            .filter(|point| point.backup_vault_arn.value().is_none_or(|of| of == vault));
        let points = here.filter_map(|point| match self.copied(point) {
            Copied::Unknown(gap) => Some(*gap),
            Copied::Whole(_) if point.backup_vault_arn.value().is_none() => {
                Some(self.in_doubt(point))
            }
            Copied::Whole(_) | Copied::Not => None,
        });
        let jobs = self.seen(Object::Stored, |layer| layer.completed_copies(resource));
        let unnamed = self
            .layers(Object::Stored)
            .iter()
            .flat_map(|layer| layer.unnamed_copies());
        let jobs = jobs.parts().chain(unnamed.copied()).filter_map(|job| {
            let to = job.destination_vault.value();
            let made = job.creation_date.value();
            let made = made.and_then(|date| moment(&date.0));
            let is_sure = job.resource_arn.value().is_some()
                && to.is_some()
                && made.is_some_and(|made| !self.is_ahead(made))
                && !self.ends_ahead(&job.extra);
            let may_be = to.is_none_or(|of| of == vault) && !is_sure;
            may_be.then(|| {
                let what = format!("what copy job `{}` copied, where to and when", job.id);
                Gap::not_told(what, vault.as_str()).where_is(vault)
            })
        });
        points.chain(jobs).collect()
    }

    /// Whether a recovery point is a backup that is there.
    fn copied(&self, point: &RecoveryPoint) -> Copied {
        let status = point.status.value().map(|status| &**status);
        let class = point.storage_class.value().map(|class| &**class);
        match (status, class) {
            (Some("PARTIAL" | "DELETING" | "EXPIRED" | "STOPPED" | "CREATING"), _)
            | (_, Some("DELETED")) => return Copied::Not,
            // Lists of recovery points leave the class out.
            (Some("COMPLETED" | "AVAILABLE"), Some("WARM" | "COLD") | None) => {}
            (Some(_) | None, Some(_) | None) => {
                return Copied::Unknown(Box::new(self.in_doubt(point)));
            }
        }
        let made = point.creation_date.value();
        match made.and_then(|date| moment(&date.0)) {
            Some(made) if !self.is_ahead(made) && !self.ends_ahead(&point.extra) => {
                Copied::Whole(made)
            }
            Some(_) => Copied::Unknown(Box::new(contradiction(
                &point.arn,
                "its `CreationDate` or `CompletionDate`",
                "`collected_at`, which is before it",
            ))),
            None => Copied::Unknown(Box::new(self.in_doubt(point))),
        }
    }

    /// What would settle whether a recovery point is a copy that is there.
    fn in_doubt(&self, point: &RecoveryPoint) -> Gap {
        let status = point.status.value();
        let class = point.storage_class.value();
        let words = [("Status", status), ("StorageClass", class)];
        let odd = words.iter().find_map(|(name, word)| {
            let word = word
                .filter(|word| !matches!(&***word, "COMPLETED" | "AVAILABLE" | "WARM" | "COLD"));
            Some((name, word?))
        });
        if let Some((name, word)) = odd {
            let what = format!("what `{name}` `{word}` of a recovery point means");
            return Gap::not_told(what, point.arn.as_str()).where_is(&point.arn);
        }
        let of = point.backup_vault_arn.value().unwrap_or(&point.arn);
        let call = api_call!("backup:ListRecoveryPointsByBackupVault");
        self.gap(call, of.as_str(), of.account(), of.region().as_ref())
    }

    /// Whether a moment is later than the facts can tell of: reading them may take a day.
    pub(super) fn is_ahead(&self, moment: i128) -> bool {
        const DAY: i128 = 24 * 60 * 60 * 1000;
        let read = self.read_last_at().map(Timestamp::milliseconds);
        read.is_some_and(|read| moment > read.saturating_add(DAY))
    }

    /// Whether what ended did so later than the facts can tell of.
    pub(super) fn ends_ahead(&self, of: &Extra) -> bool {
        let ended = extra(of, "CompletionDate").and_then(moment);
        ended.is_some_and(|ended| self.is_ahead(ended))
    }

    /// Whether a recovery point was made, or was complete, later than the facts can tell of.
    #[must_use]
    pub fn point_is_ahead(&self, arn: &Arn) -> bool {
        self.seen(Object::Stored, |layer| layer.recovery_points(arn))
            .parts()
            .any(|point| {
                let made = point.creation_date.value();
                let made = made.and_then(|date| moment(&date.0));
                made.is_some_and(|made| self.is_ahead(made)) || self.ends_ahead(&point.extra)
            })
    }

    /// Whether a recovery point was complete before it was made.
    #[must_use]
    pub fn point_ends_first(&self, arn: &Arn) -> bool {
        let point = self.seen(Object::Stored, |layer| layer.recovery_points(arn));
        let made = point.field(|p| &p.creation_date);
        let made = made.value().and_then(|date| moment(&date.0));
        let mut ended = point
            .parts()
            .filter_map(|part| moment(extra(&part.extra, "CompletionDate")?));
        made.is_some_and(|made| ended.any(|ended| ended < made))
    }

    /// Every recovery point that was found, once for each place that tells of it.
    pub fn recovery_points_found(&self) -> impl Iterator<Item = &'a RecoveryPoint> {
        let accounts = self
            .layers(Object::Stored)
            .iter()
            .flat_map(|layer| items(&layer.inventory.accounts));
        let regions = accounts.flat_map(|account| items(&account.regions));
        regions.flat_map(|region| items(&region.recovery_points))
    }

    /// The Regions of accounts that there are facts of, in their order.
    #[must_use]
    pub fn places(&self) -> BTreeSet<(AccountId, &'a Region)> {
        let accounts = self
            .layers(Object::Everything)
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

    /// Whether recovery points of a Region were read.
    #[must_use]
    pub fn has_points_of(&self, account: AccountId, region: &Region) -> bool {
        let facts = self.region(account, region);
        facts.field(|r| &r.recovery_points).is_present()
    }

    /// Whether vaults of a Region were read.
    #[must_use]
    pub fn has_vaults_of(&self, account: AccountId, region: &Region) -> bool {
        let facts = self.vaults_of(account, region);
        facts.field(|r| &r.vaults).is_present()
    }

    /// Why there may be copy jobs that were not read: what AWS refused of them, and of what says which accounts and Regions there
    /// are; where none were listed, every Region of which nobody listed them.
    #[must_use]
    pub fn copy_jobs_not_listed(&self) -> Vec<Gap> {
        let call = api_call!("backup:ListCopyJobs");
        let places = self.places().into_iter();
        let listed = places.map(|(account, region)| self.copy_jobs_listed(account, region));
        let listed: Vec<Fact<()>> = listed.collect();
        let none = !listed.iter().any(|fact| matches!(fact, Fact::Known(())));
        let unread = listed
            .into_iter()
            .filter(|_| none)
            .filter_map(|fact| match fact {
                Fact::Known(()) => None,
                Fact::Unknown(gap) => Some(*gap),
            });
        let recorded = self
            .recorded_gaps()
            .filter(|gap| gap.api_call() == Some(call));
        let places = self.not_listed().into_iter();
        let places = places.filter(|gap| !gap.operation().starts_with("backup:"));
        let mut all: Vec<Gap> = unread.chain(recorded).chain(places).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Whether the copy jobs of any Region were listed.
    #[must_use]
    pub fn has_copy_jobs(&self) -> bool {
        let mut places = self.places().into_iter();
        places.any(|(account, region)| {
            matches!(self.copy_jobs_listed(account, region), Fact::Known(()))
        })
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

/// Whether a recovery point can be restored from, as far as its status tells.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_RecoveryPointByBackupVault.html>.
enum Copied {
    /// It can; when it was made, in milliseconds since 1970.
    Whole(i128),
    /// It cannot, or not of all that it is of.
    Not,
    /// That was not read, or not understood.
    Unknown(Box<Gap>),
}
