//! One Region of one account.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::calls::api_call;
use crate::inventory::{CopyJob, Field, List, Plan, Timestamp, Vault, Whole, items};
use crate::known::{Arn, Region};
use crate::sources::live::book::{Book, add};
use crate::sources::live::once::each;
use crate::sources::live::session::Session;
use crate::sources::live::settle::Query;
use crate::sources::live::{aggregator, backup, resources};

use super::names::{self, Selected};
use super::run::Run;

/// The Region's settings, vaults, recovery points, plans, copy jobs and what they take; the keys and roles of these.
pub async fn read(run: &Run, session: &Session, region: &Region, book: &Arc<Book>) {
    let settings = [Query::Settings(session.place(region))];
    let ((), (), plans, jobs) = tokio::join!(
        Box::pin(run.settler.settle(settings, session.account(), book)),
        Box::pin(stored(session, region, book)),
        Box::pin(plans(run, session, region, book)),
        Box::pin(jobs(run, session, region, book)),
    );
    let here = session.place(region);
    let account = session.account();
    let named = async {
        Box::pin(taken(run, session, region, &plans, &jobs, book)).await;
        let mut groups = BTreeSet::new();
        book.region(&here, |facts| groups.extend(names::option_groups(facts)));
        let groups = groups.into_iter();
        let groups = groups.map(|name| Query::OptionGroup(here.clone(), name));
        Box::pin(run.settler.settle(groups, account, book)).await;
    };
    let of_jobs = if run.scope.copy_jobs { &*jobs } else { &[] };
    let roles = names::roles(&plans, of_jobs).into_iter().map(Query::Role);
    tokio::join!(named, Box::pin(run.settler.settle(roles, account, book)));
    // Those of other accounts come last, when it is known who names them.
    let members = &run.settler.estate.members;
    let is_of_members = |key: &Arn| key.account().is_some_and(|it| members.contains_key(&it));
    let mut keys = BTreeSet::new();
    book.region(&here, |facts| keys.extend(names::keys(facts)));
    keys.retain(is_of_members);
    let keys = keys.into_iter().map(Query::Key);
    Box::pin(run.settler.settle(keys, account, book)).await;
}

/// The vaults, and what is in them.
async fn stored(session: &Session, region: &Region, book: &Book) {
    let found = backup::all_vaults(session, region).await;
    // A vault that was listed and could not be made out must not pass for one that does not exist.
    let whole = found
        .gaps
        .iter()
        .all(|gap| gap.api_call() != Some(api_call!("backup:DescribeBackupVault")));
    let Some(vaults) = book.take(found) else {
        return;
    };
    let place = session.place(region);
    let arns: Vec<Arn> = vaults
        .iter()
        .map(|vault: &Vault| vault.arn.clone())
        .collect();
    book.region(&place, |facts| {
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
        points.extend(book.take(found).into_iter().flatten());
    }
    book.region(&place, |facts| {
        facts.recovery_points = Field::Is(List(points))
    });
}

async fn plans(run: &Run, session: &Session, region: &Region, book: &Book) -> Vec<Plan> {
    if !run.scope.plans {
        return Vec::new();
    }
    let found = backup::plans(session, region).await;
    let Some(plans) = book.take(found) else {
        return Vec::new();
    };
    book.region(&session.place(region), |facts| {
        facts.plans = Field::Is(List(plans.clone()));
    });
    plans
}

async fn jobs(run: &Run, session: &Session, region: &Region, book: &Book) -> Vec<CopyJob> {
    if !run.scope.copy_jobs && !run.scope.coverage {
        return Vec::new();
    }
    let until: &Timestamp = &run.collected_at;
    let found = backup::copy_jobs(session, region, until).await;
    let Some(jobs) = book.take(found) else {
        return Vec::new();
    };
    book.region(&session.place(region), |facts| {
        facts.copy_jobs = Field::Is(List(jobs.clone()));
    });
    jobs
}

/// What the plans may take: what they name, and everything of the types that AWS Backup protects where a plan takes by
/// tag or by pattern; and what the copy jobs copied.
async fn taken(
    run: &Run,
    session: &Session,
    region: &Region,
    plans: &[Plan],
    jobs: &[CopyJob],
    book: &Book,
) {
    let place = session.place(region);
    let Selected { named, types } = names::selected(plans);
    let types = if run.scope.coverage {
        let mut types = types.unwrap_or_default();
        types.extend(names::can_leave());
        Some(types)
    } else {
        types
    };
    if let Some(types) = types {
        let mut of = Vec::new();
        book.region(&place, |facts| of.extend(names::protected(facts, &types)));
        let listed = match &run.held {
            Some(held) => Box::pin(aggregator::resources(held, session, region, &of)).await,
            None => Box::pin(resources::all(session, region, &of)).await,
        };
        let whole = listed.is_whole();
        // Where all was refused, nothing is known of what there is.
        let is_known = whole
            || !listed.resources.is_empty()
            || listed.gaps.iter().all(|gap| gap.error.is_none());
        book.gaps(listed.gaps);
        book.region(&place, |facts| {
            if is_known {
                facts.resources = Field::Is(List(listed.resources));
            }
            if whole {
                facts.resources_complete = Field::Is(Whole(true));
            }
        });
    }
    let mut known = BTreeSet::new();
    book.region(&place, |facts| {
        known.extend(items(&facts.resources).iter().map(|it| it.arn.clone()));
    });
    // Where every resource is listed, those of jobs that are not among them are gone.
    let of_jobs = if run.scope.copy_jobs { jobs } else { &[] };
    let here = |arn: &Arn| {
        arn.account().is_none_or(|of| of == session.account())
            && arn.region().is_none_or(|of| of == *region)
    };
    let tasks = named
        .into_iter()
        .chain(names::resources(of_jobs))
        .filter(|arn| here(arn) && !known.contains(arn))
        .collect::<BTreeSet<Arn>>()
        .into_iter()
        .map(|arn| {
            let (session, region) = (session.clone(), region.clone());
            async move { Box::pin(resources::one(&session, &region, &arn)).await }
        });
    for found in each(tasks).await {
        for resource in book.take(found) {
            book.region(&place, |facts| add(&mut facts.resources, resource));
        }
    }
}
