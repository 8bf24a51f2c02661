//! What was named and lies elsewhere: vaults that copies go to in Regions and accounts that are not looked at, what else of
//! these decides a copy, the keys of other accounts, and what the policy simulator says where control policies were not read.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::regions;
use crate::inventory::{Facts, Inventory, service_linked_role};
use crate::known::{AccountId, Fact, Region, ResourceType};
use crate::sources::live::book::Book;
use crate::sources::live::found::Place;
use crate::sources::live::settle::{For, Query};

use super::account::organization;
use super::names::{self, Named};
use super::run::Run;

/// Reads what was named, as far as there are credentials, and leaves a gap for the rest.
pub async fn read(run: &Run, book: &Arc<Book>) {
    let known = run.book.part();
    let vaults = names::destinations(&known);
    let mut queries = of_vaults(run, &known, &vaults);
    queries.extend(of_accounts(run, &vaults));
    queries.extend(of_regions(&known, &vaults));
    queries.extend(engines(&known));
    Box::pin(run.settler.settle_for(queries, book)).await;
    run.book.absorb(book.part());
    let keys = names::all_keys(&run.book.part()).into_iter();
    let keys = keys.map(|(key, by)| (Query::Key(key), by.first().copied()));
    Box::pin(run.settler.settle_for(keys, book)).await;
    run.book.absorb(book.part());
    let simulations = names::simulations(&run.book.part()).into_iter();
    let simulations = simulations.map(|(role, asked)| (Query::Simulation(role, asked), None));
    Box::pin(run.settler.settle_for(simulations, &run.book)).await;
}

/// The vaults that no Region that was looked at has, and what is in them.
fn of_vaults(run: &Run, known: &Inventory, vaults: &Named) -> Vec<For> {
    let facts = Facts::new(known);
    let unread = vaults
        .iter()
        .filter(|(vault, _)| matches!(facts.vault_exists(vault), Fact::Unknown(_)));
    let each = unread.flat_map(|(vault, by)| {
        let stored = run
            .scope
            .coverage
            .then(|| Query::PointsIn(vault.clone(), None));
        let queries = std::iter::once(Query::Vault(vault.clone())).chain(stored);
        queries.map(|query| (query, by.first().copied()))
    });
    each.collect()
}

/// The accounts that copies go to and that are not looked at.
fn of_accounts(run: &Run, vaults: &Named) -> Vec<For> {
    let mut queries = Vec::new();
    for vault in vaults.keys() {
        let owner = vault.account();
        let members = &run.settler.estate.members;
        if let Some(owner) = owner.filter(|owner| !members.contains_key(owner)) {
            queries.extend(organization(owner));
            queries.push(Query::Role(service_linked_role(vault, owner)));
        }
    }
    queries.into_iter().map(|query| (query, None)).collect()
}

/// The Regions that copies go to, and those that they come from.
fn of_regions(known: &Inventory, vaults: &Named) -> Vec<For> {
    let place = |account: AccountId, region: &Region| Place::new(account, region);
    let facts = Facts::new(known);
    let images = names::has_any(known, &[ResourceType::Ec2]);
    let volumes = names::has_any(known, &[ResourceType::Ebs]);
    // A copy in two steps passes through the Region that it comes from.
    let mut default_keys = names::with_any(known, &[ResourceType::Ec2, ResourceType::Ebs]);
    let mut opted: BTreeSet<(AccountId, Region)> = BTreeSet::new();
    let mut queries = Vec::new();
    for (vault, by) in vaults {
        let (Some(owner), Some(region)) = (vault.account(), vault.region()) else {
            continue;
        };
        if images {
            queries.push(Query::AllowedImages(place(owner, &region)));
        }
        if images || volumes {
            default_keys.insert((owner, region.clone()));
        }
        opted.extend(by.iter().map(|account| (*account, region.clone())));
        opted.insert((owner, region));
    }
    queries.extend(
        default_keys
            .iter()
            .map(|(account, region)| Query::DefaultKey(place(*account, region))),
    );
    let open = opted.iter().filter(|(account, region)| {
        let status = facts.region_opt_in(*account, region);
        regions::is_opt_in(region) && matches!(status, Fact::Unknown(_))
    });
    queries.extend(open.map(|(account, region)| Query::OptIn(place(*account, region))));
    queries.into_iter().map(|query| (query, None)).collect()
}

/// The versions of the databases' engines that the Regions have which their copies go to.
fn engines(known: &Inventory) -> impl Iterator<Item = For> {
    names::engines(known)
        .into_iter()
        .map(|((owner, region, engine), by)| {
            let there = Place::new(owner, &region);
            (Query::Engines(there, Some(engine)), Some(by))
        })
}
