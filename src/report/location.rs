//! Where a change says something.

use schemars::JsonSchema;
use serde::Serialize;

/// A place in the files of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Location {
    /// The resource's address.
    pub address: String,
    /// The file; null where it is not known.
    pub file: Option<String>,
    /// The line; null where it is not known.
    pub line: Option<usize>,
}
