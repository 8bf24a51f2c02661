//! What is backed up, whatever service it is of: one by its ARN, or all of some types in a Region.

use crate::catalog::cloud_control;
use crate::catalog::describe_call;
use crate::inventory::Resource;
use crate::known::{Arn, Gap, Region, ResourceType};

use super::found::Found;
use super::session::Session;
use super::{cloud_control as by_cloud_control, dynamodb, ec2, fsx, rds};

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
                None => not_read(session, region, arn),
            },
            None => not_read(session, region, arn),
        },
    }
}

fn not_read(session: &Session, region: &Region, arn: &Arn) -> Found<Vec<Resource>> {
    let place = session.place(region);
    Found::nothing(place.unasked(describe_call(arn), arn.as_str())).into_list()
}

#[allow(dead_code, reason = "the survey of a whole account lists by it")]
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

#[allow(dead_code, reason = "the survey of a whole account lists by it")]
impl Listed {
    /// Whether every resource of the types is here.
    pub fn is_whole(&self) -> bool {
        self.in_part.is_empty()
    }

    fn add(&mut self, types: &[ResourceType], found: Found<Option<Vec<Resource>>>) {
        self.gaps.extend(found.gaps);
        match found.value {
            Some(resources) => self.resources.extend(resources),
            None => self.in_part.extend_from_slice(types),
        }
    }
}

#[allow(dead_code, reason = "the survey of a whole account lists by it")]
/// All resources of these types in a Region, as far as they can be listed.
pub async fn all(session: &Session, region: &Region, types: &[ResourceType]) -> Listed {
    let wants = |of: &[ResourceType]| of.iter().any(|of| types.contains(of));
    let mut listed = Listed::default();
    if wants(&[ResourceType::Rds]) {
        listed.add(&[ResourceType::Rds], rds::instances(session, region).await);
    }
    let clusters = [
        ResourceType::Aurora,
        ResourceType::DocumentDb,
        ResourceType::Neptune,
        ResourceType::Rds,
    ];
    if wants(&clusters) {
        listed.add(&clusters, rds::clusters(session, region).await);
    }
    if wants(&[ResourceType::DynamoDb]) {
        let tables = dynamodb::tables(session, region).await;
        listed.add(&[ResourceType::DynamoDb], tables);
    }
    if wants(&[ResourceType::Fsx]) {
        // Volumes of a file system are resources of their own to AWS Backup, and are not listed.
        listed.add(
            &[ResourceType::Fsx],
            fsx::file_systems(session, region).await,
        );
    }
    if wants(&[ResourceType::Ebs, ResourceType::Ec2]) {
        let volumes = ec2::volumes(session, region).await;
        if wants(&[ResourceType::Ec2]) {
            let known = volumes
                .value
                .clone()
                .into_iter()
                .flatten()
                .collect::<Vec<_>>();
            let instances = ec2::instances(session, region, &known).await;
            listed.add(&[ResourceType::Ec2], instances);
        }
        listed.add(&[ResourceType::Ebs], volumes);
    }
    for of in types {
        if let Some(row) = cloud_control::row(of) {
            let found = by_cloud_control::resources(session, region, of, row).await;
            // One that was listed and not read is missing from the list.
            let unread = found.gaps.iter().any(|gap| {
                gap.operation == "cloudformation:GetResource" && !gap.subject.starts_with("arn:")
            });
            listed.add(std::slice::from_ref(of), found);
            if unread {
                listed.in_part.push(of.clone());
            }
        } else if let Some(call) = unlisted(of) {
            let subject = format!("{}/{region}/{of}", session.account());
            listed
                .gaps
                .push(session.place(region).unasked(call, &subject));
            listed.in_part.push(of.clone());
        }
    }
    listed.in_part.retain(|of| types.contains(of));
    listed
}

/// The call that would list a type that nothing here lists.
fn unlisted(of: &ResourceType) -> Option<&'static str> {
    match of {
        ResourceType::RedshiftServerless => Some("redshift-serverless:ListNamespaces"),
        ResourceType::SapHana => Some("ssm-sap:ListDatabases"),
        ResourceType::StorageGateway => Some("storagegateway:ListVolumes"),
        ResourceType::VirtualMachine => Some("backup-gateway:ListVirtualMachines"),
        ResourceType::Other(_) => Some("cloudformation:ListResources"),
        ResourceType::Aurora
        | ResourceType::AuroraDsql
        | ResourceType::CloudFormation
        | ResourceType::DocumentDb
        | ResourceType::DynamoDb
        | ResourceType::Ebs
        | ResourceType::Ec2
        | ResourceType::Efs
        | ResourceType::Eks
        | ResourceType::Fsx
        | ResourceType::Neptune
        | ResourceType::Rds
        | ResourceType::Redshift
        | ResourceType::S3
        | ResourceType::Timestream => None,
    }
}
