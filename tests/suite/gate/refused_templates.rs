//! Templates that CloudFormation refuses as a whole: what they say does not come about, and the answer stays open.

use std::collections::BTreeMap;

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};

use crate::support::estate::FROM;

const REFUSED: &str = ", and CloudFormation refuses the template: fix it";

const PLAN: &str = "
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: p
        BackupPlanRule:
          - RuleName: r
            TargetBackupVault: v
            CopyActions: [{DestinationBackupVaultArn: 'arn:aws:backup:us-east-2:444455556666:backup-vault:c'}]
";

fn settings() -> Settings {
    Settings {
        account: AccountId::parse(FROM).ok(),
        region: Some(Region::new("us-east-2")),
        imports: BTreeMap::new(),
        ..Settings::default()
    }
}

/// What a template leaves open of that, alone and as a new stack.
fn refused(text: &str) -> Vec<String> {
    let nothing = ("now.yaml", &b"Resources: {}\n"[..]);
    let alone = cloudformation::read("t.yaml", text.as_bytes(), &settings()).unwrap();
    let change =
        cloudformation::read_change(nothing, ("t.yaml", text.as_bytes()), &settings()).unwrap();
    let [alone, change] = [alone, change].map(|planned| {
        let mut open = planned.open;
        open.retain(|text| text.ends_with(REFUSED));
        open
    });
    assert_eq!(alone, change, "{text}");
    alone
}

#[test]
fn a_section_a_property_or_a_name_that_nobody_has_is_told_with_its_line() {
    let plan = format!("Resources:{PLAN}");
    for (text, says) in [
        (
            format!("Resource: {{}}\n{plan}"),
            "t.yaml:1: the section `Resource`, which no template has (did you mean `Resources`?)",
        ),
        (
            format!("{plan}x-common: {{}}\n"),
            "t.yaml:11: the section `x-common`, which no template has",
        ),
        (
            format!("{plan}Modules: {{}}\n"),
            "t.yaml:11: the section `Modules`, which `aws cloudformation package` writes out: give what that makes of it",
        ),
        (
            format!("{plan}Globals: {{}}\n"),
            "t.yaml:11: the section `Globals`, which no template has",
        ),
        (
            format!("{plan}    DependsOn: Nope\n"),
            "t.yaml:11: Plan depends on `Nope`, which is not in the template",
        ),
        (
            format!("{plan}    DependsOn: [T, Nope]\n  T: {{Type: 'AWS::SNS::Topic'}}\n"),
            "t.yaml:11: Plan depends on `Nope`, which is not in the template",
        ),
        (
            plan.replace("TargetBackupVault:", "TargetBackupVaultName:"),
            "t.yaml:9: Plan has the property `TargetBackupVaultName`, which a rule does not",
        ),
        (
            format!("{plan}        Rules: []\n"),
            "t.yaml:11: Plan has the property `Rules`, which the plan does not",
        ),
        (
            format!("{plan}      Name: p\n"),
            "t.yaml:11: Plan has the property `Name`, which AWS::Backup::BackupPlan does not",
        ),
        (
            plan.replace(
                "[{Dest",
                "[!If [C, {Region: us-west-2}, !Ref AWS::NoValue], {Dest",
            ) + "Conditions: {C: !Equals [a, b]}\n",
            "t.yaml:10: Plan has the property `Region`, which a copy action does not",
        ),
        (
            format!(
                "{plan}  V: {{Type: AWS::Backup::BackupVault, Properties: {{BackupVaultName: v, Locked: true}}}}\n"
            ),
            "t.yaml:11: V has the property `Locked`, which AWS::Backup::BackupVault does not",
        ),
        (
            format!("{plan}  K: {{Type: AWS::KMS::Key, Properties: {{Grants: []}}}}\n"),
            "t.yaml:11: K has the property `Grants`, which AWS::KMS::Key does not",
        ),
    ] {
        assert_eq!(refused(&text), [format!("{says}{REFUSED}")], "{text}");
    }
}

#[test]
fn what_a_template_has_beside_properties_is_looked_at() {
    let plan = format!("Resources:{PLAN}");
    let last = |more: &str| format!("{plan}{more}");
    for (text, says) in [
        (
            format!("AWSTemplateFormatVersion: '2012-10-17'\n{plan}"),
            "t.yaml:1: the AWSTemplateFormatVersion is `2012-10-17`, and there is 2010-09-09 alone",
        ),
        (
            last("    DependOn: Plan\n"),
            "t.yaml:11: Plan has the attribute `DependOn`, which no resource has (did you mean `DependsOn`?)",
        ),
        (
            last("    UpdateReplacePolcy: Retain\n"),
            "t.yaml:11: Plan has the attribute `UpdateReplacePolcy`, which no resource has (did you mean `UpdateReplacePolicy`?)",
        ),
        (
            last("    Connectors: {}\n"),
            "t.yaml:11: Plan has the attribute `Connectors`, which no resource has",
        ),
        (
            last("    DeletionPolicy: Keep\n"),
            "t.yaml:11: Plan has the DeletionPolicy `Keep`, which is none of Delete, Retain, RetainExceptOnCreate, Snapshot",
        ),
        (
            last("    UpdateReplacePolicy: RetainExceptOnCreate\n"),
            "t.yaml:11: Plan has the UpdateReplacePolicy `RetainExceptOnCreate`, which is none of Delete, Retain, Snapshot",
        ),
        (
            last("    DeletionPolicy: Snapshot\n"),
            "t.yaml:11: Plan has the DeletionPolicy Snapshot, which AWS::Backup::BackupPlan does not take",
        ),
        (
            last("  My-Topic: {Type: 'AWS::SNS::Topic'}\n"),
            "t.yaml:11: the name of the resource `My-Topic` has more than letters and digits",
        ),
        (
            last("Parameters: {P: {Type: Strng}}\n"),
            "t.yaml:11: the parameter P is of the type `Strng`, which none is (did you mean `String`?)",
        ),
        (
            last("Parameters: {P: {Default: a}}\n"),
            "t.yaml:11: the parameter P has no `Type`",
        ),
        (
            last("Parameters: {P: {Type: String, Defalt: a}}\n"),
            "t.yaml:11: the parameter P has `Defalt`, which none has (did you mean `Default`?)",
        ),
        (
            last("Outputs: {A: {Description: x}}\n"),
            "t.yaml:11: the output A has no `Value`",
        ),
        (
            last(
                "Outputs: {A: {Value: x, Export: {Name: n}}, B: {Value: y, Export: {Name: !Sub n}}}\n",
            ),
            "t.yaml:11: the output B exports `n`, which A does, too",
        ),
    ] {
        assert_eq!(refused(&text), [format!("{says}{REFUSED}")], "{text}");
    }
}

const EXTENSIONS: &str = "Transform: AWS::LanguageExtensions\n";

/// A template that names a topic by a value.
fn topic(value: &str) -> String {
    format!(
        "Resources:{PLAN}  T:\n    Type: AWS::SNS::Topic\n    Properties:\n      TopicName: {value}\n"
    )
}

#[test]
fn functions_are_those_of_cloudformation_with_their_arguments() {
    for (value, says) in [
        ("!Upper a", "has Fn::Upper, which is no function"),
        (
            "!Joyn [a, [b]]",
            "has Fn::Joyn, which is no function (did you mean Fn::Join?)",
        ),
        ("!Join [',', a]", "has Fn::Join of what is no list"),
        ("!Join [',']", "has Fn::Join, which takes a list of 2 items"),
        (
            "!Split [',']",
            "has Fn::Split, which takes a list of 2 items",
        ),
        ("!Select [0, a]", "has Fn::Select of what is no list"),
        (
            "!Select [5, [a]]",
            "has Fn::Select of item 5 in a list of 1, which begins with 0",
        ),
        (
            "!Select [-1, [a]]",
            "has Fn::Select of item -1 in a list of 1, which begins with 0",
        ),
        (
            "!Select [1, !Split [',', 'a']]",
            "has Fn::Select of item 1 in a list of 1, which begins with 0",
        ),
        ("!Ref [a]", "has Ref, which takes a name"),
        (
            "!Sub [a]",
            "has Fn::Sub, which takes a text or a list of 2 items",
        ),
        (
            "!GetAtt [Plan, A, B]",
            "has Fn::GetAtt, which takes a text or a list of 2 items",
        ),
        ("!If [C, a]", "has Fn::If, which takes a list of 3 items"),
        (
            "!Cidr ['10.0.0.0/16']",
            "has Fn::Cidr, which takes a list of 2 to 3 items",
        ),
        (
            "!ImportValue [a]",
            "has Fn::ImportValue, which takes one value",
        ),
    ] {
        let all = refused(&topic(value));
        let says = format!("t.yaml:14: T {says}{REFUSED}");
        assert!(all.contains(&says), "{value}: {all:?}");
    }
    // What is not taken is not worked out.
    let text = topic("!If [C, !Select [5, [a]], b]") + "Conditions: {C: !Equals [a, b]}\n";
    assert_eq!(refused(&text), [""; 0]);
    let condition =
        |of: &str| format!("Conditions: {{A: !Equals [a, a], C: {of}}}\nResources:{PLAN}");
    let many = ["!Condition A"; 11].join(", ");
    for (of, says) in [
        (
            "!And [!Condition A]".to_owned(),
            "Fn::And, which takes a list of 2 to 10 items",
        ),
        (
            format!("!Or [{many}]"),
            "Fn::Or, which takes a list of 2 to 10 items",
        ),
        (
            "!Not [!Condition A, !Condition A]".to_owned(),
            "Fn::Not, which takes a list of 1 item",
        ),
        (
            "!Equals [a]".to_owned(),
            "Fn::Equals, which takes a list of 2 items",
        ),
    ] {
        let says = format!("t.yaml:1: the condition C has {says}{REFUSED}");
        assert_eq!(refused(&condition(&of)), [says], "{of}");
    }
}

#[test]
fn what_a_transform_brings_needs_it() {
    let with = |attribute: &str| {
        format!(
            "Parameters: {{P: {{Type: String, Default: Retain}}}}\nResources:{PLAN}    {attribute}\n"
        )
    };
    let body = "{'V${X}': {Type: 'AWS::Backup::BackupVault', Properties: {BackupVaultName: !Sub 'v-${X}'}}}";
    let map = topic("!FindInMap [M, x, y, {DefaultValue: z}]") + "Mappings: {M: {a: {b: c}}}\n";
    for (text, says) in [
        (
            topic("{'Fn::Length': [a]}"),
            "t.yaml:14: T has Fn::Length without",
        ),
        (
            topic("{'Fn::ToJsonString': {a: b}}"),
            "t.yaml:14: T has Fn::ToJsonString without",
        ),
        (
            map,
            "t.yaml:14: T has Fn::FindInMap with a DefaultValue without",
        ),
        (
            with("DeletionPolicy: !Ref P"),
            "t.yaml:12: Plan has a function as its DeletionPolicy without",
        ),
        (
            with("UpdateReplacePolicy: !Ref P"),
            "t.yaml:12: Plan has a function as its UpdateReplacePolicy without",
        ),
        (
            format!("Resources:{PLAN}  'Fn::ForEach::Vaults': [X, [a, b], {body}]\n"),
            "t.yaml:11: Fn::ForEach::Vaults has Fn::ForEach without",
        ),
    ] {
        let told = format!("{says} `Transform: AWS::LanguageExtensions`{REFUSED}");
        assert_eq!(refused(&text), [told], "{text}");
        assert_eq!(refused(&format!("{EXTENSIONS}{text}")), [""; 0], "{text}");
    }
}

#[test]
fn functions_stand_where_they_may() {
    let plan = format!("Resources:{PLAN}");
    for (text, says) in [
        (
            format!(
                "{plan}Mappings: {{M: {{a: {{b: !Ref P}}}}}}\nParameters: {{P: {{Type: String}}}}\n"
            ),
            "t.yaml:11: the section Mappings has Ref, where no function stands",
        ),
        (
            format!("{plan}Description: !Sub x\n"),
            "t.yaml:11: the section Description has Fn::Sub, where no function stands",
        ),
        (
            format!("{plan}Parameters: {{P: {{Type: String, Default: !Sub x}}}}\n"),
            "t.yaml:11: the section Parameters has Fn::Sub, where no function stands",
        ),
        (
            format!("{plan}    DependsOn: !Ref Plan\n"),
            "t.yaml:11: Plan depends on what is not written as a name",
        ),
    ] {
        assert_eq!(refused(&text), [format!("{says}{REFUSED}")], "{text}");
    }
    assert_eq!(refused(&format!("{plan}    DependsOn: []\n")), [""; 0]);
}

#[test]
fn a_template_has_no_more_than_it_may() {
    let plan = format!("Resources:{PLAN}");
    let many = |count: usize, of: &str| {
        let each = (0..count).map(|at| format!("N{at}: {of}"));
        each.collect::<Vec<_>>().join(", ")
    };
    let of = "{Type: String, Default: a}";
    let topics = |count: usize| {
        let each = (0..count).map(|at| format!("  N{at}: {{Type: 'AWS::SNS::Topic'}}\n"));
        plan.clone() + &each.collect::<String>()
    };
    let long = "N".repeat(256);
    for (text, says) in [
        (
            format!("{plan}Parameters: {{{}}}\n", many(201, of)),
            "t.yaml:11: there are 201 parameters, more than 200".to_owned(),
        ),
        (
            format!("{plan}Outputs: {{{}}}\n", many(201, "{Value: a}")),
            "t.yaml:11: there are 201 outputs, more than 200".to_owned(),
        ),
        (
            format!("{plan}Mappings: {{{}}}\n", many(201, "{a: {b: c}}")),
            "t.yaml:11: there are 201 mappings, more than 200".to_owned(),
        ),
        (
            format!("{plan}Mappings: {{M: {{{}}}}}\n", many(201, "{b: c}")),
            "t.yaml:11: the mapping M has 201 attributes, more than 200".to_owned(),
        ),
        (
            topics(500),
            "t.yaml:1: there are 501 resources, more than 500".to_owned(),
        ),
        (
            format!("{plan}Outputs: {{{long}: {{Value: a}}}}\n"),
            format!("t.yaml:11: the name of the output `{long}` has more than 255 characters"),
        ),
        (
            format!("{plan}Description: {}\n", "é".repeat(513)),
            "t.yaml:11: the description has 1026 bytes, more than 1024".to_owned(),
        ),
        (
            format!("{plan}#{}\n", "x".repeat(1_000_000)),
            format!(
                "t.yaml:1: the template has {} bytes, more than 1000000",
                plan.len() + 1_000_002
            ),
        ),
    ] {
        assert_eq!(refused(&text), [format!("{says}{REFUSED}")], "{says}");
    }
    for text in [
        format!("{plan}Parameters: {{{}}}\n", many(200, of)),
        topics(499),
        format!("{plan}Description: {}\n", "x".repeat(1024)),
    ] {
        assert_eq!(refused(&text), [""; 0]);
    }
}

#[test]
fn what_a_type_requires_is_set() {
    let plan = format!("Resources:{PLAN}");
    let with = |kind: &str, properties: &str| {
        format!("{plan}  X: {{Type: '{kind}', Properties: {{{properties}}}}}\n")
    };
    let document = "{Version: '2012-10-17', Statement: []}";
    let (policy, trust) = (
        format!("PolicyDocument: {document}"),
        "AssumeRolePolicyDocument",
    );
    for (text, says) in [
        (
            with("AWS::Backup::BackupVault", ""),
            "t.yaml:11: X has no `BackupVaultName`, which AWS::Backup::BackupVault requires",
        ),
        (
            format!("{plan}  X: {{Type: 'AWS::Backup::BackupVault'}}\n"),
            "t.yaml:11: X has no `BackupVaultName`, which AWS::Backup::BackupVault requires",
        ),
        (
            with(
                "AWS::Backup::BackupVault",
                "BackupVaultName: !Ref AWS::NoValue",
            ),
            "t.yaml:11: X has no `BackupVaultName`, which AWS::Backup::BackupVault requires",
        ),
        (
            with("AWS::IAM::Policy", &policy),
            "t.yaml:11: X has no `PolicyName`, which AWS::IAM::Policy requires",
        ),
        (
            with(
                "AWS::KMS::ReplicaKey",
                "PrimaryKeyArn: 'arn:aws:kms:us-east-1:111122223333:key/mrk-1'",
            ),
            "t.yaml:11: X has no `KeyPolicy`, which AWS::KMS::ReplicaKey requires",
        ),
        (
            with(
                "AWS::IAM::Role",
                &format!("{trust}: {document}, Policies: [{{{policy}}}]"),
            ),
            "t.yaml:11: X has no `PolicyName`, which an inline policy requires",
        ),
        (
            with(
                "AWS::Backup::BackupSelection",
                "BackupPlanId: !Ref Plan, BackupSelection: {SelectionName: s, Resources: ['*']}",
            ),
            "t.yaml:11: X has no `IamRoleArn`, which the selection requires",
        ),
        (
            with("AWS::FSx::FileSystem", "FileSystemType: LUSTRE"),
            "t.yaml:11: X has no `SubnetIds`, which AWS::FSx::FileSystem requires",
        ),
        (
            plan.replace("RuleName: r\n            ", ""),
            "t.yaml:8: Plan has no `RuleName`, which a rule requires",
        ),
    ] {
        assert_eq!(refused(&text), [format!("{says}{REFUSED}")], "{text}");
    }
    for text in [
        with("AWS::Backup::BackupVault", "BackupVaultName: !If [C, v, w]")
            + "Conditions: {C: !Equals [!Ref P, b]}\nParameters: {P: {Type: String}}\n",
        with("AWS::KMS::Key", ""),
        with("AWS::RDS::DBInstance", ""),
    ] {
        assert_eq!(refused(&text), [""; 0], "{text}");
    }
}

#[test]
fn what_it_takes_is_not_refused() {
    let plan = format!("Resources:{PLAN}");
    for text in [
        plan.clone(),
        format!(
            "AWSTemplateFormatVersion: 2010-09-09\nRules: {{}}\nHooks: {{}}\nOutputs: {{}}\n{plan}    DependsOn: T\n  T: {{Type: 'AWS::SNS::Topic'}}\n"
        ),
        format!(
            "Transform: AWS::Serverless-2016-10-31\nGlobals: {{}}\n{plan}    DependsOn: FunctionRole\n"
        ),
        format!(
            "Transform: AWS::Serverless-2016-10-31\n{plan}    Connectors: {{}}\n    Version: '1'\n    Description: x\n    UpdateReplacePolicy: Retain\n"
        ),
        format!(
            "Parameters: {{P: {{Type: 'List<AWS::EC2::Subnet::Id>', ConstraintDescription: x}}}}\n{plan}"
        ),
        format!("{plan}    DependsOn: M.Key\n  M: {{Type: 'Org::Key::Of::MODULE'}}\n"),
        format!(
            "Conditions: {{C: !Equals [a, b]}}\n{plan}  V: {{Type: AWS::Backup::BackupVault, Condition: C, Properties: {{Locked: true}}}}\n"
        ),
        plan.replace(
            "BackupPlanName: p",
            "'Fn::Transform': {Name: x}\n        BackupPlanName: p",
        ),
    ] {
        assert_eq!(refused(&text), [""; 0], "{text}");
    }
}

/// What is deployed was taken.
#[test]
fn the_template_of_now_was_taken() {
    let now = format!("x-common: {{}}\nResources:{PLAN}    DependsOn: Nope\n");
    let then = format!("Resources:{PLAN}");
    let planned = cloudformation::read_change(
        ("now.yaml", now.as_bytes()),
        ("t.yaml", then.as_bytes()),
        &settings(),
    )
    .unwrap();
    assert!(
        planned.open.iter().all(|text| !text.contains("refuses")),
        "{:?}",
        planned.open
    );
}
