//! `main.tf.json`: the changes in Terraform's JSON syntax, which needs no writer of its own.
//!
//! See <https://developer.hashicorp.com/terraform/language/syntax/json>.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::FixFile;
use super::item::{Action, Item, home, slug};
use super::policy::policies;
use crate::known::{AccountId, Region};
use crate::quote::terraform::{literal, reference};

/// A configuration while it is made.
#[derive(Default)]
pub struct Configuration {
    /// By type, then by name.
    resources: BTreeMap<String, Map<String, Value>>,
    data: BTreeMap<String, Map<String, Value>>,
    /// By alias.
    providers: BTreeMap<String, Value>,
    variables: BTreeMap<String, Value>,
}

impl Configuration {
    /// A resource, with the provider that it belongs to: arguments whose text is nothing but text, those that refer to
    /// something else of the configuration, and what it comes after.
    pub fn resource(
        &mut self,
        provider: &str,
        kind: &str,
        name: &str,
        arguments: &Value,
        references: &[(&str, String)],
        after: &[String],
    ) {
        let mut body = json!({"provider": format!("aws.{provider}")});
        if let (Some(body), Value::Object(arguments)) = (body.as_object_mut(), literal(arguments)) {
            body.extend(arguments);
            let references = references.iter();
            body.extend(references.map(|(name, to)| ((*name).to_owned(), reference(to))));
            if !after.is_empty() {
                body.insert("depends_on".to_owned(), json!(after));
            }
        }
        self.resources
            .entry(kind.to_owned())
            .or_default()
            .insert(name.to_owned(), body);
    }

    /// A data source.
    pub fn data(&mut self, kind: &str, name: &str, body: Value) {
        self.data
            .entry(kind.to_owned())
            .or_default()
            .insert(name.to_owned(), body);
    }

    /// The alias of the provider of an account and a Region; it refuses every other account.
    pub fn provider(&mut self, account: Option<AccountId>, region: &Region) -> String {
        let whose = account.map_or_else(|| "unknown".to_owned(), |account| account.to_string());
        let alias = format!("a{whose}_{}", slug(region.as_str()).replace('-', "_"));
        let variable = format!("profile_{whose}");
        let mut provider = json!({
            "alias": alias,
            "region": literal(&json!(region)),
            "profile": reference(&format!("var.{variable}")),
        });
        if let (Some(account), Some(provider)) = (account, provider.as_object_mut()) {
            provider.insert("allowed_account_ids".to_owned(), json!([account]));
        }
        self.providers.insert(alias.clone(), provider);
        self.variables.insert(
            variable,
            json!({
                "type": "string",
                "default": null,
                "description": format!("The AWS profile for account {whose}; the environment's credentials where it is null"),
            }),
        );
        alias
    }

    /// The file; `None` where there is nothing in it.
    pub fn file(self, path: &str) -> Option<FixFile> {
        if self.resources.is_empty() {
            return None;
        }
        let mut needed = json!({"aws": {"source": "hashicorp/aws", "version": ">= 5.40"}});
        if let (Some(needed), true) = (
            needed.as_object_mut(),
            self.data.contains_key("archive_file"),
        ) {
            needed.insert(
                "archive".to_owned(),
                json!({"source": "hashicorp/archive", "version": ">= 2.4"}),
            );
        }
        let mut all = json!({
            "terraform": {"required_version": ">= 1.5", "required_providers": needed},
            "variable": self.variables,
            "provider": {"aws": self.providers.into_values().collect::<Vec<_>>()},
        });
        if let Some(all) = all.as_object_mut() {
            if !self.data.is_empty() {
                all.insert("data".to_owned(), json!(self.data));
            }
            all.insert("resource".to_owned(), json!(self.resources));
        }
        Some(FixFile::json(path, &all))
    }
}

/// A policy as Terraform takes it: JSON in a string.
pub fn policy(policy: &Value) -> Value {
    policy.to_string().into()
}

/// The changes that Terraform can make, those that are one of several ways left out.
pub fn main(items: &[Item<'_>]) -> Option<FixFile> {
    let mut made = Configuration::default();
    for item in items.iter().filter(|item| is_ours(item)) {
        add(&mut made, item, items);
    }
    made.file("main.tf.json")
}

/// Whether a change is in `main.tf.json`.
pub fn is_ours(item: &Item<'_>) -> bool {
    let known = match item.action {
        Action::KeyPolicy(_)
        | Action::VaultPolicy(_)
        | Action::RolePolicy(..)
        | Action::AttachedPolicies(..)
        | Action::ServiceLinkedRole
        | Action::CrossAccountBackup(_)
        | Action::Region(_)
        | Action::Vault(_) => true,
        // A trust policy is a part of its role, which is in a configuration of its own.
        Action::TrustPolicy(_)
        | Action::ControlPolicy(_)
        | Action::EnableKey(..)
        | Action::TwoStep(_)
        | Action::ByHand => false,
    };
    known && !item.only_if_named()
}

fn add(made: &mut Configuration, item: &Item<'_>, items: &[Item<'_>]) {
    let account = item.remedy.account;
    let region = item
        .region()
        .unwrap_or_else(|| home(items, account, &item.partition()));
    let provider = made.provider(account, &region);
    let id = item.remedy.id.as_str();
    let after = policies(item).1.as_ref().map_or(Value::Null, policy);
    let mut references = Vec::new();
    let (kind, arguments) = match &item.action {
        Action::KeyPolicy(key) => (
            "aws_kms_key_policy",
            json!({"key_id": key, "policy": after}),
        ),
        Action::VaultPolicy(vault) => (
            "aws_backup_vault_policy",
            json!({"backup_vault_name": vault.name(), "policy": after}),
        ),
        Action::RolePolicy(role, name) => (
            "aws_iam_role_policy",
            json!({"name": name, "role": role.name(), "policy": after}),
        ),
        Action::AttachedPolicies(role, policies) => {
            for (index, policy) in policies.iter().enumerate() {
                let name = if index == 0 {
                    id.to_owned()
                } else {
                    format!("{id}_{index}")
                };
                let body = json!({"role": role.name(), "policy_arn": policy});
                let kind = "aws_iam_role_policy_attachment";
                made.resource(&provider, kind, &name, &body, &[], &[]);
            }
            return;
        }
        Action::ServiceLinkedRole => (
            "aws_iam_service_linked_role",
            json!({"aws_service_name": "backup.amazonaws.com"}),
        ),
        Action::CrossAccountBackup(_) => (
            "aws_backup_global_settings",
            json!({"global_settings": {"isCrossAccountBackupEnabled": "true"}}),
        ),
        Action::Region(region) => (
            "aws_account_region",
            json!({"region_name": region, "enabled": true}),
        ),
        Action::Vault(vault) => {
            if let Some(new) = item.remedy.parts.new_vault() {
                add_vault(made, &provider, id, vault.name(), &new.key_policy);
            }
            if after.is_null() {
                return;
            }
            references.push(("backup_vault_name", format!("aws_backup_vault.{id}.name")));
            ("aws_backup_vault_policy", json!({"policy": after}))
        }
        Action::TrustPolicy(_)
        | Action::ControlPolicy(_)
        | Action::EnableKey(..)
        | Action::TwoStep(_)
        | Action::ByHand => return,
    };
    let first = first(item, items);
    made.resource(&provider, kind, id, &arguments, &references, &first);
}

/// A vault, on a key of its own.
pub fn add_vault(
    made: &mut Configuration,
    provider: &str,
    name: &str,
    vault: &str,
    key_policy: &Value,
) {
    made.resource(
        provider,
        "aws_kms_key",
        name,
        &json!({
            "description": format!("AWS Backup vault {vault}"),
            "policy": policy(key_policy),
            "enable_key_rotation": true,
            "lifecycle": {"prevent_destroy": true},
        }),
        &[],
        &[],
    );
    made.resource(
        provider,
        "aws_kms_alias",
        name,
        &json!({"name": format!("alias/{vault}")}),
        &[("target_key_id", format!("aws_kms_key.{name}.key_id"))],
        &[],
    );
    made.resource(
        provider,
        "aws_backup_vault",
        name,
        &json!({"name": vault}),
        &[("kms_key_arn", format!("aws_kms_key.{name}.arn"))],
        &[],
    );
}

/// The service-linked roles that must come first.
fn first(item: &Item<'_>, items: &[Item<'_>]) -> Vec<String> {
    items
        .iter()
        .filter(|other| matches!(other.action, Action::ServiceLinkedRole) && is_ours(other))
        .filter(|other| item.remedy.requires.contains(&other.remedy.id))
        .map(|other| format!("aws_iam_service_linked_role.{}", other.remedy.id))
        .collect()
}
