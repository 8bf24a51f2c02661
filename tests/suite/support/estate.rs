//! An organization of two accounts in which one copy is planned and nothing stands in its way, to be changed by JSON
//! pointer: a test names what matters to it, and nothing else.

use serde_json::{Value, json};

use super::verdicts::{Verdicts, verdict};

pub const SOURCE: &str = "/accounts/0/regions/0";
pub const DESTINATION: &str = "/accounts/1/regions/0";
pub const COPY: &str = "/copies/0";
pub const COPY_ROLE: &str = "/accounts/0/roles/0";
pub const SOURCE_VAULT: &str = "/accounts/0/regions/0/vaults/0";
pub const DESTINATION_VAULT: &str = "/accounts/1/regions/0/vaults/0";
pub const RESOURCE: &str = "/accounts/0/regions/0/resources/0";
pub const POINT: &str = "/accounts/0/regions/0/recovery_points/0";
/// The key of the resource.
pub const RESOURCE_KEY: &str = "/accounts/0/regions/0/keys/0";
/// The key of the source vault.
pub const SOURCE_VAULT_KEY: &str = "/accounts/0/regions/0/keys/1";

pub const FROM: &str = "111122223333";
pub const TO: &str = "444455556666";
pub const ORGANIZATION: &str = "o-a1b2c3d4e5";
pub const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/AWSBackupDefaultServiceRole";
pub const SLR: &str =
    "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";
pub const PROD: &str = "arn:aws:backup:us-east-2:111122223333:backup-vault:prod";
pub const CENTRAL: &str = "arn:aws:backup:us-east-2:444455556666:backup-vault:central";
pub const KEY: &str = "arn:aws:kms:us-east-2:111122223333:key/11111111-aaaa-4bbb-8ccc-000000000001";
pub const PROD_KEY: &str =
    "arn:aws:kms:us-east-2:111122223333:key/11111111-aaaa-4bbb-8ccc-000000000002";
pub const AWS_KEY: &str =
    "arn:aws:kms:us-east-2:111122223333:key/11111111-aaaa-4bbb-8ccc-000000000003";
pub const CENTRAL_KEY: &str =
    "arn:aws:kms:us-east-2:444455556666:key/44444444-aaaa-4bbb-8ccc-000000000001";
pub const DATABASE: &str = "arn:aws:rds:us-east-2:111122223333:db:orders";

/// An inventory, to be changed and decided.
#[derive(Clone, Debug)]
pub struct Estate(pub Value);

impl Estate {
    /// The same where a plan makes the copy, of what has the tag `backup` = `daily`, and everything was listed.
    pub fn planned(mut self) -> Self {
        put(&mut self.0, "/copies", json!([]));
        let source = "/accounts/0/regions/0";
        put(
            &mut self.0,
            &format!("{source}/resources/0/Tags"),
            json!({"backup": "daily", "team": "shop"}),
        );
        put(
            &mut self.0,
            &format!("{source}/resources_complete"),
            json!(true),
        );
        put(
            &mut self.0,
            &format!("{source}/plans"),
            json!([{
                "BackupPlanId": "p-1",
                "BackupPlan": {"BackupPlanName": "daily", "Rules": [{
                    "RuleName": "nightly",
                    "TargetBackupVaultName": "prod",
                    "ScheduleExpression": "cron(0 5 ? * * *)",
                    "StartWindowMinutes": 60,
                    "CompletionWindowMinutes": 180,
                    "Lifecycle": {"DeleteAfterDays": 14},
                    "CopyActions": [{"DestinationBackupVaultArn": CENTRAL, "Lifecycle": {"DeleteAfterDays": 35}}]
                }]},
                "Selections": [{
                    "SelectionName": "tagged",
                    "IamRoleArn": ROLE,
                    "Resources": ["*"],
                    "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}]}
                }]
            }]),
        );
        put(&mut self.0, "/accounts/1/regions/0/plans", json!([]));
        put(
            &mut self.0,
            "/accounts/1/regions/0/resources_complete",
            json!(true),
        );
        self
    }

    /// A database on a customer managed key, shared with the destination account: the copy will succeed.
    pub fn rds() -> Self {
        Self(json!({
            "schema": "backup-preflight/inventory/v1",
            "collected_at": "2026-11-22T10:00:00Z",
            "accounts": [
                account(FROM, json!([{
                    "Arn": ROLE,
                    "AssumeRolePolicyDocument": trust(),
                    "AttachedPolicies": [
                        {"PolicyArn": "arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyForBackup"}
                    ],
                    "InlinePolicies": [], "PermissionsBoundary": null, "Tags": {},
                }]), region(
                    json!([vault(PROD, PROD_KEY, Value::Null)]),
                    json!([key(KEY, "alias/orders", key_policy(FROM, json!([share(SLR, USE)]))),
                           key(PROD_KEY, "alias/prod-vault", key_policy(FROM, json!([share(SLR, USE)])))]),
                    json!([resource("RDS", DATABASE, json!(KEY), json!({"Engine": "postgres", "DBInstanceStatus": "available"}))]),
                )),
                account(TO, json!([{
                    "Arn": SLR,
                    "AssumeRolePolicyDocument": trust(),
                    "AttachedPolicies": [{"PolicyArn":
                        "arn:aws:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"}],
                    "InlinePolicies": [], "PermissionsBoundary": null, "Tags": {},
                }]), region(
                    json!([vault(CENTRAL, CENTRAL_KEY, allow_copy_into(&format!("arn:aws:iam::{FROM}:root")))]),
                    json!([key(CENTRAL_KEY, "alias/central-vault", key_policy(TO, json!([])))]),
                    json!([]),
                )),
            ],
            "copies": [{
                "id": "orders-to-central",
                "resource": DATABASE,
                "source_vault": PROD,
                "destination_vault": CENTRAL,
                "role": ROLE,
                "lifecycle": {"DeleteAfterDays": 35, "MoveToColdStorageAfterDays": null},
                "start": "scheduled",
            }],
            "gaps": [],
        }))
    }

    /// Another resource in place of the database.
    fn of(name: &str, arn: &str, detail: Value) -> Self {
        Self::rds()
            .set(&format!("{COPY}/resource"), json!(arn))
            .set(RESOURCE, resource(name, arn, json!(KEY), detail))
    }

    /// A table with the advanced features, encrypted with a key that AWS owns; its backups are on the vault's key.
    pub fn dynamodb() -> Self {
        let arn = "arn:aws:dynamodb:us-east-2:111122223333:table/orders";
        Self::of("DynamoDB", arn, json!({"TableStatus": "ACTIVE"}))
            .set(&format!("{RESOURCE}/EncryptionKeyArn"), Value::Null)
    }

    /// A volume.
    pub fn ebs() -> Self {
        let arn = "arn:aws:ec2:us-east-2:111122223333:volume/vol-0123456789abcdef0";
        Self::of("EBS", arn, json!({"State": "in-use"}))
    }

    /// A file system, fully managed by AWS Backup.
    pub fn efs() -> Self {
        Self::of(
            "EFS",
            "arn:aws:elasticfilesystem:us-east-2:111122223333:file-system/fs-0123456789abcdef0",
            json!({}),
        )
    }

    /// A cluster of Aurora.
    pub fn aurora() -> Self {
        let arn = "arn:aws:rds:us-east-2:111122223333:cluster:orders";
        Self::of(
            "Aurora",
            arn,
            json!({"Engine": "aurora-postgresql", "Status": "available"}),
        )
    }

    /// An Aurora cluster into a logically air-gapped vault on a key that AWS owns.
    pub fn into_air_gapped() -> Self {
        Self::aurora()
            .set(
                &format!("{DESTINATION_VAULT}/VaultType"),
                json!("LOGICALLY_AIR_GAPPED_BACKUP_VAULT"),
            )
            .set(
                &format!("{DESTINATION_VAULT}/EncryptionKeyArn"),
                Value::Null,
            )
            .set(
                &format!("{DESTINATION_VAULT}/EncryptionKeyType"),
                json!("AWS_OWNED_KMS_KEY"),
            )
            .set(&format!("{DESTINATION_VAULT}/Locked"), json!(true))
            .set(&format!("{DESTINATION_VAULT}/MinRetentionDays"), json!(7))
            .set(&format!("{DESTINATION_VAULT}/MaxRetentionDays"), json!(90))
            .set(&format!("{DESTINATION}/keys"), json!([]))
    }

    /// The same, the vault on a customer managed key that lets the copy role in, and the copy role allowed to use it.
    pub fn into_air_gapped_on_customer_key() -> Self {
        let statement = share(ROLE, AIR_GAPPED_USE);
        Self::into_air_gapped()
            .set(&format!("{DESTINATION_VAULT}/EncryptionKeyArn"), json!(CENTRAL_KEY))
            .set(&format!("{DESTINATION_VAULT}/EncryptionKeyType"), json!("CUSTOMER_MANAGED_KMS_KEY"))
            .set(&format!("{DESTINATION}/keys"), json!([
                key(CENTRAL_KEY, "alias/central-vault", key_policy(TO, json!([statement])))
            ]))
            .set(&format!("{COPY_ROLE}/InlinePolicies"), json!([{"PolicyName": "air-gapped-key", "Document": {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": ["kms:DescribeKey", "kms:CreateGrant"], "Resource": CENTRAL_KEY}],
            }}]))
    }

    /// A recovery point of the resource, complete and warm, is copied by hand.
    pub fn of_point(self, arn: &str) -> Self {
        let resource = self.at(RESOURCE).clone();
        let dependent = !["DynamoDB", "EFS"].contains(&resource["ResourceType"].as_str().unwrap());
        let with = if dependent {
            resource["EncryptionKeyArn"].clone()
        } else {
            json!(PROD_KEY)
        };
        let detail = match arn.rsplit_once(":snapshot/") {
            Some((_, id)) => {
                json!({"SnapshotId": id, "State": "completed", "StorageTier": "standard"})
            }
            None => json!({}),
        };
        let point = json!({
            "RecoveryPointArn": arn, "BackupVaultArn": PROD, "ResourceArn": resource["ResourceArn"],
            "ResourceType": resource["ResourceType"], "IsEncrypted": true, "EncryptionKeyArn": with,
            "Status": "COMPLETED", "StorageClass": "WARM", "CreationDate": "2026-11-21T05:00:00Z",
            "Lifecycle": {}, "IsParent": false, "Tags": {}, "Detail": detail,
        });
        let copied = self.at(COPY).clone();
        self.set(&format!("{SOURCE}/recovery_points"), json!([point])).set(
            COPY,
            json!({
                "id": copied["id"], "recovery_point": arn, "source_vault": PROD,
                "destination_vault": copied["destination_vault"], "role": ROLE, "lifecycle": copied["lifecycle"],
                "start": "on-demand",
            }),
        )
    }

    /// The snapshot that AWS Backup made of the database.
    pub fn rds_point() -> Self {
        Self::rds().of_point("arn:aws:rds:us-east-2:111122223333:snapshot:awsbackup:job-0a1b2c3d")
    }

    /// A recovery point of the Aurora cluster in an air-gapped vault on a customer managed key.
    pub fn out_of_air_gapped() -> Self {
        Self::aurora()
            .of_point("arn:aws:backup:us-east-2:111122223333:recovery-point:0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d")
            .set(&format!("{POINT}/EncryptionKeyArn"), json!(PROD_KEY))
            .set(&format!("{SOURCE_VAULT}/VaultType"), json!("LOGICALLY_AIR_GAPPED_BACKUP_VAULT"))
            .set(&format!("{SOURCE_VAULT}/Locked"), json!(true))
            .set(&format!("{SOURCE_VAULT}/MinRetentionDays"), json!(7))
            .set(&format!("{SOURCE_VAULT}/MaxRetentionDays"), json!(90))
            .set(
                &format!("{SOURCE_VAULT_KEY}/Policy"),
                key_policy(FROM, json!([share(SLR, AIR_GAPPED_USE)])),
            )
    }

    /// The copy stays in its account: into a second vault there.
    pub fn within_the_account(self) -> Self {
        let second = PROD.replace(":prod", ":second");
        let key_arn = CENTRAL_KEY.replace(TO, FROM);
        self.push(&format!("{SOURCE}/vaults"), vault(&second, &key_arn, Value::Null))
            .push(
                &format!("{SOURCE}/keys"),
                key(&key_arn, "alias/second-vault", key_policy(FROM, json!([]))),
            )
            .set(&format!("{COPY}/destination_vault"), json!(second))
            .push(
                "/accounts/0/roles",
                json!({"Arn": SLR.replace(TO, FROM), "AssumeRolePolicyDocument": trust(), "AttachedPolicies": [
                    {"PolicyArn": "arn:aws:iam::aws:policy/aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"}
                ], "InlinePolicies": [], "PermissionsBoundary": null, "Tags": {}}),
            )
    }

    /// The resource is on `aws/rds`, or whatever key AWS manages for its service.
    pub fn on_aws_managed_key(self, alias: &str) -> Self {
        self.push(&format!("{SOURCE}/keys"), aws_managed(AWS_KEY, alias))
            .set(&format!("{RESOURCE}/EncryptionKeyArn"), json!(AWS_KEY))
    }

    pub fn at(&self, pointer: &str) -> &Value {
        self.0
            .pointer(pointer)
            .unwrap_or_else(|| panic!("nothing is at {pointer}"))
    }

    /// Sets what is at a place; the last step may be a field that is not there yet.
    pub fn set(mut self, pointer: &str, value: Value) -> Self {
        put(&mut self.0, pointer, value);
        self
    }

    /// Takes away what is at a place.
    pub fn without(mut self, pointer: &str) -> Self {
        take(&mut self.0, pointer);
        self
    }

    /// Adds to the list at a place.
    pub fn push(mut self, pointer: &str, value: Value) -> Self {
        let list = self.0.pointer_mut(pointer).and_then(Value::as_array_mut);
        list.unwrap_or_else(|| panic!("no list is at {pointer}"))
            .push(value);
        self
    }

    pub fn verdict(&self) -> Verdicts {
        verdict(&self.0)
    }
}

/// Sets a field or an element of what must be there.
pub fn put(inventory: &mut Value, pointer: &str, value: Value) {
    try_put(inventory, pointer, value).unwrap();
}

/// Takes away a field or an element that must be there.
pub fn take(inventory: &mut Value, pointer: &str) -> Value {
    try_take(inventory, pointer).unwrap()
}

/// Sets a field or an element; the one after the last is new.
pub fn try_put(inventory: &mut Value, pointer: &str, value: Value) -> Result<(), String> {
    let (parent, last) = split(pointer)?;
    match inventory.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.insert(last, value);
        }
        Some(Value::Array(items)) => match last.parse::<usize>() {
            Ok(end) if end == items.len() => items.push(value),
            Ok(index) if index < items.len() => items[index] = value,
            _ => {
                return Err(format!(
                    "nothing is at {pointer}; the list has {} elements",
                    items.len()
                ));
            }
        },
        _ => return Err(format!("nothing that has parts is at {parent}")),
    }
    Ok(())
}

/// Takes a field or an element away.
pub fn try_take(inventory: &mut Value, pointer: &str) -> Result<Value, String> {
    let (parent, last) = split(pointer)?;
    let taken = match inventory.pointer_mut(parent) {
        Some(Value::Object(fields)) => fields.shift_remove(&last),
        Some(Value::Array(items)) => last
            .parse()
            .ok()
            .filter(|index| *index < items.len())
            .map(|index: usize| items.remove(index)),
        _ => None,
    };
    taken.ok_or_else(|| format!("nothing is at {pointer}"))
}

fn split(pointer: &str) -> Result<(&str, String), String> {
    let (parent, last) = pointer
        .rsplit_once('/')
        .ok_or_else(|| format!("{pointer}: a JSON pointer begins with a slash"))?;
    Ok((parent, last.replace("~1", "/").replace("~0", "~")))
}

/// What AWS's instructions share a key for.
pub const USE: &[&str] = &[
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:ReEncryptFrom",
    "kms:GenerateDataKeyWithoutPlaintext",
];

/// What the key of an air-gapped vault is used for.
pub const AIR_GAPPED_USE: &[&str] = &[
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:DescribeKey",
    "kms:CreateGrant",
];

/// A statement of a key policy that lets a principal use the key.
pub fn share(principal: &str, actions: &[&str]) -> Value {
    json!({"Sid": "Share", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": "*"})
}

/// A key policy: its account administers it, and these statements.
pub fn key_policy(account: &str, more: Value) -> Value {
    let mut statements = vec![json!({
        "Sid": "Enable IAM User Permissions", "Effect": "Allow",
        "Principal": {"AWS": format!("arn:aws:iam::{account}:root")}, "Action": "kms:*", "Resource": "*",
    })];
    statements.extend(more.as_array().unwrap().iter().cloned());
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// A vault policy that lets a principal copy into the vault.
pub fn allow_copy_into(principal: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "AllowCopy", "Effect": "Allow", "Principal": {"AWS": principal},
        "Action": "backup:CopyIntoBackupVault", "Resource": "*",
    }]})
}

pub fn trust() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    ]})
}

fn account(id: &str, roles: Value, region: Value) -> Value {
    json!({
        "account": id,
        "organization": {"Id": ORGANIZATION, "MasterAccountId": "999988887777", "Path": format!("{ORGANIZATION}/r-ab12/ou-ab12-{}/", &id[..8])},
        "cross_account_backup": true,
        "service_control_policies": [], "resource_control_policies": [], "backup_policy": null, "tag_policy": null,
        "roles": roles, "roles_complete": true,
        "regions": [region],
    })
}

fn region(vaults: Value, keys: Value, resources: Value) -> Value {
    json!({
        "region": "us-east-2",
        "opt_in_status": "opt-in-not-required",
        "region_settings": {"ResourceTypeOptInPreference": {"Aurora": true, "DocumentDB": true, "DynamoDB": true, "FSx": true,
                                                            "Neptune": true, "RDS": true},
                            "ResourceTypeManagementPreference": {"DynamoDB": true, "EFS": true}},
        "allowed_images": null,
        "ebs_default_kms_key_id": null,
        "vaults": vaults, "vaults_complete": true,
        "keys": keys,
        "resources": resources,
        "recovery_points": [],
        "option_groups": [],
    })
}

pub fn vault(arn: &str, key: &str, policy: Value) -> Value {
    json!({
        "BackupVaultName": arn.rsplit(':').next(), "BackupVaultArn": arn, "VaultType": "BACKUP_VAULT",
        "VaultState": "AVAILABLE", "EncryptionKeyArn": key, "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
        "Locked": false, "MinRetentionDays": null, "MaxRetentionDays": null, "AccessPolicy": policy, "Tags": {},
    })
}

pub fn key(arn: &str, alias: &str, policy: Value) -> Value {
    json!({
        "Arn": arn, "KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "MultiRegion": false, "Aliases": [alias],
        "Policy": policy, "Grants": [], "Tags": {},
    })
}

fn aws_managed(arn: &str, alias: &str) -> Value {
    let mut key = key(
        arn,
        alias,
        json!({"Version": "2012-10-17", "Statement": []}),
    );
    key["KeyManager"] = json!("AWS");
    key
}

pub fn resource(name: &str, arn: &str, key: Value, detail: Value) -> Value {
    json!({"ResourceArn": arn, "ResourceType": name, "Encrypted": true, "EncryptionKeyArn": key, "Tags": {}, "Detail": detail})
}
