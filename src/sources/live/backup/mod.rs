//! AWS Backup: vaults, recovery points, plans, copy jobs, settings, tags.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Operations.html>.

mod jobs;
mod plans;
mod points;
mod settings;
mod vaults;

pub use jobs::copy_jobs;
pub use plans::plans;
pub use points::{missing, nested_in, of_resource, point, points_in, vault_of};
pub use settings::{cross_account_backup, region_settings};
pub use vaults::{all as all_vaults, shared_vault, vault};
