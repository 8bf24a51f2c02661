//! The smallest statements that give what is needed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::patch::free_sid;
use crate::known::Arn;

const CREATE_GRANT: &str = "kms:CreateGrant";

/// The statements that let principals use a key: the plain actions, and grants for AWS resources alone. Principals with
/// the same actions share a statement.
pub fn of_key(policy: Option<&Value>, shares: &[(Arn, Vec<&'static str>)]) -> Vec<Value> {
    let mut plain: BTreeMap<Vec<&str>, Vec<&Arn>> = BTreeMap::new();
    let mut grants: Vec<&Arn> = Vec::new();
    for (principal, actions) in shares {
        let uses: Vec<&str> = actions
            .iter()
            .copied()
            .filter(|action| *action != CREATE_GRANT)
            .collect();
        if !uses.is_empty() {
            plain.entry(uses).or_default().push(principal);
        }
        if actions.contains(&CREATE_GRANT) {
            grants.push(principal);
        }
    }
    let mut sids = Vec::new();
    let mut sid = |wanted: &str| {
        let sid = free_sid(policy, &sids, wanted);
        sids.push(sid.clone());
        sid
    };
    let mut statements: Vec<Value> = plain
        .iter()
        .map(|(actions, principals)| {
            json!({
                "Sid": sid("AllowAWSBackupCopy"),
                "Effect": "Allow",
                "Principal": {"AWS": one_or_list(principals)},
                "Action": one_or_list(actions),
                "Resource": "*",
            })
        })
        .collect();
    if !grants.is_empty() {
        statements.push(json!({
            "Sid": sid("AllowAWSBackupCopyGrants"),
            "Effect": "Allow",
            "Principal": {"AWS": one_or_list(&grants)},
            "Action": CREATE_GRANT,
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        }));
    }
    statements
}

/// Who may copy into a vault.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Copier {
    /// This role.
    Role(Arn),
    /// Everybody in this organization.
    Organization(String),
}

/// The statements that let copies into a vault.
pub fn of_vault(policy: Option<&Value>, copiers: &[Copier]) -> Vec<Value> {
    let mut sids = Vec::new();
    let mut sid = |wanted: &str| {
        let sid = free_sid(policy, &sids, wanted);
        sids.push(sid.clone());
        sid
    };
    let roles: Vec<&Arn> = copiers
        .iter()
        .filter_map(|copier| match copier {
            Copier::Role(role) => Some(role),
            Copier::Organization(_) => None,
        })
        .collect();
    let mut statements = Vec::new();
    if !roles.is_empty() {
        statements.push(json!({
            "Sid": sid("AllowCopyIntoVault"),
            "Effect": "Allow",
            "Principal": {"AWS": one_or_list(&roles)},
            "Action": "backup:CopyIntoBackupVault",
            "Resource": "*",
        }));
    }
    for copier in copiers {
        if let Copier::Organization(id) = copier {
            statements.push(json!({
                "Sid": sid("AllowCopyIntoVault"),
                "Effect": "Allow",
                "Principal": "*",
                "Action": "backup:CopyIntoBackupVault",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": id}},
            }));
        }
    }
    statements
}

/// The statements that let a role do actions on a resource by its own policies.
pub fn of_role(needs: &[(String, Vec<&'static str>)]) -> Vec<Value> {
    let mut statements = Vec::new();
    for (resource, actions) in needs {
        let uses: Vec<&str> = actions
            .iter()
            .copied()
            .filter(|action| *action != CREATE_GRANT)
            .collect();
        if !uses.is_empty() {
            statements.push(
                json!({"Effect": "Allow", "Action": one_or_list(&uses), "Resource": resource}),
            );
        }
        if actions.contains(&CREATE_GRANT) {
            statements.push(json!({
                "Effect": "Allow",
                "Action": CREATE_GRANT,
                "Resource": resource,
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            }));
        }
    }
    statements
}

fn one_or_list(items: &[impl ToString]) -> Value {
    match items {
        [one] => Value::String(one.to_string()),
        many => many
            .iter()
            .map(|item| Value::String(item.to_string()))
            .collect(),
    }
}
