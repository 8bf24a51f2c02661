//! Backup vaults and their access policies.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_backup::operation::describe_backup_vault::DescribeBackupVaultOutput;
use aws_sdk_backup::types::{BackupVaultListMember, VaultType};

use crate::catalog::calls::api_call;
use crate::inventory::Vault;
use crate::known::{Arn, Gap, Region};
use crate::sources::live::found::{Found, settled_by};
use crate::sources::live::kms;
use crate::sources::live::once::each;
use crate::sources::live::paging::pages;
use crate::sources::live::reply::{CallError, CallErrorKind, Reply};
use crate::sources::live::session::Session;
use crate::sources::live::shape::Shape;

use super::super::once::Once;
use super::settings::tags;

/// The vaults of each Region that were read in an account.
#[derive(Default)]
struct VaultsRead {
    vaults: Once<Region, Reply<Arc<Vec<Shape>>>>,
}

/// A vault of the account, with its access policy and tags. AWS Backup answers some questions about a vault that does
/// not exist as if the caller were not allowed to ask, so the list of vaults has the last word.
pub async fn vault(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Vault>> {
    let place = session.place(region);
    let call = session
        .backup(region)
        .describe_backup_vault()
        .backup_vault_name(arn.name())
        .send();
    let shape = match session.ask(call).await {
        Ok(answer) => described(&answer),
        Err(error) => match in_list(session, region, arn, &error).await {
            ListedVault::Is(shape) => shape,
            ListedVault::Missing => return missing(arn),
            ListedVault::Unknown(mut gaps) => {
                // Whether the vault has a policy can only be told of a vault that is there.
                gaps.push(
                    place.unasked(api_call!("backup:GetBackupVaultAccessPolicy"), arn.as_str()),
                );
                return Found { value: None, gaps };
            }
        },
    };
    whole(session, region, arn, shape).await
}

/// The vaults of the account in a Region, each as [`vault`] reads it. The list says all that a description does.
pub async fn all(session: &Session, region: &Region) -> Found<Option<Vec<Vault>>> {
    let listed = match vaults(session, region).await {
        Ok(listed) => listed,
        Err(error) => {
            let subject = format!("{}/{region}", session.account());
            let place = session.place(region);
            return Found::nothing(place.gap(
                api_call!("backup:ListBackupVaults"),
                &subject,
                &error,
            ));
        }
    };
    let mut shapes: BTreeMap<Arn, Shape> = BTreeMap::new();
    let mut gaps = Vec::new();
    for vault in listed.iter() {
        let arn = vault.text("BackupVaultArn");
        match arn.and_then(|arn| Arn::parse(arn).ok()) {
            Some(arn) => drop(shapes.insert(arn, vault.clone())),
            // That this is one of the vaults is known, and not which.
            None => gaps.push(session.place(region).gap(
                api_call!("backup:DescribeBackupVault"),
                arn.unwrap_or_default(),
                &CallError::unreadable(),
            )),
        }
    }
    let tasks = shapes.into_iter().map(|(arn, shape)| {
        let (session, region) = (session.clone(), region.clone());
        async move { whole(&session, &region, &arn, shape).await }
    });
    let mut vaults = Vec::new();
    for found in each(tasks).await {
        vaults.extend(found.into_value(&mut gaps));
    }
    Found {
        value: Some(vaults),
        gaps,
    }
}

/// A vault that was described or listed, with its access policy and tags.
async fn whole(
    session: &Session,
    region: &Region,
    arn: &Arn,
    shape: Shape,
) -> Found<Option<Vault>> {
    let ((policy, policy_gap), (tags, tags_gap), (shape, key_gap)) = tokio::join!(
        access_policy(session, region, arn),
        tags(session, region, arn),
        with_key(session, region, arn, shape),
    );
    let place = session.place(region);
    let describe = api_call!("backup:DescribeBackupVault");
    let lacks = shape.lacking(&["Locked"]);
    let lacks = lacks.map(|why| place.gap(describe, arn.as_str(), &why));
    let gaps = [policy_gap, tags_gap, key_gap, lacks];
    let gaps: Vec<Gap> = gaps.into_iter().flatten().collect();
    let shape = match policy {
        Policy::Is(text) => shape.with("AccessPolicy", Some(text)),
        Policy::None => shape.without("AccessPolicy"),
        Policy::Unknown => shape,
    };
    match read(shape.with("Tags", tags), arn) {
        Ok(vault) => Found {
            value: Some(vault),
            gaps,
        },
        Err(error) => Found::nothing(session.place(region).gap(
            api_call!("backup:DescribeBackupVault"),
            arn.as_str(),
            &error,
        )),
    }
}

/// A vault of another account that is shared with this one, as an air-gapped vault may be. `None`: it is not, or
/// nobody may say so.
pub async fn shared_vault(session: &Session, region: &Region, arn: &Arn) -> Option<Vault> {
    let call = session
        .backup(region)
        .describe_backup_vault()
        .backup_vault_name(arn.name())
        .set_backup_vault_account_id(arn.account().map(|account| account.to_string()))
        .send();
    let answer = session.ask(call).await.ok()?;
    let (shape, _) = with_key(session, region, arn, described(&answer)).await;
    read(shape, arn).ok()
}

fn missing(arn: &Arn) -> Found<Option<Vault>> {
    let shape = Shape::new()
        .with("BackupVaultName", Some(arn.name()))
        .with("BackupVaultArn", Some(arn.as_str()))
        .without("VaultState");
    Found::all(shape.read().ok())
}

/// The vault, if the answer is about it.
fn read(shape: Shape, arn: &Arn) -> Reply<Vault> {
    let vault: Vault = shape.read()?;
    if vault.arn == *arn {
        Ok(vault)
    } else {
        Err(CallError::unreadable())
    }
}

enum ListedVault {
    Is(Shape),
    Missing,
    Unknown(Vec<Gap>),
}

/// What the list of vaults says of a vault that could not be described.
async fn in_list(session: &Session, region: &Region, arn: &Arn, why: &CallError) -> ListedVault {
    let place = session.place(region);
    let gap = place.gap(api_call!("backup:DescribeBackupVault"), arn.as_str(), why);
    match why.kind {
        CallErrorKind::NotThere | CallErrorKind::Refused => {}
        CallErrorKind::Throttled | CallErrorKind::Failed => return ListedVault::Unknown(vec![gap]),
    }
    match vaults(session, region).await {
        Ok(all) => all
            .iter()
            .find(|vault| vault.text("BackupVaultArn") == Some(arn.as_str()))
            .map_or(ListedVault::Missing, |vault| ListedVault::Is(vault.clone())),
        Err(error) => {
            let subject = format!("{}/{region}", session.account());
            let list = place.gap(api_call!("backup:ListBackupVaults"), &subject, &error);
            let gap = match why.kind {
                CallErrorKind::NotThere => settled_by(gap, api_call!("backup:ListBackupVaults")),
                CallErrorKind::Refused | CallErrorKind::Throttled | CallErrorKind::Failed => gap,
            };
            ListedVault::Unknown(vec![gap, list])
        }
    }
}

/// All vaults of the account in a Region. Air-gapped ones are asked for by name too: that a vault is not there must be
/// certain.
pub(super) async fn vaults(session: &Session, region: &Region) -> Reply<Arc<Vec<Shape>>> {
    let list = |kind: Option<VaultType>| async move {
        let call = session
            .backup(region)
            .list_backup_vaults()
            .set_by_vault_type(kind);
        pages!(session, call.into_paginator(), page => page.backup_vault_list().iter().map(listed).collect::<Vec<_>>())
    };
    let read = async {
        let (all, air_gapped) = tokio::join!(
            list(None),
            list(Some(VaultType::LogicallyAirGappedBackupVault))
        );
        let mut all: Vec<Shape> = all?;
        all.extend(air_gapped?);
        Ok(Arc::new(all))
    };
    session
        .memory::<VaultsRead>()
        .vaults
        .get(region.clone(), read)
        .await
}

/// The fields that a vault has in the answer about it and in the list of vaults, of types of the SDK's with the same methods.
macro_rules! fields_of {
    ($vault:expr) => {
        Shape::new()
            .with("BackupVaultName", $vault.backup_vault_name())
            .with("BackupVaultArn", $vault.backup_vault_arn())
            .with("VaultType", $vault.vault_type().map(|kind| kind.as_str()))
            .with(
                "VaultState",
                $vault.vault_state().map(|state| state.as_str()),
            )
            .with("EncryptionKeyArn", $vault.encryption_key_arn())
            .with(
                "EncryptionKeyType",
                $vault.encryption_key_type().map(|kind| kind.as_str()),
            )
            .with("Locked", $vault.locked())
            .with("MinRetentionDays", $vault.min_retention_days())
            .with("MaxRetentionDays", $vault.max_retention_days())
            .at("LockDate", $vault.lock_date())
            .at("CreationDate", $vault.creation_date())
    };
}

fn described(vault: &DescribeBackupVaultOutput) -> Shape {
    fields_of!(vault).with("SourceBackupVaultArn", vault.source_backup_vault_arn())
}

fn listed(vault: &BackupVaultListMember) -> Shape {
    fields_of!(vault)
}

/// The vault with its key as an ARN. Without a key it is encrypted with one that AWS owns, if AWS says so; an answer
/// that says nothing of the key leaves it unknown.
async fn with_key(
    session: &Session,
    region: &Region,
    arn: &Arn,
    shape: Shape,
) -> (Shape, Option<Gap>) {
    let Some(named) = shape.text("EncryptionKeyArn").map(str::to_owned) else {
        let aws_owned = shape.text("EncryptionKeyType") == Some("AWS_OWNED_KMS_KEY");
        return if aws_owned {
            (shape.without("EncryptionKeyArn"), None)
        } else {
            let why = CallError::lacks("EncryptionKeyArn");
            let gap = session.place(region).gap(
                api_call!("backup:DescribeBackupVault"),
                arn.as_str(),
                &why,
            );
            (shape, Some(gap))
        };
    };
    match kms::named(session, region, &named).await {
        Ok(key) => (shape.with("EncryptionKeyArn", Some(key.as_str())), None),
        Err(gap) => (shape.leave_out("EncryptionKeyArn"), Some(gap)),
    }
}

enum Policy {
    Is(String),
    None,
    Unknown,
}

/// The access policy of a vault that is there.
async fn access_policy(session: &Session, region: &Region, arn: &Arn) -> (Policy, Option<Gap>) {
    let call = session
        .backup(region)
        .get_backup_vault_access_policy()
        .backup_vault_name(arn.name())
        .send();
    let gap = |error: &CallError| {
        session.place(region).gap(
            api_call!("backup:GetBackupVaultAccessPolicy"),
            arn.as_str(),
            error,
        )
    };
    match session.ask(call).await {
        Ok(answer) => match answer.policy() {
            Some(text) if crate::inventory::Policy::parse(text).is_ok() => {
                (Policy::Is(text.to_owned()), None)
            }
            Some(_) | None => (Policy::Unknown, Some(gap(&CallError::unreadable()))),
        },
        Err(error) if error.kind == CallErrorKind::NotThere => (Policy::None, None),
        Err(error) => (Policy::Unknown, Some(gap(&error))),
    }
}
