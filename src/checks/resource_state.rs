//! The state of a resource, as its service says it: whether there will be a backup of it to copy.

use super::words::not_read;
use crate::inventory::Facts;
use crate::known::{Arn, Fact, Gap};
use crate::verdict::{Basis, Evidence, Outcome};

/// Whether the call that describes a resource tells its state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StateTold {
    /// It does: of a resource that was not described it is not known.
    Always,
    /// Not always, as it is Cloud Control's.
    Perhaps,
}

/// A service, the fields in which it says a resource's state, the states in which the resource is there to be backed up, and those
/// that last and in which it is not; `*` is any rest. Of a resource in another state nobody knows, unless it is on its way out.
struct States {
    service: &'static str,
    told: StateTold,
    fields: &'static [&'static str],
    there: &'static [&'static str],
    /// By <https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html#source-resource-statuses>; with what ends
    /// the state.
    not: &'static [(&'static str, &'static str)],
}

const START_IT: &str =
    "start it (AWS starts it by itself after seven days, and it may be stopped again)";

#[rustfmt::skip]
const STATES: &[States] = &[
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html,
    // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html
    States { service: "rds",               told: StateTold::Always,  fields: &["DBInstanceStatus", "Status"], there: &["available", "backing-up", "backtracking", "configuring-*", "converting-to-vpc", "creating", "failing-over", "maintenance", "migrating", "modifying", "moving-to-vpc", "promoting", "rebooting", "renaming", "resetting-master-credentials", "scaling-*", "starting", "storage-config-upgrade", "storage-initialization", "storage-optimization", "update-iam-db-auth", "upgrading"], not: &[("stopped", START_IT), ("stopping", START_IT), ("storage-full", "give it more storage")] },
    // https://docs.aws.amazon.com/efs/latest/ug/API_FileSystemDescription.html
    States { service: "elasticfilesystem", told: StateTold::Perhaps, fields: &["LifeCycleState"],             there: &["available", "creating", "updating"], not: &[] },
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    States { service: "dynamodb",          told: StateTold::Always,  fields: &["TableStatus"],                there: &["ACTIVE", "CREATING", "UPDATING"], not: &[] },
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html, …/API_InstanceState.html
    States { service: "ec2",               told: StateTold::Always,  fields: &["State"],                      there: &["available", "creating", "in-use", "pending", "running", "stopped", "stopping"], not: &[] },
    // https://docs.aws.amazon.com/fsx/latest/APIReference/API_FileSystem.html
    States { service: "fsx",               told: StateTold::Always,  fields: &["Lifecycle"],                  there: &["AVAILABLE", "CREATED", "CREATING", "PENDING", "UPDATING"], not: &[("MISCONFIGURED", "correct what makes it MISCONFIGURED, as its own page in FSx says")] },
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html
    States { service: "eks",               told: StateTold::Perhaps, fields: &["Status", "status"],           there: &["ACTIVE", "CREATING", "PENDING", "UPDATING"], not: &[] },
    // https://docs.aws.amazon.com/aurora-dsql/latest/APIReference/API_GetCluster.html
    States { service: "dsql",              told: StateTold::Perhaps, fields: &["Status", "status"],           there: &["ACTIVE", "CREATING", "IDLE", "INACTIVE", "PENDING_SETUP", "UPDATING"], not: &[] },
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html; a stack is backed up in a state that
    // includes COMPLETE: https://docs.aws.amazon.com/aws-backup/latest/devguide/applicationstackbackups.html
    States { service: "cloudformation",    told: StateTold::Perhaps, fields: &["StackStatus"],                there: &["CREATE_IN_PROGRESS", "IMPORT_*_IN_PROGRESS", "IMPORT_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "UPDATE_*_IN_PROGRESS", "UPDATE_IN_PROGRESS", "*_COMPLETE"], not: &[] },
    // https://docs.aws.amazon.com/storagegateway/latest/APIReference/API_StorediSCSIVolume.html
    States { service: "storagegateway",    told: StateTold::Perhaps, fields: &["VolumeStatus"],               there: &["AVAILABLE", "BOOTSTRAPPING", "CREATING", "PASS THROUGH", "RESTORING", "RESTORE_AND_PASS_THROUGH", "UPLOAD BUFFER NOT CONFIGURED", "WORKING STORAGE NOT CONFIGURED"], not: &[] },
];

/// The states of what is on its way out, whatever the service.
const GONE: &[&str] = &[
    "DELETE_COMPLETE",
    "DELETE_IN_PROGRESS",
    "PENDING_DELETE",
    "deleted",
    "deleting",
    "shutting-down",
    "terminated",
];

/// Why the resource is not backed up any more, or may not be; `None`: its state does not stand in the way.
pub fn not_backed_up(resource: &Arn, facts: &Facts<'_>) -> Option<Outcome> {
    let mut of_service = STATES
        .iter()
        .filter(|row| row.service == resource.service());
    let row = of_service.next()?;
    let detail = match facts.resource_description(resource) {
        Fact::Known(detail) => detail?,
        Fact::Unknown(gap) => return (row.told == StateTold::Always).then(|| not_read(*gap)),
    };
    let (name, state) = row.fields.iter().find_map(|name| {
        let state = detail.get(name)?;
        Some((*name, state.get("Name").unwrap_or(state).as_str()?))
    })?;
    let seen = [Evidence::at(
        resource,
        format!("/Detail/{name}"),
        format!("is {state}"),
    )];
    if GONE.iter().any(|word| is(state, word)) {
        return Some(
            Outcome::fail(format!(
                "the resource is {state}: there will be no backup of it to copy: {resource}"
            ))
            .nothing_helps("copy a recovery point that is there")
            .on(Basis::Inferred)
            .saw(seen),
        );
    }
    if row.there.iter().any(|word| is(state, word)) {
        return None;
    }
    if let Some((_, way_out)) = row.not.iter().find(|(word, _)| is(state, word)) {
        return Some(
            Outcome::fail(format!(
                "the resource is {state}, and AWS Backup makes no backup of it then: {resource}"
            ))
            .by_hand(way_out)
            .saw(seen),
        );
    }
    let what = format!("whether a resource that is {state} is backed up");
    let gap = Gap::not_told(what, resource.as_str()).where_is(resource);
    let message = format!("the resource is {state}, and whether it is backed up then is not known");
    Some(Outcome::undecided(message, [gap]).saw(seen))
}

fn is(state: &str, word: &str) -> bool {
    let Some((start, end)) = word.split_once('*') else {
        return state.eq_ignore_ascii_case(word);
    };
    let lower = str::to_ascii_lowercase;
    let state = lower(state);
    let rest = state.strip_prefix(&lower(start));
    rest.is_some_and(|rest| rest.ends_with(&lower(end)))
}
