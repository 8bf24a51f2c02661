//! What is printed: from decided copies and their remedies to a table, JSON and pages of text.
//!
//! Plain functions from values to text. How wide the terminal is, and whether it takes colours, is passed in.

mod copy;
mod json;
mod model;
mod ndjson;

pub use copy::{
    CheckReport, CopyReport, CopySource, CopyTarget, EncryptionModel, EncryptionReport,
    KeyManagedBy, Retention,
};
pub use json::{json, report_schema};
pub use model::{RemedyReport, Report, SchemaId, Summary, Tool, VaultReport};
pub use ndjson::ndjson;
