//! Connections, requests and signatures.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;

use serde_json::json;

use super::client::{Client, SOURCE, served};
use crate::aws::{Entry, Fault, calls, repeats};

#[test]
fn one_connection_takes_many_requests() {
    let server = served();
    let mut client = Client::source(&server);
    for _ in 0..20 {
        assert_eq!(client.get("/backup-vaults").status, 200);
    }
    assert_eq!((server.connections(), server.finish().len()), (1, 20));
}

#[test]
fn a_connection_is_closed_where_the_client_says_so() {
    let server = served();
    let mut client = Client::source(&server);
    let got = client.send(
        "backup",
        "GET",
        "/backup-vaults",
        &[("Connection", "close")],
        "",
    );
    assert_eq!(got.status, 200);
    assert!(client.at_end());
    server.finish();
}

#[test]
fn a_body_may_come_in_chunks() {
    let server = served();
    let mut client = Client::source(&server);
    let text = "POST / HTTP/1.1\r\nAuthorization: AWS4-HMAC-SHA256 \
                Credential=AKIA111122223333USER/20261122/us-east-2/kms/aws4_request, SignedHeaders=host, \
                Signature=00\r\nContent-Type: application/x-amz-json-1.1\r\nX-Amz-Target: TrentService.DescribeKey\r\n\
                Transfer-Encoding: chunked\r\n\r\n9\r\n{\"KeyId\":\r\n10;x=y\r\n \"alias/orders\"}\r\n0\r\n\r\n";
    let got = client.raw(text).unwrap();
    assert_eq!(got.json()["KeyMetadata"]["KeyState"], "Enabled");
    assert_eq!(
        client.get("/backup-vaults").status,
        200,
        "the connection goes on behind the chunks"
    );
    server.finish();
}

#[test]
fn every_answer_has_a_request_id_and_its_protocols_content_type() {
    let server = served();
    let mut client = Client::source(&server);
    for (got, kind) in [
        (client.get("/backup-vaults"), "application/json"),
        (
            client.kms("ListAliases", &json!({})),
            "application/x-amz-json-1.1",
        ),
        (
            client.dynamodb("DescribeTable", &json!({"TableName": "owned"})),
            "application/x-amz-json-1.0",
        ),
        (client.rds("DescribeOptionGroups", &[]), "text/xml"),
    ] {
        assert_eq!(got.header("content-type"), Some(kind));
        assert_eq!(got.header("x-amzn-requestid").unwrap().len(), 36);
    }
    server.finish();
}

#[test]
fn the_journal_says_what_was_called_by_whom_about_what() {
    let server = served();
    let mut client = Client::source(&server);
    client.get("/backup-vaults/prod");
    client.get("/backup-vaults/gone/access-policy");
    let journal: Vec<Entry> = server.finish();
    let lines: Vec<_> = journal
        .iter()
        .map(|entry| {
            (
                entry.name(),
                entry.region.as_str(),
                entry.account.as_str(),
                entry.subject.as_str(),
                entry.status,
            )
        })
        .collect();
    let of = |name: &str| name.to_owned();
    assert_eq!(
        lines,
        [
            (
                of("backup:DescribeBackupVault"),
                "us-east-2",
                "111122223333",
                "arn:aws:backup:us-east-2:111122223333:backup-vault:prod",
                200
            ),
            (
                of("backup:GetBackupVaultAccessPolicy"),
                "us-east-2",
                "111122223333",
                "arn:aws:backup:us-east-2:111122223333:backup-vault:gone",
                403
            ),
        ]
    );
    assert_eq!(calls(&journal, "backup:DescribeBackupVault"), 1);
    assert!(
        journal[0]
            .to_string()
            .starts_with("backup:DescribeBackupVault {"),
        "{}",
        journal[0]
    );
}

#[test]
fn a_request_without_a_signature_fails_the_test() {
    let server = served();
    let got = Client::source(&server)
        .raw("GET /backup-vaults HTTP/1.1\r\n\r\n")
        .unwrap();
    assert_eq!(got.status, 400);
    assert_eq!(
        server.take_complaints(),
        ["GET /backup-vaults is not signed"]
    );
}

#[test]
fn finishing_and_dropping_the_server_panic_on_an_operation_that_it_does_not_know() {
    for finish in [true, false] {
        let server = served();
        let got = Client::source(&server).kms("ListKeys", &json!({}));
        assert_eq!(
            (got.status, got.code().as_str()),
            (400, "UnknownOperationException")
        );
        let end = catch_unwind(AssertUnwindSafe(|| {
            if finish {
                drop(server.finish())
            } else {
                drop(server)
            }
        }));
        let said = end.unwrap_err();
        let said = said.downcast_ref::<String>().unwrap();
        assert!(said.contains("the operation kms:ListKeys"), "{said}");
    }
}

#[test]
fn services_routes_and_content_types_that_it_does_not_know_fail_the_test() {
    let server = served();
    let mut client = Client::source(&server);
    client.send("s3", "GET", "/", &[], "");
    client.get("/backup-jobs");
    client.json(
        "kms",
        "application/json",
        "TrentService.DescribeKey",
        &json!({}),
    );
    client.form("rds", "2013-01-01", "DescribeDBInstances", &[]);
    assert_eq!(
        server.take_complaints(),
        [
            "backup: GET /backup-jobs",
            "kms: the content type `application/json`, not `application/x-amz-json-1.1`",
            "rds: DescribeDBInstances of version 2013-01-01, not 2014-10-31",
            "the service s3: GET /",
        ]
    );
}

#[test]
fn a_command_is_signed_in_with_the_servers_address_and_an_accounts_keys() {
    let server = served();
    let mut command = Command::new("backup-preflight");
    server.sign_in(&mut command, SOURCE);
    let set: BTreeMap<_, _> = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_str()?, value?.to_str()?)))
        .collect();
    assert_eq!(set["AWS_ENDPOINT_URL"], server.url());
    assert_eq!(set["AWS_ACCESS_KEY_ID"], "AKIA111122223333USER");
    assert_eq!(set["AWS_CONFIG_FILE"], "/dev/null");
    assert!(set.contains_key("AWS_SECRET_ACCESS_KEY"));
    server.finish();
}

#[test]
fn repeats_are_calls_that_were_answered_before() {
    let server = served();
    server.fault(Fault::throttled().times(1));
    let mut client = Client::source(&server);
    for path in [
        "/copy-jobs",
        "/copy-jobs",
        "/copy-jobs?state=FAILED",
        "/backup/plans",
        "/backup/plans",
    ] {
        client.get(path);
    }
    let journal = server.finish();
    let repeated: Vec<_> = repeats(&journal).iter().map(|entry| entry.name()).collect();
    assert_eq!(
        repeated,
        ["backup:ListBackupPlans"],
        "a second try after throttling is none"
    );
}
