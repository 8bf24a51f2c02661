//! What is read for a query, by whose credentials, and where it is noted.

use crate::catalog::calls::api_call;
use crate::catalog::regions;
use crate::inventory::Field;
use crate::known::{AccountId, Arn, Gap};
use crate::sources::live::found::Place;
use crate::sources::live::reply::CallError;
use crate::sources::live::session::Session;
use crate::sources::live::so_far::{InventorySoFar, add};
use crate::sources::live::{backup, ec2, iam, kms, organizations, rds, resources};

use super::Settler;
use super::query::Query;
use super::simulation;

impl Settler {
    /// Asks it with the credentials of its account, else with those of `by`, who names it; a gap where that tells nothing.
    pub(super) async fn read(&self, query: &Query, by: Option<AccountId>, so_far: &InventorySoFar) {
        let owner = query.owner();
        if owner.is_some_and(|owner| self.leaves_to_others(query, owner)) {
            if matches!(query, Query::Vault(_)) {
                so_far.gaps(query.unasked());
            }
            return;
        }
        let session = match owner {
            Some(owner) => self.estate.session_of(owner).await,
            None => None,
        };
        match session {
            Some(session) => Box::pin(self.ask(&session, query, so_far)).await,
            None => {
                let told = Box::pin(self.ask_others(query, by, so_far)).await;
                if !told {
                    so_far.gaps(query.unasked());
                }
                // Of a vault and of a key others do not hear all.
                if !told || matches!(query, Query::Vault(_) | Query::Key(_)) {
                    so_far.gaps(owner.and_then(|owner| self.without_credentials(owner)));
                }
            }
        }
    }

    /// That nobody gave credentials for an account; where some were refused, that is told by itself.
    fn without_credentials(&self, account: AccountId) -> Option<Gap> {
        let call = api_call!("sts:GetCallerIdentity");
        let why = CallError::failed("NoCredentials");
        let none = || Place::global(account).gap(call, &account.to_string(), &why);
        (!self.estate.is_shut(account)).then(none)
    }

    /// Asks the account that has it.
    async fn ask(&self, session: &Session, query: &Query, so_far: &InventorySoFar) {
        let account = session.account();
        match query {
            Query::Vault(arn) => {
                let Some(region) = arn.region() else { return };
                let vault = so_far.take(backup::vault(session, &region, arn).await);
                if let Some(vault) = vault {
                    so_far.region(&session.place(&region), |it| add(&mut it.vaults, vault));
                }
            }
            Query::Point(at, arn, vault) => point(session, at, arn, vault.as_ref(), so_far).await,
            Query::PointsOf(at, resource) => points_of(session, at, resource, so_far).await,
            Query::PointsIn(vault, composite) => {
                let Some(region) = vault.region() else { return };
                let found = match composite {
                    Some(composite) => backup::nested_in(session, &region, vault, composite).await,
                    None => backup::points_in(session, &region, vault).await,
                };
                // A list that was not read is none, and not an empty one.
                if let Some(points) = so_far.take(found) {
                    so_far.points(&session.place(&region), points);
                }
            }
            Query::Resource(at, arn) => {
                let Some(region) = &at.region else { return };
                for resource in so_far.take(resources::one(session, region, arn).await) {
                    so_far.region(at, |it| add(&mut it.resources, resource));
                }
            }
            Query::Key(arn) => self.key(session, arn, so_far).await,
            Query::Role(arn) => {
                if let Some(role) = so_far.take(iam::role(session, arn).await) {
                    so_far.account(account, |it| add(&mut it.roles, role));
                }
            }
            Query::OptionGroup(at, name) => {
                let Some(region) = &at.region else { return };
                let partition = regions::partition(region);
                let found = rds::option_group(session, region, partition, name).await;
                if let Some(group) = so_far.take(found) {
                    so_far.region(at, |it| add(&mut it.option_groups, group));
                }
            }
            Query::Engines(at, engine) => engines(session, at, engine.as_deref(), so_far).await,
            Query::Settings(at) => {
                let Some(region) = &at.region else { return };
                if let Some(read) = so_far.take(backup::region_settings(session, region).await) {
                    so_far.region(at, |it| it.region_settings = Field::Is(read));
                }
            }
            Query::AllowedImages(at) => {
                let Some(region) = &at.region else { return };
                if let Some(read) = so_far.take(ec2::allowed_images(session, region).await) {
                    so_far.region(at, |it| it.allowed_images = Field::Is(read));
                }
            }
            Query::DefaultKey(at) => {
                let Some(region) = &at.region else { return };
                if let Some(key) = so_far.take(ec2::ebs_default_key(session, region).await) {
                    so_far.region(at, |it| it.ebs_default_kms_key_id = Field::Is(key.into()));
                }
            }
            Query::OptIn(at) => {
                let Some(region) = &at.region else { return };
                if let Some(status) = so_far.take(ec2::opt_in_status(session, region).await) {
                    let status = status.map(Into::into).into();
                    so_far.region(at, |it| it.opt_in_status = status);
                }
            }
            Query::Membership(_) => self.membership(session, so_far).await,
            Query::Switch(_) => self.switch(session, so_far).await,
            Query::BackupPolicy(_) => {
                let reader = self.estate.reader(session).await;
                let policy = so_far.take(organizations::backup_policy(reader, account).await);
                so_far.account(account, |it| it.backup_policy = policy);
            }
            Query::TagPolicy(_) => {
                let reader = self.estate.reader(session).await;
                let policy = so_far.take(organizations::tag_policy(reader, account).await);
                so_far.account(account, |it| it.tag_policy = policy);
            }
            Query::Simulation(role, asked) => simulation::ask(asked, session, role, so_far).await,
        }
    }

    /// Asks whoever may know, where nobody signed in to the account that has it. Gives whether that told it.
    async fn ask_others(
        &self,
        query: &Query,
        by: Option<AccountId>,
        so_far: &InventorySoFar,
    ) -> bool {
        let session = self.estate.session_for(by).await;
        match (query, session) {
            // The service-owned vaults and those that are shared are told to other accounts, and never their policies.
            (Query::Vault(arn), Some(session)) => {
                let Some(region) = arn.region() else {
                    return true;
                };
                let Some(vault) = backup::shared_vault(&session, &region, arn).await else {
                    return false;
                };
                let at = Place {
                    account: arn.account().unwrap_or(session.account()),
                    region: Some(region),
                };
                so_far.gaps([
                    at.unasked(api_call!("backup:GetBackupVaultAccessPolicy"), arn.as_str())
                ]);
                so_far.region(&at, |it| add(&mut it.vaults, vault));
                true
            }
            (Query::Key(arn), Some(session)) => {
                self.key(&session, arn, so_far).await;
                true
            }
            (Query::Engines(at, engine), Some(session)) => {
                engines(&session, at, engine.as_deref(), so_far).await;
                true
            }
            (Query::Membership(id), _) => {
                let Some(management) = &self.estate.management else {
                    return false;
                };
                let found = organizations::membership(management, management, *id).await;
                let membership = so_far.take(found);
                if membership.organization.is_present() {
                    so_far.membership(*id, membership);
                }
                true
            }
            (
                Query::Vault(_)
                | Query::Point(..)
                | Query::PointsOf(..)
                | Query::PointsIn(..)
                | Query::Resource(..)
                | Query::Key(_)
                | Query::Role(_)
                | Query::OptionGroup(..)
                | Query::Engines(..)
                | Query::Settings(_)
                | Query::AllowedImages(_)
                | Query::DefaultKey(_)
                | Query::OptIn(_)
                | Query::Switch(_)
                | Query::BackupPolicy(_)
                | Query::TagPolicy(_)
                | Query::Simulation(..),
                _,
            ) => false,
        }
    }

    /// Whether another part of the work asks it: all but what is said of keys, and of Regions that copies come from.
    fn leaves_to_others(&self, query: &Query, owner: AccountId) -> bool {
        if matches!(query, Query::Key(_) | Query::OptIn(_) | Query::Engines(..)) {
            return false;
        }
        let vault = if let Query::Vault(arn) = query {
            Some(arn)
        } else {
            None
        };
        let region = vault.and_then(Arn::region);
        self.estate.is_of_another_part(owner, region.as_ref())
    }

    async fn key(&self, session: &Session, arn: &Arn, so_far: &InventorySoFar) {
        let Some(key) = so_far.take(kms::key(session, arn).await) else {
            return;
        };
        let account = arn.account().unwrap_or_else(|| session.account());
        let at = Place {
            account,
            region: arn.region(),
        };
        so_far.region(&at, |it| add(&mut it.keys, key));
    }

    async fn membership(&self, session: &Session, so_far: &InventorySoFar) {
        let reader = self.estate.reader(session).await;
        let whose = if self.estate.is_organization() {
            reader
        } else {
            session
        };
        let account = session.account();
        let found = organizations::membership(whose, reader, account).await;
        so_far.membership(account, so_far.take(found));
    }

    /// In an organization that is looked at the management account's word counts, and nobody else is asked.
    async fn switch(&self, session: &Session, so_far: &InventorySoFar) {
        let account = session.account();
        if self.estate.is_organization() && !self.estate.is_management(account) {
            return;
        }
        let near = self.estate.near(account);
        let in_none = organizations::in_none(session);
        let found = backup::cross_account_backup(session, near, in_none).await;
        if let Some(on) = so_far.take(found) {
            so_far.account(account, |it| it.cross_account_backup = on.into());
        }
    }
}

async fn engines(session: &Session, at: &Place, engine: Option<&str>, so_far: &InventorySoFar) {
    let Some(engine) = engine else {
        so_far.gaps(Query::Engines(at.clone(), None).unasked());
        return;
    };
    let found = rds::engine_versions(session, at, engine).await;
    for version in so_far.take(found).into_iter().flatten() {
        so_far.region(at, |it| add(&mut it.db_engine_versions, version));
    }
}

async fn point(
    session: &Session,
    at: &Place,
    arn: &Arn,
    vault: Option<&Arn>,
    so_far: &InventorySoFar,
) {
    let Some(region) = &at.region else { return };
    let vault = match vault {
        Some(vault) => vault.clone(),
        None => {
            let found = backup::vault_of(session, region, arn).await;
            let looked = found.gaps.is_empty();
            match so_far.take(found) {
                Some(vault) => vault,
                None if looked => return so_far.point(at, backup::missing(arn)),
                None => return,
            }
        }
    };
    let point = so_far.take(backup::point(session, region, &vault, arn).await);
    so_far.point(at, point);
}

async fn points_of(session: &Session, at: &Place, resource: &Arn, so_far: &InventorySoFar) {
    let Some(region) = &at.region else { return };
    let found = backup::of_resource(session, region, resource).await;
    let Some(points) = so_far.take(found) else {
        return;
    };
    if points.is_empty() {
        let why = CallError::failed("NoRecoveryPoints");
        let call = api_call!("backup:ListRecoveryPointsByResource");
        so_far.gaps([at.gap(call, resource.as_str(), &why)]);
    }
    so_far.points(at, points);
}
