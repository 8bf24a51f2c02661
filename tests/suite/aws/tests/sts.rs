//! AWS STS.

use serde_json::json;

use super::client::{Client, DESTINATION, Got, SOURCE, inventory, served};

const ROLE: &str = "arn:aws:iam::444455556666:role/readers/preflight";

fn with_role(server: &crate::aws::Server, got: &Got) -> Client {
    let mut client = Client::source(server);
    client.key = got.element("AccessKeyId").unwrap();
    client.token = got.element("SessionToken");
    client
}

#[test]
fn the_access_key_says_who_calls() {
    let server = served();
    let got = Client::source(&server).sts("GetCallerIdentity", &[]);
    assert_eq!(got.element("Account").unwrap(), SOURCE);
    server.finish();
}

#[test]
fn an_assumed_role_calls_from_its_own_account() {
    let server = served();
    let ask = [("RoleArn", ROLE), ("RoleSessionName", "me")];
    let got = Client::source(&server).sts("AssumeRole", &ask);
    let mut client = with_role(&server, &got);
    let who = client.sts("GetCallerIdentity", &[]);
    assert_eq!(who.element("Account").unwrap(), DESTINATION);
    let arn = "arn:aws:sts::444455556666:assumed-role/preflight/me";
    assert_eq!(who.element("Arn").unwrap(), arn);
    assert_eq!(client.get("/backup-vaults/central").status, 200);
    client.token = None;
    let got = client.get("/backup-vaults/central");
    assert_eq!(
        got.code(),
        "UnrecognizedClientException",
        "a session without its token"
    );
    server.finish();
}

#[test]
fn a_role_may_insist_on_an_external_id() {
    let server = served();
    server.require_external_id(ROLE, "secret");
    let mut client = Client::source(&server);
    let mut assume = |more: &[(&str, &str)]| {
        let ask = [&[("RoleArn", ROLE), ("RoleSessionName", "me")], more].concat();
        client.sts("AssumeRole", &ask).status
    };
    assert_eq!(assume(&[]), 403);
    assert_eq!(assume(&[("ExternalId", "other")]), 403);
    assert_eq!(assume(&[("ExternalId", "secret")]), 200);
    server.finish();
}

#[test]
fn keys_of_nobody_are_refused_in_the_services_own_way() {
    let server = served();
    let mut client = Client::source(&server);
    client.key = "AKIAIOSFODNN7EXAMPLE".to_owned();
    let got = client.sts("GetCallerIdentity", &[]);
    assert_eq!(
        (got.status, got.code().as_str()),
        (403, "InvalidClientTokenId")
    );
    let got = client.get("/backup-vaults");
    assert_eq!(
        (got.status, got.code().as_str()),
        (403, "UnrecognizedClientException")
    );
    assert!(server.finish().is_empty());
}

#[test]
fn a_gap_of_an_account_that_could_not_be_entered_is_served() {
    let mut inventory = inventory();
    inventory["gaps"] = json!([{
        "account": DESTINATION,
        "region": null,
        "operation": "sts:AssumeRole",
        "subject": ROLE,
        "error": "AccessDenied",
        "permission": "sts:AssumeRole",
    }]);
    let server = crate::aws::Server::start(inventory);
    let mut client = Client::source(&server);
    let ask = [("RoleArn", ROLE), ("RoleSessionName", "me")];
    assert_eq!(client.sts("AssumeRole", &ask).code(), "AccessDenied");
    let other = [("RoleArn", "arn:aws:iam::444455556666:role/other"), ask[1]];
    assert_eq!(client.sts("AssumeRole", &other).status, 200);
    server.finish();
}
