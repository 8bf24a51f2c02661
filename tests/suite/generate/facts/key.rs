//! Keys: those of customers, and those that AWS manages.

use serde_json::{Value, json};

use super::super::dice::Dice;
use super::super::policies::{OF_RESOURCES, document};
use super::super::shape::{HOME, OWN_ROLE, STRANGER, key};
use crate::support::estate::{AIR_GAPPED_USE, FROM, ROLE, SLR, TO, USE, share};

/// A customer managed key, shared with whoever needs it.
pub fn key_of(arn: &str, alias: &str, facts: &Dice<'_>) -> Value {
    let owner = arn.split(':').nth(4).unwrap();
    let name = |what: &str| format!("{arn}/{what}");
    let administers = json!({"Sid": "Enable IAM User Permissions", "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{owner}:root")}, "Action": "kms:*", "Resource": "*"});
    let mut usual = vec![administers, share(SLR, USE)];
    if arn.contains("vault-4") || arn.contains(STRANGER) {
        usual.push(share(ROLE, AIR_GAPPED_USE));
        usual.push(share(OWN_ROLE, AIR_GAPPED_USE));
        usual.push(share(SLR, AIR_GAPPED_USE));
        usual.push(share(&SLR.replace(TO, FROM), AIR_GAPPED_USE));
    }
    let grant =
        |to: &str, operations: Value| json!([{"GranteePrincipal": to, "Operations": operations}]);
    let mut bound = grant(SLR, json!(["CreateGrant", "DescribeKey"]));
    bound[0]["Constraints"] = json!({"EncryptionContextSubset": {"aws:backup:x": "y"}});
    let grants = [
        Value::Null,
        grant(SLR, json!(["CreateGrant", "DescribeKey", "Decrypt"])),
        grant(ROLE, json!(["DescribeKey"])),
        bound,
    ];
    json!({
        "Arn": arn, "KeyManager": "CUSTOMER",
        "KeyState": facts.seldom(&name("state"), json!("Enabled"), &[json!("Disabled"), json!("PendingDeletion"), json!("PendingImport"), Value::Null]),
        "KeySpec": facts.seldom(&name("spec"), "SYMMETRIC_DEFAULT", &["RSA_2048", "HMAC_256"]),
        "KeyUsage": facts.seldom(&name("usage"), "ENCRYPT_DECRYPT", &["SIGN_VERIFY"]),
        "Origin": "AWS_KMS", "MultiRegion": false,
        "Aliases": facts.seldom(&name("aliases"), json!([alias]), &[json!([])]),
        "Policy": document(&name("policy"), usual, &OF_RESOURCES, facts),
        "Grants": facts.odder(&name("grants"), 2, json!([]), &grants),
        "Tags": facts.seldom(&name("tags"), json!({}), &[json!({"team": "orders"})]),
    })
}

pub fn aws_key(alias: &str) -> String {
    key(FROM, HOME, &alias["alias/".len()..].replace('/', "-"))
}

pub fn aws_managed(arn: &str, alias: &str, facts: &Dice<'_>) -> Value {
    let mut managed = key_of(arn, alias, facts);
    managed["KeyManager"] = json!("AWS");
    for (field, value) in [
        ("KeyState", json!("Enabled")),
        ("KeySpec", json!("SYMMETRIC_DEFAULT")),
        ("KeyUsage", json!("ENCRYPT_DECRYPT")),
        ("Aliases", json!([alias])),
        ("Grants", json!([])),
        ("Policy", json!({"Version": "2012-10-17", "Statement": []})),
    ] {
        managed[field] = value;
    }
    managed
}
