//! Every kind of resource that AWS Backup copies, as an inventory shows it: its ARN, that of its recovery point, and what
//! its own service says of it.

use backup_preflight::catalog::Kind;
use serde_json::{Value, json};

use super::dice::Dice;

/// What a copy is of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sort {
    pub kind: Kind,
    /// Service, whether the ARN names the account, and resource.
    resource: (&'static str, bool, &'static str),
    point: (&'static str, bool, &'static str),
    /// The alias of the AWS managed key of its service.
    pub alias: &'static str,
}

#[rustfmt::skip]
pub const SORTS: &[Sort] = &[
    sort(Kind::Rds,                ("rds", true, "db:orders"),                          ("rds", true, "snapshot:awsbackup:job-1"),                 "alias/aws/rds"),
    sort(Kind::Aurora,             ("rds", true, "cluster:orders"),                     ("rds", true, "cluster-snapshot:awsbackup:job-1"),         "alias/aws/rds"),
    sort(Kind::DynamoDbAdvanced,   ("dynamodb", true, "table/orders"),                  ("backup", true, "recovery-point:1a"),                     "alias/aws/dynamodb"),
    sort(Kind::Ebs,                ("ec2", true, "volume/vol-1"),                       ("ec2", false, "snapshot/snap-1"),                         "alias/aws/ebs"),
    sort(Kind::Ec2,                ("ec2", true, "instance/i-1"),                       ("ec2", false, "image/ami-1"),                             "alias/aws/ebs"),
    sort(Kind::Efs,                ("elasticfilesystem", true, "file-system/fs-1"),     ("backup", true, "recovery-point:1b"),                     "alias/aws/elasticfilesystem"),
    sort(Kind::S3,                 ("s3", false, "photos"),                             ("backup", true, "recovery-point:photos-1"),               "alias/aws/s3"),
    sort(Kind::RdsMultiAzCluster,  ("rds", true, "cluster:multi"),                      ("rds", true, "cluster-snapshot:awsbackup:job-2"),         "alias/aws/rds"),
    sort(Kind::AuroraDsql,         ("dsql", true, "cluster/d1"),                        ("backup", true, "recovery-point:1c"),                     "alias/aws/dsql"),
    sort(Kind::DynamoDbBasic,      ("dynamodb", true, "table/basic"),                   ("dynamodb", true, "table/basic/backup/1"),                "alias/aws/dynamodb"),
    sort(Kind::Eks,                ("eks", true, "cluster/shop"),                       ("backup", true, "recovery-point:composite:eks/shop-1"),   "alias/aws/eks"),
    sort(Kind::FsxLustre,          ("fsx", true, "file-system/fs-l"),                   ("fsx", true, "backup/backup-l"),                          "alias/aws/fsx"),
    sort(Kind::FsxWindows,         ("fsx", true, "file-system/fs-w"),                   ("fsx", true, "backup/backup-w"),                          "alias/aws/fsx"),
    sort(Kind::FsxOntap,           ("fsx", true, "file-system/fs-o"),                   ("fsx", true, "backup/backup-o"),                          "alias/aws/fsx"),
    sort(Kind::FsxOpenZfs,         ("fsx", true, "file-system/fs-z"),                   ("fsx", true, "backup/backup-z"),                          "alias/aws/fsx"),
    sort(Kind::StorageGateway,     ("storagegateway", true, "gateway/sgw-1/volume/v1"), ("ec2", false, "snapshot/snap-2"),                         "alias/aws/ebs"),
    sort(Kind::DocumentDb,         ("rds", true, "cluster:docs"),                       ("rds", true, "cluster-snapshot:awsbackup:job-3"),         "alias/aws/rds"),
    sort(Kind::Neptune,            ("rds", true, "cluster:graph"),                      ("rds", true, "cluster-snapshot:awsbackup:job-4"),         "alias/aws/rds"),
    sort(Kind::Redshift,           ("redshift", true, "cluster:wide"),                  ("redshift", true, "snapshot:wide/awsbackup:1"),           "alias/aws/redshift"),
    sort(Kind::RedshiftServerless, ("redshift-serverless", true, "namespace/n1"),       ("redshift-serverless", true, "snapshot/1"),               "alias/aws/redshift"),
    sort(Kind::SapHana,            ("ssm-sap", true, "HANA/app/DB/db1"),                ("backup", true, "recovery-point:1d"),                     "alias/aws/backup"),
    sort(Kind::Timestream,         ("timestream", true, "database/d/table/t"),          ("backup", true, "recovery-point:1e"),                     "alias/aws/timestream"),
    sort(Kind::VirtualMachine,     ("backup-gateway", true, "vm/vm-1"),                 ("backup", true, "recovery-point:1f"),                     "alias/aws/backup"),
    sort(Kind::CloudFormation,     ("cloudformation", true, "stack/shop/1"),            ("backup", true, "recovery-point:2a"),                     "alias/aws/backup"),
];

const fn sort(
    kind: Kind,
    resource: (&'static str, bool, &'static str),
    point: (&'static str, bool, &'static str),
    alias: &'static str,
) -> Sort {
    Sort {
        kind,
        resource,
        point,
        alias,
    }
}

impl Sort {
    /// The ARN of the resource.
    pub fn resource(self, account: &str, region: &str) -> String {
        arn(self.resource, account, region)
    }

    /// The ARN of a recovery point of it: one of AWS Backup's own in an air-gapped vault, and for a continuous one.
    pub fn point(self, account: &str, region: &str, held: Held) -> String {
        let own = match held {
            Held::AsUsual => self.point,
            Held::AirGapped => ("backup", true, "recovery-point:9f"),
            Held::Continuously => ("backup", true, "recovery-point:continuous:1-9f"),
        };
        arn(own, account, region)
    }

    pub fn is_composite(self) -> bool {
        matches!(self.kind, Kind::Eks | Kind::CloudFormation)
    }

    /// The description of the resource (or, without `of_resource`, of its snapshot) by its own service.
    pub fn detail(self, name: &str, of_resource: bool, facts: &Dice<'_>) -> Value {
        match self.kind {
            Kind::Rds => {
                let name = |what: &str| format!("{name}/{what}");
                let engines = ["mysql", "oracle-ee", "sqlserver-ee", "mariadb"];
                let engine = facts.odder(&name("engine"), 8, "postgres", &engines);
                let group = facts.odder(&name("group"), 8, "default:postgres-16", &["ours"]);
                let mut detail = json!({"Engine": engine, "EngineVersion": "16.3"});
                if of_resource {
                    detail["OptionGroupMemberships"] =
                        json!([{"OptionGroupName": group, "Status": "in-sync"}]);
                } else {
                    detail["OptionGroupName"] = json!(group);
                }
                if engine == "oracle-ee" && facts.chance(&name("credential"), 30) {
                    detail["TdeCredentialArn"] =
                        json!("arn:aws:cloudhsm:us-east-2:111122223333:hsm-1");
                }
                detail
            }
            Kind::Aurora => {
                let how = facts.odder(&format!("{name}/how"), 8, "sse-kms", &["sse-rds", "none"]);
                json!({"Engine": "aurora-postgresql", "EngineVersion": "16.4", "StorageEncryptionType": how})
            }
            Kind::RdsMultiAzCluster => json!({"Engine": "postgres"}),
            Kind::DocumentDb => json!({"Engine": "docdb", "EngineVersion": "5.0.0"}),
            Kind::Neptune => json!({"Engine": "neptune", "EngineVersion": "1.3.2.1"}),
            Kind::Ec2 => {
                let codes = json!([{"ProductCodeId": "6xyz", "ProductCodeType": "marketplace"}]);
                let of = facts.odder(&format!("{name}/codes"), 8, Value::Null, &[codes]);
                json!({"ProductCodes": of})
            }
            Kind::FsxLustre => {
                let class =
                    facts.odder(&format!("{name}/class"), 8, "SSD", &["INTELLIGENT_TIERING"]);
                let how = facts.odder(
                    &format!("{name}/deployment"),
                    8,
                    "PERSISTENT_2",
                    &["SCRATCH_2"],
                );
                let link = json!([{"AssociationId": "dra-1", "Lifecycle": "AVAILABLE"}]);
                let links = facts.odder(&format!("{name}/links"), 8, json!([]), &[link]);
                json!({"FileSystemType": "LUSTRE", "StorageType": class, "LustreConfiguration": {"DeploymentType": how},
                    "DataRepositoryAssociations": links})
            }
            Kind::FsxWindows => json!({"FileSystemType": "WINDOWS"}),
            Kind::FsxOntap => {
                let style = facts.odder(&format!("{name}/style"), 8, "FLEXVOL", &["FLEXGROUP"]);
                let of = facts.odder(&format!("{name}/volume"), 8, "RW", &["DP"]);
                json!({"FileSystemType": "ONTAP", "OntapConfiguration": {"VolumeStyle": style, "OntapVolumeType": of}})
            }
            Kind::S3 if of_resource => {
                let status =
                    facts.odder(&format!("{name}/versioning"), 8, "Enabled", &["Suspended"]);
                json!({"VersioningConfiguration": {"Status": status}})
            }
            Kind::FsxOpenZfs => json!({"FileSystemType": "OPENZFS", "StorageType": "SSD"}),
            _ => json!({}),
        }
    }
}

/// How a recovery point is held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Held {
    AsUsual,
    AirGapped,
    Continuously,
}

fn arn((service, owned, resource): (&str, bool, &str), account: &str, region: &str) -> String {
    let (account, region) = match (service, owned) {
        ("s3", _) => ("", ""),
        (_, true) => (account, region),
        (_, false) => ("", region),
    };
    format!("arn:aws:{service}:{region}:{account}:{resource}")
}
