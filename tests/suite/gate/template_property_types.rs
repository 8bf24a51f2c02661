//! What CloudFormation makes of a number or a truth where a property is a text, and of a text where it is a number.

use backup_preflight::inventory::Facts;
use backup_preflight::known::{AccountId, Region};
use backup_preflight::plans;
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::planned::Planned;
use serde_json::Value;

use super::base;

const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole";

pub(super) fn read(text: &str) -> Result<Planned, String> {
    let settings = Settings {
        account: AccountId::parse("111122223333").ok(),
        region: Some(Region::new("eu-west-1")),
        ..Settings::default()
    };
    let now = ("now.yaml", &b"Resources: {}\n"[..]);
    cloudformation::read_change(now, ("t.yaml", text.as_bytes()), &settings)
        .map_err(|error| error.to_string())
}

pub(super) fn planned(text: &str) -> Planned {
    read(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// How many copies a template makes.
pub(super) fn copies(text: &str) -> usize {
    let planned = planned(text);
    let laid = planned.after.over(&base());
    let laid = laid.unwrap_or_else(|error| panic!("{error}\n{text}"));
    let facts = Facts::new(&laid);
    plans::copies(&plans::plans(&facts), &facts).copies.len()
}

/// A plan that takes tables by a tag.
pub(super) fn by_tag(parameters: &str, condition: &str, tag: &str, wanted: &str) -> String {
    format!(
        "Parameters: {{{parameters}}}
Conditions: {{Made: {condition}}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {{TableName: orders, Tags: [{{Key: Tier, Value: {tag}}}]}}
  Plan:
    Type: AWS::Backup::BackupPlan
    Condition: Made
    Properties:
      BackupPlan:
        BackupPlanName: p
        BackupPlanRule:
          - RuleName: r
            TargetBackupVault: v
            CopyActions: [{{DestinationBackupVaultArn: 'arn:aws:backup:us-east-1:111122223333:backup-vault:c'}}]
  Selection:
    Type: AWS::Backup::BackupSelection
    Condition: Made
    Properties:
      BackupPlanId: !Ref Plan
      BackupSelection:
        SelectionName: s
        IamRoleArn: {ROLE}
        ListOfTags: [{{ConditionType: STRINGEQUALS, ConditionKey: Tier, ConditionValue: {wanted}}}]
"
    )
}

/// A plan, with more in its rule.
fn plan(more: &str) -> Value {
    let text = format!(
        "Parameters: {{Text: {{Type: String, Default: '60'}}, Never: {{Type: String, Default: false}}}}
Resources:
  Plan:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: 7
        BackupPlanRule:
          - RuleName: 1
            TargetBackupVault: v
            {more}
"
    );
    let document = planned(&text).after.document;
    let rule = document.pointer("/accounts/0/regions/0/plans/0/BackupPlan/Rules/0");
    rule.unwrap_or_else(|| panic!("{document}")).clone()
}

#[test]
fn each_property_of_a_rule_is_of_its_type_however_it_is_written() {
    for (more, field, expected) in [
        (
            "StartWindowMinutes: \"60\"",
            "StartWindowMinutes",
            Value::from(60),
        ),
        (
            "StartWindowMinutes: !Ref Text",
            "StartWindowMinutes",
            Value::from(60),
        ),
        (
            "CompletionWindowMinutes: '180'",
            "CompletionWindowMinutes",
            Value::from(180),
        ),
        (
            "EnableContinuousBackup: !Ref Never",
            "EnableContinuousBackup",
            Value::from(false),
        ),
        (
            "EnableContinuousBackup: \"False\"",
            "EnableContinuousBackup",
            Value::from(false),
        ),
        (
            "ScheduleExpressionTimezone: 5",
            "ScheduleExpressionTimezone",
            Value::from("5"),
        ),
        (
            "RecoveryPointTags: {n: 5, t: true, o: 8, Key: 'x'}",
            "RecoveryPointTags",
            serde_json::json!({"n": "5", "t": "true", "o": "8", "Key": "x"}),
        ),
        ("StartWindowMinutes: 60", "RuleName", Value::from("1")),
    ] {
        assert_eq!(plan(more)[field], expected, "{more}");
    }
    for (more, field, told) in [
        (
            "StartWindowMinutes: soon",
            "StartWindowMinutes",
            "\"soon\" and not a whole number",
        ),
        (
            "StartWindowMinutes: '060'",
            "StartWindowMinutes",
            "\"060\" and not a whole number",
        ),
        (
            "StartWindowMinutes: 60.5",
            "StartWindowMinutes",
            "60.5 and not a whole number",
        ),
        (
            "EnableContinuousBackup: maybe",
            "EnableContinuousBackup",
            "\"maybe\" and not true or false",
        ),
        (
            "RecoveryPointTags: [a]",
            "RecoveryPointTags",
            "a list and not an object",
        ),
    ] {
        let found = plan(more)[field]["unknown"]
            .to_string()
            .replace("\\\"", "\"");
        let told = format!("t.yaml:11: BackupPlan.BackupPlanRule.{field}, which is {told}");
        assert!(found.contains(&told), "{more}: {found}");
    }
}

#[test]
fn the_tags_of_a_simple_table_are_a_map() {
    for (tags, taken) in [
        ("{Tier: a, n: 5}", true),
        ("{Tier: b}", false),
        ("{Tier: !Ref P}", true),
    ] {
        let text = by_tag("P: {Type: String, Default: a}", "!Equals [a, a]", "a", "a")
            .replace("AWS::DynamoDB::Table", "AWS::Serverless::SimpleTable")
            .replace("[{Key: Tier, Value: a}]", tags);
        assert_eq!(copies(&text), usize::from(taken), "{tags}");
        assert_eq!(planned(&text).open, Vec::<String>::new(), "{tags}");
    }
}

#[test]
fn an_arn_that_is_none_is_told_with_its_line() {
    for (arn, told) in [
        ("!Ref Vault", "\"central\""),
        (
            "!Sub 'arn:aws:backup:us-east-1:${P}:backup-vault:c'",
            "\"arn:aws:backup:us-east-1:1402433619:backup-vault:c\"",
        ),
    ] {
        let text = by_tag(
            "P: {Type: String, Default: '1402433619'}",
            "!Equals [a, a]",
            "a",
            "a",
        )
        .replace(
            "'arn:aws:backup:us-east-1:111122223333:backup-vault:c'",
            arn,
        );
        let text = format!(
            "{text}  Vault: {{Type: 'AWS::Backup::BackupVault', Properties: {{BackupVaultName: central}}}}\n"
        );
        let document = planned(&text)
            .after
            .document
            .to_string()
            .replace("\\\"", "\"");
        let told = format!(
            "t.yaml:16: BackupPlan.BackupPlanRule.CopyActions.DestinationBackupVaultArn, which is {told} and not an ARN"
        );
        assert!(document.contains(&told), "{arn}: {document}");
    }
    let text = by_tag("", "!Equals [a, a]", "a", "a").replace("BackupPlanRule:", "Rules:");
    let document = planned(&text).after.document.to_string();
    assert!(
        document.contains("t.yaml:7: Plan has no `BackupPlanRule`"),
        "{document}"
    );
}
