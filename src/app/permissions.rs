//! The IAM policy that lets this program read.

use crate::catalog::permissions::{Side as OfTable, policy};
use crate::cli::Side;

/// The policy, as indented JSON.
///
/// # Errors
/// Never in practice: it is plain JSON.
pub fn text(side: Option<Side>, partition: &str) -> anyhow::Result<String> {
    let side = side.map(|side| match side {
        Side::Source => OfTable::Source,
        Side::Destination => OfTable::Destination,
        Side::Management => OfTable::Management,
    });
    let policy = policy(side, partition);
    Ok(format!("{}\n", serde_json::to_string_pretty(&policy)?))
}
