//! CloudFormation templates, one for each account and Region.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::FixFile;
use super::item::{Action, Item, home, slug};
use crate::known::Region;
use crate::quote::cloudformation::is_literal;

/// The templates of what CloudFormation can create. The policy of a key or a vault that is there already it cannot set.
pub fn templates(items: &[Item<'_>]) -> Vec<FixFile> {
    let mut all: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for item in items {
        if let (Some(path), Some(made)) = (path(item, items), resources(item)) {
            all.entry(path).or_default().extend(made);
        }
    }
    all.into_iter()
        .map(|(path, resources)| {
            FixFile::json(
                path,
                &template("What lets AWS Backup copies succeed", resources),
            )
        })
        .collect()
}

/// The template that a change is in.
pub fn path(item: &Item<'_>, items: &[Item<'_>]) -> Option<String> {
    if item.only_if_named() || resources(item).is_none() {
        return None;
    }
    let account = item.remedy.account?;
    let region = item
        .region()
        .unwrap_or_else(|| home(items, Some(account), &item.partition()));
    Some(format!("template-{account}-{}.json", slug(region.as_str())))
}

/// A template.
pub fn template(about: &str, resources: Map<String, Value>) -> Value {
    json!({
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": about,
        "Resources": resources,
    })
}

/// How a template reaches CloudFormation, by its size.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// As a file.
    File,
    /// By way of a bucket.
    Bucket,
    /// Not at all.
    Nowhere,
}

impl Room {
    const OF_FILE: usize = 51_200;
    const OF_BUCKET: usize = 1_048_576;

    /// That of a template of so many bytes.
    pub const fn of(bytes: usize) -> Self {
        if bytes <= Self::OF_FILE {
            Self::File
        } else if bytes <= Self::OF_BUCKET {
            Self::Bucket
        } else {
            Self::Nowhere
        }
    }

    /// What it takes in this Region; `None` where it takes nothing.
    pub fn needs(self, region: Option<&Region>) -> Option<String> {
        let at = region.map_or("that Region", Region::as_str);
        match self {
            Self::File => None,
            Self::Bucket => Some(format!(
                "CloudFormation takes {} from a file, and a larger one from a bucket: set S3_BUCKET to one in {at}",
                Self::OF_FILE
            )),
            Self::Nowhere => Some(format!(
                "CloudFormation takes {} at most: set it up with main.tf.json, beside it",
                Self::OF_BUCKET
            )),
        }
    }
}

/// A vault on a key of its own, each of which stays when the stack goes.
pub fn vault(
    id: &str,
    name: &str,
    key_policy: &Value,
    access_policy: Option<&Value>,
) -> Map<String, Value> {
    let mut properties = json!({
        "BackupVaultName": name,
        "EncryptionKeyArn": {"Fn::GetAtt": [format!("{id}Key"), "Arn"]},
    });
    if let (Some(properties), Some(policy)) = (properties.as_object_mut(), access_policy) {
        properties.insert("AccessPolicy".to_owned(), policy.clone());
    }
    let stays = |kind: &str, properties: Value| {
        json!({
            "Type": kind,
            "DeletionPolicy": "Retain",
            "UpdateReplacePolicy": "Retain",
            "Properties": properties,
        })
    };
    [
        (
            format!("{id}Key"),
            stays(
                "AWS::KMS::Key",
                json!({
                    "Description": format!("AWS Backup vault {name}"),
                    "EnableKeyRotation": true,
                    "KeyPolicy": key_policy,
                }),
            ),
        ),
        (
            format!("{id}Alias"),
            json!({
                "Type": "AWS::KMS::Alias",
                "Properties": {
                    "AliasName": format!("alias/{name}"),
                    "TargetKeyId": {"Ref": format!("{id}Key")},
                },
            }),
        ),
        (
            format!("{id}Vault"),
            stays("AWS::Backup::BackupVault", properties),
        ),
    ]
    .into_iter()
    .collect()
}

/// What a template creates for a change. `None` where it cannot, or where CloudFormation would not take a name as it stands.
fn resources(item: &Item<'_>) -> Option<Map<String, Value>> {
    let id = item.remedy.id.to_uppercase();
    let is_plain = match (&item.action, item.remedy.parts.new_vault()) {
        (Action::Vault(arn), Some(new)) => {
            is_literal(&json!([arn, new.key_policy, new.access_policy]))
        }
        (Action::RolePolicy(role, name), _) => {
            is_literal(&json!([role, name, item.remedy.policy_after()]))
        }
        _ => true,
    };
    if !is_plain {
        return None;
    }
    match (&item.action, item.remedy.parts.new_vault()) {
        (Action::Vault(arn), Some(new)) => {
            let access = new.access_policy.as_ref();
            Some(vault(&id, arn.name(), &new.key_policy, access))
        }
        (Action::ServiceLinkedRole, _) => Some(one(
            &id,
            "AWS::IAM::ServiceLinkedRole",
            json!({"AWSServiceName": "backup.amazonaws.com"}),
        )),
        (Action::RolePolicy(role, name), _) => Some(one(
            &id,
            "AWS::IAM::RolePolicy",
            json!({"PolicyName": name, "RoleName": role.name(), "PolicyDocument": item.remedy.policy_after()}),
        )),
        _ => None,
    }
}

fn one(id: &str, kind: &str, properties: Value) -> Map<String, Value> {
    [(
        id.to_owned(),
        json!({"Type": kind, "Properties": properties}),
    )]
    .into_iter()
    .collect()
}
