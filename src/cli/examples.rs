//! The examples that the help of a command ends with.

/// Of `check`.
pub const CHECK: &str = "\
Examples:
  backup-preflight check --example field-notes-rds-before
  backup-preflight check --resource arn:aws:rds:us-east-2:111122223333:db:orders \\
    --to arn:aws:backup:us-east-2:444455556666:backup-vault:central --source-profile prod --destination-profile backup
  backup-preflight check --plan daily
  backup-preflight check --inventory facts.json --format json=report.json";

/// Of `audit`.
pub const AUDIT: &str = "\
Examples:
  backup-preflight audit --example organization
  backup-preflight audit --region eu-west-1
  backup-preflight audit --organization --role-name BackupPreflightRead --region all --only blocked";

/// Of `backtest`.
pub const BACKTEST: &str = "\
Examples:
  backup-preflight backtest --region us-east-1
  backup-preflight backtest --inventory facts.json --strict";

/// Of `collect`.
pub const COLLECT: &str = "\
Examples:
  backup-preflight collect --output facts.json --region us-east-1
  backup-preflight collect --output facts.json --organization --role-name BackupPreflightRead --region all";

/// Of `fix`.
pub const FIX: &str = "\
Examples:
  backup-preflight fix --dir fixes --example field-notes-rds-before
  backup-preflight fix --dir fixes --audit --inventory facts.json";

/// Of `explain`.
pub const EXPLAIN: &str = "\
Examples:
  backup-preflight explain vault-refuses-copy
  backup-preflight explain --message \"Access Denied trying to call AWS Backup service\"";
