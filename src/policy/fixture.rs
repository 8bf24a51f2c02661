//! Requests and policies for the tests of this layer, short to write.

use super::{
    Answer, Context, Decision, Document, Entry, Policies, Principal, Request, Resource, Rest,
    evaluate,
};

pub(super) const KEY: &str = "arn:aws:kms:us-east-2:111122223333:key/1";
pub(super) const VAULT: &str = "arn:aws:backup:us-east-2:111122223333:backup-vault:central";
/// A role of the account that owns the key and the vault.
pub(super) const ROLE: &str = "arn:aws:iam::111122223333:role/Copy";
/// A role of another account.
pub(super) const OTHER: &str = "arn:aws:iam::444455556666:role/Copy";
pub(super) const LINKED: &str =
    "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";

pub(super) fn request(principal: &str, action: &str, resource: &str) -> Request {
    Request::new(
        Principal::parse(principal).unwrap(),
        action,
        Resource::exact(resource),
        Context::new(Rest::Absent),
    )
}

/// `Effect Action [Principal]`, such as `Allow kms:* 111122223333`; without a principal it is an identity policy's.
pub(super) fn statement(words: &str) -> String {
    let mut words = words.split(' ');
    let (effect, action) = (words.next().unwrap(), words.next().unwrap());
    let principal = match words.next() {
        None => String::new(),
        Some(name) => format!(r#""Principal": {{"AWS": "{name}"}},"#),
    };
    format!(r#"{{"Effect": "{effect}", {principal} "Action": "{action}", "Resource": "*"}}"#)
}

pub(super) fn policy(statements: &[&str]) -> Document {
    let statements: Vec<String> = statements.iter().map(|words| statement(words)).collect();
    document(&statements.join(","))
}

pub(super) fn document(statements: &str) -> Document {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#);
    Document::parse(&text).unwrap()
}

/// The decision over a resource's policy and one of the principal's.
pub(super) fn decide(
    request: &Request,
    resource: Option<&Document>,
    identity: &Document,
) -> Decision {
    ask(request, resource, identity).decision
}

pub(super) fn ask(request: &Request, resource: Option<&Document>, identity: &Document) -> Answer {
    let policies = Policies {
        resource,
        identity: &[identity],
        ..Policies::default()
    };
    evaluate(request, &policies)
}

pub(super) fn one(value: &str) -> Entry {
    Entry::One(value.into())
}

pub(super) fn many(values: &[&str]) -> Entry {
    Entry::Many(values.iter().map(|value| (*value).into()).collect())
}
