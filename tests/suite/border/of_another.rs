//! What was read of something else is not taken for what it stands under.

use backup_preflight::verdict::Verdict;
use serde_json::{Value, json};

use super::envelopes::refusal;
use crate::support::Estate;
use crate::support::estate::*;

/// A thing of the source, as a resource with a description.
fn described(arn: &str, of: &str, detail: Value) -> Estate {
    Estate::rds()
        .set(&format!("{RESOURCE}/ResourceArn"), json!(arn))
        .set(&format!("{RESOURCE}/ResourceType"), json!(of))
        .set(&format!("{RESOURCE}/Detail"), detail)
}

#[test]
fn a_description_names_the_thing_itself_and_what_it_is_in() {
    let of = |service: &str, rest: &str| format!("arn:aws:{service}:us-east-2:{FROM}:{rest}");
    let id = "11111111-2222-4333-8444-555555555555";
    let stack = of("cloudformation", &format!("stack/app/{id}"));
    let other = of(
        "cloudformation",
        &format!("stack/app/{}", id.replace('1', "9")),
    );
    let hana = of("ssm-sap", "HANA/app/DB/HDB");
    let timestream = of("timestream", "database/metrics/table/cpu");
    let volume = of("fsx", "volume/fs-0123456789abcdef0/fsvol-0123456789abcdef0");
    for (arn, kind, detail) in [
        (&stack, "CloudFormation", json!({"StackId": other})),
        (&stack, "CloudFormation", json!({"StackName": "other"})),
        (&of("eks", "cluster/app"), "EKS", json!({"name": "other"})),
        (
            &hana,
            "SAP HANA on Amazon EC2",
            json!({"ApplicationId": "other"}),
        ),
        (
            &hana,
            "SAP HANA on Amazon EC2",
            json!({"DatabaseId": "SYSTEMDB"}),
        ),
        (&timestream, "Timestream", json!({"DatabaseName": "other"})),
        (&volume, "FSx", json!({"FileSystemId": "fs-9"})),
    ] {
        let error = refusal(&described(arn, kind, detail.clone()));
        assert!(
            error.contains("expected the description of one thing"),
            "{detail}: {error}"
        );
    }
}

#[test]
fn policies_of_an_organization_are_of_the_type_of_their_place() {
    let summary =
        |id: &str, of: &str| json!({"Id": id, "Name": "all", "Type": of, "AwsManaged": true});
    for (place, id, of) in [
        (
            "service_control_policies",
            "p-RCPFullAWSAccess",
            "RESOURCE_CONTROL_POLICY",
        ),
        (
            "resource_control_policies",
            "p-FullAWSAccess",
            "SERVICE_CONTROL_POLICY",
        ),
        ("service_control_policies", "p-1", "TAG_POLICY"),
    ] {
        let levels = json!([{"Policies": [summary(id, of)]}]);
        let error = refusal(&Estate::rds().set(&format!("/accounts/0/{place}"), levels));
        assert!(error.contains(&format!("of the type {of}")), "{error}");
    }
}

#[test]
fn an_option_group_is_of_its_place_and_name() {
    let with = |arn: &str| {
        let group = json!([{"OptionGroupName": "ours", "OptionGroupArn": arn, "Options": []}]);
        Estate::rds().set(&format!("{SOURCE}/option_groups"), group)
    };
    let of = |region: &str, account: &str, name: &str| {
        format!("arn:aws:rds:{region}:{account}:og:{name}")
    };
    let own = with(&of("us-east-2", FROM, "ours"));
    assert_eq!(own.verdict().verdict, Verdict::Feasible);
    for other in [
        of("us-west-2", FROM, "ours"),
        of("us-east-2", "999999999999", "ours"),
        of("us-east-2", FROM, "theirs"),
    ] {
        let error = refusal(&with(&other));
        assert!(error.contains(&other), "{error}");
    }
}

#[test]
fn a_file_systems_policy_is_its_own() {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"},
                        "Action": "elasticfilesystem:ClientMount"}]});
    let verdict = |id: &str| {
        let answer = json!({"FileSystemId": id, "Policy": policy.to_string()});
        let place = format!("{RESOURCE}/Detail/FileSystemPolicy");
        Estate::efs().set(&place, answer).verdict().verdict
    };
    let arn = Estate::efs()
        .0
        .pointer(&format!("{RESOURCE}/ResourceArn"))
        .cloned();
    let arn = arn.unwrap();
    let own = arn.as_str().unwrap().rsplit('/').next().unwrap();
    assert_eq!(verdict(own), Verdict::Feasible);
    assert_eq!(verdict("fs-9999999999abcdef0"), Verdict::Undecided);
}

#[test]
fn the_policy_of_a_table_counts_as_its_service_answers_with_it() {
    let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
                      "Action": "dynamodb:*", "Resource": "*"}]});
    let answer = json!({"Policy": deny.to_string(), "RevisionId": "1"});
    let place = format!("{RESOURCE}/Detail/ResourcePolicy");
    assert_ne!(
        Estate::dynamodb().set(&place, answer).verdict().verdict,
        Verdict::Feasible
    );
}

#[test]
fn a_name_that_aws_keeps_for_a_key_is_no_alias_of_another() {
    let own = json!({"AliasName": "alias/aws/rds", "TargetKeyId": "11111111-2222-4333-8444-555555555555"});
    let kept = json!({"AliasName": "alias/aws/ebs"});
    for aliases in [json!([kept, own]), json!([own, kept])] {
        let error = refusal(&Estate::rds().set(&format!("{RESOURCE_KEY}/Aliases"), aliases));
        assert!(error.contains("aliases of several keys"), "{error}");
    }
}
