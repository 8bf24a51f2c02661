//! The smallest statements that give what is needed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::patch::free_sid;
use crate::catalog::backups::{ASSOCIATE_ACCESS_POLICY, associated_access_policy};
use crate::known::{Arn, part};

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

/// The statement that lets roles copy into a vault; none where there are no roles.
///
/// It names the roles, whatever else the policy lets in: an organization would open the vault to all its roles.
pub fn of_vault(policy: Option<&Value>, roles: &[&Arn]) -> Vec<Value> {
    if roles.is_empty() {
        return Vec::new();
    }
    vec![json!({
        "Sid": free_sid(policy, &[], "AllowCopyIntoVault"),
        "Effect": "Allow",
        "Principal": {"AWS": one_or_list(roles)},
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
    })]
}

/// What a role must be allowed by its own policies.
pub struct RoleNeed {
    /// On what: one or more.
    pub resources: Vec<String>,
    /// For copies to these vaults alone; all where there are none.
    pub targets: Vec<Arn>,
    /// What.
    pub actions: Vec<&'static str>,
}

/// The statements that let a role do actions on resources by its own policies.
pub fn of_role(needs: &[RoleNeed]) -> Vec<Value> {
    let mut statements = Vec::new();
    for RoleNeed {
        resources,
        targets,
        actions,
    } in needs
    {
        let resource = one_or_list(resources);
        let uses: Vec<&str> = actions
            .iter()
            .copied()
            .filter(|action| ![CREATE_GRANT, ASSOCIATE_ACCESS_POLICY].contains(action))
            .collect();
        if !uses.is_empty() {
            let mut allow =
                json!({"Effect": "Allow", "Action": one_or_list(&uses), "Resource": resource});
            if let (Some(allow), false) = (allow.as_object_mut(), targets.is_empty()) {
                let condition =
                    json!({"ForAnyValue:ArnEquals": {"backup:CopyTargets": one_or_list(targets)}});
                allow.insert("Condition".to_owned(), condition);
            }
            statements.push(allow);
        }
        if actions.contains(&CREATE_GRANT) {
            statements.push(json!({
                "Effect": "Allow",
                "Action": CREATE_GRANT,
                "Resource": resource,
                "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
            }));
        }
        // Any other policy would give the role whatever it likes within the cluster.
        if actions.contains(&ASSOCIATE_ACCESS_POLICY) {
            let partition = resources
                .first()
                .and_then(|it| part(it, 1))
                .unwrap_or_default();
            let policy = associated_access_policy(partition);
            statements.push(json!({
                "Effect": "Allow",
                "Action": ASSOCIATE_ACCESS_POLICY,
                "Resource": resource,
                "Condition": {"StringEquals": {"eks:policyArn": policy, "eks:accessScope": "cluster"}},
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
