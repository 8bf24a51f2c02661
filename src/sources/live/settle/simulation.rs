//! Where the service control policies could not be read, AWS's simulator knows whether they let a role copy. It is asked last, as it
//! needs the role, and once for all copies of the role: each action on what the copies do it to, a pattern where that is not known yet.

use std::collections::BTreeMap;

use crate::catalog::requests::COPY_INTO;
use crate::inventory::{Field, Inventory, Json, Role, items};
use crate::known::Arn;
use crate::sources::live::iam;
use crate::sources::live::session::Session;
use crate::sources::live::so_far::InventorySoFar;

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
        if !is_worth_asking(role, asked, known) {
            return;
        }
        let simulation = all.entry(role.clone()).or_default();
        simulation.into.insert(vault.clone());
        for (action, resource) in &asked.of_role {
            // The simulator takes no pattern of every partition: it is not known what such a copy is of.
            let is_of_some = !resource.starts_with("arn:*");
            if *action != COPY_INTO && is_of_some {
                let actions = simulation.more.entry(resource.clone()).or_default();
                actions.insert(*action);
            }
        }
    }

    /// Those of which the simulator was not asked yet.
    pub(super) fn simulations(&self, all: BTreeMap<Arn, Simulation>) -> Vec<For> {
        let mut queries = Vec::new();
        for (role, simulation) in all {
            if self.take(&Query::Simulation(role.clone(), Simulation::default())) {
                let account = role.account();
                queries.push((Query::Simulation(role, simulation), account));
            }
        }
        queries
    }
}

/// Asks it.
pub async fn ask(simulation: &Simulation, session: &Session, role: &Arn, so_far: &InventorySoFar) {
    let Simulation { into, more } = simulation;
    let into = into.iter().map(|vault| (vec![COPY_INTO], vault.into()));
    // What stands for many things first: it serves many copies.
    let (of_many, of_one): (Vec<_>, Vec<_>) = more
        .iter()
        .partition(|(resource, _)| resource.contains('*'));
    let more = of_many.into_iter().chain(of_one).take(MOST);
    let more = more.map(|(resource, actions)| {
        let actions = actions.iter().copied().collect();
        (actions, resource.clone())
    });
    let requests = into.chain(more).collect();
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

/// Whether the role is there, and a copy waits for the control policies of its account, which were not read.
fn is_worth_asking(role: &Arn, asked: &Asked, known: &Inventory) -> bool {
    let own = role.account();
    let id = own.map(|own| own.to_string());
    let mut control = asked.control_policies();
    let is_open = id.is_some() && control.any(|gap| gap.account == id);
    let there = |it: &Role| it.arn == *role && it.assume_role_policy_document.value().is_some();
    is_open
        && items(&known.accounts).iter().any(|account| {
            own == Some(account.account)
                && !account.service_control_policies.is_present()
                && items(&account.roles).iter().any(there)
        })
}
