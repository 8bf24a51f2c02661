//! One Region of one account.

use std::collections::BTreeSet;

use crate::catalog::calls::api_call;
use crate::catalog::regions;
use crate::inventory::{CopyJob, Field, List, Plan, Timestamp, Vault, Whole, items};
use crate::known::{Arn, Region};
use crate::sources::live::book::{Book, add};
use crate::sources::live::found::Place;
use crate::sources::live::once::each;
use crate::sources::live::session::Session;
use crate::sources::live::{aggregator, backup, kms, rds, resources};

use super::account::role_of;
use super::names::{self, Selected};
use super::run::Run;

/// The Region's settings, vaults, recovery points, plans, copy jobs and what they take; the keys and roles of these.
pub async fn read(run: &Run, session: &Session, region: &Region, book: &Book) {
    let ((), (), plans, jobs) = tokio::join!(
        Box::pin(settings(session, region, book)),
        Box::pin(stored(session, region, book)),
        Box::pin(plans(run, session, region, book)),
        Box::pin(jobs(run, session, region, book)),
    );
    tokio::join!(
        async {
            Box::pin(taken(run, session, region, &plans, &jobs, book)).await;
            Box::pin(option_groups(session, region, book)).await;
        },
        async {
            let of_jobs = if run.scope.copy_jobs { &*jobs } else { &[] };
            for role in names::roles(&plans, of_jobs) {
                if role.account() == Some(session.account()) {
                    Box::pin(role_of(run, session, &role, book)).await;
                } else {
                    let account = role.account().unwrap_or_else(|| session.account());
                    let place = Place::global(account);
                    book.gaps([place.unasked(api_call!("iam:GetRole"), role.as_str())]);
                }
            }
        },
    );
    keys(run, session, region, book).await;
}

/// AWS Backup's settings of the Region.
pub async fn settings(session: &Session, region: &Region, book: &Book) {
    if let Some(settings) = book.take(backup::region_settings(session, region).await) {
        book.region(&session.place(region), |facts| {
            facts.region_settings = Field::Is(settings);
        });
    }
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

/// The option groups of the RDS instances.
async fn option_groups(session: &Session, region: &Region, book: &Book) {
    let place = session.place(region);
    let mut named = BTreeSet::new();
    book.region(&place, |facts| named.extend(names::option_groups(facts)));
    let tasks = named.into_iter().map(|name| {
        let (session, region) = (session.clone(), region.clone());
        async move {
            let partition = regions::partition(&region);
            rds::option_group(&session, &region, partition, &name).await
        }
    });
    let mut groups = Vec::new();
    for found in each(tasks).await {
        groups.extend(book.take(found));
    }
    if !groups.is_empty() {
        book.region(&place, |facts| {
            facts.option_groups = Field::Is(List(groups))
        });
    }
}

/// The keys that the Region names and that belong to an account that is looked at, each by its own account.
async fn keys(run: &Run, session: &Session, region: &Region, book: &Book) {
    let mut named = Vec::new();
    book.region(&session.place(region), |facts| {
        named.extend(names::keys(facts))
    });
    let tasks = named.into_iter().filter_map(|arn| {
        let owner = run.estate.members.get(&arn.account()?)?.clone();
        run.claims.take(&arn).then_some(async move {
            let found = kms::key(&owner, &arn).await;
            (arn, found)
        })
    });
    for (arn, found) in each(tasks).await {
        note_key(&arn, book.take(found), book);
    }
}

/// Notes a key where it is.
pub fn note_key(arn: &Arn, key: Option<crate::inventory::Key>, book: &Book) {
    if let (Some(key), Some(account), Some(region)) = (key, arn.account(), arn.region()) {
        book.region(&Place::new(account, &region), |facts| {
            add(&mut facts.keys, key)
        });
    }
}
