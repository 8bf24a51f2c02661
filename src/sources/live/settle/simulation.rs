//! Where the service control policies could not be read, AWS's simulator knows whether they let a role copy. It is asked last:
//! it needs the role and, for one of the two actions, a recovery point.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::catalog::requests::{COPY_FROM, COPY_INTO};
use crate::inventory::{Account, Field, Inventory, Json, items};
use crate::known::Arn;
use crate::sources::live::found::Place;
use crate::sources::live::session::Session;
use crate::sources::live::so_far::InventorySoFar;
use crate::sources::live::{backup, iam};

use super::asked::Asked;
use super::query::{Query, Simulation};
use super::{For, Settler};

/// So many things the simulator is asked about for a role: what is left over was not read.
const MOST: usize = 200;

impl Settler {
    /// Adds what a copy would have the simulator asked of its role, which is asked once for all its copies.
    pub(super) fn add_simulation(
        all: &mut BTreeMap<Arn, Simulation>,
        asked: &Asked,
        known: &Inventory,
    ) {
        let (Some(role), Some(vault)) = (&asked.role, &asked.destination_vault) else {
            return;
        };
        let Some(account) = worth_asking(role, asked, known) else {
            return;
        };
        let simulation = all.entry(role.clone()).or_default();
        simulation.into.insert(vault.clone());
        let point = || asked.recovery_point.clone().or_else(|| newest(account));
        simulation.from = simulation.from.take().or_else(point);
        let of = asked.resource.clone().zip(asked.from);
        let of = of.map(|(resource, account)| {
            let region = asked.region.clone();
            (Place { account, region }, resource)
        });
        simulation.of = simulation.of.take().or(of);
        for (action, resource) in &asked.of_role {
            if ![COPY_FROM, COPY_INTO].contains(action) {
                let actions = simulation.more.entry(resource.clone()).or_default();
                actions.insert(*action);
            }
        }
    }

    /// Those of which the simulator was not asked yet.
    pub(super) fn simulations(&self, all: BTreeMap<Arn, Simulation>) -> Vec<For> {
        let mut queries = Vec::new();
        for (role, mut simulation) in all {
            if self.take(&Query::Simulation(role.clone(), Simulation::default())) {
                let unread = simulation.of.take();
                let unread = unread.filter(|_| simulation.from.is_none() && !self.has_lists);
                simulation.of =
                    unread.filter(|(at, arn)| self.take(&Query::PointsOf(at.clone(), arn.clone())));
                let account = role.account();
                queries.push((Query::Simulation(role, simulation), account));
            }
        }
        queries
    }
}

/// Asks it.
pub async fn ask(simulation: &Simulation, session: &Session, role: &Arn, so_far: &InventorySoFar) {
    let Simulation {
        into,
        from,
        of,
        more,
    } = simulation;
    let mut from = from.clone();
    if let Some((place, resource)) = of
        && let Some(region) = &place.region
        && let Some(points) = so_far.take(backup::of_resource(session, region, resource).await)
    {
        from = backup::newest(&points).map(|point| point.arn.clone());
        so_far.points(place, points);
    }
    let into = into.iter().map(|vault| (vec![COPY_INTO], vault.into()));
    let from = from.map(|point| (vec![COPY_FROM], SmolStr::from(&point)));
    // What stands for many things first: it serves many copies.
    let (of_many, of_one): (Vec<_>, Vec<_>) = more
        .iter()
        .partition(|(resource, _)| resource.contains('*'));
    let more = of_many.into_iter().chain(of_one).take(MOST);
    let more = more.map(|(resource, actions)| {
        let actions = actions.iter().copied().collect();
        (actions, resource.clone())
    });
    let requests = into.chain(from).chain(more).collect();
    let Some(results) = so_far.take(iam::simulated(session, role, requests).await) else {
        return;
    };
    so_far.account(session.account(), |account| {
        let mut roles = items(&account.roles).to_vec();
        for known in roles.iter_mut().filter(|known| known.arn == *role) {
            known.simulated = Field::Is(Json(results.clone()));
        }
        account.roles = Field::Is(roles.into());
    });
}

/// The account of a role that is there and whose control policies a copy waits for and were not read.
fn worth_asking<'a>(role: &Arn, asked: &Asked, known: &'a Inventory) -> Option<&'a Account> {
    let own = role.account()?.to_string();
    let mut control = asked.control_policies();
    control.find(|gap| gap.account.as_deref() == Some(&*own))?;
    let account = items(&known.accounts).iter().find(|account| {
        role.account() == Some(account.account) && !account.service_control_policies.is_present()
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
