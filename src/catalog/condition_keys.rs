//! Which requests can carry the condition keys of a service.
//!
//! A key that begins with a service's own prefix is in the context of that service's requests alone: the tables of the
//! service authorization reference list, for each action, the keys that it can have. Keys of services that are not in the
//! table below, global keys (`aws:`) and keys of identity providers stay unknown.
//!
//! See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.

use crate::known::near;

/// The services whose keys no other service's request carries, sorted.
const SERVICES: &[&str] = &[
    "acm",
    "autoscaling",
    "backup",
    "cloudformation",
    "dynamodb",
    "ec2",
    "ecr",
    "elasticfilesystem",
    "elasticloadbalancing",
    "fsx",
    "iam",
    "kms",
    "lambda",
    "organizations",
    "ram",
    "rds",
    "redshift",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
];

/// Keys that come with the credentials of whoever asks, and so with requests to any service; in lower case.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>.
const OF_CREDENTIALS: &[&str] = &[
    "ec2:instanceprofile",
    "ec2:roledelivery",
    "ec2:sourceinstancearn",
    "lambda:sourcefunctionarn",
    "ssm:sourceinstancearn",
];

/// Whether no request of this service can carry the condition key, given in lower case.
///
/// `iam:ResourceTag` is there where a role is assumed, too.
#[must_use]
pub fn is_foreign(key: &str, service: &str) -> bool {
    let Some((prefix, _)) = key.split_once(':') else {
        return false;
    };
    let own = prefix == service || (prefix == "iam" && service == "sts");
    !own && SERVICES.binary_search(&prefix).is_ok() && !OF_CREDENTIALS.contains(&key)
}

/// The keys of requests to any service, to KMS and to AWS Backup.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>,
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html> and
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbackup.html>.
#[rustfmt::skip]
const KEYS: &[&str] = &[
    "aws:CalledVia", "aws:CalledViaFirst", "aws:CalledViaLast", "aws:ChatbotSourceArn", "aws:CurrentTime",
    "aws:Ec2InstanceSourcePrivateIPv4", "aws:Ec2InstanceSourceVpc", "aws:EpochTime", "aws:FederatedProvider",
    "aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent", "aws:PrincipalAccount", "aws:PrincipalArn",
    "aws:PrincipalIsAWSService", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList", "aws:PrincipalTag", "aws:PrincipalType", "aws:Referer", "aws:RequestTag",
    "aws:RequestedRegion", "aws:ResourceAccount", "aws:ResourceOrgID", "aws:ResourceOrgPaths", "aws:ResourceTag",
    "aws:SecureTransport", "aws:SourceAccount", "aws:SourceArn", "aws:SourceIdentity", "aws:SourceIp", "aws:SourceOrgID",
    "aws:SourceOrgPaths", "aws:SourceOwner", "aws:SourceVpc", "aws:SourceVpcArn", "aws:SourceVpce", "aws:TagKeys",
    "aws:TokenIssueTime", "aws:UserAgent", "aws:ViaAWSService", "aws:VpcSourceIp", "aws:VpceAccount", "aws:VpceOrgID",
    "aws:VpceOrgPaths", "aws:userid", "aws:username",
    "backup:ChangeableForDays", "backup:CopyTargetOrgPaths", "backup:CopyTargets", "backup:FrameworkArns", "backup:Index",
    "backup:MaxRetentionDays", "backup:MinRetentionDays", "backup:MpaApprovalTeamArn",
    "kms:BypassPolicyLockoutSafetyCheck", "kms:CallerAccount", "kms:EncryptionAlgorithm", "kms:EncryptionContext",
    "kms:EncryptionContextKeys", "kms:GrantConstraintType", "kms:GrantIsForAWSResource", "kms:GrantOperations",
    "kms:GranteePrincipal", "kms:KeyOrigin", "kms:KeySpec", "kms:KeyUsage", "kms:MultiRegion", "kms:ReEncryptOnSameKey",
    "kms:RequestAlias", "kms:ResourceAliases", "kms:RetiringPrincipal", "kms:ViaService",
];

/// The condition key that is meant by one that is none of these.
#[must_use]
pub fn key_meant(key: &str) -> Option<&'static str> {
    let key = key.split_once('/').map_or(key, |(key, _)| key);
    let key = key.to_ascii_lowercase();
    let known: Vec<String> = KEYS.iter().map(|key| key.to_ascii_lowercase()).collect();
    if known.contains(&key) || key.split(':').count() != 2 {
        return None;
    }
    let meant = near::meant(&key, known.iter().map(String::as_str))?;
    let mut all = KEYS.iter().copied();
    all.find(|key| key.eq_ignore_ascii_case(meant))
}

/// The prefixes of the keys that carry the tags of a thing, where an action is done to it: those of the table of resource types of its
/// service. Of services that are not in the table below an account may have conditions on tags switched off, or it was not looked up.
///
/// See <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>, `list_amazonrds.html`,
/// `list_amazonelasticfilesystem.html` and `list_amazonfsx.html`.
#[must_use]
#[rustfmt::skip]
pub fn tag_keys(service: &str, resource_type: &str) -> &'static [&'static str] {
    match (service, resource_type) {
        ("ec2", "instance" | "snapshot" | "image" | "volume") => &["aws:ResourceTag/", "ec2:ResourceTag/"],
        ("rds", "cluster")                                    => &["aws:ResourceTag/", "rds:cluster-tag/"],
        ("rds", "cluster-snapshot")                           => &["aws:ResourceTag/", "rds:cluster-snapshot-tag/"],
        ("rds", "db")                                         => &["aws:ResourceTag/", "rds:db-tag/"],
        ("rds", "snapshot")                                   => &["aws:ResourceTag/", "rds:snapshot-tag/"],
        ("elasticfilesystem", "file-system")
        | ("fsx", "backup" | "file-system" | "volume")        => &["aws:ResourceTag/"],
        _                                                     => &[],
    }
}

/// Whether a volume is encrypted, in a request that is done to it.
///
/// See <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html>.
pub const VOLUME_ENCRYPTED: &str = "ec2:Encrypted";

/// The actions, beside those of KMS and those that only read, whose requests have no tags to be set.
const WITHOUT_TAGS: &[&str] = &[
    "backup:CopyFromBackupVault",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "elasticfilesystem:Backup",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
];

/// Whether a request for an action may carry `aws:RequestTag` and `aws:TagKeys`, which come with the tags that it sets. Of
/// `backup:CopyIntoBackupVault` the service authorization reference lists `aws:RequestTag`: with which tags no page says.
#[must_use]
pub fn may_set_tags(action: &str) -> bool {
    let Some((service, name)) = action.split_once(':') else {
        return true;
    };
    let only_reads = ["Describe", "Get", "List"];
    let only_reads = only_reads.iter().any(|verb| name.starts_with(verb));
    let of_keys = service == "kms" && !["CreateKey", "ReplicateKey", "TagResource"].contains(&name);
    !only_reads && !of_keys && !WITHOUT_TAGS.contains(&action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_request_that_may_set_tags_carries_their_keys() {
        for action in [
            "backup:CopyIntoBackupVault",
            "rds:CopyDBSnapshot",
            "ec2:CopySnapshot",
            "fsx:CopyBackup",
            "backup:TagResource",
            "kms:TagResource",
            "sts:AssumeRole",
        ] {
            assert!(may_set_tags(action), "{action}");
        }
        for action in [
            "backup:CopyFromBackupVault",
            "kms:CreateGrant",
            "kms:DescribeKey",
            "s3:GetObject",
            "ec2:ModifySnapshotAttribute",
        ] {
            assert!(!may_set_tags(action), "{action}");
        }
    }

    #[test]
    fn a_key_that_is_nearly_one_is_a_slip() {
        assert_eq!(key_meant("aws:PrincipleOrgID"), Some("aws:PrincipalOrgID"));
        assert_eq!(key_meant("kms:viaservce"), Some("kms:ViaService"));
        assert_eq!(key_meant("kms:ViaServce"), Some("kms:ViaService"));
        for key in [
            "aws:principalorgid",
            "aws:PrincipalTag/team",
            "kms:EncryptionContext:aws:ebs:id",
            "saml:aud",
            "nothing",
        ] {
            assert_eq!(key_meant(key), None, "{key}");
        }
    }

    #[test]
    fn a_services_own_key_is_no_key_of_another_services_requests() {
        assert!(SERVICES.is_sorted());
        assert!(is_foreign("ec2:owner", "backup"));
        assert!(is_foreign("kms:viaservice", "rds"));
        assert!(!is_foreign("ec2:owner", "ec2"));
        assert!(!is_foreign("iam:resourcetag/team", "sts"));
        for key in [
            "aws:sourceip",
            "ec2:sourceinstancearn",
            "saml:sub",
            "accounts.google.com:aud",
            "newservice:key",
            "nothing",
        ] {
            assert!(!is_foreign(key, "kms"), "{key}");
        }
    }
}
