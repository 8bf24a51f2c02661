//! The accounts of a survey, signed in to.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write as _};
use std::sync::{Mutex, PoisonError};

use crate::catalog::regions;
use crate::known::{AccountId, Arn, Gap, Partition, Region};
use crate::sources::live::error::{LiveError, Side};
use crate::sources::live::found::Place;
use crate::sources::live::once::{Once, each};
use crate::sources::live::organizations::{self, Chosen};
use crate::sources::live::session::Session;
use crate::sources::live::sign_in::{Credentials, Sides, SignInError};
use crate::sources::live::wire::Wire;

use super::scope::{Accounts, Entry, Scope};

/// The accounts that are looked at, and those that can be asked where these name something of theirs.
pub struct Estate {
    wire: Wire,
    /// A Region that is going to be asked.
    pub near: Region,
    /// One of the destination account's, which may lack the other.
    near_destination: Region,
    /// The Regions that are looked at; `None`: all.
    regions: Option<Vec<Region>>,
    /// The accounts that are looked at and could be entered.
    pub members: BTreeMap<AccountId, Session>,
    /// What people call accounts: their names in the organization, or the profiles that get into them.
    pub names: BTreeMap<AccountId, String>,
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

/// Signs in to an account, where credentials for it were given.
async fn sign_in(
    wire: &Wire,
    side: Side,
    credentials: Option<&Credentials>,
    near: &Region,
) -> Result<Option<Session>, LiveError> {
    let Some(credentials) = credentials else {
        return Ok(None);
    };
    let session = Box::pin(wire.sign_in(credentials, near)).await;
    session
        .map(Some)
        .map_err(|why| LiveError::SignIn { side, why })
}

/// Whether the credentials are those of the account that a name is in.
fn belongs(side: Side, session: Option<&Session>, named: &Arn) -> Result<(), LiveError> {
    match (session.map(Session::account), named.account()) {
        (Some(found), Some(wanted)) if wanted != found => Err(LiveError::OtherAccount {
            side,
            found,
            wanted,
            named: named.clone(),
        }),
        _ => Ok(()),
    }
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

/// What an account is called that a profile gets into: by the profile, where no role leads on from it.
fn by_profile(by: &Credentials, session: &Session) -> Option<(AccountId, String)> {
    let name = by.profile.clone().filter(|_| by.role_arn.is_none())?;
    let says_nothing = name == "default" || AccountId::parse(&name).is_ok();
    if says_nothing {
        return None;
    }
    Some((session.account(), name))
}

impl Estate {
    /// Signs in to the accounts of a copy: the one that it comes from, and the others where there are credentials for them.
    pub async fn of_copy(
        wire: &Wire,
        origin: Option<&Arn>,
        to: &Arn,
        sides: &Sides,
    ) -> Result<Self, LiveError> {
        let no_place = || LiveError::NoPlace(to.clone());
        let near_destination = to.region().ok_or_else(no_place)?;
        let destination_account = to.account().ok_or_else(no_place)?;
        let origin = origin.unwrap_or(to);
        let near = origin.region().unwrap_or_else(|| near_destination.clone());
        let (source, destination, management) = tokio::join!(
            sign_in(wire, Side::Source, Some(&sides.source), &near),
            sign_in(
                wire,
                Side::Destination,
                sides.destination.as_ref(),
                &near_destination
            ),
            sign_in(wire, Side::Management, sides.management.as_ref(), &near),
        );
        let source = source?;
        belongs(Side::Source, source.as_ref(), origin)?;
        let destination = destination?;
        if source.as_ref().map(Session::account) != Some(destination_account) {
            belongs(Side::Destination, destination.as_ref(), to)?;
        }
        let management = management?;
        let names = [
            (Some(&sides.source), &source),
            (sides.destination.as_ref(), &destination),
            (sides.management.as_ref(), &management),
        ];
        let names = names.into_iter().rev();
        let names = names.filter_map(|(by, session)| by_profile(by?, session.as_ref()?));
        let names = names.collect();
        let source = source.into_iter();
        Ok(Self {
            wire: wire.clone(),
            near,
            near_destination,
            regions: None,
            names,
            members: source.map(|source| (source.account(), source)).collect(),
            shut: BTreeSet::new(),
            management,
            destination,
            organization: None,
            entries: BTreeMap::new(),
            entered: Once::default(),
            refused: Mutex::default(),
        })
    }

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
        let (management, destination) = tokio::join!(
            sign_in(wire, Side::Management, sides.management.as_ref(), &near),
            sign_in(wire, Side::Destination, sides.destination.as_ref(), &near),
        );
        let source = async || sign_in(wire, Side::Source, Some(&sides.source), &near).await;
        let mut estate = Self {
            wire: wire.clone(),
            near: near.clone(),
            near_destination: near.clone(),
            regions: scope.regions.clone().filter(|named| !named.is_empty()),
            names: BTreeMap::new(),
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
                let session = source().await?;
                let name = session.as_ref();
                let name = name.and_then(|session| by_profile(&sides.source, session));
                estate.names.extend(name);
                estate.join(session, scope);
                Vec::new()
            }
            Accounts::Profiles(profiles) => estate.by_profiles(profiles, scope).await?,
            Accounts::Organization(entry) => {
                if estate.management.is_none() {
                    estate.management = source().await?;
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
                let named = session.as_ref().ok();
                let named = named.and_then(|session| by_profile(&profile, session));
                let name = profile.profile.unwrap_or_else(|| "default".to_owned());
                (session.map_err(|why| (name, None, why)), named)
            }
        });
        let entered = each(tasks).await;
        let (entered, names): (Vec<_>, Vec<_>) = entered.into_iter().unzip();
        self.names.extend(names.into_iter().flatten());
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
        let Chosen {
            accounts,
            not_in_use,
        } = organizations::accounts(&management, &entry.choice)
            .await
            .map_err(|(operation, subject, why)| LiveError::NoAccounts {
                operation,
                subject,
                why,
            })?;
        if !not_in_use.is_empty() && self.wire.settings().progress {
            let ids: Vec<String> = not_in_use.iter().map(ToString::to_string).collect();
            let ids = ids.join(", ");
            // Where nothing can be said, nothing is.
            let _ = writeln!(
                io::stderr(),
                "note: not looked at, as they are suspended, closed or not activated yet: {ids}"
            );
        }
        let names = accounts.iter();
        self.names
            .extend(names.filter_map(|(id, name)| Some((*id, name.clone()?))));
        let organization = Organization {
            accounts: accounts.into_keys().collect(),
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

    /// Credentials of whoever names something, else of the first account.
    pub async fn session_for(&self, by: Option<AccountId>) -> Option<Session> {
        match by {
            Some(by) => self.session_of(by).await,
            None => self.members.values().next().cloned(),
        }
    }

    /// Where that lies whose name does not say so.
    pub fn home(&self) -> Option<Place> {
        let first = self.members.keys().next();
        first.map(|account| Place::new(*account, &self.near))
    }

    /// A Region that the account has.
    pub fn near(&self, account: AccountId) -> &Region {
        let destination = self.destination.as_ref();
        let is_destination = destination.is_some_and(|session| session.account() == account);
        if is_destination && !self.members.contains_key(&account) {
            &self.near_destination
        } else {
            &self.near
        }
    }

    /// Whether this is the organization's management account.
    pub fn is_management(&self, account: AccountId) -> bool {
        let management = self.management.as_ref();
        management.is_some_and(|management| management.account() == account)
    }

    /// Whether another part of the work looks at a place, and the parts are put together.
    pub fn is_of_another_part(&self, account: AccountId, region: Option<&Region>) -> bool {
        let named = self.regions.as_ref().zip(region);
        let organization = self.organization.as_ref();
        !self.members.contains_key(&account)
            && organization.is_some_and(|organization| organization.accounts.contains(&account))
            && named.is_none_or(|(regions, region)| regions.contains(region))
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

    /// Whether somebody tried to get into an account, and was refused.
    pub fn is_shut(&self, account: AccountId) -> bool {
        let id = account.to_string();
        let is_of_it = |gap: &Gap| gap.account.as_deref() == Some(&id);
        self.shut.contains(&account) || self.refused().iter().any(is_of_it)
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
