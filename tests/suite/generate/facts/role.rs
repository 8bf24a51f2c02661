//! Roles: those that copy, and the one that AWS makes.

use serde_json::{Value, json};

use super::super::dice::Dice;
use super::super::policies::{OF_ROLES, document};
use super::super::shape::{Journey, OWN_ROLE};
use crate::support::estate::{FROM, ROLE, SLR, TO, trust};

pub fn roles(id: &str, journeys: &[Journey], facts: &Dice<'_>) -> Vec<Value> {
    let mut roles = Vec::new();
    if id == FROM {
        roles.push(role(
            ROLE,
            &[
                "service-role/AWSBackupServiceRolePolicyForBackup",
                "AWSBackupServiceRolePolicyForS3Backup",
            ],
            Vec::new(),
            facts,
        ));
        let all = vec![
            json!({"Effect": "Allow", "Action": ["backup:*", "kms:*", "rds:*", "ec2:*", "fsx:*", "s3:*", "dynamodb:*"], "Resource": "*"}),
        ];
        roles.push(role(OWN_ROLE, &[], all, facts));
    }
    if journeys.iter().any(|journey| journey.role.contains(id)) && id == TO {
        roles.push(role(
            "arn:aws:iam::444455556666:role/Copier",
            &[],
            Vec::new(),
            facts,
        ));
    }
    roles.push(linked_role(&SLR.replace(TO, id), facts));
    roles
}

/// The role that AWS makes: nobody can change it, but it may not be there.
fn linked_role(arn: &str, facts: &Dice<'_>) -> Value {
    json!({
        "Arn": arn,
        "AssumeRolePolicyDocument": facts.seldom(&format!("{arn}/trust"), trust(), &[Value::Null]),
        "AttachedPolicies": [{"PolicyArn":
            "arn:aws:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"}],
        "InlinePolicies": [], "PermissionsBoundary": null, "Tags": {},
    })
}

fn role(arn: &str, attached: &[&str], inline: Vec<Value>, facts: &Dice<'_>) -> Value {
    let name = |what: &str| format!("{arn}/{what}");
    let attached: Vec<Value> = attached
        .iter()
        .map(|name| json!({"PolicyArn": format!("arn:aws:iam::aws:policy/{name}")}))
        .collect();
    let own = |what: &str, usual: Vec<Value>| document(&name(what), usual, &OF_ROLES, facts);
    let of_air_gapped = json!({"Effect": "Allow", "Action": ["kms:DescribeKey", "kms:CreateGrant"], "Resource": "*"});
    let mut policies = vec![json!({"PolicyName": "own", "Document": own("own", inline)})];
    policies.push(json!({"PolicyName": "keys", "Document": own("keys", vec![of_air_gapped])}));
    let others = [
        json!([]),
        json!([{"PolicyArn": "arn:aws:iam::111122223333:policy/ours", "Document": own("ours", vec![json!({"Effect": "Allow", "Action": ["backup:*", "rds:Copy*"], "Resource": "*"})])}]),
    ];
    let boundary = |what: &str, action: Value| {
        json!({"PolicyArn": "arn:aws:iam::111122223333:policy/edge",
        "Document": own(what, vec![json!({"Effect": "Allow", "Action": action, "Resource": "*"})])})
    };
    let edges = [
        boundary("edge", json!("*")),
        boundary("edge", json!(["backup:*", "rds:*", "ec2:*"])),
    ];
    let mut other = trust();
    other["Statement"][0]["Principal"] = json!({"Service": "ec2.amazonaws.com"});
    let mut bound = trust();
    bound["Statement"][0]["Condition"] = json!({"StringEquals": {"aws:SourceAccount": FROM}});
    json!({
        "Arn": arn,
        "AssumeRolePolicyDocument": facts.seldom(&name("trust"), trust(), &[Value::Null, other, bound]),
        "AttachedPolicies": facts.seldom(&name("attached"), json!(attached), &others),
        "InlinePolicies": facts.seldom(&name("inline"), json!(policies), &[json!([])]),
        "PermissionsBoundary": facts.seldom(&name("boundary"), Value::Null, &edges),
        "Tags": facts.seldom(&name("tags"), json!({}), &[json!({"team": "orders"}), json!({"team": "other"})]),
    })
}
