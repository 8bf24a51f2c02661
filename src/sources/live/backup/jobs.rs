//! Copy jobs that ran.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_ListCopyJobs.html>.

use aws_sdk_backup::types::CopyJob as Job;
use aws_smithy_types::DateTime;

use crate::catalog::calls::api_call;
use crate::inventory::{CopyJob, Timestamp};
use crate::known::Region;
use crate::sources::live::found::Found;
use crate::sources::live::paging::pages;
use crate::sources::live::reply::Reply;
use crate::sources::live::session::Session;
use crate::sources::live::shape::Shape;

use super::points::{creator, lifecycle};

/// How far back copy jobs are read: AWS Backup lists those of the last 30 days.
const SECONDS: i64 = 30 * 24 * 60 * 60;

/// The copy jobs that were created in a Region of the account in the 30 days before a moment.
pub async fn copy_jobs(
    session: &Session,
    region: &Region,
    until: &Timestamp,
) -> Found<Option<Vec<CopyJob>>> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a date in seconds is far below the limit"
    )]
    let seconds = ((until.milliseconds() / 1000) as i64).saturating_sub(SECONDS);
    let call = session
        .backup(region)
        .list_copy_jobs()
        .by_created_after(DateTime::from_secs(seconds));
    let read: Reply<Vec<Shape>> = pages!(session, call.into_paginator(), page => page.copy_jobs().iter().map(listed).collect::<Vec<_>>());
    let jobs = read.and_then(|shapes| {
        shapes
            .into_iter()
            .map(Shape::read)
            .collect::<Reply<Vec<_>>>()
    });
    match jobs {
        Ok(jobs) => Found::all(Some(jobs)),
        Err(trouble) => {
            let subject = format!("{}/{region}", session.account());
            let place = session.place(region);
            Found::nothing(place.gap(api_call!("backup:ListCopyJobs"), &subject, &trouble))
        }
    }
}

fn listed(job: &Job) -> Shape {
    Shape::new()
        .with("AccountId", job.account_id())
        .with("CopyJobId", job.copy_job_id())
        .with("SourceBackupVaultArn", job.source_backup_vault_arn())
        .with("SourceRecoveryPointArn", job.source_recovery_point_arn())
        .with(
            "DestinationBackupVaultArn",
            job.destination_backup_vault_arn(),
        )
        .with("DestinationVaultType", job.destination_vault_type())
        .with(
            "DestinationVaultLockState",
            job.destination_vault_lock_state(),
        )
        .with(
            "DestinationRecoveryPointArn",
            job.destination_recovery_point_arn(),
        )
        .with(
            "DestinationEncryptionKeyArn",
            job.destination_encryption_key_arn(),
        )
        .with(
            "DestinationRecoveryPointLifecycle",
            job.destination_recovery_point_lifecycle().map(lifecycle),
        )
        .with("ResourceArn", job.resource_arn())
        .at("CreationDate", job.creation_date())
        .at("CompletionDate", job.completion_date())
        .with("State", job.state().map(|state| state.as_str()))
        .with("StatusMessage", job.status_message())
        .with("IamRoleArn", job.iam_role_arn())
        .with("CreatedBy", job.created_by().map(creator))
        .with("CreatedByBackupJobId", job.created_by_backup_job_id())
        .with("ResourceType", job.resource_type())
        .with("ParentJobId", job.parent_job_id())
        .with("IsParent", Some(job.is_parent()))
        .with(
            "CompositeMemberIdentifier",
            job.composite_member_identifier(),
        )
        .with("MessageCategory", job.message_category())
}
