//! What a plan or a template says of the facts, put together thing by thing: an overlay in the making.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::inventory::Overlay;
use crate::known::{AccountId, Region};

/// What a plan or a template says.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What is there now.
    pub before: Overlay,
    /// What will be there.
    pub after: Overlay,
    /// Which resources say what of which ARN or id.
    pub places: Places,
    /// The file and line of a resource, by its address, where they are known.
    pub lines: BTreeMap<String, (String, usize)>,
    /// What is not read, or has no place, in words.
    pub warnings: Vec<String>,
    /// Why there may be other copies than those that are told, in words.
    pub open: Vec<String>,
}

/// The resources that say something of a thing, by its ARN or id: addresses of a plan, logical ids of a template.
pub type Places = BTreeMap<String, Vec<String>>;

/// Where something is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The account.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
}

/// The facts that a plan or a template tells, by account, Region, list and name.
#[derive(Debug, Default)]
pub struct World {
    accounts: BTreeMap<AccountId, AccountFacts>,
}

#[derive(Debug, Default)]
struct AccountFacts {
    fields: Map<String, Value>,
    roles: BTreeMap<String, Map<String, Value>>,
    regions: BTreeMap<Region, RegionFacts>,
}

#[derive(Debug, Default)]
struct RegionFacts {
    fields: Map<String, Value>,
    lists: BTreeMap<&'static str, BTreeMap<String, Map<String, Value>>>,
}

/// What is said of a thing that is deleted.
fn gone(list: &str) -> Vec<(String, Value)> {
    let fields: &[(&str, Value)] = match list {
        "vaults" => &[("VaultState", Value::Null)],
        "keys" => &[("KeyState", json!("PendingDeletion"))],
        "roles" => &[("AssumeRolePolicyDocument", Value::Null)],
        "plans" => &[
            ("BackupPlan", json!({"Rules": []})),
            ("Selections", json!([])),
        ],
        _ => &[("ResourceType", Value::Null)],
    };
    let each = fields.iter();
    each.map(|(field, value)| ((*field).to_owned(), value.clone()))
        .collect()
}

/// The field that tells the things of a list apart.
fn key(list: &'static str) -> &'static str {
    match list {
        "vaults" => "BackupVaultArn",
        "resources" => "ResourceArn",
        "plans" => "BackupPlanId",
        _ => "Arn",
    }
}

impl World {
    /// A thing of a list of a Region: its fields, to be set.
    pub fn thing(
        &mut self,
        home: &Home,
        list: &'static str,
        name: &str,
    ) -> &mut Map<String, Value> {
        let region = self.region_facts(home);
        let things = region.lists.entry(list).or_default();
        things.entry(name.to_owned()).or_insert_with(|| {
            let mut fields = Map::new();
            fields.insert(key(list).to_owned(), json!(name));
            fields
        })
    }

    /// The same, where it is there already.
    pub fn known(
        &mut self,
        home: &Home,
        list: &'static str,
        name: &str,
    ) -> Option<&mut Map<String, Value>> {
        let region = self
            .accounts
            .get_mut(&home.account)?
            .regions
            .get_mut(&home.region)?;
        region.lists.get_mut(list)?.get_mut(name)
    }

    /// A role: its fields, to be set.
    pub fn role(&mut self, account: AccountId, arn: &str) -> &mut Map<String, Value> {
        let roles = &mut self.accounts.entry(account).or_default().roles;
        roles.entry(arn.to_owned()).or_insert_with(|| {
            let mut fields = Map::new();
            fields.insert("Arn".to_owned(), json!(arn));
            fields
        })
    }

    /// AWS Backup's own role.
    pub fn backup_service_linked_role(&mut self, account: AccountId, partition: &str) -> String {
        let arn = format!(
            "arn:{partition}:iam::{account}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
        );
        let policy = format!(
            "arn:{partition}:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"
        );
        let role = self.role(account, &arn);
        for (field, value) in [
            (
                "AssumeRolePolicyDocument",
                json!({"Version": "2012-10-17", "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ]}),
            ),
            ("AttachedPolicies", json!([{"PolicyArn": policy}])),
            ("InlinePolicies", json!([])),
            ("PermissionsBoundary", Value::Null),
        ] {
            role.insert(field.to_owned(), value);
        }
        arn
    }

    /// The key that AWS manages for a service in an account and Region; its ARN, in which a name stands in for its id.
    pub fn aws_managed_key(&mut self, home: &Home, service: &str) -> String {
        let arn = format!(
            "arn:aws:kms:{}:{}:key/aws-managed-{service}",
            home.region, home.account
        );
        let key = self.thing(home, "keys", &arn);
        for (field, value) in [
            ("KeyManager", json!("AWS")),
            ("KeyState", json!("Enabled")),
            ("KeySpec", json!("SYMMETRIC_DEFAULT")),
            ("KeyUsage", json!("ENCRYPT_DECRYPT")),
            ("Aliases", json!([format!("alias/aws/{service}")])),
            ("Grants", json!([])),
        ] {
            key.insert(field.to_owned(), value);
        }
        arn
    }

    /// The fields of an account.
    pub fn account(&mut self, account: AccountId) -> &mut Map<String, Value> {
        &mut self.accounts.entry(account).or_default().fields
    }

    /// The fields of a Region.
    pub fn region(&mut self, home: &Home) -> &mut Map<String, Value> {
        &mut self.region_facts(home).fields
    }

    /// Says of the keys that do not stand in another world that they have no grants: they are made.
    pub fn makes_keys(&mut self, before: &Self) {
        for (account, facts) in &mut self.accounts {
            for (region, facts) in &mut facts.regions {
                let was = before.accounts.get(account);
                let was = was.and_then(|account| account.regions.get(region));
                let was = was.and_then(|region| region.lists.get("keys"));
                for (arn, key) in facts.lists.get_mut("keys").into_iter().flatten() {
                    if was.is_none_or(|keys| !keys.contains_key(arn)) {
                        key.entry("Grants").or_insert_with(|| json!([]));
                    }
                }
            }
        }
    }

    /// Says of what stood in another world and does not stand in this one that it is gone; of what this one no longer says
    /// of a thing, that it is unknown, and why. What `stays` says of a thing, by its ARN or id: it stays as it was, it goes,
    /// or nobody knows.
    pub fn lacks(&mut self, before: &Self, stays: impl Fn(&str) -> Option<bool>, why: &str) {
        let unknown = || json!({ "unknown": why });
        let unsaid = |now: &mut Map<String, Value>, was: &Map<String, Value>| {
            for field in was.keys() {
                now.entry(field.clone()).or_insert_with(unknown);
            }
        };
        let gone =
            |list: &str, was: &Map<String, Value>, name: &str| -> Option<Map<String, Value>> {
                let mut now = Map::new();
                match stays(name) {
                    Some(true) => return None,
                    Some(false) => now.extend(gone(list)),
                    None => unsaid(&mut now, was),
                }
                Some(now)
            };
        for (account, was) in &before.accounts {
            let now = self.accounts.entry(*account).or_default();
            unsaid(&mut now.fields, &was.fields);
            for (arn, was) in &was.roles {
                match now.roles.get_mut(arn) {
                    Some(now) => unsaid(now, was),
                    None => {
                        if let Some(mut fields) = gone("roles", was, arn) {
                            fields.insert("Arn".to_owned(), json!(arn));
                            now.roles.insert(arn.clone(), fields);
                        }
                    }
                }
            }
            for (region, was) in &was.regions {
                let now = now.regions.entry(region.clone()).or_default();
                unsaid(&mut now.fields, &was.fields);
                for (list, was) in &was.lists {
                    let now = now.lists.entry(list).or_default();
                    for (name, was) in was {
                        match now.get_mut(name) {
                            Some(now) => unsaid(now, was),
                            None => {
                                if let Some(mut fields) = gone(list, was, name) {
                                    fields.insert(key(list).to_owned(), json!(name));
                                    now.insert(name.clone(), fields);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn region_facts(&mut self, home: &Home) -> &mut RegionFacts {
        let account = self.accounts.entry(home.account).or_default();
        account.regions.entry(home.region.clone()).or_default()
    }

    /// The document of an overlay.
    #[must_use]
    pub fn document(self) -> Value {
        let accounts: Vec<Value> = self
            .accounts
            .into_iter()
            .map(|(id, mut account)| {
                let all = &mut account.fields;
                all.insert("account".to_owned(), json!(id.to_string()));
                if !account.roles.is_empty() {
                    let roles: Vec<_> = account.roles.into_values().collect();
                    all.insert("roles".to_owned(), json!(roles));
                }
                let regions: Vec<Value> = account
                    .regions
                    .into_iter()
                    .map(|(name, region)| {
                        let mut all = region.fields;
                        all.insert("region".to_owned(), json!(name.as_str()));
                        for (list, things) in region.lists {
                            let things: Vec<_> = things.into_values().collect();
                            all.insert(list.to_owned(), json!(things));
                        }
                        Value::Object(all)
                    })
                    .collect();
                if !regions.is_empty() {
                    all.insert("regions".to_owned(), Value::Array(regions));
                }
                Value::Object(account.fields)
            })
            .collect();
        json!({"schema": "backup-preflight/inventory/v1", "accounts": accounts})
    }
}
