//! Stacks in stacks: read where their templates lie beside the one that makes them, else the answer stays open.

use std::fs;

use serde_json::{Value, json};

use crate::support::estate::{CENTRAL_KEY, FROM, TO};
use crate::support::{Estate, run};

const VAULTS: &str = "vaults.yaml";

fn vaults() -> String {
    format!(
        "Parameters: {{Days: {{Type: Number, Default: 7}}}}
Resources:
  Key: {{Type: AWS::KMS::Key}}
  V:
    Type: AWS::Backup::BackupVault
    Properties:
      BackupVaultName: central
      EncryptionKeyArn: {CENTRAL_KEY}
      AccessPolicy:
        Version: 2012-10-17
        Statement:
          - {{Effect: Allow, Principal: {{AWS: '{FROM}'}}, Action: backup:CopyIntoBackupVault, Resource: '*'}}
      LockConfiguration: {{MinRetentionDays: !Ref Days}}
"
    )
}

/// The report and exit code of a check with a template, in a folder with that of the vaults.
fn check(template: &str) -> (Value, i32, String) {
    let of = |lock: &str| format!("/accounts/1/regions/0/vaults/0/{lock}");
    let estate = Estate::rds()
        .set(&of("Locked"), json!(true))
        .set(&of("MinRetentionDays"), json!(7));
    check_over(&estate, template)
}

fn check_over(estate: &Estate, template: &str) -> (Value, i32, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let inventory = file("i.json", &estate.0.to_string());
    let template = file("app/main.yaml", template);
    file(&format!("app/{VAULTS}"), &vaults());
    file(
        "app/deep.yaml",
        &format!(
            "Resources: {{Vaults: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: {VAULTS}, Parameters: {{Days: 90}}}}}}}}\n"
        ),
    );
    let ran = run(&[
        "check",
        "--no-config",
        "--inventory",
        &inventory,
        "--cloudformation",
        &template,
        "--account",
        TO,
        "--template-region",
        "us-east-2",
        "--format",
        "json",
    ]);
    let report = serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err));
    (report, ran.code, ran.err)
}

fn stack(more: &str) -> String {
    format!(
        "Parameters: {{P: {{Type: String, Default: '90'}}, Q: {{Type: String}}}}\nConditions: {{Same: !Equals [a, a], Other: !Equals [a, b], Open: !Equals [!Ref Q, b]}}\nResources:\n  Vaults:\n    Type: AWS::CloudFormation::Stack\n{more}"
    )
}

#[test]
fn a_template_that_lies_beside_is_read_with_what_it_is_given() {
    // The vault is locked at seven days: at ninety, the change locks it, or somebody changed it.
    for (more, verdict, code) in [
        (
            "    Properties: {TemplateURL: vaults.yaml, Parameters: {Days: 90}}\n",
            "undecided",
            3,
        ),
        (
            "    Properties: {TemplateURL: ./vaults.yaml, Parameters: {Days: !Ref P}}\n",
            "undecided",
            3,
        ),
        (
            "    Properties: {TemplateURL: vaults.yaml}\n",
            "feasible",
            0,
        ),
        (
            "    Properties: {TemplateURL: vaults.yaml, Parameters: {Days: !ImportValue x}}\n",
            "undecided",
            3,
        ),
        ("    Properties: {TemplateURL: deep.yaml}\n", "undecided", 3),
        (
            "    Condition: Same\n    Properties: {TemplateURL: deep.yaml}\n",
            "undecided",
            3,
        ),
        (
            "    Condition: Other\n    Properties: {TemplateURL: deep.yaml}\n",
            "feasible",
            0,
        ),
        (
            "    Metadata: {'aws:asset:path': deep.yaml}\n    Properties: {TemplateURL: !Sub 'https://s3.${AWS::URLSuffix}/x'}\n",
            "undecided",
            3,
        ),
        // What is not read leaves the answer open.
        (
            "    Condition: Open\n    Properties: {TemplateURL: deep.yaml}\n",
            "feasible",
            3,
        ),
        ("    Properties: {TemplateURL: none.yaml}\n", "feasible", 3),
        (
            "    Properties: {TemplateURL: 'https://example.com/vaults.yaml'}\n",
            "feasible",
            3,
        ),
        ("    Properties: {TemplateURL: main.yaml}\n", "feasible", 3),
    ] {
        let (report, exit, err) = check(&stack(more));
        let copy = &report["copies"][0];
        assert_eq!(
            (&copy["verdict"], exit),
            (&json!(verdict), code),
            "{more}\n{err}"
        );
    }
}

/// CloudFormation makes no stack whose template does not have what it is given, or has what it is not given.
#[test]
fn a_stack_within_is_given_what_its_template_has() {
    let of = |parameters: &str, own: &str| {
        let template = stack(&format!(
            "    Properties: {{TemplateURL: own.yaml, {parameters}}}\n"
        ));
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            file.display().to_string()
        };
        let inventory = write("i.json", &Estate::rds().0.to_string());
        let template = write("main.yaml", &template);
        write(
            "own.yaml",
            &format!("Parameters: {{{own}}}\nResources: {{T: {{Type: 'AWS::SNS::Topic'}}}}\n"),
        );
        let check = ["check", "--no-config", "--inventory", &inventory];
        let over = ["--cloudformation", &template, "--account", TO];
        let ran = run(&[&check[..], &over, &["--template-region", "us-east-2"]].concat());
        (ran.code, ran.err)
    };
    let days = "Days: {Type: Number}";
    for (parameters, own, says) in [
        (
            "Parameters: {Days: 9, Nope: a}",
            days,
            "own.yaml:1: the stack that it is in gives the parameter Nope, which it does not have",
        ),
        (
            "Parameters: {Days: !Ref AWS::NoValue}",
            days,
            "own.yaml:1: the stack that it is in does not give the parameter Days, which has no default",
        ),
        (
            "Tags: []",
            days,
            "own.yaml:1: the stack that it is in does not give the parameter Days, which has no default",
        ),
    ] {
        let (code, err) = of(parameters, own);
        assert!(
            code == 3 && err.contains(says),
            "{parameters}: {code}\n{err}"
        );
    }
    for (parameters, own) in [
        ("Parameters: {Days: 9}", days),
        ("Parameters: {Days: !Ref Q}", days),
        ("Tags: []", "Days: {Type: Number, Default: 9}"),
    ] {
        let (_, err) = of(parameters, own);
        assert!(
            !err.contains("the stack that it is in"),
            "{parameters}: {err}"
        );
    }
}

#[test]
fn the_place_is_that_of_the_template_that_says_it() {
    let estate = Estate::rds()
        .without("/accounts/1/regions/0/vaults/0/Locked")
        .without("/accounts/1/regions/0/vaults/0/MinRetentionDays");
    let (report, ..) = check_over(
        &estate,
        &stack("    Properties: {TemplateURL: deep.yaml}\n"),
    );
    let text = report.to_string();
    assert!(
        text.contains("app/vaults.yaml") && text.contains("\"line\":4"),
        "{text}"
    );
}

#[test]
fn logical_ids_of_two_stacks_are_two_things() {
    let template = stack("    Properties: {TemplateURL: vaults.yaml}\n")
        + "  Others: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: keys.yaml}}\n  Key: {Type: 'AWS::KMS::Key', Properties: {Enabled: false}}\n";
    let (_, code, err) = check(&template);
    assert!(!err.contains("different things"), "{err}");
    assert_eq!(code, 3, "{err}");
}

/// `cdk synth` writes the template of a stack within beside that of the other, and a glob takes both.
#[test]
fn a_template_within_needs_none_of_now_where_another_of_the_run_makes_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let inventory = write("inventory.json", &Estate::rds().0.to_string());
    let root = write(
        "Root.template.json",
        "Resources: {N: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: RootN.nested.template.json}}}\n",
    );
    let other = vaults().replace("BackupVaultName: central", "BackupVaultName: other");
    let within = write("RootN.nested.template.json", &other);
    let nothing = write("nothing.json", "Resources: {}\n");
    let has_it = write("has-it.json", &fs::read_to_string(&root).unwrap());
    let check = |before: &[&str]| {
        let mut args = vec![
            "check",
            "--no-config",
            "--inventory",
            &inventory,
            "--account",
            TO,
            "--template-region",
            "us-east-2",
        ];
        args.extend(["--cloudformation", &root, &within]);
        args.extend(
            before
                .iter()
                .flat_map(|file| ["--cloudformation-before", file]),
        );
        let ran = run(&args);
        (ran.code, ran.err)
    };
    let (code, err) = check(&[&nothing]);
    assert_eq!(code, 0, "{err}");
    assert_eq!(check(&[&nothing, &nothing]).0, code);
    let (code, err) = check(&[&has_it]);
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("RootN.nested.template.json: is the template of a stack that another of the run has now already"), "{err}");
    let (code, err) = check(&[&nothing, &nothing, &nothing]);
    assert!(
        code == 2 && err.contains("3 --cloudformation-before for 2 --cloudformation"),
        "{err}"
    );
}
