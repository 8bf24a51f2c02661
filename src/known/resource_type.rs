//! The resource types that AWS Backup names in its API.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Arn;

macro_rules! resource_types {
    ($($(#[doc = $doc:literal])* $name:ident = $text:literal $(| $also:literal)*),* $(,)?) => {
        /// What kind of resource a backup is of, by the names of AWS Backup's `ResourceType` field.
        ///
        /// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_DescribeRecoveryPoint.html>.
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ResourceType {
            $($(#[doc = $doc])* $name,)*
            /// A type that this program does not know.
            Other(String),
        }

        impl ResourceType {
            /// Every type that the program knows.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in AWS Backup's API.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => $text,)*
                    Self::Other(text) => text,
                }
            }

            /// The type of this name. Case, spaces, `-`, `_` and `.` do not matter, as AWS itself writes
            /// `Storage Gateway` in one place and forbids the space in another.
            #[must_use]
            pub fn parse(text: &str) -> Self {
                match text {
                    $($text => return Self::$name,)*
                    _ => {}
                }
                let plain = |text: &str| -> String {
                    text.chars().filter(|c| c.is_alphanumeric()).map(|c| c.to_ascii_lowercase()).collect()
                };
                let wanted = plain(text);
                $(if [$text $(, $also)*].iter().any(|name| plain(name) == wanted) { return Self::$name; })*
                Self::Other(text.to_owned())
            }
        }
    };
}

resource_types! {
    /// Amazon Aurora cluster.
    Aurora = "Aurora",
    /// Amazon Aurora DSQL cluster.
    AuroraDsql = "Aurora DSQL" | "DSQL",
    /// AWS CloudFormation stack: a composite recovery point.
    CloudFormation = "CloudFormation",
    /// Amazon DocumentDB cluster.
    DocumentDb = "DocumentDB",
    /// Amazon DynamoDB table.
    DynamoDb = "DynamoDB",
    /// Amazon EBS volume.
    Ebs = "EBS",
    /// Amazon EC2 instance: an AMI.
    Ec2 = "EC2",
    /// Amazon EFS file system.
    Efs = "EFS",
    /// Amazon EKS cluster: a composite recovery point.
    Eks = "EKS",
    /// Amazon FSx file system, of any of its four kinds.
    Fsx = "FSx",
    /// Amazon Neptune cluster.
    Neptune = "Neptune",
    /// Amazon RDS DB instance, or Multi-AZ DB cluster.
    Rds = "RDS",
    /// Amazon Redshift provisioned cluster.
    Redshift = "Redshift",
    /// Amazon Redshift Serverless namespace.
    RedshiftServerless = "Redshift Serverless",
    /// Amazon S3 bucket.
    S3 = "S3",
    /// SAP HANA database on Amazon EC2.
    SapHana = "SAP HANA on Amazon EC2" | "SAP HANA",
    /// AWS Storage Gateway volume.
    StorageGateway = "Storage Gateway",
    /// Amazon Timestream table.
    Timestream = "Timestream",
    /// VMware virtual machine.
    VirtualMachine = "VirtualMachine" | "VMware",
}

impl ResourceType {
    /// Its name in the settings of a Region, which calls one type by another name than the rest of the API.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeRegionSettings.html>; that it is `DSQL` there is what
    /// <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/backup_region_settings> sends and gets back.
    #[must_use]
    pub fn in_settings(&self) -> &str {
        if matches!(self, Self::AuroraDsql) {
            "DSQL"
        } else {
            self.as_str()
        }
    }

    /// Whether AWS Backup must be switched on for the type even where a resource is named.
    ///
    /// See <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>.
    #[must_use]
    pub const fn must_be_switched_on(&self) -> bool {
        matches!(self, Self::Aurora | Self::DocumentDb | Self::Neptune)
    }

    /// The type that a resource's ARN gives away, or `None` where it does not: the clusters of `rds` are Aurora,
    /// DocumentDB, Neptune or RDS Multi-AZ, and only their engine tells. What else a service has ARNs for is of no type.
    ///
    /// See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
    #[must_use]
    pub fn of_resource(arn: &Arn) -> Option<Self> {
        let resource = arn.resource();
        let kind = resource.split(['/', ':']).next().unwrap_or_default();
        match (arn.service(), kind) {
            ("rds", "db") => Some(Self::Rds),
            ("dsql", "cluster") => Some(Self::AuroraDsql),
            ("cloudformation", "stack") => Some(Self::CloudFormation),
            // The indexes and streams of a table are no tables.
            ("dynamodb", "table")
                if !["/index/", "/stream/"]
                    .iter()
                    .any(|of| resource.contains(of)) =>
            {
                Some(Self::DynamoDb)
            }
            ("ec2", "volume") => Some(Self::Ebs),
            ("ec2", "instance") => Some(Self::Ec2),
            ("elasticfilesystem", "file-system") => Some(Self::Efs),
            ("eks", "cluster") => Some(Self::Eks),
            ("fsx", "file-system" | "volume") => Some(Self::Fsx),
            ("redshift", "cluster") => Some(Self::Redshift),
            ("redshift-serverless", "namespace") => Some(Self::RedshiftServerless),
            ("s3", _) if is_bucket(resource) => Some(Self::S3),
            ("ssm-sap", _) if resource.contains("/DB/") => Some(Self::SapHana),
            ("storagegateway", "gateway") if resource.contains("/volume/") => {
                Some(Self::StorageGateway)
            }
            ("timestream", "database") if resource.contains("/table/") => Some(Self::Timestream),
            ("backup-gateway", "vm") => Some(Self::VirtualMachine),
            _ => None,
        }
    }
}

impl fmt::Display for ResourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ResourceType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ResourceType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        if text.trim().is_empty() {
            return Err(serde::de::Error::custom(
                "an empty resource type: expected one such as `RDS`",
            ));
        }
        Ok(Self::parse(&text))
    }
}

impl JsonSchema for ResourceType {
    fn schema_name() -> Cow<'static, str> {
        "ResourceType".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "examples": Self::ALL.iter().map(Self::as_str).collect::<Vec<_>>()})
    }
    fn inline_schema() -> bool {
        true
    }
}

/// Whether it is the name of a bucket, and of none of the kinds that S3 keeps these endings for, such as directory buckets.
///
/// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html> and
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html>.
fn is_bucket(name: &str) -> bool {
    const OTHERS: &[&str] = &["--x-s3", "--table-s3", "--ol-s3", "-s3alias", ".mrap"];
    !name.contains('/') && !OTHERS.iter().any(|ending| name.ends_with(ending))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_by_either_spelling() {
        assert_eq!(
            ResourceType::parse("Storage Gateway"),
            ResourceType::StorageGateway
        );
        assert_eq!(
            ResourceType::parse("storage-gateway"),
            ResourceType::StorageGateway
        );
        assert_eq!(
            ResourceType::parse("SAP HANA on Amazon EC2"),
            ResourceType::SapHana
        );
        assert_eq!(
            ResourceType::parse("Brand New"),
            ResourceType::Other("Brand New".into())
        );
    }

    #[test]
    fn a_cluster_of_rds_may_be_of_four_types() {
        let of = |text: &str| ResourceType::of_resource(&Arn::parse(text).unwrap());
        assert_eq!(of("arn:aws:rds:us-east-2:111122223333:cluster:x"), None);
        assert_eq!(
            of("arn:aws:rds:us-east-2:111122223333:db:x"),
            Some(ResourceType::Rds)
        );
        assert_eq!(of("arn:aws:s3:::photos"), Some(ResourceType::S3));
    }
}
