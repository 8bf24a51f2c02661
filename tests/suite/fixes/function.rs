//! The function of a copy in two steps, run against a stand-in for boto3.

use std::process::Command;

use backup_preflight::remedy::RemedyKind;
use serde_json::{Value, json};

use super::support::Made;

/// A boto3 that answers one copy job and keeps what is asked of it.
const BOTO3: &str = r#"
import json, os

class Backup:
    def describe_copy_job(self, CopyJobId):
        job = json.loads(os.environ["JOB"])
        assert job["CopyJobId"] == CopyJobId
        return {"CopyJob": job}

    def start_copy_job(self, **request):
        print("start " + json.dumps(request, sort_keys=True))
        if os.environ.get("REFUSE"):
            raise Exception("AccessDeniedException")
        return {"CopyJobId": "second"}

def client(name):
    assert name == "backup", name
    return Backup()
"#;

const RESOURCE: &str = "arn:aws:rds:ap-south-1:111122223333:db:orders-aws-managed-key";

fn job(made: &Made) -> Value {
    let between = &made
        .remedies
        .iter()
        .find(|it| it.kind == RemedyKind::CreateVault)
        .unwrap()
        .subject;
    json!({
        "CopyJobId": "first",
        "State": "COMPLETED",
        "ResourceArn": RESOURCE,
        "SourceRecoveryPointArn": "arn:aws:rds:ap-south-1:111122223333:snapshot:awsbackup:job-1",
        "DestinationBackupVaultArn": between,
        "DestinationRecoveryPointArn": "arn:aws:rds:ap-south-1:111122223333:snapshot:awsbackup:copyjob-2",
    })
}

/// Calls the function with the event of a job. Gives what was started, and whether it ended well.
fn call(made: &Made, job: &Value, refuse: bool) -> (Vec<Value>, bool) {
    std::fs::write(made.path("two-step/boto3.py"), BOTO3).unwrap();
    let mut command = Command::new("python3");
    command
        .current_dir(made.path("two-step"))
        .args([
            "-B",
            "-c",
            "import function; function.handler({'detail': {'copyJobId': 'first'}}, None)",
        ])
        .env("JOB", job.to_string());
    if refuse {
        command.env("REFUSE", "1");
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let started = text
        .lines()
        .filter_map(|line| line.strip_prefix("start "))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    (started, output.status.success())
}

#[test]
fn what_arrived_in_the_vault_in_between_is_copied_on_once() {
    let made = Made::of_example("opstree-two-step");
    let job = job(&made);
    let (started, well) = call(&made, &job, false);
    assert!(well);
    assert_eq!(started.len(), 1);
    let asked = &started[0];
    assert_eq!(
        asked["RecoveryPointArn"],
        job["DestinationRecoveryPointArn"]
    );
    let between = job["DestinationBackupVaultArn"].as_str().unwrap();
    assert!(between.ends_with(&format!(
        ":{}",
        asked["SourceBackupVaultName"].as_str().unwrap()
    )));
    assert_eq!(
        asked["DestinationBackupVaultArn"],
        "arn:aws:backup:ap-south-2:444455556666:backup-vault:rds-destination"
    );
    assert!(
        asked["IamRoleArn"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:iam::111122223333:role/")
    );
    // The same event again asks for the same copy by the same token, which AWS Backup starts once.
    assert_eq!(call(&made, &job, false).0, started);
    let mut other = job;
    other["CopyJobId"] = "first".into();
    other["DestinationRecoveryPointArn"] = "another".into();
    assert_eq!(
        call(&made, &other, false).0[0]["IdempotencyToken"],
        asked["IdempotencyToken"]
    );
}

#[test]
fn nothing_else_is_copied_on() {
    let made = Made::of_example("opstree-two-step");
    for (field, value) in [
        ("State", "FAILED"),
        ("State", "RUNNING"),
        (
            "ResourceArn",
            "arn:aws:rds:ap-south-1:111122223333:db:another",
        ),
        (
            "DestinationBackupVaultArn",
            "arn:aws:backup:ap-south-1:111122223333:backup-vault:other",
        ),
    ] {
        let mut job = job(&made);
        job[field] = value.into();
        assert_eq!(
            call(&made, &job, false),
            (Vec::new(), true),
            "{field} {value}"
        );
    }
}

#[test]
fn a_copy_that_cannot_be_started_is_an_error_so_that_it_is_tried_again() {
    let made = Made::of_example("opstree-two-step");
    assert!(!call(&made, &job(&made), true).1);
}

#[test]
fn the_function_may_do_no_more_than_it_does() {
    for (example, points) in [
        (
            "opstree-two-step",
            json!(["arn:aws:rds:ap-south-1:111122223333:snapshot:awsbackup:*"]),
        ),
        ("lagv-primer", json!(["arn:aws:ec2:eu-west-1::snapshot/*"])),
    ] {
        let made = Made::of_example(example);
        let policy = made.json(made.named("two-step/role-policy-", ".json"));
        let statements = policy["Statement"].as_array().unwrap();
        let of = |action: &str| {
            statements
                .iter()
                .find(|statement| statement["Action"] == action)
                .unwrap()
        };
        assert_eq!(of("backup:StartCopyJob")["Resource"], points);
        assert_eq!(
            of("iam:PassRole")["Condition"]["StringEquals"]["iam:PassedToService"],
            "backup.amazonaws.com"
        );
        for role in of("iam:PassRole")["Resource"].as_array().unwrap() {
            assert!(!role.as_str().unwrap().contains('*'), "{role}");
        }
        for statement in statements {
            assert!(
                !statement["Action"].to_string().contains('*'),
                "{statement}"
            );
        }
    }
}

#[test]
fn an_odd_name_does_not_leave_the_text_it_is_in() {
    const NAME: &str = "o+exit=3,@%7B";
    let text = super::support::example("opstree-two-step").to_string();
    let named = |name: &str| text.replace("orders-aws-managed-key", name);
    // No ARN has a quote: the border refuses it.
    let hostile = named("o'''+exit(3)+r'''");
    assert!(backup_preflight::inventory::read("f", hostile.as_bytes()).is_err());
    let made = Made::of(&serde_json::from_str(&named(NAME)).unwrap());
    let mut job = job(&made);
    job["ResourceArn"] = RESOURCE.replace("orders-aws-managed-key", NAME).into();
    assert_eq!(call(&made, &job, false).0.len(), 1);
}
