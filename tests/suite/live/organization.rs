//! Organizations made by number: accounts, Regions, and in each a vault, data on keys, a plan that copies it to the central
//! vault, and jobs that did.

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub const MANAGEMENT: &str = "999988887777";
pub const ROLE_NAME: &str = "OrganizationAccountAccessRole";
const ORG: &str = "o-a1b2c3d4e5";

/// What the organization is made of.
pub struct Made {
    pub world: Value,
    pub accounts: Vec<String>,
    pub regions: Vec<&'static str>,
}

/// An organization of so many accounts, its management account the first; the second has the central vault.
pub fn organization(accounts: usize, regions: &[&'static str]) -> Made {
    let ids: Vec<String> = (0..accounts).map(id).collect();
    let world = json!({
        "schema": "backup-preflight/inventory/v1",
        "collected_at": "2026-11-22T10:00:00Z",
        "accounts": ids.iter().enumerate().map(|(at, id)| account(at, id, regions)).collect::<Vec<_>>(),
        "gaps": [],
    });
    let mut world = world;
    // As the inventory has them: by their ids.
    let list = world["accounts"].as_array_mut().unwrap();
    list.sort_by_key(|account| account["account"].as_str().unwrap().to_owned());
    for account in list {
        let regions = account["regions"].as_array_mut().unwrap();
        regions.sort_by_key(|region| region["region"].as_str().unwrap().to_owned());
    }
    let mut made = Made {
        world,
        accounts: ids,
        regions: regions.to_vec(),
    };
    with_engines(&mut made);
    made
}

/// The central Region has the engine of the databases; that is asked where copies of one come from another Region.
fn with_engines(made: &mut Made) {
    let home = made.regions[0];
    let accounts = made.world["accounts"].as_array_mut().unwrap();
    let mut regions = accounts
        .iter()
        .flat_map(|account| account["regions"].as_array().unwrap());
    let asked = regions.any(|place| place["region"] != home && place["resources"].is_array());
    let owner = accounts.iter_mut().find(|it| it["account"] == *id(1));
    for place in owner
        .into_iter()
        .flat_map(|owner| owner["regions"].as_array_mut().unwrap())
        .filter(|place| place["region"] == home)
    {
        let place = place.as_object_mut().unwrap();
        if asked {
            let versions = json!([{"Engine": "postgres", "EngineVersion": "16.4"}]);
            place.insert("db_engine_versions".to_owned(), versions);
        } else {
            place.remove("db_engine_versions");
        }
    }
}

/// The account of a number.
pub fn id(at: usize) -> String {
    if at == 0 {
        MANAGEMENT.to_owned()
    } else {
        format!("{:012}", 100_000_000_000_u64 + at as u64)
    }
}

/// The vault that everything is copied to.
pub fn central(region: &str) -> String {
    format!("arn:aws:backup:{region}:{}:backup-vault:central", id(1))
}

fn account(at: usize, id: &str, regions: &[&str]) -> Value {
    let unit = format!("ou-ab12-0000000{}", at % 2);
    let path = if at == 0 {
        format!("{ORG}/r-ab12/")
    } else {
        format!("{ORG}/r-ab12/{unit}/")
    };
    let full = json!({"Id": "p-FullAWSAccess", "Name": "FullAWSAccess", "Document":
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}});
    let guard = json!({"Id": "p-guard0001", "Name": "guard", "Document":
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "kms:DisableKey", "Resource": "*"}]}});
    let control = if at == 0 {
        json!([])
    } else {
        json!([[full], [full, guard], [full]])
    };
    let mut account = json!({
        "account": id,
        "organization": {"Id": ORG, "MasterAccountId": MANAGEMENT, "Path": path},
        "service_control_policies": control,
        "resource_control_policies": [],
        "backup_policy": null,
        "tag_policy": null,
        "roles": [
            role(id, "aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup",
                 "aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup"),
            role(id, "backup/daily", "service-role/AWSBackupServiceRolePolicyForBackup"),
            role(id, "service-role/AWSBackupDefaultServiceRole",
                 "service-role/AWSBackupServiceRolePolicyForBackup"),
        ],
        "regions": regions.iter().enumerate().map(|(number, name)| region(at, id, number, name, regions[0])).collect::<Vec<_>>(),
    });
    if at == 0 {
        account["cross_account_backup"] = json!(true);
    }
    account
}

fn role(account: &str, name: &str, policy: &str) -> Value {
    json!({
        "Arn": format!("arn:aws:iam::{account}:role/{name}"),
        "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
        "AttachedPolicies": [{"PolicyArn": format!("arn:aws:iam::aws:policy/{policy}")}],
        "InlinePolicies": [],
        "PermissionsBoundary": null,
        "Tags": {},
    })
}

fn region(at: usize, account: &str, number: usize, region: &str, home: &str) -> Value {
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{region}:{account}:{rest}");
    let key = |part: &str| {
        arn(
            "kms",
            &format!("key/{part}{number:07}-aaaa-bbbb-cccc-{account}"),
        )
    };
    let vault_arn = |name: &str| arn("backup", &format!("backup-vault:{name}"));
    let database = arn("rds", "db:orders");
    let point = arn("rds", "snapshot:awsbackup:job-1");
    let is_central = at == 1 && region == home;
    let mut vaults = vec![vault("prod", &vault_arn("prod"), &key("1"), Value::Null)];
    let mut keys = vec![
        // Every third account has not shared the key of its data.
        data_key(&key("0"), account, at % 3 != 2),
        data_key(&key("1"), account, true),
    ];
    if is_central {
        let anybody = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Principal": "*", "Action": "backup:CopyIntoBackupVault", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": ORG}}}]});
        vaults.insert(
            0,
            vault("central", &vault_arn("central"), &key("2"), anybody),
        );
        keys.push(data_key(&key("2"), account, true));
    }
    let mut facts = json!({
        "region": region,
        "region_settings": {
            "ResourceTypeOptInPreference": switched_on(&["DynamoDB", "RDS"]),
            "ResourceTypeManagementPreference": {"DynamoDB": true, "EFS": true},
        },
        "vaults": vaults,
        "vaults_complete": true,
        "keys": keys,
        "resources": [{
            "ResourceArn": database,
            "ResourceType": "RDS",
            "Encrypted": true,
            "EncryptionKeyArn": key("0"),
            "Tags": {"team": "orders"},
            "Detail": {
                "DBInstanceIdentifier": "orders",
                "DBInstanceArn": database,
                "DBInstanceClass": "db.m6g.large",
                "DBInstanceStatus": "available",
                "Engine": "postgres",
                "EngineVersion": "16.4",
                "StorageEncrypted": true,
                "KmsKeyId": key("0"),
            },
        }],
        "recovery_points": [{
            "RecoveryPointArn": point,
            "BackupVaultName": "prod",
            "BackupVaultArn": vault_arn("prod"),
            "ResourceArn": database,
            "ResourceType": "RDS",
            "EncryptionKeyArn": key("0"),
            "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY",
            "IsEncrypted": true,
            "Status": "COMPLETED",
            "StorageClass": "WARM",
            "CreationDate": "2026-11-20T05:00:00Z",
            "CompletionDate": "2026-11-20T05:40:00Z",
            "IamRoleArn": format!("arn:aws:iam::{account}:role/backup/daily"),
            "IsParent": false,
            "VaultType": "BACKUP_VAULT",
        }],
        "plans": [{
            "BackupPlanId": format!("plan-{account}-{number}"),
            "BackupPlanArn": arn("backup", &format!("backup-plan:plan-{account}-{number}")),
            "BackupPlan": {"BackupPlanName": "daily", "Rules": [{
                "RuleName": "nightly",
                "RuleId": "r-1",
                "TargetBackupVaultName": "prod",
                "ScheduleExpression": "cron(0 5 ? * * *)",
                "Lifecycle": {"DeleteAfterDays": 35},
                "CopyActions": [{
                    "DestinationBackupVaultArn": central(home),
                    "Lifecycle": {"DeleteAfterDays": 90},
                }],
            }]},
            "Selections": [{
                "SelectionName": "databases",
                "IamRoleArn": format!("arn:aws:iam::{account}:role/backup/daily"),
                // Every other account names its database; the rest take all that there are.
                "Resources": [if by_name(at) { database.clone() } else { "arn:aws:rds:*:*:db:*".to_owned() }],
                "NotResources": [],
                "ListOfTags": [],
            }],
        }],
        "copy_jobs": [{
            "AccountId": account,
            "CopyJobId": format!("job-{account}-{number}"),
            "SourceBackupVaultArn": vault_arn("prod"),
            "SourceRecoveryPointArn": point,
            "DestinationBackupVaultArn": central(home),
            "ResourceArn": database,
            "ResourceType": "RDS",
            "CreationDate": "2026-11-20T06:00:00Z",
            "State": "COMPLETED",
            "IamRoleArn": format!("arn:aws:iam::{account}:role/backup/daily"),
            "IsParent": false,
        }],
    });
    if !by_name(at) {
        facts["resources_complete"] = json!(true);
    }
    facts
}

/// The fewest calls that can read it, by operation.
pub fn fewest(made: &Made) -> BTreeMap<String, usize> {
    let accounts = made.accounts.len();
    let members = accounts - 1;
    let cells = accounts * made.regions.len();
    let units = if accounts > 2 { 2 } else { members.min(1) };
    // The central vault and its key come on top of each Region's vault and two keys.
    let (vaults, keys) = (cells + 1, 2 * cells + 1);
    let roles = 3 * accounts;
    // Copies from one Region alone go to no other.
    let abroad = usize::from(made.regions.len() > 1);
    let listed = (0..accounts).filter(|at| !by_name(*at)).count() * made.regions.len();
    [
        ("sts:GetCallerIdentity", accounts),
        ("sts:AssumeRole", members),
        // Twenty a page.
        ("organizations:ListAccounts", accounts.div_ceil(20)),
        ("organizations:DescribeOrganization", 1),
        ("organizations:ListRoots", 1),
        ("organizations:ListParents", accounts + units),
        ("organizations:ListPoliciesForTarget", 1 + units + members),
        ("organizations:DescribePolicy", 2),
        ("organizations:DescribeEffectivePolicy", 2 * accounts),
        ("backup:DescribeGlobalSettings", 1),
        ("backup:DescribeRegionSettings", cells),
        // Standard vaults and air-gapped ones.
        ("backup:ListBackupVaults", 2 * cells),
        ("backup:GetBackupVaultAccessPolicy", vaults),
        ("backup:ListTags", vaults),
        ("backup:ListRecoveryPointsByBackupVault", vaults),
        ("backup:ListBackupPlans", cells),
        ("backup:GetBackupPlan", cells),
        ("backup:ListBackupSelections", cells),
        ("backup:GetBackupSelection", cells),
        ("backup:ListCopyJobs", cells),
        // Where a plan takes by a pattern, all types that are switched on are listed; else what it names is read.
        ("rds:DescribeDBInstances", cells),
        ("rds:DescribeDBEngineVersions", abroad),
        ("rds:DescribeDBClusters", listed),
        ("dynamodb:ListTables", listed),
        ("kms:DescribeKey", keys),
        ("kms:GetKeyPolicy", keys),
        ("kms:ListAliases", keys),
        ("kms:ListGrants", keys),
        ("kms:ListKeyPolicies", keys),
        ("kms:ListResourceTags", keys),
        ("iam:GetRole", roles),
        ("iam:ListAttachedRolePolicies", roles),
        ("iam:ListRolePolicies", roles),
        ("iam:ListRoleTags", roles),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(name, count)| (name.to_owned(), count))
    .collect()
}

/// Whether an account's plans name what they take.
pub const fn by_name(at: usize) -> bool {
    at.is_multiple_of(2)
}

/// The setting of AWS Backup by which these types are protected, and no other.
fn switched_on(types: &[&str]) -> Value {
    let all = backup_preflight::known::ResourceType::ALL.iter();
    all.map(|of| (of.as_str().to_owned(), json!(types.contains(&of.as_str()))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn vault(name: &str, arn: &str, key: &str, policy: Value) -> Value {
    json!({
        "BackupVaultName": name, "BackupVaultArn": arn, "VaultType": "BACKUP_VAULT", "VaultState": "AVAILABLE",
        "EncryptionKeyArn": key, "EncryptionKeyType": "CUSTOMER_MANAGED_KMS_KEY", "Locked": false,
        "AccessPolicy": policy, "Tags": {},
    })
}

fn data_key(arn: &str, account: &str, shared: bool) -> Value {
    let root = |id: &str| json!({"AWS": format!("arn:aws:iam::{id}:root")});
    let mut statements = vec![
        json!({"Sid": "own", "Effect": "Allow", "Principal": root(account), "Action": "kms:*", "Resource": "*"}),
    ];
    if shared {
        statements.push(
            json!({"Sid": "share", "Effect": "Allow", "Principal": root(&id(1)),
            "Action": ["kms:DescribeKey", "kms:CreateGrant", "kms:Decrypt"], "Resource": "*"}),
        );
    }
    json!({
        "Arn": arn, "KeyManager": "CUSTOMER", "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "MultiRegion": false,
        "Aliases": [], "Policy": {"Version": "2012-10-17", "Statement": statements}, "RamPolicy": null, "Grants": [], "Tags": {},
    })
}

/// The same with Regions of many kinds: some empty, some without a plan, some with locks, policies, tags, missing roles.
pub fn varied(mut made: Made, seed: u64) -> Made {
    let mut state = seed;
    let mut chance = |of: u64| {
        // Numbers that look random and are the same every time: Knuth's linear congruential generator.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33).is_multiple_of(of)
    };
    let central = id(1);
    for account in made.world["accounts"].as_array_mut().unwrap() {
        let own = account["account"].as_str().unwrap().to_owned();
        if chance(3) {
            account["roles"][2] =
                json!({"Arn": account["roles"][2]["Arn"], "AssumeRolePolicyDocument": null});
        }
        account["tag_policy"] = if chance(2) {
            json!({"tags": {"team": {"tag_key": "Team"}}})
        } else {
            Value::Null
        };
        let mut has_plans = false;
        for region in account["regions"].as_array_mut().unwrap() {
            if own != central && chance(4) {
                empty(region);
            } else if chance(3) {
                without_plans(region);
            } else {
                has_plans = true;
            }
            for vault in region["vaults"].as_array_mut().unwrap() {
                if chance(2) {
                    vault["Tags"] = json!({"kind": "a & b", "": "x"});
                }
                if chance(3) {
                    vault["Locked"] = json!(true);
                    vault["MinRetentionDays"] = json!(7);
                    vault["MaxRetentionDays"] = json!(365);
                }
                if chance(3) {
                    vault["EncryptionKeyType"] = json!("CUSTOMER_MANAGED_KMS_KEY");
                    vault["AccessPolicy"] = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny",
                        "Principal": "*", "Action": "backup:CopyFromBackupVault", "Resource": "*"}]});
                }
            }
        }
        if !has_plans {
            // Nobody names the role of the plans.
            account["roles"].as_array_mut().unwrap().remove(1);
        }
    }
    with_engines(&mut made);
    made
}

/// Nothing was ever backed up there.
fn empty(region: &mut Value) {
    without_plans(region);
    for list in ["vaults", "recovery_points"] {
        region[list] = json!([]);
    }
    region.as_object_mut().unwrap().remove("keys");
}

/// What is stored there is no plan's, so nobody asks what else there is.
fn without_plans(region: &mut Value) {
    for list in ["plans", "copy_jobs"] {
        region[list] = json!([]);
    }
    let region = region.as_object_mut().unwrap();
    region.remove("resources");
    region.remove("resources_complete");
}

/// The same without the jobs, which are listed by a date that passes.
pub fn without_jobs(mut made: Made) -> Made {
    for account in made.world["accounts"].as_array_mut().unwrap() {
        for region in account["regions"].as_array_mut().unwrap() {
            region["copy_jobs"] = json!([]);
        }
    }
    made
}

/// The same where every Region says what there is of each type, whatever its plans take.
pub fn all_listed(mut made: Made) -> Made {
    for account in made.world["accounts"].as_array_mut().unwrap() {
        for region in account["regions"].as_array_mut().unwrap() {
            region["resources_complete"] = json!(true);
        }
    }
    made
}

/// What is served, as far as a survey reads it: a list of recovery points leaves the storage class out.
pub fn as_surveyed(world: &Value) -> Value {
    let mut world = world.clone();
    for account in world["accounts"].as_array_mut().unwrap() {
        for region in account["regions"].as_array_mut().unwrap() {
            for point in region["recovery_points"]
                .as_array_mut()
                .into_iter()
                .flatten()
            {
                let point = point.as_object_mut().unwrap();
                point
                    .retain(|name, _| !["StorageClass", "Tags", "Detail"].contains(&name.as_str()));
            }
            let plans = region.get_mut("plans").and_then(Value::as_array_mut);
            for plan in plans.into_iter().flatten() {
                // The version that the server says where the world names none.
                let plan = plan.as_object_mut().unwrap();
                plan.entry("VersionId").or_insert("dmVyc2lvbg==".into());
            }
        }
    }
    world
}

/// Two inventories are the same; otherwise the first place where they are not.
#[track_caller]
pub fn assert_same(found: &Value, wanted: &Value) {
    if let Some(place) = difference(found, wanted, String::new()) {
        panic!("{place}");
    }
}

fn difference(one: &Value, other: &Value, at: String) -> Option<String> {
    match (one, other) {
        (Value::Object(ours), Value::Object(theirs)) => {
            let names = ours.keys().chain(theirs.keys());
            names
                .filter_map(|name| match (ours.get(name), theirs.get(name)) {
                    (Some(one), Some(other)) => difference(one, other, format!("{at}/{name}")),
                    (one, other) => Some(format!("{at}/{name}: {one:?} and {other:?}")),
                })
                .next()
        }
        (Value::Array(ours), Value::Array(theirs)) if ours.len() == theirs.len() => {
            let pairs = ours.iter().zip(theirs).enumerate();
            pairs
                .filter_map(|(index, (one, other))| difference(one, other, format!("{at}/{index}")))
                .next()
        }
        (one, other) => (one != other).then(|| format!("{at}: {one} and {other}")),
    }
}
