//! The resource types that are read by AWS Cloud Control API: what it calls them, how an ARN names one, where its
//! properties have what matters here, and what else its handlers must be permitted.
//!
//! Cloud Control asks the type's own service with the caller's permissions: those that the type's registered schema
//! lists for its handlers. Types that are not here have no handlers that read them, or their own calls say more: RDS,
//! DynamoDB, EC2, EBS and FSx.
//!
//! See <https://docs.aws.amazon.com/cloudcontrolapi/latest/userguide/resource-types.html>.

use crate::known::{Arn, ResourceType};

/// One type, as Cloud Control knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name there, such as `AWS::EFS::FileSystem`.
    pub name: &'static str,
    /// Its service in ARNs.
    pub service: &'static str,
    /// How its ARN has its identifier.
    pub names: Names,
    /// Where its own ARN stands in its properties. `None`: the ARN is made from the identifier.
    pub arn: Option<&'static str>,
    /// Where its properties say what it is encrypted with.
    pub key: KeyTold,
    /// Where its tags stand.
    pub tags: &'static str,
    /// What else of its properties matters: its description.
    pub detail: &'static [&'static str],
    /// Whether all of a Region can be listed without naming what they are in.
    pub listing: Listing,
    /// What its handler must be permitted to read one.
    pub read: &'static [&'static str],
    /// What its handler must be permitted to list all.
    pub list: &'static [&'static str],
}

/// How an ARN has the identifier that Cloud Control knows a resource by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// It is the ARN.
    Whole,
    /// What stands before each of its parts in the resource part of the ARN.
    Parts(&'static [&'static str]),
    /// It does not: another name stands there.
    Another,
}

/// Where the properties of a resource say what it is encrypted with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyTold {
    /// Nowhere: it has no key of KMS, or they do not say it.
    Nowhere,
    /// Whether it is encrypted in the one place, and with what in the other.
    Flagged(&'static str, &'static str),
    /// The key: each is encrypted, and one that names none is on a key that AWS owns.
    Always(&'static str),
    /// The same in the second place, where they have the first: without it they do not say.
    Within(&'static str, &'static str),
}

/// Whether all of a type can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// Those of the Region.
    OfRegion,
    /// Those of every Region of the account.
    OfAccount,
    /// Those of each resource of another type, whose identifier is the property of this name.
    OfEach(&'static str, &'static str),
}

/// How Cloud Control knows a resource type. `None`: it does not read it, or something else does.
#[must_use]
pub fn row(of: &ResourceType) -> Option<&'static Row> {
    match of {
        ResourceType::AuroraDsql => Some(&DSQL),
        ResourceType::CloudFormation => Some(&STACK),
        ResourceType::Efs => Some(&EFS),
        ResourceType::Eks => Some(&EKS),
        ResourceType::Redshift => Some(&REDSHIFT),
        ResourceType::RedshiftServerless => Some(&NAMESPACE),
        ResourceType::S3 => Some(&BUCKET),
        ResourceType::Timestream => Some(&TIMESTREAM),
        // Their own calls say more.
        ResourceType::Aurora
        | ResourceType::DocumentDb
        | ResourceType::DynamoDb
        | ResourceType::Ebs
        | ResourceType::Ec2
        | ResourceType::Fsx
        | ResourceType::Neptune
        | ResourceType::Rds
        // Not there.
        | ResourceType::SapHana
        | ResourceType::StorageGateway
        | ResourceType::VirtualMachine
        | ResourceType::Other(_) => None,
    }
}

impl Row {
    /// What Cloud Control calls the resource. `None`: its ARN does not say.
    #[must_use]
    pub fn identifier(&self, arn: &Arn) -> Option<String> {
        let all = match self.names {
            Names::Whole => return Some(arn.as_str().to_owned()),
            Names::Another => return None,
            Names::Parts(all) => all,
        };
        let mut rest = arn.resource();
        let mut parts: Vec<&str> = Vec::new();
        for (index, before) in all.iter().enumerate() {
            rest = rest.strip_prefix(before)?;
            let end = match all.get(index.saturating_add(1)) {
                Some(next) => rest.find(next)?,
                None => rest.len(),
            };
            let (part, left) = rest.split_at_checked(end)?;
            parts.push(part);
            rest = left;
        }
        parts
            .iter()
            .all(|part| !part.is_empty())
            .then(|| parts.join("|"))
    }

    /// The ARN of what Cloud Control calls so, in an account and Region.
    #[must_use]
    pub fn arn(
        &self,
        partition: &str,
        region: &str,
        account: &str,
        identifier: &str,
    ) -> Option<Arn> {
        let all = match self.names {
            Names::Whole => return Arn::parse(identifier).ok(),
            Names::Another => return None,
            Names::Parts(all) => all,
        };
        // The ARN of a bucket has neither.
        let (region, account) = match self.listing {
            Listing::OfAccount => ("", ""),
            Listing::OfRegion | Listing::OfEach(..) => (region, account),
        };
        let parts = all.iter().zip(identifier.split('|'));
        let resource: String = parts.flat_map(|(before, part)| [*before, part]).collect();
        let service = self.service;
        Arn::parse(&format!(
            "arn:{partition}:{service}:{region}:{account}:{resource}"
        ))
        .ok()
    }
}

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-efs-filesystem.html>.
const EFS: Row = Row {
    name: "AWS::EFS::FileSystem",
    service: "elasticfilesystem",
    names: Names::Parts(&["file-system/"]),
    arn: None,
    key: KeyTold::Flagged("/Encrypted", "/KmsKeyId"),
    tags: "/FileSystemTags",
    detail: &["FileSystemPolicy"],
    listing: Listing::OfRegion,
    read: &[
        "elasticfilesystem:DescribeBackupPolicy",
        "elasticfilesystem:DescribeFileSystemPolicy",
        "elasticfilesystem:DescribeFileSystems",
        "elasticfilesystem:DescribeLifecycleConfiguration",
        "elasticfilesystem:DescribeReplicationConfigurations",
    ],
    list: &["elasticfilesystem:DescribeFileSystems"],
};

/// A cluster without a key of its own is on one that AWS owns: <https://docs.aws.amazon.com/eks/latest/userguide/envelope-encryption.html>.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-cluster.html>.
const EKS: Row = Row {
    name: "AWS::EKS::Cluster",
    service: "eks",
    names: Names::Parts(&["cluster/"]),
    arn: None,
    key: KeyTold::Always("/EncryptionConfig/0/Provider/KeyArn"),
    tags: "/Tags",
    detail: &["AccessConfig", "OutpostConfig"],
    listing: Listing::OfRegion,
    read: &["eks:DescribeCluster"],
    list: &["eks:ListClusters"],
};

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dsql-cluster.html>.
const DSQL: Row = Row {
    name: "AWS::DSQL::Cluster",
    service: "dsql",
    names: Names::Parts(&["cluster/"]),
    arn: None,
    key: KeyTold::Within("/EncryptionDetails", "/EncryptionDetails/KmsKeyArn"),
    tags: "/Tags",
    detail: &["Status", "CreationTime", "EncryptionDetails"],
    listing: Listing::OfRegion,
    read: &[
        "dsql:GetCluster",
        "dsql:GetClusterPolicy",
        "dsql:GetVpcEndpointServiceName",
        "dsql:ListTagsForResource",
    ],
    list: &["dsql:ListClusters"],
};

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-stack.html>.
const STACK: Row = Row {
    name: "AWS::CloudFormation::Stack",
    service: "cloudformation",
    names: Names::Whole,
    arn: Some("/StackId"),
    key: KeyTold::Nowhere,
    tags: "/Tags",
    detail: &["StackStatus", "CreationTime"],
    listing: Listing::OfRegion,
    read: &[
        "cloudformation:DescribeStacks",
        "cloudformation:GetStackPolicy",
        "cloudformation:GetTemplate",
    ],
    list: &["cloudformation:ListStacks"],
};

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-redshift-cluster.html>.
const REDSHIFT: Row = Row {
    name: "AWS::Redshift::Cluster",
    service: "redshift",
    names: Names::Parts(&["cluster:"]),
    arn: None,
    key: KeyTold::Flagged("/Encrypted", "/KmsKeyId"),
    tags: "/Tags",
    detail: &[],
    listing: Listing::OfRegion,
    read: &[
        "redshift:DescribeClusterDbRevisions",
        "redshift:DescribeClusters",
        "redshift:DescribeLoggingStatus",
        "redshift:DescribeSnapshotCopyGrants",
        "redshift:DescribeTags",
        "redshift:GetResourcePolicy",
    ],
    list: &["redshift:DescribeClusters"],
};

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-redshiftserverless-namespace.html>.
const NAMESPACE: Row = Row {
    name: "AWS::RedshiftServerless::Namespace",
    service: "redshift-serverless",
    names: Names::Another,
    arn: Some("/Namespace/NamespaceArn"),
    key: KeyTold::Nowhere,
    tags: "/Tags",
    detail: &[],
    listing: Listing::OfRegion,
    read: &[
        "redshift-serverless:GetNamespace",
        "redshift-serverless:ListSnapshotCopyConfigurations",
        "redshift-serverless:ListTagsForResource",
        "redshift:GetResourcePolicy",
    ],
    list: &["redshift-serverless:ListNamespaces"],
};

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-timestream-table.html>.
const TIMESTREAM: Row = Row {
    name: "AWS::Timestream::Table",
    service: "timestream",
    names: Names::Parts(&["database/", "/table/"]),
    arn: None,
    key: KeyTold::Nowhere,
    tags: "/Tags",
    detail: &[],
    listing: Listing::OfEach("AWS::Timestream::Database", "DatabaseName"),
    read: &[
        "timestream:DescribeEndpoints",
        "timestream:DescribeTable",
        "timestream:ListTagsForResource",
    ],
    list: &["timestream:ListDatabases", "timestream:ListTables"],
};

/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html>.
const BUCKET: Row = Row {
    name: "AWS::S3::Bucket",
    service: "s3",
    names: Names::Parts(&[""]),
    arn: None,
    key: KeyTold::Nowhere,
    tags: "/Tags",
    detail: &["VersioningConfiguration"],
    listing: Listing::OfAccount,
    read: &[
        "s3:GetAccelerateConfiguration",
        "s3:GetAnalyticsConfiguration",
        "s3:GetBucketCORS",
        "s3:GetBucketLogging",
        "s3:GetBucketMetadataTableConfiguration",
        "s3:GetBucketNotification",
        "s3:GetBucketObjectLockConfiguration",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketTagging",
        "s3:GetBucketVersioning",
        "s3:GetBucketWebsite",
        "s3:GetEncryptionConfiguration",
        "s3:GetIntelligentTieringConfiguration",
        "s3:GetInventoryConfiguration",
        "s3:GetLifecycleConfiguration",
        "s3:GetMetricsConfiguration",
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:ListTagsForResource",
    ],
    list: &["s3:ListAllMyBuckets"],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_and_an_identifier_lead_to_each_other() {
        for (of, text, identifier) in [
            (
                ResourceType::Efs,
                "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-1",
                "fs-1",
            ),
            (
                ResourceType::Timestream,
                "arn:aws:timestream:us-east-2:111122223333:database/d/table/t",
                "d|t",
            ),
            (ResourceType::S3, "arn:aws:s3:::photos", "photos"),
            (
                ResourceType::Eks,
                "arn:aws:eks:us-east-2:111122223333:cluster/prod",
                "prod",
            ),
            (
                ResourceType::CloudFormation,
                "arn:aws:cloudformation:us-east-2:111122223333:stack/web/1-2",
                "arn:aws:cloudformation:us-east-2:111122223333:stack/web/1-2",
            ),
        ] {
            let row = row(&of).unwrap();
            let arn = Arn::parse(text).unwrap();
            assert_eq!(row.identifier(&arn).as_deref(), Some(identifier));
            let again = row.arn("aws", "us-east-2", "111122223333", identifier);
            assert_eq!(again, Some(arn));
        }
    }

    #[test]
    fn an_arn_of_another_shape_has_no_identifier() {
        let of = |text: &str| Arn::parse(text).unwrap();
        let namespace = of("arn:aws:redshift:us-east-2:111122223333:namespace:1-2");
        assert_eq!(REDSHIFT.identifier(&namespace), None);
        let database = of("arn:aws:timestream:us-east-2:111122223333:database/d");
        assert_eq!(TIMESTREAM.identifier(&database), None);
    }
}
