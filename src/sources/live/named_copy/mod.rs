//! Everything that decides one copy that was named on the command line: who it is of, then what each account, Region
//! and role says, what is copied, and the keys and option groups that all these name.

mod accounts;
mod backups;
mod engines;
mod keys;
mod name;
mod regions;
mod roles;
mod vaults;

use crate::inventory::{Inventory, Timestamp};
use crate::known::{AccountId, Arn, Region};

use super::book::Book;
use super::error::{LiveError, Side};
use super::found::Place;
use super::session::Session;
use super::settings::Settings;
use super::sign_in::{Credentials, Sides};
use super::wire::Wire;

pub use name::NamedCopy;

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
        () = crate::sources::stop::until_asked() => true,
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
        let others = sides.destination.iter().chain(&sides.management);
        let profiles = std::iter::once(&sides.source).chain(others);
        let wire = Wire::open(settings, profiles.map(|of| of.profile.as_deref())).await?;
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
        let unnamed = backups.source_vault.as_ref().filter(|vault| {
            self.copy.source_vault.is_none() && **vault != self.copy.destination_vault
        });
        if let Some(vault) = unnamed {
            Box::pin(self.vault(vault)).await;
        }
        tokio::join!(
            self.keys(),
            self.option_groups(backups.resource.as_ref(), backups.point.as_ref()),
            self.engine_versions(&backups),
            self.database_role(&backups),
        );
    }

    /// The credentials that own an account.
    fn session_of(&self, account: AccountId) -> Option<&Session> {
        std::iter::once(&self.source)
            .chain(&self.destination)
            .find(|session| session.account() == account)
    }
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
