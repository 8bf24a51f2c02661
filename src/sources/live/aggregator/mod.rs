//! AWS Config's aggregator: what an organization's accounts have in all their Regions, in pages of a hundred, where
//! asking each account would take a thousand calls for every one.
//!
//! Of what AWS Config records, resources are taken, as they are many. It leaves out too much of the rest: the policies
//! of vaults and keys, the tags that a selection goes by, the lock and the type of a vault, whether a recovery point has
//! others in it. These are few, and asked for where they are.
//!
//! See <https://docs.aws.amazon.com/config/latest/APIReference/API_SelectAggregateResourceConfig.html>.

mod items;

use std::collections::BTreeMap;

use crate::catalog::calls::api_call;
use crate::inventory::Resource;
use crate::known::{AccountId, ApiCall, Gap, Region, ResourceType};

use super::found::Found;
use super::once::each;
use super::paging::pages;
use super::reply::{CallError, Reply};
use super::resources::{self, Listed};
use super::session::Session;
use items::{ConfigType, KINDS, Told};

const SELECT: ApiCall = api_call!("config:SelectAggregateResourceConfig");

/// The resources that an aggregator has, by where they are. It may not have all: a recorder may be off, an account may
/// not have let it in.
#[derive(Clone, Debug, Default)]
pub struct Held(BTreeMap<(AccountId, Region), Vec<Resource>>);

impl Held {
    /// The resources of a Region of an account, each with what AWS Config says of it and no more.
    pub fn of(&self, account: AccountId, region: &Region) -> &[Resource] {
        let place = (account, region.clone());
        self.0.get(&place).map_or(&[], Vec::as_slice)
    }
}

/// Whether a resource lacks what decides its copies: only its own service can tell.
pub fn is_in_part(resource: &Resource) -> bool {
    match resource.resource_type.value() {
        Some(
            ResourceType::Aurora
            | ResourceType::DocumentDb
            | ResourceType::Neptune
            | ResourceType::Rds
            | ResourceType::Ec2,
        ) => !resource.detail.is_present() || !resource.encrypted.is_present(),
        Some(ResourceType::Ebs | ResourceType::DynamoDb | ResourceType::Eks) => {
            !resource.encrypted.is_present()
        }
        Some(
            ResourceType::AuroraDsql
            | ResourceType::CloudFormation
            | ResourceType::Efs
            | ResourceType::Fsx
            | ResourceType::Redshift
            | ResourceType::RedshiftServerless
            | ResourceType::S3
            | ResourceType::SapHana
            | ResourceType::StorageGateway
            | ResourceType::Timestream
            | ResourceType::VirtualMachine
            | ResourceType::Other(_),
        ) => false,
        None => true,
    }
}

/// What an aggregator of the account has, in the Region that it is in.
///
/// # Errors
/// Where there is no such aggregator.
pub async fn held(session: &Session, region: &Region, name: &str) -> Reply<Found<Held>> {
    let tasks = KINDS.iter().map(|kind| {
        let (session, region, name) = (session.clone(), region.clone(), name.to_owned());
        async move { (kind, select(&session, &region, &name, kind).await) }
    });
    let place = session.place(region);
    let mut gaps: Vec<Gap> = Vec::new();
    let mut told: Vec<Told> = Vec::new();
    for (kind, read) in each(tasks).await {
        let subject = format!("{name}/{}", kind.name);
        match read {
            Ok(items) => {
                let read: Vec<Option<Option<Told>>> =
                    items.iter().map(|item| kind.read(item)).collect();
                if read.iter().any(Option::is_none) {
                    gaps.push(place.gap(SELECT, &subject, &CallError::unreadable()));
                }
                told.extend(read.into_iter().flatten().flatten());
            }
            Err(error) if error.code == "NoSuchConfigurationAggregatorException" => {
                return Err(error);
            }
            Err(error) => gaps.push(place.gap(SELECT, &subject, &error)),
        }
    }
    items::give_instances_their_roots_key(&mut told);
    let mut held = Held::default();
    for Told {
        account,
        region,
        resource,
    } in told
    {
        held.0.entry((account, region)).or_default().push(resource);
    }
    Ok(Found { value: held, gaps })
}

async fn select(
    session: &Session,
    region: &Region,
    name: &str,
    kind: &ConfigType,
) -> Reply<Vec<serde_json::Value>> {
    let query = format!(
        "SELECT accountId, awsRegion, arn, configuration, tags WHERE resourceType = '{}'",
        kind.name
    );
    let call = session
        .aggregator(region)
        .select_aggregate_resource_config()
        .configuration_aggregator_name(name)
        .expression(query)
        .limit(100);
    let texts: Vec<String> =
        pages!(session, call.into_paginator(), page => page.results().to_vec())?;
    texts
        .iter()
        .map(|text| serde_json::from_str(text).map_err(|_| CallError::unreadable()))
        .collect()
}

/// The resources of these types that the aggregator has in a Region of the account. What it leaves open is asked of
/// their own services, one call for each; and that there are no more stays open.
pub async fn resources(
    held: &Held,
    session: &Session,
    region: &Region,
    types: &[ResourceType],
) -> Listed {
    let wanted = |resource: &&Resource| {
        let of = resource.resource_type.value();
        of.is_none_or(|of| types.contains(of))
    };
    let there = held.of(session.account(), region).iter().filter(wanted);
    let (in_part, whole): (Vec<Resource>, Vec<Resource>) = there.cloned().partition(is_in_part);
    let tasks = in_part.into_iter().map(|resource| {
        let (session, region) = (session.clone(), region.clone());
        async move {
            let found = resources::one(&session, &region, &resource.arn).await;
            // Where its service does not say, AWS Config's word stands.
            let read = found.value.iter().any(|read| read.arn == resource.arn);
            let kept = (!read).then_some(resource);
            (kept, found)
        }
    });
    let place = session.place(region);
    let subject = format!("{}/{region}", session.account());
    let mut listed = Listed {
        resources: whole,
        gaps: vec![place.unasked(SELECT, &subject)],
        in_part: types.to_vec(),
    };
    for (kept, found) in each(tasks).await {
        listed.resources.extend(kept);
        let read = found.into_value(&mut listed.gaps);
        for resource in read {
            listed.resources.retain(|known| known.arn != resource.arn);
            listed.resources.push(resource);
        }
    }
    listed
}
