//! The quotas of AWS Backup that a copy can meet.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html>, as of 2026-09-24. That a resource has
//! one job at a time, and those of logically air-gapped vaults, only make copies wait.

/// The recovery points that a vault may hold.
pub const RECOVERY_POINTS: i64 = 1_000_000;

/// From here on a vault counts as nearly full.
pub const NEARLY_FULL: i64 = 990_000;

/// The rules that a backup plan may have.
pub const RULES: usize = 10;

/// The copy actions that a rule of a backup plan may have.
pub const COPY_ACTIONS: usize = 5;

/// The tags that a rule may add to its backups.
pub const POINT_TAGS: usize = 10;

/// The selections that a backup plan may have.
pub const SELECTIONS: usize = 100;

/// Those of them that may use tags.
pub const TAG_SELECTIONS: usize = 10;

/// The tags that a selection may have.
pub const SELECTION_TAGS: usize = 30;

/// The conditions that a selection may have.
pub const SELECTION_CONDITIONS: usize = 30;

/// The ARNs that a selection may name or leave out.
///
/// See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_BackupSelection.html>.
pub const SELECTION_ARNS: usize = 500;

/// The same, of those with wildcards.
pub const SELECTION_PATTERNS: usize = 30;
