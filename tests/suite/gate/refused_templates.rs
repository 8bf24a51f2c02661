//! Templates that CloudFormation refuses as a whole: what they say does not come about, and the answer stays open.

use std::collections::BTreeMap;

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};

use crate::support::estate::FROM;

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
        open.retain(|text| text.ends_with(": CloudFormation refuses the template"));
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
            plan.replace("[{Dest", "[!If [C, {Region: us-west-2}, {}], {Dest")
                + "Conditions: {C: !Equals [a, b]}\n",
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
        assert_eq!(
            refused(&text),
            [format!("{says}: CloudFormation refuses the template")],
            "{text}"
        );
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
