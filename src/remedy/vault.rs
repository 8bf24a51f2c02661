//! A vault to create: one that is missing, or one that takes the place of another.

use serde_json::{Value, json};
use smol_str::format_smolstr;

use super::air_gapped;
use super::change::{Change, bare_key, bare_vault};
use super::command::{option, put_vault_policy, region, rotate};
use super::draft::Draft;
use super::retention::is_rules_target;
use super::statement::of_vault;
use super::{NewVault, Parts, RemedyKind};
use crate::inventory::{Copy, Facts, Field, Policy};
use crate::known::{AccountId, Arn};

/// The missing vault is created, on a key of its own; one that a rule names as its logically air-gapped target as such.
pub fn missing(vault: &Arn, copies: &[&Copy], facts: &Facts<'_>) -> Option<Draft> {
    let mut draft = if copies.iter().any(|copy| is_rules_target(copy, facts)) {
        air_gapped::draft(vault, copies)?
    } else {
        let title = format!(
            "create the vault `{}` on a customer managed key",
            vault.name()
        );
        let roles = copies.iter();
        let roles = roles.filter_map(|copy| copy.endpoints().role.as_ref().known());
        create(vault, title, &roles.collect::<Vec<_>>())?
    };
    // A name that is spelled nearly so is a slip more often than a vault that somebody forgot.
    if let Some(meant) = facts.vault_meant(vault) {
        let hint = format!(", unless `{}` is meant, which is there", meant.name());
        draft.remedy.title += &hint;
    }
    Some(draft)
}

/// The vault is created, on a key of its own, and lets these roles in.
pub fn create(vault: &Arn, title: String, roles: &[&Arn]) -> Option<Draft> {
    let account = vault.account()?;
    let place = vault.region()?;
    let key_policy = default_key_policy(vault, account);
    let access = let_in(vault, roles.iter().copied());
    let mut draft = Draft::new(RemedyKind::CreateVault, vault, title);
    draft.creates = Some(vault.clone());
    let flag = region(Some(&place));
    draft.remedy.account = Some(account);
    let alias = format!("alias/{}", vault.name());
    draft.remedy.commands = vec![
        format_smolstr!(
            "KEY=$(aws kms create-key{flag} {} --query KeyMetadata.Arn --output text)",
            option(
                "--description",
                &format!("AWS Backup vault {}", vault.name())
            )
        ),
        rotate(&flag).into(),
        format_smolstr!(
            "aws kms create-alias{flag} {} --target-key-id \"$KEY\"",
            option("--alias-name", &alias)
        ),
        format_smolstr!(
            "aws backup create-backup-vault{flag} {} --encryption-key-arn \"$KEY\"",
            option("--backup-vault-name", vault.name())
        ),
    ];
    if let Some(access) = &access {
        draft.remedy.commands.push(put_vault_policy(vault, access));
    }
    draft.remedy.parts = Parts::Vault(Box::new(NewVault {
        vault: vault.clone(),
        key_policy: key_policy.clone(),
        access_policy: access.clone(),
    }));
    draft.change = facts_of_new(vault, &key_policy, access.as_ref());
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
    created_key.aliases = Field::Is(vec![format!("alias/{}", vault.name()).into()].into());
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
    let roles = copies
        .iter()
        .filter_map(|copy| copy.endpoints().role.as_ref().known());
    let_in(vault, roles)
}

fn let_in<'r>(vault: &Arn, roles: impl Iterator<Item = &'r Arn>) -> Option<Value> {
    let copiers = roles.filter(|role| role.account() != vault.account());
    let mut copiers: Vec<&Arn> = copiers.collect();
    copiers.sort_unstable();
    copiers.dedup();
    (!copiers.is_empty()).then(|| super::patch::add_statements(None, &of_vault(None, &copiers)))
}
