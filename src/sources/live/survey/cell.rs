//! One Region of one account.

use std::sync::Arc;

use crate::catalog::calls::api_call;
use crate::inventory::{Field, List, Plan, Timestamp, Vault, Whole};
use crate::known::{Arn, Gap, Region};
use crate::sources::live::once::each;
use crate::sources::live::resources::all;
use crate::sources::live::session::Session;
use crate::sources::live::settle::Query;
use crate::sources::live::so_far::InventorySoFar;
use crate::sources::live::{aggregator, backup};

use super::run::Run;
use super::types;

/// The Region's settings, vaults, recovery points, plans, copy jobs and what there is to back up; and what is asked for here
/// then.
pub async fn read(run: &Run, session: &Session, region: &Region, so_far: &Arc<InventorySoFar>) {
    let here = session.place(region);
    let settings = [Query::Settings(here.clone())];
    let ((), (), plans, ()) = tokio::join!(
        Box::pin(run.settler.settle(settings, session.account(), so_far)),
        Box::pin(stored(session, region, so_far)),
        Box::pin(plans(run, session, region, so_far)),
        Box::pin(jobs(run, session, region, so_far)),
    );
    Box::pin(resources(run, session, region, &plans, so_far)).await;
    let known = || {
        let seen = InventorySoFar::default();
        seen.absorb(run.so_far.account_alone(here.account));
        seen.absorb(so_far.part());
        seen.inventory(run.collected_at.clone())
    };
    let asks = &run.asks;
    Box::pin(run.settler.until_settled(so_far, Some(&here), known, asks)).await;
}

/// The vaults, and what is in them.
async fn stored(session: &Session, region: &Region, so_far: &InventorySoFar) {
    let found = backup::all_vaults(session, region).await;
    // A vault that was listed and could not be made out must not pass for one that does not exist.
    let is_here = |gap: &Gap| {
        let vaults = found.value.iter().flatten();
        vaults
            .into_iter()
            .any(|vault: &Vault| vault.arn.as_str() == gap.subject)
    };
    let whole = found
        .gaps
        .iter()
        .all(|gap| gap.api_call() != Some(api_call!("backup:DescribeBackupVault")) || is_here(gap));
    let Some(vaults) = so_far.take(found) else {
        return;
    };
    let place = session.place(region);
    let arns: Vec<Arn> = vaults
        .iter()
        .map(|vault: &Vault| vault.arn.clone())
        .collect();
    so_far.region(&place, |facts| {
        facts.vaults = Field::Is(List(vaults));
        if whole {
            facts.vaults_complete = Field::Is(Whole(true));
        }
    });
    let tasks = arns.into_iter().map(|vault| {
        let (session, region) = (session.clone(), region.clone());
        async move { backup::points_in(&session, &region, &vault).await }
    });
    let mut points = Vec::new();
    for found in each(tasks).await {
        points.extend(so_far.take(found).into_iter().flatten());
    }
    so_far.region(&place, |facts| {
        facts.recovery_points = Field::Is(List(points))
    });
}

async fn plans(
    run: &Run,
    session: &Session,
    region: &Region,
    so_far: &InventorySoFar,
) -> Vec<Plan> {
    if !run.scope.plans {
        return Vec::new();
    }
    let found = backup::plans(session, region).await;
    let Some(plans) = so_far.take(found) else {
        return Vec::new();
    };
    so_far.region(&session.place(region), |facts| {
        facts.plans = Field::Is(List(plans.clone()));
    });
    plans
}

async fn jobs(run: &Run, session: &Session, region: &Region, so_far: &InventorySoFar) {
    if !run.scope.copy_jobs {
        return;
    }
    let until: &Timestamp = &run.collected_at;
    let found = backup::copy_jobs(session, region, until).await;
    if let Some(jobs) = so_far.take(found) {
        so_far.region(&session.place(region), |facts| {
            facts.copy_jobs = Field::Is(List(jobs));
        });
    }
}

/// What there is of the types that plans may take by a tag or a pattern, or that can leave their account where that is asked.
async fn resources(
    run: &Run,
    session: &Session,
    region: &Region,
    plans: &[Plan],
    so_far: &InventorySoFar,
) {
    let place = session.place(region);
    let mut types = types::selected(plans);
    let named = types.clone().unwrap_or_default();
    if run.scope.coverage {
        types.get_or_insert_default().extend(types::can_leave());
    }
    let Some(types) = types else { return };
    let (mut of, mut not_here) = (Vec::new(), Vec::new());
    so_far.region(&place, |facts| {
        of.extend(types::protected(facts, &types, plans));
        not_here.extend(types::not_in_region(facts, &named));
    });
    let listed = match &run.held {
        Some(held) => Box::pin(aggregator::resources(held, session, region, &of)).await,
        None => Box::pin(all(session, region, &of, &not_here)).await,
    };
    let whole = listed.is_whole();
    // Where all was refused, nothing is known of what there is.
    let is_known =
        whole || !listed.resources.is_empty() || listed.gaps.iter().all(|gap| gap.error.is_none());
    so_far.gaps(listed.gaps);
    so_far.region(&place, |facts| {
        if is_known {
            facts.resources = Field::Is(List(listed.resources));
        }
        if whole {
            facts.resources_complete = Field::Is(Whole(true));
        }
    });
}
