//! The states of resources, as their services say them: in which AWS Backup makes a backup.

/// What becomes of the backup of a resource that is in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backup {
    /// It is made: at once, or when a change that is under way has ended.
    Made,
    /// There will be none any more: the resource is on its way out.
    Gone,
    /// There is none until people take this step.
    Waits(&'static str),
    /// There is none in this state, which may end by itself before a backup starts; this step ends it.
    MayWait(&'static str),
    /// No page says.
    NotTold,
}

/// Whether the call that describes a resource tells its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateTold {
    /// It does: of a resource that was not described it is not known.
    Always,
    /// Not always, as it is Cloud Control's: what is taken for granted is so of a resource that was not described, too.
    NotAlways,
}

/// A service: where it says a resource's state, and what the states let AWS Backup do; `*` is any rest.
#[derive(Debug)]
pub struct States {
    service: &'static str,
    /// Whether its description has it.
    pub told: StateTold,
    /// The state that is taken for granted where what was read of a resource lacks it: in some no backup is made.
    pub taken: &'static str,
    /// The fields of a description that say it.
    pub fields: &'static [&'static str],
    made: &'static [&'static str],
    /// Beside what <https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup.html#source-resource-statuses> says: RDS,
    /// Aurora, Amazon DocumentDB, EFS and FSx are backed up while AVAILABLE.
    not: &'static [(&'static str, Backup)],
}

const START_IT: Backup = Backup::Waits(
    "start it (AWS starts it by itself after seven days, and it may be stopped again)",
);
const GIVE_IT_ITS_KEY: Backup =
    Backup::Waits("let it use its key again, and start it (where it can be recovered)");
const RESTORE_IT: Backup = Backup::Waits("restore a backup of it, and back up what is restored");
const RESUME_IT: Backup = Backup::Waits("resume it (`aws redshift resume-cluster`)");
const UPLOAD_BUFFER: Backup = Backup::Waits(
    "configure an upload buffer of its gateway (`aws storagegateway add-upload-buffer`)",
);
const BE_AVAILABLE: Backup = Backup::MayWait(
    "see that it is AVAILABLE when the backup starts: give its gateway enough upload buffer",
);
const BE_RIGHT: Backup = Backup::Waits("correct what its service says is wrong with it");
const FSX: Backup =
    Backup::Waits("correct what makes it MISCONFIGURED, as its own page in FSx says");

#[rustfmt::skip]
const STATES: &[States] = &[
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html,
    // https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/accessing-monitoring.html
    States { service: "rds", told: StateTold::Always, taken: "available", fields: &["DBInstanceStatus", "Status"],
        made: &["available", "backing-up", "backtracking", "configuring-*", "converting-to-vpc", "creating", "failing-over", "maintenance", "migrating", "modifying", "moving-to-vpc", "promoting", "rebooting", "renaming", "resetting-master-credentials", "scaling-*", "starting", "storage-config-upgrade", "storage-initialization", "storage-optimization", "update-iam-db-auth", "upgrading"],
        not: &[("stopped", START_IT), ("stopping", START_IT), ("storage-full", Backup::Waits("give it more storage")),
            ("inaccessible-encryption-credentials*", GIVE_IT_ITS_KEY), ("failed", RESTORE_IT), ("restore-error", BE_RIGHT), ("incompatible-*", BE_RIGHT), ("cloning-failed", BE_RIGHT), ("migration-failed", BE_RIGHT)] },
    // https://docs.aws.amazon.com/efs/latest/ug/file-system-state.html
    States { service: "elasticfilesystem", told: StateTold::NotAlways, taken: "available", fields: &["LifeCycleState"],
        made: &["available", "creating", "updating"],
        not: &[("error", RESTORE_IT)] },
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html
    States { service: "dynamodb", told: StateTold::Always, taken: "ACTIVE", fields: &["TableStatus"],
        made: &["ACTIVE", "CREATING", "UPDATING"],
        not: &[] },
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html, …/API_InstanceState.html
    States { service: "ec2", told: StateTold::Always, taken: "in use", fields: &["State"],
        made: &["available", "creating", "in-use", "pending", "running", "stopped", "stopping"],
        not: &[] },
    // https://docs.aws.amazon.com/fsx/latest/APIReference/API_FileSystem.html, …/API_Volume.html
    States { service: "fsx", told: StateTold::Always, taken: "AVAILABLE", fields: &["Lifecycle"],
        made: &["AVAILABLE", "CREATED", "CREATING", "PENDING", "UPDATING"],
        not: &[("MISCONFIGURED", FSX), ("MISCONFIGURED_UNAVAILABLE", FSX), ("FAILED", RESTORE_IT)] },
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html; PENDING is a cluster that is to be connected.
    States { service: "eks", told: StateTold::NotAlways, taken: "ACTIVE", fields: &["Status", "status"],
        made: &["ACTIVE", "CREATING", "UPDATING"],
        not: &[] },
    // https://docs.aws.amazon.com/aurora-dsql/latest/userguide/cluster-lifecycle.html: a backup takes an active cluster; one
    // without connections becomes idle, and after long inactive, and a connection makes it active.
    States { service: "dsql", told: StateTold::NotAlways, taken: "ACTIVE", fields: &["Status", "status"],
        made: &["ACTIVE", "CREATING", "UPDATING"],
        not: &[("IDLE", Backup::MayWait("connect to it before each backup starts: it must be ACTIVE then")), ("INACTIVE", Backup::Waits("connect to it before each backup starts: it must be ACTIVE then")),
            ("PENDING_SETUP", Backup::MayWait("peer it with its cluster in the other Region")), ("FAILED", BE_RIGHT)] },
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html; a stack is backed up in a state that
    // includes COMPLETE: https://docs.aws.amazon.com/aws-backup/latest/devguide/applicationstackbackups.html
    States { service: "cloudformation", told: StateTold::NotAlways, taken: "COMPLETE", fields: &["StackStatus"],
        made: &["CREATE_IN_PROGRESS", "IMPORT_*_IN_PROGRESS", "IMPORT_IN_PROGRESS", "ROLLBACK_IN_PROGRESS", "UPDATE_*_IN_PROGRESS", "UPDATE_IN_PROGRESS", "*_COMPLETE"],
        not: &[] },
    // https://docs.aws.amazon.com/storagegateway/latest/APIReference/API_StorediSCSIVolume.html; snapshots fail while a volume is
    // PASS THROUGH, until it was BOOTSTRAPPING: https://docs.aws.amazon.com/storagegateway/latest/vgw/StorageVolumeStatuses.html
    States { service: "storagegateway", told: StateTold::NotAlways, taken: "AVAILABLE", fields: &["VolumeStatus"],
        made: &["AVAILABLE", "CREATING", "RESTORING"],
        not: &[("BOOTSTRAPPING", BE_AVAILABLE), ("PASS THROUGH", BE_AVAILABLE), ("RESTORE AND PASS THROUGH", BE_AVAILABLE),
            ("UPLOAD BUFFER NOT CONFIGURED", UPLOAD_BUFFER), ("WORKING STORAGE NOT CONFIGURED", UPLOAD_BUFFER)] },
    // https://docs.aws.amazon.com/timestream/latest/developerguide/API_Table.html
    States { service: "timestream", told: StateTold::NotAlways, taken: "ACTIVE", fields: &["TableStatus"],
        made: &["ACTIVE"],
        not: &[] },
    // https://docs.aws.amazon.com/ssmsap/latest/APIReference/API_Database.html; "Database cannot be backed up while it is
    // stopped": https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-saphana.html
    States { service: "ssm-sap", told: StateTold::NotAlways, taken: "RUNNING", fields: &["Status", "status"],
        made: &["RUNNING", "STARTING"],
        not: &[("STOPPED", Backup::Waits("start the database")), ("STOPPING", Backup::Waits("start the database"))] },
    // https://docs.aws.amazon.com/redshift/latest/APIReference/API_Cluster.html; a snapshot takes an available cluster:
    // https://docs.aws.amazon.com/redshift/latest/APIReference/API_CreateClusterSnapshot.html
    States { service: "redshift", told: StateTold::NotAlways, taken: "available", fields: &["ClusterStatus"],
        made: &["available*", "cancelling-resize", "creating", "modifying", "rebooting", "renaming", "resizing", "rotating-keys", "updating-hsm"],
        not: &[("paused", RESUME_IT), ("pausing", RESUME_IT), ("storage-full", Backup::Waits("give it more storage")), ("hardware-failure", BE_RIGHT), ("incompatible-*", BE_RIGHT), ("final-snapshot", Backup::Gone)] },
    // https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_Namespace.html
    States { service: "redshift-serverless", told: StateTold::NotAlways, taken: "AVAILABLE", fields: &["Status", "status"],
        made: &["AVAILABLE", "MODIFYING"],
        not: &[] },
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

/// The states of a service's resources; `None`: it tells none, as of buckets and of virtual machines.
#[must_use]
pub fn states(service: &str) -> Option<&'static States> {
    STATES.iter().find(|row| row.service == service)
}

impl States {
    /// What becomes of the backup of a resource in a state.
    #[must_use]
    pub fn backup(&self, state: &str) -> Backup {
        if GONE.iter().any(|word| is(state, word)) {
            return Backup::Gone;
        }
        if self.made.iter().any(|word| is(state, word)) {
            return Backup::Made;
        }
        let not = self.not.iter().find(|(word, _)| is(state, word));
        not.map_or(Backup::NotTold, |(_, backup)| *backup)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state that the APIs of the services list, by what AWS's pages say of it: `+` it is backed up, `-` it is not, `?` the
    /// state may end before the backup starts, or no page says.
    #[test]
    fn each_state_of_each_service_is_judged() {
        for (service, expected) in [
            (
                "rds",
                "+available +backing-up +modifying +storage-initialization +configuring-log-exports -stopped -stopping -storage-full -failed -incompatible-network -incompatible-parameters -incompatible-option-group -incompatible-create -restore-error -inaccessible-encryption-credentials -inaccessible-encryption-credentials-recoverable -migration-failed -deleting ?insufficient-capacity ?delete-precheck ?unsupported-configuration",
            ),
            (
                "elasticfilesystem",
                "+available +creating +updating -deleting -deleted -error",
            ),
            (
                "dynamodb",
                "+ACTIVE +CREATING +UPDATING -DELETING ?INACCESSIBLE_ENCRYPTION_CREDENTIALS ?ARCHIVING ?ARCHIVED ?REPLICATION_NOT_AUTHORIZED",
            ),
            (
                "ec2",
                "+available +in-use +creating +running +stopped +stopping +pending -deleting -deleted -shutting-down -terminated ?error",
            ),
            (
                "fsx",
                "+AVAILABLE +CREATED +UPDATING -DELETING -FAILED -MISCONFIGURED -MISCONFIGURED_UNAVAILABLE",
            ),
            (
                "eks",
                "+ACTIVE +CREATING +UPDATING -DELETING ?FAILED ?PENDING",
            ),
            (
                "dsql",
                "+ACTIVE +CREATING +UPDATING -INACTIVE -FAILED -DELETING -DELETED -PENDING_DELETE ?IDLE ?PENDING_SETUP",
            ),
            (
                "cloudformation",
                "+CREATE_COMPLETE +ROLLBACK_COMPLETE +UPDATE_ROLLBACK_COMPLETE +IMPORT_ROLLBACK_IN_PROGRESS -DELETE_COMPLETE -DELETE_IN_PROGRESS ?CREATE_FAILED ?DELETE_FAILED ?REVIEW_IN_PROGRESS",
            ),
            (
                "storagegateway",
                "+AVAILABLE +CREATING +RESTORING -DELETED ?BOOTSTRAPPING ?IRRECOVERABLE -UPLOAD%BUFFER%NOT%CONFIGURED -WORKING%STORAGE%NOT%CONFIGURED ?PASS%THROUGH ?RESTORE%AND%PASS%THROUGH",
            ),
            ("timestream", "+ACTIVE -DELETING ?RESTORING"),
            (
                "ssm-sap",
                "+RUNNING +STARTING -STOPPED -STOPPING ?WARNING ?UNKNOWN ?ERROR",
            ),
            (
                "redshift",
                "+available +available,%prep-for-resize +resizing -paused -pausing -storage-full -hardware-failure -incompatible-hsm -final-snapshot -deleting ?resuming",
            ),
            ("redshift-serverless", "+AVAILABLE +MODIFYING -DELETING"),
        ] {
            let row = states(service).unwrap();
            for word in expected.split(' ') {
                let state = word[1..].replace('%', " ");
                let found = match row.backup(&state) {
                    Backup::Made => "+",
                    Backup::Gone | Backup::Waits(_) => "-",
                    Backup::MayWait(_) | Backup::NotTold => "?",
                };
                assert_eq!(found, &word[..1], "{service}: {state}");
            }
        }
        assert!(states("s3").is_none() && states("backup-gateway").is_none());
    }
}
