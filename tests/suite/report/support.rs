//! A small estate to report on: two blocked copies, a feasible one, and one that is not decided.

use backup_preflight::checks::{self, Decided};
use backup_preflight::inventory::{self, Copy, Facts, Inventory, Policy};
use backup_preflight::known::AccountId;
use backup_preflight::remedy::{Remedy, RemedyKind};
use backup_preflight::report::Report;
use serde_json::{Value, json};

pub const CMK: &str = "arn:aws:kms:us-east-2:111122223333:key/11111111-2222-3333-4444-555555555555";
pub const AMK: &str = "arn:aws:kms:us-east-2:111122223333:key/99999999-2222-3333-4444-555555555555";
const DESTINATION_KEY: &str =
    "arn:aws:kms:us-east-2:444455556666:key/aaaaaaaa-2222-3333-4444-555555555555";
const SLR: &str =
    "arn:aws:iam::444455556666:role/aws-service-role/backup.amazonaws.com/AWSServiceRoleForBackup";

pub fn vault(account: &str, name: &str) -> String {
    format!("arn:aws:backup:us-east-2:{account}:backup-vault:{name}")
}

pub fn database(name: &str) -> String {
    format!("arn:aws:rds:us-east-2:111122223333:db:{name}")
}

fn key(arn: &str, manager: &str) -> Value {
    json!({"Arn": arn, "KeyManager": manager, "KeyState": "Enabled", "KeySpec": "SYMMETRIC_DEFAULT",
           "KeyUsage": "ENCRYPT_DECRYPT", "Aliases": [], "Grants": [], "Policy": {"Version": "2012-10-17", "Statement": [
               {"Effect": "Allow", "Principal": {"AWS": arn.split(':').nth(4)}, "Action": "kms:*", "Resource": "*"}]}})
}

/// A role that AWS Backup may assume, and that may do everything.
fn role(arn: &str) -> Value {
    let may = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    json!({"Arn": arn, "AttachedPolicies": [], "PermissionsBoundary": null, "Tags": {},
           "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
               "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}]},
           "InlinePolicies": [{"PolicyName": "all", "Document": {"Version": "2012-10-17", "Statement": [may("*")]}}]})
}

fn resource(name: &str, encrypted_with: &str) -> Value {
    json!({"ResourceArn": database(name), "ResourceType": "RDS", "Encrypted": true, "EncryptionKeyArn": encrypted_with,
           "Tags": {}, "Detail": {"Engine": "postgres", "OptionGroupMemberships": []}})
}

fn copy(id: &str, resource: &str, destination: &str) -> Value {
    json!({"id": id, "resource": database(resource), "source_vault": vault("111122223333", "prod"),
           "destination_vault": destination, "role": "arn:aws:iam::111122223333:role/copy",
           "lifecycle": {"DeleteAfterDays": 35}, "start": "scheduled"})
}

/// The estate. The last copy's database is in no list, so that its key is unknown.
pub fn estate() -> Value {
    let central = vault("444455556666", "central");
    json!({
        "schema": "backup-preflight/inventory/v1",
        "collected_at": "2026-11-22T10:00:00Z",
        "accounts": [
            {
                "account": "111122223333",
                "organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": "999988887777"},
                "cross_account_backup": true,
                "service_control_policies": [], "resource_control_policies": [],
                "roles": [role("arn:aws:iam::111122223333:role/copy")], "roles_complete": true,
                "regions": [{
                    "region": "us-east-2", "opt_in_status": "opt-in-not-required",
                    "vaults": [{"BackupVaultName": "prod", "BackupVaultArn": vault("111122223333", "prod"),
                                "EncryptionKeyArn": CMK, "Locked": false, "AccessPolicy": null},
                               {"BackupVaultName": "here", "BackupVaultArn": vault("111122223333", "here"),
                                "EncryptionKeyArn": CMK, "Locked": false, "AccessPolicy": null}],
                    "vaults_complete": true,
                    "keys": [key(CMK, "CUSTOMER"), key(AMK, "AWS")],
                    "resources": [resource("orders", AMK), resource("users", CMK)],
                }],
            },
            {
                "account": "444455556666",
                "organization": {"Id": "o-a1b2c3d4e5", "MasterAccountId": "999988887777"},
                "service_control_policies": [], "resource_control_policies": [],
                "roles": [role(SLR)], "roles_complete": true,
                "regions": [{
                    "region": "us-east-2", "opt_in_status": "opt-in-not-required",
                    "vaults": [{"BackupVaultName": "central", "BackupVaultArn": central,
                                "EncryptionKeyArn": DESTINATION_KEY, "Locked": true, "MinRetentionDays": 7,
                                "MaxRetentionDays": 30, "AccessPolicy": null}],
                    "vaults_complete": true,
                    "keys": [key(DESTINATION_KEY, "CUSTOMER")],
                }],
            },
        ],
        "copies": [
            copy("orders-to-central", "orders", &central),
            copy("users-to-central", "users", &central),
            copy("users-stay", "users", &vault("111122223333", "here")),
            copy("hidden-stays", "hidden", &vault("111122223333", "here")),
        ],
        "gaps": [
            {"account": "111122223333", "region": "us-east-2", "operation": "rds:DescribeDBInstances",
             "subject": database("hidden"), "error": "AccessDenied", "permission": "rds:DescribeDBInstances"},
            {"account": "111122223333", "region": "us-east-2", "operation": "kms:ListGrants",
             "subject": AMK, "error": "AccessDeniedException", "permission": "kms:ListGrants"},
        ],
    })
}

pub fn read(estate: &Value) -> Inventory {
    inventory::read("estate.json", estate.to_string().as_bytes()).unwrap()
}

pub fn decided(facts: &Facts<'_>, inventory: &Inventory) -> Vec<Decided> {
    inventory::items(&inventory.copies)
        .iter()
        .map(|entry| checks::decide(Copy::of_entry(entry, facts), facts))
        .collect()
}

pub const COMMAND: &str = "aws kms put-key-policy --key-id 11111111-2222-3333-4444-555555555555 --policy-name default --region us-east-2 \\\n  --policy file:///dev/stdin <<'EOF'\n{\n  \"Version\": \"2012-10-17\"\n}\nEOF";

/// Three remedies: one by itself that goes first, one that needs it, and another way to the same end.
pub fn remedies() -> Vec<Remedy> {
    let account = AccountId::parse("111122223333").unwrap();
    let remedy = |id: &str, kind, title: &str, check| {
        let mut remedy = Remedy::new(kind, database("orders"), title.to_owned());
        remedy.id = id.to_owned();
        remedy.account = Some(account);
        remedy.set_commands(vec![format!("aws rds {id}").into()]);
        remedy.copies = vec!["orders-to-central".into()];
        remedy.checks = vec![("orders-to-central".into(), check)];
        remedy
    };
    let statement = json!({"Sid": "AllowAWSBackup", "Effect": "Allow", "Principal": {"AWS": SLR},
                           "Action": ["kms:CreateGrant", "kms:DescribeKey"], "Resource": "*"});
    let mut encrypted = remedy(
        "r1",
        RemedyKind::ReEncrypt,
        "encrypt `orders` with a customer managed key",
        "source-key-aws-managed",
    );
    encrypted.requires = vec!["r10".to_owned()];
    let mut two_steps = remedy(
        "r2",
        RemedyKind::TwoStepCopy,
        "copy `orders` in two steps",
        "source-key-aws-managed",
    );
    two_steps.alternative_to = vec!["r1".to_owned()];
    let mut shared = remedy(
        "r10",
        RemedyKind::KeyPolicy,
        "share the key with AWS Backup in 444455556666",
        "source-key-aws-managed",
    );
    shared.subject = CMK.to_owned();
    shared.before = Policy::from_value(&json!({"Version": "2012-10-17", "Statement": []})).ok();
    shared.after =
        Policy::from_value(&json!({"Version": "2012-10-17", "Statement": [statement.clone()]}))
            .ok();
    shared.added = vec![statement];
    shared.set_commands(vec![COMMAND.into()]);
    shared.proven = Some(true);
    vec![encrypted, two_steps, shared]
}

/// The report on an estate.
pub fn report(estate: &Value, remedies: &[Remedy]) -> Report {
    told(estate, remedies, false)
}

/// The same with what passes.
pub fn everything(estate: &Value, remedies: &[Remedy]) -> Report {
    told(estate, remedies, true)
}

fn told(estate: &Value, remedies: &[Remedy], everything: bool) -> Report {
    let inventory = read(estate);
    let facts = Facts::new(&inventory);
    let decided = decided(&facts, &inventory);
    let gaps = facts.recorded_gaps().collect();
    Report::new(&decided, remedies.to_vec(), gaps, &facts, everything)
}

/// Every list of an estate's frame, the other way round.
pub fn turned_round(estate: &Value) -> Value {
    let mut turned = estate.clone();
    for list in ["accounts", "copies", "gaps"] {
        turned[list].as_array_mut().unwrap().reverse();
    }
    for account in turned["accounts"].as_array_mut().unwrap() {
        for region in account["regions"].as_array_mut().unwrap() {
            for list in ["vaults", "keys", "resources"] {
                if let Some(list) = region.get_mut(list) {
                    list.as_array_mut().unwrap().reverse();
                }
            }
        }
    }
    turned
}
