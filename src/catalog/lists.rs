//! Which types of resources a list is of: what is not known where AWS refused it.

use crate::known::ResourceType;

use super::cloud_control;

/// The types that a call lists, by its name and what it was about; `None`: it may be any.
#[must_use]
pub fn types_of(operation: &str, subject: &str) -> Option<&'static [ResourceType]> {
    Some(match operation {
        "backup-gateway:ListVirtualMachines" => &[ResourceType::VirtualMachine],
        "cloudformation:ListResources" => of_cloud_control(subject)?,
        "dynamodb:ListTables" => &[ResourceType::DynamoDb],
        "ec2:DescribeInstances" => &[ResourceType::Ec2],
        // The volumes of an instance have its key.
        "ec2:DescribeVolumes" => &[ResourceType::Ebs, ResourceType::Ec2],
        "fsx:DescribeFileSystems" | "fsx:DescribeVolumes" => &[ResourceType::Fsx],
        "rds:DescribeDBClusters" => &[
            ResourceType::Aurora,
            ResourceType::DocumentDb,
            ResourceType::Neptune,
            ResourceType::Rds,
        ],
        "rds:DescribeDBInstances" => &[ResourceType::Rds],
        "ssm-sap:ListDatabases" => &[ResourceType::SapHana],
        "storagegateway:ListVolumes" => &[ResourceType::StorageGateway],
        _ => return None,
    })
}

/// The type that Cloud Control was asked for, by its own name: the last part of what the call was about.
fn of_cloud_control(subject: &str) -> Option<&'static [ResourceType]> {
    let (_, name) = subject.rsplit_once('/')?;
    let mut types = ResourceType::ALL.iter();
    let of = types.find(|of| cloud_control::row(of).is_some_and(|row| row.name == name))?;
    Some(std::slice::from_ref(of))
}

/// The service in the ARNs of a type; `None`: not known.
#[must_use]
pub fn arn_service(of: &ResourceType) -> Option<&'static str> {
    Some(match of {
        ResourceType::Aurora
        | ResourceType::DocumentDb
        | ResourceType::Neptune
        | ResourceType::Rds => "rds",
        ResourceType::DynamoDb => "dynamodb",
        ResourceType::Ebs | ResourceType::Ec2 => "ec2",
        ResourceType::Fsx => "fsx",
        ResourceType::SapHana => "ssm-sap",
        ResourceType::StorageGateway => "storagegateway",
        ResourceType::VirtualMachine => "backup-gateway",
        ResourceType::AuroraDsql
        | ResourceType::CloudFormation
        | ResourceType::Efs
        | ResourceType::Eks
        | ResourceType::Redshift
        | ResourceType::RedshiftServerless
        | ResourceType::S3
        | ResourceType::Timestream
        | ResourceType::Other(_) => cloud_control::row(of)?.service,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_cloud_control_is_of_the_type_that_was_asked_for() {
        let of = |subject| types_of("cloudformation:ListResources", subject);
        assert_eq!(
            of("111122223333/us-east-2/AWS::Timestream::Table"),
            Some([ResourceType::Timestream].as_slice())
        );
        assert_eq!(of("111122223333/us-east-2"), None);
        assert_eq!(of("111122223333/us-east-2/AWS::X::Y"), None);
        assert_eq!(types_of("x:ListThings", "111122223333/us-east-2"), None);
    }

    #[test]
    fn every_type_has_its_service() {
        for of in ResourceType::ALL {
            assert!(arn_service(of).is_some(), "{of}");
        }
    }
}
