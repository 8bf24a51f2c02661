//! The readers against moto: wire formats, accounts, Regions and errors as others understand AWS. moto lacks some calls
//! and answers them with pages of HTML; the gaps that they leave are asserted, too.

use serde_json::json;

use super::moto::{ACCOUNT, Keys, Moto};
use super::*;

pub const OTHER: &str = "222222222222";
pub const REGION: &str = "us-east-1";

/// A moto, and a folder for the files of those that ask it.
pub struct Stage {
    pub moto: Moto,
    pub dir: TempDir,
}

impl Stage {
    pub fn set() -> Self {
        Self {
            moto: Moto::start(),
            dir: TempDir::new().unwrap(),
        }
    }

    pub fn settings(&self) -> CallSettings {
        let Keys { id, secret, .. } = Moto::keys();
        let path = |name: &str| self.dir.path().join(name);
        let text = format!("[moto]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
        std::fs::write(path("credentials"), text).unwrap();
        std::fs::write(path("config"), "").unwrap();
        CallSettings {
            attempts: 1,
            config_file: Some(path("config")),
            credentials_file: Some(path("credentials")),
            endpoint_url: Some(self.moto.url()),
            ..CallSettings::default()
        }
    }

    /// A key with an alias; its ARN.
    fn key(&self, keys: &Keys, alias: &str) -> String {
        let key = self.moto.aws(keys, REGION, &["kms", "create-key"]);
        let key = key["KeyMetadata"]["Arn"].as_str().unwrap().to_owned();
        let id = key.rsplit('/').next().unwrap();
        let call = [
            "kms",
            "create-alias",
            "--alias-name",
            alias,
            "--target-key-id",
            id,
        ];
        self.moto.aws(keys, REGION, &call);
        key
    }

    fn vault(&self, keys: &Keys, name: &str, key: &str) -> String {
        let create = "create-backup-vault";
        let call = [
            "backup",
            create,
            "--backup-vault-name",
            name,
            "--encryption-key-arn",
            key,
        ];
        let vault = self.moto.aws(keys, REGION, &call);
        vault["BackupVaultArn"].as_str().unwrap().to_owned()
    }

    fn role(&self, keys: &Keys, path: &str, name: &str) {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"
        }]});
        let trust = trust.to_string();
        self.moto.aws(
            keys,
            REGION,
            &[
                "iam",
                "create-role",
                "--path",
                path,
                "--role-name",
                name,
                "--assume-role-policy-document",
                &trust,
            ],
        );
    }

    /// An RDS database on a key of its own, two vaults on keys of theirs, and the two roles: a copy between two accounts.
    pub fn copy(&self, ours: &Keys, theirs: &Keys) -> NamedCopy {
        let moto = &self.moto;
        moto.aws(
            ours,
            REGION,
            &[
                "organizations",
                "create-organization",
                "--feature-set",
                "ALL",
            ],
        );
        let data = self.key(ours, "alias/orders");
        let ours_key = self.key(ours, "alias/prod");
        let theirs_key = self.key(theirs, "alias/central");
        let prod = self.vault(ours, "prod", &ours_key);
        let central = self.vault(theirs, "central", &theirs_key);
        let database = moto.aws(
            ours,
            REGION,
            &[
                "rds",
                "create-db-instance",
                "--db-instance-identifier",
                "orders",
                "--db-instance-class",
                "db.t3.micro",
                "--engine",
                "mysql",
                "--allocated-storage",
                "20",
                "--master-username",
                "root",
                "--master-user-password",
                "not-a-secret",
                "--storage-encrypted",
                "--kms-key-id",
                &data,
                "--tags",
                "Key=team,Value=orders",
            ],
        );
        let database = database["DBInstance"]["DBInstanceArn"]
            .as_str()
            .unwrap()
            .to_owned();
        self.role(ours, "/service-role/", "AWSBackupDefaultServiceRole");
        let attach = |keys, role, policy: &str| {
            let policy = format!("arn:aws:iam::aws:policy/{policy}");
            let name = ["--role-name", role, "--policy-arn", &policy];
            moto.aws(
                keys,
                REGION,
                &[&["iam", "attach-role-policy"], &name[..]].concat(),
            );
        };
        attach(
            ours,
            "AWSBackupDefaultServiceRole",
            "service-role/AWSBackupServiceRolePolicyForBackup",
        );
        self.role(
            theirs,
            "/aws-service-role/backup.amazonaws.com/",
            "AWSServiceRoleForBackup",
        );
        // AWS makes it with its policy; moto's command for such roles does not.
        attach(
            theirs,
            "AWSServiceRoleForBackup",
            "aws-service-role/AWSBackupServiceLinkedRolePolicyForBackup",
        );

        NamedCopy {
            resource: Some(arn(&database)),
            recovery_point: None,
            source_vault: Some(arn(&prod)),
            destination_vault: arn(&central),
            role: None,
        }
    }
}

#[test]
fn a_copy_between_two_accounts_of_moto_is_read_and_what_moto_lacks_is_a_gap() {
    let stage = Stage::set();
    let moto = &stage.moto;
    let (ours, theirs) = (Moto::keys(), moto.keys_of(OTHER));
    let copy = stage.copy(&ours, &theirs);
    let (database, prod, central) = (
        copy.resource.clone().unwrap().to_string(),
        copy.source_vault.clone().unwrap().to_string(),
        copy.destination_vault.to_string(),
    );
    let destination = Credentials {
        role_arn: Some(format!("arn:aws:iam::{OTHER}:role/tester")),
        ..profile("moto")
    };
    let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
    let sides = Sides {
        source: profile("moto"),
        destination: Some(destination),
        management: None,
    };
    let found = collect(&copy, &sides, &stage.settings(), now);
    let found = as_value(&found.unwrap());

    let key_of = |arn: &str| {
        let key = object(&found, arn).unwrap()["EncryptionKeyArn"].clone();
        key.as_str().unwrap().to_owned()
    };
    let (data, ours_key, theirs_key) = (key_of(&database), key_of(&prod), key_of(&central));
    assert!(data.starts_with("arn:aws:kms:") && data != ours_key && ours_key != theirs_key);
    let resource = object(&found, &database).unwrap();
    assert_eq!(resource["Tags"], json!({"team": "orders"}));
    assert_eq!(resource["Detail"]["Engine"], "mysql");
    // A database's backups are not under the key of the vault that they come from: nobody asks for it.
    assert!(object(&found, &ours_key).is_none());
    for (key, alias) in [(&data, "orders"), (&theirs_key, "central")] {
        let key = object(&found, key).unwrap();
        assert_eq!(key["KeyManager"], "CUSTOMER");
        assert_eq!(key["Aliases"], json!([format!("alias/{alias}")]));
        assert!(key["Policy"]["Statement"].is_array(), "{key}");
    }
    let role = format!("arn:aws:iam::{ACCOUNT}:role/service-role/AWSBackupDefaultServiceRole");
    assert!(object(&found, &role).unwrap()["AssumeRolePolicyDocument"].is_object());
    let linked = LINKED_ROLE.replace(DESTINATION, OTHER);
    assert!(object(&found, &linked).unwrap()["AssumeRolePolicyDocument"].is_object());
    assert_eq!(
        found["accounts"][0]["organization"]["MasterAccountId"],
        ACCOUNT
    );
    // Its 404s are pages of HTML without an error code, from which nothing follows, such as that a vault has no policy.
    let lacks = |account: &str, operation: &str, subject: &str| {
        gap(account, operation, subject, Some("HTTP 404"))
    };
    let no_usage = |account: &str, key: &str| {
        gap(
            account,
            "kms:DescribeKey",
            key,
            Some("the answer lacks KeyUsage"),
        )
    };
    assert_eq!(
        gaps(&found),
        [
            lacks(ACCOUNT, "backup:DescribeGlobalSettings", ACCOUNT),
            lacks(ACCOUNT, "backup:GetBackupVaultAccessPolicy", &prod),
            no_usage(ACCOUNT, &data),
            lacks(OTHER, "backup:DescribeGlobalSettings", OTHER),
            gap(
                OTHER,
                "organizations:DescribeEffectivePolicy",
                OTHER,
                Some("HTTP 500")
            ),
            lacks(OTHER, "backup:GetBackupVaultAccessPolicy", &central),
            no_usage(OTHER, &theirs_key),
        ]
    );
}

#[test]
fn a_table_with_a_key_named_by_its_id_is_read_and_a_missing_vault_is_missing() {
    let stage = Stage::set();
    let moto = &stage.moto;
    let ours = Moto::keys();
    let data = stage.key(&ours, "alias/carts");
    let table = moto.aws(
        &ours,
        REGION,
        &[
            "dynamodb",
            "create-table",
            "--table-name",
            "carts",
            "--billing-mode",
            "PAY_PER_REQUEST",
            "--attribute-definitions",
            "AttributeName=id,AttributeType=S",
            "--key-schema",
            "AttributeName=id,KeyType=HASH",
            "--sse-specification",
            &format!(
                "Enabled=true,SSEType=KMS,KMSMasterKeyId={}",
                data.rsplit('/').next().unwrap()
            ),
        ],
    );
    let table = table["TableDescription"]["TableArn"]
        .as_str()
        .unwrap()
        .to_owned();
    let vault = format!("arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:nowhere");
    let copy = NamedCopy {
        resource: Some(arn(&table)),
        recovery_point: None,
        source_vault: None,
        destination_vault: arn(&vault),
        role: None,
    };
    let now = Timestamp::parse("2026-11-22T10:00:00Z").unwrap();
    let sides = Sides {
        source: profile("moto"),
        ..Sides::default()
    };
    let found = collect(&copy, &sides, &stage.settings(), now);
    let found = as_value(&found.unwrap());
    assert_eq!(
        object(&found, &table).unwrap()["EncryptionKeyArn"],
        json!(data)
    );
    assert_eq!(object(&found, &vault).unwrap()["VaultState"], Value::Null);
    // Nothing that is decided of a copy into a vault that is missing, from one that is not known, asks for the key.
    assert_eq!(object(&found, &data), None);
}
