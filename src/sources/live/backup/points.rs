//! Recovery points.

use aws_sdk_backup::operation::describe_recovery_point::DescribeRecoveryPointOutput;
use aws_sdk_backup::types::{
    CalculatedLifecycle, Lifecycle, RecoveryPointByBackupVault, RecoveryPointByResource,
    RecoveryPointCreator,
};

use crate::catalog::calls::api_call;
use crate::inventory::RecoveryPoint;
use crate::known::{ApiCall, Arn, Gap, Region};
use crate::sources::live::found::Found;
use crate::sources::live::paging::pages;
use crate::sources::live::reply::{CallError, CallErrorKind, Reply, about};
use crate::sources::live::session::Session;
use crate::sources::live::shape::{Shape, Snapshot};
use crate::sources::live::{ec2, fsx, kms, rds};

use super::super::once::Once;
use super::settings::tags;
use super::vaults::vaults;

/// The recovery points that were read in an account, by Region, vault and ARN.
#[derive(Default)]
struct PointsRead {
    points: Once<(Region, String, Arn), Reply<DescribeRecoveryPointOutput>>,
}

const DESCRIBE: ApiCall = api_call!("backup:DescribeRecoveryPoint");

/// The recovery points of a resource, as far as the list says.
pub async fn of_resource(
    session: &Session,
    region: &Region,
    resource: &Arn,
) -> Found<Option<Vec<RecoveryPoint>>> {
    let call = session
        .backup(region)
        .list_recovery_points_by_resource()
        .resource_arn(resource.as_str());
    let account = session.account();
    let vault = |name: &str| {
        let partition = resource.partition();
        format!("arn:{partition}:backup:{region}:{account}:backup-vault:{name}")
    };
    let read: Reply<Vec<Shape>> = pages!(session, call.into_paginator(), page => {
        page.recovery_points().iter().map(|point| {
            let vault = point.backup_vault_name().map(vault);
            listed(point).with("BackupVaultArn", vault).with("ResourceArn", Some(resource.as_str()))
        }).collect::<Vec<_>>()
    });
    let points = read.and_then(|shapes| {
        shapes
            .into_iter()
            .map(Shape::read)
            .collect::<Reply<Vec<_>>>()
    });
    match points {
        Ok(points) => Found::all(Some(points)),
        Err(error) => Found::nothing(session.place(region).gap(
            api_call!("backup:ListRecoveryPointsByResource"),
            resource.as_str(),
            &error,
        )),
    }
}

/// The recovery points of a vault: all that AWS Backup says of each but its storage class and its tags, which are one
/// call a recovery point.
pub async fn points_in(
    session: &Session,
    region: &Region,
    vault: &Arn,
) -> Found<Option<Vec<RecoveryPoint>>> {
    in_vault_of(session, region, vault, None).await
}

/// The recovery points that are nested in a composite one, as [`points_in`] reads them.
pub async fn nested_in(
    session: &Session,
    region: &Region,
    vault: &Arn,
    composite: &Arn,
) -> Found<Option<Vec<RecoveryPoint>>> {
    in_vault_of(session, region, vault, Some(composite)).await
}

/// Those of a vault, or of a composite in it.
async fn in_vault_of(
    session: &Session,
    region: &Region,
    vault: &Arn,
    composite: Option<&Arn>,
) -> Found<Option<Vec<RecoveryPoint>>> {
    let call = session
        .backup(region)
        .list_recovery_points_by_backup_vault()
        .backup_vault_name(vault.name())
        .set_by_parent_recovery_point_arn(composite.map(ToString::to_string));
    let read: Reply<Vec<RecoveryPointByBackupVault>> =
        pages!(session, call.into_paginator(), page => page.recovery_points().to_vec());
    let place = session.place(region);
    let gap = |error: &CallError| {
        place.gap(
            api_call!("backup:ListRecoveryPointsByBackupVault"),
            composite.unwrap_or(vault).as_str(),
            error,
        )
    };
    let listed = match read {
        Ok(listed) => listed,
        Err(error) => return Found::nothing(gap(&error)),
    };
    let mut points = Vec::new();
    for point in &listed {
        let Some(arn) = point
            .recovery_point_arn()
            .and_then(|arn| Arn::parse(arn).ok())
        else {
            points.push(Found::nothing(gap(&CallError::unreadable())));
            continue;
        };
        let key = KeyOf {
            named: point.encryption_key_arn(),
            is_encrypted: point.is_encrypted(),
        };
        let (shape, key_gap) = with_key(session, region, &arn, in_vault(point), &key).await;
        points.push(match shape.read() {
            Ok(point) => Found {
                value: Some(point),
                gaps: key_gap.into_iter().collect(),
            },
            Err(error) => Found::nothing(gap(&error)),
        });
    }
    Found::whole(points)
}

/// One recovery point, with its tags and the service's own description of it.
pub async fn point(
    session: &Session,
    region: &Region,
    vault: &Arn,
    arn: &Arn,
) -> Found<Option<RecoveryPoint>> {
    let (answer, (tags, tags_gap), detail) = tokio::join!(
        describe(session, region, vault.name(), arn),
        async {
            match arn.service() {
                "backup" => tags(session, region, arn).await,
                _ => (None, None),
            }
        },
        description(session, region, arn),
    );
    let place = session.place(region);
    let answer = match answer {
        Ok(answer) => answer,
        Err(error) if error.kind == CallErrorKind::NotThere => return Found::all(missing(arn)),
        Err(error) => return Found::nothing(place.gap(DESCRIBE, arn.as_str(), &error)),
    };
    let mut gaps: Vec<Gap> = tags_gap.into_iter().collect();
    let key = KeyOf {
        named: answer.encryption_key_arn(),
        is_encrypted: answer.is_encrypted(),
    };
    let (shape, key_gap) = with_key(session, region, arn, described(&answer), &key).await;
    let lacks = shape.lacking(&["StorageClass"]);
    let lacks = lacks.map(|why| place.gap(DESCRIBE, arn.as_str(), &why));
    gaps.extend(key_gap.into_iter().chain(lacks));
    let detail = detail.into_value(&mut gaps);
    let tags = tags.or_else(|| detail.as_ref().and_then(|snapshot| snapshot.tags.clone()));
    let shape = shape
        .with("Tags", tags)
        .with("Detail", detail.map(|snapshot| snapshot.detail));
    match shape.read() {
        Ok(point) => Found {
            value: Some(point),
            gaps,
        },
        Err(error) => Found::nothing(place.gap(DESCRIBE, arn.as_str(), &error)),
    }
}

/// What the service that owns the snapshot or image behind a recovery point says of it.
async fn description(session: &Session, region: &Region, arn: &Arn) -> Found<Option<Snapshot>> {
    let kind = arn.resource().split(['/', ':']).next();
    match (arn.service(), kind) {
        ("rds", _) => rds::snapshot(session, region, arn).await,
        ("ec2", Some("image")) => ec2::image(session, region, arn).await,
        ("ec2", Some("snapshot")) => ec2::snapshot(session, region, arn).await,
        ("fsx", Some("backup")) => fsx::backup(session, region, arn).await,
        _ => Found::all(None),
    }
}

/// The vault that a recovery point is in, where nobody named it: each vault of the Region is asked.
pub async fn vault_of(session: &Session, region: &Region, point: &Arn) -> Found<Option<Arn>> {
    let place = session.place(region);
    let all = match vaults(session, region).await {
        Ok(all) => all,
        Err(error) => {
            let subject = format!("{}/{region}", session.account());
            return Found::nothing(place.gap(
                api_call!("backup:ListBackupVaults"),
                &subject,
                &error,
            ));
        }
    };
    let mut why = None;
    for name in all.iter().filter_map(|vault| vault.text("BackupVaultName")) {
        match describe(session, region, name, point).await {
            Ok(answer) => {
                let vault = answer.backup_vault_arn();
                return match vault.and_then(|arn| Arn::parse(arn).ok()) {
                    Some(vault) => Found::all(Some(vault)),
                    None => {
                        let why = CallError::unreadable();
                        Found::nothing(place.gap(DESCRIBE, point.as_str(), &why))
                    }
                };
            }
            Err(error) if error.kind == CallErrorKind::NotThere => {}
            Err(error) => why = Some(error),
        }
    }
    match why {
        Some(error) => Found::nothing(place.gap(DESCRIBE, point.as_str(), &error)),
        None => Found::all(None),
    }
}

/// A recovery point that was looked for in every vault, or in its own, and is not there.
pub fn missing(arn: &Arn) -> Option<RecoveryPoint> {
    Shape::new()
        .with("RecoveryPointArn", Some(arn.as_str()))
        .without("Status")
        .read()
        .ok()
}

async fn describe(
    session: &Session,
    region: &Region,
    vault: &str,
    point: &Arn,
) -> Reply<DescribeRecoveryPointOutput> {
    let key = (region.clone(), vault.to_owned(), point.clone());
    let call = session
        .backup(region)
        .describe_recovery_point()
        .backup_vault_name(vault)
        .recovery_point_arn(point.as_str())
        .send();
    let read = async {
        let answer = session.ask(call).await?;
        about(answer.recovery_point_arn(), point.as_str()).map(|()| answer)
    };
    session.memory::<PointsRead>().points.get(key, read).await
}

/// What AWS Backup says of a recovery point's key.
struct KeyOf<'a> {
    named: Option<&'a str>,
    is_encrypted: bool,
}

/// The recovery point with its key as an ARN.
async fn with_key(
    session: &Session,
    region: &Region,
    arn: &Arn,
    shape: Shape,
    key: &KeyOf<'_>,
) -> (Shape, Option<Gap>) {
    let Some(named) = key.named else {
        let shape = shape.with("IsEncrypted", Some(key.is_encrypted));
        let aws_owned = shape.text("EncryptionKeyType") == Some("AWS_OWNED_KMS_KEY")
            || arn.service() == "dynamodb";
        return if aws_owned || !key.is_encrypted {
            (shape.without("EncryptionKeyArn"), None)
        } else {
            let why = CallError::lacks("EncryptionKeyArn");
            let gap = session.place(region).gap(DESCRIBE, arn.as_str(), &why);
            (shape, Some(gap))
        };
    };
    // The SDK reads an absent `IsEncrypted` as false; a key says otherwise, and then nothing is said.
    let shape = shape.with("IsEncrypted", key.is_encrypted.then_some(true));
    match kms::named(session, region, named).await {
        Ok(key) => (shape.with("EncryptionKeyArn", Some(key.as_str())), None),
        Err(gap) => (shape, Some(gap)),
    }
}

/// The fields that a recovery point has in the answer about it and in the list of its vault, of types of the SDK's with the same
/// methods.
macro_rules! fields_of {
    ($point:expr) => {
        Shape::new()
            .with("RecoveryPointArn", $point.recovery_point_arn())
            .with("BackupVaultName", $point.backup_vault_name())
            .with("BackupVaultArn", $point.backup_vault_arn())
            .with("SourceBackupVaultArn", $point.source_backup_vault_arn())
            .with("ResourceArn", $point.resource_arn())
            .with("ResourceType", $point.resource_type())
            .with("CreatedBy", $point.created_by().map(creator))
            .with(
                "EncryptionKeyType",
                $point.encryption_key_type().map(|kind| kind.as_str()),
            )
            .with("Status", $point.status().map(|status| status.as_str()))
            .at("CreationDate", $point.creation_date())
            .at("CompletionDate", $point.completion_date())
            .with("Lifecycle", $point.lifecycle().map(lifecycle))
            .with(
                "CalculatedLifecycle",
                $point.calculated_lifecycle().map(calculated),
            )
            .with("IsParent", Some($point.is_parent()))
            .with("ParentRecoveryPointArn", $point.parent_recovery_point_arn())
            .with(
                "CompositeMemberIdentifier",
                $point.composite_member_identifier(),
            )
            .with("IamRoleArn", $point.iam_role_arn())
            .with("VaultType", $point.vault_type().map(|kind| kind.as_str()))
    };
}

fn described(point: &DescribeRecoveryPointOutput) -> Shape {
    fields_of!(point).with(
        "StorageClass",
        point.storage_class().map(|class| class.as_str()),
    )
}

fn listed(point: &RecoveryPointByResource) -> Shape {
    // A bare key id, as some endpoints give it, is no ARN; this list's keys decide nothing.
    let key = point
        .encryption_key_arn()
        .filter(|key| Arn::parse(key).is_ok());
    Shape::new()
        .with("RecoveryPointArn", point.recovery_point_arn())
        .with("BackupVaultName", point.backup_vault_name())
        .with("EncryptionKeyArn", key)
        .with(
            "EncryptionKeyType",
            point.encryption_key_type().map(|kind| kind.as_str()),
        )
        .with("Status", point.status().map(|status| status.as_str()))
        .at("CreationDate", point.creation_date())
        .with("IsParent", Some(point.is_parent()))
        .with("ParentRecoveryPointArn", point.parent_recovery_point_arn())
        .with("VaultType", point.vault_type().map(|kind| kind.as_str()))
}

fn in_vault(point: &RecoveryPointByBackupVault) -> Shape {
    fields_of!(point)
}

/// The plan that made something.
pub(super) fn creator(creator: &RecoveryPointCreator) -> Shape {
    Shape::new()
        .with("BackupPlanId", creator.backup_plan_id())
        .with("BackupPlanArn", creator.backup_plan_arn())
        .with("BackupPlanName", creator.backup_plan_name())
        .with("BackupPlanVersion", creator.backup_plan_version())
        .with("BackupRuleId", creator.backup_rule_id())
        .with("BackupRuleName", creator.backup_rule_name())
}

/// The dates that AWS Backup works out of a lifecycle.
fn calculated(dates: &CalculatedLifecycle) -> Shape {
    Shape::new()
        .at("MoveToColdStorageAt", dates.move_to_cold_storage_at())
        .at("DeleteAt", dates.delete_at())
}

pub(super) fn lifecycle(lifecycle: &Lifecycle) -> Shape {
    Shape::new()
        .with("DeleteAfterDays", lifecycle.delete_after_days())
        .with(
            "MoveToColdStorageAfterDays",
            lifecycle.move_to_cold_storage_after_days(),
        )
        .with(
            "OptInToArchiveForSupportedResources",
            lifecycle.opt_in_to_archive_for_supported_resources(),
        )
        .with(
            "DeleteAfterEvent",
            lifecycle.delete_after_event().map(|event| event.as_str()),
        )
}
