//! The accounts of a survey, signed in to.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::catalog::regions;
use crate::known::{AccountId, Arn, Gap, Partition, Region};
use crate::sources::live::error::{LiveError, Side};
use crate::sources::live::found::Place;
use crate::sources::live::once::{Once, each};
use crate::sources::live::organizations;
use crate::sources::live::session::Session;
use crate::sources::live::sign_in::{Credentials, Sides, SignInError};
use crate::sources::live::wire::Wire;

use super::scope::{Accounts, Entry, Scope};

/// The accounts that are looked at, and those that can be asked where these name something of theirs.
pub struct Estate {
    wire: Wire,
    /// A Region that is going to be asked.
    pub near: Region,
    /// The accounts that are looked at and could be entered.
    pub members: BTreeMap<AccountId, Session>,
    /// Those that could not be.
    shut: BTreeSet<AccountId>,
    /// The organization's management account, if somebody signed in to it.
    pub management: Option<Session>,
    /// The destination account, where credentials for it were given.
    destination: Option<Session>,
    /// The organization that is looked at.
    organization: Option<Organization>,
    /// How to get into other accounts, as the configuration says.
    entries: BTreeMap<AccountId, Credentials>,
    entered: Once<AccountId, Option<Session>>,
    /// The accounts that could not be entered when they were asked for.
    refused: Mutex<Vec<Gap>>,
}

/// All accounts of an organization that were chosen, those of other parts too.
struct Organization {
    accounts: BTreeSet<AccountId>,
    entry: Entry,
    entered: Once<AccountId, Option<Session>>,
}

/// An account that could not be entered: by which name, and why.
type Shut = (String, Option<AccountId>, SignInError);

/// What it leaves open, by the call that was refused.
fn gap((name, account, why): Shut) -> Gap {
    let (operation, trouble) = why.call();
    let place = account.map(Place::global);
    let gap = place.map(|place| place.gap(operation, &name, &trouble));
    gap.unwrap_or_else(|| Gap::call(operation, name).answered(trouble.code))
}

/// Signs in to an account that is known to be this one.
async fn sign_in_to(
    wire: &Wire,
    account: AccountId,
    credentials: &Credentials,
    near: &Region,
) -> Result<Session, Shut> {
    let name = credentials.profile.clone();
    let name = name.or_else(|| credentials.role_arn.clone());
    let name = name.unwrap_or_else(|| "default".to_owned());
    let shut = |why| (name.clone(), Some(account), why);
    let session = Box::pin(wire.sign_in(credentials, near)).await;
    let session = session.map_err(shut)?;
    if session.account() != account {
        let other = session.account();
        return Err(shut(SignInError::Wrong(format!(
            "`{name}` gets into account {other}, and the configuration names it for {account}"
        ))));
    }
    Ok(session)
}

impl Estate {
    /// Signs in to every account; gives a gap for each that refuses.
    pub async fn enter(
        wire: &Wire,
        scope: &Scope,
        sides: &Sides,
    ) -> Result<(Self, Vec<Gap>), LiveError> {
        let near = match scope.regions.iter().flatten().next() {
            Some(region) => region.clone(),
            None => wire
                .usual_region(sides.source.profile.as_deref())
                .await
                .ok_or(LiveError::NoRegion)?,
        };
        let sign_in = async |side, credentials: &Credentials| {
            let session = Box::pin(wire.sign_in(credentials, &near)).await;
            session.map_err(|why| LiveError::SignIn { side, why })
        };
        let other = async |side, credentials: Option<&Credentials>| match credentials {
            None => Ok(None),
            Some(credentials) => sign_in(side, credentials).await.map(Some),
        };
        let (management, destination) = tokio::join!(
            other(Side::Management, sides.management.as_ref()),
            other(Side::Destination, sides.destination.as_ref()),
        );
        let mut estate = Self {
            wire: wire.clone(),
            near: near.clone(),
            members: BTreeMap::new(),
            shut: BTreeSet::new(),
            management: management?,
            destination: destination?,
            organization: None,
            entries: scope.entries.clone(),
            entered: Once::default(),
            refused: Mutex::default(),
        };
        let shut = match &scope.accounts {
            // Where nothing says who asks, the configuration does.
            Accounts::Own
                if sides.source == Credentials::default() && !estate.entries.is_empty() =>
            {
                estate.by_entries(scope).await?
            }
            Accounts::Own => {
                let session = sign_in(Side::Source, &sides.source).await?;
                estate.join([session], scope);
                Vec::new()
            }
            Accounts::Profiles(profiles) => estate.by_profiles(profiles, scope).await?,
            Accounts::Organization(entry) => {
                if estate.management.is_none() {
                    estate.management = Some(sign_in(Side::Source, &sides.source).await?);
                }
                estate.by_organization(entry, scope).await?
            }
        };
        let gaps = shut.into_iter().map(gap).collect();
        Ok((estate, gaps))
    }

    /// Counts accounts in, where they are of the part that is looked at.
    fn join(&mut self, sessions: impl IntoIterator<Item = Session>, scope: &Scope) {
        let ours = sessions
            .into_iter()
            .filter(|session| scope.shard.is_none_or(|shard| shard.has(session.account())));
        self.members
            .extend(ours.map(|session| (session.account(), session)));
    }

    async fn by_profiles(
        &mut self,
        profiles: &[Credentials],
        scope: &Scope,
    ) -> Result<Vec<Shut>, LiveError> {
        let tasks = profiles.iter().cloned().map(|profile| {
            let (wire, near) = (self.wire.clone(), self.near.clone());
            async move {
                let session = wire.sign_in(&profile, &near).await;
                let name = profile.profile.unwrap_or_else(|| "default".to_owned());
                session.map_err(|why| (name, None, why))
            }
        });
        let entered = each(tasks).await;
        self.settle(entered, profiles.len(), scope)
    }

    async fn by_entries(&mut self, scope: &Scope) -> Result<Vec<Shut>, LiveError> {
        let entries = self.entries.clone();
        let count = entries.len();
        let tasks = entries.into_iter().map(|(account, credentials)| {
            let (wire, near) = (self.wire.clone(), self.near.clone());
            async move { sign_in_to(&wire, account, &credentials, &near).await }
        });
        let entered = each(tasks).await;
        self.settle(entered, count, scope)
    }

    async fn by_organization(
        &mut self,
        entry: &Entry,
        scope: &Scope,
    ) -> Result<Vec<Shut>, LiveError> {
        let Some(management) = self.management.clone() else {
            return Ok(Vec::new());
        };
        let accounts = organizations::accounts(&management, &entry.choice)
            .await
            .map_err(|(operation, subject, why)| LiveError::NoAccounts {
                operation,
                subject,
                why,
            })?;
        let organization = Organization {
            accounts,
            entry: entry.clone(),
            entered: Once::default(),
        };
        let ours: Vec<AccountId> = organization
            .accounts
            .iter()
            .copied()
            .filter(|account| scope.shard.is_none_or(|shard| shard.has(*account)))
            .collect();
        let count = ours.len();
        let tasks = ours.into_iter().map(|account| {
            let (wire, management) = (self.wire.clone(), management.clone());
            let role = self.role(entry, account);
            let id = entry.external_id.clone();
            let (own, near) = (self.entries.get(&account).cloned(), self.near.clone());
            async move {
                if management.account() == account {
                    return Ok(management);
                }
                if let Some(own) = own {
                    return sign_in_to(&wire, account, &own, &near).await;
                }
                let session = wire.enter(&management, &role, id.as_deref()).await;
                session.map_err(|why| (role.to_string(), Some(account), why))
            }
        });
        let entered = each(tasks).await;
        self.organization = Some(organization);
        self.settle(entered, count, scope)
    }

    /// Takes the accounts that were entered. Where there is none, that is an error and not a gap.
    fn settle(
        &mut self,
        entered: Vec<Result<Session, Shut>>,
        count: usize,
        scope: &Scope,
    ) -> Result<Vec<Shut>, LiveError> {
        let mut shut = Vec::new();
        let mut sessions = Vec::new();
        for each in entered {
            match each {
                Ok(session) => sessions.push(session),
                Err(error) => shut.push(error),
            }
        }
        self.shut = shut.iter().filter_map(|(_, account, _)| *account).collect();
        let none = sessions.is_empty();
        self.join(sessions, scope);
        let first = shut.pop();
        match first {
            Some((first, _, why)) if none => Err(LiveError::NoneEntered {
                accounts: count,
                first,
                why,
            }),
            first => {
                shut.extend(first);
                Ok(shut)
            }
        }
    }

    fn role(&self, entry: &Entry, account: AccountId) -> Arn {
        let partition = Partition::new(regions::partition(&self.near));
        Arn::iam_role(partition, account, &entry.role_name)
    }

    /// Credentials of an account, if there are any. Accounts of the organization that are not looked at are entered
    /// when they are first asked for.
    pub async fn session_of(&self, account: AccountId) -> Option<Session> {
        let known = self
            .members
            .get(&account)
            .or_else(|| {
                let others = self.destination.iter().chain(&self.management);
                others.into_iter().find(|other| other.account() == account)
            })
            .cloned();
        if known.is_some() {
            return known;
        }
        if self.shut.contains(&account) {
            return None;
        }
        if let Some(entry) = self.entries.get(&account) {
            let read = async {
                let session = sign_in_to(&self.wire, account, entry, &self.near).await;
                self.entered_or_refused(session)
            };
            return self.entered.get(account, read).await;
        }
        let organization = self.organization.as_ref()?;
        let management = self.management.as_ref()?;
        if !organization.accounts.contains(&account) {
            return None;
        }
        let read = async {
            let entry = &organization.entry;
            let role = self.role(entry, account);
            let id = entry.external_id.as_deref();
            let session = self.wire.enter(management, &role, id).await;
            self.entered_or_refused(session.map_err(|why| (role.to_string(), Some(account), why)))
        };
        organization.entered.get(account, read).await
    }

    fn entered_or_refused(&self, session: Result<Session, Shut>) -> Option<Session> {
        let refused = |shut| {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            refused.push(gap(shut));
        };
        session.map_err(refused).ok()
    }

    /// The accounts that could not be entered when they were asked for, by the calls that were refused.
    pub fn refused(&self) -> Vec<Gap> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.clone()
    }

    /// Whether an account is of the organization that is looked at, and of another part of it.
    pub fn is_of_another_part(&self, account: AccountId) -> bool {
        !self.members.contains_key(&account)
            && self
                .organization
                .as_ref()
                .is_some_and(|organization| organization.accounts.contains(&account))
    }

    /// Who reads what the organization says of an account.
    pub async fn reader<'a>(&'a self, session: &'a Session) -> &'a Session {
        let management = self.management.as_ref();
        match (&self.organization, management) {
            // It was listed by the management account.
            (Some(_), Some(management)) => management,
            (None, _) | (_, None) => organizations::reader(session, management).await,
        }
    }

    /// Whether the management account alone is asked what holds for all of the organization.
    pub const fn is_organization(&self) -> bool {
        self.organization.is_some()
    }
}
