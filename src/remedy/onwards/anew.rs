//! The commands that give a resource another key: those of the service that owns it.

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::Kind;
use crate::known::Arn;
use crate::remedy::command::{option, region};

/// How a resource gets another key: by which snapshots of which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// Of a database instance.
    Instance,
    /// Of a database cluster, by the service's name in `aws`.
    Cluster(&'static str),
    /// Of an EBS volume.
    Volume,
    /// An image of an EC2 instance.
    Image,
    /// A backup of an FSx file system.
    FileSystem,
}

impl Anew {
    /// That of a kind of resource; `None` where no snapshot can be encrypted anew.
    pub const fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Rds => Some(Self::Instance),
            Kind::Aurora | Kind::RdsMultiAzCluster => Some(Self::Cluster("rds")),
            Kind::DocumentDb => Some(Self::Cluster("docdb")),
            Kind::Neptune => Some(Self::Cluster("neptune")),
            Kind::Ebs => Some(Self::Volume),
            Kind::Ec2 | Kind::Ec2Vss => Some(Self::Image),
            Kind::FsxLustre | Kind::FsxWindows | Kind::FsxOntap | Kind::FsxOpenZfs => {
                Some(Self::FileSystem)
            }
            Kind::AuroraDsql
            | Kind::DynamoDbBasic
            | Kind::DynamoDbAdvanced
            | Kind::Efs
            | Kind::Eks
            | Kind::StorageGateway
            | Kind::Redshift
            | Kind::RedshiftServerless
            | Kind::S3
            | Kind::SapHana
            | Kind::Timestream
            | Kind::VirtualMachine
            | Kind::CloudFormation => None,
        }
    }

    /// The commands of the owning service, with the new key in `$KEY`.
    pub fn steps(self, resource: &Arn) -> Vec<SmolStr> {
        let flag = region(resource.region().as_ref());
        let name = resource.name();
        let (old, new) = (format!("{name}-before-cmk"), format!("{name}-on-cmk"));
        let source_region = resource.region().map_or_else(
            || "--source-region \"$AWS_REGION\"".to_owned(),
            |region| option("--source-region", region.as_str()),
        );
        match self {
            Self::Instance | Self::Cluster(_) => self.of_database(name, &flag, (&old, &new)),
            Self::Volume => vec![
                format_smolstr!(
                    "SNAPSHOT=$(aws ec2 create-snapshot{flag} {} --query SnapshotId --output text)",
                    option("--volume-id", name)
                ),
                format_smolstr!(
                    "aws ec2 wait snapshot-completed{flag} --snapshot-ids \"$SNAPSHOT\""
                ),
                format_smolstr!(
                    "COPY=$(aws ec2 copy-snapshot{flag} {} --source-snapshot-id \"$SNAPSHOT\" --encrypted --kms-key-id \"$KEY\" --query SnapshotId --output text)",
                    source_region
                ),
                format_smolstr!("aws ec2 wait snapshot-completed{flag} --snapshot-ids \"$COPY\""),
                format_smolstr!(
                    "aws ec2 create-volume{flag} --snapshot-id \"$COPY\" --availability-zone \"$ZONE\""
                ),
            ],
            Self::Image => vec![
                format_smolstr!(
                    "IMAGE=$(aws ec2 create-image{flag} {} {} --query ImageId --output text)",
                    option("--instance-id", name),
                    option("--name", &old)
                ),
                format_smolstr!("aws ec2 wait image-available{flag} --image-ids \"$IMAGE\""),
                format_smolstr!(
                    "COPY=$(aws ec2 copy-image{flag} {} --source-image-id \"$IMAGE\" {} --encrypted --kms-key-id \"$KEY\" --query ImageId --output text)",
                    source_region,
                    option("--name", &new)
                ),
                format_smolstr!("aws ec2 wait image-available{flag} --image-ids \"$COPY\""),
                format_smolstr!(
                    "aws ec2 run-instances{flag} --image-id \"$COPY\" --instance-type \"$INSTANCE_TYPE\" --subnet-id \"$SUBNET\""
                ),
            ],
            Self::FileSystem => vec![
                format_smolstr!(
                    "BACKUP=$(aws fsx create-backup{flag} {} --query Backup.BackupId --output text)",
                    option("--file-system-id", name)
                ),
                format_smolstr!(
                    "COPY=$(aws fsx copy-backup{flag} --source-backup-id \"$BACKUP\" --kms-key-id \"$KEY\" --query Backup.BackupId --output text)"
                ),
                format_smolstr!(
                    "aws fsx create-file-system-from-backup{flag} --backup-id \"$COPY\" --subnet-ids \"$SUBNET\""
                ),
            ],
        }
    }

    fn of_database(self, name: &str, flag: &str, (old, new): (&str, &str)) -> Vec<SmolStr> {
        let (service, what, snapshot) = match self {
            Self::Cluster(service) => (service, "db-cluster", "db-cluster-snapshot"),
            Self::Instance | Self::Volume | Self::Image | Self::FileSystem => {
                ("rds", "db-instance", "db-snapshot")
            }
        };
        let id = |name: &str| option(&format!("--{what}-identifier"), name);
        let of = |name: &str| option(&format!("--{snapshot}-identifier"), name);
        let (of_old, of_new) = (of(old), of(new));
        let restore = if matches!(self, Self::Cluster(_)) {
            format_smolstr!(
                "aws {service} restore-db-cluster-from-snapshot{flag} {} {} --engine \"$ENGINE\" --kms-key-id \"$KEY\"",
                id(new),
                option("--snapshot-identifier", new)
            )
        } else {
            format_smolstr!(
                "aws {service} restore-db-instance-from-db-snapshot{flag} {} {of_new}",
                id(new)
            )
        };
        vec![
            format_smolstr!(
                "aws {service} create-{snapshot}{flag} {} {of_old}",
                id(name)
            ),
            format_smolstr!("aws {service} wait {snapshot}-available{flag} {of_old}"),
            format_smolstr!(
                "aws {service} copy-{snapshot}{flag} {} {} --kms-key-id \"$KEY\" --copy-tags",
                option(&format!("--source-{snapshot}-identifier"), old),
                option(&format!("--target-{snapshot}-identifier"), new)
            ),
            format_smolstr!("aws {service} wait {snapshot}-available{flag} {of_new}"),
            restore,
        ]
    }
}
