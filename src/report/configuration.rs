//! A configuration to start from, with the accounts and Regions of an inventory and the rest as comments.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::{Inventory, items};
use crate::known::{AccountId, Region};
use crate::quote::shell::comment;

/// The text of `backup-preflight.toml` for the accounts and Regions of an inventory.
#[must_use]
pub fn configuration(inventory: &Inventory) -> String {
    let mut accounts: BTreeMap<AccountId, BTreeSet<String>> = BTreeMap::new();
    let mut regions: BTreeSet<Region> = BTreeSet::new();
    for account in items(&inventory.accounts) {
        let vaults = accounts.entry(account.account).or_default();
        for region in items(&account.regions) {
            regions.insert(region.region.clone());
            let own = items(&region.vaults).iter().map(|vault| &vault.arn);
            let own = own.filter(|arn| arn.account() == Some(account.account));
            vaults.extend(own.map(|arn| arn.name().to_owned()));
        }
    }
    let regions: Vec<String> = regions
        .iter()
        .map(|region| format!("\"{region}\""))
        .collect();
    let regions = if regions.is_empty() {
        "\"us-east-1\"".to_owned()
    } else {
        regions.join(", ")
    };
    let mut text = format!(
        "{HEAD}
[defaults]
# Any option of `check` and `audit`, without its hyphens. The command line outweighs it, and so does a variable:
# --region is BACKUP_PREFLIGHT_REGION.
# region = [{regions}]
# strict = true
# concurrency = 8
"
    );
    text += "
# The name stands beside the number wherever it is printed. For AWS: how to get in, by a profile or by a role.
# For Terraform plans: the providers that stand for the account.
";
    let known = accounts.iter().map(|(id, vaults)| (id.to_string(), vaults));
    for (number, (id, vaults)) in known.enumerate() {
        // No two accounts have one name.
        let name = match number {
            0 => "prod".to_owned(),
            number => format!("prod-{number}"),
        };
        let vaults: Vec<String> = vaults.iter().take(3).map(|name| comment(name)).collect();
        if !vaults.is_empty() {
            text += &format!("# vaults: {}\n", vaults.join(", "));
        }
        text += &format!(
            "[accounts.{id}]
# name = \"{name}\"
# profile = \"prod\"
# role_arn = \"arn:aws:iam::{id}:role/BackupPreflightRead\"
# external_id = \"\"
# terraform = [\"aws\"]

"
        );
    }
    text + TAIL
}

const HEAD: &str = "# backup-preflight reads the first file of this name, upward from the working directory.
# --config FILE names another; --no-config reads none. In a pull request, take it from the base branch:
# what it waives would waive itself otherwise.
";

const TAIL: &str = "# How much a warning of a check counts: error, warning or off. What fails cannot be turned off; it can be waived.
# [checks.copy-inherits-expiry]
# level = \"off\"

# A finding that may wait: a check, one of subject, copy, resource, vault, account or region (`*` stands for any
# text), why, and the last day. It is told as waived, the copy stays blocked, and the exit code does not count it.
# [[waivers]]
# check = \"vault-uses-aws-managed-key\"
# subject = \"arn:aws:backup:*:111122223333:backup-vault:legacy-*\"
# reason = \"moves to the new vault in January\"
# expires = 2027-01-31
";
