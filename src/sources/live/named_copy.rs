//! Everything that decides one copy that was named on the command line.

use std::collections::BTreeSet;

use crate::catalog::regions;
use crate::inventory::{
    Field, Inventory, Json, RecoveryPoint, Resource, Timestamp, items, service_linked_role,
};
use crate::known::{AccountId, Arn, Region};

use super::book::{Book, add};
use super::error::{LiveError, Side};
use super::found::Place;
use super::once::each;
use super::reply::Trouble;
use super::session::Session;
use super::wire::{Credentials, Settings, Sides, Wire};
use super::{backup, ec2, iam, kms, organizations, rds, resources};

/// A copy, as it is named: what is copied, from where, to where, by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedCopy {
    /// The resource whose next backup is copied.
    pub resource: Option<Arn>,
    /// The recovery point that is copied.
    pub recovery_point: Option<Arn>,
    /// The vault that it is in. `None`: that of the recovery point, else of the resource's newest.
    pub source_vault: Option<Arn>,
    /// The vault that it goes to.
    pub destination_vault: Arn,
    /// The role that the copy job runs as. `None`: AWS Backup's default role of the source account.
    pub role: Option<Arn>,
}

impl NamedCopy {
    /// Whether an image is copied, or an instance that one will be made of.
    fn is_of_an_image(&self) -> bool {
        let named = self.recovery_point.iter().chain(&self.resource);
        named.into_iter().any(|arn| {
            let kind = arn.resource().split('/').next();
            arn.service() == "ec2" && matches!(kind, Some("image" | "instance"))
        })
    }

    /// What says where the copy comes from, the surest first.
    fn origin(&self) -> Option<&Arn> {
        self.source_vault
            .as_ref()
            .or(self.recovery_point.as_ref())
            .or(self.resource.as_ref())
    }

    /// The role that the copy job runs as, where the source account is this one.
    #[must_use]
    pub fn role_in(&self, account: AccountId) -> Arn {
        self.role.clone().unwrap_or_else(|| {
            Arn::iam_role(
                self.destination_vault.partition(),
                account,
                "service-role/AWSBackupDefaultServiceRole",
            )
        })
    }
}

/// Reads what decides the copy.
pub async fn read(
    copy: &NamedCopy,
    sides: &Sides,
    settings: &Settings,
    collected_at: Timestamp,
) -> Result<Inventory, LiveError> {
    let book = Book::default();
    let work = async {
        let run = Run::sign_in(copy, sides, settings, &book).await?;
        run.read().await;
        Ok::<(), LiveError>(())
    };
    let stopped = tokio::select! {
        done = work => { done?; false }
        Ok(()) = tokio::signal::ctrl_c() => true,
    };
    let inventory = book.inventory(collected_at);
    if stopped {
        Err(LiveError::Stopped(Box::new(inventory)))
    } else {
        Ok(inventory)
    }
}

struct Run<'a> {
    copy: &'a NamedCopy,
    book: &'a Book,
    source: Session,
    source_region: Region,
    /// `None`: nobody signed in to it.
    destination: Option<Session>,
    /// The organization's management account, if somebody signed in to it.
    management: Option<Session>,
    destination_place: Place,
    destination_region: Region,
}

impl<'a> Run<'a> {
    async fn sign_in(
        copy: &'a NamedCopy,
        sides: &Sides,
        settings: &Settings,
        book: &'a Book,
    ) -> Result<Self, LiveError> {
        let to = &copy.destination_vault;
        let no_place = || LiveError::NoPlace(to.clone());
        let destination_region = to.region().ok_or_else(no_place)?;
        let destination_account = to.account().ok_or_else(no_place)?;
        let origin = copy.origin().unwrap_or(to);
        let source_region = origin
            .region()
            .unwrap_or_else(|| destination_region.clone());
        let wire = Wire::new(settings);
        let sign_in = async |side, credentials: &Credentials, near: &Region| {
            wire.sign_in(credentials, near)
                .await
                .map_err(|why| LiveError::SignIn { side, why })
        };
        let other = async |side, credentials: Option<&Credentials>, near: &Region| match credentials
        {
            None => Ok(None),
            Some(credentials) => Box::pin(sign_in(side, credentials, near)).await.map(Some),
        };
        let (source, destination, management) = tokio::join!(
            sign_in(Side::Source, &sides.source, &source_region),
            other(
                Side::Destination,
                sides.destination.as_ref(),
                &destination_region
            ),
            other(Side::Management, sides.management.as_ref(), &source_region),
        );
        let source = source?;
        belongs(Side::Source, &source, origin)?;
        let destination = destination?;
        if let Some(session) = &destination {
            belongs(Side::Destination, session, to)?;
        }
        let destination = if source.account() == destination_account {
            Some(source.clone())
        } else {
            destination
        };
        Ok(Self {
            copy,
            book,
            source,
            source_region,
            destination,
            management: management?,
            destination_place: Place::new(destination_account, &destination_region),
            destination_region,
        })
    }

    fn same_account(&self) -> bool {
        self.source.account() == self.destination_place.account
    }

    async fn read(&self) {
        let role = self.copy.role_in(self.source.account());
        tokio::join!(
            Box::pin(self.accounts()),
            Box::pin(self.regions()),
            Box::pin(self.copy_role(&role)),
            Box::pin(self.destination_role()),
            Box::pin(self.things()),
        );
        Box::pin(self.simulate(&role)).await;
    }

    /// Organizations and global settings, each account once.
    async fn accounts(&self) {
        let theirs = self.destination.iter().filter(|_| !self.same_account());
        let sessions: Vec<&Session> = std::iter::once(&self.source).chain(theirs).collect();
        let tasks = sessions.iter().map(|session| {
            // An account may lack the other's Region.
            let near = if session.account() == self.source.account() {
                &self.source_region
            } else {
                &self.destination_region
            };
            let (session, near) = ((*session).clone(), near.clone());
            let management = self.management.clone();
            async move {
                let reader = organizations::reader(&session, management.as_ref()).await;
                tokio::join!(
                    organizations::membership(&session, reader, session.account()),
                    backup::cross_account_backup(&session, &near, organizations::in_none(&session)),
                )
            }
        });
        for (session, (membership, switch)) in sessions.iter().zip(each(tasks).await) {
            let (membership, switch) = (self.book.take(membership), self.book.take(switch));
            self.book.account(session.account(), |account| {
                account.organization = membership.organization;
                account.service_control_policies = membership.service;
                account.resource_control_policies = membership.resource;
                if let Some(on) = switch {
                    account.cross_account_backup = on.into();
                }
            });
        }
        if self.destination.is_none() {
            self.stranger().await;
        }
    }

    /// What the management account can tell of a destination that nobody signed in to.
    async fn stranger(&self) {
        let account = self.destination_place.account;
        let Some(management) = &self.management else {
            let place = Place::global(account);
            let subject = account.to_string();
            self.book
                .gaps([place.unasked("organizations:DescribeOrganization", &subject)]);
            return;
        };
        let found = organizations::membership(management, management, account).await;
        let membership = self.book.take(found);
        if membership.organization.is_present() {
            self.book.account(account, |facts| {
                facts.organization = membership.organization;
                facts.service_control_policies = membership.service;
                facts.resource_control_policies = membership.resource;
            });
        }
    }

    /// The settings of both Regions, and whether the accounts have the destination's.
    async fn regions(&self) {
        let mut places = vec![(self.source.clone(), self.source_region.clone())];
        if let Some(session) = &self.destination {
            let other = (session.clone(), self.destination_region.clone());
            if self.source_region != other.1 || !self.same_account() {
                places.push(other);
            }
        }
        let tasks = places.iter().cloned().map(|(session, region)| async move {
            backup::region_settings(&session, &region).await
        });
        for ((session, region), found) in places.iter().zip(each(tasks).await) {
            if let Some(settings) = self.book.take(found) {
                self.book.region(&session.place(region), |facts| {
                    facts.region_settings = Field::Is(settings);
                });
            }
        }
        if !regions::enabled_by_default(&self.destination_region) {
            self.opt_in().await;
        }
        if self.copy.is_of_an_image()
            && let Some(session) = &self.destination
        {
            let found = ec2::allowed_images(session, &self.destination_region).await;
            if let Some(setting) = self.book.take(found) {
                self.book.region(&self.destination_place, |facts| {
                    facts.allowed_images = setting.into();
                });
            }
        }
    }

    /// Whether both accounts have opted in to the destination's Region.
    async fn opt_in(&self) {
        let region = &self.destination_region;
        for account in BTreeSet::from([self.source.account(), self.destination_place.account]) {
            let place = Place::new(account, region);
            match self.session_of(account) {
                Some(session) => {
                    let found = ec2::opt_in_status(session, region).await;
                    if let Some(status) = self.book.take(found) {
                        self.book.region(&place, |facts| {
                            facts.opt_in_status = status.map(Into::into).into();
                        });
                    }
                }
                None => self
                    .book
                    .gaps([place.unasked("ec2:DescribeRegions", region.as_str())]),
            }
        }
    }

    async fn copy_role(&self, role: &Arn) {
        if role.account() == Some(self.source.account()) {
            self.role(&self.source, role).await;
        } else {
            let account = role.account().unwrap_or_else(|| self.source.account());
            self.book
                .gaps([Place::global(account).unasked("iam:GetRole", role.as_str())]);
        }
    }

    /// The service-linked role of AWS Backup in the destination account.
    async fn destination_role(&self) {
        let account = self.destination_place.account;
        let role = service_linked_role(&self.copy.destination_vault, account);
        match &self.destination {
            Some(session) => self.role(session, &role).await,
            None => self
                .book
                .gaps([Place::global(account).unasked("iam:GetRole", role.as_str())]),
        }
    }

    async fn role(&self, session: &Session, arn: &Arn) {
        if let Some(role) = self.book.take(iam::role(session, arn).await) {
            self.book
                .account(session.account(), |account| add(&mut account.roles, role));
        }
    }

    /// The resource, its recovery points, the vaults, and then the keys and option groups that they name.
    async fn things(&self) {
        let (backups, (), ()) = tokio::join!(
            Box::pin(self.backups()),
            Box::pin(self.vault(&self.copy.destination_vault)),
            async {
                if let Some(vault) = &self.copy.source_vault
                    && *vault != self.copy.destination_vault
                {
                    Box::pin(self.vault(vault)).await;
                }
            },
        );
        let unnamed = backups.source_vault.filter(|vault| {
            self.copy.source_vault.is_none() && *vault != self.copy.destination_vault
        });
        if let Some(vault) = &unnamed {
            Box::pin(self.vault(vault)).await;
        }
        tokio::join!(
            self.keys(),
            self.option_groups(backups.resource.as_ref(), backups.point.as_ref()),
        );
    }

    /// What is copied, and the vault that it is in where the names do not say.
    async fn backups(&self) -> Backups {
        match (&self.copy.recovery_point, &self.copy.resource) {
            (Some(point), named) => {
                let point = self.recovery_point(point).await;
                let known = point.as_ref().and_then(|point| point.resource_arn.value());
                let resource = match named.as_ref().or(known) {
                    Some(arn) => self.resource(arn).await,
                    None => None,
                };
                let source_vault = point
                    .as_ref()
                    .and_then(|point| point.backup_vault_arn.value().cloned());
                Backups {
                    resource,
                    point,
                    source_vault,
                }
            }
            (None, Some(arn)) => {
                let (resource, source_vault) =
                    tokio::join!(self.resource(arn), self.recovery_points(arn));
                Backups {
                    resource,
                    point: None,
                    source_vault,
                }
            }
            (None, None) => Backups::default(),
        }
    }

    /// The recovery points of the resource; gives the vault of the newest.
    async fn recovery_points(&self, resource: &Arn) -> Option<Arn> {
        let (session, region) = (&self.source, &self.source_region);
        let found = backup::of_resource(session, region, resource).await;
        let points = self.book.take(found)?;
        let vault =
            backup::newest(&points).and_then(|point| point.backup_vault_arn.value().cloned());
        if vault.is_none() && self.copy.source_vault.is_none() {
            let why = Trouble::failed("NoRecoveryPoints");
            self.book.gaps([session.place(region).gap(
                "backup:ListRecoveryPointsByResource",
                resource.as_str(),
                &why,
            )]);
        }
        self.book.region(&session.place(region), |facts| {
            facts.recovery_points = Field::Is(points.into());
        });
        vault
    }

    async fn recovery_point(&self, arn: &Arn) -> Option<RecoveryPoint> {
        let (session, region) = (&self.source, &self.source_region);
        let vault = match &self.copy.source_vault {
            Some(vault) => Some(vault.clone()),
            None => {
                let found = backup::vault_of(session, region, arn).await;
                let looked = found.gaps.is_empty();
                let vault = self.book.take(found);
                if vault.is_none() && looked {
                    self.note_point(backup::missing(arn));
                }
                vault
            }
        }?;
        let found = backup::point(session, region, &vault, arn).await;
        let point = self.book.take(found);
        self.note_point(point.clone());
        point
    }

    fn note_point(&self, point: Option<RecoveryPoint>) {
        if let Some(point) = point {
            let place = self.source.place(&self.source_region);
            self.book
                .region(&place, |facts| add(&mut facts.recovery_points, point));
        }
    }

    async fn resource(&self, arn: &Arn) -> Option<Resource> {
        let (session, region) = (&self.source, &self.source_region);
        let found = resources::one(session, region, arn).await;
        let resources = self.book.take(found);
        self.book.region(&session.place(region), |facts| {
            for resource in &resources {
                add(&mut facts.resources, resource.clone());
            }
        });
        resources.into_iter().find(|resource| resource.arn == *arn)
    }

    /// A vault of either account.
    async fn vault(&self, arn: &Arn) {
        let (Some(account), Some(region)) = (arn.account(), arn.region()) else {
            return;
        };
        let place = Place::new(account, &region);
        let vault = match self.session_of(account) {
            Some(session) => self.book.take(backup::vault(session, &region, arn).await),
            None => {
                let shared = backup::shared_vault(&self.source, &region, arn).await;
                if shared.is_none() {
                    self.book
                        .gaps([place.unasked("backup:DescribeBackupVault", arn.as_str())]);
                }
                self.book
                    .gaps([place.unasked("backup:GetBackupVaultAccessPolicy", arn.as_str())]);
                shared
            }
        };
        if let Some(vault) = vault {
            self.book
                .region(&place, |facts| add(&mut facts.vaults, vault));
        }
    }

    /// The credentials that own an account.
    fn session_of(&self, account: AccountId) -> Option<&Session> {
        std::iter::once(&self.source)
            .chain(&self.destination)
            .find(|session| session.account() == account)
    }

    /// The keys that anything read so far names, each once, with the credentials of its own account if there are any.
    async fn keys(&self) {
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
    async fn option_groups(&self, resource: Option<&Resource>, point: Option<&RecoveryPoint>) {
        let of_resource = resource
            .and_then(|resource| resource.detail.value())
            .and_then(|Json(detail)| detail.get("OptionGroupMemberships")?.as_array())
            .into_iter()
            .flatten();
        let of_point = point
            .and_then(|point| point.detail.value())
            .map(|Json(detail)| detail);
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

    /// Where the service control policies could not be read, AWS's simulator knows whether they let the copy role
    /// copy. It comes last: it needs the role and, for one of the two actions, a recovery point.
    async fn simulate(&self, role: &Arn) {
        let account = self.source.account();
        let Some(points) = self.book.worth_simulating(account, role) else {
            return;
        };
        let mut requests = vec![(
            "backup:CopyIntoBackupVault",
            self.copy.destination_vault.clone(),
        )];
        let point = self.copy.recovery_point.clone();
        let point = point.or_else(|| backup::newest(&points).map(|point| point.arn.clone()));
        requests.extend(point.map(|point| ("backup:CopyFromBackupVault", point)));
        let found = iam::simulated(&self.source, role, requests).await;
        if let Some(results) = self.book.take(found) {
            self.book.account(account, |account| {
                let mut roles = items(&account.roles).to_vec();
                for known in roles.iter_mut().filter(|known| known.arn == *role) {
                    known.simulated = Field::Is(Json(results.clone()));
                }
                account.roles = Field::Is(roles.into());
            });
        }
    }
}

#[derive(Default)]
struct Backups {
    resource: Option<Resource>,
    point: Option<RecoveryPoint>,
    source_vault: Option<Arn>,
}

/// Whether the credentials are those of the account that a name is in.
fn belongs(side: Side, session: &Session, named: &Arn) -> Result<(), LiveError> {
    match named.account() {
        Some(wanted) if wanted != session.account() => Err(LiveError::OtherAccount {
            side,
            found: session.account(),
            wanted,
            named: named.clone(),
        }),
        _ => Ok(()),
    }
}
