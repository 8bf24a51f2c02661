//! Which call says what a resource, a snapshot or an image is.

use super::cloud_control;
use crate::known::{Arn, ResourceType};

/// The call of the owning service that describes what an ARN names; that of Cloud Control for what is read by it.
#[must_use]
pub fn describe_call(arn: &Arn) -> &'static str {
    let kind = arn.resource().split([':', '/']).next();
    match (arn.service(), kind) {
        ("rds", Some("cluster")) => "rds:DescribeDBClusters",
        ("rds", Some("cluster-snapshot")) => "rds:DescribeDBClusterSnapshots",
        ("rds", Some("snapshot")) => "rds:DescribeDBSnapshots",
        ("rds", _) => "rds:DescribeDBInstances",
        ("dynamodb", _) => "dynamodb:DescribeTable",
        ("ec2", Some("image")) => "ec2:DescribeImages",
        ("ec2", Some("snapshot")) => "ec2:DescribeSnapshots",
        ("ec2", Some("instance")) => "ec2:DescribeInstances",
        ("ec2", _) => "ec2:DescribeVolumes",
        ("fsx", Some("backup")) => "fsx:DescribeBackups",
        ("fsx", _) => "fsx:DescribeFileSystems",
        ("backup", _) => "backup:DescribeRecoveryPoint",
        _ => of_type(arn),
    }
}

/// The call for a type that only its own service reads, or Cloud Control.
fn of_type(arn: &Arn) -> &'static str {
    let by_cloud_control = "cloudformation:GetResource";
    match ResourceType::of_resource(arn) {
        Some(of) if cloud_control::row(&of).is_some() => by_cloud_control,
        Some(ResourceType::SapHana) => "ssm-sap:GetDatabase",
        Some(ResourceType::StorageGateway) => "storagegateway:DescribeStorediSCSIVolumes",
        Some(ResourceType::VirtualMachine) => "backup-gateway:GetVirtualMachine",
        Some(_) | None => by_cloud_control,
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
                "backup-gateway:GetVirtualMachine",
            ),
        ] {
            assert_eq!(describe_call(&Arn::parse(text).unwrap()), call, "{text}");
        }
    }
}
