//! Live collection against the tests' own AWS.

#[cfg(unix)]
mod accounts_of_moto;
#[cfg(unix)]
mod against_moto;
mod asked;
mod coverage;
mod databases;
#[cfg(unix)]
mod end_to_end;
mod faults;
mod incomplete;
#[cfg(unix)]
mod interrupted;
#[cfg(unix)]
mod kept;
mod law;
mod listed;
mod missing;
#[cfg(unix)]
mod moto;
mod nested;
#[cfg(unix)]
mod network;
mod organization;
mod outage;
mod permissions;
mod reach;
mod refused;
mod said;
mod sign_in;
mod survey;
mod types;

use std::path::PathBuf;
use std::time::Duration;

use backup_preflight::app::{asks_of_check, asks_of_everything};
use backup_preflight::cli::{Check, Cli, Command};
use backup_preflight::inventory::{Inventory, Timestamp};
use backup_preflight::known::Arn;
use backup_preflight::sources::live::{
    self, CallSettings, Credentials, LiveError, NamedCopy, Scope, Sides, survey,
};
use clap::Parser as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::aws::Server;

pub const SOURCE: &str = "111122223333";
pub const DESTINATION: &str = "444455556666";
pub const TABLE: &str = "arn:aws:dynamodb:us-east-2:111122223333:table/carts";
pub const DATABASE: &str = "arn:aws:rds:us-east-2:111122223333:db:orders";
pub const POINT: &str = "arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-1";
pub const PROD: &str = "arn:aws:backup:us-east-2:111122223333:backup-vault:prod";
pub const CENTRAL: &str = "arn:aws:backup:eu-west-1:444455556666:backup-vault:central";
pub const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole";
pub const LINKED_ROLE: &str =
    "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";
pub const VAULT_KEY: &str =
    "arn:aws:kms:us-east-2:111122223333:key/00000002-aaaa-bbbb-cccc-111122223333";
pub const DATA_KEY: &str =
    "arn:aws:kms:us-east-2:111122223333:key/00000001-aaaa-bbbb-cccc-111122223333";

/// An RDS instance's world: two accounts of one organization, a key for the data and one for each vault.
pub fn rds() -> Value {
    serde_json::from_str(include_str!("rds.json")).unwrap()
}

/// The same with a table under a key that AWS owns, backed up with the advanced features.
pub fn dynamodb() -> Value {
    serde_json::from_str(include_str!("dynamodb.json")).unwrap()
}

/// A server of a world whose accounts may read the organization.
pub fn served(world: &Value) -> Server {
    let server = Server::start(world.clone());
    server.delegate(SOURCE);
    server.delegate(DESTINATION);
    server
}

pub fn arn(text: &str) -> Arn {
    Arn::parse(text).unwrap()
}

/// The database to the central vault.
pub fn copy_of(resource: &str) -> NamedCopy {
    NamedCopy {
        resource: Some(arn(resource)),
        recovery_point: None,
        source_vault: Some(arn(PROD)),
        destination_vault: arn(CENTRAL),
        role: None,
    }
}

/// Reads what decides a copy.
pub fn collect(
    copy: &NamedCopy,
    sides: &Sides,
    settings: &CallSettings,
    now: Timestamp,
) -> Result<Inventory, LiveError> {
    live::collect(copy, sides, settings, now, &asks_of_check(&check(copy)))
}

/// The command line that names a copy.
pub fn check(copy: &NamedCopy) -> Check {
    let Command::Check(check) = Cli::try_parse_from(["backup-preflight", "check"])
        .unwrap()
        .command
    else {
        panic!("it is a check");
    };
    Check {
        resource: copy.resource.clone(),
        recovery_point: copy.recovery_point.clone(),
        source_vault: copy.source_vault.clone(),
        to: Some(copy.destination_vault.clone()),
        role: copy.role.clone(),
        ..*check
    }
}

/// Files with a profile for each account, and settings that name them.
pub struct Home {
    dir: TempDir,
    settings: CallSettings,
}

impl Home {
    pub fn new(server: &Server) -> Self {
        Self::of(server, &[SOURCE, DESTINATION])
    }

    /// With a profile for each of these accounts.
    pub fn of(server: &Server, accounts: &[&str]) -> Self {
        let dir = TempDir::new().unwrap();
        let mut text = String::new();
        for account in accounts {
            let (id, secret) = Server::account_keys(account);
            text += &format!(
                "[{account}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n"
            );
        }
        let home = Self {
            settings: CallSettings {
                concurrency: 8,
                timeout: Duration::from_secs(20),
                deadline: None,
                attempts: 4,
                config_file: Some(dir.path().join("config")),
                credentials_file: Some(dir.path().join("credentials")),
                endpoint_url: Some(server.url()),
                progress: false,
            },
            dir,
        };
        std::fs::write(home.path("credentials"), text).unwrap();
        std::fs::write(home.path("config"), "").unwrap();
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub const fn settings(&self) -> &CallSettings {
        &self.settings
    }

    pub fn concurrency(mut self, calls: usize) -> Self {
        self.settings.concurrency = calls;
        self
    }

    pub fn attempts(mut self, times: u32) -> Self {
        self.settings.attempts = times;
        self
    }

    pub fn deadline(mut self, time: Duration) -> Self {
        self.settings.deadline = Some(time);
        self
    }

    pub fn timeout(mut self, time: Duration) -> Self {
        self.settings.timeout = time;
        self
    }

    pub fn collect(
        &self,
        copy: &NamedCopy,
        source: &Credentials,
        destination: Option<&Credentials>,
    ) -> Result<Inventory, LiveError> {
        let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
        let sides = Sides {
            source: source.clone(),
            destination: destination.cloned(),
            management: None,
        };
        collect(copy, &sides, &self.settings, now)
    }

    /// Reads whole accounts.
    pub fn survey(&self, scope: Scope, sides: &Sides) -> Result<Inventory, LiveError> {
        let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
        let asks = asks_of_everything();
        survey(scope, sides, &self.settings, None, now, &asks)
    }

    /// With credentials of both accounts.
    pub fn both(&self, copy: &NamedCopy) -> Value {
        let found = self.collect(copy, &profile(SOURCE), Some(&profile(DESTINATION)));
        as_value(&found.unwrap())
    }

    /// With credentials of the source account only.
    pub fn source_only(&self, copy: &NamedCopy) -> Value {
        as_value(&self.collect(copy, &profile(SOURCE), None).unwrap())
    }
}

pub fn profile(name: &str) -> Credentials {
    Credentials {
        profile: Some(name.to_owned()),
        ..Credentials::default()
    }
}

pub fn as_value(inventory: &Inventory) -> Value {
    serde_json::to_value(inventory).unwrap()
}

/// What is served, as far as a copy of a resource asks: what no check looks at is not read, and of a vault that is named nobody
/// asks which recovery points it has.
pub fn as_collected(world: &Value) -> Value {
    let mut world = as_asked(world);
    for account in world["accounts"].as_array_mut().unwrap() {
        for region in account["regions"].as_array_mut().unwrap() {
            region.as_object_mut().unwrap().remove("recovery_points");
        }
    }
    world
}

/// The same for a copy that names no source vault: of the recovery points, what their list says.
pub fn as_collected_with_points(world: &Value) -> Value {
    let mut world = as_asked(world);
    for account in world["accounts"].as_array_mut().unwrap() {
        for region in account["regions"].as_array_mut().unwrap() {
            let points = region
                .get_mut("recovery_points")
                .and_then(Value::as_array_mut);
            for point in points.into_iter().flatten() {
                point.as_object_mut().unwrap().retain(|name, _| {
                    [
                        "RecoveryPointArn",
                        "BackupVaultName",
                        "BackupVaultArn",
                        "ResourceArn",
                        "EncryptionKeyArn",
                        "EncryptionKeyType",
                        "Status",
                        "CreationDate",
                        "IsParent",
                        "VaultType",
                    ]
                    .contains(&name.as_str())
                });
            }
        }
    }
    world
}

/// The same for a copy of a recovery point, which is described.
pub fn as_asked(world: &Value) -> Value {
    let mut world = world.clone();
    // Only the tags of copies are compared with a tag policy; how tables are backed up is a setting of where they are.
    let crosses = world["accounts"][1].is_object();
    let source = world["accounts"][0].as_object_mut().unwrap();
    if crosses {
        source.remove("tag_policy");
    }
    let is_table = source["regions"].to_string().contains("arn:aws:dynamodb:");
    for (at, account) in world["accounts"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .enumerate()
    {
        account.as_object_mut().unwrap().remove("roles_complete");
        for region in account["regions"].as_array_mut().unwrap() {
            let region = region.as_object_mut().unwrap();
            for unasked in ["vaults_complete", "resources_complete"] {
                region.remove(unasked);
            }
            if at > 0 || !is_table {
                region.remove("region_settings");
            }
            // Backups of databases and volumes are under the key of these, and not under that of their vault.
            if let Some(keys) = region.get_mut("keys").and_then(Value::as_array_mut) {
                keys.retain(|key| at > 0 || !crosses || is_table || key["Arn"] != VAULT_KEY);
            }
            // Those of AWS have no options.
            if let Some(groups) = region
                .get_mut("option_groups")
                .and_then(Value::as_array_mut)
            {
                groups.retain(|group| !group["OptionGroupName"].to_string().contains("default:"));
            }
            region.retain(|_, value| *value != json!([]));
        }
    }
    world
}

/// An object of a list by its ARN, wherever it stands.
pub fn object<'a>(value: &'a Value, arn: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) => {
            let named = ["Arn", "BackupVaultArn", "ResourceArn", "RecoveryPointArn"];
            // A recovery point names its vault and its resource, too; its own name comes first.
            let own = named.iter().rev().find_map(|name| fields.get(*name));
            if own.and_then(Value::as_str) == Some(arn) {
                return Some(value);
            }
            fields.values().find_map(|inner| object(inner, arn))
        }
        Value::Array(items) => items.iter().find_map(|inner| object(inner, arn)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// The inventory's gaps as (account, operation, subject, error).
pub fn gaps(inventory: &Value) -> Vec<(String, String, String, Option<String>)> {
    let text = |gap: &Value, name: &str| gap[name].as_str().map(str::to_owned);
    inventory["gaps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| {
            let must = |name| text(gap, name).unwrap();
            (
                must("account"),
                must("operation"),
                must("subject"),
                text(gap, "error"),
            )
        })
        .collect()
}

/// One gap, as `gaps` gives it.
pub fn gap(
    account: &str,
    operation: &str,
    subject: &str,
    error: Option<&str>,
) -> (String, String, String, Option<String>) {
    (
        account.to_owned(),
        operation.to_owned(),
        subject.to_owned(),
        error.map(str::to_owned),
    )
}
