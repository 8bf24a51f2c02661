//! What the CDK hands from a stack to one in another Region, as it synthesizes that with `crossRegionReferences`.

use serde_json::{Value, json};

use super::template_exports::{HERE, destinations, plan, ran};

const DR: &str = "arn:aws:backup:us-west-2:111122223333:backup-vault:dr";
const NAME: &str = "/cdk/exports/BackupPlan/BackupVaultsuswest2FnGetAttVBackupVaultArn0A1B2C3D";

/// A custom resource of the CDK, with the function that it calls, whose role may do this.
fn custom(kind: &str, properties: Value, may: Value) -> Value {
    let mut properties = properties;
    properties["ServiceToken"] = json!({"Fn::GetAtt": ["Handler", "Arn"]});
    json!({
        "It": {"Type": kind, "Properties": properties},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]},
            "ManagedPolicyArns": [{"Fn::Sub": "arn:${AWS::Partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"}],
            "Policies": [{"PolicyName": "Inline", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Resource": "arn:aws:ssm:us-east-2:111122223333:parameter/cdk/exports/*", "Action": may}]}}]}},
        "Handler": {"Type": "AWS::Lambda::Function", "Properties": {
            "Code": {"S3Bucket": "cdk-hnb659fds-assets-111122223333-us-east-2", "S3Key": "a.zip"},
            "Handler": "__entrypoint__.handler", "Runtime": "nodejs22.x", "Role": {"Fn::GetAtt": ["Role", "Arn"]}}},
    })
}

/// A vault in one Region, whose ARN is written into the Parameter Store of another.
fn writes(into: &str, vault: &str) -> Value {
    let of = json!({"WriterProps": {"region": into, "exports": {NAME: {"Fn::GetAtt": ["V", "BackupVaultArn"]}}}});
    let may = json!([
        "ssm:DeleteParameters",
        "ssm:ListTagsForResource",
        "ssm:GetParameters",
        "ssm:PutParameter"
    ]);
    let mut resources = custom("Custom::CrossRegionExportWriter", of, may);
    resources["V"] =
        json!({"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": vault}});
    json!({ "Resources": resources })
}

/// A plan that copies into what is read there.
fn reads(destination: &Value) -> Value {
    let mut template = plan(destination);
    let of = json!({"ReaderProps": {"region": "us-east-2", "prefix": "BackupPlan", "imports": {NAME: format!("{{{{resolve:ssm:{NAME}}}}}")}}});
    let may = json!([
        "ssm:AddTagsToResource",
        "ssm:RemoveTagsFromResource",
        "ssm:GetParameters"
    ]);
    let reader = custom("Custom::CrossRegionExportReader", of, may);
    let all = template["Resources"].as_object_mut().unwrap();
    all.extend(reader.as_object().unwrap().clone());
    template
}

fn read() -> Value {
    json!({"Fn::GetAtt": ["It", NAME]})
}

const APART: [&str; 2] = ["--template-region", "{}/west.json=us-west-2"];

#[test]
fn what_a_stack_writes_for_another_region_is_read_there() {
    let west = writes("us-east-2", "dr");
    let of_account = json!({"Fn::Join": ["", ["arn:aws:backup:us-west-2:", {"Fn::Select": [4, {"Fn::Split": [":", read()]}]}, ":backup-vault:dr"]]});
    for destination in [
        read(),
        json!(format!("{{{{resolve:ssm:{NAME}}}}}")),
        of_account,
    ] {
        let east = reads(&destination);
        let files = [("west.json", &west), ("east.json", &east)];
        for order in [
            ["{}/west.json", "{}/east.json"],
            ["{}/east.json", "{}/west.json"],
        ] {
            let words = [&["--cloudformation"], &order[..], &APART, &HERE].concat();
            let ran = ran(&files, &words);
            assert_eq!(destinations(&ran), [DR], "{destination}: {}", ran.err);
            assert!(!ran.err.contains("custom resource"), "{}", ran.err);
        }
        // What is given outweighs.
        let given = format!("{NAME}={DR}-2");
        let words = [
            &["--cloudformation", "{}/west.json", "{}/east.json"][..],
            &APART,
            &HERE,
            &["--ssm", &given],
        ];
        let ran = ran(&files, &words.concat());
        assert!(destinations(&ran)[0].starts_with("arn:aws:backup:us-west-2:"));
    }
}

#[test]
fn what_is_read_of_a_template_that_is_not_given_is_open_and_says_what_settles_it() {
    let (west, east) = (writes("eu-west-1", "dr"), reads(&read()));
    let files = [("west.json", &west), ("east.json", &east)];
    let both = ["--cloudformation", "{}/west.json", "{}/east.json"];
    let of_another_region = [&both[..], &APART, &HERE].concat();
    let alone = [&["--cloudformation", "{}/east.json"][..], &HERE].concat();
    for words in [&alone, &of_another_region] {
        let ran = ran(&files, words);
        assert_eq!(
            (destinations(&ran), ran.code),
            (vec![], 3),
            "{words:?}: {}",
            ran.err
        );
        let told = format!(
            "give the template that exports it by --cloudformation, too, or --ssm {NAME}=VALUE"
        );
        assert!(ran.out.contains(&told), "{}", ran.out);
    }
    let given = format!("{NAME}={DR}");
    let ran = ran(&files, &[&alone[..], &["--ssm", &given]].concat());
    assert_eq!(destinations(&ran), [DR], "{}", ran.err);
}

/// The CDK's writer refuses to change what another stack takes.
#[test]
fn what_a_writer_changes_is_unknown() {
    let (now, same, east) = (
        writes("us-east-2", "dr"),
        writes("us-east-2", "dr"),
        reads(&read()),
    );
    let other = writes("us-east-2", "other");
    for (west, found) in [(&same, vec![DR.to_owned()]), (&other, vec![])] {
        let files = [
            ("west.json", west),
            ("now.json", &now),
            ("east.json", &east),
        ];
        let words = [
            &["--cloudformation", "{}/west.json", "{}/east.json"][..],
            &["--cloudformation-before", "{}/now.json", "{}/nothing.json"],
            &APART,
            &HERE,
        ];
        let ran = ran(&files, &words.concat());
        assert_eq!(destinations(&ran), found, "{}", ran.err);
    }
    let files = [
        ("west.json", &now),
        ("more.json", &now),
        ("east.json", &east),
    ];
    let words = [
        &[
            "--cloudformation",
            "{}/west.json",
            "{}/more.json",
            "{}/east.json",
        ][..],
        &["--template-region", "{}/more.json=us-west-2"],
        &APART,
        &HERE,
    ];
    let ran = ran(&files, &words.concat());
    assert_eq!(destinations(&ran), [""; 0], "{}", ran.err);
    assert!(ran.err.contains("both write"), "{}", ran.err);
}
