//! Copy jobs that ran.

use super::super::call::{Answer, Call, No};
use super::super::world::World;
use super::{in_time, passes};

pub fn list(world: &World, call: &Call) -> Result<Answer, No> {
    let items = world
        .list(call, "copy_jobs")?
        .iter()
        .filter(|job| {
            passes(
                call,
                job,
                &[
                    ("resourceArn", "/ResourceArn"),
                    ("state", "/State"),
                    ("resourceType", "/ResourceType"),
                    ("destinationVaultArn", "/DestinationBackupVaultArn"),
                    ("accountId", "/AccountId"),
                    ("parentJobId", "/ParentJobId"),
                    ("messageCategory", "/MessageCategory"),
                    ("sourceRecoveryPointArn", "/SourceRecoveryPointArn"),
                ],
            ) && in_time(call, job, "CreationDate", "createdAfter", "createdBefore")
                && in_time(
                    call,
                    job,
                    "CompletionDate",
                    "completeAfter",
                    "completeBefore",
                )
        })
        .cloned()
        .collect();
    Ok(Answer::List {
        field: "CopyJobs",
        items,
    })
}
