//! The quotas of AWS Backup that a copy can meet.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html>, as of 2026-09-24. That a resource has
//! one job at a time, and those of logically air-gapped vaults, only make copies wait.

/// The recovery points that a vault may hold.
pub const RECOVERY_POINTS: i64 = 1_000_000;

/// From here on a vault counts as nearly full.
pub const NEARLY_FULL: i64 = 990_000;

/// The copy actions that a rule of a backup plan may have.
pub const COPY_ACTIONS: usize = 5;

/// The selections that a backup plan may have.
pub const SELECTIONS: usize = 10;

/// The tags that a selection of a backup policy may have.
pub const SELECTION_TAGS: usize = 30;
