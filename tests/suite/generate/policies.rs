//! Policies as people write them: what AWS's pages tell them to write, statements of their own beside it, a statement
//! left out, one bound to a condition.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::dice::Dice;
use crate::support::estate::{FROM, ORGANIZATION, ROLE, SLR, TO, USE};

/// A document of these statements, any of them now and then left out or narrowed, and now and then one more.
pub fn document(name: &str, usual: Vec<Value>, more: &[Value], facts: &Dice<'_>) -> Value {
    let mut statements = Vec::new();
    for (index, statement) in usual.into_iter().enumerate() {
        let name = format!("{name}/{index}");
        match facts.seldom(
            &name,
            "kept",
            &["left out", "narrowed", "spelled otherwise"],
        ) {
            "left out" => continue,
            "narrowed" => {
                let mut narrowed = statement;
                narrowed["Condition"] = facts.pick(&format!("{name}/bound"), &CONDITIONS);
                statements.push(narrowed);
            }
            "spelled otherwise" => {
                let mut spelled = statement;
                let actions = facts.pick(&format!("{name}/actions"), &ACTIONS);
                spelled["Action"] = actions;
                statements.push(spelled);
            }
            _ => statements.push(statement),
        }
    }
    for place in ["before", "after"] {
        let name = format!("{name}/{place}");
        if !facts.odder(&name, 2, false, &[true]) {
            continue;
        }
        let mut statement = facts.pick(&format!("{name}/what"), more);
        if facts.chance(&format!("{name}/bound?"), 40) {
            statement["Condition"] = facts.pick(&format!("{name}/bound"), &CONDITIONS);
        }
        if facts.chance(&format!("{name}/actions?"), 40) && statement.get("Action").is_some() {
            statement["Action"] = facts.pick(&format!("{name}/actions"), &ACTIONS);
        }
        let at = if place == "before" {
            0
        } else {
            statements.len()
        };
        statements.insert(at, statement);
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// Statements that people add to the policies of keys and vaults.
pub static OF_RESOURCES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let mut all = Vec::new();
    let principals = [
        json!("*"),
        json!({"AWS": "*"}),
        json!({"AWS": TO}),
        json!({"AWS": format!("arn:aws:iam::{FROM}:root")}),
        json!({"AWS": [ROLE, SLR]}),
        json!({"AWS": SLR}),
        json!({"AWS": ROLE}),
        json!({"AWS": "arn:aws:iam::777788889999:root"}),
        json!({"Service": ["backup.amazonaws.com", "rds.amazonaws.com"]}),
    ];
    for principal in principals {
        for effect in ["Allow", "Deny", "Deny"] {
            all.push(
                json!({"Effect": effect, "Principal": principal, "Action": "*", "Resource": "*"}),
            );
        }
    }
    all.push(json!({"Effect": "Deny", "NotPrincipal": {"AWS": [format!("arn:aws:iam::{FROM}:root"), ROLE]},
        "Action": "*", "Resource": "*"}));
    all.push(json!({"Effect": "Deny", "Principal": "*", "NotAction": ["kms:Describe*", "backup:Describe*"], "Resource": "*"}));
    all.push(json!({"Effect": "Deny", "Principal": "*", "Action": "kms:ScheduleKeyDeletion", "Resource": "*"}));
    all.push(json!({"Effect": "Deny", "Principal": "*", "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}));
    all
});

/// Statements that people add to the policies of roles.
pub static OF_ROLES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let on = |effect: &str, action: Value, resource: &str| json!({"Effect": effect, "Action": action, "Resource": resource});
    vec![
        on("Allow", json!("*"), "*"),
        on("Deny", json!("*"), "*"),
        on("Deny", json!("kms:*"), "*"),
        on(
            "Allow",
            json!(["backup:CopyIntoBackupVault", "backup:CopyFromBackupVault"]),
            "*",
        ),
        on(
            "Deny",
            json!("backup:CopyIntoBackupVault"),
            "arn:aws:backup:*:444455556666:*",
        ),
        on(
            "Deny",
            json!(["kms:CreateGrant", "kms:Describe*"]),
            "arn:aws:kms:us-east-2:*:key/*",
        ),
        json!({"Effect": "Deny", "NotAction": ["kms:*", "backup:*", "iam:*"], "Resource": "*"}),
        json!({"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:backup:*:111122223333:*"}),
    ]
});

/// What a Service or resource control policy adds to what it allows.
pub static OF_ORGANIZATIONS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let deny = |action: Value, condition: Value| json!({"Effect": "Deny", "Action": action, "Resource": "*", "Condition": condition});
    vec![
        json!({"Effect": "Deny", "Action": "backup:CopyIntoBackupVault", "Resource": "*"}),
        json!({"Effect": "Deny", "Action": ["backup:Delete*", "kms:Disable*"], "Resource": "*"}),
        json!({"Effect": "Deny", "NotAction": ["iam:*", "backup:*"], "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["us-east-2"]}}}),
        deny(
            json!("*"),
            json!({"StringNotEquals": {"aws:RequestedRegion": ["us-east-2", "eu-west-1"]}}),
        ),
        deny(
            json!("kms:*"),
            json!({"StringNotEqualsIfExists": {"aws:PrincipalOrgID": ORGANIZATION}}),
        ),
        deny(
            json!("backup:Copy*"),
            json!({"ForAnyValue:ArnNotLike": {"backup:CopyTargets": "arn:aws:backup:*:444455556666:backup-vault:*"}}),
        ),
        deny(
            json!("backup:*"),
            json!({"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/service-role/*"}}),
        ),
        deny(
            json!("*"),
            json!({"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}, "StringNotEquals": {"aws:ResourceOrgID": ORGANIZATION}}),
        ),
        // Of resource control policies: AWS Backup may not take the role.
        json!({"Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*"}),
        deny(
            json!("sts:*"),
            json!({"Bool": {"aws:PrincipalIsAWSService": "true"}, "StringNotEquals": {"aws:SourceAccount": TO}}),
        ),
        // What the services of the resource copy and share.
        json!({"Effect": "Deny", "Action": ["ec2:Copy*", "rds:Copy*", "fsx:Copy*"], "Resource": "*"}),
        json!({"Effect": "Deny", "Action": ["ec2:Modify*Attribute", "rds:Modify*Attribute"], "Resource": "arn:aws:*:*:*:snapshot*"}),
    ]
});

static ACTIONS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        json!("kms:*"),
        json!("backup:*"),
        json!(USE),
        json!("kms:CreateGrant"),
        json!(["kms:DescribeKey", "kms:CreateGrant"]),
        json!("kms:De*"),
        json!([
            "kms:Create*",
            "kms:Describe*",
            "kms:ReEncrypt*",
            "kms:G?nerate*"
        ]),
        json!("backup:CopyIntoBackupVault"),
        json!("backup:Copy*"),
        json!(["KMS:decrypt", "Backup:copyintobackupvault"]),
    ]
});

static CONDITIONS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    vec![
        json!({"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION}}),
        json!({"StringEquals": {"aws:PrincipalOrgID": "o-z9y8x7w6v5"}}),
        json!({"StringNotEquals": {"aws:PrincipalAccount": [FROM, TO]}}),
        json!({"StringEquals": {"kms:ViaService": "rds.us-east-2.amazonaws.com"}}),
        json!({"StringLike": {"kms:ViaService": ["ec2.*.amazonaws.com", "rds.*.amazonaws.com", "fsx.*.amazonaws.com"]}}),
        json!({"StringEquals": {"kms:ViaService": "backup.us-east-2.amazonaws.com"}}),
        json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        json!({"BoolIfExists": {"kms:GrantIsForAWSResource": "true"}}),
        json!({"StringEquals": {"kms:CallerAccount": FROM}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-service-role/*"}}),
        json!({"ArnNotLike": {"aws:PrincipalArn": ROLE}}),
        json!({"StringEquals": {"aws:PrincipalTag/team": "orders"}}),
        json!({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"Null": {"aws:TokenIssueTime": "true"}}),
        json!({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-1111*"}}),
        json!({"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/orders*"}}),
        json!({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}),
        json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
        json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
        json!({"ForAllValues:ArnLike": {"backup:CopyTargets": "arn:aws:backup:*:*:backup-vault:central"}}),
        json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
    ]
});
