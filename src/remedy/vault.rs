//! A vault to create: one that is missing, or one on a customer managed key beside a vault that is not.

use serde_json::{Value, json};

use super::change::{Change, CopyChange, bare_key, bare_vault};
use super::command::{put_vault_policy, region, word};
use super::draft::Draft;
use super::statement::{Copier, of_vault};
use super::{Parts, RemedyKind};
use crate::inventory::{Copy, Field, Policy};
use crate::known::{AccountId, Arn, Fact};

/// A vault's name takes so many characters.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_CreateBackupVault.html>.
const LONGEST_NAME: usize = 50;
/// What the name of a vault beside another ends with.
const SUFFIX: &str = "-cmk";

/// The missing vault is created, on a key of its own.
pub fn missing(vault: &Arn, copies: &[&Copy]) -> Option<Draft> {
    let title = format!(
        "create the vault `{}` on a customer managed key",
        vault.name()
    );
    create(vault, title, copies, CopyChange::None)
}

/// Beside a vault whose key will not do another is created, and the copy goes there.
pub fn beside(vault: &Arn, copies: &[&Copy]) -> Option<Draft> {
    let name: String = vault
        .name()
        .chars()
        .take(LONGEST_NAME - SUFFIX.len())
        .collect();
    let place = vault.as_str().strip_suffix(vault.name())?;
    let other = Arn::parse(&format!("{place}{name}{SUFFIX}")).ok()?;
    let title = format!(
        "create the vault `{}` on a customer managed key, and copy there instead of into `{}`",
        other.name(),
        vault.name()
    );
    create(
        &other,
        title,
        copies,
        CopyChange::Destination(other.clone()),
    )
}

fn create(vault: &Arn, title: String, copies: &[&Copy], copy: CopyChange) -> Option<Draft> {
    let account = vault.account()?;
    let place = vault.region()?;
    let key_policy = default_key_policy(vault, account);
    let access = access_policy(vault, copies);
    let mut draft = Draft::new(RemedyKind::CreateVault, vault, title);
    let flag = region(Some(&place));
    draft.remedy.account = Some(account);
    let alias = format!("alias/{}", vault.name());
    draft.remedy.commands = vec![
        format!(
            "KEY=$(aws kms create-key{flag} --description 'AWS Backup vault {}' --query KeyMetadata.Arn --output text)",
            vault.name()
        ),
        format!(
            "aws kms create-alias{flag} --alias-name {} --target-key-id \"$KEY\"",
            word(&alias)
        ),
        format!(
            "aws backup create-backup-vault{flag} --backup-vault-name {} --encryption-key-arn \"$KEY\"",
            word(vault.name())
        ),
    ];
    if let Some(access) = &access {
        draft.remedy.commands.push(put_vault_policy(vault, access));
    }
    draft.remedy.parts = Parts::Vault {
        vault: vault.clone(),
        key_policy: key_policy.clone(),
        access_policy: access.clone(),
    };
    draft.change = facts_of_new(vault, &key_policy, access.as_ref()).map(|mut change| {
        change.copy = copy;
        change
    });
    Some(draft)
}

/// What is so once a standard vault was created, on a key of its own. `None` where its ARN names no place.
pub fn facts_of_new(vault: &Arn, key_policy: &Value, access: Option<&Value>) -> Option<Change> {
    let (account, place) = (vault.account()?, vault.region()?);
    // An id that no key has stands for the one that AWS will give.
    let key = Arn::parse(&format!(
        "arn:{}:kms:{place}:{account}:key/to-be-created-{}",
        vault.partition(),
        vault.name()
    ))
    .ok()?;
    let mut created_key = bare_key(&key);
    created_key.key_manager = Field::Is("CUSTOMER".into());
    created_key.key_state = Field::Is("Enabled".into());
    created_key.key_spec = Field::Is("SYMMETRIC_DEFAULT".into());
    created_key.key_usage = Field::Is("ENCRYPT_DECRYPT".into());
    created_key.aliases = Field::Is(vec![format!("alias/{}", vault.name()).into()]);
    created_key.grants = Field::Is(Vec::new());
    created_key.policy = Policy::from_value(key_policy)
        .ok()
        .map_or(Field::Absent, Field::Is);
    let mut created = bare_vault(vault);
    created.name = Field::Is(vault.name().into());
    created.vault_type = Field::Is("BACKUP_VAULT".into());
    created.vault_state = Field::Is("AVAILABLE".into());
    created.encryption_key_arn = Field::Is(key);
    created.locked = Field::Is(false);
    created.access_policy = match access {
        None => Field::Null,
        Some(access) => Policy::from_value(access)
            .ok()
            .map_or(Field::Absent, Field::Is),
    };
    Some(Change::none().key(created_key).vault(created))
}

/// The policy that KMS gives a key for which none is named.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html>.
pub fn default_key_policy(vault: &Arn, account: AccountId) -> Value {
    json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": {"AWS": format!("arn:{}:iam::{account}:root", vault.partition())},
            "Action": "kms:*",
            "Resource": "*",
        }],
    })
}

/// Lets the copy roles of other accounts in.
pub fn access_policy(vault: &Arn, copies: &[&Copy]) -> Option<Value> {
    let mut copiers: Vec<Copier> = copies
        .iter()
        .filter_map(|copy| match &copy.role {
            Fact::Known(role) if role.account() != vault.account() => {
                Some(Copier::Role(role.clone()))
            }
            Fact::Known(_) | Fact::Unknown(_) => None,
        })
        .collect();
    copiers.sort();
    copiers.dedup();
    (!copiers.is_empty()).then(|| super::patch::add_statements(None, &of_vault(None, &copiers)))
}
