//! What a template does to things of each type: nothing that it makes is lost on the way, and what is not read is said.

use std::collections::BTreeMap;

use backup_preflight::inventory::{self, Facts, Inventory};
use backup_preflight::known::{AccountId, Region};
use backup_preflight::plans;
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::planned::Planned;
use serde_json::{Value, json};

const ACCOUNT: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/copier";
const VAULT: &str = "arn:aws:backup:eu-west-1:111122223333:backup-vault:main";

fn settings(parameters: &[(&str, &str)]) -> Settings {
    let parameters = parameters
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())));
    Settings {
        account: AccountId::parse(ACCOUNT).ok(),
        region: Some(Region::new("eu-west-1")),
        parameters: parameters.collect(),
        imports: BTreeMap::new(),
        stack: None,
        ..Settings::default()
    }
}

fn read(template: &Value) -> Planned {
    let text = template.to_string();
    cloudformation::read("t.json", text.as_bytes(), &settings(&[]))
        .unwrap_or_else(|error| panic!("{error}"))
}

fn resources(all: Value) -> Planned {
    read(&json!({"Resources": all}))
}

fn changed(before: &Value, after: &Value) -> Planned {
    let (before, after) = (before.to_string(), after.to_string());
    cloudformation::read_change(
        ("t.json", before.as_bytes()),
        ("t.json", after.as_bytes()),
        &settings(&[]),
    )
    .unwrap()
}

fn is_unknown(value: &Value) -> bool {
    value.to_string().contains("{\"unknown\":")
}

/// Facts with a role that somebody else gave a policy, and a vault that somebody else locked and gave a policy.
fn base() -> Inventory {
    let document = json!({"schema": "backup-preflight/inventory/v1", "accounts": [{"account": ACCOUNT,
        "roles": [{"Arn": ROLE, "AttachedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
                   "InlinePolicies": [{"PolicyName": "theirs", "Document": {"Statement": []}}], "PermissionsBoundary": null}],
        "regions": [{"region": "eu-west-1", "vaults": [{"BackupVaultArn": VAULT, "BackupVaultName": "main", "VaultState": "AVAILABLE",
            "AccessPolicy": {"Version": "2012-10-17", "Statement": []}, "Locked": true, "MinRetentionDays": 90}]}]}]});
    inventory::read("base.json", document.to_string().as_bytes()).unwrap()
}

fn over(planned: &Planned, base: &Inventory) -> Value {
    let laid = planned.before.over(base).unwrap();
    serde_json::to_value(planned.after.over(&laid).unwrap()).unwrap()
}

fn vault(laid: &Value) -> Value {
    laid["accounts"][0]["regions"][0]["vaults"][0].clone()
}

fn role(laid: &Value) -> Value {
    laid["accounts"][0]["roles"][0].clone()
}

fn empty() -> Inventory {
    inventory::read(
        "base.json",
        br#"{"schema": "backup-preflight/inventory/v1", "accounts": []}"#,
    )
    .unwrap()
}

/// A template that does not set a policy or a lock makes a vault without one. Of a vault that is there with one, nobody
/// knows who set it.
#[test]
fn what_a_template_does_not_set_is_absent_where_it_makes_the_thing_and_unknown_where_it_is_there() {
    let template = json!({"Resources": {"V": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "main"}}}});
    let new = vault(&over(&read(&template), &empty()));
    assert_eq!(
        (&new["AccessPolicy"], &new["Locked"]),
        (&Value::Null, &json!(false))
    );
    let laid = over(&read(&template), &base());
    let there = vault(&laid);
    for field in ["AccessPolicy", "Locked"] {
        assert_eq!(there.get(field), None, "{field}: {there}");
    }
    assert!(
        laid["gaps"].to_string().contains("--cloudformation-before"),
        "{}",
        laid["gaps"]
    );
    // The template of now tells: it is somebody else's, and stays.
    let there = vault(&over(&changed(&template, &template), &base()));
    assert_eq!(
        (
            &there["AccessPolicy"]["Statement"],
            &there["Locked"],
            &there["MinRetentionDays"]
        ),
        (&json!([]), &json!(true), &json!(90))
    );
    // Or it is the template's own, and goes.
    let mut with = template.clone();
    with["Resources"]["V"]["Properties"]["AccessPolicy"] =
        json!({"Version": "2012-10-17", "Statement": []});
    assert_eq!(
        vault(&over(&changed(&with, &template), &base()))["AccessPolicy"],
        Value::Null
    );
}

#[test]
fn policies_that_others_gave_a_role_are_not_forgotten() {
    let with = |policies: Value| {
        json!({"Resources": {"R": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "copier", "Policies": policies,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}}}}})
    };
    let ours = |name: &str| json!({"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": []}});
    let none = with(json!([]));
    assert_eq!(
        role(&over(&read(&none), &empty()))["InlinePolicies"],
        json!([])
    );
    assert_eq!(
        role(&over(&read(&none), &base())).get("InlinePolicies"),
        None
    );
    assert_eq!(
        role(&over(
            &read(&with(
                json!([{"PolicyName": "theirs", "PolicyDocument": {"Statement": []}}])
            )),
            &base()
        ))["InlinePolicies"][0]["PolicyName"],
        "theirs"
    );
    // Another text of it may be the change's, or what somebody changed.
    assert_eq!(
        role(&over(&read(&with(json!([ours("theirs")]))), &base())).get("InlinePolicies"),
        None
    );
    let names = |before: &Value, after: &Value| -> Vec<String> {
        let role = role(&over(&changed(before, after), &base()));
        let policies = role["InlinePolicies"].as_array().unwrap().clone();
        policies
            .iter()
            .map(|one| one["PolicyName"].as_str().unwrap().to_owned())
            .collect()
    };
    let one = with(json!([ours("a")]));
    assert_eq!(names(&none, &one), ["theirs", "a"]);
    assert_eq!(names(&one, &with(json!([ours("b")]))), ["theirs", "b"]);
    assert_eq!(names(&none, &none), ["theirs"]);
}

#[test]
fn each_way_to_give_a_role_a_policy_is_read() {
    let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]});
    let role_resource = json!({"Type": "AWS::IAM::Role", "Properties": {"RoleName": "copier", "AssumeRolePolicyDocument": {"Statement": []}}});
    for (list, kind, properties) in [
        (
            "AttachedPolicies",
            "AWS::IAM::ManagedPolicy",
            json!({"PolicyDocument": document, "Roles": [{"Ref": "R"}]}),
        ),
        (
            "AttachedPolicies",
            "AWS::IAM::ManagedPolicy",
            json!({"PolicyDocument": document, "Roles": ["copier"]}),
        ),
        (
            "InlinePolicies",
            "AWS::IAM::Policy",
            json!({"PolicyName": "p", "PolicyDocument": document, "Roles": [{"Ref": "R"}]}),
        ),
        (
            "InlinePolicies",
            "AWS::IAM::RolePolicy",
            json!({"PolicyName": "p", "PolicyDocument": document, "RoleName": {"Ref": "R"}}),
        ),
    ] {
        let planned =
            resources(json!({"R": role_resource, "P": {"Type": kind, "Properties": properties}}));
        let role = role(&over(&planned, &empty()));
        assert_eq!(role[list][0]["Document"], document, "{kind}: {role}");
        assert_eq!(planned.open, Vec::<String>::new());
        // Of a role that is not known.
        let mut odd = properties.clone();
        for name in ["Roles", "RoleName"] {
            if let Some(roles) = odd.get_mut(name) {
                *roles = if name == "Roles" {
                    json!([{"Fn::ImportValue": "x"}])
                } else {
                    json!({"Fn::ImportValue": "x"})
                };
            }
        }
        assert!(
            !resources(json!({"P": {"Type": kind, "Properties": odd}}))
                .open
                .is_empty(),
            "{kind}"
        );
    }
    // Of a role that has it by its ARN, and stands elsewhere.
    let planned = resources(
        json!({"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "p", "PolicyDocument": document}}}),
    );
    assert_eq!(
        planned
            .after
            .policies
            .get("arn:aws:iam::111122223333:policy/p"),
        Some(&document)
    );
}

#[test]
fn what_is_not_read_leaves_the_answer_open_unless_it_stays() {
    let vault = json!({"Type": "AWS::S3::Bucket"});
    for (kind, properties) in [
        (
            "AWS::CloudFormation::Stack",
            json!({"TemplateURL": "https://example.com/t.yaml"}),
        ),
        ("AWS::CloudFormation::StackSet", json!({})),
        ("AWS::Serverless::Application", json!({})),
        (
            "AWS::Organizations::Policy",
            json!({"Name": "x", "Type": "DECLARATIVE_POLICY_EC2", "Content": {}}),
        ),
        ("AWS::Organizations::Account", json!({})),
        ("AWS::RAM::ResourceShare", json!({})),
        ("AWS::RDS::OptionGroup", json!({})),
        ("AWS::Backup::SomethingNew", json!({})),
        ("AWS::KMS::SomethingNew", json!({})),
        ("Mine::Backups::Vault::MODULE", json!({})),
        (
            "Custom::BackupSettings",
            json!({"ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:x"}),
        ),
        (
            "AWS::CloudFormation::CustomResource",
            json!({"Create": "{\"service\":\"KMS\",\"action\":\"putKeyPolicy\"}"}),
        ),
    ] {
        let with = |properties: &Value| json!({"Resources": {"A": vault, "X": {"Type": kind, "Properties": properties}}});
        let planned = read(&with(&properties));
        assert!(
            !planned.open.is_empty() && !planned.warnings.is_empty(),
            "{kind}"
        );
        let same = changed(&with(&properties), &with(&properties));
        assert_eq!(same.open, Vec::<String>::new(), "{kind}");
        let other = changed(
            &with(&properties),
            &with(&json!({"Content": "other backup"})),
        );
        assert!(!other.open.is_empty(), "{kind}");
        let gone = changed(&with(&properties), &json!({"Resources": {"A": vault}}));
        assert!(!gone.open.is_empty(), "{kind}");
    }
    for kind in [
        "Custom::S3AutoDeleteObjects",
        "AWS::Backup::ReportPlan",
        "AWS::Lambda::Function",
    ] {
        assert_eq!(
            resources(json!({"X": {"Type": kind, "Properties": {}}})).open,
            Vec::<String>::new(),
            "{kind}"
        );
    }
    // What a transform includes may be anything.
    let include = json!({"Name": "AWS::Include", "Parameters": {"Location": "s3://x/y"}});
    assert!(
        !resources(json!({"A": vault, "Fn::Transform": include}))
            .open
            .is_empty()
    );
    let text = json!({"Resources": {"A": vault}, "Fn::Transform": include}).to_string();
    let error = cloudformation::read("t.json", text.as_bytes(), &settings(&[])).unwrap_err();
    assert!(error.to_string().contains("AWS::Include"), "{error}");
}

#[test]
fn copies_of_a_plan_that_is_not_known_leave_the_answer_open() {
    let unknown = json!({"Fn::ImportValue": "elsewhere"});
    let rule = json!({"RuleName": "r", "TargetBackupVault": "main", "CopyActions": [{"DestinationBackupVaultArn": VAULT}]});
    let selection = json!({"SelectionName": "s", "IamRoleArn": ROLE, "Resources": ["*"]});
    for (what, plan, selection) in [
        ("the plan", unknown.clone(), selection.clone()),
        (
            "its rules",
            json!({"BackupPlanName": "p", "BackupPlanRule": unknown}),
            selection.clone(),
        ),
        (
            "a rule",
            json!({"BackupPlanName": "p", "BackupPlanRule": [unknown]}),
            selection.clone(),
        ),
        (
            "its copies",
            json!({"BackupPlanName": "p", "BackupPlanRule": [{"RuleName": "r", "TargetBackupVault": "main", "CopyActions": unknown}]}),
            selection.clone(),
        ),
        (
            "the selection",
            json!({"BackupPlanName": "p", "BackupPlanRule": [rule]}),
            unknown.clone(),
        ),
        (
            "its resources",
            json!({"BackupPlanName": "p", "BackupPlanRule": [rule]}),
            json!({"SelectionName": "s", "IamRoleArn": ROLE, "Resources": unknown}),
        ),
        (
            "its tags",
            json!({"BackupPlanName": "p", "BackupPlanRule": [rule]}),
            json!({"SelectionName": "s", "IamRoleArn": ROLE, "ListOfTags": unknown}),
        ),
        (
            "its role",
            json!({"BackupPlanName": "p", "BackupPlanRule": [rule]}),
            json!({"SelectionName": "s", "IamRoleArn": unknown, "Resources": ["*"]}),
        ),
    ] {
        let planned = resources(json!({
            "P": {"Type": "AWS::Backup::BackupPlan", "Properties": {"BackupPlan": plan}},
            "S": {"Type": "AWS::Backup::BackupSelection", "Properties": {"BackupPlanId": {"Ref": "P"}, "BackupSelection": selection}},
        }));
        let laid = planned.after.over(&super::base()).unwrap();
        let facts = Facts::new(&laid);
        let copies = plans::copies(&plans::plans(&facts), &facts);
        assert!(
            !copies.open.is_empty() || !planned.open.is_empty(),
            "{what}: {}",
            planned.after.document
        );
    }
}

#[test]
fn loops_are_written_out_where_their_collection_is_known() {
    let with = |collection: Value| {
        json!({"Transform": "AWS::LanguageExtensions", "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "a,b-c"}, "Open": {"Type": "CommaDelimitedList"}},
            "Resources": {"Fn::ForEach::Vaults": ["Name", collection, {"Vault&{Name}": {"Type": "AWS::Backup::BackupVault",
                "Properties": {"BackupVaultName": {"Fn::Sub": "backup-${Name}"}, "BackupVaultTags": {"name": {"Ref": "Name"}}}}}],
                "A": {"Type": "AWS::S3::Bucket"}}})
    };
    for collection in [json!(["a", "b-c"]), json!({"Ref": "Names"})] {
        let planned = read(&with(collection));
        let vaults = planned.after.document["accounts"][0]["regions"][0]["vaults"].clone();
        let names: Vec<&str> = vaults
            .as_array()
            .unwrap()
            .iter()
            .map(|vault| vault["BackupVaultName"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["backup-a", "backup-b-c"]);
        assert_eq!(planned.open, Vec::<String>::new());
        assert!(
            planned
                .places
                .values()
                .flatten()
                .any(|place| place.ends_with(" Vaultbc")),
            "{:?}",
            planned.places
        );
    }
    assert!(!read(&with(json!({"Ref": "Open"}))).open.is_empty());
    let within = json!({"Transform": "AWS::LanguageExtensions", "Resources": {"Fn::ForEach::Outer": ["X", ["1", "2"], {"Fn::ForEach::Inner${X}": ["Y", ["p", "q"], {
        "V${X}${Y}": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "v-${X}-${Y}"}}}]}]}});
    let vaults = read(&within).after.document["accounts"][0]["regions"][0]["vaults"].clone();
    assert_eq!(vaults.as_array().unwrap().len(), 4, "{vaults}");
}

#[test]
fn what_is_resolved_elsewhere_or_hidden_is_unknown() {
    let template = json!({"Parameters": {"Secret": {"Type": "String", "NoEcho": true}, "Stored": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"}},
    "Resources": {
        "A": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "a", "EncryptionKeyArn": "{{resolve:ssm:/key}}"}},
        "B": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "b", "EncryptionKeyArn": {"Ref": "Secret"}}},
        "C": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "c", "EncryptionKeyArn": {"Ref": "Stored"}}},
        "D": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "d", "EncryptionKeyArn": {"Fn::Sub": "arn:aws:kms:eu-west-1:111122223333:key/{{resolve:ssm:/key}}"}}},
    }});
    let given = settings(&[("Secret", "hunter2-marked"), ("Stored", "/y")]);
    let planned = cloudformation::read("t.json", template.to_string().as_bytes(), &given).unwrap();
    for vault in planned.after.document["accounts"][0]["regions"][0]["vaults"]
        .as_array()
        .unwrap()
    {
        assert!(is_unknown(&vault["EncryptionKeyArn"]), "{vault}");
    }
    assert!(!format!("{planned:?}").contains("hunter2-marked"));
}

/// A stack resolves the name anew where it is updated: given or not, it may be another value than it has.
#[test]
fn a_value_of_the_parameter_store_is_one_of_the_change() {
    let template = json!({"Parameters": {"Key": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/key"}},
        "Resources": {"V": {"Type": "AWS::Backup::BackupVault", "Properties": {"BackupVaultName": "v", "EncryptionKeyArn": {"Ref": "Key"}}}}});
    let key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let given = Settings {
        ssm: BTreeMap::from([("/key".to_owned(), key.to_owned())]),
        ..settings(&[])
    };
    let text = template.to_string();
    let of = |settings: &Settings| {
        let both = ("t.json", text.as_bytes());
        let planned = cloudformation::read_change(both, both, settings).unwrap();
        planned.resources.values().next().map(|one| one.is_changed)
    };
    assert_eq!((of(&settings(&[])), of(&given)), (Some(true), Some(true)));
    let alone = cloudformation::read("t.json", text.as_bytes(), &given).unwrap();
    let vault = &alone.after.document["accounts"][0]["regions"][0]["vaults"][0];
    assert_eq!(vault["EncryptionKeyArn"], key);
}

/// The CDK writes the calls of its custom resources into the template.
#[test]
fn a_custom_resource_that_calls_what_copies_depend_on_leaves_the_answer_open() {
    let custom = |kind: &str, call: Value| {
        resources(json!({"C": {"Type": kind, "Properties": {"ServiceToken": "arn:aws:lambda:eu-west-1:111122223333:function:f", "Create": call}}})).open
    };
    let text = |service: &str, action: &str| {
        json!(json!({"service": service, "action": action, "parameters": {"A": "b"}}).to_string())
    };
    let open = custom("Custom::AWS", text("Organizations", "attachPolicy"));
    assert_eq!(
        open,
        [
            "t.json:1: C is a custom resource that calls attachPolicy of Organizations, and what comes of it is not known"
        ]
    );
    let joined = json!({"Fn::Join": ["", ["{\"service\":\"@aws-sdk/client-iam\",\"action\":\"DetachRolePolicyCommand\",\"parameters\":{\"RoleName\":\"", {"Ref": "AWS::StackName"}, "\"}}"]]});
    assert_eq!(custom("Custom::Own", joined).len(), 1);
    assert_eq!(
        custom("Custom::AWS", text("EC2", "enableEbsEncryptionByDefault")).len(),
        1
    );
    for (service, action) in [
        ("Organizations", "describeOrganization"),
        ("SSM", "putParameter"),
        ("EC2", "describeVpcs"),
    ] {
        assert_eq!(
            custom("Custom::AWS", text(service, action)),
            [""; 0],
            "{service}"
        );
    }
}

#[test]
fn what_is_backed_up_is_of_a_known_type_or_leaves_the_answer_open() {
    let table = resources(
        json!({"T": {"Type": "AWS::Serverless::SimpleTable", "Properties": {"TableName": "orders"}}}),
    );
    let made = &table.after.document["accounts"][0]["regions"][0]["resources"][0];
    assert_eq!(
        (&made["ResourceType"], &made["ResourceArn"]),
        (
            &json!("DynamoDB"),
            &json!("arn:aws:dynamodb:eu-west-1:111122223333:table/orders")
        )
    );
    let unknown = json!({"Fn::ImportValue": "x"});
    let cluster =
        resources(json!({"C": {"Type": "AWS::RDS::DBCluster", "Properties": {"Engine": unknown}}}));
    assert!(!cluster.open.is_empty());
    let instance = resources(
        json!({"I": {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "mysql", "DBClusterIdentifier": unknown}}}),
    );
    assert!(!instance.open.is_empty());
}

#[test]
fn the_versioning_of_a_bucket_is_as_the_template_sets_it() {
    for (properties, expected) in [
        (
            json!({"BucketName": "photos", "VersioningConfiguration": {"Status": "Enabled"}}),
            json!({"VersioningConfiguration": {"Status": "Enabled"}}),
        ),
        (
            json!({"BucketName": "photos"}),
            json!({"VersioningConfiguration": null}),
        ),
    ] {
        let made = resources(json!({"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}));
        let laid = over(&made, &base());
        assert_eq!(
            laid["accounts"][0]["regions"][0]["resources"][0]["Detail"],
            expected
        );
    }
    let waits = json!({"BucketName": "photos", "VersioningConfiguration": {"Status": {"Fn::ImportValue": "x"}}});
    let made = resources(json!({"B": {"Type": "AWS::S3::Bucket", "Properties": waits}}));
    let laid = over(&made, &base());
    let bucket = &laid["accounts"][0]["regions"][0]["resources"][0];
    assert_eq!(bucket.get("Detail"), None, "{bucket}");
}
