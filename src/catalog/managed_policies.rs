//! The documents of the AWS managed policies that copies depend on, as AWS publishes them.

/// An AWS managed policy, as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// Its name.
    pub name: &'static str,
    /// Its ARN in the `aws` partition.
    pub arn: &'static str,
    /// The version that the document is of, such as `v30`. AWS may have a newer one: of the policy for restores it has v36,
    /// of 2026-08-27, whose document was not read.
    pub version: &'static str,
    /// The day on which AWS made that version.
    pub date: &'static str,
    /// Where AWS publishes it.
    pub url: &'static str,
    /// The policy document, as JSON.
    pub text: &'static str,
}

/// The policy of AWS Backup's service-linked role.
pub const SERVICE_LINKED_ROLE_POLICY: &str =
    "arn:aws:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup";

/// The policy of AWS Backup's default role.
pub const DEFAULT_ROLE_POLICY: &str =
    "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";

/// What AWS Backup's default role needs besides for buckets.
pub const S3_BACKUP_POLICY: &str = "arn:aws:iam::aws:policy/AWSBackupServiceRolePolicyForS3Backup";

macro_rules! policies {
    ($($name:literal, $path:literal, $version:literal, $date:literal;)*) => {
        /// Every AWS managed policy that is built in.
        pub const ALL: &[ManagedPolicy] = &[$(ManagedPolicy {
            name: $name,
            arn: concat!("arn:aws:iam::aws:policy/", $path, $name),
            version: $version,
            date: $date,
            url: concat!("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/", $name, ".html"),
            text: include_str!(concat!("managed_policies/", $name, ".json")),
        },)*];
    };
}

#[rustfmt::skip]
policies! {
//  name                                         path                 version edited
    "AWSBackupServiceRolePolicyForBackup",       "service-role/",     "v30", "2026-02-23";
    "AWSBackupServiceRolePolicyForRestores",     "service-role/",     "v35", "2026-02-12";
    "AWSBackupServiceRolePolicyForS3Backup",     "",                  "v5",  "2026-08-24";
    "AWSBackupServiceRolePolicyForS3Restore",    "",                  "v2",  "2023-02-07";
    "AWSBackupServiceLinkedRolePolicyForBackup", "aws-service-role/", "v31", "2026-02-12";
    "AWSBackupFullAccess",                       "",                  "v30", "2026-02-12";
    "AWSBackupOperatorAccess",                   "",                  "v28", "2026-02-12";
    "AWSDenyAll",                                "",                  "v2",  "2023-12-18";
    "AdministratorAccess",                       "",                  "v1",  "2015-02-06";
    "PowerUserAccess",                           "",                  "v12", "2026-02-12";
}

/// The AWS managed policy of this ARN, or `None` where it is not built in. The documents are those of the `aws`
/// partition; others publish their own, so an ARN of another partition has none.
#[must_use]
pub fn managed_policy(arn: &str) -> Option<ManagedPolicy> {
    ALL.iter().find(|policy| policy.arn == arn).copied()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn every_document_is_a_bare_policy_with_statements() {
        for policy in ALL {
            let document: Value = serde_json::from_str(policy.text).unwrap();
            assert_eq!(document["Version"], "2012-10-17", "{}", policy.name);
            assert!(
                !document["Statement"].as_array().unwrap().is_empty(),
                "{}",
                policy.name
            );
        }
    }

    #[test]
    fn a_policy_is_found_by_its_arn_in_its_own_partition_only() {
        let role = managed_policy(DEFAULT_ROLE_POLICY).unwrap();
        assert_eq!((role.version, role.date), ("v30", "2026-02-23"));
        assert!(role.text.contains("backup:CopyIntoBackupVault"));
        let slr = managed_policy(SERVICE_LINKED_ROLE_POLICY).unwrap();
        assert_eq!((slr.version, slr.date), ("v31", "2026-02-12"));
        assert_eq!(
            managed_policy(&DEFAULT_ROLE_POLICY.replace("arn:aws:", "arn:aws-cn:")),
            None
        );
        assert_eq!(
            managed_policy("arn:aws:iam::aws:policy/ReadOnlyAccess"),
            None
        );
    }
}
