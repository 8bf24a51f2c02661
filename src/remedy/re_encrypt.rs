//! A resource on an AWS managed key, moved to a customer managed one: by the owning service's own commands.

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use super::RemedyKind;
use super::command::{from_here, option, region};
use super::draft::Draft;
use super::onwards::Onwards;
use crate::catalog::Kind;
use crate::inventory::{Copy, KindOf};
use crate::known::Arn;

/// The commands that make the new keys, each for all resources of its place: by the place, and whom the key is shared with.
pub type Made = HashMap<(String, Option<Arn>), SmolStr>;

/// The resource is encrypted anew. `None` where it is not known what it is.
pub fn draft(copy: &Copy, key: &Arn, share_with: Option<&Arn>, made: &mut Made) -> Option<Draft> {
    if copy.copy_of.is_some() {
        // The backup has the key of the vault that it lies in, whatever the resource is encrypted with.
        return None;
    }
    let resource = copy.resource.as_ref().known()?.as_ref()?;
    let KindOf::Known(kind) = copy.route().kind else {
        return None;
    };
    let way = Way::of(kind)?;
    let title = format!(
        "encrypt `{}` with a customer managed key: new snapshot, restored under a new name",
        resource.name()
    );
    let mut draft = Draft::new(RemedyKind::ReEncrypt, resource, title);
    draft.remedy.account = resource.account().or(key.account());
    let place = key.as_str().strip_suffix(key.resource());
    let of = (place.unwrap_or_default().to_owned(), share_with.cloned());
    let create = made
        .entry(of)
        .or_insert_with(|| create_key(key, share_with, "re-encrypted backups"));
    draft.remedy.commands = vec![create.clone()];
    draft.remedy.onwards = Onwards::ReEncrypt {
        way,
        resource: resource.clone(),
    };
    Some(draft)
}

/// Makes a key in the account and Region of another, shared with principals, and keeps its ARN in `$KEY`.
pub fn create_key<'a>(
    like: &Arn,
    share_with: impl IntoIterator<Item = &'a Arn>,
    what: &str,
) -> SmolStr {
    let flag = region(like.region().as_ref());
    let policy = own_key_policy(like, share_with);
    format_smolstr!(
        "KEY=$(aws kms create-key{flag} {} --query KeyMetadata.Arn --output text --policy {}\n)",
        option("--description", what),
        from_here(&policy)
    )
}

/// The policy of a key of the account that an ARN names: the account itself may do everything, and these principals what
/// a copy out of it takes.
#[must_use]
pub fn own_key_policy<'a>(
    like: &Arn,
    share_with: impl IntoIterator<Item = &'a Arn>,
) -> serde_json::Value {
    let root = like
        .account()
        .map(|id| format!("arn:{}:iam::{id}:root", like.partition()));
    let policy = super::patch::add_statements(
        None,
        &root
            .map(|root| {
                serde_json::json!({
                    "Sid": "Enable IAM User Permissions",
                    "Effect": "Allow",
                    "Principal": {"AWS": root},
                    "Action": "kms:*",
                    "Resource": "*",
                })
            })
            .into_iter()
            .collect::<Vec<_>>(),
    );
    let shares: Vec<_> = share_with
        .into_iter()
        .map(|principal| {
            let actions = vec![
                "kms:CreateGrant",
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
            ];
            (principal.clone(), actions)
        })
        .collect();
    let statements = super::statement::of_key(Some(&policy), &shares);
    super::patch::add_statements(Some(&policy), &statements)
}

/// How a resource gets another key: by which snapshots of which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
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

impl Way {
    /// That of a kind of resource; `None` where no snapshot can be encrypted anew.
    const fn of(kind: Kind) -> Option<Self> {
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
