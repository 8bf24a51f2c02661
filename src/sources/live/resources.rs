//! What is backed up, whatever service it is of: one by its ARN, or all of some types in a Region.

use std::pin::Pin;

use crate::catalog::calls::api_call;
use crate::catalog::cloud_control;
use crate::catalog::describe_call;
use crate::inventory::Resource;
use crate::known::{Arn, Gap, Region, ResourceType};

use super::found::Found;
use super::once::each;
use super::session::Session;
use super::{cloud_control as by_cloud_control, dynamodb, ec2, fsx, listings, rds};

/// A resource, and behind it what it consists of: the volumes of an EC2 instance. Nothing, with a gap that names the
/// call that would tell, for a type that nothing here reads: its recovery points stand for it.
pub async fn one(session: &Session, region: &Region, arn: &Arn) -> Found<Vec<Resource>> {
    let kind = arn.resource().split(['/', ':']).next();
    match (arn.service(), kind) {
        ("rds", _) => rds::resource(session, region, arn).await.into_list(),
        ("dynamodb", _) => dynamodb::table(session, region, arn).await.into_list(),
        ("ec2", Some("volume")) => ec2::volume(session, region, arn).await,
        ("ec2", Some("instance")) => ec2::instance(session, region, arn).await,
        ("fsx", Some("file-system" | "volume")) => {
            fsx::resource(session, region, arn).await.into_list()
        }
        _ => match ResourceType::of_resource(arn) {
            Some(of) => match cloud_control::row(&of) {
                Some(row) => {
                    let found = by_cloud_control::resource(session, region, &of, row, arn);
                    found.await.into_list()
                }
                None => match listings::one(session, region, &of, arn).await {
                    Some(found) => found.into_list(),
                    None => not_read(session, region, arn),
                },
            },
            None => not_read(session, region, arn),
        },
    }
}

fn not_read(session: &Session, region: &Region, arn: &Arn) -> Found<Vec<Resource>> {
    let place = session.place(region);
    let gaps = describe_call(arn).map(|call| place.unasked(call, arn.as_str()));
    Found {
        value: Vec::new(),
        gaps: gaps.into_iter().collect(),
    }
}

/// Resources of some types in a Region.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// Those that were read.
    pub resources: Vec<Resource>,
    /// What could not be.
    pub gaps: Vec<Gap>,
    /// The types of which there may be more.
    pub in_part: Vec<ResourceType>,
}

impl Listed {
    /// Whether every resource of the types is here.
    pub fn is_whole(&self) -> bool {
        self.in_part.is_empty()
    }

    /// `not_here`: the types that the Region may lack.
    fn add(
        &mut self,
        types: &[ResourceType],
        found: Found<Option<Vec<Resource>>>,
        not_here: &[ResourceType],
    ) {
        let may_lack = types.iter().all(|of| not_here.contains(of));
        if may_lack && found.value.is_none() && !found.gaps.is_empty() {
            let lacks = |gap: &Gap| gap.error.as_deref().is_some_and(says_that_there_is_none);
            if found.gaps.iter().all(lacks) {
                return;
            }
        }
        self.gaps.extend(found.gaps);
        match found.value {
            Some(resources) => self.resources.extend(resources),
            None => self.in_part.extend_from_slice(types),
        }
    }
}

/// Whether an error says that a Region has no such type, or no such service: Cloud Control knows no such type there, and the service
/// has no endpoint.
///
/// See <https://docs.aws.amazon.com/cloudcontrolapi/latest/APIReference/API_ListResources.html>.
fn says_that_there_is_none(code: &str) -> bool {
    const CODES: &[&str] = &[
        "TypeNotFoundException",
        "UnsupportedActionException",
        "NameNotResolved",
    ];
    CODES.contains(&code)
}

/// All resources of these types in a Region, as far as they can be listed: the types side by side. Of those that the Region may lack,
/// `not_here`, there are none where it says so.
pub async fn all(
    session: &Session,
    region: &Region,
    types: &[ResourceType],
    not_here: &[ResourceType],
) -> Listed {
    let mut tasks: Vec<Task> = Vec::new();
    let place = || (session.clone(), region.clone());
    let wants = |of: &[ResourceType]| of.iter().any(|of| types.contains(of));
    if wants(&[ResourceType::Rds]) {
        let (session, region) = place();
        tasks.push(Box::pin(async move {
            let found = rds::instances(&session, &region).await;
            vec![(vec![ResourceType::Rds], found)]
        }));
    }
    if wants(CLUSTERS) {
        let (session, region) = place();
        tasks.push(Box::pin(async move {
            let found = rds::clusters(&session, &region).await;
            vec![(CLUSTERS.to_vec(), found)]
        }));
    }
    if wants(&[ResourceType::Ebs, ResourceType::Ec2]) {
        let (session, region) = place();
        let instances = wants(&[ResourceType::Ec2]);
        tasks.push(Box::pin(machines(session, region, instances)));
    }
    for of in types {
        let (of, (session, region)) = (of.clone(), place());
        tasks.push(Box::pin(async move {
            let found = of_type(&session, &region, &of).await;
            found
                .into_iter()
                .map(|found| (vec![of.clone()], found))
                .collect()
        }));
    }
    let mut listed = Listed::default();
    for (of, found) in each(tasks).await.into_iter().flatten() {
        listed.add(&of, found, not_here);
    }
    listed.in_part.retain(|of| types.contains(of));
    listed
}

type Task = Pin<Box<dyn Future<Output = Vec<OfTypes>> + Send>>;
type OfTypes = (Vec<ResourceType>, Found<Option<Vec<Resource>>>);

/// What a DB cluster may be.
const CLUSTERS: &[ResourceType] = &[
    ResourceType::Aurora,
    ResourceType::DocumentDb,
    ResourceType::Neptune,
    ResourceType::Rds,
];

/// Volumes, and the instances that they are attached to.
async fn machines(session: Session, region: Region, instances: bool) -> Vec<OfTypes> {
    let volumes = ec2::volumes(&session, &region).await;
    let mut all = Vec::new();
    if instances {
        let known = volumes.value.as_deref().unwrap_or(&[]);
        let instances = ec2::instances(&session, &region, known).await;
        all.push((vec![ResourceType::Ec2], instances));
    }
    all.push((vec![ResourceType::Ebs], volumes));
    all
}

/// All resources of a type that has a list of its own. `None`: it is listed with others.
async fn of_type(
    session: &Session,
    region: &Region,
    of: &ResourceType,
) -> Option<Found<Option<Vec<Resource>>>> {
    match of {
        ResourceType::DynamoDb => Some(dynamodb::tables(session, region).await),
        ResourceType::Fsx => Some(fsx::file_systems(session, region).await),
        ResourceType::Other(name) => {
            let subject = format!("{}/{region}/{name}", session.account());
            let place = session.place(region);
            let gap = place.unasked(api_call!("cloudformation:ListResources"), &subject);
            Some(Found::nothing(gap))
        }
        ResourceType::Aurora
        | ResourceType::AuroraDsql
        | ResourceType::CloudFormation
        | ResourceType::DocumentDb
        | ResourceType::Ebs
        | ResourceType::Ec2
        | ResourceType::Efs
        | ResourceType::Eks
        | ResourceType::Neptune
        | ResourceType::Rds
        | ResourceType::Redshift
        | ResourceType::RedshiftServerless
        | ResourceType::S3
        | ResourceType::SapHana
        | ResourceType::StorageGateway
        | ResourceType::Timestream
        | ResourceType::VirtualMachine => match cloud_control::row(of) {
            Some(row) => Some(by_cloud_control::resources(session, region, of, row).await),
            None => listings::resources(session, region, of).await,
        },
    }
}
