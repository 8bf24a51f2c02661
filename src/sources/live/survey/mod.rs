//! Every plan, vault and recovery point of the accounts and Regions that are looked at, and all that decides their
//! copies.
//!
//! The work falls into parts: one an account, for what holds in all its Regions, and one a Region of an account. As many
//! parts as calls go side by side; each is kept in the journal when it is whole. A call that fails is a gap of its part.
//! What the parts lack and none of them has comes last.

mod account;
mod cell;
mod parts;
mod run;
mod types;

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use crate::inventory::{GapEntry, Inventory, Timestamp, items};
use crate::known::{AccountId, Gap, NoAnswer, Region};

use super::aggregator::{self, Held};
use super::error::LiveError;
use super::estate::Estate;
use super::journal::Journal;
use super::once::each;
use super::part::Part;
use super::progress::Progress;
use super::reply::CallError;
use super::scope::Scope;
use super::session::Session;
use super::settings::CallSettings;
use super::settle::{Asks, Lists, Settler};
use super::sign_in::Sides;
use super::so_far::InventorySoFar;
use super::wire::Wire;
use parts::Parts;
use run::Run;

/// Reads what the scope asks for.
pub async fn read(
    scope: Scope,
    sides: &Sides,
    settings: &CallSettings,
    journal: Option<Journal>,
    collected_at: Timestamp,
    asks: &Asks,
) -> Result<Inventory, LiveError> {
    let others = sides.destination.iter().chain(&sides.management);
    let profiles = std::iter::once(&sides.source).chain(others);
    let wire = Wire::open(settings, profiles.map(|of| of.profile.as_deref())).await?;
    let so_far = Arc::new(InventorySoFar::default());
    let parts = Arc::new(Parts::default());
    let work = async {
        let progress = Progress::start(&wire, &so_far, settings.progress);
        let done = async {
            let (estate, gaps) = Estate::enter(&wire, &scope, sides).await?;
            so_far.gaps(gaps);
            so_far.names(&estate.names);
            let scope = scope.near(&estate.near);
            let held = held(&scope, &estate, &so_far).await?;
            let lists = match scope.points_of_jobs {
                true => Lists::AllButPoints,
                false => Lists::Everything,
            };
            let run = Arc::new(Run {
                scope,
                settler: Arc::new(Settler::new(estate, lists)),
                asks: Arc::clone(asks),
                held,
                collected_at: collected_at.clone(),
                so_far: Arc::clone(&so_far),
                journal,
                parts: Arc::clone(&parts),
                wire: wire.clone(),
            });
            run.all().await
        };
        tokio::select! {
            done = done => done,
            () = progress.show() => Ok(()),
        }
    };
    let stopped = tokio::select! {
        done = Box::pin(work) => { done?; false }
        () = crate::sources::stop::until_asked() => true,
    };
    if stopped {
        parts.give_up(&so_far);
        Err(LiveError::Stopped(Box::new(so_far.inventory(collected_at))))
    } else {
        Ok(so_far.inventory(collected_at))
    }
}

/// What the aggregator has that is to be asked, in the organization's name or the account's own.
async fn held(
    scope: &Scope,
    estate: &Estate,
    so_far: &InventorySoFar,
) -> Result<Option<Held>, LiveError> {
    let session = estate.management.as_ref();
    let (Some(name), Some(session)) = (
        &scope.aggregator,
        session.or_else(|| estate.members.values().next()),
    ) else {
        return Ok(None);
    };
    match Box::pin(aggregator::held(session, &estate.near, name)).await {
        Ok(found) => Ok(Some(so_far.take(found))),
        Err(why) => Err(LiveError::NoAggregator {
            name: name.clone(),
            account: session.account(),
            region: estate.near.clone(),
            why,
        }),
    }
}

impl Run {
    async fn all(self: &Arc<Self>) -> Result<(), LiveError> {
        if let Some(journal) = &self.journal {
            for (part, read) in journal.done() {
                if self.settler.estate.members.contains_key(&part.account()) {
                    self.so_far.absorb(read.clone());
                }
            }
        }
        self.accounts().await?;
        self.regions().await?;
        let known = || self.so_far.inventory(self.collected_at.clone());
        let settler = &self.settler;
        Box::pin(settler.until_settled(&self.so_far, None, known, &self.asks)).await;
        self.so_far.gaps(settler.estate.refused());
        Ok(())
    }

    /// What holds for each account in all its Regions.
    async fn accounts(self: &Arc<Self>) -> Result<(), LiveError> {
        let counts = self.wire.counts().accounts();
        counts.expect(self.settler.estate.members.len());
        let mut work: Vec<(Part, Session)> = self
            .settler
            .estate
            .members
            .values()
            .map(|session| (Part::Account(session.account()), session.clone()))
            .collect();
        let management = self.settler.estate.management.as_ref();
        let speaks = management.filter(|session| {
            self.settler.estate.is_organization()
                && !self.settler.estate.members.contains_key(&session.account())
        });
        work.extend(speaks.map(|session| (Part::Account(session.account()), session.clone())));
        self.side_by_side(work, |run, (part, session)| async move {
            let done = run
                .part(&part, |run, so_far| async move {
                    if run.settler.estate.members.contains_key(&session.account()) {
                        Box::pin(account::read(&run, &session, &so_far)).await;
                    } else {
                        let account = session.account();
                        let queries = account::organization(account);
                        Box::pin(run.settler.settle(queries, account, &so_far)).await;
                    }
                })
                .await;
            run.wire.counts().accounts().done();
            done
        })
        .await
    }

    /// Each Region of each account. Neighbours in the row are of different accounts, as AWS counts calls by account.
    async fn regions(self: &Arc<Self>) -> Result<(), LiveError> {
        let mut work: Vec<(Region, AccountId, Session)> = Vec::new();
        for (account, session) in &self.settler.estate.members {
            for region in self.regions_of(*account) {
                work.push((region, *account, session.clone()));
            }
        }
        work.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        self.wire.counts().regions().expect(work.len());
        self.parts.expect(
            work.iter()
                .map(|(region, account, _)| (*account, region.clone())),
        );
        self.side_by_side(work, |run, (region, account, session)| async move {
            let part = Part::Region(account, region.clone());
            let done = run
                .part(&part, |run, so_far| async move {
                    Box::pin(cell::read(&run, &session, &region, &so_far)).await;
                })
                .await;
            run.wire.counts().regions().done();
            done
        })
        .await
    }

    /// Does a part, unless an earlier run has done it, and keeps it.
    async fn part<F: Future<Output = ()>>(
        self: &Arc<Self>,
        part: &Part,
        read: impl FnOnce(Arc<Self>, Arc<InventorySoFar>) -> F,
    ) -> Result<(), LiveError> {
        if self
            .journal
            .as_ref()
            .is_some_and(|journal| journal.has(part))
        {
            self.parts.close(part);
            return Ok(());
        }
        let so_far = self.parts.open();
        read(Arc::clone(self), Arc::clone(&so_far)).await;
        let whole = so_far.part();
        if let Some(expired) = expired(&whole) {
            return Err(expired);
        }
        // What lacks an answer is not whole, and another run may get it.
        let is_whole = !self.wire.is_over() && !lacks_an_answer(&whole);
        if let Some(journal) = self.journal.as_ref().filter(|_| is_whole) {
            journal.keep(part, &whole)?;
        }
        self.so_far.absorb(whole);
        self.parts.close(part);
        Ok(())
    }

    /// Does all work, as many pieces at the same time as calls may go. The first error ends it.
    async fn side_by_side<T, F>(
        self: &Arc<Self>,
        work: Vec<T>,
        piece: impl Fn(Arc<Self>, T) -> F + Clone + Send + Sync + 'static,
    ) -> Result<(), LiveError>
    where
        T: Send + 'static,
        F: Future<Output = Result<(), LiveError>> + Send,
    {
        let workers = self.wire.concurrency().min(work.len());
        let queue = Arc::new(Mutex::new(work.into_iter()));
        let tasks = (0..workers).map(|_| {
            let (run, queue, piece) = (Arc::clone(self), Arc::clone(&queue), piece.clone());
            async move {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some(next) = next else { return Ok(()) };
                    piece(Arc::clone(&run), next).await?;
                }
            }
        });
        each(tasks).await.into_iter().collect()
    }
}

/// Whether some call had no answer, and nobody said no to it.
fn lacks_an_answer(part: &Inventory) -> bool {
    let mut gaps = items(&part.gaps).iter().map(GapEntry::to_gap);
    gaps.any(|gap| gap.error.as_deref().and_then(NoAnswer::of).is_some())
}

/// Whether credentials ended while a part was read: the rest would be gaps alone.
fn expired(part: &Inventory) -> Option<LiveError> {
    let gaps = items(&part.gaps).iter().map(GapEntry::to_gap);
    let ended = |gap: &Gap| {
        let error = gap.error.as_deref().unwrap_or_default();
        CallError::failed(error).is_expired()
    };
    let gap = gaps.into_iter().find(ended)?;
    Some(LiveError::Expired {
        operation: gap.operation().to_owned(),
        account: gap.account.unwrap_or_default(),
        error: gap.error.unwrap_or_default(),
    })
}
