//! A resource type together with the variant of it that decides what AWS Backup can do with it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::known::ResourceType;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $name:ident),* $(,)?) => {
        /// What AWS Backup's feature table has a row for: a resource type, or one variant of it.
        ///
        /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html>.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Kind {
            $($(#[doc = $doc])* $name,)*
        }

        impl Kind {
            /// Every kind, in the order of the tables.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

kinds! {
    /// Amazon Aurora cluster.
    Aurora,
    /// Amazon RDS DB instance, in one Availability Zone or with a standby.
    Rds,
    /// Amazon RDS Multi-AZ DB cluster.
    RdsMultiAzCluster,
    /// Amazon Aurora DSQL cluster.
    AuroraDsql,
    /// Amazon DynamoDB table, backed up without AWS Backup's advanced features.
    DynamoDbBasic,
    /// Amazon DynamoDB table, backed up with AWS Backup's advanced features.
    DynamoDbAdvanced,
    /// Amazon EBS volume.
    Ebs,
    /// Amazon EC2 instance.
    Ec2,
    /// Amazon EC2 instance, backed up with Windows VSS.
    Ec2Vss,
    /// Amazon EFS file system.
    Efs,
    /// Amazon EKS cluster.
    Eks,
    /// Amazon FSx for Lustre.
    FsxLustre,
    /// Amazon FSx for Windows File Server.
    FsxWindows,
    /// Amazon FSx for NetApp ONTAP.
    FsxOntap,
    /// Amazon FSx for OpenZFS.
    FsxOpenZfs,
    /// AWS Storage Gateway volume.
    StorageGateway,
    /// Amazon DocumentDB cluster.
    DocumentDb,
    /// Amazon Neptune cluster.
    Neptune,
    /// Amazon Redshift provisioned cluster.
    Redshift,
    /// Amazon Redshift Serverless namespace.
    RedshiftServerless,
    /// Amazon S3 bucket.
    S3,
    /// SAP HANA database on Amazon EC2.
    SapHana,
    /// Amazon Timestream table.
    Timestream,
    /// VMware virtual machine.
    VirtualMachine,
    /// AWS CloudFormation stack.
    CloudFormation,
}

/// The service whose own snapshots the backups are, or AWS Backup itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Amazon RDS's DB snapshots.
    RdsInstance,
    /// Amazon RDS's cluster snapshots: Aurora, DocumentDB, Neptune, Multi-AZ clusters.
    RdsCluster,
    /// Amazon EBS's snapshots, those of Storage Gateway among them.
    Ebs,
    /// Amazon EC2's images.
    Ec2,
    /// Amazon FSx's backups.
    Fsx,
    /// Amazon DynamoDB's own backups.
    DynamoDb,
    /// Amazon Redshift's snapshots.
    Redshift,
    /// Recovery points that AWS Backup manages in full.
    Backup,
    /// A recovery point that holds others: CloudFormation, EKS.
    Composite,
}

impl Kind {
    /// The kinds that a resource type may turn out to be; where there are several, a fact about the resource or its
    /// recovery point tells which. None for a type that AWS Backup's table does not have.
    #[must_use]
    pub fn candidates(of: &ResourceType) -> &'static [Self] {
        match of {
            ResourceType::Aurora => &[Self::Aurora],
            ResourceType::AuroraDsql => &[Self::AuroraDsql],
            ResourceType::CloudFormation => &[Self::CloudFormation],
            ResourceType::DocumentDb => &[Self::DocumentDb],
            ResourceType::DynamoDb => &[Self::DynamoDbBasic, Self::DynamoDbAdvanced],
            ResourceType::Ebs => &[Self::Ebs],
            ResourceType::Ec2 => &[Self::Ec2, Self::Ec2Vss],
            ResourceType::Efs => &[Self::Efs],
            ResourceType::Eks => &[Self::Eks],
            ResourceType::Fsx => &[
                Self::FsxLustre,
                Self::FsxWindows,
                Self::FsxOntap,
                Self::FsxOpenZfs,
            ],
            ResourceType::Neptune => &[Self::Neptune],
            ResourceType::Rds => &[Self::Rds, Self::RdsMultiAzCluster],
            ResourceType::Redshift => &[Self::Redshift],
            ResourceType::RedshiftServerless => &[Self::RedshiftServerless],
            ResourceType::S3 => &[Self::S3],
            ResourceType::SapHana => &[Self::SapHana],
            ResourceType::StorageGateway => &[Self::StorageGateway],
            ResourceType::Timestream => &[Self::Timestream],
            ResourceType::VirtualMachine => &[Self::VirtualMachine],
            ResourceType::Other(_) => &[],
        }
    }

    /// The kind of a cluster of `rds`, from the `Engine` that it or its snapshot names.
    ///
    /// See <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBCluster.html>.
    #[must_use]
    pub fn of_cluster_engine(engine: &str) -> Option<Self> {
        match engine {
            "docdb" => Some(Self::DocumentDb),
            "neptune" => Some(Self::Neptune),
            "mysql" | "postgres" => Some(Self::RdsMultiAzCluster),
            _ if engine == "aurora" || engine.starts_with("aurora-") => Some(Self::Aurora),
            _ => None,
        }
    }

    /// The kind of a file system of Amazon FSx, from its `FileSystemType`.
    ///
    /// See <https://docs.aws.amazon.com/fsx/latest/APIReference/API_FileSystem.html>.
    #[must_use]
    pub fn of_file_system_type(text: &str) -> Option<Self> {
        match text {
            "LUSTRE" => Some(Self::FsxLustre),
            "WINDOWS" => Some(Self::FsxWindows),
            "ONTAP" => Some(Self::FsxOntap),
            "OPENZFS" => Some(Self::FsxOpenZfs),
            _ => None,
        }
    }

    /// The resource type that AWS Backup's API names it by.
    #[must_use]
    pub fn resource_type(self) -> ResourceType {
        self.words().0
    }

    /// Which variant of its type it is, where the type has several or AWS's table names one.
    #[must_use]
    pub fn variant(self) -> Option<&'static str> {
        self.words().1
    }

    /// Its name in messages.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.words().2
    }

    /// Its name with the article that goes with it: `an EBS volume`.
    #[must_use]
    pub fn with_article(self) -> String {
        let label = self.label();
        match self {
            Self::FsxWindows | Self::FsxOntap | Self::FsxOpenZfs => label.to_owned(),
            Self::Aurora
            | Self::Rds
            | Self::RdsMultiAzCluster
            | Self::AuroraDsql
            | Self::Ebs
            | Self::Ec2
            | Self::Ec2Vss
            | Self::Efs
            | Self::Eks
            | Self::FsxLustre
            | Self::S3 => ["an ", label].concat(),
            Self::DynamoDbBasic
            | Self::DynamoDbAdvanced
            | Self::StorageGateway
            | Self::DocumentDb
            | Self::Neptune
            | Self::Redshift
            | Self::RedshiftServerless
            | Self::SapHana
            | Self::Timestream
            | Self::VirtualMachine
            | Self::CloudFormation => ["a ", label].concat(),
        }
    }

    /// Whose snapshots its backups are.
    #[must_use]
    pub fn family(self) -> Family {
        self.words().3
    }

    #[rustfmt::skip]
    fn words(self) -> (ResourceType, Option<&'static str>, &'static str, Family) {
        use ResourceType as T;
        match self {
            Self::Aurora             => (T::Aurora,             None,                                                 "Aurora cluster",                    Family::RdsCluster),
            Self::Rds                => (T::Rds,                Some("DB instance (single-AZ or Multi-AZ instance)"), "RDS DB instance",                   Family::RdsInstance),
            Self::RdsMultiAzCluster  => (T::Rds,                Some("Multi-AZ DB cluster"),                          "RDS Multi-AZ DB cluster",           Family::RdsCluster),
            Self::AuroraDsql         => (T::AuroraDsql,         None,                                                 "Aurora DSQL cluster",               Family::Backup),
            Self::DynamoDbBasic      => (T::DynamoDb,           Some("without AWS Backup advanced features"),         "DynamoDB table without advanced features", Family::DynamoDb),
            Self::DynamoDbAdvanced   => (T::DynamoDb,           Some("with AWS Backup advanced features"),            "DynamoDB table",                    Family::Backup),
            Self::Ebs                => (T::Ebs,                None,                                                 "EBS volume",                        Family::Ebs),
            Self::Ec2                => (T::Ec2,                None,                                                 "EC2 instance",                      Family::Ec2),
            Self::Ec2Vss             => (T::Ec2,                Some("Windows VSS"),                                  "EC2 instance with Windows VSS",     Family::Ec2),
            Self::Efs                => (T::Efs,                None,                                                 "EFS file system",                   Family::Backup),
            Self::Eks                => (T::Eks,                None,                                                 "EKS cluster",                       Family::Composite),
            Self::FsxLustre          => (T::Fsx,                Some("Lustre"),                                       "FSx for Lustre file system",        Family::Fsx),
            Self::FsxWindows         => (T::Fsx,                Some("Windows File Server"),                          "FSx for Windows File Server",       Family::Fsx),
            Self::FsxOntap           => (T::Fsx,                Some("NetApp ONTAP"),                                 "FSx for NetApp ONTAP",              Family::Fsx),
            Self::FsxOpenZfs         => (T::Fsx,                Some("OpenZFS"),                                      "FSx for OpenZFS",                   Family::Fsx),
            Self::StorageGateway     => (T::StorageGateway,     None,                                                 "Storage Gateway volume",            Family::Ebs),
            Self::DocumentDb         => (T::DocumentDb,         None,                                                 "DocumentDB cluster",                Family::RdsCluster),
            Self::Neptune            => (T::Neptune,            None,                                                 "Neptune cluster",                   Family::RdsCluster),
            Self::Redshift           => (T::Redshift,           Some("provisioned cluster"),                          "Redshift cluster",                  Family::Redshift),
            Self::RedshiftServerless => (T::RedshiftServerless, None,                                                 "Redshift Serverless namespace",     Family::Redshift),
            Self::S3                 => (T::S3,                 None,                                                 "S3 bucket",                         Family::Backup),
            Self::SapHana            => (T::SapHana,            None,                                                 "SAP HANA database on EC2",          Family::Backup),
            Self::Timestream         => (T::Timestream,         None,                                                 "Timestream table",                  Family::Backup),
            Self::VirtualMachine     => (T::VirtualMachine,     Some("VMware"),                                       "VMware virtual machine",            Family::Backup),
            Self::CloudFormation     => (T::CloudFormation,     None,                                                 "CloudFormation stack",              Family::Composite),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_candidate_of_its_type_and_of_no_other() {
        for kind in Kind::ALL {
            for of in ResourceType::ALL {
                assert_eq!(
                    Kind::candidates(of).contains(kind),
                    *of == kind.resource_type(),
                    "{kind:?} {of}"
                );
            }
        }
    }

    #[test]
    fn a_type_that_the_table_does_not_have_has_no_kind() {
        assert!(Kind::candidates(&ResourceType::Other("QLDB".into())).is_empty());
    }

    #[test]
    fn the_engine_tells_the_clusters_of_rds_apart() {
        assert_eq!(
            Kind::of_cluster_engine("aurora-postgresql"),
            Some(Kind::Aurora)
        );
        assert_eq!(Kind::of_cluster_engine("docdb"), Some(Kind::DocumentDb));
        assert_eq!(Kind::of_cluster_engine("neptune"), Some(Kind::Neptune));
        assert_eq!(
            Kind::of_cluster_engine("postgres"),
            Some(Kind::RdsMultiAzCluster)
        );
        assert_eq!(Kind::of_cluster_engine("auroral"), None);
    }

    #[test]
    fn kinds_of_one_type_have_different_labels() {
        for kind in Kind::ALL {
            assert_eq!(
                Kind::ALL
                    .iter()
                    .filter(|other| other.label() == kind.label())
                    .count(),
                1,
                "{kind:?}"
            );
        }
    }
}
