//! AWS Backup: vaults, recovery points, settings, tags.
//!
//! See <https://docs.aws.amazon.com/aws-backup/latest/APIReference/API_Operations.html>.

mod points;
mod settings;
mod vaults;

use std::sync::Arc;

use aws_sdk_backup::operation::describe_recovery_point::DescribeRecoveryPointOutput;

use crate::known::{Arn, Region};

use super::once::Once;
use super::reply::Reply;
use super::shape::Shape;

pub use points::{missing, newest, of_resource, point, vault_of};
pub use settings::{cross_account_backup, region_settings};
pub use vaults::{shared_vault, vault};

/// What was read of AWS Backup in an account.
#[derive(Default)]
pub struct Memory {
    vaults: Once<Region, Reply<Arc<Vec<Shape>>>>,
    points: Once<(Region, String, Arn), Reply<DescribeRecoveryPointOutput>>,
}
