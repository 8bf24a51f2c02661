//! Remedies: each is applied to the inventory as a person would, and the checks are asked again.

mod accepted;
mod along;
mod copies;
mod laws;
mod policies;
mod told;
mod united;

use std::collections::BTreeMap;

use backup_preflight::inventory::{Facts, Policy};
use backup_preflight::policy::{
    Context, Entry, PolicyDecision, Principal, Request, Resource, Rest, decide_resource,
};
use backup_preflight::remedy::{Remedy, RemedyKind, propose, remedies};
use backup_preflight::sources::examples::EXAMPLES;
use backup_preflight::verdict::{Status, Verdict};
use serde_json::{Value, json};

use crate::scenarios::scenarios;
use crate::support::decided;
use crate::support::estate::{ORGANIZATION, trust};
use crate::support::verdicts::read;

pub fn remedies_of(inventory: &Value) -> Vec<Remedy> {
    let inventory = read(inventory);
    let facts = Facts::new(&inventory);
    remedies(&decided(&facts, &inventory), &facts)
}

/// Every inventory with a remedy.
fn inventories() -> Vec<(String, Value, Vec<Remedy>)> {
    let examples = EXAMPLES
        .iter()
        .map(|example| (example.name.to_owned(), example.text.as_bytes().to_vec()));
    let scenarios = scenarios()
        .into_iter()
        .map(|scenario| (scenario.name(), scenario.inventory()));
    examples
        .chain(scenarios)
        .map(|(name, text)| {
            let inventory = serde_json::from_slice(&text).unwrap();
            let remedies = remedies_of(&inventory);
            (name, inventory, remedies)
        })
        .filter(|(_, _, remedies)| !remedies.is_empty())
        .collect()
}

/// The objects of an inventory that have this ARN.
fn objects<'a>(value: &'a mut Value, arn: &str, found: &mut Vec<&'a mut Value>) {
    let names = ["Arn", "BackupVaultArn"];
    let is = names
        .iter()
        .any(|name| value.get(name).and_then(Value::as_str) == Some(arn));
    // A recovery point names its vault, and is not one.
    if is && value.get("RecoveryPointArn").is_none() {
        found.push(value);
        return;
    }
    match value {
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|value| objects(value, arn, found)),
        Value::Array(items) => items
            .iter_mut()
            .for_each(|value| objects(value, arn, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Makes the change of a remedy; gives whether that can be written down in an inventory by what the remedy shows.
pub fn apply(inventory: &mut Value, remedy: &Remedy) -> bool {
    let field = match remedy.kind {
        RemedyKind::KeyPolicy => "Policy",
        RemedyKind::VaultPolicy => "AccessPolicy",
        RemedyKind::RolePolicy => "InlinePolicies",
        RemedyKind::TrustPolicy => "AssumeRolePolicyDocument",
        RemedyKind::ServiceControlPolicy | RemedyKind::ResourceControlPolicy => {
            let list = match remedy.kind {
                RemedyKind::ServiceControlPolicy => "service_control_policies",
                _ => "resource_control_policies",
            };
            let accounts = inventory["accounts"].as_array_mut().unwrap().iter_mut();
            let levels = accounts.filter_map(|account| account.get_mut(list)?.as_array_mut());
            for policy in levels.flatten().filter_map(Value::as_array_mut).flatten() {
                if policy["Id"] == *remedy.subject {
                    policy["Document"] = remedy.policy_after().unwrap();
                }
            }
            return true;
        }
        RemedyKind::CreateServiceLinkedRole => {
            let accounts = inventory["accounts"].as_array_mut().unwrap();
            let id = remedy.account.unwrap().to_string();
            let account = accounts
                .iter_mut()
                .find(|account| account["account"] == *id)
                .unwrap();
            let roles = account["roles"].as_array_mut().unwrap();
            // It may stand there as one that does not exist.
            roles.retain(|role| role["Arn"] != *remedy.subject);
            roles.push(json!({
                "Arn": remedy.subject, "AssumeRolePolicyDocument": trust(),
            }));
            return true;
        }
        RemedyKind::EnableCrossAccountBackup => {
            for account in inventory["accounts"].as_array_mut().unwrap() {
                account["cross_account_backup"] = json!(true);
            }
            return true;
        }
        RemedyKind::EnableRegion
        | RemedyKind::CreateVault
        | RemedyKind::ChangeDestination
        | RemedyKind::AttachRolePolicy
        | RemedyKind::ChangeRetention
        | RemedyKind::CreateKey
        | RemedyKind::ReEncrypt
        | RemedyKind::EnableKey
        | RemedyKind::EnableAdvancedFeatures
        | RemedyKind::AllowImages
        | RemedyKind::SplitRoute
        | RemedyKind::TagResource
        | RemedyKind::EnableResourceType
        | RemedyKind::AddSelection
        | RemedyKind::AddCopyAction
        | RemedyKind::TwoStepCopy => return false,
    };
    let after = remedy.policy_after().unwrap();
    let mut found = Vec::new();
    objects(inventory, &remedy.subject, &mut found);
    assert!(!found.is_empty(), "{} is not there", remedy.subject);
    for object in found {
        if field == "InlinePolicies" {
            let policy = json!({"PolicyName": "added", "Document": after});
            object[field].as_array_mut().unwrap().push(policy);
        } else {
            object[field] = after.clone();
        }
    }
    true
}

pub fn rank(status: Status) -> u8 {
    match status {
        Status::Pass | Status::NotApplicable => 0,
        Status::Warn => 1,
        Status::Undecided => 2,
        Status::Fail => 3,
    }
}

pub fn allows(policy: Option<&Value>, principal: &str, action: &str, subject: &str) -> bool {
    let Some(policy) = policy else { return false };
    let policy = Policy::from_value(policy).unwrap();
    let account = principal.split(':').nth(4).unwrap();
    let context = Context::new(Rest::Absent)
        .with("aws:PrincipalArn", Entry::One(principal.into()))
        .with("aws:PrincipalAccount", Entry::One(account.into()))
        .with("aws:PrincipalOrgID", Entry::One(ORGANIZATION.into()))
        .with("kms:GrantIsForAWSResource", Entry::One("true".into()));
    let request = Request::new(
        Principal::parse(principal).unwrap(),
        action,
        Resource::exact(subject),
        context,
    );
    matches!(
        decide_resource(&request, Some(policy.document())),
        PolicyDecision::Allowed { .. }
    )
}

/// The verdict on each copy of an inventory once all its remedies are made.
fn together(inventory: &Value) -> BTreeMap<String, Verdict> {
    let inventory = read(inventory);
    let facts = Facts::new(&inventory);
    let together = propose(&decided(&facts, &inventory), &facts).together;
    let each = together.into_iter();
    each.map(|(id, verdict)| (id.to_string(), verdict))
        .collect()
}

/// Whether the policy of the source vault lets a role of its account copy to a vault: within an account silence does.
pub fn copies_out(policy: &Value, principal: &str, target: &str) -> bool {
    let policy = Policy::from_value(policy).unwrap();
    let context = Context::new(Rest::Absent)
        .with("aws:PrincipalArn", Entry::One(principal.into()))
        .with("backup:CopyTargets", Entry::Many(vec![target.into()]));
    let request = Request::new(
        Principal::parse(principal).unwrap(),
        "backup:CopyFromBackupVault",
        Resource::exact("arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1"),
        context,
    );
    let side = decide_resource(&request, Some(policy.document()));
    !matches!(side, PolicyDecision::Denied { .. })
}
