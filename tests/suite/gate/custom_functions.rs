//! Custom resources whose function is in the same template: what it does is told by its code, its environment and its role.

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use serde_json::{Value, json};

use super::terraform_types::ACCOUNT;

/// What a template of a custom resource and these leaves open.
fn open(token: Value, mut resources: Value) -> Vec<String> {
    resources["C"] = json!({"Type": "Custom::Setup", "Properties": {"ServiceToken": token}});
    let settings = Settings {
        account: AccountId::parse(ACCOUNT).ok(),
        region: Some(Region::new("eu-west-1")),
        ..Settings::default()
    };
    let template =
        json!({"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}).to_string();
    let read = cloudformation::read("t.json", template.as_bytes(), &settings);
    read.unwrap_or_else(|error| panic!("{error}")).open
}

fn token() -> Value {
    json!({"Fn::GetAtt": ["F", "Arn"]})
}

fn function(code: Value) -> Value {
    json!({"Type": "AWS::Lambda::Function", "Properties": {"Code": code, "Role": {"Fn::GetAtt": ["R", "Arn"]}}})
}

fn elsewhere() -> Value {
    json!({"S3Bucket": "b", "S3Key": "k"})
}

/// A role that lets its function do this.
fn role(actions: Value) -> Value {
    json!({"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}, "Policies": [
        {"PolicyName": "x", "PolicyDocument": {"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}}]}})
}

const PUTS: &str = "import boto3\nboto3.client('iam').put_role_policy(RoleName='r')\n";
const NOTIFIES: &str =
    "import boto3\nboto3.client('s3').put_bucket_notification_configuration(Bucket='b')\n";

#[test]
fn the_code_of_its_function_tells_what_a_custom_resource_does() {
    let logs = || role(json!("logs:*"));
    let code = |text: &str| {
        open(
            token(),
            json!({"R": logs(), "F": function(json!({"ZipFile": text}))}),
        )
    };
    assert_eq!(
        code(PUTS),
        [
            "t.json:1: C is a custom resource whose function F calls put_role_policy of iam, and what comes of it is not known"
        ]
    );
    assert_eq!(code(NOTIFIES), [""; 0]);
    assert_eq!(code("boto3.client('kms').disable_key(KeyId='k')").len(), 1);
    let substituted = json!({"ZipFile": {"Fn::Sub": PUTS}});
    assert_eq!(
        open(token(), json!({"R": logs(), "F": function(substituted)})).len(),
        1
    );
    let sam =
        json!({"F": {"Type": "AWS::Serverless::Function", "Properties": {"InlineCode": PUTS}}});
    assert_eq!(open(token(), sam).len(), 1);
    let mut named = function(json!({"ZipFile": PUTS}));
    named["Properties"]["FunctionName"] = json!("setup");
    let arn = json!({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:setup"});
    assert_eq!(open(arn, json!({"R": logs(), "F": named})).len(), 1);
    let of_others = json!("arn:aws:lambda:eu-west-1:111122223333:function:other");
    let unasked = json!({"R": logs(), "F": function(json!({"ZipFile": PUTS}))});
    assert_eq!(open(of_others, unasked), [""; 0]);
    let mut given = function(elsewhere());
    given["Properties"]["Environment"] = json!({"Variables": {"SERVICE": "backup", "ACTION": "x"}});
    assert_eq!(open(token(), json!({"R": logs(), "F": given})).len(), 1);
}

#[test]
fn the_role_of_its_function_tells_what_a_custom_resource_may_do() {
    let may = |actions: Value, code: Value| {
        open(token(), json!({"R": role(actions), "F": function(code)})).len()
    };
    for (action, is) in [
        ("kms:DisableKey", 1),
        ("organizations:*", 1),
        ("*", 1),
        ("kms:Decrypt", 0),
        ("s3:PutObject*", 0),
        ("iam:PassRole", 0),
        ("ec2:CreateNetworkInterface", 0),
    ] {
        assert_eq!(may(json!([action]), elsewhere()), is, "{action}");
    }
    // What a wide policy lets code do that stands there and does something else is not what it does.
    let inline = |text: &str| json!({"ZipFile": text});
    assert_eq!(may(json!("s3:*"), inline(NOTIFIES)), 0);
    assert_eq!(may(json!("iam:AttachRolePolicy"), inline(NOTIFIES)), 1);
    let any = "boto3.client(event['s'])\ngetattr(client, event['a'])()";
    assert_eq!(may(json!("*"), inline(any)), 1);
    let open_action = json!({"Fn::ImportValue": "x"});
    assert_eq!(may(open_action, elsewhere()), 1);

    let allows =
        json!({"Statement": [{"Effect": "Allow", "Action": "kms:DisableKey", "Resource": "*"}]});
    let empty =
        || json!({"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}});
    for kind in ["AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"] {
        let given = json!({"Type": kind, "Properties": {"PolicyName": "p", "PolicyDocument": allows, "Roles": [{"Ref": "R"}]}});
        let all = json!({"R": empty(), "P": given, "F": function(elsewhere())});
        let found = open(token(), all);
        let is = |text: &String| text.contains("whose function F may do kms:DisableKey");
        assert!(found.iter().any(is), "{kind}: {found:?}");
    }
    for (policy, is) in [
        ("arn:aws:iam::aws:policy/AdministratorAccess", 1),
        ("arn:aws:iam::aws:policy/IAMFullAccess", 1),
        (
            "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            0,
        ),
    ] {
        let mut role = empty();
        role["Properties"]["ManagedPolicyArns"] = json!([policy]);
        let all = json!({"R": role, "F": function(elsewhere())});
        assert_eq!(open(token(), all).len(), is, "{policy}");
    }
    let sam = json!({"F": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "x/", "Policies": ["AWSBackupFullAccess"]}}});
    assert_eq!(open(token(), sam).len(), 1);
}

/// The CDK's provider is a function of its own that calls the one that its environment names.
#[test]
fn functions_that_a_function_calls_are_read_as_well() {
    let mut provider = function(elsewhere());
    provider["Properties"]["Role"] = json!("arn:aws:iam::111122223333:role/provider");
    provider["Properties"]["Environment"] =
        json!({"Variables": {"USER_ON_EVENT_FUNCTION_ARN": {"Fn::GetAtt": ["G", "Arn"]}}});
    let all =
        json!({"R": role(json!("logs:*")), "F": provider, "G": function(json!({"ZipFile": PUTS}))});
    assert_eq!(
        open(token(), all),
        [
            "t.json:1: C is a custom resource whose function G calls put_role_policy of iam, and what comes of it is not known"
        ]
    );
}

#[test]
fn an_association_of_systems_manager_is_told_by_what_it_runs() {
    let runs = |command: &str| {
        let given = json!({"Name": "AWS-RunShellScript", "Parameters": {"commands": [command]}});
        let association = json!({"Type": "AWS::SSM::Association", "Properties": given});
        open(
            json!("arn:aws:lambda:eu-west-1:111122223333:function:x"),
            json!({"A": association}),
        )
    };
    assert_eq!(
        runs("aws kms disable-key --key-id k"),
        ["t.json:1: A calls disable-key of kms, and what comes of it is not known"]
    );
    assert_eq!(runs("yum update -y"), [""; 0]);
}
