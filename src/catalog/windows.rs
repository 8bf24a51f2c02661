//! The windows of a resource itself, in UTC, in which and shortly before which AWS Backup starts no backup of it: those of its
//! automatic backups and of its maintenance.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/troubleshooting.html>,
//! <https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html> and
//! <https://docs.aws.amazon.com/fsx/latest/APIReference/API_LustreFileSystemConfiguration.html>.

use super::Kind;

/// The names that the service's description has for them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnWindows {
    /// The object of the description that they stand in; `None`: the description itself.
    pub within: Option<&'static str>,
    /// The window of each day.
    pub daily: &'static str,
    /// The window of each week.
    pub weekly: &'static str,
    /// For how many days automatic backups are kept; 0: there are none, and the window of each day does not count.
    pub kept: &'static str,
}

/// Those of a kind; `None` where it has none. AWS exempts Aurora.
#[must_use]
pub fn own_windows(kind: Kind) -> Option<OwnWindows> {
    let of_file_system = |within| OwnWindows {
        within: Some(within),
        daily: "DailyAutomaticBackupStartTime",
        weekly: "WeeklyMaintenanceStartTime",
        kept: "AutomaticBackupRetentionDays",
    };
    match kind {
        Kind::Rds | Kind::RdsMultiAzCluster | Kind::DocumentDb | Kind::Neptune => {
            Some(OwnWindows {
                within: None,
                daily: "PreferredBackupWindow",
                weekly: "PreferredMaintenanceWindow",
                kept: "BackupRetentionPeriod",
            })
        }
        Kind::FsxLustre => Some(of_file_system("LustreConfiguration")),
        Kind::FsxWindows => Some(of_file_system("WindowsConfiguration")),
        Kind::FsxOpenZfs => Some(of_file_system("OpenZFSConfiguration")),
        Kind::Aurora
        | Kind::AuroraDsql
        | Kind::CloudFormation
        | Kind::DynamoDbAdvanced
        | Kind::DynamoDbBasic
        | Kind::Ebs
        | Kind::Ec2
        | Kind::Ec2Vss
        | Kind::Efs
        | Kind::Eks
        | Kind::FsxOntap
        | Kind::Redshift
        | Kind::RedshiftServerless
        | Kind::S3
        | Kind::SapHana
        | Kind::StorageGateway
        | Kind::Timestream
        | Kind::VirtualMachine => None,
    }
}
