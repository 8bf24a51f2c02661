//! Faults on demand.

use std::time::{Duration, Instant};

use serde_json::json;

use super::client::{Client, DESTINATION, SOURCE, served};
use crate::aws::Fault;

#[test]
fn a_refusal_has_the_code_of_its_service() {
    let server = served();
    server.fault(Fault::denied());
    let mut client = Client::source(&server);
    for (got, status, code) in [
        (client.get("/backup-vaults"), 403, "AccessDeniedException"),
        (
            client.kms("ListAliases", &json!({})),
            400,
            "AccessDeniedException",
        ),
        (client.rds("DescribeDBInstances", &[]), 403, "AccessDenied"),
        (client.iam("ListRoles", &[]), 403, "AccessDenied"),
        (client.sts("GetCallerIdentity", &[]), 403, "AccessDenied"),
        (
            client.dynamodb("DescribeTable", &json!({"TableName": "owned"})),
            400,
            "AccessDeniedException",
        ),
        (
            client.form("ec2", "2016-11-15", "DescribeRegions", &[]),
            403,
            "UnauthorizedOperation",
        ),
    ] {
        assert_eq!((got.status, got.code().as_str()), (status, code));
    }
    server.finish();
}

#[test]
fn throttling_ends_after_its_turns() {
    let server = served();
    server.fault(Fault::throttled().operation("kms:DescribeKey").times(2));
    let mut client = Client::source(&server);
    let ask = json!({"KeyId": "alias/orders"});
    let codes: Vec<_> = (0..2)
        .map(|_| client.kms("DescribeKey", &ask).code())
        .collect();
    assert_eq!(codes, ["ThrottlingException", "ThrottlingException"]);
    assert_eq!(client.kms("DescribeKey", &ask).status, 200);
    let statuses: Vec<_> = server.finish().iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [400, 400, 200]);
}

#[test]
fn a_fault_meets_only_the_calls_that_it_names() {
    let server = served();
    let fault = |account| Fault::broken().service("backup").account(account);
    server.fault(fault(DESTINATION));
    server.fault(
        fault(SOURCE)
            .region("us-east-2")
            .operation("DescribeBackupVault")
            .subject("vault:pro"),
    );
    let mut client = Client::source(&server);
    assert_eq!(client.get("/backup-vaults/prod").status, 500);
    assert_eq!(client.get("/backup-vaults/plain").status, 200);
    assert_eq!(client.get("/backup-vaults").status, 200);
    assert_eq!(client.kms("ListAliases", &json!({})).status, 200);
    assert_eq!(
        Client::of(&server, DESTINATION)
            .get("/backup-vaults/central")
            .status,
        500
    );
    client.region = "af-south-1".to_owned();
    client.get("/backup-vaults/prod");
    assert_eq!(
        server.take_complaints().len(),
        1,
        "the other Region has no fault, and no vaults either"
    );
}

#[test]
fn an_error_of_the_tests_own_is_given_as_it_is() {
    let server = served();
    server.fault(Fault::error(403, "ExpiredTokenException").times(1));
    let mut client = Client::source(&server);
    let got = client.get("/backup-vaults");
    assert_eq!(
        (got.status, got.code().as_str()),
        (403, "ExpiredTokenException")
    );
    assert_eq!(client.get("/backup-vaults").status, 200);
    server.finish();
}

#[test]
fn a_slow_answer_is_right_in_the_end_and_does_not_hold_up_others() {
    let server = served();
    let time = Duration::from_millis(800);
    server.fault(Fault::slow(time).operation("backup:ListCopyJobs"));
    let start = Instant::now();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| Client::source(&server).get("/copy-jobs").status);
        let other = scope.spawn(|| {
            assert_eq!(Client::source(&server).get("/backup-vaults").status, 200);
            start.elapsed()
        });
        assert_eq!(slow.join().unwrap(), 200);
        assert!(start.elapsed() >= time);
        assert!(other.join().unwrap() < time);
    });
    server.finish();
}

#[test]
fn a_connection_may_end_in_the_middle_of_an_answer_or_before_it() {
    let server = served();
    server.fault(Fault::cut_off().operation("backup:ListCopyJobs").times(1));
    server.fault(Fault::reset().operation("backup:ListBackupPlans").times(1));
    let ask = |path: &str| {
        let text = format!(
            "GET {path} HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 \
             Credential=AKIA111122223333USER/20261122/us-east-2/backup/aws4_request, SignedHeaders=host, \
             Signature=00\r\n\r\n"
        );
        Client::source(&server).raw(&text).map(|got| got.status)
    };
    assert_eq!((ask("/copy-jobs"), ask("/copy-jobs")), (None, Some(200)));
    assert_eq!(
        (ask("/backup/plans"), ask("/backup/plans")),
        (None, Some(200))
    );
    let statuses: Vec<_> = server.finish().iter().map(|entry| entry.status).collect();
    assert_eq!(statuses, [0, 200, 0, 200]);
}

#[test]
fn garbage_is_of_no_protocol() {
    let server = served();
    server.fault(Fault::garbage());
    let mut client = Client::source(&server);
    let got = client.kms("ListAliases", &json!({}));
    assert_eq!(got.status, 200);
    assert!(serde_json::from_str::<serde_json::Value>(&got.body).is_err());
    server.finish();
}
