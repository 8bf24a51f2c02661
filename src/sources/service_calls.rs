//! The calls of AWS services that may change what copies depend on, by whoever makes them: a custom resource, its function, a
//! command that a plan runs.

/// By the service as the SDKs name it, what the action's name has in it (nothing: any), and what it has not.
#[rustfmt::skip]
const CALLS: &[(&str, &[&str], &[&str])] = &[
    ("account",                    &["region"],                                                      &[]),
    ("backup",                     &[],                                                              &["startbackupjob", "startrestorejob", "startreportjob", "stopbackupjob", "framework", "notifications", "reportplan", "restoretesting"]),
    ("cloudcontrol",               &["resource"],                                                    &["cancel"]),
    ("cloudformation",             &["stack", "executechangeset", "deploy"],                         &["policy", "drift", "termination", "signal"]),
    ("controltower",               &[],                                                              &[]),
    ("docdb",                      &[],                                                              &[]),
    ("dsql",                       &[],                                                              &[]),
    ("dynamodb",                   &["table", "tag", "policy", "backup"],                            &[]),
    ("ec2",                        &["ebs", "allowedimages", "image", "snapshot", "volume", "tags"], &[]),
    ("efs",                        &[],                                                              &["mounttarget", "accesspoint", "clientmount", "clientwrite", "clientroot"]),
    ("eks",                        &["cluster", "tag"],                                              &[]),
    ("fsx",                        &[],                                                              &[]),
    ("iam",                        &["role", "policy", "policies"],                                  &["user", "group", "password", "passrole"]),
    ("kms",                        &[],                                                              &["encrypt", "decrypt", "generate", "sign", "verify", "derive"]),
    ("neptune",                    &[],                                                              &[]),
    ("organizations",              &[],                                                              &["organizationalunit", "tagresource", "delegatedadministrator", "serviceaccess"]),
    ("ram",                        &[],                                                              &["tagresource"]),
    ("rds",                        &[],                                                              &["roleto", "rolefrom", "parametergroup", "subnetgroup", "eventsubscription", "proxy"]),
    ("redshift",                   &["cluster", "tag"],                                              &["subnetgroup", "parametergroup", "credentials"]),
    ("redshiftserverless",         &["namespace", "tag"],                                            &[]),
    ("resourcegroupstaggingapi",   &[],                                                              &[]),
    ("s3",                         &["policy", "versioning", "tagging", "encryption", "createbucket", "deletebucket"], &["object"]),
    ("timestreamwrite",            &["table", "database", "tag"],                                    &[]),
];

/// Services that a command line or an IAM policy calls by another name than the SDKs.
///
/// See <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
#[rustfmt::skip]
const ALSO: &[(&str, &str)] = &[
    ("elasticfilesystem", "efs"), ("s3api", "s3"), ("tag", "resourcegroupstaggingapi"), ("timestream", "timestreamwrite"),
];

/// How the actions begin that change nothing.
const READS: &[&str] = &[
    "describe", "get", "list", "lookup", "search", "simulate", "head", "batchget", "scan", "query",
    "wait", "help",
];

type ServiceCalls = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

/// The calls of a service, which is named as in the SDK for JavaScript, by its client or its package, or otherwise.
fn calls(service: &str) -> Option<&'static ServiceCalls> {
    let service = service.to_lowercase().replace('-', "");
    let service = service
        .strip_prefix("@awssdk/client")
        .unwrap_or(service.as_str());
    let also = ALSO.iter().find(|(other, _)| *other == service);
    let service = also.map_or(service, |(_, name)| *name);
    CALLS.iter().find(|(name, ..)| *name == service)
}

/// Whether calls of a service may change what copies depend on.
pub fn is_near(service: &str) -> bool {
    calls(service).is_some()
}

fn has(action: &str, words: &[&str]) -> bool {
    words.iter().any(|word| action.contains(word))
}

fn only_reads(action: &str) -> bool {
    READS.iter().any(|read| action.starts_with(read))
}

/// Whether a call may change what copies depend on: `attachPolicy`, `AttachPolicyCommand`, `attach-policy`, `attach_policy`.
pub fn matters(service: &str, action: &str) -> bool {
    let action = action.to_lowercase().replace(['-', '_'], "");
    calls(service).is_some_and(|(_, with, without)| {
        !only_reads(&action) && (with.is_empty() || has(&action, with)) && !has(&action, without)
    })
}

/// Whether an action of an IAM policy, as `kms:DisableKey`, `s3:Put*` or `*`, lets somebody make such a call.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>.
pub fn is_allowed_by(action: &str) -> bool {
    let Some((service, action)) = action.split_once(':') else {
        return action == "*";
    };
    let action = action.to_lowercase();
    let mut parts = action.split(['*', '?']);
    let begins = parts.next().unwrap_or_default();
    let ends = parts.next_back().unwrap_or_default();
    match (begins, ends) {
        _ if begins.len() == action.len() => matters(service, begins),
        ("", ends) if !ends.is_empty() => matters(service, ends),
        _ => {
            calls(service).is_some_and(|(.., without)| !only_reads(begins) && !has(begins, without))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_policies_defaults_and_tags_matters() {
        for (service, action, is) in [
            ("Organizations", "attachPolicy", true),
            ("@aws-sdk/client-organizations", "AttachPolicyCommand", true),
            ("organizations", "MoveAccount", true),
            ("Organizations", "describeOrganization", false),
            ("Organizations", "registerDelegatedAdministrator", false),
            ("IAM", "detachRolePolicy", true),
            ("IAM", "createServiceLinkedRole", true),
            ("IAM", "updateAccountPasswordPolicy", false),
            ("IAM", "putUserPolicy", false),
            ("IAM", "getRole", false),
            ("EC2", "enableEbsEncryptionByDefault", true),
            ("EC2", "modifyEbsDefaultKmsKeyId", true),
            ("EC2", "replaceImageCriteriaInAllowedImagesSettings", true),
            ("EC2", "createTags", true),
            ("EC2", "describeVolumes", false),
            ("EC2", "modifyVpcEndpoint", false),
            ("RAM", "enableSharingWithAwsOrganization", true),
            ("Account", "enableRegion", true),
            ("Account", "putAlternateContact", false),
            ("RDS", "modifyDBInstance", true),
            ("RDS", "addRoleToDBCluster", false),
            ("S3", "putBucketVersioning", true),
            ("S3", "putObject", false),
            ("DynamoDB", "putItem", false),
            ("SSM", "getParameter", false),
            ("Lambda", "updateFunctionConfiguration", false),
            ("backup", "put-backup-vault-access-policy", true),
            ("backup", "list-backup-vaults", false),
            ("backup", "start-backup-job", false),
            ("kms", "disable_key", true),
            ("kms", "generate-data-key", false),
            ("s3api", "put-bucket-policy", true),
            ("rds", "wait", false),
            ("cloudformation", "deploy", true),
        ] {
            assert_eq!(matters(service, action), is, "{service} {action}");
        }
    }

    #[test]
    fn what_a_policy_allows_matters_by_its_actions_and_wildcards() {
        for (action, is) in [
            ("*", true),
            ("kms:*", true),
            ("kms:DisableKey", true),
            ("kms:Decrypt", false),
            ("kms:ReEncrypt*", false),
            ("kms:GenerateDataKey*", false),
            ("kms:Describe*", false),
            ("backup:Put*", true),
            ("elasticfilesystem:PutFileSystemPolicy", true),
            ("tag:TagResources", true),
            ("s3:Put*", true),
            ("s3:PutObject*", false),
            ("s3:*", true),
            ("iam:PassRole", false),
            ("iam:*Policy", true),
            ("dynamodb:*Item", false),
            ("logs:*", false),
            ("ec2:CreateNetworkInterface", false),
            ("organizations:AttachPolicy", true),
        ] {
            assert_eq!(is_allowed_by(action), is, "{action}");
        }
    }
}
