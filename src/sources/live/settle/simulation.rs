//! Where the service control policies could not be read, AWS's simulator knows whether they let a role copy. It is asked last:
//! it needs the role and, for one of the two actions, a recovery point.

use std::collections::BTreeMap;

use crate::inventory::{Account, Field, Inventory, Json, items};
use crate::known::{AccountId, Arn, Gap};
use crate::sources::live::book::Book;
use crate::sources::live::found::Place;
use crate::sources::live::session::Session;
use crate::sources::live::{backup, iam};

use super::asked::Asked;
use super::query::{Query, Simulation};
use super::{For, Settler};

impl Settler {
    /// The roles of which the simulator is asked, each once for all its copies.
    pub(super) fn simulations(&self, asked: &[Asked], known: &Inventory) -> Vec<For> {
        let mut roles: BTreeMap<&Arn, Simulation> = BTreeMap::new();
        for one in asked {
            let (Some(role), Some(vault)) = (&one.role, &one.destination_vault) else {
                continue;
            };
            let Some(account) = worth_asking(role, &one.gaps, known) else {
                continue;
            };
            let simulation = roles.entry(role).or_default();
            simulation.into.insert(vault.clone());
            let point = one.recovery_point.clone().or_else(|| newest(account));
            simulation.from = simulation.from.take().or(point);
            let of = one.resource.clone().zip(one.from);
            let of = of.map(|(resource, account)| {
                let region = one.region.clone();
                (Place { account, region }, resource)
            });
            simulation.of = simulation.of.take().or(of);
        }
        let mut queries = Vec::new();
        for (role, mut simulation) in roles {
            let query = Query::Simulation(role.clone(), simulation.clone());
            if self.take(&query) {
                let unread = simulation.of.take();
                let unread = unread.filter(|_| simulation.from.is_none());
                simulation.of =
                    unread.filter(|(at, arn)| self.take(&Query::PointsOf(at.clone(), arn.clone())));
                queries.push((Query::Simulation(role.clone(), simulation), role.account()));
            }
        }
        queries
    }
}

/// Asks it.
pub async fn ask(simulation: &Simulation, session: &Session, role: &Arn, book: &Book) {
    let Simulation { into, from, of } = simulation;
    let mut from = from.clone();
    if let Some((place, resource)) = of
        && let Some(region) = &place.region
        && let Some(points) = book.take(backup::of_resource(session, region, resource).await)
    {
        from = backup::newest(&points).map(|point| point.arn.clone());
        book.points(place, points);
    }
    let into = into.iter().cloned();
    let requests = into
        .map(|vault| ("backup:CopyIntoBackupVault", vault))
        .chain(from.map(|point| ("backup:CopyFromBackupVault", point)))
        .collect();
    let Some(results) = book.take(iam::simulated(session, role, requests).await) else {
        return;
    };
    book.account(session.account(), |account| {
        let mut roles = items(&account.roles).to_vec();
        for known in roles.iter_mut().filter(|known| known.arn == *role) {
            known.simulated = Field::Is(Json(results.clone()));
        }
        account.roles = Field::Is(roles.into());
    });
}

/// The account of a role that is there and whose control policies a copy waits for and were not read.
fn worth_asking<'a>(role: &Arn, gaps: &[Gap], known: &'a Inventory) -> Option<&'a Account> {
    let is_of = |id: AccountId, gap: &Gap| {
        let is_control = gap.operation().starts_with("organizations:");
        is_control && gap.account.as_deref() == Some(&*id.to_string())
    };
    let account = items(&known.accounts).iter().find(|account| {
        role.account() == Some(account.account)
            && !account.service_control_policies.is_present()
            && gaps.iter().any(|gap| is_of(account.account, gap))
    })?;
    let mut roles = items(&account.roles).iter();
    let there = |it: &crate::inventory::Role| it.assume_role_policy_document.value().is_some();
    roles
        .any(|it| it.arn == *role && there(it))
        .then_some(account)
}

/// The newest recovery point of an account.
fn newest(account: &Account) -> Option<Arn> {
    let regions = items(&account.regions).iter();
    let points = regions.flat_map(|region| items(&region.recovery_points));
    backup::newest(points).map(|point| point.arn.clone())
}
