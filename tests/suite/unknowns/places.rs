//! The places of an inventory whose absence means "not looked up".

use serde_json::Value;

use crate::support::estate::take;

/// One fact, or one object with all its facts.
#[derive(Clone, Debug)]
pub struct Place {
    pub pointer: String,
    /// The field's name; that of the list for an object of a list.
    pub field: String,
    /// A flag that says that the list is whole, which it is no longer.
    pub flag: Option<String>,
}

impl Place {
    pub fn take(&self, inventory: &mut Value) {
        take(inventory, &self.pointer);
        if let Some(flag) = &self.flag
            && inventory.pointer(flag).is_some()
        {
            take(inventory, flag);
        }
    }
}

const ACCOUNT: &[&str] = &[
    "organization",
    "cross_account_backup",
    "service_control_policies",
    "resource_control_policies",
    "backup_policy",
    "tag_policy",
    "roles",
    "roles_complete",
    "regions",
];
const ORGANIZATION: &[&str] = &["Id", "MasterAccountId", "Path"];
const ROLE: &[&str] = &[
    "AssumeRolePolicyDocument",
    "AttachedPolicies",
    "InlinePolicies",
    "Tags",
];
const REGION: &[&str] = &[
    "opt_in_status",
    "region_settings",
    "allowed_images",
    "vaults",
    "vaults_complete",
    "keys",
    "resources",
    "resources_complete",
    "recovery_points",
    "option_groups",
    "plans",
];
const SETTINGS: &[&str] = &[
    "ResourceTypeOptInPreference",
    "ResourceTypeManagementPreference",
];
const VAULT: &[&str] = &["EncryptionKeyArn", "Locked", "AccessPolicy", "Tags"];
const KEY: &[&str] = &[
    "KeyManager",
    "KeyState",
    "KeySpec",
    "KeyUsage",
    "Aliases",
    "Policy",
    "Grants",
    "Tags",
];
const RESOURCE: &[&str] = &[
    "ResourceType",
    "Encrypted",
    "EncryptionKeyArn",
    "Tags",
    "Detail",
];
const POINT: &[&str] = &[
    "BackupVaultArn",
    "ResourceArn",
    "ResourceType",
    "IsEncrypted",
    "EncryptionKeyArn",
    "Status",
    "StorageClass",
    "Tags",
    "Detail",
];
/// What is copied is no fact but the question itself.
const COPY: &[&str] = &["source_vault", "role", "lifecycle"];

/// Every place of an inventory.
pub fn places(inventory: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    fields(inventory, "", &["collected_at", "accounts"], &mut found);
    each(
        inventory,
        "/accounts",
        None,
        &mut found,
        |account, found| {
            fields(inventory, account, ACCOUNT, found);
            fields(
                inventory,
                &format!("{account}/organization"),
                ORGANIZATION,
                found,
            );
            levels(inventory, account, found);
            let flag = format!("{account}/roles_complete");
            each(
                inventory,
                &format!("{account}/roles"),
                Some(&flag),
                found,
                |role, found| {
                    fields(inventory, role, ROLE, found);
                    documents(inventory, role, found);
                },
            );
            each(
                inventory,
                &format!("{account}/regions"),
                None,
                found,
                |region, found| {
                    fields(inventory, region, REGION, found);
                    fields(
                        inventory,
                        &format!("{region}/region_settings"),
                        SETTINGS,
                        found,
                    );
                    let flag = format!("{region}/vaults_complete");
                    let all = format!("{region}/resources_complete");
                    let lists: [(&str, Option<&str>, &[&str]); 6] = [
                        ("vaults", Some(&flag), VAULT),
                        ("keys", None, KEY),
                        ("resources", Some(&all), RESOURCE),
                        ("recovery_points", None, POINT),
                        ("option_groups", None, &["Options"]),
                        ("plans", None, &["BackupPlan", "Selections"]),
                    ];
                    for (list, flag, names) in lists {
                        let list = format!("{region}/{list}");
                        each(inventory, &list, flag, found, |item, found| {
                            fields(inventory, item, names, found);
                        });
                    }
                },
            );
        },
    );
    let copies = inventory.pointer("/copies").and_then(Value::as_array);
    for index in 0..copies.map_or(0, Vec::len) {
        fields(inventory, &format!("/copies/{index}"), COPY, &mut found);
    }
    found
}

/// The fields of an object that it has.
fn fields(inventory: &Value, at: &str, names: &[&str], found: &mut Vec<Place>) {
    for name in names {
        let pointer = format!("{at}/{name}");
        if inventory.pointer(&pointer).is_some() {
            let whole = ["roles", "vaults", "resources"].contains(name);
            let flag = whole.then(|| format!("{at}/{name}_complete"));
            found.push(Place {
                pointer,
                field: (*name).to_owned(),
                flag,
            });
        }
    }
}

/// The objects of a list, each whole, and then what is in it.
fn each(
    inventory: &Value,
    list: &str,
    flag: Option<&str>,
    found: &mut Vec<Place>,
    mut inside: impl FnMut(&str, &mut Vec<Place>),
) {
    let Some(items) = inventory.pointer(list).and_then(Value::as_array) else {
        return;
    };
    for index in 0..items.len() {
        let pointer = format!("{list}/{index}");
        let field = list.rsplit('/').next().unwrap().to_owned();
        found.push(Place {
            pointer: pointer.clone(),
            field,
            flag: flag.map(str::to_owned),
        });
        inside(&pointer, found);
    }
}

/// The texts of the organization's policies.
fn levels(inventory: &Value, account: &str, found: &mut Vec<Place>) {
    for list in ["service_control_policies", "resource_control_policies"] {
        let levels = inventory.pointer(&format!("{account}/{list}"));
        let levels = levels.and_then(Value::as_array).into_iter().flatten();
        for (level, policies) in levels.enumerate() {
            for index in 0..policies.as_array().map_or(0, Vec::len) {
                let policy = format!("{account}/{list}/{level}/{index}");
                fields(inventory, &policy, &["Document"], found);
            }
        }
    }
}

/// The texts of a role's policies.
fn documents(inventory: &Value, role: &str, found: &mut Vec<Place>) {
    for list in ["AttachedPolicies", "InlinePolicies"] {
        let list = format!("{role}/{list}");
        let items = inventory.pointer(&list).and_then(Value::as_array);
        for index in 0..items.map_or(0, Vec::len) {
            fields(inventory, &format!("{list}/{index}"), &["Document"], found);
        }
    }
    fields(
        inventory,
        &format!("{role}/PermissionsBoundary"),
        &["Document"],
        found,
    );
}
