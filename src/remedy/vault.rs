//! A vault to create: one that is missing, or one on a customer managed key beside a vault that is not.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

use super::air_gapped;
use super::along;
use super::change::{Change, CopyChange, bare_key, bare_vault};
use super::command::{comment, copies_elsewhere, option, put_vault_policy, region};
use super::control_policy::changed_in;
use super::draft::Draft;
use super::names::{LONGEST_VAULT_NAME, VaultPlace, goes, place};
use super::retention::is_rules_target;
use super::rule_name::rule_name;
use super::statement::of_vault;
use super::{NewVault, Parts, RemedyKind};
use crate::inventory::{Copy, Facts, Field, Policy};
use crate::known::{AccountId, Arn};
use crate::policy::Effect;

/// What the name of a vault beside another ends with.
const SUFFIX: &str = "-cmk";

/// The missing vault is created, on a key of its own; one that a rule names as its logically air-gapped target as such.
pub fn missing(vault: &Arn, copies: &[&Copy], facts: &Facts<'_>) -> Option<Draft> {
    let meant = facts.vault_meant(vault).map(Arn::name);
    let mut draft = if copies.iter().any(|copy| is_rules_target(copy, facts)) {
        air_gapped::draft(vault, copies)?
    } else {
        let mut title = format!(
            "create the vault `{}` on a customer managed key",
            vault.name()
        );
        // A name that is spelled nearly so is a slip more often than a vault that somebody forgot.
        if let Some(meant) = meant {
            title += &format!(", unless `{meant}` is meant, which is there: then name that one");
        }
        create(vault, title, (copies, &[]), CopyChange::None)?
    };
    draft.remedy.meant = meant.map(SmolStr::new);
    Some(draft)
}

/// The copies go into another vault than one whose key will not do: one that is created, or one that is there.
pub fn instead(vault: &Arn, copies: &[&Copy], facts: &Facts<'_>) -> Option<Draft> {
    // What a rule sends to its target no copy action does.
    if copies.iter().any(|copy| is_rules_target(copy, facts)) {
        return None;
    }
    let others = along::others(copies, facts);
    // Where a backup policy has `$account` in the vault's place, another account's copies go to a vault of its own.
    let moved = others.iter().filter(|it| it.destination_vault == *vault);
    let moved = moved.filter_map(|named| named.role.as_ref().known());
    let moved: Vec<&Arn> = moved.collect();
    let (other, mut draft) = beside_for(vault, copies, &moved, facts)?;
    let commands = redirected(copies, (vault, &other), facts);
    draft.remedy.commands.extend(commands);
    if let Some(lost) = lost(vault, &other, facts) {
        draft.remedy.title += &format!("; {lost}");
        draft
            .remedy
            .commands
            .push(format_smolstr!("# {}", comment(&lost)));
    }
    along::settle(&mut draft, copies, &others, facts);
    Some(draft)
}

/// What the old vault keeps of its copies and the new one does not: a lock, and what its policy denies.
fn lost(old: &Arn, new: &Arn, facts: &Facts<'_>) -> Option<String> {
    let bounds = |vault: &Arn| {
        let lock = facts.vault_lock(vault).known().flatten()?;
        (lock.min.is_some() || lock.max.is_some()).then_some((lock.min, lock.max))
    };
    let of_lock = bounds(old).filter(|_| bounds(new).is_none());
    let of_lock = of_lock.map(|(min, max)| {
        let days = |days: Option<i64>| days.map_or_else(|| "any".to_owned(), |it| it.to_string());
        format!(
            "its lock (retention of {} to {} days)",
            days(min),
            days(max)
        )
    });
    let denied = |vault: &Arn| -> BTreeSet<String> {
        let policy = facts.vault_policy(vault).known().flatten();
        let statements = policy
            .into_iter()
            .flat_map(|policy| policy.document().statements());
        let denies = statements.filter(|it| it.effect() == Effect::Deny);
        let actions = denies.flat_map(|statement| {
            let but = if statement.is_not_action() {
                "all but "
            } else {
                ""
            };
            statement
                .actions()
                .map(move |action| format!("{but}{action}"))
        });
        actions.collect()
    };
    let there = denied(new);
    let denies: Vec<String> = denied(old)
        .into_iter()
        .filter(|it| !there.contains(it))
        .collect();
    let of_policy = (!denies.is_empty()).then(|| format!("its Deny of {}", denies.join(", ")));
    let all: Vec<String> = [of_lock, of_policy].into_iter().flatten().collect();
    (!all.is_empty()).then(|| {
        format!(
            "give `{}` what it does not take over from `{}`: {}",
            new.name(),
            old.name(),
            all.join(" and ")
        )
    })
}

/// A vault that takes the place of one whose key will not do.
pub fn beside(vault: &Arn, copies: &[&Copy], facts: &Facts<'_>) -> Option<(Arn, Draft)> {
    beside_for(vault, copies, &[], facts)
}

/// The same, which lets these roles in as well.
fn beside_for(
    vault: &Arn,
    copies: &[&Copy],
    others: &[&Arn],
    facts: &Facts<'_>,
) -> Option<(Arn, Draft)> {
    // AWS's own vault has a name that nobody else can give.
    let last = vault.name().rsplit('/').next().unwrap_or_default();
    let name: String = last
        .chars()
        .take(LONGEST_VAULT_NAME.saturating_sub(SUFFIX.len()))
        .collect();
    let base = vault.as_str().strip_suffix(vault.name())?;
    let wanted = Arn::parse(&format!("{base}{name}{SUFFIX}")).ok()?;
    let way = |to: &Arn| CopyChange::Destination(to.clone());
    Some(
        match place(&wanted, facts, |to| goes(copies, &way(to), facts))? {
            VaultPlace::Free(other) => {
                let title = format!(
                    "create the vault `{}` on a customer managed key, and copy there instead of into `{}`",
                    other.name(),
                    vault.name()
                );
                let mut draft = create(&other, title, (copies, others), way(&other))?;
                draft.remedy.brief = format_smolstr!("create vault {}", other.name());
                (other, draft)
            }
            VaultPlace::There(other) => {
                let title = format!(
                    "copy into the vault `{}`, which is there, instead of into `{}`",
                    other.name(),
                    vault.name()
                );
                let mut draft = Draft::new(RemedyKind::ChangeDestination, &other, title);
                let first = copies.first()?;
                let account = first.endpoints().source_account().known();
                draft.remedy.account = match &first.plan {
                    Some(plan) => changed_in(&plan.id, account, facts),
                    None => account,
                };
                draft.change = Some(Change {
                    copy: way(&other),
                    ..Change::none()
                });
                (other, draft)
            }
        },
    )
}

/// What to change so that copies go into another vault.
fn redirected(copies: &[&Copy], (old, new): (&Arn, &Arn), facts: &Facts<'_>) -> Vec<SmolStr> {
    let mut commands = Vec::new();
    for copy in copies {
        let command = match &copy.plan {
            Some(plan) => super::command::change_plan(
                &plan.id,
                copy.endpoints().source_account().known(),
                copy.endpoints().source_region().known().as_ref(),
                &copies_elsewhere(&plan.id, &rule_name(plan, facts), old, new),
            ),
            None => format_smolstr!(
                "# {}",
                comment(&format!(
                    "for the copy {}: give start-copy-job {}",
                    copy.id,
                    option("--destination-backup-vault-arn", new.as_str())
                ))
            ),
        };
        if !commands.contains(&command) {
            commands.push(command);
        }
    }
    commands
}

fn create(
    vault: &Arn,
    title: String,
    (copies, others): (&[&Copy], &[&Arn]),
    copy: CopyChange,
) -> Option<Draft> {
    let account = vault.account()?;
    let place = vault.region()?;
    let key_policy = default_key_policy(vault, account);
    let roles = copies
        .iter()
        .filter_map(|copy| copy.endpoints().role.as_ref().known());
    let access = let_in(vault, roles.chain(others.iter().copied()));
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
