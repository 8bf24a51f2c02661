//! Paging.

use serde_json::{Value, json};

use super::client::{Client, MANAGEMENT, served};
use crate::aws::Fault;
use crate::aws::query::encode;

/// Every page of a list of AWS Backup, up to ten.
fn pages(client: &mut Client, path: &str, field: &str) -> Vec<Value> {
    let mut pages = Vec::new();
    let mut address = path.to_owned();
    while pages.len() < 10 {
        let page = client.get(&address).json();
        pages.push(page[field].clone());
        match page["NextToken"].as_str() {
            None => break,
            Some(token) => {
                let joint = if path.contains('?') { '&' } else { '?' };
                address = format!("{path}{joint}nextToken={}", encode(token));
            }
        }
    }
    pages
}

fn lengths(pages: &[Value]) -> Vec<usize> {
    pages
        .iter()
        .map(|page| page.as_array().unwrap().len())
        .collect()
}

#[test]
fn a_page_is_as_long_as_the_call_or_the_test_wants() {
    let server = served();
    let mut client = Client::source(&server);
    assert_eq!(lengths(&pages(&mut client, "/copy-jobs", "CopyJobs")), [5]);
    assert_eq!(
        lengths(&pages(&mut client, "/copy-jobs?maxResults=2", "CopyJobs")),
        [2, 2, 1]
    );
    server.page_size(3);
    assert_eq!(
        lengths(&pages(&mut client, "/copy-jobs", "CopyJobs")),
        [3, 2]
    );
    let journal = server.finish();
    let turned = journal.iter().filter(|entry| entry.page.is_some()).count();
    assert_eq!((journal.len(), turned), (6, 3));
}

#[test]
fn a_map_comes_in_pages_too() {
    let server = served();
    server.page_size(2);
    let path = "/tags/arn%3Aaws%3Abackup%3Aus-east-2%3A111122223333%3Abackup-vault%3Aprod";
    let pages = pages(&mut Client::source(&server), path, "Tags");
    assert_eq!(pages.len(), 3);
    assert_eq!(pages[2], json!({"k4": "v4"}));
    server.finish();
}

#[test]
fn xml_pages_have_markers() {
    let server = served();
    server.page_size(1);
    let mut client = Client::source(&server);
    let first = client.iam("ListRoles", &[]);
    assert_eq!(first.element("IsTruncated").unwrap(), "true");
    let marker = first.element("Marker").unwrap();
    let second = client.iam("ListRoles", &[("Marker", &marker)]);
    assert_eq!(second.element("IsTruncated").unwrap(), "false");
    assert_ne!(first.element("Arn"), second.element("Arn"));
    let first = client.rds("DescribeDBInstances", &[]);
    let marker = first.element("Marker").unwrap();
    let second = client.rds("DescribeDBInstances", &[("Marker", &marker)]);
    assert_eq!(
        (
            second.element("DBInstanceIdentifier").unwrap().as_str(),
            second.element("Marker")
        ),
        ("open", None)
    );
    server.finish();
}

#[test]
fn a_token_is_good_for_its_own_call_only() {
    let server = served();
    server.page_size(1);
    let mut client = Client::source(&server);
    let token = client.get("/copy-jobs").json()["NextToken"]
        .as_str()
        .map(encode)
        .unwrap();
    let got = client.get(&format!("/copy-jobs?state=FAILED&nextToken={token}"));
    assert_eq!(
        (got.status, got.code().as_str()),
        (400, "InvalidParameterValueException")
    );
    assert!(server.take_complaints()[0].contains("was not given to this call"));
}

#[test]
fn pages_may_have_no_end() {
    let server = served();
    server.fault(Fault::endless_pages().operation("backup:ListCopyJobs"));
    let mut client = Client::source(&server);
    assert_eq!(
        lengths(&pages(&mut client, "/copy-jobs", "CopyJobs")),
        [5, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    );
    assert_eq!(
        pages(&mut client, "/backup/plans", "BackupPlansList").len(),
        1
    );
    let tokens: std::collections::BTreeSet<_> = server
        .finish()
        .into_iter()
        .map(|entry| entry.page)
        .collect();
    assert_eq!(tokens.len(), 10, "no token comes twice");
}

#[test]
fn an_empty_page_may_have_another_behind_it() {
    let server = served();
    server.fault(Fault::empty_first_page().service("organizations"));
    let mut client = Client::of(&server, MANAGEMENT);
    let first = client.organizations("ListAccounts", &json!({})).json();
    assert_eq!(first["Accounts"], json!([]));
    let second = client
        .organizations("ListAccounts", &json!({"NextToken": first["NextToken"]}))
        .json();
    assert_eq!(second["Accounts"].as_array().unwrap().len(), 3);
    assert!(second.get("NextToken").is_none());
    server.finish();
}
