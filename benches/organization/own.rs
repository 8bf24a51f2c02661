//! Organizations in which little is shared: every account has its own key, role and vaults on both sides, half of the
//! copies are blocked by eight kinds of defect, and most defects want a remedy of their own.

#![allow(dead_code, reason = "each bench uses one of the organizations")]

use std::io::{self, Write};

use serde_json::{Value, json};

use super::dice::Dice;
use super::parts::{aws_managed, key, key_arn, role, service_linked_role, vault, vault_arn};
use super::{MANAGEMENT, REGIONS, account, region_facts};

/// The copies of an account.
const COPIES: usize = 10;
/// The accounts whose copies go to one backup account.
const A_HUB: usize = 250;

/// How large an organization is.
#[derive(Clone, Copy)]
pub struct OfTheirOwn {
    /// The copies that are planned.
    pub copies: usize,
    /// Which of all organizations of this size it is.
    pub seed: u64,
}

/// What is wrong with an account.
#[derive(Clone, Copy, PartialEq)]
enum Defect {
    None,
    KeyNotShared,
    KeyAwsManaged,
    KeyDisabled,
    VaultMissing,
    VaultRefuses,
    RetentionTooShort,
    RoleLacksPolicies,
    RoleNotTrusted,
}

const DEFECTS: [Defect; 8] = [
    Defect::KeyNotShared,
    Defect::KeyAwsManaged,
    Defect::KeyDisabled,
    Defect::VaultMissing,
    Defect::VaultRefuses,
    Defect::RetentionTooShort,
    Defect::RoleLacksPolicies,
    Defect::RoleNotTrusted,
];

/// An account that owns what is copied.
struct Owner {
    id: u64,
    hub: u64,
    copies: usize,
    region: &'static str,
    defect: Defect,
    dice: Dice,
}

impl OfTheirOwn {
    /// Writes its inventory, an account at a time.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(
            br#"{"schema":"backup-preflight/inventory/v1","collected_at":"2026-11-22T10:00:00Z","accounts":["#,
        )?;
        write!(out, "{}", member(MANAGEMENT, Vec::new(), Vec::new()))?;
        let accounts = self.copies.div_ceil(COPIES);
        for first in (0..accounts).step_by(A_HUB) {
            let owners = || (first..(first + A_HUB).min(accounts)).map(|index| self.owner(index));
            write!(
                out,
                ",\n{}",
                hub(hub_id(first), &owners().collect::<Vec<_>>())
            )?;
            for owner in owners() {
                write!(out, ",\n{}", owner.account())?;
            }
        }
        out.write_all(br#"],"copies":["#)?;
        let mut comma = "";
        for copy in (0..accounts).flat_map(|index| self.owner(index).copies()) {
            write!(out, "{comma}{copy}")?;
            comma = ",\n";
        }
        out.write_all(br#"],"gaps":[]}"#)
    }

    fn owner(&self, index: usize) -> Owner {
        let mut dice = Dice(self.seed ^ ((index as u64 + 1) << 20));
        let defect = match dice.below(16) {
            roll @ 0..8 => DEFECTS[roll as usize],
            _ => Defect::None,
        };
        Owner {
            id: 200_000_000_000 + index as u64 * 7919,
            hub: hub_id(index),
            copies: COPIES.min(self.copies - index * COPIES),
            region: REGIONS[index % REGIONS.len()],
            defect,
            dice,
        }
    }
}

const fn hub_id(index: usize) -> u64 {
    900_000_000_000 + (index / A_HUB) as u64 * 104_729
}

/// An account without policies of the organization but those that allow everything, on the root, its unit and itself.
fn member(id: u64, roles: Vec<Value>, regions: Vec<Value>) -> Value {
    let mut account = account(id, roles, regions);
    let level = json!([{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess"}]);
    account["service_control_policies"] = json!([level, level, level]);
    account["resource_control_policies"] = json!([]);
    account
}

/// A key's policy: the account's own, and the backup account's service-linked role where it is shared with that.
fn key_policy(account: u64, shared_with: Option<u64>) -> Value {
    let mut statements = vec![
        json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}, "Action": "kms:*", "Resource": "*"}),
    ];
    if let Some(with) = shared_with {
        let role = format!(
            "arn:aws:iam::{with}:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup"
        );
        statements.push(json!({"Sid": "AllowBackup", "Effect": "Allow", "Principal": {"AWS": role},
            "Action": ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt", "kms:ReEncryptFrom", "kms:GenerateDataKeyWithoutPlaintext"], "Resource": "*"}));
    }
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The account that copies go to: a vault and a key for each of their owners.
fn hub(id: u64, owners: &[Owner]) -> Value {
    let regions = REGIONS.iter().map(|region| {
        let here = || owners.iter().filter(|owner| owner.region == *region);
        let vaults = here()
            .filter(|owner| owner.defect != Defect::VaultMissing)
            .map(Owner::target);
        let keys = here().map(|owner| {
            let mut key = key(region, id, owner.number(), 0);
            key["Policy"] = key_policy(id, None);
            key["Aliases"] = json!([]);
            key
        });
        let facts = region_facts(
            region,
            true,
            [Value::Null, Value::Null],
            keys.collect(),
            Vec::new(),
        );
        with_vaults(facts, vaults.collect())
    });
    member(id, vec![service_linked_role(id)], regions.collect())
}

fn with_vaults(mut region: Value, vaults: Vec<Value>) -> Value {
    region["vaults"] = Value::Array(vaults);
    region["option_groups"] = json!([{"OptionGroupName": "default:postgres-16", "Options": []}]);
    region
}

impl Owner {
    /// What tells its key in the backup account from the others.
    fn number(&self) -> u64 {
        100 + (self.id - 200_000_000_000) / 7919
    }

    fn target_name(&self) -> String {
        format!("from-{}", self.id)
    }

    /// The vault that its copies go to.
    fn target(&self) -> Value {
        let allowed = self.defect != Defect::VaultRefuses;
        let policy = allowed.then(|| {
            json!({"Version": "2012-10-17", "Statement": [{"Sid": "AllowCopies", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{}:root", self.id)},
                "Action": "backup:CopyIntoBackupVault", "Resource": "*"}]})
        });
        let mut vault = vault(
            self.region,
            self.hub,
            &self.target_name(),
            self.number(),
            json!(policy),
        );
        vault["Locked"] = json!(true);
        vault["MinRetentionDays"] = json!(7);
        vault["MaxRetentionDays"] = json!(400);
        vault
    }

    fn role(&self) -> String {
        format!(
            "arn:aws:iam::{}:role/backup/copies-{}",
            self.id,
            self.number()
        )
    }

    fn resources(&self) -> Vec<(&'static str, String, Value)> {
        let mut dice = Dice(self.dice.0 ^ 0x5bd1_e995);
        let (id, region) = (self.id, self.region);
        let each = (0..self.copies).map(|place| {
            let name = format!("{}-{place:04}", ["orders", "billing", "search", "users"][place % 4]);
            let hex = dice.hex(17);
            match place % 5 {
                0..3 => ("RDS", format!("arn:aws:rds:{region}:{id}:db:{name}"),
                    json!({"DBInstanceIdentifier": name, "DBInstanceStatus": "available", "Engine": "postgres", "EngineVersion": "16.4", "StorageEncrypted": true,
                        "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-16", "Status": "in-sync"}]})),
                3 => ("EBS", format!("arn:aws:ec2:{region}:{id}:volume/vol-{hex}"),
                    json!({"VolumeId": format!("vol-{hex}"), "State": "in-use", "Size": 100, "VolumeType": "gp3", "Encrypted": true})),
                _ => ("Aurora", format!("arn:aws:rds:{region}:{id}:cluster:{name}"),
                    json!({"DBClusterIdentifier": name, "Status": "available", "Engine": "aurora-postgresql", "StorageEncrypted": true})),
            }
        });
        each.collect()
    }

    fn account(&self) -> Value {
        let (id, region) = (self.id, self.region);
        let managed = self.defect == Defect::KeyAwsManaged;
        let resources = self.resources().into_iter().map(|(kind, arn, detail)| {
            let key = match (managed, kind) {
                (false, _) => key_arn(region, id, 1),
                (true, "EBS") => key_arn(region, id, 12),
                (true, _) => key_arn(region, id, 11),
            };
            json!({"ResourceArn": arn, "ResourceType": kind, "Encrypted": true, "EncryptionKeyArn": key,
                "Tags": {"team": "orders", "backup": "daily"}, "Detail": detail})
        });
        let mut own = key(region, id, 1, 0);
        let shared_with = (self.defect != Defect::KeyNotShared).then_some(self.hub);
        own["Policy"] = key_policy(id, shared_with);
        own["Aliases"] = json!(["alias/backups"]);
        if self.defect == Defect::KeyDisabled {
            own["KeyState"] = json!("Disabled");
        }
        let mut keys = vec![own];
        if managed {
            keys.extend([11, 12].map(|number| aws_managed(region, id, number)));
        }
        let facts = region_facts(
            region,
            true,
            [Value::Null, Value::Null],
            keys,
            resources.collect(),
        );
        let vault = vault(region, id, "primary", 1, Value::Null);
        member(id, self.roles(), vec![with_vaults(facts, vec![vault])])
    }

    fn roles(&self) -> Vec<Value> {
        let policies: &[&str] = if self.defect == Defect::RoleLacksPolicies {
            &["service-role/AWSBackupServiceRolePolicyForRestores"]
        } else {
            &["service-role/AWSBackupServiceRolePolicyForBackup"]
        };
        let service = if self.defect == Defect::RoleNotTrusted {
            "ec2.amazonaws.com"
        } else {
            "backup.amazonaws.com"
        };
        let name = format!("backup/copies-{}", self.number());
        vec![role(self.id, &name, service, policies)]
    }

    fn copies(&self) -> Vec<Value> {
        let to = vault_arn(self.region, self.hub, &self.target_name());
        let days = if self.defect == Defect::RetentionTooShort {
            3
        } else {
            35
        };
        let each = self.resources().into_iter().enumerate();
        each.map(|(place, (_, arn, _))| {
            json!({"id": format!("daily-{}-{place:05}", self.id), "resource": arn, "source_vault": vault_arn(self.region, self.id, "primary"),
                "destination_vault": to, "role": self.role(), "lifecycle": {"DeleteAfterDays": days, "MoveToColdStorageAfterDays": null}, "start": "scheduled"})
        })
        .collect()
    }
}
