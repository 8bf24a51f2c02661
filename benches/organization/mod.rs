//! Organizations of any size, the same for the same seed: accounts with their roles, organization policies, vaults, keys
//! and resources, a copy or two of each resource, and a share of each defect that stops copies in the field.

mod dice;
mod own;
mod parts;

use std::io::{self, Write};

use serde_json::{Value, json};

use dice::Dice;
#[allow(unused_imports, reason = "each bench uses one of the organizations")]
pub use own::OfTheirOwn;
use parts::{
    aws_managed, baseline, default_vault, key, key_arn, key_policy, only_our_regions, perimeter,
    role, service_linked_role, vault, vault_arn, vault_policy,
};

const REGIONS: [&str; 3] = ["us-east-1", "eu-west-1", "eu-central-1"];
const ORGANIZATION: &str = "o-a1b2c3d4e5";
const MANAGEMENT: u64 = 100_000_000_000;

/// How large an organization is.
#[derive(Clone, Copy)]
pub struct Organization {
    /// The copies that are planned.
    pub copies: usize,
    /// The accounts that own what is copied.
    pub accounts: usize,
    /// Which of all organizations of this size it is.
    pub seed: u64,
}

impl Organization {
    /// An organization with a hundred copies an account.
    pub fn of_copies(copies: usize) -> Self {
        Self {
            copies,
            accounts: copies.div_ceil(100),
            seed: 1,
        }
    }

    /// Writes its inventory, an account at a time.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let members = || (0..self.accounts).map(|index| self.member(index));
        out.write_all(
            br#"{"schema":"backup-preflight/inventory/v1","collected_at":"2026-11-22T10:00:00Z","accounts":["#,
        )?;
        let mut comma = "";
        let hubs =
            (0..self.hubs()).map(|hub| account(hub_id(hub), hub_roles(hub), hub_regions(hub)));
        for account in [management()]
            .into_iter()
            .chain(hubs)
            .chain(members().map(|member| member.account()))
        {
            write!(out, "{comma}{account}")?;
            comma = ",\n";
        }
        out.write_all(br#"],"copies":["#)?;
        comma = "";
        for copy in members().flat_map(|member| member.copies()) {
            write!(out, "{comma}{copy}")?;
            comma = ",\n";
        }
        out.write_all(br#"],"gaps":[]}"#)
    }

    /// The accounts that copies go to.
    fn hubs(&self) -> usize {
        self.accounts.div_ceil(250)
    }

    fn member(&self, index: usize) -> Member {
        let first = self.copies * index / self.accounts;
        let end = self.copies * (index + 1) / self.accounts;
        let mut dice = Dice(self.seed ^ ((index as u64 + 1) << 20));
        Member {
            id: 200_000_000_000 + index as u64 * 7919,
            hub: index % self.hubs(),
            copies: end - first,
            region: REGIONS[index % REGIONS.len()],
            flaw: Flaw::of(dice.below(100)),
            dice,
        }
    }
}

/// What is wrong with a whole account.
#[derive(Clone, Copy, PartialEq)]
enum Flaw {
    None,
    RoleLacksPolicies,
    RoleNotTrusted,
    DeniedByOrganization,
    KeyNotShared,
    KeyPolicyUnread,
    AnotherOrganization,
    BasicDynamoDb,
}

impl Flaw {
    fn of(roll: u64) -> Self {
        match roll {
            0 => Self::RoleLacksPolicies,
            1 => Self::RoleNotTrusted,
            2 => Self::DeniedByOrganization,
            3..8 => Self::KeyNotShared,
            8 => Self::KeyPolicyUnread,
            9 => Self::AnotherOrganization,
            10..13 => Self::BasicDynamoDb,
            _ => Self::None,
        }
    }
}

/// An account that owns what is copied.
struct Member {
    id: u64,
    hub: usize,
    copies: usize,
    region: &'static str,
    flaw: Flaw,
    dice: Dice,
}

/// Something that is backed up.
struct Backed {
    kind: &'static str,
    arn: String,
    key: Value,
    detail: Value,
    /// Nobody could describe it.
    unread: bool,
}

impl Member {
    /// Two of three copies are the only one of their resource: they go to another account. The others of their resource
    /// stay in it.
    fn resources(&self) -> Vec<Backed> {
        let mut dice = self.dice;
        let (id, region) = (self.id, self.region);
        (0..self.copies.div_ceil(3) * 2)
            .map(|place| {
                let name = format!("{}-{place:04}", ["orders", "billing", "search", "users"][place % 4]);
                let hex = dice.hex(17);
                // One resource in thirty is on the key that AWS manages for its service.
                let customer = json!(key_arn(region, id, 1 + dice.below(3)));
                let key = |managed: u64, dice: &mut Dice| match dice.below(30) {
                    0 => json!(key_arn(region, id, managed)),
                    _ => customer.clone(),
                };
                let (kind, arn, key, detail) = match place % 20 {
                    0..5 => ("RDS", format!("arn:aws:rds:{region}:{id}:db:{name}"), key(11, &mut dice),
                        json!({"DBInstanceIdentifier": name, "DBInstanceStatus": "available", "Engine": "postgres", "EngineVersion": "16.4", "StorageEncrypted": true,
                            "OptionGroupMemberships": [{"OptionGroupName": "default:postgres-16", "Status": "in-sync"}]})),
                    5..10 => ("EBS", format!("arn:aws:ec2:{region}:{id}:volume/vol-{hex}"), key(12, &mut dice),
                        json!({"VolumeId": format!("vol-{hex}"), "State": "in-use", "Size": 100, "VolumeType": "gp3", "Encrypted": true})),
                    10..13 => ("DynamoDB", format!("arn:aws:dynamodb:{region}:{id}:table/{name}"), Value::Null, json!({"TableName": name, "TableStatus": "ACTIVE"})),
                    13..15 => ("EC2", format!("arn:aws:ec2:{region}:{id}:instance/i-{hex}"), key(12, &mut dice),
                        json!({"InstanceId": format!("i-{hex}"), "State": {"Name": "running"}, "ImageId": "ami-0123456789abcdef0", "ProductCodes": []})),
                    15..17 => ("S3", format!("arn:aws:s3:::{name}-{id}"), Value::Null, json!({})),
                    17..19 => ("EFS", format!("arn:aws:elasticfilesystem:{region}:{id}:file-system/fs-{hex}"), key(10, &mut dice), json!({})),
                    _ => ("Aurora", format!("arn:aws:rds:{region}:{id}:cluster:{name}"), key(11, &mut dice),
                        json!({"DBClusterIdentifier": name, "Status": "available", "Engine": "aurora-postgresql", "StorageEncrypted": true})),
                };
                let unread = dice.below(50) == 0;
                Backed {
                    kind,
                    arn,
                    key,
                    detail,
                    unread,
                }
            })
            .collect()
    }

    fn account(&self) -> Value {
        let (id, region) = (self.id, self.region);
        let resources = self.resources().into_iter().map(|backed| {
            if backed.unread {
                return json!({"ResourceArn": backed.arn, "ResourceType": backed.kind, "Tags": {}});
            }
            json!({"ResourceArn": backed.arn, "ResourceType": backed.kind, "Encrypted": true, "EncryptionKeyArn": backed.key,
                "Tags": {"team": "orders", "environment": "production", "backup": "daily"}, "Detail": backed.detail})
        });
        let second = second_region(region);
        let mut keys: Vec<Value> = (0..4).map(|key| self.key(region, key)).collect();
        keys.extend((10..13).map(|key| aws_managed(region, id, key)));
        let home = region_facts(
            region,
            self.flaw != Flaw::BasicDynamoDb,
            [
                vault(region, id, "primary", 0, Value::Null),
                default_vault(region, id),
            ],
            keys,
            resources.collect(),
        );
        let away = region_facts(
            second,
            true,
            [
                vault(second, id, "second", 0, Value::Null),
                default_vault(second, id),
            ],
            vec![self.key(second, 0), aws_managed(second, id, 10)],
            Vec::new(),
        );
        let mut account = account(id, self.roles(), vec![home, away]);
        match self.flaw {
            Flaw::AnotherOrganization => account["organization"]["Id"] = json!("o-zzzzzzzzzz"),
            Flaw::DeniedByOrganization => {
                account["service_control_policies"][1][1] = json!({"Id": "p-freeze00", "Name": "freeze",
                "Document": {"Version": "2012-10-17", "Statement": [{"Sid": "Freeze", "Effect": "Deny", "Action": "backup:Copy*", "Resource": "*"}]}})
            }
            Flaw::None
            | Flaw::RoleLacksPolicies
            | Flaw::RoleNotTrusted
            | Flaw::KeyNotShared
            | Flaw::KeyPolicyUnread
            | Flaw::BasicDynamoDb => {}
        }
        account
    }

    fn key(&self, region: &str, number: u64) -> Value {
        let mut key = key(region, self.id, number, self.hub);
        if number == 1 && self.flaw == Flaw::KeyNotShared {
            key["Policy"] = key_policy(self.id, None);
        }
        if number == 1 && self.flaw == Flaw::KeyPolicyUnread {
            key.as_object_mut().map(|key| key.shift_remove("Policy"));
        }
        key
    }

    fn roles(&self) -> Vec<Value> {
        let policies: &[&str] = if self.flaw == Flaw::RoleLacksPolicies {
            &["service-role/AWSBackupServiceRolePolicyForRestores"]
        } else {
            &[
                "service-role/AWSBackupServiceRolePolicyForBackup",
                "service-role/AWSBackupServiceRolePolicyForRestores",
                "AWSBackupServiceRolePolicyForS3Backup",
            ]
        };
        let service = if self.flaw == Flaw::RoleNotTrusted {
            "ec2.amazonaws.com"
        } else {
            "backup.amazonaws.com"
        };
        vec![
            role(
                self.id,
                "service-role/AWSBackupDefaultServiceRole",
                service,
                policies,
            ),
            service_linked_role(self.id),
        ]
    }

    fn copies(&self) -> Vec<Value> {
        let mut dice = Dice(self.dice.0 ^ 0x5bd1_e995);
        let (id, region) = (self.id, self.region);
        let resources = self.resources();
        let second = second_region(region);
        let mut copies = Vec::with_capacity(self.copies);
        for (place, backed) in resources.iter().enumerate() {
            // One copy in a hundred goes to a vault that does not exist, one is kept for less than the vault's lock.
            let to = if dice.below(100) == 0 {
                "retired"
            } else {
                "central"
            };
            let days = if dice.below(100) == 0 { 3 } else { 35 };
            copies.push((backed, vault_arn(region, hub_id(self.hub), to), days));
            if place % 2 == 0 {
                copies.push((backed, vault_arn(second, id, "second"), 35));
            }
        }
        copies.truncate(self.copies);
        copies
            .into_iter()
            .enumerate()
            .map(|(place, (backed, to, days))| {
                json!({"id": format!("daily-{id}-{place:05}"), "resource": backed.arn, "source_vault": vault_arn(region, id, "primary"),
                    "destination_vault": to, "role": format!("arn:aws:iam::{id}:role/service-role/AWSBackupDefaultServiceRole"),
                    "lifecycle": {"DeleteAfterDays": days, "MoveToColdStorageAfterDays": null}, "start": "scheduled"})
            })
            .collect()
    }
}

fn second_region(region: &str) -> &'static str {
    if region == "us-east-1" {
        "us-west-2"
    } else {
        "eu-north-1"
    }
}

fn management() -> Value {
    account(MANAGEMENT, Vec::new(), Vec::new())
}

fn hub_id(hub: usize) -> u64 {
    900_000_000_000 + hub as u64 * 104_729
}

fn hub_roles(hub: usize) -> Vec<Value> {
    vec![service_linked_role(hub_id(hub))]
}

fn hub_regions(hub: usize) -> Vec<Value> {
    let id = hub_id(hub);
    let of = |region: &&str| {
        let mut central = vault(region, id, "central", 0, vault_policy());
        central["Locked"] = json!(true);
        central["MinRetentionDays"] = json!(7);
        central["MaxRetentionDays"] = json!(400);
        region_facts(
            region,
            true,
            [central, default_vault(region, id)],
            vec![key(region, id, 0, hub), aws_managed(region, id, 10)],
            Vec::new(),
        )
    };
    REGIONS.iter().map(of).collect()
}

fn account(id: u64, roles: Vec<Value>, regions: Vec<Value>) -> Value {
    json!({
        "account": id.to_string(),
        "organization": {"Id": ORGANIZATION, "MasterAccountId": MANAGEMENT.to_string(),
            "Path": format!("{ORGANIZATION}/r-ab12/ou-ab12-{:08}/", id % 7)},
        "cross_account_backup": true,
        "service_control_policies": [[{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess"}, {"Id": "p-baseline", "Name": "baseline", "Document": baseline()}],
            [{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess"}, {"Id": "p-regions0", "Name": "regions", "Document": only_our_regions()}],
            [{"Id": "p-FullAWSAccess", "Name": "FullAWSAccess"}]],
        "resource_control_policies": [[{"Id": "p-RCPFullAWSAccess", "Name": "RCPFullAWSAccess"}, {"Id": "p-perimete", "Name": "perimeter", "Document": perimeter()}],
            [{"Id": "p-RCPFullAWSAccess", "Name": "RCPFullAWSAccess"}], [{"Id": "p-RCPFullAWSAccess", "Name": "RCPFullAWSAccess"}]],
        "backup_policy": null, "tag_policy": null, "roles": roles, "roles_complete": true, "regions": regions,
    })
}

fn region_facts(
    region: &str,
    advanced: bool,
    vaults: [Value; 2],
    keys: Vec<Value>,
    resources: Vec<Value>,
) -> Value {
    json!({
        "region": region, "opt_in_status": "opt-in-not-required",
        "region_settings": {"ResourceTypeOptInPreference": {"DynamoDB": true, "RDS": true, "EBS": true, "EC2": true, "EFS": true, "S3": true, "Aurora": true},
            "ResourceTypeManagementPreference": {"DynamoDB": advanced, "EFS": true}},
        "allowed_images": null, "ebs_default_kms_key_id": null, "vaults": vaults, "vaults_complete": true, "keys": keys, "resources": resources,
        "recovery_points": [], "option_groups": [{"OptionGroupName": "default:postgres-16", "Options": []}],
    })
}
