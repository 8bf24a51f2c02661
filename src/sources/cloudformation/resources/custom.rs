//! Custom resources: what their functions do is not in the template; what they are given tells whom they speak to.
//!
//! See <https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources.AwsCustomResource.html>.

use crate::sources::cloudformation::text::Node;

/// The calls of other services by which a custom resource of the CDK changes what copies depend on: by the service, what the action's
/// name has in it (nothing: any), and what it has not.
#[rustfmt::skip]
const CALLS: &[(&str, &[&str], &[&str])] = &[
    ("account",                    &["region"],                                                      &[]),
    ("docdb",                      &[],                                                              &[]),
    ("dynamodb",                   &["table", "tag", "policy", "backup"],                            &[]),
    ("ec2",                        &["ebs", "allowedimages", "image", "snapshot", "volume", "tags"], &[]),
    ("efs",                        &[],                                                              &["mounttarget", "accesspoint"]),
    ("eks",                        &["cluster", "tag"],                                              &[]),
    ("fsx",                        &[],                                                              &[]),
    ("iam",                        &["role", "policy", "policies"],                                  &["user", "group", "password"]),
    ("neptune",                    &[],                                                              &[]),
    ("organizations",              &[],                                                              &["organizationalunit", "tagresource", "delegatedadministrator", "serviceaccess"]),
    ("ram",                        &[],                                                              &["tagresource"]),
    ("rds",                        &[],                                                              &["roleto", "rolefrom", "parametergroup", "subnetgroup", "eventsubscription", "proxy"]),
    ("redshift",                   &["cluster", "tag"],                                              &["subnetgroup", "parametergroup"]),
    ("resourcegroupstaggingapi",   &[],                                                              &[]),
    ("s3",                         &["policy", "versioning", "tagging", "encryption", "createbucket", "deletebucket"], &["objecttagging"]),
];

/// How the actions begin that change nothing.
const READS: &[&str] = &[
    "describe", "get", "list", "lookup", "search", "simulate", "head", "batchget", "scan", "query",
];

/// What a custom resource does that may matter, in words; `None`: nothing that is told.
pub fn does(resource: &Node) -> Option<String> {
    // The CDK writes each call as JSON in a text.
    let given = resource.to_value().to_string().replace('\\', "");
    let is_near = ["backup", "kms"]
        .iter()
        .any(|word| given.to_lowercase().contains(word));
    if is_near {
        return Some("is a custom resource, and what it changes is not known".to_owned());
    }
    let properties = resource.get("Properties")?;
    let mut calls = ["Create", "Update", "Delete"]
        .into_iter()
        .filter_map(|moment| {
            let text = properties.get(moment)?.to_value().to_string();
            let text = text.replace('\\', "");
            let (service, action) = (told(&text, "service")?, told(&text, "action")?);
            matters(&service, &action).then_some((service, action))
        });
    let (service, action) = calls.next()?;
    Some(format!(
        "is a custom resource that calls {action} of {service}, and what comes of it is not known"
    ))
}

/// The first value of a key in a text of JSON.
fn told(text: &str, key: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("\"{key}\":"))?;
    let value = rest.trim_start().strip_prefix('"')?.split('"').next()?;
    Some(value.to_owned())
}

/// Whether a call may change what copies depend on. The service is named as in the SDK for JavaScript, by its client or its package.
fn matters(service: &str, action: &str) -> bool {
    let service = service.to_lowercase().replace('-', "");
    let service = service
        .strip_prefix("@awssdk/client")
        .unwrap_or(&service)
        .to_owned();
    let action = action.to_lowercase();
    let row = CALLS.iter().find(|(name, ..)| *name == service);
    row.is_some_and(|(_, with, without)| {
        let has = |words: &[&str]| words.iter().any(|word| action.contains(word));
        !READS.iter().any(|read| action.starts_with(read))
            && (with.is_empty() || has(with))
            && !has(without)
    })
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
        ] {
            assert_eq!(matters(service, action), is, "{service} {action}");
        }
    }
}
