//! The commands that give a resource another key: those of the service that owns it.

use smol_str::{SmolStr, format_smolstr};

use crate::catalog::Kind;
use crate::known::Arn;
use crate::remedy::command::{comment, option, region, word};

/// How a resource gets another key: by which snapshots of which service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anew {
    /// Of a database instance.
    Instance,
    /// Of a database cluster, by the service's name in `aws`: its instances are made by themselves.
    Cluster(&'static str),
    /// Of a Multi-AZ DB cluster of RDS, which makes its instances.
    MultiAzCluster,
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
            Kind::Aurora => Some(Self::Cluster("rds")),
            Kind::RdsMultiAzCluster => Some(Self::MultiAzCluster),
            Kind::DocumentDb => Some(Self::Cluster("docdb")),
            Kind::Neptune => Some(Self::Cluster("neptune")),
            Kind::Ebs => Some(Self::Volume),
            Kind::Ec2 | Kind::Ec2Vss => Some(Self::Image),
            Kind::FsxLustre | Kind::FsxWindows | Kind::FsxOpenZfs => Some(Self::FileSystem),
            // What is backed up is a volume, which has the key of its file system.
            Kind::FsxOntap => None,
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

    /// The commands of the owning service, with the new key in `$KEY`: the new resource is made as the old one is.
    pub fn steps(self, resource: &Arn) -> Vec<SmolStr> {
        let flag = region(resource.region().as_ref());
        let left_out = self.left_out().map(|settings| {
            format_smolstr!(
                "# the new one is as AWS sets it, and not as the old one is, in: {settings}: compare both, and set what differs"
            )
        });
        let mut steps = match self {
            Self::Instance | Self::Cluster(_) | Self::MultiAzCluster => {
                self.of_database(resource, &flag)
            }
            Self::Volume => of_volume(resource, &flag),
            Self::Image => of_instance(resource, &flag),
            Self::FileSystem => of_file_system(resource, &flag),
        };
        steps.extend(left_out);
        steps.push(format_smolstr!(
            "# {}",
            comment(&format!(
                "`{}` and its backups stay as they are: move what uses it to the new one, and check that the plan selects that",
                resource.name()
            ))
        ));
        steps
    }

    /// The settings that the commands do not take over.
    const fn left_out(self) -> Option<&'static str> {
        match self {
            Self::Instance => Some(
                "deletion protection, IAM authentication, backup retention and windows, storage type, IOPS and throughput, storage \
                 autoscaling, monitoring and Performance Insights, log exports, certificate authority, port, licence model, minor \
                 version upgrades, directory, IAM roles, how the master password is kept",
            ),
            Self::Cluster(_) => Some(
                "deletion protection, IAM authentication, backup retention and windows, storage type, log exports, port, backtracking, \
                 IAM roles, how the master password is kept; of each instance: parameter group, public access, monitoring, promotion \
                 tier, certificate authority",
            ),
            Self::MultiAzCluster => Some(
                "deletion protection, IAM authentication, backup retention and windows, monitoring, log exports, port, minor version \
                 upgrades, how the master password is kept",
            ),
            Self::Image => Some(
                "user data, metadata options, termination protection, monitoring, placement, addresses, more network interfaces",
            ),
            Self::FileSystem => Some(
                "security groups, backup retention and windows, throughput, maintenance window, directory, aliases",
            ),
            Self::Volume => None,
        }
    }

    fn of_database(self, resource: &Arn, flag: &str) -> Vec<SmolStr> {
        let name = resource.name();
        let (old, new) = names(resource);
        let (service, what, snapshot) = match self {
            Self::Cluster(service) => (service, "db-cluster", "db-cluster-snapshot"),
            Self::MultiAzCluster => ("rds", "db-cluster", "db-cluster-snapshot"),
            Self::Instance | Self::Volume | Self::Image | Self::FileSystem => {
                ("rds", "db-instance", "db-snapshot")
            }
        };
        let id = |name: &str| option(&format!("--{what}-identifier"), name);
        let of = |name: &str| option(&format!("--{snapshot}-identifier"), name);
        let (of_old, of_new) = (of(&old), of(&new));
        // Of the others no description has the tags.
        let has_tags = service == "rds";
        let read = |as_it_is: &str| {
            let read = format!("aws {service} describe-{what}s{flag} {}", id(name));
            if has_tags {
                let tags = format!("TagList[{OWN}]&&{{Tags:TagList[{OWN}]}}||`{{}}`");
                as_now(&read, &format!("{as_it_is},{tags})"))
            } else {
                as_now(&read, &format!("{as_it_is})"))
            }
        };
        let restore = if self == Self::Instance {
            format_smolstr!(
                "aws rds restore-db-instance-from-db-snapshot{flag} {} {of_new} {}",
                id(&new),
                read(INSTANCE)
            )
        } else {
            format_smolstr!(
                "aws {service} restore-db-cluster-from-snapshot{flag} {} {} --kms-key-id \"${{KEY:?}}\" {}",
                id(&new),
                option("--snapshot-identifier", &new),
                read(CLUSTER)
            )
        };
        let list = if self == Self::Instance {
            "DBSnapshots"
        } else {
            "DBClusterSnapshots"
        };
        let [wait, wait_again] = settled(
            "creating | copying",
            &format!("aws {service} describe-{snapshot}s{flag} --{snapshot}-identifier"),
            &format!("{list}[0].Status"),
            [&word(&old), &word(&new)],
        );
        let mut steps = vec![
            format_smolstr!(
                "aws {service} create-{snapshot}{flag} {} {of_old}",
                id(name)
            ),
            wait,
            format_smolstr!(
                "aws {service} copy-{snapshot}{flag} {} {} --kms-key-id \"${{KEY:?}}\" --copy-tags",
                option(&format!("--source-{snapshot}-identifier"), &old),
                option(&format!("--target-{snapshot}-identifier"), &new)
            ),
            wait_again,
            restore,
        ];
        if let Self::Cluster(service) = self {
            let read = format!("aws {service} describe-db-clusters{flag} {}", id(&new));
            steps.push(while_it_is("creating", &read, "DBClusters[0].Status"));
            steps.push(format_smolstr!(
                "NUMBER=0\n\
                 aws {service} describe-db-instances{flag} {} --query 'DBInstances[].[DBInstanceClass,Engine]' --output text |\n\
                 while read -r CLASS ENGINE; do NUMBER=$((NUMBER + 1)); aws {service} create-db-instance{flag} {} \
                 --db-instance-identifier {}-\"$NUMBER\" --db-instance-class \"$CLASS\" --engine \"$ENGINE\" </dev/null; done",
                option("--filters", &format!("Name=db-cluster-id,Values={name}")),
                id(&new),
                word(&new)
            ));
        }
        if has_tags {
            return steps;
        }
        let place = resource.as_str().strip_suffix(name).unwrap_or_default();
        steps.push(format_smolstr!(
            "TAGS=$(aws {service} list-tags-for-resource{flag} {} --query 'TagList[{OWN}]' --output json)\n\
             [ \"$TAGS\" = '[]' ] || aws {service} add-tags-to-resource{flag} {} --tags \"$TAGS\"",
            option("--resource-name", resource.as_str()),
            option("--resource-name", &format!("{place}{new}"))
        ));
        steps
    }
}

/// The tags that are not AWS's own, which nobody else can set.
const OWN: &str = "?starts_with(Key,`aws:`)==`false`";

/// What a new database instance takes over, but for its tags. What AWS may leave out is asked for by itself: an option takes no
/// null.
///
/// See <https://docs.aws.amazon.com/cli/latest/reference/rds/describe-db-instances.html> and <https://docs.aws.amazon.com/cli/latest/reference/rds/restore-db-instance-from-db-snapshot.html>.
const INSTANCE: &str = "DBInstances[0].merge({DBInstanceClass:DBInstanceClass,DBSubnetGroupName:DBSubnetGroup.DBSubnetGroupName,\
    VpcSecurityGroupIds:VpcSecurityGroups[].VpcSecurityGroupId,DBParameterGroupName:DBParameterGroups[0].DBParameterGroupName,\
    OptionGroupName:OptionGroupMemberships[0].OptionGroupName,MultiAZ:MultiAZ,PubliclyAccessible:PubliclyAccessible}";

/// What a new cluster takes over, but for its tags.
///
/// See <https://docs.aws.amazon.com/cli/latest/reference/rds/restore-db-cluster-from-snapshot.html>.
const CLUSTER: &str = "DBClusters[0].merge({Engine:Engine,EngineVersion:EngineVersion,DBSubnetGroupName:DBSubnetGroup,\
    VpcSecurityGroupIds:VpcSecurityGroups[].VpcSecurityGroupId,DBClusterParameterGroupName:DBClusterParameterGroup},\
    ServerlessV2ScalingConfiguration&&{ServerlessV2ScalingConfiguration:ServerlessV2ScalingConfiguration}||`{}`,\
    DBClusterInstanceClass&&{DBClusterInstanceClass:DBClusterInstanceClass,StorageType:StorageType,Iops:Iops}||`{}`";

/// What a new volume takes over: IOPS are set for these types alone, a throughput for gp3.
///
/// See <https://docs.aws.amazon.com/cli/latest/reference/ec2/create-volume.html>.
const VOLUME: &str = "Volumes[0].merge({AvailabilityZone:AvailabilityZone,VolumeType:VolumeType},\
    contains(`[\"gp3\",\"io1\",\"io2\"]`,VolumeType)&&{Iops:Iops}||`{}`,VolumeType==`gp3`&&{Throughput:Throughput}||`{}`,";

/// What a new EC2 instance takes over.
///
/// See <https://docs.aws.amazon.com/cli/latest/reference/ec2/run-instances.html>.
const MACHINE: &str = "Reservations[0].Instances[0].merge({InstanceType:InstanceType,SubnetId:SubnetId,\
    SecurityGroupIds:SecurityGroups[].GroupId},KeyName&&{KeyName:KeyName}||`{}`,\
    IamInstanceProfile&&{IamInstanceProfile:{Arn:IamInstanceProfile.Arn}}||`{}`,";

/// `--cli-input-json` with what of a resource the new one takes over, as it is when the command runs.
fn as_now(read: &str, query: &str) -> String {
    format!(
        "--cli-input-json \"$({read} {} --output json)\"",
        option("--query", query)
    )
}

/// The same of EC2, with the tags.
fn as_now_tagged(read: &str, query: &str, what: &str) -> String {
    let tags = format!("{{TagSpecifications:[{{ResourceType:`{what}`,Tags:Tags[{OWN}]}}]}}");
    as_now(read, &format!("{query}Tags[{OWN}]&&{tags}||`{{}}`)"))
}

/// Waits while a state is one of these: what `aws … wait` knows not of all services, and for minutes where it may take hours. What
/// cannot be read ends it.
fn while_it_is(states: &str, read: &str, query: &str) -> SmolStr {
    format_smolstr!(
        "while case $({read} {} --output text) in {states}) ;; *) false ;; esac; do sleep 30; done",
        option("--query", query)
    )
}

/// Waits for two things, one after the other, while the state of each is one of these: the first command says how to both.
fn settled(states: &str, read: &str, query: &str, [first, second]: [&str; 2]) -> [SmolStr; 2] {
    let wait = while_it_is(states, &format!("{read} \"$1\""), query);
    [
        format_smolstr!("settled() {{ {wait}; }}\nsettled {first}"),
        format_smolstr!("settled {second}"),
    ]
}

/// What the snapshots before and after are called.
fn names(resource: &Arn) -> (String, String) {
    let name = resource.name();
    (format!("{name}-before-cmk"), format!("{name}-on-cmk"))
}

fn source_region(resource: &Arn) -> String {
    resource.region().map_or_else(
        || "--source-region \"$AWS_REGION\"".to_owned(),
        |region| option("--source-region", region.as_str()),
    )
}

fn of_volume(volume: &Arn, flag: &str) -> Vec<SmolStr> {
    let read = format!(
        "aws ec2 describe-volumes{flag} {}",
        option("--volume-ids", volume.name())
    );
    let [wait, wait_again] = settled(
        "pending",
        &format!("aws ec2 describe-snapshots{flag} --snapshot-ids"),
        "Snapshots[0].State",
        ["\"$SNAPSHOT\"", "\"$COPY\""],
    );
    vec![
        format_smolstr!(
            "SNAPSHOT=$(aws ec2 create-snapshot{flag} {} --query SnapshotId --output text)",
            option("--volume-id", volume.name())
        ),
        wait,
        format_smolstr!(
            "COPY=$(aws ec2 copy-snapshot{flag} {} --source-snapshot-id \"$SNAPSHOT\" --encrypted --kms-key-id \"${{KEY:?}}\" --query SnapshotId --output text)",
            source_region(volume)
        ),
        wait_again,
        format_smolstr!(
            "aws ec2 create-volume{flag} --snapshot-id \"$COPY\" {}",
            as_now_tagged(&read, VOLUME, "volume")
        ),
    ]
}

fn of_instance(instance: &Arn, flag: &str) -> Vec<SmolStr> {
    let (old, new) = names(instance);
    let read = format!(
        "aws ec2 describe-instances{flag} {}",
        option("--instance-ids", instance.name())
    );
    let [wait, wait_again] = settled(
        "pending",
        &format!("aws ec2 describe-images{flag} --image-ids"),
        "Images[0].State",
        ["\"$IMAGE\"", "\"$COPY\""],
    );
    vec![
        format_smolstr!(
            "IMAGE=$(aws ec2 create-image{flag} {} {} --query ImageId --output text)",
            option("--instance-id", instance.name()),
            option("--name", &old)
        ),
        wait,
        format_smolstr!(
            "COPY=$(aws ec2 copy-image{flag} {} --source-image-id \"$IMAGE\" {} --encrypted --kms-key-id \"${{KEY:?}}\" --query ImageId --output text)",
            source_region(instance),
            option("--name", &new)
        ),
        wait_again,
        format_smolstr!(
            "aws ec2 run-instances{flag} --image-id \"$COPY\" {}",
            as_now_tagged(&read, MACHINE, "instance")
        ),
    ]
}

fn of_file_system(system: &Arn, flag: &str) -> Vec<SmolStr> {
    let read = format!(
        "aws fsx describe-file-systems{flag} {}",
        option("--file-system-ids", system.name())
    );
    let [wait, wait_again] = settled(
        "CREATING | PENDING | TRANSFERRING | COPYING",
        &format!("aws fsx describe-backups{flag} --backup-ids"),
        "Backups[0].Lifecycle",
        ["\"$BACKUP\"", "\"$COPY\""],
    );
    vec![
        format_smolstr!(
            "BACKUP=$(aws fsx create-backup{flag} {} --query Backup.BackupId --output text)",
            option("--file-system-id", system.name())
        ),
        wait,
        format_smolstr!(
            "COPY=$(aws fsx copy-backup{flag} --source-backup-id \"$BACKUP\" --kms-key-id \"${{KEY:?}}\" --query Backup.BackupId --output text)"
        ),
        wait_again,
        format_smolstr!(
            "aws fsx create-file-system-from-backup{flag} --backup-id \"$COPY\" {}",
            as_now(
                &read,
                &format!(
                    "FileSystems[0].merge({{SubnetIds:SubnetIds}},Tags[{OWN}]&&{{Tags:Tags[{OWN}]}}||`{{}}`)"
                )
            )
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const WAYS: [(Anew, &str); 7] = [
        (Anew::Instance, "rds:us-east-2:111122223333:db:orders"),
        (
            Anew::Cluster("rds"),
            "rds:us-east-2:111122223333:cluster:orders",
        ),
        (
            Anew::Cluster("docdb"),
            "rds:us-east-2:111122223333:cluster:orders",
        ),
        (
            Anew::MultiAzCluster,
            "rds:us-east-2:111122223333:cluster:orders",
        ),
        (
            Anew::Volume,
            "ec2:us-east-2:111122223333:volume/vol-0123456789abcdef0",
        ),
        (
            Anew::Image,
            "ec2:us-east-2:111122223333:instance/i-0123456789abcdef0",
        ),
        (
            Anew::FileSystem,
            "fsx:us-east-2:111122223333:file-system/fs-0123456789abcdef0",
        ),
    ];

    fn steps(way: Anew, arn: &str) -> String {
        way.steps(&Arn::parse(&format!("arn:aws:{arn}")).unwrap())
            .join("\n")
    }

    #[test]
    fn no_step_names_what_no_step_before_it_sets() {
        for (way, arn) in WAYS {
            let mut set: BTreeSet<&str> = ["KEY", "1"].into();
            let text = steps(way, arn);
            for line in text.lines() {
                let words = line.split([' ', ';', '(']);
                set.extend(words.filter_map(|word| Some(word.split_once('=')?.0)));
                if let Some((_, read)) = line.split_once("read -r ") {
                    set.extend(read.split(';').next().unwrap().split(' '));
                }
                for (_, used) in line.match_indices("\"$").map(|(at, _)| line.split_at(at)) {
                    let name = used.trim_start_matches(['"', '$', '{']);
                    let name = name.split(['"', ':']).next().unwrap();
                    let is_name = name.bytes().all(|byte| byte.is_ascii_uppercase());
                    assert!(!is_name || set.contains(name), "{way:?}: {name}: {line}");
                }
            }
        }
    }

    #[test]
    fn the_new_one_is_made_as_the_old_one_is_and_that_stays() {
        for (way, arn) in WAYS {
            let text = steps(way, arn);
            assert!(text.contains("--cli-input-json \"$(aws "), "{text}");
            assert!(text.contains("starts_with(Key,`aws:`)"), "{text}");
            let last = text.lines().last().unwrap();
            assert!(
                last.starts_with("# ") && last.contains("stay as they are"),
                "{last}"
            );
        }
    }

    /// Where a description has the tags, the new one has them from the first.
    #[test]
    fn a_database_of_rds_is_made_with_its_tags() {
        for (way, arn) in WAYS {
            let text = steps(way, arn);
            let by_itself = matches!(way, Anew::Cluster("docdb" | "neptune"));
            assert_eq!(text.contains("add-tags-to-resource"), by_itself, "{way:?}");
            let is_of_rds = text.contains("aws rds restore-");
            assert_eq!(text.contains("{Tags:TagList["), is_of_rds, "{way:?}");
        }
    }

    /// Who restores a database knows what is still to be set.
    #[test]
    fn what_the_new_one_does_not_take_over_is_told() {
        for (way, arn) in WAYS {
            let text = steps(way, arn);
            let told = text.contains("\n# the new one is as AWS sets it");
            assert_eq!(told, way != Anew::Volume, "{way:?}");
            let is_database = text.contains("deletion protection, IAM authentication");
            assert_eq!(is_database, text.contains("restore-db-"), "{way:?}");
        }
    }

    /// A key that was not found is no key: what is encrypted with none gets the one of AWS again.
    #[test]
    fn nothing_is_encrypted_without_a_key() {
        for (way, arn) in WAYS {
            let text = steps(way, arn);
            assert!(text.contains("--kms-key-id \"${KEY:?}\""), "{text}");
            assert!(!text.contains("$KEY"), "{text}");
        }
    }

    #[test]
    fn a_cluster_gets_instances_unless_it_makes_them() {
        for (way, arn) in WAYS {
            let makes = steps(way, arn).contains("create-db-instance");
            assert_eq!(makes, matches!(way, Anew::Cluster(_)), "{way:?}");
        }
    }
}
