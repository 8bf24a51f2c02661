//! What the reader of templates makes of each property that decides a copy: as CloudFormation takes it, or open.

use std::collections::BTreeMap;

use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::sources::planned::Planned;
use backup_preflight::verdict::Verdict;

use crate::support::estate::{CENTRAL_KEY, FROM, KEY, TO};
use crate::support::verdicts::read;
use crate::support::{Estate, decide};

fn planned(text: &str, account: &str, parameters: &[(&str, &str)]) -> Planned {
    let parameters = parameters.iter();
    let settings = Settings {
        account: AccountId::parse(account).ok(),
        region: Some(Region::new("us-east-2")),
        parameters: parameters
            .map(|(name, value)| (name.to_string(), Some(value.to_string())))
            .collect(),
        imports: BTreeMap::new(),
        stack: None,
        ..Settings::default()
    };
    // The stack is new: what it makes is as the template says.
    let now = ("now.yaml", &b"Resources: {}\n"[..]);
    cloudformation::read_change(now, ("t.yaml", text.as_bytes()), &settings)
        .unwrap_or_else(|error| panic!("{error}"))
}

fn over(text: &str, account: &str) -> Verdict {
    let planned = planned(text, account, &[]);
    let laid = planned
        .after
        .over(&read(&Estate::rds().0))
        .unwrap_or_else(|error| panic!("{text}\n{error}"));
    let all = decide(&serde_json::to_value(&laid).unwrap());
    assert_eq!(all.len(), 1);
    match all[0].verdict {
        Verdict::Feasible if !planned.open.is_empty() => Verdict::Undecided,
        verdict => verdict,
    }
}

fn vault(more: &str) -> String {
    format!(
        "Parameters: {{Days: {{Type: Number, Default: 90}}}}
Mappings: {{M: {{a: {{b: \"90\"}}}}}}
Resources:
  V:
    Type: AWS::Backup::BackupVault
    Properties:
      BackupVaultName: central
      EncryptionKeyArn: {CENTRAL_KEY}
      AccessPolicy:
        Version: 2012-10-17
        Statement:
          - {{Effect: Allow, Principal: {{AWS: {FROM}}}, Action: backup:CopyIntoBackupVault, Resource: '*'}}
{more}"
    )
}

#[test]
fn numbers_are_taken_as_cloudformation_takes_them_and_else_open() {
    use Verdict::{Blocked, Feasible, Undecided};
    for (lock, expected) in [
        ("", Feasible),
        ("{MinRetentionDays: 7}", Feasible),
        ("{MinRetentionDays: 90}", Blocked),
        ("{MinRetentionDays: \"90\"}", Blocked),
        ("{MinRetentionDays: 0132}", Blocked),
        ("{MinRetentionDays: 010}", Feasible),
        ("{MinRetentionDays: 0x5A}", Blocked),
        ("{MinRetentionDays: 1:30}", Blocked),
        ("{MinRetentionDays: 9e1}", Undecided),
        ("{MinRetentionDays: 90.0}", Undecided),
        ("{MinRetentionDays: +90}", Undecided),
        ("{MinRetentionDays: 9_0}", Undecided),
        ("{MinRetentionDays: \"090\"}", Undecided),
        ("{MinRetentionDays: yes}", Undecided),
        ("{MinRetentionDays: !Ref Days}", Blocked),
        ("{MinRetentionDays: !Sub \"${Days}\"}", Blocked),
        ("{MinRetentionDays: !FindInMap [M, a, b]}", Blocked),
        ("{MinRetentionDays: !FindInMap [M, a, c]}", Undecided),
        (
            "{MinRetentionDays: !FindInMap [M, a, c, {DefaultValue: 90}]}",
            Blocked,
        ),
        (
            "{MinRetentionDays: !FindInMap [M, a, b, {DefaultValue: 7}]}",
            Blocked,
        ),
        (
            "{MinRetentionDays: !FindInMap [M, !ImportValue x, b, {DefaultValue: 7}]}",
            Undecided,
        ),
        (
            "{MinRetentionDays: !Select [0, !Split [/, !Select [1, !Cidr [90.0.0.0/8, 2, 16]]]]}",
            Undecided,
        ),
        (
            "{MinRetentionDays: !Select [0, !Split [., !Select [1, !Cidr [89.255.0.0/15, 2, 16]]]]}",
            Blocked,
        ),
        (
            "{MinRetentionDays: !Select [0, !Split [., !Select [1, !Cidr [90.0.0.0/24, 2, 16]]]]}",
            Undecided,
        ),
        (
            "{MinRetentionDays: !Select [0, !Split [NWF, !Join ['', ['90NWF', !Base64 5a]]]]}",
            Blocked,
        ),
        ("{MinRetentionDays: x}", Undecided),
        ("{MinRetentionDay: 90}", Undecided),
        ("[{MinRetentionDays: 90}]", Undecided),
        ("\"90\"", Undecided),
        ("~", Undecided),
        (
            "{MinRetentionDays: 7, MaxRetentionDays: !ImportValue x}",
            Undecided,
        ),
    ] {
        let text = if lock.is_empty() {
            String::new()
        } else {
            format!("      LockConfiguration: {lock}\n")
        };
        assert_eq!(over(&vault(&text), TO), expected, "{lock}");
    }
}

#[test]
fn what_is_misspelt_or_has_another_shape_is_told_with_its_place() {
    for (more, says) in [
        (
            "      AcessPolicy: {}\n",
            "t.yaml:4: V has the property `AcessPolicy`: did you mean `AccessPolicy`?",
        ),
        (
            "  W: {Properties: {}}\n",
            "t.yaml:13: W has no `Type`: what it is is not known",
        ),
        (
            "  W: {Type: [AWS::Backup::BackupVault]}\n",
            "t.yaml:13: W has no `Type`: what it is is not known",
        ),
        (
            "  W: {Type: AWS::KMS::Key, Properties: []}\n",
            "t.yaml:13: the `Properties` of W are not an object",
        ),
        (
            "  W: {Type: AWS::KMS::Key, Properties: {KeySpecs: RSA_2048}}\n",
            "t.yaml:13: W has the property `KeySpecs`: did you mean `KeySpec`?",
        ),
        (
            "  Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://x/y}}\n",
            "t.yaml:13: Fn::Transform may make more resources, and is not read",
        ),
        (
            "  Fn::If: [C, {}, {}]\n",
            "t.yaml:13: Fn::If may make more resources, and is not read",
        ),
    ] {
        let open = planned(&vault(more), TO, &[]).open;
        assert!(open.iter().any(|text| text == says), "{more}: {open:?}");
    }
    let text = vault("").replace("Statement:\n", "Statment:\n");
    let document = planned(&text, TO, &[]).after.document.to_string();
    assert!(
        document.contains("t.yaml:9: AccessPolicy, which is not a policy document"),
        "{document}"
    );
}

#[test]
fn a_key_that_is_disabled_is_told_however_that_is_written() {
    let key = |enabled: &str| {
        let text = vault("").replace(CENTRAL_KEY, "!GetAtt K.Arn");
        let policy = format!(
            "{{Version: 2012-10-17, Statement: [{{Effect: Allow, Principal: {{AWS: \"arn:aws:iam::{TO}:root\"}}, Action: \"kms:*\", Resource: \"*\"}}]}}"
        );
        format!(
            "{text}  K:\n    Type: AWS::KMS::Key\n    Properties:\n      Enabled: {enabled}\n      KeyPolicy: {policy}\n"
        )
    };
    for (enabled, expected) in [
        ("true", Verdict::Feasible),
        ("false", Verdict::Blocked),
        ("\"False\"", Verdict::Blocked),
        ("0", Verdict::Blocked),
        ("maybe", Verdict::Undecided),
    ] {
        let found = planned(&key(enabled), TO, &[]).after.document.to_string();
        let state = match expected {
            Verdict::Feasible => r#""KeyState":"Enabled""#,
            Verdict::Blocked => r#""KeyState":"Disabled""#,
            Verdict::Undecided => r#""KeyState":{"unknown":"#,
        };
        assert!(found.contains(state), "{enabled}: {found}");
    }
}

#[test]
fn what_a_database_is_is_read_whole() {
    let database = |engine: &str, more: &str| {
        format!(
            "Resources:\n  Db:\n    Type: AWS::RDS::DBInstance\n    Properties:\n      DBInstanceIdentifier: orders\n      Engine: {engine}\n      \
             StorageEncrypted: \"true\"\n      KmsKeyId: {KEY}\n{more}"
        )
    };
    for (engine, more, expected) in [
        ("postgres", "", Verdict::Feasible),
        ("Postgres", "      EngineVersion: 16\n", Verdict::Feasible),
        ("Custom-Oracle-EE", "", Verdict::Blocked),
        (
            "oracle-ee",
            "      TdeCredentialArn: arn:aws:cloudhsm:x\n",
            Verdict::Blocked,
        ),
        (
            "oracle-ee",
            "      TdeCredentialArn: !ImportValue x\n",
            Verdict::Undecided,
        ),
        (
            "aurora-postgresql",
            "      DBClusterIdentifier: c\n",
            Verdict::Blocked,
        ),
        (
            "postgres",
            "      DBClusterIdentifier: !ImportValue x\n",
            Verdict::Undecided,
        ),
        (
            "postgres",
            "      BackupTarget: outposts\n",
            Verdict::Blocked,
        ),
        ("!ImportValue x", "", Verdict::Undecided),
    ] {
        assert_eq!(
            over(&database(engine, more), FROM),
            expected,
            "{engine} {more}"
        );
    }
}

/// What `NoEcho` hides is in nothing that comes of a template.
#[test]
fn what_a_template_hides_is_not_told() {
    const SECRET: &str = "hunter2-marked";
    let text = format!(
        "Parameters: {{P: {{Type: String, NoEcho: true}}}}
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      DBInstanceIdentifier: !Sub 'orders${{P}}'
      Engine: postgres
      MasterUserPassword: !Ref P
      KmsKeyId: {KEY}
      StorageEncrypted: true
      Tags: [{{Key: k, Value: !Join ['-', [a, !Ref P]]}}]
  V:
    Type: AWS::Backup::BackupVault
    Properties: {{BackupVaultName: !Ref P, AccessPolicy: !Ref P}}
  Role:
    Type: AWS::IAM::Role
    Properties: {{RoleName: r, AssumeRolePolicyDocument: !Ref P, Policies: [{{PolicyName: !Ref P, PolicyDocument: !Ref P}}]}}
"
    );
    let planned = planned(&text, FROM, &[("P", SECRET)]);
    assert!(!format!("{planned:?}").contains(SECRET), "{planned:?}");
    assert!(!planned.open.is_empty());
}

#[test]
fn the_advanced_settings_of_a_plan_are_read() {
    let text = "Resources:
  P:
    Type: AWS::Backup::BackupPlan
    Properties:
      BackupPlan:
        BackupPlanName: daily
        AdvancedBackupSettings:
          - {ResourceType: S3, BackupOptions: {BackupACLs: disabled}}
        BackupPlanRule:
          - {RuleName: nightly, TargetBackupVault: prod}
";
    let planned = planned(text, FROM, &[]);
    let at = "/accounts/0/regions/0/plans/0/BackupPlan/AdvancedBackupSettings";
    let read =
        serde_json::json!([{"ResourceType": "S3", "BackupOptions": {"BackupACLs": "disabled"}}]);
    assert_eq!(planned.after.document.pointer(at), Some(&read));
}

#[test]
fn the_policy_of_a_file_system_is_read() {
    let policy = "{Version: 2012-10-17, Statement: [{Effect: Deny, Principal: '*', Action: 'elasticfilesystem:Backup', Resource: '*'}]}";
    let of = |policy: &str| {
        let text = format!(
            "Resources:
  F:
    Type: AWS::EFS::FileSystem
    Properties: {{Encrypted: true, KmsKeyId: {KEY}, FileSystemPolicy: {policy}}}
"
        );
        let planned = planned(&text, FROM, &[]);
        let at = "/accounts/0/regions/0/resources/0/Detail/FileSystemPolicy";
        planned.after.document.pointer(at).cloned().unwrap()
    };
    assert_eq!(of(policy)["Statement"][0]["Effect"], "Deny");
    let open = of("!ImportValue Policy");
    assert!(open.to_string().contains("unknown"), "{open}");
}
