//! AWS IAM.

use serde_json::Value;

use super::client::{Client, inventory, served};
use crate::aws::query::decode;

const ROLE: (&str, &str) = ("RoleName", "AWSBackupDefaultServiceRole");
const SLR: (&str, &str) = ("RoleName", "AWSServiceRoleForBackup");

fn role() -> Value {
    inventory()["accounts"][0]["roles"][0].clone()
}

fn read(encoded: &str) -> Value {
    assert!(encoded.starts_with("%7B%22Version%22%3A"), "{encoded}");
    serde_json::from_str(&decode(encoded)).unwrap()
}

#[test]
fn a_role_has_its_path_its_trust_its_boundary_and_its_tags() {
    let server = served();
    let got = Client::source(&server).iam("GetRole", &[ROLE]);
    assert_eq!(got.element("Path").unwrap(), "/service-role/");
    let trust = read(&got.element("AssumeRolePolicyDocument").unwrap());
    assert_eq!(trust, role()["AssumeRolePolicyDocument"]);
    assert_eq!(
        got.element("PermissionsBoundaryArn").unwrap(),
        "arn:aws:iam::111122223333:policy/bound"
    );
    assert!(
        got.body
            .contains("<Tags><member><Key>team</Key><Value>a&amp;b</Value></member>"),
        "{}",
        got.body
    );
    let got = Client::source(&server).iam("GetRole", &[SLR]);
    assert_eq!(got.element("PermissionsBoundary"), None);
    server.finish();
}

#[test]
fn a_role_that_is_not_there_is_not_found_where_all_roles_are_known() {
    let server = served();
    let got = Client::source(&server).iam("GetRole", &[("RoleName", "nobody")]);
    assert_eq!((got.status, got.code().as_str()), (404, "NoSuchEntity"));
    server.finish();
}

#[test]
fn roles_are_listed_by_path_without_boundary_and_tags() {
    let server = served();
    let got = Client::source(&server).iam("ListRoles", &[("PathPrefix", "/service-role/")]);
    assert_eq!(got.elements("RoleName"), [ROLE.1]);
    assert_eq!(
        (got.element("PermissionsBoundary"), got.element("Tags")),
        (None, None)
    );
    assert_eq!(got.element("IsTruncated").unwrap(), "false");
    server.finish();
}

#[test]
fn inline_policies_are_encoded() {
    let server = served();
    let mut client = Client::source(&server);
    let names = client.iam("ListRolePolicies", &[ROLE]).elements("member");
    assert_eq!(names, ["inline one", "two"]);
    let got = client.iam("GetRolePolicy", &[ROLE, ("PolicyName", "inline one")]);
    let policy = read(&got.element("PolicyDocument").unwrap());
    assert_eq!(policy, role()["InlinePolicies"][0]["Document"]);
    server.finish();
}

#[test]
fn a_managed_policy_is_read_in_the_version_that_is_in_force() {
    let server = served();
    let mut client = Client::source(&server);
    let arns = client
        .iam("ListAttachedRolePolicies", &[ROLE])
        .elements("PolicyArn");
    let arn = ("PolicyArn", arns[1].as_str());
    let version = client
        .iam("GetPolicy", &[arn])
        .element("DefaultVersionId")
        .unwrap();
    let got = client.iam("GetPolicyVersion", &[arn, ("VersionId", &version)]);
    let policy = read(&got.element("Document").unwrap());
    assert_eq!(policy, role()["AttachedPolicies"][1]["Document"]);
    let old = client.iam("GetPolicyVersion", &[arn, ("VersionId", "v1")]);
    assert_eq!(old.code(), "NoSuchEntity");
    server.finish();
}

#[test]
fn a_policy_of_aws_without_a_document_is_not_there() {
    let server = served();
    let arn = "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup";
    let got = Client::source(&server).iam("GetPolicy", &[("PolicyArn", arn)]);
    assert_eq!((got.status, got.code().as_str()), (404, "NoSuchEntity"));
    server.finish();
}

#[test]
fn the_simulator_answers_what_it_was_asked() {
    let server = served();
    let arn = role()["Arn"].as_str().unwrap().to_owned();
    let mut client = Client::source(&server);
    let ask = [
        ("PolicySourceArn", arn.as_str()),
        ("ActionNames.member.1", "backup:CopyIntoBackupVault"),
    ];
    let got = client.iam("SimulatePrincipalPolicy", &ask);
    assert_eq!(got.element("EvalDecision").unwrap(), "allowed");
    assert!(
        got.body
            .contains("<EvalDecisionDetails><entry><key>extra</key><value>allowed</value></entry>")
    );
    let ask = [
        ("PolicySourceArn", arn.as_str()),
        ("ActionNames.member.1", "s3:GetObject"),
    ];
    client.iam("SimulatePrincipalPolicy", &ask);
    assert!(server.take_complaints()[0].contains("s3:GetObject"));
}

#[test]
fn a_gap_of_a_global_service_has_no_region() {
    let server = served();
    let mut client = Client::source(&server);
    assert_eq!(client.iam("ListRoleTags", &[ROLE]).status, 200);
    let got = client.iam("ListRoleTags", &[SLR]);
    assert_eq!((got.status, got.code().as_str()), (403, "AccessDenied"));
    server.finish();
}
