//! Which call says what a resource, a snapshot or an image is.

use super::calls::api_call;
use super::cloud_control;
use crate::known::{ApiCall, Arn, ResourceType};

/// The call that describes what an ARN names: the owning service's own, or Cloud Control's for what is read by it. `None`:
/// nothing here reads what is of its type.
#[must_use]
pub fn describe_call(arn: &Arn) -> Option<ApiCall> {
    let kind = arn.resource().split([':', '/']).next();
    Some(match (arn.service(), kind) {
        ("rds", Some("cluster")) => api_call!("rds:DescribeDBClusters"),
        ("rds", Some("cluster-snapshot")) => api_call!("rds:DescribeDBClusterSnapshots"),
        ("rds", Some("snapshot")) => api_call!("rds:DescribeDBSnapshots"),
        ("rds", _) => api_call!("rds:DescribeDBInstances"),
        ("dynamodb", _) => api_call!("dynamodb:DescribeTable"),
        ("ec2", Some("image")) => api_call!("ec2:DescribeImages"),
        ("ec2", Some("snapshot")) => api_call!("ec2:DescribeSnapshots"),
        ("ec2", Some("instance")) => api_call!("ec2:DescribeInstances"),
        ("ec2", _) => api_call!("ec2:DescribeVolumes"),
        ("fsx", Some("backup")) => api_call!("fsx:DescribeBackups"),
        ("fsx", Some("volume")) => api_call!("fsx:DescribeVolumes"),
        ("fsx", _) => api_call!("fsx:DescribeFileSystems"),
        ("backup", _) => api_call!("backup:DescribeRecoveryPoint"),
        _ => return of_type(&ResourceType::of_resource(arn)?, arn),
    })
}

/// The call for a type that only its own service reads, or Cloud Control.
fn of_type(of: &ResourceType, arn: &Arn) -> Option<ApiCall> {
    match of {
        ResourceType::SapHana => Some(api_call!("ssm-sap:ListDatabases")),
        ResourceType::StorageGateway => Some(api_call!("storagegateway:ListVolumes")),
        ResourceType::VirtualMachine => Some(api_call!("backup-gateway:ListVirtualMachines")),
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
        | ResourceType::RedshiftServerless
        | ResourceType::S3
        | ResourceType::Timestream
        | ResourceType::Other(_) => {
            let read = cloud_control::row(of)?.identifier(arn).is_some();
            read.then_some(api_call!("cloudformation:GetResource"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_service_is_asked_by_its_own_call() {
        for (text, call) in [
            (
                "arn:aws:rds:us-east-2:111122223333:cluster:x",
                "rds:DescribeDBClusters",
            ),
            (
                "arn:aws:ec2:us-east-2:111122223333:volume/vol-1",
                "ec2:DescribeVolumes",
            ),
            ("arn:aws:ec2:us-east-2::image/ami-1", "ec2:DescribeImages"),
            (
                "arn:aws:fsx:us-east-2:111122223333:file-system/fs-1",
                "fsx:DescribeFileSystems",
            ),
            ("arn:aws:s3:::photos", "cloudformation:GetResource"),
            (
                "arn:aws:backup-gateway:us-east-2:111122223333:vm/x",
                "backup-gateway:ListVirtualMachines",
            ),
        ] {
            let found = describe_call(&Arn::parse(text).unwrap());
            assert_eq!(found.map(ApiCall::as_str), Some(call), "{text}");
        }
        let nobody_reads = "arn:aws:redshift-serverless:us-east-2:111122223333:namespace/n-1";
        assert_eq!(describe_call(&Arn::parse(nobody_reads).unwrap()), None);
    }
}
