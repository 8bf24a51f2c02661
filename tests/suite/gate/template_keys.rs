//! Keys that a template makes: new where the template of now says so, else perhaps there already.

use backup_preflight::inventory::Overlay;
use backup_preflight::known::{AccountId, Region};
use backup_preflight::sources::cloudformation::{self, Settings};
use backup_preflight::verdict::Verdict::{self, Blocked, Feasible, Undecided};
use serde_json::json;

use crate::support::estate::{FROM, TO};
use crate::support::verdicts::read;
use crate::support::{Estate, decide};

fn template(policy: &str, key: &str) -> String {
    format!(
        "Resources:
  K: {{Type: AWS::KMS::Key, Properties: {{{policy}}}}}
  V:
    Type: AWS::Backup::BackupVault
    Properties:
      BackupVaultName: central
      EncryptionKeyArn: {key}
      AccessPolicy:
        Version: 2012-10-17
        Statement:
          - {{Effect: Allow, Principal: {{AWS: '{FROM}'}}, Action: backup:CopyIntoBackupVault, Resource: '*'}}
"
    )
}

fn after(before: Option<&str>, text: &str) -> (Overlay, Verdict) {
    let settings = Settings {
        account: AccountId::parse(TO).ok(),
        region: Some(Region::new("us-east-2")),
        ..Settings::default()
    };
    let change = ("t.yaml", text.as_bytes());
    let planned = match before {
        None => cloudformation::read(change.0, change.1, &settings),
        Some(now) => cloudformation::read_change(("now.yaml", now.as_bytes()), change, &settings),
    };
    let planned = planned.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(planned.open, Vec::<String>::new());
    let base = read(&Estate::rds().0);
    let base = planned.before.over(&base).unwrap();
    let laid = planned.after.over(&base).unwrap();
    let verdict = decide(&serde_json::to_value(&laid).unwrap()).remove(0);
    (planned.after, verdict.verdict)
}

/// A stack that is new has nothing now.
const NOTHING: &str = "Resources: {}\n";

#[test]
fn a_key_of_a_new_stack_has_no_grants_and_the_policy_that_it_is_given() {
    let own = "!GetAtt K.Arn";
    let locked = format!(
        "KeyPolicy: {{Version: 2012-10-17, Statement: [{{Effect: Allow, Principal: {{AWS: 'arn:aws:iam::{TO}:role/x'}}, Action: 'kms:*', Resource: '*'}}]}}"
    );
    for (before, policy, key, expected) in [
        (Some(NOTHING), "", own, Feasible),
        (Some(NOTHING), locked.as_str(), own, Blocked),
        (None, "", own, Undecided),
        (None, &locked, own, Undecided),
        // The key that AWS manages, by the names of its alias, which AWS Backup does not take.
        (Some(NOTHING), "", "alias/aws/backup", Undecided),
        (
            Some(NOTHING),
            "",
            "arn:aws:kms:us-east-2:444455556666:alias/aws/backup",
            Undecided,
        ),
        (Some(NOTHING), "", "alias/mine", Undecided),
        // Or the vault is there on its key, and stays on it.
        (None, "", "alias/aws/backup", Undecided),
    ] {
        let (_, verdict) = after(before, &template(policy, key));
        assert_eq!(verdict, expected, "{before:?} {policy} {key}");
    }
}

/// No command asks AWS for a key by a name that is not its own.
#[test]
fn what_is_asked_of_a_key_that_may_be_there_is_its_template_of_now() {
    let (overlay, _) = after(None, &template("", "!GetAtt K.Arn"));
    let laid = overlay.over(&read(&Estate::rds().0)).unwrap();
    let laid = serde_json::to_value(&laid).unwrap();
    let gaps = laid["gaps"].as_array().unwrap().iter();
    let gaps: Vec<_> = gaps
        .filter(|gap| gap["subject"].as_str().unwrap().ends_with(":key/K"))
        .collect();
    for call in ["kms:ListGrants", "kms:GetKeyPolicy"] {
        let gap = gaps.iter().find(|gap| gap["operation"] == call).unwrap();
        let waits = gap["waits_for"]["subject"].as_str().unwrap();
        assert!(
            waits.contains("--cloudformation-before") && waits.contains("t.yaml:2: K"),
            "{gap}"
        );
    }
    assert_eq!(gaps.len(), 2, "{}", json!(gaps));
}
